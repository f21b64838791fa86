"""Find the row that names a table's columns; guess nothing silently, but offer what looks like it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from outlet.errors import NO_ROWS, Fault, TableError

PEEKED_ROWS = 40


@dataclass(frozen=True)
class Header:
    """The columns of a table.

    Parameters
    ----------
    names
        A name for every position; columns without one are called ``column 3``.
    columns
        Position → name, without the second and later columns of one name.
    repeated
        The names that several columns have.
    least_width
        How many cells a row has at least: those up to the last column that has a name.
    """

    names: tuple[str, ...]
    columns: dict[int, str]
    repeated: tuple[str, ...]
    least_width: int

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.names)


def find_header(rows: Iterator[list[str]], label: str, header_row: int | None) -> tuple[Header, Iterator[list[str]]]:
    """Return the header and the rows below it.

    Parameters
    ----------
    rows
        All rows of the table from its first.
    label
        How messages name the file.
    header_row
        Which row it is, counted from 1; the first that is not blank if None.

    Raises
    ------
    TableError
        With code ``empty-layer`` when there is no row, ``no-header`` when the row is none.
    """
    above = _peek(rows, (header_row or 1) - 1)
    head = _peek(rows, PEEKED_ROWS)
    if header_row is None:
        blank = next((at for at, row in enumerate(head) if any(row)), len(head))
        above, head = head[:blank], head[blank:]
    if not head or not any(head[0]):
        if header_row is None or not any(map(any, above)):
            expected = "a header row and rows below it"
            raise TableError([_fault(label, "empty-layer", "an empty table", expected, NO_ROWS)])
        found = f"no text in row {header_row}"
        raise TableError([_fault(label, "no-header", found, "the names of the columns", "Correct header_row.")])
    header = _header(head[0], head[1:])
    offered = _likely_header(head)
    if offered and _filled(head[0]) * 2 <= _filled(head[offered]):
        row = len(above) + offered + 1
        shown = ", ".join(cell for cell in head[offered] if cell)[:80]
        found = f"{_filled(head[0])} name(s) in row {len(above) + 1} above {_filled(head[offered])} columns"
        fix = f"Row {row} looks like the header ({shown}): set header_row = {row}."
        raise TableError([_fault(label, "no-header", found, "the row that names the columns", fix)])
    return header, chain(head[1:], rows)


def _peek(rows: Iterator[list[str]], count: int) -> list[list[str]]:
    return [[cell.strip() for cell in row] for row in islice(rows, count)]


def _header(cells: list[str], below: list[list[str]]) -> Header:
    width = len(cells)
    names = tuple(cell or f"column {at + 1}" for at, cell in enumerate(cells))
    columns: dict[int, str] = {}
    repeated: list[str] = []
    for at in range(width):
        if names[at] in columns.values():
            repeated.append(names[at])
        elif cells[at] or any(len(row) > at and row[at] for row in below):
            columns[at] = names[at]
    least_width = max((at + 1 for at, cell in enumerate(cells) if cell), default=0)
    return Header(names, columns, tuple(dict.fromkeys(repeated)), least_width)


def _likely_header(rows: list[list[str]]) -> int:
    """Return the position of the first row as full as the fullest, whose cells are distinct words; 0 if none."""
    fullest = max(map(_filled, rows))
    for at, row in enumerate(rows):
        cells = [cell for cell in row if cell]
        if len(cells) == fullest > 1 and len(set(cells)) == fullest and not any(map(_is_number, cells)):
            return at
    return 0


def _filled(row: list[str]) -> int:
    return sum(1 for cell in row if cell)


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _fault(label: str, code: str, found: str, expected: str, fix: str = "") -> Fault:
    return Fault(label, code=code, found=found, expected=expected, fix=fix)
