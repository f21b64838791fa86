"""Say how far a candidate's rank moves when the weights do.

Weights are drawn at random around the chosen ones from a Dirichlet distribution with mean w and concentration κ, so
that weight k has standard deviation sqrt(w_k (1 − w_k) / (κ + 1)); every candidate is ranked under every draw. Told of
each are the interval that holds the middle share of its ranks, its mean rank, and the share of the draws in which it is
among the best k. Stochastic multicriteria acceptability analysis (Lahdelma, Hokkanen and Salminen, 1998; the shares are
its rank acceptability indices, summed to k) with weights near the planner's own.

Draws are ranked in blocks and only counted, so that memory grows with the candidates and not with the draws (see
`tally`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.scoring.aggregation import WEIGHTED_SUM, Aggregation, aggregate_drawn
from siting.scoring.tally import count_bins, quantile_of_counts, rank_block

_BLOCK = 2_000_000
_EVERY_RANK = 6000

Floats = NDArray[np.float64]
Ranks = NDArray[np.int32]


@dataclass(frozen=True)
class RankSpread:
    """How the ranks of m candidates spread over the draws.

    Parameters
    ----------
    low, high
        Best and worst rank over the middle share of the draws, shape (m,); they always hold the rank itself, and are it
        for a candidate without score.
    mean
        Mean rank, shape (m,); NaN without score.
    top
        Share of the draws among the best k, shape (m,), 0–1; NaN without score.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    mean: Floats
    top: Floats


def draw_weights(weights: Floats, draws: int, concentration: float, seed: int) -> Floats:
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


@dataclass(frozen=True, kw_only=True)
class SpreadQuestion:
    """What is asked of the draws: the middle share of the ranks, 0–1, and the k of the best k."""

    interval: float = 0.9
    top: int = 1


def rank_spread(
    values: Floats,
    drawn: Floats,
    rank: NDArray[np.int64],
    question: SpreadQuestion,
    how: Aggregation = WEIGHTED_SUM,
) -> RankSpread:
    """Return how the rank of each candidate spreads over the draws.

    Parameters
    ----------
    values
        Values 0–100, shape (m, k), NaN where missing: weights are shared out over the features a candidate has.
    drawn
        Random weights, shape (draws, k), rows summing to 1.
    rank
        Rank under the chosen weights, shape (m,); candidates of equal score keep its order.
    question
        What is asked.
    how
        How values become a score.
    """
    weighed = np.asarray((drawn > 0).any(axis=0), dtype=np.bool_)
    scored = np.flatnonzero((np.isfinite(values) & weighed[None, :]).any(axis=1))
    spread = RankSpread(rank.copy(), rank.copy(), np.full(rank.shape, np.nan), np.full(rank.shape, np.nan))
    if scored.size == 0:
        return spread
    order = scored[np.argsort(rank[scored], kind="stable")]
    draws = _Draws(values[np.ix_(order, weighed)], drawn[:, weighed], how)
    best, worst, total, among = _counted(draws, question)
    spread.low[order] = np.minimum(best, rank[order])
    spread.high[order] = np.maximum(worst, rank[order])
    spread.mean[order] = total / len(drawn)
    spread.top[order] = among / len(drawn)
    return spread


class _Draws:
    """Ranks of m candidates under each draw, block by block; candidates of equal score in the order given."""

    def __init__(self, values: Floats, drawn: Floats, how: Aggregation) -> None:
        self.count = len(values)
        self.size = len(drawn)
        self._drawn = drawn
        self._score = aggregate_drawn(values, how)

    def blocks(self) -> Iterator[Ranks]:
        """Yield ranks, each shape (b, m)."""
        step = max(1, _BLOCK // self.count)
        for start in range(0, self.size, step):
            yield rank_block(self._score(self._drawn[start : start + step]))


@dataclass(frozen=True)
class _Coarse:
    """Ranks counted in bins: per candidate and end, the bin that holds it and its place within; sums over all draws."""

    ends: tuple[tuple[NDArray[np.int64], NDArray[np.int64]], ...]
    total: NDArray[np.int64]
    among: NDArray[np.int64]


def _counted(draws: _Draws, question: SpreadQuestion) -> tuple[NDArray[np.int64], ...]:
    """Return the least and greatest rank within the interval, the sum of ranks, and the draws among the best k.

    Where there are many candidates, ranks are first counted in bins of about the square root of their number, and then
    one by one within the two bins that hold the ends of the interval.
    """
    m = draws.count
    width = 1 if m <= _EVERY_RANK else int(np.ceil(np.sqrt(m)))
    coarse = _in_bins(draws, question, width)
    if width == 1:
        low, high = (bins + 1 for bins, _ in coarse.ends)
        return low, high, coarse.total, coarse.among
    fine = [np.zeros((m, width), dtype=np.int32) for _ in coarse.ends]
    for ranks in draws.blocks():
        for (bins, _), counts in zip(coarse.ends, fine, strict=True):
            count_bins(ranks, bins * width, 1, counts)
    low, high = (
        bins * width + quantile_of_counts(counts, rest)[0] + 1
        for (bins, rest), counts in zip(coarse.ends, fine, strict=True)
    )
    return low, high, coarse.total, coarse.among


def _in_bins(draws: _Draws, question: SpreadQuestion, width: int) -> _Coarse:
    m, tail = draws.count, (1.0 - question.interval) / 2.0
    total, among, nowhere = (np.zeros(m, dtype=np.int64) for _ in range(3))
    counts = np.zeros((m, -(-m // width)), dtype=np.int32)
    for ranks in draws.blocks():
        total += ranks.sum(axis=0)
        among += (ranks <= question.top).sum(axis=0)
        count_bins(ranks, nowhere, width, counts)
    places = (round((draws.size - 1) * share) for share in (tail, 1.0 - tail))
    return _Coarse(tuple(quantile_of_counts(counts, np.full(m, place)) for place in places), total, among)
