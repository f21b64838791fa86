"""Streets and areas as whole steps: what is decoded lies where the street lies, and the budget is kept."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.maps.backdrop import STEP_DEG, Grid, draw_backdrop, encode, encode_areas, street_class, to_degrees

CRS = pyproj.CRS("EPSG:32635")
EMPTY = gpd.GeoDataFrame({"name": []}, geometry=gpd.GeoSeries([], crs=CRS))
CORNER = np.array([386_000.0, 6_671_000.0])
GRID = Grid(24.9, 60.1)


def decoded(deltas):
    steps = np.cumsum(np.array(deltas).reshape(-1, 2), axis=0)
    return steps * STEP_DEG + (GRID.lon, GRID.lat)


def streets(lines, kinds):
    return gpd.GeoDataFrame({"name": "", "kind": kinds}, geometry=gpd.GeoSeries(lines, crs=CRS))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=2, max_size=30))
def test_encoded_line_is_within_half_a_step(offsets):
    line = np.array(offsets) + np.array([GRID.lon, GRID.lat])
    back = decoded(encode(line, GRID))
    gaps = np.abs(line[:, None, :] - back[None, :, :]).max(axis=2).min(axis=1)
    assert gaps.max() <= STEP_DEG / 2 + 1e-9


def test_repeated_vertices_are_dropped():
    assert encode(np.array([[24.9, 60.1], [24.9, 60.1], [24.90001, 60.1]]), GRID) == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("primary", "main"), ("trunk_link", "main"), ("residential", "minor"), ("footway", "path"), ("", "minor")],
)
def test_street_class(kind, expected):
    assert street_class(kind) == expected


def test_budget_simplifies_first_and_then_leaves_paths_out():
    rng = np.random.default_rng(1)
    wiggly = [
        shapely.LineString(CORNER + at * 50 + np.column_stack([np.arange(200.0), rng.uniform(0, 4, 200)]))
        for at in range(20)
    ]
    frame = streets(wiggly, ["residential", "footway"] * 10)
    whole = draw_backdrop(frame, EMPTY, GRID, budget=10_000)
    assert whole.paths_left_out == 0
    simpler = draw_backdrop(frame, EMPTY, GRID, budget=200)
    assert simpler.tolerance_m > whole.tolerance_m
    assert simpler.paths_left_out == 0
    least = draw_backdrop(frame, EMPTY, GRID, budget=25)
    assert least.paths_left_out == 10
    assert least.streets["path"] == []
    assert len(least.streets["minor"]) == 10


def test_no_streets_no_water():
    frame = streets([], [])
    assert draw_backdrop(frame, EMPTY, GRID).streets == {}


def test_areas_keep_holes_and_their_place_in_the_order():
    ring = shapely.box(0, 0, 400, 400).difference(shapely.box(100, 100, 200, 200))
    shapes = [shapely.transform(shape, lambda xy: xy + CORNER) for shape in (shapely.Point(0, 0), ring)]
    areas = encode_areas(shapes, CRS, GRID)
    assert [len(rings) for rings in areas] == [0, 2]
    corner = shapely.get_coordinates(to_degrees(np.array([shapely.Point(CORNER)], dtype=object), CRS))[0]
    assert np.abs(decoded(areas[1][0]) - corner).max(axis=1).min() <= STEP_DEG
