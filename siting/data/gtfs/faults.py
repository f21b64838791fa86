"""Collect the faults of a timetable: table, row and column, a bounded number of rows of each kind with their sum."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from outlet.errors import Fault

MOST_ROWS = 20


class FeedFaults:
    """All faults of one feed in the order they were found; rows are counted from 0 here and told from 1."""

    def __init__(self, feed: str) -> None:
        self.feed = feed
        self.found: list[Fault] = []
        self._skipped: dict[str, NDArray[np.int64]] = {}

    def __bool__(self) -> bool:
        return bool(self.found)

    def name_of(self, table: str) -> str:
        """Return how messages call a table."""
        return f"{self.feed}: {table}.txt"

    def skip(self, table: str, rows: NDArray[np.int64]) -> None:
        """State which rows of the file were left out, so that the rows after them keep their numbers."""
        self._skipped[table] = np.sort(rows) - np.arange(len(rows))

    def is_whole(self, table: str) -> bool:
        """Return whether no row of a table was left out."""
        return not len(self._skipped.get(table, ()))

    def number(self, table: str, row: int) -> int:
        """Return the number in the file, from 1, of a row of the table, from 0."""
        return row + 1 + int(np.searchsorted(self._skipped.get(table, np.zeros(0)), row, side="right"))

    def whole(self, found: str, code: str, expected: str, fix: str = "") -> None:
        """Add a fault of the feed."""
        self.found.append(Fault(self.feed, code, found, expected, fix))

    def table(
        self, table: str, code: str, found: str, expected: str, fix: str = "", *, column: str | None = None
    ) -> None:
        """Add a fault of a whole table."""
        self.found.append(Fault(self.name_of(table), code, found, expected, fix, column=column))

    def rows(
        self,
        table: str,
        column: str | None,
        code: str,
        rows: NDArray[np.int64],
        found: Callable[[int], str],
        expected: str,
        fix: str = "",
    ) -> None:
        """Add a fault for each of the first rows, and one that counts the rest.

        Parameters
        ----------
        table, column, code, expected, fix
            As in a fault; ``column`` is None where the row as a whole is wrong.
        rows
            Rows at fault, counted from 0.
        found
            Says what is in a row.
        """
        name = self.name_of(table)
        for row in rows[:MOST_ROWS].tolist():
            self.found.append(Fault(name, code, found(row), expected, fix, row=self.number(table, row), column=column))
        rest = len(rows) - MOST_ROWS
        if rest > 0:
            text = f"{rest:,} more rows like the {MOST_ROWS} above, {len(rows):,} in all"
            self.found.append(Fault(name, code, text, expected, fix, column=column))
