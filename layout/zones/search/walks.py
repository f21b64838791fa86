"""Price a state by real walks, compiled: `real_price`, the judge's cost but for ties between walks of equal length.

Walks go over the cells that aisles cover, in steps to 16 neighbours, as the judge's do. No step is shorter than one
cell, so buckets one cell wide settle cells in order of distance without a heap (Denardo and Fox, 1979).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layout.zones.problem import Ints, PackProblem
from layout.zones.search.arrays import CLOSENESS, EXPOSURE, WALKING, Floor, Scratch, Spec
from layout.zones.search.bits import ONE, Board, dilate, has
from layout.zones.search.entry import square_at, steps_to
from layout.zones.search.price import (
    CAP_M,
    FAR,
    FAR_M,
    HARD,
    SEEN_M,
    SOFT,
    price_still,
)
from layout.zones.search.shapes import ROOT2, ROOT5
from layout.zones.search.views import price_views
from outlet.compiled import kernel, uncounted

PAD = 2
_AROUND = np.array(
    [
        (0, 1, 0, 0, 0, 0),
        (1, 0, 0, 0, 0, 0),
        (1, 1, 0, 1, 1, 0),
        (1, -1, 0, -1, 1, 0),
        (1, 2, 0, 1, 1, 1),
        (2, 1, 1, 0, 1, 1),
        (1, -2, 0, -1, 1, -1),
        (2, -1, 1, 0, 1, -1),
    ],
    dtype=np.int64,
)
STEPS = np.vstack([_AROUND, -_AROUND])


class Walker(NamedTuple):
    """Room for walks: grids with a border of two cells, flat; ``queue`` (4, cells) holds the buckets, the first
    ``filled`` (4,) of each; ``sources`` and ``targets`` are cells that walks start from and go to.
    """

    grid: NDArray[np.uint8]
    metres: NDArray[np.float32]
    from_doors: NDArray[np.float32]
    previous: NDArray[np.int32]
    density: NDArray[np.float32]
    queue: NDArray[np.int32]
    jumps: NDArray[np.int64]
    filled: NDArray[np.int64]
    sources: NDArray[np.int64]
    targets: NDArray[np.int64]


def make_walker(problem: PackProblem) -> Walker:
    """Return the room that walks work in."""
    rows, columns = problem.ground.free.shape
    wide = columns + 2 * PAD
    size = (rows + 2 * PAD) * wide
    jumps = np.column_stack(
        [STEPS[:, 0] * wide + STEPS[:, 1], STEPS[:, 2] * wide + STEPS[:, 3], STEPS[:, 4] * wide + STEPS[:, 5]]
    )
    return Walker(
        grid=np.zeros(size, dtype=np.uint8),
        metres=np.zeros(size, dtype=np.float32),
        from_doors=np.zeros(size, dtype=np.float32),
        previous=np.zeros(size, dtype=np.int32),
        density=np.zeros(size, dtype=np.float32),
        queue=np.zeros((4, 6 * size), dtype=np.int32),
        jumps=jumps.astype(np.int64),
        filled=np.zeros(4, dtype=np.int64),
        sources=np.zeros(1 + int(problem.ground.entrance.sum()), dtype=np.int64),
        targets=np.zeros((problem.count + 1) ** 2, dtype=np.int64),
    )


@kernel
def _fill(values: NDArray[np.float32], value: float) -> None:
    for at in range(len(values)):
        values[at] = value


@kernel
def _unpack(board: Board, floor: Floor, walker: Walker) -> None:
    rows, columns = floor.from_door.shape
    for at in range(len(walker.grid)):
        walker.grid[at] = 0
    for r in range(rows):
        at = (r + PAD) * (columns + 2 * PAD) + PAD
        for q in range(board.shape[1]):
            bits = board[r, q]
            for c in range(64 * q, min(columns, 64 * q + 64)):
                walker.grid[at + c] = np.uint8(bits & ONE)
                bits >>= ONE


@kernel
def _step(walker: Walker, far: NDArray[np.float32], at: int, bucket: int, filled: Ints) -> None:
    """Reach the neighbours of a settled cell."""
    grid, here = walker.grid, far[at]
    for number in range(16):
        to = at + walker.jumps[number, 0]
        length = here + (1.0 if number % 8 < 2 else (ROOT2 if number % 8 < 4 else ROOT5))
        if grid[to] == 0 or far[to] <= length + 1e-4:
            continue
        if number % 8 >= 2 and not (grid[at + walker.jumps[number, 1]] and grid[at + walker.jumps[number, 2]]):
            continue
        far[to] = length
        walker.previous[to] = at
        b = int(length) & 3
        if filled[b] < walker.queue.shape[1]:
            walker.queue[b, filled[b]] = to
            filled[b] += 1


@kernel
def _settled(targets: Ints, far: NDArray[np.float32], bucket: int) -> bool:
    """Tell whether no walk to any target can become shorter."""
    for at in targets:
        if not far[at] < bucket:
            return False
    return len(targets) > 0


@kernel
def walk(sources: Ints, targets: Ints, walker: Walker, far: NDArray[np.float32]) -> None:
    """Write into ``far`` the walk from the nearest source (flat cells) to every cell, in cells.

    With any ``targets`` cells farther than all of these are left out or too far.
    """
    _fill(far, np.inf)
    filled = walker.filled
    for b in range(4):
        filled[b] = 0
    for at in sources:
        if walker.grid[at]:
            far[at] = 0.0
            walker.previous[at] = -1
            walker.queue[0, filled[0]] = at
            filled[0] += 1
    bucket, idle = 0, 0
    while idle < 4:
        b = bucket & 3
        idle = idle + 1 if filled[b] == 0 else 0
        for place in range(filled[b]):
            at = walker.queue[b, place]
            if int(far[at]) == bucket:
                _step(walker, far, at, bucket, filled)
        filled[b] = 0
        bucket += 1
        if b == 3 and _settled(targets, far, bucket):
            return


@kernel
def flat(row: int, column: int, floor: Floor) -> int:
    """Return the number of a cell on the flat grid with a border."""
    return int((row + PAD) * (floor.from_door.shape[1] + 2 * PAD) + column + PAD)


@kernel
def _enter(places: Ints, i: int, floor: Floor, spec: Spec, scratch: Scratch, far: NDArray[np.float32]) -> float:
    """Note where a zone is entered, nearest by the real walk; return that walk, cells."""
    k = floor.sizes[1] if spec.staff[i] else floor.sizes[0]
    reached = scratch.staff if spec.staff[i] else scratch.public
    place = places[i]
    length = place[3] if place[4] % 2 == 0 else place[2]
    best, over = np.inf, (k - 1) // 2
    for s in range(-over, length - k + over + 1):
        r, c = square_at(place, s, k)
        if has(reached, r, c):
            r, c = steps_to(place, s, k)
            if far[flat(r, c, floor)] < best:
                best = float(far[flat(r, c, floor)])
                scratch.access[i, 0], scratch.access[i, 1] = r, c
    return best


@kernel
def _from_doors(floor: Floor, walker: Walker) -> None:
    doors = walker.sources[: len(floor.doors)]
    for d in range(len(doors)):
        doors[d] = flat(floor.doors[d, 0], floor.doors[d, 1], floor)
    walk(doors, doors[:0], walker, walker.from_doors)


@kernel
def enter_public(places: Ints, floor: Floor, spec: Spec, scratch: Scratch, walker: Walker) -> None:
    """Find where visitors enter the zones that are in the state; leaves visitors' grid and walks behind."""
    _unpack(scratch.cover, floor, walker)
    _from_doors(floor, walker)
    for i in range(len(places)):
        if places[i, 2] > 0 and not spec.staff[i]:
            _enter(places, i, floor, spec, scratch, walker.from_doors)


@kernel
def _enter_all(places: Ints, floor: Floor, spec: Spec, scratch: Scratch, walker: Walker) -> None:
    """Find all accesses and price how far from the entrances zones with a limit lie; leaves visitors' grid behind."""
    m, far = floor.cell_m, walker.from_doors
    for staff in (1, 0):
        if staff:
            dilate(scratch.staff, floor.sizes[1], scratch.spare)
            _unpack(scratch.spare, floor, walker)
        else:
            _unpack(scratch.cover, floor, walker)
        _from_doors(floor, walker)
        for i in range(len(places)):
            if spec.staff[i] == staff:
                steps = _enter(places, i, floor, spec, scratch, far)
                if 0 < spec.within[i] < steps < np.inf:
                    scratch.bill[HARD] += FAR + FAR_M * m * (steps - spec.within[i])


@kernel
def _from_entrance(floor: Floor, spec: Spec, scratch: Scratch, walker: Walker) -> None:
    """Price what hangs on the walk from the widest entrance."""
    m, weights = floor.cell_m, spec.weights
    if len(floor.doors) == 1:
        for at in range(len(walker.metres)):
            walker.metres[at] = walker.from_doors[at]
    else:
        source = walker.sources[:1]
        source[0] = flat(floor.door[0], floor.door[1], floor)
        walk(source, source[:0], walker, walker.metres)
    for i in range(len(scratch.access)):
        weight = spec.close[0, i + 1]
        if weight != 0:
            far = m * walker.metres[flat(scratch.access[i, 0], scratch.access[i, 1], floor)]
            far = far if far < np.inf else 2 * CAP_M
            scratch.bill[SOFT] += weights[CLOSENESS] * weight * (far if weight > 0 else min(CAP_M, far))


@kernel
def _legs_to(k: int, floor: Floor, spec: Spec, scratch: Scratch, walker: Walker) -> None:
    """Walk all legs that end at place k (0 the entrance), whose walks are known, and note who steps where."""
    for leg in range(len(spec.legs)):
        if spec.legs[leg, 1] != k:
            continue
        other = spec.legs[leg, 0] - 1
        at = flat(scratch.access[other, 0], scratch.access[other, 1], floor)
        if walker.metres[at] == np.inf:
            continue
        scratch.bill[SOFT] += spec.weights[WALKING] * floor.cell_m * spec.load[leg] * walker.metres[at]
        while at >= 0:
            walker.density[at] += spec.load[leg]
            at = walker.previous[at]


@kernel
def _legs(floor: Floor, spec: Spec, scratch: Scratch, walker: Walker) -> None:
    _fill(walker.density, 0.0)
    source, ends = walker.sources[:1], walker.targets
    for k in range(len(scratch.access) + 1):
        count = 0
        for leg in range(len(spec.legs)):
            if spec.legs[leg, 1] == k:
                other = spec.legs[leg, 0] - 1
                ends[count] = flat(scratch.access[other, 0], scratch.access[other, 1], floor)
                count += 1
        if count > 0:
            if k > 0:
                source[0] = flat(scratch.access[k - 1, 0], scratch.access[k - 1, 1], floor)
                walk(source, ends[:count], walker, walker.metres)
            _legs_to(k, floor, spec, scratch, walker)


@kernel
def _passing(places: Ints, floor: Floor, spec: Spec, walker: Walker) -> float:
    """Price selling zones that visitors do not pass."""
    rows, columns = floor.from_door.shape
    near = max(1, round(SEEN_M / floor.cell_m))
    passed, count = 0.0, 0
    for i in range(len(places)):
        if not spec.selling[i]:
            continue
        count += 1
        most = 0.0
        for part in (0, 5):
            x, y, w, h = places[i, part], places[i, part + 1], places[i, part + 2], places[i, part + 3]
            for r in range(max(0, y - near), min(rows, y + h + near) if w > 0 else 0):
                for c in range(max(0, x - near), min(columns, x + w + near)):
                    most = max(most, walker.density[flat(r, c, floor)])
        passed += min(1.0, most)
    return float(spec.weights[EXPOSURE] * (1.0 - passed / count)) if count else 0.0


@uncounted
def real_price(
    places: Ints, floor: Floor, spec: Spec, scratch: Scratch, walker: Walker, steep: float, limit: float
) -> bool:
    """Price a state by real walks into ``scratch.bill``; False where ``steep`` · hard + soft exceeds ``limit``."""
    bill = scratch.bill
    if not price_still(places, floor, spec, scratch, steep, limit):
        return False
    _enter_all(places, floor, spec, scratch, walker)
    _from_entrance(floor, spec, scratch, walker)
    _legs(floor, spec, scratch, walker)
    bill[SOFT] += price_views(places, floor, spec) + _passing(places, floor, spec, walker)
    return bool(steep * bill[HARD] + bill[SOFT] <= limit)
