"""Derive weights from how the candidates differ: by entropy, or by contrast and conflict (CRITIC).

::

    entropy    p_jk = v_jk / Σ_j v_jk       e_k = − Σ_j p_jk ln p_jk / ln m_k       w_k ∝ 1 − e_k
    critic     C_k = σ_k · Σ_l (1 − r_kl)                                           w_k ∝ C_k

v_jk is the value 0–100 of feature k at candidate j, m_k how many candidates have it, σ_k its standard deviation and
r_kl the correlation of two features over the candidates that have both. 0 · ln 0 is 0. Entropy: Shannon (1948), Zeleny
(1982), Hwang and Yoon (1981); a feature that few candidates are good at weighs most. CRITIC: Diakoulaki, Mavrotas and
Papayannakis (1995); a feature that tells candidates apart and says what no other says weighs most.

Such weights tell how much a feature distinguishes these candidates, not how much it matters; they change when a
candidate is added.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError

_NOISE = 1e-12

Floats = NDArray[np.float64]


def entropy_weights(values: Floats) -> Floats:
    """Return weights, shape (k,), summing to 1, from values 0–100, shape (m, k), NaN where not known.

    Raises
    ------
    InputError
        When no feature tells any two candidates apart.
    """
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    total = filled.sum(axis=0)
    share = np.divide(filled, total, out=np.zeros_like(filled), where=total > 0)
    surprise = np.where(share > 0, -share * np.log(np.where(share > 0, share, 1.0)), 0.0).sum(axis=0)
    count = known.sum(axis=0)
    most = np.log(np.maximum(count, 2))
    return _scaled(np.where((count > 1) & (total > 0), 1.0 - surprise / most, 0.0))


def critic_weights(values: Floats) -> Floats:
    """Return weights, shape (k,), summing to 1, from values 0–100, shape (m, k), NaN where not known.

    Raises
    ------
    InputError
        When no feature tells any two candidates apart.
    """
    contrast = np.array([_deviation(column) for column in values.T])
    conflict = 1.0 - np.array([[_correlation(a, b) for b in values.T] for a in values.T])
    np.fill_diagonal(conflict, 0.0)
    varied = contrast > _NOISE
    conflict = np.where(varied[:, None] & varied[None, :], conflict, 0.0)
    if varied.sum() == 1:
        return _scaled(np.where(varied, 1.0, 0.0))
    return _scaled(contrast * conflict.sum(axis=1))


def _deviation(column: Floats) -> float:
    known = column[np.isfinite(column)]
    return float(known.std(ddof=1)) if known.size > 1 else 0.0


def _correlation(a: Floats, b: Floats) -> float:
    """Return Pearson's correlation over the candidates that have both; 0 where one of them is alike for all."""
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < 2:
        return 0.0
    x, y = a[both] - a[both].mean(), b[both] - b[both].mean()
    size = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / size if size > _NOISE else 0.0


def _scaled(weights: Floats) -> Floats:
    kept = np.where(weights > _NOISE, weights, 0.0)
    if not kept.sum() > 0:
        raise InputError('siting.score.weighing: no feature tells any two candidates apart; use weighing = "direct"')
    return np.asarray(kept / kept.sum(), dtype=np.float64)
