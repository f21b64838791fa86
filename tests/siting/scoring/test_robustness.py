"""Rank intervals under random weights."""

import numpy as np
import pytest

from outlet.errors import InputError
from siting.scoring.ranking import effective_weights, rank_candidates
from siting.scoring.robustness import draw_weights, rank_interval

WEIGHTS = np.array([0.5, 0.3, 0.2, 0.0])


def intervals(values: np.ndarray, seed: int = 0, draws: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ranking = rank_candidates(values, WEIGHTS, [f"c{j:02}" for j in range(len(values))])
    return ranking.rank, *rank_interval(values, draw_weights(WEIGHTS, draws, 50.0, seed), ranking.rank, 0.9)


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
    rank, low, high = intervals(values)
    assert (low[0], high[0]) == (1, 1)
    assert low[3] < high[3]
    assert ((low <= rank) & (rank <= high)).all()


def test_agrees_with_ranking_draw_by_draw() -> None:
    rng = np.random.default_rng(5)
    values = np.where(rng.random((9, 4)) < 0.2, np.nan, rng.uniform(0, 100, (9, 4)))
    rank, low, high = intervals(values, draws=101)
    every = []
    for drawn in draw_weights(WEIGHTS, 101, 50.0, 0):
        score = np.nansum(effective_weights(drawn, values) * np.nan_to_num(values), axis=1)
        every.append(np.argsort(np.argsort(-np.round(score, 6), kind="stable"), kind="stable") + 1)
    best, worst = np.quantile(np.array(every), [0.05, 0.95], axis=0, method="nearest")
    np.testing.assert_array_equal(low, np.minimum(best, rank))
    np.testing.assert_array_equal(high, np.maximum(worst, rank))


def test_without_score_the_interval_is_the_last_rank() -> None:
    values = np.array([[np.nan] * 4, [1.0, 2.0, 3.0, 4.0], [np.nan, np.nan, np.nan, 100.0]])
    rank, low, high = intervals(values)
    np.testing.assert_array_equal(rank, [2, 1, 3])
    np.testing.assert_array_equal(low, rank)
    np.testing.assert_array_equal(high, rank)


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match="all are 0"):
        draw_weights(np.zeros(2), 10, 50.0, 0)
    with pytest.raises(InputError, match="expected at least 1 and above 0"):
        draw_weights(np.ones(2), 10, 0.0, 0)
