"""The roster: a week drawn by hand, brute force, groups, what must not matter, infeasible and out of time."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.staffing import RosterProblem, RosterRules, RosterWishes, roster, rostering
from layout.staffing.check import check_roster, price_roster
from layout.staffing.groups import extract, find_groups
from layout.staffing.plan import FREE, OFF, Teams
from layout.staffing.rows import network
from layout.staffing.rows.draft import construct_roster
from outlet.errors import InputError
from outlet.outcome import Limits


def test_a_week_by_hand(problem, limits):
    """Two people, one wanted every day of a week, five days and 40 hours each at most.

    All seven days can be covered, by 4 + 3 or 5 + 2; fairness at 1 an hour makes it 4 + 3, a spread of 8 hours: 8. A
    second person on one day would even the hours out, at a price of 9.
    """
    rules = RosterRules(consecutive_max=np.array([5, 5]))
    one = problem(people=2, required=1, rules=rules, wishes=RosterWishes(fair_hour=1))
    one = replace(one, minutes_max=np.full((2, 1), 2400), over_weight=np.full((7, 1), 9))
    outcome = roster(one, limits)
    assert (outcome.status, outcome.objective, outcome.bound) == ("optimal", 8, 8)
    assert sorted((outcome.require().assigned == 0).sum(axis=1).tolist()) == [3, 4]


@st.composite
def tiny(draw):
    """Draw two people, three days and two shifts, with every kind of rule and price."""

    def numbers(low, high, *shape):
        size = int(np.prod(shape))
        drawn = draw(st.lists(st.integers(low, high), min_size=size, max_size=size))
        return np.array(drawn, dtype=np.int64).reshape(shape)

    def maybe(low, high, *shape):
        return numbers(low, high, *shape) if draw(st.booleans()) else None

    contributes = np.eye(2, dtype=bool) if draw(st.booleans()) else np.array([[True, True]])
    return RosterProblem(
        start_min=np.array([360, 840]),
        end_min=np.array([840, 1320]),
        paid_min=np.array([480, 420]),
        skilled=numbers(0, 3, 2, 2) > 0,
        off=numbers(0, 4, 2, 3) == 0,
        offered=numbers(0, 5, 3, 2) > 0,
        contributes=contributes,
        required=numbers(0, 2, 3, len(contributes)),
        under_weight=np.full((3, len(contributes)), 20, dtype=np.int64),
        over_weight=np.full((3, len(contributes)), 2, dtype=np.int64),
        windows=np.array([(0, 2)]),
        minutes_min=numbers(0, 2, 2, 1) * 420,
        minutes_max=numbers(2, 3, 2, 1) * 480,
        minutes_target=numbers(0, 3, 2, 1) * 480,
        locked=np.where(numbers(0, 9, 2, 3) == 0, OFF, FREE),
        counts=maybe(0, 25, 2, len(contributes)),
        first_weekday=draw(st.integers(0, 6)),
        rules=RosterRules(
            rest_min=draw(st.sampled_from([0, 660])),
            on_duty=numbers(0, 4, 2, 3) > 0 if draw(st.booleans()) else None,
            shift_max=maybe(0, 3, 2, 2),
            consecutive_max=maybe(1, 3, 2),
            consecutive_min=maybe(1, 2, 2),
            off_min=maybe(1, 2, 2),
            weekends_max=maybe(0, 1, 2),
            sundays_max=maybe(0, 1, 2),
        ),
        wishes=RosterWishes(
            shift_on=maybe(0, 3, 2, 3, 2),
            shift_off=maybe(0, 3, 2, 3, 2),
            day_on=maybe(0, 3, 2, 3),
            day_off=maybe(0, 3, 2, 3),
            short_hour=draw(st.sampled_from([None, 3])),
            fair_hour=draw(st.integers(0, 2)),
            fair_weekend=draw(st.integers(0, 2)),
            unpopular=np.array([False, draw(st.booleans())]),
            fair_unpopular=draw(st.integers(0, 2)),
            teams=Teams(numbers(-1, 0, 2), np.array([0, draw(st.integers(0, 1))])) if draw(st.booleans()) else None,
            team_day=draw(st.integers(0, 9)),
        ),
    )


def brute_force(problem):
    """Return the least price of all rosters that break nothing, or None."""
    cells = itertools.product(range(-1, problem.shifts), repeat=problem.persons * problem.days)
    every = (np.array(cell, dtype=np.int64).reshape(problem.persons, problem.days) for cell in cells)
    prices = [price_roster(problem, one).total for one in every if not check_roster(problem, one)]
    return min(prices, default=None)


@settings(max_examples=50, deadline=None)
@given(tiny())
def test_brute_force_agrees(one):
    outcome = roster(one, Limits(seconds=60, workers=1, work=20.0))
    best = brute_force(one)
    if best is None:
        assert outcome.status == "infeasible"
        assert outcome.reasons
        return
    assert outcome.status == "optimal"
    assert check_roster(one, outcome.require().assigned) == ()
    assert outcome.objective == pytest.approx(best)
    assert outcome.bound == pytest.approx(best)


@settings(max_examples=50, deadline=None)
@given(tiny())
def test_constructed_rosters_break_nothing(one):
    """A roster is constructed exactly where there is one, and it is legal."""
    start = construct_roster(one)
    if start is None:
        assert brute_force(one) is None
        return
    assert check_roster(one, start) == ()
    assert price_roster(one, start).total >= brute_force(one)


def team(problem, people=8, days=28):
    """A team with three shifts, wishes, leave and all the usual rules."""
    random = np.random.default_rng(1)
    shifts = ((480, 990, 480), (600, 1080, 480), (540, 780, 240))
    one = problem(
        people=people,
        days=days,
        shifts=shifts,
        rules=RosterRules(
            rest_min=660,
            consecutive_max=np.full(people, 5),
            weekends_max=np.full(people, 3),
            sundays_max=np.full(people, 2),
        ),
        wishes=RosterWishes(
            day_off=(random.random((people, days)) < 0.05) * 8, short_hour=10, fair_hour=1, fair_weekend=4
        ),
    )
    weeks = days // 7
    return replace(
        one,
        required=random.integers(0, 3, (days, 3)),
        over_weight=np.full((days, 3), 4),
        off=random.random((people, days)) < 0.03,
        windows=np.array([(7 * week, 7 * week + 6) for week in range(weeks)]),
        minutes_min=np.full((people, weeks), 1800),
        minutes_max=np.full((people, weeks), 2400),
        minutes_target=np.full((people, weeks), 2400),
    )


def test_order_of_people_does_not_matter(problem, limits):
    one = team(problem, people=3, days=7)
    order = [2, 0, 1]
    turned = replace(
        one,
        skilled=one.skilled[order],
        off=one.off[order],
        locked=one.locked[order],
        wishes=replace(one.wishes, day_off=one.wishes.day_off[order]),
    )
    first, second = roster(one, limits), roster(turned, limits)
    assert (first.status, second.status) == ("optimal", "optimal")
    assert first.objective == pytest.approx(second.objective)


def test_one_more_person_never_hurts_cover(problem, limits):
    few = replace(team(problem, people=2, days=7), wishes=RosterWishes())
    many = replace(team(problem, people=3, days=7), wishes=RosterWishes(), required=few.required)
    many = replace(many, off=np.vstack([few.off, many.off[2:]]), minutes_min=np.zeros((3, 1), dtype=np.int64))
    few = replace(few, minutes_min=np.zeros((2, 1), dtype=np.int64))
    assert roster(many, limits).objective <= roster(few, limits).objective


def test_groups_are_apart_and_add_up(problem, limits):
    """Two tellers and a guard share no shift: two groups, and the price is the sum of both."""
    shifts = ((480, 960, 480), (480, 960, 480))
    one = problem(people=3, shifts=shifts, required=1, wishes=RosterWishes(fair_hour=1))
    one = replace(one, over_weight=np.full((7, 2), 9), skilled=np.array([[True, False], [True, False], [False, True]]))
    groups = find_groups(one)
    assert [group.persons for group in groups] == [(0, 1), (2,)]
    parts = [roster(extract(one, group), limits).objective for group in groups]
    assert roster(one, limits).objective == pytest.approx(sum(parts)) == 8


def test_a_lock_joins_groups(problem):
    shifts = ((480, 960, 480), (480, 960, 480))
    locked = np.full((2, 7), FREE)
    locked[0, 3] = 1
    one = problem(people=2, shifts=shifts, skilled=np.eye(2, dtype=bool), locked=locked)
    assert len(find_groups(one)) == 1


def test_a_shift_without_people_is_priced(problem, limits):
    one = problem(people=1, shifts=((480, 960, 480), (480, 960, 480)), required=1)
    outcome = roster(replace(one, skilled=np.array([[True, False]])), limits)
    assert (outcome.status, outcome.objective) == ("optimal", 700)


def test_nobody_at_all(problem, limits):
    outcome = roster(problem(people=0, required=1), limits)
    assert (outcome.status, outcome.objective) == ("optimal", 700)


def test_locked_cells_that_break_a_rule_are_named(problem, limits):
    locked = np.zeros((1, 7), dtype=np.int64)
    outcome = roster(problem(locked=locked, rules=RosterRules(consecutive_max=np.array([5]))), limits)
    assert outcome.status == "infeasible"
    assert outcome.reasons == ("locked cells of person 0 break consecutive_max from day 0: 7 days in a row",)


def test_infeasible_names_the_rule(problem, limits):
    """Six shifts of contract cannot be worked with four days in a row at most in five days."""
    one = problem(days=5, minutes_min=np.array([[2400]]), rules=RosterRules(consecutive_max=np.array([4])))
    outcome = roster(one, limits)
    assert (outcome.status, outcome.solution, outcome.stopped_by) == ("infeasible", None, "proof")
    assert "one exists without minutes_min" in outcome.reasons[0]
    assert any("without consecutive_max" in reason for reason in outcome.reasons)


def test_a_contract_that_no_shift_fills_is_named(problem, limits):
    one = problem(minutes_min=np.array([[480]]), skilled=np.array([[False]]))
    assert "no shift to fill the contract" in roster(one, limits).reasons[0]


def test_out_of_work_gives_the_constructed_roster(problem):
    one = team(problem)
    outcome = roster(one, Limits(seconds=60, workers=1, work=1e-4))
    assert (outcome.status, outcome.stopped_by) == ("feasible", "work")
    assert check_roster(one, outcome.require().assigned) == ()
    assert outcome.objective >= outcome.bound


def test_out_of_time_says_so(problem):
    outcome = roster(team(problem), Limits(seconds=1e-3, workers=1))
    assert outcome.stopped_by == "time"
    assert outcome.status == "feasible"


def test_same_work_same_roster(problem):
    one, limits = team(problem), Limits(seconds=60, workers=1, work=0.3)
    first, second = roster(one, limits).require(), roster(one, limits).require()
    assert np.array_equal(first.assigned, second.assigned)


def test_rows_too_many_to_write_are_left_to_the_solver(problem, limits, monkeypatch):
    """The same price without networks of rows as with them."""
    one = team(problem, people=3, days=7)
    exact = roster(one, limits)
    monkeypatch.setattr(network, "MOST_ARCS", 0)
    alone = roster(one, limits)
    assert (alone.status, alone.objective) == ("optimal", pytest.approx(exact.objective))


def test_a_roster_that_breaks_a_rule_is_a_bug(problem, limits, monkeypatch):
    monkeypatch.setattr(network, "MOST_ARCS", 0)
    monkeypatch.setitem(rostering.RULES, "minutes_max", lambda model, variables, one: None)
    with pytest.raises(RuntimeError, match=r"a roster breaks a rule: .*minutes_max"):
        roster(problem(required=1, minutes_max=np.array([[480]])), limits)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"paid_min": np.zeros(2, dtype=np.int64)}, r"paid_min has shape \(2,\); expected \(1,\)"),
        ({"locked": np.full((1, 7), 3)}, "locked holds 3; expected a shift below 1"),
        ({"required": np.full((7, 1), -1)}, "negative"),
        ({"first_weekday": 7}, "weekday 7"),
        ({"rules": RosterRules(consecutive_max=np.array([1, 2]))}, "consecutive_max has shape"),
        ({"wishes": RosterWishes(day_on=np.zeros((2, 7), dtype=np.int64))}, "day_on has shape"),
    ],
)
def test_faulty_problems(problem, changes, message):
    with pytest.raises(InputError, match=message):
        problem(**changes)
