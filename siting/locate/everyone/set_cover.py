r"""Cover everyone within a service radius with the fewest outlets.

Set covering (Toregas et al., 1971), with N_i the candidates that reach demand point i within their radius::

    min Σ_j y_j,   Σ_{j ∈ N_i} y_j ≥ b  for all i,   y binary

b = 1, or more for backup coverage. Local search takes outlets away one by one (`weighing`); numbers between the
bound and the plan are asked about (`probe`), each of which either gives a better plan or is proved too small. HiGHS is
left what stays open after that, without the demand points and candidates that others dominate, if that is small; and
what rules beside the number of outlets make of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from outlet.arrays import as_count
from outlet.outcome import Limits, Outcome
from siting.locate.charge.capacitated import fewest_with_loads
from siting.locate.cover.reach import equal_rows
from siting.locate.everyone.bound import packed
from siting.locate.everyone.decide import PAIRS_PER_WORK, Cover, brief
from siting.locate.everyone.probe import Probe, solve_core, solve_model
from siting.locate.problem import check
from siting.locate.problem.loads import limits_loads
from siting.locate.problem.pairs import Matrix, Pairs, name_points, out_of_reach, read_within
from siting.locate.problem.plan import NO_RULES, Positions, SitePlan, SiteRules
from siting.locate.problem.rules import site_rows
from siting.locate.problem.search import Search
from siting.locate.problem.seed import as_start, first_set

MOST_LOOK = 1e9
ASK, LONGER, LONGEST = 1e8, 3.0, 2e8


def set_cover(
    cost: Matrix,
    radius: ArrayLike,
    *,
    backup: int = 1,
    demand: ArrayLike | None = None,
    rules: SiteRules = NO_RULES,
    limits: Limits | None = None,
    start: ArrayLike | None = None,
) -> Outcome[SitePlan]:
    """Cover every demand point with the fewest outlets, each at least ``backup`` times.

    Parameters
    ----------
    cost
        Travel cost, shape (n, m), dense or CSR with entries only for reachable pairs.
    radius
        Greatest cost that covers, in the unit of ``cost``, one number or one per candidate, shape (m,); a cost equal to
        it covers.
    backup
        How many open outlets every demand point has within the radius, at least.
    demand
        Shape (n,), from 0; it counts against capacities alone, and is asked for where rules limit loads.
    rules
        What the set must satisfy beside.
    limits
        When to stop.
    start
        Positions of a plan to begin with; one that breaks a rule is ignored.

    Returns
    -------
    Objective and bound in outlets. Infeasible with the points named where one has too few candidates in reach.

    Raises
    ------
    InputError
        When an array or a number breaks its contract.

    Examples
    --------
    >>> set_cover(np.array([[1.0, 9.0], [9.0, 1.0], [9.0, 2.0]]), radius=2.0).objective
    2.0
    """
    limits = limits or Limits()
    if limits_loads(rules):
        return fewest_with_loads(cost, radius, demand, backup=backup, rules=rules, limits=limits, start=start)
    near = read_within(cost, radius)
    as_count("backup", backup, least=1)
    rows = site_rows(rules, near.m, None)
    search = Search("least", rows, limits, lambda opened: _count_if_covered(near, opened, backup), whole=True)
    lacking = out_of_reach(near, rows.can_open, np.ones(near.n, dtype=bool), backup)
    reasons = list(rows.contradictions())
    if lacking.size:
        needed = "no candidate" if backup == 1 else f"fewer than {backup} candidates"
        reasons.append(name_points(lacking, f"{needed} that can open within {_told(radius)}"))
    if not search.refuse(reasons):
        begin = as_start(start, near.m)
        usable = near.where(rows.can_open[near.candidate])
        unique = usable.of_points(equal_rows(usable)[0])
        cover = Cover(search, backup, np.ones(unique.n, dtype=np.int64))
        solve = _Solve(search, unique, Probe(search, unique, cover))
        phases = [lambda: solve.begin(begin), solve.close]
        search.run(phases if not rows.names else [*phases, solve.exact])
    return search.answer(lambda opened: SitePlan(opened, check.nearest_open(near, opened)[0]))


def _count_if_covered(near: Pairs, opened: Positions, backup: int) -> float:
    return float(len(opened)) if check.covered_points(near, np.inf, opened, backup).all() else np.inf


def _told(radius: ArrayLike) -> str:
    reach = np.asarray(radius, dtype=np.float64)
    return f"{float(reach):g}" if reach.ndim == 0 else "its radius"


@dataclass
class _Solve:
    """One set cover under way; ``near`` has equal demand points merged."""

    search: Search
    near: Pairs
    probe: Probe

    def begin(self, start: Positions | None) -> None:
        """Find the first bound and the first plan, and take outlets away while local search finds covers."""
        search, cover = self.search, self.probe.cover
        fewest_first = np.argsort(np.diff(self.near.start), kind="stable")
        apart = packed(self.near.start, self.near.candidate, fewest_first, self.near.m)
        search.tighten(float(max(len(search.rows.locked_open), cover.need * apart)))
        gain = np.bincount(self.near.candidate, minlength=self.near.m).astype(np.float64)
        is_open = first_set(search, gain, start)
        if is_open is None:
            return
        cover.begin = np.flatnonzero(is_open)
        if not search.rows.broken(cover.begin):
            search.offer(cover.begin)
        self._improve(brief(self.near.n, self.near.m))

    def _improve(self, work: float) -> None:
        """Look for covers of fewer outlets for as long as there is work left for it, or one was just found."""
        search, until = self.search, self.search.work + work / PAIRS_PER_WORK
        while not search.is_done and self.probe.cover.goes_on:
            k = search.rows.m if search.objective is None else int(search.objective) - 1
            left = (until - search.work) * PAIRS_PER_WORK
            if left < 1.0 or not self.probe.look(self.near, k, left):
                return
            until = max(until, search.work + work / PAIRS_PER_WORK)

    def close(self) -> None:
        """Ask about numbers between the bound and the plan until they meet; what is left open is asked again longer."""
        search, most = self.search, ASK
        ceiling = self.near.m + 1
        while not search.is_done and not search.infeasible and self.probe.cover.goes_on:
            best = self.near.m + 1 if search.objective is None else int(search.objective)
            bound, ceiling = int(search.bound or 0), min(ceiling, best)
            k, before = max(bound, (bound + ceiling - 1) // 2), search.work
            verdict = self.probe.ask(self.near, k, most)
            if verdict == "too few":
                search.tighten(float(k + 1))
                search.infeasible = k >= self.near.m
            elif verdict == "relaxed":
                return
            elif verdict == "open" and k > bound:
                ceiling = k
            elif verdict == "open":
                ceiling, most = best, LONGER * most
                if LONGEST < most <= LONGER * LONGEST and not search.rows.names:
                    solve_core(search, self.near, self.probe.cover.need)
            spent = max((search.work - before) * PAIRS_PER_WORK, brief(self.near.n, self.near.m))
            self._improve(min(spent, MOST_LOOK))

    def exact(self) -> None:
        """Leave to HiGHS what rules beside the number of outlets make of it."""
        run = solve_model(self.search, self.near, self.probe.cover.need)
        if run.status == "infeasible":
            self.search.reasons.append("the rules leave no set that covers every demand point")
        self.search.take(run, None if run.x is None else np.flatnonzero(run.x > 0.5))
