"""Let one process at a time change a folder, and say who it is that has it.

The operating system drops a lock when its holder ends, however it ends; the lock file stays.
"""

from __future__ import annotations

import errno
import math
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from outlet.errors import InputError
from outlet.progress import SILENT, Progress

NAME = ".lock"
WAIT_S = 20.0
_POLL_S = 0.1
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)
# Windows keeps others from reading locked bytes; those far behind the end of the file are in nobody's way.
_FAR = 1 << 30


@contextmanager
def locked(file: Path, wait_s: float = math.inf) -> Iterator[None]:
    """Hold the lock of a file while the body runs; wait for whoever holds it.

    After that time, and on a file system without locks, go on all the same.
    """
    deadline = time.monotonic() + wait_s
    with file.open("a+b") as stream:
        while _take(stream) == "busy" and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        yield


@contextmanager
def working_in(
    folder: Path, command: str, progress: Progress = SILENT, *, wait_s: float | None = None
) -> Iterator[None]:
    """Keep a folder to this process while the body runs.

    Parameters
    ----------
    folder
        The folder of artefacts; it is made where there is none.
    command
        What others are told this process does, such as ``outlet run``.
    progress
        Where it is told that another process must be waited for.
    wait_s
        How long to wait for that, seconds; `WAIT_S` if not given.

    Raises
    ------
    InputError
        When the folder cannot be made or written, or when another process still holds it after that time; its number,
        command and host are named.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stream = (folder / NAME).open("a+b")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{folder}: cannot be written: {reason}; write elsewhere with --out") from error
    with stream:
        _wait(stream, folder, progress, WAIT_S if wait_s is None else wait_s)
        _write(stream, f"process {os.getpid()}, `{command}`, on {platform.node() or 'this machine'}")
        try:
            yield
        finally:
            _write(stream, "")


def _wait(stream: BinaryIO, folder: Path, progress: Progress, wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    told = False
    while True:
        answer = _take(stream)
        if answer == "unable":
            progress.say(f"{folder}: this file system has no locks; let only one outlet command work there at a time")
        if answer != "busy":
            return
        if time.monotonic() >= deadline:
            raise InputError(
                f"{folder}: another outlet command is working there ({_holder(stream)}); wait until it has ended, "
                "or write elsewhere with --out"
            )
        if not told:
            progress.say(f"{folder}: waiting for another outlet command that is working there ({_holder(stream)})")
            told = True
        time.sleep(_POLL_S)


def _holder(stream: BinaryIO) -> str:
    stream.seek(0)
    return stream.read(300).decode("utf-8", errors="replace") or "it does not say which"


def _write(stream: BinaryIO, text: str) -> None:
    stream.truncate(0)
    stream.write(text.encode())
    stream.flush()


def _take(stream: BinaryIO) -> Literal["taken", "busy", "unable"]:
    """Take the lock of an open file, or tell that another process has it, or that the file system has no locks."""
    try:
        if sys.platform == "win32":
            import msvcrt

            stream.seek(_FAR)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK):
            return "busy"
        if error.errno in _NO_LOCKS:
            return "unable"
        raise
    return "taken"
