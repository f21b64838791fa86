r"""Bound maximal covering below its linear relaxation: add up what each cell of the demand must lose against it.

With any prices λ, no p candidates cover more than ::

    Σ_i (w_i − λ_i) + the p largest ρ_j − Σ_c min_S loss_c(S)

with ρ and the loss as in `loss`, over the cells c of any partition of the points: candidates are copied into every cell
that they reach, e_j shared out by what each cell pays of ρ_j. It is the Lagrangian decomposition (Guignard and Kim,
1987) of covering by demand, the prices of the copies those of the relaxation, so that it is below its bound from the
start. The cells are groups of neighbouring outlets of a plan, so that few candidates lie across; the limit of each
cell's loss is raised step by step, first where that is cheap, and counts once no set loses less. Cells begin small.
After a while neighbours are joined, and what was proved of each is the floor of a part of the cell that they make:
searching it costs what it loses beyond that, not what it loses in all.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, uncounted
from siting.locate.cover.loss import FOUND, LIMIT, LOOKED, Cell, Copies, Descent, begin_descent, cell_of, go_deeper
from siting.locate.cover.patch import fill_overlap
from siting.locate.cover.reach import Floats, Ints, Reach
from siting.locate.problem.plan import Positions

MOST_OUTLETS = (2, 3, 4, 6, 8, 12, 17, 25, 36)
"""Outlets of the plan in one cell, at first and each time that cells are joined."""
LEVEL_LOOKED, LEVEL_PART = 150, 0.7
"""Entries looked at before cells are joined, for each pair given and as a part of those looked at before."""
MOST_OVERLAPS, MOST_GROUPED = 100_000_000, 1000
"""Open outlets times candidates, and open outlets, up to which cells are made."""
FIRST_PART = 0.1
"""Part of its share of the gap that a cell's limit begins with."""
GROWTH = 2.5
"""How many times as much the next step of a cell may cost as the last; the length of steps follows."""
GUESS = 0.25
"""Part of what the last search of each of its parts cost that the first of a joined cell is expected to cost."""
ABREAST = 2
"""Cells searched at a time, whatever the number of workers."""
SLICE = 20_000_000.0
SAFE = 1.0 - 1e-9
ROUNDING = 1.0 + 1e-12


@dataclass
class Part:
    """One cell: its points, the candidates that reach them with their share of e, and how far its loss is proved.

    ``parts`` are the cells it was made of, with what had been proved of them.
    """

    points: Ints
    member: Ints
    charge: Floats
    size: int
    step: float
    parts: tuple[Part, ...] = ()
    proved: float = 0.0
    cost: float = 1.0
    is_done: bool = False
    cell: Cell | None = None
    state: Descent | None = None

    @property
    def merit(self) -> float:
        """Loss proved for each entry to be looked at, as it may be expected."""
        return self.step / (GROWTH * self.cost)


@uncounted
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


def joined(parts: list[Part]) -> Part:
    """Return the cell made of some."""
    if len(parts) == 1:
        return parts[0]
    member, place = np.unique(np.concatenate([part.member for part in parts]), return_inverse=True)
    charge = np.zeros(len(member))
    np.add.at(charge, place, np.concatenate([part.charge for part in parts]))
    whole = Part(np.concatenate([part.points for part in parts]), member, charge, sum(part.size for part in parts), 0.0)
    whole.step, whole.parts = float(np.mean([part.step for part in parts])), tuple(parts)
    whole.proved, whole.cost = sum(part.proved for part in parts), GUESS * sum(part.cost for part in parts)
    for part in parts:
        part.parts, part.cell, part.state = (), None, None
    return whole


def prepared(reach: Reach, price: Floats, part: Part, limit: float) -> Cell:
    """Return a cell in the form the search takes, without candidates that alone would lose the limit."""
    parts = part.parts or (part,)
    floor: Floats = np.array([each.proved for each in part.parts] or [0.0])
    member = np.concatenate([each.member for each in parts])
    charge = np.concatenate([each.charge for each in parts])
    owner = np.repeat(np.arange(len(parts)), [len(each.member) for each in parts])
    alone = np.bincount(member, np.maximum(0.0, charge - floor[owner])) + floor.sum()
    few = np.flatnonzero(alone[member] < limit)
    few = few[np.argsort(member[few], kind="stable")]
    chosen, start = np.unique(member[few], return_index=True)
    copies = Copies(np.append(start, len(few)).astype(np.int64), owner[few], charge[few])
    part_of = np.repeat(np.arange(len(parts)), [len(each.points) for each in parts])
    return cell_of(reach, price, part.points, part_of, chosen, copies, floor)


def groups_of(common: NDArray[np.float64], size: NDArray[np.float64], most: float) -> Ints:
    """Return the group of each: the two groups with most in common are joined until they would be too large."""
    common, size, group = common.copy(), size.copy(), np.arange(len(common))
    np.fill_diagonal(common, 0.0)
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
    workers
        Threads; what is found does not depend on them.
    """

    reach: Reach
    p: int
    opened: Positions
    price: Floats
    best: float
    go_on: Callable[[int, float], bool]
    workers: int = 1
    parts: list[Part] = field(default_factory=list)
    common: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    relaxed: float = np.inf
    level: int = 0
    looked: float = 0.0
    begun: float = 0.0

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
        affinity = overlap @ overlap.T + 1e-9 * np.eye(len(overlap))
        scale = np.sqrt(np.diag(affinity))
        self.common = affinity / np.outer(scale, scale)
        group = groups_of(self.common, np.ones(len(overlap)), MOST_OUTLETS[0])
        belongs = np.eye(group.max() + 1)[group]
        self.common = belongs.T @ self.common @ belongs
        vote = overlap.T @ belongs
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
            self.parts.append(Part(points, member, share[c, member], int(size[c]), step))

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
        with ThreadPoolExecutor(min(self.workers, ABREAST)) as threads:
            while self.parts and self.bound >= target:
                left = sorted((part for part in self.parts if not part.is_done), key=lambda part: -part.merit)
                several = threads.map if self.workers > 1 and self.looked else map
                now = [part for part in left[:ABREAST] if part.merit >= left[0].merit / ABREAST**2]
                looked = sum(several(self._search, now))
                self.looked += looked
                self._join()
                if not now or not self.go_on(int(looked), self.bound):
                    return

    def _search(self, part: Part) -> float:
        """Search a cell for a while, to its next limit at most; return the entries looked at."""
        if part.state is None or part.cell is None:
            limit = part.proved + part.step
            part.cell = prepared(self.reach, self.price, part, limit)
            part.state = begin_descent(part.cell, self._depth(part), limit)
        before = part.state.mark[LOOKED]
        ended = go_deeper(part.cell, part.state, SLICE, self._depth(part) < self.p, 0)
        looked = float(part.state.mark[LOOKED] - before)
        if ended:
            self._note(part, part.state)
        elif looked < SLICE:
            part.is_done, part.cell, part.state = True, None, None
        return looked

    def _depth(self, part: Part) -> int:
        return min(self.p, 3 * part.size + 10)

    def _join(self) -> None:
        """Join neighbouring cells, once the present ones have had their part of the work or nothing is left of them."""
        most = max(LEVEL_LOOKED * len(self.reach.candidate), LEVEL_PART * self.begun)
        while self.level + 1 < len(MOST_OUTLETS):
            if self.looked - self.begun < most and not all(part.is_done for part in self.parts):
                return
            self.level, self.begun = self.level + 1, self.looked
            size = np.array([part.size for part in self.parts], dtype=np.float64)
            group = groups_of(self.common, size, MOST_OUTLETS[self.level])
            belongs = np.eye(group.max() + 1)[group]
            self.common = belongs.T @ self.common @ belongs
            self.parts = [joined([self.parts[c] for c in np.flatnonzero(row)]) for row in belongs.T]

    def _note(self, part: Part, state: Descent) -> None:
        part.proved, part.is_done = float(state.mark[LIMIT]), bool(state.mark[FOUND] > 0)
        looked = max(1.0, float(state.mark[LOOKED]))
        grown, part.cost, part.cell, part.state = looked / part.cost, looked, None, None
        if grown < GROWTH / 1.5:
            part.step *= 1.5
        elif grown > GROWTH * 1.5:
            part.step /= 1.5
