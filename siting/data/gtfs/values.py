"""Turn a column's texts into numbers, times and dates, distinct text by distinct text, and tell the rows that are none.

Times are seconds since the service day's midnight, past 24:00:00 too; dates are proleptic ordinals.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from outlet.findings import Remark
from siting.data.gtfs.faults import FeedFaults
from siting.data.gtfs.tables import Table, TextColumn

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HOUR_S = 3600
MOST_HOURS = 240
LARGEST = 2**31 - 1
NONE = -1
WRONG = -2
TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)", re.ASCII)
DATE = re.compile(r"\d{8}", re.ASCII)
WHOLE = re.compile(r"[+-]?\d{1,10}", re.ASCII)


def repeats_remark(input_name: str, repeats: Ints) -> list[Remark]:
    """Return a remark on the rows (from 0) that only repeat others, or none where there are none."""
    if not len(repeats):
        return []
    text = f"{len(repeats):,} rows repeat other rows word for word and count once"
    return [Remark(input_name, "duplicate-rows", text, tuple(int(row) + 1 for row in repeats))]


def seconds_of(text: str) -> int:
    """Return seconds since midnight of HH:MM:SS, NONE for an empty text and WRONG for anything else."""
    if not text:
        return NONE
    match = TIME.fullmatch(text)
    if match is None or int(match[1]) >= MOST_HOURS:
        return WRONG
    return int(match[1]) * HOUR_S + int(match[2]) * 60 + int(match[3])


def date_of(text: str) -> int:
    """Return the ordinal of a date written 20260501, NONE for an empty text and WRONG for anything else."""
    if not text:
        return NONE
    if not DATE.fullmatch(text):
        return WRONG
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal()
    except ValueError:
        return WRONG


def whole_of(text: str) -> int:
    """Return a whole number from 0, NONE for an empty text and WRONG for anything else."""
    if not text:
        return NONE
    return int(text) if WHOLE.fullmatch(text) and 0 <= int(text) <= LARGEST else WRONG


def number_of(text: str) -> float:
    """Return a finite number, or NaN."""
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


class Values:
    """Reads the columns of one table into numbers; what is wrong goes to the feed's faults."""

    def __init__(self, name: str, table: Table, faults: FeedFaults) -> None:
        self.name, self.table, self.faults = name, table, faults

    def times(self, column: str, *, required: bool) -> Ints:
        """Return seconds, shape (n,); NONE where empty, WRONG where no time."""
        return self._read(column, seconds_of, required, "not-a-time", "a time HH:MM:SS, past 24:00:00 after midnight")

    def dates(self, column: str) -> Ints:
        """Return ordinals of dates, shape (n,)."""
        return self._read(column, date_of, True, "not-a-date", "a date such as 20260501")

    def wholes(self, column: str, *, required: bool) -> Ints:
        """Return whole numbers from 0, shape (n,); NONE where empty."""
        return self._read(column, whole_of, required, "not-a-number", "a whole number from 0")

    def choices(self, column: str, allowed: Mapping[str, int], code: str, expected: str) -> Ints:
        """Return a closed choice by its text, shape (n,)."""
        return self._read(column, lambda text: allowed.get(text, WRONG), "" not in allowed, code, expected)

    def numbers(self, column: str) -> Floats:
        """Return numbers, shape (n,); NaN where there is none, which is no fault yet."""
        read = self.table.column(column)
        return np.array([number_of(value) for value in read.values], dtype=np.float64)[read.codes]

    def tell(self, column: str | None, code: str, wrong: NDArray[np.bool_], expected: str, fix: str = "") -> None:
        """Add a fault for each row that is wrong, shape (n,), with the text of its column."""
        text = self.table.column(column) if column is not None else None
        found = (lambda row: repr(text.text(row))) if text is not None else (lambda row: "this row")
        self.faults.rows(self.name, column, code, np.flatnonzero(wrong), found, expected, fix)

    def ids(self, column: str) -> TextColumn:
        """Return a column of ids; empty ones are faults."""
        read = self.table.column(column)
        self.tell(column, "missing-value", read.is_empty(), "an id")
        return read

    def references(self, column: str, known: Mapping[str, int], target: str, *, required: bool = True) -> Ints:
        """Return the position that each text has in another table, shape (n,); NONE where it has none.

        An unknown one is a fault, an empty one where it is required; but nothing is unknown to a table that is empty or
        lacks rows that could not be read.
        """
        read = self.table.column(column)
        found = np.array([known.get(value, NONE) for value in read.values], dtype=np.int64)[read.codes]
        empty = read.is_empty()
        if required:
            self.tell(column, "missing-value", empty, f"an id of {target}.txt")
        if known and self.faults.is_whole(target):
            self.tell(column, "unknown-reference", (found == NONE) & ~empty, f"an id of {target}.txt")
        return found

    def unique(self, column: str, *, same_row_is_fine: bool = False) -> tuple[dict[str, int], Ints]:
        """Return the first row of each id, and how many rows only repeat another in all their columns.

        An id with two different rows is a fault.

        Returns
        -------
        first
            Row of each id, from 0; ids in order of the table.
        repeats
            Rows that repeat an earlier one, none of them a fault.
        """
        read = self.ids(column)
        codes = read.codes
        _, starts, back = np.unique(codes, return_index=True, return_inverse=True)
        again = starts[back] != np.arange(len(codes))
        same = np.zeros(len(codes), dtype=np.bool_)
        if again.any() and same_row_is_fine:
            columns = self.table.columns.values()
            same = again & np.all([each.codes == each.codes[starts[back]] for each in columns], axis=0)
        wrong = again & ~same & ~read.is_empty()
        rows = np.flatnonzero(wrong)
        first = {read.text(row): row for row in np.sort(starts).tolist()}
        self.faults.rows(
            self.name,
            column,
            "duplicate-id",
            rows,
            lambda row: f"{read.text(row)!r}, which row {self.faults.number(self.name, first[read.text(row)])} has",
            "each id once",
        )
        return first, np.flatnonzero(same)

    def _read(self, column: str, parse: Callable[[str], int], required: bool, code: str, expected: str) -> Ints:
        read = self.table.column(column)
        values = np.array([parse(value) for value in read.values], dtype=np.int64)[read.codes]
        empty = read.is_empty()
        if required:
            self.tell(column, "missing-value", empty, expected)
        self.tell(column, code, (values == WRONG) & ~empty, expected)
        return values
