"""Newton between bounds: quadratics by hand, against scipy, and ends that are told."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear

from outlet.errors import InputError
from siting.competition.climb import Bounds, Slope, climb

INF = np.inf


def hill(matrix: np.ndarray, top: np.ndarray) -> Callable[[np.ndarray], Slope]:
    def at(point: np.ndarray) -> Slope:
        away = point - top
        return Slope(-0.5 * float(away @ matrix @ away), -matrix @ away, matrix)

    return at


def test_by_hand() -> None:
    """−½((x−3)² + (y−1)²): the top is (3, 1); with x ≤ 2 it is (2, 1) and x is held; x fixed at 5 gives (5, 1)."""
    function = hill(np.eye(2), np.array([3.0, 1.0]))
    free = climb(function, np.zeros(2), Bounds.none(2), 1e-12)
    np.testing.assert_allclose(free.point, [3.0, 1.0])
    assert free.arrived
    assert not free.held.any()
    held = climb(function, np.zeros(2), Bounds(np.array([-INF, -INF]), np.array([2.0, INF])), 1e-12)
    np.testing.assert_allclose(held.point, [2.0, 1.0])
    np.testing.assert_array_equal(held.held, [True, False])
    fixed = climb(function, np.zeros(2), Bounds(np.array([5.0, -INF]), np.array([5.0, INF])), 1e-12)
    np.testing.assert_allclose(fixed.point, [5.0, 1.0])


@given(seed=st.integers(0, 10_000), size=st.integers(1, 6))
@settings(max_examples=50, deadline=None)
def test_agrees_with_bounded_least_squares(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    root, right = rng.normal(size=(size + 3, size)), rng.normal(size=size + 3)
    low = rng.normal(size=size) - 0.5
    bounds = Bounds(low, low + rng.uniform(0.1, 2.0, size))
    top = np.linalg.lstsq(root, right)[0]
    found = climb(hill(root.T @ root, top), rng.normal(size=size), bounds, 1e-14)
    known = lsq_linear(root, right, (bounds.lower, bounds.upper), tol=1e-14).x
    assert found.arrived
    np.testing.assert_allclose(found.point, known, atol=1e-5)


def test_a_hill_without_a_top_does_not_arrive() -> None:
    endless = climb(lambda x: Slope(float(x[0]), np.ones(1), np.eye(1)), np.zeros(1), Bounds.none(1), 1e-9)
    assert not endless.arrived


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match="expected lower ≤ upper"):
        Bounds(np.array([1.0]), np.array([0.0]))
    with pytest.raises(InputError, match="expected lower ≤ upper"):
        Bounds(np.array([np.nan]), np.array([0.0]))
    with pytest.raises(InputError, match=r"expected \(K,\) both"):
        Bounds(np.zeros(1), np.ones(2))
    with pytest.raises(InputError, match="room for a finite coefficient"):
        Bounds(np.array([INF]), np.array([INF]))
    with pytest.raises(InputError, match="expected 1 finite numbers"):
        climb(hill(np.eye(1), np.zeros(1)), np.array([np.nan]), Bounds.none(1), 1e-9)
