"""Recorded days of a queue: one line by hand and against the simulator, arrival rates, and planted service times."""

import numpy as np
import pytest

from layout.simulate import simulate_day
from layout.workload.line import Line, waiting_in_line
from layout.workload.recorded import (
    RecordedQueue,
    ServiceFit,
    fit_arrivals,
    fit_service,
    kind_levels,
    recorded_day,
)
from outlet.errors import InputError

STEPS, INTERVALS = 48, 8


def line(arrival, service, patience):
    return Line(
        np.array([0, len(arrival)]), *(np.array(each, dtype=np.float64) for each in (arrival, service, patience))
    )


def test_a_line_by_hand():
    """One counter, 10 minutes each: A at 0 is served, B waits from 1 to 10, C gives up after 5 minutes at 7, D waits
    from 12 to 20; the counter shuts at 20, so that D waits on until the end.
    """
    found = waiting_in_line(
        line([0, 1, 2, 12], [10, 10, 10, 10], [99, 99, 5, 99]),
        np.array([[1, 1, 1, 1, 0, 0]]),
        np.ones(6),
        5.0,
        3,
    )
    assert found[0] * 10 == pytest.approx([9 + 5, 8, 10])


def test_pace_is_that_of_the_start():
    """Twice the pace from minute 10: who starts then takes 5 minutes, so the next waits from 11 to 15."""
    found = waiting_in_line(
        line([0, 1, 11], [10, 10, 10], [99, 99, 99]), np.array([[1] * 6]), np.repeat([1.0, 2.0, 2.0], 2), 5.0, 3
    )
    assert found[0] * 10 == pytest.approx([9, 4, 0])


def recorded(came, counters, waiting=None, kind=None):
    came = np.asarray(came, dtype=np.float64)
    return RecordedQueue(
        came=came,
        counters=np.asarray(counters, dtype=np.int64),
        waiting=np.zeros((len(came), INTERVALS)) if waiting is None else waiting,
        kind=np.zeros(len(came), dtype=np.int64) if kind is None else np.asarray(kind),
        step_min=5.0,
    )


def simulated(queue, day, service, days):
    problem = recorded_day(queue.came[day], queue.counters[day], service, queue, 0.0)
    return simulate_day(problem, days=days, seed=5).queue.mean.reshape(INTERVALS, -1).mean(axis=1)


@pytest.fixture(scope="module")
def planted():
    """Eight days of one to three counters at 9 minutes, slower in the morning, whom one in 100 leaves a minute."""
    random = np.random.default_rng(3)
    came = random.uniform(0.4, 1.6, (8, 1)) * np.ones(STEPS)
    counters = np.repeat(random.integers(1, 4, (8, 4)), STEPS // 4, axis=1)
    truth = ServiceFit(9.0, 0.01, np.repeat([0.8, 1.2], INTERVALS // 2), 0.0)
    queue = recorded(came, counters)
    waiting = np.array([simulated(queue, day, truth, 400) for day in range(8)])
    return recorded(came, counters, waiting), truth


def test_planted_service_gives_its_queues_again(planted):
    """The last two days are not fitted; a flat guess of the counters' time a visitor is three times as far away."""
    queue, truth = planted
    seen = recorded(queue.came[:6], queue.counters[:6], queue.waiting[:6])
    fit = fit_service(seen, days=30)
    flat = ServiceFit(5.0 * seen.counters.sum() / seen.came.sum(), 0.0, np.ones(INTERVALS), 0.0)
    far = {
        name: sum(np.abs(simulated(queue, day, each, 200) - queue.waiting[day]).mean() for day in (6, 7))
        for name, each in (("fit", fit), ("flat", flat))
    }
    assert far["fit"] < far["flat"] / 3
    assert far["fit"] < 0.35 * queue.waiting[6:].mean(axis=1).sum()
    assert np.average(fit.minutes / fit.pace) == pytest.approx(np.average(truth.minutes / truth.pace), rel=0.25)


def test_line_and_simulator_agree(planted):
    queue, truth = planted
    random = np.random.default_rng(1)
    days, busy = 1500, int(queue.waiting.mean(axis=1).argmax())
    counts = random.poisson(queue.came[busy], (days, STEPS))
    step = np.broadcast_to(np.arange(STEPS), counts.shape).ravel().repeat(counts.ravel())
    day = np.arange(days).repeat(counts.sum(axis=1))
    arrival = (step + random.random(step.size)) * 5
    arrival = arrival[np.lexsort((arrival, day))]
    spread = np.sqrt(np.log(2))
    service = 9.0 * np.exp(spread * random.standard_normal(step.size) - spread**2 / 2)
    visitors = Line(
        np.concatenate([[0], np.cumsum(counts.sum(axis=1))]), arrival, service, random.exponential(100, step.size)
    )
    pace = np.repeat(truth.pace, STEPS // INTERVALS)
    found = waiting_in_line(visitors, queue.counters[busy : busy + 1], pace, 5.0, INTERVALS)[0]
    assert found == pytest.approx(simulated(queue, busy, truth, days), rel=0.12, abs=0.05)


def test_a_rush_is_cut_and_another_kind_of_day_drawn_to_the_office():
    """Usual days of 48, 48 and 96 (cut at 1.6 times 48), one of kind 1 with 96; the office has 1.5 times as many."""
    came = np.ones((4, STEPS)) * np.array([[1], [1], [2], [2]])
    queue = recorded(came, np.ones((4, STEPS)), kind=[0, 0, 0, 1])
    level = (48 + 48 + 76.8) / 3
    assert kind_levels(came.sum(axis=1), queue.kind) == pytest.approx([level, 96])
    found = fit_arrivals(queue, np.array([1.0, 1.5]))
    own = min(96, 1.6 * level * 1.5) / level
    assert found.expected.sum(axis=1) == pytest.approx([level, level * (2 * 1.5 + own) / 3])
    assert found.level_cv == pytest.approx(np.sqrt(np.var([48, 48, 76.8], ddof=1) - level) / level)


def test_those_who_wait_when_doors_open_come_at_once():
    came = np.zeros((2, STEPS))
    came[:, 0], came[:, 3] = 12.0, 6.0
    found = fit_arrivals(recorded(came, np.ones((2, STEPS))), np.ones(1)).expected[0]
    assert found[:7] == pytest.approx([13, 1, 1, 1, 1, 1, 0])


def test_bad_input():
    with pytest.raises(InputError, match="nobody came or no counter was open"):
        fit_service(recorded(np.ones((1, STEPS)), np.zeros((1, STEPS))))
    with pytest.raises(InputError, match=r"counters \(1, 47\)"):
        recorded(np.ones((1, STEPS)), np.zeros((1, 47)))
    with pytest.raises(InputError, match="47 steps; expected a multiple of 8 intervals"):
        recorded(np.ones((1, 47)), np.zeros((1, 47)))
