"""Catchments along streets: drawn by hand, and against walks measured one by one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from outlet.errors import InputError
from siting.geo.isochrone import Drawing, catchment_polygons, reached_streets
from siting.geo.network import StreetNetwork, build_network
from siting.geo.travel import travel_minutes

SPEED = 80.0


def network(*lines) -> StreetNetwork:
    return build_network(np.array([LineString(line) for line in lines], dtype=object), SPEED)


def grid(size: int, step: float) -> StreetNetwork:
    ticks = [step * k for k in range(size + 1)]
    return network(*[[(x, y) for y in ticks] for x in ticks], *[[(x, y) for x in ticks] for y in ticks])


@pytest.fixture
def street() -> StreetNetwork:
    """One street of 1 km along the x axis, bent nowhere, with a vertex at 300 m."""
    return network([(0, 0), (300, 0), (1000, 0)])


def test_one_street_by_hand(street):
    """2 minutes are 160 m: from 20 m beside x = 500, 140 m both ways."""
    (reached,) = reached_streets(street, np.array([[500.0, 20.0]]), 2.0, snap_limit_m=50.0)
    assert reached.equals(LineString([(360, 0), (640, 0)]))


def test_the_polygon_is_the_street_with_ground_on_both_sides(street):
    """280 m of street 60 m wide and round ends; the way of 20 m to it lies inside."""
    ((shape,),) = catchment_polygons(
        street, np.array([[500.0, 20.0]]), [2.0], snap_limit_m=50.0, drawing=Drawing(buffer_m=30.0)
    )
    strip = shapely.buffer(LineString([(360, 0), (640, 0)]), 30.0, quad_segs=4)
    assert shape.contains(strip.buffer(-1e-6))
    assert shape.contains(Point(500, 49))
    assert shape.area == pytest.approx(strip.union(shapely.buffer(Point(500, 20), 30.0, quad_segs=4)).area, rel=1e-3)


def test_the_end_of_a_street_is_the_end(street):
    (reached,) = reached_streets(street, np.array([[950.0, 0.0]]), 2.0, snap_limit_m=50.0)
    assert reached.equals(LineString([(790, 0), (1000, 0)]))


def test_on_a_grid_the_catchment_is_a_diamond():
    """From (300, 300), 200 m: 4 × 200 m along its street and avenue, 4 × 2 × 100 m from the next junctions."""
    (reached,) = reached_streets(grid(6, 100.0), np.array([[300.0, 300.0]]), 2.5, snap_limit_m=1.0)
    assert reached.length == pytest.approx(1600.0)
    corners = shapely.get_coordinates(reached)
    assert np.abs(corners - 300.0).sum(axis=1).max() == pytest.approx(200.0)


def test_a_street_is_reached_from_both_ends():
    """A square of 4 × 100 m, from its corner, 150 m: both sides, and 50 m of each of the other two; 180 m: 80 m."""
    square = network([(0, 0), (100, 0)], [(100, 0), (100, 100)], [(100, 100), (0, 100)], [(0, 100), (0, 0)])
    lengths = [
        float(reached_streets(square, np.zeros((1, 2)), metres / SPEED, snap_limit_m=1.0)[0].length)
        for metres in (150, 180, 200, 500)
    ]
    assert lengths == pytest.approx([300.0, 360.0, 400.0, 400.0])


def test_a_bridge_is_no_way_down():
    """The two lines cross without a shared vertex; the detour between them is 800 m."""
    town = network([(0, 0), (200, 0)], [(100, -100), (100, 300)], [(200, 0), (200, 300), (100, 300)])
    (reached,) = reached_streets(town, np.array([[50.0, 0.0]]), 1.5, snap_limit_m=1.0)
    assert reached.equals(LineString([(0, 0), (170, 0)]))


def test_blocks_are_filled_and_parks_are_not():
    """A park of 9 blocks' size in the middle of the grid, 300 m × 300 m within its streets, stays a hole."""
    lines = [[(x, 0), (x, 900)] for x in (0, 900)] + [[(0, y), (900, y)] for y in (0, 900)]
    inner = [[(300, 300), (600, 300)], [(600, 300), (600, 600)], [(600, 600), (300, 600)], [(300, 600), (300, 300)]]
    town = network(*lines, *inner, [(0, 0), (300, 300)], [(900, 900), (600, 600)])
    place, walk = np.array([[300.0, 300.0]]), [60.0]
    ((filled,),) = catchment_polygons(town, place, walk, snap_limit_m=1.0, drawing=Drawing(fill_m2=60_000.0))
    ((open_,),) = catchment_polygons(town, place, walk, snap_limit_m=1.0, drawing=Drawing(fill_m2=57_000.0))
    assert filled.contains(Point(450, 450)), "240 m × 240 m are 57,600 m²"
    assert not open_.contains(Point(450, 450))


def test_places_off_the_streets_reach_nothing(street):
    places = np.array([[500.0, 20.0], [500.0, 60.0]])
    shapes = catchment_polygons(street, places, [0.1, 0.25, 1.0], snap_limit_m=50.0)
    assert [[bool(shape.is_empty) for shape in row] for row in shapes] == [[True, True, False], [True] * 3]
    assert shapes.shape == (2, 3)
    assert catchment_polygons(street, places[:0], [1.0], snap_limit_m=50.0).shape == (0, 1)
    assert reached_streets(street, places, 0.1, snap_limit_m=50.0)[0].is_empty


@settings(max_examples=30, deadline=None)
@given(
    kept=st.lists(st.booleans(), min_size=40, max_size=40),
    place=st.tuples(st.floats(-20, 420), st.floats(-20, 420)),
    minutes=st.floats(0.1, 8.0),
    where=st.lists(st.tuples(st.integers(0, 39), st.floats(0.01, 0.99)), min_size=1, max_size=12),
)
def test_reached_is_what_can_be_walked_in_time(kept, place, minutes, where):
    """A town of 5 × 5 junctions with some of its 40 streets; points on streets, walked one by one."""
    streets = [((x, y), (x + 100, y)) for x in range(0, 400, 100) for y in range(0, 500, 100)]
    streets += [((x, y), (x, y + 100)) for x in range(0, 500, 100) for y in range(0, 400, 100)]
    lines = [line for line, keep in zip(streets, kept, strict=True) if keep]
    if not lines:
        return
    town = build_network(np.array([LineString(line) for line in lines], dtype=object), SPEED, least_part_m=1.0)
    points = np.array([np.array(a) + share * (np.array(b) - a) for at, share in where for a, b in [streets[at]]])
    on = shapely.distance(shapely.multilinestrings([LineString(line) for line in lines]), shapely.points(points)) < 1e-9
    (reached,) = reached_streets(town, np.array([place]), minutes, snap_limit_m=60.0)
    walk = travel_minutes(town, np.array([place]), points, cutoff_min=30.0, snap_limit_m=60.0).toarray()[0]
    for point, is_on, walked in zip(points, on, walk, strict=True):
        if is_on and abs(walked - minutes) > 1e-6:
            near = not reached.is_empty and reached.distance(Point(point)) < 1e-6
            assert near == (0 < walked < minutes), (point, walked)


@settings(max_examples=15, deadline=None)
@given(
    place=st.tuples(st.floats(0, 600), st.floats(0, 600)), walks=st.lists(st.floats(0.5, 6.0), min_size=2, max_size=3)
)
def test_longer_walks_contain_shorter_ones(place, walks):
    walks = sorted(walks)
    drawing = Drawing(buffer_m=20.0, fill_m2=5_000.0)
    (shapes,) = catchment_polygons(grid(6, 100.0), np.array([place]), walks, snap_limit_m=100.0, drawing=drawing)
    for small, large in pairwise(shapes):
        assert small.is_valid
        assert small.difference(large).area < 1e-3


def test_bad_input_is_named(street):
    place = np.array([[500.0, 0.0]])
    with pytest.raises(InputError, match=r"a walk of -1.0 minutes; expected a number from 0"):
        catchment_polygons(street, place, [5.0, -1.0], snap_limit_m=50.0)
    with pytest.raises(InputError, match="a walk of nan minutes"):
        reached_streets(street, place, float("nan"), snap_limit_m=50.0)
    with pytest.raises(InputError, match="expected a buffer above 0 and an area from 0"):
        catchment_polygons(street, place, [5.0], snap_limit_m=50.0, drawing=Drawing(buffer_m=0.0))
