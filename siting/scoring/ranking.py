"""Score candidates from the values of their features, rank them, and say where each score comes from.

::

    ω_jk = w_k / Σ_{l known at j} w_l
    score_j = f(v_j, ω_j)

v_jk is the value 0–100 of feature k at candidate j and f the weighted sum, TOPSIS or VIKOR (see `aggregation`). A
missing figure is neither best nor worst: the candidate is judged by the features it has, their weights scaled up to sum
to 1. A feature that has no value at any candidate is left out in the same way. The weighted sum is the additive value
model of Keeney and Raiffa (1976).

Contributions are whole multiples of 0.0001 that sum to the score exactly, so that the breakdown as written adds up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.scoring.aggregation import WEIGHTED_SUM, Aggregation, aggregate, effective_weights
from siting.scoring.parts import contributions_of

DECIMALS = 4
_UNIT = 10**DECIMALS
_AGREE = 1e-6


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


def rank_candidates(
    values: NDArray[np.float64], weights: NDArray[np.float64], ids: Sequence[str], how: Aggregation = WEIGHTED_SUM
) -> Ranking:
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
    parts = contributions_of(values, shares, how)
    scored = shares.sum(axis=1) > 0
    exact = aggregate(values, weights, how)
    assert np.allclose(parts.sum(axis=1)[scored], exact[scored], rtol=0.0, atol=_AGREE), "contributions miss the score"
    units = _whole_units(parts)
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
