"""Compile kernels with numba once and keep them on disk; each stays callable as plain Python through ``py_func``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar, cast

import numba
from numba.core.compiler import CompileResult
from numba.core.compiler_lock import global_compiler_lock
from numba.core.dispatcher import Dispatcher
from numba.core.event import Event, Listener, register
from numba.core.types import Type, unliteral

from outlet.lock import locked
from outlet.progress import watched
from outlet.sources import stamp_of

F = TypeVar("F", bound=Callable[..., object])
_UNCOUNTED = {"_nrt": False}
_NO_WAY_FROM_C = {"no_cfunc_wrapper": True}
_NO_WAY_IN = {"no_cpython_wrapper": True, **_NO_WAY_FROM_C}
LONGEST_S = 600.0
"""No kernel takes as long to compile: another process that holds one for longer has been stopped."""


class _Compiling(Listener):
    """Add up the time that compiling takes, and tell whoever watches, once a process, that it is going on."""

    def __init__(self) -> None:
        self.told = False
        self.seconds = 0.0
        self._begun: list[float] = []

    def on_start(self, event: Event) -> None:
        """Begin with a kernel; those it calls are compiled within it."""
        self.begin()

    def on_end(self, event: Event) -> None:
        """End with a kernel."""
        self.end()

    def begin(self) -> None:
        """Begin to compile a kernel, or to wait for another process that does."""
        if not self.told:
            self.told = True
            watched().say("compiling for this machine, which happens once and takes up to half a minute a command")
        self._begun.append(time.perf_counter())

    def end(self) -> None:
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
    return _made(function, _NO_WAY_FROM_C)


def uncounted(function: F) -> F:
    """Return a function compiled that makes and returns no array: references to its arguments are not counted.

    Counting them at every call takes longer than a small function itself, and threads that share arrays wait for each
    other's counts.
    """
    return _made(function, _UNCOUNTED | _NO_WAY_FROM_C)


def nested(function: F) -> F:
    """Return a function compiled that only compiled functions call: without the way in from Python.

    With many arrays in its arguments that way in takes longer to compile than the function itself. Python runs the
    function as plain Python.
    """
    return _made(function, _NO_WAY_IN)


def kernel(function: F) -> F:
    """Return an uncounted function compiled that only compiled functions call, as `nested` ones."""
    return _made(function, _UNCOUNTED | _NO_WAY_IN)


def _made(function: F, options: Mapping[str, bool]) -> F:
    """Return the function compiled: numbers taken for literals, kept on disk while no source it came from changes."""
    made = numba.njit(cache=True, nogil=True, **options)(function)  # type: ignore[call-overload]
    if "no_cpython_wrapper" in options:
        _stay_plain(made)
    _take_literals_as_numbers(made)
    held = made._cache._cache_file
    held._source_stamp = stamp_of(Path(made.py_func.__code__.co_filename).resolve())
    _compile_in_one_process(made, Path(held._index_path + ".lock"))
    return cast("F", made)


def _compile_in_one_process(made: Dispatcher, lock: Path) -> None:
    """Of several processes that want a kernel which is not on disk, let one compile it and the others wait for that.

    A kernel waits only for those it calls, so that no two processes wait for each other.
    """
    load, compile_ = made._cache.load_overload, made.compile  # type: ignore[attr-defined]
    turn = ExitStack()

    def load_or_wait(signature: object, context: object) -> object:
        found = load(signature, context)
        if found is None:
            turn.enter_context(_turn(lock))
            found = load(signature, context)
        return found

    def compile_or_wait(signature: tuple[Type, ...]) -> object:
        with global_compiler_lock, turn:
            return compile_(signature)

    made._cache.load_overload = load_or_wait  # type: ignore[attr-defined]
    made.compile = compile_or_wait  # type: ignore[method-assign, assignment]


@contextmanager
def _turn(lock: Path) -> Iterator[None]:
    """Hold the lock of a kernel, where one can be held; its file goes with whoever had it last."""
    with ExitStack() as held:
        held.callback(_remove, lock)
        _COMPILING.begin()
        try:
            with suppress(OSError):
                held.enter_context(locked(lock, LONGEST_S))
        finally:
            _COMPILING.end()
        yield


def _remove(lock: Path) -> None:
    with suppress(OSError):
        lock.unlink()


def _stay_plain(made: Dispatcher) -> None:
    """Let a call from Python, such as that of a caller's ``py_func``, run as plain Python: there is no other way in."""

    def keep(result: CompileResult) -> None:
        made.overloads[tuple(result.signature.args)] = result  # type: ignore[attr-defined]

    def plain(*args: object, **named: object) -> Callable[..., object]:
        return made.py_func

    made.add_overload = keep  # type: ignore[method-assign, assignment]
    made._compile_for_args = plain  # type: ignore[attr-defined]


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
