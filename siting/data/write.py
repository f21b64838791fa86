"""Write layers as GeoJSON text that is the same every time: sorted by id, 7 decimals, one feature a line."""

from __future__ import annotations

import json
import math

import geopandas as gpd
import numpy as np
import shapely

DECIMALS = 7


def geojson_bytes(frame: gpd.GeoDataFrame) -> bytes:
    """Return a layer in WGS 84 as GeoJSON; NaN and missing cells are null, rows keep their order.

    Coordinates are rounded to 7 decimals, about a centimetre; polygons that rounding breaks are mended.
    """
    shapes = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.round(xy, DECIMALS))
    broken = ~np.asarray(shapely.is_valid(shapes), dtype=bool)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    columns = [str(name) for name in frame.columns if name != frame.geometry.name]
    rows = zip(*(frame[name].tolist() for name in columns), strict=True) if columns else [()] * len(frame)
    lines = []
    for shape, row in zip(shapes, rows, strict=True):
        properties = {name: _plain(value) for name, value in zip(columns, row, strict=True)}
        feature = {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(shape))}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
    head = '{"type":"FeatureCollection","features":['
    body = ",\n".join(lines)
    return f"{head}\n{body}\n]}}\n".encode()


def _plain(value: object) -> str | int | float | bool | None:
    match value:
        case bool() | str() | int():
            return value
        case float():
            return None if math.isnan(value) else value
        case np.bool_():
            return bool(value)
        case np.integer():
            return int(value)
        case np.floating():
            return None if np.isnan(value) else float(value)
    return None
