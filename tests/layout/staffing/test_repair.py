"""Repair after an absence: the change drawn by hand, fewest changes by brute force, and what is refused."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from layout.staffing import RosterRules
from layout.staffing.check import check_roster, price_roster
from layout.staffing.plan import FREE, OFF
from layout.staffing.repair import changes_of, repair_roster
from layout.staffing.rostering import roster
from outlet.errors import InputError


def week(problem):
    """Three people, one shift, one wanted each day, four days in a row at most."""
    return problem(people=3, days=6, required=1, rules=RosterRules(consecutive_max=np.full(3, 4)))


def test_one_colleague_fills_in(problem, limits):
    """The first is ill on the second day: whoever steps in, one cell changes, and rules hold."""
    one = week(problem)
    stood = np.array([[0, 0, 0, 0, OFF, OFF], [OFF, OFF, OFF, OFF, 0, 0], [OFF] * 6])
    absent = np.zeros((3, 6), dtype=bool)
    absent[0, 1] = True
    outcome = repair_roster(one, stood, absent, change_price=10, limits=limits)
    repaired = outcome.require().assigned
    assert (outcome.status, outcome.objective) == ("optimal", 10)
    assert len(changes_of(stood, repaired, absent)) == 1
    assert repaired[0].tolist() == [0, OFF, 0, 0, OFF, OFF]
    assert check_roster(one, repaired) == ()


def test_a_change_dearer_than_a_person_missing_is_not_made(problem, limits):
    """At 10 somebody steps in; at a price above that of the open shift nobody does, and the shift is open."""
    one = week(problem)
    stood = np.array([[0, 0, 0, 0, OFF, OFF], [OFF, OFF, OFF, OFF, 0, 0], [OFF] * 6])
    absent = np.zeros((3, 6), dtype=bool)
    absent[0, 1] = True
    open_shift = int(one.under_weight[1].sum())
    for price, changes in ((10, 1), (open_shift + 1, 0)):
        repaired = repair_roster(one, stood, absent, change_price=price, limits=limits).require().assigned
        assert len(changes_of(stood, repaired, absent)) == changes


def test_changes_are_the_fewest(problem, limits):
    """Against all rosters of two people on four days with two shifts and a rest rule."""
    one = problem(
        people=2, days=4, shifts=((360, 840, 480), (840, 1320, 480)), required=1, rules=RosterRules(rest_min=660)
    )
    stood = roster(one, limits).require().assigned
    absent = np.zeros((2, 4), dtype=bool)
    absent[1, 2:] = True
    repaired = repair_roster(one, stood, absent, change_price=500, limits=limits).require().assigned
    every = (np.array(cells).reshape(2, 4) for cells in itertools.product((OFF, 0, 1), repeat=8))
    legal = [cells for cells in every if not check_roster(one, cells) and (cells[absent] == OFF).all()]
    best = min(price_roster(one, cells).total + 500 * len(changes_of(stood, cells, absent)) for cells in legal)
    assert price_roster(one, repaired).total + 500 * len(changes_of(stood, repaired, absent)) == best


def test_a_lock_gives_way_to_an_absence(problem, limits):
    one = week(problem)
    locked = np.full((3, 6), FREE)
    locked[0, 1] = 0
    absent = np.zeros((3, 6), dtype=bool)
    absent[0, 1] = True
    stood = np.full((3, 6), OFF)
    stood[0, 1] = 0
    repaired = repair_roster(replace(one, locked=locked), stood, absent, change_price=1, limits=limits)
    assert repaired.require().assigned[0, 1] == OFF


def test_bad_input_is_refused(problem, limits):
    one, stood = week(problem), np.full((3, 6), OFF)
    with pytest.raises(InputError, match=r"absences \(2, 6\); expected \(3, 6\)"):
        repair_roster(one, stood, np.zeros((2, 6), dtype=bool), change_price=1, limits=limits)
    with pytest.raises(InputError, match="change_price is 0"):
        repair_roster(one, stood, np.zeros((3, 6), dtype=bool), change_price=0, limits=limits)
