"""Keep stand-off lines to the floor on which others may wait: `seen_parts`."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from layout.floor.ground import HAIR_M, boxes, clear_of
from layout.floor.plan import FloorPlan
from layout.posts.plan import StandOff
from layout.zones.plan import PlacedZone

LEAST_M = 0.3


def seen_parts(lines: Sequence[StandOff], floor: FloorPlan, zones: Sequence[PlacedZone]) -> tuple[StandOff, ...]:
    """Return the parts of stand-off lines inside the hall and outside other zones, with no wall before their zone.

    Parts shorter than `LEAST_M` are left out.
    """
    areas = dict(zip((zone.id for zone in zones), boxes(zone.rects for zone in zones), strict=True))
    found = []
    for line in lines:
        others = [area for name, area in areas.items() if name != line.zone]
        rooms = [areas[zone.id] for zone in zones if zone.enclosed and zone.id != line.zone]
        clear = clear_of(floor.outline, (*floor.walls, *floor.columns, *rooms))
        whole = shapely.LineString([line.start, line.end])
        kept = shapely.difference(_before(areas[line.zone], whole, clear), _union(others))
        for part in shapely.get_parts(shapely.line_merge(kept)):
            if part.geom_type == "LineString" and part.length >= LEAST_M:
                start, end = sorted((float(x), float(y)) for x, y in (part.coords[0], part.coords[-1]))
                found.append(StandOff(line.zone, _rounded(start), _rounded(end)))
    return tuple(found)


def _before(zone: BaseGeometry, line: BaseGeometry, clear: BaseGeometry) -> BaseGeometry:
    """Return the parts of a line along a side of a zone that no wall hides from the zone straight behind them."""
    x0, y0, x1, y1 = line.bounds
    west, south, east, north = zone.bounds
    upright = x1 - x0 < y1 - y0
    at, low, high = (x0, west, east) if upright else (y0, south, north)
    near, far = sorted((at, min(max(at, low), high)))
    between = shapely.box(near, y0, far, y1) if upright else shapely.box(x0, near, x1, far)
    shadows = []
    for wall in shapely.get_parts(shapely.difference(shapely.buffer(between, HAIR_M), clear)):
        left, down, right, up = wall.bounds
        shadows.append(shapely.box(x0, down, x1, up) if upright else shapely.box(left, y0, right, y1))
    return shapely.difference(shapely.intersection(line, clear), shapely.buffer(_union(shadows), HAIR_M))


def _union(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    return shapely.union_all(list(shapes))


def _rounded(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0], 3), round(point[1], 3)
