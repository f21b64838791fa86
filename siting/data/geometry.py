"""Find faults of geometries; mend them only when the settings allow it, and count what was mended."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from outlet.errors import Fault
from siting.data.read import Source

POINT = frozenset({"Point"})
POINT_OR_POLYGON = frozenset({"Point", "Polygon", "MultiPolygon"})
POLYGON = frozenset({"Polygon", "MultiPolygon"})
LINE = frozenset({"LineString", "MultiLineString"})

Mask = NDArray[np.bool_]


def check_geometry(
    source: Source, frame: gpd.GeoDataFrame, kinds: frozenset[str], *, repair: bool
) -> tuple[gpd.GeoDataFrame, list[Fault], list[str]]:
    """Return the layer in two dimensions, its faults, and notes on what was mended.

    Faults: no geometry, a geometry of another kind, an invalid polygon, a point at 0,0, coordinates outside the range
    of degrees, degrees under a projected coordinate system. With ``repair`` invalid polygons are made valid and rows
    without geometry or at 0,0 are dropped instead.
    """
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    notes: list[str] = []
    faults: list[Fault] = []
    absent = np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes), dtype=np.bool_)
    zero = _at_zero(shapes) & ~absent
    if repair and bool((absent | zero).any()):
        notes.append(f"{source.name}: {int((absent | zero).sum())} rows without geometry or at 0,0 were dropped")
        frame = frame[~(absent | zero)]
        shapes = frame.geometry.to_numpy()
        absent = zero = np.zeros(len(frame), dtype=bool)
    names = np.array([shape.geom_type if shape is not None else "" for shape in shapes], dtype=object)
    wrong = ~np.isin(names, sorted(kinds)) & ~absent
    invalid = ~np.asarray(shapely.is_valid(shapes), dtype=np.bool_) & ~absent & np.isin(names, sorted(POLYGON))
    invalid = np.asarray(invalid, dtype=np.bool_)
    if repair and bool(invalid.any()):
        notes.append(f"{source.name}: {int(invalid.sum())} invalid polygons were made valid")
        mended = shapes.copy()
        mended[invalid] = [polygonal(shape) for shape in shapely.make_valid(shapes[invalid])]
        frame = frame.set_geometry(gpd.GeoSeries(mended, index=frame.index, crs=frame.crs))
        invalid = np.zeros(len(frame), dtype=bool)
    rows = frame.index.to_numpy()
    faults += _faults(source, rows, absent, "null-geometry", "no geometry", "a geometry")
    faults += _faults(source, rows, zero, "zero-coordinates", "coordinates 0,0", "real coordinates")
    for at in np.flatnonzero(wrong):
        expected = " or ".join(sorted(kinds))
        faults.append(_fault(source, rows[at], "geometry-type", f"a {names[at]}", expected))
    for at in np.flatnonzero(invalid):
        reason = shapely.is_valid_reason(shapes[at])
        faults.append(_fault(source, rows[at], "invalid-geometry", reason, "a valid polygon"))
    return frame, faults, notes


def check_range(source: Source, frame: gpd.GeoDataFrame, crs: pyproj.CRS) -> list[Fault]:
    """Find coordinates that cannot belong to the coordinate system the layer is said to be in."""
    shapes = frame.geometry.to_numpy()
    present = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if not bool(present.any()):
        return []
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        if crs.is_geographic:
            outside = np.asarray((np.abs(bounds) > (180, 90, 180, 90)).any(axis=1), dtype=np.bool_)
            found = f"coordinates beyond 180 and 90 degrees under {crs.name}"
            fix = "State the layer's crs."
            return _faults(source, frame.index.to_numpy(), outside, "out-of-range", found, "degrees", fix)
        low, high = bounds[present][:, :2].min(axis=0), bounds[present][:, 2:].max(axis=0)
    if max(abs(low[0]), abs(high[0])) <= 180 and max(abs(low[1]), abs(high[1])) <= 90:
        found = f"coordinates that look like degrees under {crs.name}"
        return [source.fault("degrees-in-metric-crs", found, "metres or feet", "State the layer's crs.")]
    return []


def polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a geometry, leaving out the lines and points that mending leaves behind."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in POLYGON]
    return shapely.union_all(parts) if len(parts) != 1 else parts[0]


def _at_zero(shapes: NDArray[np.object_]) -> Mask:
    bounds = shapely.bounds(shapes)
    return np.asarray((bounds == 0).all(axis=1), dtype=bool)


def _fault(source: Source, row: int, code: str, found: str, expected: str, fix: str = "") -> Fault:
    fix = fix or "Mend the row, or set siting.data.repair = true."
    return Fault(input=source.name, code=code, found=found, expected=expected, fix=fix, row=int(row))


def _faults(
    source: Source, rows: NDArray[np.int64], mask: Mask, code: str, found: str, expected: str, fix: str = ""
) -> list[Fault]:
    return [_fault(source, rows[at], code, found, expected, fix) for at in np.flatnonzero(mask)]
