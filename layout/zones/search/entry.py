"""Find where a zone is entered in a state of the search, and price it where nobody comes there, compiled: `entry`."""

from __future__ import annotations

import numpy as np

from layout.zones.problem import Ints
from layout.zones.search.arrays import Floor, Scratch, Spec
from layout.zones.search.bits import Board, has
from layout.zones.search.shapes import strip
from outlet.compiled import kernel

UNREACHED, FRONT_M, TURN = 30.0, 6.0, 6.0


@kernel
def square_at(place: Ints, s: int, k: int) -> tuple[int, int]:
    """Return row and column of a k × k square flush with a zone's front, ``s`` cells along it."""
    x, y, w, h, front = place[0], place[1], place[2], place[3], place[4]
    if front == 0:
        return y + s, x + w
    if front == 1:
        return y + h, x + s
    if front == 2:
        return y + s, x - k
    return y - k, x + s


@kernel
def steps_to(place: Ints, s: int, k: int) -> tuple[int, int]:
    """Return the cell right before the front at which a walker stands, ``s`` cells along it."""
    r, c = square_at(place, s, k)
    front, half = place[4], k // 2
    if front == 0:
        return r + half, c
    if front == 1:
        return r, c + half
    if front == 2:
        return r + half, c + k - 1
    return r + k - 1, c + half


@kernel
def _turns(place: Ints, length: int, floor: Floor, scratch: Scratch) -> bool:
    t = floor.sizes[2]
    over = (t - 1) // 2
    for s in range(-over, length - t + over + 1):
        r, c = square_at(place, s, t)
        if has(scratch.turns, r, c):
            return True
    return False


@kernel
def _barred(x: int, y: int, w: int, h: int, board: Board) -> float:
    """Return the share of a strip that is taken or outside the hall."""
    free = 0
    for r in range(y, y + h):
        for c in range(x, x + w):
            free += has(board, r, c)
    return 1.0 - free / (w * h)


@kernel
def entry(places: Ints, i: int, floor: Floor, spec: Spec, scratch: Scratch) -> float:
    """Note where a zone is entered, nearest the entrance over the empty floor; return the hard price of its reach."""
    place, m = places[i], floor.cell_m
    k = floor.sizes[1] if spec.staff[i] else floor.sizes[0]
    reached = scratch.staff if spec.staff[i] else scratch.public
    length = place[3] if place[4] % 2 == 0 else place[2]
    best, stood, over = np.inf, 0, (k - 1) // 2
    scratch.access[i, 0], scratch.access[i, 1] = -1, -1
    for s in range(-over, length - k + over + 1):
        r, c = square_at(place, s, k)
        if not has(reached, r, c):
            continue
        stood += 0 <= s <= length - k
        r, c = steps_to(place, s, k)
        if floor.from_door[r, c] < best:
            best = float(floor.from_door[r, c])
            scratch.access[i, 0], scratch.access[i, 1] = r, c
    if best == np.inf:
        x, y, w, h = strip(places, i, 0, place[4], k)
        r, c = min(max(0, y + h // 2), len(floor.from_door) - 1), min(max(0, x + w // 2), floor.from_door.shape[1] - 1)
        scratch.access[i, 0], scratch.access[i, 1] = r, c
        return UNREACHED * (0.5 + 0.5 * _barred(x, y, w, h, scratch.open))
    hard = FRONT_M * m * max(0, length - k + 1 - stood) if spec.full[i] else 0.0
    if not spec.staff[i] and not _turns(place, length, floor, scratch):
        hard += TURN
    return hard
