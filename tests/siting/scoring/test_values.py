"""Value functions by hand: linear, step, logistic and band, and what is missing stays missing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from siting.scoring.values import robust_range, value_in_words, value_of
from siting.settings.weighing import ValueSettings

NAN = np.nan


def values(raw: list[float], *, more: bool = True, **told: object) -> list[float]:
    found = value_of(np.array(raw), more_is_better=more, settings=ValueSettings.model_validate(told))
    return [float(value) for value in found]


def test_value_by_hand() -> None:
    raw = np.array([10.0, 20.0, 30.0, NAN])
    np.testing.assert_allclose(value_of(raw, more_is_better=True), [0.0, 50.0, 100.0, NAN])
    np.testing.assert_allclose(value_of(raw, more_is_better=False), [100.0, 50.0, 0.0, NAN])


def test_one_far_outlier_does_not_press_the_others_together() -> None:
    raw = np.append(np.arange(11.0), 10_000.0)
    value = value_of(raw, more_is_better=True)
    assert value[-1] == 100.0
    assert value[10] - value[0] > 30.0


def test_mostly_equal_figures_keep_their_range() -> None:
    assert robust_range(np.array([0.0] * 9 + [5.0])) == (0.0, 5.0)


def test_alike_for_all_tells_nobody_apart() -> None:
    assert np.isnan(value_of(np.array([7.0, 7.0, NAN]), more_is_better=True)).all()
    assert robust_range(np.full(3, NAN)) is None


def test_given_ends_are_an_absolute_scale() -> None:
    """0 at 2, 100 at 10, whatever the feature's direction; a figure alike for all still has its value."""
    assert values([2, 6, 14, NAN], worst=2, best=10)[:3] == [0.0, 50.0, 100.0]
    assert values([2, 6, 14], more=False, worst=2, best=10) == [0.0, 50.0, 100.0]
    assert values([2, 6, 14], worst=10, best=2) == [100.0, 50.0, 0.0]
    assert values([6, 6], worst=2, best=10) == [50.0, 50.0]


def test_percentiles_of_the_candidates_are_the_ends() -> None:
    """Of 0 … 100 the 10th percentile is 10 and the 90th is 90."""
    raw = [float(x) for x in range(101)]
    found = values([*raw, NAN], percentiles=(10, 90))
    assert (found[10], found[50], found[90], found[95]) == (0.0, 50.0, 100.0, 100.0)
    assert np.isnan(found[-1])
    assert values(raw, more=False, percentiles=(10, 90))[30] == 75.0
    assert np.isnan(values([5.0, 5.0, NAN], percentiles=(10, 90))).all()


def test_a_step_is_good_from_its_threshold_on() -> None:
    assert values([4.9, 5.0, 5.1], shape="step", threshold=5) == [0.0, 100.0, 100.0]
    assert values([4.9, 5.0, 5.1], more=False, shape="step", threshold=5) == [100.0, 100.0, 0.0]
    assert np.isnan(values([NAN], shape="step", threshold=5)).all()


def test_a_logistic_is_50_at_its_threshold_and_climbs_from_10_to_90_over_its_width() -> None:
    assert values([4, 5, 6], shape="logistic", threshold=5, width=2) == pytest.approx([10.0, 50.0, 90.0])
    assert values([4, 5, 6], more=False, shape="logistic", threshold=5, width=2) == pytest.approx([90.0, 50.0, 10.0])
    assert values([-1e9, 1e9], shape="logistic", threshold=5, width=1e-6) == pytest.approx([0.0, 100.0])


def test_a_band_is_ideal_between_two_figures() -> None:
    assert values([0, 1, 1.5, 2, 5, 7, 9, 10], shape="band", band=(1, 2, 5, 9)) == [0, 0, 50, 100, 100, 50, 0, 0]
    assert values([0, 2, 3, 9], shape="band", band=(2, 2, 3, 3)) == [0, 100, 100, 0]  # cliffs: the good side counts
    assert np.isnan(values([NAN], shape="band", band=(1, 2, 5, 9))).all()


@given(seed=st.integers(0, 10_000), shape=st.sampled_from(["linear", "ends", "percentiles", "step", "logistic"]))
@settings(max_examples=50, deadline=None)
def test_a_better_figure_is_never_worth_less(seed: int, shape: str) -> None:
    raw = np.sort(np.random.default_rng(seed).normal(5, 3, 20))
    told = {
        "linear": {},
        "ends": {"worst": 1, "best": 8},
        "percentiles": {"percentiles": (5, 95)},
        "step": {"shape": "step", "threshold": 5},
        "logistic": {"shape": "logistic", "threshold": 5, "width": 3},
    }[shape]
    found = value_of(raw, more_is_better=True, settings=ValueSettings.model_validate(told))
    assert (np.diff(found) >= 0).all()
    assert found.min() >= 0.0
    assert found.max() <= 100.0


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"shape": "step"}, "shape 'step' with nothing; it takes threshold"),
        ({"worst": 1}, "shape 'linear' with worst; it takes nothing more or worst and best or percentiles"),
        ({"worst": 1, "best": 2, "percentiles": (5, 95)}, "with best, percentiles, worst"),
        ({"shape": "logistic", "threshold": 1}, "it takes threshold and width"),
        ({"shape": "band", "band": (1, 3, 2, 4)}, "is no band; expected four figures that never fall"),
        ({"percentiles": (95, 5)}, "are no two percentiles; expected 0 to 100, the lower first"),
        ({"worst": 3, "best": 3}, "worst and best are both 3"),
    ],
)
def test_bad_settings_are_named(told: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ValueSettings.model_validate(told)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"shape": "band", "band": (1, 2, 5, 9)}, "0 up to 1, 100 from 2 to 5, 0 from 9"),
        ({"shape": "step", "threshold": 5}, "100 at 5 or less, else 0"),
        ({"shape": "logistic", "threshold": 5, "width": 2}, "50 at 5, 90 with 1 less"),
        ({"worst": 9, "best": 2}, "0 at 9, 100 at 2"),
        ({}, "0 at 4, 100 at 1"),
    ],
)
def test_words_tell_the_figures_in_force(told: dict[str, object], words: str) -> None:
    raw = np.array([1.0, 2.0, 4.0])
    assert value_in_words(raw, ValueSettings.model_validate(told), more_is_better=False) == words
