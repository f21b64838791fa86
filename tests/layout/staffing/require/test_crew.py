"""The required crew: against all crews on the same drawn days, on unseen days, at its limits, and on the bank's day."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.simulate import DayProblem, simulate_day
from layout.staffing.require import CrewTarget, require_crew
from layout.staffing.require.cuts import Trial, deny
from layout.staffing.require.sample import Sample
from layout.workload.erlang import servers_needed
from outlet.errors import InputError
from outlet.outcome import Limits

BANK = Path(__file__).parents[4] / "../shared/benchmarks/queueing/bank_day.json"


def day(visits, *, mean=8.0, cv=1.0, distribution="exponential", **more):
    visits = np.asarray(visits, dtype=float)[:, None]
    return DayProblem(
        interval_min=30.0,
        visits=visits,
        pool=np.zeros(1, dtype=np.int64),
        mean_min=np.array([mean]),
        cv=np.array([cv]),
        crew=np.ones((len(visits), 1), dtype=np.int64),
        step_min=30.0,
        distribution=distribution,
        **more,
    )


def test_the_sample_counts_what_the_simulator_counts():
    problem, crew = day([9, 4, 12, 2]), np.array([3, 1, 4, 2])
    found = simulate_day(replace(problem, crew=crew[:, None]), days=300, seed=5, target_min=6.0)
    assert Sample.draw(problem, np.array([6.0]), 300, 5).shares(crew).tolist() == found.within.mean.tolist()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 15), min_size=3, max_size=4), st.integers(0, 99), st.floats(1.0, 40.0))
def test_no_other_crew_on_the_drawn_days_is_smaller(visits, seed, wait):
    """All crews of up to three people against the answer, on its days and with its shares needed."""
    problem = day(visits, mean=5.0)
    target = CrewTarget(wait_min=wait, maximum=3, days=60, unseen=60, confidence=0.9)
    outcome = require_crew(problem, target, Limits(seed=seed, seconds=600.0))
    sample = Sample.draw(problem, np.array([wait]), 60, seed)
    if outcome.solution is None:
        assert outcome.status == "infeasible"
        assert "3 people are not sure to meet the target" in outcome.reasons[0]
        return
    needed = outcome.solution.needed
    good = [
        sum(crew)
        for crew in itertools.product(range(4), repeat=len(visits))
        if (sample.within(np.array(crew)) >= needed * sample.came).all()
    ]
    assert outcome.status == "optimal"
    assert outcome.objective == outcome.bound == min(good) / 2
    assert outcome.objective == outcome.solution.crew.sum() / 2


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=4, max_size=4), st.integers(0, 3), st.integers(0, 50))
def test_a_cut_denies_only_crews_that_fail(crew, t, seed):
    """The cut from a failing crew denies that crew, and every crew it denies fails in interval t."""
    sample = Sample.draw(day([8, 14, 5, 11]), np.array([10.0]), 80, seed)
    crew, upper = np.array(crew), np.full(4, 3)
    trial = Trial(sample.few(20), sample, 0.8, 0.02, t, upper)
    cut = deny(trial, crew, 4)
    if cut is None:
        assert sample.within(crew)[t] >= 0.8 * sample.came[t]
        return
    assert cut.denies(crew)
    for other in itertools.product(range(4), repeat=4):
        if cut.denies(np.array(other)):
            assert sample.within(np.array(other))[t] < 0.8 * sample.came[t]


def test_minimum_and_maximum_hold():
    target = CrewTarget(wait_min=10.0, minimum=np.array([1, 4, 1]), maximum=5, days=300, unseen=2000)
    crew = require_crew(day([10, 2, 10]), target, Limits(seconds=600.0)).require().crew
    assert crew[1] == 4
    assert crew.max() <= 5


def test_a_crew_too_small_for_its_target_is_named():
    outcome = require_crew(day([4, 60, 4]), CrewTarget(maximum=2, days=100, unseen=100))
    assert outcome.status == "infeasible"
    assert "interval 1: even 2 people are not sure to meet the target" in outcome.reasons


def test_more_visitors_never_need_fewer_hours():
    target, limits = CrewTarget(wait_min=8.0, days=400, unseen=4000), Limits(seconds=600.0)
    hours = [require_crew(day(np.array([8, 12, 5]) * by), target, limits).require().hours for by in (0.5, 1.0, 1.5)]
    assert hours == sorted(hours)
    assert hours[0] < hours[2]


def test_stopped_by_work_it_still_meets_the_target_and_gives_a_bound():
    problem = day([9, 14, 6, 12, 10, 4])
    found = [require_crew(problem, CrewTarget(days=500, unseen=2000), Limits(work=1, workers=w)) for w in (1, 2)]
    assert found[0].status == "feasible"
    assert found[0].stopped_by == "work"
    assert found[0].bound <= found[0].objective
    assert found[0].solution.crew.tolist() == found[1].solution.crew.tolist(), "workers change nothing"
    unseen = simulate_day(replace(problem, crew=found[0].solution.crew[:, None]), days=4000, seed=9)
    assert (unseen.within.mean >= 0.8).all()


@pytest.mark.shared
@pytest.mark.skipif(not BANK.is_file(), reason="../shared/benchmarks/queueing is not there")
@pytest.mark.parametrize(("distribution", "cv"), [("exponential", 1.0), ("lognormal", 0.8)])
def test_the_bank_day_needs_five_per_cent_less_than_erlang_says(distribution, cv):
    """Every half hour at 80 % within 10 minutes on 10,000 days that the search never saw."""
    data = json.loads(BANK.read_text(encoding="utf-8"))
    rate = np.array(data["arrivals_per_hour"]) / 60
    problem = day(rate * 30, cv=cv, distribution=distribution)
    erlang = servers_needed(rate, 1 / 8, target_share=0.8, target_wait=10.0, max_occupancy=0.99).sum() / 2
    plan = require_crew(problem, CrewTarget(wait_min=10.0), Limits(work=1)).require()
    assert plan.hours <= 0.95 * erlang
    unseen = simulate_day(replace(problem, crew=plan.crew[:, None]), days=10_000, seed=31, target_min=10.0)
    assert (unseen.within.mean >= 0.8).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CrewTarget(share=1.0), "CrewTarget.share: .* below 1"),
        (lambda: CrewTarget(confidence=0.97), "CrewTarget.confidence: .* 0.99"),
        (lambda: CrewTarget(minimum=3, maximum=2), "CrewTarget.maximum: below the minimum"),
        (lambda: CrewTarget(days=1), "CrewTarget.days: .* at least 2"),
        (lambda: require_crew(day([1.0], patience_min=5.0)), "must be plain and have one pool"),
    ],
)
def test_bad_targets(make, message):
    with pytest.raises(InputError, match=message):
        make()
