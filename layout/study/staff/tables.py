"""Write staffing's tables: shifts, roster, establishment, and the communities that spare hours go to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from layout.data.people import Person
from layout.settings.staff import StaffSettings
from layout.staffing.plan import FREE, OFF, RosterProblem, Shift
from layout.study.staff.need import StaffNeed, clock
from layout.study.staff.shifts import NamedShifts, shift_ids, staffed
from outlet.cells import csv_text, read_csv_records
from outlet.errors import Fault, TableError
from outlet.handover import WEEKDAYS

SHIFT_COLUMNS = ("shift_id", "post", "start", "end", "break_start", "break_end", "days", "count")
ROSTER_COLUMNS = ("date", "person", "shift_id", "post", "start", "end", "locked", "name")
ESTABLISHMENT_COLUMNS = (
    "post",
    "posts",
    "hours_per_week",
    "shrinkage",
    "full_time_equivalents",
    "people_rostered",
    "cost_per_week",
)
COMMUNITY_COLUMNS = ("community_id", "name", "grade", "weight", "minutes", "staff_hours")
CATCHMENT_COLUMNS = COMMUNITY_COLUMNS[:-1]
UNGRADED_VALUE = 1.0


def shifts_table(named: NamedShifts, need: StaffNeed) -> str:
    """Return shifts.csv: one row a shift and number of people, with the weekdays it is planned on.

    A shift that only the roster uses, beyond the plan, has no days and count 0.
    """
    rows: list[Sequence[object]] = []
    for shift, name, count in zip(named.shifts, named.ids, named.count.T, strict=True):
        head = (name, need.posts[shift.post], clock(shift.start_min), clock(shift.end_min))
        pause = (clock(shift.break_start_min), clock(shift.break_end_min))
        for people in sorted({int(n) for n in count if n}, reverse=True) or [0]:
            days = ";".join(day for day, n in zip(WEEKDAYS, count, strict=True) if n == people and people)
            rows.append((*head, *pause, days, people))
    return csv_text(SHIFT_COLUMNS, rows)


def roster_table(
    problem: RosterProblem,
    assigned: NDArray[np.int64],
    people: Sequence[Person],
    named: NamedShifts,
    need: StaffNeed,
) -> str:
    """Return roster.csv: one row a person and working day, by date, then person."""
    rows: list[Sequence[object]] = []
    for d, day in enumerate(need.dates):
        for e, person in enumerate(people):
            s = int(assigned[e, d])
            if s == OFF:
                continue
            shift = named.shifts[s]
            locked = "true" if problem.locked[e, d] != FREE else "false"
            times = (clock(shift.start_min), clock(shift.end_min))
            rows.append((day, person.id, named.ids[s], need.posts[shift.post], *times, locked, person.name))
    return csv_text(ROSTER_COLUMNS, rows)


def used_shifts(
    named: NamedShifts, assigned: NDArray[np.int64], need: StaffNeed
) -> tuple[NamedShifts, NDArray[np.int64]]:
    """Return the shifts that the plan or the roster uses, newly numbered, and the roster in their positions."""
    rostered = set(assigned[assigned != OFF].tolist())
    kept = [at for at in range(len(named.shifts)) if named.count[:, at].any() or at in rostered]
    position = np.full(len(named.shifts) + 1, OFF, dtype=np.int64)
    position[kept] = np.arange(len(kept))
    shifts = tuple(named.shifts[at] for at in kept)
    return NamedShifts(shifts, shift_ids(shifts, need), named.count[:, kept]), position[assigned]


def establishment_rows(
    named: NamedShifts, need: StaffNeed, people: Sequence[Person], settings: StaffSettings
) -> list[tuple[str, int, float, float, float, int, float]]:
    """Return what the posts need: most posts at once, planned hours a week, share away, full-time people to employ.

    Full-time equivalents are hours / (full-time hours · (1 − leave − shrinkage)).
    """
    away = settings.leave + settings.shrinkage
    rows = []
    for p, post in enumerate(need.posts):
        mine = [at for at, shift in enumerate(named.shifts) if shift.post == p]
        hours = sum(int(named.count[:, at].sum()) * named.shifts[at].paid_min for at in mine) / 60
        people_here = sum(post in person.roles for person in people)
        rows.append(
            (
                post,
                int(need.required[:, :, p].max()),
                round(hours, 2),
                round(away, 4),
                round(hours / (settings.full_time_hours * (1 - away)), 2),
                people_here,
                round(hours * settings.wage_of(post), 2),
            )
        )
    return rows


def establishment_table(rows: Sequence[Sequence[object]]) -> str:
    """Return establishment.csv of one outlet."""
    return csv_text(ESTABLISHMENT_COLUMNS, rows)


def present_at(shifts: tuple[Shift, ...], assigned: NDArray[np.int64], need: StaffNeed) -> NDArray[np.int64]:
    """Return the people present, shape (D, T, P), of a roster."""
    there = staffed(shifts, need)
    present = np.zeros((assigned.shape[1], there.shape[1], len(need.posts)), dtype=np.int64)
    for s, shift in enumerate(shifts):
        present[:, :, shift.post] += (assigned == s).sum(axis=0)[:, None] * there[s]
    return present


def spare_hours_per_week(shifts: tuple[Shift, ...], assigned: NDArray[np.int64], need: StaffNeed) -> float:
    """Return the rostered person-hours a week beyond the requirement of their interval and post."""
    weekday = np.array([day.weekday() for day in need.dates])
    required = np.where(need.is_open[:, None, None], need.required[weekday], 0)
    spare = np.maximum(present_at(shifts, assigned, need) - required, 0)
    return float(spare.sum()) * need.step_min / 60 / (len(need.dates) / 7)


def communities_table(catchment: Path | None, spare_hours: float, values: Mapping[str, float]) -> str:
    """Return communities.csv: the catchment with the spare hours a week, shared by weight times the grade's value.

    Raises
    ------
    TableError
        When a row of the catchment has no number for its weight.
    InputError
        When a column is missing.
    """
    if catchment is None:
        return csv_text(COMMUNITY_COLUMNS, [])
    _, records = read_csv_records(catchment)
    worth: list[float] = []
    faults: list[Fault] = []
    for row, record in enumerate(records, start=1):
        try:
            worth.append(max(float(record["weight"] or 0), 0.0) * values.get(record["grade"] or "", UNGRADED_VALUE))
        except (KeyError, ValueError):
            found = repr(record.get("weight"))
            faults.append(Fault(catchment.name, "weight", found, "a number", row=row, column="weight"))
    if faults:
        raise TableError(faults)
    total = sum(worth)
    rows = [
        (
            *(record.get(column, "") for column in CATCHMENT_COLUMNS),
            round(spare_hours * value / total, 3) if total else 0,
        )
        for record, value in zip(records, worth, strict=True)
    ]
    return csv_text(COMMUNITY_COLUMNS, rows)
