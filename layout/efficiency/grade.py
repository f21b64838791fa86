"""Grade outlets A to D on sales, service, hardware and management, and keep their scorecards.

Every term has 0 to 100 points, NaN where unknown. Against the network: 50·(figure / median), at most 100, so that the
median outlet has 50. The points of an outlet are the weighted mean of the terms known.

Terms: *sales* value a m² against the network; *service* share of visitors called within target; *hardware* 100 less a
few for every rule the hall breaks; *management* visits a head against the network. Grades advise: only the planner sets
``may_close``.

Scorecard: *waiting* share called within target; *speed* share of a visitor's time that is service, not wait; *order*
share of half hours that meet the target; *environment* the hardware term; *courtesy* and *advice* from surveys.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TERMS = ("sales", "service", "hardware", "management")


def against_median(figure: Floats) -> Floats:
    """Return 50·(figure / median of the known), within 0 to 100; NaN where unknown or where the median is not above 0.

    >>> against_median(np.array([10.0, 20.0, 80.0, np.nan])).tolist()
    [25.0, 50.0, 100.0, nan]
    """
    known = np.isfinite(figure)
    middle = float(np.median(figure[known])) if known.any() else 0.0
    if middle <= 0:
        return np.full(figure.shape, np.nan)
    return np.where(known, np.clip(50.0 * np.nan_to_num(figure) / middle, 0.0, 100.0), np.nan)


def weighted_points(terms: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """Return the weighted mean of the terms known; NaN where none with a weight is."""
    points = np.stack([terms[name] for name in terms])
    weight = np.array([weights.get(name, 0.0) for name in terms])[:, None] * np.isfinite(points)
    total = weight.sum(axis=0)
    found = np.full(total.shape, np.nan)
    np.divide((weight * np.nan_to_num(points)).sum(axis=0), total, out=found, where=total > 0)
    return found


def grade_of(points: float, grade_from: Mapping[str, float]) -> str:
    """Return A, B, C or D; nothing where the points are unknown.

    >>> grade_of(55.0, {"A": 75.0, "B": 55.0, "C": 40.0})
    'B'
    """
    if np.isnan(points):
        return ""
    return next((grade for grade in ("A", "B", "C") if points >= grade_from[grade]), "D")
