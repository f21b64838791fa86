"""Put a candidate's values together into one score, 0–100: weighted sum, TOPSIS or VIKOR.

::

    weighted sum   Σ_k ω_jk v_jk
    topsis         100 · D⁻_j / (D⁺_j + D⁻_j)           D⁺_j² = Σ_k (ω_jk (1 − u_jk))²    D⁻_j² = Σ_k (ω_jk u_jk)²
    vikor          100 · (1 − γ S_j − (1 − γ) R_j)      S_j = Σ_k ω_jk (1 − u_jk)
                                                        R_j = max_k ω_jk (1 − u_jk) / max_k ω_jk

v_jk is the value 0–100, u_jk = v_jk / 100, ω_jk the weights shared out over the features candidate j has. TOPSIS (Hwang
and Yoon, 1981) is the nearness to the ideal against the anti-ideal; VIKOR (Opricovic and Tzeng, 2004) weighs the mean
shortfall, γ, against the worst one. In both a good figure makes up for a bad one less than in the weighted sum.

Figures are normalised by the value functions, so that both methods see 0–1, more is better. The ideal is the value 100
in everything and the anti-ideal 0, whoever the candidates are (fictitious alternatives, García-Cascales and Lamata,
2012): a score does not change, nor two candidates swap places, because a third is added. Scores come from pymcdm, one
call for each set of features that candidates have; `aggregate_drawn` is the same in arrays for many weights at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.settings.weighing import Method

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Aggregation:
    """How values become a score; ``mean`` is γ of VIKOR, 0–1."""

    method: Method = "weighted_sum"
    mean: float = 0.5


WEIGHTED_SUM = Aggregation()


def effective_weights(weights: Floats, values: Floats) -> Floats:
    """Return the weights (k,) shared out over the features each candidate has, shape (m, k); rows sum to 1 or 0."""
    present = np.where(np.isfinite(values), weights[None, :], 0.0)
    total = present.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(present, total, out=np.zeros_like(present), where=total > 0), dtype=np.float64)


def aggregate(values: Floats, weights: Floats, how: Aggregation = WEIGHTED_SUM) -> Floats:
    """Return scores 0–100, shape (m,), NaN where no weighed feature is known.

    Parameters
    ----------
    values
        Values 0–100, shape (m, k), NaN where missing.
    weights
        From 0, one above it, shape (k,).
    how
        The method.

    Examples
    --------
    >>> aggregate(np.array([[75.0, 50.0]]), np.array([0.5, 0.5]), Aggregation("topsis")).round(4)
    array([61.7218])
    """
    score = np.full(len(values), np.nan)
    if how.method == "weighted_sum":
        shares = effective_weights(weights, values)
        sums = (shares * np.nan_to_num(values, nan=0.0)).sum(axis=1)
        score[:] = np.where(shares.sum(axis=1) > 0, sums, np.nan)
        return score
    judge = _library(how)
    for rows, used in _alike_in_features(values, weights):
        ends = np.stack([np.ones(used.size), np.zeros(used.size)])
        matrix = np.concatenate([values[np.ix_(rows, used)] / 100.0, ends])
        score[rows] = 100.0 * judge(matrix, weights[used] / weights[used].sum())[:-2]
    return np.asarray(np.clip(score, 0.0, 100.0), dtype=np.float64)


def _library(how: Aggregation) -> Callable[[Floats, Floats], Floats]:
    """Return pymcdm's method as a function of the matrix and the weights, more is better, 0–1.

    Its own checks are off: they warn of the ideal and the anti-ideal among the rows.
    """
    from pymcdm.methods import TOPSIS, VIKOR

    def judge(matrix: Floats, weights: Floats) -> Floats:
        benefit = np.ones(weights.size)
        if how.method == "topsis":
            return np.asarray(TOPSIS()(matrix, weights, benefit, validation=False), dtype=np.float64)
        return np.asarray(1.0 - VIKOR(v=how.mean)(matrix, weights, benefit, validation=False), dtype=np.float64)

    return judge


def _alike_in_features(values: Floats, weights: Floats) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield the candidates that have the same weighed features, and those features, where there is one."""
    known = np.isfinite(values) & (weights > 0)[None, :]
    patterns, which = np.unique(known, axis=0, return_inverse=True)
    for at, pattern in enumerate(patterns):
        if pattern.any():
            yield np.flatnonzero(which.reshape(-1) == at), np.flatnonzero(pattern)


def aggregate_drawn(values: Floats, how: Aggregation) -> Callable[[Floats], Floats]:
    """Return a function from weights, shape (b, k), rows summing to 1, to scores 0–100, shape (b, m).

    ``values`` has shape (m, k), NaN where missing. Where weights leave a candidate nothing it has, its score is 0.
    """
    known = np.isfinite(values)
    have = None if known.all() else known.astype(np.float64)
    merit = np.where(known, values, 0.0) / 100.0
    lack = np.where(known, 1.0 - merit, 0.0)
    if how.method == "weighted_sum":
        return lambda drawn: _mean(drawn, merit, have)
    if how.method == "topsis":
        return lambda drawn: _closeness(drawn, merit, lack)
    return lambda drawn: _compromise(drawn, lack, have, how.mean)


def _mean(drawn: Floats, merit: Floats, have: Floats | None) -> Floats:
    score = drawn @ (100.0 * merit).T
    return score if have is None else _ratio(score, drawn @ have.T)


def _closeness(drawn: Floats, merit: Floats, lack: Floats) -> Floats:
    squared = drawn**2
    near = np.sqrt(squared @ (merit**2).T)
    far = np.sqrt(squared @ (lack**2).T)
    far += near
    return _ratio(100.0 * near, far)


def _compromise(drawn: Floats, lack: Floats, have: Floats | None, mean: float) -> Floats:
    shape = (len(drawn), len(lack))
    shortfall, largest = np.zeros(shape), np.zeros(shape)
    for k in range(lack.shape[1]):
        np.maximum(shortfall, np.multiply.outer(drawn[:, k], lack[:, k]), out=shortfall)
        if have is not None:
            np.maximum(largest, np.multiply.outer(drawn[:, k], have[:, k]), out=largest)
    if have is None:
        short = mean * (drawn @ lack.T) + (1.0 - mean) * shortfall / drawn.max(axis=1, keepdims=True)
        return np.asarray(100.0 * (1.0 - short), dtype=np.float64)
    short = mean * _ratio(drawn @ lack.T, drawn @ have.T) + (1.0 - mean) * _ratio(shortfall, largest)
    return np.where(largest > 0, 100.0 * (1.0 - short), 0.0)


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Return part / whole, 0 where a draw gives all its weight to features that a candidate lacks."""
    return np.asarray(np.divide(part, whole, out=np.zeros_like(part), where=whole > 0), dtype=np.float64)
