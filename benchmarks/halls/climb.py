"""Improve a planted plan by the judge's price alone: `climb`.

Moves of one zone (shift, stretch, turn its front) or of two (move the line between neighbours, exchange places); a
move is kept where the judge finds no broken rule and a cost that is not higher. No annealing, no solver, and no code
of the product's search.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from halls.case import HallCase
from layout.zones.check import judge
from layout.zones.problem import Ints, PackProblem, Placement

SIDES = ("east", "north", "west", "south")
SEEDS = 6, 7, 8


def climb(problem: PackProblem, start: Placement, trials: int) -> Placement:
    """Return the best plan of a few climbs after a number of trials each."""
    return min((_climb(problem, start, trials, seed) for seed in SEEDS), key=lambda plan: judge(problem, plan).cost)


def _climb(problem: PackProblem, start: Placement, trials: int, seed: int) -> Placement:
    """Return the best plan after a number of trials; a trial is a move that breaks nothing seen without a walk."""
    random = np.random.default_rng(seed)
    best, cost = start.places.copy(), judge(problem, start).cost
    done = tried = 0
    while done < trials and tried < 60 * trials:
        tried += 1
        places = best.copy()
        _move(places, problem, random)
        if (places == best).all() or not _plausible(problem, places):
            continue
        done += 1
        verdict = judge(problem, Placement(places))
        if not verdict.broken and verdict.cost <= cost:
            best, cost = places, verdict.cost
    return Placement(best)


def rectangles(case: HallCase, found: Placement) -> list[dict[str, Any]]:
    """Return the zones of a plan as they stand in the file."""
    cell = case.cells.cell_m
    return [
        {
            "id": kind,
            "rect": [case.cells.x0 + x * cell, case.cells.y0 + y * cell, w * cell, h * cell],
            "front": SIDES[front],
        }
        for kind, (x, y, w, h, front) in zip(case.problem.kinds, found.places.tolist(), strict=True)
    ]


def _move(places: Ints, problem: PackProblem, random: np.random.Generator) -> None:
    i, j = random.integers(problem.count, size=2)
    kind = random.random()
    if kind < 0.25:
        places[i, :2] += random.integers(-2, 3, size=2)
    elif kind < 0.5:
        _stretch(places[i], int(random.integers(4)), int(random.choice([-2, -1, 1, 2])))
    elif kind < 0.75:
        _shift_line(places, int(i), int(random.integers(4)), int(random.choice([-2, -1, 1, 2])))
    elif kind < 0.85:
        places[i, 4] = random.integers(4)
        if random.random() < 0.5:
            places[i, 2:4] = places[i, 3:1:-1]
    elif i != j:
        _exchange(places, problem, (int(i), int(j)), random)


def _stretch(place: Ints, side: int, by: int) -> None:
    axis = side % 2
    place[2 + axis] += by
    if side >= 2:
        place[axis] -= by


def _shift_line(places: Ints, i: int, side: int, by: int) -> None:
    """Stretch a zone and push its neighbours at that side by as much, or let them follow."""
    axis = side % 2
    across = 1 - axis
    line = places[i, axis] + (places[i, 2 + axis] if side < 2 else 0)
    for j in range(len(places)):
        near = places[j, axis] + (0 if side < 2 else places[j, 2 + axis])
        low = max(places[i, across], places[j, across])
        high = min(places[i, across] + places[i, 2 + across], places[j, across] + places[j, 2 + across])
        if j != i and near == line and low < high:
            _stretch(places[j], (side + 2) % 4, -by)
    _stretch(places[i], side, by)


def _exchange(places: Ints, problem: PackProblem, pair: tuple[int, int], random: np.random.Generator) -> None:
    """Let two zones change corners, each with a size it may have and the other's front."""
    i, j = pair
    a, b = places[i].copy(), places[j].copy()
    for zone, target, own in ((i, b, a), (j, a, b)):
        shapes = problem.shapes[zone]
        wide = shapes if target[4] % 2 == 1 else shapes[:, ::-1]
        fits = wide[(wide[:, 0] <= target[2]) & (wide[:, 1] <= target[3])]
        size = fits[np.argmax(fits.prod(axis=1))] if len(fits) else own[2:4]
        free = target[2:4] - size
        back = (target[4] + 2) % 4
        x = free[0] if back == 0 else (0 if back == 2 else random.integers(2) * free[0])
        y = free[1] if back == 1 else (0 if back == 3 else random.integers(2) * free[1])
        places[zone] = (target[0] + x, target[1] + y, *size, target[4])


def _plausible(problem: PackProblem, places: Ints) -> bool:
    """Tell whether zones lie on floor they may take, apart, and in sizes they may have."""
    rows, columns = problem.ground.free.shape
    taken = ~problem.ground.buildable
    for i, (x, y, w, h, front) in enumerate(places):
        if x < 0 or y < 0 or w < 1 or h < 1 or x + w > columns or y + h > rows or taken[y : y + h, x : x + w].any():
            return False
        taken = taken.copy()
        taken[y : y + h, x : x + w] = True
        u, v = (h, w) if front % 2 == 0 else (w, h)
        if not (problem.shapes[i] == (u, v)).all(axis=1).any():
            return False
    return True
