"""Change a state at random, compiled: `move`.

One zone shifts, stretches, turns, takes another shape, slides to the next obstacle, leans its back at a wall, joins
another zone, or exchanges places with it; a zone and the one that gives it its staff side move as one block; a zone
pushes others out of its way; a border between two zones moves; one zone grows at
the cost of another farther away; the wing of an L grows, goes, or changes sides.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layout.zones.problem import Ints
from layout.zones.search.arrays import Floor, Spec
from layout.zones.search.shapes import cells_in, common, lapped, shared, strip
from outlet.compiled import kernel
from outlet.draws import draw, pick

State = NDArray[np.uint64]


@kernel
def _shift(place: Ints, dx: int, dy: int) -> None:
    """Move a zone with its wing."""
    place[0] += dx
    place[1] += dy
    if place[7] > 0:
        place[5] += dx
        place[6] += dy


@kernel
def cut_wing(place: Ints) -> None:
    """Take the wing of a zone away."""
    for value in range(5, 9):
        place[value] = 0


@kernel
def clamp(place: Ints, rows: int, columns: int) -> None:
    """Bring a zone back into the grid."""
    left, low, right, high = place[0], place[1], place[0] + place[2], place[1] + place[3]
    if place[7] > 0:
        left, low = min(left, place[5]), min(low, place[6])
        right, high = max(right, place[5] + place[7]), max(high, place[6] + place[8])
    dx = -left if left < 0 else min(0, columns - right)
    dy = -low if low < 0 else min(0, rows - high)
    _shift(place, dx, dy)


@kernel
def sound(places: Ints, i: int, spec: Spec, rows: int, columns: int) -> bool:
    """Tell whether a zone fits the grid and, as an L, has a size it may have and a wing beside its first rectangle."""
    place = places[i]
    if place[0] < 0 or place[1] < 0 or place[0] + place[2] > columns or place[1] + place[3] > rows:
        return False
    low, high, side = spec.bend[i]
    if high == 0:
        return True
    area = place[2] * place[3] + place[7] * place[8]
    if area < low or area > high:
        return False
    if place[7] == 0:
        return True
    if min(place[7], place[8]) < side or place[5] < 0 or place[6] < 0:
        return False
    if place[5] + place[7] > columns or place[6] + place[8] > rows:
        return False
    touching = 0
    for turn in range(1, 4):
        touching = max(touching, lapped(strip(places, i, 0, (place[4] + turn) % 4, 1), places, i, 5))
    apart = max(place[5] - place[0] - place[2], place[0] - place[5] - place[7])
    above = max(place[6] - place[1] - place[3], place[1] - place[6] - place[8])
    return bool(touching >= side and max(apart, above) == 0)


@kernel
def _blocked(places: Ints, i: int, side: int, floor: Floor) -> bool:
    """Tell whether an obstacle or another zone lies right before a side of a zone."""
    for part in (0, 5):
        if places[i, part + 2] == 0:
            continue
        edge = strip(places, i, part, side, 1)
        if cells_in(floor.closed_sum, *edge) > 0:
            return True
        for j in range(len(places)):
            if j != i and shared(edge, places, j) > 0:
                return True
    return False


@kernel
def _slide(places: Ints, i: int, side: int, floor: Floor) -> None:
    """Move a zone to a side until an obstacle or another zone stops it."""
    dx = 1 if side == 0 else (-1 if side == 2 else 0)
    dy = 1 if side == 1 else (-1 if side == 3 else 0)
    for _ in range(max(floor.from_door.shape)):
        if _blocked(places, i, side, floor):
            return
        _shift(places[i], dx, dy)


@kernel
def _resize(place: Ints, u: int, v: int) -> None:
    """Give a zone a size along and behind its front, keeping its middle; its wing goes."""
    w, h = (u, v) if place[4] % 2 == 1 else (v, u)
    place[0] += (place[2] - w) // 2
    place[1] += (place[3] - h) // 2
    place[2], place[3] = w, h
    cut_wing(place)


@kernel
def _reshape(place: Ints, i: int, spec: Spec, state: State) -> None:
    """Give a zone one of its shapes."""
    at = spec.first[i] + pick(state, spec.first[i + 1] - spec.first[i])
    _resize(place, spec.shapes[at, 0], spec.shapes[at, 1])


@kernel
def _turn(place: Ints, i: int, front: int, spec: Spec, state: State) -> None:
    """Let a zone look another way; it keeps its size where it can, else takes another shape at times."""
    u, v = (place[2], place[3]) if place[4] % 2 == 1 else (place[3], place[2])
    quarter = (front - place[4]) % 2 == 1
    place[4] = front
    if quarter or draw(state) < 0.3:
        if draw(state) < 0.5:
            _reshape(place, i, spec, state)
        else:
            _resize(place, u, v)
    else:
        cut_wing(place)


@kernel
def _stretch(place: Ints, i: int, side: int, by: int, spec: Spec) -> bool:
    """Move one side of a zone outwards; False, with nothing done, where that gives none of its shapes."""
    w = place[2] + (by if side % 2 == 0 else 0)
    h = place[3] + (by if side % 2 == 1 else 0)
    u, v = (w, h) if place[4] % 2 == 1 else (h, w)
    for at in range(spec.first[i], spec.first[i + 1]):
        if spec.shapes[at, 0] == u and spec.shapes[at, 1] == v:
            place[2], place[3] = w, h
            if side == 2:
                place[0] -= by
            elif side == 3:
                place[1] -= by
            return True
    return False


@kernel
def _join(place: Ints, other: Ints, side: int, state: State) -> None:
    """Put a zone beside another, somewhere along one of its sides, flush with an end at times."""
    across = 1 if side % 2 == 0 else 0
    along = 1 - across
    low, high = other[across], other[across] + other[across + 2] - place[across + 2]
    kind = draw(state)
    to = low if kind < 0.3 else high
    if kind > 0.6:
        to = low - place[across + 2] + 4 + pick(state, max(1, other[across + 2] + place[across + 2] - 7))
    beyond = other[along] + other[along + 2] if side < 2 else other[along] - place[along + 2]
    _shift(place, (to if across == 0 else beyond) - place[0], (to if across == 1 else beyond) - place[1])


@kernel
def _back_to_back(place: Ints, other: Ints, i: int, spec: Spec, state: State) -> None:
    """Put a zone with its back or a side at another zone."""
    side = pick(state, 4)
    front = side if draw(state) < 0.7 else (side + 1 + 2 * pick(state, 2)) % 4
    if front != place[4]:
        _turn(place, i, front, spec, state)
    _join(place, other, side, state)


@kernel
def _swap(a: Ints, b: Ints) -> None:
    """Exchange the middles of two zones."""
    dx = (2 * b[0] + b[2] - 2 * a[0] - a[2]) // 2
    dy = (2 * b[1] + b[3] - 2 * a[1] - a[3]) // 2
    _shift(a, dx, dy)
    _shift(b, -dx, -dy)


@kernel
def _push(places: Ints, i: int, spec: Spec, state: State) -> None:
    """Push zones that a zone overlaps out of its way, by the shorter way at most times."""
    a = places[i]
    for j in range(len(places)):
        b = places[j]
        if j == i or spec.locked[j] or common(places, i, j) == 0:
            continue
        east, west = a[0] + a[2] - b[0], a[0] - b[0] - b[2]
        north, south = a[1] + a[3] - b[1], a[1] - b[1] - b[3]
        dx = east if east < -west else west
        dy = north if north < -south else south
        if (abs(dx) < abs(dy)) != (draw(state) < 0.15):
            _shift(b, dx, 0)
        else:
            _shift(b, 0, dy)


@kernel
def _border(places: Ints, i: int, spec: Spec, state: State) -> None:
    """Move a border: a zone grows or shrinks on one side, and what lies there shrinks, grows or shifts."""
    side, by = pick(state, 4), 1 + pick(state, 2)
    by = by if draw(state) < 0.5 else -by
    edge = strip(places, i, 0, side, 1)
    if not _stretch(places[i], i, side, by, spec):
        return
    dx = by if side == 0 else (-by if side == 2 else 0)
    dy = by if side == 1 else (-by if side == 3 else 0)
    for j in range(len(places)):
        if j != i and not spec.locked[j] and shared(edge, places, j) > 0:
            if draw(state) < 0.5 and _stretch(places[j], j, (side + 2) % 4, -by, spec):
                continue
            _shift(places[j], dx, dy)


@kernel
def _beside(a: Ints, b: Ints, across: int) -> bool:
    """Tell whether two zones have a row, or a column, in common: across 1 and 0."""
    return bool(a[across] < b[across] + b[across + 2] and b[across] < a[across] + a[across + 2])


@kernel
def _transfer(places: Ints, i: int, j: int, spec: Spec, state: State) -> None:
    """Let one zone grow towards another and that one shrink by as much; what begins or ends between them goes along.

    Plans without a cell to spare from wall to wall change by this alone.
    """
    axis, by = pick(state, 2), 1 + pick(state, 3)
    low, high = (i, j) if places[i, axis] < places[j, axis] else (j, i)
    begin, end = places[low, axis] + places[low, axis + 2], places[high, axis]
    by = by if draw(state) < 0.5 else -by
    everywhere = draw(state) < 0.5
    if begin > end:
        return
    for z in range(len(places)):
        place = places[z]
        here = everywhere or _beside(place, places[low], 1 - axis) or _beside(place, places[high], 1 - axis)
        if spec.locked[z] or not here:
            continue
        begins = begin <= place[axis] <= end
        ends = begin <= place[axis] + place[axis + 2] <= end
        if begins and ends:
            _shift(place, by if axis == 0 else 0, by if axis == 1 else 0)
        elif begins:
            _stretch(place, z, axis + 2, -by, spec)
        elif ends:
            _stretch(place, z, axis, by, spec)


@kernel
def _bend(places: Ints, i: int, spec: Spec, state: State) -> None:
    """Grow, change or take away the wing of a zone that may be an L."""
    place = places[i]
    low, high, least = spec.bend[i]
    if high == 0:
        return
    if place[7] > 0 and draw(state) < 0.5:
        side, by = pick(state, 4), 1 + pick(state, 2)
        by = by if draw(state) < 0.5 else -by
        place[7 + side % 2] += by
        if side >= 2:
            place[5 + side % 2] -= by
        return
    if place[7] > 0 and draw(state) < 0.4:
        at = spec.first[i] + pick(state, spec.first[i + 1] - spec.first[i])
        _resize(place, spec.shapes[at, 0], spec.shapes[at, 1])
        return
    if draw(state) < 0.5:
        _reshape(place, i, spec, state)
    side = (place[4] + 1 + pick(state, 3)) % 4
    room = high - place[2] * place[3]
    along = 3 if side % 2 == 0 else 2
    length = least + pick(state, max(1, place[along] - least + 1))
    depth = max(least, min(room, low - place[2] * place[3] + pick(state, high - low + 1)) // length)
    x, y, w, h = strip(places, i, 0, side, depth)
    end = pick(state, 2)
    if side % 2 == 0:
        y, h = (y if end == 0 else y + h - length), length
    else:
        x, w = (x if end == 0 else x + w - length), length
    place[5], place[6], place[7], place[8] = x, y, w, h


@kernel
def _block(places: Ints, i: int, j: int, heat: float, state: State) -> None:
    """Move two zones as one."""
    reach = 1 + int(heat * 16)
    dx, dy = pick(state, 2 * reach + 1) - reach, pick(state, 2 * reach + 1) - reach
    _shift(places[i], dx, dy)
    _shift(places[j], dx, dy)


@kernel
def _throw(place: Ints, i: int, floor: Floor, spec: Spec, state: State) -> None:
    """Move a zone anywhere, or home where it has one."""
    if spec.home[i, 0] >= 0:
        for value in range(9):
            place[value] = spec.home[i, value]
    else:
        columns, rows = floor.from_door.shape[1], floor.from_door.shape[0]
        _shift(place, pick(state, columns) - place[0], pick(state, rows) - place[1])


@kernel
def _one(places: Ints, i: int, floor: Floor, spec: Spec, heat: float, state: State) -> None:
    """Change one zone alone."""
    place, kind = places[i], draw(state)
    if kind < 0.36:
        reach = 1 + int(heat * 16)
        _shift(place, pick(state, 2 * reach + 1) - reach, pick(state, 2 * reach + 1) - reach)
    elif kind < 0.60:
        by = 1 + pick(state, 2)
        _stretch(place, i, pick(state, 4), by if draw(state) < 0.5 else -by, spec)
    elif kind < 0.72:
        _turn(place, i, (place[4] + 1 + pick(state, 3)) % 4, spec, state)
    elif kind < 0.80:
        _reshape(place, i, spec, state)
    elif kind < 0.84:
        _throw(place, i, floor, spec, state)
    elif kind < 0.88:
        _bend(places, i, spec, state)
    elif kind < 0.92:
        front = pick(state, 4)
        if front != place[4]:
            _turn(place, i, front, spec, state)
        clamp(place, floor.from_door.shape[0], floor.from_door.shape[1])
        _slide(places, i, (front + 2) % 4, floor)
    else:
        _slide(places, i, pick(state, 4), floor)


@kernel
def _two(places: Ints, i: int, j: int, spec: Spec, heat: float, state: State) -> None:
    """Change two zones together."""
    kind = draw(state)
    if kind < 0.4 and spec.partner[i] >= 0:
        j = spec.partner[i]
        if draw(state) < 0.5 or spec.locked[j]:
            _back_to_back(places[i], places[j], i, spec, state)
        else:
            _block(places, i, j, heat, state)
    elif kind < 0.6:
        _join(places[i], places[j], pick(state, 4), state)
    elif not spec.locked[j]:
        _swap(places[i], places[j])


@kernel
def move(places: Ints, floor: Floor, spec: Spec, heat: float, state: State) -> bool:
    """Change a state; False where what came out is none.

    Parameters
    ----------
    places
        The state, changed in place.
    floor, spec
        The problem.
    heat
        From 1 at the start to 0 at the end: how far zones jump.
    state
        Of the random numbers.
    """
    n = len(places)
    rows, columns = floor.from_door.shape
    i, j = pick(state, n), pick(state, n)
    if spec.locked[i]:
        return False
    kind = draw(state)
    if kind < 0.72 or i == j:
        _one(places, i, floor, spec, heat, state)
    elif kind < 0.90:
        _two(places, i, j, spec, heat, state)
    elif kind < 0.95:
        _border(places, i, spec, state)
    else:
        _transfer(places, i, j, spec, state)
    clamp(places[i], rows, columns)
    if draw(state) < 0.15:
        _push(places, i, spec, state)
    for z in range(n):
        if not spec.locked[z]:
            clamp(places[z], rows, columns)
            if not sound(places, z, spec, rows, columns):
                return False
    return True
