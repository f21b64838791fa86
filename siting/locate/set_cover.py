r"""Cover everyone within a service radius with the fewest outlets.

Set covering (Toregas et al., 1971), with N_i the candidates that reach demand point i within their radius::

    min Σ_j y_j,   Σ_{j ∈ N_i} y_j ≥ b  for all i,   y binary

b = 1, or more for backup coverage. The method: merge demand points and drop dominated candidates (`reduce`), greedy for
a plan, HiGHS on what is left for the proof.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from outlet.arrays import as_count, as_positions
from outlet.mip import MipModel, run_mip
from outlet.outcome import Limits, Outcome
from siting.locate import check
from siting.locate.capacitated import fewest_with_loads
from siting.locate.loads import limits_loads
from siting.locate.pairs import Matrix, Pairs, name_points, out_of_reach, read_within
from siting.locate.plan import NO_RULES, Positions, SitePlan, SiteRules
from siting.locate.reduce import merge_points, only_upper_limits, undominated
from siting.locate.rules import SiteRows, site_rows
from siting.locate.search import Search


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
    as_count("backup", backup, least=1)
    if limits_loads(rules):
        return fewest_with_loads(cost, radius, demand, backup=backup, rules=rules, limits=limits, start=start)
    near = read_within(cost, radius)
    rows = site_rows(rules, near.m, None)
    search = Search("least", rows, limits, lambda opened: _count_if_covered(near, opened, backup), whole=True)
    lacking = out_of_reach(near, rows.can_open, np.ones(near.n, dtype=bool), backup)
    reasons = list(rows.contradictions())
    if lacking.size:
        needed = "no candidate" if backup == 1 else f"fewer than {backup} candidates"
        reasons.append(name_points(lacking, f"{needed} that can open within {_told(radius)}"))
    if reasons:
        search.infeasible, search.reasons = True, reasons
    else:
        begin = None if start is None else as_positions("start", start, near.m)
        _solve_set_cover(search, near, backup, begin)
    return search.answer(lambda opened: SitePlan(opened, check.nearest_open(near, opened)[0]))


def _count_if_covered(near: Pairs, opened: Positions, backup: int) -> float:
    return float(len(opened)) if check.covered_points(near, np.inf, opened, backup).all() else np.inf


def _told(radius: ArrayLike) -> str:
    reach = np.asarray(radius, dtype=np.float64)
    return f"{float(reach):g}" if reach.ndim == 0 else "its radius"


def _solve_set_cover(search: Search, near: Pairs, backup: int, start: Positions | None) -> None:
    rows = search.rows
    unique, _ = merge_points(near.where(rows.can_open[near.candidate]), np.ones(near.n))

    def heuristic() -> None:
        search.tighten(float(max(len(rows.locked_open), backup)))
        if start is not None and not rows.broken(start):
            search.offer(start)
        opened = greedy_cover(unique, rows, backup)
        if not rows.broken(opened):
            search.offer(opened)

    def exact() -> None:
        keep = undominated(unique, rows) if backup == 1 and only_upper_limits(rows) else rows.can_open
        model = cover_all_model(unique.where(keep[unique.candidate]), rows, keep, backup)
        begin = None
        if search.opened is not None and keep[search.opened].all():
            begin = np.zeros(rows.m)
            begin[search.opened] = 1.0
        run = run_mip(model, search.limits_left, start=begin)
        if run.status == "infeasible":
            search.reasons.append("the rules leave no set that covers every demand point")
        search.take(run, None if run.x is None else np.flatnonzero(run.x > 0.5))

    search.run([heuristic, exact])


def cover_all_model(pairs: Pairs, rows: SiteRows, keep: NDArray[np.bool_], backup: int = 1) -> MipModel:
    """Return the model of the fewest outlets that cover every demand point of ``pairs`` ``backup`` times."""
    covers = sparse.csr_array((np.ones(len(pairs.candidate)), pairs.candidate, pairs.start), (pairs.n, pairs.m))
    return MipModel(
        cost=np.ones(rows.m),
        lower=rows.lower,
        upper=np.where(keep, rows.upper, 0.0),
        integer=np.ones(rows.m, dtype=bool),
        rows=sparse.csr_array(sparse.vstack([rows.rows, covers])),
        row_lower=np.concatenate([rows.row_lower, np.full(pairs.n, float(backup))]),
        row_upper=np.concatenate([rows.row_upper, np.full(pairs.n, np.inf)]),
    )


def greedy_cover(pairs: Pairs, rows: SiteRows, backup: int = 1) -> Positions:
    """Return a set that covers every demand point ``backup`` times: most uncovered first, then without the needless.

    Every demand point of ``pairs`` must have enough candidates. Rules other than locks are not looked at.
    """
    is_open = rows.lower > 0
    covers = sparse.csc_array(
        sparse.csr_array((np.ones(len(pairs.candidate)), pairs.candidate, pairs.start), (pairs.n, pairs.m))
    )
    count = np.asarray(covers @ is_open.astype(np.float64), dtype=np.float64)
    while (count < backup).any():
        gain = np.asarray(covers.T @ (count < backup).astype(np.float64), dtype=np.float64)
        gain[is_open] = -1.0
        j = int(np.argmax(gain))
        is_open[j] = True
        count[covers.indices[covers.indptr[j] : covers.indptr[j + 1]]] += 1
    for j in np.flatnonzero(is_open & (rows.lower == 0))[::-1]:
        points = covers.indices[covers.indptr[j] : covers.indptr[j + 1]]
        if (count[points] > backup).all():
            is_open[j] = False
            count[points] -= 1
    return np.flatnonzero(is_open)
