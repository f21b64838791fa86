"""Describe a target market: how often one customer of a segment counts.

::

    v_i = max(0, w_i + Σ_s (k_s − 1) · g_is)

w_i is the generic weight of demand point i, g_is how much of it belongs to segment s, k_s how often one of that
segment counts. Everyone counts once unless a segment says otherwise; with no target market v = w. Segments of
different kinds may overlap (income and age): their surpluses add up.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError

ROUNDING = 1e-9


def value_of_demand(
    weight: NDArray[np.float64], segments: Mapping[str, NDArray[np.float64]], target_market: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return what each demand point counts for a target market, shape (n,), in the unit of ``weight``.

    Parameters
    ----------
    weight
        Generic demand, shape (n,).
    segments
        How much of each demand point belongs to a segment, by name, each of shape (n,), in the unit of ``weight``;
        unknown (NaN) counts like everyone else.
    target_market
        How often one of a segment counts, at least 0.

    Raises
    ------
    InputError
        When a segment has no column (the nearest is offered), or a factor is negative.

    Examples
    --------
    >>> value_of_demand(np.array([10.0, 10.0]), {"income_high": np.array([0.0, 4.0])}, {"income_high": 2.0})
    array([10., 14.])
    """
    return np.maximum(_unbounded(weight, segments, target_market), 0.0)


def below_nothing(
    weight: NDArray[np.float64], segments: Mapping[str, NDArray[np.float64]], target_market: Mapping[str, float]
) -> NDArray[np.bool_]:
    """Return where the target market takes away more than there is, so that 0 is counted, shape (n,)."""
    value = _unbounded(weight, segments, target_market)
    return np.asarray(value < -ROUNDING * np.maximum(weight, 1.0), dtype=np.bool_)


def _unbounded(
    weight: NDArray[np.float64], segments: Mapping[str, NDArray[np.float64]], target_market: Mapping[str, float]
) -> NDArray[np.float64]:
    value = np.array(weight, dtype=np.float64)
    for name, times in sorted(target_market.items()):
        if name not in segments:
            raise InputError(_unknown(name, list(segments)))
        if not (np.isfinite(times) and times >= 0):
            raise InputError(f"siting.score.target_market.{name} is {times}; expected 0 or more")
        part = np.asarray(segments[name], dtype=np.float64)
        if part.shape != value.shape:
            raise InputError(
                f"segment {name!r} has shape {part.shape}; expected {value.shape}, one for each demand point"
            )
        value += (times - 1.0) * np.nan_to_num(part, nan=0.0)
    return value


def _unknown(name: str, known: list[str]) -> str:
    text = f"siting.score.target_market: the demand layer has no segment {name!r}"
    if not known:
        return f"{text}; it has none: name segment columns under [siting.data.demand]"
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    return f"{text}; did you mean {near[0]!r}?" if near else f"{text}; there are: {', '.join(sorted(known))}"
