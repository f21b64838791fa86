"""Open a planner's table through the shared door, under the field names that layout uses."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from layout.settings.tables import TableSettings
from outlet.data.skipping import SkipRules
from outlet.data.table import TableForm, read_table
from outlet.errors import Fault, TableError, missing_file
from outlet.findings import Remark
from outlet.project import Settings


@dataclass
class Opened:
    """A table under field names, indexed by data row from 1, with the faults and remarks found so far.

    Parameters
    ----------
    label
        How messages name the file.
    frame
        Stripped text, "" where empty; only columns that are known, each there or left out.
    names
        Field → column of the file.
    """

    label: str
    frame: pd.DataFrame
    names: dict[str, str]
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def fault(self, code: str, column: str, found: str, expected: str, row: int, fix: str = "") -> None:
        """Add a fault of a cell; the column is told by its name in the file."""
        shown = self.names.get(column, column)
        self.faults.append(Fault(self.label, code, found, expected, fix, row=row, column=shown))


def open_table(
    file: Path,
    label: str,
    settings: TableSettings,
    columns: Settings,
    required: Sequence[str],
    *,
    fix: str = "",
) -> Opened:
    """Open a table; where its form is at fault it has no rows.

    Parameters
    ----------
    file, label
        The file, and how messages name it.
    settings
        How it is laid out.
    columns
        Field → column of the file; a column that is named there must be in the file, and so must those of ``required``.
    required
        Fields that no table goes without.
    fix
        What to do when there is no such file.
    """
    names = {str(key): str(value) for key, value in columns.model_dump().items() if value is not None}
    opened = Opened(label, pd.DataFrame(columns=pd.Index([], dtype="str")), names)
    if not file.is_file():
        opened.faults.append(missing_file(label, file, "a table: CSV or a workbook", fix))
        return opened
    form = TableForm(settings.encoding, settings.sheet, header_row=settings.header_row, skip=SkipRules(settings.skip))
    try:
        table = read_table(file, label, form)
    except TableError as error:
        opened.faults.extend(error.faults)
        return opened
    opened.remarks.extend(table.remarks)
    named: Collection[str] = columns.model_fields_set
    for key in dict.fromkeys([*required, *(name for name in names if name in named)]):
        if names[key] not in table.frame.columns:
            found = f"no column {names[key]}; the columns are {', '.join(map(str, table.frame.columns)) or 'none'}"
            opened.faults.append(
                Fault(label, "missing-column", found, f"a column {names[key]}", "Map it in columns.", column=names[key])
            )
    if not opened.faults:
        there = {name: column for name, column in names.items() if column in table.frame.columns}
        opened.frame = pd.DataFrame({name: table.frame[column] for name, column in there.items()})
    return opened
