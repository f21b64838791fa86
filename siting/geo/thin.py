"""Thin points to a least distance: each is kept, in the order given, unless one kept before lies closer.

Points are hashed into squares as wide as the spacing, so that only nine squares are looked at per point.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from outlet.compiled import compiled

Points = NDArray[np.float64]
Ints = NDArray[np.int64]

EQUAL = 1e-9


def thin(points: Points, spacing_m: float, *, taken: Points | None = None, taken_m: float = 0.0) -> Ints:
    """Keep each point, in the order given, unless one kept before lies closer than the spacing.

    Parameters
    ----------
    points
        Shape (k, 2), metres, the most wanted first.
    spacing_m
        Least distance between two points kept, metres, above 0.
    taken
        Places already taken, shape (t, 2), metres, or None.
    taken_m
        Least distance of a point kept to those, metres.

    Returns
    -------
    kept
        Positions of the points kept, ascending, shape (n,).
    """
    free = np.arange(len(points), dtype=np.int64)
    if taken is not None and len(taken) and len(points) and taken_m > 0:
        off = cKDTree(taken).query(points, distance_upper_bound=taken_m)[0]
        free = free[off >= taken_m * (1 - EQUAL)]
    if len(free) < 2:
        return free
    xy = points[free]
    cell = np.floor((xy - xy.min(axis=0)) / spacing_m).astype(np.int64) + 1
    wide = int(cell[:, 1].max()) + 2
    key = cell[:, 0] * wide + cell[:, 1]
    cells, at = np.unique(key, return_inverse=True)
    kept = _thin(xy, cells, at.astype(np.int64), wide, (spacing_m * (1 - EQUAL)) ** 2)
    return free[kept]


@compiled
def _thin(xy: Points, cells: Ints, at: Ints, wide: int, closest: float) -> NDArray[np.bool_]:
    kept = np.zeros(len(xy), dtype=np.bool_)
    last = np.full(len(cells), -1, dtype=np.int64)
    before = np.full(len(xy), -1, dtype=np.int64)
    for point in range(len(xy)):
        is_free = True
        for aside in range(-1, 2):
            first = cells[at[point]] + aside * wide - 1
            cell = np.searchsorted(cells, first)
            while cell < len(cells) and cells[cell] <= first + 2 and is_free:
                other = last[cell]
                while other >= 0 and is_free:
                    across, up = xy[other, 0] - xy[point, 0], xy[other, 1] - xy[point, 1]
                    is_free = across * across + up * up > closest
                    other = before[other]
                cell += 1
        if is_free:
            kept[point] = True
            before[point] = last[at[point]]
            last[at[point]] = point
    return kept
