r"""Choose p outlets as far apart as can be.

The p-dispersion problem (Kuby, 1987; Erkut, 1990): max min { d_jk : j ≠ k open }. The answer is one of the distances,
so it is found by bisection over the distinct ones: p outlets are D apart where the graph of pairs closer than D has an
independent set of size p. HiGHS looks for it with one row for every clique of a cover of that graph by cliques.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from outlet.arrays import as_finite, as_positions
from outlet.errors import InputError
from outlet.mip import MipModel, run_mip
from outlet.outcome import Limits, Outcome
from siting.locate import check
from siting.locate.loads import refuse_loads
from siting.locate.plan import NO_RULES, Amounts, Positions, SitePlan, SiteRules
from siting.locate.rules import site_rows
from siting.locate.search import Search
from siting.locate.seed import first_set


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
    if reasons := rows.contradictions():
        search.infeasible, search.reasons = True, list(reasons)
    else:
        begin = None if start is None else as_positions("start", start, len(between))
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
    chosen = np.array(sorted(opened))
    if not rows.broken(chosen):
        search.offer(chosen)


def _bisect(search: Search, between: Amounts) -> None:
    levels = np.unique(between[np.triu_indices(len(between), 1)])
    while not search.is_done and search.seconds_left > 0 and search.work_left > 0:
        bound = levels[-1] if search.bound is None else search.bound
        high = int(np.searchsorted(levels, bound, side="right")) - 1
        low = -1 if search.objective is None else int(np.searchsorted(levels, search.objective))
        if low >= high:
            search.infeasible = search.opened is None
            return
        middle = (low + high + 1) // 2
        run = run_mip(_independent_set(search, between < levels[middle]), search.limits_left)
        search.work += run.work
        if run.status == "infeasible":
            search.tighten(float(levels[middle - 1]) if middle > 0 else 0.0)
            if middle == 0:
                search.infeasible = search.opened is None
                search.reasons.append("the rules allow no set of outlets")
                return
        elif run.x is not None:
            search.offer(np.flatnonzero(run.x > 0.5))
        else:
            search.stopped_by = run.stopped_by
            return


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
    """Return cliques that cover every edge, one row each: grown greedily from the first edge not yet covered."""
    left = np.triu(conflict, 1)
    members: list[NDArray[np.int64]] = []
    while left.any():
        j, k = (int(at) for at in np.argwhere(left)[0])
        clique, common = [j, k], conflict[j] & conflict[k]
        while common.any():
            new = int(np.argmax(np.where(common, (left[clique].sum(axis=0) + left[:, clique].sum(axis=1)), -1)))
            clique.append(new)
            common &= conflict[new]
        at = np.array(sorted(clique))
        left[np.ix_(at, at)] = False
        members.append(at)
    start = np.cumsum([0, *(len(at) for at in members)])
    columns = np.concatenate([np.empty(0, dtype=np.int64), *members])
    return sparse.csr_array((np.ones(len(columns)), columns, start), shape=(len(members), len(conflict)))
