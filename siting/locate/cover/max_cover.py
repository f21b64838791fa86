r"""Cover the most demand within a service radius with p outlets.

Maximal covering (Church and ReVelle, 1974), with N_i the candidates within whose radius demand point i is, and a_j the
share of the week in which candidate j is there, 1 for all that stay (Daskin's shares, added up at most to the whole)::

    max Σ_i w_i z_i,   z_i ≤ Σ_{j ∈ N_i} a_j y_j  for all i,   Σ_j y_j = p,   y binary,   0 ≤ z ≤ 1

The method, of one core without a general solver: equal demand points merged (`reach`), tabu search on exchanges for
plans (`tabu`), neighbouring outlets chosen anew together (`patch`), the linear relaxation on the candidates alone for
the bound (`saddle`), what each cell of the demand must lose against it (`cells`), and branching on candidates for the
proof (`branch`). Where coverage decays with cost instead of
ending at the radius, see `gradual`.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import ArrayLike

from outlet.arrays import as_vector, refuse_where
from outlet.errors import InputError
from outlet.outcome import Limits, Outcome
from siting.locate.charge.capacitated import cover_with_loads
from siting.locate.cover.gradual import cover_gradually, gradual_shares
from siting.locate.cover.reach import reach_of
from siting.locate.cover.solve import CoverSolve
from siting.locate.problem import check
from siting.locate.problem.loads import limits_loads
from siting.locate.problem.pairs import Matrix, read_demand, read_pairs, read_within
from siting.locate.problem.plan import NO_RULES, Amounts, SitePlan, SiteRules
from siting.locate.problem.rules import bounded_rows
from siting.locate.problem.search import Search, are_whole
from siting.locate.problem.seed import as_start


def max_cover(
    cost: Matrix,
    demand: ArrayLike,
    p: int | None,
    radius: ArrayLike,
    *,
    decay_to: ArrayLike | None = None,
    week_share: ArrayLike | None = None,
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
        Number of open outlets, those locked open included; None where a rule, such as a budget, bounds it.
    radius
        Greatest cost that covers, in the unit of ``cost``, one number or one per candidate, shape (m,); a cost equal
        to it covers.
    decay_to
        Where coverage ends, one number or one per candidate, or None: at the radius. The share of a demand point that
        an outlet covers is 1 up to the radius and falls linearly to 0 here; the best share of the open outlets counts.
    week_share
        Part of the week in which each candidate would serve, above 0 up to 1, shape (m,), or None: all of it. It covers
        that share of a demand point; the shares of several outlets add up, at most to the whole.
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
    if limits_loads(rules):
        if week_share is not None or decay_to is not None:
            raise InputError("decay_to or week_share is given where rules limit loads; expected one of the two")
        return cover_with_loads(cost, demand, p, radius, rules=rules, limits=limits, start=start)
    limits, started = limits or Limits(), time.perf_counter()
    if decay_to is not None:
        if week_share is not None:
            raise InputError("decay_to and week_share are both given; expected one of them")
        return _cover_gradually(cost, demand, p, (radius, decay_to), rules, limits, start)
    near = read_within(cost, radius)
    weight = read_demand(np.asarray(demand), near.n)
    share = _read_share(week_share, near.m)
    rows = bounded_rows(rules, near.m, p)
    search = Search("most", rows, limits, lambda opened: check.shared_demand(near, weight, share, opened))
    search.started = started
    search.whole = are_whole(weight) and bool((share == 1.0).all())
    if not search.refuse(rows.contradictions()):
        begin = as_start(start, near.m)
        CoverSolve.of(search, reach_of(near, weight, rows.can_open, share)).run(begin)
    return search.answer(lambda opened: SitePlan(opened, check.nearest_open(near, opened)[0]))


def _cover_gradually(
    cost: Matrix,
    demand: ArrayLike,
    p: int | None,
    radii: tuple[ArrayLike, ArrayLike],
    rules: SiteRules,
    limits: Limits,
    start: ArrayLike | None,
) -> Outcome[SitePlan]:
    read_within(cost, radii[0])
    shares = gradual_shares(read_pairs("cost", cost), *radii)
    weight = read_demand(np.asarray(demand), shares.n)
    begin = as_start(start, shares.m)
    return cover_gradually(shares, weight, p, rules, limits, begin)


def _read_share(values: ArrayLike | None, m: int) -> Amounts:
    if values is None:
        return np.ones(m)
    share = as_vector("week_share", values, m)
    refuse_where("week_share", share, ~((share > 0) & (share <= 1)), "a share of the week above 0, at most 1")
    return share
