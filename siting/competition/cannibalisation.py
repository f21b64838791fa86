"""Say who loses how much to whom when one more outlet opens.

::

    A_i      = Σ_k a_ik + o_i                          attraction before; o_i of going elsewhere
    P_ik     = a_ik / A_i                              who goes where before (``huff.patronage``)
    Q_ij     = a_ij / (A_i + a_ij)                     part of district i that newcomer j wins when it alone is new
    loss_kj  = Σ_i w_i P_ik Q_ij                       what open outlet k loses to newcomer j
    elsewhere_j = Σ_i w_i o_i / A_i · Q_ij             what going elsewhere loses
    unserved_j  = Σ_i w_i [A_i = 0] Q_ij               from those who reached nothing before
    Σ_k loss_kj + elsewhere_j + unserved_j = captured_j = Σ_i w_i Q_ij

A newcomer takes from every alternative in proportion to what it had (Luce, 1959; in Huff's model and the logit alike).
Near substitutes lose more in truth: a matrix of this model is a floor for an own outlet of the same format next door.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import InputError

Csr = sparse.csr_array[np.float64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cannibalisation:
    """Hold who loses what to each of q newcomers, each opened alone beside m open outlets, in the unit of demand.

    Parameters
    ----------
    losses
        Shape (m, q), sparse: what outlet k loses to newcomer j; an entry where both reach a district.
    elsewhere
        What going elsewhere loses, shape (q,).
    unserved
        What comes from districts that reached nothing before, shape (q,).
    captured
        What the newcomer wins, shape (q,); the sum of the three.
    """

    losses: Csr
    elsewhere: Floats
    unserved: Floats
    captured: Floats

    def lost_by(self, outlets: NDArray[np.bool_]) -> Floats:
        """Return what some of the open outlets, shape (m,), lose together to each newcomer, shape (q,)."""
        if outlets.shape != (self.losses.shape[0],):
            raise InputError(f"outlets has shape {outlets.shape}; expected ({self.losses.shape[0]},)")
        return np.asarray(self.losses.T @ outlets.astype(np.float64), dtype=np.float64)


def cannibalisation(opened: Csr, newcomers: Csr, elsewhere: Floats, demand: Floats) -> Cannibalisation:
    """Return who loses how much to each newcomer.

    Parameters
    ----------
    opened
        Attraction of the open outlets, own and rivals, shape (n, m), explicit entries above 0 for reachable pairs.
    newcomers
        Attraction of the candidates, shape (n, q), likewise.
    elsewhere
        Attraction of going elsewhere, o, shape (n,), at least 0.
    demand
        w, shape (n,), at least 0.
    """
    n = opened.shape[0]
    if newcomers.shape[0] != n:
        raise InputError(f"newcomers are seen from {newcomers.shape[0]} demand points, open outlets from {n}")
    for name, values in (("elsewhere", elsewhere), ("demand", demand)):
        if values.shape != (n,) or not np.isfinite(values).all() or (values < 0).any():
            raise InputError(f"{name} has shape {values.shape} or an entry not from 0; expected ({n},), numbers from 0")
    for name, pull in (("open outlets", opened), ("newcomers", newcomers)):
        if not np.isfinite(pull.data).all() or (pull.data < 0).any():
            raise InputError(f"attraction of {name} has an entry that is negative or not a number")
    before = np.asarray(opened.sum(axis=1), dtype=np.float64).ravel() + elsewhere
    rows = np.repeat(np.arange(n), np.diff(newcomers.indptr))
    after = before[rows] + newcomers.data
    part = np.divide(newcomers.data, after, out=np.zeros_like(after), where=after > 0)
    won = sparse.csr_array((part * demand[rows], newcomers.indices, newcomers.indptr), shape=newcomers.shape)
    served = before > 0
    per_pull = np.divide(1.0, before, out=np.zeros_like(before), where=served)
    return Cannibalisation(
        losses=sparse.csr_array(opened.T @ sparse.csr_array(sparse.diags_array(per_pull) @ won)),
        elsewhere=np.asarray(won.T @ (elsewhere * per_pull), dtype=np.float64),
        unserved=np.asarray(won.T @ (~served).astype(np.float64), dtype=np.float64),
        captured=np.asarray(won.sum(axis=0), dtype=np.float64).ravel(),
    )
