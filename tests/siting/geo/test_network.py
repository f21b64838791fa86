"""Networks drawn by hand, and walking times against a plain Dijkstra over densely cut streets."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from outlet.errors import InputError
from siting.geo.network import build_network, street_parts
from siting.geo.travel import snap, travel_minutes

BRIDGE = 100.0


def lines(*coordinates):
    return np.array([shapely.LineString(one) for one in coordinates], dtype=object)


def cross():
    """Two streets that share the vertex (100, 0), and a third that crosses the first without a shared vertex.

    ::

                 (100,100)   (50,50)
                     |          :          the dotted way passes over the street
        (0,0) -------+----------:------ (200,0)
                  (100,0)    (50,-50)
    """
    return lines([(0, 0), (100, 0), (200, 0)], [(100, 0), (100, 60), (100, 100)], [(50, 50), (50, -50)])


def test_ways_meet_at_shared_vertices_only():
    network = build_network(cross(), 50.0)
    assert network.xy.tolist() == [[0, 0], [100, 0], [100, 100], [200, 0]]
    assert network.kept_m == 300
    assert network.dropped_m == 100
    minutes = dijkstra(network.graph, directed=False)
    assert minutes[0].tolist() == [0, 2, 4, 4]
    assert len(network.segments) == 4


def test_a_part_that_is_a_district_of_its_own_is_kept():
    network = build_network(cross(), 50.0, least_part_m=100)
    assert network.dropped_m == 0
    walk = travel_minutes(
        network, np.array([[50.0, 50.0]]), np.array([[50.0, -50.0], [0.0, 0.0]]), cutoff_min=99, snap_limit_m=9
    )
    assert walk.indices.tolist() == [0]
    assert walk.data.tolist() == [pytest.approx(2)]


def test_walk_from_door_to_door_by_hand():
    """From (10, 30) down to the street 30 m, along 90 m, up 50 m and 20 m aside: 190 m at 50 m a minute."""
    network = build_network(cross(), 50.0)
    walk = travel_minutes(network, np.array([[10.0, 30.0]]), np.array([[120.0, 50.0]]), cutoff_min=10, snap_limit_m=100)
    assert walk.toarray().tolist() == [[pytest.approx(190 / 50)]]


def test_two_doors_on_one_street_walk_along_it():
    network = build_network(cross(), 50.0)
    walk = travel_minutes(
        network, np.array([[20.0, 5.0]]), np.array([[40.0, -5.0], [20.0, 0.0]]), cutoff_min=10, snap_limit_m=50
    )
    assert walk.toarray()[0].tolist() == [pytest.approx(30 / 50), pytest.approx(5 / 50)]


def test_zero_distance_is_an_entry_and_unreachable_is_none():
    network = build_network(cross(), 50.0)
    places = np.array([[100.0, 0.0], [100.0, 900.0], [200.0, 0.0]])
    walk = travel_minutes(network, places, places, cutoff_min=1.9, snap_limit_m=100)
    assert walk.nnz == 2
    assert walk.indices.tolist() == [0, 2]
    assert walk.data.tolist() == [0, 0]
    walk = travel_minutes(network, places, places, cutoff_min=2.0, snap_limit_m=100)
    assert walk.nnz == 4
    assert walk.has_sorted_indices


def test_no_points_give_an_empty_table():
    network = build_network(cross(), 50.0)
    none = np.empty((0, 2))
    assert travel_minutes(network, none, none, cutoff_min=5, snap_limit_m=10).shape == (0, 0)
    assert travel_minutes(network, none, np.array([[0.0, 0.0]]), cutoff_min=5, snap_limit_m=10).shape == (0, 1)


def test_closed_loop_without_a_corner_is_one_edge():
    ring = lines([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)])
    network = build_network(ring, 100.0)
    assert network.kept_m == 400
    walk = travel_minutes(network, np.array([[50.0, 0.0]]), np.array([[0.0, 50.0]]), cutoff_min=9, snap_limit_m=5)
    assert walk.data.tolist() == [pytest.approx(1.0)]


def test_parallel_ways_take_the_shorter():
    both = lines([(0, 0), (100, 0)], [(0, 0), (50, 80), (100, 0)])
    network = build_network(both, 100.0)
    assert dijkstra(network.graph, directed=False)[0, 1] == pytest.approx(1.0)


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_speed_must_be_positive(speed):
    with pytest.raises(InputError, match="walking speed is"):
        build_network(cross(), speed)


def test_streets_without_length():
    with pytest.raises(InputError, match="no line with a length"):
        build_network(lines([(0, 0), (0, 0)]), 80.0)


def grids(seed):
    """A grid of 4 × 4 corners 100 m apart with some streets missing, and some points around it."""
    rng = np.random.default_rng(seed)
    pieces = []
    for x in range(4):
        for y in range(4):
            for dx, dy in ((1, 0), (0, 1)):
                if x + dx < 4 and y + dy < 4 and rng.random() < 0.8:
                    pieces.append([(x * 100, y * 100), ((x + dx) * 100, (y + dy) * 100)])
    return lines(*pieces), rng.integers(0, 31, (6, 2)) * 10.0


def brute_force(network, places, cutoff):
    """Cut every straight piece at each metre and let a plain all-pairs Dijkstra walk over the dots."""
    spots: dict[tuple[float, float], int] = {}

    def number(x, y):
        return spots.setdefault((round(x, 3), round(y, 3)), len(spots))

    links = []
    for x0, y0, x1, y1 in network.segments:
        dots = np.linspace([x0, y0], [x1, y1], round(np.hypot(x1 - x0, y1 - y0)) + 1)
        ids = [number(*dot) for dot in dots]
        links += list(itertools.pairwise(ids))
    tail, head = np.array(links).T
    size = len(spots)
    graph = csr_array((np.ones(len(tail)), (tail, head)), shape=(size, size))
    at = np.array(list(spots))
    gaps = np.hypot(places[:, None, 0] - at[None, :, 0], places[:, None, 1] - at[None, :, 1])
    nearest, off = gaps.argmin(axis=1), gaps.min(axis=1)
    along = dijkstra(graph, directed=False, indices=nearest)[:, nearest]
    minutes = (off[:, None] + along + off[None, :]) / network.walk_m_per_min
    return np.where(minutes <= cutoff, minutes, np.nan)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_walking_times_agree_with_brute_force(seed):
    """Points at equal distance from two streets may snap to either, so they are kept off the middles."""
    ways, places = grids(seed)
    network = build_network(ways, 50.0)
    places = places + np.array([0.0, 3.0])
    walk = travel_minutes(network, places, places, cutoff_min=7.1, snap_limit_m=1000)
    expected = brute_force(network, places, 7.1)
    snapped = snap(network, places, limit_m=1000)
    distance = shapely.distance(
        shapely.points(places)[:, None], shapely.linestrings(network.segments.reshape(-1, 2, 2))
    )
    clear = (np.isclose(distance, snapped.off_m[:, None]).sum(axis=1) == 1) & (places[:, 1] % 100 != 50)
    found = np.full(expected.shape, np.nan)
    rows = np.repeat(np.arange(len(places)), np.diff(walk.indptr))
    found[rows, walk.indices] = walk.data
    both = clear[:, None] & clear[None, :]
    np.testing.assert_allclose(found[both], expected[both], rtol=0, atol=1e-6)
    np.testing.assert_allclose(found[both], found.T[both], atol=1e-9)


def test_order_of_lines_and_points_does_not_matter():
    ways, places = grids(3)
    first = travel_minutes(build_network(ways, 50.0), places, places, cutoff_min=20, snap_limit_m=500).toarray()
    turned = np.array([shapely.reverse(way) for way in ways[::-1]], dtype=object)
    second = travel_minutes(
        build_network(turned, 50.0), places[::-1], places, cutoff_min=20, snap_limit_m=500
    ).toarray()
    np.testing.assert_allclose(first, second[::-1], atol=1e-9)


@pytest.mark.shared
def test_new_york_walks_are_frugal(shared):
    """220,000 vertices, 1,000 × 2,166 walks of up to half an hour."""
    from siting.data.read import Source, read_source

    raw = read_source(Source(shared / "data/nyc/streets_osm_2013_shp.zip", "streets.zip"), columns=["highway"])
    ways = raw.frame.to_crs(32618).geometry.to_numpy()
    network = build_network(ways, 80.0)
    rng = np.random.default_rng(0)
    some = network.xy[rng.choice(len(network.xy), 3166, replace=False)]
    walk = travel_minutes(network, some[:2166] + 20, some[2166:] - 20, cutoff_min=30, snap_limit_m=300)
    assert walk.shape == (2166, 1000)
    assert walk.nnz > 20_000
    assert 0.9 < network.kept_m / (network.kept_m + network.dropped_m) < 1


def test_vertices_within_a_centimetre_are_one_and_others_are_not():
    """Across the edges of any grid: 0.004 m to either side of a round number."""
    for x in (100.0, 100.004, 100.005, 99.996):
        joined = street_parts(lines([(0, 0), (x - 0.004, 0)], [(x + 0.004, 0), (200, 0)]))
        assert (joined.vertices, len(joined.metres)) == (3, 1)
        assert build_network(lines([(0, 0), (x - 0.004, 0)], [(x + 0.004, 0), (200, 0)]), 50.0).dropped_m == 0
    apart = street_parts(lines([(0, 0), (100, 0)], [(100.03, 0), (200, 0)]))
    assert (apart.vertices, len(apart.metres)) == (4, 2)
    assert apart.nearly.tolist() == [[100, 0], [100.03, 0]]


def test_parts_are_told_with_their_place_longest_first():
    parts = street_parts(cross(), least_part_m=1000)
    assert parts.metres.tolist() == [300, 100]
    assert parts.kept == 1
    assert parts.xy[1].tolist() in ([50, 50], [50, -50])
    assert street_parts(cross(), least_part_m=100).kept == 2
    assert not len(parts.nearly)


def test_ends_that_stop_short_of_a_street_are_told_and_not_joined():
    ways = lines([(0, 0), (200, 0)], [(100, 0.6), (100, 80)], [(150, 1.5), (150, 80)], [(20, -40), (20, 40)])
    parts = street_parts(ways)
    assert parts.nearly.tolist() == [[100, 0.6]]
    assert len(parts.metres) == 4


def test_a_street_that_ends_beside_itself_does_not_nearly_meet():
    assert not len(street_parts(lines([(0, 0), (50, 0), (50, 0.5), (0, 0.5)])).nearly)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(-0.0035, 0.0035))
def test_noise_below_a_centimetre_changes_no_part(seed, noise):
    ways, _ = grids(seed)
    rng = np.random.default_rng(seed)
    shaken = np.array(
        [shapely.transform(way, lambda xy: xy + noise * rng.choice([-1, 1], xy.shape)) for way in ways], dtype=object
    )
    assert street_parts(shaken).vertices == street_parts(ways).vertices
    np.testing.assert_allclose(street_parts(shaken).metres, street_parts(ways).metres, atol=0.5)


@pytest.mark.shared
def test_new_york_has_the_parts_that_are_known(shared):
    """42,522 ways, 220,113 shared vertices in 307 parts, two of which are used: the city, and Governors Island."""
    from siting.data.read import Source, read_source

    raw = read_source(Source(shared / "data/nyc/streets_osm_2013_shp.zip", "streets.zip"), columns=["highway"])
    ways = raw.frame.to_crs(32618).geometry.to_numpy()
    assert len(ways) == 42_522
    parts = street_parts(ways)
    assert (parts.vertices, len(parts.metres)) == (220_113, 307)
    assert parts.kept == (parts.metres >= 10_000).sum() == 2
    network = build_network(ways, 80.0)
    assert network.dropped_m == pytest.approx(parts.metres[parts.kept :].sum(), abs=0.01)
    assert network.kept_m == pytest.approx(parts.metres[: parts.kept].sum(), abs=0.01)
