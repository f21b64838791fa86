"""Build a usable roster at once, by rules of thumb, for the solver to start from.

Weekends are filled first, then the other days, since few people may work them. On each day the shift whose cover
gains most goes to whoever may work it and has the most contract time left in that week, weekends included; then people
below their contract's minimum take what disturbs cover least. Hard most-rules are never broken; fewest-in-a-row rules
are left to the solver.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.staffing.plan import DAY_MIN, FREE, OFF, SATURDAY, SUNDAY, WEEK_DAYS, Int, RosterProblem


@dataclass(frozen=True)
class _Draft:
    """A roster being filled, with what each choice needs to know kept up to date."""

    problem: RosterProblem
    assigned: Int
    cover: Int
    minutes: Int
    window_of: list[list[int]]

    def put(self, person: int, day: int, shift: int) -> None:
        """Assign a shift."""
        self.assigned[person, day] = shift
        self.cover[day] += self.problem.contributes[:, shift]
        for window in self.window_of[day]:
            self.minutes[person, window] += self.problem.paid_min[shift]

    def may(self, person: int, day: int, shift: int) -> bool:
        """Tell whether a person may take a shift without breaking a most-rule."""
        problem = self.problem
        row = self.assigned[person]
        if row[day] != OFF or problem.locked[person, day] != FREE or not problem.possible[person, day, shift]:
            return False
        paid = int(problem.paid_min[shift])
        if any(self.minutes[person, w] + paid > problem.minutes_max[person, w] for w in self.window_of[day]):
            return False
        if day > 0 and row[day - 1] != OFF and not problem.may_follow[row[day - 1], shift]:
            return False
        if day + 1 < problem.days and row[day + 1] != OFF and not problem.may_follow[shift, row[day + 1]]:
            return False
        return self._within_counts(person, day, shift)

    def _within_counts(self, person: int, day: int, shift: int) -> bool:
        rules, row = self.problem.rules, self.assigned[person]
        if rules.shift_max is not None and (row == shift).sum() >= rules.shift_max[person, shift]:
            return False
        if rules.consecutive_max is not None and self._run_with(row, day) > rules.consecutive_max[person]:
            return False
        if rules.sundays_max is not None and day in self.problem.sundays:
            worked = sum(row[at] != OFF for at in self.problem.sundays)
            if worked >= rules.sundays_max[person]:
                return False
        if rules.weekends_max is not None and any(day in days for days in self.problem.weekends):
            others = sum(any(row[at] != OFF for at in days) for days in self.problem.weekends if day not in days)
            return bool(others + 1 <= rules.weekends_max[person])
        return True

    def _run_with(self, row: Int, day: int) -> int:
        first = last = day
        while first > 0 and row[first - 1] != OFF:
            first -= 1
        while last + 1 < len(row) and row[last + 1] != OFF:
            last += 1
        return last - first + 1

    def gain(self, day: int, shift: int) -> int:
        """Return what cover's price falls by when one more person works a shift."""
        problem = self.problem
        rows = problem.contributes[:, shift]
        missing = problem.required[day] > self.cover[day]
        worth = np.where(missing, problem.under_weight[day], -problem.over_weight[day])
        return int(worth[rows].sum())

    def rank(self, person: int, day: int, shift: int) -> tuple[int, ...]:
        """Return who comes first, smallest first: wishes, weekends so far, contract time left, then position."""
        problem, row = self.problem, self.assigned[person]
        wishes = problem.wishes
        pain = 0 if wishes.day_off is None else int(wishes.day_off[person, day])
        pain -= 0 if wishes.day_on is None else int(wishes.day_on[person, day])
        pain += 0 if wishes.shift_off is None else int(wishes.shift_off[person, day, shift])
        pain -= 0 if wishes.shift_on is None else int(wishes.shift_on[person, day, shift])
        weekday = (day + problem.first_weekday) % WEEK_DAYS
        weekends = 0
        if weekday in (SATURDAY, SUNDAY):
            weekends = sum(any(row[at] != OFF for at in days) for days in problem.weekends if day not in days)
        left = sum(int(problem.minutes_target[person, w] - self.minutes[person, w]) for w in self.window_of[day])
        total = int(self.minutes[person].sum() - problem.minutes_target[person].sum())
        return (pain, weekends, -left // 60, total, person)


def construct_roster(problem: RosterProblem) -> NDArray[np.int64]:
    """Return a roster, shape (E, D), that breaks no most-rule unless locked cells do."""
    window_of = [
        [w for w, (first, last) in enumerate(problem.windows.tolist()) if first <= day <= last]
        for day in range(problem.days)
    ]
    draft = _Draft(
        problem=problem,
        assigned=np.full((problem.persons, problem.days), OFF, dtype=np.int64),
        cover=np.zeros_like(problem.required),
        minutes=np.zeros_like(problem.minutes_max),
        window_of=window_of,
    )
    for person, day in np.argwhere(problem.locked >= 0).tolist():
        draft.put(person, day, int(problem.locked[person, day]))
    weekday = (np.arange(problem.days) + problem.first_weekday) % WEEK_DAYS
    for day in sorted(range(problem.days), key=lambda day: (-int(weekday[day] >= SATURDAY), day)):
        _fill_cover(draft, day)
    _fill_contracts(draft)
    return draft.assigned


def _fill_cover(draft: _Draft, day: int) -> None:
    problem = draft.problem
    blocked: set[int] = set()
    while True:
        gains = [
            (-draft.gain(day, shift), _able(draft, day, shift), shift)
            for shift in range(problem.shifts)
            if shift not in blocked and problem.offered[day, shift]
        ]
        best = min(gains, default=(0, 0, 0))
        if best[0] >= 0:
            return
        shift = best[2]
        able = [person for person in range(problem.persons) if draft.may(person, day, shift)]
        if not able:
            blocked.add(shift)
            continue
        draft.put(min(able, key=lambda person: draft.rank(person, day, shift)), day, shift)


def _able(draft: _Draft, day: int, shift: int) -> int:
    """Return how many have the skill: among equal gains the shift that fewest can take comes first."""
    return int(draft.problem.possible[:, day, shift].sum())


def _fill_contracts(draft: _Draft) -> None:
    problem = draft.problem
    price = problem.wishes.short_hour
    for window, (first, last) in enumerate(problem.windows.tolist()):
        for person in range(problem.persons):
            while draft.minutes[person, window] < problem.minutes_min[person, window]:
                short = int(problem.minutes_min[person, window] - draft.minutes[person, window])
                options = [
                    (-_worth(draft, day, shift, short, price), day, shift)
                    for day in range(first, last + 1)
                    for shift in range(problem.shifts)
                    if draft.may(person, day, shift)
                ]
                best = min(options, default=(0, 0, 0))
                if not options or (price is not None and best[0] >= 0):
                    break
                draft.put(person, best[1], best[2])


def _worth(draft: _Draft, day: int, shift: int, short: int, price: int | None) -> int:
    """Return the gain in sixtieths: cover, and minutes of the contract filled."""
    filled = min(int(draft.problem.paid_min[shift]), short)
    return 60 * draft.gain(day, shift) + (DAY_MIN if price is None else price) * filled
