"""Calibration on choices: by hand, known parameters, plain implementations, invariances, and what cannot be told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from outlet.errors import InputError
from siting.competition.calibrate import Calibration, calibrate, likelihood
from siting.competition.choices import Choices, log_probabilities
from siting.competition.climb import Bounds
from siting.competition.log_centred import log_centred
from siting.competition.separation import separating_direction

INF = np.inf


def market(seed: int, n: int, m: int, terms: int = 2, known: float = 1.0) -> Choices:
    """n districts, m outlets, terms of spread 1; each district knows an outlet with chance ``known``, two at least."""
    rng = np.random.default_rng(seed)
    knows = rng.random((n, m)) < known
    knows[:, :2] = True
    district, outlet = np.nonzero(knows)
    names = tuple(f"t{k}" for k in range(terms))
    return Choices(district, outlet, rng.normal(size=(len(district), terms)), names)


def simulate(choices: Choices, beta: np.ndarray, visitors: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    share = np.exp(log_probabilities(choices, beta))
    seen = np.zeros(len(share))
    for i in range(choices.districts):
        at = np.flatnonzero(choices.district == i)
        seen[at] = rng.multinomial(visitors, share[at] / share[at].sum())
    return seen


def test_by_hand() -> None:
    """80 of 100 go to the outlet twice as large: odds 4 = 2^α, so α = 2; information 100 · 0.8 · 0.2 · (ln 2)²."""
    pairs = Choices(np.array([0, 0]), np.array([0, 1]), np.log([[100.0], [200.0]]), ("size",))
    found = calibrate(pairs, np.array([20.0, 80.0]))
    np.testing.assert_allclose(found.coefficients, [2.0], atol=1e-6)
    np.testing.assert_allclose(found.standard_errors, [1 / (4 * np.log(2))], rtol=1e-6)
    assert found.log_likelihood == pytest.approx(20 * np.log(0.2) + 80 * np.log(0.8))
    assert found.log_likelihood_equal == pytest.approx(100 * np.log(0.5))
    assert found.pseudo_r2 == pytest.approx(1 - found.log_likelihood / found.log_likelihood_equal)
    assert np.isnan(found.robust_errors).all()  # one district tells nothing about districts
    assert np.isnan(found.dispersion)  # two cells, one total, one coefficient


@pytest.mark.parametrize("seed", range(5))
def test_finds_the_parameters_that_made_the_choices(seed: int) -> None:
    """Within three standard errors, both kinds, which agree when the model is true."""
    beta = np.array([0.9, -1.6, 0.3])
    pairs = market(seed, 60, 20, 3, known=0.6)
    found = calibrate(pairs, simulate(pairs, beta, 200, seed))
    assert (np.abs(found.coefficients - beta) < 3 * found.standard_errors).all()
    assert (np.abs(found.coefficients - beta) < 3.5 * found.robust_errors).all()
    np.testing.assert_allclose(found.robust_errors / found.standard_errors, 1.0, atol=0.4)
    assert found.dispersion == pytest.approx(1.0, abs=0.15)
    assert (found.standard_errors < 0.02).all()


def test_standard_errors_are_the_spread_over_repeated_surveys() -> None:
    beta = np.array([0.9, -1.6])
    pairs = market(1, 20, 6)
    runs = [calibrate(pairs, simulate(pairs, beta, 50, seed)) for seed in range(200)]
    spread = np.std([run.coefficients for run in runs], axis=0)
    np.testing.assert_allclose(np.mean([run.standard_errors for run in runs], axis=0) / spread, 1.0, atol=0.15)


def test_districts_that_deviate_widen_robust_errors() -> None:
    """Each district has a taste of its own: plain errors, blind to it, are far too small."""
    rng = np.random.default_rng(3)
    pairs = market(3, 40, 8, 1)
    tastes = 1.0 + rng.normal(size=40)
    single = [simulate(pairs, np.array([taste]), 300, 7) for taste in tastes]
    seen = np.select([pairs.district == i for i in range(40)], single)
    found = calibrate(pairs, seen)
    assert found.robust_errors[0] > 4 * found.standard_errors[0]
    assert found.dispersion > 3


@given(seed=st.integers(0, 10_000), terms=st.integers(1, 4))
@settings(max_examples=50, deadline=None)
def test_gradient_and_information_against_finite_differences(seed: int, terms: int) -> None:
    rng = np.random.default_rng(seed)
    pairs = market(seed, 4, 5, terms, known=0.7)
    seen = rng.integers(0, 9, len(pairs.district)).astype(float)
    beta, step = rng.normal(size=terms), 1e-5
    here = likelihood(pairs, seen, beta)
    sides = [(beta + step * unit, beta - step * unit) for unit in np.eye(terms)]
    slopes = [(likelihood(pairs, seen, up), likelihood(pairs, seen, down)) for up, down in sides]
    gradient = [(up.value - down.value) / (2 * step) for up, down in slopes]
    hessian = [(up.gradient - down.gradient) / (2 * step) for up, down in slopes]
    np.testing.assert_allclose(here.gradient, gradient, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(-here.information, hessian, rtol=1e-5, atol=1e-5)


@given(seed=st.integers(0, 10_000), n=st.integers(2, 4), m=st.integers(3, 5))
@settings(max_examples=50, deadline=None)
def test_agrees_with_a_plain_implementation(seed: int, n: int, m: int) -> None:
    """Loops and a general optimiser, on shares that are all above 0 so that a top exists."""
    rng = np.random.default_rng(seed)
    pairs = market(seed, n, m)
    seen = rng.uniform(0.5, 5.0, len(pairs.district))

    def minus_likelihood(beta: np.ndarray) -> float:
        total = 0.0
        for i in range(n):
            at = [k for k in range(len(seen)) if pairs.district[k] == i]
            pull = [np.exp(sum(b * x for b, x in zip(beta, pairs.terms[k], strict=True))) for k in at]
            total -= sum(seen[k] * np.log(a / sum(pull)) for k, a in zip(at, pull, strict=True))
        return total

    known = minimize(minus_likelihood, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    found = calibrate(pairs, seen)
    assert -found.log_likelihood == pytest.approx(known.fun, abs=1e-9)
    np.testing.assert_allclose(found.coefficients, known.x, atol=1e-4)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_what_must_not_matter(seed: int) -> None:
    """Units of log terms, order of pairs, the start; scaling a linear term scales its coefficient inversely."""
    rng = np.random.default_rng(seed)
    pairs = market(seed, 5, 6)
    seen = rng.uniform(0.5, 5.0, len(pairs.district))
    found = calibrate(pairs, seen)
    shifted = Choices(pairs.district, pairs.outlet, pairs.terms + np.log([1000.0, 0.001]), pairs.names)
    scaled = Choices(pairs.district, pairs.outlet, pairs.terms * np.array([1e5, 1e-4]), pairs.names)
    order = rng.permutation(len(seen))
    mixed = Choices(pairs.district[order], pairs.outlet[order], pairs.terms[order], pairs.names)
    same(found, calibrate(shifted, seen))
    same(found, calibrate(scaled, seen), np.array([1e5, 1e-4]))
    same(found, calibrate(mixed, seen[order]))
    same(found, calibrate(pairs, seen, start=np.array([3.0, -2.0])))
    tenfold = calibrate(pairs, 10 * seen)
    np.testing.assert_allclose(tenfold.coefficients, found.coefficients, atol=1e-6)
    np.testing.assert_allclose(tenfold.robust_errors, found.robust_errors, rtol=1e-5)
    np.testing.assert_allclose(tenfold.standard_errors, found.standard_errors / np.sqrt(10), rtol=1e-5)


def same(first: Calibration, second: Calibration, scale: np.ndarray | float = 1.0) -> None:
    np.testing.assert_allclose(second.coefficients * scale, first.coefficients, atol=1e-5)
    np.testing.assert_allclose(second.standard_errors * scale, first.standard_errors, rtol=1e-4)
    np.testing.assert_allclose(second.robust_errors * scale, first.robust_errors, rtol=1e-3, atol=1e-6)
    assert second.condition == pytest.approx(first.condition, rel=1e-6)


def test_bounds_hold_and_fix() -> None:
    pairs = market(2, 30, 8)
    seen = simulate(pairs, np.array([0.9, -1.6]), 100, 2)
    held = calibrate(pairs, seen, Bounds(np.array([-INF, -1.0]), np.array([INF, 0.0])))
    assert held.coefficients[1] == -1.0
    np.testing.assert_array_equal(held.held, [False, True])
    np.testing.assert_array_equal(np.isnan(held.standard_errors), [False, True])
    fixed = calibrate(pairs, seen, Bounds(np.array([-INF, -1.0]), np.array([INF, -1.0])))
    np.testing.assert_allclose(fixed.coefficients, held.coefficients, atol=1e-7)
    assert held.log_likelihood < calibrate(pairs, seen).log_likelihood


def test_one_more_term_never_fits_worse_and_no_term_is_equal_shares() -> None:
    pairs = market(4, 10, 6, 3)
    seen = simulate(pairs, np.array([0.5, 0.0, -0.5]), 30, 4)
    fits = [calibrate(pairs.only(pairs.names[:k]), seen).log_likelihood for k in range(4)]
    assert (np.diff(fits) >= -1e-9).all()
    none = calibrate(pairs.only(()), seen)
    assert none.log_likelihood == pytest.approx(none.log_likelihood_equal)
    assert none.pseudo_r2 == 0.0


def test_a_district_where_nobody_was_asked_changes_nothing() -> None:
    pairs = market(5, 8, 5)
    seen = simulate(pairs, np.array([0.9, -1.6]), 40, 5)
    seen[pairs.district == 3] = 0.0
    asked = pairs.district != 3
    same(calibrate(pairs, seen), calibrate(pairs.where(asked), seen[asked]))


def test_what_is_the_same_for_all_outlets_of_a_district_cannot_be_told() -> None:
    pairs = market(6, 5, 4)
    income = Choices(
        pairs.district,
        pairs.outlet,
        np.column_stack([pairs.terms[:, 0], 1000.0 + pairs.district]),
        ("size", "income"),
    )
    seen = simulate(pairs, np.array([0.5, 0.5]), 30, 6)
    with pytest.raises(InputError, match="term income is the same for all outlets of each district"):
        calibrate(income, seen)
    fixed = calibrate(income, seen, Bounds(np.array([-INF, 2.0]), np.array([INF, 2.0])))
    np.testing.assert_allclose(fixed.coefficients[0], calibrate(income.only(["size"]), seen).coefficients[0])


def test_terms_that_stand_for_each_other_are_named() -> None:
    pairs = market(7, 5, 4, 3)
    twice = pairs.terms.copy()
    twice[:, 2] = 3.0 * twice[:, 0] + 7.0
    found = Choices(pairs.district, pairs.outlet, twice, ("size", "rating", "floor"))
    with pytest.raises(InputError, match="terms size, floor stand for each other for all outlets of each district"):
        calibrate(found, simulate(pairs, np.array([0.5, 0.5, 0.0]), 30, 7))


def test_choices_that_never_err_are_refused_and_bounded_ones_are_not() -> None:
    """Everybody goes to the largest: the larger α, the likelier, for ever."""
    rng = np.random.default_rng(8)
    terms = rng.normal(size=(12, 2))
    pairs = Choices(np.repeat(np.arange(4), 3), np.tile(np.arange(3), 4), terms, ("size", "rating"))
    best = np.zeros(12)
    for i in range(4):
        best[3 * i + int(np.argmax(terms[3 * i : 3 * i + 3, 0]))] = 5.0
    with pytest.raises(
        InputError, match=r"along size.* every visited outlet is the best of its district \(separation\)"
    ):
        calibrate(pairs, best)
    bounded = calibrate(pairs, best, Bounds(np.array([-3.0, -3.0]), np.array([3.0, 3.0])))
    assert bounded.coefficients[0] == 3.0
    assert bounded.held[0]
    one_errs = best.copy()
    one_errs[int(np.argmin(terms[:3, 0]))] = 1.0
    assert np.isfinite(calibrate(pairs.only(["size"]), one_errs).coefficients).all()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=50, deadline=None)
def test_small_surveys_are_either_calibrated_or_refused_in_words(seed: int) -> None:
    """With a handful of visitors separation is common: refused exactly then; what is calibrated has no slope left."""
    rng = np.random.default_rng(seed)
    pairs = market(seed, 3, 4, 2, known=0.8)
    seen = rng.multinomial(5, np.full(len(pairs.district), 1 / len(pairs.district))).astype(float)
    try:
        found = calibrate(pairs, seen)
    except InputError as fault:
        refused = str(fault)
    else:
        refused = ""
        assert np.abs(likelihood(pairs, seen, found.coefficients).gradient).max() < 1e-4
    assert ("(separation)" in refused) == (separating_direction(pairs, seen > 0, Bounds.none(2)) is not None)


def test_log_centred_regression_by_hand_and_where_it_is_exact() -> None:
    """Shares that follow the model exactly: the regression gives the parameters back, and R² 1."""
    pairs = Choices(np.array([0, 0]), np.array([0, 1]), np.log([[100.0], [200.0]]), ("size",))
    np.testing.assert_allclose(log_centred(pairs, np.array([0.2, 0.8])).coefficients, [2.0])
    beta = np.array([0.9, -1.6])
    many = market(9, 6, 5)
    share = np.exp(log_probabilities(many, beta))
    exact = log_centred(many, share)
    np.testing.assert_allclose(exact.coefficients, beta)
    assert exact.r2 == pytest.approx(1.0)
    np.testing.assert_allclose(calibrate(many, share).coefficients, beta, atol=1e-6)
    some = share.copy()
    some[0] = 0.0
    assert (log_centred(many, some).left_out, log_centred(many, some).used) == (1, len(share) - 1)
    np.testing.assert_allclose(log_centred(many, some).coefficients, beta)


def test_log_centred_regression_agrees_with_dummies_for_districts() -> None:
    rng = np.random.default_rng(10)
    pairs = market(10, 5, 4)
    seen = rng.uniform(0.5, 5.0, len(pairs.district))
    dummies = (pairs.district[:, None] == np.arange(5)).astype(float)
    design = np.column_stack([pairs.terms, dummies])
    known, rest, *_ = np.linalg.lstsq(design, np.log(seen))
    found = log_centred(pairs, seen)
    np.testing.assert_allclose(found.coefficients, known[:2])
    errors = np.sqrt(rest[0] / (len(seen) - 7) * np.diag(np.linalg.inv(design.T @ design)))[:2]
    np.testing.assert_allclose(found.standard_errors, errors)


@pytest.mark.parametrize(
    ("visitors", "message"),
    [
        (np.ones(3), r"visitors have shape \(3,\); expected \(2,\)"),
        (np.array([1.0, -1.0]), "negative or not a number"),
        (np.array([1.0, np.nan]), "negative or not a number"),
        (np.zeros(2), "no visitor was seen"),
    ],
)
def test_bad_visitors_are_named(visitors: np.ndarray, message: str) -> None:
    pairs = Choices(np.array([0, 0]), np.array([0, 1]), np.array([[1.0], [2.0]]), ("x",))
    with pytest.raises(InputError, match=message):
        calibrate(pairs, visitors)


def test_other_bad_input_is_named() -> None:
    pairs = Choices(np.array([0, 0]), np.array([0, 1]), np.array([[1.0], [2.0]]), ("x",))
    with pytest.raises(InputError, match="bounds are for 2 coefficients; expected 1"):
        calibrate(pairs, np.ones(2), Bounds.none(2))
    with pytest.raises(InputError, match="starting values are"):
        calibrate(pairs, np.ones(2), start=np.zeros(2))
    with pytest.raises(InputError, match="no district has two outlets with visitors"):
        log_centred(pairs, np.array([1.0, 0.0]))
    with pytest.raises(InputError, match="an entry below 0"):
        log_centred(pairs, np.array([1.0, -1.0]))


def test_large_terms_that_hardly_differ_keep_their_digits() -> None:
    """A term of 10⁶ ± 10⁻³ is as good as one of ± 1 in other units."""
    pairs = market(11, 20, 6)
    seen = simulate(pairs, np.array([0.9, -1.6]), 60, 11)
    high = Choices(
        pairs.district, pairs.outlet, pairs.terms * np.array([1.0, 1e-3]) + np.array([0.0, 1e6]), pairs.names
    )
    found, other = calibrate(pairs, seen), calibrate(high, seen)
    np.testing.assert_allclose(other.coefficients, found.coefficients * np.array([1.0, 1e3]), rtol=1e-5)
    np.testing.assert_allclose(other.standard_errors, found.standard_errors * np.array([1.0, 1e3]), rtol=1e-5)


def test_a_bound_that_makes_terms_absurd_is_told() -> None:
    """At least 0.5 a square metre, for outlets of thousands: one outlet has everybody, and no slope leads back."""
    pairs = market(12, 4, 5)
    raw = Choices(pairs.district, pairs.outlet, pairs.terms * np.array([1e6, 1.0]), ("area", "distance"))
    with pytest.raises(InputError, match=r"did not arrive in .* steps; give bounds or starting values that fit"):
        calibrate(raw, np.ones(len(pairs.district)), Bounds(np.array([0.5, -INF]), np.array([INF, INF])))
