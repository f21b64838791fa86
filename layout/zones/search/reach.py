"""Let the walkers of visitors and of staff set out over a state, compiled: `reach`; one zone later: `reach_beside`.

A zone takes from a walker the positions at which it would stand in it, a rectangle of them. Whoever walked through
that can walk round it where the positions along its edge that are reached hang together; then nothing else is lost.
Only where they do not, or where the zone takes positions to set out from, do the walkers set out anew.
"""

from __future__ import annotations

from layout.zones.problem import Ints
from layout.zones.search.arrays import Floor, Scratch
from layout.zones.search.bits import (
    Board,
    any_in,
    copy_board,
    dilate,
    dilate_rows,
    erode,
    flood,
    has,
    join,
    meet,
    wipe,
)
from outlet.compiled import kernel


@kernel
def _part(floor: Floor, scratch: Scratch) -> None:
    """Count the entrances whose aisles do not join those of the widest."""
    scratch.parted[0] = 0
    for e in range(len(floor.others)):
        if meet(floor.others[e], scratch.fits) and not meet(floor.others[e], scratch.public):
            scratch.parted[0] += 1


@kernel
def _send_staff(floor: Floor, scratch: Scratch) -> None:
    """Let staff set out; where visitors come, narrower staff come too, so that the search for where begins there."""
    copy_board(floor.start_staff, scratch.spare)
    if floor.sizes[1] <= floor.sizes[0]:
        join(scratch.public, scratch.spare)
    flood(scratch.narrow, scratch.spare, scratch.staff)


@kernel
def reach(places: Ints, floor: Floor, scratch: Scratch) -> None:
    """Let the walkers of visitors and of staff set out: boards of ``scratch``."""
    copy_board(floor.free, scratch.open)
    for i in range(len(places)):
        for part in (0, 5):
            if places[i, part + 2] > 0:
                wipe(scratch.open, places[i, part], places[i, part + 1], places[i, part + 2], places[i, part + 3])
    visitor, staff, turning = floor.sizes
    erode(scratch.open, visitor, scratch.fits)
    flood(scratch.fits, floor.start_public, scratch.public)
    _part(floor, scratch)
    dilate(scratch.public, visitor, scratch.cover)
    erode(scratch.open, staff, scratch.narrow)
    _send_staff(floor, scratch)
    erode(scratch.open, turning, scratch.turns)


@kernel
def arcs(board: Board, x: int, y: int, w: int, h: int) -> int:
    """Return how many runs of set cells there are in the ring of cells round a rectangle."""
    count, was = 0, has(board, y, x - 1)
    for number in range(2 * (w + h) + 4):
        if number < w + 2:
            r, c = y - 1, x - 1 + number
        elif number < w + h + 3:
            r, c = y + number - w - 2, x + w
        elif number < 2 * w + h + 4:
            r, c = y + h, x + w - (number - w - h - 3)
        else:
            r, c = y + h - 1 - (number - 2 * w - h - 4), x - 1
        here = has(board, r, c)
        if here and not was:
            count += 1
        was = here
    return count


@kernel
def _holds(start: Board, reached: Board, x: int, y: int, w: int, h: int) -> bool:
    """Tell whether losing a rectangle of positions surely loses walkers no other position."""
    return not any_in(reached, x, y, w, h) or (not any_in(start, x, y, w, h) and arcs(reached, x, y, w, h) < 2)


@kernel
def _lose(before: Board, k: int, box: tuple[int, int, int, int], after: Board) -> None:
    """Copy positions of a walker without those at which it would stand in a rectangle."""
    copy_board(before, after)
    wipe(after, box[0] - k + 1, box[1] - k + 1, box[2] + k - 1, box[3] + k - 1)


@kernel
def reach_beside(box: tuple[int, int, int, int], floor: Floor, before: Scratch, after: Scratch) -> None:
    """Let walkers set out once a zone takes a rectangle of free floor: boards of ``after`` from those of ``before``."""
    x, y, w, h = box
    visitor, staff, turning = floor.sizes
    copy_board(before.open, after.open)
    wipe(after.open, x, y, w, h)
    _lose(before.fits, visitor, box, after.fits)
    _lose(before.narrow, staff, box, after.narrow)
    _lose(before.turns, turning, box, after.turns)
    more = visitor - 1
    if _holds(floor.start_public, before.public, x - more, y - more, w + more, h + more):
        _lose(before.public, visitor, box, after.public)
        copy_board(before.cover, after.cover)
        dilate_rows(after.public, visitor, y - more, y + h + more, after.cover)
    else:
        flood(after.fits, floor.start_public, after.public)
        dilate(after.public, visitor, after.cover)
    _part(floor, after)
    more = staff - 1
    if _holds(floor.start_staff, before.staff, x - more, y - more, w + more, h + more):
        _lose(before.staff, staff, box, after.staff)
    else:
        _send_staff(floor, after)
