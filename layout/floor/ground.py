"""Give the floor one can stand on as a polygon: `free_polygon`, `narrowed`, `swept`.

Outline minus walls, columns, fixtures and whatever else is named, such as zones. Walls drawn as lines count as
``WALL_M`` thick. `narrowed` is where the middle of a walker may be who keeps a distance from everything: offset
corners are arcs, drawn as chords that lie outside the exact arc (by about one hundredth of the distance), so that the
distance is always kept. Parts that only touch in a point are not joined.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layout.floor.plan import FloorPlan

WALL_M = 0.02
HAIR_M = 2e-6
ARC_STEPS = 8
MITRE_LIMIT = 5.0
DOOR_REACH_M = 1.5


def free_polygon(plan: FloorPlan, blocked: Sequence[BaseGeometry] = ()) -> BaseGeometry:
    """Return the outline without walls, columns, fixtures and ``blocked``, a polygon or several, metres."""
    return clear_of(plan.outline, (*plan.walls, *plan.columns, *plan.fixtures, *blocked))


def clear_of(area: BaseGeometry, things: Sequence[BaseGeometry]) -> BaseGeometry:
    """Return an area without some things; lines among them count as walls ``WALL_M`` thick."""
    solid = [thing for thing in things if not thing.is_empty]
    thick = [
        thing if thing.area > 0 else shapely.buffer(thing, WALL_M / 2, cap_style="square", join_style="mitre")
        for thing in solid
    ]
    return _areas(shapely.difference(area, shapely.union_all(thick))) if thick else _areas(area)


def boxes(rects: Iterable[NDArray[np.float64]]) -> tuple[BaseGeometry, ...]:
    """Return the areas of zones, each given as rectangles of shape (k, 4): x, y, width, height."""
    return tuple(shapely.union_all(shapely.box(r[:, 0], r[:, 1], r[:, 0] + r[:, 2], r[:, 1] + r[:, 3])) for r in rects)


def narrowed(free: BaseGeometry, half_width_m: float) -> BaseGeometry:
    """Return where the middle of a walker may be who keeps ``half_width_m`` from all that is not free."""
    if half_width_m <= HAIR_M:
        return _areas(shapely.buffer(free, -HAIR_M, join_style="mitre", mitre_limit=MITRE_LIMIT))
    straight = shapely.buffer(free, -half_width_m, join_style="mitre", mitre_limit=MITRE_LIMIT)
    # GEOS rounds the number of chords of an arc, so that one chord spans up to one and a half steps.
    outside = half_width_m / math.cos(0.75 * math.pi / 2 / ARC_STEPS)
    return _areas(shapely.union(straight, shapely.buffer(free, -outside, quad_segs=ARC_STEPS)))


def swept(free: BaseGeometry, aisle_half_m: float, body_half_m: float, starts: NDArray[np.float64]) -> BaseGeometry:
    """Return where people walk in aisles: the middles of bodies on floor that a walker as wide as an aisle sweeps.

    Parameters
    ----------
    free
        Free floor.
    aisle_half_m, body_half_m
        Half the width of an aisle and of a body; the body is narrower.
    starts
        Shape (k, 2): entrances. Aisles that cannot be walked to from any of them do not count.
    """
    middles = reached_parts(free, narrowed(free, aisle_half_m), starts)
    return _areas(shapely.buffer(middles, aisle_half_m - body_half_m, quad_segs=ARC_STEPS))


def reached_parts(free: BaseGeometry, middles: BaseGeometry, starts: NDArray[np.float64]) -> BaseGeometry:
    """Return the parts of `narrowed` floor that begin straight before one of the starts, shape (k, 2)."""
    doors = shapely.points(starts)
    kept = []
    for part in shapely.get_parts(middles):
        legs = shapely.shortest_line(doors, part)
        off = shapely.length(shapely.difference(legs, shapely.buffer(free, HAIR_M)))
        if bool(((shapely.length(legs) <= DOOR_REACH_M) & (off <= WALL_M)).any()):
            kept.append(part)
    return shapely.union_all(kept)


def _areas(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a shape; points and lines that an overlay left over go."""
    parts = shapely.get_parts(shape)
    flat = [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    return flat[0] if len(flat) == 1 else shapely.MultiPolygon(flat)
