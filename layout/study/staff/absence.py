"""Fill in for absent people: the roster that stands, as roster.csv has it, changes in as few cells as can be.

Days before the first new absence are past and stay. Who was told absent before stays absent: absences.csv keeps it
until `outlet staff` makes a new roster.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from layout.data.people import Person
from layout.data.rostered import Duty, read_duties
from layout.staffing import RosterProblem, repair_roster
from layout.staffing.check import check_roster
from layout.staffing.plan import OFF, Shift
from layout.staffing.repair import changes_of
from layout.staffing.shifts.patterns import sort_key
from layout.study.staff.need import StaffNeed, clock
from layout.study.staff.people import roster_problem, tell_unmet
from layout.study.staff.run import Prepared, Staffing, prepare_staff, tell_roster, write_staffing
from layout.study.staff.shifts import NamedShifts, shift_ids
from layout.study.staff.tables import used_shifts
from outlet.cells import csv_text, from_text_cell
from outlet.data.table import read_table
from outlet.errors import InputError
from outlet.stage import StageRun, Summary

ABSENCE_COLUMNS = ("person", "date", "name")
CHANGE_COLUMNS = ("date", "person", "name", "was_post", "was_start", "was_end", "post", "start", "end")
AGAIN = "run `outlet staff` to make a new roster"
Bool = NDArray[np.bool_]


def run_absence(stage: StageRun, asked: Sequence[tuple[str, str]]) -> Summary:
    """Repair the roster, write the files of the stage anew, and changes.csv and absences.csv beside them.

    Raises
    ------
    InputError
        When there is no roster, somebody is unknown, a day is no date or lies outside the roster, or roster.csv does
        not fit the people and days.
    NoSolutionError
        When no roster keeps every rule without the absent.
    """
    duties = read_duties(stage.out.read("{outlet}/roster.csv"), stage.out.read("{outlet}/shifts.csv"))
    made = prepare_staff(stage)
    new = read_absences(asked, made.people, made.need)
    absent = new | _told_before(stage, made)
    made = replace(made, named=_with_shifts(made.named, duties, made.need))
    stood = standing_roster(duties, made)
    staffing, repaired = _repair(made, stood, absent, int(np.flatnonzero(new.any(axis=0))[0]))
    write_staffing(stage, staffing)
    changes = _changes(made, stood, repaired)
    stage.out.write_text("{outlet}/changes.csv", csv_text(CHANGE_COLUMNS, changes))
    each = [(made.people[e], made.need.dates[d].isoformat()) for e, d in np.argwhere(absent).tolist()]
    told = [(person.id, day, person.name) for person, day in each]
    stage.out.write_text("{outlet}/absences.csv", csv_text(ABSENCE_COLUMNS, told))
    others = len(changes_of(stood, repaired, absent))
    return Summary(
        title=f"Absences at {stage.brief.name}",
        columns=("date", "person", "was", "is"),
        rows=[(change[0], change[2], _cell(change[3:6]), _cell(change[6:9])) for change in changes],
        notes=(f"{others} cells of colleagues change", *staffing.notes),
    )


def _cell(times: Sequence[str]) -> str:
    post, start, end = times
    return f"{post} {start}–{end}" if post else "off"


def read_absences(asked: Sequence[tuple[str, str]], people: Sequence[Person], need: StaffNeed) -> Bool:
    """Return who is absent when, shape (E, D), of persons, by id or name, and days, ``date`` or ``first/last``."""
    absent = np.zeros((len(people), len(need.dates)), dtype=np.bool_)
    for who, when in asked:
        e = _find_person(who, people)
        first, last = _days(who, when)
        days = [d for d, day in enumerate(need.dates) if first <= day <= last]
        if not days:
            horizon = f"{need.dates[0]} to {need.dates[-1]}"
            raise InputError(f"--absent {who} {when}: no day of the roster; expected days within {horizon}")
        absent[e, days] = True
    return absent


def _find_person(who: str, people: Sequence[Person]) -> int:
    by_id = [e for e, person in enumerate(people) if person.id == who]
    found = by_id or [e for e, person in enumerate(people) if person.name.casefold() == who.casefold()]
    if not found:
        near = [p for p in people if who.casefold() in f"{p.id} {p.name}".casefold()] or list(people)
        some = ", ".join(f"{person.id} ({person.name})" for person in near[:5])
        raise InputError(f"--absent {who!r}: nobody of this outlet has this id or name; expected one such as {some}")
    if len(found) > 1:
        ids = ", ".join(people[e].id for e in found)
        raise InputError(f"--absent {who!r}: {len(found)} people have this name; expected an id: {ids}")
    return found[0]


def _days(who: str, when: str) -> tuple[dt.date, dt.date]:
    first, _, last = when.partition("/")
    try:
        span = dt.date.fromisoformat(first), dt.date.fromisoformat(last or first)
    except ValueError as error:
        raise InputError(f"--absent {who} {when!r}: expected a date such as 2026-03-05, or first/last") from error
    if span[0] > span[1]:
        raise InputError(f"--absent {who} {when!r}: expected the first day not after the last")
    return span


def _told_before(stage: StageRun, made: Prepared) -> Bool:
    """Return the absences that earlier runs were told, of people and days that are still there."""
    absent = np.zeros((len(made.people), len(made.need.dates)), dtype=np.bool_)
    name = "{outlet}/absences.csv"
    if not stage.out.has(name):
        return absent
    person_at = {person.id: e for e, person in enumerate(made.people)}
    day_at = {day.isoformat(): d for d, day in enumerate(made.need.dates)}
    frame = read_table(stage.out.read(name), "absences.csv").frame
    if not {"person", "date"} <= set(frame.columns):
        raise InputError(f"absences.csv: expected the columns {', '.join(ABSENCE_COLUMNS)}; {AGAIN}")
    for who, day in zip(frame["person"], frame["date"], strict=True):
        e, d = person_at.get(from_text_cell(str(who))), day_at.get(str(day))
        if e is not None and d is not None:
            absent[e, d] = True
    return absent


def _shift_of(duty: Duty, post: int) -> Shift:
    start, end = duty.spans[0][0], duty.spans[-1][1]
    leaves, returns = (duty.spans[0][1], duty.spans[1][0]) if len(duty.spans) > 1 else (None, None)
    return Shift(post, start, end, leaves, returns, sum(last - first for first, last in duty.spans))


def _with_shifts(named: NamedShifts, duties: Sequence[Duty], need: StaffNeed) -> NamedShifts:
    """Return the shifts with those of the roster that stands and that the design of today does not have."""
    known = {_key(shift) for shift in named.shifts}
    found = {_shift_of(duty, need.posts.index(duty.post)) for duty in duties if duty.post in need.posts}
    extra = [shift for shift in found if _key(shift) not in known]
    if not extra:
        return named
    count = dict(zip(named.shifts, named.count.T, strict=True))
    shifts = tuple(sorted([*named.shifts, *extra], key=sort_key))
    nobody = np.zeros(len(named.count), dtype=np.int64)
    return NamedShifts(shifts, shift_ids(shifts, need), np.stack([count.get(s, nobody) for s in shifts], axis=1))


def _key(shift: Shift) -> tuple[int, int, int, int | None, int | None]:
    return shift.post, shift.start_min, shift.end_min, shift.break_start_min, shift.break_end_min


def standing_roster(duties: Sequence[Duty], made: Prepared) -> NDArray[np.int64]:
    """Return the roster that stands in positions of people, days and shifts, shape (E, D).

    Raises
    ------
    InputError
        When a row is about a person, a day or a post that the project does not have any more.
    """
    need = made.need
    person_at = {person.id: e for e, person in enumerate(made.people)}
    day_at = {day: d for d, day in enumerate(need.dates)}
    shift_at = {_key(shift): s for s, shift in enumerate(made.named.shifts)}
    stood = np.full((len(made.people), len(need.dates)), OFF, dtype=np.int64)
    for duty in duties:
        if duty.person not in person_at:
            raise InputError(f"roster.csv: {duty.person!r} is not among the people any more; {AGAIN}")
        if duty.date not in day_at:
            raise InputError(f"roster.csv: {duty.date} is outside {need.dates[0]} to {need.dates[-1]}; {AGAIN}")
        if duty.post not in need.posts:
            raise InputError(f"roster.csv: nothing is required of the post {duty.post!r} any more; {AGAIN}")
        stood[person_at[duty.person], day_at[duty.date]] = shift_at[_key(_shift_of(duty, need.posts.index(duty.post)))]
    return stood


def _repair(made: Prepared, stood: NDArray[np.int64], absent: Bool, first: int) -> tuple[Staffing, NDArray[np.int64]]:
    """Return what is written, and the repaired roster in the positions of the one that stood."""
    need, settings, cover = made.need, made.settings, made.cover()
    people = tuple(
        replace(person, days_off=person.days_off | {need.dates[d] for d in np.flatnonzero(absent[e]).tolist()})
        for e, person in enumerate(made.people)
    )
    usual = roster_problem(made.people, made.named, cover, need, settings, made.locked)
    without = roster_problem(people, made.named, cover, need, settings, made.locked)
    problem = replace(without, minutes_max=usual.minutes_max, locked=_with_the_past(usual, stood, absent, first))
    price = settings.roster.change_weight
    outcome = repair_roster(problem, stood, absent, change_price=price, limits=made.limits)
    repaired = outcome.require().assigned
    breaches = check_roster(replace(problem, locked=np.where(absent, OFF, problem.locked)), repaired)
    if breaches:
        raise RuntimeError(f"the repaired roster breaks {breaches[0].rule}: {breaches[0].found}")
    unmet = tell_unmet(problem, repaired, people, cover, need)
    kept, positions = used_shifts(made.named, repaired, need)
    solved = f"repair: {outcome.status}, a changed cell costs {price}, stopped by {outcome.stopped_by}"
    shown = replace(problem, locked=usual.locked)
    return Staffing(need, people, kept, shown, positions, unmet, (*tell_roster(unmet), solved)), repaired


def _with_the_past(problem: RosterProblem, stood: NDArray[np.int64], absent: Bool, first: int) -> NDArray[np.int64]:
    locked: NDArray[np.int64] = problem.locked.copy()
    locked[:, :first] = np.where(absent[:, :first], OFF, stood[:, :first])
    return locked


def _changes(made: Prepared, stood: NDArray[np.int64], repaired: NDArray[np.int64]) -> list[tuple[str, ...]]:
    """Return a row each changed cell: the day, the person, and post and times before and after."""
    rows: list[tuple[str, ...]] = []
    for d, e in np.argwhere((stood != repaired).T).tolist():
        person = made.people[e]
        cells = [_times(made, int(roster[e, d])) for roster in (stood, repaired)]
        rows.append((made.need.dates[d].isoformat(), person.id, person.name, *cells[0], *cells[1]))
    return rows


def _times(made: Prepared, shift: int) -> tuple[str, str, str]:
    if shift == OFF:
        return "", "", ""
    found = made.named.shifts[shift]
    return made.need.posts[found.post], clock(found.start_min), clock(found.end_min)
