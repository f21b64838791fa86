"""Measure the competition around a candidate, and what it would win against it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from siting.competition.presence import demand_per_rival, nearest_rival, rivals_within
from siting.demand.catchment import mean_around
from siting.demand.floating_catchment import FloatingCatchment, served, served_without
from siting.scoring.demand_features import catchment_decay, demand_nearby
from siting.scoring.inputs import Csr, Feature, FeatureInputs, Supply

PER_DEMAND = 1_000.0


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
    won, _ = inputs.won_alone
    total = inputs.market.demand.sum()
    return inputs.known(100.0 * won / total if total > 0 else np.full(won.shape, np.nan))


def cannibalised_share(inputs: FeatureInputs) -> NDArray[np.float64]:
    """Return how much of what the candidate would win comes from our existing outlets, per cent; more is worse.

    NaN where it would win nothing, and where we have no outlets. Source: proportional draw (Luce, 1959; Huff, 1964).
    """
    won, taken = inputs.won_alone
    if inputs.kept.size == 0:
        return np.full(len(inputs.ids), np.nan)
    share = np.divide(100.0 * taken, won, out=np.full(won.shape, np.nan), where=won > 0)
    return inputs.known(share)


def served_nearby(inputs: FeatureInputs) -> NDArray[np.float64]:
    """Return the supply per head of the people near by, attraction per 1,000 of demand; more is worse.

    Rivals and our outlets that stay, shared by all whom they reach; the mean over the target market near by. What a
    candidate supplies itself is left out. Little means a gap. NaN where nobody lives near by. Source: floating
    catchments (Luo and Wang, 2003; Luo and Qi, 2009; Wan, Zou and Sternberg, 2012).
    """
    if inputs.supply is None:
        return np.full(len(inputs.ids), np.nan)
    supply, floating = inputs.supply, inputs.settings.floating
    access = served(inputs.market.demand, supply.amount, supply.minutes, floating)
    people_choose = floating.method == "three_step"
    mean = mean_around(
        access.access,
        inputs.value,
        inputs.demand_candidates,
        catchment_decay(inputs.settings),
        less=None if people_choose else _of_itself(access, supply.own),
    )
    if people_choose:
        _leave_itself_out(inputs, supply, mean)
    return inputs.known(PER_DEMAND * mean)


def _of_itself(access: FloatingCatchment, own: NDArray[np.int64]) -> Csr | None:
    """Return what of the access at each point a candidate supplies itself, shape (n, m), None where none does."""
    if (own < 0).all():
        return None
    ratio = np.where(own >= 0, np.nan_to_num(access.ratio[own], nan=0.0), 0.0)
    return sparse.csr_array(access.pairs[:, np.maximum(own, 0)] @ sparse.diags_array(ratio))


def _leave_itself_out(inputs: FeatureInputs, supply: Supply, mean: NDArray[np.float64]) -> None:
    """Put in the mean, shape (m,), what candidates that are supply themselves have around them without themselves."""
    decay = catchment_decay(inputs.settings)
    places = np.flatnonzero(supply.own >= 0).tolist()
    columns = [inputs.demand_candidates[:, [place]] for place in places]
    points = [np.flatnonzero(np.diff(column.indptr)) for column in columns]
    asked = list(zip(supply.own[places].tolist(), points, strict=True))
    found = served_without(inputs.market.demand, supply.amount, supply.minutes, inputs.settings.floating, asked)
    for place, column, at, access in zip(places, columns, points, found, strict=True):
        mean[place] = mean_around(access, inputs.value[at], sparse.csr_array(column[at]), decay)[0]


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
    Feature(
        name="served_nearby",
        label="Supply people near by have already",
        unit="attraction per 1,000 demand",
        direction="less",
        family="competition",
        source="floating catchments (Luo and Wang, 2003; Luo and Qi, 2009; Wan et al., 2012)",
        compute=served_nearby,
    ),
)
