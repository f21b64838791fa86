"""Make layers of no rows, for what a project does not have."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from siting.data.contracts.tables import CANDIDATE_NUMBERS, EXISTING_NUMBERS

EMPTY: dict[str, dict[str, str]] = {
    "existing": {"id": "str", "name": "str", "brand": "str"}
    | dict.fromkeys(EXISTING_NUMBERS, "float64")
    | {"opened": "float64", "may_close": "bool", "closing_cost": "float64", "hall_plan": "object"},
    "candidates": {"id": "str", "name": "str", "format": "str", "region": "str"}
    | dict.fromkeys(CANDIDATE_NUMBERS, "float64")
    | {"hall_plan": "object"},
    "competitors": {"id": "str", "name": "str", "brand": "str", "attraction": "float64"},
    "stops": {"id": "str", "name": "str", "mode": "str", "station": "bool", "departures_per_hour": "float64"},
    "streets": {
        "name": "str",
        "kind": "str",
        "walkable": "bool",
        "limit_km_h": "float64",
        "forward": "bool",
        "backward": "bool",
    },
    "water": {},
}


def empty_table(layer: str, crs: object) -> gpd.GeoDataFrame:
    """Return a layer of no rows that satisfies its contract."""
    data = {name: pd.Series([], dtype=kind) for name, kind in EMPTY[layer].items()}
    return gpd.GeoDataFrame(pd.DataFrame(data), geometry=gpd.GeoSeries([], crs=crs), crs=crs)
