"""Turn people, shifts and days into a `RosterProblem`, make people up where none are given, and name what is unmet."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.data.locked import LockedCell
from layout.data.people import Person
from layout.settings.staff import StaffSettings
from layout.staffing.check import Unmet, find_unmet
from layout.staffing.plan import FREE, OFF, WEEK_DAYS, RosterProblem, RosterRules, RosterWishes, Shift
from layout.staffing.rows.draft import construct_roster
from layout.study.staff.cover import BREAK, Cover, cover_by_shift, parts_of
from layout.study.staff.need import StaffNeed, clock
from layout.study.staff.shifts import NamedShifts
from layout.study.staff.together import teams_of, weekend_duty
from outlet.errors import Fault, TableError

WORKING_DAYS = 5
MADE_UP_TRIES = 6


def roster_problem(
    people: Sequence[Person],
    named: NamedShifts,
    cover: Cover,
    need: StaffNeed,
    settings: StaffSettings,
    locked: Sequence[LockedCell] = (),
) -> RosterProblem:
    """Return the arrays of a roster.

    Raises
    ------
    TableError
        When a locked cell names an unknown person or post, or a time that no shift has.
    """
    rules, shifts = settings.roster, named.shifts
    weekday = np.array([day.weekday() for day in need.dates])
    starts = np.array([shift.start_min for shift in shifts], dtype=np.int64)
    ends = np.array([shift.end_min for shift in shifts], dtype=np.int64)
    span = need.span_min[weekday]
    in_span = (span[:, :1] <= starts) & (ends <= span[:, 1:])
    required = np.where(need.is_open[:, None], cover.required[weekday], 0)
    least, most = _contracts(people, need)
    four_weeks = settings.weeks / 4
    everyone = np.ones(len(people), dtype=np.int64)
    return RosterProblem(
        start_min=starts,
        end_min=ends,
        paid_min=np.array([shift.paid_min for shift in shifts], dtype=np.int64),
        skilled=np.array([[need.posts[s.post] in person.roles for s in shifts] for person in people], dtype=np.bool_),
        off=np.array([[day in person.days_off for day in need.dates] for person in people], dtype=np.bool_),
        offered=in_span & need.is_open[:, None],
        contributes=cover.contributes,
        required=required,
        under_weight=np.tile(np.array([row.under for row in cover.rows], dtype=np.int64), (len(need.dates), 1)),
        over_weight=np.tile(np.array([row.over for row in cover.rows], dtype=np.int64), (len(need.dates), 1)),
        windows=np.array([(7 * week, 7 * week + 6) for week in range(settings.weeks)], dtype=np.int64),
        minutes_min=least,
        minutes_max=most,
        minutes_target=most,
        locked=_locks(locked, people, named, need, settings.locked or "locked"),
        counts=parts_of(people, cover, need),
        rules=RosterRules(
            rest_min=round(rules.rest_hours * 60),
            consecutive_max=everyone * rules.max_consecutive_days,
            off_min=everyone * rules.min_consecutive_days_off if rules.min_consecutive_days_off > 1 else None,
            weekends_max=everyone * math.floor(rules.max_weekends * four_weeks),
            sundays_max=everyone * math.floor(rules.max_sundays * four_weeks),
            on_duty=weekend_duty(people, need, settings),
        ),
        wishes=RosterWishes(
            day_on=_wishes([person.wants_on for person in people], need, rules.wish_weight),
            day_off=_wishes([person.wants_off for person in people], need, rules.wish_weight),
            short_hour=rules.contract_weight,
            fair_hour=rules.fair_hours_weight,
            fair_weekend=rules.fair_weekends_weight,
            unpopular=(starts < rules.unpopular_before_hour * 60) | (ends > rules.unpopular_after_hour * 60),
            fair_unpopular=rules.fair_unpopular_weight,
            teams=teams_of(people, shifts, need, rules.team_blocks == "half_days"),
            team_day=rules.team_weight,
        ),
    )


def _contracts(people: Sequence[Person], need: StaffNeed) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return least and most minutes a week, shape (E, W): a working day of leave counts as a fifth of them.

    A closed working day (a holiday) lowers the least only.
    """
    weeks = len(need.dates) // WEEK_DAYS
    usual = {day.weekday() for day, is_open in zip(need.dates, need.is_open, strict=True) if is_open}
    least = np.zeros((len(people), weeks), dtype=np.int64)
    most = np.zeros_like(least)
    for e, person in enumerate(people):
        for week in range(weeks):
            days = range(WEEK_DAYS * week, WEEK_DAYS * week + WORKING_DAYS)
            leave = sum(need.dates[d] in person.days_off for d in days)
            closed = sum(
                not need.is_open[d] and d % WEEK_DAYS in usual and need.dates[d] not in person.days_off for d in days
            )
            least[e, week] = person.minutes_per_week_min * max(WORKING_DAYS - leave - closed, 0) // WORKING_DAYS
            most[e, week] = person.minutes_per_week_max * (WORKING_DAYS - leave) // WORKING_DAYS
    return least, most


def _wishes(days: Sequence[frozenset[dt.date]], need: StaffNeed, price: int) -> NDArray[np.int64]:
    return np.array([[price * (day in wanted) for day in need.dates] for wanted in days], dtype=np.int64)


def locked_shifts(cells: Sequence[LockedCell], need: StaffNeed, known: Sequence[Shift]) -> tuple[Shift, ...]:
    """Return shifts for locked times that no known shift has; they pay their whole span."""
    have = {(shift.post, shift.start_min, shift.end_min) for shift in known}
    found: dict[tuple[int, int, int], Shift] = {}
    for cell in cells:
        if cell.post not in need.posts:
            continue
        key = (need.posts.index(cell.post), cell.start_min, cell.end_min)
        if key not in have:
            found[key] = Shift(*key, None, None, cell.end_min - cell.start_min)
    return tuple(found[key] for key in sorted(found))


def _locks(
    cells: Sequence[LockedCell], people: Sequence[Person], named: NamedShifts, need: StaffNeed, label: str
) -> NDArray[np.int64]:
    locked = np.full((len(people), len(need.dates)), FREE, dtype=np.int64)
    person_at = {person.id: at for at, person in enumerate(people)}
    day_at = {day: at for at, day in enumerate(need.dates)}
    shift_at = {(s.post, s.start_min, s.end_min): at for at, s in reversed(list(enumerate(named.shifts)))}
    faults: list[Fault] = []
    for cell in cells:
        if cell.date not in day_at:
            continue
        if cell.person not in person_at:
            faults.append(Fault(label, "unknown-person", repr(cell.person), "an id of a person", row=cell.row))
        elif not cell.post:
            locked[person_at[cell.person], day_at[cell.date]] = OFF
        elif cell.post not in need.posts:
            expected = f"one of {', '.join(need.posts)}"
            faults.append(Fault(label, "unknown-post", repr(cell.post), expected, row=cell.row, column="post"))
        else:
            key = (need.posts.index(cell.post), cell.start_min, cell.end_min)
            locked[person_at[cell.person], day_at[cell.date]] = shift_at[key]
    if faults:
        raise TableError(faults)
    return locked


def make_up_people(named: NamedShifts, need: StaffNeed, settings: StaffSettings) -> tuple[Person, ...]:
    """Make up full-time people, each of one post, just enough that the constructed roster fills every shift.

    The count starts from three lower bounds (hours of a week, shifts of a day, shifts of a week by the working days in
    a row) and rises until the roster is full.
    """
    people: list[Person] = []
    for post in range(len(need.posts)):
        mine = np.array([shift.post == post for shift in named.shifts])
        count = _least_people(named, mine, settings)
        for _ in range(MADE_UP_TRIES):
            team = _team(count, post, need, settings)
            cover = cover_by_shift(named, need, settings)
            here = [row.post == post for row in cover.rows]
            problem = roster_problem(team, named, cover, need, settings)
            constructed = construct_roster(problem)
            if constructed is not None and not find_unmet(problem, constructed).under[:, here].any():
                break
            count += 1
        people.extend(_team(count, post, need, settings))
    return tuple(people)


def _least_people(named: NamedShifts, mine: NDArray[np.bool_], settings: StaffSettings) -> int:
    count = named.count[:, mine]
    paid = np.array([shift.paid_min for shift in named.shifts])[mine]
    by_hours = math.ceil(float((count @ paid).sum()) / (settings.full_time_hours * 60) - 1e-9)
    by_day = int(count.sum(axis=1).max(initial=0))
    by_week = math.ceil(int(count.sum()) / min(settings.roster.max_consecutive_days + 1, WEEK_DAYS))
    return max(by_hours, by_day, by_week, 1)


def _team(count: int, post: int, need: StaffNeed, settings: StaffSettings) -> tuple[Person, ...]:
    most = round(settings.full_time_hours * 60)
    return tuple(
        Person(
            id=f"{need.posts[post]}-{number}",
            name=f"{need.names[post]} {number}",
            minutes_per_week_min=0,
            minutes_per_week_max=most,
            roles=frozenset({need.posts[post]}),
        )
        for number in range(1, count + 1)
    )


@dataclass(frozen=True)
class UnmetNamed:
    """What a roster leaves open, in words.

    People missing by day and post, presence rules, contracts and wishes not met, and days apart from the team.
    ``missing_per_week`` has the person-hours missing a week on average, by the post's name, where there are any;
    ``contract_hours`` are all hours below contract.
    """

    missing: tuple[str, ...]
    presence: tuple[str, ...]
    contracts: tuple[str, ...]
    wishes: tuple[str, ...]
    teams: tuple[str, ...]
    missing_per_week: tuple[tuple[str, float], ...]
    contract_hours: float

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, what matters most first."""
        return (*self.missing, *self.presence, *self.contracts, *self.wishes, *self.teams)


def tell_unmet(
    problem: RosterProblem, assigned: NDArray[np.int64], people: Sequence[Person], cover: Cover, need: StaffNeed
) -> UnmetNamed:
    """Name what a roster leaves open."""
    unmet = find_unmet(problem, assigned)
    post_of = np.array([row.post for row in cover.rows])
    hours = unmet.under * np.array([row.hours for row in cover.rows])
    missing: list[str] = []
    for d, day in enumerate(need.dates):
        for post, name in enumerate(need.names):
            rows = np.flatnonzero((post_of == post) & (unmet.under[d] > 0))
            if len(rows):
                at = clock(cover.rows[int(rows[0])].start_min)
                missing.append(f"{day} {name}: {hours[d, rows].sum():g} person-hours missing, first at {at}")
    contracts = [
        f"{person.name}: {unmet.short_min[e, w] / 60:g} h below contract in the week of "
        f"{need.dates[int(problem.windows[w, 0])]}"
        for e, person in enumerate(people)
        for w in np.flatnonzero(unmet.short_min[e]).tolist()
    ]
    wishes = [
        f"{person.name}: wish to {wish} on {need.dates[d]} not met"
        for e, person in enumerate(people)
        for wish, array in (("work", unmet.wishes_on), ("be off", unmet.wishes_off))
        for d in np.flatnonzero(array[e]).tolist()
    ]
    weeks = len(need.dates) / WEEK_DAYS
    per_week = [(name, float(hours[:, post_of == p].sum()) / weeks) for p, name in enumerate(need.names)]
    return UnmetNamed(
        missing=tuple(missing),
        presence=tuple(_tell_presence(unmet, cover, need)),
        contracts=tuple(contracts),
        wishes=tuple(wishes),
        teams=tuple(
            f"{people[e].name}: apart from the team {people[e].team} on {need.dates[d]}"
            for e, d in np.argwhere(unmet.apart).tolist()
        ),
        missing_per_week=tuple(item for item in per_week if item[1]),
        contract_hours=float(unmet.short_min.sum()) / 60,
    )


def _tell_presence(unmet: Unmet, cover: Cover, need: StaffNeed) -> list[str]:
    """Name the days and times when a presence rule is not kept, and when key posts are on break at once."""
    found = []
    for d, day in enumerate(need.dates):
        if not need.is_open[d]:
            continue
        for k, row in enumerate(cover.rows):
            at = clock(row.start_min)
            if row.asks == BREAK and unmet.over[d, k] > 0:
                found.append(f"{day}: {unmet.over[d, k] + 1:g} people of key posts on break at once at {at}")
            elif row.asks not in ("", BREAK) and unmet.under[d, k] > 0:
                found.append(f"{day}: {unmet.under[d, k]:g} too few people with {row.asks} at {at}")
    return found
