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

FAULTS_SHOWN = 20


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
        where = self.input
        if self.row is not None:
            where += f", row {self.row}"
        if self.column is not None:
            where += f", column {self.column!r}"
        text = f"{where}: found {self.found}; expected {self.expected}"
        return f"{text}. {self.fix}" if self.fix else text


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
        shown = [str(fault) for fault in self.faults[:FAULTS_SHOWN]]
        rest = len(self.faults) - len(shown)
        if rest > 0:
            shown.append(f"… and {rest} more; `outlet check` lists them all in check.json")
        super().__init__("\n".join(shown))

    def __reduce__(self) -> tuple[type[TableError], tuple[tuple[Fault, ...]]]:
        return (TableError, (self.faults,))


class NoSolutionError(PlanningError):
    """Report that a plan was required and there is none, with the reason where it is known."""

    exit_code = 3
