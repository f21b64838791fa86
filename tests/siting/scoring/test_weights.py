"""Direct weights, in the function and in outlet.toml."""

import pytest
from pydantic import ValidationError

from outlet.errors import InputError
from siting.scoring.features import FEATURE_NAMES
from siting.scoring.weights import direct_weights
from siting.settings.score import PRESET_WEIGHTS, ScoreSettings, WeightSettings


def test_shares_sum_to_one_and_scaling_does_not_matter() -> None:
    weights = direct_weights({"huff_share": 30, "demand_nearby": 10})
    assert weights["huff_share"] == 0.75
    assert list(weights) == list(FEATURE_NAMES)
    assert sum(weights.values()) == 1.0
    assert direct_weights({"huff_share": 3, "demand_nearby": 1}) == weights


def test_bad_weights_are_named() -> None:
    with pytest.raises(InputError, match="no feature 'huf_share'; did you mean 'huff_share'"):
        direct_weights({"huf_share": 1})
    with pytest.raises(InputError, match="features: station_walk_min"):
        direct_weights({"zzzz": 1})
    with pytest.raises(InputError, match=r"weights\.huff_share is -1"):
        direct_weights({"huff_share": -1})
    with pytest.raises(InputError, match="every weight is 0"):
        direct_weights({})


def test_settings_given_replace_the_preset_wholly() -> None:
    assert ScoreSettings().weights == PRESET_WEIGHTS
    given = ScoreSettings.model_validate({"weights": {"huff_share": 2}}).weights.by_name()
    assert {name for name, weight in given.items() if weight > 0} == {"huff_share"}
    with pytest.raises(ValidationError, match="every weight is 0"):
        WeightSettings()


def test_a_walk_longer_than_the_cutoff_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"catchment.reach_min is a walk of 40 min; travel.cutoff_min = 30"):
        ScoreSettings.model_validate({"catchment": {"reach_min": 40}})
    with pytest.raises(ValidationError, match=r"'young' counts -1\.0 times; expected 0 or more"):
        ScoreSettings.model_validate({"target_market": {"young": -1}})
