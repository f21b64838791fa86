"""What drives the difference: exact sums, by hand and for any halls."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.efficiency.drivers import DRIVERS, drivers_of
from layout.efficiency.grade import against_median, grade_of, weighted_points
from layout.efficiency.kpi import Halls, measure


def halls(rows):
    """Visits, value a visit, rent, staff, fit-out, area, heads."""
    visits, value, rent, staff, fit_out, area, heads = np.array(rows, dtype=np.float64).T
    return Halls(
        visits=visits,
        value_per_visit=value,
        rent=rent,
        staff_cost=staff,
        fit_out=fit_out,
        area_m2=area,
        heads=heads,
        hours=heads * 1600,
    )


def test_only_visits_differ():
    """100 and 300 visits of 10, all else alike: the whole ± 1,000 is the visits'."""
    same = [10, 50, 100, 20, 10, 2]
    found = drivers_of(halls([[100, *same], [300, *same]]), fit_out_years=10)
    assert found.mean == pytest.approx(2000 - 150 - 2)
    assert found.effects["visits"].tolist() == [-1000, 1000]
    assert all(np.abs(found.effects[name]).max() < 1e-9 for name in DRIVERS if name != "visits")


def test_two_factors_share_what_both_bring():
    """Halls of 100 visits of 10 and 300 of 30; the mean has 200 of 25, so 300·30 − 5,000 = 100·27.5 + 5·250."""
    same = [0, 0, 0, 20, 2]
    found = drivers_of(halls([[100, 10, *same], [300, 30, *same]]), fit_out_years=10)
    assert found.effects["visits"][1] == pytest.approx(100 * 27.5)
    assert found.effects["value_per_visit"][1] == pytest.approx(5 * 250)


amount = st.floats(1, 1e4)
hall = st.tuples(amount, amount, amount, amount, amount, amount, amount)


@given(st.lists(hall, min_size=1, max_size=6), st.integers(0, 6))
@settings(max_examples=50, deadline=None)
def test_effects_add_up_to_the_difference(rows, unknown):
    made = halls(rows)
    if unknown < len(rows):
        made.rent[unknown] = np.nan
    found = drivers_of(made, fit_out_years=8)
    contribution = measure(made, fit_out_years=8).contribution
    known = np.isfinite(contribution)
    assert found.known.tolist() == known.tolist()
    if not known.any():
        return
    assert found.mean == pytest.approx(contribution[known].mean(), rel=1e-9, abs=1e-4)
    total = sum(found.effects[name] for name in DRIVERS)
    assert total[known] == pytest.approx(contribution[known] - found.mean, rel=1e-9, abs=1e-3)
    assert np.isnan(total[~known]).all()


def test_an_empty_hall_differs_by_its_visits_alone():
    rows = [[0, 10, 50, 100, 20, 10, 2], [300, 10, 50, 100, 20, 10, 2]]
    found = drivers_of(halls(rows), fit_out_years=10)
    assert sum(found.effects[name][0] for name in DRIVERS) == pytest.approx(-1500)


def test_grades():
    points = weighted_points(
        {"sales": against_median(np.array([10.0, 20.0, 30.0])), "service": np.array([90.0, np.nan, np.nan])},
        {"sales": 1.0, "service": 3.0},
    )
    assert points.tolist() == [(25 + 270) / 4, 50, 75]
    bounds = {"A": 75.0, "B": 50.0, "C": 40.0}
    assert [grade_of(each, bounds) for each in (75.0, 74.9, 40.0, 39.9, float("nan"))] == ["A", "B", "C", "D", ""]
    assert np.isnan(against_median(np.array([0.0, 0.0]))).all()
