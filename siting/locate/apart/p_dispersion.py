r"""Choose p outlets as far apart as can be.

The p-dispersion problem (Kuby, 1987; Erkut, 1990): max min { d_jk : j ≠ k open }. The answer is one of the distances,
so it is found by bisection over the distinct ones: p outlets are D apart where the graph of pairs at least D apart has
a clique of size p, which branching with a colouring bound finds or refutes (`apart`). A farthest-first set, improved by
exchanges, comes before. Where a set is far enough apart but rules forbid it, HiGHS looks for one, with one row for
every clique of a cover of the pairs that are too near.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from outlet.arrays import as_finite
from outlet.errors import InputError
from outlet.mip import MipModel, run_mip
from outlet.outcome import Limits, Outcome
from siting.locate.apart.independent import FOUND, GOING, NONE, chosen_of, clique_cover, look_on, new_search, spread
from siting.locate.problem import check
from siting.locate.problem.loads import refuse_loads
from siting.locate.problem.plan import NO_RULES, Amounts, Positions, SitePlan, SiteRules
from siting.locate.problem.rules import site_rows
from siting.locate.problem.search import Search
from siting.locate.problem.seed import as_start, first_set

MOST_SWAPS = 1000
SLICE = 20_000_000
ASK, LONGER = 100_000_000, 4
WORDS_PER_WORK = 4e8


def p_dispersion(
    distance: ArrayLike,
    p: int,
    *,
    rules: SiteRules = NO_RULES,
    limits: Limits | None = None,
    start: ArrayLike | None = None,
) -> Outcome[SitePlan]:
    """Choose p outlets so that the least distance between two of them is greatest.

    Parameters
    ----------
    distance
        Between candidates, shape (m, m), from 0; where it differs by direction the shorter counts.
    p
        Number of open outlets, at least 2, those locked open included.
    rules, limits
        What the set must satisfy beside, and when to stop.
    start
        Positions of a plan to begin with; one that breaks a rule is ignored.

    Returns
    -------
    Objective and bound in the unit of ``distance``; ``assigned`` is empty, as there is no demand.

    Raises
    ------
    InputError
        When an array or a number breaks its contract: a matrix of demand points and candidates is refused.

    Examples
    --------
    >>> p_dispersion(np.abs(np.subtract.outer([0.0, 1.0, 5.0, 9.0], [0.0, 1.0, 5.0, 9.0])), p=3).objective
    4.0
    """
    refuse_loads(rules, "p_dispersion")
    between = as_finite("distance", distance)
    if between.ndim != 2 or between.shape[0] != between.shape[1] or len(between) < 2:
        raise InputError(f"distance has shape {between.shape}; expected (m, m), between candidates and candidates")
    if (between < 0).any():
        raise InputError("distance has a negative entry; expected numbers from 0")
    if p < 2:
        raise InputError(f"p is {p}; expected at least 2: one outlet has no distance to another")
    between = np.minimum(between, between.T)
    rows = site_rows(rules, len(between), p)
    search = Search("most", rows, limits or Limits(), lambda opened: check.least_distance(between, opened))
    if not search.refuse(rows.contradictions()):
        begin = as_start(start, len(between))
        search.run([lambda: _heuristic(search, between, begin), lambda: _bisect(search, between)])
    return search.answer(lambda opened: SitePlan(opened, np.empty(0, dtype=np.int64)))


def _heuristic(search: Search, between: Amounts, start: Positions | None) -> None:
    """Open what is locked, then always the candidate farthest from all that are open; exchange while it helps."""
    rows = search.rows
    apart = between[np.triu_indices(len(between), 1)]
    search.tighten(float(apart.max()))
    is_open = first_set(search, between.sum(axis=1), start)
    if is_open is None:
        return
    opened = np.flatnonzero(is_open).tolist()
    if not opened:
        opened = [int(np.flatnonzero(rows.can_open)[np.argmax(between.sum(axis=1)[rows.can_open])])]
    while len(opened) < (rows.p or 0):
        nearest = between[:, opened].min(axis=1)
        nearest[~rows.can_open] = -1.0
        nearest[opened] = -1.0
        opened.append(int(np.argmax(nearest)))
    chosen = np.zeros(rows.m, dtype=bool)
    chosen[opened] = True
    if rows.is_plain:
        spread(between, chosen, rows.lower == 0, rows.can_open, MOST_SWAPS)
    if not rows.broken(np.flatnonzero(chosen)):
        search.offer(np.flatnonzero(chosen))


def _bisect(search: Search, between: Amounts) -> None:
    """Ask about distances between the plan and the bound until they meet; what is left open is asked again longer."""
    levels = np.unique(between[np.triu_indices(len(between), 1)])
    floor, most = -1, ASK
    while not search.is_done and not search.infeasible and search.seconds_left > 0 and search.work_left > 0:
        bound = levels[-1] if search.bound is None else search.bound
        high = int(np.searchsorted(levels, bound, side="right")) - 1
        low = -1 if search.objective is None else int(np.searchsorted(levels, search.objective))
        if low >= high:
            search.infeasible = search.opened is None
            return
        floor = max(floor, low)
        middle = (floor + high + 1) // 2
        found = _ask(search, between, float(levels[middle]), most)
        if found is None and middle < high:
            floor = middle
        elif found is None:
            floor, most = -1, LONGER * most
        elif not found:
            search.tighten(float(levels[middle - 1]) if middle > 0 else 0.0)
            if middle == 0:
                search.infeasible = search.opened is None
                search.reasons.append("the rules allow no set of outlets")


def _ask(search: Search, between: Amounts, least: float, most: int) -> bool | None:
    """Tell whether p outlets can be ``least`` apart, and offer such a set; None where it is left open.

    ``most`` is how many words the branching may look at.
    """
    rows, locked = search.rows, search.rows.locked_open
    is_apart = between >= least
    usable = rows.can_open & (rows.lower == 0) & is_apart[locked].all(axis=0)
    more = (rows.p or 0) - len(locked)
    if check.least_distance(between, locked) < least or usable.sum() < more:
        return False
    opened, code = locked, FOUND
    if more > 0:
        tree = new_search(is_apart, usable, more)
        code = GOING
        while code == GOING and tree.tally[2] < most and search.seconds_left > 0 and search.work_left > 0:
            before = int(tree.tally[2])
            code = look_on(tree, before + SLICE)
            search.work += (int(tree.tally[2]) - before) / WORDS_PER_WORK
        opened = np.union1d(locked, chosen_of(tree)) if code == FOUND else locked
    if code != FOUND:
        return False if code == NONE else None
    if not rows.broken(opened):
        search.offer(opened)
        return True
    run = run_mip(_independent_set(search, ~is_apart), search.limits_left)
    search.work += run.work
    if run.x is not None:
        search.offer(np.flatnonzero(run.x > 0.5))
        return True
    if run.stopped_by == "interrupt":
        raise KeyboardInterrupt
    return False if run.status == "infeasible" else None


def _independent_set(search: Search, conflict: NDArray[np.bool_]) -> MipModel:
    rows = search.rows
    conflict = conflict & rows.can_open[:, None] & rows.can_open[None, :]
    np.fill_diagonal(conflict, False)
    cliques = _clique_rows(conflict)
    return MipModel(
        cost=np.zeros(rows.m),
        lower=rows.lower,
        upper=rows.upper,
        integer=np.ones(rows.m, dtype=bool),
        rows=sparse.csr_array(sparse.vstack([rows.rows, cliques])),
        row_lower=np.concatenate([rows.row_lower, np.full(cliques.shape[0], -np.inf)]),
        row_upper=np.concatenate([rows.row_upper, np.ones(cliques.shape[0])]),
    )


def _clique_rows(conflict: NDArray[np.bool_]) -> sparse.csr_array[np.float64]:
    start, member = clique_cover(conflict)
    return sparse.csr_array((np.ones(len(member)), member, start), shape=(len(start) - 1, len(conflict)))
