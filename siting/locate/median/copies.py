r"""Bound a p-median by solving cells of its demand one by one, each with copies of the candidates in reach of it.

Cell c has a copy y^c_j of every candidate j of its windows; one cell of them owns j. With prices β_cj ≥ 0 for
y^c_j ≤ y_j (c not the owner) and π ≥ 0 for the number of outlets, the copies fall apart (Lagrangian decomposition:
Guignard and Kim, 1987)::

    Σ_c min_S { cost_c(S) + Σ_{j ∈ S} f_cj } − p π,   f_cj = β_cj, and π − Σ_d β_dj where c owns j

is a lower bound for all prices. Each min is a location problem with charges f and any number open, solved by `tree`,
and a lower bound of it does. With the multipliers λ of the relaxation as a whole, β_cj = Σ_{i ∈ c} max(0, λ_i − c_ij)
and π between the p-th and the next of the sums of savings, it is no less than the bound of λ, and higher by what whole
outlets cost more than parts within each cell. A tree of the whole would have to close these gaps all together; here the
work adds up instead of multiplying. Prices then follow the subgradient: up where a cell uses what its owner shuts.

A copy with a charge of nothing is open; one with less than nothing is paid for whether it serves or not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from siting.locate.median.cells import Cell, cell_at, cells_of, savings, served_by
from siting.locate.median.near import Flags, Floats, Ints, Nearest
from siting.locate.median.tree import Node, Problem, Tree, price_at_least
from siting.locate.problem.plan import Positions
from siting.locate.problem.sides import Sides

MOST_PARTS, LEAST_OUTLETS = 10, 3
"""A cell has a tenth of the outlets, but so many at least."""

TOLERANCE = 0.05
"""Part of its share of the gap at which a cell is solved."""

CELL_WORK = 1e9
FIRST_SCALE, MOMENTUM, COOLING, MOST_FAILED, LEAST_SCALE = 0.5, 0.5, 0.6, 3, 0.02
ROUNDING = 1e-15


@dataclass(frozen=True)
class Round:
    """The bound of the prices, the candidates that their owners open, and the work done."""

    bound: float
    opened: Positions
    work: float


class Copies:
    """The cells of a p-median and the prices of their copies, arrays of shape (m, cells)."""

    def __init__(self, near: Nearest, value: Floats, is_open: Flags, usable: Flags, p: int) -> None:
        cell = cells_of(near, value, is_open, usable, max(LEAST_OUTLETS, p // MOST_PARTS))
        count, m = int(cell.max()) + 1, len(usable)
        self.p, self.n = p, len(value)
        self.cells = [cell_at(near, np.flatnonzero(cell == c), value, is_open, usable) for c in range(count)]
        reach = np.zeros((m, count), dtype=bool)
        for c, part in enumerate(self.cells):
            reach[part.candidates, c] = True
        saved = np.where(reach, savings(near, value, cell, count, m), 0.0)
        self.owner: Ints = np.where(reach, saved, -1.0).argmax(axis=1)
        self.is_foreign = reach.copy()
        self.is_foreign[np.arange(m), self.owner] = False
        last = np.partition(saved.sum(axis=1), (m - p - 1, m - p))[m - p - 1 : m - p + 1]
        self.beta, self.charge = np.where(self.is_foreign, saved, 0.0), float(last.mean())
        self.best, self.best_beta, self.best_charge = -np.inf, self.beta, self.charge
        self.turn, self.turn_of_charge = np.zeros((m, count)), 0.0
        self.scale, self.failed = FIRST_SCALE, 0

    @property
    def may_help(self) -> bool:
        """Tell whether steps are still long enough."""
        return self.scale > LEAST_SCALE and len(self.cells) > 1

    def advance(self, price: float, gap: float, may_go_on: Callable[[], bool]) -> Round:
        """Solve the cells at the present prices, to a part of the ``gap``, and move the prices towards ``price``."""
        uses = np.zeros(self.beta.shape)
        bounds, work = np.empty(len(self.cells)), 0.0
        for c, cell in enumerate(self.cells):
            bounds[c], done = _solved(cell, self._charges(c), TOLERANCE * gap / len(self.cells), may_go_on)
            uses[cell.candidates[cell.is_open], c] = 1.0
            work += done
        size = float(np.abs(bounds).sum() + 2.0 * np.abs(self.beta).sum()) + self.p * self.charge
        bound = float(bounds.sum()) - self.p * self.charge - ROUNDING * (self.n + len(self.beta)) * size
        owned = uses[np.arange(len(self.beta)), self.owner]
        self._move(bound, price, np.where(self.is_foreign, uses - owned[:, None], 0.0), float(owned.sum()) - self.p)
        return Round(bound, np.flatnonzero(owned), work)

    def _charges(self, c: int) -> Floats:
        """Return f of the candidates of a cell."""
        candidates = self.cells[c].candidates
        foreign = self.beta[candidates]
        charges: Floats = np.where(
            self.owner[candidates] == c, self.charge - foreign.sum(axis=1), self.beta[candidates, c]
        )
        return charges

    def _move(self, bound: float, price: float, slope: Floats, slope_of_charge: float) -> None:
        if bound > self.best:
            self.best, self.best_beta, self.best_charge, self.failed = bound, self.beta, self.charge, 0
        else:
            self.failed += 1
        if self.failed == MOST_FAILED:
            self.scale, self.failed = COOLING * self.scale, 0
            self.beta, self.charge = self.best_beta, self.best_charge
            self.turn, self.turn_of_charge = np.zeros_like(self.turn), 0.0
        slope[(self.beta <= 0.0) & (slope < 0.0)] = 0.0
        self.turn = slope + MOMENTUM * self.turn
        self.turn_of_charge = slope_of_charge + MOMENTUM * self.turn_of_charge
        norm = float((self.turn**2).sum()) + self.turn_of_charge**2
        if norm == 0.0 or not np.isfinite(bound):
            self.scale = 0.0
            return
        step = self.scale * max(0.0, price - bound) / norm
        self.beta = np.where(self.is_foreign, np.maximum(0.0, self.beta + step * self.turn), 0.0)
        self.charge = max(0.0, self.charge + step * self.turn_of_charge)


def _solved(cell: Cell, charges: Floats, slack: float, may_go_on: Callable[[], bool]) -> tuple[float, float]:
    """Return a lower bound of a cell, to within ``slack`` if work allows, and the work; its best set is kept."""
    paid, free = np.minimum(charges, 0.0), np.maximum(charges, 0.0)
    near, m = cell.near, len(charges)
    best = _thinned(near, cell.is_open | (free == 0.0), free)
    price = [_price(near, best, free)]

    def offer(opened: Positions) -> None:
        is_open = np.zeros(m, dtype=bool)
        is_open[opened] = True
        if (found := _price(near, is_open, free)) < price[0]:
            price[0], best[:] = found, is_open

    nothing = np.zeros(0)
    whole = np.zeros(0, dtype=np.int64)
    sides = Sides(np.zeros(m), np.ones(m), np.zeros(m + 1, dtype=np.int64), whole, nothing, nothing, nothing)
    root = Node(-np.inf, 0, np.flatnonzero(free == 0.0), np.flatnonzero(free), (), cell.value, nothing)
    tree, work = Tree(Problem(near, sides, m, 0, free), [root]), 0.0
    while tree.nodes and tree.bound < price[0] - slack and work < CELL_WORK and may_go_on():
        at_root = tree.nodes[0] is root
        work += tree.advance(price[0] - slack, offer, may_go_on)
        if at_root and tree.nodes:
            cell.value = tree.nodes[0].value
    reached = min(tree.bound, price[0] - slack)
    serves = np.zeros(m, dtype=bool)
    who = served_by(near, best)
    serves[who[who >= 0]] = True
    cell.is_open = serves | (charges < 0.0)
    return reached + float(paid.sum()), work


def _price(near: Nearest, is_open: Flags, charges: Floats) -> float:
    return price_at_least(near, is_open) + float(charges[is_open].sum())


def _thinned(near: Nearest, is_open: Flags, charges: Floats) -> Flags:
    """Return a set without what is not worth its charge."""
    best, price = is_open.copy(), _price(near, is_open, charges)
    for j in np.flatnonzero(is_open & (charges > 0.0)):
        best[j] = False
        without = _price(near, best, charges)
        if without < price:
            price = without
        else:
            best[j] = True
    return best
