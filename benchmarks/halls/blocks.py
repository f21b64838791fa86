"""Textbook block layouts with a recorded best, and `block_layout` on them; the instances lie in ../shared."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from layout.zones import block_layout
from layout.zones.blocks import check_blocks
from layout.zones.blocks.problem import BlockProblem, make_block_problem
from outlet.outcome import Limits

FOLDER = Path(__file__).parents[3] / "shared" / "benchmarks" / "layout" / "ua_flp"


@dataclass(frozen=True)
class Recorded:
    """An instance, its recorded best, the seconds allowed, and how far (%) above it is still good."""

    name: str
    best: float
    seconds: float
    allowed: float


SEARCHED = (
    Recorded("O7", 131.69, 5.0, 0.1),
    Recorded("O8", 243.13, 5.0, 0.1),
    Recorded("FO7", 17.7492, 5.0, 0.1),
    Recorded("FO8", 22.39, 5.0, 0.1),
    Recorded("vC10Rs", 19967.55, 5.0, 0.1),
    Recorded("NUG12", 257.50, 5.0, 0.1),
)
LONG = (
    Recorded("O7", 131.69, 60.0, 0.1),
    Recorded("O8", 243.13, 60.0, 0.1),
    Recorded("AB20-ar04", 4959.11, 60.0, 2.0),
)
BOUND_PERCENT = 45.0


def read_blocks(name: str) -> BlockProblem:
    """Read an instance; its limits are ratios (0: none) or least sides, its flows a table or a list of pairs."""
    words = (FOLDER / f"{name}.txt").read_text().split()
    k, limit, kind = int(words[0]), words[1], words[6]
    numbers = np.array(words[7:], dtype=float)
    flow: NDArray[np.float64] = np.zeros((k, k))
    if kind == "full":
        table = numbers.reshape(k, k + 3)
        flow = table[:, 1 : k + 1]
    else:
        table = numbers[: 3 * k].reshape(k, 3)
        for i, j, trips in numbers[3 * k :].reshape(-1, 3):
            flow[int(i) - 1, int(j) - 1] += trips
    areas, sides = table[:, -2], table[:, -1]
    aspect = np.where(sides > 0, sides, np.inf) if limit == "ratio" else None
    hall = float(words[4]), float(words[5])
    return make_block_problem(hall, areas, flow, aspect, sides if limit == "side" else None)


def measure_recorded(seeds: int) -> None:
    """Print a row an instance and seed; what misses its target is marked."""
    block_layout(4.0, 2.0, [4.0, 4.0], [[0, 1], [0, 0]], limits=Limits(work=1))
    heads = f"{'limit':>6}{'s':>7}{'cpu s':>7}{'price':>11}{'recorded':>10}{'gap %':>8}{'bound':>10}{'%':>6}"
    print(f"\n{'blocks':11}{'seed':>4}{heads}  topology")
    for instance in SEARCHED:
        for seed in range(seeds):
            _measure(instance, seed)
    for instance in LONG:
        _measure(instance, 0, bounded=instance.allowed < 1.0)


def _measure(instance: Recorded, seed: int, *, bounded: bool = False) -> None:
    problem = read_blocks(instance.name)
    began, used = time.perf_counter(), time.process_time()
    outcome = block_layout(
        problem.width,
        problem.height,
        problem.areas,
        problem.flow,
        problem.aspect,
        problem.min_side,
        limits=Limits(seconds=instance.seconds, seed=seed),
    )
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    plan = outcome.require()
    price, bound = outcome.objective or np.inf, outcome.bound or 0.0
    gap, percent = 100 * (price / instance.best - 1), 100 * bound / price
    misses = check_blocks(problem, plan.rectangles)
    misses += ["dear"] if gap > instance.allowed else []
    misses += ["late"] if wall > instance.seconds else []
    misses += ["weak bound"] if bounded and percent < BOUND_PERCENT else []
    apart = plan.topology_gap
    topology = "open" if apart is None else "proved" if apart <= 1e-6 else f"gap {100 * apart:.3f} %"
    times = f"{instance.seconds:6.0f}{wall:7.1f}{cpu:7.1f}"
    prices = f"{price:11.3f}{instance.best:10.2f}{gap:8.3f}{bound:10.2f}{percent:6.1f}"
    print(f"{instance.name:11}{seed:4}{times}{prices}  {topology}  {', '.join(misses)}".rstrip(), flush=True)
