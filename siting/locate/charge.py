r"""Weigh opening cost against travel cost, with or without capacities.

Fixed-charge location (Balinski, 1965; uncapacitated: UFL, capacitated: CFL, each point from one outlet: SSCFL)::

    min Σ_j f_j y_j + Σ_j q_j (1 − y_j) + Σ_ij c_ij x_ij
    Σ_j x_ij = 1,   x_ij ≤ y_j,   L_j y_j ≤ Σ_i d_i x_ij ≤ C_j y_j,   y binary,   x ≥ 0 (binary where single-source)

c_ij is the cost of serving the whole demand of i from j, f_j the opening and q_j the closing cost. Solved by
`charge_solve`: moves of sites, Lagrangian relaxation, branching. Without capacities the price of a set is that of the
nearest outlets, with capacities that of the flow found for it, both added up by our own checker.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from outlet.arrays import as_vector
from outlet.outcome import Limits, Outcome
from siting.locate import check
from siting.locate.charge_plans import Plans
from siting.locate.charge_solve import ChargeSolve
from siting.locate.charge_tree import Problem
from siting.locate.loads import read_loads
from siting.locate.pairs import Matrix, Pairs, name_points, out_of_reach, read_demand, read_pairs
from siting.locate.plan import NO_RULES, Amounts, Flow, Positions, SitePlan, SiteRules
from siting.locate.rules import site_rows
from siting.locate.search import Search, are_whole
from siting.locate.service import bars_of, service_of, way_out

MOST_TABLE = 20_000
"""Greatest room, in whole units of demand, for which 0–1 choices are made by dynamic programming."""


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
        ``opening_cost`` in the budget alone, its ``capacity`` holds beside ``capacity``.
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
    room, least = read_loads(rules, pairs.m)
    if capacity is not None:
        room = np.minimum(room, as_vector("capacity", capacity, pairs.m, least=0.0))
    rows = site_rows(rules, pairs.m, None, own_cost=charge)
    if single_source:
        pairs = pairs.where(load[pairs.point] <= room[pairs.candidate])
    fixed = _Fixed(pairs, charge, closing, load, room, least)
    search = Search("least", rows, limits or Limits(), fixed.price)
    can_split = fixed.has_loads and not single_source
    search.whole = not can_split and are_whole(charge, closing) and are_whole(np.unique(pairs.cost))
    reasons = list(rows.contradictions())
    if (lost := out_of_reach(pairs, rows.can_open, np.ones(pairs.n, dtype=bool))).size:
        reasons.append(name_points(lost, "no candidate that can open in reach"))
    if room[rows.can_open].sum() < load.sum() * (1 - 1e-12):
        reasons.append(
            f"the demand is {load.sum():g}, all capacity that can open together {room[rows.can_open].sum():g}"
        )
    if reasons:
        search.infeasible, search.reasons = True, reasons
    else:
        fixed.solve(search, single_source)
    return search.answer(fixed.plan)


class _Fixed:
    """One fixed-charge problem: what its solve needs, and the checker's price of what it finds."""

    def __init__(
        self, pairs: Pairs, charge: Amounts, closing: Amounts, load: Amounts, room: Amounts, least: Amounts
    ) -> None:
        self.pairs, self.charge, self.closing, self.load, self.room, self.least = (
            pairs, charge, closing, load, room, least,
        )  # fmt: skip
        self.has_loads = bool(np.isfinite(room).any() or (least > 0).any())
        self.flows: dict[bytes, Flow] = {}
        self._plans: Plans | None = None

    def solve(self, search: Search, single: bool) -> None:
        """Run the search."""
        usable = self.pairs.where(search.rows.can_open[self.pairs.candidate])
        net = self.charge - self.closing
        limit, above = way_out(usable, self.load, net, min(usable.n, usable.m))
        service = service_of(usable, limit, self.load, net, (self.room, self.least))
        each = usable.n / max(1.0, usable.m / 5)
        bars = bars_of(search.rows, self.room, float(self.load.sum()), each)
        single = single and self.has_loads
        problem = Problem(service, bars, search.rows, single, self._table(single))
        self._plans = Plans(search, problem, must_serve=True)
        ChargeSolve(self._plans, float(self.closing.sum()), above).run(None)

    def _table(self, single: bool) -> int:
        finite = self.room[np.isfinite(self.room)]
        if not single or not len(finite) or not are_whole(self.load):
            return -1
        top = float(np.floor(finite.max()))
        return int(top) if top <= MOST_TABLE and top * self.pairs.n <= 5e7 else -1

    def price(self, opened: Positions) -> float:
        """Return the price of a set, infinity where no flow for it is known."""
        fixed = check.opening_price(self.charge, self.closing, opened)
        if not self.has_loads:
            return fixed + check.weighted_cost(self.pairs, np.ones(self.pairs.n), opened)
        flow = None if self._plans is None else self._plans.flows.get(opened.tobytes())
        if flow is None:
            return np.inf
        return fixed + check.flow_price(self.pairs, flow, self.load, (self.room, self.least), opened)

    def plan(self, opened: Positions) -> SitePlan:
        """Return the set with who serves whom."""
        flow = None if self._plans is None else self._plans.flows.get(opened.tobytes())
        if flow is None:
            return SitePlan(opened, check.nearest_open(self.pairs, opened)[0])
        return SitePlan(opened, np.asarray(flow.argmax(axis=1), dtype=np.int64).ravel(), flow)
