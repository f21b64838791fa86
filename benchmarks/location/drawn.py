"""Instances drawn at random: uniform as users of the usual library measure with, and clustered as cities are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from location.case import Case, Solve
from siting.locate import max_capture, max_cover, p_center, p_median, set_cover

Floats = NDArray[np.float64]
Csr = sparse.csr_array[np.float64]

SEED = 42
SIZES = {(500, 100): 10, (2000, 300): 20, (5000, 500): 20, (10000, 1000): 30}
COVERED_SHARE = 0.8
TOWN_M, CENTRES, SPREAD_M, RADIUS_M = 40_000.0, 60, 1_500.0, 800.0
CHUNK = 500


def uniform(n: int, m: int) -> tuple[Floats, Floats]:
    """Return distances, shape (n, m), and weights from 1 to 100, shape (n,), of places uniform in [0, 100]²."""
    rng = np.random.default_rng(SEED)
    people, places = rng.random((n, 2)) * 100, rng.random((m, 2)) * 100
    return np.hypot(*(people[:, None] - places[None]).transpose(2, 0, 1)), rng.integers(1, 101, n).astype(float)


def cover_radius(p: int) -> float:
    """Return the radius at which p circles side by side would cover four fifths of the square."""
    return float(100 * np.sqrt(COVERED_SHARE / (p * np.pi)))


def _median(n: int, m: int, p: int) -> Solve:
    cost, weight = uniform(n, m)
    return lambda limits: p_median(cost, weight, p, limits=limits)


def _center(n: int, m: int, p: int) -> Solve:
    cost, _ = uniform(n, m)
    return lambda limits: p_center(cost, p, limits=limits)


def _cover(n: int, m: int, p: int) -> Solve:
    cost, weight = uniform(n, m)
    return lambda limits: max_cover(cost, weight, p, cover_radius(p), limits=limits)


def _fewest(n: int, m: int) -> Solve:
    cost, _ = uniform(n, m)
    return lambda limits: set_cover(cost, 1.1 * float(cost.min(axis=1).max()), limits=limits)


@dataclass(frozen=True)
class Target:
    """What issue 5 asks of one model at one size: seconds, gap, GB."""

    seconds: float
    gap: float = 0.0
    memory_gb: float | None = None


ASKED = {
    ("p-median", 500): Target(0.14), ("p-median", 2000): Target(30), ("p-median", 5000): Target(60, 0.001),
    ("p-median", 10000): Target(180, 0.001, 1.5), ("max cover", 500): Target(10), ("max cover", 2000): Target(10),
    ("max cover", 5000): Target(60, 0.005), ("p-center", 500): Target(1), ("p-center", 2000): Target(60, 0.03),
    ("p-center", 5000): Target(60, 0.03), ("set cover", 500): Target(60), ("set cover", 2000): Target(60),
    ("set cover", 5000): Target(60),
}  # fmt: skip
KNOWN = {
    ("p-median", 500): 294652.808,
    ("max cover", 500): 20277.0,
    ("max cover", 2000): 80047.0,
    ("p-center", 500): 21.872628,
}
"""Optima seen by other means (literature.md's probes)."""


def random_cases() -> Iterator[Case]:
    """Uniform instances, each model at each size asked for."""
    for (model, n), target in ASKED.items():
        m, p = next((m, p) for (size, m), p in SIZES.items() if size == n)
        make = {
            "p-median": partial(_median, n, m, p),
            "p-center": partial(_center, n, m, p),
            "max cover": partial(_cover, n, m, p),
            "set cover": partial(_fewest, n, m),
        }[model]
        yield Case(
            table="random", name=f"{model} {n}×{m}" + ("" if model == "set cover" else f" p={p}"),
            goal="most" if model == "max cover" else "least", known=KNOWN.get((model, n)), make=make,
            seconds=target.seconds, gap=target.gap, memory_gb=target.memory_gb,
        )  # fmt: skip


@dataclass(frozen=True)
class Town:
    """Demand around centres, shape (n, 2), metres; its weights, shape (n,); candidates among it, shape (m, 2)."""

    people: Floats
    weight: Floats
    places: Floats


def town(n: int, m: int) -> Town:
    """Return demand around 60 centres uniform on 40 × 40 km, spread by 1.5 km, weights 1–19; candidates among it."""
    rng = np.random.default_rng(SEED)
    centres = rng.random((CENTRES, 2)) * TOWN_M
    people = centres[rng.integers(0, CENTRES, n)] + rng.normal(0.0, SPREAD_M, (n, 2))
    weight = rng.integers(1, 20, n).astype(float)
    return Town(people, weight, people[rng.choice(n, m, replace=False)])


def within(people: Floats, places: Floats, radius: float) -> Csr:
    """Return distances up to a radius, shape (n, m), sparse."""
    tree, parts = cKDTree(people), []
    for first in range(0, len(places), CHUNK):
        near = cKDTree(places[first : first + CHUNK]).sparse_distance_matrix(tree, radius, output_type="ndarray")
        parts.append((near["j"].astype(np.int32), (near["i"] + first).astype(np.int32), near["v"]))
    point, place, distance = (np.concatenate(column) for column in zip(*parts, strict=True))
    return sparse.csr_array((distance, (point, place)), shape=(len(people), len(places)))


def nearest(people: Floats, places: Floats, count: int) -> Csr:
    """Return distances to the ``count`` nearest places, shape (n, m), sparse."""
    distance, place = cKDTree(places).query(people, k=count)
    order = np.argsort(place, axis=1)
    distance = np.take_along_axis(distance, order, axis=1)
    place = np.take_along_axis(place, order, axis=1).astype(np.int32)
    start = np.arange(len(people) + 1, dtype=np.int64) * count
    return sparse.csr_array((distance.ravel(), place.ravel(), start), shape=(len(people), len(places)))


def _town_cover(n: int, m: int, p: int) -> Solve:
    made = town(n, m)
    cost = within(made.people, made.places, RADIUS_M)
    return lambda limits: max_cover(cost, made.weight, p, RADIUS_M, limits=limits)


def _town_median(n: int, m: int, p: int) -> Solve:
    made = town(n, m)
    cost = nearest(made.people, made.places, min(500, m))
    far = float(cost.data.max())
    return lambda limits: p_median(cost, made.weight, p, unreached=far, limits=limits)


RIVALS, REACH_M, HALF_M, ELSEWHERE_M = 100, 5_000.0, 100.0, 2_000.0


def pull(distance: Floats) -> Floats:
    """Return attraction that falls with the square of distance (Huff, 1964), a hundred metres being one unit."""
    return (1.0 + distance / HALF_M) ** -2.0


def _town_capture(n: int, m: int, p: int) -> Solve:
    made = town(n, m)
    rng = np.random.default_rng(SEED + 1)
    sites = made.people[rng.choice(n, RIVALS, replace=False)]
    against = within(made.people, sites, REACH_M)
    against.data = pull(against.data)
    rivals = np.asarray(against.sum(axis=1)).ravel() + float(pull(np.array(ELSEWHERE_M)))
    attraction = within(made.people, made.places, REACH_M)
    attraction.data = pull(attraction.data)
    return lambda limits: max_capture(attraction, rivals, made.weight, p, limits=limits)


TOWN_MODELS = {"max cover": _town_cover, "p-median": _town_median, "max capture": _town_capture}
TOWN_SIZES = {
    "max cover": ((10_000, 1_000, 100), (100_000, 3_000, 100), (1_000_000, 10_000, 100)),
    "p-median": ((10_000, 1_000, 100), (30_000, 3_000, 100), (100_000, 10_000, 100)),
    "max capture": ((8_000, 100, 20), (25_000, 250, 20), (80_000, 500, 20)),
}
TOWN_TARGETS = {
    "max cover": Target(120, 0.01, 6.0), "p-median": Target(180, 0.01), "max capture": Target(120, 0.01)
}  # fmt: skip


def town_cases() -> Iterator[Case]:
    """Clustered instances at three sizes, the last of which issue 5 names."""
    for model, sizes in TOWN_SIZES.items():
        target = TOWN_TARGETS[model]
        for n, m, p in sizes:
            yield Case(
                table="large", name=f"{model} {n:,}×{m:,} p={p}", goal="least" if model == "p-median" else "most",
                known=None, make=partial(TOWN_MODELS[model], n, m, p), seconds=target.seconds, gap=target.gap,
                memory_gb=target.memory_gb,
            )  # fmt: skip
