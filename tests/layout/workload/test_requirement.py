"""The requirement and diversion on the hand-drawn week."""

import numpy as np
import pytest

from layout.workload.arrivals import expected_arrivals
from layout.workload.diversion import divert
from layout.workload.erlang import servers_needed
from layout.workload.requirement import Target, lagged_rate, load_of, require_posts
from outlet.errors import InputError


@pytest.fixture
def arrivals(catalogue):
    return expected_arrivals(catalogue, catalogue.day.opening_hours, 100.0)


@pytest.fixture
def diversion(catalogue, arrivals):
    return divert(catalogue, arrivals, {}, spare=1, target_share=0.8, target_wait_min=5.0)


def test_load_is_pooled_by_post(catalogue, arrivals, diversion):
    """Monday 10:00: 45 visitors; of 33.75 who pay half use a kiosk, 11.25 ask: 28.125 at 6.4 minutes."""
    load = load_of(catalogue, arrivals, diversion, "teller")
    assert load.visits[0, 20] == pytest.approx(28.125)
    assert load.minutes[0, 20] == pytest.approx((16.875 * 4 + 11.25 * 10) / 28.125)


def test_requirement_of_the_busiest_half_hour(catalogue, arrivals, diversion):
    found = require_posts(catalogue, arrivals, diversion, Target(lag="none"))
    row = next(row for row in found.rows if (row.day_type, row.start, row.post) == ("mon", "10:00", "teller"))
    expected = servers_needed(28.125 / 30, 1 / 6.4, target_share=0.8, target_wait=5.0, max_occupancy=0.9)
    assert row.required == expected == found.peak["teller"]
    assert row.service_level >= 0.8
    assert row.occupancy == pytest.approx(28.125 / 30 * 6.4 / row.required, abs=1e-4)
    assert found.zone_of == {"teller": "counters", "guard": "security"}


def test_presence_posts_stand_only_on_their_days(catalogue, arrivals, diversion):
    found = require_posts(catalogue, arrivals, diversion, Target())
    guards = [row for row in found.rows if row.post == "guard"]
    assert {row.day_type for row in guards} == {"mon"}
    assert len(guards) == 6
    assert {(row.required, row.arrivals, row.occupancy) for row in guards} == {(1, 0.0, 0.0)}


def test_rows_are_of_open_intervals_in_order(catalogue, arrivals, diversion):
    found = require_posts(catalogue, arrivals, diversion, Target())
    keys = [(["mon", "tue"].index(row.day_type), row.start) for row in found.rows]
    assert keys == sorted(keys)
    assert {row.start for row in found.rows if row.day_type == "tue"} == {"09:00", "09:30", "10:00", "10:30"}


def test_more_visitors_never_require_fewer(catalogue):
    before = None
    for visits in (10, 50, 100, 200, 400):
        arrivals = expected_arrivals(catalogue, catalogue.day.opening_hours, float(visits))
        diversion = divert(catalogue, arrivals, {}, spare=1, target_share=0.8, target_wait_min=5.0)
        found = require_posts(catalogue, arrivals, diversion, Target())
        counts = np.array([row.required for row in found.rows])
        assert before is None or (counts >= before).all()
        before = counts


def test_lag_covers_the_interval_itself_and_those_before():
    rate = np.array([0.0, 4.0, 1.0, 1.0, 0.0])
    assert lagged_rate(rate, 8.0, 30).tolist() == [0, 4, 4, 1, 1]
    assert lagged_rate(rate, 45.0, 30).tolist() == [0, 4, 4, 4, 1]
    assert lagged_rate(rate, 0.0, 30).tolist() == rate.tolist()


def test_diversion_saves_minutes_and_sizes_machines(catalogue, arrivals, diversion):
    """16.875 in half an hour at 2 minutes: three kiosks, and a spare; 75 visits a week of 4 minutes over two days."""
    needed = int(servers_needed(16.875 / 30, 0.5, target_share=0.8, target_wait=5.0, max_occupancy=0.85))
    assert diversion.machines == {"kiosk": needed + 1}
    assert diversion.minutes_saved == {"pay": pytest.approx(75 / 2 * 4)}


def test_no_diversion_needs_no_machine(catalogue, arrivals):
    found = divert(catalogue, arrivals, {"pay": 0.0}, spare=1, target_share=0.8, target_wait_min=5.0)
    assert found.machines == {}
    assert found.minutes_saved == {}


@pytest.mark.parametrize(
    ("chosen", "message"), [({"sing": 0.5}, "no service 'sing'"), ({"ask": 0.5}, "no machine can do 'ask'")]
)
def test_bad_diversion(catalogue, arrivals, chosen, message):
    with pytest.raises(InputError, match=message):
        divert(catalogue, arrivals, chosen, spare=1, target_share=0.8, target_wait_min=5.0)


def test_queue_of_the_hall_is_at_least_that_of_its_longest_post(catalogue, arrivals, diversion):
    found = require_posts(catalogue, arrivals, diversion, Target())
    assert found.queue_p95 >= max(row.queue_p95 for row in found.rows)
