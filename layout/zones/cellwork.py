"""Hold the arrays that the compiled annealing works on, and the geometry of rectangles of cells."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from layout.zones.problem import Ints


class FloorArrays(NamedTuple):
    """The floor with a border of one blocked cell.

    ``…_sum[r, c]`` counts the cells below and left of [r, c]. ``start`` (s, 2) and ``exits`` (t, 3: exit, row, column)
    are positions of the walker; ``sizes`` holds the walker, the turning circle and the contact staff need, in cells,
    row and column of the middle of the entrances, and how
    far from it, at most, a walk begins.
    """

    blocked: NDArray[np.uint8]
    open: NDArray[np.int32]
    blocked_sum: NDArray[np.int32]
    closed_sum: NDArray[np.int32]
    window_sum: NDArray[np.int32]
    start: Ints
    exits: Ints
    sizes: Ints
    cell_m: float


class ZoneArrays(NamedTuple):
    """The zones: ``shapes`` of all zones one below the other, zone i's from ``first[i]`` to ``first[i + 1]``."""

    shapes: Ints
    first: Ints
    target: Ints
    public: NDArray[np.uint8]
    full: NDArray[np.uint8]
    wall: NDArray[np.uint8]
    enclosed: NDArray[np.uint8]
    back_to: NDArray[np.uint8]
    within: NDArray[np.float64]
    locked: NDArray[np.uint8]
    flow: NDArray[np.float64]
    close: NDArray[np.float64]
    sees: NDArray[np.uint8]
    weights: NDArray[np.float64]


class Scratch(NamedTuple):
    """Room to work in, so that a trial allocates nothing; ``bill`` holds hard and soft price of the last trial."""

    square: NDArray[np.int32]
    steps: NDArray[np.int32]
    queue: NDArray[np.int32]
    cover: NDArray[np.int32]
    access: Ints
    bill: NDArray[np.float64]


@njit(cache=True)
def cells_in(table: NDArray[np.int32], x: int, y: int, w: int, h: int) -> int:
    """Sum over columns x to x + w, rows y to y + h; x and y count from −1, the border."""
    top, right = y + 1 + h, x + 1 + w
    return int(table[top, right] - table[y + 1, right] - table[top, x + 1] + table[y + 1, x + 1])


@njit(cache=True)
def strip(place: Ints, side: int, depth: int) -> tuple[int, int, int, int]:
    """Return x, y, width, height of the strip ``depth`` cells deep that lies before a side of a zone."""
    x, y, w, h = place[0], place[1], place[2], place[3]
    if side == 0:
        return x + w, y, depth, h
    if side == 1:
        return x, y + h, w, depth
    if side == 2:
        return x - depth, y, depth, h
    return x, y - depth, w, depth


@njit(cache=True)
def shared(x: int, y: int, w: int, h: int, place: Ints) -> int:
    """Return how many cells of a rectangle lie in a zone."""
    wide = min(x + w, place[0] + place[2]) - max(x, place[0])
    high = min(y + h, place[1] + place[3]) - max(y, place[1])
    return int(wide * high) if wide > 0 and high > 0 else 0


@njit(cache=True)
def gap(a: Ints, b: Ints) -> int:
    """Return the distance of two zones along the axes, cells."""
    dx = max(0, b[0] - a[0] - a[2], a[0] - b[0] - b[2])
    dy = max(0, b[1] - a[1] - a[3], a[1] - b[1] - b[3])
    return int(dx + dy)


@njit(cache=True)
def contact(a: Ints, b: Ints) -> int:
    """Return the longest stretch of zone b on the back or on one side of zone a, cells."""
    best = 0
    for turn in range(1, 4):
        x, y, w, h = strip(a, (a[4] + turn) % 4, 1)
        best = max(best, shared(x, y, w, h, b))
    return best
