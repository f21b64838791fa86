r"""Cover the most demand within a service radius with p outlets.

Maximal covering (Church and ReVelle, 1974), with N_i the candidates within the radius of demand point i::

    max Σ_i w_i z_i,   z_i ≤ Σ_{j ∈ N_i} y_j  for all i,   Σ_j y_j = p,   y binary,   0 ≤ z ≤ 1

The method: merge demand points and drop dominated candidates (`reduce`), greedy and interchange for a plan
(`local_search`), HiGHS on what is left for the proof. z needs no integrality: for binary y its best value is binary.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from outlet.arrays import as_positions
from outlet.mip import MipModel, run_mip
from outlet.outcome import Limits, Outcome
from siting.locate import check
from siting.locate.local_search import Cover, search_cover
from siting.locate.pairs import Matrix, Pairs, read_demand, read_within
from siting.locate.plan import NO_RULES, Amounts, Positions, SitePlan, SiteRules
from siting.locate.reduce import merge_points, only_upper_limits, undominated
from siting.locate.rules import SiteRows, site_rows
from siting.locate.search import Search, are_whole
from siting.locate.seed import filled, first_set
from siting.locate.sides import sides_of

MOST_SWAPS = 1000


def max_cover(
    cost: Matrix,
    demand: ArrayLike,
    p: int,
    radius: float,
    *,
    rules: SiteRules = NO_RULES,
    limits: Limits | None = None,
    start: ArrayLike | None = None,
) -> Outcome[SitePlan]:
    """Cover the most demand with p outlets.

    Parameters
    ----------
    cost
        Travel cost, shape (n, m), dense or CSR with entries only for reachable pairs.
    demand
        Shape (n,), from 0.
    p
        Number of open outlets, those locked open included.
    radius
        Greatest cost that covers, in the unit of ``cost``; a cost equal to it covers.
    rules
        What the set must satisfy beside.
    limits
        When to stop.
    start
        Positions of a plan to begin with; one that breaks a rule is ignored.

    Returns
    -------
    Objective and bound in units of demand; ``assigned`` is the nearest open outlet within the radius.

    Raises
    ------
    InputError
        When an array or a number breaks its contract.

    Examples
    --------
    >>> outcome = max_cover(np.array([[1.0, 9.0], [9.0, 1.0], [9.0, 2.0]]), [5.0, 4.0, 3.0], p=1, radius=2.0)
    >>> outcome.status, outcome.solution.opened, outcome.objective
    ('optimal', array([1]), 7.0)
    """
    limits = limits or Limits()
    near = read_within(cost, radius)
    weight = read_demand(np.asarray(demand), near.n)
    rows = site_rows(rules, near.m, p)
    search = Search("most", rows, limits, lambda opened: check.covered_demand(near, weight, np.inf, opened))
    search.whole = are_whole(weight)
    if reasons := rows.contradictions():
        search.infeasible, search.reasons = True, list(reasons)
    else:
        _solve_max_cover(search, near, weight, None if start is None else as_positions("start", start, near.m))
    return search.answer(lambda opened: SitePlan(opened, check.nearest_open(near, opened)[0]))


def cover_arrays(pairs: Pairs, weight: Amounts) -> Cover:
    """Return the pairs in the form that the compiled covering search takes."""
    order = np.argsort(pairs.candidate, kind="stable")
    return Cover(
        start=pairs.start.astype(np.int64),
        candidate=pairs.candidate.astype(np.int64),
        by_start=np.concatenate(([0], np.cumsum(np.bincount(pairs.candidate, minlength=pairs.m)))).astype(np.int64),
        by_point=pairs.point[order].astype(np.int64),
        weight=weight,
    )


def _solve_max_cover(search: Search, near: Pairs, weight: Amounts, start: Positions | None) -> None:
    rows = search.rows
    by_locked = check.covered_points(near, np.inf, rows.locked_open)
    base = float(weight[by_locked].sum())
    usable = near.where(rows.can_open[near.candidate] & ~by_locked[near.point])
    left, merged = merge_points(usable, weight)
    gain = np.bincount(left.candidate, weights=merged[left.point], minlength=near.m).astype(np.float64)

    def heuristic() -> None:
        more = rows.m if rows.p is None else rows.p - len(rows.locked_open)
        search.tighten(base + min(float(merged.sum()), float(np.sort(gain)[::-1][:more].sum())))
        is_open = first_set(search, gain, start)
        if is_open is not None:
            search_cover(cover_arrays(left, merged), sides_of(rows), is_open, rows.p or 0, MOST_SWAPS)
            if not rows.broken(np.flatnonzero(is_open)):
                search.offer(np.flatnonzero(is_open))

    def exact() -> None:
        keep = undominated(left, rows) if only_upper_limits(rows) else rows.can_open
        if not _exact_max_cover(search, left, merged, base, keep):
            _exact_max_cover(search, left, merged, base, rows.can_open)

    search.run([heuristic, exact])


def _exact_max_cover(search: Search, left: Pairs, weight: Amounts, base: float, keep: NDArray[np.bool_]) -> bool:
    """Solve what is left with HiGHS; return False where the answer could not be filled up to p outlets."""
    rows, reduced = search.rows, not np.array_equal(keep, search.rows.can_open)
    usable, joint = merge_points(left.where(keep[left.candidate]), weight)
    model = _max_cover_model(rows, usable, joint, keep, at_most=reduced)
    begin = None
    if search.opened is not None and keep[search.opened].all():
        begin = np.full(len(model.cost), np.nan)
        begin[: rows.m] = 0.0
        begin[search.opened] = 1.0
    run = run_mip(model, search.limits_left, start=begin)
    opened = None
    if run.x is not None:
        opened = filled(search, np.flatnonzero(run.x[: rows.m] > 0.5)) if reduced else np.flatnonzero(run.x[: rows.m])
        if opened is None:
            search.work += run.work
            return False
    elif reduced and run.status == "infeasible":
        return False
    search.take(replace(run, bound=None if run.bound is None else base + run.bound), opened)
    return True


def _max_cover_model(
    rows: SiteRows, left: Pairs, weight: Amounts, keep: NDArray[np.bool_], *, at_most: bool
) -> MipModel:
    m, n = rows.m, left.n
    alone = np.diff(left.start) == 1
    cost = np.zeros(m + n)
    np.add.at(cost, left.candidate[left.start[:-1][alone]], weight[alone])
    shown = np.flatnonzero(~alone)
    cost[m + shown] = weight[shown]
    several = left.of_points(shown)
    links = sparse.hstack(
        [
            -sparse.csr_array((np.ones(len(several.candidate)), several.candidate, several.start), (len(shown), m)),
            sparse.csr_array((np.ones(len(shown)), (np.arange(len(shown)), shown)), (len(shown), n)),
        ]
    )
    rules = sparse.hstack([rows.rows, sparse.csr_array((len(rows.names), n))])
    row_lower = rows.row_lower.copy()
    if at_most and rows.p is not None:
        row_lower[0] = -np.inf
    upper = np.concatenate([np.where(keep, rows.upper, 0.0), np.where(alone, 0.0, 1.0)])
    return MipModel(
        cost=cost,
        lower=np.concatenate([rows.lower, np.zeros(n)]),
        upper=upper,
        integer=np.concatenate([np.ones(m, dtype=bool), np.zeros(n, dtype=bool)]),
        rows=sparse.csr_array(sparse.vstack([rules, links])),
        row_lower=np.concatenate([row_lower, np.full(len(shown), -np.inf)]),
        row_upper=np.concatenate([rows.row_upper, np.zeros(len(shown))]),
        maximise=True,
    )
