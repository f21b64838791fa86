"""Flag places unlike every outlet that a score was learnt from.

A model says nothing about what it has not seen. A place is out of range in a feature when its figure is below the least
or above the greatest of the outlets, not known though it is known of every outlet, or a text that no outlet has. It is
*unlike all* when the outlet nearest to it in the features of the place is farther than the outlets are from each other:
beyond the 99 % quantile of their own nearest distances. Distances are Euclidean in normal units: each feature less its
median, over its standard deviation; gaps count as the median.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from siting.scoring.learn_table import texts_of

UNLIKE_ALL = "unlike all"
_QUANTILE = 0.99

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class SeenRange:
    """What the outlets were like.

    Parameters
    ----------
    least, greatest
        Of each number that is known of any outlet.
    always_known
        The features known of every outlet.
    texts
        Values of each text.
    compared
        Names of the q numbers that distances are measured in.
    centre, spread
        Median and standard deviation of those, shape (q,).
    outlets
        The outlets in normal units, shape (n, q).
    reach
        Greatest distance to the nearest outlet that is not out of range.
    """

    least: Mapping[str, float]
    greatest: Mapping[str, float]
    always_known: tuple[str, ...]
    texts: Mapping[str, tuple[str, ...]]
    compared: tuple[str, ...]
    centre: Floats
    spread: Floats
    outlets: Floats
    reach: float


def seen_range(features: pd.DataFrame, location: tuple[str, ...]) -> SeenRange:
    """Return what n outlets are like; distances are measured in the numbers among ``location``."""
    texts = texts_of(features)
    numbers = [str(name) for name in features.columns if name not in texts]
    compared = tuple(name for name in location if name in numbers)
    values = features[list(compared)].to_numpy(dtype=np.float64)
    centre = np.nanmedian(values, axis=0) if compared else np.zeros(0)
    spread = np.nanstd(values, axis=0) if compared else np.zeros(0)
    outlets = _normal(values, centre, spread)
    reach = float("inf")
    if compared and len(outlets) > 1:
        nearest = np.asarray(cKDTree(outlets).query(outlets, k=2)[0], dtype=np.float64)[:, 1]
        reach = float(np.quantile(nearest, _QUANTILE))
    return SeenRange(
        least={name: float(features[name].min()) for name in numbers},
        greatest={name: float(features[name].max()) for name in numbers},
        always_known=tuple(str(name) for name in features.columns if bool(features[name].notna().all())),
        texts={name: tuple(sorted(set(features[name].astype(str)))) for name in texts},
        compared=compared,
        centre=centre,
        spread=spread,
        outlets=outlets,
        reach=reach,
    )


def out_of_range(seen: SeenRange, features: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return what each of m places is out of range in: features, then perhaps ``unlike all``; () where in range."""
    found: list[list[str]] = [[] for _ in range(len(features))]
    for name in map(str, features.columns):
        for at in np.flatnonzero(_outside(seen, features[name], name)).tolist():
            found[at].append(name)
    if seen.compared:
        places = _normal(features[list(seen.compared)].to_numpy(dtype=np.float64), seen.centre, seen.spread)
        distance = np.asarray(cKDTree(seen.outlets).query(places)[0], dtype=np.float64)
        for at in np.flatnonzero(distance > seen.reach * (1.0 + 1e-9)).tolist():
            found[at].append(UNLIKE_ALL)
    return [tuple(names) for names in found]


def _outside(seen: SeenRange, column: pd.Series, name: str) -> NDArray[np.bool_]:
    if name in seen.texts:
        return ~column.astype(str).isin(seen.texts[name]).to_numpy(dtype=np.bool_)
    values = column.to_numpy(dtype=np.float64)
    beyond = (values < seen.least[name]) | (values > seen.greatest[name])
    return beyond | np.isnan(values) if name in seen.always_known else beyond


def _normal(values: Floats, centre: Floats, spread: Floats) -> Floats:
    unit = np.where(spread > 0, spread, 1.0)
    return np.asarray(np.nan_to_num((values - centre) / unit, nan=0.0), dtype=np.float64)
