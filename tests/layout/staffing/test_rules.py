"""Each rule alone: the checker finds a roster that breaks it, and the solver, pushed to break it, obeys."""

from dataclasses import replace

import numpy as np
import pytest

from layout.staffing import RosterRules, RosterWishes, roster
from layout.staffing.check import check_roster, find_unmet, price_roster
from layout.staffing.plan import FREE, OFF

EARLY_LATE = ((360, 840, 480), (840, 1320, 480))


def broken(problem, row):
    """Return the names of the rules that one person's row breaks."""
    return {breach.rule for breach in check_roster(problem, np.array([row]))}


def solved(problem, limits):
    """Solve, and return the roster that breaks nothing."""
    outcome = roster(problem, limits)
    assigned = outcome.require().assigned
    assert check_roster(problem, assigned) == ()
    assert outcome.status == "optimal"
    assert outcome.objective == pytest.approx(outcome.bound)
    return assigned


def test_rest(problem, limits):
    one = problem(days=2, shifts=EARLY_LATE, rules=RosterRules(rest_min=660))
    assert broken(one, [1, 0]) == {"rest"}
    assert broken(one, [0, 1]) == set()
    both = replace(one, required=np.array([[0, 1], [1, 0]]))
    assert sorted(solved(both, limits)[0].tolist()) != [0, 1]


def test_rest_over_midnight(problem):
    """A shift that ends at 02:00 the next day leaves seven hours until 09:00."""
    one = problem(days=2, shifts=((540, 1020, 480), (1080, 1560, 480)), rules=RosterRules(rest_min=480))
    assert broken(one, [1, 0]) == {"rest"}


def test_forbidden_next(problem, limits):
    rules = RosterRules(forbidden_next=np.array([[False, True], [False, False]]))
    one = problem(days=2, shifts=EARLY_LATE, rules=rules)
    assert broken(one, [0, 1]) == {"rest"}
    assert broken(one, [1, 0]) == set()
    assert np.count_nonzero(solved(replace(one, required=np.array([[1, 0], [0, 1]])), limits)[0] != OFF) == 1


def test_minutes_max(problem, limits):
    one = problem(required=1, minutes_max=np.array([[960]]))
    assert broken(one, [0, 0, 0, OFF, OFF, OFF, OFF]) == {"minutes_max"}
    assert np.count_nonzero(solved(one, limits) == 0) == 2


def test_minutes_min_hard(problem, limits):
    one = problem(minutes_min=np.array([[1440]]))
    assert broken(one, [0, 0, OFF, OFF, OFF, OFF, OFF]) == {"minutes_min"}
    assert np.count_nonzero(solved(one, limits) == 0) == 3


def test_minutes_min_soft(problem, limits):
    """An hour below contract costs 3, an hour beyond cover 2 (16 a shift): two shifts fill 900 minutes but for none."""
    one = problem(minutes_min=np.array([[900]]), wishes=RosterWishes(short_hour=3))
    one = replace(one, over_weight=np.full((7, 1), 16))
    assert broken(one, [OFF] * 7) == set()
    assert find_unmet(one, np.full((1, 7), OFF)).short_min[0, 0] == 900
    assert np.count_nonzero(solved(one, limits) == 0) == 2


def test_shift_max(problem, limits):
    one = problem(shifts=EARLY_LATE, required=1, rules=RosterRules(shift_max=np.array([[2, 0]])))
    assert broken(one, [0, 0, 0, OFF, OFF, OFF, OFF]) == {"shift_max"}
    assert broken(one, [1, OFF, OFF, OFF, OFF, OFF, OFF]) == {"shift_max"}
    assert solved(one, limits)[0].tolist().count(0) == 2


def test_consecutive_max(problem, limits):
    one = problem(days=14, required=1, rules=RosterRules(consecutive_max=np.array([5])))
    assert broken(one, [0] * 6 + [OFF] * 8) == {"consecutive_max"}
    assert np.count_nonzero(solved(one, limits) == 0) == 12


def test_consecutive_min(problem, limits):
    """A lone working day inside the horizon is barred; at its ends the run may go on outside."""
    one = problem(days=5, rules=RosterRules(consecutive_min=np.array([2])))
    assert broken(one, [OFF, 0, OFF, OFF, OFF]) == {"consecutive_min"}
    assert broken(one, [0, OFF, OFF, OFF, 0]) == set()
    wanted = replace(one, required=np.array([[0], [0], [1], [0], [0]]))
    assert np.count_nonzero(solved(wanted, limits) == 0) == 2


def test_off_min(problem, limits):
    one = problem(days=5, rules=RosterRules(off_min=np.array([2])))
    assert broken(one, [0, OFF, 0, 0, 0]) == {"off_min"}
    assert broken(one, [OFF, 0, 0, 0, OFF]) == set()
    wanted = replace(one, required=np.array([[1], [1], [0], [1], [1]]), over_weight=np.full((5, 1), 150))
    assert np.count_nonzero(solved(wanted, limits) == 0) == 3


def test_weekends_max(problem, limits):
    one = problem(days=14, required=1, rules=RosterRules(weekends_max=np.array([1])))
    assert broken(one, [OFF] * 5 + [0, OFF] + [OFF] * 6 + [0]) == {"weekends_max"}
    worked = solved(one, limits)[0]
    assert (worked[5:7] == OFF).all() or (worked[12:] == OFF).all()
    assert np.count_nonzero(worked == 0) == 12


def test_weekends_follow_the_first_weekday(problem):
    one = problem(days=3, first_weekday=5, rules=RosterRules(weekends_max=np.array([0]), sundays_max=np.array([0])))
    assert broken(one, [0, OFF, OFF]) == {"weekends_max"}
    assert broken(one, [OFF, 0, OFF]) == {"weekends_max", "sundays_max"}
    assert broken(one, [OFF, OFF, 0]) == set()


def test_sundays_max(problem, limits):
    one = problem(days=14, required=1, rules=RosterRules(sundays_max=np.array([1])))
    assert broken(one, [0] * 14) == {"sundays_max"}
    assert np.count_nonzero(solved(one, limits) == 0) == 13


def test_skills(problem, limits):
    one = problem(shifts=EARLY_LATE, required=1, skilled=np.array([[True, False]]))
    assert broken(one, [1, OFF, OFF, OFF, OFF, OFF, OFF]) == {"skills"}
    assert set(solved(one, limits)[0].tolist()) == {0}


def test_days_off(problem, limits):
    one = problem(required=1, off=np.array([[True] + [False] * 6]))
    assert broken(one, [0] * 7) == {"days_off"}
    assert solved(one, limits)[0].tolist() == [OFF] + [0] * 6


def test_closed_days(problem, limits):
    one = problem(required=1, offered=np.array([[True]] * 6 + [[False]]))
    assert broken(one, [0] * 7) == {"offered"}
    assert solved(one, limits)[0].tolist() == [0] * 6 + [OFF]


def test_locks_are_kept_against_skill_and_leave(problem, limits):
    locked = np.full((1, 7), FREE)
    locked[0, :2] = [0, OFF]
    one = problem(required=1, locked=locked, off=np.ones((1, 7), dtype=bool), skilled=np.array([[False]]))
    assert broken(one, [OFF] * 7) == {"locks"}
    assert solved(one, limits)[0].tolist() == [0] + [OFF] * 6


def test_prices_by_hand(problem):
    """Two people, two days, one wanted each day: A works both, B neither.

    Under 0, over 0; A's wish to be off on day 1 costs 7, B's to work on day 0 costs 5, B's 8 hours below contract cost
    16, A has 16 hours more than B at 2 an hour: 32. Day 0 is a Saturday: A works one weekend more, 3.
    """
    day_off, day_on = np.zeros((2, 2, 2), dtype=np.int64)
    day_off[0, 1], day_on[1, 0] = 7, 5
    wishes = RosterWishes(day_off=day_off, day_on=day_on, short_hour=2, fair_hour=2, fair_weekend=3)
    one = problem(people=2, days=2, required=1, first_weekday=5, wishes=wishes, minutes_min=np.array([[0], [480]]))
    price = price_roster(one, np.array([[0, 0], [OFF, OFF]]))
    assert (price.under, price.over, price.wishes) == (0, 0, 12)
    assert (price.short, price.fair_hours, price.fair_weekends) == (16, 32, 3)
    assert price.total == 63


def test_shift_wishes_by_hand(problem, limits):
    on, off = np.zeros((2, 1, 2, 2), dtype=np.int64)
    on[0, 0, 1], off[0, 1, 0] = 4, 6
    one = problem(days=2, shifts=EARLY_LATE, wishes=RosterWishes(shift_on=on, shift_off=off))
    assert price_roster(one, np.array([[0, 0]])).wishes == 10
    assert price_roster(one, np.array([[1, OFF]])).wishes == 0
    assert solved(one, limits)[0].tolist() == [1, OFF]


def test_fair_weekends_are_spread(problem, limits):
    required = np.zeros((14, 1), dtype=np.int64)
    required[[5, 12]] = 1
    one = problem(people=2, days=14, required=0, wishes=RosterWishes(fair_weekend=10))
    assigned = solved(replace(one, required=required), limits)
    assert sorted((assigned[:, [5, 12]] == 0).sum(axis=1).tolist()) == [1, 1]


def test_fair_unpopular_shifts_are_spread(problem, limits):
    """Six days with a late shift for one of three people: two each, though the first would do them all."""
    wishes = RosterWishes(unpopular=np.array([False, True]), fair_unpopular=5)
    required = np.zeros((6, 2), dtype=np.int64)
    required[:, 1] = 1
    one = replace(problem(people=3, days=6, shifts=EARLY_LATE, wishes=wishes), required=required)
    alone = np.full((3, 6), OFF)
    alone[0] = 1
    assert price_roster(one, alone).fair_unpopular == 30
    assigned = solved(one, limits)
    assert (assigned == 1).sum(axis=1).tolist() == [2, 2, 2]
    assert price_roster(one, assigned).total == 0


def test_no_unpopular_shift_no_price(problem):
    one = problem(people=2, wishes=RosterWishes(unpopular=np.array([False]), fair_unpopular=5))
    assert one.unpopular_price == 0
