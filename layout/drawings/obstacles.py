"""Say what labels and marks keep clear of, as rectangles on the sheet: walls, things, people, the movement line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from layout.drawings.building import PARTITION_M, lines
from layout.drawings.contents import post_radius
from layout.drawings.hall import HallDrawing
from layout.drawings.sheet import Box, Sheet
from layout.floor.cells import forbidden_rectangles, free_cells
from layout.floor.doorway import Doorway
from layout.floor.plan import FloorPlan
from layout.zones.plan import room_doors

SMALL_HALL_M2 = 1000.0
ALONG_MM = 1.5
LINE_MM = 0.8
SWING_STRIPS = 3


def solid_boxes(sheet: Sheet, floor: FloorPlan) -> list[Box]:
    """Return what is no open floor: walls, columns, fixtures, and all that lies outside the outline."""
    cells = free_cells(floor, 0.25 if floor.outline.area < SMALL_HALL_M2 else 0.5)
    side = cells.cell_m
    return [
        sheet.box(cells.x0 + x * side, cells.y0 + y * side, width * side, height * side)
        for x, y, width, height in forbidden_rectangles(cells.free).tolist()
    ]


def people_boxes(sheet: Sheet, hall: HallDrawing) -> list[Box]:
    """Return the signs of people."""
    radius = post_radius(sheet) * 1.15
    middles = [sheet.at(post.x, post.y) for post in hall.furnishing.posts]
    return [Box(x - radius, y - radius, 2 * radius, 2 * radius) for x, y in middles]


def thing_boxes(sheet: Sheet, hall: HallDrawing) -> list[Box]:
    """Return equipment, cameras, the edges of enclosed zones, and small boxes along lines."""
    found = [sheet.box(thing.x, thing.y, thing.w, thing.h) for thing in hall.furnishing.equipment]
    for camera in hall.furnishing.cameras:
        x, y = sheet.at(camera.x, camera.y)
        found.append(Box(x - 2.6, y - 2.6, 5.2, 5.2))
    for zone in hall.zones.zones:
        for x, y, width, height in zone.rects.tolist() if zone.enclosed and len(zone.rects) == 1 else []:
            thick = PARTITION_M
            found += [sheet.box(x, at, width, thick) for at in (y, y + height - thick)]
            found += [sheet.box(at, y, thick, height) for at in (x, x + width - thick)]
    found += [
        box for zone in hall.zones.zones for door in room_doors(zone, hall.zones.zones) for box in _swing(sheet, door)
    ]
    drawn = [list(part.coords) for window in hall.floor.windows for part in lines(window)]
    drawn.append(np.asarray(hall.zones.movement_line).tolist())
    drawn += [[one.start, one.end] for one in hall.furnishing.stand_off]
    return [*found, *_boxes_along(sheet, drawn)]


def rule_boxes(sheet: Sheet, hall: HallDrawing) -> list[Box]:
    """Return small boxes along the lines of broken rules, which may cross a whole hall."""
    shapes = [shape for rule in hall.zones.broken_rules for shape in rule.shapes if shape.kind == "line"]
    return _boxes_along(sheet, [shape.points for shape in shapes])


def _boxes_along(sheet: Sheet, drawn: Sequence[Sequence[Sequence[float]]]) -> list[Box]:
    found = []
    for line in drawn:
        for start, end in pairwise(sheet.at(float(x), float(y)) for x, y, *_ in line):
            steps = max(1, math.ceil(math.dist(start, end) / ALONG_MM))
            for k in range(steps + 1):
                x, y = (start[0] + (end[0] - start[0]) * k / steps, start[1] + (end[1] - start[1]) * k / steps)
                found.append(Box(x - LINE_MM, y - LINE_MM, 2 * LINE_MM, 2 * LINE_MM))
    return found


def _swing(sheet: Sheet, door: Doorway) -> list[Box]:
    """Return the quarter of a disc that the leaf of a room's door sweeps, in strips; it opens into the room."""
    (x, y), ahead, width = door.hinge, door.into, door.width_m
    found = []
    for k in range(SWING_STRIPS):
        along, near, far = (
            width * math.sqrt(1 - (k / SWING_STRIPS) ** 2),
            width * k / SWING_STRIPS,
            width / SWING_STRIPS,
        )
        back = along if door.hung_far else 0.0
        if door.facing_deg % 180 == 90:
            found.append(sheet.box(x - back, y + ahead[1] * near - (far if ahead[1] < 0 else 0.0), along, far))
        else:
            found.append(sheet.box(x + ahead[0] * near - (far if ahead[0] < 0 else 0.0), y - back, far, along))
    return found
