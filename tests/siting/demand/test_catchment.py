"""Demand around candidates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from outlet.errors import InputError
from siting.demand.catchment import catchment_demand
from siting.demand.decay import Decay


def test_two_candidates_by_hand() -> None:
    """Linear over 10 min: candidate 0 gets 100 · 0.5 + 40 · 1 (a zero walk counts), candidate 1 gets 100 · 0.2."""
    cost = sparse.csr_array((np.array([5.0, 8.0, 0.0]), np.array([0, 1, 0]), np.array([0, 2, 3])), shape=(2, 2))
    demand = catchment_demand(np.array([100.0, 40.0]), cost, Decay(kind="linear", reach_min=10.0))
    np.testing.assert_allclose(demand, [90.0, 20.0])


@given(seed=st.integers(0, 10_000), n=st.integers(0, 8), m=st.integers(1, 6))
@settings(max_examples=50, deadline=None)
def test_agrees_with_two_loops(seed: int, n: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    walk = rng.uniform(0, 20, (n, m))
    reachable = rng.random((n, m)) < 0.6
    rows, columns = np.nonzero(reachable)
    cost = sparse.csr_array(sparse.coo_array((walk[rows, columns], (rows, columns)), shape=(n, m)))
    weight = rng.integers(0, 100, n).astype(float)
    decay = Decay(kind="gaussian", reach_min=15.0, scale_min=6.0)
    expected = [sum(weight[i] * decay(walk[i : i + 1, j])[0] for i in range(n) if reachable[i, j]) for j in range(m)]
    np.testing.assert_allclose(catchment_demand(weight, cost, decay), expected, atol=1e-9)


def test_bad_input_is_named() -> None:
    cost = sparse.csr_array(np.ones((2, 1)))
    decay = Decay(kind="step", reach_min=5.0)
    with pytest.raises(InputError, match=r"weight has shape \(3,\); expected \(2,\)"):
        catchment_demand(np.ones(3), cost, decay)
    with pytest.raises(InputError, match="a demand weight is negative"):
        catchment_demand(np.array([1.0, -1.0]), cost, decay)
