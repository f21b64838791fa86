"""The smallest change of weights that changes the first place: by hand, and against search and a linear programme."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from siting.scoring.aggregation import Aggregation, aggregate
from siting.scoring.lead import lead_of
from siting.settings.weighing import Method

NAN = np.nan
METHODS: list[Method] = ["weighted_sum", "topsis"]


def random_case(seed: int, *, missing: float) -> tuple[np.ndarray, np.ndarray, int]:
    rng = np.random.default_rng(seed)
    m, k = int(rng.integers(2, 7)), int(rng.integers(2, 6))
    values = np.where(rng.random((m, k)) < missing, NAN, rng.uniform(0, 100, (m, k)))
    values[0] = np.nan_to_num(values[0], nan=50.0)
    return values, rng.dirichlet(np.ones(k)), k


def plain_score(values: np.ndarray, weights: np.ndarray, method: Method) -> np.ndarray:
    """Return scores from the formula, −1 without one."""
    shares = np.where(np.isfinite(values), weights, 0.0)
    merit = np.nan_to_num(values) / 100
    with np.errstate(invalid="ignore"):
        if method == "weighted_sum":
            score = (shares * merit).sum(axis=1) / shares.sum(axis=1)
        else:
            near, far = (np.sqrt(((shares * part) ** 2).sum(axis=1)) for part in (merit, 1 - merit))
            score = near / (near + far)
    return np.nan_to_num(score, nan=-1.0)


def with_weight(weights: np.ndarray, k: int, share: float) -> np.ndarray:
    changed = weights * (1 - share) / (1 - weights[k])
    changed[k] = share
    return changed


def test_by_hand() -> None:
    """a 80, 20 and b 30, 70 with weights 0.6, 0.4: 56 to 46.

    One weight: 80 w + 20 (1 − w) = 30 w + 70 (1 − w) at w = 1/2, so 0.1 of all weight; with two features all weights
    together can do no better. c is no better anywhere and never comes first.
    """
    values = np.array([[80.0, 20.0], [30.0, 70.0], [70.0, 10.0]])
    lead = lead_of(values, np.array([6.0, 4.0]), 0)
    np.testing.assert_allclose(lead.change, [0.0, 0.1, NAN])
    assert lead.one is not None
    assert (lead.one.feature, lead.one.rival) == (0, 1)
    assert (lead.one.before, lead.one.after) == pytest.approx((0.6, 0.5))
    assert lead.together is not None
    assert (lead.together.moved, lead.together.rival, lead.together.compared) == pytest.approx((0.1, 1, 2))
    np.testing.assert_allclose(lead.together.weights, [0.5, 0.5])


def test_together_by_hand() -> None:
    """d = 20, 10, −10 with weights ½, ¼, ¼: the lead is 10; a third of a unit from the first to the third ends it.

    Moved from the first to the third feature each share lowers the lead by 30: 10 / 30 = 1/3 of all weight, all of it
    there to take. One weight alone has to do more.
    """
    values = np.array([[60.0, 50.0, 40.0], [40.0, 40.0, 50.0]])
    lead = lead_of(values, np.array([0.5, 0.25, 0.25]), 0)
    assert lead.together is not None
    assert lead.together.moved == pytest.approx(1 / 3)
    np.testing.assert_allclose(lead.together.weights, [1 / 6, 1 / 4, 7 / 12])
    assert lead.one is not None
    assert lead.change[1] == pytest.approx(abs(lead.one.after - lead.one.before))
    assert lead.change[1] > 1 / 3


def test_a_missing_figure_counts_as_scoring_counts_it() -> None:
    """b lacks the second feature and scores 60 by the first alone; a scores 60 w + 80 (1 − w) above it until w = 1."""
    values = np.array([[50.0, 80.0], [60.0, NAN]])
    lead = lead_of(values, np.array([0.5, 0.5]), 0)
    # 50 w + 80 (1 − w) = 60 at w = 2/3
    assert lead.change[1] == pytest.approx(2 / 3 - 1 / 2)
    assert lead.together is None  # b has not the features that a has


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 100_000))
@settings(max_examples=25, deadline=None)
def test_one_weight_is_the_nearest_that_draws_level(method: Method, seed: int) -> None:
    """At the change told the two are level, a little beyond the other is ahead, and nothing nearer turns them."""
    values, weights, k = random_case(seed, missing=0.2)
    score = aggregate(values, weights, Aggregation(method))
    first = int(np.nanargmax(score))
    lead = lead_of(values, weights, first, method)
    for j in range(len(values)):
        change = lead.change[j]
        if j == first or np.isnan(score[j]):
            assert (change == 0.0) if j == first else np.isnan(change)
            continue
        reach = 0.999 if np.isnan(change) else change - 1e-6
        for feature in range(k):
            for share in np.linspace(max(0.0, weights[feature] - reach), min(1.0, weights[feature] + reach), 41):
                at = plain_score(values, with_weight(weights, feature, min(share, 0.999)), method)
                assert at[first] < 0 or at[j] <= at[first] + 1e-6
        if np.isfinite(change):
            shares = [(f, weights[f] + sign * change) for f in range(k) for sign in (-1, 1)]
            there = [with_weight(weights, f, share) for f, share in shares if -1e-9 <= share <= 1 + 1e-9]
            gaps = [plain_score(values, np.maximum(w, 0.0), method) for w in there]
            assert min(abs(gap[first] - gap[j]) for gap in gaps) < 1e-6


@given(seed=st.integers(0, 100_000))
@settings(max_examples=50, deadline=None)
def test_all_weights_together_is_the_linear_programme(seed: int) -> None:
    values, weights, k = random_case(seed, missing=0.0)
    first = int(np.argmax(values @ weights))
    together = lead_of(values, weights, first).together
    eye, nothing = np.eye(k), np.zeros(k)
    least = np.inf
    for j in range(len(values)):
        d = values[first] - values[j]
        if j == first or d.min() >= 0:
            continue
        found = linprog(
            np.r_[nothing, np.ones(k)],
            A_ub=np.vstack([np.r_[d, nothing], np.c_[eye, -eye], np.c_[-eye, -eye]]),
            b_ub=np.r_[0.0, weights, -weights],
            A_eq=[np.r_[np.ones(k), nothing]],
            b_eq=[1.0],
        )
        least = min(least, found.fun / 2)
    if together is None:
        assert least == np.inf
        return
    assert together.moved == pytest.approx(least, abs=1e-7)
    assert np.abs(together.weights - weights).sum() / 2 == pytest.approx(together.moved)
    assert together.weights.min() >= -1e-12
    score = values @ together.weights
    assert score[together.rival] == pytest.approx(score[first])
    one = lead_of(values, weights, first).one
    assert one is None or together.moved <= abs(one.after - one.before) + 1e-9


def test_equal_scores_need_no_change_and_a_sure_winner_has_none() -> None:
    level = lead_of(np.array([[50.0, 60.0], [60.0, 50.0]]), np.array([0.5, 0.5]), 0)
    assert level.change[1] == pytest.approx(0.0)
    sure = lead_of(np.array([[90.0, 90.0], [80.0, 90.0]]), np.array([0.5, 0.5]), 0)
    assert np.isnan(sure.change[1])
    assert sure.one is None
    assert sure.together is None


def test_vikor_and_no_score_tell_nothing() -> None:
    values = np.array([[80.0, 20.0], [30.0, 70.0]])
    for lead in (lead_of(values, np.array([0.6, 0.4]), 0, "vikor"), lead_of(np.full((2, 2), NAN), np.ones(2), 0)):
        assert lead.one is None
        assert lead.together is None
        assert np.isnan(lead.change[1])


def test_a_weight_of_0_stays_0() -> None:
    """b is ahead in the third feature only, which does not count."""
    values = np.array([[80.0, 60.0, 0.0], [30.0, 50.0, 100.0]])
    lead = lead_of(values, np.array([0.6, 0.4, 0.0]), 0)
    assert np.isnan(lead.change[1])
    assert lead.together is None
