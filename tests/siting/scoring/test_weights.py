"""Direct weights and the choice of weights, in the functions and in outlet.toml."""

import numpy as np
import pytest
from pydantic import ValidationError

from outlet.errors import InputError
from siting.scoring.features import FEATURE_NAMES, FEATURES
from siting.scoring.spread_weights import critic_weights, entropy_weights
from siting.scoring.weights import choose_weights, direct_weights
from siting.settings.score import PRESET_WEIGHTS, RIVALS_AROUND, ScoreSettings, WeightSettings

BAND = {"shape": "band", "band": (0, 1, 3, 6)}


def values_of(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 100, (20, len(FEATURES)))


def told(**settings: object) -> ScoreSettings:
    return ScoreSettings.model_validate(settings)


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
    given = told(weights={"huff_share": 2}).weights.by_name()
    assert {name for name, weight in given.items() if weight > 0} == {"huff_share"}
    with pytest.raises(ValidationError, match="every weight is 0"):
        WeightSettings()


def test_a_walk_longer_than_the_cutoff_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"catchment.reach_min is a walk of 40 min; travel.cutoff_min = 30"):
        told(catchment={"reach_min": 40})
    with pytest.raises(ValidationError, match=r"'young' counts -1\.0 times; expected 0 or more"):
        told(target_market={"young": -1})


def test_direct_weights_are_the_default() -> None:
    chosen = choose_weights(ScoreSettings(), values_of())
    assert chosen.weights == direct_weights(PRESET_WEIGHTS.by_name())
    assert chosen.judged is None


def test_judgements_in_pairs_weigh_only_what_they_name() -> None:
    settings = told(weighing="ahp", ahp={"judgements": {"demand_nearby/huff_share": 3, "huff_share/stops_nearby": 2}})
    assert settings.counted == ("stops_nearby", "demand_nearby", "huff_share")
    chosen = choose_weights(settings, values_of())
    assert {name: w for name, w in chosen.weights.items() if w > 0} == pytest.approx(
        {"demand_nearby": 6 / 9, "huff_share": 2 / 9, "stops_nearby": 1 / 9}
    )
    assert chosen.judged is not None
    assert chosen.judged.missing == (("stops_nearby", "demand_nearby"),)


@pytest.mark.parametrize(("weighing", "derive"), [("entropy", entropy_weights), ("critic", critic_weights)])
def test_weights_from_the_data_count_features_with_a_direct_weight(weighing: str, derive: object) -> None:
    assert callable(derive)
    direct = {"stops_nearby": 1, "huff_share": 3}
    columns = [FEATURE_NAMES.index(name) for name in direct]
    derived = dict(zip(direct, derive(values_of()[:, columns]), strict=True))
    weights = choose_weights(told(weighing=weighing, weights=direct), values_of()).weights
    assert {name: w for name, w in weights.items() if w > 0} == pytest.approx(derived)
    mixed = choose_weights(told(weighing=weighing, weights=direct, data_share=0.4), values_of()).weights
    assert mixed["huff_share"] == pytest.approx(0.4 * derived["huff_share"] + 0.6 * 0.75)
    assert sum(mixed.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weighing": "ahp"}, 'weighing = "ahp" without judgements'),
        ({"ahp": {"judgements": {"huf_share/demand_nearby": 2}}}, "no feature 'huf_share'; did you mean 'huff_share'"),
        ({"ahp": {"judgements": {"huff_share": 2}}}, "judgement 'huff_share' is no pair"),
        ({"ahp": {"judgements": {"huff_share/huff_share": 1}}}, "is no pair; expected two features"),
        ({"ahp": {"judgements": {"huff_share/demand_nearby": 10}}}, "is 10; expected 1/9 to 9"),
        (
            {"ahp": {"judgements": {"huff_share/demand_nearby": 2, "demand_nearby/huff_share": 2}}},
            "is told twice; expected each pair once",
        ),
        ({"values": {"huffshare": {}}}, "no feature 'huffshare'; did you mean 'huff_share'"),
        ({"competition": {"rivals": "band"}}, r"needs \[siting.score.values.rivals_nearby\] with shape = \"band\""),
        (
            {"competition": {"rivals": "band"}, "values": {"rivals_nearby": BAND}},
            r"needs \[siting.score.values.rival_walk_min\]",
        ),
    ],
)
def test_what_does_not_fit_together_is_named(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        told(**settings)


def test_a_band_of_rivals_asks_only_of_features_that_count() -> None:
    told(competition={"rivals": "band"}, values=dict.fromkeys(RIVALS_AROUND, BAND))
    told(competition={"rivals": "band"}, values={"rivals_nearby": BAND}, weights={"rivals_nearby": 1, "huff_share": 1})
    told(competition={"rivals": "band"}, weights={"huff_share": 1})


def test_a_third_as_planners_write_it_is_on_the_scale() -> None:
    told(ahp={"judgements": {"huff_share/demand_nearby": 0.111, "demand_nearby/stops_nearby": 0.33}})
