r"""Bound maximal covering below its linear relaxation: add up what each cell of the demand must lose against it.

With any prices λ, no p candidates cover more than ::

    Σ_i (w_i − λ_i) + the p largest ρ_j − Σ_c min_S loss_c(S)

with ρ and the loss as in `loss`, over the cells c of any partition of the points: candidates are copied into every cell
that they reach, e_j shared out by what each cell pays of ρ_j. It is the Lagrangian decomposition (Guignard and Kim,
1987) of covering by demand, the prices of the copies those of the relaxation, so that it is below its bound from the
start. The cells are groups of neighbouring outlets of a plan, so that few candidates lie across; the limit of each
cell's loss is raised step by step, first where that is cheap, and counts once no set loses less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled
from siting.locate.cover.loss import FOUND, LIMIT, LOOKED, Cell, Descent, begin_descent, cell_of, go_deeper
from siting.locate.cover.patch import fill_overlap
from siting.locate.cover.reach import Floats, Ints, Reach
from siting.locate.problem.plan import Positions

MOST_OUTLETS = 12
"""Outlets of the plan in one cell."""
MOST_OVERLAPS, MOST_GROUPED = 100_000_000, 1000
"""Open outlets times candidates, and open outlets, up to which cells are made."""
FIRST_PART = 0.1
"""Part of its share of the gap that a cell's limit begins with."""
GROWTH = 2.5
"""How many times as much the next step of a cell may cost as the last; the length of steps follows."""
SLICE = 20_000_000.0
SAFE = 1.0 - 1e-9
ROUNDING = 1.0 + 1e-12


@dataclass
class Part:
    """One cell: its points, the candidates that reach them with their share of e, and how far its loss is proved."""

    points: Ints
    member: Ints
    charge: Floats
    depth: int
    step: float
    proved: float = 0.0
    cost: float = 1.0
    is_done: bool = False
    cell: Cell | None = None
    state: Descent | None = None

    @property
    def merit(self) -> float:
        """Loss proved for each entry to be looked at, as it may be expected."""
        return self.step / (GROWTH * self.cost)


@compiled
def _fill_sums(reach: Reach, price: Floats, cell: Ints, sums: NDArray[np.float64]) -> None:
    """Fill what each cell pays of each candidate's ρ, shape (cells, m)."""
    for i in range(len(cell)):
        if cell[i] >= 0:
            for at in range(reach.start[i], reach.start[i + 1]):
                sums[cell[i], reach.candidate[at]] += price[i]


@compiled
def _cells_of(reach: Reach, vote: NDArray[np.float64]) -> Ints:
    """Return the cell of every point that its candidates have voted for, −1 where none has a vote."""
    n, count = len(reach.weight), vote.shape[1]
    cell, total = np.full(n, -1), np.zeros(count)
    for i in range(n):
        total[:] = 0.0
        for at in range(reach.start[i], reach.start[i + 1]):
            total += vote[reach.candidate[at]]
        if total.max() > 0.0:
            cell[i] = np.argmax(total)
    return cell


def groups_of(affinity: NDArray[np.float64], most: int) -> Ints:
    """Return the group of each outlet: the two groups with most in common are joined until they would be too large."""
    scale = np.sqrt(np.diag(affinity))
    common = affinity / np.outer(scale, scale)
    np.fill_diagonal(common, 0.0)
    size, group = np.ones(len(common)), np.arange(len(common))
    while True:
        merit = common / np.sqrt(np.outer(size, size))
        merit[size[:, None] + size > most] = 0.0
        a, b = np.unravel_index(int(merit.argmax()), merit.shape)
        if merit[a, b] <= 0.0:
            return np.unique(group, return_inverse=True)[1].astype(np.int64)
        common[a] += common[b]
        common[:, a] += common[:, b]
        common[b], common[:, b], common[a, a] = 0.0, 0.0, 0.0
        size[a] += size[b]
        group[group == b] = a


@dataclass
class Cells:
    """The cells of a problem in which every candidate covers the whole of a point, at given prices.

    Parameters
    ----------
    reach, p
        The problem.
    opened
        A plan, which the cells follow.
    price
        λ, shape (n,), best those of the linear relaxation.
    best
        Value of the plan.
    go_on
        Called with the entries looked at and the bound; False where a limit is met.
    """

    reach: Reach
    p: int
    opened: Positions
    price: Floats
    best: float
    go_on: Callable[[int, float], bool]
    parts: list[Part] = field(default_factory=list)
    relaxed: float = np.inf

    def __post_init__(self) -> None:
        """Make the cells."""
        self.price = np.clip(self.price, 0.0, self.reach.weight)
        m = len(self.reach.by_start) - 1
        if not len(self.opened) or not len(self.reach.weight) or not 0 < self.p < m:
            return
        if len(self.opened) > MOST_GROUPED or len(self.opened) * m > MOST_OVERLAPS:
            return
        overlap = np.empty((len(self.opened), m))
        looked = sum(fill_overlap(self.reach, int(j), row) for j, row in zip(self.opened, overlap, strict=True))
        group = groups_of(overlap @ overlap.T + 1e-9 * np.eye(len(overlap)), MOST_OUTLETS)
        vote = overlap.T @ np.eye(group.max() + 1)[group]
        vote /= np.maximum(vote.sum(axis=1, keepdims=True), 1e-300)
        self._fill(_cells_of(self.reach, vote), np.bincount(group))
        self.go_on(looked + 2 * len(self.reach.candidate), self.bound)

    def _fill(self, cell: Ints, size: Ints) -> None:
        sums = np.zeros((len(size), len(self.reach.by_start) - 1))
        _fill_sums(self.reach, self.price, cell, sums)
        unvoted: Floats = np.zeros((1, sums.shape[1]))
        _fill_sums(self.reach, self.price, np.where(cell < 0, 0, -1), unvoted)
        gain = sums.sum(axis=0) + unvoted[0]
        largest = np.sort(gain)[::-1][: self.p]
        self.relaxed = float((self.reach.weight - self.price).sum() + largest.sum())
        short = np.maximum(largest[-1] - gain, 0.0) * SAFE
        share = short * sums / np.maximum(gain, 1e-300)
        step = FIRST_PART * max(self.relaxed - self.best, 1e-6 * abs(self.relaxed)) / len(size)
        for c in range(len(size)):
            points = np.flatnonzero(cell == c)
            member = np.unique(np.concatenate([self.reach.candidate[:0], *self._rows(points)])).astype(np.int64)
            depth = min(self.p, 3 * int(size[c]) + 10)
            self.parts.append(Part(points, member, share[c, member], depth, step))

    def _rows(self, points: Ints) -> list[NDArray[np.int32]]:
        return [self.reach.candidate[self.reach.start[i] : self.reach.start[i + 1]] for i in points]

    @property
    def bound(self) -> float:
        """No p candidates cover more."""
        return (self.relaxed - SAFE * sum(part.proved for part in self.parts)) * ROUNDING

    @property
    def merit(self) -> float:
        """How much the bound may be expected to fall for each entry looked at; 0 where nothing is left to raise."""
        return max((part.merit for part in self.parts if not part.is_done), default=0.0)

    def advance(self, target: float) -> None:
        """Raise limits until the bound is below the target, nothing is left to raise, or time is up."""
        while self.bound >= target:
            left = [part for part in self.parts if not part.is_done]
            if not left or not self._raise(max(left, key=lambda part: part.merit)):
                return

    def _raise(self, part: Part) -> bool:
        """Search a cell to its next limit; return False where time is up, and go on there the next time."""
        if part.state is None or part.cell is None:
            limit = part.proved + part.step
            few = part.charge < limit
            part.cell = cell_of(self.reach, self.price, part.points, part.member[few], part.charge[few])
            part.state = begin_descent(part.cell, part.depth, limit)
        ended = False
        while not ended:
            before = part.state.mark[LOOKED]
            ended = go_deeper(part.cell, part.state, SLICE, part.depth < self.p)
            looked = part.state.mark[LOOKED] - before
            if not ended and looked < SLICE:
                part.is_done, part.state = True, None
                return True
            if not self.go_on(int(looked), self.bound) and not ended:
                return False
        self._note(part, part.state)
        return self.go_on(0, self.bound)

    def _note(self, part: Part, state: Descent) -> None:
        part.proved, part.is_done = float(state.mark[LIMIT]), bool(state.mark[FOUND] > 0)
        looked = max(1.0, float(state.mark[LOOKED]))
        grown, part.cost, part.cell, part.state = looked / part.cost, looked, None, None
        if grown < GROWTH / 1.5:
            part.step *= 1.5
        elif grown > GROWTH * 1.5:
            part.step /= 1.5
