"""Read a hall plan, GeoJSON or DXF, into a FloorPlan: `read_plan`, `check_plan`.

A GeoJSON plan has one feature a thing; the property ``kind`` (or the one that ``[layout.hall] kind_property`` names)
says what it is:

=========  ==================  =============================================================================
kind       geometry            further properties
=========  ==================  =============================================================================
outline    polygon             the inside of the hall, inner face of the outer walls
wall       polygon or line     a line counts as 0.1 m thick
column     polygon
fixture    polygon             ``name``
door       line or polygon     ``width_m``, ``entrance`` (true or false), ``name``
entrance   line or polygon     a door that is an entrance
exit       line or polygon     an emergency exit; ``entrance`` as well where visitors use it
window     line or polygon
service    point or line       power, data or water in the wall
=========  ==================  =============================================================================

``"crs": null`` means local metres. A file without a ``crs`` member is WGS 84 by RFC 7946 when its numbers can be
degrees on the scale of a hall; with any CRS the plan is projected to metres (UTM where the CRS is geographic) and its
origin and rotation are stated.
"""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely.geometry import shape as to_shape
from shapely.geometry.base import BaseGeometry

from layout.data.shapes import Drawing, Shape, build_plan
from layout.floor.plan import FloorPlan
from layout.settings.hall import HallSettings, PlanKind
from outlet.errors import CrsError, Fault, InputError, TableError

KINDS: tuple[PlanKind, ...] = (
    "outline",
    "wall",
    "column",
    "door",
    "entrance",
    "exit",
    "fixture",
    "window",
    "service",
)
LARGEST_HALL_M = 500.0
SMALLEST_HALL_M = 2.0
LARGEST_HALL_DEG = 0.01


def read_plan(file: Path, settings: HallSettings, *, name: str | None = None) -> FloorPlan:
    """Read a hall plan.

    Parameters
    ----------
    file
        GeoJSON (.geojson, .json) or DXF (.dxf).
    settings
        How to read it.
    name
        How messages call it; the file's own name by default.

    Raises
    ------
    InputError
        When the file cannot be read as a plan.
    CrsError
        When its CRS is unknown.
    TableError
        Every fault of the plan at once.
    """
    plan, faults = check_plan(file, settings, name=name)
    if faults or plan is None:
        raise TableError(faults)
    return plan


def check_plan(file: Path, settings: HallSettings, *, name: str | None = None) -> tuple[FloorPlan | None, list[Fault]]:
    """Read a hall plan and return it, or None, together with every fault.

    Raises
    ------
    InputError
        When the file cannot be read at all: it is missing, broken, or of another kind.
    """
    label = name or file.name
    if not file.is_file():
        raise InputError(f"{label}: there is no such file; correct [layout.hall] plan or the outlet's hall_plan")
    suffix = file.suffix.lower()
    if suffix in (".geojson", ".json"):
        drawing = read_geojson(file.read_bytes(), label, settings)
    elif suffix == ".dxf":
        from layout.data.dxf import read_dxf

        drawing = read_dxf(file, label, settings)
    else:
        raise InputError(f"{label}: found a {suffix or 'nameless'} file; expected a hall plan as .geojson or .dxf")
    plan, faults = build_plan(drawing, settings)
    if plan is not None:
        faults.extend(_size_faults(plan, label))
    return plan, faults


def _size_faults(plan: FloorPlan, label: str) -> list[Fault]:
    left, bottom, right, top = plan.outline.bounds
    long = max(right - left, top - bottom)
    short = min(right - left, top - bottom)
    if short >= SMALLEST_HALL_M and long <= LARGEST_HALL_M:
        return []
    found = f"an outline of {right - left:.2f} × {top - bottom:.2f} m"
    expected = f"a hall between {SMALLEST_HALL_M:g} and {LARGEST_HALL_M:g} m"
    return [Fault(label, "implausible-size", found, expected, "State the right crs or units in [layout.hall]")]


def read_geojson(data: bytes, label: str, settings: HallSettings) -> Drawing:
    """Read the shapes of a GeoJSON plan, in metres."""
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{label}: not valid JSON: {error}") from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise InputError(f"{label}: found no list of features; expected a GeoJSON FeatureCollection")
    shapes: list[Shape] = []
    notes: list[str] = []
    faults: list[Fault] = []
    ignored: dict[str, int] = {}
    for row, feature in enumerate(features, start=1):
        properties, geometry = _parts_of(feature)
        value = str(properties.get(settings.kind_property))
        kind = settings.kinds.get(value) or next((known for known in KINDS if known == value), None)
        if kind is None:
            ignored[value] = ignored.get(value, 0) + 1
            continue
        if geometry is None:
            faults.append(_no_geometry(label, row, kind))
            continue
        shapes.append(_shape_of(kind, geometry, properties, row))
    if faults:
        raise TableError(faults)
    if ignored:
        counts = ", ".join(f"{count} {value!r}" for value, count in sorted(ignored.items()))
        notes.append(f"{label}: features of unknown kind ignored: {counts}")
    crs = _stated_crs(content, shapes, label, settings)
    if crs is None:
        return Drawing(tuple(shapes), label, None, tuple(notes))
    return _project(Drawing(tuple(shapes), label, None, tuple(notes)), crs, label)


def _parts_of(feature: object) -> tuple[dict[str, object], BaseGeometry | None]:
    if not isinstance(feature, dict):
        return {}, None
    properties = feature.get("properties")
    try:
        geometry = to_shape(feature["geometry"])
    except (KeyError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError):
        geometry = None
    if geometry is not None and (geometry.is_empty or not all(math.isfinite(value) for value in geometry.bounds)):
        geometry = None
    return properties if isinstance(properties, dict) else {}, geometry


def _no_geometry(label: str, row: int, kind: str) -> Fault:
    return Fault(label, "null-geometry", f"a {kind} without geometry", "a geometry", "Draw or remove it", row=row)


def _shape_of(kind: PlanKind, geometry: BaseGeometry, properties: dict[str, object], row: int) -> Shape:
    width = properties.get("width_m")
    name = properties.get("name")
    return Shape(
        kind=kind,
        geometry=shapely.force_2d(geometry),
        name=name if isinstance(name, str) else "",
        width_m=float(width) if isinstance(width, int | float) and width > 0 else None,
        entrance=properties.get("entrance") in (True, 1, "true", "yes"),
        row=row,
    )


def _stated_crs(content: dict[str, object], shapes: list[Shape], label: str, settings: HallSettings) -> CRS | None:
    """Return the CRS of the numbers: the file's, else the setting's, else WGS 84 where they can be nothing else."""
    stated = content.get("crs", "absent")
    if isinstance(stated, dict):
        properties = stated.get("properties")
        text = str(properties.get("name")) if isinstance(properties, dict) else str(stated)
        return _crs(text, label)
    if settings.crs is not None:
        return _crs(settings.crs, label)
    if stated is None:
        return None
    bounds = shapely.total_bounds([shape.geometry for shape in shapes]) if shapes else (0.0, 0.0, 0.0, 0.0)
    west, south, east, north = (float(value) for value in bounds)
    if (
        max(abs(west), abs(east)) <= 180
        and max(abs(south), abs(north)) <= 90
        and max(east - west, north - south) < 0.05
    ):
        return CRS.from_epsg(4326)
    raise CrsError(
        f"{label}: found no crs and numbers from {west:g} to {east:g}; expected crs: null for local metres, "
        "a crs member, or [layout.hall] crs"
    )


def _crs(text: str, label: str) -> CRS:
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise CrsError(f"{label}: found the CRS {text!r}, which is unknown; expected such as EPSG:27700") from error


def _project(drawing: Drawing, crs: CRS, label: str) -> Drawing:
    """Return the drawing in metres: in its own CRS where that is metric, else in UTM."""
    target = crs
    factor = crs.axis_info[0].unit_conversion_factor if crs.axis_info else 1.0
    if crs.is_geographic or abs(factor - 1.0) > 1e-9:
        bounds = shapely.total_bounds([shape.geometry for shape in drawing.shapes])
        to_degrees = Transformer.from_crs(crs, 4326, always_xy=True)
        lon, lat = to_degrees.transform((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
        if not (math.isfinite(lon) and math.isfinite(lat)):
            raise CrsError(f"{label}: the coordinates lie outside {crs.name}; state the right CRS in [layout.hall] crs")
        target = CRS.from_epsg((32600 if lat >= 0 else 32700) + min(max(int((lon + 180) // 6) + 1, 1), 60))
    change = Transformer.from_crs(crs, target, always_xy=True)

    def project(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    moved = [
        dataclasses.replace(shape, geometry=shapely.transform(shape.geometry, project)) for shape in drawing.shapes
    ]
    code = target.to_authority()
    name = ":".join(code) if code else target.name
    return Drawing(tuple(moved), label, name, drawing.notes)
