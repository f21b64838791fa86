"""Find places for the names of zones too small to hold them: on open floor beside the zone, else beside the hall.

On open floor the name stands as near to its zone as it can, clear of zones, walls, things and other names, and a short
line points at the zone. Outside, the line is as short as it can be; the last resort is the zone itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from layout.drawings.markup import Point
from layout.drawings.sheet import Box
from layout.drawings.wishes import Block, Label, LabelWish, blocks

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

SIZES_MM = (2.9, 2.6, 2.3)
LEAST_MM = 2.1
FAR_MM = 26.0
STEP_MM = 1.5
GAP_MM = 1.0
INTO_ZONE_MM = 1.4
CROSSING_MM = 15.0
SAMPLES = 12


def label_beside(wish: LabelWish, taken: Sequence[Box], others: Sequence[Box], hall: Box, far: float) -> Label | None:
    """Return a label on open floor within ``far`` millimetres of its zone, or None.

    Parameters
    ----------
    wish
        The label.
    taken
        What it may not cover: walls, columns, things, people, other names and all zones.
    others
        What its line should not cross: people, other names.
    hall
        The hall's bounding box.
    far
        Of the label's middle from the zone's edge, at most.
    """
    room = wish.rooms[0]
    low = np.array([[box.x, box.y] for box in taken]).reshape(-1, 2)
    high = low + np.array([[box.width, box.height] for box in taken]).reshape(-1, 2)
    for size in SIZES_MM:
        best: tuple[float, Label] | None = None
        for block in (block for block in blocks(wish, size) if not block.turned):
            for cost, box in _spots(block, room, hall, far, (low, high)):
                if best is not None and cost >= best[0]:
                    break
                line = _line(box, room)
                cost += CROSSING_MM * _crossings(line, others)
                if best is None or cost < best[0]:
                    best = (cost, Label(block.rows, box, False, line))
        if best is not None:
            return best[1]
    return None


def _spots(block: Block, room: Box, hall: Box, far: float, taken: tuple[Floats, Floats]) -> Iterator[tuple[float, Box]]:
    """Yield the free places for a block round a room, the nearest first."""
    x = np.arange(room.x - far - block.width, room.x + room.width + far, STEP_MM)
    y = np.arange(room.y - far - block.height, room.y + room.height + far, STEP_MM)
    x = x[(x >= hall.x) & (x + block.width <= hall.x + hall.width)]
    y = y[(y >= hall.y) & (y + block.height <= hall.y + hall.height)]
    free = np.ones((len(y), len(x)), dtype=bool)
    low, high = taken
    first_x, last_x = _steps_met(x, block.width, low[:, 0], high[:, 0])
    first_y, last_y = _steps_met(y, block.height, low[:, 1], high[:, 1])
    for left, right, top, bottom in zip(first_x, last_x, first_y, last_y, strict=True):
        free[top:bottom, left:right] = False
    off_x = np.maximum(np.maximum(room.x - x - block.width, x - room.x - room.width), 0.0)
    off_y = np.maximum(np.maximum(room.y - y - block.height, y - room.y - room.height), 0.0)
    aside = 0.05 * np.hypot(
        x[None, :] + block.width / 2 - room.x - room.width / 2,
        y[:, None] + block.height / 2 - room.y - room.height / 2,
    )
    cost = np.where(free, np.hypot(off_x[None, :], off_y[:, None]) + aside, np.inf)
    for at in np.argsort(cost, axis=None, kind="stable"):
        row, column = divmod(int(at), len(x))
        if not math.isfinite(cost[row, column]) or cost[row, column] > far:
            return
        place = Box(round(float(x[column]), 2), round(float(y[row]), 2), block.width, block.height)
        yield float(cost[row, column]), place


def _steps_met(steps: Floats, length: float, low: Floats, high: Floats) -> tuple[Ints, Ints]:
    """Return the first of rising steps at which something so long meets each stretch, and the first past it again."""
    return np.searchsorted(steps + length + GAP_MM, low, "right"), np.searchsorted(steps, high + GAP_MM, "left")


def _line(box: Box, room: Box) -> tuple[Point, ...]:
    """Return the line from a label's edge to just inside its zone."""
    inset = min(INTO_ZONE_MM, room.width / 3, room.height / 3)
    middle = (box.x + box.width / 2, box.y + box.height / 2)
    end = (
        min(max(middle[0], room.x + inset), room.x + room.width - inset),
        min(max(middle[1], room.y + inset), room.y + room.height - inset),
    )
    start = (min(max(end[0], box.x), box.x + box.width), min(max(end[1], box.y), box.y + box.height))
    return start, end


def _crossings(line: tuple[Point, ...], others: Sequence[Box]) -> int:
    (x0, y0), (x1, y1) = line[0], line[-1]
    points = [(x0 + (x1 - x0) * k / SAMPLES, y0 + (y1 - y0) * k / SAMPLES) for k in range(1, SAMPLES + 1)]
    return sum(
        any(box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height for x, y in points) for box in others
    )


def label_outside(wish: LabelWish, taken: Sequence[Box], hall: Box, plan: Box) -> Label:
    """Return a label beside the hall with the shortest line; the last resort is the zone itself at the least size."""
    block = next(block for block in blocks(wish, 2.6) if not block.turned)
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
        least = min(blocks(wish, LEAST_MM), key=lambda block: (block.turned, block.width))
        box = Box(target[0] - least.width / 2, target[1] - least.height / 2, least.width, least.height)
        return Label(least.rows, box, least.turned)
    return Label(block.rows, best[1], False, (best[2], target))


def _ring(block: Block, hall: Box) -> Iterator[tuple[Box, Point]]:
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
