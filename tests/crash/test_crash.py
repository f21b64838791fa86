"""A killed run tears nothing: every artefact is absent, old and whole, or new and whole, and the next run completes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import crash
import pytest

SCRIPT = Path(crash.__file__)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=500)


def test_a_commit_killed_before_any_of_its_writes_is_old_or_new_and_never_half() -> None:
    done = run("--moments", "0", "--writes", "0")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "killed before each of its" in done.stdout


@pytest.mark.slow
def test_runs_killed_at_random_moments_and_writes_leave_nothing_torn_and_the_next_run_completes() -> None:
    done = run("--moments", "5", "--writes", "3", "--small", "--seed", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 runs were killed" in done.stdout


def test_what_is_in_neither_state_is_called_torn() -> None:
    found = {"a.csv": b"hal", "b.csv": b"old", "c.csv": b"new", "manifest.json": b"{"}
    states = [{"a.csv": b"half", "b.csv": b"old", "c.csv": b"old"}, {"b.csv": b"new", "c.csv": b"new"}]
    faults = list(crash.torn(found, states, exempt=("manifest.json",)))
    assert faults == ["a.csv is neither old nor new (3 bytes)", "manifest.json is torn"]
