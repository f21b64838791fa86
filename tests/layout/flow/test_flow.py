"""How visitors move: stops, trips, and what they pass."""

from __future__ import annotations

import numpy as np
import pytest

from layout.flow.exposure import exposure, walked
from layout.flow.journeys import Errand, plan_journeys, trips

KINDS = ["reception", "waiting", "counters", "self_service", "handset_club"]


def test_each_errand_has_its_journey() -> None:
    errands = [Errand("counters", 10.0), Errand("self_service", 6.0, received=False), Errand("handset_club", 4.0)]
    journeys = {
        journey.stops[1:-1]: journey.per_hour for journey in plan_journeys(errands, KINDS, ["handset_club"], 0.5)
    }
    assert journeys == {
        ("reception", "waiting", "counters"): 5.0,
        ("handset_club", "reception", "waiting", "counters"): 5.0,
        ("self_service",): 3.0,
        ("handset_club", "self_service"): 3.0,
        ("reception", "handset_club", "counters"): 4.0,
    }


def test_flow_in_is_flow_out() -> None:
    errands = [Errand("counters", 10.0), Errand("self_service", 6.0, received=False)]
    flow = trips(plan_journeys(errands, KINDS, [], 0.0), KINDS)
    assert flow.sum(axis=0) == pytest.approx(flow.sum(axis=1))
    assert flow[0].sum() == 16.0


def test_a_split_kind_shares_its_visitors() -> None:
    kinds = ["waiting", "counters", "counters"]
    flow = trips(plan_journeys([Errand("counters", 10.0)], kinds, [], 0.0), kinds)
    assert flow[1, 2] == flow[1, 3] == 5.0
    assert flow[2, 0] == 5.0


def test_stops_the_hall_does_not_have_are_left_out() -> None:
    assert plan_journeys([Errand("vip", 3.0)], ["counters"], [], 0.0) == ()


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
