"""What visitors pass and tread: exposure, heat and the line they are led along."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.floor.walk import walk_distances
from layout.flow.exposure import ZoneExposure, exposure, exposure_shares, total_exposure, walked
from layout.flow.heat import heat, spread
from layout.flow.journeys import DOOR, Journey
from layout.flow.line import MOST, led_order


def test_trips_tread_the_floor_and_pass_zones() -> None:
    """A corridor of 10 cells: 6 people an hour walk from its start to its middle, none beyond."""
    free = np.ones((1, 10), dtype=bool)
    flow = np.zeros((3, 3))
    flow[0, 1] = 6.0
    paths = walked(free, 1.0, np.array([[0, 0], [0, 5], [-1, -1]]), flow)
    assert paths.density[0].tolist() == [6.0] * 6 + [0.0] * 4
    assert paths.metres[0, 1] == pytest.approx(5.0)
    assert np.isinf(paths.metres[0, 2])
    zone = np.zeros_like(free)
    zone[0, 9] = True
    assert exposure(paths.density, zone, 1.0, 6.0) == 0.0
    zone[0, 7] = True
    assert exposure(paths.density, zone, 1.0, 12.0) == 0.5


def test_a_visitor_counts_once_however_often_a_zone_is_passed() -> None:
    """Of two zones b, visitors choose one each; the way to the first passes z in and out, that to the second never."""
    seen = np.zeros((4, 4, 1), dtype=bool)
    seen[0, 2, 0] = seen[2, 0, 0] = True
    journeys = [Journey((DOOR, "b", DOOR), 6.0), Journey((DOOR, "a", DOOR), 4.0)]
    assert exposure_shares(journeys, ["a", "b", "b"], seen) == pytest.approx([6 / 2 / 10])
    assert exposure_shares([], ["a", "b", "b"], seen).tolist() == [0.0]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), min_size=1, max_size=3), st.integers(0, 999))
def test_shares_equal_those_of_every_visitor_counted(ways: list[list[str]], seed: int) -> None:
    random = np.random.default_rng(seed)
    kinds = ["a", "b", "b", "c", "c"]
    seen = random.random((6, 6, 2)) < 0.3
    journeys = [Journey((DOOR, *way, DOOR), float(rate)) for rate, way in enumerate(ways, start=1)]
    passed = np.zeros(2)
    for journey in journeys:
        choices = [[k for k, name in enumerate([DOOR, *kinds]) if name == stop] for stop in journey.stops]
        routes = list(itertools.product(*choices))
        for route in routes:
            legs = [seen[a, b] for a, b in itertools.pairwise(route)]
            passed += journey.per_hour / len(routes) * np.any(legs, axis=0)
    assert exposure_shares(journeys, kinds, seen) == pytest.approx(passed / sum(j.per_hour for j in journeys))


def test_total_exposure_weighs_by_value() -> None:
    zones = [ZoneExposure("a", 3.0, 1.0, 5.0), ZoneExposure("b", 1.0, 0.2, 1.0), ZoneExposure("c", 0.0, 0.0, 0.0)]
    assert total_exposure(zones) == pytest.approx(0.8)
    assert total_exposure(zones[2:]) == 1.0


MASKS = st.integers(0, 9999)


@settings(max_examples=30, deadline=None)
@given(MASKS, st.booleans(), st.integers(0, 3))
def test_heat_adds_up_to_the_metres_walked_and_turns_with_the_hall(seed: int, mirror: bool, turns: int) -> None:
    random = np.random.default_rng(seed)
    free = random.random((12, 15)) > 0.15
    cells = np.argwhere(free)
    places = cells[random.choice(len(cells), 4, replace=False)]
    flow = random.uniform(0, 9, (4, 4))
    np.fill_diagonal(flow, 0.0)
    far = walk_distances(free, 0.5, places)[:, places[:, 0], places[:, 1]]
    density = heat(free, 0.5, places, flow)
    known = np.isfinite(far)
    assert density.sum() * 0.25 == pytest.approx((flow[known] * far[known]).sum())
    assert (density[~free] == 0).all()
    marked = np.full(free.shape, -1)
    marked[places[:, 0], places[:, 1]] = np.arange(4)

    def moved(field: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(np.rot90(field[:, ::-1] if mirror else field, turns))

    again = np.array([np.argwhere(moved(marked) == k)[0] for k in range(4)])
    assert heat(moved(free), 0.5, again, flow) == pytest.approx(moved(density), abs=1e-6)


def test_equal_walks_share_their_people_evenly() -> None:
    """Round a block in the middle there are two walks of one length: each carries half."""
    free = np.ones((9, 9), dtype=bool)
    free[2:7, 2:7] = False
    flow = np.array([[0.0, 8.0], [0.0, 0.0]])
    density = heat(free, 1.0, np.array([[0, 0], [8, 8]]), flow)
    assert density == pytest.approx(density.T)
    assert density[:, 4].sum() == pytest.approx(density[4].sum())
    assert density[:2, 4].sum() == pytest.approx(4.0, rel=0.15)


def test_spreading_loses_nothing_and_stays_on_the_floor() -> None:
    free = np.ones((20, 20), dtype=bool)
    free[:, 10] = False
    mass = np.zeros((20, 20))
    mass[5, 9] = mass[0, 0] = 1.0
    found = spread(mass, free, 0.25, 0.5)
    assert found.sum() == pytest.approx(2.0)
    assert found[:, 10].sum() == 0.0
    assert heat(free, 0.25, np.full((2, 2), -1), np.ones((2, 2))).sum() == 0.0


def brute(metres: np.ndarray, first: list[int], selling: list[int], last: list[list[int]]) -> float:
    best = np.inf
    for start in first or [0]:
        for order in itertools.permutations(selling):
            for end in itertools.product(*last):
                way = (0, *((start,) if start else ()), *order, *end)
                best = min(best, sum(metres[a, b] for a, b in itertools.pairwise(way)))
    return float(best)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 9999), st.integers(0, 2), st.integers(0, 5), st.lists(st.integers(1, 2), max_size=2))
def test_the_led_order_is_the_shortest(seed: int, first: int, selling: int, last: list[int]) -> None:
    random = np.random.default_rng(seed)
    count = 1 + first + selling + sum(last)
    points = random.uniform(0, 20, (count, 2))
    metres = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    numbers = iter(range(1, count))
    heads, sold = [next(numbers) for _ in range(first)], [next(numbers) for _ in range(selling)]
    tails = [[next(numbers) for _ in range(size)] for size in last]
    order = led_order(metres, heads, sold, tails)
    assert order.proved
    assert order.metres == pytest.approx(brute(metres, heads, sold, tails))
    assert order.stops[0] == 0
    assert set(sold) <= set(order.stops)
    assert len(order.stops) == 1 + bool(first) + selling + len(last)
    assert order.metres == pytest.approx(sum(metres[a, b] for a, b in itertools.pairwise(order.stops)))


def test_a_stop_nobody_can_walk_to_is_left_out() -> None:
    metres = np.array([[0.0, 2.0, np.inf], [2.0, 0.0, np.inf], [np.inf, np.inf, 0.0]])
    assert led_order(metres, [], [1, 2], []).stops == (0, 1)
    assert led_order(metres, [2], [], []).stops == (0,)


def test_many_stops_are_ordered_well_and_not_called_proved() -> None:
    """On a circle the best order goes round it."""
    count = MOST + 4
    turns = np.random.default_rng(3).permutation(count) / count * 2 * np.pi
    points = np.vstack([[1.0, 0.0], np.column_stack([np.cos(turns), np.sin(turns)])])
    metres = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    order = led_order(metres, [], list(range(1, count + 1)), [])
    assert not order.proved
    assert sorted(order.stops) == list(range(count + 1))
    assert order.metres <= (count - 1) * 2 * np.sin(np.pi / count) + 1e-6
