"""Draw catchments along the streets as bands of walking minutes: catchments.geojson and outlet_catchments.geojson.

A feature is what is within some minutes' walk of one place: ``id``, ``name``, ``role`` (candidate, new, existing),
``minutes``, ``area_km2``, ``demand`` (weight of the demand points within the walk, not within the polygon), ``rivals``
(competitors within the walk, but for brands that count 0; null where they are not known). Longer walks hold the
shorter ones. What is drawn lies within two metres of what was computed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from siting.geo.isochrone import Drawing, catchment_polygons
from siting.geo.network import StreetNetwork
from siting.settings.score import ScoreSettings
from siting.study.candidates import write_layer
from siting.study.travel import Csr

LAYER = "catchments"
TOLERANCE_M = 2.0
ROUND = 64
"""Straight pieces in a quarter of a circle where walks are straight: 0.01 % of its area are cut off."""
_DEGREES, _AREA, _AMOUNT, _MINUTES = 6, 4, 3, 6

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Places:
    """The p places whose catchments are drawn.

    Parameters
    ----------
    ids, names, roles
        Of each place, shape (p,).
    xy
        Shape (p, 2), metres.
    demand_minutes
        Walks from n demand points, shape (n, p).
    rival_minutes
        Walks to the r competitors that are rivals, shape (p, r).
    rivals_known
        Whether the competitor layer covers a place, shape (p,).
    """

    ids: Sequence[str]
    names: Sequence[str]
    roles: Sequence[str]
    xy: Floats
    demand_minutes: Csr
    rival_minutes: Csr
    rivals_known: NDArray[np.bool_]


def draw_catchments(
    network: StreetNetwork | None, places: Places, demand: Floats, settings: ScoreSettings, crs: pyproj.CRS
) -> gpd.GeoDataFrame:
    """Return the catchments of some places, a row for each place and walk; none where no street is near enough.

    Without a network walks are straight lines and catchments circles. ``demand`` is the weight of the n demand points.
    """
    walks = settings.polygons.walks(settings.travel.cutoff_min)
    drawing = Drawing(buffer_m=settings.polygons.buffer_m)
    limit = settings.travel.snap_limit_m
    if network is None:
        radii = np.array(walks) * settings.travel.walk_m_per_min / settings.travel.detour
        centres = np.array([shapely.Point(x, y) for x, y in places.xy], dtype=object).reshape(-1, 1)
        shapes = shapely.buffer(centres, radii[None, :], quad_segs=ROUND)
    else:
        shapes = catchment_polygons(network, places.xy, walks, snap_limit_m=limit, drawing=drawing)
    inside = _within(places.demand_minutes, walks, demand)
    rivals = _within(places.rival_minutes.T.tocsr(), walks, np.ones(places.rival_minutes.shape[1]))
    at, band = np.nonzero(~shapely.is_empty(shapes))
    found = pd.DataFrame(
        {
            "id": np.array(places.ids, dtype=object)[at],
            "name": np.array(places.names, dtype=object)[at],
            "role": np.array(places.roles, dtype=object)[at],
            "minutes": np.array(walks).round(_MINUTES)[band],
            "area_km2": (shapely.area(shapes[at, band]) / 1e6).round(_AREA),
            "demand": inside[at, band].round(_AMOUNT),
            "rivals": pd.array(rivals[at, band].astype(np.int64), dtype="Int64"),
        }
    )
    found.loc[~places.rivals_known[at], "rivals"] = pd.NA
    drawn = shapely.simplify(shapes[at, band], TOLERANCE_M)
    return gpd.GeoDataFrame(found, geometry=np.asarray(drawn, dtype=object), crs=crs)


def _within(minutes: Csr, walks: Sequence[float], weight: Floats) -> Floats:
    """Return the weight (n,) of what is within each walk of each place, from walks (n, p), shape (p, k)."""
    rows = np.repeat(np.arange(minutes.shape[0]), np.diff(minutes.indptr))
    columns = [
        np.bincount(minutes.indices[near], weights=weight[rows[near]], minlength=minutes.shape[1])
        for near in (minutes.data <= walk for walk in walks)
    ]
    return np.column_stack(columns).astype(np.float64)


def catchments_geojson(table: gpd.GeoDataFrame) -> str:
    """Return the catchments as GeoJSON in WGS 84, one feature a line, keys sorted; what is not known is null."""
    lines = []
    degrees = shapely.set_precision(table.geometry.to_crs(4326).to_numpy(), 10.0**-_DEGREES, mode="pointwise")
    rows = table.drop(columns="geometry").astype(object).where(table.drop(columns="geometry").notna(), None)
    for record, shape in zip(rows.to_dict(orient="records"), degrees, strict=True):
        geometry = json.loads(shapely.to_geojson(shape))
        feature = {"type": "Feature", "properties": record, "geometry": _rounded(geometry)}
        lines.append(json.dumps(feature, ensure_ascii=False, sort_keys=True, allow_nan=False))
    body = ",\n".join(lines)
    return f'{{"type": "FeatureCollection", "name": "{LAYER}", "features": [\n{body}\n]}}\n'


def _rounded(value: object) -> object:
    """Return a geometry whose coordinates are written with no more digits than they have."""
    if isinstance(value, float):
        return round(value, _DEGREES)
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return value


def write_catchments_gpkg(table: gpd.GeoDataFrame, path: Path, as_of: dt.date) -> None:
    """Write the catchments as a layer of a GeoPackage, in the metric coordinate system."""
    write_layer(table, path, as_of, LAYER)
