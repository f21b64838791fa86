"""Points of streets with shop fronts, on ground where outlets may open: where every rule puts its candidates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Points = NDArray[np.float64]
Ints = NDArray[np.int64]

STEP_M = 20.0


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
        zone, at = shapely.STRtree(np.asarray(shapely.points(points), dtype=object)).query(
            self.polygons, predicate="intersects"
        )
        result = np.full(len(points), self.outside)
        result[at] = True
        result[at[~self.allowed[zone]]] = False
        return result


@dataclass(frozen=True)
class Frontage:
    """Points along street lines.

    Parameters
    ----------
    lines
        The lines, shape (w,), metric.
    points
        Points on them, shape (k, 2), metres, from south to north, then west to east.
    ways
        Line of each point, shape (k,).
    """

    lines: NDArray[np.object_]
    points: Points
    ways: Ints


def points_along(lines: NDArray[np.object_], spacing_m: float) -> tuple[Points, Ints]:
    """Return points about every ``spacing_m`` along each line, at least one, shape (k, 2), and the line of each (k,).

    They lie in the middle of stretches of equal length, so that none is at a line's end.
    """
    lengths = shapely.length(lines)
    counts = np.maximum(1, np.floor(lengths / spacing_m).astype(np.int64))
    ways = np.repeat(np.arange(len(lines)), counts)
    nth = np.arange(len(ways)) - np.repeat(np.cumsum(counts) - counts, counts)
    along = (nth + 0.5) * (lengths / counts)[ways]
    points = shapely.get_coordinates(shapely.line_interpolate_point(lines[ways], along))
    return np.round(points, 3), ways.astype(np.int64)


def frontage_of(lines: NDArray[np.object_], ground: Ground | None, step_m: float = STEP_M) -> Frontage:
    """Return the points about every ``step_m`` along lines that lie on allowed ground."""
    points, ways = points_along(lines, step_m)
    if ground is not None and len(points):
        allowed = ground.allows(points)
        points, ways = points[allowed], ways[allowed]
    order = np.lexsort((ways, points[:, 0], points[:, 1]))
    return Frontage(lines, points[order], ways[order])


def front_nearest(
    frontage: Frontage, places: Points, ground: Ground | None, *, limit_m: float = np.inf
) -> tuple[Points, Ints]:
    """Bring each place to the nearest point of a street on allowed ground.

    Parameters
    ----------
    frontage
        The streets.
    places
        Shape (q, 2), metres.
    ground
        Where outlets may open, or None for everywhere.
    limit_m
        How far the point may lie, metres.

    Returns
    -------
    points
        Shape (q, 2), metres; NaN where there is none within the limit.
    ways
        Position of each point's line, shape (q,); −1 where there is none.
    """
    points, ways = np.full((len(places), 2), np.nan), np.full(len(places), -1, dtype=np.int64)
    if not len(frontage.points) or not len(places):
        return points, ways
    # Along the line the nearest point may be half a step nearer than the frontage's own.
    off, nearest = cKDTree(frontage.points).query(places, distance_upper_bound=limit_m + STEP_M)
    found = np.flatnonzero(np.isfinite(off))
    near = np.asarray(nearest, dtype=np.int64)[found]
    points[found], ways[found] = slide(frontage, near, places[found], ground), frontage.ways[near]
    far = np.flatnonzero(~(np.hypot(*(points - places).T) <= limit_m))
    points[far], ways[far] = np.nan, -1
    return points, ways


def slide(frontage: Frontage, at: Ints, places: Points, ground: Ground | None) -> Points:
    """Return points of the frontage moved along their lines to where they are nearest to places, if that is allowed."""
    points = frontage.points[at]
    lines = frontage.lines[frontage.ways[at]]
    along = shapely.line_locate_point(lines, shapely.points(places))
    nearest = np.round(shapely.get_coordinates(shapely.line_interpolate_point(lines, along)), 3)
    nearer = np.hypot(*(nearest - places).T) < np.hypot(*(points - places).T)
    if ground is not None and nearer.any():
        nearer[nearer] = ground.allows(nearest[nearer])
    return np.where(nearer[:, None], nearest, points)
