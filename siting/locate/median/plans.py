"""Hold the windows of one p-median and its best plans, each phase in slices between which the clock is looked at.

Work is counted in pairs looked at, so that a limit on work stops at the same point every time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from siting.locate.median.interchange import COUNT, TOTAL, Plan, add_greedily, exchange, improve_plan, kick, plan_of
from siting.locate.median.interchange import WORK as WORK_DONE
from siting.locate.median.near import Flags, Nearest, Source, empty_rows, fill_rows, narrowed_to, nearest_of
from siting.locate.median.tree import price_at_least
from siting.locate.problem.pairs import Pairs
from siting.locate.problem.plan import Amounts, Positions
from siting.locate.problem.search import Search
from siting.locate.problem.seed import filled, first_set
from siting.locate.problem.sides import Sides, sides_of

PAIRS_PER_WORK = 2e8
"""Pairs looked at that make one unit of work, about a second."""

SLICE = 2e7
"""Pairs looked at between two looks at the clock."""

WINDOW = 4
LEAST_WINDOW = 40
"""A window holds so many times m / p candidates, and as many more."""

SHRINK = 1.25
"""Where there are many pairs, windows end at so many times the second nearest open candidate of a plan."""

HEAT = 0.01


@dataclass(frozen=True)
class Joint:
    """What the joined problem gave: a set, multipliers of demand points and rows, shares of the candidates."""

    opened: Positions
    value: Amounts
    rows: Amounts
    share: Amounts


@dataclass
class MedianPlans:
    """Windows and plans of one p-median under way.

    ``ceiling`` is no less than any plan costs; ``lower`` and ``upper`` are the locks so far. While ``is_joint``, the
    joined problem is under way, and of seconds and work the ``reserve`` is left to the whole.
    """

    search: Search
    pairs: Pairs
    weight: Amounts
    unreached: float | None
    near: Nearest = field(init=False)
    sides: Sides = field(init=False)
    source: Source = field(init=False)
    ceiling: float = field(init=False)
    plans: tuple[Plan, Plan, Plan] | None = None
    seen: list[Positions] = field(default_factory=list)
    joint: Joint | None = None
    is_joint: bool = False
    reserve: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        rows = self.search.rows
        self.lower, self.upper = rows.lower.copy(), rows.upper.copy()
        self.sides = sides_of(rows)

    @property
    def p(self) -> int:
        """Number of open candidates, 0 where that is open."""
        return self.search.rows.p or 0

    @property
    def m(self) -> int:
        """Number of candidates."""
        return self.pairs.m

    def may_go_on(self) -> bool:
        """Tell whether neither the clock nor the work is at its limit."""
        seconds, work = self.reserve
        return self.search.seconds_left > seconds and self.search.work_left > work

    # windows

    def prepare(self) -> None:
        """Sort the pairs that can matter."""
        pairs, rows = self.pairs, self.search.rows
        points = np.flatnonzero(self.weight > 0)
        weight = self.weight[points]
        longest = np.zeros(pairs.n)
        filled = np.flatnonzero(np.diff(pairs.start))
        if len(filled):
            longest[filled] = np.maximum.reduceat(pairs.cost, pairs.start[filled])
        worst = longest[points] * weight
        if self.unreached is None:
            self.ceiling = float(worst.sum())
            limit = np.full(len(points), 1.0 + 2.0 * self.ceiling)
        else:
            limit = weight * self.unreached
            self.ceiling = float(limit.sum())
        self.source = Source(pairs.start, pairs.candidate, pairs.cost, rows.can_open, points, weight, limit)
        usable = int(rows.can_open.sum())
        keep = usable if self.p == 0 else min(usable, WINDOW * usable // self.p + LEAST_WINDOW)
        self._sort(keep)
        self._begin_cheaply()

    def _begin_cheaply(self) -> None:
        """Bound by the nearest candidate of every demand point; offer any plan where no time is left for a good one."""
        near = self.near
        served = np.flatnonzero(np.diff(near.start))
        least = near.limit.copy()
        least[served] = np.minimum(least[served], near.cost[near.start[served]])
        self._tighten(float(least.sum()) * (1.0 - 1e-9))
        if not self.may_go_on():
            self._offer_filled(self.search.rows.locked_open)

    def _offer_filled(self, opened: Positions) -> None:
        """Offer a set filled up with any candidates, as no time is left for good ones."""
        whole = filled(self.search, opened)
        if whole is not None and not self.search.rows.broken(whole):
            self.search.offer(whole)

    def _sort(self, keep: int) -> None:
        source = self.source
        rows, n = empty_rows(source, keep), len(source.points)
        step = max(1, int(SLICE / 20 * max(1, n) / max(1, len(self.pairs.cost))))
        for first in range(0, n, step):
            fill_rows(source, keep, rows, first, min(n, first + step))
            if not self.may_go_on():
                rows.start[min(n, first + step) :] = rows.start[min(n, first + step)]
                rows.limit[min(n, first + step) :] = 0.0
                break
        self.search.work += 5 * len(self.pairs.cost) / PAIRS_PER_WORK
        self.near = nearest_of(rows, self.m)

    def _narrow(self, opened: Positions) -> None:
        """End windows not far beyond the second nearest open candidate."""
        is_open = np.zeros(self.m, dtype=bool)
        is_open[opened] = True
        plan = plan_of(self.near, self.sides, is_open, self.search.limits.seed)
        self.near = narrowed_to(self.near, SHRINK * plan.second + 0.1 * plan.amount[TOTAL] / len(plan.first), self.m)

    def _tighten(self, bound: float) -> None:
        """Take a bound on the plans that are not yet locked out, all others being no better than the best plan."""
        best = self.search.objective
        self.search.tighten(bound if best is None else min(bound, best))

    # a plan

    def find_plan(self, start: Positions | None) -> None:
        """Offer a plan by greedy construction and interchange."""
        rows = self.search.rows
        start = start if self.joint is None else self.joint.opened
        is_open = np.zeros(self.m, dtype=bool)
        is_open[rows.locked_open if start is None or rows.broken(start) else start] = True
        plan = self._grown(is_open)
        if plan is None:
            saved = self.near.limit.repeat(np.diff(self.near.start)) - self.near.cost
            merit = np.bincount(self.near.candidate, saved, self.m).astype(np.float64)
            found = first_set(self.search, merit, start)
            if found is None:
                return
            plan = plan_of(self.near, self.sides, found, self.search.limits.seed)
        self._improve(plan)
        if self.search.objective is None and self.unreached is None and not self.is_joint and self.may_go_on():
            self._sort(self.m)
            plan = plan_of(self.near, self.sides, plan.is_open, self.search.limits.seed)
            self._improve(plan)

    def _grown(self, is_open: Flags) -> Plan | None:
        """Return a set that the rules allow, grown from one that may lack outlets; None where none is found."""
        sizes = [np.ones(self.m)]
        if self.p == 0 and len(self.sides.row):
            sizes.append(self._sizes())
        best = None
        for size in sizes:
            plan = plan_of(self.near, self.sides, is_open, self.search.limits.seed)
            saving = np.full(self.m, np.inf)
            while not add_greedily(self.near, self.sides, plan, self.p, size, saving, SLICE) and self.may_go_on():
                pass
            self._count(plan)
            if not self.may_go_on():
                self._offer_filled(np.flatnonzero(plan.is_open))
            rightly = not self.search.rows.broken(np.flatnonzero(plan.is_open))
            if rightly and (best is None or plan.amount[TOTAL] < best.amount[TOTAL]):
                best = plan
        return best

    def _sizes(self) -> Amounts:
        """Return what each candidate uses of the upper sides of rows, shape (m,)."""
        sides = self.sides
        bounded = np.isfinite(sides.high) & (sides.high > 0)
        share = np.where(bounded[sides.row], sides.value / np.where(bounded, sides.high, 1.0)[sides.row], 0.0)
        used = np.bincount(np.repeat(np.arange(self.m), np.diff(sides.start)), np.maximum(share, 0.0), self.m)
        return np.asarray(np.maximum(used, 1e-3 * max(1e-300, float(used.max(initial=1e-300)))), dtype=np.float64)

    def _improve(self, plan: Plan) -> None:
        """Offer a plan as it stands, then with exchanges."""
        self._offer(np.flatnonzero(plan.is_open))
        while not improve_plan(self.near, self.sides, plan, self.p == 0, SLICE) and self.may_go_on():
            self._offer(np.flatnonzero(plan.is_open))
        self._count(plan)
        self._offer(np.flatnonzero(plan.is_open))
        if self.plans is None or plan.amount[TOTAL] < self.plans[2].amount[TOTAL]:
            seed = self.search.limits.seed
            first, second, third = (plan_of(self.near, self.sides, plan.is_open, seed) for _ in range(3))
            self.plans = (first, second, third)

    def _kick(self, work: float) -> None:
        if self.plans is None or len(self.near.limit) == 0:
            return
        plan, base, best = self.plans
        heat = HEAT * best.amount[TOTAL] / max(1, int(best.is_open.sum()))
        if kick(self.near, self.sides, plan, base, best, self.p == 0, heat, work):
            self._offer(np.flatnonzero(best.is_open))
        self._count(plan)

    def _count(self, plan: Plan) -> None:
        self.search.work += float(plan.amount[WORK_DONE]) / PAIRS_PER_WORK
        plan.amount[WORK_DONE] = 0.0

    def _offer(self, opened: Positions) -> None:
        """Price a set truly, where the rules allow it and its windows do not already say that it is no better."""
        rows, search = self.search.rows, self.search
        if (self.is_joint and search.objective is not None) or any(
            np.array_equal(opened, other) for other in self.seen[-20:]
        ):
            return
        is_open = np.zeros(self.m, dtype=bool)
        is_open[opened] = True
        if search.objective is not None and price_at_least(self.near, is_open) >= search.objective:
            return
        self.seen.append(opened)
        if not rows.broken(opened):
            search.offer(opened)

    def _try(self, chosen: Flags) -> None:
        if not self.search.rows.broken(np.flatnonzero(chosen)):
            self._improve(plan_of(self.near, self.sides, chosen, self.search.limits.seed))

    def _mend(self, opened: Positions) -> None:
        """Take a set of any size, without rules: shut what costs least, or open what saves most, until p are open."""
        is_open = self.lower == 1.0
        is_open[opened] = True
        plan = plan_of(self.near, self.sides, is_open, self.search.limits.seed)
        while plan.whole[COUNT] > self.p:
            loss = np.where(plan.is_open & (self.lower == 0.0), plan.loss, np.inf)
            exchange(self.near, self.sides, plan, -1, int(loss.argmin()))
        grown = self._grown(plan.is_open)
        if grown is not None:
            self._improve(grown)
