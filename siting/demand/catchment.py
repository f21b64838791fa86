"""Sum the demand around a candidate, each demand point counting less the longer the walk.

::

    D_j = Σ_i w_i · f(c_ij)

over the demand points i that reach candidate j: the accessibility of Hansen (1959) read from the outlet's side. With a
measure a_i of the demand points, Σ_i w_i a_i f(c_ij) / D_j is its mean over those who are near by.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import InputError


def catchment_demand(
    weight: NDArray[np.float64],
    cost: sparse.csr_array[np.float64],
    decay: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return the decayed demand around each candidate; unit: that of ``weight``; more is better.

    Parameters
    ----------
    weight
        Demand, shape (n,), at least 0.
    cost
        Walking minutes, shape (n, m), explicit entries only for reachable pairs.
    decay
        From minutes to weights in [0, 1], elementwise.

    Returns
    -------
    Shape (m,).

    Raises
    ------
    InputError
        When the shapes differ or a weight is negative or not a number.
    """
    demand = _demand(weight, cost)
    return np.asarray(_decayed(cost, decay).T @ demand, dtype=np.float64)


def mean_around(
    measure: NDArray[np.float64],
    weight: NDArray[np.float64],
    cost: sparse.csr_array[np.float64],
    decay: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    *,
    less: sparse.csr_array[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return the mean of a measure over the demand around each candidate, in the measure's unit.

    Parameters
    ----------
    measure
        Of each demand point, shape (n,); points where it is NaN are left out of the mean.
    weight, cost, decay
        As for `catchment_demand`.
    less
        What of the measure at each point is due to the candidate itself and does not count, shape (n, m).

    Returns
    -------
    Shape (m,), NaN where nobody is near by whose measure is known.
    """
    is_known = np.isfinite(measure)
    demand = np.where(is_known, _demand(weight, cost), 0.0)
    near = _decayed(cost, decay)
    total = np.asarray(near.T @ (demand * np.where(is_known, measure, 0.0)), dtype=np.float64)
    if less is not None:
        total -= np.asarray(near.multiply(less).T @ demand, dtype=np.float64)
    people = np.asarray(near.T @ demand, dtype=np.float64)
    mean = np.full(len(people), np.nan)
    np.divide(np.maximum(total, 0.0), people, out=mean, where=people > 0)
    return mean


def _demand(weight: NDArray[np.float64], cost: sparse.csr_array[np.float64]) -> NDArray[np.float64]:
    demand = np.asarray(weight, dtype=np.float64)
    if demand.shape != (cost.shape[0],):
        raise InputError(f"weight has shape {demand.shape}; expected ({cost.shape[0]},), one for each row of cost")
    if not np.isfinite(demand).all() or (demand < 0).any():
        raise InputError("a demand weight is negative or not a number; expected numbers from 0")
    return demand


def _decayed(
    cost: sparse.csr_array[np.float64], decay: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> sparse.csr_array[np.float64]:
    return sparse.csr_array((decay(cost.data), cost.indices, cost.indptr), shape=cost.shape)
