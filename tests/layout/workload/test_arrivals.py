"""Arrivals on a hand-drawn week: Monday 9–12, Tuesday 9–11, factors 3 and 1, weights 1 2 3 2 1 1."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.workload.arrivals import counted_arrivals, expected_arrivals
from outlet.errors import InputError


def test_hand_drawn_week(catalogue):
    """100 a mean open day: Monday 150, Tuesday 50; Monday 10:00 has 3 of 10 weights, a quarter of them ask."""
    found = expected_arrivals(catalogue, catalogue.day.opening_hours, 100.0)
    assert found.day_total == pytest.approx([150, 50, 0, 0, 0, 0, 0])
    assert found.open_days.tolist() == [0, 1]
    assert found.visits[0, 20].tolist() == pytest.approx([45 * 0.75, 45 * 0.25])
    assert found.visits[1, 20].sum() == pytest.approx(50 * 3 / 8)
    assert found.open_share[1, 22] == 0
    assert found.start_of(20) == "10:00"


@settings(max_examples=50, deadline=None)
@given(
    opens=st.integers(0, 80),
    length=st.integers(1, 15),
    visits=st.floats(0, 500),
    interval=st.sampled_from([15, 30, 60]),
    shares=st.lists(st.floats(0, 1), min_size=48, max_size=48),
)
def test_every_visit_comes_while_open_and_none_is_lost(opens, length, visits, interval, shares):
    from layout.workload.services import read_preset

    catalogue = read_preset("bank")
    hour = lambda quarter: f"{quarter * 15 // 60:02d}:{quarter * 15 % 60:02d}"  # noqa: E731
    hours = {"wed": [(hour(opens), hour(opens + length))]}
    found = expected_arrivals(catalogue, hours, visits, interval_min=interval, shares=shares)
    assert found.day_total[2] == pytest.approx(visits)
    assert found.visits[found.open_share == 0].sum() == 0


def test_interval_length_does_not_matter(catalogue):
    by_half = expected_arrivals(catalogue, catalogue.day.opening_hours, 100.0)
    by_hour = expected_arrivals(catalogue, catalogue.day.opening_hours, 100.0, interval_min=60)
    assert by_hour.visits == pytest.approx(by_half.visits.reshape(7, 24, 2, 2).sum(axis=2))


def test_pattern_without_visits_while_open_is_told(catalogue):
    shares = [0.0] * 47 + [1.0]
    found = expected_arrivals(catalogue, catalogue.day.opening_hours, 10.0, shares=shares)
    assert found.day_total[0] == pytest.approx(15)
    assert "spread evenly" in found.notes[0]


def test_counts_keep_their_level_or_are_scaled(catalogue):
    """Monday 10:00: four pay and two unknown, of whom 3/4 pay; Monday 20:00 is after closing and dropped."""
    counts = np.zeros((7, 48, 3))
    counts[0, 20] = [4, 0, 2]
    counts[0, 40] = [6, 0, 0]
    own = counted_arrivals(catalogue, catalogue.day.opening_hours, counts)
    assert own.visits[0, 20] == pytest.approx([5.5, 0.5])
    assert own.day_total.sum() == pytest.approx(6)
    assert own.notes == ("50.0% of the counted visits lie outside the opening hours and are dropped",)
    scaled = counted_arrivals(catalogue, catalogue.day.opening_hours, counts, level=30.0)
    assert scaled.day_total.sum() == pytest.approx(60)


@pytest.mark.parametrize(
    ("hours", "factors", "message"),
    [({}, {}, "never opens"), ({"mon": [("09:00", "10:00")]}, {"mon": 0.0}, "all open weekdays have factor 0")],
)
def test_bad_input(catalogue, hours, factors, message):
    with pytest.raises(InputError, match=message):
        expected_arrivals(catalogue, hours, 10.0, weekday_factors=factors)


def test_nothing_counted_while_open(catalogue):
    with pytest.raises(InputError, match="nothing was counted during the opening hours"):
        counted_arrivals(catalogue, catalogue.day.opening_hours, np.zeros((7, 48, 3)))
