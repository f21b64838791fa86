"""Measure the target market around a candidate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.demand.catchment import catchment_demand
from siting.demand.decay import Decay
from siting.scoring.inputs import Feature, FeatureInputs
from siting.settings.score import ScoreSettings


def demand_nearby(inputs: FeatureInputs) -> NDArray[np.float64]:
    """Return the demand within ``catchment.reach_min``, decayed with the walk, in demand units; more is better.

    Each demand point counts as the target market says. Source: Hansen (1959).
    """
    return catchment_demand(inputs.value, inputs.demand_candidates, catchment_decay(inputs.settings))


def catchment_decay(settings: ScoreSettings) -> Decay:
    """Return how demand counts less the longer the walk to a candidate."""
    kernel = settings.catchment
    return Decay(kind=kernel.decay, reach_min=kernel.reach_min, scale_min=kernel.scale_min, exponent=kernel.exponent)


def demand_by_car(inputs: FeatureInputs) -> NDArray[np.float64]:
    """Return the demand within ``drive.reach_min`` by car, decayed with the drive, in demand units; more is better.

    Customers drive to the candidate, one-way streets obeyed. NaN where drives are not known, and where no street that
    cars drive on is near enough. Source: Hansen (1959).
    """
    if inputs.drives is None:
        return np.full(len(inputs.ids), np.nan)
    kernel = inputs.settings.drive
    decay = Decay(kind=kernel.decay, reach_min=kernel.reach_min, scale_min=kernel.scale_min, exponent=kernel.exponent)
    around = catchment_demand(inputs.value, inputs.drives.minutes, decay)
    return np.where(inputs.drives.on_road, around, np.nan)


def demand_in_hours(inputs: FeatureInputs) -> NDArray[np.float64]:
    """Return the demand near by while outlets are open, decayed with the walk, in demand units; more is better.

    The parts of the day count as ``catchment.parts_of_day`` or the opening hours say, everyone once. NaN where demand
    is not known by the part of the day.
    Source: Hansen (1959).
    """
    if inputs.value_in_hours is None:
        return np.full(len(inputs.ids), np.nan)
    return catchment_demand(inputs.value_in_hours, inputs.demand_candidates, catchment_decay(inputs.settings))


DEMAND_FEATURES: tuple[Feature, ...] = (
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
        name="demand_by_car",
        label="Demand within a drive, less the longer it is",
        unit="demand",
        direction="more",
        family="demand",
        source="Hansen (1959)",
        compute=demand_by_car,
        costly=True,
    ),
    Feature(
        name="demand_in_hours",
        label="Demand near by while outlets are open",
        unit="demand",
        direction="more",
        family="demand",
        source="Hansen (1959); by the part of the day",
        compute=demand_in_hours,
    ),
)
