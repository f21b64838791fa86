"""Read tables as text: CSV, TSV and TXT (also gzipped), XLS, XLSX, XLSM, XLSB and ODS.

Every cell is stripped text and stays what it was: ids keep leading zeros, decimal commas are left to who reads numbers.
What is not a table of one header row and rows as wide as it is refused, by row, unless a `TableForm` says what to skip.
The one thing put right is the ``.0`` of a column that holds nothing but whole numbers written as floats.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from outlet.data.archive import read_gzip
from outlet.data.encoding import UndecodableError, decode, encoding_fault, seems_utf8
from outlet.data.header import Header, find_header
from outlet.data.skipping import SkipRules, keep_rows
from outlet.data.totals import total_faults
from outlet.data.workbook import BOOK_SUFFIXES, read_sheet
from outlet.errors import Fault, TableError
from outlet.findings import Remark

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
SEPARATORS = ",;\t|"
SNIFFED_ROWS = 50
CELL_BYTES = 16 << 20
BLOCK = 50_000
FAULTS_MOST = 1_000
WHOLE_FLOAT = r"-?\d{1,15}\.0+"
LIES = "read as {encoding}, as outlet.toml says; but its bytes are UTF-8: take the encoding out if names look wrong"
DECODED = "read as {encoding}, found out from its bytes; state the layer's encoding if names look wrong"


@dataclass(frozen=True)
class TableForm:
    """How a table is laid out, as far as the planner says.

    Parameters
    ----------
    encoding
        Text encoding; found out if None.
    sheet
        Sheet of a workbook; the first that holds anything if None.
    separator
        What stands between cells; found out if None.
    header_row
        The row that names the columns, counted from 1; the first that is not blank if None.
    skip
        Which rows are no data.
    places
        Columns that only a real row fills, such as its id and coordinates; they tell a total from a place called Total.
    """

    encoding: str | None = None
    sheet: str | None = None
    separator: str | None = None
    header_row: int | None = None
    skip: SkipRules = field(default_factory=SkipRules)
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class TextTable:
    """A table of stripped text, "" where empty, indexed by data row from 1.

    Parameters
    ----------
    frame
        The rows that can be read.
    remarks
        Oddities that are no faults.
    repeated
        Names that several columns have; the first of them is in the frame.
    faults
        Faults of single rows, which are not in the frame; `read_table` raises them.
    """

    frame: pd.DataFrame
    remarks: tuple[Remark, ...] = ()
    repeated: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


def is_table(path: Path) -> bool:
    """Tell whether the name of a file says that it is a table."""
    suffix = path.suffix.lower()
    inner = Path(path.stem).suffix.lower() if suffix == ".gz" else suffix
    return inner in TEXT_SUFFIXES or suffix in BOOK_SUFFIXES


def read_table(path: Path, label: str, form: TableForm = TableForm()) -> TextTable:
    """Return a table as text, none of whose rows is at fault (see `examine_table`).

    Raises
    ------
    TableError
        With every fault of its form: ``unreadable``, ``encoding``, ``no-header``, ``ragged-row``, ``total-row`` …
    """
    return _without_faults(examine_table(path, label, form))


def examine_table(path: Path, label: str, form: TableForm = TableForm()) -> TextTable:
    """Return a table as text, and the faults of single rows beside it.

    Parameters
    ----------
    path
        The file.
    label
        How messages name it.
    form
        How it is laid out.

    Raises
    ------
    TableError
        When nothing can be read: ``unreadable``, ``encoding``, ``no-header``, ``empty-layer``, ``too-large``.
    """
    if path.suffix.lower() in BOOK_SUFFIXES:
        sheet = read_sheet(path, label, form.sheet)
        remarks = []
        if sheet.others:
            text = f"read the sheet {sheet.name!r}; not {', '.join(repr(other) for other in sheet.others[:5])}"
            remarks = [Remark(label, "layer-chosen", text)] if form.sheet is None else []
        return _table(sheet.rows, label, form, remarks)
    try:
        data = read_gzip(path, label) if path.suffix.lower() == ".gz" else path.read_bytes()
    except OSError as error:
        said, fix = str(error.strerror), "Close it in other programs, and allow it to be read."
        raise TableError([_fault(label, "unreadable", said, "a file that can be opened", fix)]) from error
    return _parse(data, label, form)


def parse_table(data: bytes, label: str, form: TableForm = TableForm()) -> TextTable:
    """Return the table in the bytes of a CSV file, such as a member of an archive (see `read_table`)."""
    return _without_faults(_parse(data, label, form))


def _without_faults(table: TextTable) -> TextTable:
    if table.faults:
        raise TableError(table.faults)
    return table


def _parse(data: bytes, label: str, form: TableForm) -> TextTable:
    try:
        decoded = decode(data, stated=form.encoding)
    except UndecodableError as error:
        raise TableError([encoding_fault(label, error)]) from error
    remarks = []
    if form.encoding is not None and seems_utf8(data) and decoded.text != data.decode("utf-8-sig"):
        remarks.append(Remark(label, "encoding-lies", LIES.format(encoding=form.encoding)))
    if decoded.detected:
        remarks.append(Remark(label, "encoding-detected", DECODED.format(encoding=decoded.encoding)))
    if "\0" in decoded.text:
        row = decoded.text.count("\n", 0, decoded.text.index("\0"))
        found = "a character of value 0, as in damaged or binary files"
        raise TableError([_fault(label, "unreadable", found, "text", "Export it again.", row=row or None)])
    separator = form.separator or _separator(decoded.text, form.header_row or 1)
    return _table(_records(decoded.text, separator, label), label, form, remarks)


def _separator(text: str, header_row: int) -> str:
    """Return what splits most of the first rows into equally many cells, at least two."""
    best, most = ",", (0.0, 0)
    head = text[: 1 << 16]
    for separator in SEPARATORS:
        widths = []
        try:
            for number, row in enumerate(csv.reader(io.StringIO(head, newline=""), delimiter=separator), start=1):
                if number >= header_row and any(row):
                    widths.append(len(row))
                if len(widths) >= SNIFFED_ROWS:
                    break
        except csv.Error:
            continue
        if not widths:
            continue
        usual = max(set(widths), key=lambda width: (widths.count(width), width))
        score = (widths.count(usual) / len(widths), usual)
        if usual > 1 and score > most:
            best, most = separator, score
    return best


def _records(text: str, separator: str, label: str) -> Iterator[list[str]]:
    csv.field_size_limit(CELL_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        found = f"cells that cannot be told apart on line {reader.line_num} ({error})"
        fix = "Look for a quotation mark that is not closed or not doubled."
        raise TableError([_fault(label, "unreadable", found, "a CSV table", fix)]) from error


def _table(rows: Iterable[list[str]], label: str, form: TableForm, remarks: list[Remark]) -> TextTable:
    header, rest = find_header(iter(rows), label, form.header_row)
    frame, ragged = _frame(rest, header, label, form.skip)
    frame, skipped = keep_rows(frame, form.skip, label)
    totals = total_faults(frame, label, form.places)
    if totals:
        frame = frame[~frame.index.isin([fault.row for fault in totals])]
    frame = frame.copy()
    for name in frame.columns:
        frame[name] = _without_fractions(frame[name])
    return TextTable(frame, (*remarks, *skipped), header.repeated, (*ragged, *totals))


def _frame(rows: Iterator[list[str]], header: Header, label: str, skip: SkipRules) -> tuple[pd.DataFrame, list[Fault]]:
    """Return all rows that are not blank; rows of another width are faults unless a rule skips them."""
    least, most = header.least_width, header.width
    blocks: list[pd.DataFrame] = []
    kept: list[list[str]] = []
    at: list[int] = []
    ragged: list[tuple[int, int]] = []
    total = 0
    for number, row in enumerate(rows, start=1):
        if not any(row):
            continue
        total += 1
        width = len(row)
        if width != most:
            row = [cell.strip() for cell in row]
            if width > most and not any(row[most:]):
                width = most
            if not least <= width <= most and not skip.skips(row, header.names):
                ragged.append((number, width))
                continue
            row = [*row[:most], *[""] * (most - width)]
        kept.append(row)
        at.append(number)
        if len(kept) == BLOCK:
            blocks.append(_block(kept, at, header))
            kept, at = [], []
    blocks.append(_block(kept, at, header))
    return pd.concat(blocks) if len(blocks) > 1 else blocks[0], _ragged(ragged, total, header, label)


def _block(rows: list[list[str]], at: list[int], header: Header) -> pd.DataFrame:
    columns = list(zip(*rows, strict=True)) if rows else [()] * header.width
    index = pd.Index(at, dtype="int64")
    named = {
        name: pd.Series(list(columns[position]), index=index, dtype="str").str.strip()
        for position, name in header.columns.items()
    }
    frame = pd.DataFrame(named, index=index, columns=pd.Index(list(named), dtype="str"))
    filled = np.zeros(len(frame), dtype=bool)
    for name in named:
        filled |= (frame[name] != "").to_numpy(dtype=bool)
    return frame if filled.all() else frame[filled]


def _ragged(ragged: list[tuple[int, int]], total: int, header: Header, label: str) -> list[Fault]:
    if not ragged:
        return []
    fix = "Put cells that hold the separator in quotation marks; skip rows that are no data with a skip rule."
    if len(ragged) > max(total // 2, 1) or len(ragged) > FAULTS_MOST:
        (row, width), count = ragged[0], len(ragged)
        found = f"{width} cells, and {count - 1} more rows like it" if count > 1 else f"{width} cells"
        return [_fault(label, "ragged-row", found, f"{header.width}, as in the header", fix, row=row)]
    expected = f"{header.width}, as in the header"
    return [_fault(label, "ragged-row", f"{width} cells", expected, fix, row=row) for row, width in ragged]


def _without_fractions(column: pd.Series) -> pd.Series:
    """Return a column of whole numbers written as floats (``36061.0``) without their ``.0``."""
    filled = column[column != ""]
    if not len(filled) or not str(filled.iloc[0]).endswith("0") or not bool(filled.str.fullmatch(WHOLE_FLOAT).all()):
        return column
    return column.str.replace(r"\.0+$", "", regex=True)


def _fault(label: str, code: str, found: str, expected: str, fix: str = "", *, row: int | None = None) -> Fault:
    return Fault(label, code=code, found=found, expected=expected, fix=fix, row=row)
