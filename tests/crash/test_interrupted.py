"""Ctrl-C, SIGTERM, a full disk, a folder that cannot be written: one message, the right exit code, nothing torn."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import crash
import pytest
from crash import leftovers, tree

from outlet.cli.main import run_command

MAIN = "from outlet.cli.main import main; main()"
PARALLEL = """
import os, sys, time
from outlet.cli import run
from outlet.orphans import end_with_parent
def plan(seconds):
    os.write(1, b"planning\\n")  # at once: two processes share the pipe
    time.sleep(seconds)
run._plan_outlet = plan
if __name__ == "__main__":
    from outlet.cli.main import run_command
    import click, signal
    from outlet.cli import main
    signal.signal(signal.SIGTERM, main._interrupt)
    main.cli.main = lambda **_: run._in_processes([60, 60], 2)
    sys.exit(run_command([]))
"""


def heed_interrupts() -> None:
    """Heed Ctrl-C in a child though the tests were started in the background, where a shell has it ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupted_run_ends_in_130_and_leaves_what_was_there(siting: Path, number: int) -> None:
    assert run_command(["check", str(siting), "--quiet"]) == 0
    before = tree(siting / "out")
    command = [sys.executable, "-c", MAIN, "run", str(siting), "--seed", "5"]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, stdout=subprocess.DEVNULL, preexec_fn=heed_interrupts
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("score"):
            break
    process.send_signal(number)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130, told
    assert "interrupted; what was in out/ before is intact" in told
    assert "Traceback" not in told
    assert leftovers(siting / "out") == []
    after = tree(siting / "out")
    assert set(after) <= set(before) | {"manifest.json", "check.json", "check.csv"}
    assert run_command(["run", str(siting), "--quiet"]) == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=["Ctrl-C", "SIGTERM", "kill -9"]
)
def test_processes_that_plan_halls_end_with_the_run(tmp_path: Path, number: int) -> None:
    script = tmp_path / "parallel.py"
    script.write_text(PARALLEL, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "planning\n"
        started = time.monotonic()
        process.send_signal(number)
        _, told = process.communicate(timeout=30)
    assert process.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 130), told
    assert time.monotonic() - started < 20
    assert crash._left_over(process.pid) == []


def test_a_full_disk_ends_in_a_message_and_keeps_what_was_there(siting: Path) -> None:
    assert run_command(["run", str(siting), "--quiet"]) == 0
    before = tree(siting / "out")

    def small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    command = [sys.executable, "-c", MAIN, "run", str(siting), "--quiet", "--seed", "5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=small_files_only)
    assert done.returncode == 2, done.stderr
    assert os.strerror(errno.EFBIG) in done.stderr
    assert "Traceback" not in done.stderr
    after = tree(siting / "out")
    assert after == before
    assert leftovers(siting / "out") == []
    assert run_command(["run", str(siting), "--quiet"]) == 0


@pytest.mark.parametrize("out", ["/proc/out", "/dev/null/out"])
def test_a_folder_that_cannot_be_written_ends_in_a_message(
    siting: Path, out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["run", str(siting), "--out", out, "--quiet"]) == 2
    told = capsys.readouterr().err
    assert out.split("/")[1] in told
    assert "Traceback" not in told


def test_a_folder_where_an_artefact_should_be_ends_in_a_message(
    siting: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (siting / "out" / "check.json").mkdir(parents=True)
    assert run_command(["check", str(siting), "--quiet"]) == 2
    told = capsys.readouterr().err
    assert "check.json" in told
    assert "Traceback" not in told
    (siting / "out" / "check.json").rmdir()
    assert run_command(["check", str(siting), "--quiet"]) == 0


def test_a_reader_who_wants_no_more_is_no_bug(siting: Path) -> None:
    command = f"{sys.executable} -c '{MAIN}' check {siting} --quiet | true"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr
