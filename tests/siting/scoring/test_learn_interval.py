"""CV+ intervals: against the definition written plainly, and how many outlets they hold."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.errors import InputError
from siting.scoring.learn_interval import held_out_intervals, interval
from siting.scoring.learn_model import ModelChoice, leave_out


def plain(by_model: np.ndarray, errors: np.ndarray, fold: np.ndarray, coverage: float) -> tuple[list[float], ...]:
    """The definition, one place after the other."""
    n, low, high = len(errors), [], []
    for row in by_model:
        lows = sorted(row[fold[i]] - errors[i] for i in range(n))
        highs = sorted(row[fold[i]] + errors[i] for i in range(n))
        low.append(lows[math.floor(round((1 - coverage) * (n + 1), 9)) - 1])
        high.append(highs[math.ceil(round(coverage * (n + 1), 9)) - 1])
    return low, high


def test_by_hand() -> None:
    """Four outlets, 60 %: the 2nd least of 9, 8, 17, 16 and the 3rd least of 11, 12, 23, 24."""
    low, high = interval(np.array([[10.0, 20.0]]), np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 0, 1, 1]), 0.6)
    assert (low[0], high[0]) == (9.0, 23.0)


@given(seed=st.integers(0, 9999), n=st.integers(20, 60), coverage=st.sampled_from([0.5, 0.8, 0.9, 0.95]))
@settings(max_examples=50, deadline=None)
def test_it_is_the_definition(seed: int, n: int, coverage: float) -> None:
    rng = np.random.default_rng(seed)
    by_model, errors, fold = rng.normal(size=(7, 4)), np.abs(rng.normal(size=n)), rng.integers(0, 4, n)
    low, high = interval(by_model, errors, fold, coverage)
    np.testing.assert_allclose((low, high), plain(by_model, errors, fold, coverage))
    wider_low, wider_high = interval(by_model, errors * 2, fold, coverage)
    assert (wider_low <= low).all()
    assert (wider_high >= high).all()


def test_too_few_outlets_for_so_wide_an_interval() -> None:
    with pytest.raises(InputError, match=r"holds 99 % of outlets needs at least 99 .*; there are 50: lower .*coverage"):
        interval(np.zeros((1, 2)), np.zeros(50), np.arange(50) % 2, 0.99)
    interval(np.zeros((1, 2)), np.zeros(99), np.arange(99) % 2, 0.99)


@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_they_hold_what_they_should_of_outlets_drawn_alike(coverage: float) -> None:
    """Of 500 outlets drawn alike, with errors that are far from normal."""
    rng = np.random.default_rng(2)
    features = pd.DataFrame(rng.normal(size=(500, 2)), columns=["a", "b"])
    y = features["a"].to_numpy() + rng.laplace(0, 0.5, 500)
    fold = np.arange(500) % 5
    left_out = leave_out(features, y, fold, ModelChoice(kinds=("ridge",), directions={}))
    low, high = held_out_intervals(left_out, y, fold, coverage)
    held = float(((low <= y) & (y <= high)).mean())
    assert coverage - 0.03 < held < coverage + 0.03


def test_the_interval_of_an_outlet_knows_nothing_of_its_fold() -> None:
    rng = np.random.default_rng(3)
    features = pd.DataFrame(rng.normal(size=(100, 2)), columns=["a", "b"])
    y, fold = rng.normal(size=100), np.arange(100) % 4
    choice = ModelChoice(kinds=("ridge",), directions={})
    first = held_out_intervals(leave_out(features, y, fold, choice), y, fold, 0.8)
    other = np.where(fold == 1, 50.0 * y, y)
    second = held_out_intervals(leave_out(features, other, fold, choice), other, fold, 0.8)
    np.testing.assert_array_equal(first[0][fold == 1], second[0][fold == 1])
    np.testing.assert_array_equal(first[1][fold == 1], second[1][fold == 1])
    assert (second[1] - second[0])[fold != 1].mean() > 3 * (first[1] - first[0])[fold != 1].mean()
