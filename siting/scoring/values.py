"""Turn a figure in its own unit into a value from 0 to 100.

::

    linear     v = 100 · (x − x₀) / (x₁ − x₀), cut to 0 … 100            x₀ worth 0, x₁ worth 100
    step       v = 100 where x ≥ t (≤ t where less is better), else 0
    logistic   v = 100 / (1 + exp(−s · (x − t))),  s = ± ln 81 / width   worth 50 at t, 10 and 90 at t ∓ width / 2
    band       v climbs from a to b, is 100 from b to c and falls to 0 at d

Unless told otherwise a feature is linear, and its ends are the least and greatest figure after Tukey's outer fences
(1977), quartile ∓ 3 interquartile ranges, have cut off what is far out, so that one extreme candidate does not press
all others together. Ends taken from the candidates' figures compare candidates with each other; figures given in
outlet.toml are an absolute scale, and a feature alike for all then still has its value.

What is not known has no value (NaN): it is neither best nor worst. Single-attribute value functions: Keeney and Raiffa
(1976); the trapezoid: Dombi (1990).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from siting.settings.weighing import ValueSettings

_FENCE = 3.0
_NOISE = 1e-9
_TEN_TO_NINETY = math.log(81.0)

Floats = NDArray[np.float64]


def robust_range(raw: Floats) -> tuple[float, float] | None:
    """Return the least and greatest known figure within Tukey's outer fences, or None where no two differ.

    Examples
    --------
    >>> robust_range(np.array([1.0, 2.0, 3.0, 4.0, 1000.0]))
    (1.0, 10.0)
    """
    known = raw[np.isfinite(raw)]
    if known.size == 0:
        return None
    low, high = float(known.min()), float(known.max())
    if _alike(low, high):
        return None
    first, third = (float(q) for q in np.quantile(known, [0.25, 0.75]))
    reach = _FENCE * (third - first)
    if reach <= _NOISE * max(abs(low), abs(high), 1.0):
        return low, high
    return max(low, first - reach), min(high, third + reach)


def linear_ends(raw: Floats, settings: ValueSettings, *, more_is_better: bool) -> tuple[float, float] | None:
    """Return the figures worth 0 and 100, in the feature's unit; None where no two figures differ."""
    if settings.worst is not None and settings.best is not None:
        return settings.worst, settings.best
    ends = robust_range(raw) if settings.percentiles is None else _percentiles(raw, settings.percentiles)
    if ends is None:
        return None
    return ends if more_is_better else (ends[1], ends[0])


def value_of(raw: Floats, *, more_is_better: bool, settings: ValueSettings | None = None) -> Floats:
    """Return values 0–100 of one feature, shape (m,), from its figures in their unit, shape (m,).

    Parameters
    ----------
    raw
        The figures, NaN where not known.
    more_is_better
        The direction of the feature, where the settings do not tell it by two figures or a band.
    settings
        The shape; None is linear between the far ends.

    Returns
    -------
    NaN where a figure is missing; all NaN where ends come from the figures and no two of them differ.

    Examples
    --------
    >>> value_of(np.array([0.0, 2.0, 5.0]), more_is_better=True, settings=ValueSettings(shape="step", threshold=2.0))
    array([  0., 100., 100.])
    """
    told = settings or ValueSettings()
    if told.shape == "band" and told.band is not None:
        return _trapezoid(raw, told.band)
    if told.threshold is not None:
        return _threshold(raw, told.threshold, told.width, more_is_better=more_is_better)
    ends = linear_ends(raw, told, more_is_better=more_is_better)
    if ends is None:
        return np.full(raw.shape, np.nan)
    return np.clip(100.0 * (raw - ends[0]) / (ends[1] - ends[0]), 0.0, 100.0)


def value_in_words(raw: Floats, settings: ValueSettings, *, more_is_better: bool) -> str:
    """Return how a feature is valued, with the figures in force, for the notes."""
    good = "or more" if more_is_better else "or less"
    if settings.band is not None:
        a, b, c, d = (f"{x:g}" for x in settings.band)
        return f"0 up to {a}, 100 from {b} to {c}, 0 from {d}"
    if settings.threshold is not None and settings.width is not None:
        return f"50 at {settings.threshold:g}, 90 with {settings.width / 2:g} {good[3:]}"
    if settings.threshold is not None:
        return f"100 at {settings.threshold:g} {good}, else 0"
    ends = linear_ends(raw, settings, more_is_better=more_is_better)
    return "no two figures differ" if ends is None else f"0 at {ends[0]:.4g}, 100 at {ends[1]:.4g}"


def _percentiles(raw: Floats, percentiles: tuple[float, float]) -> tuple[float, float] | None:
    known = raw[np.isfinite(raw)]
    if known.size == 0:
        return None
    low, high = (float(q) for q in np.percentile(known, percentiles))
    return None if _alike(low, high) else (low, high)


def _alike(low: float, high: float) -> bool:
    return high - low <= _NOISE * max(abs(low), abs(high), 1.0)


def _threshold(raw: Floats, threshold: float, width: float | None, *, more_is_better: bool) -> Floats:
    over = (raw - threshold) if more_is_better else (threshold - raw)
    if width is None:
        return np.where(np.isnan(raw), np.nan, np.where(over >= 0.0, 100.0, 0.0))
    return np.asarray(100.0 / (1.0 + np.exp(-np.clip(_TEN_TO_NINETY / width * over, -700.0, 700.0))), dtype=np.float64)


def _trapezoid(raw: Floats, band: tuple[float, float, float, float]) -> Floats:
    """Return the values of a band; where two of its figures meet it is a cliff, and the better side counts."""
    a, b, c, d = band
    climb = np.clip((raw - a) / (b - a), 0.0, 1.0) if b > a else np.where(raw >= b, 1.0, 0.0)
    fall = np.clip((d - raw) / (d - c), 0.0, 1.0) if d > c else np.where(raw <= c, 1.0, 0.0)
    return np.where(np.isnan(raw), np.nan, 100.0 * np.minimum(climb, fall))
