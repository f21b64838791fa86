r"""Open as few outlets as win a share of the demand from rivals.

Fewest outlets for a target share under a choice model of the Huff or multinomial-logit kind::

    min Σ_j y_j   s.t.   Σ_i d_i s_i / (s_i + r_i) ≥ share · Σ_i d_i,   s_i = Σ_j a_ij y_j,   y binary

Addition and exchanges give a plan of k outlets; the linear bounds of `lifted` say how many outlets any plan needs at
least; then, one number of outlets after another, `tree` looks for a plan that wins enough or proves that there
is none.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from outlet.arrays import as_vector
from outlet.errors import InputError
from outlet.outcome import Limits, Outcome
from siting.locate.capture.max_capture import Capture
from siting.locate.capture.swap import OpenSet
from siting.locate.problem import check
from siting.locate.problem.loads import refuse_loads
from siting.locate.problem.pairs import Matrix, Pairs, read_demand, read_pairs
from siting.locate.problem.plan import NO_RULES, Amounts, Positions, SitePlan, SiteRules
from siting.locate.problem.rules import SiteRows, site_rows
from siting.locate.problem.search import PROOF, Search
from siting.locate.problem.seed import as_start
from siting.locate.problem.sides import sides_of


def fewest_for_share(
    attraction: Matrix,
    rivals: ArrayLike,
    demand: ArrayLike,
    share: float,
    *,
    rules: SiteRules = NO_RULES,
    limits: Limits | None = None,
    start: ArrayLike | None = None,
) -> Outcome[SitePlan]:
    """Open as few outlets as win a share of the demand.

    Parameters
    ----------
    attraction
        How strongly each candidate pulls each demand point, shape (n, m), from 0, dense or CSR; an absent entry is 0.
    rivals
        Attraction of the rivals and of going elsewhere, shape (n,), above 0.
    demand
        Shape (n,), from 0.
    share
        Share of all demand to be won at least, above 0 and at most 1.
    rules
        What the set must satisfy beside; what is locked open counts as an outlet and wins too.
    limits
        When to stop.
    start
        Positions of a plan to begin with; one that breaks a rule is ignored.

    Returns
    -------
    Objective and bound in outlets; ``assigned`` is the open outlet that attracts most.

    Raises
    ------
    InputError
        When an array or a number breaks its contract.

    Examples
    --------
    >>> outcome = fewest_for_share(np.eye(3), rivals=[1.0, 1.0, 1.0], demand=[6.0, 3.0, 1.0], share=0.4)
    >>> outcome.status, outcome.solution.opened, outcome.objective
    ('optimal', array([0, 1]), 2.0)
    """
    refuse_loads(rules, "fewest_for_share")
    pairs = read_pairs("attraction", attraction, finite=True)
    against = as_vector("rivals", rivals, pairs.n, positive=True)
    weight = read_demand(np.asarray(demand), pairs.n)
    if not 0 < share <= 1:
        raise InputError(f"share is {share:g}; expected a share above 0 and at most 1")
    rows = site_rows(rules, pairs.m, None)
    search = Search("least", rows, limits or Limits(), lambda opened: float(len(opened)), whole=True)
    if not search.refuse(rows.contradictions()):
        begin = as_start(start, pairs.m)
        target = share * math.fsum(weight.tolist()) * (1.0 - PROOF)
        fewest = _Fewest(search, pairs, against, weight, target)
        search.run([lambda: fewest.plan(begin), fewest.prove])
    return search.answer(lambda opened: SitePlan(opened, check.strongest_open(pairs, opened)))


class _Fewest:
    """One search for the fewest outlets under way."""

    def __init__(self, search: Search, pairs: Pairs, rivals: Amounts, demand: Amounts, target: float) -> None:
        self.search, self.target = search, target
        self._parts = pairs, rivals, demand
        self._price: Callable[[Positions], float] = lambda opened: check.captured_demand(pairs, rivals, demand, opened)

    def plan(self, start: Positions | None) -> None:
        """Find a plan: as many outlets as addition needs, or more where that is not enough, then one less and less."""
        rows = self.search.rows
        least, most = max(1, len(rows.locked_open)), int(rows.can_open.sum())
        self.search.tighten(float(least))
        k, step = self._greedy_count(least, most), 1
        if start is not None and not rows.broken(start) and self._price(start) >= self.target:
            self.search.offer(start)
            k = min(k, len(start) - 1)
        while self.search.opened is None and not self._is_late() and not self._finds(k) and k < most:
            k, step = min(k + step, most), 2 * step
        while self.search.opened is not None and not self._is_late() and not self.search.is_done:
            if not self._finds(len(self.search.opened) - 1):
                return

    def prove(self) -> None:
        """Look for plans of fewer outlets, the fewest first, until none can win enough."""
        rows = self.search.rows
        for k in range(max(1, len(rows.locked_open)), int(rows.can_open.sum()) + 1):
            if self._is_late() or (self.search.objective is not None and k >= self.search.objective):
                return
            if not self._settles(k):
                return
            best = self.search.objective
            self.search.tighten(float(k + 1 if best is None else min(k + 1, best)))
        if self.search.objective is None:
            self.search.infeasible = True
            self.search.reasons.append("no set that the rules allow wins the share")

    def _greedy_count(self, least: int, most: int) -> int:
        """Return how many outlets addition opens until it wins enough, ``most`` where it never does."""
        solve = self._with(most)
        is_open = self.search.rows.lower > 0
        found = OpenSet.of(solve.pull, sides_of(self.search.rows), solve.price, None, is_open)
        found.fill(lambda: found.won + solve.constant >= self.target or self._is_late())
        return int(np.clip(found.is_open.sum(), least, most))

    def _is_late(self) -> bool:
        search = self.search
        return search.is_done or search.seconds_left <= 0 or search.work_left <= 0

    def _with(self, k: int) -> Capture:
        """Return the max capture of k outlets that ends once they win enough."""
        inner = Search("most", _with_count(self.search.rows, k), replace(self.search.limits_left, gap=0.0), self._price)
        solve = Capture.of(inner, *self._parts)
        solve.tree.enough = self.target
        return solve

    def _finds(self, k: int) -> bool:
        """Tell whether addition and exchanges find k outlets that win enough; offer them."""
        if k < 1:
            return False
        solve = self._with(k)
        solve.search.run([lambda: solve.heuristic(None)])
        return self._take(solve.search)

    def _settles(self, k: int) -> bool:
        """Find k outlets that win enough, or prove that there are none; tell whether either was done in time."""
        solve = self._with(k)
        if solve.search.rows.contradictions():
            return True
        solve.search.run([solve.tree.run])
        return self._take(solve.search) or solve.tree.is_settled

    def _take(self, inner: Search) -> bool:
        self.search.work += inner.work
        if inner.stopped_by == "interrupt":
            raise KeyboardInterrupt
        if inner.opened is None or inner.objective is None or inner.objective < self.target:
            return False
        self.search.offer(inner.opened)
        return True


def _with_count(rows: SiteRows, k: int) -> SiteRows:
    """Return the rules with the number of outlets as their first row."""
    table = sparse.csr_array(sparse.vstack([sparse.csr_array(np.ones((1, rows.m))), rows.rows]))
    low, high = np.append(float(k), rows.row_lower), np.append(float(k), rows.row_upper)
    return SiteRows(
        k, rows.lower, rows.upper, table, low, high, ("the number of outlets", *rows.names), np.append(1.0, rows.unit)
    )
