"""List the features a candidate is judged by, each with unit, direction and source, and compute them.

A feature is one named function from `FeatureInputs` to one figure per candidate, NaN where it is not known. Not known
is not zero: a candidate outside the area that the competitor layer covers has no competition features, and one that
no street reaches has no walked ones.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.scoring.access_features import ACCESS_FEATURES
from siting.scoring.competition_features import COMPETITION_FEATURES
from siting.scoring.demand_features import DEMAND_FEATURES
from siting.scoring.inputs import Direction, Feature, FeatureInputs
from siting.settings.score import ScoreSettings

FEATURES: tuple[Feature, ...] = (*ACCESS_FEATURES, *DEMAND_FEATURES, *COMPETITION_FEATURES)
FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)

Better = Literal["more", "less", "band"]

_RIVALS_AROUND = ("rivals_nearby", "rival_walk_min")


def direction_of(feature: Feature, settings: ScoreSettings) -> Direction:
    """Return which way is good: rivals near by are good for a planner who follows them."""
    if settings.competition.rivals == "follow" and feature.name in _RIVALS_AROUND:
        return "less" if feature.direction == "more" else "more"
    return feature.direction


def better_of(feature: Feature, settings: ScoreSettings) -> Better:
    """Return what is good as the settings value it: more, less, or what lies within a band."""
    told = settings.values.get(feature.name)
    if told is not None and told.shape == "band":
        return "band"
    if told is not None and told.worst is not None and told.best is not None:
        return "more" if told.best > told.worst else "less"
    return direction_of(feature, settings)


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
