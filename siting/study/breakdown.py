"""Read from candidates.csv how its scores were made: the weights used, and whether they are a weighted mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from siting.data.results import CONTRIBUTION, VALUE, WEIGHT
from siting.scoring.features import FEATURES, better_of
from siting.settings.score import ScoreSettings

_ROUNDED = 2e-3


def is_weighted_mean(table: pd.DataFrame, features: Sequence[str]) -> bool:
    """Tell whether every contribution is weight × value, as it is unless the project scores by TOPSIS or VIKOR."""
    weights, values, parts = (
        table[[f + part for f in features]].to_numpy(dtype=np.float64) for part in (WEIGHT, VALUE, CONTRIBUTION)
    )
    return bool(np.abs(weights * np.nan_to_num(values) - parts).max(initial=0.0) <= _ROUNDED)


def weights_told(table: pd.DataFrame, features: Sequence[str]) -> dict[str, float]:
    """Return the weight of each feature, in one unit; 0 where it weighs at no candidate.

    The weights of one candidate are shared out over what it has, so that candidates with different features are
    brought to one unit by the features they share.

    Examples
    --------
    >>> weights_told(pd.DataFrame({"a_weight": [0.5, 0.0], "b_weight": [0.5, 0.2], "c_weight": [0.0, 0.8]}), "abc")
    {'a': 0.5, 'b': 0.5, 'c': 2.0}
    """
    shares = table[[f + WEIGHT for f in features]].to_numpy(dtype=np.float64)
    found = np.zeros(len(features))
    for row in shares[np.argsort(-(shares > 0).sum(axis=1), kind="stable")]:
        new, both = (row > 0) & (found == 0), (row > 0) & (found > 0)
        if not new.any() or (found.any() and not both.any()):
            continue
        scale = found[both].sum() / row[both].sum() if both.any() else 1.0
        found[new] = scale * row[new]
    return {name: float(weight) for name, weight in zip(features, found.tolist(), strict=True)}


def about_scores(settings: ScoreSettings, top: int) -> dict[str, object]:
    """Return what a reader of candidates.geojson needs beside its columns.

    ``better`` maps each feature to more, less or band, as the settings value it; ``top`` is the k of
    ``top_k_probability``; ``target_market`` how often one of each segment counts.
    """
    return {
        "better": {feature.name: better_of(feature, settings) for feature in FEATURES},
        "top": top,
        "target_market": dict(sorted(settings.target_market.items())),
    }
