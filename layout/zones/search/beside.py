"""Price states that differ by where one zone stands, compiled: `know_others` once, then `price_beside` for each place.

What the other zones cost by themselves, and where walkers come without the zone, is known; only what the zone changes
is priced anew, and the walks. The price is that of `layout.zones.search.price`.
"""

from __future__ import annotations

from layout.zones.problem import Floats, Ints
from layout.zones.search.arrays import Floor, Spec
from layout.zones.search.bits import copy_board
from layout.zones.search.price import HARD, SOFT, alone, least_walk, pair, price_cheap, price_reached, price_walked
from layout.zones.search.reach import reach, reach_beside
from layout.zones.search.room import Rooms
from layout.zones.search.shapes import box_of, is_out
from layout.zones.search.unlike import likeness
from outlet.compiled import kernel


@kernel
def _matters(i: int, j: int, spec: Spec) -> bool:
    """Tell whether where zone i stands changes what zone j costs by itself."""
    return bool(spec.back_to[j, i] or (spec.enclosed[i] and (spec.wall[j] or spec.enclosed[j])))


@kernel
def start(places: Ints, floor: Floor, spec: Spec, rooms: Rooms) -> None:
    """Note what a state costs that zones are taken out of, and where walkers come."""
    price_cheap(places, floor, spec, rooms.before.bill)
    reach(places, floor, rooms.before)


@kernel
def know_others(places: Ints, i: int, floor: Floor, spec: Spec, rooms: Rooms) -> None:
    """Note what each other zone that zone i matters to costs by itself while zone i is out."""
    bills = rooms.room.bills
    for j in range(len(places)):
        if _matters(i, j, spec) and not is_out(places, j):
            bills[j, HARD], bills[j, SOFT] = 0.0, 0.0
            alone(places, j, floor, spec, bills[j])


@kernel
def _price_cheap(places: Ints, i: int, floor: Floor, spec: Spec, rooms: Rooms, bill: Floats) -> None:
    """Price what needs no walk and no sight."""
    before, bills = rooms.before.bill, rooms.room.bills
    bill[HARD], bill[SOFT] = before[HARD], before[SOFT]
    alone(places, i, floor, spec, bill)
    for j in range(len(places)):
        if j == i or is_out(places, j):
            continue
        pair(places, max(i, j), min(i, j), floor, spec, bill)
        if _matters(i, j, spec):
            alone(places, j, floor, spec, bill)
            bill[HARD] -= bills[j, HARD]
            bill[SOFT] -= bills[j, SOFT]


@kernel
def price_beside(places: Ints, i: int, floor: Floor, spec: Spec, rooms: Rooms, steep: float, limit: float) -> bool:
    """Price a state in which zone i stands beside the others; False where ``limit`` is surely exceeded.

    The price is left in ``rooms.scratch.bill``. Zone i is a rectangle.
    """
    scratch = rooms.scratch
    bill = scratch.bill
    _price_cheap(places, i, floor, spec, rooms, bill)
    bill[HARD] += likeness(places, spec)
    least = least_walk(places, floor, spec)
    if steep * bill[HARD] + bill[SOFT] + least > limit:
        return False
    reach_beside(box_of(places, i, 0), floor, rooms.before, scratch)
    price_reached(places, floor, spec, scratch)
    if steep * bill[HARD] + bill[SOFT] + least > limit:
        return False
    return price_walked(places, floor, spec, scratch, steep, limit)


@kernel
def stay(places: Ints, i: int, floor: Floor, spec: Spec, rooms: Rooms) -> None:
    """Note that zone i stands where it is, before the next one is put back."""
    before, scratch = rooms.before, rooms.scratch
    _price_cheap(places, i, floor, spec, rooms, scratch.bill)
    before.bill[HARD], before.bill[SOFT] = scratch.bill[HARD], scratch.bill[SOFT]
    reach_beside(box_of(places, i, 0), floor, before, scratch)
    copy_board(scratch.open, before.open)
    copy_board(scratch.fits, before.fits)
    copy_board(scratch.narrow, before.narrow)
    copy_board(scratch.public, before.public)
    copy_board(scratch.staff, before.staff)
    copy_board(scratch.turns, before.turns)
    copy_board(scratch.cover, before.cover)
