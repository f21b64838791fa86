"""Run planted code instead of a command, to see that the harness notices what it must notice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def run(command: Sequence[str]) -> int:
    """Execute the Python file that a command of the form ``exec FILE`` names; exit code 0."""
    exec(compile(Path(command[1]).read_text(encoding="utf-8"), command[1], "exec"), {})
    return 0
