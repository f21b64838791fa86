"""Arrivals out of snapshots: by hand, and against simulated queues whose arrivals are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.data.queues import Readings, by_half_hour, called_between, derive_flow, numbers_of

NAN = np.nan


def readings(minute, waiting, number):
    return Readings(*(np.array(values, dtype=float) for values in (minute, waiting, number)))


def flow(read):
    return derive_flow(read, most_per_min=3.0, long_gap_min=30.0)


def simulate(seed, *, per_hour=30, counters=3, minutes=6.0, missing=0.5, every=5):
    """A day from 8 to 17 o'clock, then the queue is worked off; returns arrival minutes and the snapshots."""
    rng = np.random.default_rng(seed)
    came = np.sort(rng.uniform(480, 1020, rng.poisson(per_hour * 9)))
    free = np.full(counters, 480.0)
    called = np.empty(len(came))
    for at, time in enumerate(came):
        counter = int(free.argmin())
        called[at] = max(time, free[counter])
        free[counter] = called[at] + rng.lognormal(np.log(minutes) - 0.125, 0.5)
    look = np.arange(475.0, max(free.max(), 1020.0) + 2 * every, every)
    number = np.searchsorted(called, look, side="right").astype(float)
    waiting = np.searchsorted(came, look, side="right") - number
    shown = np.where((number == 0) | (rng.random(len(look)) < missing), NAN, number)
    return came, readings(look, waiting, shown)


def test_arrivals_by_hand():
    """8:00 five wait; by 8:05 two were called and three more came (six wait); nobody came after that."""
    found = flow(readings([480, 485, 490, 495], [5, 6, 4, 1], [NAN, 2, 4, 7]))
    assert found.arrivals.tolist() == [5, 3, 0, 0]
    assert found.served.tolist() == [0, 2, 2, 3]


def test_a_display_that_lags_is_not_counted_twice():
    """Three are called at 8:05, the display moves at 8:10: three served, nobody new."""
    found = flow(readings([480, 485, 490], [5, 2, 2], [10, 10, 13]))
    assert found.arrivals.tolist() == [5, 0, 0]
    assert found.served.sum() == 3


def test_missing_numbers_are_spread_over_the_time_between():
    """Ten were called in twenty minutes while four always waited: ten came, half of them in either half."""
    found = flow(readings([480, 490, 500], [4, 4, 4], [20, NAN, 30]))
    assert found.arrivals.tolist() == [4, 5, 5]
    assert found.spread == 0
    assert flow(readings([480, 500, 520], [4, 4, 4], [20, NAN, 30])).spread == 10


@pytest.mark.parametrize(
    ("number", "called", "aside"),
    [
        ([1, 3, 2, 4], [0, 2, 0, 1], 0),
        ([31, 931, 33, 35], [0, NAN, 2, 2], 1),
        ([998, 999, 1, 4], [0, 1, NAN, 3], 1),
        ([346, 2, 4, 9], [0, NAN, 2, 5], 1),
        ([NAN, 4, 5, 6], [NAN, 4, 1, 1], 0),
        ([NAN, 174, 175, 176], [NAN, 0, 1, 1], 0),
        ([NAN, 503, 504, 506], [NAN, 3, 1, 2], 0),
    ],
    ids=["out of turn", "another series", "roll-over", "stale", "blank start", "late start", "series of 500"],
)
def test_numbers_of_a_day(number, called, aside):
    found, set_aside = called_between(readings([480, 485, 490, 495], [0] * 4, number), 3.0)
    assert np.array_equal(found, called, equal_nan=True)
    assert set_aside == aside


def test_tickets_of_the_commonest_letter():
    numbers, share, unread = numbers_of(["A001", "", "A010", "K003", "?", "A011"])
    assert np.array_equal(numbers, [1, NAN, 10, NAN, NAN, 11], equal_nan=True)
    assert (share, unread) == (3 / 5, 1)
    assert numbers_of(["", ""])[1] == 0


@pytest.mark.parametrize("missing", [0.0, 0.5])
@pytest.mark.parametrize(("per_hour", "counters"), [(12, 2), (30, 3), (31, 3), (90, 10)])
def test_simulated_days_within_the_stated_error(missing, per_hour, counters):
    """Ten days each, half of the numbers missing: total within 2 %, half hours within 1.5 visits or 5 % in the mean.

    With every number known, the error of a half hour is only that of spreading five minutes evenly.
    """
    totals, errors = [], []
    for seed in range(10):
        came, read = simulate(seed, per_hour=per_hour, counters=counters, missing=missing)
        found = by_half_hour(read.minute, flow(read).arrivals)
        known = np.histogram(came, bins=np.arange(49) * 30.0)[0]
        totals.append(found.sum() / known.sum())
        errors.append(np.abs(found - known)[16:34].mean())
    assert np.abs(np.array(totals) - 1).max() < 0.02
    assert np.mean(errors) < (0.6 if missing == 0 else max(1.5, 0.05 * per_hour / 2))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 1), st.integers(1, 20))
def test_arrivals_are_at_least_what_the_queue_grew_by(seed, missing, every):
    _, read = simulate(seed, missing=missing, every=every)
    found = flow(read)
    assert (found.arrivals >= np.maximum(np.diff(read.waiting, prepend=0.0), 0.0) - 1e-9).all()
    assert (found.served >= 0).all()
    assert found.arrivals.sum() - found.served.sum() == pytest.approx(read.waiting[-1])
    assert by_half_hour(read.minute, found.arrivals).sum() == pytest.approx(found.arrivals.sum())


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 100), st.one_of(st.none(), st.integers(0, 1200))), min_size=1, max_size=40))
def test_no_reading_breaks_it(looks):
    waiting, number = zip(*looks, strict=True)
    read = readings(np.arange(len(looks)) * 5.0 + 480, waiting, [NAN if one is None else one for one in number])
    found = flow(read)
    assert np.isfinite(found.arrivals).all()
    assert (found.arrivals >= 0).all()
