r"""Choose p outlets with the least demand-weighted travel.

The p-median (Hakimi, 1964; ReVelle and Swain, 1970), with w_i the demand and c_ij the cost::

    min Σ_i Σ_j w_i c_ij x_ij,   Σ_j x_ij = 1,   x_ij ≤ y_j,   Σ_j y_j = p,   y binary, and the rules hold

A demand point of no demand need not be served. With ``unreached`` every demand point may stay unserved at that cost.
Without ``p`` any number may be open that the rules allow, such as a budget. The method, rules or not: greedy and
interchange with kicks for a plan (`interchange`), Lagrangian relaxation of assignment and rules for the bound
(`lagrangian`), candidates locked by what they would cost, and branching on groups of candidates for what is left
(`tree`); where that takes long and there are no rules, cells of the demand are solved one by one (`copies`), all in
`solve`. Only where rules leave a small problem undecided HiGHS gets its turn
(`radius_model`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from outlet.errors import InputError
from outlet.outcome import Limits, Outcome
from siting.locate.charge.capacitated import median_with_loads
from siting.locate.median.solve import MedianSolve
from siting.locate.problem import check
from siting.locate.problem.loads import limits_loads
from siting.locate.problem.pairs import Matrix, Pairs, name_points, out_of_reach, read_demand, read_pairs
from siting.locate.problem.plan import NO_RULES, Amounts, Positions, SitePlan, SiteRules
from siting.locate.problem.rules import bounded_rows
from siting.locate.problem.search import Search
from siting.locate.problem.seed import as_start

SAMPLE = 1000


def p_median(
    cost: Matrix,
    demand: ArrayLike,
    p: int | None,
    *,
    unreached: float | None = None,
    rules: SiteRules = NO_RULES,
    limits: Limits | None = None,
    start: ArrayLike | None = None,
) -> Outcome[SitePlan]:
    """Choose p outlets with the least demand-weighted travel cost.

    Parameters
    ----------
    cost
        Travel cost, shape (n, m), dense or CSR with entries only for reachable pairs.
    demand
        Shape (n,), from 0.
    p
        Number of open outlets, those locked open included, or None where a rule, such as a budget, bounds it.
    unreached
        Cost per unit of a demand point that no open outlet reaches, or None: then all demand must be reached.
    rules
        What the set must satisfy beside.
    limits
        When to stop.
    start
        Positions of a plan to begin with; one that breaks a rule is ignored.

    Returns
    -------
    Objective and bound in units of demand times cost. Infeasible with the points named where demand reaches no
    candidate that can open.

    Raises
    ------
    InputError
        When an array or a number breaks its contract.

    Examples
    --------
    >>> outcome = p_median(np.array([[0.0, 4.0], [4.0, 0.0], [1.0, 3.0]]), [1.0, 2.0, 1.0], p=1)
    >>> outcome.solution.opened, outcome.objective
    (array([1]), 7.0)
    """
    if unreached is not None and not 0 <= unreached < np.inf:
        raise InputError(f"unreached is {unreached}; expected a number from 0")
    if limits_loads(rules):
        return median_with_loads(cost, demand, p, unreached=unreached, rules=rules, limits=limits, start=start)
    pairs = read_pairs("cost", cost)
    weight = read_demand(np.asarray(demand), pairs.n)
    rows = bounded_rows(rules, pairs.m, p)
    search = Search(
        "least", rows, limits or Limits(), lambda opened: check.weighted_cost(pairs, weight, opened, unreached)
    )
    search.whole = _is_whole(pairs, weight, unreached)
    reasons = list(rows.contradictions())
    if unreached is None and (lost := out_of_reach(pairs, rows.can_open, weight > 0)).size:
        reasons.append(name_points(lost, "no candidate that can open in reach"))
    if not search.refuse(reasons):
        solve = MedianSolve(search, pairs, weight, unreached)
        begin = as_start(start, pairs.m)
        search.run([solve.prepare, lambda: solve.join(begin), lambda: solve.find_plan(begin), solve.relax, solve.exact])
    return search.answer(lambda opened: _plan(pairs, opened, unreached))


def _plan(pairs: Pairs, opened: Positions, unreached: float | None) -> SitePlan:
    assigned, cost = check.nearest_open(pairs, opened)
    return SitePlan(opened, assigned if unreached is None else np.where(cost <= unreached, assigned, -1))


def _is_whole(pairs: Pairs, weight: Amounts, unreached: float | None) -> bool:
    """Tell whether every price is a whole number that floating point holds exactly."""
    dearest = max(unreached or 0.0, float(pairs.cost.max(initial=0.0)))
    if float(weight.sum()) * dearest >= 2.0**52 or unreached != (unreached and float(np.rint(unreached))):
        return False
    some = pairs.cost[:SAMPLE]
    return all(bool((values == np.rint(values)).all()) for values in (weight, some, pairs.cost))
