"""Measure how many rivals stand around a place, and how much demand there is for each.

``cost`` is walking minutes of shape (m, r) from m places to r rivals, explicit entries for reachable pairs; each
function returns one figure per place, shape (m,).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import InputError

Cost = sparse.csr_array[np.float64]


def rivals_within(cost: Cost, within_min: float, attraction: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the attraction of the rivals within a walk of ``within_min`` minutes, summed; more is worse.

    ``attraction`` has shape (r,), from 0 (0: no rival); where every rival attracts alike it counts rivals. Competitive
    saturation in the sense of LaLonde (1961).
    """
    attraction = _checked(cost, attraction)
    keep = cost.data <= within_min
    total = np.bincount(_rows(cost)[keep], weights=attraction[cost.indices[keep]], minlength=cost.shape[0])
    return total.astype(np.float64)


def nearest_rival(cost: Cost, cutoff_min: float, wanted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the walk to the nearest rival, minutes, ``cutoff_min`` where none is that near; more is better.

    That no rival is within the cutoff is known, not missing: the walk is at least so long. ``wanted``, shape (r,), says
    which rivals count: a cash machine is no rival of a branch.
    """
    if wanted.shape != (cost.shape[1],):
        raise InputError(f"wanted has shape {wanted.shape}; expected ({cost.shape[1]},), one for each rival")
    keep = wanted[cost.indices]
    nearest = np.full(cost.shape[0], cutoff_min)
    np.minimum.at(nearest, _rows(cost)[keep], cost.data[keep])
    return nearest


def typical_attraction(attraction: NDArray[np.float64]) -> float:
    """Return the attraction of a typical rival: half of all attraction lies with rivals that have no more; 1 for none.

    The median over customers rather than over outlets, so that many small machines do not make it theirs.

    Examples
    --------
    >>> typical_attraction(np.array([0.1, 0.1, 0.1, 0.1, 1.0, 1.0]))
    1.0
    """
    if not (attraction > 0).any():
        return 1.0
    ordered = np.sort(attraction[attraction > 0])
    reached = np.cumsum(ordered) >= ordered.sum() / 2.0
    return float(ordered[int(np.argmax(reached))])


def demand_per_rival(
    demand: NDArray[np.float64], rivals: NDArray[np.float64], own: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the demand around a place shared over the rivals there and the newcomer: the market gap; more is better.

    ::

        G_j = D_j · a / (R_j + a)

    D is the demand around, R the attraction of the rivals around, a that of the newcomer, each (m,): what is left for
    it if demand were shared by attraction alone. The index of retail saturation (LaLonde, 1961), with the newcomer
    counted so that a place without rivals has a finite gap.

    Examples
    --------
    >>> demand_per_rival(np.array([900.0, 900.0]), np.array([0.0, 2.0]), np.ones(2))
    array([900., 300.])
    """
    if not (np.isfinite(own).all() and (own > 0).all()):
        raise InputError("a newcomer's attraction is not above 0; expected numbers above 0")
    return np.asarray(demand * own / (rivals + own), dtype=np.float64)


def _checked(cost: Cost, attraction: NDArray[np.float64]) -> NDArray[np.float64]:
    found = np.asarray(attraction, dtype=np.float64)
    if found.shape != (cost.shape[1],):
        raise InputError(f"attraction has shape {found.shape}; expected ({cost.shape[1]},), one for each rival")
    if not np.isfinite(found).all() or (found < 0).any():
        raise InputError("a rival's attraction is below 0 or not a number; expected numbers from 0")
    return found


def _rows(cost: Cost) -> NDArray[np.int64]:
    return np.repeat(np.arange(cost.shape[0], dtype=np.int64), np.diff(cost.indptr))
