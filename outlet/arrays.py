"""Check arrays the way every model needs it, with messages that name the array, the entry, and what was expected."""

from __future__ import annotations

import operator
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from outlet.errors import InputError

S = TypeVar("S", bound=np.generic)


def as_finite(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return the values as floats.

    Raises
    ------
    InputError
        When they are no numbers, or one is NaN or infinite: the first is named by its place.
    """
    found = _as_floats(name, values)
    refuse_where(name, found, ~np.isfinite(found), "a finite number")
    return found


def as_vector(
    name: str, values: ArrayLike, length: int | None = None, *, least: float | None = None, positive: bool = False
) -> NDArray[np.float64]:
    """Return the values as a vector of finite floats, at least ``least``, or greater than zero where ``positive``.

    Raises
    ------
    InputError
        When the shape, the length or an entry is not as expected.
    """
    found = as_finite(name, values)
    if found.ndim != 1:
        raise InputError(f"{name} has shape {found.shape}; expected one dimension")
    if length is not None and len(found) != length:
        raise InputError(f"{name} has {len(found)} entries; expected {length}")
    if positive:
        refuse_where(name, found, found <= 0, "a number greater than 0")
    if least is not None:
        refuse_where(name, found, found < least, f"a number from {least:g}")
    return found


def as_positions(name: str, values: ArrayLike, size: int) -> NDArray[np.int64]:
    """Return distinct positions 0 … ``size`` − 1, sorted.

    A vector of zeros and ones, or of truth values, is refused and never taken for positions.

    Raises
    ------
    InputError
        When the values are not distinct whole numbers in range.
    """
    found = np.asarray(values)
    if found.size == 0:
        return np.empty(0, dtype=np.int64)
    if found.ndim != 1:
        raise InputError(f"{name} has shape {found.shape}; expected a list of positions")
    if found.dtype == np.bool_:
        raise InputError(f"{name} holds truth values; expected positions: numpy.flatnonzero gives them")
    if found.dtype.kind not in "iu":
        raise InputError(f"{name} holds {found.dtype}; expected positions, whole numbers from 0 to {size - 1}")
    positions = np.unique(found.astype(np.int64))
    if len(positions) != len(found):
        if len(found) == size and bool(np.isin(positions, (0, 1)).all()):
            raise InputError(f"{name} is a vector of zeros and ones; expected positions: numpy.flatnonzero gives them")
        repeated = int(positions[np.argmax(np.bincount(np.searchsorted(positions, found)) > 1)])
        raise InputError(f"{name} holds position {repeated} more than once; expected distinct positions")
    if positions[0] < 0 or positions[-1] >= size:
        wrong = int(positions[0] if positions[0] < 0 else positions[-1])
        raise InputError(f"{name} holds {wrong}; expected positions from 0 to {size - 1}")
    return positions


def as_count(name: str, value: int, *, least: int = 0, most: int | None = None) -> int:
    """Return a whole number in range.

    Raises
    ------
    InputError
        When it is no whole number, or out of range.
    """
    if isinstance(value, bool):
        raise InputError(f"{name} is {value}; expected a whole number")
    try:
        count = operator.index(value)
    except TypeError as error:
        raise InputError(f"{name} is {value!r}; expected a whole number") from error
    if count < least or (most is not None and count > most):
        upper = "" if most is None else f" to {most}"
        raise InputError(f"{name} is {count}; expected a whole number from {least}{upper}")
    return count


def refuse_where(name: str, values: NDArray[np.float64], bad: NDArray[np.bool_], expected: str) -> None:
    """Raise InputError that names the first bad entry and how many there are.

    Raises
    ------
    InputError
        When an entry is bad.
    """
    if not bad.any():
        return
    place = np.unravel_index(int(np.argmax(bad)), bad.shape)
    where = f"[{', '.join(str(int(index)) for index in place)}]" if place else ""
    count = int(np.count_nonzero(bad))
    others = f" ({count} such entries)" if count > 1 else ""
    raise InputError(f"{name}{where} is {values[place]:g}; expected {expected}{others}")


def in_one_piece(values: ArrayLike, dtype: type[S]) -> NDArray[S]:
    """Return an array as compiled kernels know it: contiguous and writeable, copied only where it is not.

    Slices of tables and read-only columns would have every kernel compiled once more for their own kind.
    """
    return np.require(np.asarray(values, dtype=dtype), requirements=["C", "W"])


def _as_floats(name: str, values: ArrayLike) -> NDArray[np.float64]:
    try:
        return in_one_piece(values, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} cannot be read as numbers: {error}") from error
