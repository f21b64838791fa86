"""Write hall.dxf: the building and the plan in metres, one layer a kind, for the architect's CAD program.

Layers of the building carry the names that `layout.data` reads, so that the file is a hall plan again. Areas are closed
polylines without fills (dense fills stall viewers), equipment and door leaves are blocks with their ids as hidden
attributes, names are MTEXT in a font with East Asian letters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from layout.data.plans.dxf_write import dxf_bytes, new_drawing
from layout.drawings.building import has_leaf, lines, partitions, polygons, zone_shape
from layout.drawings.dxf_blocks import door_block, equipment_block, layer_name
from layout.drawings.dxf_dimensions import draw_dimensions
from layout.drawings.dxf_names import POST_M, draw_broken, enlarged, place_rule_marks, write_names, write_title
from layout.drawings.dxf_text import STYLE, dxf_text, rounded, write_text
from layout.drawings.hall import HallDrawing
from layout.drawings.markup import clean
from layout.drawings.palette import BROKEN, MOVEMENT, STAND_OFF, tint
from layout.drawings.svg import post_codes
from layout.drawings.view import seen_from
from layout.drawings.words import Words
from layout.floor.doorway import Doorway
from layout.floor.isovist import sight_edges
from layout.floor.plan import Door
from layout.posts.plan import Equipment
from layout.zones.plan import room_doors

if TYPE_CHECKING:
    from ezdxf.document import Drawing
    from ezdxf.layouts.layout import Modelspace

FONT_FILE, FONT_FAMILY = "msyh.ttc", "Microsoft YaHei"

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
    marks = place_rule_marks(hall)
    _building(space, hall)
    _zones(space, hall)
    write_names(space, hall, words, marks)
    _furnishing(space, hall)
    route = hall.zones.movement_line
    if len(route) > 1:
        space.add_lwpolyline(rounded(route.tolist()), dxfattribs={"layer": "MOVEMENT_LINE"})
    draw_broken(space, hall, words, marks)
    draw_dimensions(space, hall.floor)
    write_title(space, hall, words)
    x0, y0, x1, y1 = hall.floor.outline.bounds
    drawing.header["$EXTMIN"] = (x0 - 3, y0 - 3 - 6 * enlarged(hall), 0)
    drawing.header["$EXTMAX"] = (x1 + 2, y1 + 2, 0)
    drawing.set_modelspace_vport(height=(y1 - y0) * 1.4 + 2, center=((x0 + x1) / 2, (y0 + y1) / 2))
    return dxf_bytes(drawing)


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
            space.add_lwpolyline(rounded(list(ring.coords)[:-1]), close=True, dxfattribs={"layer": layer})


def _strokes(space: Modelspace, geometry: BaseGeometry, layer: str) -> None:
    for part in lines(geometry):
        space.add_lwpolyline(rounded(list(part.coords)), dxfattribs={"layer": layer})


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
        start, end = rounded([(door.x - dx, door.y - dy), (door.x + dx, door.y + dy)])
        space.add_line(start, end, dxfattribs={"layer": _door_layer(door)})
        space.add_blockref(
            door_block(space.doc, door.width_m), rounded([(door.x, door.y)])[0], dxfattribs=_turned("SWING", door)
        )
    for zone in hall.zones.zones:
        if zone.enclosed:
            _room(space, room_doors(zone, hall.zones.zones), partitions(zone, hall.zones.zones, floor))


def _room(space: Modelspace, doors: Iterable[Doorway], walls: BaseGeometry) -> None:
    """Draw the walls of a room and its doors, whose leaves open into it."""
    _outlines(space, walls, "PARTITION")
    for door in doors:
        if has_leaf(door, walls):
            start, end = rounded(door.jambs)
            space.add_line(start, end, dxfattribs={"layer": "SWING_ROOM"})
            hung_low = door.facing_deg in (0.0, 270.0)  # where the leaf of a block so turned hangs
            turned: dict[str, str | float] = {
                "layer": "SWING_ROOM",
                "rotation": round((door.facing_deg + 90.0) % 360.0, 4),
                "xscale": -1 if door.hung_far == hung_low else 1,
            }
            middle = rounded([(door.x, door.y)])[0]
            space.add_blockref(door_block(space.doc, door.width_m), middle, dxfattribs=turned)


def _door_layer(door: Door) -> str:
    if door.entrance:
        return "ENTRANCE"
    return "EXIT" if door.exit else "DOOR"


def _turned(layer: str, thing: Door | Equipment) -> dict[str, str | float]:
    return {"layer": layer, "rotation": round((thing.facing_deg + 90.0) % 360.0, 4)}


def _zones(space: Modelspace, hall: HallDrawing) -> None:
    for zone in hall.zones.zones:
        _outlines(space, zone_shape(zone), layer_name("ZONE", zone.kind))


def _furnishing(space: Modelspace, hall: HallDrawing) -> None:
    things = hall.furnishing
    for thing in things.equipment:
        middle = rounded([(thing.x + thing.w / 2, thing.y + thing.h / 2)])[0]
        placed = space.add_blockref(equipment_block(space.doc, thing), middle, dxfattribs=_turned("EQUIPMENT", thing))
        placed.add_auto_attribs({"ID": clean(thing.id), "KIND": clean(thing.kind), "ZONE": clean(thing.zone)})
    for one in things.stand_off:
        start, end = rounded([one.start, one.end])
        space.add_line(start, end, dxfattribs={"layer": "STAND_OFF"})
    codes = post_codes(hall)
    for post in things.posts:
        space.add_circle((post.x, post.y), POST_M, dxfattribs={"layer": "POST"})
        angle = math.radians(post.facing_deg)
        nose = [(post.x + r * math.cos(angle), post.y + r * math.sin(angle)) for r in (POST_M, 2 * POST_M)]
        start, end = rounded(nose)
        space.add_line(start, end, dxfattribs={"layer": "POST"})
        write_text(space, dxf_text(codes[post.id]), (post.x, post.y), 0.16, "POST")
    edges = sight_edges(shapely.union_all([hall.floor.outline.exterior, *hall.floor.walls, *hall.floor.columns]))
    for camera in things.cameras:
        near = seen_from(camera.x, camera.y, camera.facing_deg, camera.view_deg, 0.5, sight_edges(LineString()))
        _outlines(space, near, "CAMERA")
        seen = seen_from(camera.x, camera.y, camera.facing_deg, camera.view_deg, camera.range_m, edges)
        _outlines(space, seen, "CAMERA_VIEW")
