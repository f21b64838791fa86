"""Driving along one-way streets: towns drawn by hand, and hypothesis towns against a plain Dijkstra."""

from __future__ import annotations

import heapq
import itertools
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.errors import InputError
from siting.geo.driving import driving_minutes
from siting.geo.roads import Ways, build_roads


def lines(*coordinates):
    return np.array([shapely.LineString(one) for one in coordinates], dtype=object)


def ways(speeds, forward, backward):
    return Ways(
        m_per_min=np.array(speeds, dtype=float),
        forward=np.array(forward, dtype=bool),
        backward=np.array(backward, dtype=bool),
    )


def block():
    """A block of 400 × 100 m whose southern side is one way eastwards, as drawn.

    ::

        (0,100) ---- 500 m/min ---- (400,100)
           |                            |         sides 100 m/min, both ways
         (0,0) ----> 200 m/min ----> (400,0)
    """
    streets = lines(
        [(0, 0), (400, 0)], [(0, 100), (400, 100)], [(0, 0), (0, 100)], [(400, 0), (400, 100)], [(0, 0), (-50, 0)]
    )
    return streets, ways([200, 500, 100, 100, 100], [1, 1, 1, 1, 0], [0, 1, 1, 1, 1])


def minutes_between(roads, origins, targets, cutoff=99.0):
    found = driving_minutes(
        roads,
        np.array(origins, dtype=float),
        np.array(targets, dtype=float),
        cutoff_min=cutoff,
        snap_limit_m=60.0,
        walk_m_per_min=50.0,
    )
    dense = np.full(found.shape, np.inf)
    entries = found.tocoo()
    dense[entries.row, entries.col] = entries.data
    return dense


def test_there_is_not_back_where_a_street_is_one_way():
    """From (100, 0) to (300, 0) along the one-way: 200 m at 200 = 1 min. Back: on to the corner 100 m (0.5 min), up
    (1), over the top 400 m at 500 (0.8), down (1), and 100 m (0.5): 3.8 min."""
    roads = build_roads(*block())
    west, east = (100.0, 0.0), (300.0, 0.0)
    assert minutes_between(roads, [west], [east]).tolist() == [[pytest.approx(1.0)]]
    assert minutes_between(roads, [east], [west]).tolist() == [[pytest.approx(0.5 + 1 + 0.8 + 1 + 0.5)]]


def test_people_walk_to_the_car_and_from_it():
    """20 m off the street at 50 m a minute at each end: 0.4 + 1 + 0.4 minutes."""
    roads = build_roads(*block())
    assert minutes_between(roads, [(100, -20)], [(300, 20)]).tolist() == [[pytest.approx(1.8)]]


def test_a_street_that_only_leads_in_is_dropped_and_told():
    """The stub at (0, 0) may be driven into the block only: nobody gets back there."""
    roads = build_roads(*block())
    assert (roads.kept_m, roads.dropped_m) == (1000.0, 50.0)
    near = minutes_between(roads, [(-50.0, 0.0)], [(100.0, 0.0)])
    assert near.tolist() == [[pytest.approx(50 / 50 + 0.5)]], "its end is 50 m off the nearest street that is kept"


def test_the_cutoff_counts_walks_and_drops_what_is_beyond():
    roads = build_roads(*block())
    assert np.isfinite(minutes_between(roads, [(300, 0)], [(100, 0)], cutoff=3.81)).all()
    assert np.isinf(minutes_between(roads, [(300, 0)], [(100, 0)], cutoff=3.79)).all()


def test_many_targets_and_few_origins_give_the_same():
    """Searching forwards from few origins and backwards from few targets must agree."""
    roads = build_roads(*block())
    places = [(100, 0), (300, 0), (0, 50), (400, 70), (200, 100), (900, 900)]
    whole = minutes_between(roads, places, places)
    for at, place in enumerate(places):
        assert minutes_between(roads, [place], places)[0] == pytest.approx(whole[at])
        assert minutes_between(roads, places, [place])[:, 0] == pytest.approx(whole[:, at])
    assert np.isinf(whole[5]).all()
    assert np.isinf(whole[:, 5]).all()


def test_a_second_district_is_kept_where_it_is_large():
    far = lines([(5000, 0), (5300, 0)])
    streets, which = block()
    both = np.concatenate([streets, far])
    joined = ways([*which.m_per_min, 100], [*which.forward, 1], [*which.backward, 1])
    assert build_roads(both, joined).dropped_m == 350.0
    assert build_roads(both, joined, least_part_m=300.0).dropped_m == 50.0


def test_streets_of_which_none_can_be_driven_both_in_and_out_reach_nothing():
    streets = lines([(0, 0), (100, 0)], [(100, 0), (200, 0)])
    roads = build_roads(streets, ways([100, 100], [1, 1], [0, 0]))
    assert (roads.kept_m, roads.dropped_m) == (0.0, 200.0)
    assert np.isinf(minutes_between(roads, [(10, 0)], [(90, 0)])).all()


@pytest.mark.parametrize(
    ("which", "message"),
    [
        (ways([100], [1], [1, 1]), r"backward has shape \(2,\); expected \(1,\)"),
        (ways([0], [1], [1]), "a speed is not above 0"),
    ],
)
def test_what_cannot_be_driven_is_refused(which, message):
    with pytest.raises(InputError, match=message):
        build_roads(lines([(0, 0), (10, 0)]), which)


def plainly(streets, which, starts, ends, walk):
    """Minutes between places on streets cut at every vertex and every place, by a plain Dijkstra; all are on streets.

    A place stands on its own node of the street it lies on; places are at whole metres, streets on a grid.
    """
    arcs = {}
    for at, street in enumerate(streets):
        (x0, y0), (x1, y1) = street.coords
        steps = round(math.hypot(x1 - x0, y1 - y0) / 10)
        nodes = [(round(x0 + (x1 - x0) * k / steps), round(y0 + (y1 - y0) * k / steps)) for k in range(steps + 1)]
        for one, other in itertools.pairwise(nodes):
            minutes = 10 / which.m_per_min[at]
            if which.forward[at]:
                arcs.setdefault(one, []).append((other, minutes))
            if which.backward[at]:
                arcs.setdefault(other, []).append((one, minutes))
    table = np.full((len(starts), len(ends)), np.inf)
    for row, start in enumerate(starts):
        best, queue = {start: 0.0}, [(0.0, start)]
        while queue:
            so_far, node = heapq.heappop(queue)
            if so_far > best[node]:
                continue
            for other, minutes in arcs.get(node, []):
                if so_far + minutes < best.get(other, np.inf):
                    best[other] = so_far + minutes
                    heapq.heappush(queue, (so_far + minutes, other))
        table[row] = [best.get(end, np.inf) for end in ends]
    return table


@st.composite
def towns(draw):
    """A grid of streets of 50 m inside a ring road of two ways, with one-ways and speeds drawn, and places on it."""
    size = draw(st.integers(2, 4))
    streets, forward, backward, speeds, spots = [], [], [], [], []
    for row, column in itertools.product(range(size + 1), repeat=2):
        for dx, dy in ((1, 0), (0, 1)):
            if column + dx > size or row + dy > size:
                continue
            on_ring = (dx and row in (0, size)) or (dy and column in (0, size))
            way = 3 if on_ring else draw(st.integers(0, 3))
            start, end = (50 * column, 50 * row), (50 * (column + dx), 50 * (row + dy))
            streets.append([start, end])
            forward.append(way & 1)
            backward.append(way >> 1)
            speeds.append(draw(st.sampled_from([100.0, 250.0, 500.0])))
            if on_ring:
                spots += [(start[0] + k * dx, start[1] + k * dy) for k in (10, 20, 30, 40)]
    chosen = st.lists(st.sampled_from(spots), min_size=1, max_size=4, unique=True)
    return lines(*streets), ways(speeds, forward, backward), draw(chosen), draw(chosen)


@settings(max_examples=50, deadline=None)
@given(town=towns(), cutoff=st.floats(0.2, 5.0))
def test_as_a_plain_dijkstra_over_streets_cut_small(town, cutoff):
    streets, which, starts, ends = town
    roads = build_roads(streets, which)
    expected = plainly(streets, which, starts, ends, 50.0)
    near = np.abs(expected - cutoff) < 1e-6
    expected[expected > cutoff] = np.inf
    found = minutes_between(roads, starts, ends, cutoff=cutoff)
    assert np.allclose(found[~near], expected[~near], rtol=1e-9)
