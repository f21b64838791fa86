"""The replay: hand-drawn days, visitor by visitor, and the rules of crews, help, reception and patience."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.simulate import DayProblem
from layout.simulate.replay import Visitors, draw_visitors, replay
from outlet.errors import InputError


def problem(crew, *, streams=1, pools=None, step=60.0, intervals=1, interval=60.0, **more):
    crew = np.atleast_2d(np.asarray(crew, dtype=np.int64))
    return DayProblem(
        interval_min=interval,
        visits=np.ones((intervals, streams)),
        pool=np.zeros(streams, dtype=np.int64) if pools is None else np.array(pools),
        mean_min=np.ones(streams),
        cv=np.ones(streams),
        crew=crew,
        step_min=step,
        **more,
    )


def visitors(arrival, service, *, stream=None, triage=None, patience=None, willing=None, other=None):
    count = len(arrival)
    return Visitors(
        first=np.array([0, count]),
        stream=np.zeros(count, dtype=np.int64) if stream is None else np.array(stream),
        interval=np.zeros(count, dtype=np.int64),
        arrival=np.array(arrival, dtype=float),
        service=np.array(service, dtype=float),
        triage=np.zeros(count) if triage is None else np.array(triage, dtype=float),
        patience=np.full(count, np.inf) if patience is None else np.array(patience, dtype=float),
        willing=np.zeros(0) if willing is None else np.array(willing, dtype=float),
        other=np.zeros(0) if other is None else np.array(other, dtype=float),
    )


def test_one_server_first_come_first_served():
    """Arrivals 0, 1, 2 with 5 minutes each: called at 0, 5, 10."""
    found = replay(problem([[1]]), visitors([0, 1, 2], [5, 5, 5]))
    assert found.called.tolist() == [0, 5, 10]
    assert found.left.tolist() == [5, 10, 15]


def test_a_server_finishes_the_visitor_after_the_shift():
    """The only server is off from 10 to 20: the visitor called at 8 is finished at 18, the next one waits until 20."""
    found = replay(problem([[1], [0], [1], [1], [1], [1]], step=10.0), visitors([8, 9], [10, 1]))
    assert found.called.tolist() == [8, 20]
    assert found.left[0] == 18


def test_who_overstays_a_shift_does_not_count_as_crew():
    """Two servers, one leaves at 10 but is busy until 30: the other, free at 12, takes the next; nobody at 30."""
    found = replay(problem([[2], [1], [1], [1], [1], [1]], step=10.0), visitors([0, 1, 2, 3], [30, 11, 30, 1]))
    assert found.called.tolist() == [0, 1, 30, 60]


def test_lower_priority_number_is_served_first():
    found = replay(
        problem([[1]], streams=2, priority=np.array([5, 0])), visitors([0, 1, 2], [5, 5, 5], stream=[0, 0, 1])
    )
    assert found.called.tolist() == [0, 10, 5]


def test_own_server_first_then_an_idle_helper():
    """Pool 1 helps pool 0: the first visitor of pool 0 goes to its own server, the second to the helper."""
    helps = np.array([[False, False], [True, False]])
    day = problem([[1, 1]], streams=2, pools=[0, 1], helps=helps)
    found = replay(day, visitors([0, 1, 2, 2.5], [9, 9, 9, 9], stream=[0, 0, 1, 0]))
    assert found.server.tolist() == [0, 1, 1, 0]
    assert found.called.tolist() == [0, 1, 10, 9]


def test_helped_the_other_way_nobody_helps():
    helps = np.array([[False, False], [True, False]])
    found = replay(problem([[1, 1]], streams=2, pools=[0, 1], helps=helps), visitors([0, 1], [9, 9], stream=[1, 1]))
    assert found.called.tolist() == [0, 9]


def test_reception_comes_first_and_walking_after_it():
    """The guide takes 2 minutes each, the walk 3: joined at 5 and 7, called at once."""
    day = problem([[1, 2]], pools=[1], triage_pool=0, walk_min=np.array([3.0]))
    found = replay(day, visitors([0, 1], [4, 4], triage=[2, 2]))
    assert found.triage_start.tolist() == [0, 2]
    assert found.joined.tolist() == [5, 7]
    assert found.called.tolist() == [5, 7]


def test_an_unmanned_reception_is_passed():
    """The guide goes at 10: who waits there walks on, who comes later does not stop."""
    day = problem([[1, 9], [0, 9], [0, 9], [0, 9], [0, 9], [0, 9]], pools=[1], triage_pool=0, step=10.0)
    found = replay(day, visitors([0, 1, 12], [4, 4, 4], triage=[20, 20, 20]))
    assert found.joined.tolist() == [20, 10, 12]
    assert np.isnan(found.triage_start[1:]).all()


def test_visitors_give_up_when_their_patience_ends():
    day = problem([[1]], patience_min=9.0)
    found = replay(day, visitors([0, 1, 2], [10, 5, 5], patience=[1, 3, 30]))
    assert found.called.tolist() == [0, np.inf, 10]
    assert found.left.tolist() == [10, 4, 15]
    assert found.server.tolist() == [0, -1, 0]


def test_the_last_crew_stays_until_nobody_waits():
    found = replay(problem([[2], [1]], step=30.0), visitors([58, 58.5, 59], [10, 10, 10]))
    assert found.called.tolist() == [58, 68, 78]


def test_without_crew_nobody_is_served():
    found = replay(problem([[0]]), visitors([5], [1]))
    assert np.isinf(found.called[0])
    assert np.isinf(found.left[0])


def by_hand(arrival, service, servers):
    """First come first served with equal servers: Kiefer and Wolfowitz."""
    free = np.zeros(servers)
    called = []
    for time, minutes in zip(arrival, service, strict=True):
        at = int(free.argmin())
        called.append(max(time, free[at]))
        free[at] = called[-1] + minutes
    return called


@settings(max_examples=50, deadline=None)
@given(
    servers=st.integers(1, 4),
    people=st.lists(st.tuples(st.floats(0, 55), st.floats(0.1, 20)), min_size=1, max_size=40),
)
def test_against_kiefer_and_wolfowitz(servers, people):
    people = sorted(people)
    arrival, service = [p[0] for p in people], [p[1] for p in people]
    found = replay(problem([[servers]]), visitors(arrival, service))
    assert found.called == pytest.approx(by_hand(arrival, service, servers))


@pytest.mark.parametrize("step", [30.0, 15.0, 1.0])
def test_a_constant_crew_in_short_shifts_is_a_constant_crew(step):
    """The defect of a well-known library: 1.87 minutes instead of 7.65 with shifts of half an hour."""
    whole = problem([[5]] * 10, intervals=10, step=60.0)
    whole = DayProblem(**{**vars(whole), "visits": np.full((10, 1), 28.0), "mean_min": np.array([10.0])})
    people = draw_visitors(whole, 20, 3)
    shifts = DayProblem(**{**vars(whole), "crew": np.full((int(600 / step), 1), 5), "step_min": step})
    assert replay(shifts, people).called.tolist() == replay(whole, people).called.tolist()


def test_common_random_numbers():
    """The same seed brings the same visitors whatever the crew; another one never makes any wait longer."""
    few, many = problem([[1]]), problem([[2]])
    few, many = (DayProblem(**{**vars(day), "visits": np.array([[40.0]])}) for day in (few, many))
    here, there = draw_visitors(few, 30, 1), draw_visitors(many, 30, 1)
    assert here.service.tolist() == there.service.tolist()
    assert (replay(many, there).called <= replay(few, here).called + 1e-9).all()


@pytest.mark.parametrize("distribution", ["lognormal", "gamma", "exponential"])
def test_service_times_have_their_mean_and_spread(distribution):
    day = DayProblem(**{**vars(problem([[1]])), "visits": np.array([[4e5]]), "distribution": distribution})
    day = DayProblem(**{**vars(day), "mean_min": np.array([6.0]), "cv": np.array([0.7])})
    times = draw_visitors(day, 1, 5).service
    assert times.mean() == pytest.approx(6, rel=0.01)
    assert times.std() / times.mean() == pytest.approx(1.0 if distribution == "exponential" else 0.7, rel=0.02)


def test_no_spread_is_a_fixed_time():
    day = DayProblem(**{**vars(problem([[1]])), "cv": np.array([0.0]), "visits": np.array([[50.0]])})
    for distribution in ("lognormal", "gamma"):
        drawn = draw_visitors(DayProblem(**{**vars(day), "distribution": distribution}), 2, 0)
        assert drawn.service == pytest.approx(np.ones(drawn.service.size))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pool": np.array([0, 0])}, r"DayProblem.pool: shape \(2,\); expected \(1,\)"),
        ({"pool": np.array([3])}, "DayProblem.pool: a value is out of range; expected positions from 0 to 0"),
        ({"visits": np.array([[-1.0]])}, "DayProblem.visits: a value is out of range"),
        ({"mean_min": np.array([0.0])}, "DayProblem.mean_min: a value is out of range; expected minutes above 0"),
        ({"step_min": 10.0}, "DayProblem.crew: covers 10 minutes; expected at least the 60 minutes"),
        ({"helps": np.zeros((2, 2), dtype=bool)}, r"DayProblem.helps: shape \(2, 2\)"),
        ({"triage_pool": 4}, "DayProblem.triage_pool: a value is out of range; expected -1 to 0"),
    ],
)
def test_bad_problems(changes, message):
    with pytest.raises(InputError, match=message):
        DayProblem(**{**vars(problem([[1]])), **changes})
