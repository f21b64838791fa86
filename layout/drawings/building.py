"""Draw the building: outer walls, partitions, columns, fixtures, windows and doors, in SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import shapely
from markupsafe import Markup
from shapely.geometry import LineString, MultiLineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from layout.drawings.markup import Point, Value, element, line, path_of, rectangle
from layout.drawings.palette import FAINT, FLOOR, INK, PAPER, POCHE, THIN
from layout.drawings.sheet import DOUBLE_LEAF_M, WALL_M, Sheet, wall_m
from layout.drawings.words import Say
from layout.floor.doorway import Doorway
from layout.floor.plan import Door, FloorPlan
from layout.zones.plan import PlacedZone, room_doors

PARTITION_M = 0.1
NEAR_WALL_M = 0.3
DOORWAY_M = 1.5


def polygons(geometry: BaseGeometry) -> Iterator[Polygon]:
    """Yield the polygons of a geometry."""
    for part in shapely.get_parts(geometry):
        if isinstance(part, Polygon) and not part.is_empty:
            yield part


def lines(geometry: BaseGeometry) -> Iterator[LineString]:
    """Yield the lines of a geometry; those of a polygon are its rings."""
    for part in shapely.get_parts(geometry):
        if part.is_empty:
            continue
        if isinstance(part, Polygon):
            yield from (LineString(ring.coords) for ring in (part.exterior, *part.interiors))
        elif isinstance(part, LineString):
            yield part


def path(sheet: Sheet, geometry: BaseGeometry) -> str:
    """Return the ``d`` of a geometry's polygons, holes included, in a fixed order."""
    parts = []
    for polygon in polygons(shapely.normalize(geometry)):
        parts += [
            path_of([sheet.at(x, y) for x, y in list(ring.coords)[:-1]], closed=True)
            for ring in (polygon.exterior, *polygon.interiors)
        ]
    return "".join(parts)


def zone_shape(zone: PlacedZone) -> BaseGeometry:
    """Return a zone's rectangles as one shape, metres."""
    return shapely.union_all([shapely.box(x, y, x + w, y + h) for x, y, w, h in zone.rects]).simplify(0)


def draw_floor(sheet: Sheet, floor: FloorPlan) -> Markup:
    """Draw the hall's floor, under everything else."""
    return element("path", {"d": path(sheet, floor.outline), "fill": FLOOR, "fill-rule": "evenodd"})


def draw_building(sheet: Sheet, floor: FloorPlan, _: Say) -> list[Markup]:
    """Draw what is built, over the zones."""
    wall = wall_m(floor)
    solid: dict[str, Value] = {"fill": POCHE, "fill-rule": "evenodd", "stroke": POCHE, "stroke-width": 0.2}
    if wall:
        ring = floor.outline.buffer(wall, join_style="mitre").difference(floor.outline)
        drawn = [element("path", {"d": path(sheet, ring), **solid})]
    else:
        edge: dict[str, Value] = {"fill": "none", "stroke": POCHE, "stroke-width": 0.3}
        drawn = [element("path", {"d": path(sheet, floor.outline), **edge})]
    drawn += [element("path", {"d": path(sheet, part), **solid}) for part in floor.walls]
    for fixture in floor.fixtures:
        drawn += _fixture(sheet, fixture, _)
    column: Markup = element("title", {}, _("Column"))
    drawn += [element("path", {"d": path(sheet, part), **solid}, column) for part in floor.columns]
    for window in floor.windows:
        drawn += _pane(sheet, window) if window.area > 0 or not wall else _window(sheet, window, floor.outline)
    for door in floor.doors:
        drawn += _door(sheet, door, wall)
    drawn += _services(sheet, floor.services, _)
    return drawn


def _fixture(sheet: Sheet, fixture: BaseGeometry, _: Say) -> list[Markup]:
    """Draw a duct, stair or vault as an architect marks what is not floor: outlined and crossed."""
    style: dict[str, Value] = {"fill": "#d9dde0", "stroke": INK, "stroke-width": 0.35}
    drawn = [element("path", {"d": path(sheet, fixture), **style}, element("title", {}, _("Fixture")))]
    for polygon in polygons(fixture):
        x0, y0, x1, y1 = polygon.bounds
        for start, end in (((x0, y0), (x1, y1)), ((x0, y1), (x1, y0))):
            inside = polygon.intersection(LineString([start, end]))
            drawn += [_stroke(sheet, part, THIN, 0.18) for part in lines(inside)]
    return drawn


def _stroke(sheet: Sheet, geometry: LineString, colour: str, width: float) -> Markup:
    points = [sheet.at(x, y) for x, y in geometry.coords]
    return element("path", {"d": path_of(points), "fill": "none", "stroke": colour, "stroke-width": width})


def _outwards(outline: Polygon, start: Point, end: Point) -> Point:
    """Return the unit vector out of the hall from a stretch of its outline."""
    length = math.dist(start, end)
    normal = ((end[1] - start[1]) / length, (start[0] - end[0]) / length)
    probe = shapely.Point((start[0] + end[0]) / 2 + normal[0] * 0.05, (start[1] + end[1]) / 2 + normal[1] * 0.05)
    return (-normal[0], -normal[1]) if outline.contains(probe) else normal


def _window(sheet: Sheet, window: BaseGeometry, outline: Polygon) -> list[Markup]:
    """Draw a window in the wall: the opening, its faces and two panes."""
    drawn: list[Markup] = []
    for stretch in lines(window):
        points: list[Point] = [(float(x), float(y)) for x, y in stretch.coords]
        for start, end in pairwise(points):
            if math.dist(start, end) < 0.05:
                continue
            out = _outwards(outline, start, end)
            corners = [start, end, _moved(end, out, WALL_M), _moved(start, out, WALL_M)]
            opening = path_of([sheet.at(*corner) for corner in corners], closed=True)
            drawn.append(element("path", {"d": opening, "fill": PAPER, "stroke": INK, "stroke-width": 0.25}))
            for share in (0.4, 0.6):
                pane = LineString([_moved(start, out, WALL_M * share), _moved(end, out, WALL_M * share)])
                drawn.append(_stroke(sheet, pane, THIN, 0.18))
    return drawn


def _pane(sheet: Sheet, window: BaseGeometry) -> list[Markup]:
    """Draw a window as the plan draws it: the area it takes and a pane along its middle, or its line."""
    drawn = []
    for part in polygons(window):
        style: dict[str, Value] = {"fill": PAPER, "stroke": INK, "stroke-width": 0.2}
        drawn.append(element("path", {"d": path(sheet, part), **style}))
        frame = part.minimum_rotated_rectangle
        if isinstance(frame, Polygon):
            a, b, c, d = (np.array(corner) for corner in frame.exterior.coords[:4])
            ends = ((a + b) / 2, (c + d) / 2) if math.dist(a, b) < math.dist(b, c) else ((b + c) / 2, (d + a) / 2)
            pane = LineString([tuple(end) for end in ends]).intersection(part)
            drawn += [_stroke(sheet, piece, THIN, 0.18) for piece in lines(pane)]
    if not drawn:
        drawn = [_stroke(sheet, piece, PAPER, 1.0) for piece in lines(window)]
        drawn += [_stroke(sheet, piece, INK, 0.25) for piece in lines(window)]
    return drawn


def _moved(point: Point, direction: Point, by: float) -> Point:
    return point[0] + direction[0] * by, point[1] + direction[1] * by


def _door(sheet: Sheet, door: Door, wall: float) -> list[Markup]:
    """Draw a door: the opening in the wall, and its leaves with their swing, opening outwards as people escape."""
    angle = math.radians(door.facing_deg + 180)
    out = (math.cos(angle), math.sin(angle))
    along = (-out[1], out[0])
    jambs = [_moved((door.x, door.y), along, side * door.width_m / 2) for side in (-1, 1)]
    corners = [jambs[0], jambs[1], _moved(jambs[1], out, wall), _moved(jambs[0], out, wall)]
    opening = path_of([sheet.at(*corner) for corner in corners], closed=True)
    drawn = [element("path", {"d": opening, "fill": PAPER, "stroke": PAPER, "stroke-width": 0.5})]
    jamb: dict[str, Value] = {"stroke": INK, "stroke-width": 0.35}
    drawn += [line(sheet.at(*jambs[at]), sheet.at(*corners[3 - at]), jamb) for at in (0, 1)]
    drawn.append(_stroke(sheet, LineString([jambs[0], jambs[1]]), FAINT, 0.18))
    face = [_moved(point, out, wall) for point in jambs]
    middle = _moved((door.x, door.y), out, wall)
    if door.width_m > DOUBLE_LEAF_M:
        drawn += [*_leaf(sheet, face[0], middle, out), *_leaf(sheet, face[1], middle, out)]
    else:
        drawn += _leaf(sheet, face[0], face[1], out)
    return drawn


def _leaf(sheet: Sheet, hinge: Point, closed: Point, out: Point) -> list[Markup]:
    width = math.dist(hinge, closed)
    tip = _moved(hinge, out, width)
    radius = sheet.mm(width)
    (hx, hy), (cx, cy), (tx, ty) = sheet.at(*hinge), sheet.at(*closed), sheet.at(*tip)
    sweep = 1 if (tx - hx) * (cy - hy) - (ty - hy) * (cx - hx) > 0 else 0
    arc = f"{path_of([(tx, ty)])}A{radius:.2f} {radius:.2f} 0 0 {sweep} {cx:.2f} {cy:.2f}"
    return [
        line((hx, hy), (tx, ty), {"stroke": INK, "stroke-width": 0.5}),
        element("path", {"d": arc, "fill": "none", "stroke": THIN, "stroke-width": 0.18}),
    ]


def _services(sheet: Sheet, services: Iterable[BaseGeometry], _: Say) -> list[Markup]:
    drawn = []
    for service in services:
        point = service.centroid
        x, y = sheet.at(point.x, point.y)
        style: dict[str, Value] = {"fill": PAPER, "stroke": INK, "stroke-width": 0.25}
        title = element("title", {}, _("Wall service"))
        drawn.append(rectangle(x - 0.8, y - 0.8, 1.6, 1.6, style, title))
    return drawn


def partitions(zone: PlacedZone, zones: Iterable[PlacedZone], floor: FloorPlan) -> BaseGeometry:
    """Return the walls round an enclosed zone, metres: inside its edge, open at its doors.

    None stands along a built wall, nor on a side that lies along one but for a doorway.
    """
    room = zone_shape(zone)
    opening = shapely.union_all([_opening(door) for door in room_doors(zone, zones)])
    solid = shapely.union_all([floor.outline.exterior, *floor.walls, *floor.fixtures])
    sides = [LineString(ends) for ring in lines(room) for ends in pairwise(ring.coords)]
    needed = [side for side in sides if not _is_built(side, solid)]
    edges = shapely.union_all(needed).difference(shapely.union(solid.buffer(0.02), opening))
    return edges.buffer(PARTITION_M, cap_style="square", join_style="mitre").intersection(room).difference(opening)


def _is_built(side: LineString, solid: BaseGeometry) -> bool:
    """Whether a wall stands along a side; its ends do not count, for there walls may meet it at right angles."""
    if side.length < 3 * NEAR_WALL_M:
        return False
    middle = substring(side, NEAR_WALL_M + 0.05, side.length - NEAR_WALL_M - 0.05)
    left = middle.difference(solid.buffer(NEAR_WALL_M)).length
    return bool(left <= DOORWAY_M and left < 0.4 * middle.length)


def _opening(door: Doorway) -> BaseGeometry:
    """Return the opening of a room's door in its walls."""
    return LineString(door.jambs).buffer(2.5 * PARTITION_M, cap_style="flat")


def draw_partitions(sheet: Sheet, zones: Sequence[PlacedZone], floor: FloorPlan) -> list[Markup]:
    """Draw the walls round enclosed zones, and the door leaves in them, which open into the room."""
    style: dict[str, Value] = {"fill": "#56626d", "stroke": "none"}
    drawn = []
    for zone in zones:
        if zone.enclosed:
            walls = partitions(zone, zones, floor)
            drawn.append(element("path", {"d": path(sheet, walls), **style}))
            for door in room_doors(zone, zones):
                if has_leaf(door, walls):
                    drawn += _leaf(sheet, door.hinge, door.closing, door.into)
    return drawn


def has_leaf(door: Doorway, walls: BaseGeometry) -> bool:
    """Whether a door of a room lies in its own walls (`partitions`), and not in a built one that has a doorway."""
    return not walls.is_empty and bool(walls.distance(LineString(door.jambs)) < PARTITION_M)


def blocking_lines(floor: FloorPlan, zones: Sequence[PlacedZone]) -> MultiLineString:
    """Return the lines that sight does not pass: the outline, walls, columns, fixtures and enclosed zones' walls."""
    solid: list[BaseGeometry] = [floor.outline, *floor.walls, *floor.columns, *floor.fixtures]
    solid += [partitions(zone, zones, floor) for zone in zones if zone.enclosed]
    return MultiLineString([ring for geometry in solid for ring in lines(geometry)])
