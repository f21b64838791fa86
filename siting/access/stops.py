"""Measure how well public transport serves a place, walking along streets.

All functions take ``cost``, walking minutes of shape (m, s) from m places to s stops, a CSR array whose explicit
entries are the reachable pairs; they return one figure per place, shape (m,).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import InputError

Cost = sparse.csr_array[np.float64]


def nearest_minutes(cost: Cost, wanted: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """Return the walk to the nearest target, minutes, infinite where none is reachable; more is worse.

    ``wanted`` says which targets count, shape (s,); without it all do. Walking time to the nearest station is the
    first of the access measures of TfL's PTAL (Transport for London, 2015).

    Examples
    --------
    >>> nearest_minutes(sparse.csr_array(np.array([[3.0, 2.0], [0.0, 7.0]])), np.array([True, False]))
    array([ 3., inf])
    """
    keep = _columns(cost, wanted)
    nearest = np.full(cost.shape[0], np.inf)
    np.minimum.at(nearest, _rows(cost)[keep], cost.data[keep])
    return nearest


def count_within(cost: Cost, within_min: float) -> NDArray[np.float64]:
    """Return how many targets are within a walk of ``within_min`` minutes; more is better.

    Cumulative opportunities, the simplest access measure (Wachs and Kumagai, 1973).

    Examples
    --------
    >>> count_within(sparse.csr_array(np.array([[3.0, 2.0], [0.0, 7.0]])), 5.0)
    array([2., 0.])
    """
    return sum_within(cost, within_min, np.ones(cost.shape[1]))


def sum_within(cost: Cost, within_min: float, amount: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of ``amount``, shape (s,), over the targets within a walk of ``within_min`` minutes."""
    amount = np.asarray(amount, dtype=np.float64)
    if amount.shape != (cost.shape[1],):
        raise InputError(f"amount has shape {amount.shape}; expected ({cost.shape[1]},), one for each target")
    keep = cost.data <= within_min
    total = np.bincount(_rows(cost)[keep], weights=amount[cost.indices[keep]], minlength=cost.shape[0])
    return total.astype(np.float64)


def departures_within(cost: Cost, within_min: float, per_hour: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return departures per hour from the stops within a walk of ``within_min`` minutes; more is better.

    ``per_hour`` has shape (s,), NaN where unknown. A place none of whose stops has a known figure is NaN; a place
    without stops is 0, unless no stop at all has a known figure.
    """
    known = np.isfinite(per_hour)
    if not known.any():
        return np.full(cost.shape[0], np.nan)
    total = sum_within(cost, within_min, np.where(known, per_hour, 0.0))
    counted = sum_within(cost, within_min, known.astype(np.float64))
    return np.where((counted == 0) & (count_within(cost, within_min) > 0), np.nan, total)


def _rows(cost: Cost) -> NDArray[np.int64]:
    return np.repeat(np.arange(cost.shape[0], dtype=np.int64), np.diff(cost.indptr))


def _columns(cost: Cost, wanted: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    if wanted is None:
        return np.ones(cost.data.shape, dtype=np.bool_)
    if wanted.shape != (cost.shape[1],):
        raise InputError(f"wanted has shape {wanted.shape}; expected ({cost.shape[1]},), one for each target")
    return np.asarray(wanted, dtype=np.bool_)[cost.indices]
