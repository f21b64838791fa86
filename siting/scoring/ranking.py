"""Value each feature from 0 to 100 and add the values up by weight.

::

    v_jk = 100 · (x_jk − lo_k) / (hi_k − lo_k), cut to 0 … 100        100 − v where less is better
    ω_jk = w_k / Σ_{l known at j} w_l
    score_j = Σ_k ω_jk · v_jk

x_jk is feature k of candidate j. lo and hi are the least and greatest figure after Tukey's outer fences (1977),
quartile ∓ 3 interquartile ranges, have cut off what is far out, so that one extreme candidate does not press all others
together.
A missing figure is neither best nor worst: the candidate is judged by the features it has, their weights scaled up to
sum to 1. A feature that is alike for all candidates tells none apart and is left out in the same way. The weighted sum
is the additive value model of Keeney and Raiffa (1976).

Contributions are whole multiples of 0.0001 that sum to the score exactly, so that the breakdown as written adds up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError

DECIMALS = 4
_UNIT = 10**DECIMALS
_FENCE = 3.0
_NOISE = 1e-9


@dataclass(frozen=True)
class Ranking:
    """Scores of m candidates by k features.

    Parameters
    ----------
    score
        0–100, shape (m,); NaN for a candidate without a single known feature.
    rank
        1 is best, shape (m,); candidates of equal score by id; those without score last.
    values
        Value of each feature, 0–100, shape (m, k); NaN where missing or alike for all.
    weights
        Weight of each feature at each candidate, shape (m, k); rows sum to 1, or are 0 without score.
    contributions
        Shape (m, k), multiples of 0.0001; rows sum to ``score``.
    """

    score: NDArray[np.float64]
    rank: NDArray[np.int64]
    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    contributions: NDArray[np.float64]


def robust_range(raw: NDArray[np.float64]) -> tuple[float, float] | None:
    """Return the least and greatest known figure within Tukey's outer fences, or None where no two differ.

    Examples
    --------
    >>> robust_range(np.array([1.0, 2.0, 3.0, 4.0, 1000.0]))
    (1.0, 10.0)
    """
    known = raw[np.isfinite(raw)]
    if known.size == 0:
        return None
    low, high = float(known.min()), float(known.max())
    if high - low <= _NOISE * max(abs(low), abs(high), 1.0):
        return None
    first, third = (float(q) for q in np.quantile(known, [0.25, 0.75]))
    reach = _FENCE * (third - first)
    if reach <= _NOISE * max(abs(low), abs(high), 1.0):
        return low, high
    return max(low, first - reach), min(high, third + reach)


def value_of(raw: NDArray[np.float64], *, more_is_better: bool) -> NDArray[np.float64]:
    """Return values 0–100 of one feature, shape (m,); NaN where it is missing, all NaN where it is alike for all."""
    ends = robust_range(raw)
    if ends is None:
        return np.full(raw.shape, np.nan)
    value = np.clip(100.0 * (raw - ends[0]) / (ends[1] - ends[0]), 0.0, 100.0)
    return np.asarray(value if more_is_better else 100.0 - value, dtype=np.float64)


def effective_weights(weights: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights (k,) shared out over the features each candidate has, shape (m, k)."""
    present = np.where(np.isfinite(values), weights[None, :], 0.0)
    total = present.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(present, total, out=np.zeros_like(present), where=total > 0), dtype=np.float64)


def rank_candidates(values: NDArray[np.float64], weights: NDArray[np.float64], ids: Sequence[str]) -> Ranking:
    """Score and rank m candidates from their values (m, k) and the weights (k,) of the features.

    Raises
    ------
    InputError
        When the shapes differ, or the weights are negative or sum to 0.
    """
    m, k = values.shape
    if weights.shape != (k,) or len(ids) != m:
        raise InputError(f"values have shape {values.shape}; expected ({len(ids)}, {weights.size})")
    if (weights < 0).any() or not weights.sum() > 0:
        raise InputError("a weight is negative or all are 0; expected numbers from 0, one above it")
    shares = effective_weights(weights, values)
    units = _whole_units(shares * np.nan_to_num(values, nan=0.0))
    scored = shares.sum(axis=1) > 0
    total = units.sum(axis=1)
    return Ranking(
        score=np.where(scored, total / _UNIT, np.nan),
        rank=_ranks(np.where(scored, total, -1), ids),
        values=values,
        weights=shares,
        contributions=units / _UNIT,
    )


def _whole_units(contributions: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round each row to whole units so that it sums to its rounded sum, by largest remainders (Hamilton, 1792)."""
    exact = np.round(contributions * _UNIT, 6)
    floor = np.floor(exact)
    rest = exact - floor
    missing = np.floor(rest.sum(axis=1) + 0.5).astype(np.int64)
    order = np.argsort(-rest, axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(rest.shape[1])[None, :], axis=1)
    return np.asarray(floor.astype(np.int64) + (place < missing[:, None]), dtype=np.int64)


def _ranks(units: NDArray[np.int64], ids: Sequence[str]) -> NDArray[np.int64]:
    order = np.lexsort((np.asarray(ids, dtype=np.str_), -units))
    rank = np.empty(units.shape, dtype=np.int64)
    rank[order] = np.arange(1, units.size + 1)
    return rank
