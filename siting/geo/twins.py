"""Find places whose surroundings are like those of given ones: nearest neighbours among what is around.

::

    z_pj = (x_pj − median_j) / IQR_j            over all places p, of each measure j of the surroundings
    alike_pq = exp(−sqrt(mean_j (z_pj − z_qj)²))    of a place p and a model q: 1 the same, 0.37 one IQR apart

A place's model is the nearest. Measures that hardly vary (IQR 0) are scaled by their standard deviation, and those that
do not vary at all say nothing and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from siting.geo.thin import thin

Points = NDArray[np.float64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class TwinSiting:
    """How twins lie.

    Parameters
    ----------
    spacing_m
        Least distance between two twins, and to places taken, metres.
    least_alike
        A place less alike is no twin, 0–1.
    most
        At most so many, the most alike first; None for no limit.
    """

    spacing_m: float
    least_alike: float
    most: int | None = None


def alike(around: Floats, models: Floats) -> tuple[Ints, Floats]:
    """Return the model of each place, and how alike the two are.

    Parameters
    ----------
    around
        What is around each place, shape (m, k), finite.
    models
        What is around each model, shape (b, k), b at least 1.

    Returns
    -------
    model
        Position of the nearest model, shape (m,).
    alike
        From 0 to 1, shape (m,).
    """
    middle = np.median(around, axis=0)
    low, high = np.percentile(around, [25, 75], axis=0)
    scale = np.where(high > low, high - low, around.std(axis=0))
    told = scale > 1e-12
    if not told.any():
        return np.zeros(len(around), dtype=np.int64), np.ones(len(around))
    places, wanted = ((values[:, told] - middle[told]) / scale[told] for values in (around, models))
    off, model = cKDTree(wanted).query(places)
    return np.asarray(model, dtype=np.int64), np.exp(-np.asarray(off) / np.sqrt(told.sum()))


def choose_twins(points: Points, likeness: Floats, taken: Points, siting: TwinSiting) -> Ints:
    """Return the places chosen: the most alike first, apart from one another and from places taken.

    Parameters
    ----------
    points
        Shape (m, 2), metres.
    likeness
        How alike each is to its model, shape (m,).
    taken
        Places that are taken, shape (t, 2), metres.
    siting
        How twins lie.

    Returns
    -------
    chosen
        Positions, the most alike first, shape (c,).
    """
    rounded = np.round(likeness, 6)
    order = np.lexsort((points[:, 0], points[:, 1], -rounded))
    order = order[rounded[order] >= siting.least_alike]
    return order[thin(points[order], siting.spacing_m, taken=taken, taken_m=siting.spacing_m)][: siting.most]
