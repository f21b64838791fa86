r"""Weigh opening cost against travel cost, with or without capacities.

Fixed-charge location (Balinski, 1965; uncapacitated: UFL, capacitated: CFL, each point from one outlet: SSCFL)::

    min Σ_j f_j y_j + Σ_j q_j (1 − y_j) + Σ_ij c_ij x_ij
    Σ_j x_ij = 1,   x_ij ≤ y_j,   L_j y_j ≤ Σ_i d_i x_ij ≤ C_j y_j,   y binary,   x ≥ 0 (binary where single-source)

c_ij is the cost of serving the whole demand of i from j, f_j the opening and q_j the closing cost. Solved by
`solve`: moves of sites, Lagrangian relaxation, branching. Without capacities the price of a set is that of the
nearest outlets, with capacities that of the flow found for it, both added up by our own checker.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from outlet.arrays import as_vector
from outlet.outcome import Limits, Outcome
from siting.locate.charge.loaded import WHOLE_SLACK, Loaded
from siting.locate.problem import check
from siting.locate.problem.loads import read_loads
from siting.locate.problem.pairs import Matrix, read_demand, read_pairs
from siting.locate.problem.plan import NO_RULES, SitePlan, SiteRules
from siting.locate.problem.rules import site_rows
from siting.locate.problem.search import Search, are_whole


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
        pairs = pairs.where(load[pairs.point] <= room[pairs.candidate] * (1 + WHOLE_SLACK))
    net, closed = charge - closing, float(closing.sum())
    loaded = Loaded(
        pairs, load, (room, least), net, closed, lambda opened: check.opening_price(charge, closing, opened)
    )
    loaded.single = single_source and loaded.has_loads
    rows = loaded.without_idle(rows)
    search = Search("least", rows, limits or Limits(), loaded.price)
    can_split = loaded.has_loads and not single_source
    search.whole = not can_split and are_whole(charge, closing) and are_whole(np.unique(pairs.cost))
    loaded.solve(search)
    return search.answer(loaded.plan)
