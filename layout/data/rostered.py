"""Read who stands at which post from when to when, out of roster.csv and shifts.csv as `outlet staff` writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from outlet.cells import from_text_cell
from outlet.data.table import read_table
from outlet.errors import Fault, TableError
from outlet.handover import minute_of_day

ROSTER_COLUMNS = ("date", "person", "shift_id", "post", "start", "end")
SHIFT_COLUMNS = ("shift_id", "break_start", "break_end")
SHOWN = 200
DAY_MIN = 1440


@dataclass(frozen=True)
class Duty:
    """One person at one post on one day; ``spans`` are minutes of the day (from, to) present, breaks left out."""

    date: dt.date
    person: str
    post: str
    spans: tuple[tuple[int, int], ...]


def read_duties(roster: Path, shifts: Path) -> tuple[Duty, ...]:
    """Read all duties of a roster with the breaks of their shifts.

    Raises
    ------
    TableError
        Every fault of both tables at once, by row.
    """
    faults: list[Fault] = []
    breaks: dict[str, tuple[int, int]] = {}
    for number, row in _records(shifts, SHIFT_COLUMNS, faults):
        try:
            if row["break_start"] and row["break_end"]:
                breaks[row["shift_id"]] = (minute_of_day(row["break_start"]), minute_of_day(row["break_end"]))
        except ValueError as error:
            faults.append(_unreadable(shifts, number, error))
    duties: list[Duty] = []
    for number, row in _records(roster, ROSTER_COLUMNS, faults):
        try:
            duties.append(_duty(row, breaks))
        except ValueError as error:
            faults.append(_unreadable(roster, number, error))
    if faults:
        raise TableError(faults)
    return tuple(duties)


def _unreadable(file: Path, row: int, error: ValueError) -> Fault:
    return Fault(file.name, "unreadable", str(error)[:SHOWN], "a row as `outlet staff` writes it", row=row)


def _records(file: Path, columns: Sequence[str], faults: list[Fault]) -> list[tuple[int, dict[str, str]]]:
    """Return row numbers and cells; what keeps the table from being read goes to the faults."""
    try:
        frame = read_table(file, file.name).frame
    except TableError as error:
        faults.extend(error.faults)
        return []
    expected = f"the columns {', '.join(columns)}, as `outlet staff` writes them"
    missing = [column for column in columns if column not in frame.columns]
    faults.extend(Fault(file.name, "missing-column", f"no column {name}", expected, column=name) for name in missing)
    if missing:
        return []
    rows = frame[list(columns)].to_dict("records")
    texts = [{str(key): from_text_cell(str(cell)) for key, cell in row.items()} for row in rows]
    return list(zip(map(int, frame.index), texts, strict=True))


def _duty(row: Mapping[str, str], breaks: Mapping[str, tuple[int, int]]) -> Duty:
    start, end = minute_of_day(row["start"]), minute_of_day(row["end"])
    end = end if end > start else end + DAY_MIN
    spans = [(start, end)]
    if row["shift_id"] in breaks:
        leaves, returns = (minute if minute >= start else minute + DAY_MIN for minute in breaks[row["shift_id"]])
        if not start <= leaves <= returns <= end:
            raise ValueError(f"the break of shift {row['shift_id']} lies outside it")
        spans = [(start, leaves), (returns, end)]
    return Duty(
        date=dt.date.fromisoformat(row["date"]),
        person=row["person"],
        post=row["post"],
        spans=tuple(span for span in spans if span[0] < span[1]),
    )


def pace_of(
    duties: Sequence[Duty],
    posts: Sequence[str],
    proficiency: Mapping[str, float],
    *,
    start_min: int,
    step_min: int,
    steps: int,
) -> NDArray[np.float64]:
    """Return the pace of the people at each post during whole steps of one day, shape (steps, posts, places).

    Everybody has a place of the post for the whole day, and works there by ``proficiency``, which is 1 for who is not
    in it; 0 where nobody is. Someone who is there for part of a step does not count in it; choose the step so that
    none is.
    """
    mine = {post: [duty for duty in duties if duty.post == post] for post in posts}
    found = np.zeros((steps, len(posts), max(map(len, mine.values()), default=0)))
    for at, post in enumerate(posts):
        for place, duty in enumerate(mine[post]):
            for begin, end in duty.spans:
                first = max(-(-(begin - start_min) // step_min), 0)
                last = max((end - start_min) // step_min, 0)
                found[first:last, at, place] = proficiency.get(duty.person, 1.0)
    return found
