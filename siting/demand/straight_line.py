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
from siting.geo.straight import PointGrid

Floats = NDArray[np.float64]
Keys = NDArray[np.int64]
Kernel = Callable[[Floats], Floats]

BLOCK_LOOKS = 1 << 20


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
    """Demand points sorted into cells, with their demand, shape (n, k)."""

    def __init__(self, points: Floats, weight: Floats, radius_m: float) -> None:
        self.grid = PointGrid(points, radius_m)
        self.weight = weight[self.grid.order]

    def add_to(self, total: Floats, places: Floats, kernel: Kernel | None) -> None:
        """Add each place's demand to its row of ``total``, shape (m, k)."""
        near = np.clip((places - self.grid.low) / self.grid.side, -1.0, self.grid.width)
        order = np.lexsort((np.floor(near[:, 0]), np.floor(near[:, 1])))
        ends = np.cumsum(self.grid.looks(places[order]))
        first = 0
        while first < len(order):
            before = ends[first - 1] if first else 0
            last = max(first + 1, int(np.searchsorted(ends, before + BLOCK_LOOKS, side="right")))
            block = order[first:last]
            distance, point, start = self.grid.pairs(places[block], int(ends[last - 1] - before))
            total[block] = _sum_pairs(
                np.ones_like(distance) if kernel is None else kernel(distance), point, start, self.weight
            )
            first = last


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
def _sum_pairs(factor: Floats, point: Keys, start: Keys, weight: Floats) -> Floats:
    """Return the sum over each place's pairs of factor × weight, shape (m, k)."""
    total = np.zeros((len(start) - 1, weight.shape[1]))
    for j in range(len(start) - 1):
        for pair in range(start[j], start[j + 1]):
            for column in range(weight.shape[1]):
                total[j, column] += factor[pair] * weight[point[pair], column]
    return total
