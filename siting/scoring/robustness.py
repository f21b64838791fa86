"""Say how far a candidate's rank moves when the weights do.

Weights are drawn at random around the chosen ones from a Dirichlet distribution with mean w and concentration κ, so
that weight k has standard deviation sqrt(w_k (1 − w_k) / (κ + 1)); every candidate is ranked under every draw, and its
rank interval holds the middle share of its ranks. Stochastic multicriteria acceptability analysis (Lahdelma, Hokkanen
and Salminen, 1998) with weights near the planner's own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError

_BLOCK = 4_000_000
_DECIMALS = 6


def draw_weights(weights: NDArray[np.float64], draws: int, concentration: float, seed: int) -> NDArray[np.float64]:
    """Return random weights around ``weights`` (k,), shape (draws, k); a weight of 0 stays 0.

    Raises
    ------
    InputError
        When a weight is negative, all are 0, or the concentration is not above 0.
    """
    if (weights < 0).any() or not weights.sum() > 0:
        raise InputError("a weight is negative or all are 0; expected numbers from 0, one above it")
    if not concentration > 0 or draws < 1:
        raise InputError(f"{draws} draws of concentration {concentration}; expected at least 1 and above 0")
    used = weights > 0
    drawn = np.zeros((draws, weights.size))
    chosen = weights[used] / weights.sum()
    drawn[:, used] = np.random.default_rng(seed).dirichlet(concentration * chosen, size=draws)
    return drawn


def rank_interval(
    values: NDArray[np.float64], drawn: NDArray[np.float64], rank: NDArray[np.int64], interval: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the best and the worst rank of each candidate over the middle ``interval`` of the draws.

    Parameters
    ----------
    values
        Values 0–100, shape (m, k), NaN where missing: weights are shared out over the features a candidate has.
    drawn
        Random weights, shape (draws, k).
    rank
        Rank under the chosen weights, shape (m,); the interval always holds it.
    interval
        Share of the draws within, between 0 and 1.

    Returns
    -------
    Two arrays of shape (m,): lowest (best) and highest rank; both the rank where no feature is known.
    """
    scored = np.flatnonzero((np.isfinite(values) & (drawn > 0).any(axis=0)).any(axis=1))
    low, high = rank.copy(), rank.copy()
    if scored.size == 0:
        return low, high
    ranks = _ranks_by_draw(values[scored], drawn, rank[scored])
    tail = (1.0 - interval) / 2.0
    best, worst = np.quantile(ranks, [tail, 1.0 - tail], axis=0, method="nearest")
    low[scored] = np.minimum(best, rank[scored])
    high[scored] = np.maximum(worst, rank[scored])
    return low, high


def _ranks_by_draw(
    values: NDArray[np.float64], drawn: NDArray[np.float64], rank: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Return the rank of each candidate under each draw, shape (draws, m); ties in the order of ``rank``."""
    order = np.argsort(rank, kind="stable")
    known = np.isfinite(values[order]).astype(np.float64)
    filled = np.nan_to_num(values[order], nan=0.0)
    ranks = np.empty((drawn.shape[0], len(order)), dtype=np.int32)
    step = max(1, _BLOCK // max(1, len(order)))
    for start in range(0, drawn.shape[0], step):
        block = drawn[start : start + step]
        total = block @ known.T
        score = np.divide(block @ filled.T, total, out=np.zeros_like(total), where=total > 0)
        best_first = np.argsort(-np.round(score, _DECIMALS), axis=1, kind="stable")
        at = np.empty_like(best_first, dtype=np.int32)
        np.put_along_axis(at, best_first, np.arange(1, len(order) + 1, dtype=np.int32)[None, :], axis=1)
        ranks[start : start + step, order] = at
    return ranks
