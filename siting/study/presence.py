"""Tell which brands stand around the best candidates: presence.csv."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.data.layers import SitingData
from siting.scoring.inputs import FeatureInputs

COLUMNS = ("candidate_id", "rank", "brand", "outlets", "attraction", "nearest_min")
_DECIMALS = 6


def presence_table(data: SitingData, inputs: FeatureInputs, rank: NDArray[np.int64]) -> pd.DataFrame:
    """Return presence.csv: a row per candidate and brand within ``competition.rivals_within_m``.

    ``brand`` is the outlet's name where it has none; ``attraction`` is its outlets' pull together, in the unit of the
    feature ``rivals_nearby``, to which a candidate's rows sum; ``nearest_min`` is the walk to the nearest of them,
    minutes. The strongest brand of a candidate comes first. A candidate known to have none has one row without a brand;
    one that the competitor layer does not cover, or that no street reaches, has no row.

    Parameters
    ----------
    data
        The layers.
    inputs
        What the m candidates were measured by.
    rank
        Rank of every candidate, shape (m,), 1 the best; ``competition.presence_of`` of the best are listed.
    """
    listed = np.flatnonzero(inputs.rivals_known & inputs.on_street)
    listed = listed[np.argsort(rank[listed], kind="stable")]
    listed = listed[rank[listed] <= inputs.settings.competition.presence_of]
    cost = inputs.candidate_rivals[listed]
    near = pd.DataFrame(
        {
            "at": np.repeat(np.arange(len(listed)), np.diff(cost.indptr)),
            "brand": _brands(data)[cost.indices],
            "outlets": 1,
            "attraction": inputs.attraction_of_rivals[cost.indices],
            "nearest_min": cost.data,
        }
    )
    near = near[(near["nearest_min"] <= inputs.rivals_within_min) & (near["attraction"] > 0)]
    summed = near.groupby(["at", "brand"], as_index=False).agg(
        {"outlets": "sum", "attraction": "sum", "nearest_min": "min"}
    )
    alone = np.setdiff1d(np.arange(len(listed)), summed["at"])
    none = pd.DataFrame({"at": alone, "brand": "", "outlets": 0, "attraction": 0.0, "nearest_min": np.nan})
    table = pd.concat([part for part in (summed, none) if len(part)]) if len(listed) else summed
    table = table.sort_values(["at", "attraction", "brand"], ascending=[True, False, True], ignore_index=True)
    at = listed[table["at"].to_numpy(dtype=np.int64)]
    found = table.assign(candidate_id=inputs.ids.to_numpy()[at], rank=rank[at])[list(COLUMNS)]
    return found.round(_DECIMALS)


def _brands(data: SitingData) -> NDArray[np.object_]:
    brand = data.competitors["brand"].astype(str)
    return np.array(brand.where(brand != "", data.competitors["name"].astype(str)), dtype=object)
