"""Follow visitors over the floor: which zones they pass and see.

`exposure_shares` is what plans report: the share of visitors of whom some walk passes a zone in sight, each counted
once however often they pass. `walked` and `exposure` are the quicker estimate on cells by which arrangements are
compared: every trip takes one shortest walk, and whoever comes within ``REACH_M`` counts, seen or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse.csgraph import dijkstra

from layout.floor.walk import walk_graph
from layout.flow.journeys import DOOR, Journey, places

REACH_M = 2.5
SEEN_WITHIN_M = 3.0


@dataclass(frozen=True)
class ZoneExposure:
    """How well one zone is shown to visitors.

    Parameters
    ----------
    zone
        Its id.
    value
        What being passed is worth, against other zones; 0 for a zone that sells nothing.
    share
        Share of visitors who pass it within `SEEN_WITHIN_M` and see it.
    per_hour
        Those visitors in the busiest hour.
    buyers_per_hour
        Those of them who stop, try and buy, by the sector's funnel; None where it says nothing of the zone.
    waiting_min_per_hour
        Person-minutes an hour for which people on waiting seats have its front in sight.
    """

    zone: str
    value: float
    share: float
    per_hour: float
    buyers_per_hour: float | None = None
    waiting_min_per_hour: float = 0.0


def exposure_shares(journeys: Sequence[Journey], kinds: Sequence[str], seen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the share of visitors who pass each zone in sight on some leg of their journey.

    Parameters
    ----------
    journeys
        Of all visitors of an hour.
    kinds
        The kind of each zone of the hall; visitors choose evenly among zones of one kind.
    seen
        Shape (n + 1, n + 1, m): whether the walk from place k to l (0 the door) passes zone j in sight.

    Returns
    -------
    Shape (m,).
    """
    names = [DOOR, *kinds]
    passed = np.zeros(seen.shape[2])
    visitors = 0.0
    for journey in journeys:
        at = places(names, journey.stops[0])
        # Chance of being at each place without having passed the zone so far.
        unseen = np.full((len(at), seen.shape[2]), 1.0 / len(at))
        for stop in journey.stops[1:]:
            to = places(names, stop)
            unseen = np.einsum("iz,ijz->jz", unseen, ~seen[np.ix_(at, to)] / len(to))
            at = to
        passed += journey.per_hour * (1.0 - unseen.sum(axis=0))
        visitors += journey.per_hour
    return passed / visitors if visitors > 0 else passed


def total_exposure(zones: Sequence[ZoneExposure]) -> float:
    """Return the mean share of visitors who pass the selling zones and see them, weighted by the zones' value.

    1 where nothing sells, as in the term of `layout.zones.check`.
    """
    value = sum(zone.value for zone in zones)
    return sum(zone.share * zone.value for zone in zones) / value if value > 0 else 1.0


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
