r"""Repair a roster after absences: nobody absent works, and each other cell that changes has a price.

With z(x) the price of a roster x and x⁰ the roster that stood::

    min  z(x) + π · |{(e, d) not absent: x_ed ≠ x⁰_ed}|      s.t.  every rule;  o_ed = 1 where e is absent on d

A π above everything that a change could save makes the changes as few as can be; a small one lets the roster be
arranged anew where that pays. Every rule holds for the repaired roster, days before the absence are locked by the
caller. Source: Moz and Pato (2007), Computers & Operations Research 34, rerostering with fewest changes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from layout.staffing.plan import FREE, OFF, Bool, Int, Roster, RosterProblem
from layout.staffing.rostering import roster
from outlet.errors import InputError
from outlet.outcome import Limits, Outcome


def repair_roster(
    problem: RosterProblem, stood: NDArray[np.int64], absent: Bool, *, change_price: int, limits: Limits | None = None
) -> Outcome[Roster]:
    """Fill in for absent people with few changes.

    Parameters
    ----------
    problem
        The problem the roster was made for.
    stood
        The roster as it stood, shape (E, D).
    absent
        Who is absent when, shape (E, D); locks there no longer count.
    change_price
        Price of each cell that changes, but for those of absent people.

    Returns
    -------
    Outcome[Roster]
        The objective is the price of the roster and of the changes.

    Raises
    ------
    InputError
        When shapes differ or the price is below 1.
    """
    shape = (problem.persons, problem.days)
    if stood.shape != shape or absent.shape != shape:
        raise InputError(f"the roster has shape {stood.shape}, absences {absent.shape}; expected {shape} of both")
    if change_price < 1:
        raise InputError(f"change_price is {change_price}; expected a whole number from 1")
    return roster(_repair_problem(problem, stood, absent, change_price), limits)


def _repair_problem(problem: RosterProblem, stood: Int, absent: Bool, price: int) -> RosterProblem:
    wishes = problem.wishes
    on = np.zeros((problem.persons, problem.days, problem.shifts), dtype=np.int64)
    off = np.zeros((problem.persons, problem.days), dtype=np.int64)
    on += 0 if wishes.shift_on is None else wishes.shift_on
    off += 0 if wishes.day_off is None else wishes.day_off
    worked = (stood != OFF) & ~absent
    person, day = np.nonzero(worked)
    on[person, day, stood[worked]] += price
    off[(stood == OFF) & ~absent] += price
    return replace(
        problem,
        off=problem.off | absent,
        locked=np.where(absent, FREE, problem.locked),
        wishes=replace(wishes, shift_on=on, day_off=off),
    )


def changes_of(stood: NDArray[np.int64], repaired: NDArray[np.int64], absent: Bool) -> list[tuple[int, int]]:
    """Return the person and day of each cell that a repair changed, but for those of absent people."""
    changed = (stood != repaired) & ~absent
    return [(int(person), int(day)) for person, day in np.argwhere(changed)]
