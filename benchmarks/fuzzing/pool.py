"""Keep workers busy with cases, end those that hang, grow or die, and collect how each case ended."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from fuzzing.judge import MEMORY, PATIENCE, SECONDS, Ending
from fuzzing.kinds import Kind
from fuzzing.worker import COMMAND_LINE, work

_POLL_S = 0.05


@dataclass
class _Worker:
    process: SpawnProcess
    pipe: Connection
    folder: Path
    case: int | None = None
    since: float | None = None
    before: float = 0.0

    def running(self) -> float:
        return 0.0 if self.since is None else time.perf_counter() - self.since


def run_cases(
    numbers: Iterable[int], seed: int, kinds: list[Kind], workers: int, runner: str = COMMAND_LINE
) -> Iterator[tuple[int, Ending]]:
    """Yield number and ending of every case, in the order they end; ``runner`` names what runs a command."""
    todo = iter(numbers)
    with tempfile.TemporaryDirectory(prefix="outlet-fuzz-", ignore_cleanup_errors=True) as root:
        team = [_start(Path(root) / str(at), seed, kinds, runner) for at in range(workers)]
        try:
            for worker in team:
                _give(worker, todo)
            while any(worker.case is not None for worker in team):
                wait([worker.pipe for worker in team if worker.case is not None], timeout=_POLL_S)
                for at, worker in enumerate(team):
                    if worker.case is None:
                        continue
                    ending = _look(worker)
                    if ending is None:
                        continue
                    yield worker.case, ending
                    if ending.code is None:
                        _end(worker)
                        team[at] = worker = _start(worker.folder, seed, kinds, runner)
                    _give(worker, todo)
        finally:
            for worker in team:
                _end(worker)


def _start(folder: Path, seed: int, kinds: list[Kind], runner: str) -> _Worker:
    folder.mkdir(parents=True, exist_ok=True)
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs, folder, seed, kinds, runner), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours, folder)


def _give(worker: _Worker, todo: Iterator[int]) -> None:
    worker.case = next(todo, None)
    worker.since = None
    worker.pipe.send(worker.case)


def _look(worker: _Worker) -> Ending | None:
    """Return how the worker's case ended, or None while it runs."""
    try:
        while worker.pipe.poll():
            news = worker.pipe.recv()
            if isinstance(news, Ending):
                return news
            worker.since = time.perf_counter()
            worker.before = _computed(worker.process.pid or 0)
    except (EOFError, OSError):
        worker.process.join(5)
        said = _said(worker) + f"\n(exit code of the process: {worker.process.exitcode})"
        return Ending(None, said, worker.running(), 0, worker.running())
    if worker.since is None:  # it still makes the case, which may take more memory than a command is allowed
        return None
    pid = worker.process.pid or 0
    ending = Ending(None, _said(worker), worker.running(), _resident(pid), _computed(pid) - worker.before)
    if ending.memory > MEMORY or ending.hung or ending.seconds > SECONDS * PATIENCE:
        worker.process.kill()
        return ending
    return None


def _said(worker: _Worker) -> str:
    with suppress(OSError):
        return (worker.folder / "said.txt").read_bytes()[:20_000].decode("utf-8", errors="replace")
    return ""


def _resident(pid: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * 4096
    return 0


def _computed(pid: int) -> float:
    """Return how long a process has computed, seconds; 0 where the system does not tell."""
    with suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _end(worker: _Worker) -> None:
    with suppress(OSError):
        worker.pipe.send(None)
    worker.process.join(2)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()
    worker.pipe.close()
