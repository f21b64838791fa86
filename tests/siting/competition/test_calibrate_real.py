"""Freiburg and Göttingen: what their data say, and what they cannot say."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr

from siting.competition.calibrate import calibrate
from siting.competition.calibrate_sales import Sales, calibrate_sales, expected_sales
from siting.competition.choices import Choices
from siting.competition.climb import Bounds
from siting.competition.held_out import EQUAL_SHARES, compare, hold_out
from siting.competition.log_centred import log_centred

pytestmark = pytest.mark.shared
HUFF = np.array([1.0, -1.0])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(rows: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([float(row[name]) for row in rows])


@pytest.fixture
def freiburg(shared: Path) -> tuple[Choices, np.ndarray, Sales]:
    """42 districts × 63 grocery stores: pairs, sales areas (m²) of the stores, and purchasing power and sales (EUR)."""
    folder = shared / "data" / "freiburg"
    rows = rows_of(folder / "Freiburg1.csv")
    names, district = np.unique(column(rows, "district"), return_inverse=True)
    outlet = column(rows, "store").astype(np.int64) - 1
    terms = np.log(np.column_stack([column(rows, "salesarea"), column(rows, "distance")]))
    area = np.zeros(63)
    area[outlet] = column(rows, "salesarea")
    power, sales = rows_of(folder / "Freiburg2.csv"), rows_of(folder / "Freiburg3.csv")
    np.testing.assert_array_equal(column(power, "district"), names)
    np.testing.assert_array_equal(column(sales, "store"), np.arange(1, 64))
    known = Sales(column(sales, "annualsales"), column(power, "ppower"))
    return Choices(district.astype(np.int64), outlet, terms, ("area", "distance")), area, known


@pytest.fixture
def goettingen(shared: Path) -> tuple[Choices, np.ndarray, np.ndarray]:
    """7 districts × 32 stores: pairs, the shares ``p_ij_obs``, and the 179 interviews they were made of, counted."""
    folder = shared / "data" / "freiburg"
    rows = rows_of(folder / "grocery2.csv")
    asked = Counter((row["plz_submarket"], row["store_code"]) for row in rows_of(folder / "grocery1.csv"))
    _, district = np.unique([row["plz_submarket"] for row in rows], return_inverse=True)
    _, outlet = np.unique([row["store_code"] for row in rows], return_inverse=True)
    terms = np.log(np.column_stack([column(rows, name) for name in ("salesarea_qm", "dist_km", "pricelevel_euro")]))
    counts = np.array([float(asked[row["plz_submarket"], row["store_code"]]) for row in rows])
    pairs = Choices(district.astype(np.int64), outlet.astype(np.int64), terms, ("area", "distance", "price"))
    return pairs, column(rows, "p_ij_obs"), counts


def test_freiburg_gives_the_known_correlations(freiburg: tuple[Choices, np.ndarray, Sales]) -> None:
    """Huff with α = λ = 1; but area alone is nearer to those sales: they are nearly area × a rate."""
    pairs, area, sales = freiburg
    expected = expected_sales(pairs, sales.demand, HUFF)
    assert pearsonr(expected, sales.sales).statistic == pytest.approx(0.943, abs=5e-4)
    assert spearmanr(expected, sales.sales).statistic == pytest.approx(0.816, abs=5e-4)
    assert pearsonr(area, sales.sales).statistic == pytest.approx(0.976, abs=5e-4)
    assert spearmanr(area, sales.sales).statistic == pytest.approx(0.873, abs=5e-4)


def test_freiburg_sales_say_nothing_of_distance(freiburg: tuple[Choices, np.ndarray, Sales]) -> None:
    """Calibrated on them, distance does not differ from 0, and the fit is that of area alone."""
    pairs, _, sales = freiburg
    found = calibrate_sales(pairs, sales, starts=np.array([[0.0, 0.0], HUFF]))
    np.testing.assert_allclose(found.coefficients, [0.95, -0.135], atol=0.002)
    np.testing.assert_allclose(found.standard_errors, [0.042, 0.170], atol=0.002)
    assert found.rate == pytest.approx(1.0)
    alone = calibrate_sales(pairs.only(["area"]), sales)
    near = [pearsonr(fit.expected, sales.sales).statistic for fit in (found, alone)]
    np.testing.assert_allclose(near, [0.9755, 0.9760], atol=5e-4)


def test_goettingen_shares_are_smoothed(goettingen: tuple[Choices, np.ndarray, np.ndarray]) -> None:
    """``p_ij_obs`` is (n_ij + 1) / (n_i + 32): no zero is left, while 147 of the 224 counts are 0."""
    pairs, shares, counts = goettingen
    interviews = pairs.over_district(counts)[pairs.district]
    np.testing.assert_allclose(shares, (counts + 1) / (interviews + 32), rtol=1e-12)
    assert (int(counts.sum()), int((counts == 0).sum()), int((shares == 0).sum())) == (179, 147, 0)


def test_goettingen_calibrated_on_shares_and_on_counts(goettingen: tuple[Choices, np.ndarray, np.ndarray]) -> None:
    """Smoothing halves the exponents; the regression of logs, which needs it, differs again."""
    pairs, shares, counts = goettingen
    huff = pairs.only(["area", "distance"])
    smooth, plain = calibrate(huff, shares), calibrate(huff, counts)
    np.testing.assert_allclose(smooth.coefficients, [0.259, -0.458], atol=5e-4)
    np.testing.assert_allclose(smooth.robust_errors, [0.058, 0.064], atol=5e-4)
    np.testing.assert_allclose(plain.coefficients, [0.673, -0.956], atol=5e-4)
    np.testing.assert_allclose(plain.standard_errors, [0.077, 0.082], atol=5e-4)
    np.testing.assert_allclose(plain.robust_errors, [0.092, 0.102], atol=5e-4)
    np.testing.assert_allclose(log_centred(huff, shares).coefficients, [0.210, -0.419], atol=5e-4)
    assert log_centred(huff, counts).left_out == 147
    price = calibrate(pairs, counts)
    assert abs(price.coefficients[2]) < 2 * price.standard_errors[2]  # price tells nothing here


@pytest.mark.parametrize(
    ("on_shares", "spearman", "pearson", "rmse", "per_visitor"),
    [
        (True, (0.489, 0.283, 0.449), (0.524, 0.277, 0.409), (0.0209, 0.0235, 0.0223), (-3.387, -3.441, -3.412)),
        (False, (0.541, 0.312, 0.422), (0.496, 0.276, 0.352), (0.0514, 0.0550, 0.0539), (-3.021, -3.338, -3.211)),
    ],
)
def test_goettingen_held_out_districts_beside_area_alone(
    goettingen: tuple[Choices, np.ndarray, np.ndarray],
    on_shares: bool,
    spearman: tuple[float, ...],
    pearson: tuple[float, ...],
    rmse: tuple[float, ...],
    per_visitor: tuple[float, ...],
) -> None:
    """Area and distance beat area alone, distance alone and equal shares on districts not seen, in every measure."""
    pairs, shares, counts = goettingen
    models = {"huff": ("area", "distance"), "area": ("area",), "distance": ("distance",)}
    found = compare(pairs, shares if on_shares else counts, models)
    fits = [found[name].fit for name in models]
    np.testing.assert_allclose([fit.spearman for fit in fits], spearman, atol=1e-3)
    np.testing.assert_allclose([fit.pearson for fit in fits], pearson, atol=1e-3)
    np.testing.assert_allclose([fit.rmse for fit in fits], rmse, atol=1e-4)
    np.testing.assert_allclose([fit.per_visitor for fit in fits], per_visitor, atol=1e-3)
    equal = found[EQUAL_SHARES].fit
    assert equal.per_visitor == pytest.approx(-np.log(32))
    assert all(equal.rmse > fit.rmse for fit in fits)


def test_goettingen_textbook_exponents(goettingen: tuple[Choices, np.ndarray, np.ndarray]) -> None:
    """On counts α = λ = 1 foretells unseen districts nearly as well as calibrated exponents; λ = 2 far worse."""
    pairs, _, counts = goettingen
    huff = pairs.only(["area", "distance"])
    textbook = [hold_out(huff, counts, Bounds(at, at)).fit.per_visitor for at in (HUFF, np.array([1.0, -2.0]))]
    calibrated = hold_out(huff, counts).fit.per_visitor
    np.testing.assert_allclose([calibrated, *textbook], [-3.021, -3.057, -3.442], atol=1e-3)


def test_goettingen_area_times_a_rate_is_no_better_than_equal_shares(
    goettingen: tuple[Choices, np.ndarray, np.ndarray],
) -> None:
    """Area with exponent 1 orders stores somewhat, but its shares are as far off as equal ones: ln 32 = 3.466."""
    pairs, _, counts = goettingen
    one = np.ones(1)
    found = hold_out(pairs.only(["area"]), counts, Bounds(one, one)).fit
    np.testing.assert_allclose(
        [found.spearman, found.pearson, found.rmse, found.per_visitor], [0.315, 0.236, 0.0619, -3.466], atol=1e-3
    )
