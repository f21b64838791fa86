"""Efficiency of two hand-drawn halls and one of which little is known."""

import numpy as np
import pytest

from layout.efficiency.kpi import Halls, measure, rank_of
from outlet.errors import InputError


@pytest.fixture
def halls():
    """A: 10,000 visits of 20, rent 30,000, staff 120,000, fit-out 100,000, 100 m², 4 heads; B: twice the visits."""
    return Halls(
        visits=np.array([10_000.0, 20_000.0, 5_000.0]),
        value_per_visit=np.array([20.0, 20.0, 20.0]),
        rent=np.array([30_000.0, 80_000.0, np.nan]),
        staff_cost=np.array([120_000.0, 250_000.0, 50_000.0]),
        fit_out=np.array([100_000.0, 200_000.0, 0.0]),
        area_m2=np.array([100.0, 250.0, np.nan]),
        heads=np.array([4.0, 8.0, 2.0]),
        hours=np.array([6_400.0, 12_500.0, 3_200.0]),
    )


def test_hand_drawn(halls):
    found = measure(halls, fit_out_years=10)
    assert found.value.tolist() == [200_000, 400_000, 100_000]
    assert found.contribution[:2].tolist() == [40_000, 50_000]
    assert found.contribution_per_m2[:2].tolist() == [400, 200]
    assert found.contribution_per_head[:2].tolist() == [10_000, 6_250]
    assert found.contribution_per_hour[:2].tolist() == [6.25, 4]
    assert found.value_per_hour[2] == 31.25
    assert found.payback_years[:2].tolist() == [2, pytest.approx(200 / 70)]
    assert found.rank.tolist() == [2, 1, 0]
    assert found.rank_per_m2.tolist() == [1, 2, 0]
    assert found.rank_per_head.tolist() == [1, 2, 0]


def test_what_is_unknown_stays_unknown(halls):
    found = measure(halls, fit_out_years=10)
    assert np.isnan(found.contribution[2])
    assert np.isnan(found.payback_years[2])
    assert found.value_per_head[2] == 50_000
    assert np.isnan(found.value_per_m2[2])


def test_a_hall_that_loses_money_never_pays_back(halls):
    poor = Halls(**{**vars(halls), "value_per_visit": np.full(3, 1.0)})
    assert np.isinf(measure(poor, fit_out_years=10).payback_years[:2]).all()


def test_order_of_outlets_does_not_matter(halls):
    turned = Halls(**{name: array[::-1] for name, array in vars(halls).items()})
    assert measure(turned, fit_out_years=5).rank[::-1].tolist() == measure(halls, fit_out_years=5).rank.tolist()


def test_equal_figures_share_a_rank():
    assert rank_of(np.array([1.0, 3.0, 3.0, np.nan])).tolist() == [3, 1, 1, 0]


def test_bad_input(halls):
    with pytest.raises(InputError, match="fit_out_years is 0"):
        measure(halls, fit_out_years=0)
    with pytest.raises(InputError, match=r"Halls.rent: shape \(2,\); expected \(3,\)"):
        Halls(**{**vars(halls), "rent": np.zeros(2)})
