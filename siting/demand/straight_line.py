"""Sum the demand within a straight-line radius of very many places, without streets and without a dense matrix.

::

    D_j = Σ_i w_i · f(d_ij / v)    over the demand points i with d_ij ≤ r

with d in metres, the walking speed v and a decay kernel f of minutes. A first look at a whole country, or the feature
to use where no streets are known; where they are, `siting.demand.catchment` follows them.

Points are sorted into square cells of half a radius. A place looks at the cells its circle can touch, a row of cells
being one run of points found by bisection, so that memory follows the points and never the area. Places are worked
off in blocks of about a million looks; the kernel is applied to the distances of a block at once. Time follows the
number of pairs within about 1.5 radii.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled
from outlet.errors import InputError

Floats = NDArray[np.float64]
Keys = NDArray[np.int64]
Kernel = Callable[[Floats], Floats]

BLOCK_LOOKS = 1 << 20
CELLS_PER_RADIUS = 2
MOST_CELLS = 1 << 30
"""A side of the grid; its square still is a 64-bit key."""


def demand_around(
    places: Floats,
    points: Floats,
    weight: Floats,
    *,
    radius_m: float,
    decay: Kernel | None = None,
    speed_m_min: float = 80.0,
) -> Floats:
    """Return the demand within a radius of each place; unit: that of ``weight``; more is better.

    Parameters
    ----------
    places
        Candidates, shape (m, 2), in a coordinate system in metres.
    points
        Demand points, shape (n, 2), in the same system.
    weight
        Demand, shape (n,), or (n, k) for k segments, at least 0.
    radius_m
        Beyond it nothing counts, metres; a point on the circle counts.
    decay
        From minutes to weights, elementwise, such as `siting.demand.decay.Decay`; None: everything counts in full.
    speed_m_min
        What turns metres into the minutes of ``decay``, metres a minute.

    Returns
    -------
    Shape (m,), or (m, k); the same whatever the number of processors.

    Raises
    ------
    InputError
        When shapes differ, a value is no number or a weight negative, the radius or speed is not above 0, or all
        coordinates lie within ±180 and ±90: these are degrees (a system in metres has no city so near its origin).
    """
    where, homes = _coordinates("places", places), _coordinates("points", points)
    for name, value in (("radius_m", radius_m), ("speed_m_min", speed_m_min)):
        if not (np.isfinite(value) and value > 0):
            raise InputError(f"{name} is {value}; expected a number above 0")
    amounts = np.ascontiguousarray(weight, dtype=np.float64)
    if amounts.shape[:1] != (len(homes),) or amounts.ndim not in (1, 2):
        raise InputError(f"weight has shape {amounts.shape}; expected ({len(homes)},) or ({len(homes)}, k)")
    if not np.isfinite(amounts).all() or (amounts < 0).any():
        raise InputError("a demand weight is negative or not a number; expected numbers from 0")
    columns = amounts if amounts.ndim == 2 else amounts[:, np.newaxis]
    total = np.zeros((len(where), columns.shape[1]))
    if len(where) and len(homes):
        grid = _Grid(homes, columns, radius_m)
        kernel = None if decay is None else (lambda metres: decay(metres / speed_m_min))
        grid.add_to(total, where, kernel)
    return total if amounts.ndim == 2 else total[:, 0]


class _Grid:
    """Demand points sorted into cells, shape (n, 2), with their demand, shape (n, k)."""

    def __init__(self, points: Floats, weight: Floats, radius_m: float) -> None:
        self.radius_m = radius_m
        self.low = points.min(axis=0)
        extent = float((points.max(axis=0) - self.low).max())
        self.side = max(radius_m / CELLS_PER_RADIUS, extent / MOST_CELLS)
        self.width = int(extent // self.side) + 1
        column, row = np.floor((points - self.low) / self.side).astype(np.int64).clip(0, self.width - 1).T
        key = row * self.width + column
        order = np.argsort(key, kind="stable")
        self.key, self.points, self.weight = key[order], points[order], weight[order]

    def add_to(self, total: Floats, places: Floats, kernel: Kernel | None) -> None:
        """Add each place's demand to its row of ``total``, shape (m, k)."""
        near = np.clip((places - self.low) / self.side, -1.0, self.width)
        order = np.lexsort((np.floor(near[:, 0]), np.floor(near[:, 1])))
        ends = np.cumsum(_count_looks(self.key, self.width, self._cells(places[order])))
        first = 0
        while first < len(order):
            before = ends[first - 1] if first else 0
            last = max(first + 1, int(np.searchsorted(ends, before + BLOCK_LOOKS, side="right")))
            block = order[first:last]
            distance, point, start = _find_pairs(
                self.key,
                self.width,
                self.points,
                places[block],
                self._cells(places[block]),
                self.radius_m,
                int(ends[last - 1] - before),
            )
            total[block] = _sum_pairs(
                np.ones_like(distance) if kernel is None else kernel(distance), point, start, self.weight
            )
            first = last

    def _cells(self, places: Floats) -> Keys:
        """Return the first and last column and the first and last row that each circle touches, shape (m, 4)."""
        reach = self.radius_m * (1 + 1e-9)
        low = np.floor(np.clip((places - reach - self.low) / self.side, 0.0, self.width))
        high = np.floor(np.clip((places + reach - self.low) / self.side, -1.0, self.width - 1))
        return np.column_stack((low[:, 0], high[:, 0], low[:, 1], high[:, 1])).astype(np.int64)


def _coordinates(name: str, given: Floats) -> Floats:
    xy = np.ascontiguousarray(given, dtype=np.float64)
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise InputError(f"{name} has shape {xy.shape}; expected (rows, 2), metres")
    if not np.isfinite(xy).all():
        raise InputError(f"a coordinate of {name} is not a number; expected metres")
    if len(xy) and (np.abs(xy) <= (180.0, 90.0)).all():
        raise InputError(f"the coordinates of {name} look like degrees; expected a coordinate system in metres")
    return xy


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


@compiled
def _sum_pairs(factor: Floats, point: Keys, start: Keys, weight: Floats) -> Floats:
    """Return the sum over each place's pairs of factor × weight, shape (m, k)."""
    total = np.zeros((len(start) - 1, weight.shape[1]))
    for j in range(len(start) - 1):
        for pair in range(start[j], start[j + 1]):
            for column in range(weight.shape[1]):
                total[j, column] += factor[pair] * weight[point[pair], column]
    return total
