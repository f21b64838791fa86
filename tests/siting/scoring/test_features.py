"""Every feature by hand on the street of four candidates, and the table that lists them."""

import dataclasses

import numpy as np
import pytest

from siting.scoring.features import FEATURE_NAMES, FEATURES, better_of, compute_features, direction_of
from siting.scoring.inputs import FeatureInputs
from siting.settings.score import ScoreSettings, WeightSettings

NAN = np.nan
BY_HAND = {
    "station_walk_min": [7.0, 30.0, 30.0, NAN],  # none within the cutoff of 30: at least 30
    "stops_nearby": [1.0, 1.0, 0.0, NAN],  # 400 m = 5 min
    "departures_nearby": [12.0, 12.0, 0.0, NAN],
    # a: bus 30 / (1 + 2 + 2), metro 30 / (7 + 1.5 + 0.75); b: bus 30 / (4 + 2 + 2)
    "ptal_index": [6.0 + 30 / 9.25, 3.75, 0.0, NAN],
    "demand_nearby": [120.0, 105.0, 30.0, NAN],  # 150 · 0.8; 150 · 0.5 + 60 · 0.5; 150 · 0.2
    "demand_by_car": [90.0, 186.0, 120.0, NAN],  # 150 · 0.6; 150 + 60 · 0.6; 150 · 0.8
    "demand_in_hours": [32.0, 120.0, 8.0, NAN],  # 40 · 0.8; 40 · 0.5 + 200 · 0.5; 40 · 0.2
    "rivals_nearby": [1.0, 0.0, NAN, NAN],  # 800 m = 10 min; c lies outside the competitor layer
    "rival_walk_min": [3.0, 15.0, NAN, NAN],
    "demand_per_rival": [60.0, 105.0, NAN, NAN],
    # a: 100 · .5 / (.25 + .25 + .5) = 50 of 160; b: 100 · .2 / .7 + 60 of 160
    "huff_share": [31.25, 100 * (100 * 2 / 7 + 60) / 160, NAN, NAN],
    # a takes half of its 50 from our own; b half of 200/7, and of the 60 that reach nobody else nothing
    "cannibalised_share": [50.0, 100 * (100 / 7) / (200 / 7 + 60), NAN, NAN],
    # our outlet and the rival share the 100: 1/100 + 1/100 a head there, nothing where the 60 live
    "served_nearby": [20.0, 20 * 75 / 105, NAN, NAN],
}


@pytest.mark.parametrize("name", FEATURE_NAMES)
def test_by_hand(name: str, four_candidates: FeatureInputs) -> None:
    found = compute_features(four_candidates)
    assert list(found.index) == ["a", "b", "c", "d"]
    np.testing.assert_allclose(found[name].to_numpy(), BY_HAND[name])


def test_the_table_and_the_settings_name_the_same_features() -> None:
    assert tuple(WeightSettings.model_fields) == FEATURE_NAMES
    assert set(BY_HAND) == set(FEATURE_NAMES)


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_every_feature_states_unit_direction_and_source(feature) -> None:  # type: ignore[no-untyped-def]
    said = (feature.compute.__doc__ or "").replace("\n", " ")
    assert feature.unit
    assert "Source:" in said
    assert ("more is better" in said) == (feature.direction == "more")
    assert ("more is worse" in said) == (feature.direction == "less")


def test_the_order_of_candidates_does_not_matter(four_candidates: FeatureInputs) -> None:
    order = np.array([2, 0, 3, 1])
    sites = np.append(order, 4)
    drives = four_candidates.drives
    assert drives is not None
    market = dataclasses.replace(four_candidates.market, attraction=four_candidates.market.attraction[:, sites])
    shuffled = dataclasses.replace(
        four_candidates,
        ids=four_candidates.ids[order],
        on_street=four_candidates.on_street[order],
        rivals_known=four_candidates.rivals_known[order],
        candidate_stops=four_candidates.candidate_stops[order],
        candidate_rivals=four_candidates.candidate_rivals[order],
        demand_candidates=four_candidates.demand_candidates[:, order],
        supply=dataclasses.replace(four_candidates.supply, own=four_candidates.supply.own[order]),
        market=market,
        drives=dataclasses.replace(drives, minutes=drives.minutes[:, order], on_road=drives.on_road[order]),
    )
    found, expected = compute_features(shuffled), compute_features(four_candidates)
    np.testing.assert_allclose(found.loc[expected.index].to_numpy(), expected.to_numpy())


def test_what_the_project_lacks_is_missing_not_zero(four_candidates: FeatureInputs) -> None:
    without = dataclasses.replace(
        four_candidates,
        candidate_stops=four_candidates.candidate_stops[:, :0],
        is_station=np.zeros(0, dtype=bool),
        departures_per_hour=np.zeros(0),
        service=None,
        drives=None,
        kept=np.zeros(0, dtype=np.int64),
        rivals_known=np.zeros(4, dtype=bool),
        value_in_hours=None,
    )
    found = compute_features(without)
    assert found.drop(columns="demand_nearby").isna().all(axis=None)
    assert found["demand_nearby"].notna().sum() == 3


def test_a_place_that_no_car_comes_near_has_no_demand_by_car(four_candidates: FeatureInputs) -> None:
    drives = four_candidates.drives
    assert drives is not None
    off = dataclasses.replace(drives, on_road=np.array([True, False, True, True]))
    found = compute_features(dataclasses.replace(four_candidates, drives=off))["demand_by_car"]
    np.testing.assert_array_equal(found, [90.0, NAN, 120.0, NAN])


def test_a_planner_who_follows_rivals_turns_their_direction() -> None:
    follow = ScoreSettings.model_validate({"competition": {"rivals": "follow"}})
    turned = [f.name for f in FEATURES if direction_of(f, follow) != direction_of(f, ScoreSettings())]
    assert turned == ["rivals_nearby", "rival_walk_min"]


def test_what_is_better_follows_how_figures_are_valued() -> None:
    """A band is neither more nor less, and two figures turn a direction; the rest is as the feature states."""
    values = {
        "rivals_nearby": {"shape": "band", "band": [0, 1, 2, 3]},
        "stops_nearby": {"worst": 9, "best": 1},
        "station_walk_min": {"shape": "step", "threshold": 5},
    }
    settings = ScoreSettings.model_validate({"values": values})
    found = {feature.name: better_of(feature, settings) for feature in FEATURES}
    assert (found["rivals_nearby"], found["stops_nearby"]) == ("band", "less")
    assert (found["station_walk_min"], found["demand_nearby"]) == ("less", "more")
