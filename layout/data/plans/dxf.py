"""Read the shapes of a DXF plan: `read_dxf`.

Layers say what a thing is (see `dxf_layers`); `dxf_open` opens the file, `dxf_pieces` explodes its blocks, `dxf_units`
finds its unit, `dxf_doors` puts doors together, and walls drawn by their faces become areas (`walls`). Curves are
flattened to 1 cm or better. A door on the outline counts as an entrance where the drawing has no layer of entrances and
the settings name no entrance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import shapely
from ezdxf import path as dxf_path
from ezdxf.document import Drawing as DxfDrawing
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize

from layout.data.plans.dxf_doors import Leaf, doors_of
from layout.data.plans.dxf_open import BROKEN, open_dxf
from layout.data.plans.dxf_pieces import Parts, Piece, listed, take_apart
from layout.data.plans.dxf_units import UNITS_M, Drawn, choose_unit
from layout.data.plans.shapes import Drawing, Shape
from layout.data.plans.walls import bodies_of, is_tangled, is_thin
from layout.settings.hall import HallSettings, PlanKind
from outlet.errors import Fault, TableError
from outlet.findings import Remark

FINEST_M, COARSEST_M = 0.001, 0.01
FLATTENING = 0.002
MOST_PIECES, MOST_DOOR_PIECES = 20_000, 5_000
Floats = NDArray[np.float64]
DOOR_KINDS: tuple[PlanKind, ...] = ("door", "entrance", "exit")


def read_dxf(data: bytes, label: str, settings: HallSettings) -> Drawing:
    """Read the shapes of a DXF plan, in metres.

    Raises
    ------
    TableError
        When it cannot be opened, holds nothing of a plan, or its unit is unknown or implausible.
    """
    opened = open_dxf(data, label, settings.encoding)
    parts = take_apart(opened.document, label, settings)
    if not parts.pieces:
        raise TableError([*parts.faults, _no_layers(opened.document, parts, label, settings)])
    _refuse_too_many(parts.pieces, label)
    try:
        unit, told = choose_unit(_drawn(opened.document, parts.pieces), label, settings)
    except TableError as error:
        raise TableError([*parts.faults, *error.faults]) from error
    marked = any(piece.kind == "entrance" for piece in parts.pieces) or bool(settings.entrances)
    shapes, remarks = _shapes(parts, UNITS_M[unit], label, settings, entrance=False if marked else None)
    if not marked and any(shape.kind == "door" for shape in shapes):
        text = "no layer of entrances; every door on the outline counts as an entrance"
        remarks.append(Remark(label, "entrances-assumed", text))
    remarks = [*opened.remarks, told, *parts.remarks(label), *remarks]
    scale = UNITS_M[unit]
    return Drawing(
        tuple(shapes),
        label,
        remarks=tuple(remarks),
        faults=tuple(parts.faults),
        place=lambda x, y: (x * scale, y * scale),
    )


def _refuse_too_many(pieces: Sequence[Piece], label: str) -> None:
    counts = Counter(piece.kind for piece in pieces)
    many = [kind for kind, count in counts.items() if count > (MOST_DOOR_PIECES if kind in DOOR_KINDS else MOST_PIECES)]
    if many:
        found = ", ".join(f"{counts[kind]:,} entities of the kind {kind}" for kind in many)
        expected = f"at most {MOST_PIECES:,} of a kind, {MOST_DOOR_PIECES:,} of doors"
        fix = "Save only the layers of the plan; leave hatching and furniture out."
        raise TableError([Fault(label, "too-large", found, expected, fix)])


def _no_layers(document: DxfDrawing, parts: Parts, label: str, settings: HallSettings) -> Fault:
    listing = listed(parts.layers, 40) or f"none has any: {', '.join(layer.dxf.name for layer in document.layers)}"
    hidden = f"; hidden: {listed(parts.hidden)}" if parts.hidden else ""
    fix = (
        'Say which are, such as [layout.hall] layers = { outline = ["ROOM"], wall = ["*WALL*"], door = ["DOORS"] }'
        if not settings.layers
        else "Correct [layout.hall] layers; * stands for any letters."
    )
    found = f"no layer that is part of a hall plan (entities on each layer: {listing}{hidden})"
    return Fault(label, "no-outline", found, "a layer of outlines or walls, such as A-WALL", fix)


def _drawn(document: DxfDrawing, pieces: Sequence[Piece]) -> Drawn:
    for kinds in (("outline",), ("wall",), tuple(kind for kind in {piece.kind for piece in pieces})):
        vertices = [vertex for piece in pieces if piece.kind in kinds for vertex in piece.vertices()]
        if vertices:
            break
    width, height = np.ptp(np.array(vertices), axis=0).tolist()
    doors = [piece for piece in pieces if piece.kind in DOOR_KINDS]
    widths = [piece.swing.radius for piece in doors if piece.swing is not None]
    if not widths:
        widths = [float(np.hypot(*np.ptp(np.array(piece.vertices()), axis=0))) for piece in doors]
    header = document.header
    return Drawn(
        _integer(header.get("$INSUNITS", 0), 0),
        _integer(header.get("$MEASUREMENT", -1), -1),
        width,
        height,
        [round(door, 6) for door in widths if door > 0],
    )


def _integer(value: object, default: int) -> int:
    return int(value) if isinstance(value, int | float) and abs(value) < 1e6 else default


def _shapes(
    parts: Parts, scale: float, label: str, settings: HallSettings, *, entrance: bool | None
) -> tuple[list[Shape], list[Remark]]:
    """Return the pieces as shapes in metres: doors put together, walls as areas, loose lines that close as areas."""
    leaves: list[Leaf] = []
    others: list[tuple[Shape, bool]] = []
    ignored: Counter[str] = Counter()
    for piece in parts.pieces:
        try:
            geometry = geometry_of(piece, scale)
        except BROKEN:
            geometry = None
        if geometry is None:
            ignored[f"{piece.kind} without size"] += 1
        elif piece.kind in DOOR_KINDS:
            leaves.append(Leaf(piece.kind, geometry, piece.row, _closed(piece, scale)))
        else:
            others.append((Shape(piece.kind, geometry, row=piece.row), piece.filled))
    doors, narrow = doors_of(leaves, entrance)
    if narrow:
        ignored["doors narrower than 0.4 m"] += narrow
    openings = [*doors, *(shape for shape, _ in others if shape.kind == "window")]
    shapes = _solid(others, [shape.geometry for shape in openings], settings)
    remarks = [Remark(label, "entities-ignored", f"ignored: {listed(ignored)}")] if ignored else []
    return [*shapes, *doors], remarks


def _closed(piece: Piece, scale: float) -> tuple[LineString, LineString] | None:
    if piece.swing is None:
        return None
    hinge = np.array(piece.swing.hinge) * scale
    first, second = (LineString([hinge, np.array(end) * scale]) for end in piece.swing.ends)
    return first, second


def geometry_of(piece: Piece, scale: float) -> BaseGeometry | None:
    """Return a piece's geometry in metres: closed curves and hatches as areas, others as lines; None without size."""
    if piece.point is not None:
        return shapely.Point(piece.point[0] * scale, piece.point[1] * scale)
    curves = [xy for path in piece.paths if len(xy := _flat(path, scale)) >= 2]
    if piece.filled:
        rings = [shapely.make_valid(Polygon(xy)) for xy in curves if len(xy) >= 3]
        area: BaseGeometry = Polygon()
        for ring in rings:
            area = area.symmetric_difference(ring)
        if area.area > 0:
            return shapely.union_all([part for part in shapely.get_parts(area) if part.area > 0])
    for path, xy in zip(piece.paths, curves, strict=False):
        line = LineString(xy)
        if path.is_closed and len(xy) >= 4 and (Polygon(xy).area > 0 or not line.is_simple):
            return Polygon(xy)
        return line if line.length > 0 else None
    return None


def _flat(path: dxf_path.Path, scale: float) -> Floats:
    corners: Floats = np.array([(vertex.x, vertex.y) for vertex in path.control_vertices()])
    size = float(np.ptp(corners, axis=0).max())
    distance = min(max(size * scale * FLATTENING, FINEST_M), COARSEST_M) / scale
    xy: Floats = np.array([(p.x, p.y) for p in path.flattening(max(distance, size * 1e-5, 1e-9), segments=4)]) * scale
    moved = np.hypot(*np.diff(xy, axis=0).T) > 0 if len(xy) > 1 else np.array([], dtype=bool)
    kept: Floats = xy[np.concatenate([[True], moved])]
    return kept


def _solid(
    shapes: Sequence[tuple[Shape, bool]], openings: Sequence[BaseGeometry], settings: HallSettings
) -> list[Shape]:
    """Return shapes with walls, columns and fixtures as areas where their lines enclose some.

    A closed curve on a layer of walls is a wall when it is as thin as one or filled, else the face of walls around it.
    """
    kept = [shape for shape, _ in shapes if shape.kind not in ("wall", "column", "fixture")]
    for kind in ("column", "fixture"):
        kept += _enclosed([shape for shape, _ in shapes if shape.kind == kind])
    lines: list[BaseGeometry] = []
    for shape, filled in shapes:
        if shape.kind != "wall":
            continue
        geometry = shape.geometry
        if geometry.area > 0 and (filled or (geometry.is_valid and is_thin(geometry))):
            kept.append(shape)
        else:
            lines.append(geometry.boundary if isinstance(geometry, Polygon) else geometry)
    bodies, rest = bodies_of(lines, openings, settings.gap_m) if lines else ([], [])
    kept += [Shape("wall", body) for body in bodies]
    return [*kept, *(Shape("wall", line) for line in rest)]


def _enclosed(shapes: Sequence[Shape]) -> list[Shape]:
    """Return things drawn by loose lines as the areas that these enclose; what encloses nothing stays as it is."""
    loose = [shape for shape in shapes if shape.geometry.area == 0]
    if not loose:
        return list(shapes)
    if is_tangled([shape.geometry for shape in loose]):
        return list(shapes)
    areas = list(polygonize(shapely.union_all([shape.geometry for shape in loose])))
    edges = shapely.union_all([area.boundary for area in areas]).buffer(FINEST_M) if areas else Polygon()
    kept = [shape for shape in shapes if shape.geometry.area > 0 or not edges.covers(shape.geometry)]
    return [*kept, *(Shape(loose[0].kind, area, row=loose[0].row) for area in areas)]
