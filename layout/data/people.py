"""Read the people who can be rostered: contract hours, roles, days off and wishes.

The table is CSV or a workbook; its columns may have other names, which `[layout.staff.people_table]` maps:

======================  ========  =================================================================
column                  required  meaning
======================  ========  =================================================================
id                      yes       unique text
name                    yes       as it stands on the wall roster
hours_per_week_max      yes       most hours a week by contract
hours_per_week_min      no        fewest hours a week by contract, default 0
roles                   yes       posts the person can fill, separated by ``;`` (also ；、)
outlet                  no        id of the outlet the person works at; empty: any
days_off                no        leave that must be respected: dates or ``first/last``, by ``;``
wants_off               no        days the person asks to have off, same form
wants_on                no        days the person asks to work, same form
proficiency             no        share of a colleague's work done, 0.05 to 2 in steps of 0.05, default 1
holds                   no        what presence rules ask for, such as ``keys;vault``
team                    no        name of the team that works the same days
weekend_group           no        group of weekend duty, a whole number from 1
======================  ========  =================================================================
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from layout.data.tables import Opened, open_table
from layout.data.times import moment_of
from layout.settings.tables import PeopleTableSettings
from outlet.data.contract import faults_of, number, required, unique_id
from outlet.errors import NO_ROWS, Fault, TableError
from outlet.findings import Remark

if TYPE_CHECKING:
    from pandera.pandas import Check, DataFrameSchema

REQUIRED = ("id", "name", "hours_per_week_max", "roles")
PARTS = re.compile(r"[;；、]")
HOURS_PER_WEEK = 168.0
LONGEST_LEAVE_DAYS = 732
PROFICIENCY_STEP = 0.05
MOST_PROFICIENT = 2.0
MOST_GROUPS = 52


@dataclass(frozen=True)
class Person:
    """One person who can be rostered.

    Parameters
    ----------
    id, name
        The id is unique in the table; the name is shown.
    minutes_per_week_min, minutes_per_week_max
        Contract minutes a week.
    roles
        Ids of the posts the person can fill.
    outlet
        Id of the outlet the person works at, or None where any.
    days_off
        Days on which the person must not work.
    wants_off, wants_on
        Days the person asks to have off, or to work: wishes, not rules.
    proficiency
        Share of a colleague's work that the person does, in steps of `PROFICIENCY_STEP`.
    holds
        What the person holds that presence rules ask for.
    team, weekend_group
        The team the person works with, and the group of weekend duty, from 1; None without.
    """

    id: str
    name: str
    minutes_per_week_min: int
    minutes_per_week_max: int
    roles: frozenset[str]
    outlet: str | None = None
    days_off: frozenset[dt.date] = frozenset()
    wants_off: frozenset[dt.date] = frozenset()
    wants_on: frozenset[dt.date] = frozenset()
    proficiency: float = 1.0
    holds: frozenset[str] = frozenset()
    team: str | None = None
    weekend_group: int | None = None


@dataclass(frozen=True)
class People:
    """All people of a table, in its order; ids are unique."""

    people: tuple[Person, ...] = ()

    def of_outlet(self, outlet_id: str) -> People:
        """Return those who work at an outlet or anywhere."""
        return People(tuple(person for person in self.people if person.outlet in (None, outlet_id)))


@dataclass(frozen=True)
class CheckedPeople:
    """What could be read of a table of people, with every fault and remark."""

    people: People
    faults: tuple[Fault, ...] = ()
    remarks: tuple[Remark, ...] = ()


def read_people(file: Path, settings: PeopleTableSettings | None = None, *, name: str | None = None) -> People:
    """Read a people table.

    Parameters
    ----------
    file
        The table.
    settings
        How it is laid out.
    name
        How messages call it; the file's own name by default.

    Raises
    ------
    TableError
        All faults of the table at once, by row.
    """
    found = check_people(file, settings, name=name)
    if found.faults:
        raise TableError(found.faults)
    return found.people


def check_people(file: Path, settings: PeopleTableSettings | None = None, *, name: str | None = None) -> CheckedPeople:
    """Read a people table and return what could be read together with every fault."""
    settings = settings or PeopleTableSettings()
    fix = "Correct [layout.staff] people, or remove it to have people made up."
    opened = open_table(file, name or file.name, settings, settings.columns, REQUIRED, fix=fix)
    if opened.faults:
        return CheckedPeople(People(), tuple(opened.faults), tuple(opened.remarks))
    opened.faults += faults_of(_contract(opened), opened.frame.rename(columns=opened.names), opened.label)
    wrong = {(fault.row, fault.column) for fault in opened.faults}
    people = []
    for row, cells in zip(opened.frame.index, opened.frame.to_dict("records"), strict=True):
        texts = {str(key): str(value) for key, value in cells.items()}
        people.append(_Row(opened, int(row), texts, settings.day_first).person(wrong))
    if not people:
        opened.faults.append(Fault(opened.label, "empty-layer", "no row", "at least one person", NO_ROWS))
    faults = sorted(opened.faults, key=lambda fault: fault.row if isinstance(fault.row, int) else 0)
    return CheckedPeople(People(tuple(people)), tuple(faults), tuple(opened.remarks))


def groups_beyond(people: Iterable[Person], groups: int, name: str, column: str | None = None) -> list[Fault]:
    """Return the groups of weekend duty that are beyond the number of groups which take turns."""
    expected = f"a group from 1 to {groups}, as weekend_rotation says"
    return [
        Fault(name, "out-of-range", f"{person.weekend_group} of {person.id}", expected, column=column)
        for person in people
        if person.weekend_group is not None and person.weekend_group > groups
    ]


def _contract(opened: Opened) -> DataFrameSchema:
    """Return what each column must hold, under the file's own names."""
    from pandera.pandas import Column, DataFrameSchema

    hours = number(high=HOURS_PER_WEEK, unit="hours a week")
    checks: dict[str, list[Check]] = {
        "id": unique_id(),
        "name": [required(expected="a name")],
        "hours_per_week_max": [required(expected="hours a week"), *hours],
        "hours_per_week_min": hours,
        "proficiency": number(above=0.0, high=MOST_PROFICIENT, unit="a share, 1 for a colleague's pace"),
        "weekend_group": number(low=1.0, high=MOST_GROUPS, unit="a group"),
    }
    there = {opened.names[key]: Column(checks=each) for key, each in checks.items() if key in opened.frame}
    return DataFrameSchema(there)


@dataclass(frozen=True)
class _Row:
    """One row being read; faults go to the table's."""

    opened: Opened
    row: int
    cells: Mapping[str, str]
    day_first: bool | None

    def person(self, wrong: set[tuple[int | str | None, str | None]]) -> Person:
        """Return the person; cells in ``wrong`` have been told already and count as empty."""
        roles = self._parts("roles")
        if not roles:
            self.opened.fault("missing-value", "roles", "nothing", "at least one post, such as teller;guide", self.row)
        least, most = (self._minutes(column, wrong) for column in ("hours_per_week_min", "hours_per_week_max"))
        if least is not None and most is not None and least > most:
            found = f"{least / 60:g} above {most / 60:g}"
            expected = "the fewest hours a week not above the most"
            self.opened.fault("hours-order", "hours_per_week_min", found, expected, self.row)
        return Person(
            id=self.cells["id"],
            name=self.cells["name"],
            minutes_per_week_min=least or 0,
            minutes_per_week_max=most or 0,
            roles=roles,
            outlet=self.cells.get("outlet") or None,
            days_off=self._days("days_off"),
            wants_off=self._days("wants_off"),
            wants_on=self._days("wants_on"),
            proficiency=self._stepped("proficiency", PROFICIENCY_STEP, wrong) or 1.0,
            holds=self._parts("holds"),
            team=self.cells.get("team") or None,
            weekend_group=round(self._stepped("weekend_group", 1.0, wrong) or 0) or None,
        )

    def _parts(self, column: str) -> frozenset[str]:
        return frozenset(part.strip() for part in PARTS.split(self.cells.get(column, "")) if part.strip())

    def _stepped(self, column: str, step: float, wrong: set[tuple[int | str | None, str | None]]) -> float | None:
        """Return a number that is a whole number of steps; None where there is none."""
        text = self.cells.get(column, "")
        if not text or (self.row, self.opened.names[column]) in wrong:
            return None
        steps = float(text) / step
        if abs(steps - round(steps)) > 1e-6 or round(steps) < 1:
            self.opened.fault("out-of-range", column, text, f"a number in steps of {step:g}", self.row)
            return None
        return round(steps) * step

    def _minutes(self, column: str, wrong: set[tuple[int | str | None, str | None]]) -> int | None:
        text = self.cells.get(column, "")
        return None if not text or (self.row, self.opened.names[column]) in wrong else round(float(text) * 60)

    def _days(self, column: str) -> frozenset[dt.date]:
        days: set[dt.date] = set()
        for part in (part.strip() for part in PARTS.split(self.cells.get(column, ""))):
            if not part:
                continue
            span = self._span(part)
            if span is None:
                expected = "a date such as 2026-03-05, or first/last of at most two years"
                self.opened.fault("not-a-date", column, repr(part), expected, self.row)
                continue
            days.update(span[0] + dt.timedelta(days=at) for at in range((span[1] - span[0]).days + 1))
        return frozenset(days)

    def _span(self, part: str) -> tuple[dt.date, dt.date] | None:
        """Return the first and last day of ``date`` or ``first/last``; dates with slashes stand alone."""
        alone = moment_of(part, self.day_first)
        first, _, last = part.partition("/")
        start = alone or moment_of(first, self.day_first)
        end = alone or moment_of(last, self.day_first)
        if start is None or end is None or not 0 <= (end - start).days <= LONGEST_LEAVE_DAYS:
            return None
        return start.date(), end.date()
