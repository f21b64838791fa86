"""TOPSIS and VIKOR: published examples, by hand, missing figures, and parts that sum to the score."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymcdm.methods import VIKOR

from outlet.errors import InputError
from siting.scoring.aggregation import Aggregation, aggregate, aggregate_drawn, effective_weights
from siting.scoring.parts import contributions_of
from siting.scoring.ranking import rank_candidates

NAN = np.nan
METHODS = [Aggregation("weighted_sum"), Aggregation("topsis"), Aggregation("vikor"), Aggregation("vikor", 0.8)]


def random_case(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    m, k = rng.integers(1, 10), rng.integers(1, 6)
    values = np.where(rng.random((m, k)) < 0.2, NAN, rng.uniform(0, 100, (m, k)))
    return values, rng.dirichlet(np.ones(k))


def plainly(values: np.ndarray, weights: np.ndarray, how: Aggregation) -> float:
    """Return one candidate's score by the formula, from plain lists."""
    have = [(w, v / 100) for w, v in zip(weights, values, strict=True) if not math.isnan(v) and w > 0]
    total = sum(w for w, _ in have)
    if total == 0:
        return NAN
    have = [(w / total, u) for w, u in have]
    if how.method == "weighted_sum":
        return 100 * sum(w * u for w, u in have)
    if how.method == "topsis":
        near = math.sqrt(sum((w * u) ** 2 for w, u in have))
        far = math.sqrt(sum((w * (1 - u)) ** 2 for w, u in have))
        return 100 * near / (near + far)
    mean = sum(w * (1 - u) for w, u in have)
    worst = max(w * (1 - u) for w, u in have) / max(w for w, _ in have)
    return 100 * (1 - how.mean * mean - (1 - how.mean) * worst)


@pytest.mark.parametrize("how", METHODS, ids=str)
@given(seed=st.integers(0, 100_000))
@settings(max_examples=30, deadline=None)
def test_is_the_formula_with_what_each_candidate_has(how: Aggregation, seed: int) -> None:
    values, weights = random_case(seed)
    expected = [plainly(row, weights, how) for row in values]
    np.testing.assert_allclose(aggregate(values, weights, how), expected, atol=1e-9)
    drawn = aggregate_drawn(values, how)(weights[None, :])[0]
    np.testing.assert_allclose(drawn, np.nan_to_num(np.array(expected), nan=drawn), atol=1e-9)


def test_topsis_of_the_aircraft_as_published() -> None:
    """Hwang and Yoon (1981): 0.643, 0.268, 0.613, 0.312.

    Their figures are divided by the root of the sum of squares; values between least and greatest with weights times
    that range are the same distances.
    """
    figures = np.array(
        [
            [2.0, 1500, 20000, 5.5, 5, 9],
            [2.5, 2700, 18000, 6.5, 3, 5],
            [1.8, 2000, 21000, 4.5, 7, 7],
            [2.2, 1800, 20000, 5.0, 5, 5],
        ]
    )
    low, high = figures.min(axis=0), figures.max(axis=0)
    values = 100 * (figures - low) / (high - low)
    values[:, 3] = 100 - values[:, 3]  # cost
    weights = np.array([0.2, 0.1, 0.1, 0.1, 0.2, 0.3]) * (high - low) / np.sqrt((figures**2).sum(axis=0))
    found = aggregate(values, weights / weights.sum(), Aggregation("topsis"))
    np.testing.assert_allclose(found, [64.3, 26.8, 61.3, 31.2], atol=0.06)


def test_vikor_of_the_mountain_climber_as_published() -> None:
    """Opricovic and Tzeng (2004), risk 1, 2, 5 and altitude 3000, 3750, 4500: S = ½, ⅜, ½ and R = ½, ¼, ½, so A2 wins.

    With ideal and anti-ideal among the alternatives the score is 1 − S/2 − R/2 over the largest weight ½.
    """
    values = np.array([[100.0, 0.0], [75.0, 50.0], [0.0, 100.0]])
    np.testing.assert_allclose(aggregate(values, np.array([0.5, 0.5]), Aggregation("vikor")), [25.0, 56.25, 25.0])
    figures = np.array([[1.0, 3000], [2, 3750], [5, 4500]])
    plain = VIKOR()(figures, np.array([0.5, 0.5]), np.array([-1, 1]), validation=False)
    np.testing.assert_allclose(plain, [1.0, 0.0, 1.0])


@pytest.mark.parametrize("how", METHODS, ids=str)
def test_best_in_everything_is_100_worst_0_and_a_third_changes_nothing(how: Aggregation) -> None:
    values = np.array([[100.0, 100.0], [0.0, 0.0], [30.0, 80.0]])
    weights = np.array([0.6, 0.4])
    found = aggregate(values, weights, how)
    np.testing.assert_allclose(found[:2], [100.0, 0.0])
    np.testing.assert_allclose(aggregate(values[2:], weights, how), found[2:])


@pytest.mark.parametrize("how", METHODS, ids=str)
def test_a_better_value_never_lowers_the_score(how: Aggregation) -> None:
    rng = np.random.default_rng(2)
    values, weights = rng.uniform(0, 90, (200, 5)), rng.dirichlet(np.ones(5))
    before = aggregate(values, weights, how)
    for k in range(5):
        better = values.copy()
        better[:, k] += 10
        assert (aggregate(better, weights, how) >= before - 1e-9).all()


def test_a_bad_value_is_made_up_for_least_in_vikor() -> None:
    """Even and uneven candidates of the same mean: equal in the sum, the even one ahead in VIKOR."""
    values, weights = np.array([[50.0, 50.0], [100.0, 0.0]]), np.array([0.5, 0.5])
    assert aggregate(values, weights).tolist() == [50.0, 50.0]
    assert aggregate(values, weights, Aggregation("vikor")).tolist() == [50.0, 25.0]


def shapley(values: np.ndarray, weights: np.ndarray, how: Aggregation) -> np.ndarray:
    """Return Shapley values over all orders of the features; one not yet looked at is worth 0."""
    k, total = len(values), np.zeros(len(values))
    for order in itertools.permutations(range(k)):
        seen = np.where(np.isnan(values), NAN, 0.0)
        for feature in order:
            before = plainly(seen, weights, how)
            seen[feature] = values[feature]
            total[feature] += plainly(seen, weights, how) - before
    return total / math.factorial(k)


@pytest.mark.parametrize("how", METHODS, ids=str)
@given(seed=st.integers(0, 100_000))
@settings(max_examples=10, deadline=None)
def test_contributions_are_shapley_values(how: Aggregation, seed: int) -> None:
    values, weights = random_case(seed)
    found = contributions_of(values, effective_weights(weights, values), how)
    for row, parts in zip(values, found, strict=True):
        expected = shapley(row, weights, how) if np.isfinite(row).any() else np.zeros(len(row))
        np.testing.assert_allclose(parts, expected, atol=1e-9)


@pytest.mark.parametrize("how", METHODS[1:], ids=str)
def test_written_parts_sum_to_the_written_score(how: Aggregation) -> None:
    values = np.random.default_rng(4).uniform(0, 100, (40, 9))
    values[5, :3] = values[6] = NAN
    ranking = rank_candidates(values, np.full(9, 1 / 9), [f"c{j:02}" for j in range(40)], how)
    np.testing.assert_allclose(ranking.contributions.sum(axis=1), np.nan_to_num(ranking.score), atol=1e-9)
    exact = aggregate(values, np.full(9, 1 / 9), how)
    np.testing.assert_allclose(ranking.score, exact, atol=5.1e-5)
    assert np.isnan(ranking.score[6])
    assert ranking.rank[6] == 40
    assert (ranking.contributions >= 0).all()


def test_too_many_features_to_share_out_are_refused() -> None:
    values = np.full((1, 17), 50.0)
    with pytest.raises(InputError, match="17 features weigh; topsis shares its score out over at most 16"):
        rank_candidates(values, np.full(17, 1 / 17), ["a"], Aggregation("topsis"))
    assert rank_candidates(values, np.full(17, 1 / 17), ["a"]).score[0] == 50.0
