"""Candidates along streets: spacing, reach, zoning."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from siting.geo.candidates import Ground, Siting, along_streets


def street(*ends):
    return np.array([shapely.LineString(ends)], dtype=object)


def test_points_every_100_m_near_the_stop():
    """A street of 400 m with a stop at its west end: points at 50, 150, 250, 350; two lie within 200 m."""
    points, ways = along_streets(street((0, 0), (400, 0)), np.array([[0.0, 0.0]]), Siting(100, 200))
    assert points.tolist() == [[50, 0], [150, 0]]
    assert ways.tolist() == [0, 0]


def test_at_most_so_many_nearest_to_a_stop():
    points, _ = along_streets(street((0, 0), (400, 0)), np.array([[400.0, 0.0]]), Siting(100, 999, most=1))
    assert points.tolist() == [[350, 0]]


def test_forbidden_ground_wins_and_outside_decides():
    zones = np.array([shapely.box(0, -10, 300, 10), shapely.box(100, -10, 200, 10)], dtype=object)
    ground = Ground(zones, np.array([True, False]), outside=False)
    points, _ = along_streets(street((0, 0), (400, 0)), np.array([[0.0, 0.0]]), Siting(100, 999), ground=ground)
    assert points[:, 0].tolist() == [50, 250]
    open_ground = Ground(zones, np.array([True, False]), outside=True)
    points, _ = along_streets(street((0, 0), (400, 0)), np.array([[0.0, 0.0]]), Siting(100, 999), ground=open_ground)
    assert points[:, 0].tolist() == [50, 250, 350]


def test_without_stops_or_streets_there_are_none():
    assert len(along_streets(street((0, 0), (9, 0)), np.empty((0, 2)), Siting(10, 10))[0]) == 0
    assert len(along_streets(np.empty(0, dtype=object), np.array([[0.0, 0.0]]), Siting(10, 10))[0]) == 0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.floats(20, 200))
def test_spacing_holds_and_order_of_streets_does_not_matter(seed, spacing):
    rng = np.random.default_rng(seed)
    ends = rng.uniform(0, 1000, (12, 2, 2)).round(2)
    lines = np.array([shapely.LineString(pair) for pair in ends], dtype=object)
    stops = rng.uniform(0, 1000, (3, 2))
    points, ways = along_streets(lines, stops, Siting(spacing, 400))
    if len(points) > 1:
        assert pdist(points).min() >= spacing * (1 - 1e-6)
    assert all(shapely.distance(shapely.Point(p), lines[w]) < 0.01 for p, w in zip(points, ways, strict=True))
    again, _ = along_streets(lines[::-1], stops, Siting(spacing, 400))
    np.testing.assert_array_equal(points, again)
