r"""Choose p outlets with the shortest longest trip.

The p-center (Hakimi, 1964; Minieka, 1970): the least radius at which p outlets cover every demand point. The answer is
one of the costs, so the radius is found by bisection over the distinct ones: a greedy cover is tried at each, and then
it is decided whether p outlets can cover everyone (`probe`). Every radius proved too short makes the next cost a lower
bound.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from outlet.arrays import as_positions
from outlet.outcome import Limits, Outcome
from siting.locate import check
from siting.locate.capacitated import center_with_loads
from siting.locate.loads import limits_loads
from siting.locate.pairs import Matrix, Pairs, name_points, out_of_reach, read_pairs
from siting.locate.plan import NO_RULES, Positions, SitePlan, SiteRules
from siting.locate.probe import Probe
from siting.locate.reduce import merge_points
from siting.locate.rules import site_rows
from siting.locate.search import Search
from siting.locate.seed import filled, first_set
from siting.locate.set_cover import greedy_cover


def p_center(
    cost: Matrix,
    p: int,
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
        Number of open outlets, those locked open included.
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
    rows = site_rows(rules, pairs.m, p)
    search = Search("least", rows, limits or Limits(), lambda opened: check.longest_cost(pairs, opened))
    reasons = list(rows.contradictions())
    if (lost := out_of_reach(pairs, rows.can_open, np.ones(pairs.n, dtype=bool))).size:
        reasons.append(name_points(lost, "no candidate that can open in reach"))
    if reasons:
        search.infeasible, search.reasons = True, reasons
    else:
        begin = None if start is None else as_positions("start", start, pairs.m)
        usable = pairs.where(rows.can_open[pairs.candidate])
        search.run([lambda: _heuristic(search, usable, begin), lambda: _bisect(search, usable)])
    return search.answer(lambda opened: SitePlan(opened, check.nearest_open(pairs, opened)[0]))


def _heuristic(search: Search, usable: Pairs, start: Positions | None) -> None:
    nearest = np.full(usable.n, np.inf)
    np.minimum.at(nearest, usable.point, usable.cost)
    search.tighten(float(nearest.max()))
    saved = np.bincount(usable.candidate, usable.cost.max() - usable.cost, usable.m).astype(np.float64)
    is_open = first_set(search, saved, start)
    if is_open is not None and is_open.sum() == search.rows.p and not search.rows.broken(np.flatnonzero(is_open)):
        search.offer(np.flatnonzero(is_open))
    if not search.rows.is_plain:
        return
    levels = np.unique(usable.cost[usable.cost >= nearest.max()])
    low, high = 0, len(levels) - 1
    while low <= high:
        middle = (low + high) // 2
        opened = _greedy_within(search, usable, float(levels[middle]))
        if opened is None:
            low = middle + 1
        else:
            search.offer(opened)
            high = middle - 1


def _greedy_within(search: Search, usable: Pairs, radius: float) -> Positions | None:
    near, _ = merge_points(usable.where(usable.cost <= radius), np.ones(usable.n))
    opened = greedy_cover(near, search.rows)
    if search.rows.p is None or len(opened) > search.rows.p:
        return None
    return filled(search, opened)


def _bisect(search: Search, usable: Pairs) -> None:
    """Halve the range between the bound and the plan until they meet."""
    levels = np.unique(usable.cost)
    probe = Probe(search, usable)
    while not search.is_done and not search.infeasible and search.seconds_left > 0 and search.work_left > 0:
        low = int(np.searchsorted(levels, search.bound if search.bound is not None else 0.0))
        high = len(levels) if search.objective is None else int(np.searchsorted(levels, search.objective))
        if low >= high:
            if search.objective is None:
                search.infeasible = True
                search.reasons.append("the rules leave no set that reaches every demand point")
            return
        middle = (low + high - 1) // 2
        verdict = probe.ask(float(levels[middle]))
        if verdict == "open":
            return
        if verdict == "too short":
            search.tighten(float(levels[middle + 1]) if middle + 1 < len(levels) else np.inf)
            search.infeasible = middle + 1 == len(levels) and search.opened is None
