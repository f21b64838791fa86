"""Read the people who can be rostered: contract hours, roles, days off and wishes.

The table is CSV in UTF-8 with a header:

======================  ========  =================================================================
column                  required  meaning
======================  ========  =================================================================
id                      yes       unique text
name                    yes       as it stands on the wall roster
hours_per_week_max      yes       most hours a week by contract
hours_per_week_min      no        fewest hours a week by contract, default 0
roles                   yes       posts the person can fill, separated by ``;``
outlet                  no        id of the outlet the person works at; empty: any
days_off                no        leave that must be respected: dates or ``first/last``, by ``;``
wants_off               no        days the person asks to have off, same form
wants_on                no        days the person asks to work, same form
======================  ========  =================================================================
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from outlet.errors import Fault, TableError

REQUIRED = ("id", "name", "hours_per_week_max", "roles")
OPTIONAL = ("hours_per_week_min", "outlet", "days_off", "wants_off", "wants_on")
HOURS_PER_WEEK = 168.0
LONGEST_LEAVE_DAYS = 732


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


@dataclass(frozen=True)
class People:
    """All people of a table, in its order; ids are unique."""

    people: tuple[Person, ...] = ()

    def of_outlet(self, outlet_id: str) -> People:
        """Return those who work at an outlet or anywhere."""
        return People(tuple(person for person in self.people if person.outlet in (None, outlet_id)))


def read_people(file: Path, *, name: str | None = None) -> People:
    """Read a people table.

    Parameters
    ----------
    file
        The CSV file.
    name
        How messages call it; the file's own name by default.

    Raises
    ------
    TableError
        All faults of the table at once, by row.
    """
    people, faults = check_people(file, name=name)
    if faults:
        raise TableError(faults)
    return people


def check_people(file: Path, *, name: str | None = None) -> tuple[People, tuple[Fault, ...]]:
    """Read a people table and return what could be read together with every fault."""
    label = name or file.name
    if not file.is_file():
        fix = "Correct [layout.staff] people, or remove it to have people made up"
        return People(), (Fault(label, "missing-file", "no such file", "a CSV file of people", fix),)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not UTF-8"
        return People(), (Fault(label, "encoding", found, "UTF-8 text", "Save the file as UTF-8"),)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = [column.strip() for column in reader.fieldnames or ()]
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        expected = f"columns {', '.join(REQUIRED)}; optional {', '.join(OPTIONAL)}"
        return People(), (Fault(label, "missing-column", f"no column {', '.join(missing)}", expected),)
    people: list[Person] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for row, record in enumerate(reader, start=1):
        cells = {(key or "").strip(): (value or "").strip() for key, value in record.items() if isinstance(value, str)}
        reading = _Row(label, row, cells, faults)
        person = reading.person()
        if person.id in seen:
            reading.fault("duplicate-id", "id", repr(person.id), f"an id that row {seen[person.id]} does not have")
        seen.setdefault(person.id, row)
        people.append(person)
    if not people:
        faults.append(Fault(label, "empty", "no row", "at least one person"))
    return People(tuple(people)), tuple(faults)


@dataclass(frozen=True)
class _Row:
    """One row being read; faults are appended to the shared list."""

    label: str
    row: int
    cells: Mapping[str, str]
    faults: list[Fault]

    def fault(self, code: str, column: str, found: str, expected: str) -> None:
        self.faults.append(Fault(self.label, code, found, expected, row=self.row, column=column))

    def person(self) -> Person:
        most = self._minutes("hours_per_week_max")
        least = self._minutes("hours_per_week_min")
        if least > most:
            found = f"{least / 60:g}"
            self.fault("hours-order", "hours_per_week_min", found, f"at most hours_per_week_max, {most / 60:g}")
        roles = frozenset(part.strip() for part in self.cells.get("roles", "").split(";") if part.strip())
        if not roles:
            self.fault("no-role", "roles", "nothing", "posts the person can fill, such as teller;guide")
        return Person(
            id=self._text("id"),
            name=self._text("name"),
            minutes_per_week_min=least,
            minutes_per_week_max=most,
            roles=roles,
            outlet=self.cells.get("outlet") or None,
            days_off=self._days("days_off"),
            wants_off=self._days("wants_off"),
            wants_on=self._days("wants_on"),
        )

    def _text(self, column: str) -> str:
        text = self.cells.get(column, "")
        if not text:
            self.fault("empty-cell", column, "nothing", "a text")
        return text

    def _minutes(self, column: str) -> int:
        text = self.cells.get(column, "")
        if not text and column not in REQUIRED:
            return 0
        try:
            hours = float(text)
        except ValueError:
            hours = -1.0
        if not 0 <= hours <= HOURS_PER_WEEK:
            self.fault("hours", column, repr(text), "hours a week from 0 to 168, such as 37.5")
            return 0
        return round(hours * 60)

    def _days(self, column: str) -> frozenset[dt.date]:
        days: set[dt.date] = set()
        for part in (part.strip() for part in self.cells.get(column, "").split(";")):
            if not part:
                continue
            first, _, last = part.partition("/")
            try:
                start = dt.date.fromisoformat(first.strip())
                end = dt.date.fromisoformat(last.strip() or first.strip())
            except ValueError:
                start, end = dt.date.max, dt.date.min
            if not 0 <= (end - start).days <= LONGEST_LEAVE_DAYS:
                self.fault("day", column, repr(part), "a date such as 2026-03-05, or first/last of at most two years")
                continue
            days.update(start + dt.timedelta(days=at) for at in range((end - start).days + 1))
        return frozenset(days)
