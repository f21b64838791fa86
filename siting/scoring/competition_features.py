"""Measure the competition around a candidate, and what it would win against it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.competition.presence import demand_per_rival, nearest_rival, rivals_within
from siting.competition.share import captured_alone
from siting.scoring.demand_features import demand_nearby
from siting.scoring.inputs import Feature, FeatureInputs


def rivals_nearby(inputs: FeatureInputs) -> NDArray[np.float64]:
    """Return the attraction of rivals within ``competition.rivals_within_m`` along streets; more is worse.

    Source: competitive saturation (LaLonde, 1961).
    """
    return inputs.known(rivals_within(inputs.candidate_rivals, inputs.rivals_within_min, inputs.attraction_of_rivals))


def rival_walk_min(inputs: FeatureInputs) -> NDArray[np.float64]:
    """Return the walk along streets to the nearest rival, minutes, at most the cutoff; more is better.

    Rivals that attract far less than a typical one do not count. Source: spatial monopoly (Hotelling, 1929).
    """
    cutoff = inputs.settings.travel.cutoff_min
    return inputs.known(nearest_rival(inputs.candidate_rivals, cutoff, inputs.full_rivals))


def demand_per_rival_nearby(inputs: FeatureInputs) -> NDArray[np.float64]:
    """Return ``demand_nearby`` shared by attraction over the rivals near by and the newcomer; more is better.

    In demand units: the market gap. Source: index of retail saturation (LaLonde, 1961).
    """
    around = rivals_within(inputs.candidate_rivals, inputs.rivals_within_min, inputs.attraction_of_rivals)
    return inputs.known(demand_per_rival(demand_nearby(inputs), around, inputs.own_attraction))


def huff_share(inputs: FeatureInputs) -> NDArray[np.float64]:
    """Return the share of all demand the candidate would win as the only new outlet, per cent; more is better.

    Against rivals and our existing outlets. Source: Huff (1964), or McFadden (1974) for the logit.
    """
    won, _ = captured_alone(inputs.market, inputs.kept, np.arange(len(inputs.ids), dtype=np.int64))
    total = inputs.market.demand.sum()
    return inputs.known(100.0 * won / total if total > 0 else np.full(won.shape, np.nan))


def cannibalised_share(inputs: FeatureInputs) -> NDArray[np.float64]:
    """Return how much of what the candidate would win comes from our existing outlets, per cent; more is worse.

    NaN where it would win nothing, and where we have no outlets. Source: proportional draw (Luce, 1959; Huff, 1964).
    """
    won, taken = captured_alone(inputs.market, inputs.kept, np.arange(len(inputs.ids), dtype=np.int64))
    if inputs.kept.size == 0:
        return np.full(len(inputs.ids), np.nan)
    share = np.divide(100.0 * taken, won, out=np.full(won.shape, np.nan), where=won > 0)
    return inputs.known(share)


COMPETITION_FEATURES: tuple[Feature, ...] = (
    Feature(
        name="rivals_nearby",
        label="Attraction of rivals near by",
        unit="attraction",
        direction="less",
        family="competition",
        source="competitive saturation (LaLonde, 1961)",
        compute=rivals_nearby,
    ),
    Feature(
        name="rival_walk_min",
        label="Walk to the nearest rival",
        unit="min",
        direction="more",
        family="competition",
        source="spatial monopoly (Hotelling, 1929)",
        compute=rival_walk_min,
    ),
    Feature(
        name="demand_per_rival",
        label="Demand per rival",
        unit="demand",
        direction="more",
        family="competition",
        source="index of retail saturation (LaLonde, 1961)",
        compute=demand_per_rival_nearby,
    ),
    Feature(
        name="huff_share",
        label="Share of all demand it would win",
        unit="%",
        direction="more",
        family="competition",
        source="Huff (1964); McFadden (1974)",
        compute=huff_share,
    ),
    Feature(
        name="cannibalised_share",
        label="Share of its customers taken from our own outlets",
        unit="%",
        direction="less",
        family="competition",
        source="proportional draw (Luce, 1959)",
        compute=cannibalised_share,
    ),
)
