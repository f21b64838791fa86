"""Name the communities, or estates, behind demand points, for the lists of outlets and of candidates alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.data.layers import ORIGIN, SEGMENT, SitingData

MINUTES, AMOUNT = 3, 3
DIGITS = {
    "minutes": MINUTES,
    "rival_min": MINUTES,
    "own_min": MINUTES,
    "share_won": 6,
    "counted": 6,
    "catchment_share": 6,
}
_MEANS = ("minutes", "rival_min", "own_min", "share_won")

Ints = NDArray[np.int64]


def communities(data: SitingData, rows: NDArray[np.int64], minutes: NDArray[np.float64]) -> pd.DataFrame:
    """Return the communities at some demand points, shape (k,), with the walks from them, shape (k,), in that order.

    Columns: community_id, name, grade (empty where not given), weight (unit of demand), minutes.
    """
    frame = data.demand
    grade = frame["grade"].to_numpy()[rows] if "grade" in frame.columns else np.full(len(rows), None)
    return pd.DataFrame(
        {
            "community_id": frame["id"].astype(str).to_numpy()[rows],
            "name": frame["name"].astype(str).to_numpy()[rows],
            "grade": ["" if pd.isna(value) else str(value) for value in grade],
            "weight": frame["weight"].to_numpy(dtype=np.float64)[rows].round(AMOUNT),
            "minutes": minutes.round(MINUTES),
        }
    )


def whole_communities(data: SitingData, table: pd.DataFrame, rows: Ints, site: Ints) -> tuple[pd.DataFrame, Ints]:
    """Put the points that were made of one community together: a row for each community of each site.

    Parameters
    ----------
    data
        The layers.
    table
        Columns as `communities` makes them, and any of served.csv's, shape (k, ·).
    rows, site
        The demand point and the site of each row, shape (k,).

    Returns
    -------
    The table, and the site of each of its rows. Amounts are summed, walks and ``share_won`` are means by demand, all of
    the points listed. Without points made of polygons both are as they came.
    """
    if ORIGIN not in data.demand.columns or not len(table):
        return table, site
    codes, origins = pd.factorize(data.demand[ORIGIN], sort=True)
    _, first, of = np.unique(site * len(origins) + codes[rows], return_index=True, return_inverse=True)
    weight = data.demand["weight"].to_numpy(dtype=np.float64)[rows]
    made = table.iloc[first].reset_index(drop=True)
    made["community_id"] = origins[codes[rows[first]]].astype(str)
    made["weight"] = np.bincount(of, weights=weight).round(AMOUNT)
    for column in table.columns:
        values = None if column == "weight" else table[column]
        if values is None or not (column in DIGITS or column == "won" or str(column).startswith(SEGMENT)):
            continue
        figures = values.to_numpy(dtype=np.float64)
        merged = _mean(figures, weight, of) if column in _MEANS else np.bincount(of, weights=figures)
        made[column] = merged.round(DIGITS.get(str(column), AMOUNT))
    return made, site[first]


def _mean(values: NDArray[np.float64], weight: NDArray[np.float64], of: Ints) -> NDArray[np.float64]:
    """Return the mean of what is known in each group by weight, evenly where nothing has weight; NaN of nothing."""
    is_known = np.isfinite(values)
    counts = np.where(np.bincount(of, weights=weight * is_known)[of] > 0, weight, 1.0) * is_known
    total = np.bincount(of, weights=counts)
    summed = np.bincount(of, weights=counts * np.where(is_known, values, 0.0))
    mean = np.full(len(total), np.nan)
    np.divide(summed, total, out=mean, where=total > 0)
    return mean
