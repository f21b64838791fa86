"""Say what each demand point counts for the target market, and who that is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from siting.data.layers import SEGMENT, SitingData
from siting.demand.segments import below_nothing, value_of_demand


def target_value(data: SitingData, target_market: Mapping[str, float]) -> NDArray[np.float64]:
    """Return what each demand point counts, shape (n,), in the unit of demand."""
    return value_of_demand(_weight(data), _segments(data), target_market)


def tell_target_market(data: SitingData, target_market: Mapping[str, float]) -> list[str]:
    """Say who counts how often, what that makes of the demand, and where segments took away more than there is."""
    if not target_market:
        return []
    factors = ", ".join(f"{name} × {times:g}" for name, times in sorted(target_market.items()))
    weight, value = float(_weight(data).sum()), float(target_value(data, target_market).sum())
    notes = [
        f"Target market: {factors}; all others count once.",
        f"For the target market {weight:,.0f} of demand count as {value:,.0f}.",
    ]
    below = int(below_nothing(_weight(data), _segments(data), target_market).sum())
    if below:
        notes.append(
            f"{below:,} of {len(data.demand):,} demand points count nothing: segments that count less than once take "
            "away more than there is, because they overlap or exceed the weight."
        )
    return notes


def _weight(data: SitingData) -> NDArray[np.float64]:
    return np.asarray(data.demand["weight"], dtype=np.float64)


def _segments(data: SitingData) -> dict[str, NDArray[np.float64]]:
    return {name: data.demand[f"{SEGMENT}{name}"].to_numpy(dtype=np.float64) for name in data.segments}
