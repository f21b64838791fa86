"""Take zones out of a state and put each back at the best place there is for it, compiled: `reinsert`.

Ruin and recreate (Schrimpf, Schneider, Stamm-Wilbrandt and Dueck, 2000). Every position of some shapes with all four
fronts is tried against a table of sums over taken cells, and scored by the walks from the entrances and the lines to
where the others stand, by what a zone costs where it is, and by how much of the others' ways it would take. The best
few, apart from each other, are priced in full.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layout.zones.draws import draw, pick
from layout.zones.problem import Floats, Ints, PackProblem
from layout.zones.search.arrays import CLOSENESS, WALKING, Floor, Scratch, Spec, make_scratch
from layout.zones.search.bits import has
from layout.zones.search.moves import State
from layout.zones.search.price import CAP_M, FAR, FAR_M, HARD, SOFT, alone, before, price, reach, square_at
from layout.zones.search.shapes import cells_in, gap, norm, strip
from layout.zones.search.walks import Walker, enter_public, flat, make_walker
from outlet.compiled import compiled

KEPT, SHAPES, APART = 6, 2, 6
SIDES = np.array([bits.bit_count() for bits in range(16)], dtype=np.int64)
IN_THE_WAY = 0.08


class Room(NamedTuple):
    """Room for inserting: tables of sums like those of `Floor` of taken cells and of cells people walk over; ``marks``
    of single cells with a border of one; ``ends`` (n + 1, 3): row and column of others' accesses and what a cell of
    walk to them costs, last what a cell of walk from the entrance costs, and what it costs up to a cap; the ``spots``
    (k, 5) kept and their ``scores``; a ``bill``.
    """

    taken: NDArray[np.int32]
    ways: NDArray[np.int32]
    marks: NDArray[np.uint8]
    ends: Floats
    spots: Ints
    scores: Floats
    bill: Floats


class Rooms(NamedTuple):
    """Room for one run to work in."""

    scratch: Scratch
    walker: Walker
    room: Room


def make_rooms(problem: PackProblem) -> Rooms:
    """Return the room for one run."""
    rows, columns = problem.ground.free.shape
    room = Room(
        taken=np.zeros((rows + 3, columns + 3), dtype=np.int32),
        ways=np.zeros((rows + 3, columns + 3), dtype=np.int32),
        marks=np.zeros((rows + 2, columns + 2), dtype=np.uint8),
        ends=np.zeros((problem.count + 1, 3)),
        spots=np.zeros((KEPT, 5), dtype=np.int64),
        scores=np.zeros(KEPT),
        bill=np.zeros(2),
    )
    return Rooms(make_scratch(problem), make_walker(problem), room)


@compiled
def _mark_ways(places: Ints, floor: Floor, spec: Spec, scratch: Scratch, walker: Walker, room: Room) -> None:
    """Set bit 2 of the marks round the walks from the entrances to every zone."""
    columns = floor.from_door.shape[1]
    for i in range(len(places)):
        if places[i, 2] == 0 or spec.staff[i] or scratch.access[i, 0] < 0:
            continue
        at = flat(scratch.access[i, 0], scratch.access[i, 1], floor)
        while at >= 0 and walker.from_doors[at] < np.inf:
            r, c = at // (columns + 4) - 2, at % (columns + 4) - 2
            for dr in range(-1, 2):
                for dc in range(-1, 2):
                    room.marks[r + 1 + dr, c + 1 + dc] |= 2
            at = walker.previous[at]


@compiled
def _set_out(places: Ints, floor: Floor, spec: Spec, rooms: Rooms) -> None:
    """Let walkers set out once some zones are out, and mark what they walk over."""
    scratch, walker, room = rooms
    reach(places, floor, scratch)
    scratch.access[:] = -1
    enter_public(places, floor, spec, scratch, walker)
    room.marks[:] = 0
    _mark_ways(places, floor, spec, scratch, walker, room)


@compiled
def _tables(places: Ints, floor: Floor, room: Room) -> None:
    """Sum up what is taken and what people walk over."""
    for i in range(len(places)):
        for part in (0, 5):
            x, y, w, h = places[i, part], places[i, part + 1], places[i, part + 2], places[i, part + 3]
            if w > 0:
                room.marks[y + 1 : y + 1 + h, x + 1 : x + 1 + w] = 1
    rows, columns = room.marks.shape
    for r in range(rows):
        taken, way = 0, 0
        for c in range(columns):
            mark = room.marks[r, c]
            taken += 1 if mark & 1 else cells_in(floor.closed_sum, c - 1, r - 1, 1, 1)
            way += mark >> 1
            room.taken[r + 1, c + 1] = room.taken[r, c + 1] + taken
            room.ways[r + 1, c + 1] = room.ways[r, c + 1] + way


@compiled
def _costs(places: Ints, i: int, floor: Floor, spec: Spec, scratch: Scratch, room: Room) -> int:
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
        elif places[other, 2] > 0 and scratch.access[other, 0] >= 0:
            ends[count, 0], ends[count, 1], ends[count, 2] = scratch.access[other, 0], scratch.access[other, 1], factor
            count += 1
    ends[-1, 0], ends[-1, 1] = load, min(0.0, near)
    return count


@compiled
def _stand(place: Ints, i: int, others: int, floor: Floor, spec: Spec, rooms: Rooms) -> float:
    """Return about what the walks to a zone cost, infinite where nobody comes there."""
    scratch, walker, room = rooms
    staff = spec.staff[i]
    k = floor.sizes[1] if staff else floor.sizes[0]
    length = place[3] if place[4] % 2 == 0 else place[2]
    best, row, column = np.inf, 0, 0
    for number in range(3):
        along = number * max(0, length - k) // 2
        r, c = square_at(place, along, k)
        if not has(scratch.staff if staff else scratch.public, r, c):
            continue
        r, c = before(place, along, k)
        far = float(floor.from_door[r, c])
        far = far if staff else max(far, walker.from_doors[flat(r, c, floor)])
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


@compiled
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
        room.spots[worst] = place[:5]


@compiled
def _score(places: Ints, i: int, cost: float, floor: Floor, spec: Spec, room: Room) -> float:
    """Return what a zone costs where it stands, its walks given."""
    m = floor.cell_m
    room.bill[HARD], room.bill[SOFT] = 0.0, 0.0
    alone(places, i, floor, spec, room.bill)
    total = cost + room.bill[HARD] + room.bill[SOFT]
    for j in range(len(places)):
        weight = spec.close[i + 1, j + 1]
        if weight != 0 and j != i and places[j, 2] > 0:
            far = m * gap(places, i, j)
            total += spec.weights[CLOSENESS] * weight * (far if weight > 0 else min(CAP_M, far))
    return float(total)


@compiled
def _touches(places: Ints, i: int, room: Room) -> int:
    """Return the sides at which a zone stands at something, a bit each."""
    bits = 0
    for side in range(4):
        bits |= int(cells_in(room.taken, *strip(places, i, 0, side, 1)) > 0) << side
    return bits


@compiled
def _try_shape(places: Ints, i: int, least: int, others: int, floor: Floor, spec: Spec, rooms: Rooms) -> None:
    """Score every position of the shape a zone has, with its front and the one opposite."""
    room, place = rooms.room, places[i]
    rows, columns = floor.from_door.shape
    w, h, front = place[2], place[3], place[4]
    for y in range(rows - h + 1):
        for x in range(columns - w + 1):
            if cells_in(room.taken, x, y, w, h) > 0:
                continue
            place[0], place[1] = x, y
            bits = _touches(places, i, room)
            if SIDES[bits] < least:
                continue
            walked = IN_THE_WAY * cells_in(room.ways, x, y, w, h)
            for turn in (front, front + 2):
                if SIDES[bits & ~(1 << turn)] < least:
                    continue
                place[4] = turn
                cost = walked + _stand(place, i, others, floor, spec, rooms)
                if cost < room.scores.max():
                    _keep(place, _score(places, i, cost, floor, spec, room), room)


@compiled
def _spots(places: Ints, i: int, floor: Floor, spec: Spec, rooms: Rooms, state: State) -> None:
    """Find the best spots for a zone that was taken out, best first."""
    room = rooms.room
    _tables(places, floor, room)
    others = _costs(places, i, floor, spec, rooms.scratch, room)
    room.scores[:] = np.inf
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


@compiled
def _ruin(places: Ints, spec: Spec, chosen: Ints, state: State) -> int:
    """Choose zones to take out, one and others near it, and take them out; return how many."""
    n = len(places)
    kind = draw(state)
    wanted = 1 if kind < 0.45 else (2 if kind < 0.8 else 3)
    count = 0
    for _ in range(4 * wanted):
        j = pick(state, n)
        if count > 0 and draw(state) < 0.7:
            for _ in range(2):
                other = pick(state, n)
                if gap(places, chosen[0], other) < gap(places, chosen[0], j):
                    j = other
        if spec.locked[j] or count == wanted or (chosen[:count] == j).any():
            continue
        chosen[count] = j
        count += 1
    for k in range(count):
        places[chosen[k], 2:4] = 0
        places[chosen[k], 5:9] = 0
    return count


@compiled
def reinsert(places: Ints, floor: Floor, spec: Spec, rooms: Rooms, steep: float, limit: float, state: State) -> bool:
    """Take up to three zones out and put each back at one of its best spots.

    False where one finds none, or where no spot of the last keeps ``steep`` · hard + soft within ``limit``.
    """
    scratch, room = rooms.scratch, rooms.room
    chosen = np.zeros(3, dtype=np.int64)
    count = _ruin(places, spec, chosen, state)
    if count == 0:
        return False
    _set_out(places, floor, spec, rooms)
    for k in range(count):
        i = chosen[k]
        if k > 0:
            reach(places, floor, scratch)
        _spots(places, i, floor, spec, rooms, state)
        if room.scores[0] == np.inf:
            return False
        best, lowest = 0, limit
        if k < count - 1:
            while best < KEPT - 1 and room.scores[best + 1] < np.inf and draw(state) < 0.4:
                best += 1
        else:
            for spot in range(KEPT):
                places[i, :5] = room.spots[spot]
                if room.scores[spot] < np.inf and price(places, floor, spec, scratch, steep, lowest):
                    lowest, best = steep * scratch.bill[HARD] + scratch.bill[SOFT], spot
        places[i, :5] = room.spots[best]
    return lowest < limit or limit == np.inf
