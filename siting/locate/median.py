r"""Choose p outlets with the least demand-weighted travel.

The p-median (Hakimi, 1964; ReVelle and Swain, 1970), with w_i the demand and c_ij the cost::

    min Σ_i Σ_j w_i c_ij x_ij,   Σ_j x_ij = 1,   x_ij ≤ y_j,   Σ_j y_j = p,   y binary

A demand point of no demand need not be served. With ``unreached`` every demand point may stay unserved at that cost.
The method: greedy and interchange for a plan, Lagrangian relaxation for the bound (`lagrangian`), candidates locked by
what they would cost, and for what is left branching on candidates (`median_tree`). Where rules beside the number of
outlets hold, the radius formulation is solved instead (Cornuéjols, Nemhauser and Wolsey, 1980; in the sparse form of
García, Labbé and Marín, 2011) by HiGHS: with D_i1 < D_i2 < … the distinct costs of i and z_ik = 1 where no open
candidate is within D_ik::

    min Σ_i w_i (D_i1 + Σ_k (D_i,k+1 − D_ik) z_ik),   z_ik ≥ z_i,k−1 − Σ_{j: c_ij = D_ik} y_j
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from outlet.arrays import as_positions
from outlet.errors import InputError
from outlet.mip import MipModel, run_mip
from outlet.outcome import Limits, Outcome
from siting.locate import check
from siting.locate.capacitated import median_with_loads
from siting.locate.lagrangian import Multipliers, fix_sites, improve_bound
from siting.locate.loads import limits_loads
from siting.locate.local_search import Nearest, search_median, two_nearest
from siting.locate.median_tree import Node, Tree
from siting.locate.pairs import Matrix, Pairs, name_points, out_of_reach, read_demand, read_pairs
from siting.locate.plan import NO_RULES, Amounts, Positions, SitePlan, SiteRules
from siting.locate.rules import site_rows
from siting.locate.search import Search, are_whole
from siting.locate.seed import first_set
from siting.locate.sides import sides_of

MOST_SWAPS = 2000
STEPS = 60
ROUNDS = 40
MOST_MODEL_ENTRIES = 3_000_000
ENTRIES_PER_WORK = 2e8
"""Pairs looked at in subgradient steps that make one unit of work, about a second."""


def p_median(
    cost: Matrix,
    demand: ArrayLike,
    p: int,
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
        Number of open outlets, those locked open included.
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
    candidate that can open. ``reasons`` says where the exact model was too large to be tried.

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
    rows = site_rows(rules, pairs.m, p)
    search = Search(
        "least", rows, limits or Limits(), lambda opened: check.weighted_cost(pairs, weight, opened, unreached)
    )
    search.whole = (
        are_whole(weight) and are_whole(np.unique(pairs.cost)) and unreached in (None, np.rint(unreached or 0))
    )
    reasons = list(rows.contradictions())
    if unreached is None and (lost := out_of_reach(pairs, rows.can_open, weight > 0)).size:
        reasons.append(name_points(lost, "no candidate that can open in reach"))
    if reasons:
        search.infeasible, search.reasons = True, reasons
    else:
        solve = _Solve.of(search, pairs, weight, unreached)
        begin = None if start is None else as_positions("start", start, pairs.m)
        search.run([lambda: solve.heuristic(begin), solve.relax, solve.exact])
    return search.answer(lambda opened: _plan(pairs, opened, unreached))


def _plan(pairs: Pairs, opened: Positions, unreached: float | None) -> SitePlan:
    assigned, cost = check.nearest_open(pairs, opened)
    return SitePlan(opened, assigned if unreached is None else np.where(cost <= unreached, assigned, -1))


@dataclass
class _Solve:
    """One p-median under way: weighted costs nearest first, and what is locked so far."""

    search: Search
    near: Nearest
    must_serve: bool
    lower: Amounts
    upper: Amounts
    state: Multipliers
    chosen: list[Positions] = field(default_factory=list)

    @classmethod
    def of(cls, search: Search, pairs: Pairs, weight: Amounts, unreached: float | None) -> _Solve:
        rows = search.rows
        served = np.flatnonzero(weight > 0)
        usable = pairs.where(rows.can_open[pairs.candidate]).of_points(served).nearest_first()
        cost = usable.cost * weight[served][usable.point]
        if unreached is None:
            worst = np.zeros(usable.n)
            np.maximum.at(worst, usable.point, cost)
            limit = np.full(usable.n, 1.0 + 2.0 * worst.sum())
        else:
            limit = weight[served] * unreached
        near = Nearest(usable.start, usable.candidate.astype(np.int64), cost, limit)
        zeros = np.zeros(usable.n)
        state = Multipliers(
            zeros, zeros.copy(), zeros.copy(), np.array([0.0, 1.5, 0.0, np.inf]), np.zeros(len(rows.lower))
        )
        return cls(search, near, unreached is None, rows.lower.copy(), rows.upper.copy(), state)

    @property
    def p(self) -> int:
        return self.search.rows.p or 0

    def heuristic(self, start: Positions | None) -> None:
        saved = self.near.limit.repeat(np.diff(self.near.start)) - self.near.cost
        merit = np.bincount(self.near.candidate, saved, len(self.lower)).astype(np.float64)
        is_open = first_set(self.search, merit, start)
        self.search.tighten(0.0)
        if is_open is not None:
            self._improve(is_open)

    def _improve(self, is_open: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> bool:
        search_median(self.near, sides_of(self.search.rows), is_open, self.p, MOST_SWAPS)
        opened = np.flatnonzero(is_open)
        return not self.search.rows.broken(opened) and self.search.offer(opened)

    def relax(self) -> None:
        """Improve the bound in rounds; try the set each round ends with as a plan; lock what can be locked."""
        n, m = len(self.near.limit), len(self.lower)
        if self.search.opened is not None:
            is_open = np.zeros(m, dtype=bool)
            is_open[self.search.opened] = True
            first, second = np.empty(n), np.empty(n)
            two_nearest(self.near, is_open, first, second, np.empty(n, dtype=np.int64))
            self.state.value[:] = np.minimum((first + second) / 2, first * 2)
        for _ in range(ROUNDS):
            price = self._target()
            chosen = improve_bound(self.near, self.lower, self.upper, self.p, price, self.state, STEPS)
            self.search.work += STEPS * (n + m + len(self.near.cost) * 0.05) / ENTRIES_PER_WORK
            self._tighten(float(self.state.bound[0]))
            self._try(chosen)
            if self.search.opened is not None:
                self._fix()
            if self.search.is_done or self.state.bound[1] < 1e-3 or self.search.seconds_left <= 0:
                return

    def _tighten(self, bound: float) -> None:
        """Take a bound on the plans that are not yet locked out, all others being no better than the best plan."""
        best = self.search.objective
        self.search.tighten(bound if best is None else min(bound, best))

    def _target(self) -> float:
        if self.search.objective is not None:
            return self.search.objective
        return float(self.near.limit.sum())

    def _try(self, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
        opened = np.flatnonzero(chosen)
        if self.search.rows.broken(opened) or any(np.array_equal(opened, seen) for seen in self.chosen[-20:]):
            return
        self.chosen.append(opened)
        self._improve(chosen.copy())

    def _fix(self) -> None:
        fix_sites(self.near, self.lower, self.upper, self.p, self._beaten(), self.state.best)

    def _beaten(self) -> float:
        """Return the price no plan of which, or above, is wanted any more."""
        price = self._target()
        return price - 1.0 + 1e-6 if self.search.whole else price * (1.0 - 1e-9)

    def exact(self) -> None:
        """Prove what is left: by branching, or where rules beside the number of outlets hold, by an exact model."""
        if self.search.rows.is_plain:
            self._branch()
        else:
            self._solve_model()

    def _branch(self) -> None:
        search = self.search
        settled, free = np.flatnonzero(self.lower == 1.0), np.flatnonzero((self.lower == 0.0) & (self.upper == 1.0))
        root = Node(float(self.state.bound[0]), 0, settled, free, self.state.best.copy())
        tree = Tree(self.near, len(self.lower), self.p, [root])
        while tree.nodes and not search.is_done and search.seconds_left > 0 and search.work_left > 0:
            search.work += tree.advance(self._beaten(), self._offer_new) / ENTRIES_PER_WORK
            self._tighten(tree.bound)
        if not tree.nodes and search.opened is None:
            search.infeasible = True
            search.reasons.append(f"no {self.p} outlets reach all demand")

    def _offer_new(self, opened: Positions) -> None:
        if not any(np.array_equal(opened, seen) for seen in self.chosen[-20:]):
            self.chosen.append(opened)
            self.search.offer(opened)

    def _solve_model(self) -> None:
        """Solve the radius formulation of what is left, where it is not too large."""
        model, entries = self._radius_model()
        if model is None:
            self.search.reasons.append(
                f"the exact model of {entries:,} entries was not tried; the bound is from Lagrangian relaxation"
            )
            return
        m = len(self.lower)
        begin = np.full(len(model.cost), np.nan)
        if self.search.opened is not None:
            begin[:m] = 0.0
            begin[self.search.opened] = 1.0
        run = run_mip(model, self.search.limits_left, start=begin)
        best = self.search.objective
        if best is not None and (run.status == "infeasible" or (run.bound is not None and run.bound > best)):
            run = replace(run, status="optimal", bound=best)
        self.search.take(run, None if run.x is None else np.flatnonzero(run.x[:m] > 0.5))

    def _radius_model(self) -> tuple[MipModel | None, int]:
        near, rows = self._cut_off(), self.search.rows
        m, entries = len(self.lower), len(near.cost)
        if entries > MOST_MODEL_ENTRIES // 3:
            return None, 3 * entries
        point = np.repeat(np.arange(len(near.limit)), np.diff(near.start))
        new_level = np.ones(entries, dtype=bool)
        new_level[1:] = (point[1:] != point[:-1]) | (near.cost[1:] != near.cost[:-1])
        level = np.cumsum(new_level) - 1
        first = np.flatnonzero(new_level)
        owner, value = point[first], near.cost[first]
        is_last = np.append(owner[1:] != owner[:-1], True) if len(first) else np.empty(0, dtype=bool)
        following = np.where(is_last, near.limit[owner], np.append(value[1:], 0.0)) if len(first) else value
        cost = np.concatenate([np.zeros(m), following - value])
        upper = np.ones(m + len(first))
        upper[:m] = self.upper
        upper[m:][is_last & self._always_served(near)[owner]] = 0.0
        begins = np.append(True, owner[1:] != owner[:-1]) if len(first) else np.empty(0, dtype=bool)
        at = np.arange(len(first))
        steps = sparse.csr_array((np.ones(len(first)), (at, at)), (len(first), len(first))) - sparse.csr_array(
            (np.ones(int((~begins).sum())), (at[~begins], at[~begins] - 1)), (len(first), len(first))
        )
        opens = sparse.csr_array((np.ones(entries), (level, near.candidate)), (len(first), m))
        links = sparse.hstack([opens, steps])
        rule_rows = sparse.hstack([rows.rows, sparse.csr_array((len(rows.names), len(first)))])
        constant = float(value[begins].sum()) + float(near.limit[np.diff(near.start) == 0].sum())
        model = MipModel(
            cost=np.append(cost, constant),
            lower=np.concatenate([self.lower, np.zeros(len(first)), [1.0]]),
            upper=np.append(upper, 1.0),
            integer=np.concatenate([np.ones(m, dtype=bool), np.zeros(len(first) + 1, dtype=bool)]),
            rows=sparse.csr_array(
                sparse.hstack([sparse.vstack([rule_rows, links]), sparse.csr_array((len(rows.names) + len(first), 1))])
            ),
            row_lower=np.concatenate([rows.row_lower, np.where(begins, 1.0, 0.0)]),
            row_upper=np.concatenate([rows.row_upper, np.full(len(first), np.inf)]),
        )
        return model, 3 * entries

    def _always_served(self, near: Nearest) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Tell for every demand point whether it may not stay unserved: by the model, or since a locked one is near."""
        if self.must_serve:
            return np.ones(len(near.limit), dtype=bool)
        served = np.zeros(len(near.limit), dtype=bool)
        point = np.repeat(np.arange(len(near.limit)), np.diff(near.start))
        served[point[self.lower[near.candidate] == 1.0]] = True
        return served

    def _cut_off(self) -> Nearest:
        """Return the pairs that can still matter: of what can open, and no farther than what is locked open."""
        near = self.near
        point = np.repeat(np.arange(len(near.limit)), np.diff(near.start))
        nearest_locked = np.full(len(near.limit), np.inf)
        locked = self.lower[near.candidate] == 1.0
        np.minimum.at(nearest_locked, point[locked], near.cost[locked])
        keep = (self.upper[near.candidate] == 1.0) & (near.cost <= nearest_locked[point])
        keep &= near.cost < near.limit[point]
        start = np.concatenate(([0], np.cumsum(keep)))[near.start]
        return Nearest(start.astype(np.int64), near.candidate[keep], near.cost[keep], near.limit)
