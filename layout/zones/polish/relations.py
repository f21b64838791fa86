"""Keep the topology of a start: who lies on which side of whom, and how wide the ways between are.

Two blocks that lie apart keep the direction in which they are farthest apart. Where a walker as wide as an aisle could
pass between them, he still can: so as the plan is moved, no two obstacles close a way that was open, and whatever was
reached from the entrance still is. What touches keeps touching, and slits that nobody walks do not grow.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ortools.sat.python import cp_model

from layout.floor.cells import forbidden_rectangles
from layout.zones.polish.blocks import Block, Edge, Rooms, fixed_block, solid_blocks, touching_edges
from layout.zones.problem import Mask, PackProblem, Placement

MOST_SQUEEZED = 6


def gaps(a: Block, b: Block) -> tuple[int, int, int, int]:
    """Return how far ``a`` lies west, south, east, north of ``b`` at the start; negative where it does not."""
    return (
        b.start[0] - a.start[2],
        b.start[1] - a.start[3],
        a.start[0] - b.start[2],
        a.start[1] - b.start[3],
    )


def gap_expr(a: Block, b: Block, side: int) -> Edge:
    """Return the gap of `gaps` on a side as an expression of the edges."""
    return (
        b.edges[0] - a.edges[2],
        b.edges[1] - a.edges[3],
        a.edges[0] - b.edges[2],
        a.edges[1] - b.edges[3],
    )[side]


def keep_apart(model: cp_model.CpModel, a: Block, b: Block, widths: Sequence[int] = ()) -> None:
    """Keep a block in the direction where it is farthest from another, with the widest of ``widths`` that it has."""
    there = gaps(a, b)
    side = int(np.argmax(there))
    if there[side] < 0:
        return
    expression = gap_expr(a, b, side)
    if not isinstance(expression, int):
        model.add(expression >= max((width for width in widths if width <= there[side]), default=0))


def facing(a: Block, b: Block, side: int) -> int:
    """Return over which length two blocks look at each other across their gap on a side at the start."""
    axis = 1 - side % 2
    (low, high), (other_low, other_high) = a.span(axis), b.span(axis)
    return max(0, min(high, other_high) - max(low, other_low))


def add_topology(model: cp_model.CpModel, problem: PackProblem, rooms: Rooms, trodden: Mask) -> list[tuple[Edge, int]]:
    """Keep zones apart from each other, from walls and from doors; return the slits: gap and length, cells.

    ``trodden`` are the cells that walks take: where they squeeze through less than an aisle, the gap does not shrink.
    """
    ground = problem.ground
    widths = (ground.aisle_staff, ground.aisle_public)
    walls, doors = solid_blocks(ground.free), solid_blocks(ground.buildable | ~ground.free)[:-4]
    blocks = rooms.all
    slits: list[tuple[Edge, int]] = []
    for number, block in enumerate(blocks):
        for other in doors:
            keep_apart(model, block, other)
        for other in (*walls, *(other for other in blocks[:number] if other.zone != block.zone)):
            keep_apart(model, block, other, (*widths, *_squeezed(block, other, trodden)))
            slits += _slit(model, block, other, min(widths))
    return slits


def _squeezed(a: Block, b: Block, trodden: Mask) -> tuple[int, ...]:
    """Return the gap of two blocks that face each other where somebody walks through it."""
    there = gaps(a, b)
    side = int(np.argmax(there))
    axis = side % 2
    if there[side] <= 0 or facing(a, b, side) == 0:
        return ()
    first, second = (a, b) if side < 2 else (b, a)
    across = (first.start[axis + 2], second.start[axis])
    along = max(a.start[1 - axis], b.start[1 - axis]), min(a.start[3 - axis], b.start[3 - axis])
    (west, east), (south, north) = (across, along) if axis == 0 else (along, across)
    walked = trodden[max(0, south) : max(0, north), max(0, west) : max(0, east)].any()
    return (there[side],) if walked and there[side] <= MOST_SQUEEZED else ()


def _slit(model: cp_model.CpModel, a: Block, b: Block, narrow: int) -> list[tuple[Edge, int]]:
    there = gaps(a, b)
    side = int(np.argmax(there))
    length = facing(a, b, side)
    if length == 0 or not 0 < there[side] < narrow:
        return []
    expression = gap_expr(a, b, side)
    model.add(expression <= there[side])
    return [(expression, length)]


def add_contacts(model: cp_model.CpModel, problem: PackProblem, start: Placement, rooms: Rooms) -> None:
    """Keep what touches: sides at walls, zones side by side as far as staff's way, and what backs stand at."""
    solid = np.pad(~problem.ground.free, 1, constant_values=True)
    for i in np.flatnonzero(problem.wall):
        _keep_backed(model, problem, rooms, int(i), int(start.places[i, 4]))
    _keep_windows(model, problem, rooms)
    _keep_daylight(model, problem, rooms)
    need = problem.ground.aisle_staff
    for number, block in enumerate(rooms.all):
        for side in range(4):
            if beyond(solid, block, side).all():
                model.add(block.edges[side] == block.start[side])
        for other in rooms.all[:number]:
            touch = None if other.zone == block.zone else touching_edges(block, other)
            if touch is not None:
                axis, mine, its = touch
                model.add(block.edges[mine] == other.edges[its])
                length = min(facing(block, other, axis), need)
                across = 1 - axis
                model.add(block.edges[across + 2] - other.edges[across] >= length)
                model.add(other.edges[across + 2] - block.edges[across] >= length)


def beyond(mask: Mask, block: Block, side: int, step: int = 0) -> Mask:
    """Return the cells right beyond a side at the start, or with step −1 right within it.

    The mask has a border of one cell.
    """
    west, south, east, north = (edge + 1 for edge in block.start)
    return (
        mask[south:north, west - 1 - step],
        mask[south - 1 - step, west:east],
        mask[south:north, east + step],
        mask[north + step, west:east],
    )[side]


def inside(mask: Mask, block: Block) -> Mask:
    """Return the cells of a block at the start. The mask has a border of one cell."""
    west, south, east, north = (edge + 1 for edge in block.start)
    return mask[south:north, west:east]


def open_back(problem: PackProblem, rooms: Rooms, i: int) -> Mask:
    """Return which cells right behind a zone's first rectangle give it no back at the start."""
    backing = np.pad(~problem.ground.free, 1, constant_values=True)
    for block in rooms.all:
        j = block.zone
        if j != i and (problem.enclosed[j] or problem.back_to[i, j]):
            west, south, east, north = (edge + 1 for edge in block.start)
            backing[south:north, west:east] = True
    return np.logical_not(backing)


def _keep_backed(model: cp_model.CpModel, problem: PackProblem, rooms: Rooms, i: int, side: int) -> None:
    """Keep a back within what stands behind it: a stretch of wall, one zone, or as far as it reached at the start."""
    main = rooms.mains[i]
    axis = 1 - side % 2
    low, high = main.span(axis)
    solid = np.pad(~problem.ground.free, 1, constant_values=True)
    if beyond(solid, main, side).all():
        west, south, east, north = (edge + 1 for edge in main.start)
        line = (solid[:, west - 1], solid[south - 1], solid[:, east], solid[north])[side]
        before, after = np.flatnonzero(~line[: low + 1]), np.flatnonzero(~line[high + 1 :])
        model.add(main.edges[axis] >= (int(before[-1]) if len(before) else 0))
        model.add(main.edges[axis + 2] <= (high + int(after[0]) if len(after) else len(line) - 2))
        return
    behind = [
        (block, facing(main, block, 1 - axis))
        for block in rooms.all
        if (problem.enclosed[block.zone] or problem.back_to[i, block.zone])
        and (touching_edges(main, block) or (0, -1, 0))[1] == side
    ]
    covering = [block for block, length in behind if length == high - low]
    if covering:
        model.add(main.edges[axis] >= covering[0].edges[axis])
        model.add(main.edges[axis + 2] <= covering[0].edges[axis + 2])
    elif not beyond(open_back(problem, rooms, i), main, side).all():
        model.add(main.edges[axis] >= low)
        model.add(main.edges[axis + 2] <= high)
        for block, length in behind:
            model.add(main.edges[axis + 2] - block.edges[axis] >= length)
            model.add(block.edges[axis + 2] - main.edges[axis] >= length)


def _keep_windows(model: cp_model.CpModel, problem: PackProblem, rooms: Rooms) -> None:
    """Keep staff's and enclosed zones off windows that they do not hide at the start."""
    panes = [fixed_block(rectangle) for rectangle in forbidden_rectangles(~problem.ground.windows)]
    for block in rooms.all:
        if problem.enclosed[block.zone] or not problem.public[block.zone]:
            for pane in panes:
                keep_apart(model, block, pane)


def _keep_daylight(model: cp_model.CpModel, problem: PackProblem, rooms: Rooms) -> None:
    """Keep zones that want daylight off dark floor that they do not take at the start, and a room at its window."""
    dark = [fixed_block(rectangle) for rectangle in forbidden_rectangles(problem.ground.lit | ~problem.ground.free)]
    windows = np.pad(problem.ground.windows, 1)
    for block in rooms.all:
        if not problem.wants_daylight[block.zone]:
            continue
        for part in dark:
            keep_apart(model, block, part)
        own = np.argwhere(inside(windows, block))
        if problem.enclosed[block.zone] and len(own):
            up, along = (int(value) for value in own[len(own) // 2])
            for axis, cell in enumerate((block.start[0] + along, block.start[1] + up)):
                model.add(block.edges[axis] <= cell)
                model.add(block.edges[axis + 2] >= cell + 1)
