r"""Choose p outlets that win the most customers from rivals.

Maximum capture under a choice model of the Huff or multinomial-logit kind (Benati and Hansen, 2002)::

    max Σ_i d_i s_i / (s_i + r_i),   s_i = Σ_j a_ij y_j,   Σ_j y_j = p,   y binary

a_ij is the attraction of candidate j for demand point i (Huff: size^α · minutes^−λ; logit: exp(utility)), r_i that of
the rivals and of going elsewhere. The objective is concave in y and submodular as a set function. The method: greedy
addition and interchange for a plan (`swap`); linear bounds on what any set wins (`lifted`), combined by a small
linear program (`bundle`), and branching over sets (`tree`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from outlet.arrays import as_vector
from outlet.outcome import Limits, Outcome
from siting.locate.capture.pull import Pull, gains_of, make_pull
from siting.locate.capture.swap import OpenSet
from siting.locate.capture.tree import ENTRIES_PER_WORK, CaptureTree
from siting.locate.problem import check
from siting.locate.problem.loads import refuse_loads
from siting.locate.problem.pairs import Matrix, Pairs, read_demand, read_pairs
from siting.locate.problem.plan import NO_RULES, Amounts, Positions, SitePlan, SiteRules
from siting.locate.problem.rules import SiteRows, bounded_rows
from siting.locate.problem.search import Search
from siting.locate.problem.seed import as_start, first_set
from siting.locate.problem.sides import sides_of

KICKS = 30
KICK_TIME = 0.15
"""Share of the time for kicks."""


def max_capture(
    attraction: Matrix,
    rivals: ArrayLike,
    demand: ArrayLike,
    p: int | None = None,
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
        Number of open outlets, those locked open included; what they win counts too. None where a rule bounds it.
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
    refuse_loads(rules, "max_capture")
    pairs = read_pairs("attraction", attraction, finite=True)
    against = as_vector("rivals", rivals, pairs.n, positive=True)
    weight = read_demand(np.asarray(demand), pairs.n)
    rows = bounded_rows(rules, pairs.m, p)
    search = Search(
        "most", rows, limits or Limits(), lambda opened: check.captured_demand(pairs, against, weight, opened)
    )
    if not search.refuse(rows.contradictions()):
        begin = as_start(start, pairs.m)
        solve = Capture.of(search, pairs, against, weight)
        search.run([solve.tree.first_bound, lambda: solve.heuristic(begin), solve.tree.run])
    return search.answer(lambda opened: SitePlan(opened, check.strongest_open(pairs, opened)))


@dataclass
class Capture:
    """One max capture under way; ``constant`` is what no free candidate can change, ``price`` (m,) weighs gains."""

    search: Search
    pull: Pull
    constant: float
    price: Amounts

    @classmethod
    def of(cls, search: Search, pairs: Pairs, rivals: Amounts, demand: Amounts) -> Capture:
        """Take what is locked open to the rivals, and leave out whom no free candidate pulls."""
        rows = search.rows
        locked = check.attraction_of(pairs, rows.locked_open)
        free = pairs.where((rows.can_open & (rows.lower == 0))[pairs.candidate] & (pairs.cost > 0))
        points = np.flatnonzero((np.diff(free.start) > 0) & (demand > 0))
        kept = free.of_points(points)
        against = locked + rivals
        share = locked / against
        pull = make_pull(kept, against[points], demand[points] * (rivals / against)[points])
        return cls(search, pull, float((demand * share).sum()), _price(rows))

    @cached_property
    def tree(self) -> CaptureTree:
        """The search for a proof."""
        return CaptureTree(self.search, self.pull, self.constant)

    def heuristic(self, start: Positions | None) -> None:
        """Find a plan."""
        rows = self.search.rows
        if start is not None and rows.can_open[start].all() and self._offer_from(np.union1d(start, rows.locked_open)):
            return
        if not self._offer_from(rows.locked_open):
            merit = gains_of(self.pull, np.zeros(len(self.pull.demand)))
            is_open = first_set(self.search, merit, start)
            if is_open is not None:
                self._offer_from(np.flatnonzero(is_open))

    def _offer_from(self, begin: Positions) -> bool:
        """Offer what addition, exchanges and kicks make of a set; tell whether the rules allow it."""
        search = self.search
        is_open = np.zeros(search.rows.m, dtype=bool)
        is_open[begin] = True
        found = OpenSet.of(self.pull, sides_of(search.rows), self.price, search.rows.p, is_open)
        found.settle(lambda: search.seconds_left <= 0)
        if search.rows.broken(found.opened):
            return False
        search.offer(found.opened)
        self._kick(found)
        return True

    def _kick(self, best: OpenSet) -> None:
        """Kick the best set again and again for a small part of the time."""
        search, rng = self.search, np.random.default_rng(self.search.limits.seed)
        until = KICK_TIME * search.seconds_left
        size = len(self.pull.candidate)

        def stop() -> bool:
            return search.limits.seconds - search.seconds_left > until or search.work_left <= 0

        for _ in range(KICKS):
            if stop() or not best.opened.size or self.tree.is_over:
                return
            trial = best.copy()
            trial.kick(rng)
            trial.settle(stop)
            search.work += size / ENTRIES_PER_WORK
            if trial.won > best.won and not search.rows.broken(trial.opened):
                best = trial
                search.offer(best.opened)


def _price(rows: SiteRows) -> Amounts:
    """Return what of the rules' limits each candidate uses up where their number is open, else 1, shape (m,)."""
    limited = np.isfinite(rows.row_upper)
    if rows.p is not None or not limited.any():
        return np.ones(rows.m)
    table = rows.rows[np.flatnonzero(limited)].tocoo()
    row, column = table.coords
    used = np.maximum(table.data, 0.0) / np.maximum(np.abs(rows.row_upper[limited]), 1e-9)[row]
    return np.bincount(column, used, rows.m).astype(np.float64) + 1e-6
