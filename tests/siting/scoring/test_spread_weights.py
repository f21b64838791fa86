"""Weights from how candidates differ: published examples, by hand, and what is missing."""

import numpy as np
import pytest
from pymcdm.weights import critic_weights as critic_of_pymcdm
from pymcdm.weights import entropy_weights as entropy_of_pymcdm

from outlet.errors import InputError
from siting.scoring.spread_weights import critic_weights, entropy_weights

NAN = np.nan
AIRCRAFT = np.array(
    [
        [2.0, 1500, 20000, 5.5, 5, 9],
        [2.5, 2700, 18000, 6.5, 3, 5],
        [1.8, 2000, 21000, 4.5, 7, 7],
        [2.2, 1800, 20000, 5.0, 5, 5],
    ]
)
"""Choice of a fighter aircraft: Hwang and Yoon (1981), Multiple attribute decision making."""
FIRMS = np.array(
    [
        [61, 1.08, 4.33],
        [20.7, 0.26, 4.34],
        [16.3, 1.98, 2.53],
        [9, 3.29, 1.65],
        [5.4, 2.77, 2.33],
        [4, 4.12, 1.21],
        [-6.1, 3.52, 2.10],
        [-34.6, 3.31, 0.98],
    ]
)
"""Greek pharmaceutical firms: Diakoulaki, Mavrotas and Papayannakis (1995), Computers & Operations Research 22."""


def scaled(figures: np.ndarray) -> np.ndarray:
    return 100 * (figures - figures.min(axis=0)) / (figures.max(axis=0) - figures.min(axis=0))


def test_entropy_of_the_aircraft_as_published() -> None:
    """Printed to four digits from rounded steps."""
    published = [0.0649, 0.2055, 0.0133, 0.0829, 0.3570, 0.2764]
    np.testing.assert_allclose(entropy_weights(AIRCRAFT), published, atol=2e-3)
    np.testing.assert_allclose(entropy_weights(AIRCRAFT), entropy_of_pymcdm(AIRCRAFT))


def test_critic_of_the_firms_as_published() -> None:
    np.testing.assert_allclose(critic_weights(scaled(FIRMS)), [0.20222554, 0.48090173, 0.31687273], atol=1e-8)
    np.testing.assert_allclose(critic_weights(scaled(FIRMS)), critic_of_pymcdm(FIRMS))


def test_entropy_by_hand() -> None:
    """One of four has all of the first: entropy 0. Two of four share the second: ln 2 / ln 4 = 1/2. Third: alike."""
    values = np.array([[100.0, 50.0, 40.0], [0.0, 50.0, 40.0], [0.0, 0.0, 40.0], [0.0, 0.0, 40.0]])
    np.testing.assert_allclose(entropy_weights(values), [2 / 3, 1 / 3, 0.0], atol=1e-12)


def test_critic_by_hand() -> None:
    """The first two say the same and the third the opposite of both: conflicts 0 + 2, 2 + 0 and 2 + 2, one spread."""
    values = np.array([[0.0, 0.0, 100.0], [100.0, 100.0, 0.0]])
    np.testing.assert_allclose(critic_weights(values), [0.25, 0.25, 0.5])


@pytest.mark.parametrize("weigh", [entropy_weights, critic_weights])
def test_what_is_missing_is_left_out(weigh: object) -> None:
    """A candidate without any figure changes nothing, nor does a feature that nobody has or that is alike for all."""
    assert callable(weigh)
    values = scaled(FIRMS)
    plain = weigh(values)
    more = np.column_stack([values, np.full(8, NAN), np.full(8, 40.0)])
    more = np.vstack([more, np.full(5, NAN)])
    np.testing.assert_allclose(weigh(more), [*plain, 0.0, 0.0], atol=1e-12)


@pytest.mark.parametrize("weigh", [entropy_weights, critic_weights])
def test_order_of_candidates_does_not_matter_and_one_feature_has_all(weigh: object) -> None:
    assert callable(weigh)
    values = np.random.default_rng(3).uniform(0, 100, (12, 4))
    np.testing.assert_allclose(weigh(values[::-1]), weigh(values))
    np.testing.assert_allclose(weigh(values[:, [2, 0, 1, 3]]), weigh(values)[[2, 0, 1, 3]])
    np.testing.assert_allclose(weigh(np.array([[0.0, 7.0], [100.0, 7.0]])), [1.0, 0.0])


@pytest.mark.parametrize("weigh", [entropy_weights, critic_weights])
def test_nothing_to_tell_apart_is_refused(weigh: object) -> None:
    assert callable(weigh)
    with pytest.raises(InputError, match='no feature tells any two candidates apart; use weighing = "direct"'):
        weigh(np.array([[50.0, NAN], [50.0, NAN]]))
