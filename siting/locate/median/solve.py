"""Solve one p-median: windows, a plan, the bound, and the proof, each in slices between which the clock is looked at.

Work is counted in pairs looked at, so that a limit on work stops at the same point every time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from outlet.mip import run_mip
from siting.locate.median.choice import Choice
from siting.locate.median.interchange import TOTAL, Plan, add_greedily, improve_plan, kick, plan_of
from siting.locate.median.interchange import WORK as WORK_DONE
from siting.locate.median.lagrangian import (
    BEST,
    FAILED,
    SCALE,
    Multipliers,
    Relaxed,
    begin,
    begin_settling,
    climb,
    fix_sites,
    relaxed,
    settle,
)
from siting.locate.median.near import Flags, Nearest, Source, empty_rows, fill_rows, narrowed_to, nearest_of
from siting.locate.median.radius_model import radius_model
from siting.locate.median.tree import Node, Problem, Tree, price_at_least
from siting.locate.problem.pairs import Pairs
from siting.locate.problem.plan import Amounts, Positions
from siting.locate.problem.search import Search
from siting.locate.problem.seed import filled, first_set
from siting.locate.problem.sides import Sides, sides_of

PAIRS_PER_WORK = 2e8
"""Pairs looked at that make one unit of work, about a second."""

SLICE = 2e7
"""Pairs looked at between two looks at the clock."""

STEP_SLICE = 1e8
"""The same for steps of the relaxation, which look at a part of each window only."""

WINDOW = 4
LEAST_WINDOW = 40
"""A window holds so many times m / p candidates, and as many more."""

MANY = 3_000_000
SHRINK = 1.25
"""Where there are MANY pairs, windows end at so many times the second nearest open candidate of a plan."""

CLIMBS = 150
SETTLES = 2500
HEAT = 0.01
KICKS = 3e5
NODES_BEFORE_MODEL = 200
MOST_MODEL_PAIRS = 100_000


@dataclass
class MedianSolve:
    """One p-median under way.

    ``ceiling`` is no less than any plan costs; ``lower`` and ``upper`` are the locks so far.
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
    known: Multipliers | None = None
    seen: list[Positions] = field(default_factory=list)

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
        return self.search.seconds_left > 0 and self.search.work_left > 0

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

    # a plan

    def find_plan(self, start: Positions | None) -> None:
        """Offer a plan by greedy construction and interchange."""
        rows = self.search.rows
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
        if self.search.objective is None and self.unreached is None and self.may_go_on():
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
            while not add_greedily(self.near, self.sides, plan, self.p, size, SLICE) and self.may_go_on():
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
        if any(np.array_equal(opened, other) for other in self.seen[-20:]):
            return
        is_open = np.zeros(self.m, dtype=bool)
        is_open[opened] = True
        if search.objective is not None and price_at_least(self.near, is_open) >= search.objective:
            return
        self.seen.append(opened)
        if not rows.broken(opened):
            search.offer(opened)

    # the bound

    def _relaxed(self) -> Relaxed:
        choice = Choice(self.lower, self.upper, np.full(self.m, -1, dtype=np.int64), 0, self.p)
        return relaxed(self.near, self.sides, choice)

    def relax(self) -> None:
        """Improve the bound in slices, kicking the plan between them, and lock what can be locked."""
        if self.plans is not None and len(self.near.cost) > MANY:
            plan = self.plans[2]
            self.near = narrowed_to(
                self.near, SHRINK * plan.second + 0.1 * plan.amount[TOTAL] / len(plan.first), self.m
            )
            self.plans = None
            self._improve(plan_of(self.near, self.sides, plan.is_open, self.search.limits.seed))
        whole = self._relaxed()
        known = self.known = begin(self._first_values(), np.zeros(len(self.sides.low)), self.m)
        steps = self._steps()
        for _ in range(0, CLIMBS, steps):
            chosen = climb(whole, known, self._target(), steps)
            if self._took_bound(steps) or known.state[SCALE] < 0.1:
                break
        if self.search.is_done or not self.may_go_on():
            return
        self._try(chosen)
        known.state[SCALE], known.state[FAILED] = 0.3, 0.0
        begin_settling(whole, known)
        for _ in range(0, SETTLES, steps):
            self._kick(max(KICKS, 0.3 * steps * len(self.near.cost)))
            more = settle(whole, known, self._target(), steps)
            if self._took_bound(steps) or not more:
                break
        self._lock(whole)

    def _first_values(self) -> Amounts:
        """Return multipliers between the two nearest open candidates of every demand point."""
        if self.plans is None:
            return np.minimum(self.near.limit, self.ceiling / max(1, len(self.near.limit)))
        plan = self.plans[2]
        most = 3.0 * plan.first + self._target() / max(1, len(plan.first))
        return np.minimum(np.minimum((plan.first + plan.second) / 2, most), self.near.limit)

    def _steps(self) -> int:
        """Return how many steps make a slice."""
        return int(min(50, max(1, STEP_SLICE // max(1, len(self.near.cost)))))

    def _took_bound(self, steps: int) -> bool:
        """Take the bound after some steps; tell whether to stop."""
        if self.known is None:
            return True
        looked_at = len(self.lower) + len(self.near.limit) + 0.5 * len(self.near.cost)
        self.search.work += steps * looked_at / PAIRS_PER_WORK
        self._tighten(float(self.known.state[BEST]))
        return self.search.is_done or not self.may_go_on()

    def _tighten(self, bound: float) -> None:
        """Take a bound on the plans that are not yet locked out, all others being no better than the best plan."""
        best = self.search.objective
        self.search.tighten(bound if best is None else min(bound, best))

    def _target(self) -> float:
        """Return what the best plan costs, or no plan exceeds."""
        return self.ceiling if self.search.objective is None else self.search.objective

    def _try(self, chosen: Flags) -> None:
        if not self.search.rows.broken(np.flatnonzero(chosen)):
            self._improve(plan_of(self.near, self.sides, chosen, self.search.limits.seed))

    def _lock(self, whole: Relaxed) -> None:
        if self.known is not None and self.search.objective is not None:
            fix_sites(whole, self.known, self.lower, self.upper, self._beaten())

    def _beaten(self) -> float:
        """Return the price no plan of which, or above, is wanted any more."""
        if self.search.objective is None:
            return self.ceiling * (1.0 + 1e-9) + 1e-9
        if self.search.whole:
            return self.search.objective - 1.0 + 1e-6
        return self.search.objective * (1.0 - 1e-9)

    # the proof

    def exact(self) -> None:
        """Prove what is left by branching, and where rules make that long, a small one by HiGHS."""
        if self.known is None:
            return
        settled = np.flatnonzero(self.lower == 1.0)
        free = np.flatnonzero((self.lower == 0.0) & (self.upper == 1.0))
        root = Node(float(self.known.state[BEST]), 0, settled, free, (), self.known.value, self.known.rows)
        tree = Tree(Problem(self.near, self.sides, self.m, self.p), [root])
        is_small = not self.search.rows.is_plain and len(self.pairs.cost) <= MOST_MODEL_PAIRS
        self._branch(tree, NODES_BEFORE_MODEL if is_small else None)
        if tree.nodes and is_small and not self.search.is_done and self.may_go_on():
            self._solve_model()

    def _branch(self, tree: Tree, most_nodes: int | None) -> None:
        search, visited = self.search, 0
        while tree.nodes and not search.is_done and self.may_go_on() and visited != most_nodes:
            work = tree.advance(self._beaten(), self._offer, self.may_go_on)
            search.work += work / PAIRS_PER_WORK
            self._tighten(tree.bound)
            self._kick(0.1 * work)
            visited += 1
        if not tree.nodes and search.opened is None:
            search.infeasible = True
            which = f"no {self.p} outlets" if self.p else "no outlets"
            allowed = "" if search.rows.is_plain else " that the rules allow"
            search.reasons.append(f"{which}{allowed} reach all demand")

    def _solve_model(self) -> None:
        self._sort(self.m)
        model = radius_model(self.near, self.search.rows, self.lower, self.upper, must_serve=self.unreached is None)
        begin = np.full(len(model.cost), np.nan)
        if self.search.opened is not None:
            begin[: self.m] = 0.0
            begin[self.search.opened] = 1.0
        run = run_mip(model, self.search.limits_left, start=begin)
        best = self.search.objective
        if best is not None and (run.status == "infeasible" or (run.bound is not None and run.bound > best)):
            run = replace(run, status="optimal", bound=best)
        self.search.take(run, None if run.x is None else np.flatnonzero(run.x[: self.m] > 0.5))
