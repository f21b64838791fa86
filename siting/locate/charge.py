r"""Weigh opening cost against travel cost, with or without capacities.

Fixed-charge location (Balinski, 1965; uncapacitated: UFL, capacitated: CFL, each point from one outlet: SSCFL)::

    min Σ_j f_j y_j + Σ_j q_j (1 − y_j) + Σ_ij c_ij x_ij
    Σ_j x_ij = 1,   x_ij ≤ y_j,   Σ_i d_i x_ij ≤ C_j y_j,   y binary,   x ≥ 0 (binary where single-source)

c_ij is the cost of serving the whole demand of i from j, f_j the opening and q_j the closing cost. The rows x_ij ≤ y_j
and Σ_j C_j y_j ≥ Σ_i d_i make the linear relaxation tight. HiGHS solves it; without capacities the price of a set is
that of the nearest outlets, with capacities that of the flow found for it, both added up by our own checker.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from outlet.arrays import as_vector
from outlet.mip import MipModel, run_mip
from outlet.outcome import Limits, Outcome
from siting.locate import check
from siting.locate.pairs import Matrix, Pairs, name_points, out_of_reach, read_demand, read_pairs
from siting.locate.plan import NO_RULES, Amounts, Flow, Positions, SitePlan, SiteRules
from siting.locate.rules import site_rows
from siting.locate.search import Search

FLOW_ROUNDING = 1e-9


def fixed_charge(
    cost: Matrix,
    demand: ArrayLike,
    opening_cost: ArrayLike,
    capacity: ArrayLike | None = None,
    *,
    single_source: bool = False,
    rules: SiteRules = NO_RULES,
    limits: Limits | None = None,
) -> Outcome[SitePlan]:
    """Choose outlets, and who they serve, at the least opening and travel cost together.

    Parameters
    ----------
    cost
        Cost of serving the whole demand of i from j, shape (n, m), dense or CSR with entries only for possible pairs.
    demand
        Shape (n,), from 0; it counts against capacity alone.
    opening_cost
        Shape (m,), from 0, in the unit of ``cost``.
    capacity
        Most demand an open outlet serves, shape (m,), or None for no limit.
    single_source
        Whether each demand point is served by one outlet wholly; without it demand may be split.
    rules
        What the set must satisfy beside; its ``closing_cost`` counts in the objective, its ``opening_cost`` replaces
        ``opening_cost`` in the budget alone.
    limits
        When to stop.

    Returns
    -------
    Objective and bound in the unit of ``cost``. ``flow`` has the share of each demand point by outlet where there are
    capacities; ``assigned`` is then the outlet that serves most of it.

    Raises
    ------
    InputError
        When an array or a number breaks its contract.

    Examples
    --------
    >>> outcome = fixed_charge(np.array([[1.0, 8.0], [8.0, 1.0]]), [1.0, 1.0], opening_cost=[3.0, 4.0])
    >>> outcome.solution.opened, outcome.objective
    (array([0, 1]), 9.0)
    """
    pairs = read_pairs("cost", cost)
    charge = as_vector("opening_cost", opening_cost, pairs.m, least=0.0)
    closing = np.zeros(pairs.m)
    if rules.closing_cost is not None:
        closing = as_vector("closing_cost", rules.closing_cost, pairs.m, least=0.0)
    load = read_demand(np.asarray(demand), pairs.n)
    room = None if capacity is None else as_vector("capacity", capacity, pairs.m, least=0.0)
    rows = site_rows(rules, pairs.m, None, own_cost=charge)
    flows = _Flows(pairs, charge, closing, load, room)
    search = Search("least", rows, limits or Limits(), flows.price)
    reasons = list(rows.contradictions())
    if (lost := out_of_reach(pairs, rows.can_open, np.ones(pairs.n, dtype=bool))).size:
        reasons.append(name_points(lost, "no candidate that can open in reach"))
    if room is not None and room[rows.can_open].sum() < load.sum() * (1 - 1e-12):
        reasons.append(
            f"the demand is {load.sum():g}, all capacity that can open together {room[rows.can_open].sum():g}"
        )
    if reasons:
        search.infeasible, search.reasons = True, reasons
    else:
        search.run([lambda: _nearest_all(search), lambda: _exact(search, flows, single_source)])
    return search.answer(flows.plan)


@dataclass
class _Flows:
    """The flow found for every set, and its price; without capacities each demand point goes to the nearest."""

    pairs: Pairs
    charge: Amounts
    closing: Amounts
    load: Amounts
    room: Amounts | None
    known: dict[bytes, Flow] = field(default_factory=dict)

    def price(self, opened: Positions) -> float:
        """Return the price of a set, infinity where no flow for it is known."""
        fixed = check.opening_price(self.charge, self.closing, opened)
        if self.room is None:
            return fixed + check.weighted_cost(self.pairs, np.ones(self.pairs.n), opened)
        flow = self.known.get(opened.tobytes())
        return np.inf if flow is None else fixed + check.flow_price(self.pairs, flow, self.load, self.room, opened)

    def plan(self, opened: Positions) -> SitePlan:
        """Return the set with who serves whom."""
        flow = self.known.get(opened.tobytes())
        if self.room is None or flow is None:
            return SitePlan(opened, check.nearest_open(self.pairs, opened)[0])
        return SitePlan(opened, np.asarray(flow.toarray().argmax(axis=1), dtype=np.int64), flow)


def _nearest_all(search: Search) -> None:
    search.tighten(0.0)
    opened = np.flatnonzero(search.rows.can_open)
    if not search.rows.broken(opened):
        search.offer(opened)


def _exact(search: Search, flows: _Flows, single_source: bool) -> None:
    model = _model(search, flows, single_source)
    m = search.rows.m
    run = run_mip(model, search.limits_left)
    opened = None
    if run.x is not None:
        opened = np.flatnonzero(run.x[:m] > 0.5)
        if flows.room is not None:
            flows.known[opened.tobytes()] = _flow_of(search, flows, model, run.x)
    if run.status == "infeasible":
        search.reasons.append("the capacities and rules together allow no plan that serves all demand")
    search.take(run, opened)


def _model(search: Search, flows: _Flows, single_source: bool) -> MipModel:
    pairs, rows = flows.pairs, search.rows
    m, n, entries = pairs.m, pairs.n, len(pairs.cost)
    each = np.arange(entries)
    serve = sparse.csr_array((np.ones(entries), (pairs.point, each)), (n, entries))
    link_y = sparse.csr_array((-np.ones(entries), (each, pairs.candidate)), (entries, m))
    blocks: list[list[sparse.csr_array[np.float64] | sparse.dia_array[np.float64] | None]] = [
        [rows.rows, None],
        [None, serve],
        [link_y, sparse.csr_array((np.ones(entries), (each, each)), (entries, entries))],
    ]
    row_lower = [rows.row_lower, np.ones(n), np.full(entries, -np.inf)]
    row_upper = [rows.row_upper, np.ones(n), np.zeros(entries)]
    if flows.room is not None:
        used = sparse.csr_array((flows.load[pairs.point], (pairs.candidate, each)), (m, entries))
        at = np.arange(m)
        blocks.append([sparse.csr_array((-flows.room, (at, at)), (m, m)), used])
        blocks.append([sparse.csr_array(flows.room[None, :]), None])
        row_lower += [np.full(m, -np.inf), np.array([flows.load.sum()])]
        row_upper += [np.zeros(m), np.array([np.inf])]
    if not rows.names:
        blocks, row_lower, row_upper = blocks[1:], row_lower[1:], row_upper[1:]
        blocks[0] = [sparse.csr_array((n, m)), serve]
    constant = float(flows.closing.sum())
    matrix = sparse.csr_array(sparse.block_array(blocks))
    return MipModel(
        cost=np.concatenate([flows.charge - flows.closing, pairs.cost, [constant]]),
        lower=np.concatenate([rows.lower, np.zeros(entries), [1.0]]),
        upper=np.concatenate([rows.upper, np.ones(entries), [1.0]]),
        integer=np.concatenate([np.ones(m, dtype=bool), np.full(entries, single_source), [False]]),
        rows=sparse.csr_array(sparse.hstack([matrix, sparse.csr_array((matrix.shape[0], 1))])),
        row_lower=np.concatenate(row_lower),
        row_upper=np.concatenate(row_upper),
    )


def _flow_of(search: Search, flows: _Flows, model: MipModel, x: Amounts) -> Flow:
    """Return the best flow for the open set of ``x``, cleaned of rounding, each row summing to 1."""
    pairs, m = flows.pairs, flows.pairs.m
    shares = x[m : m + len(pairs.cost)]
    if not model.integer[m : m + 1].any():
        lower, upper = model.lower.copy(), model.upper.copy()
        lower[:m] = upper[:m] = np.rint(x[:m])
        fixed = MipModel(
            cost=model.cost, lower=lower, upper=upper, integer=np.zeros(len(x), dtype=bool), rows=model.rows,
            row_lower=model.row_lower, row_upper=model.row_upper,
        )  # fmt: skip
        run = run_mip(fixed, search.limits_left)
        shares = shares if run.x is None else run.x[m : m + len(pairs.cost)]
    kept = np.where(shares > FLOW_ROUNDING, shares, 0.0)
    kept = kept / np.bincount(pairs.point, kept, pairs.n)[pairs.point]
    flow = sparse.csr_array((kept, pairs.candidate, pairs.start), shape=(pairs.n, m))
    flow.eliminate_zeros()
    return flow
