"""Say how much of a score comes from each feature, so that the parts sum to it.

::

    φ_jk = Σ_{A ∌ k} |A|! (n − |A| − 1)! / n! · (f_j(A ∪ k) − f_j(A))

f_j(A) is the score of candidate j with its own values in the features A and the value 0 in all others; n features
weigh. The contribution of a feature is its Shapley value (1953) against a candidate that is worst in everything: what
it adds to the score, averaged over all orders in which features may be looked at. Contributions sum to the score, a
feature worth 0 contributes 0, a better value never contributes less, and in the weighted sum φ_jk is just ω_jk v_jk.
TOPSIS and VIKOR have no terms of their own to read contributions from; this is the one way to share them out that
treats features alike and is additive.

The mean shortfall of VIKOR is additive and needs no averaging; the rest is summed over all 2ⁿ sets.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.scoring.aggregation import WEIGHTED_SUM, Aggregation

MOST_FEATURES = 16
_BLOCK = 1 << 22

Floats = NDArray[np.float64]


def contributions_of(values: Floats, shares: Floats, how: Aggregation = WEIGHTED_SUM) -> Floats:
    """Return what each feature contributes to each score, shape (m, k); rows sum to the score, 0 without one.

    Parameters
    ----------
    values
        Values 0–100, shape (m, k), NaN where missing.
    shares
        Weights of one candidate, summing to 1 over what it has, shape (m, k); rows of 0 have no score.
    how
        The method.

    Raises
    ------
    InputError
        When more than 16 features weigh and the method is not the weighted sum.
    """
    merit = np.nan_to_num(values, nan=0.0) / 100.0
    if how.method == "weighted_sum":
        return np.asarray(100.0 * shares * merit, dtype=np.float64)
    used = np.flatnonzero((shares > 0).any(axis=0))
    if used.size > MOST_FEATURES:
        raise InputError(
            f"siting.score: {used.size} features weigh; {how.method} shares its score out over at most {MOST_FEATURES}"
        )
    parts = np.zeros_like(merit)
    if used.size:
        step = max(1, _BLOCK >> used.size)
        sets, coefficients = _sets(used.size), _coefficients(used.size)
        for start in range(0, len(values), step):
            rows = np.s_[start : start + step]
            scores = _scores_of_sets(merit[rows, used], shares[rows, used], sets, how)
            parts[rows, used] = scores @ coefficients
    if how.method == "vikor":
        parts += 100.0 * how.mean * shares * merit
    return parts


def _sets(n: int) -> NDArray[np.bool_]:
    """Return every set of n features, shape (2ⁿ, n)."""
    return (np.arange(1 << n)[:, None] >> np.arange(n)[None, :] & 1).astype(np.bool_)


def _coefficients(n: int) -> Floats:
    """Return what the score of each set counts in each feature's Shapley value, shape (2ⁿ, n)."""
    sets = _sets(n)
    size = sets.sum(axis=1)
    orders = [math.factorial(s) * math.factorial(n - s - 1) / math.factorial(n) for s in range(n)]
    gained, lost = np.array([0.0, *orders]), np.array([*orders, 0.0])
    return np.asarray(np.where(sets, gained[size][:, None], -lost[size][:, None]), dtype=np.float64)


def _scores_of_sets(merit: Floats, shares: Floats, sets: NDArray[np.bool_], how: Aggregation) -> Floats:
    """Return the score of every candidate by every set, shape (b, 2ⁿ), without the additive part of VIKOR."""
    if how.method == "topsis":
        squared = shares**2
        near = np.sqrt((squared * merit**2) @ sets.T)
        gained = (squared * (1.0 - (1.0 - merit) ** 2)) @ sets.T
        far = np.sqrt(np.maximum(squared.sum(axis=1, keepdims=True) - gained, 0.0))
        total = near + far
        return np.asarray(100.0 * np.divide(near, total, out=np.zeros_like(near), where=total > 0), dtype=np.float64)
    worst = np.zeros((len(merit), len(sets)))
    for k in range(sets.shape[1]):
        here = np.where(sets[:, k][None, :], 1.0 - merit[:, k, None], 1.0)
        np.maximum(worst, shares[:, k, None] * here, out=worst)
    largest = shares.max(axis=1, keepdims=True)
    eased = 1.0 - np.divide(worst, largest, out=np.ones_like(worst), where=largest > 0)
    return np.asarray(100.0 * (1.0 - how.mean) * eased, dtype=np.float64)
