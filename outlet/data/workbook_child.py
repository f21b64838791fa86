"""Print one sheet of a workbook as JSON lines; run as a process of its own by `outlet.data.workbook`.

A workbook of five kilobytes can declare seventeen milliard cells. The library would fetch the memory for them, so it
works here, where memory and processor time are limited by the operating system and nobody else is harmed.

The first line is an object with ``sheets``, ``sheet`` or ``error``; every other line is a row, an array of
text, or the number of blank rows that stand there.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import sys
from collections.abc import Iterable, Sequence

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

MIDNIGHT = dt.time()
WHOLE_FLOATS = 2**53


def limit(memory_bytes: int, seconds: int) -> None:
    """Limit this process's memory and processor time, where the operating system can."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def cell_text(value: object) -> str:
    """Return a cell as text: whole numbers without a fraction, dates in ISO form, truth as true or false."""
    match value:
        case str():
            return value.strip()
        case bool():
            return "true" if value else "false"
        case float():
            if math.isfinite(value) and value == int(value) and abs(value) < WHOLE_FLOATS:
                return str(int(value))
            return repr(value)
        case dt.datetime():
            return value.date().isoformat() if value.time() == MIDNIGHT else value.isoformat()
        case dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return str(value)
        case None:
            return ""
    return str(value)


def print_sheet(path: str, wanted: str) -> None:
    """Print the sheet of that name, or the first that holds anything."""
    book = CalamineWorkbook.from_path(path)
    sheets = [meta.name for meta in book.sheets_metadata if meta.typ is SheetTypeEnum.WorkSheet]
    if wanted and wanted not in sheets:
        print(json.dumps({"sheets": sheets, "error": f"no sheet {wanted!r}"}))
        return
    filled = 0
    chosen = None
    for name in [wanted] if wanted else sheets:
        sheet = book.get_sheet_by_name(name)
        if sheet.height and sheet.width:
            filled += 1
            chosen = chosen or sheet
    print(json.dumps({"sheets": sheets, "sheet": chosen.name if chosen else None, "filled": filled}))
    if chosen is not None:
        print_rows(chosen.iter_rows())


def print_rows(rows: Iterable[Sequence[object]]) -> None:
    """Print every row that is not blank, and the number of blank ones before it."""
    blank = 0
    for row in rows:
        cells = [cell_text(cell) for cell in row]
        if not any(cells):
            blank += 1
            continue
        if blank:
            print(blank)
            blank = 0
        print(json.dumps(cells, ensure_ascii=False))


def main() -> None:
    """Read the arguments path, sheet, memory and seconds, and print."""
    path, wanted, memory_bytes, seconds = sys.argv[1:5]
    limit(int(memory_bytes), int(seconds))
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        print_sheet(path, wanted)
    except (CalamineError, OSError, ValueError) as error:
        print(json.dumps({"error": str(error) or type(error).__name__}))


if __name__ == "__main__":
    main()
