"""Build a usable roster at once, by rules of thumb, for the solver to start from, and improve it by small changes.

Weekends are filled first, since few people may work them, then the other days of each week together: the shift whose
cover gains most goes to whoever may work it and has the most contract time left. People below their contract's
minimum then take what disturbs cover least. Small changes follow while they lower the price: another shift or a day
off in a cell, a day's work moved within the week, two people exchanged on a day. Most-rules are never broken;
fewest-in-a-row rules are never broken more than before, and left to the solver.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from layout.staffing.draft import Draft, draft_of
from layout.staffing.plan import OFF, SATURDAY, WEEK_DAYS, RosterProblem, count_weeks, days_of

_SWEEPS = 5
_OPTIONS = 3


def construct_roster(problem: RosterProblem) -> NDArray[np.int64]:
    """Return a roster, shape (E, D), that breaks no most-rule unless locked cells do."""
    draft = draft_of(problem)
    for at_weekend in (True, False):
        for week in range(count_weeks(problem)):
            days = days_of(problem, week)
            at = [day for day in days if ((day + problem.first_weekday) % WEEK_DAYS >= SATURDAY) == at_weekend]
            _fill_cover(draft, at)
    _fill_contracts(draft)
    return draft.assigned


def improve_roster(problem: RosterProblem, assigned: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a roster that no small change makes cheaper, or what a fixed number of sweeps gave."""
    draft = draft_of(problem, assigned)
    for _ in range(_SWEEPS):
        made = _change_cells(draft) + _move_days(draft) + _exchange(draft)
        if not made:
            break
    return draft.assigned


def _fill_cover(draft: Draft, days: list[int]) -> None:
    """Give out shifts of these days while cover gains from it, the largest gain first."""
    problem = draft.problem
    able = problem.possible.sum(axis=0)
    blocked = np.zeros((len(days), problem.shifts), dtype=np.bool_)
    gains = np.array([draft.gains(day) for day in days], dtype=np.int64).reshape(len(days), problem.shifts)
    while True:
        worth = np.where(blocked | (able[days] == 0), -1.0, gains - able[days] * 1e-6)
        if not worth.size or worth.max() <= 0:
            return
        at, shift = (int(position) for position in np.unravel_index(int(worth.argmax()), worth.shape))
        who = [person for person in range(problem.persons) if draft.may(person, days[at], shift)]
        if not who:
            blocked[at, shift] = True
            continue
        draft.set(min(who, key=lambda person: _rank(draft, person, days[at], shift)), days[at], shift)
        gains[at] = draft.gains(days[at])


def _rank(draft: Draft, person: int, day: int, shift: int) -> tuple[int, ...]:
    """Return who comes first, smallest first: wishes, weekends so far, contract time left, then position."""
    problem, wishes = draft.problem, draft.problem.wishes
    pain = 0 if wishes.day_off is None else int(wishes.day_off[person, day])
    pain -= 0 if wishes.day_on is None else int(wishes.day_on[person, day])
    pain += 0 if wishes.shift_off is None else int(wishes.shift_off[person, day, shift])
    pain -= 0 if wishes.shift_on is None else int(wishes.shift_on[person, day, shift])
    at_weekend = (day + problem.first_weekday) % WEEK_DAYS >= SATURDAY
    weekends = draft.weekends(person, but=day) if at_weekend else 0
    left = sum(int(problem.minutes_target[person, w] - draft.minutes[person, w]) for w in draft.windows_of[day])
    total = int(draft.total[person] - problem.minutes_target[person].sum())
    return (pain, weekends, -left // 60, total, person)


def fill_gaps(draft: Draft, days: list[int]) -> None:
    """Give out what is missing on some days, then fill contracts."""
    _fill_cover(draft, days)
    _fill_contracts(draft)


def _fill_contracts(draft: Draft) -> None:
    problem = draft.problem
    price = problem.wishes.short_hour
    for window, (first, last) in enumerate(problem.windows.tolist()):
        for person in range(problem.persons):
            while draft.minutes[person, window] < problem.minutes_min[person, window]:
                short = int(problem.minutes_min[person, window] - draft.minutes[person, window])
                best = _best_filler(draft, person, range(first, last + 1), short)
                if best is None or (price is not None and best[0] >= 0):
                    break
                draft.set(person, best[1], best[2])


def _best_filler(draft: Draft, person: int, days: range, short: int) -> tuple[float, int, int] | None:
    """Return the cheapest shift (price, day, shift) that fills a contract, or None."""
    price = draft.problem.wishes.short_hour
    each = 1e6 if price is None else price / 60
    options: list[tuple[float, int, int]] = []
    for day in days:
        if draft.assigned[person, day] != OFF:
            continue
        worth = draft.gains(day) + each * np.minimum(draft.problem.paid_min, short)
        shifts = np.flatnonzero(draft.problem.possible[person, day]).tolist()
        options.extend((-float(worth[s]), day, s) for s in shifts if draft.may(person, day, s))
    return min(options, default=None)


def _best_shifts(draft: Draft, person: int, day: int) -> list[int]:
    """Return the shifts a person could take on a day that gain most, counted as if the person were off."""
    problem, now = draft.problem, int(draft.assigned[person, day])
    draft.set(person, day, OFF)
    room = min(
        (int(problem.minutes_max[person, w] - draft.minutes[person, w]) for w in draft.windows_of[day]), default=0
    )
    fits = problem.possible[person, day] & ((problem.paid_min <= room) | (len(draft.windows_of[day]) == 0))
    gains = np.where(fits, draft.gains(day), np.iinfo(np.int64).min)
    draft.set(person, day, now)
    order = np.argsort(-gains, kind="stable")[:_OPTIONS]
    return [int(shift) for shift in order if fits[shift] and shift != now]


def _free_cells(draft: Draft) -> list[tuple[int, int]]:
    problem = draft.problem
    movable = problem.possible.any(axis=2)
    return [(e, d) for e, d in np.argwhere(movable).tolist() if draft.is_free(e, d)]


def _change_cells(draft: Draft) -> int:
    made = 0
    for person, day in _free_cells(draft):
        options = _best_shifts(draft, person, day)
        if draft.assigned[person, day] != OFF:
            options.append(OFF)
        made += any(draft.try_changes([(person, day, shift)]) for shift in options)
    return made


def _move_days(draft: Draft) -> int:
    """Move a day's work of one person to a day off of the same week."""
    made = 0
    for person, day in _free_cells(draft):
        if draft.assigned[person, day] != OFF:
            continue
        week = days_of(draft.problem, (day + draft.problem.first_weekday) // WEEK_DAYS)
        options = _best_shifts(draft, person, day)[:1]
        worked = [d for d in week if draft.assigned[person, d] != OFF and draft.is_free(person, d)]
        made += any(
            draft.try_changes([(person, other, OFF), (person, day, shift)]) for other in worked for shift in options
        )
    return made


def _exchange(draft: Draft) -> int:
    """Exchange what two people do on a day."""
    made = 0
    for day in range(draft.problem.days):
        here = [person for person in range(draft.problem.persons) if draft.is_free(person, day)]
        for first, second in itertools.combinations(here, 2):
            a, b = int(draft.assigned[first, day]), int(draft.assigned[second, day])
            if a == b or not _could(draft, first, day, b) or not _could(draft, second, day, a):
                continue
            made += draft.try_changes([(first, day, b), (second, day, a)])
    return made


def _could(draft: Draft, person: int, day: int, shift: int) -> bool:
    return shift == OFF or bool(draft.problem.possible[person, day, shift])
