"""Two commands on one folder: the second waits, says for whom, and gives up with a message; nothing is corrupted."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from crash import tree

from outlet import lock
from outlet.cli.main import run_command

HOLD = """
import sys
from pathlib import Path
from outlet.commit import alone_in
with alone_in(Path(sys.argv[1]), "outlet run"):
    print("held", flush=True)
    sys.stdin.read()
"""
PATIENT = "from outlet import lock; lock.WAIT_S = 100; from outlet.cli.main import main; main()"


@contextmanager
def holder(out: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(out)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "held\n"
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_a_command_waits_for_another_and_says_for_whom_before_it_gives_up(
    siting: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lock, "WAIT_S", 0.3)
    with holder(siting / "out") as other:
        assert run_command(["run", str(siting)]) == 2
        told = capsys.readouterr().err
    assert "waiting for another outlet command" in told
    assert f"process {other.pid}, `outlet run`, on " in told.partition("error:")[2]
    assert "--out" in told
    assert tree(siting / "out") == {}


@pytest.mark.parametrize("command", [["check"], ["map"], ["compare", "base", "two"]], ids=str)
def test_every_command_that_writes_keeps_to_it(
    siting: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    monkeypatch.setattr(lock, "WAIT_S", 0.0)
    with holder(siting / "out"):
        assert run_command([command[0], str(siting), *command[1:], "--quiet"]) == 2
    assert "another outlet command is working there" in capsys.readouterr().err


def test_a_killed_holder_keeps_nobody_waiting(siting: Path) -> None:
    with holder(siting / "out") as other:
        other.kill()
        other.wait()
        assert (siting / "out" / ".lock").read_text(encoding="utf-8").startswith(f"process {other.pid}")
        started = time.monotonic()
        assert run_command(["check", str(siting), "--quiet"]) == 0
        assert time.monotonic() - started < 10
    assert (siting / "out" / ".lock").read_text(encoding="utf-8") == ""


def test_runs_started_at_once_end_well_one_after_the_other(siting: Path, tmp_path: Path) -> None:
    commands = [[sys.executable, "-c", PATIENT, "run", str(siting)] for _ in range(3)]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True, stdout=-3) for command in commands]
    told = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], told
    assert sum("waiting for another outlet command" in text for text in told) == 2
    alone = tmp_path / "alone"
    assert run_command(["run", str(siting), "--out", str(alone), "--quiet"]) == 0
    assert tree(siting / "out") == tree(alone)


def test_a_file_system_without_locks_is_told(
    siting: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import errno
    import fcntl

    def refuse(*arguments: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert run_command(["check", str(siting)]) == 0
    assert "this file system has no locks" in capsys.readouterr().err
