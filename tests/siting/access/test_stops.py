"""Access to public transport."""

import numpy as np
import pytest
from scipy import sparse

from outlet.errors import InputError
from siting.access.stops import count_within, departures_within, nearest_minutes, sum_within


@pytest.fixture
def cost() -> sparse.csr_array:
    """Three places, four stops: place 0 stands on stop 0 (a walk of 0), place 1 sees 2 stops, place 2 none."""
    data = np.array([0.0, 4.0, 6.0, 3.0, 5.0])
    return sparse.csr_array((data, np.array([0, 1, 3, 1, 2]), np.array([0, 3, 5, 5])), shape=(3, 4))


def test_nearest_by_hand(cost: sparse.csr_array) -> None:
    np.testing.assert_array_equal(nearest_minutes(cost), [0.0, 3.0, np.inf])
    np.testing.assert_array_equal(nearest_minutes(cost, np.array([False, False, True, True])), [6.0, 5.0, np.inf])
    np.testing.assert_array_equal(nearest_minutes(cost, np.zeros(4, dtype=bool)), [np.inf] * 3)


def test_count_within_by_hand_with_the_edge_inside(cost: sparse.csr_array) -> None:
    np.testing.assert_array_equal(count_within(cost, 5.0), [2.0, 2.0, 0.0])
    np.testing.assert_array_equal(sum_within(cost, 4.0, np.array([1.0, 10.0, 100.0, 1000.0])), [11.0, 10.0, 0.0])


def test_departures_unknown_is_not_zero(cost: sparse.csr_array) -> None:
    """Within 5 min place 0 sees stops 0 and 1, place 1 sees 1 and 2, place 2 nothing."""
    np.testing.assert_array_equal(
        departures_within(cost, 5.0, np.array([6.0, np.nan, np.nan, 2.0])), [6.0, np.nan, 0.0]
    )
    assert np.isnan(departures_within(cost, 5.0, np.full(4, np.nan))).all()


def test_one_more_stop_never_hurts(cost: sparse.csr_array) -> None:
    more = sparse.csr_array(sparse.hstack([cost, sparse.csr_array(np.array([[2.0], [2.0], [2.0]]))]))
    assert (nearest_minutes(more) <= nearest_minutes(cost)).all()
    assert (count_within(more, 5.0) >= count_within(cost, 5.0)).all()


def test_bad_input_is_named(cost: sparse.csr_array) -> None:
    with pytest.raises(InputError, match=r"wanted has shape \(2,\); expected \(4,\)"):
        nearest_minutes(cost, np.ones(2, dtype=bool))
    with pytest.raises(InputError, match=r"amount has shape \(2,\); expected \(4,\)"):
        sum_within(cost, 5.0, np.ones(2))
