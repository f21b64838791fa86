"""Held-out districts: by hand, beside simpler models, and what is not known."""

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr

from outlet.errors import InputError
from siting.competition.calibrate import calibrate
from siting.competition.choices import Choices, log_probabilities
from siting.competition.held_out import EQUAL_SHARES, compare, hold_out, measure


def survey(seed: int, visitors: int = 200) -> tuple[Choices, np.ndarray]:
    """12 districts, 8 outlets, choices by size^0.9 / distance^1.6, and a third term that says nothing."""
    rng = np.random.default_rng(seed)
    district, outlet = np.divmod(np.arange(96), 8)
    terms = np.column_stack([rng.normal(size=8)[outlet], rng.normal(size=(96, 2))])
    pairs = Choices(district, outlet, terms, ("size", "distance", "noise"))
    share = np.exp(log_probabilities(pairs, np.array([0.9, -1.6, 0.0]))).reshape(12, 8)
    return pairs, rng.multinomial(visitors, share / share.sum(axis=1, keepdims=True)).ravel().astype(float)


def test_measures_by_hand() -> None:
    """Shares 0.25, 0.75 predicted as 0.5, 0.5: off by 0.25 each, ln 0.5 a visitor, and no order to correlate."""
    pairs = Choices(np.array([0, 0]), np.array([0, 1]), np.zeros((2, 0)), ())
    fit = measure(pairs, np.array([1.0, 3.0]), np.log([0.5, 0.5]))
    assert fit.rmse == pytest.approx(0.25)
    assert fit.per_visitor == pytest.approx(np.log(0.5))
    assert np.isnan(fit.spearman)
    assert np.isnan(fit.pearson)


def test_measures_agree_with_scipy_ties_and_zeros_included() -> None:
    pairs, seen = survey(1, 20)
    log_share = log_probabilities(pairs, np.array([0.5, -1.0, 0.2]))
    fit = measure(pairs, seen, log_share)
    assert (seen == 0).any()
    assert fit.spearman == pytest.approx(spearmanr(seen / 20, log_share).statistic)
    assert fit.pearson == pytest.approx(pearsonr(seen / 20, np.exp(log_share)).statistic)


def test_each_district_is_predicted_by_a_model_that_has_not_seen_it() -> None:
    pairs, seen = survey(2)
    found = hold_out(pairs, seen)
    without = pairs.district != 4
    np.testing.assert_allclose(found.coefficients[4], calibrate(pairs.where(without), seen[without]).coefficients)
    np.testing.assert_allclose(np.bincount(pairs.district, found.shares), 1.0)
    changed = seen.copy()
    changed[pairs.district == 4] = np.roll(seen[pairs.district == 4], 3)
    np.testing.assert_array_equal(hold_out(pairs, changed).shares[~without], found.shares[~without])


def test_the_true_model_wins_and_equal_shares_tell_no_order() -> None:
    pairs, seen = survey(3)
    found = compare(pairs, seen, {"true": ("size", "distance"), "size alone": ("size",), "noise": ("noise",)})
    assert list(found) == ["true", "size alone", "noise", EQUAL_SHARES]
    fits = {name: held.fit for name, held in found.items()}
    assert max(fits, key=lambda name: fits[name].per_visitor) == "true"
    assert min(fits, key=lambda name: fits[name].rmse) == "true"
    assert fits["true"].spearman > 0.9 > fits["size alone"].spearman
    assert fits[EQUAL_SHARES].per_visitor == pytest.approx(-np.log(8))
    assert np.isnan(fits[EQUAL_SHARES].spearman)


def test_a_district_where_nobody_was_asked_is_not_judged() -> None:
    pairs, seen = survey(4)
    seen[pairs.district == 5] = 0.0
    found = hold_out(pairs, seen)
    assert np.isnan(found.shares[pairs.district == 5]).all()
    assert np.isnan(found.coefficients[5]).all()
    others = pairs.district != 5
    assert found.fit.rmse == pytest.approx(hold_out(pairs.where(others), seen[others]).fit.rmse)


def test_bad_input_is_named() -> None:
    pairs, seen = survey(5)
    with pytest.raises(InputError, match=r"visitors have shape \(3,\)"):
        hold_out(pairs, np.ones(3))
    with pytest.raises(InputError, match="1 districts have visitors; leaving one out needs two"):
        hold_out(pairs, np.where(pairs.district == 0, seen, 0.0))
    same = Choices(pairs.district, pairs.outlet, (pairs.district == 3)[:, None] * pairs.terms[:, :1], ("size",))
    with pytest.raises(InputError, match="without district 3: term size is the same"):
        hold_out(same, seen)
