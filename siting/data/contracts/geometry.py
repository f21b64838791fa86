"""Find faults of geometries; mend them only when the settings allow it, and count what was mended."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from outlet.errors import Fault
from outlet.findings import Remark
from siting.data.contracts.columns import rows_of
from siting.data.files.source import Source
from siting.geo.crs import WGS84

POINT = frozenset({"Point"})
POINT_OR_POLYGON = frozenset({"Point", "Polygon", "MultiPolygon"})
POLYGON = frozenset({"Polygon", "MultiPolygon"})
LINE = frozenset({"LineString", "MultiLineString"})
NULL_ISLAND_M = 1.0
ENDLESS = 1e12
MEND_OR_ALLOW = "Mend the row, or set siting.data.repair = true."

Mask = NDArray[np.bool_]
Shapes = NDArray[np.object_]


def check_geometry(
    source: Source, frame: gpd.GeoDataFrame, kinds: frozenset[str], *, repair: bool
) -> tuple[gpd.GeoDataFrame, list[Fault], list[Remark]]:
    """Return the layer in two dimensions, its faults, and remarks on what was mended and what lies twice.

    Faults: no geometry, coordinates that are not finite, a geometry of another kind, an invalid polygon, a place at
    0,0. With ``repair`` invalid polygons are made valid and rows without geometry or at 0,0 are dropped instead.
    """
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    remarks: list[Remark] = []
    if repair:
        frame, mended = _repaired(source, frame)
        remarks += mended
        shapes = frame.geometry.to_numpy()
    infinite = _infinite(shapes)
    if infinite.any():
        shapes = np.where(infinite, None, shapes)
        frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    absent, zero = _absent(shapes) & ~infinite, _at_zero(frame)
    sound = ~(absent | infinite)
    names = np.array([shape.geom_type if shape is not None else "" for shape in shapes], dtype=object)
    wrong = ~np.isin(names, sorted(kinds)) & sound
    invalid = _invalid(shapes) & sound & ~wrong
    rows = frame.index.to_numpy()
    faults = _faults(source, rows, absent, "null-geometry", "no geometry", "a geometry")
    faults += [
        _fault(
            source,
            rows[at],
            "invalid-geometry",
            "a coordinate that is no number or endless",
            "coordinates",
            "Mend the row.",
        )
        for at in np.flatnonzero(infinite)
    ]
    faults += _faults(source, rows, zero & ~absent, "zero-coordinates", "coordinates 0,0", "real coordinates")
    faults += [
        _fault(
            source,
            rows[at],
            "geometry-type",
            f"a {names[at]}",
            " or ".join(sorted(kinds)),
            f"Leave out the {names[at]}.",
        )
        for at in np.flatnonzero(wrong)
    ]
    faults += [
        _fault(source, rows[at], "invalid-geometry", shapely.is_valid_reason(shapes[at]), "a valid polygon")
        for at in np.flatnonzero(invalid)
    ]
    return frame, faults, [*remarks, *_duplicates(source, frame, absent | infinite | zero)]


def polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a geometry, leaving out the lines and points that mending leaves behind."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in POLYGON]
    return shapely.union_all(parts) if len(parts) != 1 else parts[0]


def centres(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return the middle of every geometry's bounds, shape (n, 2), in the layer's units; NaN where there is none."""
    bounds = shapely.bounds(frame.geometry.to_numpy())
    with np.errstate(invalid="ignore", over="ignore"):
        middle = bounds[:, :2] / 2 + bounds[:, 2:] / 2
    return np.where(np.isfinite(middle), middle, np.nan)


def _repaired(source: Source, frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Remark]]:
    remarks = []
    shapes = frame.geometry.to_numpy()
    lost = _absent(shapes) | _at_zero(frame)
    if lost.any():
        told = f"{int(lost.sum())} rows without geometry or at 0,0 were dropped"
        remarks.append(Remark(source.name, "repaired", told, rows_of(frame, lost)))
        frame = frame[~lost]
        shapes = frame.geometry.to_numpy()
    invalid = _invalid(shapes) & ~_infinite(shapes)
    if invalid.any():
        mended = shapes.copy()
        mended[invalid] = [_made_valid(shape) for shape in shapes[invalid]]
        told = f"{int(invalid.sum())} invalid polygons were made valid"
        remarks.append(Remark(source.name, "repaired", told, rows_of(frame, invalid)))
        frame = frame.set_geometry(gpd.GeoSeries(mended, index=frame.index, crs=frame.crs))
    return frame, remarks


def _made_valid(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a polygon made valid, or as it was where GEOS finds no way."""
    try:
        return polygonal(shapely.make_valid(shape))
    except shapely.errors.GEOSException:
        return shape


def _absent(shapes: Shapes) -> Mask:
    return np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes), dtype=np.bool_)


def _invalid(shapes: Shapes) -> Mask:
    polygons = np.isin(shapely.get_type_id(shapes), (3, 6))
    invalid = np.zeros(len(shapes), dtype=np.bool_)
    invalid[polygons] = ~shapely.is_valid(shapes[polygons])
    return invalid


def _infinite(shapes: Shapes) -> Mask:
    """Tell which geometries have a coordinate that is no number, infinite, or beyond any unit's reach."""
    infinite = np.zeros(len(shapes), dtype=np.bool_)
    points, owners = shapely.get_coordinates(shapes, return_index=True)
    with np.errstate(invalid="ignore"):
        infinite[owners[~(np.abs(points) < ENDLESS).all(axis=1)]] = True
    return infinite


def _at_zero(frame: gpd.GeoDataFrame) -> Mask:
    """Tell which geometries are points at 0,0, or where 0 E 0 N comes to lie in the layer's coordinate system."""
    bounds = shapely.bounds(frame.geometry.to_numpy())
    zero = np.asarray((bounds == 0).all(axis=1), dtype=np.bool_)
    if frame.crs is None or not frame.crs.is_projected:
        return zero
    island = pyproj.Transformer.from_crs(WGS84, frame.crs, always_xy=True).transform(0.0, 0.0)
    with np.errstate(invalid="ignore"):
        return zero | np.asarray((np.abs(bounds - (*island, *island)) < NULL_ISLAND_M).all(axis=1), dtype=np.bool_)


def _duplicates(source: Source, frame: gpd.GeoDataFrame, without: Mask) -> list[Remark]:
    keys = pd.Series(shapely.to_wkb(frame.geometry.to_numpy()))
    again = keys.duplicated(keep="first").to_numpy(dtype=bool) & ~without
    if not again.any():
        return []
    told = f"{int(again.sum())} of {len(frame)} rows have the very geometry of an earlier row"
    return [Remark(source.name, "duplicate-geometry", told, rows_of(frame, again))]


def _fault(source: Source, row: int, code: str, found: str, expected: str, fix: str = MEND_OR_ALLOW) -> Fault:
    return Fault(input=source.name, code=code, found=found, expected=expected, fix=fix, row=int(row))


def _faults(source: Source, rows: NDArray[np.int64], mask: Mask, code: str, found: str, expected: str) -> list[Fault]:
    return [_fault(source, rows[at], code, found, expected) for at in np.flatnonzero(mask)]
