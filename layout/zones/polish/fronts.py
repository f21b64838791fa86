"""Keep the floor before fronts free: `add_fronts`.

Before each front stand a walker's square where the walk arrives, a visitor's turning circle, and where people stand
along the whole front a strip of an aisle's depth. All move with the front, and keep the side of every obstacle on
which they are: so a square that is reached at the start is reached in every plan of the model.
"""

from __future__ import annotations

from dataclasses import dataclass

from ortools.sat.python import cp_model

from layout.zones.check import Verdict
from layout.zones.polish.blocks import Block, Edge, Rooms, solid_blocks
from layout.zones.polish.relations import keep_apart
from layout.zones.problem import Mask, PackProblem, Placement

FRONT_EDGE = (2, 3, 0, 1)


@dataclass(frozen=True)
class Point:
    """A cell that moves: column and row, and where they are at the start."""

    x: Edge
    y: Edge
    start: tuple[int, int]


def add_fronts(
    model: cp_model.CpModel, problem: PackProblem, start: Placement, verdict: Verdict, rooms: Rooms
) -> dict[int, Point]:
    """Keep fronts free and return the cell at which each zone that is reached is entered."""
    ground = problem.ground
    walkable = ground.free & ~start.mask(ground.free.shape)
    walls = solid_blocks(ground.free)
    points: dict[int, Point] = {}
    for i, main in enumerate(rooms.mains):
        if verdict.access[i, 0] < 0:
            continue
        front = int(start.places[i, 4])
        axis = 1 - front % 2
        k = ground.aisle_staff if problem.staff_access[i] else ground.aisle_public
        at = int(verdict.access[i, 0 if front % 2 == 0 else 1]) - k // 2
        held = [_square(model, main, front, (at, k), loose=False)]
        points[i] = _entered(held[0], front, k)
        if not problem.staff_access[i]:
            t = ground.turning
            begin = _turning(walkable, main, front, t, at)
            held += [] if begin is None else [_square(model, main, front, (begin, t), loose=True)]
        if problem.full_front[i]:
            held.append(_before(main, front, k, (main.edges[axis], main.edges[axis + 2]), main.span(axis)))
        others = [*walls, *(block for block in rooms.all if block is not main)]
        for block in held:
            for other in others:
                keep_apart(model, block, other)
    return points


def _before(main: Block, front: int, depth: int, along: tuple[Edge, Edge], there: tuple[int, int]) -> Block:
    """Return the block of a depth before a front, from one place along it to another."""
    edge, line = main.edges[FRONT_EDGE[front]], main.start[FRONT_EDGE[front]]
    far, far_line = (edge + depth, line + depth) if front < 2 else (edge - depth, line - depth)
    low, high = (edge, far) if front < 2 else (far, edge)
    first, last = (line, far_line) if front < 2 else (far_line, line)
    if front % 2 == 0:
        return Block((low, along[0], high, along[1]), (first, there[0], last, there[1]))
    return Block((along[0], low, along[1], high), (there[0], first, there[1], last))


def _square(model: cp_model.CpModel, main: Block, front: int, at: tuple[int, int], *, loose: bool) -> Block:
    """Return a square flush with a front, less than half beside it; at an end it stays there unless ``loose``."""
    begin, k = at
    axis, over = 1 - front % 2, (k - 1) // 2
    low, high = main.edges[axis], main.edges[axis + 2]
    first, last = main.start[axis] - over, main.start[axis + 2] - k + over
    along: Edge
    if not loose and begin <= first:
        along = low - over
    elif not loose and begin >= last:
        along = high - (k - over)
    else:
        along = model.new_int_var(-k, 10_000, "")
        model.add(along >= low - over)
        model.add(along <= high - (k - over))
        model.add_hint(along, begin)
    return _before(main, front, k, (along, along + k), (begin, begin + k))


def _entered(square: Block, front: int, k: int) -> Point:
    """Return the cell of a walker's square right before the front."""
    west, south, east, north = square.edges
    x0, y0, x1, y1 = square.start
    half = k // 2
    if front == 0:
        return Point(west, south + half, (x0, y0 + half))
    if front == 1:
        return Point(west + half, south, (x0 + half, y0))
    if front == 2:
        return Point(east - 1, south + half, (x1 - 1, y0 + half))
    return Point(west + half, north - 1, (x0 + half, y1 - 1))


def _turning(walkable: Mask, main: Block, front: int, t: int, near: int) -> int | None:
    """Return where along a front a turning circle fits at the start, the nearest to its access; None where nowhere."""
    axis, over = 1 - front % 2, (t - 1) // 2
    low, high = main.span(axis)
    places = range(low - over, high - t + over + 1)
    for begin in sorted(places, key=lambda place: (abs(place - near), place)):
        west, south, east, north = _before(main, front, t, (begin, begin + t), (begin, begin + t)).start
        if west >= 0 and south >= 0:
            cells = walkable[south:north, west:east]
            if cells.size == t * t and cells.all():
                return begin
    return None
