"""Write scored candidates: candidates.csv, candidates.gpkg (metric) and candidates.geojson (WGS 84).

All three hold the same columns: ``id``, ``format``, ``score`` (0–100, empty where nothing is known), ``rank``,
``rank_low``, ``rank_high``, ``top_k_probability`` (share of the random weights under which it is among the best k, k
the outlets to open, 0–1), ``expected_rank`` (mean rank under random weights), ``least_weight_change`` (the share of all
weight by which one weight must change, the others in proportion, for it to pass the first; 0 for the first, empty where
no one weight does it, or with VIKOR), ``name``, ``lon``, ``lat``, ``ptal_band`` (0, 1a, 1b, 2 … 6b, empty where no
timetable is known), ``rule`` (by which it was made, empty for one of a file), where such a rule made some ``twin_of``
(id of the existing outlet that it is like), ``alike`` (how like, 0–1) and ``cluster_demand`` (in the unit of the
weight), and for every feature ``<f>_raw`` (in its unit),
``<f>_value`` (0–100), ``<f>_weight`` (weights of one candidate sum to 1) and ``<f>_contribution`` (they sum to the
score). Where a score is learnt, `siting.study.learn` adds ``predicted``, ``predicted_low``, ``predicted_high`` and
``out_of_range``.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray

from siting.data.layers import SitingData
from siting.scoring.lead import Lead
from siting.scoring.ranking import Ranking
from siting.scoring.robustness import RankSpread

LAYER = "candidates"
ORIGIN = ("twin_of", "alike", "cluster_demand")
_RAW_DECIMALS, _VALUE_DECIMALS, _WEIGHT_DECIMALS, _DEGREE_DECIMALS, _METRE_DECIMALS = 6, 4, 6, 7, 3
_SHARE_DECIMALS, _RANK_DECIMALS = 4, 2


@dataclass(frozen=True, kw_only=True)
class Scored:
    """Candidates with features (m, k), weights (k,), ranking, spread of ranks, lead and PTAL bands (m,).

    ``top`` is the k of best k.
    """

    raw: pd.DataFrame
    weights: NDArray[np.float64]
    ranking: Ranking
    spread: RankSpread
    lead: Lead
    top: int
    ptal_band: NDArray[np.str_]


def candidates_table(data: SitingData, scored: Scored) -> gpd.GeoDataFrame:
    """Return the documented columns with metric point geometry, one row per candidate in the data's order."""
    frame, ranking = data.candidates, scored.ranking
    assert list(scored.raw.index) == list(frame["id"].astype(str)), "features are not aligned to the candidates"
    degrees = shapely.get_coordinates(frame.geometry.to_crs(4326).to_numpy()).round(_DEGREE_DECIMALS)
    columns: dict[str, object] = {
        "id": frame["id"].astype(str).to_numpy(),
        "format": frame["format"].astype(str).to_numpy(),
        "score": ranking.score,
        "rank": ranking.rank,
        "rank_low": scored.spread.low,
        "rank_high": scored.spread.high,
        "top_k_probability": scored.spread.top.round(_SHARE_DECIMALS),
        "expected_rank": scored.spread.mean.round(_RANK_DECIMALS),
        "least_weight_change": scored.lead.change.round(_WEIGHT_DECIMALS),
        "name": frame["name"].astype(str).to_numpy(),
        "lon": degrees[:, 0],
        "lat": degrees[:, 1],
        "ptal_band": pd.array([band or None for band in scored.ptal_band.tolist()], dtype="str"),
    }
    columns |= _origin(frame)
    for at, name in enumerate(scored.raw.columns):
        columns[f"{name}_raw"] = scored.raw[name].to_numpy().round(_RAW_DECIMALS) + 0.0
        columns[f"{name}_value"] = ranking.values[:, at].round(_VALUE_DECIMALS) + 0.0
        columns[f"{name}_weight"] = ranking.weights[:, at].round(_WEIGHT_DECIMALS)
        columns[f"{name}_contribution"] = ranking.contributions[:, at]
    metres = shapely.get_coordinates(frame.geometry.to_numpy()).round(_METRE_DECIMALS)
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=shapely.points(metres), crs=data.crs)


def _origin(frame: gpd.GeoDataFrame) -> dict[str, object]:
    """Return by which rule each candidate was made, and what that rule tells of it."""
    rule = frame["rule"] if "rule" in frame.columns else pd.Series("", index=frame.index)
    told: dict[str, object] = {"rule": rule.where(rule != "", None).astype("str").to_numpy()}
    for name in ORIGIN:
        if name in frame.columns:
            told[name] = frame[name].to_numpy()
    return told


def to_geojson(table: gpd.GeoDataFrame, notes: Sequence[str] = (), about: Mapping[str, object] | None = None) -> str:
    """Return candidates.geojson, one feature a line, WGS 84, keys sorted; what is not known is null.

    ``notes`` and ``about`` stand beside the features, so that what scoring assumed travels with its results.
    """
    plain = pd.DataFrame(table.drop(columns="geometry")).astype(object)
    records = plain.where(plain.notna(), None).to_dict(orient="records")
    features = [
        {
            "type": "Feature",
            "id": record["id"],
            "geometry": {"type": "Point", "coordinates": [record["lon"], record["lat"]]},
            "properties": record,
        }
        for record in records
    ]
    lines = [json.dumps(f, sort_keys=True, ensure_ascii=False, allow_nan=False) for f in features]
    told = json.dumps(list(notes), ensure_ascii=False)
    known = json.dumps(about or {}, ensure_ascii=False, sort_keys=True, allow_nan=False)
    tail = f'"about": {known}, "name": "candidates", "notes": {told}, "type": "FeatureCollection"}}'
    return '{"features": [\n' + ",\n".join(lines) + f"\n], {tail}\n"


def write_gpkg(table: gpd.GeoDataFrame, path: Path, as_of: dt.date) -> None:
    """Write candidates.gpkg in the metric coordinate system."""
    write_layer(table, path, as_of, LAYER)


def write_layer(table: gpd.GeoDataFrame, path: Path, as_of: dt.date, layer: str) -> None:
    """Write a layer of a new GeoPackage; its time stamps are the project's ``as_of``."""
    with _gdal_date(as_of):
        pyogrio.write_dataframe(table, path, layer=layer, driver="GPKG")


@contextmanager
def _gdal_date(as_of: dt.date) -> Iterator[None]:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{as_of.isoformat()}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
