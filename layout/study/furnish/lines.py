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
        kept = shapely.difference(shapely.intersection(whole, _before(areas[line.zone], whole, clear)), _union(others))
        for part in shapely.get_parts(shapely.line_merge(kept)):
            if part.geom_type == "LineString" and part.length >= LEAST_M:
                start, end = sorted((float(x), float(y)) for x, y in (part.coords[0], part.coords[-1]))
                found.append(StandOff(line.zone, _rounded(start), _rounded(end)))
    return tuple(found)


def _before(zone: BaseGeometry, line: BaseGeometry, clear: BaseGeometry) -> BaseGeometry:
    """Return the clear floor between a zone and a line along one of its sides that hangs together with the zone."""
    x0, y0, x1, y1 = line.bounds
    west, south, east, north = zone.bounds
    upright = x1 - x0 < y1 - y0
    between = (min(x0, west), y0, max(x1, east), y1) if upright else (x0, min(y0, south), x1, max(y1, north))
    strip = shapely.intersection(shapely.box(*between), clear)
    inside = shapely.intersection(zone, clear)
    parts = [part for part in shapely.get_parts(strip) if shapely.intersects(part, inside)]
    return shapely.buffer(_union(parts), HAIR_M)


def _union(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    return shapely.union_all(list(shapes))


def _rounded(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0], 3), round(point[1], 3)
