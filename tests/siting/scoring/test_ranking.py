"""Value functions, missing values, and scores whose written parts add up."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.errors import InputError
from siting.scoring.aggregation import effective_weights
from siting.scoring.ranking import Ranking, rank_candidates

NAN = np.nan


def random_case(seed: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
    rng = np.random.default_rng(seed)
    m, k = rng.integers(1, 12), rng.integers(1, 7)
    values = np.where(rng.random((m, k)) < 0.2, NAN, rng.uniform(0, 100, (m, k)))
    weights = rng.random(k)
    return values, weights / weights.sum(), [f"c{j}" for j in range(m)]


def test_by_hand() -> None:
    """Weights 3 : 1. a: 75 + 0; b: (25·3 + 100)/4; c lacks the first feature and is judged by the second alone."""
    ranking = rank_candidates(
        np.array([[100.0, 0.0], [25.0, 100.0], [NAN, 60.0]]), np.array([0.75, 0.25]), ["a", "b", "c"]
    )
    np.testing.assert_allclose(ranking.score, [75.0, 43.75, 60.0])
    np.testing.assert_array_equal(ranking.rank, [1, 3, 2])
    np.testing.assert_allclose(ranking.weights, [[0.75, 0.25], [0.75, 0.25], [0.0, 1.0]])
    np.testing.assert_allclose(ranking.contributions, [[75.0, 0.0], [18.75, 25.0], [0.0, 60.0]])


@given(seed=st.integers(0, 100_000))
@settings(max_examples=50, deadline=None)
def test_written_contributions_sum_to_the_written_score(seed: int) -> None:
    values, weights, ids = random_case(seed)
    ranking = rank_candidates(values, weights, ids)
    for j, score in enumerate(ranking.score):
        written = sum(Decimal(str(float(c))) for c in ranking.contributions[j])
        assert written == (Decimal(0) if np.isnan(score) else Decimal(str(float(score))))
        if not np.isnan(score):
            assert 0 <= score <= 100
    exact = np.nansum(ranking.weights * values, axis=1)
    np.testing.assert_allclose(np.nan_to_num(ranking.score), exact, atol=5.1e-5)
    np.testing.assert_allclose(ranking.contributions, ranking.weights * np.nan_to_num(values), atol=1.001e-4)


@given(seed=st.integers(0, 100_000))
@settings(max_examples=50, deadline=None)
def test_order_of_candidates_does_not_matter(seed: int) -> None:
    values, weights, ids = random_case(seed)
    order = np.random.default_rng(seed).permutation(len(ids))
    straight = rank_candidates(values, weights, ids)
    shuffled = rank_candidates(values[order], weights, [ids[j] for j in order])
    np.testing.assert_array_equal(shuffled.score, straight.score[order])
    np.testing.assert_array_equal(shuffled.rank, straight.rank[order])


def test_a_missing_value_is_neither_best_nor_worst() -> None:
    """Two candidates alike in what is known: the one that lacks a figure beats it where it is bad, not where good."""
    bad = rank_candidates(np.array([[50.0, 0.0], [50.0, NAN]]), np.array([0.5, 0.5]), ["a", "b"])
    good = rank_candidates(np.array([[50.0, 100.0], [50.0, NAN]]), np.array([0.5, 0.5]), ["a", "b"])
    assert bad.score[0] < bad.score[1] < good.score[0]


def test_without_any_figure_there_is_no_score_and_the_last_rank() -> None:
    ranking = rank_candidates(np.array([[NAN, NAN], [0.0, 0.0]]), np.array([0.5, 0.5]), ["a", "b"])
    assert np.isnan(ranking.score[0])
    np.testing.assert_array_equal(ranking.rank, [2, 1])
    np.testing.assert_array_equal(effective_weights(np.array([0.5, 0.5]), ranking.values)[0], [0.0, 0.0])


def test_equal_scores_rank_by_id() -> None:
    ranking: Ranking = rank_candidates(np.full((3, 1), 50.0), np.ones(1), ["z", "a", "m"])
    np.testing.assert_array_equal(ranking.rank, [3, 1, 2])


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match=r"values have shape \(2, 2\); expected \(2, 3\)"):
        rank_candidates(np.zeros((2, 2)), np.ones(3), ["a", "b"])
    with pytest.raises(InputError, match="a weight is negative or all are 0"):
        rank_candidates(np.zeros((1, 1)), np.zeros(1), ["a"])
