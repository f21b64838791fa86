"""Estimate which outlet a customer goes to: Huff's model and the multinomial logit.

::

    a_ij = f(c_ij) · Π_k S_jk^α_k                attraction of outlet j for demand point i
    P_ij = a_ij / (Σ_j a_ij + o_i)               patronage: probability that i goes to j

    huff   f(c) = max(c, c₀)^−λ                  Huff (1964); several terms S_jk: Nakanishi and Cooper (1974)
    logit  f(c) = exp(−β c)                      McFadden (1974), with utility Σ_k α_k ln S_jk − β c

S_jk are an outlet's attraction terms (size, rating …), c_ij the walk in minutes, c₀ a shortest walk that counts, and
o_i the attraction of everything outside the outlets looked at: rivals, or going elsewhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import InputError
from siting.settings.score import CompetitionSettings

Csr = sparse.csr_array[np.float64]


def distance_pull(minutes: NDArray[np.float64], settings: CompetitionSettings) -> NDArray[np.float64]:
    """Return f(c) for walks in minutes, any shape, as the settings' model has it."""
    walk = np.asarray(minutes, dtype=np.float64)
    if settings.model == "logit":
        return np.asarray(np.exp(-settings.logit_per_min * walk), dtype=np.float64)
    return np.asarray(np.maximum(walk, settings.least_min) ** -settings.distance_exponent, dtype=np.float64)


def size_pull(terms: NDArray[np.float64], exponents: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Π_k S_jk^α_k, shape (m,), from attraction terms (m, k) above 0 and their exponents (k,).

    Examples
    --------
    >>> size_pull(np.array([[100.0, 4.0], [400.0, 1.0]]), np.array([0.5, 1.0]))
    array([40., 20.])
    """
    terms = np.asarray(terms, dtype=np.float64)
    exponents = np.asarray(exponents, dtype=np.float64)
    if terms.ndim != 2 or exponents.shape != (terms.shape[1],):
        raise InputError(
            f"attraction terms have shape {terms.shape}, exponents {exponents.shape}; expected (m, k), (k,)"
        )
    if not np.isfinite(terms).all() or (terms <= 0).any():
        raise InputError("an attraction term is not above 0; expected numbers above 0")
    return np.asarray(np.prod(terms**exponents, axis=1), dtype=np.float64)


def site_attraction(pull: NDArray[np.float64], cost: Csr, settings: CompetitionSettings) -> Csr:
    """Return the attraction of every outlet for every demand point that reaches it.

    Parameters
    ----------
    pull
        Π_k S_jk^α_k of the outlets, shape (m,), from 0 (see `size_pull`).
    cost
        Walking minutes, shape (n, m), explicit entries only for reachable pairs.
    settings
        The model and its parameters.

    Returns
    -------
    Shape (n, m), with the pattern of ``cost``; entries from 0.
    """
    pull = np.asarray(pull, dtype=np.float64)
    if pull.shape != (cost.shape[1],):
        raise InputError(f"pull has shape {pull.shape}; expected ({cost.shape[1]},), one for each outlet")
    if not np.isfinite(pull).all() or (pull < 0).any():
        raise InputError("the pull of an outlet is negative or not a finite number; expected numbers from 0")
    data = distance_pull(cost.data, settings) * pull[cost.indices]
    return sparse.csr_array((data, cost.indices, cost.indptr), shape=cost.shape)


def elsewhere_attraction(typical_pull: float, settings: CompetitionSettings) -> float:
    """Return the attraction of going elsewhere, the same for every demand point; 0 where the settings exclude it.

    It is that of an outlet of typical pull at ``elsewhere_min`` minutes, and keeps an outlet alone in a far
    corner from winning everyone.
    """
    if settings.elsewhere_min == 0:
        return 0.0
    return float(distance_pull(np.array([settings.elsewhere_min]), settings)[0] * typical_pull)


def rivals_attraction(
    pull: NDArray[np.float64], cost: Csr, elsewhere: float, settings: CompetitionSettings
) -> NDArray[np.float64]:
    """Return the attraction of all rivals and of going elsewhere for each demand point, shape (n,).

    ``pull`` has shape (r,), ``cost`` shape (n, r), minutes. A demand point that reaches no rival gets ``elsewhere``.
    """
    return np.asarray(site_attraction(pull, cost, settings).sum(axis=1), dtype=np.float64).ravel() + elsewhere


def patronage(attraction: Csr, outside: NDArray[np.float64] | None = None) -> Csr:
    """Return the probability that a customer of i goes to j, shape (n, m), with the pattern of ``attraction``.

    ``outside`` is o_i, shape (n,), at least 0; without it 0, and the row of a demand point that reaches any outlet
    sums to 1.

    Examples
    --------
    >>> patronage(sparse.csr_array(np.array([[1.0, 3.0]])), np.array([4.0])).toarray()
    array([[0.125, 0.375]])
    """
    total = np.asarray(attraction.sum(axis=1), dtype=np.float64).ravel()
    if outside is not None:
        if outside.shape != total.shape or (outside < 0).any() or not np.isfinite(outside).all():
            raise InputError(f"outside has shape {outside.shape} or a negative entry; expected {total.shape}, from 0")
        total = total + outside
    rows = np.repeat(np.arange(attraction.shape[0]), np.diff(attraction.indptr))
    data = np.divide(attraction.data, total[rows], out=np.zeros_like(attraction.data), where=total[rows] > 0)
    return sparse.csr_array((data, attraction.indices, attraction.indptr), shape=attraction.shape)
