"""Demand within a straight-line radius: by hand, exact against brute force, blocks and cells of no influence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.demand import straight_line
from siting.demand.decay import Decay
from siting.demand.straight_line import demand_around

Floats = NDArray[np.float64]
ORIGIN = np.array([500_000.0, 6_600_000.0])


def brute(places: Floats, points: Floats, weight: Floats, radius_m: float, decay: Decay | None) -> Floats:
    gap = points[None] - places[:, None]
    distance = np.sqrt(gap[..., 0] ** 2 + gap[..., 1] ** 2)
    factor = np.where(distance <= radius_m, 1.0 if decay is None else decay(distance / 80.0), 0.0)
    return factor @ weight


def test_by_hand_with_a_point_on_the_circle() -> None:
    points = ORIGIN + np.array([[0.0, 0.0], [600.0, 800.0], [600.0, 801.0], [-400.0, 0.0]])
    weight = np.array([[1.0, 2.0], [10.0, 0.0], [100.0, 5.0], [1000.0, 7.0]])
    places = ORIGIN + np.array([[0.0, 0.0], [5000.0, 0.0]])
    got = demand_around(places, points, weight, radius_m=1000.0)
    np.testing.assert_array_equal(got, [[1011.0, 9.0], [0.0, 0.0]])
    linear = Decay(kind="linear", reach_min=10.0)
    decayed = demand_around(places, points, weight[:, 0], radius_m=1000.0, decay=linear)
    np.testing.assert_allclose(decayed, [1.0 + 1000.0 * 0.5, 0.0], rtol=1e-15)


coordinate = st.one_of(st.integers(-12, 12).map(lambda step: step * 250.0), st.floats(-3000, 3000))
spots = st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=25)
kinds = st.sampled_from([None, "step", "linear", "gaussian", "exponential", "power"])


@given(places=spots, homes=spots, radius=st.sampled_from([0.5, 250.0, 500.0, 1000.0, 9000.0]), kind=kinds)
@settings(max_examples=50, deadline=None)
def test_equals_brute_force(
    places: list[tuple[float, float]], homes: list[tuple[float, float]], radius: float, kind: str | None
) -> None:
    where, points = ORIGIN + np.array(places), ORIGIN + np.array(homes)
    weight = np.arange(1.0, len(points) + 1)
    decay = None if kind is None else Decay(kind=kind, reach_min=10.0, scale_min=4.0)  # type: ignore[arg-type]
    got = demand_around(where, points, weight, radius_m=radius, decay=decay)
    expected = brute(where, points, weight, radius, decay)
    if decay is None:
        np.testing.assert_array_equal(got, expected)
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("looks", [1, 7, 1000])
def test_blocks_change_no_byte(looks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    places, points = ORIGIN + rng.uniform(0, 5000, (200, 2)), ORIGIN + rng.uniform(0, 5000, (2000, 2))
    weight = rng.uniform(0, 9, 2000)
    gaussian = Decay(kind="gaussian", reach_min=12.0, scale_min=5.0)
    whole = demand_around(places, points, weight, radius_m=900.0, decay=gaussian)
    np.testing.assert_allclose(whole, brute(places, points, weight, 900.0, gaussian), rtol=1e-12)
    monkeypatch.setattr(straight_line, "BLOCK_LOOKS", looks)
    np.testing.assert_array_equal(demand_around(places, points, weight, radius_m=900.0, decay=gaussian), whole)
    turned = demand_around(places[::-1], points, weight, radius_m=900.0, decay=gaussian)
    np.testing.assert_array_equal(turned[::-1], whole)


def test_a_point_a_world_away_costs_no_memory() -> None:
    points = np.array([[500_000.0, 0.0], [500_001.0, 0.0], [2e7, 2e7], [-1e15, 1e15]])
    got = demand_around(points, points, np.array([1.0, 2.0, 4.0, 8.0]), radius_m=1.5)
    np.testing.assert_array_equal(got, [3.0, 3.0, 4.0, 8.0])


def test_nothing_around_nothing() -> None:
    none = np.empty((0, 2))
    assert demand_around(none, ORIGIN[None], np.ones(1), radius_m=5.0).shape == (0,)
    np.testing.assert_array_equal(demand_around(ORIGIN[None], none, np.empty(0), radius_m=5.0), [0.0])
    assert demand_around(ORIGIN[None], none, np.empty((0, 3)), radius_m=5.0).shape == (1, 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"places": [[24.9, 60.2]]}, "the coordinates of places look like degrees"),
        ({"points": [[24.9, 60.2]]}, "the coordinates of points look like degrees"),
        ({"points": [[np.nan, 0.0]]}, "a coordinate of points is not a number"),
        ({"places": [1.0, 2.0]}, r"places has shape \(2,\); expected \(rows, 2\), metres"),
        ({"weight": [1.0, 2.0]}, r"weight has shape \(2,\); expected \(1,\) or \(1, k\)"),
        ({"weight": [-1.0]}, "a demand weight is negative"),
        ({"weight": [np.nan]}, "a demand weight is negative or not a number"),
        ({"radius_m": 0.0}, "radius_m is 0.0; expected a number above 0"),
        ({"speed_m_min": np.inf}, "speed_m_min is inf; expected a number above 0"),
    ],
)
def test_bad_input_is_named(change: dict[str, object], message: str) -> None:
    good = {"places": [[5e5, 6e6]], "points": [[5e5, 6e6]], "weight": [1.0], "radius_m": 5.0, "speed_m_min": 80.0}
    read = {name: np.array(value) if isinstance(value, list) else value for name, value in (good | change).items()}
    with pytest.raises(InputError, match=message):
        demand_around(**read)  # type: ignore[arg-type]
