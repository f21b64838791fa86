"""Judge how a case ended: exit 0, 2 or 3 with a message that names the file, soon, and in little memory."""

from __future__ import annotations

from dataclasses import dataclass

from fuzzing.case import Case

SECONDS = 20.0
"""A command that has to plan a small hall anew computes for 11 s, in two threads."""
ASLEEP = 0.02
PATIENCE = 12.0
MEMORY = 1 << 30
GOOD_EXITS = (0, 2, 3)


@dataclass(frozen=True)
class Ending:
    """How a run ended.

    Parameters
    ----------
    code
        Its exit code, None where the process did not come back.
    said
        What it printed.
    seconds
        How long it took by the clock.
    memory
        Its greatest resident memory, bytes.
    busy
        How long it computed, seconds.
    spilt
        Files it wrote outside the project.
    """

    code: int | None
    said: str
    seconds: float
    memory: int
    busy: float = 0.0
    spilt: tuple[str, ...] = ()

    @property
    def hung(self) -> bool:
        """Whether it computed for too long, or did nothing for too long; one that only had to queue did neither."""
        return self.seconds > SECONDS and (self.busy > SECONDS or self.busy < ASLEEP * self.seconds)


def fault_of(case: Case, ending: Ending) -> str | None:
    """Return what is wrong with an ending, in a word or two, or None."""
    if ending.hung:
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
