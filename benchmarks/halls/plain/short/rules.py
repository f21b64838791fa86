"""Add the rules of the plain model that concern how zones are reached: `add_aisles`, `add_entrance_within`."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from halls.plain.rules import STAFF_AISLES, meets_one, touches
from halls.plain.variables import PlainModel, Rectangle, ZoneVariables
from layout.floor.cells import forbidden_rectangles


def public_aisles(zones: int) -> int:
    """Return how many rectangles visitors' aisles are made of: two for three zones, at least four."""
    return max(4, -(-2 * zones // 3))


def doors(made: PlainModel) -> list[tuple[int, int]]:
    """Return twice the middle of each entrance (x, y), the widest first."""
    return [(2 * x + 1, 2 * y + 1) for x, y in made.doors()]


def add_aisles(made: PlainModel) -> None:
    """Add accesses, full fronts and the spine of aisles."""
    spine = _spine(made)
    open_floor = list(spine)
    ground = made.problem.ground
    for i, zone in enumerate(made.zones):
        staff = bool(made.problem.staff_access[i])
        k = ground.aisle_staff if staff else ground.aisle_public
        square = _access(made, i, k if staff else max(k, ground.turning), k)
        open_floor.append(square)
        if made.problem.full_front[i]:
            open_floor.append(_strip(made, zone, ground.aisle_public))
        aisles = spine if staff else spine[: public_aisles(made.problem.count)]
        meets_one(made, square, aisles, k)
    solid = made.solid(ground.free)
    for rectangle in open_floor:
        made.apart([rectangle.box, *(zone.box for zone in made.zones), *solid])


def _spine(made: PlainModel) -> list[Rectangle]:
    """Return the aisles: the first at the widest entrance, each other at an earlier one; one at each way in or out."""
    ground = made.problem.ground
    columns, rows = made.size
    spine: list[Rectangle] = []
    public = public_aisles(made.problem.count)
    for number in range(public + STAFF_AISLES):
        k = ground.aisle_public if number < public else ground.aisle_staff
        aisle = made.rectangle((k, k), (columns, rows), f"aisle{number}")
        if spine:
            meets_one(made, aisle, spine, k)
        spine.append(aisle)
    widest, *others = made.entrances()
    touches(made, spine[:1], widest)
    for floors in others:
        touches(made, spine[:public], floors)
    for mask in ground.exits:
        if mask.any():
            touches(made, spine, forbidden_rectangles(~mask).tolist())
    return spine


def _access(made: PlainModel, i: int, size: int, k: int) -> Rectangle:
    """Return the free square at a zone's front: flush with it, and more than half a walker before it."""
    zone, model = made.zones[i], made.model
    square = made.rectangle((size, size), (size, size), f"access{i}")
    half = size if made.problem.full_front[i] else size - (k - 1) // 2
    for side in range(4):
        is_front = zone.front[side]
        model.add(square.line((side + 2) % 4) == zone.line(side)).only_enforce_if(is_front)
        (low, high), (first, last) = square.span(side), zone.span(side)
        reach = min(half, _shortest(made, i))
        model.add(high - first >= reach).only_enforce_if(is_front)
        model.add(last - low >= reach).only_enforce_if(is_front)
    made.access.append((square.x + square.right, square.y + square.top))
    return square


def _shortest(made: PlainModel, i: int) -> int:
    return int(made.problem.shapes[i][:, 0].min())


def _strip(made: PlainModel, zone: ZoneVariables, depth: int) -> Rectangle:
    """Return the free strip along a whole front."""
    columns, rows = made.size
    strip = made.rectangle((1, 1), (columns, rows), "strip")
    for side in range(4):
        is_front = zone.front[side]
        deep = strip.w if side % 2 == 0 else strip.h
        made.model.add(strip.line((side + 2) % 4) == zone.line(side)).only_enforce_if(is_front)
        made.model.add(deep == depth).only_enforce_if(is_front)
        for end, wanted in zip(strip.span(side), zone.span(side), strict=True):
            made.model.add(end == wanted).only_enforce_if(is_front)
    return strip


def add_entrance_within(made: PlainModel) -> None:
    """Keep accesses within their longest walk from a door, measured along the axes."""
    model, cell = made.model, made.problem.ground.cell_m
    for i in np.flatnonzero(made.problem.entrance_within > 0):
        most = int(2 * made.problem.entrance_within[i] / cell)
        ways = []
        for door in doors(made):
            near = model.new_bool_var("")
            ways.append(near)
            far = [_distance(made, made.access[i][axis] - door[axis]) for axis in (0, 1)]
            model.add(far[0] + far[1] <= most).only_enforce_if(near)
        model.add_bool_or(ways)


def _distance(made: PlainModel, value: cp_model.LinearExprT) -> cp_model.IntVar:
    size = made.model.new_int_var(0, 2 * max(made.size), "")
    made.model.add_abs_equality(size, value)
    return size
