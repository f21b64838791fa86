"""Turn the shapes of a drawing into a FloorPlan, whatever file they came from: `build_plan`.

The plan is turned so that the outline's main direction lies along the axes and, where the drawing has its own
coordinates (a CRS, or numbers far from zero), moved so that the outline's lower left corner is the origin.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize, unary_union

from layout.floor.plan import Door, FloorPlan
from layout.settings.hall import HallSettings, PlanKind
from outlet.errors import Fault

LINE_WALL_M = 0.1
FAR_FROM_ORIGIN_M = 1000.0
SMALLEST_TURN_DEG = 0.5
DEFAULT_DOOR_M = 1.2


@dataclass(frozen=True)
class Shape:
    """One thing of a drawing in metres: what it is, its geometry, and what the drawing says of it."""

    kind: PlanKind
    geometry: BaseGeometry
    name: str = ""
    width_m: float | None = None
    entrance: bool = False
    row: int | str | None = None


@dataclass(frozen=True)
class Drawing:
    """All shapes of one file: ``source`` names it, ``crs`` is that of the file's coordinates, or None."""

    shapes: tuple[Shape, ...]
    source: str
    crs: str | None = None
    notes: tuple[str, ...] = ()

    def of(self, *kinds: PlanKind) -> list[Shape]:
        """Return the shapes of some kinds, in the order of the file."""
        return [shape for shape in self.shapes if shape.kind in kinds]


@dataclass(frozen=True)
class Frame:
    """How the hall's local frame lies in the drawing: its origin there, and how far it is turned."""

    origin: tuple[float, float] = (0.0, 0.0)
    rotation_deg: float = 0.0

    def to_local(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a geometry of the drawing in the local frame, rounded to a tenth of a millimetre."""
        angle = math.radians(self.rotation_deg)
        cos, sin = math.cos(angle), math.sin(angle)
        x, y = self.origin
        moved = affine_transform(geometry, (cos, sin, -sin, cos, -cos * x - sin * y, sin * x - cos * y))
        return shapely.set_precision(moved, 1e-4, mode="pointwise")


def build_plan(drawing: Drawing, settings: HallSettings) -> tuple[FloorPlan | None, list[Fault]]:
    """Return the plan a drawing describes, or None, and every fault of it."""
    faults: list[Fault] = []
    outline = _outline(drawing, faults)
    if outline is None:
        return None, faults
    frame = _frame(outline, drawing.crs is not None)
    local = frame.to_local(outline)
    assert isinstance(local, Polygon)
    doors = _doors(drawing, local, frame, settings, faults)
    solid = _solid_parts(drawing, frame, local)
    openings = [door.geometry for door in drawing.of("door", "entrance", "exit") if door.geometry.area > 0]
    gaps = unary_union([frame.to_local(geometry) for geometry in openings]) if openings else None
    walls = [part if gaps is None else part.difference(gaps) for part in solid["wall"]]
    notes = list(drawing.notes)
    if frame.rotation_deg:
        notes.append(f"{drawing.source}: turned by {frame.rotation_deg:.2f}° so that its main walls lie along the axes")
    plan = FloorPlan(
        outline=local,
        doors=tuple(doors),
        walls=tuple(part for part in walls if not part.is_empty),
        columns=tuple(solid["column"]),
        fixtures=tuple(solid["fixture"]),
        windows=tuple(frame.to_local(shape.geometry) for shape in drawing.of("window")),
        services=tuple(frame.to_local(shape.geometry) for shape in drawing.of("service")),
        origin=frame.origin,
        origin_crs=drawing.crs,
        rotation_deg=frame.rotation_deg,
        source=drawing.source,
        notes=tuple(notes),
    )
    return plan, faults


def _outline(drawing: Drawing, faults: list[Fault]) -> Polygon | None:
    """Return the largest area among the outlines; loose lines are joined where they meet."""
    areas: list[Polygon] = []
    lines: list[BaseGeometry] = []
    for shape in drawing.of("outline"):
        geometry = shape.geometry
        if not geometry.is_valid:
            reason = shapely.is_valid_reason(geometry)
            faults.append(
                Fault(
                    drawing.source,
                    "invalid-geometry",
                    f"an outline that is not valid ({reason})",
                    "an outline that does not cross itself",
                    "Correct the drawing",
                    row=shape.row,
                )
            )
            return None
        if geometry.area > 0:
            areas.extend(part for part in shapely.get_parts(geometry) if isinstance(part, Polygon))
        else:
            lines.append(geometry)
    if not areas and lines:
        areas = list(polygonize(unary_union(lines)))
    if not areas:
        found = "lines of the outline that do not close" if lines else "no outline"
        fix = (
            "Give one feature kind = outline (GeoJSON), or name the layer in [layout.hall] layers = { outline = [...] }"
        )
        faults.append(Fault(drawing.source, "no-outline", found, "one closed outline of the hall", fix))
        return None
    return max(areas, key=lambda area: (round(float(area.area), 3), area.bounds))


def _frame(outline: Polygon, has_crs: bool) -> Frame:
    ring = np.asarray(outline.exterior.coords)[:, :2]
    step = np.diff(ring, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    angle = np.arctan2(step[:, 1], step[:, 0])
    # The fourth harmonic: walls at right angles to each other agree on one direction modulo 90°.
    turn = math.degrees(math.atan2((length * np.sin(4 * angle)).sum(), (length * np.cos(4 * angle)).sum())) / 4
    turn = 0.0 if abs(turn) < SMALLEST_TURN_DEG else round(turn, 4)
    left, bottom, right, top = outline.bounds
    far = max(abs(left), abs(bottom), abs(right), abs(top)) > FAR_FROM_ORIGIN_M
    if not (has_crs or far or turn):
        return Frame()
    turned = Frame((0.0, 0.0), turn).to_local(outline)
    x, y, _, _ = turned.bounds
    back = math.radians(turn)
    origin = (x * math.cos(back) - y * math.sin(back), x * math.sin(back) + y * math.cos(back))
    return Frame((round(origin[0], 4), round(origin[1], 4)), turn)


def _solid_parts(drawing: Drawing, frame: Frame, outline: Polygon) -> dict[PlanKind, list[BaseGeometry]]:
    """Return walls, columns and fixtures as areas; a line becomes a wall 0.1 m thick."""
    kinds: tuple[PlanKind, ...] = ("wall", "column", "fixture")
    parts: dict[PlanKind, list[BaseGeometry]] = {kind: [] for kind in kinds}
    for kind in kinds:
        for shape in drawing.of(kind):
            geometry = frame.to_local(shape.geometry)
            if geometry.area == 0:
                geometry = geometry.buffer(LINE_WALL_M / 2, cap_style="flat", join_style="mitre")
            elif not geometry.is_valid:
                geometry = shapely.make_valid(geometry)
            if not geometry.is_empty and geometry.intersects(outline):
                parts[kind].append(geometry)
    return parts


def _doors(drawing: Drawing, outline: Polygon, frame: Frame, settings: HallSettings, faults: list[Fault]) -> list[Door]:
    shapes = drawing.of("door", "entrance", "exit")
    geometries = [frame.to_local(shape.geometry) for shape in shapes]
    chosen = _chosen_entrances(geometries, frame, settings)
    doors: list[Door] = []
    for at, (shape, geometry) in enumerate(zip(shapes, geometries, strict=True)):
        entrance = at in chosen if settings.entrances else shape.entrance or shape.kind == "entrance"
        middle = geometry.centroid
        off = outline.exterior.distance(middle)
        if off > settings.door_tolerance_m:
            if entrance or shape.kind == "exit":
                faults.append(_off_outline(drawing.source, shape, off, settings))
            continue
        doors.append(_door(shape, geometry, outline, entrance))
    if not any(door.entrance for door in doors) and not any(fault.code == "door-off-outline" for fault in faults):
        fix = (
            'Set entrance = true on a door, draw it on a layer "ENTRANCE", or point to it with [layout.hall] entrances'
        )
        found = f"{len(doors)} doors on the outline, none of them an entrance"
        faults.append(Fault(drawing.source, "no-entrance", found, "at least one entrance for visitors", fix))
    return doors


def _off_outline(source: str, shape: Shape, off_m: float, settings: HallSettings) -> Fault:
    name = f"{shape.kind} {shape.name!r}" if shape.name else shape.kind
    return Fault(
        source,
        "door-off-outline",
        f"{name} {off_m:.2f} m off the outline",
        f"every entrance and exit within {settings.door_tolerance_m:g} m of it",
        "Move the door, or raise [layout.hall] door_tolerance_m",
        row=shape.row,
    )


def _chosen_entrances(geometries: Sequence[BaseGeometry], frame: Frame, settings: HallSettings) -> set[int]:
    chosen: set[int] = set()
    for point in settings.entrances:
        place = frame.to_local(shapely.Point(point))
        order = sorted(range(len(geometries)), key=lambda at: (round(geometries[at].distance(place), 3), at))
        chosen.update(order[:1])
    return chosen


def _door(shape: Shape, geometry: BaseGeometry, outline: Polygon, entrance: bool) -> Door:
    middle = geometry.centroid
    edge = outline.exterior
    along = edge.project(middle)
    x, y = edge.interpolate(along).coords[0]
    reach = 0.05
    before, after = edge.interpolate(along - reach), edge.interpolate(min(along + reach, edge.length))
    direction = math.atan2(after.y - before.y, after.x - before.x)
    inward = direction + math.pi / 2
    if not outline.contains(shapely.Point(x + 0.1 * math.cos(inward), y + 0.1 * math.sin(inward))):
        inward -= math.pi
    return Door(
        x=round(x, 3),
        y=round(y, 3),
        width_m=round(shape.width_m or _drawn_width(geometry), 3),
        entrance=entrance,
        exit=shape.kind == "exit",
        facing_deg=round(math.degrees(inward) % 360, 2) % 360,
        name=shape.name,
    )


def _drawn_width(geometry: BaseGeometry) -> float:
    if isinstance(geometry, LineString):
        start, end = geometry.coords[0], geometry.coords[-1]
        return math.hypot(end[0] - start[0], end[1] - start[1])
    box = geometry.minimum_rotated_rectangle
    if not isinstance(box, Polygon):
        return float(box.length) or DEFAULT_DOOR_M
    corners = list(box.exterior.coords)
    return max(math.dist(corners[0], corners[1]), math.dist(corners[1], corners[2]))
