"""Compile kernels with numba once and keep them on disk; each stays callable as plain Python through ``py_func``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba
from numba.core.event import Event, Listener, register

from outlet.progress import watched

F = TypeVar("F", bound=Callable[..., object])


class _Teller(Listener):
    """Tell whoever watches, once a process, that kernels are being compiled: only where none are on disk yet."""

    def __init__(self) -> None:
        self.told = False

    def on_start(self, event: Event) -> None:
        """Tell it at the first kernel compiled."""
        if not self.told:
            self.told = True
            watched().say("compiling for this machine, which happens once and takes up to half a minute a command")

    def on_end(self, event: Event) -> None:
        """Say nothing."""


register("numba:compile", _Teller())  # type: ignore[no-untyped-call]


def compiled(function: F) -> F:
    """Return the function compiled, cached on disk beside it, with numba's strict floating point.

    It releases the interpreter's lock while it runs, so that threads may share the work.
    """
    return cast("F", numba.njit(cache=True, nogil=True)(function))
