"""Follow visitors over the floor: how many walk over each cell, and which zones they pass: `walked`, `exposure`.

Every trip takes a shortest walk on the free cells. A visitor is exposed to a zone who comes within ``reach_m`` of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse.csgraph import dijkstra

from layout.floor.walk import walk_graph

REACH_M = 2.5


@dataclass(frozen=True)
class Walked:
    """What the trips of an hour do to the floor.

    Parameters
    ----------
    density
        Shape (rows, columns): people an hour who walk over each cell.
    metres
        Shape (n + 1, n + 1): real walk from k to l, metres; infinite where there is none.
    """

    density: NDArray[np.float64]
    metres: NDArray[np.float64]


def walked(free: NDArray[np.bool_], cell_m: float, places: NDArray[np.int64], flow: NDArray[np.float64]) -> Walked:
    """Walk every trip.

    Parameters
    ----------
    free
        Shape (rows, columns): where visitors can walk.
    cell_m
        Side of a cell, metres.
    places
        Shape (n + 1, 2): cell (row, column) at which each place is entered; −1 where it cannot be.
    flow
        Shape (n + 1, n + 1): people an hour.
    """
    rows, columns = free.shape
    n = len(places)
    density = np.zeros(rows * columns)
    metres = np.full((n, n), np.inf)
    np.fill_diagonal(metres, 0.0)
    known = np.flatnonzero((places >= 0).all(axis=1))
    flat = places[:, 0] * columns + places[:, 1]
    if len(known) == 0:
        return Walked(density.reshape(rows, columns), metres)
    far, before = dijkstra(walk_graph(free, cell_m), indices=flat[known], return_predecessors=True)
    for row, k in enumerate(known):
        for other in known:
            metres[k, other] = far[row, flat[other]]
            if flow[k, other] > 0 and np.isfinite(metres[k, other]):
                _tread(density, before[row], int(flat[k]), int(flat[other]), float(flow[k, other]))
    return Walked(density.reshape(rows, columns), metres)


def _tread(density: NDArray[np.float64], before: NDArray[np.int32], start: int, end: int, people: float) -> None:
    at = end
    while at != start and at >= 0:
        density[at] += people
        at = int(before[at])
    density[start] += people


def exposure(density: NDArray[np.float64], zone: NDArray[np.bool_], cell_m: float, visitors: float) -> float:
    """Return the share of visitors who come within reach of a zone, at most 1.

    The people on the busiest cell within reach are counted, so that nobody counts twice on one walk.
    """
    steps = max(1, round(REACH_M / cell_m))
    near = ndimage.distance_transform_cdt(~zone, metric="chessboard") <= steps
    return float(min(1.0, density[near].max(initial=0.0) / max(visitors, 1e-9)))
