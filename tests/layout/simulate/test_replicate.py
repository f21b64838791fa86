"""Simulated means against exact ones: M/M/c, M/G/1, Erlang A, inside 99 % confidence; and the empty hall at opening."""

from dataclasses import replace

import numpy as np
import pytest

from layout.simulate import DayProblem, simulate_day
from layout.simulate.replicate import ratio_interval
from layout.workload.erlang import erlang_a, mean_wait
from outlet.errors import InputError

WIDER = 2.576 / 1.96
"""Half-width of a 99 % interval against that of a 95 % one."""


def steady(rate, mean, servers, *, cv=1.0, distribution="exponential", warm=1500.0, **more):
    """Two long intervals: the first fills the hall, the second counts."""
    return DayProblem(
        interval_min=warm,
        visits=np.full((2, 1), rate * warm),
        pool=np.zeros(1, dtype=np.int64),
        mean_min=np.array([mean]),
        cv=np.array([cv]),
        crew=np.full((2, 1), servers),
        step_min=warm,
        distribution=distribution,
        **more,
    )


def inside(estimate, at, exact):
    mean = estimate.mean[at]
    return abs(mean - exact) <= WIDER * (estimate.high[at] - mean)


@pytest.mark.parametrize(("rate", "servers"), [(0.7, 1), (4.0, 5), (9.0, 10), (18.0, 22)])
def test_mean_wait_of_m_m_c(rate, servers):
    warm = 1500.0 if servers == 1 else 300.0
    found = simulate_day(steady(rate, 1.0, servers, warm=warm), days=int(150_000 / (rate * warm)) + 2, seed=11)
    assert inside(found.wait, 1, float(mean_wait(rate, 1.0, servers)))


@pytest.mark.parametrize(
    ("squared", "distribution"), [(0.0, "lognormal"), (0.5, "lognormal"), (0.5, "gamma"), (2.0, "gamma")]
)
def test_mean_wait_of_m_g_1(squared, distribution):
    """Pollaczek and Khinchine: λ(1 + cv²)/(2(1 − ρ)) for a mean of 1."""
    found = simulate_day(steady(0.8, 1.0, 1, cv=squared**0.5, distribution=distribution), days=150, seed=3)
    assert inside(found.wait, 1, 0.8 * (1 + squared) / (2 * 0.2))


def test_abandonment_of_erlang_a():
    exact = erlang_a(10.0, 1.0, 1.0, 10)
    found = simulate_day(steady(10.0, 1.0, 10, warm=100.0, patience_min=1.0), days=150, seed=4)
    assert inside(found.wait, 1, float(exact.mean_wait))
    left = found.stream_abandoned[0] / found.stream_arrivals[0]
    assert left == pytest.approx(float(found.day_wait.mean), rel=0.02), "P(leave) = patience rate x mean wait"


def test_occupancy_and_queue_of_little():
    found = simulate_day(steady(4.0, 1.0, 5), days=20, seed=8)
    assert found.occupancy[1, 0] == pytest.approx(0.8, abs=0.01)
    assert found.arrivals[1] == pytest.approx(6000, rel=0.01)


def half_hours(crew, visits=14.0):
    return DayProblem(
        interval_min=30.0,
        visits=np.full((10, 1), visits),
        pool=np.zeros(1, dtype=np.int64),
        mean_min=np.array([8.0]),
        cv=np.array([1.0]),
        crew=np.full((10, 1), crew),
        step_min=30.0,
        distribution="exponential",
    )


def test_an_empty_hall_at_opening_waits_less_than_erlang_says():
    found = simulate_day(half_hours(4), days=600, seed=2)
    exact = float(mean_wait(14 / 30, 1 / 8, 4))
    assert found.wait.high[0] < 0.5 * exact
    assert found.wait.mean[0] < found.wait.mean[3] < found.wait.mean[9]


def test_another_server_never_hurts_with_common_random_numbers():
    few, many = (simulate_day(half_hours(crew), days=200, seed=1) for crew in (4, 5))
    assert (many.wait.mean <= few.wait.mean).all()
    assert (many.queue_p95 <= few.queue_p95).all()
    assert many.arrivals.tolist() == few.arrivals.tolist()


def test_the_same_seed_gives_the_same_figures_and_another_one_others():
    first, again, other = (simulate_day(half_hours(4), days=50, seed=seed) for seed in (5, 5, 6))
    assert first.wait.mean.tolist() == again.wait.mean.tolist()
    assert first.wait.mean.tolist() != other.wait.mean.tolist()


def test_streams_pools_and_what_counts():
    """A machine pool does not count: waits over all pools are those of the counter."""
    day = DayProblem(
        interval_min=60.0,
        visits=np.array([[20.0, 30.0]]),
        pool=np.array([0, 1]),
        mean_min=np.array([4.0, 2.0]),
        cv=np.array([1.0, 0.0]),
        crew=np.array([[2, 1]]),
        step_min=60.0,
    )
    found = simulate_day(day, days=300, seed=1, counted=np.array([True, False]))
    assert found.day_wait.mean == pytest.approx(found.stream_wait.mean[0])
    assert found.pool_wait.mean[0] == pytest.approx(found.stream_wait.mean)
    assert found.arrivals[0] == pytest.approx(found.stream_arrivals[0])


def test_nobody_to_serve_is_unserved_not_a_wait():
    found = simulate_day(half_hours(0), days=5, seed=1)
    assert found.stream_unserved[0] == pytest.approx(found.stream_arrivals[0])
    assert np.isnan(found.day_wait.mean)
    assert found.day_within.mean == 0
    assert np.isnan(found.occupancy).all()


def test_no_visitors_at_all():
    found = simulate_day(half_hours(2, visits=0.0), days=3, seed=1)
    assert np.isnan(found.wait.mean).all()
    assert found.queue_p95.tolist() == [0] * 10
    assert found.overtime_min == 0


def test_ratio_interval_covers_its_mean_about_95_times_in_100():
    random = np.random.default_rng(0)
    hits = 0
    for _ in range(400):
        counts = random.poisson(20, size=60).astype(float)
        sums = counts * 3 + random.normal(0, 8, size=60)
        found = ratio_interval(sums, counts)
        hits += bool(found.low <= 3 <= found.high)
    assert 0.92 <= hits / 400 <= 0.98


def test_one_day_has_no_interval():
    with pytest.raises(InputError, match="days is 1; expected at least 2"):
        simulate_day(half_hours(2), days=1)


def test_queues_by_stream_add_up_and_places_before_reception_count():
    """Two streams of one pool: their queues sum to the pool's; with a reception more wait somewhere."""
    problem = DayProblem(
        interval_min=30.0,
        visits=np.array([[10.0, 5.0], [12.0, 6.0], [4.0, 2.0]]),
        pool=np.zeros(2, dtype=np.int64),
        mean_min=np.array([4.0, 6.0]),
        cv=np.ones(2),
        crew=np.tile([[3, 1]], (3, 1)).astype(np.int64),
        step_min=30.0,
    )
    found = simulate_day(problem, days=400, seed=3)
    each = found.stream_queue
    assert each.mean[:3].sum(axis=1) == pytest.approx(found.queue.mean, abs=0.03)
    assert each.mean[3] == pytest.approx(each.mean[:3].mean(axis=0))
    assert (each.low <= each.mean).all()
    assert (each.mean <= each.high).all()
    assert each.mean[3, 0] > each.mean[3, 1]
    assert each.high[3, 1] < each.low[3, 0]
    assert found.waiting_p95.tolist() == found.queue_p95.tolist()
    received = simulate_day(replace(problem, triage_pool=1, triage_min=1.5), days=400, seed=3)
    assert (received.waiting_p95 >= received.queue_p95).all()
    assert received.waiting_p95[1] > received.queue_p95[1]
    assert (found.daily[:, -1] >= 1).all()
    assert found.daily[:, -1].max() <= found.daily[:, 0].max()
