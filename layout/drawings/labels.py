"""Find places for the names of zones: inside the zone, clear of what is drawn there, never on each other.

A label is tried at falling sizes, in one line, two or three; the first size at which some place in the zone is free is
taken, at the place nearest to the zone's middle. First everything drawn is avoided, upright, then turned by 90°; then
only what must stay legible is (people and other labels). Where a zone is too small for any of it, the label stands
beside the hall and a leader line points at the zone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.drawings.markup import Point
from layout.drawings.sheet import Box
from layout.drawings.text import LINE_HEIGHT, break_lines, text_width

SIZES_MM = (3.6, 3.2, 2.9, 2.6, 2.3, 2.1)
AREA_SHARE = 0.82
STEP_MM = 0.75
EDGE_MM = 0.9
ROW_COST_MM = 4.0


@dataclass(frozen=True)
class Row:
    """One line of a label: its text, its size and whether it is the name (else the area)."""

    text: str
    size: float
    strong: bool


@dataclass(frozen=True)
class Label:
    """A placed label.

    Parameters
    ----------
    rows
        Its lines, from the top.
    box
        The rectangle it takes, millimetres.
    turned
        Whether it reads from bottom to top.
    leader
        From the label to the zone, empty where the label lies in the zone.
    """

    rows: tuple[Row, ...]
    box: Box
    turned: bool = False
    leader: tuple[Point, ...] = ()


@dataclass(frozen=True)
class LabelWish:
    """What a label says, where it belongs, and where it may go at all.

    ``rooms`` are the zone's rectangles on the sheet, the largest first.
    """

    name: str
    figure: str
    rooms: tuple[Box, ...]


@dataclass(frozen=True)
class _Block:
    rows: tuple[Row, ...]
    width: float
    height: float
    turned: bool


def place_labels(
    wishes: Sequence[LabelWish], hard: Sequence[Box], soft: Sequence[Box], hall: Box, plan: Box
) -> list[Label]:
    """Place one label a wish.

    Parameters
    ----------
    wishes
        The labels, in the order they are placed.
    hard
        What no label may cover: people, cameras, dimension lines.
    soft
        What labels avoid where they can: equipment, the movement line.
    hall
        The hall's bounding box with its walls: labels with a leader stand outside it.
    plan
        The part of the sheet that is drawn on.
    """
    placed: list[Label] = []
    for wish in wishes:
        fixed = [*hard, *(label.box for label in placed)]
        tries = (([*fixed, *soft], False), ([*fixed, *soft], True), (fixed, False), (fixed, True))
        inside = next((found for taken, turned in tries if (found := _inside(wish, taken, turned=turned))), None)
        placed.append(inside or _outside(wish, fixed, hall, plan))
    return placed


def _inside(wish: LabelWish, taken: Sequence[Box], *, turned: bool) -> Label | None:
    for size in SIZES_MM:
        for room in wish.rooms:
            best: tuple[float, Label] | None = None
            for block in (block for block in _blocks(wish, size) if block.turned == turned):
                found = _nearest(block, room, taken)
                if found is not None:
                    cost = found[0] + ROW_COST_MM * len(block.rows)
                    if best is None or cost < best[0] - 1e-9:
                        best = (cost, Label(block.rows, found[1], block.turned))
            if best is not None:
                return best[1]
    return None


def _blocks(wish: LabelWish, size: float) -> Iterator[_Block]:
    """Yield the shapes a label can take at a size."""
    seen: set[tuple[str, ...]] = set()
    for count in (1, 2, 3):
        names = break_lines(wish.name, count)
        if names in seen:
            continue
        seen.add(names)
        rows = (
            *(Row(text, size, True) for text in names),
            *((Row(wish.figure, round(size * AREA_SHARE, 2), False),) if wish.figure else ()),
        )
        width = max(text_width(row.text, row.size) * (1.06 if row.strong else 1.0) for row in rows)
        height = sum(row.size for row in rows) * LINE_HEIGHT
        yield _Block(rows, width, height, False)
        yield _Block(rows, height, width, True)


def _nearest(block: _Block, room: Box, taken: Sequence[Box]) -> tuple[float, Box] | None:
    """Return the free place in a room that is nearest to its middle, and how far off it is, millimetres."""
    spare_x = room.width - 2 * EDGE_MM - block.width
    spare_y = room.height - 2 * EDGE_MM - block.height
    if spare_x < 0 or spare_y < 0:
        return None
    xs = room.x + EDGE_MM + spare_x / 2 + _steps(spare_x)
    ys = room.y + EDGE_MM + spare_y / 2 + _steps(spare_y)
    free = np.ones((len(ys), len(xs)), dtype=bool)
    for box in taken:
        across = (xs < box.x + box.width + 0.3) & (box.x < xs + block.width + 0.3)
        down = (ys < box.y + box.height + 0.3) & (box.y < ys + block.height + 0.3)
        free &= ~(down[:, None] & across[None, :])
    if not free.any():
        return None
    off = np.hypot(xs[None, :] - xs[len(xs) // 2], ys[:, None] - ys[len(ys) // 2])
    off = np.where(free, off, np.inf)
    row, column = np.unravel_index(int(off.argmin()), off.shape)
    place = Box(round(float(xs[column]), 3), round(float(ys[row]), 3), block.width, block.height)
    return float(off[row, column]), place


def _steps(spare: float) -> NDArray[np.float64]:
    count = int(spare / 2 // STEP_MM)
    return np.arange(-count, count + 1, dtype=np.float64) * STEP_MM


def _outside(wish: LabelWish, taken: Sequence[Box], hall: Box, plan: Box) -> Label:
    """Place a label beside the hall with the shortest leader; the last resort is the zone itself at the least size."""
    block = next(block for block in _blocks(wish, 2.6) if not block.turned)
    room = wish.rooms[0]
    target = (room.x + room.width / 2, room.y + room.height / 2)
    best: tuple[float, Box, Point] | None = None
    for box, anchor in _ring(block, hall):
        if not plan.holds(box) or any(box.meets(other, 0.6) for other in taken):
            continue
        length = math.dist(anchor, target)
        if best is None or length < best[0] - 1e-9:
            best = (length, box, anchor)
    if best is None:
        least = min(_blocks(wish, SIZES_MM[-1]), key=lambda block: (block.turned, block.width))
        box = Box(target[0] - least.width / 2, target[1] - least.height / 2, least.width, least.height)
        return Label(least.rows, box, least.turned)
    return Label(block.rows, best[1], False, (best[2], target))


def _ring(block: _Block, hall: Box) -> Iterator[tuple[Box, Point]]:
    """Yield places round the hall, each with the point where its leader starts."""
    for gap in (2.0, 8.0, 14.0, 20.0):
        for x in np.arange(hall.x, hall.x + max(hall.width - block.width, 1.0), 2.0):
            above = hall.y - gap - block.height
            yield Box(float(x), above, block.width, block.height), (float(x) + block.width / 2, above + block.height)
            below = hall.y + hall.height + gap
            yield Box(float(x), below, block.width, block.height), (float(x) + block.width / 2, below)
        for y in np.arange(hall.y, hall.y + max(hall.height - block.height, 1.0), 2.0):
            right = hall.x + hall.width + gap
            yield Box(right, float(y), block.width, block.height), (right, float(y) + block.height / 2)
            left = hall.x - gap - block.width
            yield Box(left, float(y), block.width, block.height), (left + block.width, float(y) + block.height / 2)
