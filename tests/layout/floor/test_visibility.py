"""Exact walks among obstacles: hand-drawn cases, a fine grid as judge, and halls mirrored, turned and scaled."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Polygon, affinity, box

from layout.floor.ground import boxes, free_polygon, narrowed, swept
from layout.floor.plan import Door, FloorPlan
from layout.floor.visibility import see_corners
from layout.floor.walk import walk_distances

HALL = box(0, 0, 10, 8)
FINE = 0.25


def metres(free: shapely.Geometry, points: list[tuple[float, float]], half: float = 0.0) -> np.ndarray:
    return see_corners(free, half).walks(np.array(points)).metres


def test_a_walk_bends_round_a_column() -> None:
    walks = see_corners(HALL - box(4, 2, 6, 5)).walks(np.array([[2.0, 3.0], [8.0, 3.0], [2.0, 7.0]]))
    assert walks.metres[0, 1] == pytest.approx(2 * math.hypot(2, 1) + 2, abs=1e-5)
    assert walks.path(0, 1) == pytest.approx(np.array([[2, 3], [4, 2], [6, 2], [8, 3]]), abs=1e-5)
    assert walks.metres[0, 2] == 4.0
    assert len(walks.path(0, 2)) == 2


def test_points_may_stand_on_edges_corners_and_slanted_walls() -> None:
    """A slanted wall whose coordinates no float holds, with the points on it, and along it."""
    slanted = Polygon([(0, 0), (10, 1 / 3), (9.1, 7.7), (0, 8)])
    on_wall = shapely.line_interpolate_point(LineString([(0, 0), (10, 1 / 3)]), [1.1, 7.3])
    points = [*((point.x, point.y) for point in on_wall), (0, 0), (0, 8), (9.1, 7.7)]
    found = metres(slanted, points)
    straight = np.hypot(*(np.array(points)[:, None] - np.array(points)[None]).transpose(2, 0, 1))
    assert found == pytest.approx(straight, abs=1e-4)


def test_obstacles_that_touch_in_a_corner_let_nobody_through() -> None:
    free = HALL - shapely.union_all([box(0, 4, 5, 5), box(5, 5, 6, 8)])
    around = metres(free, [(4, 5.5), (4, 3.5)])[0, 1]
    assert np.isinf(around)
    apart = HALL - shapely.union_all([box(0, 4, 5, 5), box(5.001, 5, 6, 8)])
    assert metres(apart, [(4, 5.5), (4, 3.5)])[0, 1] == pytest.approx(2 * math.hypot(1, 0.5) + 1, abs=2e-3)


def test_a_yard_within_the_hall_is_walked_round() -> None:
    ring = Polygon([(0, 0), (10, 0), (10, 8), (0, 8)], [[(2, 2), (8, 2), (8, 6), (2, 6)]])
    assert metres(ring, [(1, 4), (9, 4)])[0, 1] == pytest.approx(2 * math.hypot(1, 2) + 6, abs=1e-5)


def test_separate_rooms_have_no_walk_and_their_path_is_empty() -> None:
    walks = see_corners(HALL - box(4, 0, 5, 8)).walks(np.array([[1.0, 1.0], [9.0, 1.0], [2.0, 1.0]]))
    assert np.isinf(walks.metres[0, 1])
    assert walks.path(0, 1).shape == (0, 2)
    assert walks.metres[0, 2] == 1.0


def test_walls_drawn_as_lines_stop_walkers() -> None:
    plan = FloorPlan(HALL, (Door(1, 0, 1, True, True, 90),), walls=(LineString([(5, 0), (5, 7)]),))
    found = metres(
        free_polygon(plan, boxes([np.array([[7.0, 6.0, 3.0, 2.0], [9.0, 0.0, 1.0, 8.0]])])), [(4, 4), (6, 4)]
    )
    assert found[0, 1] == pytest.approx(2 * math.hypot(1, 3), abs=0.05)


@pytest.mark.parametrize(("half", "passes"), [(0.59, True), (0.61, False)])
def test_a_passage_is_as_wide_as_its_walker(half: float, passes: bool) -> None:
    free = HALL - shapely.union_all([box(5, 0, 5.5, 3.4), box(5, 4.6, 5.5, 8)])
    assert np.isfinite(metres(free, [(2, 4), (8, 4)], half)[0, 1]) == passes


def test_a_wide_walker_rounds_a_corner_on_an_arc() -> None:
    """Past one corner of a wall: two tangents and an arc; the chords outside it are hardly longer."""
    half, wall = 0.6, box(5, 0, 5.001, 4)
    walks = see_corners(HALL - wall, half).walks(np.array([[3.0, 1.0], [7.0, 1.0]]))
    leg = math.hypot(2, 3)
    over = 2 * math.pi - 2 * math.atan2(2, 3) - 2 * math.acos(half / leg)
    exact = 2 * math.sqrt(leg**2 - half**2) + half * over
    assert exact <= walks.metres[0, 1] <= exact + 0.02
    path = LineString(walks.path(0, 1))
    assert path.distance(wall) >= half - 1e-6


def test_a_point_off_the_floor_is_joined_by_a_leg_that_counts() -> None:
    walks = see_corners(HALL, 0.5).walks(np.array([[0.0, 4.0], [5.0, 4.0], [-5.0, 4.0]]))
    assert walks.metres[0, 1] == pytest.approx(5.0)
    assert walks.path(0, 1)[0].tolist() == [0.0, 4.0]
    assert walks.path(0, 1, legs=False)[0] == pytest.approx([0.5, 4.0])
    assert np.isinf(walks.metres[2, 1])


def test_a_leg_never_goes_through_a_wall() -> None:
    """A closet of 0.4 m behind a wall: the floor beyond the wall is near, but not to be stepped to."""
    free = HALL - box(0.4, 0, 0.5, 8)
    assert np.isinf(metres(free, [(0.2, 4), (5, 4)], 0.3)[0, 1])


def test_no_corners_and_no_points_are_no_trouble() -> None:
    assert metres(HALL, []).shape == (0, 0)
    assert metres(box(0, 0, 1, 1) - box(-1, -1, 2, 2), [(0, 0), (1, 1)])[0, 1] == np.inf
    assert metres(HALL, [(1, 1), (1, 1)])[0, 1] <= 1e-8


BLOCKS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 6), st.integers(1, 4), st.integers(1, 3)), min_size=1, max_size=6
)


@settings(max_examples=40, deadline=None)
@given(BLOCKS, st.randoms(use_true_random=False))
def test_the_grid_never_finds_a_shorter_walk(blocks: list[tuple[int, int, int, int]], random: object) -> None:
    """Points in the middles of cells of 0.25 m; the grid's walk is at most 2.8 % longer and half a cell a turn."""
    shapes = [box(x, y, x + w, y + h) for x, y, w, h in blocks]
    free = HALL - shapely.union_all(shapes)
    mask = np.ones((round(8 / FINE), round(10 / FINE)), dtype=bool)
    for x, y, w, h in blocks:
        mask[round(y / FINE) : round((y + h) / FINE), round(x / FINE) : round((x + w) / FINE)] = False
    cells = np.argwhere(mask)
    if len(cells) == 0:
        return
    chosen = cells[np.array([random.randrange(len(cells)) for _ in range(6)])]  # type: ignore[attr-defined]
    points = (chosen[:, ::-1] + 0.5) * FINE
    walks = see_corners(free).walks(points)
    grid = walk_distances(mask, FINE, chosen)[:, chosen[:, 0], chosen[:, 1]]
    straight = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    assert (np.isfinite(grid) == np.isfinite(walks.metres)).all()
    known = np.isfinite(grid)
    assert (walks.metres[known] <= grid[known] + 1e-5).all()
    assert (walks.metres[known] >= straight[known] - 1e-9).all()
    for i, j in np.argwhere(known & ~np.eye(6, dtype=bool)):
        path = walks.path(int(i), int(j))
        length = float(np.hypot(*np.diff(path, axis=0).T).sum())
        assert length == pytest.approx(walks.metres[i, j], abs=1e-5)
        assert LineString(path).difference(free.buffer(1e-5)).length < 1e-4 if len(path) > 1 else length == 0
        assert grid[i, j] <= 1.028 * length + FINE * len(path)


@settings(max_examples=25, deadline=None)
@given(BLOCKS, st.floats(0, 360), st.floats(0.2, 5), st.booleans())
def test_a_hall_turned_mirrored_and_scaled_has_the_same_walks(
    blocks: list[tuple[int, int, int, int]], angle: float, scale: float, mirror: bool
) -> None:
    free = HALL - shapely.union_all([box(x, y, x + w, y + h) for x, y, w, h in blocks])
    points = shapely.points([(0.5, 0.5), (9.5, 7.5), (9.5, 0.5), (0.5, 7.5), (5.5, 4.5)])
    points = points[shapely.covers(free, points)]

    def moved(shape: shapely.Geometry) -> shapely.Geometry:
        shape = affinity.scale(shape, -scale if mirror else scale, scale, origin=(0, 0))
        return affinity.rotate(shape, angle, origin=(0, 0))

    there = [(p.x, p.y) for p in points]
    elsewhere = [(p.x, p.y) for p in map(moved, points)]
    assert metres(moved(free), elsewhere, 0.3 * scale) == pytest.approx(metres(free, there, 0.3) * scale, abs=1e-3)


def test_narrowed_floor_keeps_the_distance_everywhere() -> None:
    free = HALL - shapely.union_all([box(2, 2, 3, 3), Polygon([(5, 5), (7, 5.2), (6, 7)]), box(8, 0, 8.3, 5)])
    for half in (0.25, 0.6):
        edge = shapely.boundary(free)
        assert narrowed(free, half).distance(edge) >= half - 1e-9
        exact = free.buffer(-half, quad_segs=64)
        assert narrowed(free, half).area <= exact.area <= narrowed(free, half).area * 1.01


def test_swept_floor_leaves_out_what_no_aisle_reaches() -> None:
    """A gap of 0.8 m behind a counter, and a room behind a gap of 1 m: visitors' aisles of 1.2 m reach neither."""
    free = HALL - shapely.union_all([box(3, 6, 7, 7.2), box(8, 0, 8.2, 3.5), box(8, 4.5, 8.2, 8)])
    floor = swept(free, 0.59, 0.25, np.array([[2.0, 0.0]]))
    assert not floor.intersects(shapely.Point(5, 7.6))
    assert not floor.intersects(shapely.Point(9, 4))
    assert floor.covers(shapely.Point(5, 5.6))
    assert swept(free, 0.49, 0.25, np.array([[2.0, 0.0]])).covers(shapely.Point(9, 4))
