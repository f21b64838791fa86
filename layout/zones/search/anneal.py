"""Find arrangements of a hall's zones by annealing, in threads: `anneal`.

Hard rules cost little at the start, so that zones can pass through each other, and their full price at the end. Each
run keeps the best state that costs nothing by hard rules, or the best of all. Runs know nothing of each other and
their results are read in order: any number of threads gives the same bytes. The random numbers are our own
(`layout.zones.draws`), so a seed gives the same plan on every machine.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layout.zones.draws import draw
from layout.zones.problem import Floats, Ints, PackProblem, Placement
from layout.zones.search.arrays import Floor, Scratch, Spec, make_floor, make_scratch, make_spec
from layout.zones.search.insert import Room, make_room, reinsert
from layout.zones.search.moves import State, move
from layout.zones.search.price import HARD, SOFT, price
from layout.zones.search.walks import Walker, make_walker, real_price
from outlet.compiled import compiled

STEEPEST, RISE = 2.5, 0.7
TRUSTED, SLACK, PATIENCE = 2.0, 0.5, 100
REFINED, SHARE = 4, 0.62


class Plan(NamedTuple):
    """How a run goes: trials; warmth at the start and the end; the share of their price at which hard rules start; how
    far zones jump at the start; the share of trials that put zones in anew; whether all is priced by real walks.
    """

    steps: int
    warmest: float
    coldest: float
    gentlest: float
    jump: float
    inserted: float
    real: bool


class Rooms(NamedTuple):
    """Room for one run to work in."""

    scratch: Scratch
    walker: Walker
    room: Room


def make_rooms(problem: PackProblem) -> Rooms:
    """Return the room for one run."""
    return Rooms(make_scratch(problem), make_walker(problem), make_room(problem))


FRESH = Plan(steps=0, warmest=4.0, coldest=0.1, gentlest=0.1, jump=1.0, inserted=0.04, real=False)
REPAIR = FRESH._replace(warmest=2.0, gentlest=0.2)
REFINE = Plan(steps=0, warmest=1.0, coldest=0.05, gentlest=STEEPEST, jump=0.3, inserted=0.2, real=True)


@dataclass(frozen=True)
class Found:
    """A state that a run ended with; ``hard`` and ``soft`` are its prices by real walks."""

    hard: float
    soft: float
    places: Ints

    @property
    def placement(self) -> Placement:
        """Its placement."""
        return Placement(self.places[:, :5].copy(), self.places[:, 5:].copy())


@compiled
def _vary(places: Ints, floor: Floor, spec: Spec, rooms: Rooms, plan: Plan, left: float, state: State) -> bool:
    """Change a state, with the share ``left`` of the trials still to come; False where what came out is none."""
    if draw(state) < plan.inserted:
        return reinsert(places, floor, spec, rooms.scratch, rooms.walker, rooms.room, state)
    return move(places, floor, spec, plan.jump * left, state)


@compiled
def _note(places: Ints, bill: Floats, best: Ints, prices: Floats) -> None:
    """Keep a state as the best where it is cheaper than the best so far."""
    if STEEPEST * bill[HARD] + bill[SOFT] < STEEPEST * prices[HARD] + prices[SOFT]:
        prices[:] = bill
        best[:] = places


@compiled
def _anneal(
    places: Ints, floor: Floor, spec: Spec, rooms: Rooms, plan: Plan, stop: NDArray[np.uint8], seed: int
) -> tuple[float, float]:
    """Anneal in place; return the hard and the soft price of the best state by real walks, left in ``places``.

    By estimated walks, once hard rules cost their full price, a state that looks better than any before is walked,
    and refused where the real walks are much longer than estimated; none is walked for a while then. The run ends
    when another thread sets ``stop``.
    """
    scratch, walker = rooms.scratch, rooms.walker
    state = np.array([np.uint64(seed)], dtype=np.uint64)
    price(places, floor, spec, scratch, 1.0, np.inf)
    guess_hard, guess_soft = scratch.bill[HARD], scratch.bill[SOFT]
    real_price(places, floor, spec, scratch, walker, 1.0, np.inf)
    best, prices = places.copy(), scratch.bill.copy()
    hard, soft = (prices[HARD], prices[SOFT]) if plan.real else (guess_hard, guess_soft)
    lowest, patient = np.inf, 0
    trial = places.copy()
    cooling = (plan.coldest / plan.warmest) ** (1.0 / plan.steps)
    warmth = plan.warmest
    for step in range(plan.steps):
        if stop[0]:
            break
        warmth *= cooling
        steep = min(STEEPEST, plan.gentlest + (STEEPEST - plan.gentlest) * step / (RISE * plan.steps))
        trial[:] = places
        if not _vary(trial, floor, spec, rooms, plan, 1.0 - step / plan.steps, state) or (trial == places).all():
            continue
        more = -warmth * np.log(draw(state) + 1e-300)
        limit = steep * hard + soft + more
        guessed = steep * guess_hard + guess_soft + more + SLACK if plan.real else limit
        if not price(trial, floor, spec, scratch, steep, guessed):
            continue
        new_hard, new_soft = scratch.bill[HARD], scratch.bill[SOFT]
        promising = steep >= 1.0 and STEEPEST * new_hard + new_soft < lowest
        if plan.real or (promising and step >= patient):
            seen = real_price(trial, floor, spec, scratch, walker, steep, limit if plan.real else np.inf)
            real_hard, real_soft = scratch.bill[HARD], scratch.bill[SOFT]
            _note(trial, scratch.bill, best, prices)
            if plan.real and not seen:
                continue
            if not plan.real:
                if real_hard + real_soft > new_hard + new_soft + TRUSTED:
                    patient = step + PATIENCE
                    continue
                lowest = STEEPEST * new_hard + new_soft
        elif promising:
            continue
        places[:] = trial
        guess_hard, guess_soft = new_hard, new_soft
        hard, soft = (real_hard, real_soft) if plan.real else (new_hard, new_soft)
    real_price(places, floor, spec, scratch, walker, 1.0, np.inf)
    _note(places, scratch.bill, best, prices)
    places[:] = best
    return prices[HARD], prices[SOFT]


def anneal(
    problem: PackProblem,
    *,
    steps: int,
    restarts: int,
    seed: int,
    workers: int = 1,
    until: float = np.inf,
    start: Placement | None = None,
) -> list[Found]:
    """Return the best arrangements, each once, the best first.

    Parameters
    ----------
    problem
        What to arrange.
    steps
        Trials of a restart. The best few are annealed once more by real walks, with an eighth of the trials.
    restarts
        How many times to start anew.
    seed
        Of all random choices.
    workers
        Threads; they change nothing but the time.
    until
        Time of ``time.perf_counter`` at which runs end with the best they have; those by real walks begin earlier.
    start
        A placement to begin from: then no run begins elsewhere, and none is very warm.
    """
    floor, spec = make_floor(problem), make_spec(problem)
    began = time.perf_counter()

    def rounds(plan: Plan, starts: Sequence[Ints], first: int, end: float) -> list[Found]:
        stop = np.zeros(1, dtype=np.uint8)
        with _clock(stop, end), ThreadPoolExecutor(workers) as pool:

            def run(number: int) -> Found | None:
                if stop[0] and first + number > 0:
                    return None
                places = starts[number]
                prices = _anneal(places, floor, spec, make_rooms(problem), plan, stop, seed * 1000 + first + number)
                return Found(*prices, places)

            return [found for found in pool.map(run, range(len(starts))) if found is not None]

    half = began + SHARE * (until - began)
    if start is None:
        starts = [start_state(problem, seed * 1000 + number) for number in range(restarts)]
        pooled = in_order(rounds(FRESH._replace(steps=steps), starts, 0, half))
    else:
        pooled = in_order(rounds(REPAIR._replace(steps=steps), [state_of(start) for _ in range(restarts)], 0, half))
    best = [found.places.copy() for found in pooled[:REFINED]]
    return in_order([*rounds(REFINE._replace(steps=steps // 8), best, restarts, until), *pooled])


@contextmanager
def _clock(stop: NDArray[np.uint8], end: float) -> Iterator[None]:
    """Set ``stop`` at a time of ``time.perf_counter``."""
    if end == np.inf:
        yield
        return
    timer = Timer(max(0.0, end - time.perf_counter()), stop.fill, (1,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def in_order(found: Sequence[Found]) -> list[Found]:
    """Return states by price, each once."""
    unique = {item.places.tobytes(): item for item in found}
    return [unique[key] for key in sorted(unique, key=lambda key: (_total(unique[key]), key))]


def _total(found: Found) -> float:
    return round(STEEPEST * found.hard + found.soft, 9)


def state_of(placement: Placement) -> Ints:
    """Return a placement as the compiled functions read it."""
    return np.hstack([placement.places, placement.wings]).astype(np.int64)


def start_state(problem: PackProblem, seed: int) -> Ints:
    """Return every zone at a random place, in its shape nearest to target; locked ones where they are."""
    random = np.random.default_rng(seed)
    rows, columns = problem.ground.free.shape
    places = np.zeros((problem.count, 9), dtype=np.int64)
    for i, shapes in enumerate(problem.shapes):
        if problem.is_locked(i):
            places[i, :5] = problem.locked[i]
            continue
        front, u, v = _first_shape(shapes, int(problem.target[i]), (rows, columns), random)
        w, h = (v, u) if front % 2 == 0 else (u, v)
        places[i, :5] = (random.integers(columns - w + 1), random.integers(rows - h + 1), w, h, front)
    return places


def _first_shape(shapes: Ints, target: int, size: tuple[int, int], random: np.random.Generator) -> tuple[int, int, int]:
    """Return a front at random and the shape nearest to target that fits the grid with it."""
    rows, columns = size
    fitting = [
        (front, shapes[(shapes[:, 0] <= along) & (shapes[:, 1] <= across)])
        for front in range(4)
        for along, across in [(rows, columns) if front % 2 == 0 else (columns, rows)]
    ]
    front, fits = [(front, fits) for front, fits in fitting if len(fits)][
        int(random.integers(sum(len(fits) > 0 for _, fits in fitting)))
    ]
    u, v = fits[int(np.argmin(np.abs(fits[:, 0] * fits[:, 1] - target)))]
    return front, int(u), int(v)
