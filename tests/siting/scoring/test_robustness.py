"""Rank intervals, mean ranks and the share among the best k under random weights."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.errors import InputError
from siting.scoring import robustness
from siting.scoring.aggregation import Aggregation, aggregate
from siting.scoring.ranking import rank_candidates
from siting.scoring.robustness import RankSpread, SpreadQuestion, draw_weights, rank_spread
from siting.scoring.tally import count_bins, quantile_of_counts, rank_block

WEIGHTS = np.array([0.5, 0.3, 0.2, 0.0])
METHODS = [Aggregation("weighted_sum"), Aggregation("topsis"), Aggregation("vikor")]


def spread_of(values: np.ndarray, draws: int = 300, how: Aggregation = METHODS[0]) -> tuple[np.ndarray, RankSpread]:
    ranking = rank_candidates(values, WEIGHTS, [f"c{j:02}" for j in range(len(values))], how)
    drawn = draw_weights(WEIGHTS, draws, 50.0, 0)
    return ranking.rank, rank_spread(values, drawn, ranking.rank, SpreadQuestion(interval=0.9, top=2), how)


def test_drawn_weights_have_the_stated_mean_and_spread() -> None:
    drawn = draw_weights(WEIGHTS, 20_000, 50.0, 1)
    np.testing.assert_allclose(drawn.sum(axis=1), 1.0)
    np.testing.assert_allclose(drawn.mean(axis=0), WEIGHTS, atol=5e-3)
    np.testing.assert_allclose(drawn.std(axis=0), np.sqrt(WEIGHTS * (1 - WEIGHTS) / 51), atol=2e-3)
    assert (drawn[:, 3] == 0).all()


def test_the_same_seed_gives_the_same_draws() -> None:
    np.testing.assert_array_equal(draw_weights(WEIGHTS, 50, 50.0, 7), draw_weights(WEIGHTS, 50, 50.0, 7))
    assert (draw_weights(WEIGHTS, 50, 50.0, 7) != draw_weights(WEIGHTS, 50, 50.0, 8)).any()


def test_who_is_best_in_everything_is_first_under_all_weights() -> None:
    values = np.array([[90.0, 90, 90, 0], [50.0, 50, 50, 100], [10.0, 80, 20, 50], [80.0, 10, 20, 50]])
    rank, spread = spread_of(values)
    assert (spread.low[0], spread.high[0], spread.mean[0], spread.top[0]) == (1, 1, 1.0, 1.0)
    assert spread.low[3] < spread.high[3]
    assert ((spread.low <= rank) & (rank <= spread.high)).all()


def plain_spread(values: np.ndarray, rank: np.ndarray, draws: int, how: Aggregation) -> list[np.ndarray]:
    """Return low, high, mean and top 2 by scoring and sorting draw by draw; equal scores keep the order of the rank."""
    every = []
    for drawn in draw_weights(WEIGHTS, draws, 50.0, 0):
        order = np.lexsort((rank, -np.round(aggregate(values, drawn, how), 6)))
        every.append(np.argsort(order) + 1)
    ranks = np.array(every)
    best, worst = np.quantile(ranks, [0.05, 0.95], axis=0, method="nearest")
    return [np.minimum(best, rank), np.maximum(worst, rank), ranks.mean(axis=0), (ranks <= 2).mean(axis=0)]


@pytest.mark.parametrize("every_rank", [6000, 1])
@pytest.mark.parametrize("how", METHODS, ids=str)
@given(seed=st.integers(0, 100_000))
@settings(max_examples=8, deadline=None)
def test_agrees_with_ranking_draw_by_draw(how: Aggregation, every_rank: int, seed: int) -> None:
    """Both ways of counting: every rank, and bins first; in one block and in many."""
    rng = np.random.default_rng(seed)
    m = int(rng.integers(2, 12))
    values = np.where(rng.random((m, 4)) < 0.2, np.nan, rng.uniform(0, 100, (m, 4)))
    values[:, 0] = rng.uniform(0, 100, m)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(robustness, "_EVERY_RANK", every_rank)
        patch.setattr(robustness, "_BLOCK", 7 * m)
        rank, spread = spread_of(values, 51, how)
    low, high, mean, top = plain_spread(values, rank, 51, how)
    np.testing.assert_array_equal(spread.low, low)
    np.testing.assert_array_equal(spread.high, high)
    np.testing.assert_allclose(spread.mean, mean)
    np.testing.assert_allclose(spread.top, top)


def test_shares_among_the_best_sum_to_their_number_and_means_to_the_mean_rank() -> None:
    values = np.random.default_rng(1).uniform(0, 100, (30, 4))
    _, spread = spread_of(values)
    assert spread.top.sum() == pytest.approx(2.0)
    assert spread.mean.sum() == pytest.approx(30 * 31 / 2)


def test_without_score_the_interval_is_the_last_rank() -> None:
    values = np.array([[np.nan] * 4, [1.0, 2.0, 3.0, 4.0], [np.nan, np.nan, np.nan, 100.0]])
    rank, spread = spread_of(values)
    np.testing.assert_array_equal(rank, [2, 1, 3])
    np.testing.assert_array_equal(spread.low, rank)
    np.testing.assert_array_equal(spread.high, rank)
    np.testing.assert_array_equal(spread.top, [np.nan, 1.0, np.nan])
    np.testing.assert_array_equal(spread.mean, [np.nan, 1.0, np.nan])


def test_nobody_with_a_score_is_told_so() -> None:
    rank, spread = spread_of(np.full((2, 4), np.nan))
    np.testing.assert_array_equal(spread.high, rank)
    assert np.isnan(spread.top).all()


@pytest.mark.parametrize("how", METHODS, ids=str)
def test_draws_that_leave_a_candidate_nothing_are_survived(how: Aggregation) -> None:
    """With next to no concentration whole draws fall on one feature, which a candidate may lack."""
    values = np.array([[50.0, np.nan, np.nan, 0.0], [40.0, 60.0, 20.0, 0.0], [np.nan, 70.0, 10.0, 0.0]])
    drawn = draw_weights(WEIGHTS, 200, 1e-3, 0)
    spread = rank_spread(values, drawn, np.array([1, 2, 3]), SpreadQuestion(top=1), how)
    assert spread.top.sum() == pytest.approx(1.0)


def test_ranks_of_a_block_by_hand() -> None:
    """Equal to a millionth keeps the order; 0 and 100 are the ends of the digits."""
    scores = np.array([[50.0, 50.0000001, 100.0, 0.0], [0.0, 0.00001, 99.99999, 100.0]])
    np.testing.assert_array_equal(rank_block(scores), [[2, 3, 1, 4], [4, 3, 2, 1]])


def test_counts_and_quantiles_by_hand() -> None:
    """Ranks 1, 2, 2, 5 in bins of two: 1–2 three times, 5–6 once; the last of the four is in the third bin."""
    counts = np.zeros((1, 3), dtype=np.int32)
    count_bins(np.array([[1], [2], [2], [5]], dtype=np.int32), np.zeros(1, dtype=np.int64), 2, counts)
    np.testing.assert_array_equal(counts, [[3, 0, 1]])
    for place, expected in [(0, (0, 0)), (2, (0, 2)), (3, (2, 0))]:
        found = quantile_of_counts(counts, np.array([place], dtype=np.int64))
        assert (found[0][0], found[1][0]) == expected


@pytest.mark.slow
def test_many_candidates_agree_in_both_ways_of_counting() -> None:
    values = np.random.default_rng(9).uniform(0, 100, (700, 4))
    one, other = spread_of(values, 200)[1], None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(robustness, "_EVERY_RANK", 10)
        other = spread_of(values, 200)[1]
    np.testing.assert_array_equal(one.low, other.low)
    np.testing.assert_array_equal(one.high, other.high)
    np.testing.assert_array_equal(one.top, other.top)


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match="all are 0"):
        draw_weights(np.zeros(2), 10, 50.0, 0)
    with pytest.raises(InputError, match="expected at least 1 and above 0"):
        draw_weights(np.ones(2), 10, 0.0, 0)
