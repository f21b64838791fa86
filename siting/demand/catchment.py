"""Sum the demand around a candidate, each demand point counting less the longer the walk.

::

    D_j = Σ_i w_i · f(c_ij)

over the demand points i that reach candidate j: the accessibility of Hansen (1959) read from the outlet's side.
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
    demand = np.asarray(weight, dtype=np.float64)
    if demand.shape != (cost.shape[0],):
        raise InputError(f"weight has shape {demand.shape}; expected ({cost.shape[0]},), one for each row of cost")
    if not np.isfinite(demand).all() or (demand < 0).any():
        raise InputError("a demand weight is negative or not a number; expected numbers from 0")
    decayed = sparse.csr_array((decay(cost.data), cost.indices, cost.indptr), shape=cost.shape)
    return np.asarray(decayed.T @ demand, dtype=np.float64)
