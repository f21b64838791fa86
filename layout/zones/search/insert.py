"""Take zones out of a state and put each back at the best place there is for it, compiled: `reinsert`.

Ruin and recreate (Schrimpf, Schneider, Stamm-Wilbrandt and Dueck, 2000). Every position of some shapes with all four
fronts is tried against a table of sums over taken cells, and scored by the walks to where the others stand, by what a
zone costs where it is, and by how much of the others' ways it would take. The best few, apart from each other, are
priced in full.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layout.zones.draws import draw, pick
from layout.zones.problem import Floats, Ints, PackProblem
from layout.zones.search.arrays import CLOSENESS, WALKING, Floor, Scratch, Spec
from layout.zones.search.bits import has
from layout.zones.search.moves import State
from layout.zones.search.price import CAP_M, FAR, FAR_M, HARD, SOFT, alone, before, price, reach, square_at
from layout.zones.search.shapes import cells_in, gap, strip
from layout.zones.search.walks import Walker, enter_all, flat, walk
from outlet.compiled import compiled

KEPT, SHAPES, APART = 6, 2, 6
IN_THE_WAY = 0.08


class Room(NamedTuple):
    """Room for inserting: tables of sums like those of `Floor` of taken cells and of cells people walk over; ``marks``
    of single cells with a border of one; ``cost`` of walking to a cell, on the flat grid of `Walker`; the ``spots``
    (k, 5) kept and their ``scores``; a ``bill``.
    """

    taken: NDArray[np.int32]
    ways: NDArray[np.int32]
    marks: NDArray[np.uint8]
    cost: NDArray[np.float32]
    spots: Ints
    scores: Floats
    bill: Floats


def make_room(problem: PackProblem) -> Room:
    """Return the room that inserting works in."""
    rows, columns = problem.ground.free.shape
    return Room(
        taken=np.zeros((rows + 3, columns + 3), dtype=np.int32),
        ways=np.zeros((rows + 3, columns + 3), dtype=np.int32),
        marks=np.zeros((rows + 2, columns + 2), dtype=np.uint8),
        cost=np.zeros((rows + 4) * (columns + 4), dtype=np.float32),
        spots=np.zeros((KEPT, 5), dtype=np.int64),
        scores=np.zeros(KEPT),
        bill=np.zeros(2),
    )


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
def _tables(places: Ints, floor: Floor, spec: Spec, scratch: Scratch, walker: Walker, room: Room) -> None:
    """Let walkers set out, and sum up what is taken and what people walk over."""
    reach(places, floor, scratch)
    scratch.access[:] = -1
    enter_all(places, floor, spec, scratch, walker)
    room.marks[:] = 0
    for i in range(len(places)):
        for part in (0, 5):
            x, y, w, h = places[i, part], places[i, part + 1], places[i, part + 2], places[i, part + 3]
            if w > 0:
                room.marks[y + 1 : y + 1 + h, x + 1 : x + 1 + w] = 1
    _mark_ways(places, floor, spec, scratch, walker, room)
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
def _add_walk(row: int, column: int, factor: float, cap: float, floor: Floor, walker: Walker, room: Room) -> None:
    walk(np.array([flat(row, column, floor)]), walker, walker.metres)
    for at in range(len(room.cost)):
        room.cost[at] += factor * min(cap, walker.metres[at])


@compiled
def _costs(places: Ints, i: int, floor: Floor, spec: Spec, scratch: Scratch, walker: Walker, room: Room) -> None:
    """Sum up for every cell what the walks to a front there would cost."""
    m, weights = floor.cell_m, spec.weights
    room.cost[:] = 0
    near = weights[CLOSENESS] * m * spec.close[0, i + 1]
    if near < 0:
        _add_walk(floor.door[0], floor.door[1], near, CAP_M / m, floor, walker, room)
    load = weights[CLOSENESS] * m * max(0.0, spec.close[0, i + 1])
    for leg in range(len(spec.legs)):
        a, b = spec.legs[leg, 0] - 1, spec.legs[leg, 1] - 1
        if a != i and b != i:
            continue
        other = b if a == i else a
        if other < 0:
            load += weights[WALKING] * m * spec.load[leg]
        elif places[other, 2] > 0 and scratch.access[other, 0] >= 0:
            factor = weights[WALKING] * m * spec.load[leg]
            _add_walk(scratch.access[other, 0], scratch.access[other, 1], factor, np.inf, floor, walker, room)
    if load > 0:
        _add_walk(floor.door[0], floor.door[1], load, np.inf, floor, walker, room)


@compiled
def _stand(place: Ints, i: int, floor: Floor, spec: Spec, scratch: Scratch, walker: Walker, room: Room) -> float:
    """Return what the walks to a zone cost, infinite where nobody comes there."""
    k = floor.sizes[1] if spec.staff[i] else floor.sizes[0]
    length = place[3] if place[4] % 2 == 0 else place[2]
    best, cost = np.inf, np.inf
    for number in range(3):
        r, c = square_at(place, number * max(0, length - k) // 2, k)
        if not has(scratch.staff if spec.staff[i] else scratch.public, r, c):
            continue
        r, c = before(place, number * max(0, length - k) // 2, k)
        at = flat(r, c, floor)
        far = floor.from_door[r, c] if spec.staff[i] else walker.from_doors[at]
        if far < best:
            best = far
            cost = 0.0 if spec.staff[i] else room.cost[at]
    if spec.within[i] > 0 and best > spec.within[i]:
        cost += FAR + FAR_M * floor.cell_m * (best - spec.within[i])
    return float(cost)


@compiled
def _sides(places: Ints, i: int, room: Room) -> int:
    """Return at how many of its sides a zone stands at something."""
    count = 0
    for side in range(4):
        count += side != places[i, 4] and cells_in(room.taken, *strip(places, i, 0, side, 1)) > 0
    return count


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
def _try_shape(
    places: Ints,
    i: int,
    least: int,
    floor: Floor,
    spec: Spec,
    scratch: Scratch,
    walker: Walker,
    room: Room,
) -> None:
    """Score every position of the shape and front a zone has."""
    place = places[i]
    rows, columns = floor.from_door.shape
    w, h = place[2], place[3]
    for y in range(rows - h + 1):
        for x in range(columns - w + 1):
            if cells_in(room.taken, x, y, w, h) > 0:
                continue
            place[0], place[1] = x, y
            if _sides(places, i, room) < least:
                continue
            cost = _stand(place, i, floor, spec, scratch, walker, room)
            cost += IN_THE_WAY * cells_in(room.ways, x, y, w, h)
            if cost < room.scores.max():
                _keep(place, _score(places, i, cost, floor, spec, room), room)


@compiled
def _spots(
    places: Ints, i: int, floor: Floor, spec: Spec, scratch: Scratch, walker: Walker, room: Room, state: State
) -> None:
    """Find the best spots for a zone that was taken out, best first."""
    _tables(places, floor, spec, scratch, walker, room)
    _costs(places, i, floor, spec, scratch, walker, room)
    room.scores[:] = np.inf
    kind = draw(state)
    least = 2 if kind < 0.5 else (1 if kind < 0.9 else 0)
    for _ in range(SHAPES):
        at = spec.first[i] + pick(state, spec.first[i + 1] - spec.first[i])
        u, v = spec.shapes[at, 0], spec.shapes[at, 1]
        for front in range(4):
            places[i, 2], places[i, 3], places[i, 4] = (u, v, front) if front % 2 == 1 else (v, u, front)
            _try_shape(places, i, least, floor, spec, scratch, walker, room)
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
def reinsert(
    places: Ints,
    floor: Floor,
    spec: Spec,
    scratch: Scratch,
    walker: Walker,
    room: Room,
    state: State,
) -> bool:
    """Take up to three zones out and put each back at one of its best spots; False where one finds none."""
    chosen = np.zeros(3, dtype=np.int64)
    count = _ruin(places, spec, chosen, state)
    for k in range(count):
        i = chosen[k]
        _spots(places, i, floor, spec, scratch, walker, room, state)
        if room.scores[0] == np.inf:
            return False
        best, lowest = 0, np.inf
        if k < count - 1:
            while best < KEPT - 1 and room.scores[best + 1] < np.inf and draw(state) < 0.4:
                best += 1
        else:
            for spot in range(KEPT):
                places[i, :5] = room.spots[spot]
                if room.scores[spot] < np.inf and price(places, floor, spec, scratch, 1.0, lowest):
                    lowest, best = scratch.bill[HARD] + scratch.bill[SOFT], spot
        places[i, :5] = room.spots[best]
    return count > 0
