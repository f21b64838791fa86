"""Target markets."""

import numpy as np
import pytest

from outlet.errors import InputError
from siting.demand.segments import value_of_demand

WEIGHT = np.array([100.0, 50.0, 10.0])
SEGMENTS = {"income_high": np.array([20.0, 0.0, 10.0]), "age_60plus": np.array([10.0, 50.0, np.nan])}


def test_without_a_target_market_everyone_counts_once() -> None:
    np.testing.assert_array_equal(value_of_demand(WEIGHT, SEGMENTS, {}), WEIGHT)
    np.testing.assert_array_equal(value_of_demand(WEIGHT, SEGMENTS, {"income_high": 1.0}), WEIGHT)


def test_the_rich_count_twice_and_the_old_one_and_a_half_times() -> None:
    value = value_of_demand(WEIGHT, SEGMENTS, {"income_high": 2.0, "age_60plus": 1.5})
    np.testing.assert_allclose(value, [125.0, 75.0, 20.0])


def test_a_segment_that_counts_nothing_is_taken_out_and_never_below_zero() -> None:
    np.testing.assert_allclose(value_of_demand(WEIGHT, SEGMENTS, {"income_high": 0.0}), [80.0, 50.0, 0.0])
    overlap = {"a": np.array([100.0]), "b": np.array([60.0])}
    assert value_of_demand(np.array([100.0]), overlap, {"a": 0.0, "b": 0.0})[0] == 0.0


def test_an_unknown_segment_offers_the_nearest() -> None:
    with pytest.raises(InputError, match="no segment 'income_hi'; did you mean 'income_high'"):
        value_of_demand(WEIGHT, SEGMENTS, {"income_hi": 2.0})
    with pytest.raises(InputError, match="there are: age_60plus, income_high"):
        value_of_demand(WEIGHT, SEGMENTS, {"zzz": 2.0})
    with pytest.raises(InputError, match="it has none"):
        value_of_demand(WEIGHT, {}, {"zzz": 2.0})
    with pytest.raises(InputError, match="income_high is -1"):
        value_of_demand(WEIGHT, SEGMENTS, {"income_high": -1.0})
