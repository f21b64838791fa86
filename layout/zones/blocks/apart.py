"""Put the arrangement of some blocks of a hall as a mixed-integer program that is never dearer: `relax`.

Columns are x, y, w, h of k blocks, dx, dy of each pair, and four whole numbers a pair that say which block lies left
of, right of, below or above the other. In letters as in `layout.zones.blocks`, for each pair i < j:

minimise    Σ φ_ij (dx_ij + dy_ij)
subject to  l_ij + r_ij + b_ij + u_ij = 1
            x_j − x_i ≥ (w_i + w_j) / 2 − W (1 − l_ij), and so for r, b, u
            dx_ij ≥ |x_i − x_j|,  dx_ij ≥ (m_i + m_j) / 2 · (l_ij + r_ij),
            dx_ij ≥ (w_i + w_j) / 2 − M_ij (1 − l_ij − r_ij),  M_ij the most (w_i + w_j) / 2 can be; and so for dy
            blocks inside the hall, m_i ≤ w_i, h_i ≤ a_i / m_i, tangents of w_i · h_i ≥ a_i (see `polish`)
            Σ_{i<j in T} φ_ij (dx_ij + dy_ij) ≥ v_T for subsets T whose least price v_T was bounded before

Every plan of the whole hall, cut down to these blocks, is an answer: what lies apart can be told by one of the four,
and the blocks left out, the curve of areas and other pairs' flow are only forgotten. So its bound holds for every plan.
A plan mirrored is a plan at the same price; hence of one pair, the one with the most trips, r and u are ruled out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from layout.zones.blocks.problem import BlockProblem
from layout.zones.blocks.rows import Rows, Terms
from outlet.mip import MipModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TANGENTS = 9
LONGEST = 100.0
"""Length of the hall's longer side in the program, so that HiGHS's tolerances mean the same in every hall."""


def relax(problem: BlockProblem, chosen: Sequence[int], known: Mapping[tuple[int, ...], float]) -> MipModel:
    """Return the program for the blocks ``chosen``; ``known`` holds v_T of subsets, in the problem's own unit.

    Its objective is in the problem's unit times `scale_of`.
    """
    return _Model(problem, np.array(chosen)).build(known)


def scale_of(problem: BlockProblem) -> float:
    """Return by what lengths, and with them prices, are multiplied in the program."""
    return LONGEST / max(problem.width, problem.height)


class _Model:
    def __init__(self, problem: BlockProblem, chosen: Ints) -> None:
        scale = scale_of(problem)
        self._chosen = chosen
        self._scale = scale
        self._k = k = len(chosen)
        self._size = np.array([problem.width, problem.height]) * scale
        self._areas = problem.areas[chosen] * scale**2
        self._least = problem.least_side[chosen] * scale
        self._most = np.minimum((self._areas / self._least)[None, :], self._size[:, None])
        self._one, self._two = np.triu_indices(k, 1)
        self._trips = problem.trips[np.ix_(chosen, chosen)][self._one, self._two]
        self._pairs = len(self._one)
        self._rows = Rows(4 * k + 6 * self._pairs)

    def build(self, known: Mapping[tuple[int, ...], float]) -> MipModel:
        k, pairs, rows = self._k, self._pairs, self._rows
        for axis in (0, 1):
            self._inside(axis)
            self._apart(axis)
        for sign in (1.0, -1.0):
            rows.add([(self._way(way), sign) for way in range(4)], np.full(pairs, sign))
        for share in np.linspace(0.0, 1.0, TANGENTS):
            at = self._least * (self._areas / self._least**2) ** share
            blocks = np.arange(k)
            rows.add([(2 * k + blocks, self._areas / at**2), (3 * k + blocks, np.ones(k))], 2 * self._areas / at)
        self._subsets(known)
        most = np.ones(4 * pairs)
        if pairs:
            first = int(self._trips.argmax())
            most[[pairs + first, 3 * pairs + first]] = 0.0
        zeros = np.zeros(2 * k + 6 * pairs)
        lower = np.concatenate([zeros[: 2 * k], self._least, self._least, zeros[: 6 * pairs]])
        upper = np.concatenate([np.repeat(self._size, k), self._most.ravel(), np.repeat(self._size, pairs), most])
        return MipModel(
            cost=np.concatenate([np.zeros(4 * k), self._trips, self._trips, np.zeros(4 * pairs)]),
            lower=lower,
            upper=upper,
            integer=np.arange(len(upper)) >= len(upper) - 4 * pairs,
            rows=rows.matrix(),
            row_lower=rows.lower(),
            row_upper=np.full(len(rows.lower()), np.inf),
        )

    def _way(self, way: int) -> Ints:
        """Columns of l, r, b, u."""
        return 4 * self._k + (2 + way) * self._pairs + np.arange(self._pairs)

    def _inside(self, axis: int) -> None:
        blocks = np.arange(self._k)
        middle, side = axis * self._k + blocks, (2 + axis) * self._k + blocks
        self._rows.add([(middle, 1.0), (side, -0.5)], np.zeros(self._k))
        self._rows.add([(middle, -1.0), (side, -0.5)], np.full(self._k, -self._size[axis]))

    def _apart(self, axis: int) -> None:
        rows, k, count = self._rows, self._k, self._pairs
        size = self._size[axis]
        distance = 4 * k + axis * count + np.arange(count)
        one, two = axis * k + self._one, axis * k + self._two
        side_one, side_two = (2 + axis) * k + self._one, (2 + axis) * k + self._two
        before, after = self._way(2 * axis), self._way(2 * axis + 1)
        none = np.zeros(count)
        for here, there, way in ((one, two, before), (two, one, after)):
            rows.add([(distance, 1.0), (here, 1.0), (there, -1.0)], none)
            held = [(there, 1.0), (here, -1.0), (side_one, -0.5), (side_two, -0.5), (way, -size)]
            rows.add(held, np.full(count, -size))
        nearest = (self._least[self._one] + self._least[self._two]) / 2
        rows.add([(distance, 1.0), (before, -nearest), (after, -nearest)], none)
        widest = (self._most[axis, self._one] + self._most[axis, self._two]) / 2
        wide = [(distance, 1.0), (side_one, -0.5), (side_two, -0.5), (before, -widest), (after, -widest)]
        rows.add(wide, -widest)

    def _subsets(self, known: Mapping[tuple[int, ...], float]) -> None:
        """Add a row for each known subset of the chosen blocks."""
        number = {(int(self._chosen[i]), int(self._chosen[j])): at for at, (i, j) in enumerate(self._ends())}
        for subset, value in known.items():
            inside = [number.get((i, j)) for i in subset for j in subset if i < j]
            at = np.array([pair for pair in inside if pair is not None])
            if len(at) < len(inside):
                continue
            at = at[self._trips[at] > 0]
            columns = 4 * self._k + np.concatenate([at, self._pairs + at])
            terms: Terms = [
                (columns[[here]], np.array([trips])) for here, trips in enumerate(np.tile(self._trips[at], 2))
            ]
            self._rows.add(terms, np.array([value * self._scale]))

    def _ends(self) -> list[tuple[int, int]]:
        return list(zip(self._one.tolist(), self._two.tolist(), strict=True))
