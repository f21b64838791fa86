"""Read the shapes of a DXF plan: `read_dxf`.

Layers say what a thing is; ``[layout.hall] layers`` maps a kind to layer names with ``*`` as wildcard, else a layer
whose name holds the kind's own name (OUTLINE, WALL, COLUMN, DOOR, ENTRANCE, EXIT, FIXTURE, WINDOW, SERVICE) is taken.
Block references are exploded, images ignored, curves flattened to 1 cm. A door on a DOOR layer counts as an entrance
where the drawing has no ENTRANCE layer and the settings name no entrance.

The unit is that of the header, or of ``[layout.hall] units``. A header may lie (a house drawn in inches under a header
that says millimetres is 0.9 m long), so a size that no hall has is refused, with what it would be in other units.
"""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Iterator
from pathlib import Path

import shapely
from ezdxf import path as dxf_path
from ezdxf.document import Drawing as DxfDrawing
from ezdxf.entities.dxfentity import DXFEntity
from ezdxf.entities.insert import Insert
from ezdxf.entities.line import Line
from ezdxf.entities.point import Point
from ezdxf.filemanagement import readfile
from ezdxf.lldxf.const import DXFError
from shapely.geometry.base import BaseGeometry

from layout.data.shapes import Drawing, Shape
from layout.settings.hall import HallSettings, PlanKind, Unit
from outlet.errors import InputError

UNITS_M: dict[Unit, float] = {"m": 1.0, "dm": 0.1, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "in": 0.0254}
HEADER_UNITS: dict[int, Unit] = {1: "in", 2: "ft", 4: "mm", 5: "cm", 6: "m", 14: "dm"}
SMALLEST_M = 3.0
LARGEST_M = 250.0
FLATTENING_M = 0.01
DEEPEST_BLOCK = 8

DEFAULT_LAYERS: dict[PlanKind, tuple[str, ...]] = {
    "outline": ("*outline*",),
    "entrance": ("*entrance*",),
    "exit": ("*exit*",),
    "door": ("*door*",),
    "window": ("*window*",),
    "wall": ("*wall*",),
    "column": ("*column*",),
    "fixture": ("*fixture*",),
    "service": ("*service*",),
}
IGNORED_TYPES = frozenset({"IMAGE", "WIPEOUT", "TEXT", "MTEXT", "DIMENSION", "LEADER", "ATTDEF", "ATTRIB", "VIEWPORT"})


def read_dxf(file: Path, label: str, settings: HallSettings) -> Drawing:
    """Read the shapes of a DXF plan, in metres.

    Raises
    ------
    InputError
        When ezdxf cannot open it, or its size is implausible in its unit.
    """
    document = _open(file, label)
    kinds = {layer.dxf.name: _kind_of(layer.dxf.name, settings) for layer in document.layers}
    drawn, notes = _entities(document, kinds, label, settings)
    sized = [geometry for kind, geometry in drawn if kind == "outline"] or [geometry for _, geometry in drawn]
    if not sized:
        layers = ", ".join(sorted(kinds)) or "none"
        raise InputError(
            f"{label}: found no layer that is part of a hall plan (layers: {layers}); expected one named OUTLINE and "
            "others, or [layout.hall] layers that say which are"
        )
    unit = _unit(document, label, settings, sized)
    scale = UNITS_M[unit]
    marked = any(kind == "entrance" for kind, _ in drawn) or bool(settings.entrances)
    shapes = tuple(
        Shape(kind, shapely.transform(geometry, lambda xy: xy * scale), entrance=kind == "door" and not marked)
        for kind, geometry in drawn
    )
    if not marked and any(kind == "door" for kind, _ in drawn):
        notes.append(f"{label}: no layer of entrances; every door on the outline counts as an entrance")
    return Drawing(shapes, label, None, tuple(notes))


def _open(file: Path, label: str) -> DxfDrawing:
    try:
        return readfile(file)
    except (OSError, DXFError, ValueError, LookupError, TypeError, AttributeError, StopIteration) as error:
        reason = str(error) or type(error).__name__
        message = f"{label}: cannot be opened as DXF: {reason.replace(str(file), label)}"
        raise InputError(f"{message}; save it again as DXF (R12 or later; DWG is not read)") from error


def _kind_of(layer: str, settings: HallSettings) -> PlanKind | None:
    for kind, default in DEFAULT_LAYERS.items():
        for pattern in settings.layers.get(kind, ()) if settings.layers else default:
            if fnmatch.fnmatchcase(layer.casefold(), pattern.casefold().replace("[", "[[]")):
                return kind
    return None


def _entities(
    document: DxfDrawing, kinds: dict[str, PlanKind | None], label: str, settings: HallSettings
) -> tuple[list[tuple[PlanKind, BaseGeometry]], list[str]]:
    drawn: list[tuple[PlanKind, BaseGeometry]] = []
    skipped: dict[str, int] = {}
    for entity in _exploded(document.modelspace(), 0):
        layer = entity.dxf.layer
        if layer not in kinds:
            kinds[layer] = _kind_of(layer, settings)
        kind = kinds[layer]
        if entity.dxftype() in IGNORED_TYPES or kind is None:
            if entity.dxftype() == "IMAGE":
                skipped["IMAGE"] = skipped.get("IMAGE", 0) + 1
            continue
        geometry = _geometry(entity)
        if geometry is None:
            skipped[entity.dxftype()] = skipped.get(entity.dxftype(), 0) + 1
        else:
            drawn.append((kind, geometry))
    counts = ", ".join(f"{count} {name}" for name, count in sorted(skipped.items()))
    return drawn, [f"{label}: ignored: {counts}"] if counts else []


def _exploded(entities: object, depth: int) -> Iterator[DXFEntity]:
    assert hasattr(entities, "__iter__")
    for entity in entities:
        if isinstance(entity, Insert):
            if depth < DEEPEST_BLOCK:
                yield from _exploded(entity.virtual_entities(), depth + 1)
        else:
            yield entity


def _geometry(entity: DXFEntity) -> BaseGeometry | None:
    """Return an entity's geometry: closed curves as polygons, open ones as lines."""
    if isinstance(entity, Point):
        return shapely.Point(entity.dxf.location.x, entity.dxf.location.y)
    if isinstance(entity, Line):
        start, end = entity.dxf.start, entity.dxf.end
        line = shapely.LineString([(start.x, start.y), (end.x, end.y)])
        return line if line.length > 0 else None
    try:
        path = dxf_path.make_path(entity)
    except TypeError:
        return None
    size = max(path.bbox().size.x, path.bbox().size.y) if len(path) else 0.0
    points = [(point.x, point.y) for point in path.flattening(max(size * FLATTENING_M / 10, 1e-6))]
    if len(points) < 2 or not all(math.isfinite(value) for point in points for value in point):
        return None
    if path.is_closed and len(points) >= 4:
        polygon = shapely.Polygon(points)
        return polygon if polygon.area > 0 else None
    line = shapely.LineString(points)
    return line if line.length > 0 else None


def _unit(document: DxfDrawing, label: str, settings: HallSettings, sized: list[BaseGeometry]) -> Unit:
    left, bottom, right, top = (float(value) for value in shapely.total_bounds(sized))
    width, height = right - left, top - bottom

    def reading(unit: Unit) -> str:
        return f"{width * UNITS_M[unit]:.2f} × {height * UNITS_M[unit]:.2f} m in {unit}"

    def plausible(unit: Unit) -> bool:
        return SMALLEST_M <= max(width, height) * UNITS_M[unit] <= LARGEST_M

    header = document.header.get("$INSUNITS", 0)
    stated = settings.units or HEADER_UNITS.get(int(header))
    others = ", ".join(reading(unit) for unit in UNITS_M if unit != stated and plausible(unit)) or "no plausible size"
    if stated is None:
        raise InputError(
            f"{label}: the header states no unit that is known ($INSUNITS {header}); the drawing would be {others}; "
            'set [layout.hall] units = "m" or what it is drawn in'
        )
    if not plausible(stated):
        origin = "[layout.hall] units" if settings.units else "its header"
        raise InputError(
            f"{label}: by {origin} the hall would be {reading(stated)}, which no hall is; read otherwise it would be "
            f'{others}; set [layout.hall] units to what it is drawn in, such as units = "in"'
        )
    return stated
