"""Find arrangements of a hall's zones by annealing, in threads: `anneal`.

Hard rules cost little at the start, so that zones can pass through each other, and their full price at the end. Each
run keeps the best state that costs nothing by hard rules, or the best of all. Runs know nothing of each other and
their results are read in order: any number of threads gives the same bytes. The random numbers are our own
(`layout.zones.draws`), so a seed gives the same plan on every machine.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from layout.zones.draws import draw
from layout.zones.problem import Ints, PackProblem, Placement
from layout.zones.search.arrays import Floor, Scratch, Spec, make_floor, make_scratch, make_spec
from layout.zones.search.moves import move
from layout.zones.search.price import HARD, SOFT, price
from layout.zones.search.walks import Walker, make_walker, real_price
from outlet.compiled import compiled

COLDEST, GENTLEST, STEEPEST, RISE = 0.02, 0.05, 2.5, 0.7
WARM, REHEATED, LUKEWARM = 10.0, 2.0, 0.5
TRUSTED, SLACK, PATIENCE = 2.0, 0.5, 100
AGAIN, REFINED = 3, 3


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
def _anneal(
    places: Ints,
    floor: Floor,
    spec: Spec,
    scratch: Scratch,
    walker: Walker,
    plan: tuple[int, float, float],
    seed: int,
) -> tuple[float, float]:
    """Anneal in place; return the hard and the soft price of the best state, which is left in ``places``.

    ``plan`` is the number of trials, the warmth at the start, and the share of their price at which hard rules start.
    Once they cost their full price, a state that looks better than any before is walked, and refused where the real
    walks are much longer than estimated; none is walked for a while then.
    """
    steps, warmest, gentlest = plan
    state = np.array([np.uint64(seed)], dtype=np.uint64)
    price(places, floor, spec, scratch, 1.0, np.inf)
    hard, soft = scratch.bill[HARD], scratch.bill[SOFT]
    real_price(places, floor, spec, scratch, walker, np.inf)
    best, best_hard, best_soft = places.copy(), scratch.bill[HARD], scratch.bill[SOFT]
    lowest, patient = np.inf, 0
    trial = places.copy()
    cooling = (COLDEST / warmest) ** (1.0 / steps)
    warmth = warmest
    for step in range(steps):
        warmth *= cooling
        steep = min(STEEPEST, gentlest + (STEEPEST - gentlest) * step / (RISE * steps))
        trial[:] = places
        if not move(trial, floor, spec, 1.0 - step / steps, state) or (trial == places).all():
            continue
        limit = steep * hard + soft - warmth * np.log(draw(state) + 1e-300)
        if not price(trial, floor, spec, scratch, steep, limit):
            continue
        new_hard, new_soft = scratch.bill[HARD], scratch.bill[SOFT]
        if steep >= 1.0 and STEEPEST * new_hard + new_soft < lowest:
            if step < patient:
                continue
            real_price(trial, floor, spec, scratch, walker, np.inf)
            real_hard, real_soft = scratch.bill[HARD], scratch.bill[SOFT]
            if real_hard + real_soft > new_hard + new_soft + TRUSTED:
                patient = step + PATIENCE
                continue
            lowest = STEEPEST * new_hard + new_soft
            if STEEPEST * real_hard + real_soft < STEEPEST * best_hard + best_soft:
                best_hard, best_soft = real_hard, real_soft
                best[:] = trial
        places[:] = trial
        hard, soft = new_hard, new_soft
    places[:] = best
    return best_hard, best_soft


@compiled
def _refine(
    places: Ints, floor: Floor, spec: Spec, scratch: Scratch, walker: Walker, plan: tuple[int, float, float], seed: int
) -> tuple[float, float]:
    """Anneal on real walks in place; return the hard and the soft price of the best state, left in ``places``.

    ``plan`` is the number of trials, the warmth at the start, and by how much the estimate may exceed what would be
    accepted before the real walks are taken.
    """
    steps, warmest, slack = plan
    state = np.array([np.uint64(seed)], dtype=np.uint64)
    price(places, floor, spec, scratch, 1.0, np.inf)
    guess = scratch.bill[HARD] + scratch.bill[SOFT]
    real_price(places, floor, spec, scratch, walker, np.inf)
    hard, soft = scratch.bill[HARD], scratch.bill[SOFT]
    best, best_hard, best_soft = places.copy(), hard, soft
    trial = places.copy()
    warmth, cooling = warmest, (COLDEST / warmest) ** (1.0 / steps)
    for step in range(steps):
        warmth *= cooling
        trial[:] = places
        if not move(trial, floor, spec, 0.2 * (1.0 - step / steps), state) or (trial == places).all():
            continue
        more = -warmth * np.log(draw(state) + 1e-300)
        if not price(trial, floor, spec, scratch, 1.0, guess + more + slack):
            continue
        estimate = scratch.bill[HARD] + scratch.bill[SOFT]
        if real_price(trial, floor, spec, scratch, walker, hard + soft + more):
            places[:] = trial
            hard, soft, guess = scratch.bill[HARD], scratch.bill[SOFT], estimate
            if hard + soft < best_hard + best_soft:
                best_hard, best_soft = hard, soft
                best[:] = places
    places[:] = best
    return best_hard, best_soft


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
        Trials of a restart. The best few are annealed once more, less warm, and then by real walks.
    restarts
        How many times to start anew.
    seed
        Of all random choices.
    workers
        Threads; they change nothing but the time.
    until
        Time of ``time.perf_counter`` after which no run begins but the first.
    start
        A placement to begin from: then no run begins elsewhere, and none is very warm.
    """
    floor, spec = make_floor(problem), make_spec(problem)

    def run(job: tuple[str, Ints, int]) -> Found | None:
        kind, places, number = job
        if number > 0 and time.perf_counter() > until:
            return None
        room = make_scratch(problem), make_walker(problem)
        if kind == "refine":
            prices = _refine(places, floor, spec, *room, (steps // 5, LUKEWARM, SLACK), seed * 1000 + number)
        else:
            plan = (steps, WARM, GENTLEST) if kind == "fresh" else (steps, REHEATED, 4 * GENTLEST)
            prices = _anneal(places, floor, spec, *room, plan, seed * 1000 + number)
        return Found(*prices, places)

    def rounds(kind: str, starts: Sequence[Ints], first: int) -> list[Found]:
        jobs = [(kind, places, first + number) for number, places in enumerate(starts)]
        return [found for found in pool.map(run, jobs) if found is not None]

    with ThreadPoolExecutor(workers) as pool:
        if start is None:
            starts = [start_state(problem, seed * 1000 + number) for number in range(restarts)]
            pooled = rounds("fresh", starts, 0)
        else:
            pooled = rounds("again", [state_of(start)] * restarts, 0)
        again = rounds("again", [found.places.copy() for found in in_order(pooled)[:AGAIN]], restarts)
        pooled = in_order([*pooled, *again])
        refined = rounds("refine", [found.places.copy() for found in pooled[:REFINED]], restarts + AGAIN)
    return in_order([*refined, *pooled])


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
