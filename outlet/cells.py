"""Write tables that no spreadsheet takes for formulas, and read them back as they were."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def as_text_cell(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula: an apostrophe stands before a sign that would start one.

    >>> as_text_cell("=1+1"), as_text_cell("Kamppi"), as_text_cell("-3.5")
    ("'=1+1", 'Kamppi', '-3.5')
    """
    return f"'{text}" if text.startswith(FORMULA_SIGNS) and not _is_number(text) else text


def from_text_cell(cell: str) -> str:
    """Return the text that `as_text_cell` wrote.

    >>> from_text_cell("'=1+1"), from_text_cell("'quoted'")
    ('=1+1', "'quoted'")
    """
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_SIGNS) else cell


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a CSV table whose texts no spreadsheet runs as formulas; None is an empty cell."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([as_text_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return stream.getvalue()


def read_csv_records(file: Path) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """Return the columns and rows of a table that `csv_text` wrote, or a planner since."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream, restval="")
        rows = [{str(key): from_text_cell(str(cell)) for key, cell in row.items()} for row in reader]
        return tuple(reader.fieldnames or ()), rows


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
