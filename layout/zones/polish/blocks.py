"""Hold the variables of a polish: every zone and wing is a `Block` whose edges move; walls and columns stay.

Letters: zone i has corner x_i, y_i and size w_i, h_i; the area A_i of both its rectangles is off its target by o_i.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from layout.floor.cells import forbidden_rectangles
from layout.zones.problem import Ints, Mask, PackProblem, Placement

Edge = cp_model.LinearExpr | int
WEST, SOUTH, EAST, NORTH = 0, 1, 2, 3
BORDER = 1_000


@dataclass(frozen=True)
class Block:
    """A rectangle: its edges (west, south, east, north), where they are at the start, and the zone it is of, or −1."""

    edges: tuple[Edge, Edge, Edge, Edge]
    start: tuple[int, int, int, int]
    zone: int = -1

    def span(self, axis: int) -> tuple[int, int]:
        """Return where it begins and ends at the start along an axis: 0 across, 1 along."""
        return self.start[axis], self.start[axis + 2]


@dataclass(frozen=True)
class Rooms:
    """The moving blocks: ``mains`` one a zone, ``wings`` those of L-shaped zones; ``off`` o_i, each one a zone."""

    mains: tuple[Block, ...]
    wings: tuple[Block, ...]
    off: tuple[cp_model.IntVar, ...]

    @property
    def all(self) -> tuple[Block, ...]:
        """First rectangles and wings."""
        return (*self.mains, *self.wings)


def fixed_block(rectangle: Ints) -> Block:
    """Return a rectangle x, y, width, height that stays."""
    x, y, w, h = (int(value) for value in rectangle)
    corners = (x, y, x + w, y + h)
    return Block(corners, corners)


def solid_blocks(free: Mask) -> list[Block]:
    """Return what is no free floor, with the border of the grid."""
    rows, columns = free.shape
    b = BORDER
    border = [(-b, -b, b, rows + 2 * b), (columns, -b, b, rows + 2 * b), (0, -b, columns, b), (0, rows, columns, b)]
    return [fixed_block(np.array(rectangle)) for rectangle in (*forbidden_rectangles(free).tolist(), *border)]


def make_rooms(model: cp_model.CpModel, problem: PackProblem, start: Placement, reach: int | None) -> Rooms:
    """Give every zone the shapes it may take, within ``reach`` cells of the start; locked zones stay."""
    mains, wings, off = [], [], []
    for i in range(problem.count):
        far = 0 if problem.is_locked(i) else reach
        main = _moving(model, problem, start.places[i], (i, f"zone{i}"), far)
        missed = model.new_int_var(0, problem.ground.free.size, f"off{i}")
        bent = start.wings[i, 2] > 0
        if bent:
            wing = _moving(model, problem, start.wings[i], (i, f"wing{i}"), far)
            wings.append(wing)
            _join(model, problem, (main, wing), missed)
        sizes = _sizes(problem, start, i, far)
        width, height = main.edges[EAST] - main.edges[WEST], main.edges[NORTH] - main.edges[SOUTH]
        if bent:
            model.add_allowed_assignments([width, height], sizes)
        else:
            target = int(problem.target[i])
            model.add_allowed_assignments([width, height, missed], [(w, h, abs(w * h - target)) for w, h in sizes])
        mains.append(main)
        off.append(missed)
    return Rooms(tuple(mains), tuple(wings), tuple(off))


def _moving(
    model: cp_model.CpModel, problem: PackProblem, rectangle: Ints, name: tuple[int, str], reach: int | None
) -> Block:
    rows, columns = problem.ground.free.shape
    x, y, w, h = (int(value) for value in rectangle[:4])
    edges = []
    for part, (value, most) in enumerate(((x, columns), (y, rows), (w, columns), (h, rows))):
        far = most if reach is None else reach
        least = 1 if part > 1 else 0
        variable = model.new_int_var(max(least, value - far), min(most, value + far), f"{name[1]}_{'xywh'[part]}")
        model.add_hint(variable, value)
        edges.append(variable)
    x_, y_, w_, h_ = edges
    return Block((x_, y_, x_ + w_, y_ + h_), (x, y, x + w, y + h), name[0])


def _sizes(problem: PackProblem, start: Placement, i: int, reach: int | None) -> list[tuple[int, int]]:
    w0, h0, front = (int(value) for value in start.places[i, 2:5])
    shapes = problem.shapes[i] if front % 2 == 1 else problem.shapes[i][:, ::-1]
    low, high = (int(value) for value in problem.bends[i, :2])
    far = max(problem.ground.free.shape) if reach is None else reach
    alone = high > 0 and start.wings[i, 2] == 0
    found = {
        (int(w), int(h))
        for w, h in shapes
        if abs(w - w0) <= far and abs(h - h0) <= far and not (alone and not low <= w * h <= high)
    }
    return sorted(found | {(w0, h0)})


def _join(model: cp_model.CpModel, problem: PackProblem, parts: tuple[Block, Block], missed: cp_model.IntVar) -> None:
    """Keep the two rectangles of an L joined, both together of an area the programme allows."""
    main, wing = parts
    i, most = main.zone, problem.ground.free.size
    low, high, side = (int(value) for value in problem.bends[i])
    areas = []
    for block in parts:
        size = model.new_int_var(1, most, "")
        model.add_multiplication_equality(size, [block.edges[2] - block.edges[0], block.edges[3] - block.edges[1]])
        areas.append(size)
    total = areas[0] + areas[1]
    model.add(total >= low)
    model.add(total <= high)
    model.add(missed >= total - int(problem.target[i]))
    model.add(missed >= int(problem.target[i]) - total)
    for axis in (0, 1):
        model.add(wing.edges[axis + 2] - wing.edges[axis] >= side)
    axis = next(axis for axis in (0, 1) if _touch(main, wing, axis) is not None)
    end, begin = _touch(main, wing, axis) or (0, 0)
    model.add(main.edges[end] == wing.edges[begin])
    other = 1 - axis
    model.add(main.edges[other + 2] - wing.edges[other] >= side)
    model.add(wing.edges[other + 2] - main.edges[other] >= side)


def _touch(a: Block, b: Block, axis: int) -> tuple[int, int] | None:
    """Return which edges of two blocks lie on one line along an axis where they touch at the start; else None."""
    if min(a.start[3 - axis], b.start[3 - axis]) <= max(a.start[1 - axis], b.start[1 - axis]):
        return None
    if a.start[axis + 2] == b.start[axis]:
        return axis + 2, axis
    return (axis, axis + 2) if b.start[axis + 2] == a.start[axis] else None


def touching_edges(a: Block, b: Block) -> tuple[int, int, int] | None:
    """Return axis, edge of ``a`` and edge of ``b`` where two blocks touch along a line at the start; else None."""
    for axis in (0, 1):
        found = _touch(a, b, axis)
        if found is not None:
            return axis, *found
    return None
