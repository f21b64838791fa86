"""Name the communities, or estates, behind demand points, for the lists of outlets and of candidates alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.data.layers import SitingData

MINUTES, AMOUNT = 3, 3


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
