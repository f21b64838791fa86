"""List the features a candidate is judged by, each with unit, direction and source, and compute them.

A feature is one named function from `FeatureInputs` to one figure per candidate, NaN where it is not known. Not known
is not zero: a candidate outside the area that the competitor layer covers has no competition features, and one that
no street reaches has no walked ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from siting.access.ptal import RouteService, ptal, ptal_rules
from siting.access.stops import count_within, departures_within, nearest_minutes
from siting.competition.presence import demand_per_rival, nearest_rival, rivals_within, typical_attraction
from siting.competition.share import Market, captured_alone
from siting.demand.catchment import catchment_demand
from siting.demand.decay import Decay
from siting.settings.score import ScoreSettings

Direction = Literal["more", "less"]
Family = Literal["access", "demand", "competition"]
Csr = sparse.csr_array[np.float64]


@dataclass(frozen=True, kw_only=True)
class FeatureInputs:
    """What features are computed from: m candidates, n demand points, s stops, r rivals, q sites.

    Parameters
    ----------
    ids
        The candidates' ids, in the order of all arrays; the first m sites are the candidates.
    on_street
        Whether a street is near enough to a candidate, shape (m,).
    rivals_known
        Whether the competitor layer covers a candidate, shape (m,).
    candidate_stops, candidate_rivals
        Walking minutes, shapes (m, s) and (m, r), explicit entries for reachable pairs.
    demand_candidates
        Walking minutes, shape (n, m).
    is_station, departures_per_hour
        Of the stops, shape (s,); departures NaN where unknown.
    attraction_of_rivals
        Shape (r,), above 0.
    own_attraction
        Attraction of the newcomer in the rivals' unit, shape (m,), above 0.
    value
        What each demand point counts for the target market, shape (n,).
    market
        Attraction of all q sites, of rivals, and the demand itself.
    kept
        Positions of our existing outlets among the sites.
    settings
        Radii, kernels and models.
    service
        The stops' routes, or None where there is no timetable.
    """

    ids: pd.Index[str]
    on_street: NDArray[np.bool_]
    rivals_known: NDArray[np.bool_]
    candidate_stops: Csr
    candidate_rivals: Csr
    demand_candidates: Csr
    is_station: NDArray[np.bool_]
    departures_per_hour: NDArray[np.float64]
    attraction_of_rivals: NDArray[np.float64]
    own_attraction: NDArray[np.float64]
    value: NDArray[np.float64]
    market: Market
    kept: NDArray[np.int64]
    settings: ScoreSettings
    service: RouteService | None = None

    @property
    def stops_within_min(self) -> float:
        """Walk within which a stop counts, minutes."""
        return self.settings.transport.stops_within_m / self.settings.travel.walk_m_per_min

    @property
    def rivals_within_min(self) -> float:
        """Walk within which a rival counts, minutes."""
        return self.settings.competition.rivals_within_m / self.settings.travel.walk_m_per_min

    @property
    def full_rivals(self) -> NDArray[np.bool_]:
        """Whether a rival attracts enough to be called one, shape (r,)."""
        least = self.settings.competition.nearest_from * typical_attraction(self.attraction_of_rivals)
        return np.asarray(self.attraction_of_rivals >= least, dtype=np.bool_)

    def known(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return competition figures, NaN where the competitor layer does not cover the candidate."""
        return np.where(self.rivals_known, values, np.nan)


def station_walk_min(inputs: FeatureInputs) -> NDArray[np.float64]:
    """Return the walk along streets to the nearest station, minutes; more is worse.

    Where none is within the cutoff it is the cutoff: the walk is at least so long. NaN where the layer has no station.
    Source: walk access of PTAL (Transport for London, 2015).
    """
    if not inputs.is_station.any():
        return np.full(len(inputs.ids), np.nan)
    return np.minimum(nearest_minutes(inputs.candidate_stops, inputs.is_station), inputs.settings.travel.cutoff_min)


def stops_nearby(inputs: FeatureInputs) -> NDArray[np.float64]:
    """Return the stops within ``transport.stops_within_m`` along streets, a count; more is better.

    NaN where the project has no stops. Source: cumulative opportunities (Wachs and Kumagai, 1973).
    """
    if inputs.is_station.size == 0:
        return np.full(len(inputs.ids), np.nan)
    return count_within(inputs.candidate_stops, inputs.stops_within_min)


def departures_nearby(inputs: FeatureInputs) -> NDArray[np.float64]:
    """Return departures per hour from the stops within ``transport.stops_within_m``; more is better.

    Counted where a timetable is known. Source: service frequency of PTAL (Transport for London, 2015).
    """
    return departures_within(inputs.candidate_stops, inputs.stops_within_min, inputs.departures_per_hour)


def ptal_index(inputs: FeatureInputs) -> NDArray[np.float64]:
    """Return the access index of the public transport access level (PTAL), in its own points; more is better.

    NaN where the project has no timetable. Source: PTAL (Transport for London, 2015).
    """
    if inputs.service is None:
        return np.full(len(inputs.ids), np.nan)
    rules = ptal_rules(inputs.settings.transport.ptal, inputs.settings.travel.walk_m_per_min)
    return ptal(inputs.candidate_stops, inputs.service.per_hour, inputs.service.mode, rules).index


def demand_nearby(inputs: FeatureInputs) -> NDArray[np.float64]:
    """Return the demand within ``catchment.reach_min``, decayed with the walk, in demand units; more is better.

    Each demand point counts as the target market says. Source: Hansen (1959).
    """
    kernel = inputs.settings.catchment
    decay = Decay(kind=kernel.decay, reach_min=kernel.reach_min, scale_min=kernel.scale_min, exponent=kernel.exponent)
    return catchment_demand(inputs.value, inputs.demand_candidates, decay)


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


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One feature: its column name, what it is called, its unit, which way is good, and the function it comes from."""

    name: str
    label: str
    unit: str
    direction: Direction
    family: Family
    source: str
    compute: Callable[[FeatureInputs], NDArray[np.float64]]


FEATURES: tuple[Feature, ...] = (
    Feature(
        name="station_walk_min",
        label="Walk to the nearest station",
        unit="min",
        direction="less",
        family="access",
        source="walk access of PTAL (Transport for London, 2015)",
        compute=station_walk_min,
    ),
    Feature(
        name="stops_nearby",
        label="Stops near by",
        unit="stops",
        direction="more",
        family="access",
        source="cumulative opportunities (Wachs and Kumagai, 1973)",
        compute=stops_nearby,
    ),
    Feature(
        name="departures_nearby",
        label="Departures near by",
        unit="departures/h",
        direction="more",
        family="access",
        source="service frequency of PTAL (Transport for London, 2015)",
        compute=departures_nearby,
    ),
    Feature(
        name="ptal_index",
        label="Public transport access index (PTAL)",
        unit="points",
        direction="more",
        family="access",
        source="PTAL (Transport for London, 2015)",
        compute=ptal_index,
    ),
    Feature(
        name="demand_nearby",
        label="Demand near by, less the longer the walk",
        unit="demand",
        direction="more",
        family="demand",
        source="Hansen (1959)",
        compute=demand_nearby,
    ),
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
FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)

_RIVALS_AROUND = ("rivals_nearby", "rival_walk_min")


def direction_of(feature: Feature, settings: ScoreSettings) -> Direction:
    """Return which way is good: rivals near by are good for a planner who follows them."""
    if settings.competition.rivals == "follow" and feature.name in _RIVALS_AROUND:
        return "less" if feature.direction == "more" else "more"
    return feature.direction


def compute_features(inputs: FeatureInputs) -> pd.DataFrame:
    """Return every feature of every candidate, one column each, indexed by the candidates' ids.

    NaN where a figure is not known; candidates no street reaches have none.
    """
    columns: dict[str, NDArray[np.float64]] = {}
    for feature in FEATURES:
        values = np.asarray(feature.compute(inputs), dtype=np.float64)
        assert values.shape == (len(inputs.ids),), f"{feature.name} is not aligned to the candidates"
        assert not np.isinf(values).any(), f"{feature.name} is infinite"
        columns[feature.name] = np.where(inputs.on_street, values, np.nan)
    return pd.DataFrame(columns, index=inputs.ids)
