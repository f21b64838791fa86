"""Price a state of the annealing on the cells of the hall, compiled: `price`.

A state gives every zone a rectangle of cells and a front. Its price is

- hard, in steep steps: cells outside the buildable floor, overlaps, zones no wide enough walk from the entrance
  reaches, fronts people cannot stand at, exits cut off, counters away from their staff's zone;
- soft: metres a visitor walks (from the entrance the real way round all zones, between zones along the axes), rated
  closeness, square metres off target, floor no aisle reaches, backs without a wall, lines of sight cut.

The walker is a square as wide as the visitors' aisle: a position of it is open when the square holds no zone and no
obstacle, and a breadth-first search over the open positions gives reachability and distance at once. A trial whose
cheap parts already exceed what would be accepted is dropped before the search.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from layout.zones.cellwork import FloorArrays, Scratch, ZoneArrays, cells_in, contact, gap, shared, strip
from layout.zones.problem import Ints

OUT, OVERLAP, UNREACHED, FRONT_M, EXIT, BACK, FAR_M = 40.0, 40.0, 30.0, 6.0, 30.0, 12.0, 0.5
CAP_M = 10.0
HARD, SOFT = 0, 1
WALKING, CLOSENESS, AREA, DEAD_FLOOR, WALL, SIGHT, PARTITION, SHOPFRONT, REPELLED = range(9)
TERMS = ("walking", "closeness", "area", "dead_floor", "wall", "sight", "partition", "shopfront")


@njit(cache=True)
def open_back(places: Ints, i: int, floor: FloorArrays, spec: ZoneArrays) -> int:
    """Return the length of a zone's back that stands neither at a wall nor at an enclosed zone, cells."""
    x, y, w, h = strip(places[i], (places[i, 4] + 2) % 4, 1)
    length = w * h - cells_in(floor.blocked_sum, x, y, w, h)
    for j in range(len(places)):
        if j != i and (spec.enclosed[j] or spec.back_to[i, j]):
            length -= shared(x, y, w, h, places[j])
    return int(max(0, length))


@njit(cache=True)
def partition(places: Ints, i: int, floor: FloorArrays, spec: ZoneArrays) -> int:
    """Return the length of new walls round an enclosed zone, cells; walls two zones share count for the first."""
    length = 0
    for side in range(4):
        x, y, w, h = strip(places[i], side, 1)
        length += w * h - cells_in(floor.blocked_sum, x, y, w, h)
        for j in range(i):
            if spec.enclosed[j]:
                length -= shared(x, y, w, h, places[j])
    return max(0, length)


@njit(cache=True)
def hidden_window(place: Ints, floor: FloorArrays) -> int:
    """Return how many window cells a zone stands at."""
    return cells_in(floor.window_sum, place[0], place[1], place[2], place[3])


@njit(cache=True)
def _cut(ax: float, ay: float, bx: float, by: float, place: Ints) -> bool:
    """Tell whether the line from a to b passes through a zone (slab test)."""
    low, high = 0.0, 1.0
    for axis in range(2):
        start = ax if axis == 0 else ay
        step = (bx - ax) if axis == 0 else (by - ay)
        near, far = float(place[axis]), float(place[axis] + place[axis + 2])
        if abs(step) < 1e-9:
            if start <= near or start >= far:
                return False
            continue
        t0, t1 = (near - start) / step, (far - start) / step
        low, high = max(low, min(t0, t1)), min(high, max(t0, t1))
    return low < high - 1e-9


@njit(cache=True)
def _staff_side(places: Ints, i: int, floor: FloorArrays, spec: ZoneArrays) -> float:
    """Price a zone away from every zone that would give it its staff side."""
    need = floor.sizes[2]
    least, wanted = np.inf, False
    for j in range(len(places)):
        if spec.back_to[i, j]:
            wanted = True
            missing = max(0, need - contact(places[i], places[j]))
            cost = BACK * missing / need + (floor.cell_m * gap(places[i], places[j]) if missing > 0 else 0.0)
            least = min(least, cost)
    return float(least) if wanted else 0.0


@njit(cache=True)
def _alone(places: Ints, i: int, floor: FloorArrays, spec: ZoneArrays, bill: NDArray[np.float64]) -> None:
    """Price one zone where it stands."""
    m, weights = floor.cell_m, spec.weights
    x, y, w, h, front = places[i, 0], places[i, 1], places[i, 2], places[i, 3], places[i, 4]
    hard = OUT * m * m * cells_in(floor.closed_sum, x, y, w, h)
    cost = weights[AREA] * m * m * abs(w * h - spec.target[i])
    if spec.wall[i]:
        cost += weights[WALL] * m * open_back(places, i, floor, spec)
    if spec.enclosed[i]:
        cost += weights[PARTITION] * m * partition(places, i, floor, spec)
    if spec.enclosed[i] or not spec.public[i]:
        cost += weights[SHOPFRONT] * m * hidden_window(places[i], floor)
    if spec.full[i]:
        ax, ay, aw, ah = strip(places[i], front, 1)
        hard += FRONT_M * m * cells_in(floor.blocked_sum, ax, ay, aw, ah)
    hard += _staff_side(places, i, floor, spec)
    bill[HARD] += hard
    bill[SOFT] += cost


@njit(cache=True)
def _cheap(places: Ints, floor: FloorArrays, spec: ZoneArrays, bill: NDArray[np.float64]) -> None:
    """Price what needs no walk."""
    m, weights = floor.cell_m, spec.weights
    for i in range(len(places)):
        _alone(places, i, floor, spec, bill)
        for j in range(i):
            a = places[i]
            bill[HARD] += OVERLAP * m * m * shared(a[0], a[1], a[2], a[3], places[j])
            weight = spec.close[i + 1, j + 1]
            if weight != 0:
                far = m * gap(a, places[j])
                bill[SOFT] += weights[CLOSENESS] * weight * (far if weight > 0 else min(CAP_M, far))
    for k in range(1, len(places) + 1):
        for j in range(len(places) + 1):
            if spec.sees[k, j] and _blind(places, k - 1, j - 1, floor, spec):
                bill[SOFT] += weights[SIGHT]


@njit(cache=True)
def _blind(places: Ints, a: int, b: int, floor: FloorArrays, spec: ZoneArrays) -> bool:
    """Tell whether zone a cannot see zone b (−1 the entrance): from behind, or through an enclosed zone."""
    ax, ay = places[a, 0] + places[a, 2] / 2.0, places[a, 1] + places[a, 3] / 2.0
    bx, by = float(floor.sizes[4]), float(floor.sizes[3])
    if b >= 0:
        x, y, w, h = strip(places[b], places[b, 4], 2)
        bx, by = x + w / 2.0, y + h / 2.0
        angle = places[b, 4]
        sign = 1.0 if angle < 2 else -1.0
        ahead = (ax - bx) if angle % 2 == 0 else (ay - by)
        if sign * ahead < 0:
            return True
    hidden = False
    for e in range(len(places)):
        hidden = hidden or (spec.enclosed[e] and e not in (a, b) and _cut(ax, ay, bx, by, places[e]))
    return hidden


@njit(cache=True)
def _paint(places: Ints, floor: FloorArrays, scratch: Scratch) -> None:
    """Mark free cells outside zones in ``cover`` and note the largest open square above and right of each cell."""
    rows, columns = scratch.steps.shape
    cover, square = scratch.cover, scratch.square
    for r in range(rows):
        for c in range(columns):
            cover[r, c] = floor.open[r, c]
    for i in range(len(places)):
        for r in range(places[i, 1], places[i, 1] + places[i, 3]):
            for c in range(places[i, 0], places[i, 0] + places[i, 2]):
                cover[r, c] = 0
    for r in range(rows - 1, -1, -1):
        right, corner = 0, 0
        for c in range(columns - 1, -1, -1):
            above = square[r + 1, c]
            size = 0
            if cover[r, c]:
                size = min(right, above, corner) + 1
            corner = above
            right = size
            square[r, c] = size


@njit(cache=True)
def _search(places: Ints, floor: FloorArrays, scratch: Scratch) -> None:
    """Walk from the entrance: steps to every position of the walker; −1 where it cannot be."""
    _paint(places, floor, scratch)
    k = floor.sizes[0]
    rows, columns = scratch.steps.shape
    steps, queue, square = scratch.steps, scratch.queue, scratch.square
    for r in range(rows):
        for c in range(columns):
            steps[r, c] = -1
    tail = 0
    for s in range(len(floor.start)):
        r, c = floor.start[s, 0], floor.start[s, 1]
        if square[r, c] >= k:
            steps[r, c] = 0
            queue[tail, 0], queue[tail, 1] = r, c
            tail += 1
    head = 0
    while head < tail:
        r, c = queue[head, 0], queue[head, 1]
        head += 1
        next_step = steps[r, c] + 1
        for dr, dc in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            r2, c2 = r + dr, c + dc
            if 0 <= r2 < rows and 0 <= c2 < columns and steps[r2, c2] < 0 and square[r2, c2] >= k:
                steps[r2, c2] = next_step
                queue[tail, 0], queue[tail, 1] = r2, c2
                tail += 1


@njit(cache=True)
def _position(place: Ints, s: int, k: int) -> tuple[int, int]:
    """Return row and column of a k × k square flush with a zone's front, ``s`` cells along it."""
    x, y, w, h, front = place[0], place[1], place[2], place[3], place[4]
    if front == 0:
        return y + s, x + w
    if front == 1:
        return y + h, x + s
    if front == 2:
        return y + s, x - k
    return y - k, x + s


@njit(cache=True)
def _open(place: Ints, floor: FloorArrays, scratch: Scratch) -> tuple[int, int, int, int]:
    """Return the nearest reached position at a zone's front (row, column, steps; −1 none), and how many are reached.

    The walker must stand before the front with more than half its width, and a turning circle must fit there.
    """
    k = floor.sizes[0]
    rows, columns = scratch.steps.shape
    length = place[3] if place[4] % 2 == 0 else place[2]
    best, at_r, at_c, count = -1, -1, -1, 0
    for s in range(-(k // 2), length - k + k // 2 + 1):
        r, c = _position(place, s, k)
        if r < 0 or c < 0 or r >= rows or c >= columns or scratch.steps[r, c] < 0:
            continue
        if 0 <= s <= length - k:
            count += 1
        nearer = best < 0 or scratch.steps[r, c] < best
        if nearer and _turns(r, c, place[4], floor, scratch):
            best, at_r, at_c = scratch.steps[r, c], r, c
    return at_r, at_c, best, count


@njit(cache=True)
def _turns(r: int, c: int, front: int, floor: FloorArrays, scratch: Scratch) -> bool:
    """Tell whether a turning circle fits over a position of the walker, flush with the front."""
    k, t = floor.sizes[0], floor.sizes[1]
    rows, columns = scratch.steps.shape
    for shift in range(t - k + 1):
        r0 = r - shift if front % 2 == 0 else (r if front == 1 else r - (t - k))
        c0 = c - shift if front % 2 == 1 else (c if front == 0 else c - (t - k))
        if 0 <= r0 < rows and 0 <= c0 < columns and scratch.square[r0, c0] >= t:
            return True
    return False


@njit(cache=True)
def _barred(x: int, y: int, w: int, h: int, scratch: Scratch) -> float:
    """Return the share of a strip that is blocked or outside the hall."""
    rows, columns = scratch.steps.shape
    x0, y0, x1, y1 = max(0, x), max(0, y), min(columns, x + w), min(rows, y + h)
    if x1 <= x0 or y1 <= y0:
        return 1.0
    free = 0
    for r in range(y0, y1):
        for c in range(x0, x1):
            free += scratch.cover[r, c]
    return 1.0 - free / (w * h)


@njit(cache=True)
def _reach(places: Ints, i: int, floor: FloorArrays, spec: ZoneArrays, scratch: Scratch) -> None:
    """Price how one zone is reached, and note where."""
    m, k, weights = floor.cell_m, floor.sizes[0], spec.weights
    r, c, steps, count = _open(places[i], floor, scratch)
    length = places[i, 3] if places[i, 4] % 2 == 0 else places[i, 2]
    hard = 0.0
    if steps < 0:
        x, y, w, h = strip(places[i], places[i, 4], k)
        hard += UNREACHED * (0.5 + 0.5 * _barred(x, y, w, h, scratch))
        r, c = y + h // 2 - k // 2, x + w // 2 - k // 2
        steps = abs(r - floor.sizes[3]) + abs(c - floor.sizes[4])
    elif spec.full[i]:
        hard += FRONT_M * m * max(0, length - k + 1 - count)
    scratch.access[i, 0], scratch.access[i, 1], scratch.access[i, 2] = r, c, steps
    cost = weights[WALKING] * m * steps * (spec.flow[0, i + 1] + spec.flow[i + 1, 0])
    weight = spec.close[0, i + 1]
    cost += weights[CLOSENESS] * weight * (m * steps if weight > 0 else min(CAP_M, m * steps))
    if spec.within[i] > 0:
        cost += FAR_M * max(0.0, m * steps - spec.within[i])
    scratch.bill[HARD] += hard
    scratch.bill[SOFT] += cost


@njit(cache=True)
def _exits(floor: FloorArrays, scratch: Scratch) -> float:
    """Price exits that the walker cannot reach."""
    cost = 0.0
    e = 0
    while e < len(floor.exits):
        name, met = floor.exits[e, 0], False
        while e < len(floor.exits) and floor.exits[e, 0] == name:
            met = met or scratch.steps[floor.exits[e, 1], floor.exits[e, 2]] >= 0
            e += 1
        if not met:
            cost += EXIT
    return cost


@njit(cache=True)
def _walks(places: Ints, floor: FloorArrays, spec: ZoneArrays, scratch: Scratch) -> None:
    """Price reachability and walking after a search."""
    n = len(places)
    m, weights, access = floor.cell_m, spec.weights, scratch.access
    for i in range(n):
        _reach(places, i, floor, spec, scratch)
    for i in range(n):
        for j in range(n):
            if spec.flow[i + 1, j + 1] > 0:
                far = abs(access[i, 0] - access[j, 0]) + abs(access[i, 1] - access[j, 1])
                scratch.bill[SOFT] += weights[WALKING] * m * far * spec.flow[i + 1, j + 1]
    scratch.bill[HARD] += _exits(floor, scratch)


@njit(cache=True)
def _dead(floor: FloorArrays, scratch: Scratch) -> int:
    """Count free cells outside all zones that the walker never covers; ``cover`` is used up."""
    rows, columns = scratch.steps.shape
    k = floor.sizes[0]
    cover, steps = scratch.cover, scratch.steps
    for r in range(rows):
        for c in range(columns):
            if steps[r, c] >= 0:
                r0 = r + k - 1 if r > 0 and steps[r - 1, c] >= 0 else r
                c0 = c + k - 1 if c > 0 and steps[r, c - 1] >= 0 else c
                for r2 in range(r0, r + k):
                    for c2 in range(c0, c + k):
                        cover[r2, c2] = 0
    dead = 0
    for r in range(rows):
        for c in range(columns):
            dead += cover[r, c]
    return dead


@njit(cache=True)
def _least_walk(places: Ints, floor: FloorArrays, spec: ZoneArrays) -> float:
    """Return what the walks cost at least: no walk is shorter than the gap along the axes."""
    m, weights = floor.cell_m, spec.weights
    row, column, slack = floor.sizes[3], floor.sizes[4], floor.sizes[5]
    least = -weights[CLOSENESS] * CAP_M * spec.weights[REPELLED]
    for i in range(len(places)):
        x, y, w, h = places[i, 0], places[i, 1], places[i, 2], places[i, 3]
        far = max(0, x - column, column - x - w) + max(0, y - row, row - y - h) - slack
        if far > 0:
            pull = weights[WALKING] * (spec.flow[0, i + 1] + spec.flow[i + 1, 0])
            least += m * far * (pull + weights[CLOSENESS] * max(0.0, spec.close[0, i + 1]))
        for j in range(i):
            flow = spec.flow[i + 1, j + 1] + spec.flow[j + 1, i + 1]
            if flow > 0:
                near = gap(places[i], places[j]) - 2 * floor.sizes[0]
                least += weights[WALKING] * m * flow * max(0, near)
    return float(least)


@njit(cache=True)
def price(places: Ints, floor: FloorArrays, spec: ZoneArrays, scratch: Scratch, steep: float, limit: float) -> bool:
    """Price a state into ``scratch.bill``; False where ``steep`` · hard + soft surely exceeds ``limit``."""
    bill = scratch.bill
    bill[HARD], bill[SOFT] = 0.0, 0.0
    _cheap(places, floor, spec, bill)
    if steep * bill[HARD] + bill[SOFT] + _least_walk(places, floor, spec) > limit:
        return False
    _search(places, floor, scratch)
    _walks(places, floor, spec, scratch)
    if steep * bill[HARD] + bill[SOFT] > limit:
        return False
    bill[SOFT] += spec.weights[DEAD_FLOOR] * floor.cell_m**2 * _dead(floor, scratch)
    return bool(steep * bill[HARD] + bill[SOFT] <= limit)
