"""Judge and price a roster without a solver: the rules of `layout.staffing.plan` written a second time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from layout.staffing.groups import find_groups
from layout.staffing.plan import DAY_MIN, FREE, OFF, RosterProblem


@dataclass(frozen=True)
class Breach:
    """A hard rule that a roster breaks: the rule, the person, the first day concerned, and what was found."""

    rule: str
    person: int
    day: int
    found: str


@dataclass(frozen=True)
class RosterPrice:
    """The objective by term, each in its own unit times its price; ``total`` is their sum."""

    under: float
    over: float
    wishes: float
    short: float
    fair_hours: float
    fair_weekends: float
    fair_unpopular: float
    apart: float

    @property
    def total(self) -> float:
        """The objective."""
        fair = self.fair_hours + self.fair_weekends + self.fair_unpopular
        return self.under + self.over + self.wishes + self.short + fair + self.apart


@dataclass(frozen=True)
class Unmet:
    """What a roster leaves open.

    Parameters
    ----------
    under, over
        People missing from and beyond each cover row, in parts of a person where people count differently, shape
        (D, K).
    short_min
        Minutes below the contract's minimum, shape (E, W).
    wishes_on, wishes_off
        Whether a wish to work, or to be off, on a day is not met, shape (E, D).
    apart
        Whether a person's day is apart from the team's, shape (E, D).
    """

    under: NDArray[np.float64]
    over: NDArray[np.float64]
    short_min: NDArray[np.int64]
    wishes_on: NDArray[np.bool_]
    wishes_off: NDArray[np.bool_]
    apart: NDArray[np.bool_]


def worked_minutes(problem: RosterProblem, assigned: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the paid minutes of each person in each window, shape (E, W)."""
    paid = np.append(problem.paid_min, 0)[assigned]
    spans = [paid[:, first : last + 1].sum(axis=1) for first, last in problem.windows.tolist()]
    return np.stack(spans, axis=1) if spans else np.zeros((problem.persons, 0), dtype=np.int64)


def find_unmet(problem: RosterProblem, assigned: NDArray[np.int64]) -> Unmet:
    """Return what a roster leaves open."""
    cover = count_cover(problem, assigned) / problem.unit
    short = np.maximum(problem.minutes_min - worked_minutes(problem, assigned), 0)
    nobody = np.zeros(assigned.shape, dtype=np.int64)
    on = nobody if problem.wishes.day_on is None else problem.wishes.day_on
    off = nobody if problem.wishes.day_off is None else problem.wishes.day_off
    return Unmet(
        under=np.maximum(problem.required - cover, 0),
        over=np.maximum(cover - problem.required, 0),
        short_min=short,
        wishes_on=(on > 0) & (assigned == OFF),
        wishes_off=(off > 0) & (assigned != OFF),
        apart=find_apart(problem, assigned),
    )


def count_cover(problem: RosterProblem, assigned: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the parts of people there in each cover row, shape (D, K)."""
    contributes = problem.contributes.T.astype(np.int64)
    if problem.counts is None:
        counts = np.zeros((problem.days, problem.shifts), dtype=np.int64)
        for shift in range(problem.shifts):
            counts[:, shift] = (assigned == shift).sum(axis=0)
        return counts @ contributes
    cover = np.zeros((problem.days, len(problem.contributes)), dtype=np.int64)
    for parts, row in zip(problem.counts, assigned, strict=True):
        days = np.flatnonzero(row != OFF)
        cover[days] += parts * contributes[row[days]]
    return cover


def find_apart(problem: RosterProblem, assigned: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return whose day is apart from the team's, shape (E, D): not in the block, or off, as most who may work are.

    Where two blocks have as many, the one that comes first counts as the team's, a day off last.
    """
    apart = np.zeros(assigned.shape, dtype=np.bool_)
    teams = problem.wishes.teams
    if teams is None:
        return apart
    for team in range(teams.number):
        for day in range(problem.days):
            members = [int(e) for e in np.flatnonzero(teams.of == team) if not problem.off[e, day]]
            shifts = [int(assigned[e, day]) for e in members]
            blocks = [teams.blocks - 1 if shift == OFF else int(teams.block[shift]) for shift in shifts]
            usual = max(range(teams.blocks), key=blocks.count)
            for e, block in zip(members, blocks, strict=True):
                apart[e, day] = block != usual
    return apart


def price_roster(problem: RosterProblem, assigned: NDArray[np.int64]) -> RosterPrice:
    """Price a roster; fairness compares people within each group that can stand in for each other."""
    unmet = find_unmet(problem, assigned)
    wishes = problem.wishes
    excess = worked_minutes_in_all(problem, assigned) - problem.minutes_target.sum(axis=1)
    weekends = weekends_worked(problem, assigned)
    hours = sum(_spread(excess[list(group.persons)]) for group in find_groups(problem)) / 60
    counts = sum(_spread(weekends[list(group.persons)]) for group in find_groups(problem))
    unpopular = unpopular_worked(problem, assigned)
    disliked = sum(_spread(unpopular[list(group.persons)]) for group in find_groups(problem))
    return RosterPrice(
        under=float((problem.under_weight * unmet.under).sum()),
        over=float((problem.over_weight * unmet.over).sum()),
        wishes=_price_wishes(problem, assigned),
        short=(wishes.short_hour or 0) * float(unmet.short_min.sum()) / 60,
        fair_hours=wishes.fair_hour * hours,
        fair_weekends=float(wishes.fair_weekend * counts),
        fair_unpopular=float(wishes.fair_unpopular * disliked),
        apart=float(problem.team_price * unmet.apart.sum()),
    )


def worked_minutes_in_all(problem: RosterProblem, assigned: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the paid minutes of each person over the horizon, shape (E,)."""
    total: NDArray[np.int64] = np.append(problem.paid_min, 0)[assigned].sum(axis=1)
    return total


def weekends_worked(problem: RosterProblem, assigned: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the weekends with work of each person, shape (E,)."""
    touched = [(assigned[:, list(days)] != OFF).any(axis=1) for days in problem.weekends]
    return np.sum(touched, axis=0, dtype=np.int64) if touched else np.zeros(problem.persons, dtype=np.int64)


def unpopular_worked(problem: RosterProblem, assigned: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the unpopular shifts that each person works, shape (E,)."""
    mask = problem.wishes.unpopular
    disliked = np.zeros(problem.shifts, dtype=np.bool_) if mask is None else mask
    count: NDArray[np.int64] = np.append(disliked, False)[assigned].sum(axis=1)
    return count


def _spread(values: NDArray[np.int64]) -> int:
    return int(values.max() - values.min()) if len(values) > 1 else 0


def _price_wishes(problem: RosterProblem, assigned: NDArray[np.int64]) -> float:
    wishes, total = problem.wishes, 0
    works = assigned != OFF
    shift = assigned[:, :, None] == np.arange(problem.shifts)[None, None, :]
    if wishes.shift_on is not None:
        total += int((wishes.shift_on * ~shift).sum())
    if wishes.shift_off is not None:
        total += int((wishes.shift_off * shift).sum())
    if wishes.day_on is not None:
        total += int((wishes.day_on * ~works).sum())
    if wishes.day_off is not None:
        total += int((wishes.day_off * works).sum())
    return float(total)


def check_roster(problem: RosterProblem, assigned: NDArray[np.int64]) -> tuple[Breach, ...]:
    """Return every hard rule that a roster breaks, by person and day; nothing for a good one."""
    breaches: list[Breach] = []
    for person in range(problem.persons):
        breaches.extend(check_person(problem, person, assigned[person]))
    return tuple(breaches)


def check_person(problem: RosterProblem, person: int, cells: NDArray[np.int64]) -> list[Breach]:
    """Return every hard rule that one person's row (D,) breaks."""
    row = [int(shift) for shift in cells]
    return [
        *_check_cells(problem, person, row),
        *_check_rest(problem, person, row),
        *_check_counts(problem, person, row),
        *_check_runs(problem, person, row),
    ]


def _check_cells(problem: RosterProblem, person: int, row: list[int]) -> list[Breach]:
    breaches = []
    for day, shift in enumerate(row):
        lock = int(problem.locked[person, day])
        if lock != FREE:
            if shift != lock:
                breaches.append(Breach("locks", person, day, f"shift {shift} where {lock} is locked"))
        elif shift != OFF:
            if not problem.skilled[person, shift]:
                breaches.append(Breach("skills", person, day, f"shift {shift}"))
            if problem.off[person, day]:
                breaches.append(Breach("days_off", person, day, f"shift {shift}"))
            if problem.rules.on_duty is not None and not problem.rules.on_duty[person, day]:
                breaches.append(Breach("weekend_duty", person, day, f"shift {shift}"))
            if not problem.offered[day, shift]:
                breaches.append(Breach("offered", person, day, f"shift {shift}"))
    return breaches


def _check_rest(problem: RosterProblem, person: int, row: list[int]) -> list[Breach]:
    breaches = []
    for day in range(len(row) - 1):
        first, second = row[day], row[day + 1]
        if OFF in (first, second):
            continue
        rest = DAY_MIN + int(problem.start_min[second]) - int(problem.end_min[first])
        barred = problem.rules.forbidden_next
        if rest < problem.rules.rest_min or (barred is not None and barred[first, second]):
            breaches.append(Breach("rest", person, day, f"{rest} minutes between shifts {first} and {second}"))
    return breaches


def _check_counts(problem: RosterProblem, person: int, row: list[int]) -> list[Breach]:
    rules, breaches = problem.rules, []
    for window, (first, last) in enumerate(problem.windows.tolist()):
        minutes = sum(int(problem.paid_min[shift]) for shift in row[first : last + 1] if shift != OFF)
        if minutes > problem.minutes_max[person, window]:
            breaches.append(Breach("minutes_max", person, first, f"{minutes} minutes"))
        if problem.wishes.short_hour is None and minutes < problem.minutes_min[person, window]:
            breaches.append(Breach("minutes_min", person, first, f"{minutes} minutes"))
    if rules.shift_max is not None:
        often = [shift for shift in range(problem.shifts) if row.count(shift) > rules.shift_max[person, shift]]
        breaches.extend(Breach("shift_max", person, row.index(s), f"shift {s} {row.count(s)} times") for s in often)
    weekends = [days for days in problem.weekends if any(row[day] != OFF for day in days)]
    if rules.weekends_max is not None and len(weekends) > rules.weekends_max[person]:
        breaches.append(Breach("weekends_max", person, weekends[-1][0], f"{len(weekends)} weekends"))
    sundays = [day for day in problem.sundays if row[day] != OFF]
    if rules.sundays_max is not None and len(sundays) > rules.sundays_max[person]:
        breaches.append(Breach("sundays_max", person, sundays[-1], f"{len(sundays)} Sundays"))
    return breaches


def _check_runs(problem: RosterProblem, person: int, row: list[int]) -> list[Breach]:
    rules, breaches, day = problem.rules, [], 0
    for working, cells in groupby(row, key=lambda shift: shift != OFF):
        length = len(list(cells))
        touches_end = day == 0 or day + length == len(row)
        if working and rules.consecutive_max is not None and length > rules.consecutive_max[person]:
            breaches.append(Breach("consecutive_max", person, day, f"{length} days in a row"))
        least = rules.consecutive_min if working else rules.off_min
        if least is not None and not touches_end and length < least[person]:
            name = "consecutive_min" if working else "off_min"
            breaches.append(Breach(name, person, day, f"{length} days in a row"))
        day += length
    return breaches
