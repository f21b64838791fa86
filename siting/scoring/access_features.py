"""Measure a candidate's access by public transport."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.access.ptal import ptal, ptal_rules
from siting.access.stops import count_within, departures_within, nearest_minutes
from siting.scoring.inputs import Feature, FeatureInputs


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


ACCESS_FEATURES: tuple[Feature, ...] = (
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
)
