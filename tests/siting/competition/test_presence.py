"""Rivals around a place."""

import numpy as np
import pytest
from scipy import sparse

from outlet.errors import InputError
from siting.competition.presence import demand_per_rival, nearest_rival, rivals_within, typical_attraction


@pytest.fixture
def cost() -> sparse.csr_array:
    """Two places, three rivals: place 0 reaches all (at 0, 5 and 12 min), place 1 none."""
    return sparse.csr_array((np.array([0.0, 5.0, 12.0]), np.array([0, 1, 2]), np.array([0, 3, 3])), shape=(2, 3))


def test_by_hand(cost: sparse.csr_array) -> None:
    np.testing.assert_array_equal(rivals_within(cost, 10.0, np.array([1.0, 2.5, 4.0])), [3.5, 0.0])
    np.testing.assert_array_equal(nearest_rival(cost, 30.0, np.array([True, True, True])), [0.0, 30.0])
    np.testing.assert_array_equal(nearest_rival(cost, 30.0, np.array([False, True, True])), [5.0, 30.0])
    np.testing.assert_allclose(
        demand_per_rival(np.array([90.0, 90.0]), np.array([3.0, 0.0]), np.array([1.5, 1.5])), [30.0, 90.0]
    )


def test_no_rivals_at_all() -> None:
    empty = sparse.csr_array((2, 0), dtype=np.float64)
    np.testing.assert_array_equal(rivals_within(empty, 10.0, np.zeros(0)), [0.0, 0.0])
    np.testing.assert_array_equal(nearest_rival(empty, 30.0, np.zeros(0, dtype=bool)), [30.0, 30.0])


def test_a_typical_rival_is_one_that_customers_meet() -> None:
    assert typical_attraction(np.array([0.1] * 18 + [1.0] * 12)) == 1.0
    assert typical_attraction(np.array([300.0, 100.0, 200.0])) == 200.0
    assert typical_attraction(np.zeros(0)) == 1.0
    assert typical_attraction(np.zeros(3)) == 1.0
    assert typical_attraction(np.array([0.0, 0.0, 2.0])) == 2.0


def test_bad_input_is_named(cost: sparse.csr_array) -> None:
    with pytest.raises(InputError, match="a rival's attraction is below 0"):
        rivals_within(cost, 10.0, np.array([1.0, -1.0, 1.0]))
    with pytest.raises(InputError, match=r"attraction has shape \(1,\); expected \(3,\)"):
        rivals_within(cost, 10.0, np.ones(1))
    with pytest.raises(InputError, match=r"wanted has shape \(1,\); expected \(3,\)"):
        nearest_rival(cost, 30.0, np.ones(1, dtype=bool))
    with pytest.raises(InputError, match="a newcomer's attraction is not above 0"):
        demand_per_rival(np.ones(1), np.ones(1), np.zeros(1))
