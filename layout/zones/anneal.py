"""Find arrangements of a hall's zones by annealing on its cells: `anneal`.

Each trial moves, slides, turns, resizes or swaps zones; `layout.zones.price` prices it. Real walks of staff (narrower)
and between zones are priced afterwards, on the few best (literature: anneal on rectilinear distances, re-rank by real
ones).

The random numbers are our own (`layout.zones.draws`), so the same seed gives the same plan on every machine.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from layout.floor.walk import touching
from layout.zones.cellwork import FloorArrays, Scratch, ZoneArrays, cells_in, shared, strip
from layout.zones.draws import draw, pick
from layout.zones.price import HARD, SOFT, TERMS, price
from layout.zones.problem import Ints, PackProblem, Placement

COLDEST, RISE = 0.02, 0.7
FRESH = (10.0, 0.05)
AGAIN = (2.0, 0.2)
KEPT = 2


@njit(cache=True)
def _clamp(place: Ints, rows: int, columns: int) -> None:
    place[0] = max(0, min(columns - place[2], place[0]))
    place[1] = max(0, min(rows - place[3], place[1]))


@njit(cache=True)
def _slide(places: Ints, i: int, side: int, floor: FloorArrays) -> None:
    """Move a zone to a side until an obstacle or another zone stops it."""
    dx = 1 if side == 0 else (-1 if side == 2 else 0)
    dy = 1 if side == 1 else (-1 if side == 3 else 0)
    for _ in range(max(floor.blocked.shape)):
        x, y, w, h = strip(places[i], side, 1)
        if cells_in(floor.closed_sum, x, y, w, h) > 0:
            return
        for j in range(len(places)):
            if j != i and shared(x, y, w, h, places[j]) > 0:
                return
        places[i, 0] += dx
        places[i, 1] += dy


@njit(cache=True)
def _reshape(place: Ints, i: int, spec: ZoneArrays, state: NDArray[np.uint64]) -> None:
    """Give a zone one of its shapes, keeping its middle where cells allow."""
    shape = spec.shapes[spec.first[i] + pick(state, spec.first[i + 1] - spec.first[i])]
    w, h = (shape[0], shape[1]) if place[4] % 2 == 1 else (shape[1], shape[0])
    place[0] += (place[2] - w) // 2
    place[1] += (place[3] - h) // 2
    place[2], place[3] = w, h


@njit(cache=True)
def _stretch(place: Ints, i: int, spec: ZoneArrays, state: NDArray[np.uint64]) -> None:
    """Move one side of a zone by one or two cells, where that gives one of its shapes."""
    side = pick(state, 4)
    by = 1 + pick(state, 2)
    by = by if draw(state) < 0.5 else -by
    w = place[2] + (by if side % 2 == 0 else 0)
    h = place[3] + (by if side % 2 == 1 else 0)
    u, v = (w, h) if place[4] % 2 == 1 else (h, w)
    for at in range(spec.first[i], spec.first[i + 1]):
        if spec.shapes[at, 0] == u and spec.shapes[at, 1] == v:
            place[2], place[3] = w, h
            if side == 2:
                place[0] -= by
            elif side == 3:
                place[1] -= by
            return


@njit(cache=True)
def _attach(place: Ints, other: Ints, state: NDArray[np.uint64]) -> None:
    """Put a zone beside another, somewhere along one of its sides."""
    side = pick(state, 4)
    across = 1 if side % 2 == 0 else 0
    along = 1 - across
    place[across] = (
        other[across] - place[across + 2] + 4 + pick(state, max(1, other[across + 2] + place[across + 2] - 7))
    )
    place[along] = other[along] + other[along + 2] if side < 2 else other[along] - place[along + 2]


@njit(cache=True)
def _swap(a: Ints, b: Ints) -> None:
    """Exchange the middles of two zones."""
    ax, ay = 2 * a[0] + a[2], 2 * a[1] + a[3]
    bx, by = 2 * b[0] + b[2], 2 * b[1] + b[3]
    a[0], a[1] = (bx - a[2]) // 2, (by - a[3]) // 2
    b[0], b[1] = (ax - b[2]) // 2, (ay - b[3]) // 2


@njit(cache=True)
def _move(places: Ints, floor: FloorArrays, spec: ZoneArrays, heat: float, state: NDArray[np.uint64]) -> None:
    """Change one or two zones at random."""
    n = len(places)
    rows, columns = floor.blocked.shape[0] - 2, floor.blocked.shape[1] - 2
    i, j = pick(state, n), pick(state, n)
    if spec.locked[i]:
        return
    kind = draw(state)
    place = places[i]
    x0, y0, w0, h0, front0 = place[0], place[1], place[2], place[3], place[4]
    if kind < 0.60:
        _change(place, i, spec, heat, kind, state)
    elif kind < 0.68:
        _reshape(place, i, spec, state)
    elif kind < 0.73:
        place[0], place[1] = pick(state, columns), pick(state, rows)
    elif kind < 0.78 and j != i and (spec.back_to[i, j] or spec.back_to[j, i] or spec.close[i + 1, j + 1] > 0):
        _attach(place, places[j], state)
    elif kind < 0.86 and j != i and not spec.locked[j]:
        _swap(place, places[j])
        _clamp(places[j], rows, columns)
    _clamp(place, rows, columns)
    if place[2] > columns or place[3] > rows:
        place[0], place[1], place[2], place[3], place[4] = x0, y0, w0, h0, front0
    elif kind >= 0.86 or draw(state) < 0.2:
        _slide(places, i, pick(state, 4), floor)


@njit(cache=True)
def _change(place: Ints, i: int, spec: ZoneArrays, heat: float, kind: float, state: NDArray[np.uint64]) -> None:
    """Shift, stretch or turn a zone."""
    if kind < 0.30:
        reach = 1 + int(heat * 16)
        place[0] += pick(state, 2 * reach + 1) - reach
        place[1] += pick(state, 2 * reach + 1) - reach
    elif kind < 0.50:
        _stretch(place, i, spec, state)
    else:
        place[4] = (place[4] + 1 + pick(state, 3)) % 4
        _reshape(place, i, spec, state)


@njit(cache=True)
def _copy(source: Ints, target: Ints) -> None:
    for i in range(len(source)):
        for part in range(5):
            target[i, part] = source[i, part]


@njit(cache=True)
def _anneal(
    places: Ints, floor: FloorArrays, spec: ZoneArrays, scratch: Scratch, plan: tuple[int, float, float], seed: int
) -> float:
    """Anneal in place; return the price of the best state, which is left in ``places``.

    ``plan`` is the number of trials, the warmth at the start, and the share of their full price at which hard rules
    start: zones can then pass through each other.
    """
    steps, warmest, gentlest = plan
    state = np.array([np.uint64(seed)], dtype=np.uint64)
    price(places, floor, spec, scratch, 1.0, np.inf)
    hard, soft = scratch.bill[HARD], scratch.bill[SOFT]
    best, best_price = places.copy(), hard + soft
    trial = places.copy()
    cooling = (COLDEST / warmest) ** (1.0 / steps)
    warmth = warmest
    for step in range(steps):
        warmth *= cooling
        steep = min(1.0, gentlest + (1.0 - gentlest) * step / (RISE * steps))
        _copy(places, trial)
        _move(trial, floor, spec, 1.0 - step / steps, state)
        limit = steep * hard + soft - warmth * np.log(draw(state) + 1e-300)
        if price(trial, floor, spec, scratch, steep, limit):
            _copy(trial, places)
            hard, soft = scratch.bill[HARD], scratch.bill[SOFT]
            if hard + soft < best_price:
                best_price = hard + soft
                _copy(places, best)
    _copy(best, places)
    return float(best_price)


def anneal(problem: PackProblem, *, steps: int, restarts: int, seed: int) -> list[tuple[float, Placement]]:
    """Return the best arrangements with their prices, the best first, each once.

    Parameters
    ----------
    problem
        What to arrange.
    steps
        Trials of a restart; the best two are annealed once more with twice as many, less warm.
    restarts
        How many times to start anew.
    seed
        Of all random choices.
    """
    arrays = floor_arrays(problem), zone_arrays(problem), make_scratch(problem)
    found: dict[bytes, tuple[float, Placement]] = {}

    def run(places: Ints, plan: tuple[int, float, float], number: int) -> None:
        cost = float(_anneal(places, *arrays, plan, seed * 1000 + number))
        found.setdefault(places.tobytes(), (cost, Placement(places)))

    for restart in range(restarts):
        run(start_places(problem, seed * 1000 + restart), (steps, *FRESH), restart)
    for number, (_, best) in enumerate(_in_order(found)[:KEPT], start=restarts):
        run(best.places.copy(), (2 * steps, *AGAIN), number)
    return _in_order(found)


def _in_order(found: dict[bytes, tuple[float, Placement]]) -> list[tuple[float, Placement]]:
    return [found[key] for key in sorted(found, key=lambda key: (round(found[key][0], 9), key))]


def make_scratch(problem: PackProblem) -> Scratch:
    """Return the room that pricing works in."""
    rows, columns = problem.ground.free.shape
    return Scratch(
        square=np.zeros((rows + 1, columns + 1), dtype=np.int32),
        steps=np.zeros((rows, columns), dtype=np.int32),
        queue=np.zeros((rows * columns + 1, 2), dtype=np.int32),
        cover=np.zeros((rows, columns), dtype=np.int32),
        access=np.zeros((problem.count, 3), dtype=np.int64),
        bill=np.zeros(2),
    )


def start_places(problem: PackProblem, seed: int) -> Ints:
    """Return every zone at a random place, in its shape nearest to target; locked ones where they are."""
    random = np.random.default_rng(seed)
    rows, columns = problem.ground.free.shape
    places = np.zeros((problem.count, 5), dtype=np.int64)
    for i, shapes in enumerate(problem.shapes):
        if problem.is_locked(i):
            places[i] = problem.locked[i]
            continue
        u, v = shapes[np.argmin(np.abs(shapes[:, 0] * shapes[:, 1] - problem.target[i]))]
        fronts = [f for f in range(4) if (v <= columns and u <= rows if f % 2 == 0 else u <= columns and v <= rows)]
        front = fronts[int(random.integers(len(fronts)))]
        w, h = (v, u) if front % 2 == 0 else (u, v)
        places[i] = (random.integers(columns - w + 1), random.integers(rows - h + 1), w, h, front)
    return places


def floor_arrays(problem: PackProblem) -> FloorArrays:
    """Return the floor as the compiled functions read it."""
    ground = problem.ground
    k = ground.aisle_public
    blocked = np.pad(~ground.free, 1, constant_values=True).astype(np.uint8)
    closed = np.pad(~ground.buildable, 1, constant_values=True)
    exits = [(e, int(r), int(c)) for e, mask in enumerate(ground.exits) for r, c in np.argwhere(touching(mask, k))]
    middle = np.argwhere(ground.entrance).mean(axis=0).round()
    start = np.argwhere(touching(ground.entrance, k)).astype(np.int64)
    slack = int(np.abs(start - middle).sum(axis=1).max()) + 2 * k
    sizes = [k, max(k, ground.turning), ground.aisle_staff, middle[0], middle[1], slack]
    return FloorArrays(
        blocked=blocked,
        open=ground.free.astype(np.int32),
        blocked_sum=_table(blocked > 0),
        closed_sum=_table(closed),
        window_sum=_table(np.pad(ground.windows, 1)),
        start=start,
        exits=np.array(exits, dtype=np.int64).reshape(-1, 3),
        sizes=np.array(sizes, dtype=np.int64),
        cell_m=ground.cell_m,
    )


def _table(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    table = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), dtype=np.int32)
    table[1:, 1:] = mask.cumsum(axis=0).cumsum(axis=1)
    return table


def zone_arrays(problem: PackProblem) -> ZoneArrays:
    """Return the zones as the compiled functions read them."""
    flow = problem.flow / max(float(problem.flow[0].sum()), 1e-9)
    repelled = float(-np.minimum(problem.closeness[0], 0).sum())
    weights = np.array([*(problem.weights.get(name, 0.0) for name in TERMS), repelled])
    return ZoneArrays(
        shapes=np.concatenate(problem.shapes).astype(np.int64),
        first=np.concatenate([[0], np.cumsum([len(shapes) for shapes in problem.shapes])]).astype(np.int64),
        target=problem.target.astype(np.int64),
        public=problem.public.astype(np.uint8),
        full=problem.full_front.astype(np.uint8),
        wall=problem.wall.astype(np.uint8),
        enclosed=problem.enclosed.astype(np.uint8),
        back_to=problem.back_to.astype(np.uint8),
        within=problem.entrance_within.astype(np.float64),
        locked=(problem.locked[:, 0] >= 0).astype(np.uint8),
        flow=flow,
        close=problem.closeness.astype(np.float64),
        sees=problem.sees.astype(np.uint8),
        weights=weights,
    )
