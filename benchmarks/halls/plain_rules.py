"""Add the rules of the plain model that concern how zones are reached: `add_aisles`, `add_staff_sides`."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from halls.plain_variables import PlainModel, Rectangle, ZoneVariables
from layout.floor.cells import forbidden_rectangles

STAFF_AISLES = 2


def public_aisles(zones: int) -> int:
    """Return how many rectangles visitors' aisles are made of: two for three zones, at least four."""
    return max(4, -(-2 * zones // 3))


def add_staff_sides(made: PlainModel) -> None:
    """Let each zone touch one that gives it its staff side, at its back or a side, as long as a staff aisle."""
    problem, model = made.problem, made.model
    need = problem.ground.aisle_staff
    for i in np.flatnonzero(problem.back_to.any(axis=1)):
        ways = []
        for j in np.flatnonzero(problem.back_to[i]):
            for side in range(4):
                touches = model.new_bool_var(f"staff{i}_{j}_{side}")
                ways.append(touches)
                a, b = made.zones[i], made.zones[j]
                model.add_implication(touches, ~a.front[side])
                model.add(a.line(side) == b.line((side + 2) % 4)).only_enforce_if(touches)
                (low_a, high_a), (low_b, high_b) = a.span(side), b.span(side)
                model.add(high_a - low_b >= need).only_enforce_if(touches)
                model.add(high_b - low_a >= need).only_enforce_if(touches)
        model.add_bool_or(ways)


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
        _meets_one(made, square, aisles, k)
    solid = made.solid(ground.free)
    for rectangle in open_floor:
        made.apart([rectangle.box, *(zone.box for zone in made.zones), *solid])


def _spine(made: PlainModel) -> list[Rectangle]:
    """Return the aisles: the first at an entrance, each other one at an earlier one; one at each exit."""
    ground = made.problem.ground
    columns, rows = made.size
    spine: list[Rectangle] = []
    public = public_aisles(made.problem.count)
    for number in range(public + STAFF_AISLES):
        k = ground.aisle_public if number < public else ground.aisle_staff
        aisle = made.rectangle((k, k), (columns, rows), f"aisle{number}")
        if spine:
            _meets_one(made, aisle, spine, k)
        spine.append(aisle)
    _touches(made, spine[:1], forbidden_rectangles(~ground.entrance).tolist())
    for mask in ground.exits:
        if mask.any():
            _touches(made, spine, forbidden_rectangles(~mask).tolist())
    return spine


def _touches(made: PlainModel, aisles: list[Rectangle], floors: list[list[int]]) -> None:
    """Let one of some aisles share a cell with one of some rectangles."""
    ways = []
    for aisle in aisles:
        for x, y, w, h in floors:
            met = made.model.new_bool_var("")
            ways.append(met)
            made.model.add(aisle.right >= x + 1).only_enforce_if(met)
            made.model.add(aisle.x <= x + w - 1).only_enforce_if(met)
            made.model.add(aisle.top >= y + 1).only_enforce_if(met)
            made.model.add(aisle.y <= y + h - 1).only_enforce_if(met)
    made.model.add_bool_or(ways)


def _meets_one(made: PlainModel, rectangle: Rectangle, aisles: list[Rectangle], k: int) -> None:
    """Let a rectangle overlap one of some aisles by a walker's width both ways."""
    ways = []
    for aisle in aisles:
        met = made.model.new_bool_var("")
        ways.append(met)
        for side in (0, 1):
            (low, high), (first, last) = rectangle.span(side), aisle.span(side)
            made.model.add(high - first >= k).only_enforce_if(met)
            made.model.add(last - low >= k).only_enforce_if(met)
    made.model.add_bool_or(ways)


def _access(made: PlainModel, i: int, size: int, k: int) -> Rectangle:
    """Return the free square at a zone's front: flush with it, and at least half a walker before it."""
    zone, model = made.zones[i], made.model
    square = made.rectangle((size, size), (size, size), f"access{i}")
    half = size if made.problem.full_front[i] else size - k // 2
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
        for door in made.doors():
            near = model.new_bool_var("")
            ways.append(near)
            far = [_distance(made, made.access[i][axis] - door[axis]) for axis in (0, 1)]
            model.add(far[0] + far[1] <= most).only_enforce_if(near)
        model.add_bool_or(ways)


def _distance(made: PlainModel, value: cp_model.LinearExprT) -> cp_model.IntVar:
    size = made.model.new_int_var(0, 2 * max(made.size), "")
    made.model.add_abs_equality(size, value)
    return size
