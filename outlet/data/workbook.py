"""Read a sheet of a workbook (XLS, XLSX, XLSM, XLSB, ODS) as rows of text, in a process with limits.

The work is calamine's, in `outlet.data.workbook_child`; here are the limits and what becomes of their breach.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from outlet.errors import Fault, TableError

BOOK_SUFFIXES = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
MEMORY_BYTES, MEMORY_PER_BYTE = 640 << 20, 20
SECONDS, BYTES_PER_SECOND = 6, 500_000
WALL_FACTOR = 20
OUT_OF_MEMORY = ("memory allocation", "MemoryError", "capacity overflow")


@dataclass(frozen=True)
class Sheet:
    """The rows of one sheet, from its first row: cells are stripped text, "" where empty."""

    rows: list[list[str]]
    name: str
    others: tuple[str, ...]


def read_sheet(path: Path, label: str, sheet: str | None = None) -> Sheet:
    """Return the rows of a sheet.

    Parameters
    ----------
    path
        The workbook.
    label
        How messages name it.
    sheet
        Which sheet; the first that holds anything if not given.

    Raises
    ------
    TableError
        With code ``unreadable`` (broken, or no such sheet), ``too-large`` or ``empty-layer``.
    """
    if path.name.startswith("~$"):
        found, fix = "the mark that a spreadsheet program leaves beside an open workbook", f"Name {path.name[2:]}."
        raise _error(label, "unreadable", found, "a workbook with a header row", fix)
    lines = _run(path, label, sheet or "")
    try:
        head = json.loads(next(lines, "{}"))
        rows: list[list[str]] = []
        for line in lines:
            row = json.loads(line)
            rows.extend([[]] * row if isinstance(row, int) else [row])
    except ValueError:
        head, rows = {}, []
    sheets = tuple(head.get("sheets", ()))
    if "error" in head or "sheets" not in head:
        found = " ".join(str(head.get("error", "a workbook that nothing can open")).split())[:300]
        fix = f"Sheets there: {', '.join(sheets)}." if sheets else "Open it in a spreadsheet program and save it again."
        raise _error(label, "unreadable", found, "a workbook with a header row", fix)
    if head["sheet"] is None:
        raise _error(label, "empty-layer", "an empty workbook", "a sheet with a header row")
    name = str(head["sheet"])
    others = tuple(other for other in sheets if other != name) if int(head["filled"]) > 1 else ()
    return Sheet(rows, name, others)


def _run(path: Path, label: str, sheet: str) -> Iterator[str]:
    size = path.stat().st_size
    seconds = SECONDS + size // BYTES_PER_SECOND
    memory = MEMORY_BYTES + MEMORY_PER_BYTE * size
    command = [sys.executable, "-m", "outlet.data.workbook_child", str(path.resolve()), sheet]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, run by the interpreter that runs us
            [*command, str(memory), str(seconds)], capture_output=True, timeout=seconds * WALL_FACTOR, check=False
        )
    except (subprocess.TimeoutExpired, OSError, ValueError) as error:
        raise _error(label, "too-large", str(error).split("'")[0], "a workbook that opens in seconds", SAVE) from error
    if done.returncode == 0:
        return iter(done.stdout.decode("utf-8").splitlines())
    said = done.stderr.decode("utf-8", errors="replace")
    if any(word in said for word in OUT_OF_MEMORY):
        found = f"a workbook that needs more than {memory >> 20} MB of memory"
        raise _error(label, "too-large", found, "a sheet without cells far out", SAVE)
    if done.returncode < 0 and not said.strip():
        raise _error(label, "too-large", f"a workbook still not read after {seconds} s", "a smaller sheet", SAVE)
    raise _error(label, "unreadable", "a damaged workbook", "a workbook with a header row", "Save it again, or as CSV.")


SAVE = "Delete what is far from the table, or save it as CSV."


def _error(label: str, code: str, found: str, expected: str, fix: str = "") -> TableError:
    return TableError([Fault(label, code=code, found=found, expected=expected, fix=fix)])
