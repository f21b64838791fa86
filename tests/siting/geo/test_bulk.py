"""Where the bulk lies, what lies far from it, and which mistyped coordinate is recognised."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from siting.geo.bulk import Bulk, bulk_of, is_alone, is_place, mend, stray


def city(lon, lat, count, km=10.0, seed=0):
    spread = np.random.default_rng(seed).normal(0, km / 111.0, (count, 2))
    east = lon + spread[:, 0] / np.cos(np.radians(lat))
    return np.column_stack([(east + 180) % 360 - 180, lat + spread[:, 1]])


def unchanged(points):
    return points


def test_a_third_of_wild_rows_does_not_move_the_bulk():
    bulk = bulk_of(np.concatenate([city(24.94, 60.17, 90), np.zeros((45, 2)), [[np.nan, 60.0], [500.0, 60.0]]]))
    assert (bulk.lon, bulk.lat) == pytest.approx((24.94, 60.17), abs=0.2)
    assert 15 < bulk.radius_km < 60


def test_distances_across_the_date_line():
    bulk = bulk_of(np.array([[179.9, -17.0], [-179.9, -17.0], [180.0, -17.0]]))
    assert abs(bulk.lon) == pytest.approx(180, abs=0.2)
    assert bulk.distance_km(np.array([[179.8, -17.0], [-179.8, -17.0]])).max() < 45
    assert bulk.distance_km(np.array([[np.nan, 0.0], [0.0, 91.0]])).tolist() == [np.inf, np.inf]


def test_no_place_no_bulk():
    assert bulk_of(np.empty((0, 2))) is None
    assert bulk_of(np.array([[np.inf, 0.0], [200.0, 0.0]])) is None
    assert bulk_of(np.array([[10.0, 0.0], [-170.0, 0.0]])) is not None, "two antipodes have no middle of their own"


@settings(max_examples=50, deadline=None)
@given(
    lon=st.floats(-179, 179),
    lat=st.floats(-70, 70),
    power=st.sampled_from([-6, -3, -1, 1, 3]),
    kind=st.sampled_from(["swapped", "with a wrong sign", "with a misplaced decimal point"]),
)
def test_a_mistyped_row_is_recognised(lon, lat, power, kind):
    home = bulk_of(city(lon, lat, 50, km=5))
    typed = {
        "swapped": [lat, lon],
        "with a wrong sign": [-lon, lat],
        "with a misplaced decimal point": [lon * 10.0**power, lat],
    }[kind]
    points = np.array([typed])
    assume(bool(home.is_far(points)[0]))
    assume(home.distance_km(points)[0] > 2000)
    what, meant = mend(points, unchanged, home, None)
    assert what[0]
    assert home.is_near(meant)[0]


@settings(max_examples=50, deadline=None)
@given(lon=st.floats(-179, 179), lat=st.floats(-60, 60), away=st.floats(0.5, 8), seed=st.integers(0, 9))
def test_a_second_city_is_never_stray(lon, lat, away, seed):
    second = city((lon + away + 180) % 360 - 180, lat, 3, km=2, seed=seed)
    places = np.concatenate([city(lon, lat, 40, seed=seed), second])
    home = bulk_of(places)
    assert not stray(places, home).any()


def test_a_lone_row_beyond_a_thousand_kilometres_is_stray():
    home = bulk_of(city(24.94, 60.17, 50))
    places = np.concatenate([city(24.94, 60.17, 50), [[-60.0, -20.0]]])
    assert stray(places, home).tolist() == [False] * 50 + [True]
    near = np.concatenate([city(24.94, 60.17, 50), [[18.07, 59.33]]])
    assert not stray(near, home).any()
    many = np.concatenate([city(24.94, 60.17, 50), [[-60.0, -20.0], [60.0, 20.0], [90.0, -40.0]]])
    assert not stray(many, home).any(), "three of fifty are no accident"


def test_alone_means_fewer_than_two_others():
    places = np.array([[10.0, 50.0], [10.1, 50.0], [10.0, 50.1], [40.0, 50.0], [np.nan, 50.0]])
    suspects = np.array([True, False, False, True, True])
    assert is_alone(places, suspects).tolist() == [False, False, False, True, True]


def test_places_are_on_the_globe():
    assert is_place(np.array([[180.0, 90.0], [180.1, 0.0], [0.0, -90.1], [np.nan, 0.0]])).tolist() == [
        True, False, False, False,
    ]  # fmt: skip
    assert Bulk(0.0, 0.0, 1.0).is_far(np.array([[200.0, 0.0]]))[0]
