"""Take a plan's coordinates to metres that are true at its place: `place_in_metres`.

A projected CRS in metres stays where its scale at the hall is within 0.2 %: British, Finnish and UTM grids do, Web
Mercator does not. All others become UTM. Latitudes given first are noticed by numbers that no latitude has, and by
right angles: a hall read with its axes swapped is skewed wherever it is turned and far from the equator.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Proj, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

from layout.data.plans.shapes import Drawing, Shape, Told
from layout.settings.hall import HallSettings
from outlet.errors import Fault, TableError

LARGEST_HALL_DEG = 0.05
TRUE_SCALE = 0.002
SQUARE, SKEWED = 0.97, 0.9


def place_in_metres(
    content: Mapping[str, object], shapes: Sequence[Shape], settings: HallSettings, told: Told
) -> Drawing:
    """Return the drawing of a GeoJSON's shapes in metres.

    Raises
    ------
    TableError
        When the CRS is missing or unknown, or the coordinates cannot be in it; with all other faults.
    """
    crs = _stated_crs(content, shapes, settings, told)
    drawing = Drawing(tuple(shapes), told.source, None, tuple(told.remarks), tuple(told.faults))
    return drawing if crs is None else _projected(drawing, crs, told)


def _stop(told: Told, code: str, found: str, expected: str, fix: str = "") -> TableError:
    return TableError([*told.faults, Fault(told.source, code, found, expected, fix)])


def _stated_crs(
    content: Mapping[str, object], shapes: Sequence[Shape], settings: HallSettings, told: Told
) -> CRS | None:
    """Return the CRS of the numbers: the file's, else the setting's, else WGS 84 where they can be nothing else."""
    stated = content.get("crs", "absent")
    if isinstance(stated, dict):
        properties = stated.get("properties")
        text = str(properties.get("name")) if isinstance(properties, dict) else str(stated)
        crs = _crs(text, told)
        if settings.crs is not None and _crs(settings.crs, told) != crs:
            told.remark(
                "crs-overridden", f"[layout.hall] crs {settings.crs} does not count: the file states {crs.name}"
            )
        return crs
    if settings.crs is not None:
        return _crs(settings.crs, told)
    if stated is None:
        return None
    west, south, east, north = _bounds(shapes)
    highest = max(abs(west), abs(east), abs(south), abs(north))
    if highest <= 180 and max(east - west, north - south) < LARGEST_HALL_DEG:
        return CRS.from_epsg(4326)
    raise _stop(
        told,
        "missing-crs",
        f"no crs and numbers from {min(west, south):g} to {max(east, north):g}",
        "crs: null for local metres, a crs member, or [layout.hall] crs",
    )


def _bounds(shapes: Sequence[Shape]) -> tuple[float, float, float, float]:
    west, south, east, north = shapely.total_bounds([shape.geometry for shape in shapes]).tolist()
    return west, south, east, north


def _crs(text: str, told: Told) -> CRS:
    try:
        crs = CRS.from_user_input(text)
    except CRSError as error:
        raise _stop(told, "unknown-crs", f"the CRS {text[:80]!r}, which is unknown", "such as EPSG:27700") from error
    if not (crs.is_geographic or crs.is_projected):
        raise _stop(told, "unknown-crs", f"the CRS {crs.name}, which is no map's", "such as EPSG:27700")
    return crs


def _projected(drawing: Drawing, crs: CRS, told: Told) -> Drawing:
    """Return the drawing in metres: in its own CRS where that is metric and true, else in UTM."""
    west, south, east, north = _bounds(drawing.shapes)
    x, y = (west + east) / 2, (south + north) / 2
    if crs.is_geographic:
        _refuse_swapped(drawing, crs, told)
    lon, lat = Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lat) <= 84):
        found = f"coordinates about ({x:g}, {y:g})"
        fix = "State the right CRS in the file or in [layout.hall] crs."
        raise _stop(told, "outside-crs", found, f"coordinates inside {crs.name}", fix)
    target = crs if _is_true(crs, lon, lat) else _utm(lon, lat)
    change = Transformer.from_crs(crs, target, always_xy=True)

    def project(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    def place(x: float, y: float) -> tuple[float, float]:
        east, north = change.transform(x, y)
        return float(east), float(north)

    moved = [
        dataclasses.replace(shape, geometry=shapely.transform(shape.geometry, project)) for shape in drawing.shapes
    ]
    kept = [shape for shape in moved if all(math.isfinite(value) for value in shape.geometry.bounds)]
    for shape in moved:
        if shape not in kept:
            told.fault("outside-crs", f"a {shape.kind} outside {crs.name}", "coordinates inside it", row=shape.row)
    code = target.to_authority()
    return Drawing(
        tuple(kept),
        drawing.source,
        ":".join(code) if code else target.name,
        tuple(told.remarks),
        tuple(told.faults),
        place,
    )


def _utm(lon: float, lat: float) -> CRS:
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + min(max(int((lon + 180) // 6) + 1, 1), 60))


def _is_true(crs: CRS, lon: float, lat: float) -> bool:
    """Tell whether a metre of a CRS is a metre on the ground."""
    if not crs.is_projected or any(abs(axis.unit_conversion_factor - 1) > 1e-9 for axis in crs.axis_info[:2]):
        return False
    try:
        factors = Proj(crs).get_factors(lon, lat)
    except ProjError:
        return False
    scales = (float(factors.meridional_scale), float(factors.parallel_scale))
    return all(abs(scale - 1) <= TRUE_SCALE for scale in scales)


def _refuse_swapped(drawing: Drawing, crs: CRS, told: Told) -> None:
    west, south, east, north = _bounds(drawing.shapes)
    swapped = max(abs(south), abs(north)) > 90 and max(abs(west), abs(east)) <= 90
    outlines = [shape.geometry for shape in drawing.shapes if shape.kind == "outline"]
    if not swapped and outlines and max(abs(south), abs(north)) <= 90:
        outline = max(outlines, key=lambda outline: float(outline.length))
        swapped = _squareness(outline, south) < SKEWED and _squareness(_turned(outline), west) > SQUARE
    if swapped:
        found = f"latitudes first: ({west:.6g}, {south:.6g})"
        expected = f"longitude, then latitude, in {crs.name}: ({south:.6g}, {west:.6g})"
        raise _stop(told, "swapped-coordinates", found, expected, "Export the plan with longitude first.")


def _turned(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, lambda xy: xy[:, ::-1])


def _squareness(outline: BaseGeometry, lat: float) -> float:
    """Return how far walls in degrees are at right angles to each other on the ground, 0 to 1."""
    xy = shapely.get_coordinates(outline) * (math.cos(math.radians(lat)), 1.0)
    step = np.diff(xy, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    angle = 4 * np.arctan2(step[:, 1], step[:, 0])
    total = float(length.sum())
    return math.hypot(float((length * np.cos(angle)).sum()), float((length * np.sin(angle)).sum())) / (total or 1.0)
