"""Find the doorways of built rooms: gaps in walls right beside a rectangle of floor, `gaps_beside`.

Plans often draw an inner doorway as nothing but a gap between two walls. A gap is a stretch of an edge before which the
floor is free as deep as `REACH_CELLS`, between two stretches before which it is not, and no wider than a doorway.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from layout.floor.cells import Cells
from layout.floor.doorway import Doorway

REACH_CELLS = 2
LEAST_M, WIDEST_M = 0.5, 1.75


def gaps_beside(cells: Cells, rect: Sequence[float]) -> tuple[Doorway, ...]:
    """Return the gaps in walls along the edges of a rectangle x, y, width, height, metres; they face out of it.

    >>> free = np.ones((8, 8), dtype=bool)
    >>> free[3, :] = False
    >>> free[3, 2:5] = True
    >>> gaps_beside(Cells(free, free, 0.0, 0.0), (0.0, 1.0, 2.0, 1.0))
    (Doorway(x=0.875, y=1.0, width_m=0.75, facing_deg=270.0),)
    """
    c = cells.cell_m
    west, south = round((rect[0] - cells.x0) / c), round((rect[1] - cells.y0) / c)
    east, north = west + round(rect[2] / c), south + round(rect[3] / c)
    rows, columns = cells.free.shape
    free = np.zeros((rows + 2 * REACH_CELLS, columns + 2 * REACH_CELLS), dtype=bool)
    free[REACH_CELLS:-REACH_CELLS, REACH_CELLS:-REACH_CELLS] = cells.free
    found = []
    for side in range(4):
        low, high = (south, north) if side % 2 == 0 else (west, east)
        lanes = free if side % 2 == 1 else free.T
        edge = (east, north, west - REACH_CELLS, south - REACH_CELLS)[side] + REACH_CELLS
        # One more cell at either end tells whether a gap at the corner has a jamb there.
        line = np.asarray(lanes[edge : edge + REACH_CELLS, low + REACH_CELLS - 1 : high + REACH_CELLS + 1].all(axis=0))
        at = round((rect[0] + rect[2], rect[1] + rect[3], rect[0], rect[1])[side], 3)
        for start, end in _runs(line):
            if LEAST_M <= (end - start) * c <= WIDEST_M:
                begin = cells.y0 if side % 2 == 0 else cells.x0
                middle = round(begin + (low - 1 + (start + end) / 2) * c, 3)
                place = (at, middle) if side % 2 == 0 else (middle, at)
                found.append(Doorway(*place, round((end - start) * c, 3), 90.0 * side))
    return tuple(found)


def _runs(line: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return begin and end of each stretch that is set, with others before and behind it."""
    steps = np.flatnonzero(np.diff(line.astype(np.int8), prepend=line[:1].astype(np.int8)))
    return [(a, b) for a, b in pairwise(steps.tolist()) if line[a]]
