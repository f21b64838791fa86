"""Add the rules of the plain model that concern how zones are reached: `add_aisles`, `add_staff_sides`."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from halls.plain.variables import Expr, PlainModel, Rectangle, ZoneVariables, wall_lines
from layout.floor.cells import forbidden_rectangles

STAFF_AISLES = 2


def public_aisles(zones: int) -> int:
    """Return how many rectangles visitors' aisles are made of: one a zone, at least five."""
    return max(5, zones)


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
    """Add the aisles, the walker at each front, full fronts and turning circles."""
    _add_spine(made)
    open_floor = list(made.aisles)
    ground = made.problem.ground
    for i, zone in enumerate(made.zones):
        staff = bool(made.problem.staff_access[i])
        _add_walker(made, zone, staff=staff, full=bool(made.problem.full_front[i]))
        if not staff and ground.turning > ground.aisle_public:
            open_floor.append(_turning_circle(made, zone))
    solid = made.solid(ground.free)
    for rectangle in open_floor:
        made.apart([rectangle.box, *(zone.box for zone in made.zones), *solid])


def _add_spine(made: PlainModel) -> None:
    """Add the aisles: the first at the widest entrance, each other one at an earlier one; one at each way in or out."""
    ground = made.problem.ground
    columns, rows = made.size
    made.public = public_aisles(made.problem.count)
    staff = STAFF_AISLES if made.problem.staff_access.any() else 0
    for number in range(made.public + staff):
        k = ground.aisle_public if number < made.public else ground.aisle_staff
        aisle = made.rectangle((k, k), (columns, rows), f"aisle{number}")
        if made.aisles:
            meets_one(made, aisle, made.aisles, k)
        made.aisles.append(aisle)
    made.model.add_bool_and([made.within(made.doors()[0], made.aisles[0])])
    for floors in made.entrances()[1:]:
        touches(made, made.aisles[: made.public], floors)
    for mask in ground.exits:
        if mask.any():
            touches(made, made.aisles, forbidden_rectangles(~mask).tolist())


def touches(made: PlainModel, aisles: list[Rectangle], floors: list[list[int]]) -> None:
    """Let one of some aisles share a cell with one of some rectangles."""
    ways = []
    for aisle in aisles:
        for x, y, w, h in floors:
            met = made.literal()
            ways.append(met)
            made.model.add(aisle.right >= x + 1).only_enforce_if(met)
            made.model.add(aisle.x <= x + w - 1).only_enforce_if(met)
            made.model.add(aisle.top >= y + 1).only_enforce_if(met)
            made.model.add(aisle.y <= y + h - 1).only_enforce_if(met)
    made.model.add_bool_or(ways)


def meets_one(made: PlainModel, rectangle: Rectangle, aisles: list[Rectangle], k: int) -> None:
    """Let a rectangle overlap one of some aisles by a walker's width both ways."""
    ways = []
    for aisle in aisles:
        met = made.literal()
        ways.append(met)
        for side in (0, 1):
            (low, high), (first, last) = rectangle.span(side), aisle.span(side)
            made.model.add(high - first >= k).only_enforce_if(met)
            made.model.add(last - low >= k).only_enforce_if(met)
    made.model.add_bool_or(ways)


def _add_walker(made: PlainModel, zone: ZoneVariables, *, staff: bool, full: bool) -> None:
    """Let a walker stand at a zone's front in an aisle, more than half of them before it, and note the cell it enters.

    Before a full front the aisle reaches along all of it.
    """
    model, ground = made.model, made.problem.ground
    k = ground.aisle_staff if staff else ground.aisle_public
    half, over = k // 2, (k - 1) // 2
    walker = made.rectangle((k, k), (k, k), "walker")
    cell = made.point()
    aisles = made.aisles if staff else made.aisles[: made.public]
    stands = [made.literal() for _ in aisles]
    model.add_bool_or(stands)
    for aisle, here in zip(aisles, stands, strict=True):
        for side in (0, 1):
            (low, high), (first, last) = walker.span(side), aisle.span(side)
            model.add(low >= first).only_enforce_if(here)
            model.add(high <= last).only_enforce_if(here)
    cells = (
        (walker.x, walker.y + half),
        (walker.x + half, walker.y),
        (walker.x + k - 1, walker.y + half),
        (walker.x + half, walker.y + k - 1),
    )
    for side, is_front in enumerate(zone.front):
        model.add(walker.line((side + 2) % 4) == zone.line(side)).only_enforce_if(is_front)
        (low, high), (first, last) = walker.span(side), zone.span(side)
        model.add(low >= first - over).only_enforce_if(is_front)
        model.add(high <= last + over).only_enforce_if(is_front)
        for axis in (0, 1):
            model.add(cell[axis] == cells[side][axis]).only_enforce_if(is_front)
        if full:
            for aisle, here in zip(aisles, stands, strict=True):
                start, end = aisle.span(side)
                model.add(start <= first).only_enforce_if(is_front, here)
                model.add(end >= last).only_enforce_if(is_front, here)
    made.access.append(cell)


def _turning_circle(made: PlainModel, zone: ZoneVariables) -> Rectangle:
    """Return the free square at a visitors' zone's front, more than half of it before the front."""
    model, size = made.model, made.problem.ground.turning
    over = (size - 1) // 2
    square = made.rectangle((size, size), (size, size), "turning")
    for side, is_front in enumerate(zone.front):
        model.add(square.line((side + 2) % 4) == zone.line(side)).only_enforce_if(is_front)
        (low, high), (first, last) = square.span(side), zone.span(side)
        model.add(low >= first - over).only_enforce_if(is_front)
        model.add(high <= last + over).only_enforce_if(is_front)
    return square


def is_cut_off(made: PlainModel, i: int) -> cp_model.IntVar:
    """Return a literal that says that no visitor fits where a zone is entered: it lies in a gap narrower than one."""
    model, most = made.model, made.problem.ground.aisle_public - 1
    cell, gaps = made.access[i], []
    for axis in (0, 1):
        gap = made.literal()
        low, high = (model.new_int_var(0, made.size[axis], "") for _ in range(2))
        model.add(low <= cell[axis])
        model.add(high >= cell[axis] + 1).only_enforce_if(gap)
        model.add(high - low <= most).only_enforce_if(gap)
        for end, side in ((low, 2 + axis), (high, axis)):
            _ends_at(made, end, side, cell[1 - axis], gap)
        gaps.append(gap)
    cut_off = made.literal()
    model.add_bool_or(gaps).only_enforce_if(cut_off)
    return cut_off


def _ends_at(made: PlainModel, end: cp_model.IntVar, side: int, at: Expr, when: cp_model.IntVar) -> None:
    """Let a gap end at a wall or zone on one of its sides: 0 east, 1 north, 2 west, 3 south, of a cell at ``at``."""
    model, ways = made.model, []
    stops = [(zone.line((side + 2) % 4), *zone.span(side)) for zone in made.zones]
    stops += wall_lines(made.problem.ground.free, side)
    for line, first, last in stops:
        way = made.literal()
        model.add(end == line).only_enforce_if(way)
        model.add(at >= first).only_enforce_if(way)
        model.add(at <= last - 1).only_enforce_if(way)
        ways.append(way)
    model.add_bool_or(ways).only_enforce_if(when)
