r"""Combine linear bounds on what sets win into the best bound the rules allow: a small linear program, made safe.

The demand points come in parts q, so that bounds made for one place stay good when another changes. With linear bounds
L_k(y) = c_k + g_k · y on what is won of the part q(k), each valid for every set, and the rules A y ≤ b as rows::

    max Σ_q θ_q   s.t.  θ_q(k) ≤ L_k(y) for all k,   A y ≤ b,   Σ_j y_j = p,   lower ≤ y ≤ upper

Its dual weighs the bounds (w_k ≥ 0, Σ w_k = 1 in every part) and prices the rules (λ ≥ 0). HiGHS finds the weights; the
bound itself is computed from them here, so that it holds whatever HiGHS's tolerances did::

    f(T) ≤ Σ w_k c_k + λ · b + max { v · y : Σ_j y_j = p, lower ≤ y ≤ upper },   v = Σ w_k g_k − λ A

where the maximum is the sum of the largest v_j. Rules enter the program only once a solution breaks them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse

from outlet.mip import MipModel, Relaxation
from outlet.outcome import Limits
from siting.locate.capture.pull import Flags
from siting.locate.problem.plan import Amounts
from siting.locate.problem.rules import SiteRows

ROW_ROUNDS = 20
MOST_NEW_ROWS = 500
ROW_SLACK = 1e-6


class Cut(NamedTuple):
    """A linear bound on what any set wins of a part of the demand points: ``constant + slope · y``."""

    part: int
    constant: float
    slope: Amounts


class Bounded(NamedTuple):
    """A bound, the y (m,) at which it is met, the weight of every cut, and the value v (m,) of every candidate."""

    bound: float
    y: Amounts
    weight: Amounts
    value: Amounts


def best_of(value: Amounts, lower: Amounts, upper: Amounts, p: int | None) -> float:
    """Return the most that ``value · y`` can be: p open, or any number; infinitely little where p cannot be."""
    free = value[upper > lower]
    sure = float(value[lower > 0].sum())
    if p is None:
        return sure + float(np.maximum(free, 0.0).sum())
    k = p - int((lower > 0).sum())
    if k < 0 or k > len(free):
        return -np.inf
    if k == 0:
        return sure
    return sure + float(np.partition(free, len(free) - k)[len(free) - k :].sum())


def fix_by_value(found: Bounded, least: float, lower: Amounts, upper: Amounts, p: int | None) -> tuple[Flags, Flags]:
    """Tell which candidates must be open, and which shut, in every set that wins more than ``least``, both (m,)."""
    free = upper > lower
    if p is None:
        far = free & (found.bound - np.abs(found.value) <= least)
        return far & (found.value > 0), far & (found.value < 0)
    k = p - int((lower > 0).sum())
    ranked = np.sort(found.value[free])[::-1]
    if k <= 0 or k >= len(ranked):
        return np.zeros(len(free), dtype=bool), np.zeros(len(free), dtype=bool)
    inside, outside = ranked[k - 1], ranked[k]
    must = free & (found.value > outside) & (found.bound - (found.value - outside) <= least)
    never = free & (found.value < inside) & (found.bound - (inside - found.value) <= least)
    return must & ~never, never & ~must


class Master:
    """The linear program of one node: cuts and, of the rules, those that were broken."""

    def __init__(
        self, rows: SiteRows, bounds: tuple[Amounts, Amounts], cuts: list[Cut], unit: float, limits: Limits
    ) -> None:
        self._rows, self._unit = rows, unit
        self._lower, self._upper = bounds
        self._first = 1 if rows.p is not None else 0
        self._free = np.flatnonzero(self._upper > self._lower)
        self._open = np.flatnonzero(self._lower > 0)
        self.cuts: list[Cut] = []
        self._side: list[int] = []
        self._is_cut: list[bool] = []
        f, parts = len(self._free), 1 + max(cut.part for cut in cuts)
        self._parts = parts
        count = np.append(np.ones(f), np.zeros(parts))[None]
        k = np.full(self._first, (rows.p or 0) - len(self._open), dtype=np.float64)
        self._program = Relaxation(
            MipModel(
                cost=np.append(np.zeros(f), np.ones(parts)),
                lower=np.append(np.zeros(f), np.full(parts, -np.inf)),
                upper=np.append(np.ones(f), np.full(parts, np.inf)),
                integer=np.zeros(f + parts, dtype=bool),
                rows=sparse.csr_array(count[: self._first]),
                row_lower=k,
                row_upper=k,
                maximise=True,
            ),
            limits,
        )
        self.add(cuts)

    @property
    def is_infeasible(self) -> bool:
        """Whether the rules allow no set here."""
        return self._program.is_infeasible

    def add(self, cuts: list[Cut]) -> None:
        """Add linear bounds."""
        f, k = len(self._free), len(cuts)
        table = np.zeros((k, f + self._parts))
        for at, cut in enumerate(cuts):
            table[at, :f] = cut.slope[self._free] / -self._unit
            table[at, f + cut.part] = 1.0
        upper = np.array([cut.constant + float(cut.slope[self._open].sum()) for cut in cuts]) / self._unit
        self._program.add_rows(sparse.csr_array(table), np.full(k, -np.inf), upper)
        self.cuts += cuts
        self._is_cut += [True] * k

    def solve(self, seconds: float) -> Bounded | None:
        """Return the bound, or None when stopped by the clock or there is no solution."""
        for _ in range(ROW_ROUNDS):
            solved = self._program.solve(seconds)
            if solved is None:
                return None
            y = self._lower.copy()
            y[self._free] = np.clip(solved[0][: len(self._free)], 0.0, 1.0)
            if not self._add_broken(y):
                break
        return self._certain(y)

    def _add_broken(self, y: Amounts) -> bool:
        """Add the rules that ``y`` breaks most; tell whether there were any."""
        rows, first = self._rows, self._first
        if len(rows.names) == first:
            return False
        total = np.asarray(rows.rows @ y, dtype=np.float64)
        over = np.maximum(total - rows.row_upper, rows.row_lower - total)
        over -= ROW_SLACK * np.maximum(1.0, np.abs(total))
        over[:first] = -1.0
        over[self._side] = -1.0
        broken = np.flatnonzero(over > 0)
        if broken.size == 0:
            return False
        if broken.size > MOST_NEW_ROWS:
            broken = np.sort(broken[np.argsort(-over[broken], kind="stable")[:MOST_NEW_ROWS]])
        some = sparse.csr_array(rows.rows[broken])
        settled = np.asarray(some @ self._lower, dtype=np.float64)
        columns = sparse.csr_array(some[:, self._free])
        wide = sparse.csr_array(
            (columns.data, columns.indices, columns.indptr), shape=(len(broken), len(self._free) + self._parts)
        )
        self._program.add_rows(wide, rows.row_lower[broken] - settled, rows.row_upper[broken] - settled)
        self._side += broken.tolist()
        self._is_cut += [False] * len(broken)
        return True

    def _certain(self, y: Amounts) -> Bounded:
        dual = self._program.row_dual[self._first :]
        is_cut = np.array(self._is_cut)
        length = min(len(dual), len(is_cut))
        weight = np.zeros(len(self.cuts))
        found = np.maximum(dual[:length][is_cut[:length]], 0.0)
        weight[: len(found)] = found
        part = np.array([cut.part for cut in self.cuts])
        total = np.bincount(part, weight, self._parts)
        latest = np.zeros(self._parts, dtype=np.int64)
        latest[part] = np.arange(len(part))
        weight[latest[total <= 0]] = 1.0
        weight /= np.bincount(part, weight, self._parts)[part]
        used = np.flatnonzero(weight)
        constant = float(sum(weight[at] * self.cuts[at].constant for at in used))
        value = np.sum([weight[at] * self.cuts[at].slope for at in used], axis=0)
        price = dual[:length][~is_cut[:length]] * self._unit
        if price.any():
            side = np.array(self._side[: len(price)])
            limit = np.where(price > 0, self._rows.row_upper[side], self._rows.row_lower[side])
            price[~np.isfinite(limit)] = 0.0
            limit[~np.isfinite(limit)] = 0.0
            constant += float(price @ limit)
            value = value - np.asarray(self._rows.rows[side].T @ price, dtype=np.float64)
        bound = constant + best_of(value, self._lower, self._upper, self._rows.p)
        return Bounded(bound, y, weight, value)
