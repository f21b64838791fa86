"""The hall on its cells: what is free, how far it is to walk, and what can be seen."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from shapely import LineString, Polygon, box

from layout.floor.cells import door_cells, doorway_cells, forbidden_rectangles, free_cells, near_cells
from layout.floor.plan import Door, FloorPlan
from layout.floor.sight import sees
from layout.floor.walk import reached, walk_distances, wide_walk

MASKS = arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9)))


def plan(outline: Polygon, **parts: object) -> FloorPlan:
    return FloorPlan(outline=outline, doors=(Door(2.0, 0.0, 1.0, True, False, 90.0),), **parts)  # type: ignore[arg-type]


def test_cells_touched_by_a_column_are_not_free() -> None:
    """4 × 3 m with a column of 0.4 m off the grid: it touches 3 × 3 cells of 0.25 m."""
    cells = free_cells(plan(box(0, 0, 4, 3), columns=(box(1.6, 1.1, 2.0, 1.5),)))
    assert cells.free.shape == (12, 16)
    assert int((~cells.free).sum()) == 2 * 2
    assert cells.area_m2 == 12 - 4 / 16
    assert cells.at(*cells.centre(3, 5)) == (3, 5)
    assert cells.inside.all()


def test_slanted_outlines_give_area_away_and_never_invent_any() -> None:
    outline = Polygon([(0, 0), (6, 1), (5, 5), (0, 4)])
    cells = free_cells(plan(outline))
    assert cells.area_m2 <= outline.area
    assert cells.area_m2 > 0.8 * outline.area


def test_a_door_keeps_its_width_and_depth_clear() -> None:
    cells = free_cells(plan(box(0, 0, 4, 3)))
    mask = door_cells(cells, Door(2.0, 0.0, 1.0, True, False, 90.0), 1.5)
    rows, columns = np.nonzero(mask)
    assert (rows.max() + 1, np.ptp(columns) + 1) == (6, 6)


def test_near_cells_follow_a_line() -> None:
    cells = free_cells(plan(box(0, 0, 4, 3)))
    window = LineString([(1, 0), (3, 0)])
    assert int(near_cells(cells, [window], 0.13).sum()) == 8
    assert not near_cells(cells, [window], 0.1).any()


@settings(max_examples=40, deadline=None)
@given(MASKS)
def test_forbidden_rectangles_cover_exactly_what_is_not_free(free: np.ndarray) -> None:
    count = np.zeros(free.shape, dtype=int)
    for x, y, w, h in forbidden_rectangles(free):
        count[y : y + h, x : x + w] += 1
    assert (count == (~free).astype(int)).all()


def test_a_wall_is_walked_round() -> None:
    """Past a wall with a gap at its end; a straight walk is never too short, and at most 2.8 % too long."""
    free = np.ones((20, 20), dtype=bool)
    straight = walk_distances(free, 0.25, np.array([[0, 0]]))[0, 19, 10]
    exact = 0.25 * math.hypot(19, 10)
    assert exact <= straight <= 1.028 * exact
    free[10, :19] = False
    around = walk_distances(free, 0.25, np.array([[0, 0]]))[0, 19, 0]
    assert around > 0.25 * 2 * math.hypot(10, 19) - 0.5


def test_no_corner_is_cut_and_no_way_is_infinite() -> None:
    free = np.array([[True, False], [False, True]])
    far = walk_distances(free, 0.25, np.array([[0, 0], [0, 1]]))
    assert far[0, 0, 0] == 0
    assert np.isinf(far[0, 1, 1])
    assert np.isinf(far[1]).all()


def brute_reached(free: np.ndarray, k: int, start: np.ndarray) -> np.ndarray:
    rows, columns = free.shape
    fits = {(r, c) for r in range(rows - k + 1) for c in range(columns - k + 1) if free[r : r + k, c : c + k].all()}
    todo = [at for at in fits if (start & free)[at[0] : at[0] + k, at[1] : at[1] + k].any()]
    seen = set(todo)
    while todo:
        r, c = todo.pop()
        for at in ((r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)):
            if at in fits and at not in seen:
                seen.add(at)
                todo.append(at)
    covered = np.zeros_like(free)
    for r, c in seen:
        covered[r : r + k, c : c + k] = True
    return covered


@settings(max_examples=50, deadline=None)
@given(MASKS, st.integers(1, 3), st.randoms(use_true_random=False))
def test_a_wide_walker_reaches_what_brute_force_says(free: np.ndarray, k: int, random: object) -> None:
    start = np.zeros_like(free)
    start[0, : max(1, free.shape[1] // 2)] = True
    assert (reached(free, k, start) == brute_reached(free, k, start)).all()
    everywhere = np.ones_like(free)
    assert (reached(free, k, everywhere) == wide_walk(free, k)).all()


def test_sight_ends_at_a_wall_and_sees_its_face() -> None:
    blocks = np.zeros((5, 9), dtype=bool)
    blocks[:, 4] = True
    eye, cells = np.array([[2, 1]]), np.argwhere(np.ones_like(blocks))
    seen = sees(blocks, eye, cells).reshape(blocks.shape)
    assert seen[:, :5].all()
    assert not seen[:, 5:].any()
    assert sees(np.zeros((5, 9), dtype=bool), eye, cells, 3.0).sum() < 45


@settings(max_examples=40, deadline=None)
@given(MASKS)
def test_sight_is_mutual(blocks: np.ndarray) -> None:
    cells = np.argwhere(np.ones_like(blocks))
    seen = sees(blocks, cells, cells)
    assert (seen == seen.T).all()
    assert seen.diagonal().all()


@pytest.mark.parametrize("far", [0.0, 1.0])
def test_nobody_sees_beyond_the_range(far: float) -> None:
    seen = sees(np.zeros((3, 3), dtype=bool), np.array([[1, 1]]), np.array([[1, 2], [2, 2]]), far)
    assert seen.tolist() == [[far == 1.0, False]]


@pytest.mark.parametrize(("x", "columns"), [(4.9, range(16, 24)), (5.0, range(16, 24)), (5.105, range(16, 24))])
def test_the_floor_of_a_door_off_the_grid_has_no_sliver_left(x: float, columns: range) -> None:
    """A door of 1.8 m at x = 4.9 takes 4.0 to 5.8 m: eight columns, though the middle of the last lies beyond it."""
    plan = FloorPlan(outline=box(0, 0, 10, 8), doors=(Door(x, 0, 1.8, True, False, 90.0),), source="drawn")
    taken = doorway_cells(free_cells(plan), plan.doors[0], 1.5)
    assert sorted({int(column) for _, column in np.argwhere(taken)}) == list(columns)
    assert sorted({int(row) for row, _ in np.argwhere(taken)}) == list(range(6))
