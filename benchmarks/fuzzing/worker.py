"""Run cases in a process that has imported the command line once and says how each one ended."""

from __future__ import annotations

import os
import pkgutil
import shutil
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

from fuzzing.case import draw, sound
from fuzzing.judge import Ending
from fuzzing.kinds import Kind

SAID = 200_000


COMMAND_LINE = "outlet.cli.main:run_command"


def work(pipe: Connection, folder: Path, seed: int, kinds: list[Kind], runner: str) -> None:
    """Run the cases whose numbers come through the pipe until None comes; see `sound` for those below 0."""
    run_command = pkgutil.resolve_name(runner)
    said = _redirect(folder / "said.txt")
    place = folder / "cases" / "project"
    (folder / "canary.txt").write_text("canary", encoding="utf-8")
    while (number := pipe.recv()) is not None:
        shutil.rmtree(place.parent, ignore_errors=True)
        place.mkdir(parents=True)
        case = sound(number, kinds) if number < 0 else draw(seed, number, kinds)
        command = case.write(place)
        _forget_peak()
        os.ftruncate(said, 0)
        os.lseek(said, 0, os.SEEK_SET)
        pipe.send("started")
        started, computed = time.perf_counter(), time.process_time()
        code = run_command(command)
        seconds, busy = time.perf_counter() - started, time.process_time() - computed
        sys.stdout.flush()
        sys.stderr.flush()
        text = (folder / "said.txt").read_bytes()[:SAID].decode("utf-8", errors="replace")
        pipe.send(Ending(code, text, seconds, _peak(), busy, _spilt(folder, place)))
    shutil.rmtree(place.parent, ignore_errors=True)


def _redirect(file: Path) -> int:
    """Send what the process says, libraries included, into a file."""
    said = os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    return said


def _spilt(folder: Path, place: Path) -> tuple[str, ...]:
    known = {"said.txt", "canary.txt", "cases"}
    found = [path.name for path in folder.iterdir() if path.name not in known]
    found += [path.name for path in place.parent.iterdir() if path != place]
    if (folder / "canary.txt").read_text(encoding="utf-8") != "canary":
        found.append("canary.txt")
    return tuple(sorted(found))


def _forget_peak() -> None:
    """Let the kernel measure the peak of memory anew, where it can."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


def _peak() -> int:
    """Return the greatest resident memory since `_forget_peak`, bytes; 0 where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) << 10 if lines else 0
