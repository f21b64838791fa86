"""Hold what a look at all inputs found: faults, what was read, and what a planner should know."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from outlet.errors import Fault

SCHEMA = 1


@dataclass(frozen=True)
class Count:
    """How much of one input was read: its file, its rows, and how it was understood."""

    input: str
    rows: int
    note: str = ""


@dataclass(frozen=True)
class Findings:
    """Everything found; ``notes`` are oddities that are no faults."""

    faults: tuple[Fault, ...] = ()
    counts: tuple[Count, ...] = ()
    notes: tuple[str, ...] = ()

    def joined(self, other: Findings) -> Findings:
        """Return both findings as one."""
        return Findings(self.faults + other.faults, self.counts + other.counts, self.notes + other.notes)

    def to_json(self) -> dict[str, object]:
        """Return the content of check.json."""
        return {
            "schema": SCHEMA,
            "faults": [asdict(fault) for fault in self.faults],
            "inputs": [asdict(count) for count in self.counts],
            "notes": list(self.notes),
        }
