r"""The models whose outlets have a greatest or a least load: median, covering and center with capacities.

Each demand point's demand d_i goes to open outlets within their loads, split where that is better (capacitated
p-median: Lorena and Senne, 2004; covering: Pirkul and Schilling, 1991; center: Özsoy and Pınar, 2006)::

    L_j y_j ≤ Σ_i d_i x_ij ≤ C_j y_j,   x_ij ≤ y_j,   Σ_j x_ij ≤ 1

p_median  min Σ d_i c_ij x_ij, all served; max_cover  max Σ d_i x_ij within the radius; set_cover  min Σ y_j, all served
within the radius; p_center  the least radius within which all are served: the distinct costs are halved, each probe
asking whether a plan leaves nobody over. All are the problem that `solve` solves.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from outlet.errors import InputError
from outlet.outcome import Limits, Outcome
from siting.locate.charge.loaded import Loaded, served_most
from siting.locate.problem import check
from siting.locate.problem.loads import read_loads
from siting.locate.problem.pairs import Matrix, Pairs, name_points, out_of_reach, read_demand, read_pairs, read_within
from siting.locate.problem.plan import NO_RULES, Amounts, Flow, Positions, SitePlan, SiteRules
from siting.locate.problem.rules import SiteRows, bounded_rows, site_rows
from siting.locate.problem.search import Search, are_whole
from siting.locate.problem.seed import as_start

NOTHING = 1e-7
"""Demand points left over that are rounding."""


def median_with_loads(
    cost: Matrix,
    demand: ArrayLike,
    p: int | None,
    *,
    unreached: float | None = None,
    rules: SiteRules = NO_RULES,
    limits: Limits | None = None,
    start: ArrayLike | None = None,
) -> Outcome[SitePlan]:
    """Choose p outlets with the least demand-weighted travel within their loads; parameters as in `p_median`.

    ``flow`` has the share of each demand point by outlet.
    """
    pairs = read_pairs("cost", cost)
    weight = read_demand(np.asarray(demand), pairs.n)
    served = np.flatnonzero(weight > 0)
    asking = pairs.of_points(served)
    weighted = Pairs(pairs.m, asking.start, asking.candidate, asking.cost * weight[served][asking.point])
    loads = read_loads(rules, pairs.m)
    dear = None if unreached is None else unreached * weight[served]
    nothing = np.zeros(pairs.m)
    loaded = Loaded(weighted, weight[served], loads, nothing, 0.0, lambda opened: 0.0, dear)
    rows = loaded.without_idle(bounded_rows(rules, pairs.m, p))
    search = Search("least", rows, limits or Limits(), loaded.price)
    search.whole = _are_whole(loaded) and are_whole(np.unique(pairs.cost)) and (dear is None or are_whole(dear))
    loaded.solve(search, as_start(start, pairs.m))
    return search.answer(lambda opened: _spread(loaded, opened, served, pairs.n))


def cover_with_loads(
    cost: Matrix,
    demand: ArrayLike,
    p: int | None,
    radius: ArrayLike,
    *,
    rules: SiteRules = NO_RULES,
    limits: Limits | None = None,
    start: ArrayLike | None = None,
) -> Outcome[SitePlan]:
    """Serve the most demand within the radius and the loads of p outlets; parameters as in `max_cover`.

    ``flow`` has the share of each demand point by outlet, shares that nobody serves left out.
    """
    near = read_within(cost, radius)
    weight = read_demand(np.asarray(demand), near.n)
    free = Pairs(near.m, near.start, near.candidate, np.zeros(len(near.cost)))
    free = free.where(weight[free.point] > 0)
    total = float(weight.sum())
    loads = read_loads(rules, near.m)
    loaded = Loaded(free, weight, loads, np.zeros(near.m), -total, lambda opened: -total, weight)
    rows = loaded.without_idle(bounded_rows(rules, near.m, p))
    search = Search("least", rows, limits or Limits(), loaded.price)
    search.whole = _are_whole(loaded)
    loaded.solve(search, as_start(start, near.m))
    outcome = search.answer(loaded.plan)
    bound = None if outcome.bound is None else min(total, -outcome.bound)
    return replace(outcome, objective=None if outcome.objective is None else -outcome.objective, bound=bound)


def fewest_with_loads(
    cost: Matrix,
    radius: ArrayLike,
    demand: ArrayLike | None,
    *,
    backup: int = 1,
    rules: SiteRules = NO_RULES,
    limits: Limits | None = None,
    start: ArrayLike | None = None,
) -> Outcome[SitePlan]:
    """Serve everyone within the radius and the loads of the fewest outlets; parameters as in `set_cover`."""
    near = read_within(cost, radius)
    load = _asked(demand, near.n)
    free = Pairs(near.m, near.start, near.candidate, np.zeros(len(near.cost)))
    ones = np.ones(near.m)
    loaded = Loaded(free, load, read_loads(rules, near.m), ones, 0.0, lambda opened: float(len(opened)))
    rows = loaded.without_idle(site_rows(rules, near.m, None))
    search = Search("least", _with_backup(rows, near, backup), limits or Limits(), loaded.price, whole=True)
    loaded.solve(search, as_start(start, near.m))
    return search.answer(loaded.plan)


def center_with_loads(
    cost: Matrix,
    demand: ArrayLike | None,
    p: int | None,
    *,
    rules: SiteRules = NO_RULES,
    limits: Limits | None = None,
    start: ArrayLike | None = None,
) -> Outcome[SitePlan]:
    """Serve everyone within the loads of p outlets with the shortest longest trip; parameters as in `p_center`."""
    pairs = read_pairs("cost", cost)
    load = _asked(demand, pairs.n)
    loads = read_loads(rules, pairs.m)
    rows = bounded_rows(rules, pairs.m, p)
    center = _Center(pairs, load, loads)
    search = Search("least", rows, limits or Limits(), center.price)
    reasons = center.at(np.inf).faults(rows)
    if (lost := out_of_reach(pairs, rows.can_open, np.ones(pairs.n, dtype=bool))).size:
        reasons.append(name_points(lost, "no candidate that can open in reach"))
    if not search.refuse(reasons):
        begin = as_start(start, pairs.m)
        search.run([lambda: center.halve(search, begin)])
    return search.answer(center.plan)


class _Center:
    """The probes of one center problem; ``flow`` serves everyone within the shortest radius known."""

    def __init__(self, pairs: Pairs, load: Amounts, loads: tuple[Amounts, Amounts]) -> None:
        self.pairs, self.load, self.loads = pairs, load, loads
        self.flow: Flow | None = None

    def at(self, radius: float) -> Loaded:
        """Return the question whether everyone can be served within a radius: whom the best plan leaves over."""
        near = self.pairs.where(self.pairs.cost <= radius)
        free = Pairs(near.m, near.start, near.candidate, np.zeros(len(near.cost)))
        nothing = np.zeros(near.m)
        return Loaded(free, self.load, self.loads, nothing, 0.0, lambda opened: 0.0, np.ones(near.n))

    def price(self, opened: Positions) -> float:
        """Return the longest trip of the flow known, infinity where it is not one of this set."""
        flow = self.flow
        if flow is None or not np.isin(flow.indices, opened).all():
            return np.inf
        if not np.isfinite(check.flow_price(self.pairs, flow, self.load, self.loads, opened)):
            return np.inf
        point = np.repeat(np.arange(self.pairs.n), np.diff(flow.indptr))
        known = self.pairs.point.astype(np.int64) * self.pairs.m + self.pairs.candidate
        used = np.searchsorted(known, point * self.pairs.m + flow.indices)
        return float(self.pairs.cost[used].max(initial=0.0))

    def plan(self, opened: Positions) -> SitePlan:
        """Return the set with who serves whom."""
        if self.flow is None:
            return SitePlan(opened, check.nearest_open(self.pairs, opened)[0])
        return SitePlan(opened, served_most(self.flow), self.flow)

    def halve(self, search: Search, start: Positions | None) -> None:
        """Halve the range of the distinct costs between the bound and the plan until they meet."""
        nearest = np.full(self.pairs.n, np.inf)
        usable = search.rows.can_open[self.pairs.candidate]
        np.minimum.at(nearest, self.pairs.point[usable], self.pairs.cost[usable])
        levels = np.unique(self.pairs.cost[usable & (self.pairs.cost >= nearest.max())])
        search.tighten(float(levels[0]))
        low, high, at = 0, len(levels), len(levels) - 1
        while low < high and search.seconds_left > 0 and search.work_left > 0:
            verdict = self._probe(search, float(levels[at]), start)
            if verdict is None:
                return
            if verdict:
                high = int(np.searchsorted(levels, search.objective or 0.0))
            else:
                low = at + 1
                search.tighten(float(levels[low]) if low < len(levels) else None)
            at = (low + high - 1) // 2
        if low >= len(levels) and search.objective is None:
            search.infeasible = True
            search.reasons.append("the capacities and rules together allow no plan that serves all demand")

    def _probe(self, search: Search, radius: float, start: Positions | None) -> bool | None:
        """Tell whether everyone can be served within a radius, None where a limit came first."""
        loaded = self.at(radius)
        rows = loaded.without_idle(search.rows)
        probe = Search("least", rows, search.limits_left, loaded.price)
        loaded.solve(probe, start, wanted=NOTHING)
        search.work += probe.work
        if probe.stopped_by == "interrupt":
            raise KeyboardInterrupt
        if probe.opened is not None:
            before, flow = self.flow, loaded.flow(probe.opened)
            self.flow = None if flow is None else _filled(flow)
            if not search.offer(probe.opened):
                self.flow = before
                return None
            return True
        return False if probe.infeasible else None


def _filled(flow: Flow) -> Flow:
    """Return the flow with what is left over by rounding taken up, each row summing to 1."""
    total = np.asarray(flow.sum(axis=1), dtype=np.float64)
    share = flow.data / np.repeat(total, np.diff(flow.indptr))
    return sparse.csr_array((share, flow.indices, flow.indptr), flow.shape)


def _are_whole(loaded: Loaded) -> bool:
    """Whether flows may be taken to be whole: demand and loads are."""
    room, least = loaded.loads
    return are_whole(loaded.load, room[np.isfinite(room)], least)


def _asked(demand: ArrayLike | None, n: int) -> Amounts:
    if demand is None:
        raise InputError("demand is missing: expected where rules have a capacity or a least load")
    return read_demand(np.asarray(demand), n)


def _spread(loaded: Loaded, opened: Positions, served: Positions, n: int) -> SitePlan:
    """Return the plan over all demand points, those of no demand served by nobody's load but by the nearest."""
    plan = loaded.plan(opened)
    assigned = np.full(n, -1, dtype=np.int64)
    assigned[served] = plan.assigned
    if plan.flow is None:
        return SitePlan(opened, assigned)
    length = np.zeros(n, dtype=np.int64)
    length[served] = np.diff(plan.flow.indptr)
    start = np.concatenate(([0], np.cumsum(length)))
    return SitePlan(opened, assigned, sparse.csr_array((plan.flow.data, plan.flow.indices, start), (n, loaded.pairs.m)))


def _with_backup(rows: SiteRows, near: Pairs, backup: int) -> SiteRows:
    """Return the rules with a row for each demand point that ``backup`` outlets within its radius open."""
    if backup <= 1:
        return rows
    reach = sparse.csr_array((np.ones(len(near.cost)), near.candidate, near.start), (near.n, near.m))
    return replace(
        rows,
        rows=sparse.csr_array(sparse.vstack([rows.rows, reach])),
        row_lower=np.append(rows.row_lower, np.full(near.n, float(backup))),
        row_upper=np.append(rows.row_upper, np.full(near.n, np.inf)),
        names=rows.names + tuple(f"outlets within reach of demand point {i}" for i in range(near.n)),
        unit=np.append(rows.unit, np.ones(near.n)),
    )
