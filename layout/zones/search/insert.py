"""Take zones out of a state and put each back at the best place there is for it, compiled: `reinsert`.

Ruin and recreate (Schrimpf, Schneider, Stamm-Wilbrandt and Dueck, 2000); zones near each other go together, as do a
zone and the one that gives it its staff side (relatedness: Shaw, 1998). Boards of bits give all positions where a
shape fits and touches something, 64 at a time. Each, with fronts both ways, is scored by the walks from the entrances
and the lines to where the others stand, by what a zone costs where it is, and by how much of the others' ways it would
take. The best few, apart from each other, are priced in full, with all that is in by then.

The walks are those of the state before zones are taken out, so that they are known until a change is accepted.
"""

from __future__ import annotations

import numpy as np

from layout.zones.problem import Ints
from layout.zones.search.arrays import CLOSENESS, WALKING, Floor, Spec
from layout.zones.search.beside import know_others, price_beside, start, stay
from layout.zones.search.bits import M1, ONE, ZERO, Board, copy_board, erode_right, erode_up, has, ones, wipe, word_at
from layout.zones.search.entry import entry, square_at, steps_to
from layout.zones.search.moves import State
from layout.zones.search.price import (
    CAP_M,
    FAR,
    FAR_M,
    HARD,
    SOFT,
    alone,
    staff_side,
)
from layout.zones.search.reach import reach
from layout.zones.search.room import KEPT, Room, Rooms
from layout.zones.search.ruin import ruin
from layout.zones.search.shapes import gap, norm
from layout.zones.search.walks import enter_public, flat
from outlet.compiled import kernel, uncounted
from outlet.draws import draw, pick

SHAPES, APART = 2, 6
IN_THE_WAY, BLINK = 0.08, 0.1


@kernel
def _know(places: Ints, floor: Floor, spec: Spec, rooms: Rooms) -> None:
    """Note the walks from the entrances in a state, and which zones break hard rules."""
    scratch, walker, room = rooms.scratch, rooms.walker, rooms.room
    reach(places, floor, scratch)
    for i in range(len(places)):
        room.bill[HARD] = entry(places, i, floor, spec, scratch)
        alone(places, i, floor, spec, room.bill)
        room.faults[i] = room.bill[HARD]
        scratch.access[i, 0], scratch.access[i, 1] = -1, -1
    enter_public(places, floor, spec, scratch, walker)
    for i in range(len(places)):
        room.access[i, 0], room.access[i, 1] = scratch.access[i, 0], scratch.access[i, 1]
    for at in range(len(room.far)):
        room.far[at], room.previous[at] = walker.from_doors[at], walker.previous[at]
    room.known[0] = 1


@kernel
def _mark(board: Board, row: int, column: int) -> None:
    """Set a cell and those round it."""
    for r in range(max(0, row - 1), min(board.shape[0], row + 2)):
        for c in range(max(0, column - 1), min(64 * board.shape[1], column + 2)):
            board[r, c >> 6] |= ONE << np.uint64(c & 63)


@kernel
def _set_out(places: Ints, floor: Floor, spec: Spec, room: Room) -> None:
    """Note where a zone may lie once some are out, and what is walked over from the entrances to the others."""
    copy_board(floor.buildable, room.clear)
    for r in range(room.ways.shape[0]):
        for q in range(room.ways.shape[1]):
            room.ways[r, q] = ZERO
    columns = floor.from_door.shape[1]
    for i in range(len(places)):
        for part in (0, 5):
            if places[i, part + 2] > 0:
                wipe(room.clear, places[i, part], places[i, part + 1], places[i, part + 2], places[i, part + 3])
        if places[i, 2] == 0 or room.access[i, 0] < 0:
            continue
        at = flat(room.access[i, 0], room.access[i, 1], floor)
        while at >= 0 and room.far[at] < np.inf:
            _mark(room.ways, at // (columns + 4) - 2, at % (columns + 4) - 2)
            at = room.previous[at]


@kernel
def _costs(places: Ints, i: int, floor: Floor, spec: Spec, room: Room) -> int:
    """Note what walks to a zone will cost; return to how many others."""
    m, weights, ends = floor.cell_m, spec.weights, room.ends
    near = weights[CLOSENESS] * m * spec.close[0, i + 1]
    load, count = max(0.0, near), 0
    for leg in range(len(spec.legs)):
        a, b = spec.legs[leg, 0] - 1, spec.legs[leg, 1] - 1
        if a != i and b != i:
            continue
        other = b if a == i else a
        factor = weights[WALKING] * m * spec.load[leg]
        if other < 0:
            load += factor
        elif places[other, 2] > 0 and room.access[other, 0] >= 0:
            ends[count, 0], ends[count, 1], ends[count, 2] = room.access[other, 0], room.access[other, 1], factor
            count += 1
    ends[-1, 0], ends[-1, 1] = load, min(0.0, near)
    return count


@kernel
def _stand(place: Ints, i: int, others: int, floor: Floor, spec: Spec, rooms: Rooms) -> float:
    """Return about what the walks to a zone cost, infinite where nobody comes there."""
    before, room = rooms.before, rooms.room
    staff = spec.staff[i]
    k = floor.sizes[1] if staff else floor.sizes[0]
    length = place[3] if place[4] % 2 == 0 else place[2]
    best, row, column = np.inf, 0, 0
    for number in range(3):
        along = number * max(0, length - k) // 2
        r, c = square_at(place, along, k)
        if not has(before.staff if staff else before.public, r, c):
            continue
        r, c = steps_to(place, along, k)
        far = float(floor.from_door[r, c])
        walked = room.far[flat(r, c, floor)]
        far = far if staff or walked == np.inf else max(far, walked)
        if far < best:
            best, row, column = far, r, c
    if best == np.inf:
        return np.inf
    cost = room.ends[-1, 0] * best + room.ends[-1, 1] * min(CAP_M / floor.cell_m, best)
    for end in range(others):
        cost += room.ends[end, 2] * norm(row - room.ends[end, 0], column - room.ends[end, 1])
    if spec.within[i] > 0 and best > spec.within[i]:
        cost += FAR + FAR_M * floor.cell_m * (best - spec.within[i])
    return float(cost)


@kernel
def _keep(place: Ints, score: float, room: Room) -> None:
    """Keep a spot in place of the worst one, or of one near it."""
    worst = 0
    for k in range(KEPT):
        spot = room.spots[k]
        near = abs(spot[0] - place[0]) + abs(spot[1] - place[1]) < APART
        if near and room.scores[k] < np.inf and spot[4] == place[4]:
            worst = k
            break
        if room.scores[k] > room.scores[worst]:
            worst = k
    if score < room.scores[worst]:
        room.scores[worst] = score
        for value in range(5):
            room.spots[worst, value] = place[value]


@kernel
def _score(places: Ints, i: int, cost: float, floor: Floor, spec: Spec, room: Room) -> float:
    """Return what a zone costs where it stands, its walks given, and what it costs those it gives their staff side."""
    m = floor.cell_m
    room.bill[HARD], room.bill[SOFT] = 0.0, 0.0
    alone(places, i, floor, spec, room.bill)
    total = cost + room.bill[HARD] + room.bill[SOFT]
    for j in range(len(places)):
        weight = spec.close[i + 1, j + 1]
        if weight != 0 and j != i and places[j, 2] > 0:
            far = m * gap(places, i, j)
            total += spec.weights[CLOSENESS] * weight * (far if weight > 0 else min(CAP_M, far))
        if spec.back_to[j, i] and places[j, 2] > 0:
            total += staff_side(places, j, floor, spec)
    return float(total)


@kernel
def _taken(room: Room, y: int, q: int, side: int, w: int, h: int) -> np.uint64:
    """Return at which of 64 positions something stands at a side of a shape."""
    if side == 0:
        return ~word_at(room.high, y, 64 * q + w)
    if side == 1:
        return ~word_at(room.wide, y + h, 64 * q)
    if side == 2:
        return ~word_at(room.high, y, 64 * q - 1)
    return ~word_at(room.wide, y - 1, 64 * q)


@kernel
def _ways_in(place: Ints, room: Room) -> int:
    """Return how many cells of others' ways lie in a rectangle."""
    x, w, total = place[0], place[2], 0
    for r in range(place[1], place[1] + place[3]):
        for c in range(x, x + w, 64):
            total += ones(word_at(room.ways, r, c) & (~ZERO >> np.uint64(64 - min(64, x + w - c))))
    return total


@kernel
def _try_spot(places: Ints, i: int, others: int, floor: Floor, spec: Spec, rooms: Rooms) -> None:
    """Score a zone where it stands."""
    room, place = rooms.room, places[i]
    highest = 0.0
    for score in room.scores:
        highest = max(highest, score)
    cost = _stand(place, i, others, floor, spec, rooms)
    if cost < highest:
        cost += IN_THE_WAY * _ways_in(place, room)
    if cost < highest:
        _keep(place, _score(places, i, cost, floor, spec, room), room)


@kernel
def _entered(reached: Board, y: int, q: int, front: int, size: tuple[int, int, int]) -> np.uint64:
    """Return which of 64 positions of a shape people can walk to, at the ends or the middle of its front."""
    w, h, k = size
    found = ZERO
    for number in range(3):
        if front % 2 == 0:
            along = number * max(0, h - k) // 2
            found |= word_at(reached, y + along, 64 * q + (w if front == 0 else -k))
        else:
            along = number * max(0, w - k) // 2
            found |= word_at(reached, y + (h if front == 1 else -k), 64 * q + along)
    return found


@kernel
def _beside(room: Room, y: int, q: int, front: int, size: tuple[int, int, int], least: int) -> np.uint64:
    """Return at which of 64 positions of a shape something stands at ``least`` of its sides, its front not counted."""
    w, h, _ = size
    if least == 0:
        return ~ZERO
    back = _taken(room, y, q, (front + 2) % 4, w, h)
    one, other = _taken(room, y, q, (front + 1) % 4, w, h), _taken(room, y, q, (front + 3) % 4, w, h)
    if least == 1:
        return back | one | other
    return (back & (one | other)) | (one & other)


@kernel
def _try_shape(places: Ints, i: int, least: int, others: int, floor: Floor, spec: Spec, rooms: Rooms) -> None:
    """Score every position of the shape a zone has where ``least`` sides touch, with its front and the one opposite.

    Where one side does, every second position; where none need, every fourth.
    """
    before, room, place = rooms.before, rooms.room, places[i]
    reached = before.staff if spec.staff[i] else before.public
    size = place[2], place[3], floor.sizes[1] if spec.staff[i] else floor.sizes[0]
    erode_up(room.clear, size[1], room.high)
    erode_right(room.high, size[0], room.fits)
    erode_right(room.clear, size[0], room.wide)
    front = place[4]
    for y in range(room.fits.shape[0]):
        if least == 0 and y % 2 == 1:
            continue
        sieve = ~ZERO if least == 2 else (M1 if y % 4 < 2 else M1 << ONE)
        for q in range(room.fits.shape[1]):
            fits = room.fits[y, q] & sieve
            if fits == ZERO:
                continue
            for turn in (front, front + 2):
                spots = fits & _entered(reached, y, q, turn, size)
                if spots != ZERO:
                    spots &= _beside(room, y, q, turn, size, least)
                place[1], place[4] = y, turn
                while spots != ZERO:
                    place[0] = 64 * q + ones((spots & (~spots + ONE)) - ONE)
                    spots &= spots - ONE
                    _try_spot(places, i, others, floor, spec, rooms)


@kernel
def _spots(places: Ints, i: int, floor: Floor, spec: Spec, rooms: Rooms, state: State) -> None:
    """Find the best spots for a zone that was taken out, best first."""
    room = rooms.room
    others = _costs(places, i, floor, spec, room)
    for k in range(KEPT):
        room.scores[k] = np.inf
    kind = draw(state)
    least = 2 if kind < 0.5 else (1 if kind < 0.9 else 0)
    for _ in range(SHAPES):
        at = spec.first[i] + pick(state, spec.first[i + 1] - spec.first[i])
        u, v = spec.shapes[at, 0], spec.shapes[at, 1]
        for front in range(2):
            places[i, 2], places[i, 3], places[i, 4] = (u, v, front) if front == 1 else (v, u, front)
            _try_shape(places, i, least, others, floor, spec, rooms)
    for a in range(KEPT):
        for b in range(a):
            if room.scores[a] < room.scores[b]:
                room.scores[a], room.scores[b] = room.scores[b], room.scores[a]
                for value in range(5):
                    room.spots[a, value], room.spots[b, value] = room.spots[b, value], room.spots[a, value]


@kernel
def _priced(
    places: Ints, i: int, floor: Floor, spec: Spec, rooms: Rooms, most: tuple[float, float], state: State
) -> bool:
    """Put a zone at the spot that is cheapest when all that is in is priced; False where none is within the limit.

    ``most`` is how steep hard rules are, and the limit. At times a spot is passed over, so that zones that go in
    later find room (blinks: Christiaens and Vanden Berghe, 2020).
    """
    scratch, room = rooms.scratch, rooms.room
    steep, lowest = most
    best = -1
    for spot in range(KEPT):
        if room.scores[spot] == np.inf or draw(state) < BLINK:
            continue
        for value in range(5):
            places[i, value] = room.spots[spot, value]
        if price_beside(places, i, floor, spec, rooms, steep, lowest):
            room.bill[HARD], room.bill[SOFT] = scratch.bill[HARD], scratch.bill[SOFT]
            lowest, best = steep * room.bill[HARD] + room.bill[SOFT], spot
    for value in range(5):
        places[i, value] = room.spots[max(0, best), value]
    return best >= 0


@uncounted
def reinsert(places: Ints, floor: Floor, spec: Spec, rooms: Rooms, steep: float, limit: float, state: State) -> bool:
    """Take up to six zones out and put each back at one of its best spots; the price is left in ``rooms.room.bill``.

    False where one finds none that keeps ``steep`` · hard + soft of all that is in within ``limit``.
    """
    room = rooms.room
    if room.known[0] == 0:
        _know(places, floor, spec, rooms)
    count = ruin(places, spec, room, steep, state)
    if count == 0:
        return False
    _set_out(places, floor, spec, room)
    start(places, floor, spec, rooms)
    for k in range(count):
        i = room.chosen[k]
        know_others(places, i, floor, spec, rooms)
        _spots(places, i, floor, spec, rooms, state)
        if not _priced(places, i, floor, spec, rooms, (steep, limit), state):
            return False
        wipe(room.clear, places[i, 0], places[i, 1], places[i, 2], places[i, 3])
        if k + 1 < count:
            stay(places, i, floor, spec, rooms)
    return True
