"""Price a state of the search, compiled: `price`.

Its price is

- hard, in steep steps: cells outside the buildable floor, overlaps, zones no walk reaches, fronts people cannot stand
  at, turning circles that fit nowhere, exits and other entrances cut off, counters away from their staff's zone, too
  long a walk from the entrance, pairs of zones that lie as in plans to differ from. Reach is exact: the walkers of
  visitors and of staff are flooded over boards of bits, as the judge does it;
- soft: the judge's terms. Walks are estimated round whichever zone is most in the way; `layout.zones.search.walks`
  has the real ones.

A trial whose cheap parts already exceed what would be accepted is dropped before the walkers set out.
"""

from __future__ import annotations

import numpy as np

from layout.zones.problem import Floats, Ints
from layout.zones.search.arrays import (
    AREA,
    CLOSENESS,
    DAYLIGHT,
    DEAD_FLOOR,
    EXPOSURE,
    PARTITION,
    REPELLED,
    SHOPFRONT,
    WALKING,
    WALL,
    Floor,
    Scratch,
    Spec,
)
from layout.zones.search.bits import count_outside, meet
from layout.zones.search.entry import FRONT_M, entry
from layout.zones.search.reach import reach
from layout.zones.search.shapes import (
    Line,
    box_of,
    cells_in,
    common,
    contact,
    crosses,
    detour,
    gap,
    is_out,
    lapped,
    shared,
    strip,
)
from layout.zones.search.unlike import likeness
from layout.zones.search.views import price_views
from outlet.compiled import kernel

OUT, OVERLAP, EXIT, BACK, FAR, FAR_M = 40.0, 40.0, 30.0, 12.0, 2.0, 1.5
CAP_M, SEEN_M = 10.0, 2.5
HARD, SOFT = 0, 1


@kernel
def _leg_out(places: Ints, spec: Spec, leg: int) -> bool:
    """Tell whether a zone at an end of a leg is out."""
    other = spec.legs[leg, 1] - 1
    return is_out(places, spec.legs[leg, 0] - 1) or (other >= 0 and is_out(places, other))


@kernel
def _open_back(places: Ints, i: int, floor: Floor, spec: Spec) -> int:
    """Return the length of a zone's back that stands neither at a wall nor at an enclosed zone, cells."""
    back = strip(places, i, 0, (places[i, 4] + 2) % 4, 1)
    length = back[2] * back[3] - cells_in(floor.blocked_sum, *back)
    for j in range(len(places)):
        if j != i and (spec.enclosed[j] or spec.back_to[i, j]):
            length -= shared(back, places, j)
    return max(0, length)


@kernel
def _partition(places: Ints, i: int, floor: Floor, spec: Spec) -> int:
    """Return the length of new walls round an enclosed zone, cells; walls two zones share count for the first."""
    length = 0
    for part in (0, 5):
        if places[i, part + 2] == 0:
            continue
        for side in range(4):
            edge = strip(places, i, part, side, 1)
            length += edge[2] * edge[3] - cells_in(floor.blocked_sum, *edge) - lapped(edge, places, i, 5 - part)
            for j in range(i):
                if spec.enclosed[j]:
                    length -= shared(edge, places, j)
    return max(0, length)


@kernel
def staff_side(places: Ints, i: int, floor: Floor, spec: Spec) -> float:
    """Price a zone away from every zone that would give it its staff side; zones that are out count as beside it."""
    need = floor.sizes[1]
    least, wanted = np.inf, False
    for j in range(len(places)):
        if spec.back_to[i, j]:
            wanted = True
            if places[j, 2] == 0:
                return 0.0
            missing = max(0, need - contact(places, i, j))
            cost = BACK * missing / need + (floor.cell_m * gap(places, i, j) if missing > 0 else 0.0)
            least = min(least, cost)
    return float(least) if wanted else 0.0


@kernel
def _moved(places: Ints, i: int, spec: Spec) -> float:
    """Price a zone that does not stand where it shall stay, a little more the farther it is."""
    off = 0
    for value in range(9):
        off += abs(places[i, value] - spec.home[i, value])
    return spec.moved * (1.0 + 0.01 * min(off, 100)) if off > 0 else 0.0


@kernel
def _dark(places: Ints, i: int, floor: Floor, spec: Spec) -> float:
    """Return the share of a zone's floor that daylight does not reach; a room needs a window of its own."""
    area, lit, windows = 0, 0, 0
    for part in (0, 5):
        box = box_of(places, i, part)
        if box[2] > 0:
            area += box[2] * box[3]
            lit += cells_in(floor.lit_sum, *box)
            windows += cells_in(floor.window_sum, *box)
    return 1.0 - lit / area if area > 0 and (windows > 0 or not spec.enclosed[i]) else 1.0


@kernel
def alone(places: Ints, i: int, floor: Floor, spec: Spec, bill: Floats) -> None:
    """Price one zone where it stands."""
    m, weights = floor.cell_m, spec.weights
    area, out, hidden = 0, 0, 0
    for part in (0, 5):
        box = box_of(places, i, part)
        if box[2] > 0:
            area += box[2] * box[3]
            out += cells_in(floor.closed_sum, *box)
            hidden += cells_in(floor.window_sum, *box)
    hard = OUT * m * m * out
    cost = weights[AREA] * m * m * abs(area - spec.target[i])
    if spec.wall[i]:
        cost += weights[WALL] * m * _open_back(places, i, floor, spec)
    if spec.enclosed[i]:
        cost += weights[PARTITION] * m * _partition(places, i, floor, spec)
    if spec.enclosed[i] or not spec.public[i]:
        cost += weights[SHOPFRONT] * m * hidden
    if spec.daylight[i] > 0:
        cost += weights[DAYLIGHT] * spec.daylight[i] * _dark(places, i, floor, spec)
    if spec.full[i]:
        hard += FRONT_M * m * cells_in(floor.blocked_sum, *strip(places, i, 0, places[i, 4], 1))
    if spec.partner[i] >= 0:
        hard += staff_side(places, i, floor, spec)
    if spec.home[i, 0] >= 0:
        cost += _moved(places, i, spec)
    bill[HARD] += hard
    bill[SOFT] += cost


@kernel
def pair(places: Ints, i: int, j: int, floor: Floor, spec: Spec, bill: Floats) -> None:
    """Price what two zones have to do with each other, wherever people come."""
    m = floor.cell_m
    bill[HARD] += OVERLAP * m * m * common(places, i, j)
    weight = spec.close[i + 1, j + 1]
    if weight != 0:
        far = m * gap(places, i, j)
        bill[SOFT] += spec.weights[CLOSENESS] * weight * (far if weight > 0 else min(CAP_M, far))


@kernel
def price_cheap(places: Ints, floor: Floor, spec: Spec, bill: Floats) -> None:
    """Price what needs no walk and no sight."""
    bill[HARD], bill[SOFT] = 0.0, 0.0
    for i in range(len(places)):
        if is_out(places, i):
            continue
        alone(places, i, floor, spec, bill)
        for j in range(i):
            if not is_out(places, j):
                pair(places, i, j, floor, spec, bill)


@kernel
def _least_leg(places: Ints, leg: int, floor: Floor, spec: Spec) -> float:
    """Return what a leg costs at least: the walk is no shorter than the longer of the two gaps between its ends."""
    if _leg_out(places, spec, leg):
        return 0.0
    a, b = places[spec.legs[leg, 0] - 1], spec.legs[leg, 1] - 1
    bx, by, bw, bh = floor.door[1], floor.door[0], 1, 1
    if b >= 0:
        bx, by, bw, bh = places[b, 0], places[b, 1], places[b, 2], places[b, 3]
    dx = max(0, bx - a[0] - a[2], a[0] - bx - bw)
    dy = max(0, by - a[1] - a[3], a[1] - by - bh)
    return float(spec.weights[WALKING] * floor.cell_m * spec.load[leg] * max(0, max(dx, dy) - 2))


@kernel
def least_walk(places: Ints, floor: Floor, spec: Spec) -> float:
    """Return what the walks cost at least."""
    least = -spec.weights[CLOSENESS] * CAP_M * spec.weights[REPELLED]
    for leg in range(len(spec.legs)):
        least += _least_leg(places, leg, floor, spec)
    return float(least)


@kernel
def _near(places: Ints, floor: Floor, spec: Spec, scratch: Scratch) -> None:
    """Price how far from the entrance zones lie, by estimates."""
    m, bill = floor.cell_m, scratch.bill
    for i in range(len(places)):
        weight = spec.close[0, i + 1]
        if is_out(places, i) or (weight == 0 and spec.within[i] == 0):
            continue
        far = _from_door(places, i, floor, scratch)
        bill[SOFT] += spec.weights[CLOSENESS] * weight * (m * far if weight > 0 else min(CAP_M, m * far))
        if spec.within[i] > 0 and far > spec.within[i]:
            bill[HARD] += FAR + FAR_M * m * (far - spec.within[i])


@kernel
def _walks(places: Ints, floor: Floor, spec: Spec, scratch: Scratch, steep: float, limit: float) -> bool:
    """Price walks by estimates; False where with what those to come cost at least they surely exceed ``limit``."""
    bill, ahead = scratch.bill, 0.0
    for leg in range(len(spec.legs)):
        ahead += _least_leg(places, leg, floor, spec)
    for leg in range(len(spec.legs)):
        if steep * bill[HARD] + bill[SOFT] + ahead > limit:
            return False
        if _leg_out(places, spec, leg):
            continue
        k, other = spec.legs[leg, 0] - 1, spec.legs[leg, 1] - 1
        if other < 0:
            far = _from_door(places, k, floor, scratch)
        else:
            far = detour(_line(scratch.access, k, other), places, floor.solids, scratch.cover)
        bill[SOFT] += spec.weights[WALKING] * floor.cell_m * spec.load[leg] * far
        ahead -= _least_leg(places, leg, floor, spec)
    return bool(steep * bill[HARD] + bill[SOFT] <= limit)


@kernel
def _line(access: Ints, k: int, other: int) -> Line:
    return access[k, 1] + 0.5, access[k, 0] + 0.5, access[other, 1] + 0.5, access[other, 0] + 0.5


@kernel
def _door_line(access: Ints, i: int, floor: Floor) -> Line:
    return access[i, 1] + 0.5, access[i, 0] + 0.5, floor.door[1] + 0.5, floor.door[0] + 0.5


@kernel
def _from_door(places: Ints, i: int, floor: Floor, scratch: Scratch) -> float:
    around = detour(_door_line(scratch.access, i, floor), places, floor.no_solids, scratch.cover)
    return max(float(floor.from_door[scratch.access[i, 0], scratch.access[i, 1]]), around)


@kernel
def _passed(places: Ints, i: int, floor: Floor, spec: Spec, scratch: Scratch) -> float:
    """Return about which share of visitors come within sight of a zone."""
    share = 0.0
    for leg in range(len(spec.legs)):
        if _leg_out(places, spec, leg):
            continue
        k, other = spec.legs[leg, 0] - 1, spec.legs[leg, 1] - 1
        line = _door_line(scratch.access, k, floor) if other < 0 else _line(scratch.access, k, other)
        if crosses(line, places, i, 0, SEEN_M / floor.cell_m):
            share += spec.load[leg]
    return min(1.0, share)


@kernel
def _price_passing(places: Ints, floor: Floor, spec: Spec, scratch: Scratch) -> float:
    passed, count = 0.0, 0
    for i in range(len(places)):
        if spec.selling[i]:
            passed += 1.0 if is_out(places, i) else _passed(places, i, floor, spec, scratch)
            count += 1
    return float(spec.weights[EXPOSURE] * (1.0 - passed / count)) if count else 0.0


@kernel
def price_reached(places: Ints, floor: Floor, spec: Spec, scratch: Scratch) -> None:
    """Add to ``scratch.bill`` what hangs on where walkers come, who have set out."""
    bill = scratch.bill
    bill[SOFT] += spec.weights[DEAD_FLOOR] * floor.cell_m**2 * count_outside(scratch.open, scratch.cover)
    for i in range(len(places)):
        if not is_out(places, i):
            bill[HARD] += entry(places, i, floor, spec, scratch)
    bill[HARD] += EXIT * scratch.parted[0]
    for e in range(len(floor.exits)):
        if not meet(floor.exits[e], scratch.staff):
            bill[HARD] += EXIT


@kernel
def price_walked(places: Ints, floor: Floor, spec: Spec, scratch: Scratch, steep: float, limit: float) -> bool:
    """Add walks, sight and passing to ``scratch.bill``; False where ``limit`` is exceeded."""
    bill = scratch.bill
    _near(places, floor, spec, scratch)
    if not _walks(places, floor, spec, scratch, steep, limit):
        return False
    bill[SOFT] += price_views(places, floor, spec) + _price_passing(places, floor, spec, scratch)
    return bool(steep * bill[HARD] + bill[SOFT] <= limit)


@kernel
def price_still(places: Ints, floor: Floor, spec: Spec, scratch: Scratch, steep: float, limit: float) -> bool:
    """Price all but walks into ``scratch.bill``, and let walkers set out; False where ``limit`` is surely exceeded."""
    bill = scratch.bill
    price_cheap(places, floor, spec, bill)
    bill[HARD] += likeness(places, spec)
    least = least_walk(places, floor, spec)
    if steep * bill[HARD] + bill[SOFT] + least > limit:
        return False
    reach(places, floor, scratch)
    price_reached(places, floor, spec, scratch)
    return bool(steep * bill[HARD] + bill[SOFT] + least <= limit)


@kernel
def price(places: Ints, floor: Floor, spec: Spec, scratch: Scratch, steep: float, limit: float) -> bool:
    """Price a state into ``scratch.bill``; False where ``steep`` · hard + soft surely exceeds ``limit``."""
    if not price_still(places, floor, spec, scratch, steep, limit):
        return False
    return price_walked(places, floor, spec, scratch, steep, limit)
