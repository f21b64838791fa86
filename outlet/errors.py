"""Say what is wrong with an input, or that no plan exists, in words a planner can act on.

::

    PlanningError
    ├── InputError (ValueError)     the caller's data or settings break a stated contract   (exit code 2)
    │   ├── TableError              lists every fault of the tables: input, row, column, found, expected
    │   ├── CrsError                missing, geographic where metric is needed, or different
    │   └── ProjectError            outlet.toml: file, key, nearest valid key
    └── NoSolutionError             a plan was required and there is none                    (exit code 3)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FAULTS_SHOWN = 20
ROWS_SHOWN = 8
VALUES_SHOWN = 3


NO_ROWS = "Export it again with its rows."
"""What to do about a table that is empty."""


@dataclass(frozen=True)
class Fault:
    """Name one fault of one input.

    Parameters
    ----------
    input
        The file (relative to the project folder) or the setting that is at fault.
    code
        A stable short name of the kind of fault, such as ``duplicate-id``.
    found, expected
        What is there and what should be, in words.
    fix
        What to do about it.
    row
        The row as the planner counts it (the first data row is 1), the id of the row, or None.
    column
        The column at fault, or None.
    """

    input: str
    code: str
    found: str
    expected: str
    fix: str = ""
    row: int | str | None = None
    column: str | None = None

    def __str__(self) -> str:
        return _line([self])


def missing_file(label: str, path: Path, expected: str, fix: str = "Put it there or correct the path.") -> Fault:
    """Return the fault of an input where no file stands, but nothing or a folder."""
    return Fault(label, "missing-file", "a folder" if path.is_dir() else "no such file", expected, fix)


def summarise(faults: Sequence[Fault]) -> list[str]:
    """Return a line per kind of fault of each input: rows with the same fault are told together."""
    groups: dict[tuple[object, ...], list[Fault]] = {}
    for at, fault in enumerate(faults):
        alone = at if fault.row is None else None
        key = (fault.input, fault.code, fault.column, fault.expected, fault.fix, alone)
        groups.setdefault(key, []).append(fault)
    return [_line(group) for group in groups.values()]


def _line(group: Sequence[Fault]) -> str:
    first = group[0]
    where = first.input
    if len(group) > 1:
        rows = ", ".join(str(fault.row) for fault in group[:ROWS_SHOWN])
        where += f", {len(group)} rows ({rows}{', …' if len(group) > ROWS_SHOWN else ''})"
    elif first.row is not None:
        where += f", row {first.row}"
    if first.column is not None:
        where += f", column {first.column!r}"
    values = list(dict.fromkeys(fault.found for fault in group))
    found = "; ".join(values[:VALUES_SHOWN]) + (" …" if len(values) > VALUES_SHOWN else "")
    text = f"{where}: found {found}; expected {first.expected}"
    return f"{text}. {first.fix}" if first.fix else text


class PlanningError(Exception):
    """Base of every error that is meant for the planner, not for the programmer."""

    exit_code = 2


class InputError(PlanningError, ValueError):
    """Report that data or settings break a stated contract."""


class CrsError(InputError):
    """Report a coordinate system that is missing, geographic where metres are needed, or different."""


class ProjectError(InputError):
    """Report a fault of outlet.toml: the file, the key and the nearest valid key."""


class TableError(InputError):
    """Report every fault of one or more tables at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        lines = summarise(self.faults)
        rest = len(lines) - FAULTS_SHOWN
        if rest > 0:
            lines[FAULTS_SHOWN:] = [f"… and {rest} more; `outlet check` lists them all in check.csv"]
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[TableError], tuple[tuple[Fault, ...]]]:
        return (TableError, (self.faults,))


class NoSolutionError(PlanningError):
    """Report that a plan was required and there is none, with the reason where it is known."""

    exit_code = 3
