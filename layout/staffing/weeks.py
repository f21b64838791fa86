"""Cut a large roster into its weeks: each week's best price bounds its share of the whole from below.

A week's problem keeps the days, wishes, and contract windows that lie in the week, and every rule within it; rules and
windows that reach over its ends, and fairness, are left out. Each term of the whole's price belongs to at most one
week, so the sum of the weeks' bounds is a bound of the whole. What a week's roster proposes is put back into the whole
as far as the rules allow.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from layout.staffing.construct import fill_gaps
from layout.staffing.draft import draft_of
from layout.staffing.plan import OFF, WEEK_DAYS, Int, RosterProblem, RosterWishes, count_weeks, days_of

LARGE = 3000
"""Possible assignments beyond which a group is solved by weeks: the whole then finds nothing in seconds."""


def is_cut_by_weeks(problem: RosterProblem) -> bool:
    """Tell whether a problem is large, and every contract window lies in one calendar week."""
    week = (problem.windows + problem.first_weekday) // WEEK_DAYS
    inside = bool((week[:, 0] == week[:, 1]).all())
    return inside and count_weeks(problem) > 1 and int(problem.possible.sum()) > LARGE


def week_problem(problem: RosterProblem, week: int) -> RosterProblem:
    """Return the problem of one week."""
    days = days_of(problem, week)
    first, last = days[0], days[-1]
    windows = np.flatnonzero((problem.windows[:, 0] >= first) & (problem.windows[:, 1] <= last))
    return replace(
        problem,
        off=problem.off[:, days],
        offered=problem.offered[days],
        required=problem.required[days],
        under_weight=problem.under_weight[days],
        over_weight=problem.over_weight[days],
        windows=problem.windows[windows] - first,
        minutes_min=problem.minutes_min[:, windows],
        minutes_max=problem.minutes_max[:, windows],
        minutes_target=problem.minutes_target[:, windows],
        locked=problem.locked[:, days],
        first_weekday=(problem.first_weekday + first) % WEEK_DAYS,
        wishes=_wishes_of(problem.wishes, days),
    )


def _wishes_of(wishes: RosterWishes, days: list[int]) -> RosterWishes:
    return RosterWishes(
        shift_on=None if wishes.shift_on is None else wishes.shift_on[:, days],
        shift_off=None if wishes.shift_off is None else wishes.shift_off[:, days],
        day_on=None if wishes.day_on is None else wishes.day_on[:, days],
        day_off=None if wishes.day_off is None else wishes.day_off[:, days],
        short_hour=wishes.short_hour,
    )


def put_week(problem: RosterProblem, assigned: Int, pattern: NDArray[np.int64], weeks: list[int]) -> Int:
    """Return a roster whose ``weeks`` follow a pattern (E, days of a week) as far as rules and locks allow.

    Gaps that rules tear are filled anew; weeks of another length stay as they are.
    """
    draft = draft_of(problem, assigned)
    for week in weeks:
        target = days_of(problem, week)
        if len(target) != pattern.shape[1]:
            continue
        free = [(e, d) for e in range(problem.persons) for d in target if draft.is_free(e, d)]
        for person, day in free:
            draft.set(person, day, OFF)
        for person, day in free:
            shift = int(pattern[person, day - target[0]])
            if shift != OFF and draft.may(person, day, shift):
                draft.set(person, day, shift)
        fill_gaps(draft, target)
    return draft.assigned
