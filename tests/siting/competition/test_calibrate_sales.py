"""Calibration on sales: by hand, known parameters, a plain implementation, and what must not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from outlet.errors import InputError
from siting.competition.calibrate_sales import Loss, Sales, calibrate_sales, expected_sales
from siting.competition.choices import Choices
from siting.competition.climb import Bounds

INF = np.inf
LOSSES: tuple[Loss, ...] = ("quasi-poisson", "least-squares")


def town(seed: int, n: int = 40, m: int = 25) -> tuple[Choices, np.ndarray]:
    """Districts and outlets on a square of 10 km; ln size and ln distance; demand of the districts."""
    rng = np.random.default_rng(seed)
    places, shops = rng.uniform(0, 10, (n, 2)), rng.uniform(0, 10, (m, 2))
    way = np.hypot(*(places[:, None, :] - shops[None, :, :]).transpose(2, 0, 1)) + 0.3
    size = rng.lognormal(6.0, 0.8, m)
    district, outlet = np.divmod(np.arange(n * m), m)
    terms = np.column_stack([np.log(size)[outlet], np.log(way).ravel()])
    return Choices(district, outlet, terms, ("size", "distance")), rng.uniform(1e3, 9e3, n)


def test_by_hand() -> None:
    """Sales of 20 and 80 from one district: the ratio 4 of sizes 1 and 2 is α = 2, with κ = 100 sold / 50 there = 2."""
    pairs = Choices(np.array([0, 0]), np.array([0, 1]), np.log([[1.0], [2.0]]), ("size",))
    for loss in LOSSES:
        found = calibrate_sales(pairs, Sales(np.array([20.0, 80.0]), np.array([50.0]), loss))
        np.testing.assert_allclose(found.coefficients, [2.0], atol=1e-6)
        assert found.rate == pytest.approx(2.0)
        np.testing.assert_allclose(found.expected, [20.0, 80.0], rtol=1e-6)
        assert found.objective == pytest.approx(0.0, abs=1e-9)
        assert np.isnan(found.standard_errors).all()  # two totals, a coefficient and a rate: nothing left


def draw(mean: np.ndarray, loss: Loss, seed: int) -> np.ndarray:
    """Sales with the noise that the loss supposes: variance 20 times the mean, or the same for all outlets."""
    rng = np.random.default_rng(seed)
    if loss == "least-squares":
        return np.maximum(mean + rng.normal(0.0, 0.1 * mean.mean(), len(mean)), 0.0)
    return 20.0 * rng.poisson(mean / 20.0)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("seed", range(4))
def test_finds_the_parameters_that_made_the_sales(seed: int, loss: Loss) -> None:
    beta = np.array([0.8, -1.8])
    pairs, demand = town(seed)
    found = calibrate_sales(pairs, Sales(draw(0.7 * expected_sales(pairs, demand, beta), loss, seed), demand, loss))
    assert (np.abs(found.coefficients - beta) < 3 * found.standard_errors).all()
    assert (found.standard_errors < 0.3).all()
    assert found.rate == pytest.approx(0.7, abs=0.05)
    if loss == "quasi-poisson":
        assert found.dispersion == pytest.approx(20.0, rel=0.9)


@pytest.mark.parametrize("loss", LOSSES)
def test_standard_errors_are_the_spread_over_repeated_years(loss: Loss) -> None:
    beta = np.array([0.8, -1.8])
    pairs, demand = town(1)
    mean = 0.7 * expected_sales(pairs, demand, beta)
    runs = [calibrate_sales(pairs, Sales(draw(mean, loss, seed), demand, loss)) for seed in range(100)]
    spread = np.std([run.coefficients for run in runs], axis=0)
    np.testing.assert_allclose(np.mean([run.standard_errors for run in runs], axis=0) / spread, 1.0, atol=0.2)
    np.testing.assert_allclose(np.mean([run.robust_errors for run in runs], axis=0) / spread, 1.0, atol=0.35)


@pytest.mark.parametrize("loss", LOSSES)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_agrees_with_a_plain_implementation(loss: Loss, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pairs, demand = town(seed, 4, 6)
    sales = expected_sales(pairs, demand, np.array([0.8, -1.5])) * rng.uniform(0.8, 1.25, 6)

    def badness(full: np.ndarray) -> float:
        total = np.zeros(6)
        for i in range(4):
            at = np.flatnonzero(pairs.district == i)
            pull = np.exp(pairs.terms[at] @ full[:2])
            for k, a in zip(at, pull, strict=True):
                total[pairs.outlet[k]] += full[2] * demand[i] * a / pull.sum()
        if loss == "least-squares":
            return float(((sales - total) ** 2).sum() / 1e6)
        return float((total - sales * np.log(np.maximum(total, 1e-300))).sum() / 1e3)

    found = calibrate_sales(pairs, Sales(sales, demand, loss), starts=np.array([[0.8, -1.5], [0.0, 0.0]]))
    ours = np.array([*found.coefficients, found.rate])
    known = minimize(
        badness,
        np.array([0.8, -1.5, 1.0]),
        method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-14, "maxiter": 4000, "maxfev": 4000},
    )
    assert badness(ours) <= known.fun + 1e-7


@pytest.mark.parametrize("loss", LOSSES)
def test_the_gradient_is_that_of_the_objective(loss: Loss) -> None:
    """At the end no small step improves: the profiled gradient is right where it matters."""
    pairs, demand = town(3, 8, 7)
    sales = expected_sales(pairs, demand, np.array([0.8, -1.5])) * np.random.default_rng(3).uniform(0.7, 1.4, 7)
    top = calibrate_sales(pairs, Sales(sales, demand, loss))
    for step in (np.array([1e-3, 0.0]), np.array([0.0, 1e-3]), np.array([1e-3, 1e-3])):
        for sign in (-1.0, 1.0):
            there = top.coefficients + sign * step
            fixed = calibrate_sales(pairs, Sales(sales, demand, loss), Bounds(there, there))
            assert fixed.objective < top.objective


@pytest.mark.parametrize("loss", LOSSES)
def test_what_must_not_matter(loss: Loss) -> None:
    """Currency, unit of demand, and units of size and distance."""
    pairs, demand = town(5)
    sales = expected_sales(pairs, demand, np.array([0.8, -1.5])) * np.random.default_rng(5).uniform(0.8, 1.25, 25)
    found = calibrate_sales(pairs, Sales(sales, demand, loss))
    moved = Choices(pairs.district, pairs.outlet, pairs.terms + np.log([10.0, 1000.0]), pairs.names)
    other = calibrate_sales(moved, Sales(1e6 * sales, 10.0 * demand, loss))
    np.testing.assert_allclose(other.coefficients, found.coefficients, atol=1e-6)
    np.testing.assert_allclose(other.standard_errors, found.standard_errors, rtol=1e-4)
    np.testing.assert_allclose(other.robust_errors, found.robust_errors, rtol=1e-4)
    assert other.rate == pytest.approx(1e5 * found.rate)


def test_unknown_sales_compete_but_are_not_fitted() -> None:
    """NaN is not 0: exact sales of the others still give the parameters, and the unknown ones are predicted."""
    beta = np.array([0.8, -1.5])
    pairs, demand = town(6)
    true = expected_sales(pairs, demand, beta)
    sales = true.copy()
    sales[[2, 11]] = np.nan
    found = calibrate_sales(pairs, Sales(sales, demand))
    np.testing.assert_allclose(found.coefficients, beta, atol=1e-5)
    np.testing.assert_allclose(found.expected, true, rtol=1e-4)


def test_bounds_hold() -> None:
    pairs, demand = town(7)
    sales = expected_sales(pairs, demand, np.array([0.8, -1.5]))
    found = calibrate_sales(pairs, Sales(sales, demand), Bounds(np.array([0.0, -1.0]), np.array([INF, 0.0])))
    assert found.coefficients[1] == -1.0
    np.testing.assert_array_equal(np.isnan(found.standard_errors), [False, True])


def test_bad_input_is_named() -> None:
    pairs, demand = town(8, 5, 6)
    good = expected_sales(pairs, demand, np.array([0.8, -1.5]))
    nowhere = np.full(6, np.nan)
    nowhere[:2] = good[:2]
    cases = [
        (Sales(good[:4], demand), None, r"sales have shape \(4,\), demand \(5,\); expected \(6,\), \(5,\)"),
        (Sales(-good, demand), None, "sales have an entry that is negative or infinite"),
        (Sales(good, -demand), None, "demand has an entry that is negative"),
        (Sales(nowhere, demand), None, "sales of 2 outlets are known; 2 coefficients and a rate need more"),
        (Sales(np.zeros(6), demand), None, "need more, above 0"),
        (Sales(good, np.zeros(5)), None, "outlet 0 has known sales but no demand reaches it"),
        (Sales(good, demand), np.zeros(2), r"starts of shape \(s, 2\)"),
    ]
    for sales, starts, message in cases:
        with pytest.raises(InputError, match=message):
            calibrate_sales(pairs, sales, starts=starts)
    twice = Choices(pairs.district, pairs.outlet, pairs.terms[:, [0, 0]], ("size", "floor"))
    with pytest.raises(InputError, match="terms size, floor stand for each other for all outlets of each district"):
        calibrate_sales(twice, Sales(good, demand))
    flat = Choices(pairs.district, pairs.outlet, np.column_stack([pairs.terms[:, 0], pairs.district]), ("size", "rent"))
    with pytest.raises(InputError, match="term rent is the same for all outlets of each district"):
        calibrate_sales(flat, Sales(good, demand))


def test_what_only_an_unknown_outlet_has_cannot_be_told() -> None:
    """One district: the fifth outlet, sales unknown, may take any part, since the rate makes up for it."""
    terms = np.column_stack([np.log([1.0, 2.0, 3.0, 4.0, 5.0]), [0.0, 0.0, 0.0, 0.0, 1.0]])
    pairs = Choices(np.zeros(5, dtype=np.int64), np.arange(5), terms, ("size", "new"))
    sales = np.array([3.0, 5.0, 6.0, 9.0, np.nan])
    for loss in LOSSES:
        with pytest.raises(
            InputError, match="term new is the same in what outlets sell: its coefficient cannot be told"
        ):
            calibrate_sales(pairs, Sales(sales, np.ones(1), loss))
        fixed = calibrate_sales(
            pairs, Sales(sales, np.ones(1), loss), Bounds(np.array([-INF, 0.0]), np.array([INF, 0.0]))
        )
        assert 0.5 < fixed.coefficients[0] < 1.0
        assert fixed.expected[4] > fixed.expected[3]


def test_the_best_of_several_starts_is_told() -> None:
    """From far out, where one outlet has everything, no climb is better than the best of all."""
    pairs, demand = town(9)
    sales = draw(expected_sales(pairs, demand, np.array([0.8, -1.8])), "least-squares", 9)
    starts = np.array([[0.0, 0.0], [1.0, -1.0], [4.0, 4.0], [-3.0, -9.0]])
    best = calibrate_sales(pairs, Sales(sales, demand, "least-squares"), starts=starts)
    alone = calibrate_sales(pairs, Sales(sales, demand, "least-squares"), starts=starts[:1])
    assert best.objective >= alone.objective
    np.testing.assert_allclose(best.coefficients, [0.8, -1.8], atol=0.3)


@pytest.mark.parametrize("loss", LOSSES)
def test_errors_are_those_of_coefficients_and_rate_fitted_together(loss: Loss) -> None:
    """By finite differences of κ Σ w p in (β, κ): both kinds of errors, the rate not profiled out."""
    pairs, demand = town(10)
    sales = draw(0.7 * expected_sales(pairs, demand, np.array([0.8, -1.8])), loss, 10)
    found = calibrate_sales(pairs, Sales(sales, demand, loss))
    full, step = np.array([*found.coefficients, found.rate]), 1e-6

    def expected(at: np.ndarray) -> np.ndarray:
        return np.asarray(at[2] * expected_sales(pairs, demand, at[:2]))

    sides = np.column_stack([(expected(full + step * e) - expected(full - step * e)) / (2 * step) for e in np.eye(3)])
    weight = 1.0 / found.expected if loss == "quasi-poisson" else np.ones(25)
    rest = sales - found.expected
    dispersion = (weight * rest**2).sum() / (25 - 3)
    bread = np.linalg.inv(sides.T @ (weight[:, None] * sides))
    meat = sides.T @ (((weight * rest) ** 2)[:, None] * sides) * 25 / (25 - 3)
    assert found.dispersion == pytest.approx(dispersion)
    np.testing.assert_allclose(found.standard_errors, np.sqrt(dispersion * np.diag(bread))[:2], rtol=1e-4)
    np.testing.assert_allclose(found.robust_errors, np.sqrt(np.diag(bread @ meat @ bread))[:2], rtol=1e-4)
