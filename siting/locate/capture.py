r"""Choose p outlets that win the most customers from rivals.

Maximum capture under a choice model of the Huff or multinomial-logit kind (Benati and Hansen, 2002)::

    max Σ_i d_i s_i / (s_i + r_i),   s_i = Σ_j a_ij y_j,   Σ_j y_j = p,   y binary

a_ij is the attraction of candidate j for demand point i (Huff: size^α · minutes^−λ; logit: exp(utility)), r_i that of
the rivals and of going elsewhere. The objective is concave in y and submodular as a set function. The method: greedy
and interchange for a plan; the linear relaxation of the epigraph, one θ for every demand point (or group of them),
tightened by tangents and submodular cuts (`cuts`; Ljubić and Moreno, 2018; Mai and Lodi, 2020); candidates locked by
their reduced costs; where few sets are left, branching over sets (`tree`), else the binary master by HiGHS, with cuts
added at its plans until its bound meets the best plan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from outlet.arrays import as_positions, as_vector
from outlet.mip import MipModel, Relaxation, run_mip
from outlet.outcome import Limits, Outcome
from siting.locate import check
from siting.locate.cuts import Points, tightest_cuts
from siting.locate.local_search import Pull, search_capture
from siting.locate.pairs import Matrix, Pairs, read_demand, read_pairs
from siting.locate.plan import NO_RULES, Amounts, Positions, SitePlan, SiteRules
from siting.locate.rules import site_rows
from siting.locate.search import PROOF, SOLVER_PROOF, Search
from siting.locate.seed import first_set
from siting.locate.sides import sides_of
from siting.locate.tree import search_tree

MOST_SWAPS = 1000
MOST_GROUPS = 4000
ROUNDS = 80
ENTRIES_PER_WORK = 2e6
"""Entries of cuts in one solve of the relaxation that make one unit of work, about a second."""
TINY_SLOPE = 1e-7
"""Share of a demand point below which a cut counts a candidate as open: looser, still valid, and well scaled."""
MOST_SETS = 50_000_000
BRANCH_WORK = 3.0
BRANCH_ENTRIES_PER_WORK = 3e8
"""Pairs looked at in branching over sets that make one unit of work, about a second."""


def max_capture(
    attraction: Matrix,
    rivals: ArrayLike,
    demand: ArrayLike,
    p: int,
    *,
    rules: SiteRules = NO_RULES,
    limits: Limits | None = None,
    start: ArrayLike | None = None,
) -> Outcome[SitePlan]:
    """Choose p outlets that win the most demand from rivals.

    Parameters
    ----------
    attraction
        How strongly each candidate pulls each demand point, shape (n, m), from 0, dense or CSR; an absent entry is 0.
    rivals
        Attraction of the rivals and of going elsewhere, shape (n,), above 0.
    demand
        Shape (n,), from 0.
    p
        Number of open outlets, those locked open included; what they win counts too.
    rules
        What the set must satisfy beside.
    limits
        When to stop.
    start
        Positions of a plan to begin with; one that breaks a rule is ignored.

    Returns
    -------
    Objective and bound in units of demand; ``assigned`` is the open outlet that attracts most.

    Raises
    ------
    InputError
        When an array or a number breaks its contract.

    Examples
    --------
    >>> outcome = max_capture(np.array([[1.0, 0.0], [1.0, 3.0]]), rivals=[1.0, 1.0], demand=[10.0, 8.0], p=1)
    >>> outcome.status, outcome.solution.opened, outcome.objective
    ('optimal', array([0]), 9.0)
    """
    pairs = read_pairs("attraction", attraction, finite=True)
    against = as_vector("rivals", rivals, pairs.n, positive=True)
    weight = read_demand(np.asarray(demand), pairs.n)
    rows = site_rows(rules, pairs.m, p)
    search = Search(
        "most", rows, limits or Limits(), lambda opened: check.captured_demand(pairs, against, weight, opened)
    )
    if reasons := rows.contradictions():
        search.infeasible, search.reasons = True, list(reasons)
    else:
        begin = None if start is None else as_positions("start", start, pairs.m)
        solve = _Solve.of(search, pairs, against, weight)
        search.run([lambda: solve.heuristic(begin), solve.relax, solve.branch, solve.exact])
    return search.answer(lambda opened: SitePlan(opened, check.strongest_open(pairs, opened)))


@dataclass
class _Solve:
    """One max capture under way.

    ``constant`` is what demand points win that no free candidate can change; ``group`` is the θ of every point.
    """

    search: Search
    points: Points
    group: NDArray[np.int64]
    constant: float
    lower: Amounts
    upper: Amounts
    cuts: list[tuple[sparse.csr_array[np.float64], Amounts]] = field(default_factory=list)
    last: tuple[Amounts, Amounts] | None = None

    @classmethod
    def of(cls, search: Search, pairs: Pairs, rivals: Amounts, demand: Amounts) -> _Solve:
        rows = search.rows
        locked = check.attraction_of(pairs, rows.locked_open)
        free = pairs.where((rows.can_open & (rows.lower == 0))[pairs.candidate] & (pairs.cost > 0))
        used = (np.diff(free.start) > 0) & (demand > 0)
        constant = float((demand * locked / (locked + rivals))[~used].sum())
        points = np.flatnonzero(used)
        kept = free.of_points(points)
        kept = kept.reordered(np.lexsort((kept.candidate, -kept.cost, kept.point)))
        arrays = Points(
            start=kept.start.astype(np.int64),
            candidate=kept.candidate.astype(np.int64),
            attraction=kept.cost,
            rivals=rivals[points],
            demand=demand[points],
            base=locked[points],
        )
        return cls(search, arrays, _groups(kept), constant, rows.lower.copy(), rows.upper.copy())

    @property
    def thetas(self) -> int:
        return int(self.group.max(initial=-1)) + 1

    @cached_property
    def pull(self) -> Pull:
        """What free candidates win beyond what is locked open: rivals and demand as they are left by that."""
        points, m = self.points, len(self.lower)
        order = np.argsort(points.candidate, kind="stable")
        owner = np.repeat(np.arange(len(points.demand)), np.diff(points.start))
        return Pull(
            by_start=np.concatenate(([0], np.cumsum(np.bincount(points.candidate, minlength=m)))).astype(np.int64),
            by_point=owner[order],
            attraction=points.attraction[order],
            rivals=points.rivals + points.base,
            demand=points.demand * points.rivals / (points.rivals + points.base),
        )

    def heuristic(self, start: Positions | None) -> None:
        points, m = self.points, len(self.lower)
        pairs = Pairs(m, points.start, points.candidate.astype(np.int32), points.attraction)
        most = points.base + np.bincount(pairs.point, points.attraction, pairs.n)
        self.search.tighten(self.constant + float((points.demand * most / (most + points.rivals)).sum()))
        merit = np.bincount(points.candidate, points.attraction * points.demand[pairs.point], m).astype(np.float64)
        is_open = first_set(self.search, merit, start)
        if is_open is not None:
            search_capture(self.pull, sides_of(self.search.rows), is_open, self.search.rows.p or 0, MOST_SWAPS)
            if not self.search.rows.broken(np.flatnonzero(is_open)):
                self.search.offer(np.flatnonzero(is_open))

    def relax(self) -> None:
        """Solve the linear relaxation with cuts, and lock what its reduced costs allow."""
        m = len(self.lower)
        for y in self._first_points():
            self._add_cuts(y, None)
        relaxation = Relaxation(self._model(), self.search.limits_left)
        stalled, entries = 0, sum(rows.nnz for rows, _ in self.cuts)
        for _ in range(ROUNDS):
            found = relaxation.solve(self.search.seconds_left)
            self.search.work += entries / ENTRIES_PER_WORK
            if found is None:
                return
            x, value, reduced = found
            before = self.search.gap
            self.search.tighten(self.constant + value)
            self._lock(x, reduced, self.constant + value)
            stalled = stalled + 1 if before - self.search.gap < 1e-3 * before else 0
            if self.search.is_done or stalled >= 3 or self.search.work_left <= 0:
                return
            added = self._add_cuts(x[:m], x[m:])
            if added is None:
                return
            relaxation.add_rows(added[0], np.full(len(added[1]), -np.inf), added[1])
            entries += added[0].nnz

    def branch(self) -> None:
        """Prove the best plan by branching over sets, where few outlets and candidates are left."""
        rows, best = self.search.rows, self.search.objective
        free = np.flatnonzero((self.upper > 0) & (rows.lower == 0))
        k = (rows.p or 0) - len(rows.locked_open)
        if rows.p is None or k < 1 or best is None or math.comb(len(free), k) > MOST_SETS:
            return
        is_open = rows.lower > 0
        locked = self.search.price(rows.locked_open)
        least = best * (1.0 + PROOF) - locked
        size = float(np.diff(self.pull.by_start)[free].sum()) + 1.0
        most = int(BRANCH_WORK * BRANCH_ENTRIES_PER_WORK / size)
        _, nodes = search_tree(self.pull, sides_of(rows), free, is_open, k, least, most)
        self.search.work += nodes * size / BRANCH_ENTRIES_PER_WORK
        if is_open.sum() == rows.p:
            self.search.offer(np.flatnonzero(is_open))
        if nodes < most and self.search.objective is not None:
            self.search.tighten(self.search.objective)

    def exact(self) -> None:
        """Solve the binary master again and again, with cuts at every plan it finds, until its bound is met."""
        self._drop_slack_cuts()
        m = len(self.lower)
        cut_at: set[bytes] = set()
        while not self.search.is_done and self.search.seconds_left > 0 and self.search.work_left > 0:
            seen: list[Amounts] = []
            run = run_mip(self._model(), self.search.limits_left, start=self._start(), on_incumbent=seen.append)
            best = self.search.objective
            if run.status == "infeasible" and best is not None:
                self.search.tighten(best)
                return
            self.search.work += run.work
            if run.bound is not None:
                bound = self.constant + run.bound
                proof = SOLVER_PROOF if run.status == "optimal" else PROOF
                self.search.tighten(bound if best is None else max(bound, best), rounding=proof)
            plans = [x for x in [*seen, *([] if run.x is None else [run.x])] if _set_of(x[:m]) not in cut_at]
            for x in plans:
                y = np.rint(x[:m])
                cut_at.add(_set_of(y))
                if not self.search.rows.broken(np.flatnonzero(y)):
                    self.search.offer(np.flatnonzero(y))
                self._add_cuts(y, None if x is run.x else x[m:])
            if run.stopped_by not in ("proof", "gap") or not plans:
                self.search.stopped_by = run.stopped_by
                return

    def _first_points(self) -> list[Amounts]:
        points = [self.lower.copy()]
        if self.search.opened is not None:
            y = np.zeros(len(self.lower))
            y[self.search.opened] = 1.0
            points.append(y)
        return points

    def _add_cuts(self, y: Amounts, theta: Amounts | None) -> tuple[sparse.csr_array[np.float64], Amounts] | None:
        """Add the tightest cuts at ``y`` of the groups whose θ is above them, of all where θ is None."""
        points, k = self.points, self.thetas
        n, m = len(points.demand), len(self.lower)
        constant, slope, value = np.zeros(n), np.zeros(len(points.attraction)), np.zeros(n)
        tightest_cuts(points, y, constant, slope, value)
        owner = np.repeat(np.arange(n), np.diff(points.start))
        tiny = slope < TINY_SLOPE * points.demand[owner]
        constant += np.bincount(owner[tiny], slope[tiny], n)
        slope[tiny] = 0.0
        limit = np.bincount(self.group, value, k)
        violated = np.ones(k, dtype=bool) if theta is None else theta > limit + 1e-6 * (1e-9 + np.abs(limit))
        if not violated.any():
            return None
        some = ~tiny
        pulls = sparse.csr_array((-slope[some], (self.group[owner[some]], points.candidate[some])), shape=(k, m))
        rows = sparse.csr_array(sparse.hstack([pulls, sparse.identity(k)]))[np.flatnonzero(violated)]
        upper = np.bincount(self.group, constant, k).astype(np.float64)[violated]
        self.cuts.append((sparse.csr_array(rows), upper))
        return self.cuts[-1]

    def _model(self) -> MipModel:
        rows, k, m = self.search.rows, self.thetas, len(self.lower)
        rule_rows = sparse.hstack([rows.rows, sparse.csr_array((len(rows.names), k))])
        upper = np.concatenate([rows.row_upper, *(limit for _, limit in self.cuts)])
        top = np.bincount(self.group, self.points.demand, k).astype(np.float64)
        return MipModel(
            cost=np.concatenate([np.zeros(m), np.ones(k)]),
            lower=np.concatenate([self.lower, np.zeros(k)]),
            upper=np.concatenate([self.upper, top]),
            integer=np.concatenate([np.ones(m, dtype=bool), np.zeros(k, dtype=bool)]),
            rows=sparse.csr_array(sparse.vstack([rule_rows, *(cut for cut, _ in self.cuts)])),
            row_lower=np.concatenate([rows.row_lower, np.full(len(upper) - len(rows.row_upper), -np.inf)]),
            row_upper=upper,
            maximise=True,
        )

    def _lock(self, x: Amounts, reduced: Amounts, bound: float) -> None:
        best, m = self.search.objective, len(self.lower)
        self.last = (x, reduced)
        if best is None:
            return
        worse = bound - np.abs(reduced[:m]) < best * (1.0 - 1e-9)
        free = self.upper > self.lower
        self.upper[free & worse & (x[:m] < 1e-9)] = 0.0
        self.lower[free & worse & (x[:m] > 1.0 - 1e-9)] = 1.0

    def _drop_slack_cuts(self) -> None:
        """Keep the cuts that hold with equality at the end of the relaxation, and the first of all."""
        if self.last is None:
            return
        x, kept = self.last[0], self.cuts[:1]
        for rows, upper in self.cuts[1:]:
            tight = np.asarray(rows @ x) >= upper - 1e-6 * np.maximum(1.0, np.abs(upper))
            if tight.any():
                kept.append((sparse.csr_array(rows[np.flatnonzero(tight)]), upper[tight]))
        self.cuts = kept

    def _start(self) -> Amounts | None:
        if self.search.opened is None:
            return None
        begin = np.full(len(self.lower) + self.thetas, np.nan)
        begin[: len(self.lower)] = 0.0
        begin[self.search.opened] = 1.0
        return begin


def _set_of(y: Amounts) -> bytes:
    return np.packbits(y > 0.5).tobytes()


def _groups(pairs: Pairs) -> NDArray[np.int64]:
    """Return the number of the θ of every demand point: its own, or one for neighbours where there are too many."""
    if pairs.n <= MOST_GROUPS:
        return np.arange(pairs.n)
    strongest = np.full(pairs.n, pairs.m)
    top = np.zeros(pairs.n)
    np.maximum.at(top, pairs.point, pairs.cost)
    ties = pairs.cost == top[pairs.point]
    np.minimum.at(strongest, pairs.point[ties], pairs.candidate[ties])
    rank = np.empty(pairs.n, dtype=np.int64)
    rank[np.lexsort((-top, strongest))] = np.arange(pairs.n)
    return rank * MOST_GROUPS // pairs.n
