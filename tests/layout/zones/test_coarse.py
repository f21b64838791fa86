"""Arranging on cells of twice the side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from layout.zones.check import judge
from layout.zones.problem import Ground, Ints, PackProblem, shapes_of
from layout.zones.search import anneal as search
from layout.zones.search.coarse import coarsen

MakeProblem = Callable[..., PackProblem]


def odd_ground(ground: Ground, west: int, south: int) -> Ground:
    """A floor of 36 × 26 cells that begins where told."""
    free, entrance = np.zeros_like(ground.free), np.zeros_like(ground.free)
    free[south : south + 26, west : west + 36] = True
    entrance[south, 10:20] = True
    return replace(ground, free=free, buildable=free, entrance=entrance, exits=ground.exits[:0])


def cells(rectangle: Ints, shape: tuple[int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    x, y, w, h = rectangle[:4]
    mask = np.zeros(shape, dtype=bool)
    mask[max(0, y) : y + h, max(0, x) : x + w] = True
    return mask


@pytest.mark.parametrize(("west", "south"), [(0, 0), (1, 0), (0, 1), (3, 5)])
def test_what_is_free_on_coarse_cells_is_free_on_fine_ones(
    ground: Ground, make_problem: MakeProblem, west: int, south: int
) -> None:
    """Walls at odd cells lose no floor, and a zone stays within what it took, in a shape it may have."""
    odd = odd_ground(ground, west, south)
    shapes = (shapes_of((5, 9), (4, 8), (24, 60), 0.0), np.array([[5, 7], [7, 3]]))
    problem = make_problem(odd, ("a", "b"), shapes=shapes, target=np.array([40, 30]))
    coarse = coarsen(problem)
    assert coarse is not None
    assert (coarse.west, coarse.south) == (west % 2, south % 2)
    assert (coarse.problem.ground.aisle_public, coarse.problem.ground.turning) == (3, 3)
    rows, columns = odd.free.shape
    for r, c in np.argwhere(coarse.problem.ground.free).tolist():
        block = odd.free[max(0, 2 * r - coarse.south) : 2 * r + 2 - coarse.south]
        assert block[:, max(0, 2 * c - coarse.west) : 2 * c + 2 - coarse.west].all()
    for seed in range(20):
        state = search.start_state(coarse.problem, seed)
        fine = coarse.fine(state)
        for i in range(2):
            x, y, w, h, front = fine[i, :5]
            u, v = (w, h) if front % 2 == 1 else (h, w)
            assert (problem.shapes[i] == (u, v)).all(axis=1).any()
            assert (x, y) >= (0, 0)
            assert x + w <= columns
            assert y + h <= rows
            taken = state[i, :4] * 2 - np.array([coarse.west, coarse.south, 0, 0])
            if taken[0] >= 0 and taken[1] >= 0 and taken[0] + taken[2] <= columns and taken[1] + taken[3] <= rows:
                assert not (cells(fine[i], (rows, columns)) & ~cells(taken, (rows, columns))).any()


def test_locked_zones_and_zones_too_long_are_not_made_coarse(ground: Ground, make_problem: MakeProblem) -> None:
    locked = np.array([[2, 2, 6, 6, 0]])
    assert coarsen(make_problem(ground, ("a",), locked=locked)) is None
    assert coarsen(make_problem(ground, ("a",), shapes=(np.array([[60, 4]]),))) is None


def test_a_hall_begun_on_coarse_cells_keeps_its_rules(
    ground: Ground, make_problem: MakeProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LARGE", 0)
    problem = make_problem(odd_ground(ground, 1, 1), ("a", "b", "c"))
    one, two = (search.anneal(problem, steps=1500, restarts=3, seed=3, workers=workers) for workers in (1, 2))
    assert [(item.hard, item.soft, item.places.tolist()) for item in one] == [
        (item.hard, item.soft, item.places.tolist()) for item in two
    ]
    assert judge(problem, one[0].placement).broken == ()
    assert not any(item.timed for item in one)
