"""Read the cells of a roster that must be kept.

The table is CSV in UTF-8 with a header: ``date`` (such as ``2026-03-05``), ``person`` (id), ``post``, ``start`` and
``end`` (HH:MM). An empty post locks a day off; an optional ``outlet`` limits a row to one outlet. Other columns are
ignored, so that rows of roster.csv can be copied as they are: the apostrophe that keeps a spreadsheet from running a
text is taken off again.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from outlet.cells import from_text_cell
from outlet.errors import Fault, TableError
from outlet.handover import minute_of_day

COLUMNS = ("date", "person", "post", "start", "end")


@dataclass(frozen=True)
class LockedCell:
    """One cell: a person works from ``start_min`` to ``end_min`` at a post, or is off where ``post`` is empty."""

    row: int
    date: dt.date
    person: str
    post: str
    start_min: int
    end_min: int
    outlet: str = ""


def read_locked(file: Path, *, name: str | None = None) -> tuple[LockedCell, ...]:
    """Read a table of locked cells.

    Raises
    ------
    TableError
        All faults of the table at once, by row.
    """
    cells, faults = check_locked(file, name=name)
    if faults:
        raise TableError(faults)
    return cells


def check_locked(file: Path, *, name: str | None = None) -> tuple[tuple[LockedCell, ...], tuple[Fault, ...]]:
    """Read a table of locked cells and return what could be read together with every fault."""
    label = name or file.name
    if not file.is_file():
        fix = "Correct [layout.staff] locked, or remove it"
        return (), (Fault(label, "missing-file", "no such file", "a CSV file of locked cells", fix),)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not UTF-8"
        return (), (Fault(label, "encoding", found, "UTF-8 text", "Save the file as UTF-8"),)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        found = f"no column {', '.join(missing)}"
        return (), (Fault(label, "missing-column", found, f"columns {', '.join(COLUMNS)}"),)
    cells: list[LockedCell] = []
    faults: list[Fault] = []
    taken: dict[tuple[dt.date, str, str], int] = {}
    for row, record in enumerate(reader, start=1):
        cell = _cell(label, row, record, faults)
        if cell is None:
            continue
        before = taken.setdefault((cell.date, cell.person, cell.outlet), row)
        if before != row:
            expected = f"one row a person and day; row {before} has the same"
            faults.append(Fault(label, "duplicate", f"{cell.person} on {cell.date}", expected, row=row))
        cells.append(cell)
    return tuple(cells), tuple(faults)


def _cell(label: str, row: int, record: Mapping[str, str | None], faults: list[Fault]) -> LockedCell | None:
    values = {column: from_text_cell((record.get(column) or "").strip()) for column in COLUMNS}
    outlet = (record.get("outlet") or "").strip()
    try:
        date = dt.date.fromisoformat(values["date"])
    except ValueError:
        found = repr(values["date"])
        faults.append(Fault(label, "date", found, "a date such as 2026-03-05", row=row, column="date"))
        return None
    if not values["person"]:
        faults.append(Fault(label, "person", "nothing", "a person's id", row=row, column="person"))
        return None
    if not values["post"]:
        return LockedCell(row, date, values["person"], "", 0, 0, outlet)
    try:
        start, end = minute_of_day(values["start"]), minute_of_day(values["end"])
    except ValueError as error:
        faults.append(Fault(label, "time", str(error), "HH:MM", row=row, column="start, end"))
        return None
    if start >= end:
        found = f"{values['start']} to {values['end']}"
        faults.append(Fault(label, "time-order", found, "an end after the start", row=row, column="end"))
        return None
    return LockedCell(row, date, values["person"], values["post"], start, end, outlet)
