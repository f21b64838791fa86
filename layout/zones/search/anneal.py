"""Find arrangements of a hall's zones by annealing, in threads: `anneal`.

Hard rules cost little at the start, so that zones can pass through each other, and their full price at the end. Each
run keeps the best state that costs nothing by hard rules, or the best of all. Runs know nothing of each other and
their results are read in order: any number of threads gives the same bytes. The random numbers are our own
(`outlet.draws`), so a seed gives the same plan on every machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event, Thread
from typing import NamedTuple

import numpy as np

from layout.zones.problem import Floats, Ints, PackProblem, Placement
from layout.zones.search.arrays import Floor, Spec, make_floor, make_spec
from layout.zones.search.bits import copy_board
from layout.zones.search.coarse import coarsen
from layout.zones.search.insert import reinsert
from layout.zones.search.moves import move
from layout.zones.search.price import HARD, SOFT, price
from layout.zones.search.room import Rooms, make_rooms
from layout.zones.search.slices import make_slicing, slice_hall
from layout.zones.search.walks import real_price
from outlet.compiled import compiled, compiling_seconds, kernel
from outlet.draws import draw

STEEPEST, RISE = 2.5, 0.7
SLACK = 0.5
TICK, SHORT = 0.02, 30.0


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


FRESH = Plan(steps=0, warmest=4.0, coldest=0.1, gentlest=1.0, jump=1.0, inserted=0.6, real=False)
REHEAT = FRESH._replace(warmest=2.0, jump=0.7)
AGAIN = FRESH._replace(warmest=1.0, gentlest=STEEPEST, jump=0.5)
REPAIR = AGAIN
REFINE = Plan(steps=0, warmest=1.0, coldest=0.05, gentlest=STEEPEST, jump=0.3, inserted=0.3, real=True)


class Stage(NamedTuple):
    """Runs that go on from the best states so far: how, how many, from how many, with which part of the trials, and
    by which share of the time they end.
    """

    plan: Plan
    runs: int
    parents: int
    part: float
    until: float


FIRST, LARGE = 0.4, 24_000
STAGES = (Stage(REHEAT, 4, 4, 2, 0.62), Stage(AGAIN, 2, 2, 2, 0.82), Stage(REFINE, 2, 1, 8, 1.0))
AFTER_REPAIR = STAGES[1:]
SLICES, SLICES_KEPT, SLICE_STEPS = 8, 4, 2
SLICING, SLICED = 0.4, 0.2
"""How many plans by cuts, how many go on, trials of each for one of a run; shares of the time of the first runs."""


@dataclass(frozen=True)
class Found:
    """A state that a run ended with; ``hard`` and ``soft`` are its prices by real walks.

    ``timed`` where the clock changed the run, or kept another from beginning.
    """

    hard: float
    soft: float
    places: Ints
    timed: bool = False

    @property
    def placement(self) -> Placement:
        """Its placement."""
        return Placement(self.places[:, :5].copy(), self.places[:, 5:].copy())


@kernel
def _same(one: Ints, other: Ints) -> bool:
    """Tell whether two states are one."""
    for i in range(one.shape[0]):
        for value in range(one.shape[1]):
            if one[i, value] != other[i, value]:
                return False
    return True


@kernel
def _note(places: Ints, bill: Floats, best: Ints, prices: Floats) -> None:
    """Keep a state as the best where it is cheaper than the best so far."""
    if STEEPEST * bill[HARD] + bill[SOFT] < STEEPEST * prices[HARD] + prices[SOFT]:
        prices[HARD], prices[SOFT] = bill[HARD], bill[SOFT]
        copy_board(places, best)


@compiled
def _anneal(
    places: Ints, floor: Floor, spec: Spec, rooms: Rooms, plan: Plan, clock: Floats, seed: int
) -> tuple[float, float, bool]:
    """Anneal in place; return the hard and the soft price of the best state by real walks, left in ``places``.

    The third returned is whether the clock cooled or ended the run.

    By estimated walks, once hard rules cost their full price, a state that looks better than any before is walked.
    Another thread writes into ``clock`` which share of the run's time is spent, and the run cools and ends by it.
    """
    scratch, walker = rooms.scratch, rooms.walker
    state = np.array([np.uint64(seed)], dtype=np.uint64)
    price(places, floor, spec, scratch, 1.0, np.inf)
    guess_hard, guess_soft = scratch.bill[HARD], scratch.bill[SOFT]
    real_price(places, floor, spec, scratch, walker, 1.0, np.inf)
    best, prices = places.copy(), scratch.bill.copy()
    hard, soft = (prices[HARD], prices[SOFT]) if plan.real else (guess_hard, guess_soft)
    lowest, timed = np.inf, False
    trial = places.copy()
    for step in range(plan.steps):
        done = max(step / plan.steps, clock[0])
        timed = timed or done > step / plan.steps
        if done >= 1.0:
            break
        warmth = plan.warmest * (plan.coldest / plan.warmest) ** done
        steep = min(STEEPEST, plan.gentlest + (STEEPEST - plan.gentlest) * done / RISE)
        more = -warmth * np.log(draw(state) + 1e-300)
        limit = steep * hard + soft + more
        guessed = steep * guess_hard + guess_soft + more + SLACK if plan.real else limit
        copy_board(places, trial)
        if draw(state) < plan.inserted:
            bill = rooms.room.bill
            kept = reinsert(trial, floor, spec, rooms, steep, guessed, state) and not _same(trial, places)
        else:
            bill = scratch.bill
            kept = move(trial, floor, spec, plan.jump * (1.0 - done), state) and not _same(trial, places)
            kept = kept and price(trial, floor, spec, scratch, steep, guessed)
        if not kept:
            continue
        new_hard, new_soft = bill[HARD], bill[SOFT]
        promising = steep >= 1.0 and STEEPEST * new_hard + new_soft < lowest
        if plan.real or promising:
            seen = real_price(trial, floor, spec, scratch, walker, steep, limit if plan.real else np.inf)
            real_hard, real_soft = scratch.bill[HARD], scratch.bill[SOFT]
            _note(trial, scratch.bill, best, prices)
            if plan.real and not seen:
                continue
            lowest = STEEPEST * new_hard + new_soft
        copy_board(trial, places)
        rooms.room.known[0] = 0
        guess_hard, guess_soft = new_hard, new_soft
        hard, soft = (real_hard, real_soft) if plan.real else (new_hard, new_soft)
    real_price(places, floor, spec, scratch, walker, 1.0, np.inf)
    _note(places, scratch.bill, best, prices)
    copy_board(best, places)
    return prices[HARD], prices[SOFT], timed


def anneal(
    problem: PackProblem,
    *,
    steps: int,
    restarts: int,
    seed: int,
    workers: int = 1,
    until: float = np.inf,
    start: Placement | None = None,
    moved: float = 0.0,
    known: Sequence[Placement] = (),
) -> list[Found]:
    """Return the best arrangements, each once, the best first.

    Parameters
    ----------
    problem
        What to arrange.
    steps
        Trials of a restart; the runs that go on from the best few have a part of them, see `STAGES`.
    restarts
        How many times to start anew.
    seed
        Of all random choices.
    workers
        Threads; they change nothing but the time.
    until
        Time of ``time.perf_counter`` by which all ends. Runs share less than half a minute evenly, and those that
        would take longer cool faster; otherwise the clock changes nothing before it ends a run. Compiling is extra.
    start
        A placement to begin from: then no run begins elsewhere, and none is very warm.
    moved
        What each zone costs that does not stand as it did at the start.
    known
        Plans from which all found shall differ in topology.
    """
    spec = make_spec(problem, None if start is None else state_of(start), moved, known)
    field = Field(problem, make_floor(problem), spec)
    compiling = compiling_seconds()
    first = start_state(problem, seed) if start is None else state_of(start)
    _anneal(first, field.floor, field.spec, make_rooms(problem), FRESH._replace(steps=1), np.zeros(1), seed)
    if start is None:
        _Runs(seed, 1).slices(field, 1, 1, np.inf)
    until += compiling_seconds() - compiling
    began = time.perf_counter()
    runs = _Runs(seed, workers)
    end = began + FIRST * (until - began)
    if start is not None:
        found = runs.round(field, REPAIR._replace(steps=steps), [state_of(start) for _ in range(restarts)], end)
    else:
        found = _begin(field, steps, restarts, runs, end)
    pooled = in_order(found)
    for stage in STAGES if start is None else AFTER_REPAIR:
        parents = pooled[: stage.parents]
        best = [parents[number % len(parents)].places.copy() for number in range(stage.runs)]
        plan = stage.plan._replace(steps=round(steps / stage.part))
        pooled = in_order([*runs.round(field, plan, best, began + stage.until * (until - began)), *pooled])
    return pooled


def _begin(field: Field, steps: int, restarts: int, runs: _Runs, end: float) -> list[Found]:
    """Return what runs from nothing find; in large halls on coarse cells."""
    coarse = coarsen(field.problem) if is_large(field.problem) else None
    begun = field.problem if coarse is None else coarse.problem
    starts = [start_state(begun, runs.seed * 1000 + number) for number in range(restarts)]
    plan = FRESH._replace(steps=steps)
    if coarse is None:
        now = time.perf_counter()
        cut = in_order(runs.slices(field, SLICE_STEPS * steps, SLICES, now + SLICING * (end - now)))[:SLICES_KEPT]
        fresh = runs.round(field, plan, starts, end)
        again = AGAIN._replace(steps=steps // SLICES_KEPT)
        return [*cut, *fresh, *runs.round(field, again, [item.places for item in cut], end + SLICED * (end - now))]
    spec = make_spec(begun)._replace(known=field.spec.known)
    found = runs.round(Field(begun, make_floor(begun), spec), plan, starts, end)
    fine = [coarse.fine(item.places) for item in found]
    timed = any(item.timed for item in found)
    return [replace(item, timed=timed) for item in runs.round(field, plan._replace(steps=0), fine, np.inf)]


def is_large(problem: PackProblem) -> bool:
    """Tell whether a hall is one that is searched on coarse cells first."""
    return problem.ground.free.size * problem.count >= LARGE


class Field(NamedTuple):
    """A problem, and its floor and zones as the compiled functions read them."""

    problem: PackProblem
    floor: Floor
    spec: Spec


@dataclass
class _Runs:
    """Rounds of runs in threads; ``begun`` runs so far, whose number gives each its random choices."""

    seed: int
    workers: int
    begun: int = 0

    def round(self, field: Field, plan: Plan, starts: Sequence[Ints], end: float) -> list[Found]:
        """Return where runs from given states end, in their order, without those the clock kept from beginning."""

        def run(number: int, seed: int, clock: Floats) -> Found:
            places = starts[number]
            told = _anneal(places, field.floor, field.spec, make_rooms(field.problem), plan, clock, seed)
            return Found(told[0], told[1], places, told[2])

        return self._share(run, len(starts), end)

    def slices(self, field: Field, steps: int, count: int, end: float) -> list[Found]:
        """Return plans that fill the hall by cuts, priced by real walks, without those the clock kept off."""

        def run(_: int, seed: int, clock: Floats) -> Found:
            places, rooms = start_state(field.problem, seed), make_rooms(field.problem)
            slicing, state = make_slicing(field.problem), np.array([seed], dtype=np.uint64)
            timed = slice_hall(places, slicing, field.floor, field.spec, steps, clock, state)
            told = _anneal(places, field.floor, field.spec, rooms, FRESH, np.zeros(1), seed)
            return Found(told[0], told[1], places, timed)

        return self._share(run, count, end)

    def _share(self, run: Callable[[int, int, Floats], Found], count: int, end: float) -> list[Found]:
        """Return what runs by number, seed and clock find."""
        first = self.begun
        self.begun += count

        def one(number: int) -> Found | None:
            waves = -(-count // self.workers) - number // self.workers
            left = end - time.perf_counter()
            paced = left < SHORT
            seconds = left / max(1, waves) if paced else left
            if seconds <= 0 and first + number > 0:
                return None
            with _ticking(seconds, paced) as clock:
                return run(number, self.seed * 1000 + first + number, clock)

        with ThreadPoolExecutor(self.workers) as pool:
            ended = list(pool.map(one, range(count)))
        found = [item for item in ended if item is not None]
        return found if len(found) == len(ended) else [replace(item, timed=True) for item in found]


@contextmanager
def _ticking(seconds: float, paced: bool) -> Iterator[Floats]:
    """Give a clock, shape (1,), that another thread keeps at the share of ``seconds`` spent; unpaced, at 0 until 1."""
    clock = np.zeros(1)
    if seconds == np.inf:
        yield clock
        return
    began, ended = time.perf_counter(), Event()

    def tick() -> None:
        while not ended.wait(TICK):
            share = min(1.0, (time.perf_counter() - began) / max(seconds, TICK))
            clock[0] = share if paced or share == 1.0 else 0.0

    thread = Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield clock
    finally:
        ended.set()
        thread.join()


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
