"""Make candidates of streets: along them near stops, and at the street fronts a short walk from stations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from siting.geo.frontage import Frontage, Ground, points_along
from siting.geo.network import StreetNetwork
from siting.geo.thin import thin
from siting.geo.travel import snap, walks_between

__all__ = ["Ground", "Siting", "along_streets", "near_stations"]

Points = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Siting:
    """How generated candidates lie.

    Parameters
    ----------
    spacing_m
        Least distance between two candidates, metres.
    within_m
        Greatest distance to the nearest stop, metres.
    most
        At most so many, those nearest to a stop first; None for no limit.
    """

    spacing_m: float
    within_m: float
    most: int | None = None


def along_streets(
    lines: NDArray[np.object_], stops: Points, siting: Siting, *, ground: Ground | None = None
) -> tuple[Points, Ints]:
    """Place candidates every ``spacing_m`` along lines near stops, and thin them to that spacing.

    Parameters
    ----------
    lines
        LineStrings, shape (w,), metric; their order does not matter.
    stops
        Coordinates of the stops, shape (s, 2), metres.
    siting
        Spacing and straight-line reach.
    ground
        Where outlets may open, or None for everywhere.

    Returns
    -------
    points
        Shape (k, 2), metres, sorted from south to north, then west to east.
    ways
        Position of each point's line, shape (k,).
    """
    points, ways = points_along(lines, siting.spacing_m)
    if not len(points) or not len(stops):
        return np.empty((0, 2)), np.empty(0, dtype=np.int64)
    distance = np.asarray(cKDTree(stops).query(points)[0], dtype=np.float64)
    keep = distance <= siting.within_m
    if ground is not None:
        keep[keep] = ground.allows(points[keep])
    points, ways, distance = points[keep], ways[keep], distance[keep]
    # Nearest to a stop first, ties from the south-west: the order in which thinning keeps points.
    order = np.lexsort((points[:, 0], points[:, 1], np.round(distance, 3)))
    chosen = order[thin(points[order], siting.spacing_m)]
    if siting.most is not None:
        chosen = chosen[: siting.most]
    chosen = chosen[south_to_north(points[chosen])]
    return points[chosen], ways[chosen]


def near_stations(
    frontage: Frontage,
    stations: Points,
    siting: Siting,
    *,
    network: StreetNetwork,
    snap_limit_m: float,
) -> tuple[Points, Ints, Ints]:
    """Place candidates at the street fronts nearest to each station, on foot.

    Parameters
    ----------
    frontage
        Points of streets on allowed ground.
    stations
        Shape (s, 2), metres.
    siting
        Spacing, walk along streets, and how many at most for each station.
    network
        The streets people walk along.
    snap_limit_m
        A place farther from every street walks nowhere.

    Returns
    -------
    points
        Shape (k, 2), metres, sorted from south to north, then west to east.
    ways, stations
        Position of each point's line, and of the station it was made for, shape (k,).
    """
    nothing = np.empty(0, dtype=np.int64)
    if not len(stations) or not len(frontage.points):
        return np.empty((0, 2)), nothing, nothing
    close = np.unique(np.concatenate(cKDTree(frontage.points).query_ball_point(stations, siting.within_m)))
    close = close.astype(np.int64)
    from_, to = snap(network, stations, limit_m=snap_limit_m), snap(network, frontage.points[close], limit_m=1.0)
    walks = walks_between(network, from_, to, cutoff_min=siting.within_m / network.walk_m_per_min).tocoo()
    station, front, metres = walks.row.astype(np.int64), close[walks.col], walks.data * network.walk_m_per_min
    points = frontage.points[front]
    # The nearest to any station first; of a front near two stations only the shorter walk stays.
    order = np.lexsort((points[:, 0], points[:, 1], np.round(metres, 3)))
    kept = order[thin(points[order], siting.spacing_m)]
    if siting.most is not None:
        nearest_first = kept[np.lexsort((np.round(metres[kept], 3), station[kept]))]
        of = station[nearest_first]
        nth = np.arange(len(of)) - np.searchsorted(of, of)
        kept = nearest_first[nth < siting.most]
    kept = kept[south_to_north(points[kept])]
    return points[kept], frontage.ways[front[kept]], station[kept]


def south_to_north(points: Points) -> Ints:
    """Return the order of points from south to north, then west to east."""
    return np.lexsort((points[:, 0], points[:, 1])).astype(np.int64)
