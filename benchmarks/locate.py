"""Measure the location models on published instances and print what they reach, against what is published.

Run ``python benchmarks/locate.py [--seconds 30] [--only median]``. Reads ``../shared/benchmarks/facility``; what is not
there is left out and said so. One process, one thread, times without the first compilation of the kernels.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse.csgraph import shortest_path

from outlet.outcome import Limits, Outcome
from siting.locate import SitePlan, fixed_charge, max_capture, max_cover, p_center, p_median, set_cover

FACILITY = Path(__file__).parents[1] / ".." / "shared" / "benchmarks" / "facility"


@dataclass(frozen=True)
class Case:
    """One instance: a name, its published value or None, and the model with everything but limits given."""

    group: str
    name: str
    known: float | None
    solve: Callable[[Limits], Outcome[SitePlan]]


def read_pmed(number: int) -> tuple[np.ndarray, int]:
    words = np.array((FACILITY / "pmed" / f"pmed{number}.txt").read_text().split(), dtype=np.int64)
    n, edges, p = words[:3].tolist()
    graph = np.zeros((n, n))
    for i, j, cost in words[3 : 3 + 3 * edges].reshape(-1, 3):
        graph[i - 1, j - 1] = graph[j - 1, i - 1] = cost
    return shortest_path(graph, directed=False), p


def published(name: str, prefix: str) -> dict[int, float]:
    rows = (line.split() for line in (FACILITY / "pmed" / name).read_text().splitlines())
    return {
        int(row[0].removeprefix(prefix)): float(row[1]) for row in rows if len(row) == 2 and row[0].startswith(prefix)
    }


def median_cases() -> Iterator[Case]:
    optima = published("pmedopt.txt", "pmed")
    for number in (1, 5, 6, 10, 11, 15, 20, 25):
        cost, p = read_pmed(number)
        ones = np.ones(len(cost))
        yield Case(
            "median", f"pmed{number} {len(cost)}×{len(cost)} p={p}", optima.get(number),
            lambda limits, cost=cost, ones=ones, p=p: p_median(cost, ones, p, limits=limits),
        )  # fmt: skip
    for n, m, p, value in ((500, 100, 10, 294652.808), (2000, 300, 20, 843328.712)):
        cost, weight = euclidean(n, m)
        yield Case(
            "median", f"random {n}×{m} p={p}", value,
            lambda limits, cost=cost, weight=weight, p=p: p_median(cost, weight, p, limits=limits),
        )  # fmt: skip


def center_cases() -> Iterator[Case]:
    for number in (1, 5, 6, 10):
        cost, p = read_pmed(number)
        yield Case(
            "center", f"pmed{number} {len(cost)}×{len(cost)} p={p}", None,
            lambda limits, cost=cost, p=p: p_center(cost, p, limits=limits),
        )  # fmt: skip
    cost, _ = euclidean(500, 100)
    yield Case("center", "random 500×100 p=10", 21.872628, lambda limits: p_center(cost, 10, limits=limits))


def cover_cases() -> Iterator[Case]:
    for name, optima in (("SJC324", (5461, 8790, 11604, 12106, 12152)), ("SJC402", (6555, 11339, 14690, 15658, 15970))):
        rows = np.array(
            [line.split() for line in (FACILITY / "mclp" / f"{name}.txt").read_text().splitlines()[1:] if line]
        )
        table = rows.astype(float)
        cost = np.hypot(*(table[:, None, :2] - table[None, :, :2]).transpose(2, 0, 1))
        for p, value in enumerate(optima, start=1):
            yield Case(
                "cover", f"{name} p={p}", value,
                lambda limits, cost=cost, table=table, p=p: max_cover(cost, table[:, 2], p, 800.0, limits=limits),
            )  # fmt: skip
    for n, m, p, value in ((500, 100, 10, 20277), (2000, 300, 20, 80047)):
        cost, weight = euclidean(n, m)
        radius = 100 * np.sqrt(0.8 / (p * np.pi))
        yield Case(
            "cover", f"random {n}×{m} p={p}", value,
            lambda limits, cost=cost, weight=weight, p=p, radius=radius: max_cover(
                cost, weight, p, radius, limits=limits
            ),
        )  # fmt: skip
        reach = 1.1 * cost.min(axis=1).max()
        yield Case(
            "cover", f"fewest {n}×{m}", None,
            lambda limits, cost=cost, reach=reach: set_cover(cost, reach, limits=limits),
        )  # fmt: skip


def capture_cases() -> Iterator[Case]:
    folder = FACILITY / "competitive_mnl"
    words = (folder / "HM14_800_25.data").read_text().split()
    n, d, e = (int(float(word)) for word in words[:3])
    numbers = np.array(words[3 : 3 + n * (1 + d + e)], dtype=float)
    rivals, places = numbers[n : n + e * n].reshape(e, n), numbers[n + e * n :].reshape(d, n)
    for case in json.loads((folder / "hm14_800_25_optima.json").read_text())["results"][::8]:
        pull = np.exp(case["beta"] * places).T
        against = np.exp(case["alpha"] * case["beta"] * rivals).sum(axis=0)
        yield Case(
            "capture", f"HM14 beta={case['beta']:g} alpha={case['alpha']:g} p={case['r']}", case["value"],
            lambda limits, pull=pull, against=against, p=case["r"]: max_capture(
                pull, against, numbers[:n], p, limits=limits
            ),
        )  # fmt: skip


def charge_cases() -> Iterator[Case]:
    optima = {"cap71": 932615.750, "cap74": 1034976.975, "cap101": 796648.437, "cap104": 928941.750}
    for name, value in optima.items():
        words = (FACILITY / "cap" / f"{name}.txt").read_text().split()
        m, n = int(words[0]), int(words[1])
        charge = np.array([float(words[3 + 2 * j]) for j in range(m)])
        rest = np.array(words[2 + 2 * m :], dtype=float).reshape(n, 1 + m)
        yield Case(
            "charge", f"{name} {n}×{m} uncapacitated", value,
            lambda limits, rest=rest, charge=charge: fixed_charge(rest[:, 1:], rest[:, 0], charge, limits=limits),
        )  # fmt: skip


GROUPS = {
    "median": median_cases,
    "center": center_cases,
    "cover": cover_cases,
    "capture": capture_cases,
    "charge": charge_cases,
}


def euclidean(n: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Return cost and weights of the random instances that users of the usual library measure with."""
    rng = np.random.default_rng(42)
    people, places = rng.random((n, 2)) * 100, rng.random((m, 2)) * 100
    return np.hypot(*(people[:, None] - places[None]).transpose(2, 0, 1)), rng.integers(1, 101, n).astype(float)


def warm_up() -> None:
    """Load the compiled kernels, so that no case pays for it."""
    cost, weight = euclidean(20, 6)
    p_median(cost, weight, 2)
    max_cover(cost, weight, 2, 20.0)
    max_capture(1.0 / (1.0 + cost), np.ones(20), weight, 2)


def main() -> None:
    """Print one line a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="limit of each case")
    parser.add_argument("--only", choices=sorted(GROUPS), help="one group of cases")
    arguments = parser.parse_args()
    if not FACILITY.is_dir():
        print(f"{FACILITY.as_posix()} is not there: nothing to measure")
        return
    warm_up()
    limits = Limits(seconds=arguments.seconds, workers=1)
    print(f"{'case':44} {'seconds':>8} {'status':>9} {'objective':>16} {'published':>16} {'gap %':>8}")
    for group, cases in GROUPS.items():
        if arguments.only not in (None, group):
            continue
        for case in cases():
            started = time.perf_counter()
            outcome = case.solve(limits)
            seconds = time.perf_counter() - started
            reached = (
                "–"
                if outcome.objective is None
                else f"{outcome.objective:.6g}"
                if outcome.objective < 1e3
                else f"{outcome.objective:,.3f}"
            )
            known = "–" if case.known is None else f"{case.known:,.3f}"
            gap = "–" if outcome.gap is None else f"{100 * outcome.gap:.4f}"
            name = f"{group}: {case.name}"
            print(f"{name:44} {seconds:8.2f} {outcome.status:>9} {reached:>16} {known:>16} {gap:>8}", flush=True)


if __name__ == "__main__":
    main()
