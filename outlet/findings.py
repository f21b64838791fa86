"""Hold what a look at all inputs found: faults, what was read, and what a planner should know."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from outlet.cells import csv_text
from outlet.errors import Fault

SCHEMA = 1


@dataclass(frozen=True)
class Count:
    """How much of one input was read: its file, its rows, and how it was understood."""

    input: str
    rows: int
    note: str = ""


@dataclass(frozen=True)
class Remark:
    """An oddity that is no fault: the work goes on, and the planner is told.

    Parameters
    ----------
    input
        The file (relative to the project folder) or the setting it is about.
    code
        A stable short name of the kind of oddity, such as ``expired-timetable``.
    text
        What was found and what was made of it, in words, without the input's name.
    rows
        The rows it is about, as the planner counts them, or their ids; none where it is about the whole.
    """

    input: str
    code: str
    text: str
    rows: tuple[int | str, ...] = ()

    def __str__(self) -> str:
        return f"{self.input}: {self.text}"


@dataclass(frozen=True)
class Findings:
    """Everything found: faults, what was read, and remarks on oddities that are no faults."""

    faults: tuple[Fault, ...] = ()
    counts: tuple[Count, ...] = ()
    remarks: tuple[Remark, ...] = ()
    notes: tuple[str, ...] = ()

    def joined(self, other: Findings) -> Findings:
        """Return both findings as one."""
        return Findings(
            self.faults + other.faults,
            self.counts + other.counts,
            self.remarks + other.remarks,
            self.notes + other.notes,
        )

    def told(self) -> tuple[str, ...]:
        """Return remarks and notes as lines of text."""
        return (*(str(remark) for remark in self.remarks), *self.notes)

    def to_json(self) -> dict[str, object]:
        """Return the content of check.json."""
        return {
            "schema": SCHEMA,
            "faults": [asdict(fault) for fault in self.faults],
            "inputs": [asdict(count) for count in self.counts],
            "remarks": [asdict(remark) for remark in self.remarks],
            "notes": list(self.notes),
        }

    def to_csv(self) -> str:
        """Return the content of check.csv: a row per fault and per remark, to sort and tick off in a spreadsheet."""
        columns = ("severity", "input", "row", "column", "code", "found", "expected", "fix")
        rows = [
            ("fault", fault.input, fault.row, fault.column, fault.code, fault.found, fault.expected, fault.fix)
            for fault in self.faults
        ]
        told = [
            ("remark", told.input, " ".join(str(row) for row in told.rows), None, told.code, told.text, None, None)
            for told in self.remarks
        ]
        return csv_text(columns, [*rows, *told])
