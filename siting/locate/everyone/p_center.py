r"""Choose p outlets with the shortest longest trip.

The p-center (Hakimi, 1964; Minieka, 1970): the least radius at which p outlets cover every demand point. The answer is
one of the costs. Local search under a shrinking radius gives a plan; then radii between the bound and the plan are
asked about (`probe`), each of which either gives a better plan or is proved too short and so makes the next cost a
lower bound. Where plan and bound are near each other, the radius just below the plan is asked about at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from outlet.outcome import Limits, Outcome
from siting.locate.charge.capacitated import center_with_loads
from siting.locate.everyone.decide import PAIRS_PER_WORK, Cover, Verdict, brief, most_outlets
from siting.locate.everyone.probe import Probe, solve_model
from siting.locate.problem import check
from siting.locate.problem.loads import limits_loads
from siting.locate.problem.pairs import Matrix, Pairs, name_points, out_of_reach, read_pairs
from siting.locate.problem.plan import NO_RULES, Amounts, Positions, SitePlan, SiteRules
from siting.locate.problem.rules import bounded_rows
from siting.locate.problem.search import Search
from siting.locate.problem.seed import as_start, first_set

FIRST_POINTS = 400
ASK, LONGER = 1e8, 3.0
MOST_LOOK = 1e9
NEAR = 0.004
"""Share of the plan's radius below which the gap is closed from the plan's side."""


def p_center(
    cost: Matrix,
    p: int | None,
    *,
    demand: ArrayLike | None = None,
    rules: SiteRules = NO_RULES,
    limits: Limits | None = None,
    start: ArrayLike | None = None,
) -> Outcome[SitePlan]:
    """Choose p outlets so that the longest trip to the nearest one is shortest.

    Parameters
    ----------
    cost
        Travel cost, shape (n, m), dense or CSR with entries only for reachable pairs.
    p
        Number of open outlets, those locked open included, or None where a rule bounds it.
    demand
        Shape (n,), from 0; it counts against capacities alone, and is asked for where rules limit loads.
    rules, limits
        What the set must satisfy beside, and when to stop.
    start
        Positions of a plan to begin with; one that breaks a rule is ignored.

    Returns
    -------
    Objective and bound in the unit of ``cost``. Infeasible with the points named where one reaches no candidate.

    Raises
    ------
    InputError
        When an array or a number breaks its contract.

    Examples
    --------
    >>> p_center(np.array([[0.0, 5.0], [5.0, 0.0], [2.0, 3.0]]), p=2).objective
    2.0
    """
    if limits_loads(rules):
        return center_with_loads(cost, demand, p, rules=rules, limits=limits, start=start)
    pairs = read_pairs("cost", cost)
    rows = bounded_rows(rules, pairs.m, p)
    search = Search("least", rows, limits or Limits(), lambda opened: check.longest_cost(pairs, opened))
    reasons = list(rows.contradictions())
    if (lost := out_of_reach(pairs, rows.can_open, np.ones(pairs.n, dtype=bool))).size:
        reasons.append(name_points(lost, "no candidate that can open in reach"))
    if not search.refuse(reasons):
        begin = as_start(start, pairs.m)
        solve = _Solve(search, pairs.where(rows.can_open[pairs.candidate]))
        search.price = solve.longest
        search.run([lambda: solve.begin(begin), solve.descend, solve.close])
    return search.answer(lambda opened: SitePlan(opened, check.nearest_open(pairs, opened)[0]))


@dataclass
class _Solve:
    """One p-center under way; ``usable`` are the costs that a better plan may use."""

    search: Search
    usable: Pairs
    probe: Probe = field(init=False)

    def __post_init__(self) -> None:
        cover = Cover(self.search, 1, np.ones(self.usable.n, dtype=np.int64), is_free=self.search.rows.p is None)
        self.probe = Probe(self.search, self.usable, cover)

    def longest(self, opened: Positions) -> float:
        """Return the longest trip, infinity where it is longer than that of the best plan."""
        return check.longest_cost(self.usable, opened)

    def begin(self, start: Positions | None) -> None:
        """Find the first bound, and the first plan: over some demand points, then all."""
        search, usable, cover = self.search, self.usable, self.probe.cover
        nearest = np.full(usable.n, np.inf)
        np.minimum.at(nearest, usable.point, usable.cost)
        search.tighten(float(nearest.max()))
        saved = np.bincount(usable.candidate, usable.cost.max() - usable.cost, usable.m).astype(np.float64)
        is_open = first_set(search, saved, start)
        if is_open is None:
            return
        cover.begin = np.flatnonzero(is_open)
        if not search.rows.broken(cover.begin):
            search.offer(cover.begin)
            self._cut()
        few = np.unique(np.linspace(0, usable.n - 1, min(usable.n, FIRST_POINTS)).astype(np.int64))
        part = Probe(search, usable.of_points(few), Cover(search, 1, np.ones(len(few), dtype=np.int64), cover.begin))
        part.cover.is_free = cover.is_free
        self._halve(part, np.unique(part.usable.cost))
        if part.cover.last.size:
            cover.begin = part.cover.last
        self._cut()

    def _halve(self, part: Probe, levels: Amounts) -> None:
        """Look for plans of few demand points at ever better radii."""
        low, high = int(np.searchsorted(levels, self.search.bound or 0.0)), len(levels) - 1
        while low <= high and self.search.seconds_left > 0 and self.search.work_left > 0:
            middle = (low + high) // 2
            if self._look(part, float(levels[middle])):
                high = middle - 1
            else:
                low = middle + 1

    def _cut(self) -> None:
        """Leave out costs that no better plan uses."""
        if self.search.objective is None:
            return
        keep = self.usable.cost <= self.search.objective
        if keep.sum() < 0.9 * len(keep):
            self.usable = self.probe.usable = self.usable.where(keep)

    def descend(self) -> None:
        """Look for better plans, at first halfway down to the bound, then just below the best."""
        search, low = self.search, self.search.bound or 0.0
        if search.objective is None:
            self._look(self.probe, np.inf)
        while search.objective is not None and not search.is_done and self.probe.cover.goes_on:
            self._cut()
            if search.objective - low < NEAR * search.objective or search.objective <= low:
                return
            radius = (search.objective + low) / 2
            if not self._look(self.probe, radius):
                low = radius

    def close(self) -> None:
        """Ask about radii between the bound and the plan until they meet; what is left open is asked again longer."""
        search, most, ceiling = self.search, ASK, np.inf
        while not search.is_done and not search.infeasible and self.probe.cover.goes_on:
            self._cut()
            bound, best = search.bound or 0.0, np.inf if search.objective is None else search.objective
            levels = np.unique(self.usable.cost[(self.usable.cost >= bound) & (self.usable.cost < best)])
            ceiling = min(ceiling, best)
            at = len(levels) - 1
            if best < np.inf and ceiling - bound > NEAR * best:
                at = max(0, int(np.searchsorted(levels, (bound + ceiling) / 2, side="right")) - 1)
            before = search.work
            verdict = self._ask(float(levels[at]), most) if levels.size else "too few"
            spent = (search.work - before) * PAIRS_PER_WORK
            if verdict == "too few":
                self._refute(levels, at)
            elif verdict == "open" and at < len(levels) - 1 and levels[at] - bound > NEAR * best:
                ceiling = float(levels[at])
            elif verdict == "open":
                ceiling, most = np.inf, LONGER * most
            self._improve(min(max(spent, brief(self.usable.n, self.usable.m)), MOST_LOOK))

    def _look(self, probe: Probe, radius: float, work: float | None = None) -> bool:
        work = brief(probe.usable.n, probe.usable.m) if work is None else work
        return probe.look(probe.usable.where(probe.usable.cost <= radius), most_outlets(self.search.rows), work)

    def _ask(self, radius: float, most: float) -> Verdict:
        near, outlets = self.usable.where(self.usable.cost <= radius), most_outlets(self.search.rows)
        verdict = self.probe.ask(near, outlets, most)
        if verdict != "relaxed":
            return verdict
        run = solve_model(self.search, near, 1, target=float(outlets))
        self.search.work += run.work
        if run.x is not None:
            self.probe.cover.begin = np.flatnonzero(run.x > 0.5)
            self.search.offer(self.probe.cover.begin)
            return "found"
        return "too few" if run.status == "infeasible" else "open"

    def _improve(self, work: float) -> None:
        """Look for plans just below the best for as long as there is work left for it, or one was just found."""
        search, until = self.search, self.search.work + work / PAIRS_PER_WORK
        while search.objective is not None and not search.is_done and self.probe.cover.goes_on:
            left = (until - search.work) * PAIRS_PER_WORK
            if left < 1.0 or not self._look(self.probe, float(np.nextafter(search.objective, 0.0)), left):
                return
            self._cut()

    def _refute(self, levels: Amounts, at: int) -> None:
        """Take it that all radii up to that level are too short."""
        search = self.search
        if at + 1 < len(levels):
            search.tighten(float(levels[at + 1]))
        elif search.objective is not None:
            search.tighten(search.objective)
        else:
            search.infeasible = True
            search.reasons.append("the rules leave no set that reaches every demand point")
