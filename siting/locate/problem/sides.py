"""Hold the rules of a plan in the form that compiled kernels take."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.compiled import compiled, kernel, uncounted
from siting.locate.problem.plan import Positions
from siting.locate.problem.rules import SiteRows


class Sides(NamedTuple):
    """The rules as a swap sees them: locks, and the rows other than the number of outlets, by candidate."""

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    start: NDArray[np.int64]
    row: NDArray[np.int64]
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def sides_of(rows: SiteRows) -> Sides:
    """Return the rules in the form that kernels take."""
    first = 1 if rows.p is not None else 0
    columns = rows.rows[first:].tocsc()
    size = np.bincount(columns.indices, np.abs(columns.data), columns.shape[0])
    slack = 1e-9 * np.maximum(1.0, size)
    return Sides(
        lower=rows.lower,
        upper=rows.upper,
        start=columns.indptr.astype(np.int64),
        row=columns.indices.astype(np.int64),
        value=columns.data.astype(np.float64),
        low=rows.row_lower[first:] - slack,
        high=rows.row_upper[first:] + slack,
    )


@compiled
def activity_of(sides: Sides, is_open: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the value of every row for a set, shape (r,)."""
    total = np.zeros(len(sides.low))
    for j in range(len(is_open)):
        if is_open[j]:
            for at in range(sides.start[j], sides.start[j + 1]):
                total[sides.row[at]] += sides.value[at]
    return total


@kernel
def _value_in(sides: Sides, j: int, row: int) -> float:
    if j >= 0:
        for at in range(sides.start[j], sides.start[j + 1]):
            if sides.row[at] == row:
                return float(sides.value[at])
    return 0.0


@uncounted
def may_swap(sides: Sides, activity: NDArray[np.float64], j: int, k: int) -> bool:
    """Tell whether the rows still hold once j opens and k shuts; −1 stands for no candidate."""
    if j >= 0:
        for a in range(sides.start[j], sides.start[j + 1]):
            row = sides.row[a]
            total = activity[row] + sides.value[a] - _value_in(sides, k, row)
            if total < sides.low[row] or total > sides.high[row]:
                return False
    if k >= 0:
        for b in range(sides.start[k], sides.start[k + 1]):
            row = sides.row[b]
            total = activity[row] + _value_in(sides, j, row) - sides.value[b]
            if total < sides.low[row] or total > sides.high[row]:
                return False
    return True


@uncounted
def do_swap(sides: Sides, activity: NDArray[np.float64], is_open: NDArray[np.bool_], j: int, k: int) -> None:
    """Open j and shut k in place; −1 stands for no candidate."""
    if j >= 0:
        is_open[j] = True
        for at in range(sides.start[j], sides.start[j + 1]):
            activity[sides.row[at]] += sides.value[at]
    if k >= 0:
        is_open[k] = False
        for at in range(sides.start[k], sides.start[k + 1]):
            activity[sides.row[at]] -= sides.value[at]


def narrowed(sides: Sides, opened: Positions, free: Positions) -> Sides:
    """Return the rules for what is still free, once ``opened`` is open and all others are shut."""
    m, r = len(sides.lower), len(sides.low)
    count = len(free)
    if r == 0:
        nothing = np.zeros(0)
        return Sides(
            np.zeros(count), np.ones(count), np.zeros(count + 1, dtype=np.int64), sides.row, nothing, nothing, nothing
        )
    columns = sparse.csc_array((sides.value, sides.row, sides.start), shape=(r, m))
    used = np.asarray(columns[:, opened].sum(axis=1), dtype=np.float64).reshape(-1)
    left = columns[:, free]
    return Sides(
        np.zeros(count), np.ones(count), left.indptr.astype(np.int64), left.indices.astype(np.int64), left.data,
        sides.low - used, sides.high - used,
    )  # fmt: skip
