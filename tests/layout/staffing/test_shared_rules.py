"""Rules that look at who works with whom: people who count for less, presence of holders, breaks, teams, duty."""

from dataclasses import replace

import numpy as np
import pytest

from layout.staffing import RosterRules, RosterWishes, roster
from layout.staffing.check import check_roster, find_unmet, price_roster
from layout.staffing.groups import find_groups
from layout.staffing.plan import OFF, PARTS, Teams
from layout.staffing.rows.anneal import annealer_of, standing_of
from layout.staffing.rows.draft import construct_rows, draft_rows
from layout.staffing.rows.finder import finder_of
from layout.staffing.rows.moves import Course, anneal
from outlet.errors import InputError

HALF = PARTS // 2
EARLY_LATE = ((360, 840, 480), (840, 1320, 480))


def solved(problem, limits):
    """Solve, and return the roster that breaks nothing and is proved."""
    outcome = roster(problem, limits)
    assigned = outcome.require().assigned
    assert check_roster(problem, assigned) == ()
    assert outcome.status == "optimal"
    assert outcome.objective == pytest.approx(price_roster(problem, assigned).total)
    return assigned


def test_two_newcomers_make_one(problem, limits):
    """One is wanted; of an expert on leave and two at half, both must come; each alone leaves half a person open."""
    one = problem(people=3, days=1, required=1, counts=np.array([[PARTS], [HALF], [HALF]]))
    away = replace(one, off=np.array([[True], [False], [False]]))
    assert solved(away, limits)[:, 0].tolist() == [OFF, 0, 0]
    assert find_unmet(one, np.array([[OFF], [0], [OFF]])).under.tolist() == [[0.5]]
    assert price_roster(one, np.array([[OFF], [0], [OFF]])).under == 50
    assert price_roster(one, np.array([[0], [0], [OFF]])).over == 0.5
    assert solved(one, limits)[:, 0].tolist() == [0, OFF, OFF]


def test_somebody_with_keys_is_there(problem, limits):
    """Both may do the shift, the second would rather; only the first holds keys, which the second row asks for."""
    wishes = RosterWishes(day_off=np.array([[5], [0]]))
    one = problem(people=2, days=1, required=1, wishes=wishes)
    assert solved(one, limits)[:, 0].tolist() == [OFF, 0]
    both = np.ones((1, 2), dtype=np.int64)
    with_keys = replace(
        one,
        contributes=np.ones((2, 1), dtype=bool),
        required=both,
        under_weight=100 * both,
        over_weight=np.array([[1, 0]]),
        counts=np.array([[PARTS, PARTS], [PARTS, 0]]),
    )
    assert find_unmet(with_keys, np.array([[OFF], [0]])).under.tolist() == [[0, 1]]
    assert solved(with_keys, limits)[:, 0].tolist() == [0, OFF]


def test_no_two_on_break_at_once(problem, limits):
    """Three shifts differ in their breaks: a row with one wanted, none missed, counts who is on break at noon."""
    shifts = ((480, 990, 480), (480, 990, 480), (510, 1020, 480))
    one = problem(people=2, days=1, shifts=shifts)
    one = replace(
        one,
        contributes=np.array([[True, True, True], [True, True, False]]),
        required=np.array([[2, 1]]),
        under_weight=np.array([[100, 0]]),
        over_weight=np.array([[1, 30]]),
    )
    assert price_roster(one, np.array([[0], [1]])).total == 30
    assert sorted(solved(one, limits)[:, 0].tolist())[1] == 2


def test_weekend_duty(problem, limits):
    on_duty = np.ones((1, 7), dtype=bool)
    on_duty[0, 5:] = False
    one = problem(required=1, rules=RosterRules(on_duty=on_duty))
    assert [breach.rule for breach in check_roster(one, np.zeros((1, 7), dtype=np.int64))] == ["weekend_duty"] * 2
    assert solved(one, limits)[0].tolist() == [0] * 5 + [OFF] * 2
    locked = np.full((1, 7), -2)
    locked[0, 5] = 0
    assert solved(replace(one, locked=locked), limits)[0].tolist() == [0] * 6 + [OFF]


def together(problem, **changes):
    """Four people, the first three a team, six days, one early and one late wanted, four days each at most."""
    teams = Teams(np.array([0, 0, 0, -1]), np.array([0, 1]))
    wishes = RosterWishes(teams=teams, team_day=9)
    return problem(
        people=4, days=6, shifts=EARLY_LATE, required=1, wishes=wishes, minutes_max=np.full((4, 1), 4 * 480), **changes
    )


def test_days_apart_by_hand(problem):
    """Day 0: two early, one off: one apart. Day 1: the third on leave, the others apart by block: one. Then all off."""
    off = np.zeros((4, 6), dtype=bool)
    off[2, 1] = True
    one = together(problem, off=off)
    assigned = np.full((4, 6), OFF)
    assigned[:3, 0] = [0, 0, OFF]
    assigned[:3, 1] = [0, 1, OFF]
    assigned[3, 2] = 0
    apart = find_unmet(one, assigned).apart
    assert np.argwhere(apart).tolist() == [[1, 1], [2, 0]]
    assert price_roster(one, assigned).apart == 18
    whole_days = replace(one, wishes=replace(one.wishes, teams=Teams(one.wishes.teams.of, np.zeros(2, dtype=np.int64))))
    assert np.argwhere(find_unmet(whole_days, assigned).apart).tolist() == [[2, 0]]


def test_a_team_works_as_a_block(problem, limits):
    """Three early wanted on days 0 and 2 and nobody else: the team comes whole, the fourth stays off."""
    required = np.zeros((6, 2), dtype=np.int64)
    required[[0, 2], 0] = 3
    one = replace(together(problem), required=required)
    assigned = solved(one, limits)
    assert (assigned[:3, [0, 2]] == 0).all()
    assert (assigned[3] == OFF).all()
    loose = replace(one, wishes=replace(one.wishes, team_day=0, day_off=np.full((4, 6), 1) * [[3], [0], [0], [0]]))
    assert (solved(loose, limits)[0] == OFF).all()


def test_a_team_is_one_group(problem):
    one = problem(people=2, shifts=EARLY_LATE, skilled=np.eye(2, dtype=bool))
    assert [group.persons for group in find_groups(one)] == [(0,), (1,)]
    teams = Teams(np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64))
    joined = replace(one, wishes=RosterWishes(teams=teams, team_day=1))
    assert [group.persons for group in find_groups(joined)] == [(0, 1)]


@pytest.mark.parametrize("seed", range(3))
def test_moves_and_drafts_price_as_the_checker_does(problem, seed):
    """With people who count differently, leave, and teams with blocks, after some thousand moves."""
    random = np.random.default_rng(seed)
    one = together(problem, counts=random.integers(0, PARTS + 6, (4, 2)), off=random.random((4, 6)) < 0.1)
    start = construct_rows(finder_of(one))
    assert draft_rows(finder_of(one), start).total() == pytest.approx(price_roster(one, start).total)
    annealer = annealer_of(finder_of(one), seed)
    standing = standing_of(annealer, start)
    state = np.array([seed + 1], dtype=np.uint64)
    anneal(annealer.rules, annealer.cover, annealer.fairness, standing, state, Course(60.0, 6.0, 3000, -1e9), (0, 3000))
    for row, change in ((standing.row, standing.price[0]), (standing.best, standing.price[1])):
        assigned = np.where(row == 2, OFF, row)
        assert check_roster(one, assigned) == ()
        assert price_roster(one, assigned).total == pytest.approx(price_roster(one, start).total + change)


def test_bad_counts_are_refused(problem):
    with pytest.raises(InputError, match="counts holds -1; expected numbers from 0"):
        problem(counts=np.array([[-1]]))
    with pytest.raises(InputError, match=r"teams.of has shape \(2,\); expected \(1,\)"):
        problem(wishes=RosterWishes(teams=Teams(np.zeros(2, dtype=np.int64), np.zeros(1, dtype=np.int64))))
