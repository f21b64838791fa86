"""Write hall.dxf: the building and the plan in metres, one layer a kind, for the architect's CAD program.

Layers of the building carry the names that `layout.data` reads, so that the file is a hall plan again. Areas are closed
polylines without fills (dense fills stall viewers), equipment and door leaves are blocks with their ids as hidden
attributes, names are MTEXT in a font with East Asian letters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from layout.data.plans.dxf_write import dxf_bytes, new_drawing
from layout.drawings.broken import broken_at
from layout.drawings.building import has_leaf, lines, partitions, polygons, room_doors, zone_shape
from layout.drawings.dxf_blocks import door_block, equipment_block, layer_name
from layout.drawings.hall import HallDrawing
from layout.drawings.labels import place_labels
from layout.drawings.marks import chain_stops
from layout.drawings.markup import Point, clean
from layout.drawings.palette import BROKEN, MOVEMENT, STAND_OFF, tint
from layout.drawings.rule_words import Named, name_broken
from layout.drawings.sheet import SIDES, Box
from layout.drawings.svg import post_codes
from layout.drawings.view import seen_from
from layout.drawings.wishes import LabelWish
from layout.drawings.words import Words, name_zones
from layout.floor.doorway import Doorway
from layout.floor.plan import Door, FloorPlan
from layout.posts.plan import Equipment
from layout.zones.plan import BrokenRule

if TYPE_CHECKING:
    from ezdxf.document import Drawing
    from ezdxf.layouts.layout import Modelspace

STYLE = "HALL"
FONT_FILE, FONT_FAMILY = "msyh.ttc", "Microsoft YaHei"
POST_M = 0.25
RING_M, LIST_M = 0.3, 8.0
MM_PER_M = 12.5
"""Labels are fitted as if on paper at 1 : 80, then set in metres."""

BUILDING_COLOURS = {
    "OUTLINE": 7,
    "WALL": 8,
    "COLUMN": 8,
    "FIXTURE": 9,
    "WINDOW": 4,
    "ENTRANCE": 30,
    "EXIT": 3,
    "DOOR": 32,
    "SWING": 33,
    "SERVICE": 5,
    "PARTITION": 252,
    "SWING_ROOM": 33,
}
PLAN_COLOURS = {"EQUIPMENT": 7, "NAME": 7, "TITLE": 7, "POST": 142, "CAMERA": 202, "CAMERA_VIEW": 202}
"""Colours that show on CAD programs' dark ground and on paper: 7 is black on white and white on black."""


def make_dxf(hall: HallDrawing, words: Words) -> bytes:
    """Return hall.dxf: R2010, $INSUNITS metres, the same bytes for the same hall."""
    drawing = new_drawing()
    drawing.styles.add(STYLE, font=FONT_FILE).set_extended_font_data(FONT_FAMILY)
    _layers(drawing, hall)
    space = drawing.modelspace()
    _building(space, hall)
    _zones(space, hall, words)
    _furnishing(space, hall)
    _rest(space, hall, words)
    x0, y0, x1, y1 = hall.floor.outline.bounds
    drawing.header["$EXTMIN"], drawing.header["$EXTMAX"] = (x0 - 3, y0 - 5, 0), (x1 + 2, y1 + 2, 0)
    drawing.set_modelspace_vport(height=(y1 - y0) * 1.4 + 2, center=((x0 + x1) / 2, (y0 + y1) / 2))
    return dxf_bytes(drawing)


def dxf_text(text: str) -> str:
    r"""Return a text that CAD programs show as it is: no formatting codes, no line ends.

    A backslash starts a code in DXF and is replaced by its full-width form.

    >>> dxf_text(r"{\\C1;a}%%d^J")
    '\\{＼＼C1;a\\}% %d^ J'
    """
    line = " ".join(clean(text).split())
    for sign, shown in (("\\", "＼"), ("{", "\\{"), ("}", "\\}"), ("^", "^ "), ("%%", "% %")):
        line = line.replace(sign, shown)
    return line


def _layers(drawing: Drawing, hall: HallDrawing) -> None:
    for name, colour in BUILDING_COLOURS.items():
        drawing.layers.add(name, color=colour)
    for name, colour in PLAN_COLOURS.items():
        drawing.layers.add(name, color=colour)
    for name, rgb in (("STAND_OFF", STAND_OFF), ("MOVEMENT_LINE", MOVEMENT), ("BROKEN_RULE", BROKEN)):
        drawing.layers.add(name).rgb = _rgb(rgb)
    drawing.layers.add("DIMENSION", color=8)
    drawing.layers.get("CAMERA_VIEW").off()
    for zone in hall.zones.zones:
        name = layer_name("ZONE", zone.kind)
        if name not in drawing.layers:
            drawing.layers.add(name).rgb = _rgb(tint(zone.kind, public=zone.public)[1])


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _outlines(space: Modelspace, geometry: BaseGeometry, layer: str) -> None:
    for polygon in polygons(shapely.normalize(geometry)):
        for ring in (polygon.exterior, *polygon.interiors):
            space.add_lwpolyline(_points(list(ring.coords)[:-1]), close=True, dxfattribs={"layer": layer})


def _broken_shapes(space: Modelspace, rule: BrokenRule) -> None:
    look = {"layer": "BROKEN_RULE"}
    for shape in rule.shapes:
        if shape.kind == "points":
            for point in _points(shape.points):
                space.add_point(point, dxfattribs=look)
        else:
            space.add_lwpolyline(_points(shape.points), close=shape.kind == "area", dxfattribs=look)


def _points(coordinates: Sequence[Sequence[float]]) -> list[Point]:
    return [(round(float(point[0]), 4), round(float(point[1]), 4)) for point in coordinates]


def _strokes(space: Modelspace, geometry: BaseGeometry, layer: str) -> None:
    for part in lines(geometry):
        space.add_lwpolyline(_points(list(part.coords)), dxfattribs={"layer": layer})


def _building(space: Modelspace, hall: HallDrawing) -> None:
    floor = hall.floor
    _outlines(space, floor.outline, "OUTLINE")
    for layer, geometries in (("WALL", floor.walls), ("COLUMN", floor.columns), ("FIXTURE", floor.fixtures)):
        for geometry in geometries:
            _outlines(space, geometry, layer)
    for window in floor.windows:
        _strokes(space, window, "WINDOW")
    for service in floor.services:
        middle = service.centroid
        space.add_point((round(middle.x, 4), round(middle.y, 4)), dxfattribs={"layer": "SERVICE"})
    for door in floor.doors:
        angle = math.radians(door.facing_deg + 90)
        dx, dy = math.cos(angle) * door.width_m / 2, math.sin(angle) * door.width_m / 2
        start, end = _points([(door.x - dx, door.y - dy), (door.x + dx, door.y + dy)])
        space.add_line(start, end, dxfattribs={"layer": _door_layer(door)})
        space.add_blockref(
            door_block(space.doc, door.width_m), _points([(door.x, door.y)])[0], dxfattribs=_turned("SWING", door)
        )
    for zone in hall.zones.zones:
        if zone.enclosed:
            _room(space, room_doors(zone, hall.zones.zones), partitions(zone, hall.zones.zones, floor))


def _room(space: Modelspace, doors: Iterable[Doorway], walls: BaseGeometry) -> None:
    """Draw the walls of a room and its doors, whose leaves open into it."""
    _outlines(space, walls, "PARTITION")
    for door in doors:
        if has_leaf(door, walls):
            start, end = _points(door.jambs)
            space.add_line(start, end, dxfattribs={"layer": "SWING_ROOM"})
            turned = {"layer": "SWING_ROOM", "rotation": round((door.facing_deg + 90.0) % 360.0, 4)}
            middle = _points([(door.x, door.y)])[0]
            space.add_blockref(door_block(space.doc, door.width_m), middle, dxfattribs=turned)


def _door_layer(door: Door) -> str:
    if door.entrance:
        return "ENTRANCE"
    return "EXIT" if door.exit else "DOOR"


def _turned(layer: str, thing: Door | Equipment) -> dict[str, str | float]:
    return {"layer": layer, "rotation": round((thing.facing_deg + 90.0) % 360.0, 4)}


def _zones(space: Modelspace, hall: HallDrawing, words: Words) -> None:
    zones = hall.zones.zones
    wishes = []
    names = name_zones(zones, words.say)
    for zone in zones:
        _outlines(space, zone_shape(zone), layer_name("ZONE", zone.kind))
        rooms = sorted((_paper(*map(float, rect)) for rect in zone.rects), key=lambda box: -box.width * box.height)
        wishes.append(LabelWish(names[zone.id], words.area(zone.area_m2), tuple(rooms)))
    taken = [_paper(p.x - POST_M, p.y - POST_M, 2 * POST_M, 2 * POST_M) for p in hall.furnishing.posts]
    soft = [_paper(thing.x, thing.y, thing.w, thing.h) for thing in hall.furnishing.equipment]
    x0, y0, x1, y1 = hall.floor.outline.bounds
    around, sheet = _paper(x0, y0, x1 - x0, y1 - y0), _paper(x0 - 9, y0 - 9, x1 - x0 + 18, y1 - y0 + 18)
    for label in place_labels(wishes, taken, soft, around, sheet):
        text = "\\P".join(dxf_text(row.text) for row in label.rows)
        at = (label.box.x + label.box.width / 2) / MM_PER_M, -(label.box.y + label.box.height / 2) / MM_PER_M
        _mtext(space, text, at, label.rows[0].size * 0.72 / MM_PER_M, "NAME", turned=label.turned)
        if label.leader:
            ends = _points([(x / MM_PER_M, -y / MM_PER_M) for x, y in label.leader])
            space.add_lwpolyline(ends, dxfattribs={"layer": "NAME"})


def _paper(x: float, y: float, width: float, height: float) -> Box:
    return Box(x * MM_PER_M, -(y + height) * MM_PER_M, width * MM_PER_M, height * MM_PER_M)


def _mtext(
    space: Modelspace, text: str, at: Point, height: float, layer: str, *, turned: bool = False, anchor: int = 5
) -> None:
    """Write MTEXT; ``anchor`` is its attachment point (5 the middle, 1 the upper left corner)."""
    facts = {
        "layer": layer,
        "style": STYLE,
        "char_height": round(height, 4),
        "attachment_point": anchor,
        "rotation": 90 if turned else 0,
        "insert": _points([at])[0],
    }
    space.add_mtext(text, dxfattribs=facts)


def _furnishing(space: Modelspace, hall: HallDrawing) -> None:
    things = hall.furnishing
    for thing in things.equipment:
        middle = _points([(thing.x + thing.w / 2, thing.y + thing.h / 2)])[0]
        placed = space.add_blockref(equipment_block(space.doc, thing), middle, dxfattribs=_turned("EQUIPMENT", thing))
        placed.add_auto_attribs({"ID": clean(thing.id), "KIND": clean(thing.kind), "ZONE": clean(thing.zone)})
    for one in things.stand_off:
        start, end = _points([one.start, one.end])
        space.add_line(start, end, dxfattribs={"layer": "STAND_OFF"})
    codes = post_codes(hall)
    for post in things.posts:
        space.add_circle((post.x, post.y), POST_M, dxfattribs={"layer": "POST"})
        angle = math.radians(post.facing_deg)
        nose = [(post.x + r * math.cos(angle), post.y + r * math.sin(angle)) for r in (POST_M, 2 * POST_M)]
        start, end = _points(nose)
        space.add_line(start, end, dxfattribs={"layer": "POST"})
        _mtext(space, dxf_text(codes[post.id]), (post.x, post.y), 0.16, "POST")
    blocks = shapely.union_all([hall.floor.outline.exterior, *hall.floor.walls, *hall.floor.columns])
    for camera in things.cameras:
        near = seen_from(camera.x, camera.y, camera.facing_deg, camera.view_deg, 0.5, LineString())
        _outlines(space, near, "CAMERA")
        seen = seen_from(camera.x, camera.y, camera.facing_deg, camera.view_deg, camera.range_m, blocks)
        _outlines(space, seen, "CAMERA_VIEW")


def _rest(space: Modelspace, hall: HallDrawing, words: Words) -> None:
    route = hall.zones.movement_line
    if len(route) > 1:
        space.add_lwpolyline(_points(route.tolist()), dxfattribs={"layer": "MOVEMENT_LINE"})
    _broken(space, hall, words)
    _dimensions(space, hall.floor)
    x0, y0, _, _ = (float(value) for value in hall.floor.outline.bounds)
    facts = (hall.title, hall.subtitle, words.area(hall.floor.outline.area), hall.as_of.isoformat(), hall.floor.source)
    text = "\\P".join(dxf_text(fact) for fact in facts if fact)
    _mtext(space, text, (x0, y0 - 2.8), 0.25, "TITLE", anchor=1)


def _broken(space: Modelspace, hall: HallDrawing, words: Words) -> None:
    """Draw the numbers of broken rules where they are broken, and list them below the plan, beside its title."""
    placed: list[Point] = []
    for number, rule in enumerate(hall.zones.broken_rules, start=1):
        at = broken_at(rule, hall)
        if at is not None:
            near = sum(math.dist(at, other) < 2 * RING_M for other in placed)
            placed.append(at)
            space.add_circle(_points([at])[0], RING_M, dxfattribs={"layer": "BROKEN_RULE"})
            _mtext(space, str(number), (at[0] + RING_M * (1.6 + near), at[1] + RING_M), 0.2, "BROKEN_RULE")
        _broken_shapes(space, rule)
    named = Named(hall, words)
    listed = "\\P".join(
        dxf_text(f"{number}. {name_broken(rule, words.say)}: {named.place(rule.where)} – {named.found(rule)}")
        for number, rule in enumerate(hall.zones.broken_rules, start=1)
    )
    if listed:
        x0, y0, _, _ = (float(value) for value in hall.floor.outline.bounds)
        _mtext(space, listed, (x0 + LIST_M, y0 - 2.8), 0.2, "BROKEN_RULE", anchor=1)


def _dimensions(space: Modelspace, floor: FloorPlan) -> None:
    """Draw the chains of dimensions of the sheet: one a side, and the overall size below and on the left."""
    x0, y0, x1, y1 = (float(value) for value in floor.outline.bounds)
    for side in SIDES:
        level = side in ("bottom", "top")
        edge, away = {"bottom": (y0, -1.0), "top": (y1, 1.0), "left": (x0, -1.0), "right": (x1, 1.0)}[side]
        ends = [x0, x1] if level else [y0, y1]
        stops = chain_stops(floor, side)
        chains = [stops] if len(stops) > 2 else []
        chains += [ends] if side in ("bottom", "left") else []
        for row, chain in enumerate(chains, start=1):
            for low, high in pairwise(chain):
                start, end = ((low, edge), (high, edge)) if level else ((edge, low), (edge, high))
                base = (low, edge + away * row) if level else (edge + away * row, low)
                _dimension(space, start, end, base, 0.0 if level else 90.0)


def _dimension(space: Modelspace, start: Point, end: Point, base: Point, angle: float) -> None:
    """Draw a linear dimension in metres with two decimals."""
    look = {"dimtxt": 0.2, "dimasz": 0.15, "dimexo": 0.1, "dimexe": 0.1, "dimgap": 0.08, "dimtxsty": STYLE}
    look |= {"dimdec": 2, "dimzin": 0, "dimdsep": ord(".")}
    facts = {"layer": "DIMENSION"}
    space.add_linear_dim(base=base, p1=start, p2=end, angle=angle, override=look, dxfattribs=facts).render()
