"""Make candidates by a rule: points along streets near stops, not too close to one another, on allowed ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Siting:
    """How generated candidates lie.

    Parameters
    ----------
    spacing_m
        Least distance between two candidates, metres.
    within_m
        Greatest straight-line distance to the nearest stop, metres.
    most
        At most so many, those nearest to a stop first; None for no limit.
    """

    spacing_m: float
    within_m: float
    most: int | None = None


@dataclass(frozen=True)
class Ground:
    """Where outlets may open.

    Parameters
    ----------
    polygons
        Zones, shape (z,), metric.
    allowed
        Whether an outlet may open in each, shape (z,); where zones overlap a forbidding one wins.
    outside
        Whether an outlet may open where no zone lies.
    """

    polygons: NDArray[np.object_]
    allowed: NDArray[np.bool_]
    outside: bool = True

    def allows(self, points: Points) -> NDArray[np.bool_]:
        """Tell for each point, shape (k, 2), whether an outlet may open there."""
        tree = shapely.STRtree(self.polygons)
        at, zone = tree.query(shapely.points(points), predicate="intersects")
        result = np.full(len(points), self.outside)
        result[at] = True
        result[at[~self.allowed[zone]]] = False
        return result


def along_streets(
    lines: NDArray[np.object_], stops: Points, siting: Siting, *, ground: Ground | None = None
) -> tuple[Points, NDArray[np.int64]]:
    """Place candidates every ``spacing_m`` along lines near stops, and thin them to that spacing.

    Parameters
    ----------
    lines
        LineStrings, shape (w,), metric; their order does not matter.
    stops
        Coordinates of the stops, shape (s, 2), metres.
    siting
        Spacing and reach.
    ground
        Where outlets may open, or None for everywhere.

    Returns
    -------
    points
        Shape (k, 2), metres, sorted from south to north, then west to east.
    ways
        Position of each point's line, shape (k,).
    """
    points, ways = _points_along(lines, siting.spacing_m)
    if not len(points) or not len(stops):
        return np.empty((0, 2)), np.empty(0, dtype=np.int64)
    distance = np.asarray(cKDTree(stops).query(points)[0], dtype=np.float64)
    keep = distance <= siting.within_m
    if ground is not None:
        keep &= ground.allows(points)
    points, ways, distance = points[keep], ways[keep], distance[keep]
    # Nearest to a stop first, ties from the south-west: the order in which thinning keeps points.
    order = np.lexsort((points[:, 0], points[:, 1], np.round(distance, 3)))
    chosen = order[_thin(points[order], siting.spacing_m)]
    if siting.most is not None:
        chosen = chosen[: siting.most]
    chosen = chosen[np.lexsort((points[chosen, 0], points[chosen, 1]))]
    return points[chosen], ways[chosen]


def _points_along(lines: NDArray[np.object_], spacing_m: float) -> tuple[Points, NDArray[np.int64]]:
    lengths = shapely.length(lines)
    counts = np.maximum(1, np.floor(lengths / spacing_m).astype(np.int64))
    ways = np.repeat(np.arange(len(lines)), counts)
    nth = np.arange(len(ways)) - np.repeat(np.cumsum(counts) - counts, counts)
    along = (nth + 0.5) * (lengths / counts)[ways]
    points = shapely.get_coordinates(shapely.line_interpolate_point(lines[ways], along))
    return np.round(points, 3), ways.astype(np.int64)


def _thin(points: Points, spacing_m: float) -> NDArray[np.int64]:
    """Keep each point, in the order given, unless one kept before lies closer than the spacing."""
    tree = cKDTree(points)
    gone = np.zeros(len(points), dtype=bool)
    kept: list[int] = []
    for at in range(len(points)):
        if gone[at]:
            continue
        kept.append(at)
        gone[tree.query_ball_point(points[at], spacing_m * (1 - 1e-9))] = True
    return np.asarray(kept, dtype=np.int64)
