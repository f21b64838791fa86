"""Compile kernels with numba once and keep them on disk; each stays callable as plain Python through ``py_func``."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar, cast

import numba
from numba.core.dispatcher import Dispatcher
from numba.core.event import Event, Listener, register
from numba.core.types import unliteral

from outlet.progress import watched
from outlet.sources import stamp_of

F = TypeVar("F", bound=Callable[..., object])
_UNCOUNTED = {"_nrt": False}


class _Compiling(Listener):
    """Add up the time that compiling takes, and tell whoever watches, once a process, that it is going on."""

    def __init__(self) -> None:
        self.told = False
        self.seconds = 0.0
        self._begun: list[float] = []

    def on_start(self, event: Event) -> None:
        """Begin with a kernel; those it calls are compiled within it."""
        if not self.told:
            self.told = True
            watched().say("compiling for this machine, which happens once and takes up to half a minute a command")
        self._begun.append(time.perf_counter())

    def on_end(self, event: Event) -> None:
        """Count what the outermost kernel took."""
        begun = self._begun.pop()
        if not self._begun:
            self.seconds += time.perf_counter() - begun


_COMPILING = _Compiling()
register("numba:compile", _COMPILING)  # type: ignore[no-untyped-call]


def compiling_seconds() -> float:
    """Return how long this process has been compiling kernels, which a limit on a solve does not count."""
    return _COMPILING.seconds


def compiled(function: F) -> F:
    """Return the function compiled, cached on disk beside it, with numba's strict floating point.

    It releases the interpreter's lock while it runs, so that threads may share the work.
    """
    made = numba.njit(cache=True, nogil=True)(function)
    return cast("F", _settled(made))


def uncounted(function: F) -> F:
    """Return a function compiled that makes and returns no array: references to its arguments are not counted.

    Counting them at every call takes longer than a small function itself, and threads that share arrays wait for each
    other's counts.
    """
    made = numba.njit(cache=True, nogil=True, **_UNCOUNTED)(function)  # type: ignore[call-overload]
    return cast("F", _settled(made))


def kernel(function: F) -> F:
    """Return an uncounted function compiled that only compiled functions call: without the way in from Python.

    With many arrays in its arguments that way in takes longer to compile than the function itself.
    """
    alone = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    made = numba.njit(cache=True, nogil=True, **_UNCOUNTED, **alone)(function)  # type: ignore[call-overload]
    return cast("F", _settled(made))


def _settled(made: Dispatcher) -> Dispatcher:
    """Take numbers for literals, and let what is on disk count only while no source it came from has changed."""
    _take_literals_as_numbers(made)
    held = made._cache._cache_file  # type: ignore[attr-defined]
    held._source_stamp = stamp_of(Path(made.py_func.__code__.co_filename).resolve())
    return made


def _take_literals_as_numbers(made: Dispatcher) -> None:
    """Let calls from kernels with a 0 and with a 5 written in them share one compiled function.

    numba would compile one for each number; LLVM puts the numbers in all the same where it inlines the call.
    """
    find = made.get_call_template

    def find_general(args: Sequence[object], named: Mapping[str, object]) -> object:
        return find([_general(kind) for kind in args], {name: _general(kind) for name, kind in named.items()})

    made.get_call_template = find_general  # type: ignore[method-assign, assignment]


def _general(kind: object) -> object:
    """Return the type of a value whose type may say which value it is."""
    return unliteral(kind)  # type: ignore[no-untyped-call]
