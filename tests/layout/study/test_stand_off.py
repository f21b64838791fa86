"""Stand-off lines lie where others may wait: in the hall, outside other zones, on the zone's own side of walls."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from layout.floor.plan import Door, FloorPlan
from layout.posts.plan import StandOff
from layout.study.furnish.lines import seen_parts
from layout.zones.plan import PlacedZone

LINE = StandOff("counters", (1.4, 6.0), (6.6, 6.0))


def placed(kind: str, rect: tuple[float, float, float, float], *, enclosed: bool = False) -> PlacedZone:
    access = np.array([rect[0] + rect[2] / 2, rect[1]])
    return PlacedZone(kind, kind, np.array([rect]), rect[2] * rect[3], True, False, 270.0, access, enclosed=enclosed)


COUNTERS = placed("counters", (2.0, 7.0, 4.0, 3.0))


def parts(*zones: PlacedZone, walls: tuple[BaseGeometry, ...] = (), line: StandOff = LINE) -> list[tuple[float, float]]:
    """Return where the line's parts begin and end along x, in a hall of 8 × 10 m."""
    door = Door(4.0, 0.0, 1.5, 90.0, True, True, "")
    floor = FloorPlan(outline=shapely.box(0, 0, 8, 10), walls=walls, doors=(door,))
    found = seen_parts([line], floor, [COUNTERS, *zones])
    assert {part.start[1] for part in found} | {part.end[1] for part in found} <= {6.0}
    return [(part.start[0], part.end[0]) for part in found]


def test_an_open_line_stays_whole() -> None:
    assert parts() == [(1.4, 6.6)]


def test_a_line_ends_at_the_wall_of_the_hall() -> None:
    assert parts(line=StandOff("counters", (-0.5, 6.0), (8.5, 6.0))) == [(0.0, 8.0)]


def test_another_zone_is_left_out_and_what_is_short_too() -> None:
    assert parts(placed("waiting", (3.0, 5.0, 1.0, 2.0))) == [(1.4, 3.0), (4.0, 6.6)]
    assert parts(placed("waiting", (1.6, 5.0, 1.4, 2.0))) == [(3.0, 6.6)]


def test_nothing_is_drawn_behind_a_wall_or_a_room() -> None:
    """A wall right across between counters and line; one before its left half; a room before its right half."""
    assert parts(walls=(shapely.box(0.0, 6.4, 8.0, 6.5),)) == []
    assert parts(walls=(shapely.box(0.0, 6.4, 4.0, 6.5),)) == [(4.0, 6.6)]
    assert parts(placed("vip", (4.0, 5.5, 4.0, 1.2), enclosed=True)) == [(1.4, 4.0)]


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_turned_hall_is_drawn_alike(turn: int) -> None:
    """Counters at the west, north and east end of a square hall, a wall before half of each line."""
    angle = turn * np.pi / 2
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

    def at(x: float, y: float) -> tuple[float, float]:
        found = spin @ np.array([x - 5.0, y - 5.0]) + 5.0
        return round(float(found[0]), 6), round(float(found[1]), 6)

    def box(x: float, y: float, w: float, h: float) -> tuple[float, float, float, float]:
        (x0, y0), (x1, y1) = at(x, y), at(x + w, y + h)
        return min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)

    x, y, w, h = box(0.0, 6.4, 4.0, 0.1)
    floor = FloorPlan(
        outline=shapely.box(0, 0, 10, 10),
        walls=(shapely.box(x, y, x + w, y + h),),
        doors=(Door(4.0, 0.0, 1.5, 90.0, True, True, ""),),
    )
    zone = placed("counters", box(2.0, 7.0, 4.0, 3.0))
    (part,) = seen_parts([StandOff("counters", at(1.4, 6.0), at(6.6, 6.0))], floor, [zone])
    assert sorted([part.start, part.end]) == sorted([at(4.0, 6.0), at(6.6, 6.0)])
