"""Find plans that fill a hall by cuts from wall to wall, compiled: `slice_hall`.

A slicing tree with aisles (Otten, 1982): each cut divides a rectangle of the hall in two, with an aisle between them
or none; a leaf is a zone, which takes the largest of its shapes that fit, or a gap. The tree is written as a row of
leaves with a cut between each and the next; of the cuts of a stretch the one of highest rank comes first. Annealing
over such rows comes upon plans without a cell to spare, which zones that move one by one do not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from layout.zones.problem import Floats, Ints, PackProblem
from layout.zones.search.arrays import Floor, Scratch, Spec, make_scratch
from layout.zones.search.bits import copy_board
from layout.zones.search.moves import State, clamp, cut_wing
from layout.zones.search.price import HARD, SOFT, price
from outlet.compiled import kernel, uncounted
from outlet.draws import draw, pick

GAPS = 2
LEAF, CUT, AISLE, RANK, FRONT, END, SIZE = range(7)
"""Columns of a row of leaves: which zone (from n on a gap), the cut after it, its aisle, its rank, the zone's front, at
which end of its room it stands, and its share of the room."""
SIZES, GAP_M2 = 8, 2.0
HOT, COLD, STEEP = 4.0, 0.15, 2.5


class Slicing(NamedTuple):
    """Room to work in: the row of leaves (leaves, 7) and one tried, its plan (n, 9), and a stack of rooms (…, 6)."""

    row: Ints
    trial: Ints
    plan: Ints
    stack: Ints
    scratch: Scratch


def make_slicing(problem: PackProblem) -> Slicing:
    """Return the room that slicing works in."""
    leaves = problem.count + GAPS
    row = np.zeros((leaves, 7), dtype=np.int64)
    plan, stack = np.zeros((problem.count, 9), dtype=np.int64), np.zeros((2 * leaves, 7), dtype=np.int64)
    return Slicing(row, row.copy(), plan, stack, make_scratch(problem))


@kernel
def _weight(row: Ints, floor: Floor, spec: Spec) -> float:
    """Return what share of a room a leaf takes."""
    n = len(spec.target)
    usual = float(spec.target[row[LEAF]]) if row[LEAF] < n else GAP_M2 / floor.cell_m**2
    return float(usual * (0.6 + 0.15 * row[SIZE]))


@kernel
def _shape(i: int, w: int, h: int, front: int, largest: bool, spec: Spec) -> int:
    """Return the largest or smallest shape of a zone that fits a room with its front, −1 where none does."""
    best, area = -1, 0
    for at in range(spec.first[i], spec.first[i + 1]):
        u, v = spec.shapes[at, 0], spec.shapes[at, 1]
        fits = (u <= w and v <= h) if front % 2 == 1 else (v <= w and u <= h)
        if fits and (best < 0 or (u * v > area) == largest):
            best, area = at, u * v
    return best


@kernel
def _lay(place: Ints, i: int, row: Ints, room: tuple[int, int, int, int], floor: Floor, spec: Spec) -> None:
    """Give a zone the largest shape that fits its room, its back at the room's edge, or where none does its smallest.

    What would not fit the hall with its front looks another way.
    """
    x, y, w, h = room
    rows, columns = floor.from_door.shape
    front = row[FRONT]
    best = _shape(i, w, h, front, True, spec)
    if best < 0:
        best = _shape(i, columns, rows, front, False, spec)
    if best < 0:
        front = (front + 1) % 4
        best = max(spec.first[i], _shape(i, columns, rows, front, False, spec))
    a, b = spec.shapes[best, 0], spec.shapes[best, 1]
    if front % 2 == 0:
        a, b = b, a
    right, top = x + w - a, y + h - b
    place[0] = x if front == 0 else (right if front == 2 else (x if row[END] == 0 else right))
    place[1] = y if front == 1 else (top if front == 3 else (y if row[END] == 0 else top))
    place[2], place[3], place[4] = a, b, front
    cut_wing(place)
    clamp(place, rows, columns)


@kernel
def _decode(rows: Ints, places: Ints, stack: Ints, floor: Floor, spec: Spec) -> None:
    """Write the plan of a row of leaves."""
    n, aisle = len(places), floor.sizes[0]
    stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = 0, 0, floor.from_door.shape[1], floor.from_door.shape[0]
    stack[0, 4], stack[0, 5] = 0, len(rows) - 1
    top = 1
    while top > 0:
        top -= 1
        x, y, w, h, first, last = (
            stack[top, 0],
            stack[top, 1],
            stack[top, 2],
            stack[top, 3],
            stack[top, 4],
            stack[top, 5],
        )
        if first == last:
            i = rows[first, LEAF]
            if i < n and not spec.locked[i]:
                _lay(places[i], i, rows[first], (x, y, w, h), floor, spec)
            continue
        cut = first
        for at in range(first, last):
            if rows[at, RANK] > rows[cut, RANK]:
                cut = at
        one, other = 0.0, 0.0
        for at in range(first, last + 1):
            if at <= cut:
                one += _weight(rows[at], floor, spec)
            else:
                other += _weight(rows[at], floor, spec)
        between = aisle if rows[cut, AISLE] > 0 else 0
        long = w if rows[cut, CUT] == 0 else h
        part = round(max(0, long - between) * one / (one + other))
        rest = max(0, long - between - part)
        for side in range(2):
            stack[top, 0], stack[top, 1], stack[top, 2], stack[top, 3] = x, y, w, h
            if rows[cut, CUT] == 0:
                stack[top, 0] = x if side == 0 else x + part + between
                stack[top, 2] = part if side == 0 else rest
            else:
                stack[top, 1] = y if side == 0 else y + part + between
                stack[top, 3] = part if side == 0 else rest
            stack[top, 4], stack[top, 5] = (first, cut) if side == 0 else (cut + 1, last)
            top += 1


@kernel
def _vary(rows: Ints, state: State) -> None:
    """Change a row of leaves at random."""
    m, kind = len(rows), draw(state)
    a, b = pick(state, m), pick(state, m)
    if kind < 0.3:
        rows[a, LEAF], rows[b, LEAF] = rows[b, LEAF], rows[a, LEAF]
        if draw(state) < 0.5:
            rows[a, FRONT], rows[b, FRONT] = rows[b, FRONT], rows[a, FRONT]
            rows[a, SIZE], rows[b, SIZE] = rows[b, SIZE], rows[a, SIZE]
    elif kind < 0.45:
        rows[a, RANK], rows[b, RANK] = rows[b, RANK], rows[a, RANK]
    elif kind < 0.55:
        rows[a, CUT] = 1 - rows[a, CUT]
    elif kind < 0.65:
        rows[a, AISLE] = 1 - rows[a, AISLE]
    elif kind < 0.75:
        rows[a, FRONT] = pick(state, 4)
    elif kind < 0.8:
        rows[a, END] = 1 - rows[a, END]
    else:
        rows[a, SIZE] = max(0, min(SIZES, rows[a, SIZE] + (1 if draw(state) < 0.5 else -1)))


@kernel
def _begin(rows: Ints, state: State) -> None:
    m = len(rows)
    for at in range(m):
        rows[at, LEAF], rows[at, RANK] = at, at
        rows[at, CUT], rows[at, AISLE], rows[at, END] = pick(state, 2), pick(state, 2), pick(state, 2)
        rows[at, FRONT], rows[at, SIZE] = pick(state, 4), SIZES // 2
    for column in (LEAF, RANK):
        for at in range(m - 1, 0, -1):
            other = pick(state, at + 1)
            rows[at, column], rows[other, column] = rows[other, column], rows[at, column]


@uncounted
def slice_hall(
    places: Ints, slicing: Slicing, floor: Floor, spec: Spec, steps: int, clock: Floats, state: State
) -> bool:
    """Anneal from a row at random; the best plan by estimated walks is left in ``places``, where locked zones are.

    Another thread writes into ``clock`` which share of the time is spent. Tell whether it cooled or ended the run.
    """
    row, trial, plan, stack, scratch = slicing
    _begin(row, state)
    copy_board(places, plan)
    _decode(row, plan, stack, floor, spec)
    copy_board(plan, places)
    price(plan, floor, spec, scratch, STEEP, np.inf)
    cost = STEEP * scratch.bill[HARD] + scratch.bill[SOFT]
    lowest, timed = cost, False
    for step in range(steps):
        done = max(step / steps, clock[0])
        timed = timed or done > step / steps
        if done >= 1.0:
            break
        copy_board(row, trial)
        _vary(trial, state)
        if draw(state) < 0.3:
            _vary(trial, state)
        _decode(trial, plan, stack, floor, spec)
        limit = cost - HOT * (COLD / HOT) ** done * np.log(draw(state) + 1e-300)
        if price(plan, floor, spec, scratch, STEEP, limit):
            cost = STEEP * scratch.bill[HARD] + scratch.bill[SOFT]
            copy_board(trial, row)
            if cost < lowest:
                lowest = cost
                copy_board(plan, places)
    return timed
