"""The two engines agree to the last bit; draws depend on nothing but seed, day and visitor; workers change nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.simulate import Appointment, DayProblem, simulate_day
from layout.simulate.draws import normal
from layout.simulate.replay import draw_visitors, replay

DISTRIBUTIONS = ["lognormal", "gamma", "exponential", "hyperexponential"]


@st.composite
def plain_days(draw):
    intervals, pools = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    streams = draw(st.integers(pools, 4))
    numbers = st.lists(st.integers(0, 4), min_size=intervals * pools, max_size=intervals * pools)
    crew = np.array(draw(numbers), dtype=np.int64).reshape(intervals, pools)
    seed = draw(st.integers(0, 1000))
    random = np.random.default_rng(seed)
    return DayProblem(
        interval_min=30.0,
        visits=random.uniform(0, 15, (intervals, streams)),
        pool=np.concatenate([np.arange(pools), random.integers(0, pools, streams - pools)]),
        mean_min=random.uniform(1, 12, streams),
        cv=random.uniform(1, 2, streams),
        crew=crew,
        step_min=30.0,
        approach_min=random.uniform(0, 1, streams),
        level_cv=draw(st.sampled_from([0.0, 0.3])),
        distribution=draw(st.sampled_from(DISTRIBUTIONS)),
    )


@settings(max_examples=50, deadline=None)
@given(plain_days(), st.integers(0, 99))
def test_the_recursion_gives_what_the_events_give(day, seed):
    assert day.plain
    people = draw_visitors(day, 4, seed)
    quick, slow = replay(day, people), replay(day, people, events=True)
    for name in ("joined", "called", "left", "server"):
        assert getattr(quick, name).tolist() == getattr(slow, name).tolist(), name


def one_pool(**more):
    return DayProblem(
        **{
            "interval_min": 30.0,
            "visits": np.full((4, 2), 12.0),
            "pool": np.zeros(2, dtype=np.int64),
            "mean_min": np.array([5.0, 9.0]),
            "cv": np.array([1.0, 1.0]),
            "crew": np.full((4, 1), 6),
            "step_min": 30.0,
            **more,
        }
    )


def test_workers_and_engine_change_nothing():
    day = one_pool()
    found = [simulate_day(day, days=2500, seed=4, workers=w, events=e) for w, e in ((1, False), (2, False), (1, True))]
    for other in found[1:]:
        assert other.daily.tolist() == found[0].daily.tolist()
        assert other.wait.mean.tolist() == found[0].wait.mean.tolist()
        assert other.queue_p95.tolist() == found[0].queue_p95.tolist()
        assert np.array_equal(other.occupancy, found[0].occupancy)


def test_days_are_drawn_one_by_one():
    """Day 7 is the same whether it is drawn alone or among others."""
    alone, among = draw_visitors(one_pool(), 1, 5, 7), draw_visitors(one_pool(), 10, 5)
    there = slice(among.first[7], among.first[8])
    assert alone.arrival.tolist() == among.arrival[there].tolist()
    assert alone.service.tolist() == among.service[there].tolist()
    assert alone.stream.tolist() == among.stream[there].tolist()


def test_arrivals_follow_the_rates():
    day = one_pool(visits=np.array([[2.0, 6.0], [0.0, 0.0], [30.0, 10.0], [1.0, 0.0]]))
    people = draw_visitors(day, 4000, 1)
    counts = np.zeros((4, 2))
    np.add.at(counts, (people.interval, people.stream), 1)
    assert counts / 4000 == pytest.approx(day.visits, rel=0.05)
    assert ((people.arrival // 30).astype(int) == people.interval).all()
    for d in range(100):
        assert (np.diff(people.arrival[people.first[d] : people.first[d + 1]]) >= 0).all()
    per_day = np.diff(people.first)
    assert per_day.var() / per_day.mean() == pytest.approx(1, abs=0.1), "Poisson"


def test_an_uncertain_level_spreads_the_days():
    people = draw_visitors(one_pool(level_cv=0.3), 4000, 1)
    per_day = np.diff(people.first)
    assert per_day.mean() == pytest.approx(96, rel=0.02)
    assert per_day.var() == pytest.approx(96 + (0.3 * 96) ** 2, rel=0.1)


def test_measured_times_are_drawn_from():
    day = one_pool(samples=(np.array([2.0, 3.0, 7.0]), np.zeros(0)))
    people = draw_visitors(day, 500, 1)
    times, counts = np.unique(people.service[people.stream == 0], return_counts=True)
    assert times.tolist() == [2, 3, 7]
    assert counts / counts.sum() == pytest.approx(1 / 3, abs=0.02)
    assert len(np.unique(people.service[people.stream == 1])) > 1000


def test_appointments_come_near_their_time_if_they_come():
    booked = Appointment(stream=1, due_min=45.0, shows=0.8, late_min=5.0)
    day = one_pool(visits=np.full((4, 2), [1.0, 0.0]), appointments=(booked,))
    people = draw_visitors(day, 4000, 2)
    came = people.arrival[people.stream == 1]
    assert len(came) / 4000 == pytest.approx(0.8, abs=0.02)
    assert came.mean() == pytest.approx(45, abs=0.3)
    assert came.std() == pytest.approx(5, rel=0.05)
    assert (people.interval[people.stream == 1] == came // 30).all()


def test_normal_quantiles():
    from scipy.stats import norm

    for u in (1e-300, 1e-9, 0.01, 0.074, 0.3, 0.5, 0.77, 0.999, 1 - 1e-12):
        assert normal(u) == pytest.approx(float(norm.ppf(u)), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("shape", [0.3, 1.0, 4.0])
def test_gamma_times(shape):
    from scipy.stats import kstest

    day = one_pool(distribution="gamma", cv=np.full(2, shape**-0.5), mean_min=np.full(2, shape))
    assert kstest(draw_visitors(day, 200, 3).service, "gamma", args=(shape,)).pvalue > 0.01


def test_hyperexponential_times():
    day = one_pool(distribution="hyperexponential", cv=np.full(2, 2.0), mean_min=np.full(2, 3.0))
    times = draw_visitors(day, 4000, 3).service
    assert times.mean() == pytest.approx(3, rel=0.02)
    assert times.std() == pytest.approx(6, rel=0.02)
