"""Candidates in cells, near stations, of clusters and of twins, on streets drawn by hand; walks; thinning."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist, pdist

from outlet.errors import InputError
from siting.geo import travel
from siting.geo.candidates import Siting, near_stations
from siting.geo.cells import Hexagons, Squares, front_of_cells, middles_within
from siting.geo.clusters import dbscan_clusters, kmeans_clusters
from siting.geo.frontage import Ground, front_nearest, frontage_of
from siting.geo.network import build_network
from siting.geo.thin import thin
from siting.geo.travel import snap, sums_within, travel_minutes, walks_between
from siting.geo.twins import TwinSiting, alike, choose_twins

UTM = pyproj.CRS("EPSG:32635")


def lines(*ways):
    return np.array([shapely.LineString(way) for way in ways], dtype=object)


def grid_town(steps, side):
    """Return streets every ``side`` metres, steps × steps blocks, cut at every corner."""
    at = np.arange(steps + 1) * float(side)
    across = [((x, y), (x + side, y)) for x in at[:-1] for y in at]
    up = [((x, y), (x, y + side)) for x in at for y in at[:-1]]
    return lines(*across, *up)


def slow_thin(points, spacing):
    kept = []
    for at, point in enumerate(points):
        if all(np.hypot(*(point - points[other])) >= spacing for other in kept):
            kept.append(at)
    return kept


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000), st.floats(1, 400), st.integers(0, 60))
def test_thinning_keeps_what_the_plain_way_keeps(seed, spacing, count):
    points = np.random.default_rng(seed).uniform(-500, 500, (count, 2))
    assert thin(points, spacing).tolist() == slow_thin(points, spacing)


def test_thinning_leaves_what_is_near_a_place_taken():
    points = np.array([[0.0, 0.0], [100.0, 0.0], [149.0, 0.0], [200.0, 0.0]])
    assert thin(points, 50.0, taken=np.array([[10.0, 0.0]]), taken_m=20.0).tolist() == [1, 3]
    assert thin(points[:1], 50.0, taken=np.array([[20.0, 0.0]]), taken_m=20.0).tolist() == [0]


@pytest.mark.parametrize("block", [1, 5, 100])
def test_sums_within_a_walk_are_those_of_all_pairs(monkeypatch, block):
    rng = np.random.default_rng(block)
    monkeypatch.setattr(travel, "BLOCK_ORIGINS", block)
    ways = grid_town(4, 100)
    network = build_network(ways[rng.random(len(ways)) < 0.8], 80.0)
    origins, targets = rng.uniform(-30, 430, (12, 2)), rng.uniform(-30, 430, (15, 2))
    from_, to = snap(network, origins, limit_m=60), snap(network, targets, limit_m=60)
    matrix = travel_minutes(network, origins, targets, cutoff_min=30.0, snap_limit_m=60).tocoo()
    values, sums = rng.integers(1, 9, (12, 2)).astype(float), np.zeros((15, 2))
    for origin, target, minutes in zip(matrix.row, matrix.col, matrix.data, strict=True):
        if minutes <= 3.7:
            sums[target] += values[origin]
    assert sums.any()
    assert sums_within(network, from_, values, to, limit_m=3.7 * 80).tolist() == sums.tolist()


def test_a_walk_along_its_own_street():
    """A street of 1000 m: places at 400 and 600 are 200 m apart though no corner lies within 250 m of either."""
    network = build_network(lines(((0, 0), (1000, 0))), 1.0)
    one, other = (snap(network, np.array([[x, 3.0]]), limit_m=10) for x in (400.0, 600.0))
    assert walks_between(network, one, other, cutoff_min=250.0).data.tolist() == [206.0]
    assert walks_between(network, one, other, cutoff_min=205.0).nnz == 0


def test_a_square_has_the_front_nearest_to_its_middle():
    """A street along y = 130 crosses three squares of 100 m: their middles are at y = 150; the front is below each."""
    frontage = frontage_of(lines(((0, 130), (300, 130))), None)
    cell, points, ways = front_of_cells(Squares(100.0), frontage, None)
    assert points.tolist() == [[50, 130], [150, 130], [250, 130]]
    assert [Squares(100.0).name_of(int(key)) for key in cell] == ["0-1", "1-1", "2-1"]
    assert ways.tolist() == [0, 0, 0]


def test_a_front_stays_inside_its_square_and_on_allowed_ground():
    """The street leaves the square x < 100 at (100, 10); of the second square only x > 160 is allowed."""
    ground = Ground(np.array([shapely.box(100, -50, 160, 50)], dtype=object), np.array([False]))
    frontage = frontage_of(lines(((0, 10), (200, 10))), ground)
    _, points, _ = front_of_cells(Squares(100.0), frontage, ground)
    assert points.tolist() == [[50, 10], [170, 10]]


def test_squares_are_named_the_same_whatever_else_is_there():
    far = lines(((0, 130), (300, 130)), ((90_000, 5), (90_500, 5)))
    near = lines(((0, 130), (300, 130)))
    few, many = (front_of_cells(Squares(100.0), frontage_of(ways, None), None) for ways in (near, far))
    assert set(few[0].tolist()) < set(many[0].tolist())
    assert {tuple(point) for point in few[1]} < {tuple(point) for point in many[1]}


def test_middles_of_squares_and_hexagons_within_bounds():
    cell, middle = middles_within(Squares(100.0), (0, 0, 250, 100))
    assert middle.tolist() == [[50, 50], [150, 50], [250, 50]]
    assert Squares(100.0).cell_of(middle).tolist() == cell.tolist()
    hexagons = Hexagons(9, UTM)
    bounds = (385_000.0, 6_670_000.0, 390_000.0, 6_675_000.0)
    cell, middle = middles_within(hexagons, bounds)
    assert hexagons.cell_of(middle).tolist() == cell.tolist()
    # Hexagons of size 9 are about 0.105 km²; 25 km² hold 25 / 0.105 of them, and every place lies in one.
    area = 25 / len(cell)
    assert 0.07 < area < 0.14
    places = np.random.default_rng(1).uniform((386_000, 6_671_000), (389_000, 6_674_000), (500, 2))
    assert set(hexagons.cell_of(places).tolist()) <= set(cell.tolist())


def test_too_many_cells_are_refused():
    with pytest.raises(InputError, match=r"cells of about 1 m on 10 × 10 km are 100,\d+,\d+; expected at most 4,000"):
        middles_within(Squares(1.0), (0, 0, 10_000, 10_000))


def test_a_hexagon_is_known_by_its_h3_index():
    """Helsinki's railway station, 60.1719 N 24.9414 E, lies in 891126d3367ffff at resolution 9."""
    hexagons = Hexagons(9, UTM)
    place = np.array(pyproj.Transformer.from_crs(4326, UTM, always_xy=True).transform(24.9414, 60.1719))
    cell = int(hexagons.cell_of(place[None, :])[0])
    import h3

    assert hexagons.name_of(cell) == h3.latlng_to_cell(60.1719, 24.9414, 9)


def test_fronts_near_a_station_are_counted_along_streets():
    """The station stands at a dead end (0, 0); 100 m north the street meets another; a wall parts it from y = −30.

    Within 200 m on foot lie the dead end and 100 m of the cross street either way; the street behind the wall is 30 m
    off but no walk. Fronts are every 20 m, and the nearest three at least 60 m apart 10, 70 and 170 m of walk away: of
    the cross street's (50, 100) is 58 m from (0, 70). Of two equally far the western one is first.
    """
    ways = lines(((0, 0), (0, 100)), ((-200, 100), (0, 100)), ((0, 100), (200, 100)), ((-200, -30), (200, -30)))
    joined = lines(((200, 100), (600, 100)), ((600, 100), (600, -30)), ((600, -30), (200, -30)))
    network = build_network(np.concatenate([ways, joined]), 1.0)
    frontage = frontage_of(ways, None)
    points, _, station = near_stations(
        frontage, np.array([[0.0, 0.0]]), Siting(60, 200, 3), network=network, snap_limit_m=50
    )
    assert points.tolist() == [[0, 10], [0, 70], [-70, 100]]
    assert station.tolist() == [0, 0, 0]
    nowhere = near_stations(frontage, np.array([[5000.0, 0]]), Siting(60, 200, 3), network=network, snap_limit_m=50)
    assert len(nowhere[0]) == 0


def test_of_two_stations_the_nearer_one_has_the_front():
    ways = lines(((0, 0), (400, 0)))
    network, frontage = build_network(ways, 1.0), frontage_of(ways, None)
    stations = np.array([[90.0, 0.0], [310.0, 0.0]])
    points, ways_, station = near_stations(frontage, stations, Siting(60, 150, 2), network=network, snap_limit_m=9)
    assert points[:, 0].tolist() == [30.0, 90.0, 250.0, 310.0]
    assert station.tolist() == [0, 0, 1, 1]
    assert ways_.tolist() == [0, 0, 0, 0]


def test_two_clusters_by_kmeans_have_their_weighted_middles():
    """Three persons at (0, 0) and one at (40, 0): the middle is at 10; the far pair is at (1000, 5)."""
    points = np.array([[0.0, 0.0], [40.0, 0.0], [1000.0, 0.0], [1000.0, 10.0]])
    found = kmeans_clusters(points, np.array([3.0, 1.0, 1.0, 1.0]), 2)
    assert found.middle.tolist() == [[10, 0], [1000, 5]]
    assert found.demand.tolist() == [4, 2]
    assert kmeans_clusters(points, np.ones(4), 9).demand.tolist() == [1, 1, 1, 1]


def test_clusters_by_density_leave_out_what_lies_alone():
    """Fifty persons at each of three places 50 m apart make a village; ten persons 500 m off make none."""
    points = np.array([[0.0, 0.0], [50.0, 0.0], [100.0, 0.0], [600.0, 0.0]])
    found = dbscan_clusters(points, np.array([50.0, 50.0, 50.0, 10.0]), reach_m=60, least_demand=100)
    assert found.middle.tolist() == [[50, 0]]
    assert found.demand.tolist() == [150]
    assert found.left_out == 10


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 30), st.sampled_from(["kmeans", "dbscan"]))
def test_clusters_hold_all_demand_in_any_order_and_move_with_the_city(seed, count, method):
    rng = np.random.default_rng(seed)
    points, weight = rng.uniform(0, 2000, (60, 2)).round(), rng.integers(1, 50, 60).astype(float)

    def clusters(points, weight):
        if method == "kmeans":
            return kmeans_clusters(points, weight, count)
        return dbscan_clusters(points, weight, reach_m=150, least_demand=60)

    found = clusters(points, weight)
    assert found.demand.sum() + found.left_out == pytest.approx(weight.sum())
    order = rng.permutation(60)
    again = clusters(points[order], weight[order])
    np.testing.assert_allclose(again.middle, found.middle, atol=1e-6)
    far = np.array([128_000.0, -64_000.0])
    moved = clusters(points + far, weight)
    np.testing.assert_allclose(moved.demand, found.demand)
    np.testing.assert_allclose(moved.middle, found.middle + far, atol=1e-6)


def test_very_many_points_are_joined_before_they_are_clustered():
    """60,000 points in a square: 16 clusters of about equal demand."""
    points = np.random.default_rng(3).uniform(0, 4000, (60_000, 2))
    found = kmeans_clusters(points, np.ones(len(points)), 16)
    assert found.demand.sum() == pytest.approx(60_000)
    assert len(found.demand) == 16
    assert found.demand.min() > 60_000 / 16 / 2
    dense = dbscan_clusters(points, np.ones(len(points)), reach_m=200, least_demand=50)
    assert dense.demand.tolist() == pytest.approx([60_000])


def test_a_middle_goes_to_the_nearest_street_on_allowed_ground():
    """The street y = 0 is nearest at (33, 0), but forbidden from 20 to 60; 20 m steps leave fronts at 10 and 70."""
    ground = Ground(np.array([shapely.box(20, -5, 60, 5)], dtype=object), np.array([False]))
    ways = lines(((0, 0), (200, 0)))
    places = np.array([[33.0, 40.0], [113.0, -7.0], [33.0, 900.0]])
    points, way = front_nearest(frontage_of(ways, ground), places, ground, limit_m=100)
    assert points[:2].tolist() == [[10, 0], [113, 0]]
    assert way.tolist() == [0, 0, -1]
    assert np.isnan(points[2]).all()


def test_twins_are_what_is_most_alike_in_units_of_how_places_differ():
    """One measure with quartiles 1 and 3 (IQR 2), one that never varies: a place one IQR off is exp(−1) alike."""
    around = np.array([[0.0, 7.0], [1.0, 7.0], [2.0, 7.0], [3.0, 7.0], [4.0, 7.0]])
    model, likeness = alike(around, np.array([[4.0, 7.0], [0.0, 9.0]]))
    assert model.tolist()[0] == 1
    assert model.tolist()[3:] == [0, 0]
    assert likeness == pytest.approx([1, np.exp(-0.5), np.exp(-1), np.exp(-0.5), 1])
    same = alike(np.ones((2, 2)), np.ones((1, 2)))
    assert same[1].tolist() == [1, 1]


def test_twins_keep_apart_from_one_another_and_from_our_outlets():
    """Along a line: 0 is ours; 50 is too near to it; 130 is the most alike; 160 is too near to that; 300 is unlike."""
    points = np.array([[50.0, 0], [130.0, 0], [160.0, 0], [300.0, 0], [240.0, 0]])
    likeness = np.array([0.99, 0.9, 0.8, 0.2, 0.7])
    siting = TwinSiting(spacing_m=100, least_alike=0.5)
    assert choose_twins(points, likeness, np.array([[0.0, 0.0]]), siting).tolist() == [1, 4]
    siting = TwinSiting(spacing_m=100, least_alike=0.5, most=1)
    assert choose_twins(points, likeness, np.array([[0.0, 0.0]]), siting).tolist() == [1]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.floats(40, 300))
def test_spacing_and_ground_hold_near_stations_in_any_order_and_when_the_city_moves(seed, spacing):
    rng = np.random.default_rng(seed)
    ways = grid_town(5, 120)
    stations = rng.uniform(0, 600, (4, 2)).round(1)
    park = shapely.box(*rng.uniform(0, 300, 2).round(), *rng.uniform(310, 600, 2).round())
    far = np.array([64_000.0, -32_000.0])

    def made(ways, stations, park):
        ground = Ground(np.array([park], dtype=object), np.array([False]))
        frontage = frontage_of(ways, ground)
        network = build_network(ways, 1.0)
        points, _, _ = near_stations(frontage, stations, Siting(spacing, 260, 5), network=network, snap_limit_m=90)
        assert ground.allows(points).all()
        return points

    points = made(ways, stations, park)
    if len(points) > 1:
        assert pdist(points).min() >= spacing * (1 - 1e-6)
    if len(points):
        assert cdist(points, stations).min(axis=1).max() <= 260
    np.testing.assert_array_equal(made(ways[rng.permutation(len(ways))], stations[::-1], park), points)
    shifted = np.array([shapely.transform(way, lambda xy: xy + far) for way in ways], dtype=object)
    moved = made(shifted, stations + far, shapely.transform(park, lambda xy: xy + far))
    np.testing.assert_allclose(moved, points + far, atol=1e-3)
