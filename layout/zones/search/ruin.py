"""Choose zones to take out of a state: one, often one at fault, and others related to it."""

from __future__ import annotations

from layout.zones.problem import Ints
from layout.zones.search.arrays import Spec
from layout.zones.search.moves import State
from layout.zones.search.room import MOST, Room
from layout.zones.search.shapes import gap
from outlet.compiled import kernel
from outlet.draws import draw, pick

JOINED, FAULTY, LATE, LARGE_FIRST = 0.25, 0.3, 2.4, 0.5


@kernel
def _related(places: Ints, i: int, spec: Spec, state: State) -> int:
    """Return a zone that goes out with another: one that staff join it to, else one near it."""
    n = len(places)
    if draw(state) < JOINED:
        if spec.partner[i] >= 0:
            return int(spec.partner[i])
        for j in range(n):
            if spec.partner[j] == i:
                return j
    near = pick(state, n)
    for _ in range(2):
        other = pick(state, n)
        if gap(places, i, other) < gap(places, i, near):
            near = other
    return near


@kernel
def _faulty(room: Room, state: State) -> int:
    """Return a zone that breaks a hard rule, or any where none does."""
    chosen, count = pick(state, len(room.faults)), 0
    for i in range(len(room.faults)):
        if room.faults[i] > 0:
            count += 1
            if draw(state) * count < 1.0:
                chosen = i
    return chosen


@kernel
def _sort(chosen: Ints, count: int, spec: Spec) -> None:
    """Put the zones that take most floor first."""
    for a in range(count):
        for b in range(a):
            if spec.target[chosen[a]] > spec.target[chosen[b]]:
                chosen[a], chosen[b] = chosen[b], chosen[a]


@kernel
def ruin(places: Ints, spec: Spec, room: Room, steep: float, state: State) -> int:
    """Choose zones to take out, one and others related to it, and take them out; return how many.

    Once hard rules cost much, the first is often one that breaks one.
    """
    kind, chosen = draw(state), room.chosen
    wanted = 1 if kind < 0.3 else (2 if kind < 0.6 else (3 if kind < 0.8 else (4 if kind < 0.92 else MOST)))
    count = 0
    for _ in range(4 * wanted):
        if count > 0:
            j = _related(places, chosen[0], spec, state) if draw(state) < 0.7 else pick(state, len(places))
        else:
            j = _faulty(room, state) if steep > LATE and draw(state) < FAULTY else pick(state, len(places))
        new = count < wanted and not spec.locked[j]
        for k in range(count):
            new = new and chosen[k] != j
        if new:
            chosen[count] = j
            count += 1
    if draw(state) < LARGE_FIRST:
        _sort(chosen, count, spec)
    for k in range(count):
        for value in (2, 3, 5, 6, 7, 8):
            places[chosen[k], value] = 0
    return count
