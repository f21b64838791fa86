"""Read the cells of a roster that must be kept.

The table (CSV or a workbook) has ``date`` (such as ``2026-03-05``), ``person`` (id), ``post``, ``start`` and ``end``
(HH:MM). An empty post locks a day off; an optional ``outlet`` limits a row to one outlet. Other columns are ignored, so
that rows of roster.csv can be copied as they are: the apostrophe that keeps a spreadsheet from running a text is taken
off again. Other names of columns are mapped in ``[layout.staff.locked_table]``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from layout.data.tables import Opened, open_table
from layout.data.times import read_moments
from layout.settings.tables import LockedTableSettings
from outlet.cells import from_text_cell
from outlet.errors import Fault, TableError
from outlet.findings import Remark
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


@dataclass(frozen=True)
class CheckedCells:
    """What could be read of a table of locked cells, with every fault and remark."""

    cells: tuple[LockedCell, ...] = ()
    faults: tuple[Fault, ...] = ()
    remarks: tuple[Remark, ...] = ()


def read_locked(
    file: Path, settings: LockedTableSettings | None = None, *, name: str | None = None
) -> tuple[LockedCell, ...]:
    """Read a table of locked cells.

    Raises
    ------
    TableError
        All faults of the table at once, by row.
    """
    found = check_locked(file, settings, name=name)
    if found.faults:
        raise TableError(found.faults)
    return found.cells


def check_locked(file: Path, settings: LockedTableSettings | None = None, *, name: str | None = None) -> CheckedCells:
    """Read a table of locked cells and return what could be read together with every fault."""
    settings = settings or LockedTableSettings()
    fix = "Correct [layout.staff] locked, or remove it."
    opened = open_table(file, name or file.name, settings, settings.columns, COLUMNS, fix=fix)
    if opened.faults:
        return CheckedCells((), tuple(opened.faults), tuple(opened.remarks))
    moments = read_moments(opened.frame["date"].tolist(), settings.day_first)
    cells: list[LockedCell] = []
    taken: dict[tuple[dt.date, str, str], int] = {}
    for row, record in zip(opened.frame.index, opened.frame.to_dict("records"), strict=True):
        texts = {str(key): from_text_cell(str(value)) for key, value in record.items()}
        cell = _cell(opened, int(row), texts, moments)
        if cell is None:
            continue
        before = taken.setdefault((cell.date, cell.person, cell.outlet), cell.row)
        if before != cell.row:
            expected = f"one row a person and day; row {before} has the same"
            opened.fault("duplicate-id", "person", f"{cell.person} on {cell.date}", expected, cell.row)
        cells.append(cell)
    return CheckedCells(tuple(cells), tuple(opened.faults), tuple(opened.remarks))


def _cell(opened: Opened, row: int, texts: Mapping[str, str], moments: Mapping[str, dt.datetime]) -> LockedCell | None:
    """Return a row's cell, or None where it is at fault; all of its faults are told."""
    before = len(opened.faults)
    moment = moments.get(texts["date"])
    if moment is None:
        opened.fault("not-a-date", "date", repr(texts["date"]), "a date such as 2026-03-05", row)
    if not texts["person"]:
        opened.fault("missing-value", "person", "nothing", "a person's id", row)
    start = end = 0
    if texts["post"]:
        start, end = _minute(opened, row, texts, "start"), _minute(opened, row, texts, "end")
        if start >= end and len(opened.faults) == before:
            found = f"{texts['start']} to {texts['end']}"
            opened.fault("time-order", "end", found, "an end after the start", row)
    if moment is None or len(opened.faults) > before:
        return None
    return LockedCell(row, moment.date(), texts["person"], texts["post"], start, end, texts.get("outlet", ""))


def _minute(opened: Opened, row: int, texts: Mapping[str, str], column: str) -> int:
    """Return the minute of the day; spreadsheets write 09:00:00 for 09:00."""
    text = texts[column]
    try:
        return minute_of_day(text.removesuffix(":00") if text.count(":") == 2 else text)
    except ValueError:
        opened.fault("not-a-time", column, repr(text) if text else "nothing", "a time of day HH:MM", row)
        return 0
