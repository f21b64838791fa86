"""Measure the arranging of halls: `python benchmarks/hall.py [--seeds N]`.

One row a sample hall and sector: median seconds over seeds, the judge's cost (best and median), and in how many seeds
every rule is kept. Then block_layout on random textbook instances: price against the proved bound.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from layout.data.plans.hall_sample import HALLS, read_hall
from layout.data.read import read_plan
from layout.floor.cells import free_cells, near_cells
from layout.flow.journeys import Errand, plan_journeys, trips
from layout.settings.hall import HallSettings
from layout.zones import block_layout
from layout.zones.brief import make_ground, make_problem
from layout.zones.improve import arrange
from layout.zones.problem import PackProblem
from layout.zones.programme import read_programme
from layout.zones.space import Work, plan_space
from outlet.outcome import Limits

CASES = (
    ("helsinki", "bank", {"counters": 5, "vip": 1}, 4, 9.0),
    ("riverton_l", "telecom", {"counters": 4, "vip": 1, "handset_club": 2}, 3, 12.0),
    ("riverton_dxf", "telecom", {"counters": 4, "vip": 1, "handset_club": 2}, 3, 12.0),
    ("helsinki", "parcel", {"counters": 3}, 3, 6.0),
    ("riverton_dxf", "retail", {"counters": 3}, 4, 6.0),
)


def hall_problem(hall: str, sector: str, posts: dict[str, int], machines: int, waiting: float) -> PackProblem:
    settings = HallSettings()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / HALLS[hall]
        file.write_bytes(read_hall(HALLS[hall]))
        plan = read_plan(file, settings)
    cells = free_cells(plan)
    windows = near_cells(cells, plan.windows, 0.25)
    ground = make_ground(cells, plan.doors, windows, aisle_public_m=1.2, aisle_staff_m=0.9, turning_m=1.5)
    programme = read_programme(sector)  # type: ignore[arg-type]
    floor_m2 = float(ground.buildable.sum()) * cells.cell_m**2
    space = plan_space(programme, Work(posts=posts, machines=machines, waiting=waiting), {}, floor_m2)
    kinds = [need.kind for need in space.needs]
    errands = [Errand(kind, 10.0 * count) for kind, count in sorted(posts.items())]
    errands.append(Errand("self_service", 20.0, received=False))
    selling = [need.kind for need in space.needs if need.spec.selling]
    flow = trips(plan_journeys(errands, kinds, selling, programme.browse), kinds)
    return make_problem(ground, programme, space, flow)


def measure_halls(seeds: int) -> None:
    print(f"{'hall':14}{'sector':9}{'zones':>6}{'s':>7}{'best':>8}{'median':>8}{'kept':>7}{'walk m':>8}")
    for hall, sector, posts, machines, waiting in CASES:
        problem = hall_problem(hall, sector, posts, machines, waiting)
        seconds, costs, kept, walks = [], [], 0, []
        for seed in range(seeds):
            started = time.perf_counter()
            outcome = arrange(problem, Limits(workers=1, work=0.6, seconds=120.0, seed=seed))
            seconds.append(time.perf_counter() - started)
            if outcome.solution is not None:
                verdict = outcome.solution.verdict
                costs.append(verdict.cost)
                kept += not verdict.broken
                walks.append(verdict.terms["walking_m_per_visitor"])
        row = f"{hall:14}{sector:9}{problem.count:6}{statistics.median(seconds):7.1f}{min(costs):8.1f}"
        print(f"{row}{statistics.median(costs):8.1f}{kept:4}/{seeds}{statistics.median(walks):8.1f}", flush=True)


def measure_blocks() -> None:
    print(f"\n{'blocks':8}{'s':>7}{'price':>10}{'bound':>10}")
    for count in (6, 9, 12, 20):
        random = np.random.default_rng(count)
        areas = random.integers(4, 37, count).astype(float)
        flow = np.triu(random.integers(0, 6, (count, count)), 1).astype(float)
        width = float(np.sqrt(areas.sum() * 1.3))
        outcome = block_layout(width, float(areas.sum()) / width, areas, flow, aspect=4.0)
        print(f"{count:<8}{outcome.seconds:7.2f}{outcome.objective or float('nan'):10.1f}{outcome.bound or 0:10.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the arranging of halls.")
    parser.add_argument("--seeds", type=int, default=3)
    measure_halls(parser.parse_args().seeds)
    measure_blocks()


if __name__ == "__main__":
    main()
