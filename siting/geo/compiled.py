"""Compile kernels with numba once and keep them on disk; each stays callable as plain Python through ``py_func``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Return the function compiled, cached on disk beside it, with numba's strict floating point."""
    return cast("F", numba.njit(cache=True)(function))
