"""Anneal slicing layouts from many starts: `search`.

Starts come in rounds of `PER_ROUND`, each round with twice the moves of the one before: small instances are settled by
many short ones, large ones need length. Within a round the starts differ in how hot they begin and how dear narrow
blocks are. Space that no block takes is cut off as empty blocks: a sliver as one, more of it as several of different
sizes, whose best places `polish` then forgets.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.zones.blocks.check import check_blocks, price_blocks
from layout.zones.blocks.problem import BlockProblem
from layout.zones.blocks.slicing import Pairs, Schedule, anneal
from outlet.compiled import compiling_seconds
from outlet.outcome import Limits, StoppedBy

Floats = NDArray[np.float64]

PER_ROUND = 8
MOVES = 2500
"""Moves of a start of the first round, times the square of the number of blocks."""
ROUNDS = 6
AGREED = 16
"""The search ends once so many starts have come as near to the best as `SAME`."""
SAME = 2e-4
KEPT = 4
"""Distinct plans handed on."""
STYLES = ((0.5, 5e-3, 3.0), (0.4, 1e-3, 0.3), (0.5, 3e-3, 1.0), (0.6, 2e-3, 1.0))
"""Hot times the number of blocks, cold and steep of `Schedule`, in turn: one of few blocks is a large part of all."""
SEVERAL = 0.03
"""Share of the hall from which spare space is cut into several empty blocks."""


@dataclass(frozen=True)
class Found:
    """What the starts gave: plans, cheapest first, shape (k, 4) each; where none keeps all limits, the least narrow."""

    plans: tuple[Floats, ...]
    stopped_by: StoppedBy


@dataclass(frozen=True)
class _Start:
    narrow: float
    price: float
    plan: Floats


def search(problem: BlockProblem, limits: Limits, seconds: float) -> Found:
    """Anneal starts until they agree, ``limits.work`` starts are done, or ``seconds`` have passed."""
    most = PER_ROUND * ROUNDS if limits.work is None else max(1, round(limits.work))
    began, compiled_before = time.perf_counter(), compiling_seconds()
    done: list[_Start] = []
    stopped_by: StoppedBy = "work"

    def spent() -> float:
        return time.perf_counter() - began - (compiling_seconds() - compiled_before)

    with ThreadPoolExecutor(limits.workers) as pool:
        for first in range(0, most, limits.workers):
            numbers = range(first, min(first + limits.workers, most))
            if done and spent() > seconds:
                stopped_by = "time"
                break
            fit = 1.0 if first == 0 else _fit(first, seconds - spent(), spent() * limits.workers)
            for start in pool.map(lambda number, fit=fit: _anneal(problem, limits.seed, number, fit), numbers):
                done.append(start)
                if _agreed(done):
                    return Found(_best(done), "work")
    return Found(_best(done), stopped_by)


def _moves(problem_size: int, number: int) -> float:
    return MOVES * problem_size**2 * 2.0 ** (number // PER_ROUND)


def _fit(number: int, left: float, spent: float) -> float:
    """Return by what share the next starts must be shortened to end in time, from what the former took."""
    former = sum(2.0 ** (at // PER_ROUND) for at in range(number))
    needed = spent / former * 2.0 ** (number // PER_ROUND)
    return float(min(1.0, max(0.05, left / max(needed, 1e-9))))


def _anneal(problem: BlockProblem, seed: int, number: int, fit: float) -> _Start:
    k = len(problem.areas)
    chosen = (seed * 1_000_003 + number * 7_919 + 1) % 2**31
    empty = _empty(problem, chosen)
    areas = np.concatenate([problem.areas, empty])
    least = np.concatenate([problem.least_side, np.zeros(len(empty))])
    hot, cold, steep = STYLES[number % len(STYLES)]
    schedule = Schedule(hot / k, cold, steep, max(1, round(_moves(k, number) * fit)), chosen)
    narrow, plan = anneal((problem.width, problem.height), areas, least, _pairs(problem), schedule)
    plan = plan[:k]
    return _Start(narrow if check_blocks(problem, plan) else 0.0, price_blocks(plan, problem.flow), plan)


def _empty(problem: BlockProblem, seed: int) -> Floats:
    """Return the areas of the empty blocks of a start."""
    spare = problem.spare
    if spare == 0.0:
        return np.zeros(0)
    if spare < SEVERAL * problem.width * problem.height:
        return np.array([spare])
    random = np.random.default_rng(seed)
    return spare * random.dirichlet(np.ones(min(4, 1 + len(problem.areas) // 2)))


def _pairs(problem: BlockProblem) -> Pairs:
    trips = problem.trips
    one, two = np.nonzero(np.triu(trips))
    order = np.argsort(-trips[one, two], kind="stable")
    return Pairs(one[order], two[order], trips[one, two][order])


def _agreed(done: list[_Start]) -> bool:
    best = min((start.price for start in done if start.narrow == 0.0), default=np.inf)
    near = [start for start in done if start.narrow == 0.0 and start.price <= best * (1 + SAME)]
    return len(near) >= AGREED


def _best(done: list[_Start]) -> tuple[Floats, ...]:
    """Return the best plans of different prices."""
    kept: list[_Start] = []
    for start in sorted(done, key=lambda start: (start.narrow, start.price)):
        if not kept or start.narrow > kept[-1].narrow or start.price > kept[-1].price * (1 + SAME):
            kept.append(start)
    return tuple(start.plan for start in kept[:KEPT])
