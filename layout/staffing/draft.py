"""Hold a roster of one group while it is being changed: what may be put where, and what each change costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.staffing.check import Breach, check_person
from layout.staffing.plan import FREE, OFF, Int, RosterProblem

Change = tuple[int, int, int]
"""Person, day, and the shift that replaces what is there, or `OFF`."""

_LEAST_RULES = ("consecutive_min", "off_min", "minutes_min")


@dataclass(frozen=True)
class Draft:
    """A roster with its cover and minutes kept up to date; `draft_of` makes one."""

    problem: RosterProblem
    assigned: Int
    cover: Int
    minutes: Int
    total: Int
    windows_of: tuple[tuple[int, ...], ...]
    marked: Int

    def set(self, person: int, day: int, shift: int) -> None:
        """Replace what a person does on a day."""
        for old, sign in ((int(self.assigned[person, day]), -1), (shift, 1)):
            if old == OFF:
                continue
            self.cover[day] += sign * self.marked[:, old]
            paid = sign * int(self.problem.paid_min[old])
            self.total[person] += paid
            for window in self.windows_of[day]:
                self.minutes[person, window] += paid
        self.assigned[person, day] = shift

    def is_free(self, person: int, day: int) -> bool:
        """Tell whether the roster decides a cell."""
        return bool(self.problem.locked[person, day] == FREE)

    def may(self, person: int, day: int, shift: int) -> bool:
        """Tell whether a person who is off may take a shift without breaking a most-rule."""
        problem, row = self.problem, self.assigned[person]
        if row[day] != OFF or not self.is_free(person, day) or not problem.possible[person, day, shift]:
            return False
        paid = int(problem.paid_min[shift])
        if any(self.minutes[person, w] + paid > problem.minutes_max[person, w] for w in self.windows_of[day]):
            return False
        if day > 0 and row[day - 1] != OFF and not problem.may_follow[row[day - 1], shift]:
            return False
        if day + 1 < problem.days and row[day + 1] != OFF and not problem.may_follow[shift, row[day + 1]]:
            return False
        return self._within_counts(person, day, shift)

    def _within_counts(self, person: int, day: int, shift: int) -> bool:
        problem, row = self.problem, self.assigned[person]
        rules = problem.rules
        if rules.shift_max is not None and (row == shift).sum() >= rules.shift_max[person, shift]:
            return False
        if rules.consecutive_max is not None and _run_with(row, day) > rules.consecutive_max[person]:
            return False
        if rules.sundays_max is not None and day in problem.sundays:
            worked = sum(row[at] != OFF for at in problem.sundays)
            if worked >= rules.sundays_max[person]:
                return False
        if rules.weekends_max is not None and any(day in days for days in problem.weekends):
            return bool(self.weekends(person, but=day) + 1 <= rules.weekends_max[person])
        return True

    def weekends(self, person: int, but: int | None = None) -> int:
        """Return the weekends a person works in, without the one that holds day ``but``."""
        row = self.assigned[person]
        return sum(any(row[at] != OFF for at in days) for days in self.problem.weekends if but not in days)

    def gains(self, day: int) -> Int:
        """Return how much the price of cover falls when one more person works each shift on a day, shape (S,)."""
        problem = self.problem
        missing = problem.required[day] > self.cover[day]
        worth = np.where(missing, problem.under_weight[day], -problem.over_weight[day])
        gain: Int = worth @ self.marked
        return gain

    def price(self, persons: Sequence[int], days: Sequence[int]) -> float:
        """Return the part of the objective that changes of these people on these days can move."""
        problem = self.problem
        at = list(days)
        short = problem.required[at] - self.cover[at]
        cover = np.where(short > 0, problem.under_weight[at] * short, -problem.over_weight[at] * short).sum()
        return float(cover) + sum(self._price_person(person) for person in persons) + self._price_fairness()

    def _price_person(self, person: int) -> float:
        wishes, row = self.problem.wishes, self.assigned[person]
        works = row != OFF
        price = 0.0
        if wishes.short_hour is not None:
            short = np.maximum(self.problem.minutes_min[person] - self.minutes[person], 0).sum()
            price += wishes.short_hour * float(short) / 60
        if wishes.day_on is not None:
            price += float(wishes.day_on[person][~works].sum())
        if wishes.day_off is not None:
            price += float(wishes.day_off[person][works].sum())
        days = np.flatnonzero(works)
        if wishes.shift_on is not None:
            price -= float(wishes.shift_on[person, days, row[days]].sum())
        if wishes.shift_off is not None:
            price += float(wishes.shift_off[person, days, row[days]].sum())
        return price

    def _price_fairness(self) -> float:
        wishes, price = self.problem.wishes, 0.0
        if wishes.fair_hour:
            excess = self.total - self.problem.minutes_target.sum(axis=1)
            price += wishes.fair_hour * float(excess.max() - excess.min()) / 60
        if wishes.fair_weekend:
            worked = [self.weekends(person) for person in range(self.problem.persons)]
            price += wishes.fair_weekend * (max(worked) - min(worked))
        return price

    def try_changes(self, changes: Sequence[Change]) -> bool:
        """Make changes where they break no rule and lower the price; tell whether they were made."""
        persons, days = sorted({change[0] for change in changes}), sorted({change[1] for change in changes})
        before, faults = self.price(persons, days), self._least_faults(persons)
        old = [(person, day, int(self.assigned[person, day])) for person, day, _ in changes]
        for person, day, _ in changes:
            self.set(person, day, OFF)
        fits = True
        for person, day, shift in changes:
            if shift == OFF:
                continue
            if not self.may(person, day, shift):
                fits = False
                break
            self.set(person, day, shift)
        if fits and self.price(persons, days) < before - 1e-9 and self._least_faults(persons) <= faults:
            return True
        for person, day, shift in old:
            self.set(person, day, shift)
        return False

    def _least_faults(self, persons: Sequence[int]) -> int:
        rules = self.problem.rules
        if rules.consecutive_min is None and rules.off_min is None and self.problem.wishes.short_hour is not None:
            return 0
        found: list[Breach] = []
        for person in persons:
            found.extend(check_person(self.problem, person, self.assigned[person]))
        return sum(breach.rule in _LEAST_RULES for breach in found)


def _run_with(row: Int, day: int) -> int:
    first = last = day
    while first > 0 and row[first - 1] != OFF:
        first -= 1
    while last + 1 < len(row) and row[last + 1] != OFF:
        last += 1
    return last - first + 1


def draft_of(problem: RosterProblem, assigned: NDArray[np.int64] | None = None) -> Draft:
    """Return a draft of a roster, or of the locked shifts alone."""
    windows_of = tuple(
        tuple(w for w, (first, last) in enumerate(problem.windows.tolist()) if first <= day <= last)
        for day in range(problem.days)
    )
    draft = Draft(
        problem=problem,
        assigned=np.full((problem.persons, problem.days), OFF, dtype=np.int64),
        cover=np.zeros_like(problem.required),
        minutes=np.zeros_like(problem.minutes_max),
        total=np.zeros(problem.persons, dtype=np.int64),
        windows_of=windows_of,
        marked=problem.contributes.astype(np.int64),
    )
    start = np.where(problem.locked >= 0, problem.locked, OFF) if assigned is None else assigned
    for person, day in np.argwhere(start != OFF).tolist():
        draft.set(person, day, int(start[person, day]))
    return draft
