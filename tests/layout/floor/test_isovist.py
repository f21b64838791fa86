"""What is seen from a point: shadows drawn by hand, lines of sight one by one, and halls turned and mirrored."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Polygon, affinity, box
from shapely.geometry.base import BaseGeometry

from layout.floor.isovist import isovist, share_seen, sight_edges, step_in

HALL = box(0, 0, 10, 8)


def seen(floor: BaseGeometry, eye: tuple[float, float], range_m: float = 50.0) -> Polygon:
    return isovist(eye, sight_edges(floor), range_m)


def test_a_hall_without_columns_is_seen_whole() -> None:
    assert seen(HALL, (3, 3)).symmetric_difference(HALL).area < 1e-4
    lshape = Polygon([(0, 0), (10, 0), (10, 4), (4, 4), (4, 8), (0, 8)])
    assert seen(lshape, (2, 2)).area == pytest.approx(lshape.area, abs=1e-4)
    # From the far end, the line over the inner corner (4, 4) ends at (0, 6).
    assert seen(lshape, (8, 2)).area == pytest.approx(40 + 4 * 2 / 2, abs=1e-4)


def test_a_column_throws_its_shadow() -> None:
    """Seen from (0, 4) a column of 2 m stands 2 m away: its shadow opens to 8 m at x = 8."""
    found = seen(HALL - box(2, 3, 4, 5), (0.0001, 4))
    shadow = Polygon([(2, 3), (2, 5), (8, 8), (10, 8), (10, 0), (8, 0)])
    assert found.area == pytest.approx(80 - shadow.area, abs=0.01)
    assert not found.intersects(shadow.buffer(-0.01))


def test_the_range_and_the_angle_of_view_end_what_is_seen() -> None:
    edges = sight_edges(HALL)
    half = isovist((5, 4), edges, 2.0, facing_deg=90, view_deg=180)
    assert half.area == pytest.approx(math.pi * 2, rel=2e-3)
    assert half.bounds == pytest.approx((3, 4, 7, 6), abs=1e-3)
    assert isovist((5, 4), np.empty((0, 2, 2)), 2.0).area == pytest.approx(math.pi * 4, rel=2e-3)
    assert isovist((5, 4), edges, 100.0).area == pytest.approx(80, abs=1e-4)


def test_an_eye_on_the_wall_looks_into_the_hall() -> None:
    slanted = Polygon([(0, 0), (10, 1 / 3), (9.1, 7.7), (0, 8)])
    on_wall = shapely.line_interpolate_point(LineString([(0, 0), (10, 1 / 3)]), 3.3)
    eye = step_in(slanted, np.array([[on_wall.x, on_wall.y]]))[0]
    assert seen(slanted, (eye[0], eye[1])).area == pytest.approx(slanted.area, rel=1e-4)


def test_crossing_walls_are_cut_where_they_cross() -> None:
    cross = shapely.union_all([LineString([(4, 1), (4, 7)]), LineString([(1, 4), (7, 4)]), HALL.boundary])
    found = isovist((3, 3), sight_edges(cross), 50.0)
    assert not found.intersects(box(4.01, 4.01, 7, 7))
    assert found.covers(shapely.Point(3.99, 3.99))


def test_the_share_of_a_front_that_is_seen() -> None:
    """A wall from (4, 0) to (4, 4) hides the part of the far front below the line from the eye over its end."""
    floor = HALL - box(4, 0, 4.001, 4)
    front = LineString([(8, 0), (8, 8)])
    assert share_seen(seen(floor, (0.5, 4)), front) == pytest.approx(0.5, abs=1e-3)
    assert share_seen(seen(floor, (2, 2)), front) == pytest.approx(0.0, abs=1e-3)
    assert share_seen(seen(HALL, (2, 2)), front) == 1.0
    assert share_seen(HALL, LineString([(1, 1), (1, 1)])) == 0.0


BLOCKS = st.lists(
    st.tuples(st.floats(0, 9), st.floats(0, 7), st.floats(0.2, 3), st.floats(0.2, 3), st.floats(0, 90)), max_size=6
)


@settings(max_examples=30, deadline=None)
@given(BLOCKS, st.floats(0.5, 9.5), st.floats(0.5, 7.5), st.floats(0, 360), st.booleans())
def test_points_are_in_it_exactly_when_a_straight_line_reaches_them(
    blocks: list[tuple[float, float, float, float, float]], x: float, y: float, angle: float, mirror: bool
) -> None:
    shapes = [affinity.rotate(box(a, b, a + w, b + h), turn) for a, b, w, h, turn in blocks]
    floor = HALL - shapely.union_all(shapes)
    if not floor.buffer(-0.01).contains(shapely.Point(x, y)):
        return
    found = seen(floor, (x, y))
    assert found.is_valid
    spots = np.random.default_rng(1).uniform((0, 0), (10, 8), (300, 2))
    lines = shapely.linestrings(np.stack([np.broadcast_to([x, y], spots.shape), spots], axis=1))
    reached = shapely.covers(floor, lines)
    inside = shapely.covers(found, shapely.points(spots))
    close = shapely.distance(shapely.boundary(found), shapely.points(spots)) < 1e-6
    assert (reached == inside)[~close].all()

    def moved(shape: BaseGeometry) -> BaseGeometry:
        shape = affinity.scale(shape, -1.0 if mirror else 1.0, 1.0, origin=(0, 0))
        return affinity.rotate(shape, angle, origin=(0, 0))

    eye = moved(shapely.Point(x, y))
    assert seen(moved(floor), (eye.x, eye.y)).area == pytest.approx(found.area, abs=1e-4)
