"""Lay a hall on an A3 sheet: the scale, and where a point of the hall lies on paper, in millimetres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import shapely

from layout.drawings.markup import Point
from layout.floor.plan import Door, FloorPlan

SHEET_MM = (420.0, 297.0)
BORDER_MM = 8.0
COLUMN_MM = 78.0
SCALES = (20, 25, 50, 75, 100, 125, 150, 200, 250, 300, 400, 500, 750, 1000, 2000, 5000)
WALL_M = 0.3
DOUBLE_LEAF_M = 1.25
ON_SIDE_M = 0.05
DRAWN_SHARE = 0.5
BESIDE_WALL_M = 0.1

FIRST_CHAIN_MM = 4.5
CHAIN_GAP_MM = 6.5
ARROW_GAP_MM = 3.0
ARROW_MM = 5.0
SCALE_BAR_MM = 9.0

Side = Literal["bottom", "left", "top", "right"]
SIDES: tuple[Side, ...] = ("bottom", "left", "top", "right")
CHAINS: Mapping[Side, int] = {"bottom": 2, "left": 2, "top": 1, "right": 1}
"""Chains of dimensions on each side: a detailed one, and below and on the left the overall size."""


@dataclass(frozen=True)
class Box:
    """A rectangle on the sheet, millimetres; ``y`` is its upper edge."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: Box, gap: float = 0.0) -> bool:
        """Whether two rectangles come closer than ``gap``."""
        return (
            self.x < other.x + other.width + gap
            and other.x < self.x + self.width + gap
            and self.y < other.y + other.height + gap
            and other.y < self.y + self.height + gap
        )

    def holds(self, other: Box) -> bool:
        """Whether the other rectangle lies wholly in this one."""
        return (
            self.x <= other.x + 1e-6
            and self.y <= other.y + 1e-6
            and other.x + other.width <= self.x + self.width + 1e-6
            and other.y + other.height <= self.y + self.height + 1e-6
        )


@dataclass(frozen=True)
class Sheet:
    """Where the hall lies on paper.

    Parameters
    ----------
    scale
        1 : scale.
    left, top
        Where the left and the upper edge of the outline's bounding box lie on the sheet, millimetres.
    bounds
        Bounding box of the outline: x_min, y_min, x_max, y_max, metres.
    plan
        The part of the sheet that the hall takes with its walls, dimensions and labels.
    """

    scale: int
    left: float
    top: float
    bounds: tuple[float, float, float, float]
    plan: Box

    def mm(self, metres: float) -> float:
        """Return a length on paper."""
        return metres * 1000.0 / self.scale

    def at(self, x: float, y: float) -> Point:
        """Return where a point of the hall lies on the sheet."""
        return self.left + self.mm(x - self.bounds[0]), self.top + self.mm(self.bounds[3] - y)

    def box(self, x: float, y: float, width: float, height: float) -> Box:
        """Return where a rectangle of the hall (lower left corner, metres) lies on the sheet."""
        left, top = self.at(x, y + height)
        return Box(left, top, self.mm(width), self.mm(height))

    @property
    def hall(self) -> Box:
        """Bounding box of the outline on the sheet."""
        x0, y0, x1, y1 = self.bounds
        return self.box(x0, y0, x1 - x0, y1 - y0)


def doors_on(floor: FloorPlan, side: Side) -> list[Door]:
    """Return the doors on a side of the outline's bounding box."""
    x0, y0, x1, y1 = floor.outline.bounds
    edge = {"bottom": y0, "left": x0, "top": y1, "right": x1}[side]
    return [d for d in floor.doors if abs((d.y if side in ("bottom", "top") else d.x) - edge) < ON_SIDE_M]


def wall_m(floor: FloorPlan) -> float:
    """Return how thick the wall round the outline is drawn, metres: not at all where the plan has walls along it."""
    edge = floor.outline.exterior
    drawn = shapely.union_all(list(floor.walls)).buffer(BESIDE_WALL_M)
    return 0.0 if edge.intersection(drawn).length > DRAWN_SHARE * edge.length else WALL_M


def door_depth(door: Door, wall: float = WALL_M) -> float:
    """Return how far the open leaves of a door reach out of the hall, from the outline, metres."""
    return wall + (door.width_m / 2 if door.width_m > DOUBLE_LEAF_M else door.width_m)


def first_chain(floor: FloorPlan, side: Side, scale: int) -> float:
    """Return how far outside the outline a side's first chain of dimensions lies, millimetres."""
    wall = wall_m(floor)
    depth = max([wall, *(door_depth(door, wall) for door in doors_on(floor, side))])
    return depth * 1000.0 / scale + FIRST_CHAIN_MM


def door_arrow(floor: FloorPlan, side: Side, scale: int) -> float:
    """Return how far outside the outline the arrows of a side's doors begin, millimetres."""
    return first_chain(floor, side, scale) + CHAIN_GAP_MM * (CHAINS[side] - 1) + ARROW_GAP_MM


def margin(floor: FloorPlan, side: Side, scale: int) -> float:
    """Return how much room a side needs outside the outline, millimetres."""
    room = door_arrow(floor, side, scale)
    mark = ARROW_MM + (1.0 if side in ("bottom", "top") else 6.0)
    marked = [door for door in floor.doors if door.entrance or door.exit]
    on_side = doors_on(floor, side)
    if any(door in on_side for door in marked):
        room += mark
    for door in marked:
        if door not in on_side and _looks_out(door) == side:
            depth = door_depth(door, wall_m(floor)) - _from_edge(floor, door, side)
            room = max(room, 1000.0 * depth / scale + ARROW_GAP_MM + mark)
    return room + (SCALE_BAR_MM if side == "bottom" else 1.0)


def _looks_out(door: Door) -> Side:
    """Return the side of the hall to which one leaves by a door."""
    sides: tuple[Side, ...] = ("left", "bottom", "right", "top")
    return sides[round(door.facing_deg / 90.0) % 4]


def _from_edge(floor: FloorPlan, door: Door, side: Side) -> float:
    """Return how far a door lies inside the bounding box of the outline on a side, metres."""
    x0, y0, x1, y1 = (float(value) for value in floor.outline.bounds)
    return {"bottom": door.y - y0, "left": door.x - x0, "top": y1 - door.y, "right": x1 - door.x}[side]


def plan_area() -> Box:
    """Return the part of the sheet that is for the plan, left of the column with the title block."""
    width, height = SHEET_MM
    return Box(BORDER_MM, BORDER_MM, width - 2 * BORDER_MM - COLUMN_MM, height - 2 * BORDER_MM)


def make_sheet(floor: FloorPlan) -> Sheet:
    """Return the sheet with the largest usual scale at which the hall fits."""
    x0, y0, x1, y1 = (float(value) for value in floor.outline.bounds)
    area = plan_area()
    for scale in SCALES:
        room = {side: margin(floor, side, scale) for side in SIDES}
        width, height = (x1 - x0) * 1000 / scale, (y1 - y0) * 1000 / scale
        spare_x = area.width - width - room["left"] - room["right"]
        spare_y = area.height - height - room["bottom"] - room["top"]
        if min(spare_x, spare_y) >= 0:
            break
    left, top = area.x + room["left"] + spare_x / 2, area.y + room["top"] + spare_y / 2
    plan = Box(left - room["left"], top - room["top"], area.width - spare_x, area.height - spare_y)
    return Sheet(scale, round(left, 2), round(top, 2), (x0, y0, x1, y1), plan)
