"""Find which points lie within a straight-line radius of which, without a dense matrix, and walks from such lines.

Points are sorted into square cells of half a radius. A place looks at the cells its circle can touch, a row of cells
being one run of points found by bisection, so that memory follows the points and the pairs and never the area.

A walk is taken to be a straight line times a detour factor: an assumption for places whose streets are not known, or
too many to follow. Time follows the number of pairs within about 1.5 radii.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.compiled import compiled
from outlet.errors import InputError

Floats = NDArray[np.float64]
Keys = NDArray[np.int64]
Csr = sparse.csr_array[np.float64]

CELLS_PER_RADIUS = 2
MOST_CELLS = 1 << 30
"""A side of the grid; its square still is a 64-bit key."""
BLOCK_LOOKS = 1 << 22


class PointGrid:
    """Points, shape (n, 2), metres, sorted into cells; ``order`` holds their positions in the order of the cells."""

    def __init__(self, points: Floats, radius_m: float) -> None:
        self.radius_m = radius_m
        self.low = points.min(axis=0)
        extent = float((points.max(axis=0) - self.low).max())
        self.side = max(radius_m / CELLS_PER_RADIUS, extent / MOST_CELLS)
        self.width = int(extent // self.side) + 1
        column, row = np.floor((points - self.low) / self.side).astype(np.int64).clip(0, self.width - 1).T
        key = row * self.width + column
        self.order: Keys = np.argsort(key, kind="stable")
        self.key, self.points = key[self.order], points[self.order]

    def looks(self, places: Floats) -> Keys:
        """Return how many points lie in the cells of each place, shape (m,): no fewer than within its radius."""
        return _count_looks(self.key, self.width, self._cells(places))

    def pairs(self, places: Floats, looks: int) -> tuple[Floats, Keys, Keys]:
        """Return the pairs within the radius: distance, place in ``order``, and where a place's pairs start, (m + 1,).

        ``looks`` is the sum of what `looks` returns for the places.
        """
        cells = self._cells(places)
        return _find_pairs(self.key, self.width, self.points, places, cells, self.radius_m, looks)

    def _cells(self, places: Floats) -> Keys:
        """Return the first and last column and the first and last row that each circle touches, shape (m, 4)."""
        reach = self.radius_m * (1 + 1e-9)
        low = np.floor(np.clip((places - reach - self.low) / self.side, 0.0, self.width))
        high = np.floor(np.clip((places + reach - self.low) / self.side, -1.0, self.width - 1))
        return np.column_stack((low[:, 0], high[:, 0], low[:, 1], high[:, 1])).astype(np.int64)


def straight_minutes(
    origins_xy: Floats, targets_xy: Floats, *, cutoff_min: float, m_per_min: float, detour: float
) -> Csr:
    """Return walking minutes from every origin to every target within the cut-off, along no streets.

    Parameters
    ----------
    origins_xy, targets_xy
        Coordinates, shapes (n, 2) and (m, 2), metres.
    cutoff_min
        Longest walk of interest, minutes.
    m_per_min
        Walking speed, metres per minute.
    detour
        How much longer than a straight line a walk is taken to be, at least 1.

    Returns
    -------
    csr_array
        Shape (n, m), minutes; an entry for every pair within the cut-off and no other, zeros explicit, indices sorted.

    Raises
    ------
    InputError
        When the cut-off or speed is not above 0 or the detour below 1.

    Examples
    --------
    >>> streets = np.array([[0.0, 0.0], [0.0, 400.0]])
    >>> straight_minutes(streets, streets, cutoff_min=6, m_per_min=100, detour=1.5).toarray().tolist()
    [[0.0, 6.0], [6.0, 0.0]]
    """
    for name, value, least in (("cutoff_min", cutoff_min, 0.0), ("m_per_min", m_per_min, 0.0)):
        if not (np.isfinite(value) and value > least):
            raise InputError(f"{name} is {value}; expected a number above 0")
    if not (np.isfinite(detour) and detour >= 1):
        raise InputError(f"detour is {detour}; expected a number from 1")
    n, m = len(origins_xy), len(targets_xy)
    if not n or not m:
        return sparse.csr_array((n, m), dtype=np.float64)
    # A hair more, so that a walk of just the cut-off is found; what is longer is dropped below.
    grid = PointGrid(np.ascontiguousarray(targets_xy, dtype=np.float64), cutoff_min * m_per_min / detour * (1 + 1e-9))
    places = np.ascontiguousarray(origins_xy, dtype=np.float64)
    ends = np.cumsum(grid.looks(places))
    number = np.int32 if m <= np.iinfo(np.int32).max else np.int64
    minutes, columns, counts = [], [], []
    first = 0
    while first < n:
        before = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + BLOCK_LOOKS, side="right")))
        distance, point, start = grid.pairs(places[first:last], int(ends[last - 1]) - before)
        walk = distance * (detour / m_per_min)
        near = walk <= cutoff_min * (1 + 1e-12)
        total = np.concatenate([[0], np.cumsum(near)])
        counts.append(np.diff(total[start]))
        minutes.append(np.minimum(walk[near], cutoff_min))
        columns.append(grid.order[point[near]].astype(number))
        first = last
    pointers = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    data = np.concatenate(minutes)
    minutes.clear()
    indices = np.concatenate(columns)
    columns.clear()
    small = len(data) <= np.iinfo(np.int32).max and number is np.int32
    found = sparse.csr_array((data, indices, pointers.astype(np.int32) if small else pointers), shape=(n, m))
    found.sort_indices()
    return found


@compiled
def _count_looks(key: Keys, width: int, cells: Keys) -> Keys:
    """Return how many points lie in the cells of each place, shape (m,)."""
    looks = np.zeros(len(cells), dtype=np.int64)
    for j in range(len(cells)):
        if cells[j, 0] <= cells[j, 1]:
            for row in range(cells[j, 2], cells[j, 3] + 1):
                looks[j] += np.searchsorted(key, row * width + cells[j, 1] + 1) - np.searchsorted(
                    key, row * width + cells[j, 0]
                )
    return looks


@compiled
def _find_pairs(
    key: Keys, width: int, points: Floats, places: Floats, cells: Keys, radius: float, looks: int
) -> tuple[Floats, Keys, Keys]:
    """Return distance and point of each pair within the radius, and where a place's pairs start, shape (m + 1,)."""
    distance, point = np.empty(looks), np.empty(looks, dtype=np.int64)
    start = np.zeros(len(places) + 1, dtype=np.int64)
    found = 0
    for j in range(len(places)):
        if cells[j, 0] <= cells[j, 1]:
            for row in range(cells[j, 2], cells[j, 3] + 1):
                first = np.searchsorted(key, row * width + cells[j, 0])
                last = np.searchsorted(key, row * width + cells[j, 1] + 1)
                for i in range(first, last):
                    x, y = points[i, 0] - places[j, 0], points[i, 1] - places[j, 1]
                    far = np.sqrt(x * x + y * y)
                    if far <= radius:
                        distance[found], point[found] = far, i
                        found += 1
        start[j + 1] = found
    return distance[:found], point[:found], start
