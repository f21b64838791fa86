"""Judge how a case ended: exit 0, 2 or 3 with a message that names the file, soon, and in little memory."""

from __future__ import annotations

from dataclasses import dataclass

from fuzzing.case import Case

SECONDS = 10.0
MEMORY = 1 << 30
GOOD_EXITS = (0, 2, 3)


@dataclass(frozen=True)
class Ending:
    """How a run ended: exit code, what it said, how long it took (s), its greatest resident memory (bytes).

    ``code`` is None where the process did not come back; ``spilt`` names files written outside the project.
    """

    code: int | None
    said: str
    seconds: float
    memory: int
    spilt: tuple[str, ...] = ()


def fault_of(case: Case, ending: Ending) -> str | None:
    """Return what is wrong with an ending, in a word or two, or None."""
    if ending.seconds > SECONDS:
        return "hang"
    if ending.memory > MEMORY:
        return "memory"
    if ending.code is None:
        return "process died"
    if "Traceback (most recent call last)" in ending.said or ending.code == 1:
        return "traceback"
    if ending.code not in GOOD_EXITS:
        return f"exit {ending.code}"
    if ending.spilt:
        return "wrote outside"
    if ending.code != 0:
        if case.kind.harmless:
            return "harmless file stopped it"
        if not any(name in ending.said for name in case.names):
            return "file not named"
    return None
