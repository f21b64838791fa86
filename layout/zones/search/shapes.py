"""Compiled geometry of rectangles of cells and of walks round them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layout.zones.problem import Ints
from layout.zones.search.bits import Board, has
from outlet.compiled import kernel

Line = tuple[float, float, float, float]
PARTS, FAR_OFF = (0, 5), 1_000_000
ROOT2, ROOT5 = 1.4142135623730951, 2.23606797749979


@kernel
def cells_in(table: NDArray[np.int32], x: int, y: int, w: int, h: int) -> int:
    """Sum over columns x to x + w, rows y to y + h; x and y count from −1, the border."""
    top, right = y + 1 + h, x + 1 + w
    return int(table[top, right] - table[y + 1, right] - table[top, x + 1] + table[y + 1, x + 1])


@kernel
def strip(places: Ints, i: int, part: int, side: int, depth: int) -> tuple[int, int, int, int]:
    """Return x, y, width, height of the strip ``depth`` cells deep that lies before a side of a rectangle of a zone."""
    x, y, w, h = places[i, part], places[i, part + 1], places[i, part + 2], places[i, part + 3]
    if side == 0:
        return x + w, y, depth, h
    if side == 1:
        return x, y + h, w, depth
    if side == 2:
        return x - depth, y, depth, h
    return x, y - depth, w, depth


@kernel
def lapped(box: tuple[int, int, int, int], places: Ints, j: int, part: int) -> int:
    """Return how many cells a rectangle shares with one rectangle of a zone."""
    wide = min(box[0] + box[2], places[j, part] + places[j, part + 2]) - max(box[0], places[j, part])
    if wide <= 0:
        return 0
    high = min(box[1] + box[3], places[j, part + 1] + places[j, part + 3]) - max(box[1], places[j, part + 1])
    return int(wide * high) if high > 0 else 0


@kernel
def shared(box: tuple[int, int, int, int], places: Ints, j: int) -> int:
    """Return how many cells of a rectangle lie in a zone."""
    total = lapped(box, places, j, 0)
    if places[j, 7] > 0:
        total += lapped(box, places, j, 5)
    return total


@kernel
def is_out(places: Ints, i: int) -> bool:
    """Tell whether a zone is taken out of a state; such a zone costs nothing, and nobody walks to it."""
    return bool(places[i, 2] == 0)


@kernel
def box_of(places: Ints, i: int, part: int) -> tuple[int, int, int, int]:
    """Return a rectangle of a zone: part 0 the first, part 5 the wing."""
    return places[i, part], places[i, part + 1], places[i, part + 2], places[i, part + 3]


@kernel
def common(places: Ints, i: int, j: int) -> int:
    """Return how many cells two zones share."""
    total = shared(box_of(places, i, 0), places, j)
    if places[i, 7] > 0:
        total += shared(box_of(places, i, 5), places, j)
    return total


@kernel
def _apart(places: Ints, i: int, a: int, j: int, b: int) -> int:
    dx = max(
        0,
        places[j, b] - places[i, a] - places[i, a + 2],
        places[i, a] - places[j, b] - places[j, b + 2],
    )
    dy = max(
        0,
        places[j, b + 1] - places[i, a + 1] - places[i, a + 3],
        places[i, a + 1] - places[j, b + 1] - places[j, b + 3],
    )
    return int(dx + dy)


@kernel
def gap(places: Ints, i: int, j: int) -> int:
    """Return the distance of two zones along the axes, cells."""
    best = FAR_OFF
    for a in PARTS:
        for b in PARTS:
            if (a == 0 or places[i, a + 2] > 0) and (b == 0 or places[j, b + 2] > 0):
                best = min(best, _apart(places, i, a, j, b))
    return best


@kernel
def contact(places: Ints, i: int, j: int) -> int:
    """Return the longest stretch of zone j on the back or on one side of zone i, cells."""
    best = 0
    for turn in range(1, 4):
        best = max(best, shared(strip(places, i, 0, (places[i, 4] + turn) % 4, 1), places, j))
    return best


@kernel
def crosses(line: Line, boxes: Ints, j: int, part: int, more: float) -> bool:
    """Tell whether a line (ax, ay, bx, by) passes through a rectangle that is ``more`` larger on every side."""
    ax, ay, bx, by = line
    left, right = boxes[j, part] - more, boxes[j, part] + boxes[j, part + 2] + more
    if (ax <= left and bx <= left) or (ax >= right and bx >= right):
        return False
    low, high = boxes[j, part + 1] - more, boxes[j, part + 1] + boxes[j, part + 3] + more
    if (ay <= low and by <= low) or (ay >= high and by >= high):
        return False
    begin, end = 0.0, 1.0
    if abs(bx - ax) > 1e-9:
        t0, t1 = (left - ax) / (bx - ax), (right - ax) / (bx - ax)
        begin, end = max(begin, min(t0, t1)), min(end, max(t0, t1))
    if abs(by - ay) > 1e-9:
        t0, t1 = (low - ay) / (by - ay), (high - ay) / (by - ay)
        begin, end = max(begin, min(t0, t1)), min(end, max(t0, t1))
    return begin < end - 1e-9


@kernel
def norm(dr: float, dc: float) -> float:
    """Return how long a walk is over open floor, in steps to 16 neighbours."""
    a, b = max(abs(dr), abs(dc)), min(abs(dr), abs(dc))
    if 2 * b <= a:
        return a - 2 * b + b * ROOT5
    return (a - b) * ROOT5 + (2 * b - a) * ROOT2


@kernel
def _corner(boxes: Ints, j: int, part: int, number: int) -> tuple[int, int]:
    """Return row and column of the cell beyond a corner: south-west, south-east, north-east, north-west."""
    column = boxes[j, part] - 1 if number in (0, 3) else boxes[j, part] + boxes[j, part + 2]
    row = boxes[j, part + 1] - 1 if number < 2 else boxes[j, part + 1] + boxes[j, part + 3]
    return row, column


@kernel
def _corner_walk(line: Line, boxes: Ints, j: int, part: int, cover: Board) -> float:
    """Return the walk from a to b round a rectangle by corners that aisles cover; infinite where there is none."""
    ax, ay, bx, by = line
    best = np.inf
    for way in (1, 3):
        for first in range(4):
            r, c = _corner(boxes, j, part, first)
            if not has(cover, r, c) or crosses((ax, ay, c + 0.5, r + 0.5), boxes, j, part, 0.0):
                continue
            far = norm(r + 0.5 - ay, c + 0.5 - ax)
            number = first
            for _ in range(3):
                if not crosses((bx, by, c + 0.5, r + 0.5), boxes, j, part, 0.0):
                    best = min(best, far + norm(r + 0.5 - by, c + 0.5 - bx))
                    break
                number = (number + way) % 4
                r2, c2 = _corner(boxes, j, part, number)
                if not has(cover, r2, c2) or far > best:
                    break
                far += abs(r2 - r) + abs(c2 - c)
                r, c = r2, c2
    return best


@kernel
def detour(line: Line, places: Ints, solids: Ints, cover: Board) -> float:
    """Return about how far it is from a to b, cells: round whichever one rectangle is most in the way."""
    longest, blocked = norm(line[1] - line[3], line[0] - line[2]), False
    for j in range(len(places)):
        for part in (0, 5):
            if places[j, part + 2] > 0 and crosses(line, places, j, part, 0.0):
                way = _corner_walk(line, places, j, part, cover)
                blocked = blocked or way == np.inf
                longest = max(longest, way if way < np.inf else longest)
    for j in range(len(solids)):
        if crosses(line, solids, j, 0, 0.0):
            way = _corner_walk(line, solids, j, 0, cover)
            blocked = blocked or way == np.inf
            longest = max(longest, way if way < np.inf else longest)
    return longest * 1.3 if blocked else longest
