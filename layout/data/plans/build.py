"""Turn the shapes of a drawing into a FloorPlan, whatever file they came from: `build_plan`.

The plan is turned so that the outline's main direction lies along the axes and, where the drawing has its own
coordinates (a CRS, or numbers far from zero), moved so that the outline's lower left corner is the origin. Where no
outline is drawn, it is the inner face of the outer walls (`layout.data.plans.walls`), and a remark says so.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize, unary_union

from layout.data.plans.doors import doors_on
from layout.data.plans.shapes import Drawing, Frame, Reading, Shape, Told
from layout.data.plans.walls import Rooms, is_tangled, outline_of_walls
from layout.floor.plan import FloorPlan
from layout.settings.hall import HallSettings, PlanKind

LINE_WALL_M = 0.1
FAR_FROM_ORIGIN_M = 1000.0
SMALLEST_TURN_DEG = 0.5
AREA_KINDS: tuple[PlanKind, ...] = ("outline", "wall", "column", "fixture")
SHOWN_ENDS = 3
BESIDE_M = 1.0
TOUCH_M = 0.05
MOST_SHAPES, MOST_DOORS = 20_000, 5_000


def build_plan(drawing: Drawing, settings: HallSettings) -> Reading:
    """Return the plan a drawing describes, and every fault of it."""
    told = Told(drawing.source, list(drawing.faults), list(drawing.remarks))
    if _is_too_much(drawing, told):
        return Reading(None, tuple(told.faults), tuple(told.remarks))
    shapes = _sound(drawing, settings, told)
    drawing = Drawing(shapes, drawing.source, drawing.crs, place=drawing.place)
    outline = _outline(drawing, settings, told)
    if outline is None:
        return Reading(None, tuple(told.faults), tuple(told.remarks))
    frame = _frame(outline, drawing.crs is not None)
    local = frame.to_local(outline)
    if not isinstance(local, Polygon) or local.is_empty or not local.is_valid:
        told.fault("implausible-size", "an outline without area", "the outline of a hall", "Draw it again.")
        return Reading(None, tuple(told.faults), tuple(told.remarks))
    doors = doors_on(drawing, local, frame, settings, told)
    solid = _solid_parts(drawing, frame, local, told)
    openings = [door.geometry for door in drawing.of("door", "entrance", "exit") if door.geometry.area > 0]
    gaps = unary_union([frame.to_local(geometry) for geometry in openings]) if openings else None
    walls = [part if gaps is None else part.difference(gaps) for part in solid["wall"]]
    if frame.rotation_deg:
        told.remark("plan-turned", f"turned by {frame.rotation_deg:.2f}° so that its main walls lie along the axes")
    plan = FloorPlan(
        outline=local,
        doors=tuple(doors),
        walls=tuple(wall for wall in walls if not wall.is_empty),
        columns=tuple(solid["column"]),
        fixtures=tuple(solid["fixture"]),
        windows=_near("window", drawing, frame, local),
        services=_near("service", drawing, frame, local),
        origin=frame.origin,
        origin_crs=drawing.crs,
        rotation_deg=frame.rotation_deg,
        source=drawing.source,
        notes=tuple(str(remark) for remark in told.remarks),
    )
    return Reading(plan, tuple(told.faults), tuple(told.remarks))


def _is_too_much(drawing: Drawing, told: Told) -> bool:
    """Refuse drawings with far more in them than a hall has: hatching drawn as lines, a whole town."""
    counts = Counter(shape.kind for shape in drawing.shapes)
    for kind, count in counts.items():
        most = MOST_DOORS if kind in ("door", "entrance", "exit") else MOST_SHAPES
        lines = [shape.geometry for shape in drawing.of(kind)]
        tangled = kind != "service" and is_tangled(lines)
        if count > most or tangled:
            found = f"{count:,} shapes of the kind {kind}" + (" that cross each other all over" if tangled else "")
            fix = "Save only the layers of the plan; leave hatching and furniture out."
            told.fault("too-large", found, f"the plan of one hall, at most {most:,}", fix)
    return any(fault.code == "too-large" for fault in told.faults)


def _sound(drawing: Drawing, settings: HallSettings, told: Told) -> tuple[Shape, ...]:
    """Return the shapes without those at fault: areas that cross themselves, points where something has a size."""
    sound: list[Shape] = []
    mended: list[int | str] = []
    for shape in drawing.shapes:
        if shape.kind in AREA_KINDS and shape.geometry.length == 0:
            found = f"{_article(shape.kind)} drawn as a point"
            told.fault("geometry-type", found, "an area or a line", "Draw its edge, or remove it.", shape.row)
        elif shape.geometry.is_valid:
            sound.append(shape)
        elif settings.repair:
            area = shapely.make_valid(shape.geometry)
            sound.append(replace(shape, geometry=area))
            mended += [shape.row] if shape.row is not None else []
        else:
            reason = shapely.is_valid_reason(shape.geometry)
            found = f"{_article(shape.kind)} that is not valid ({reason})"
            fix = "Correct the drawing, or allow [layout.hall] repair = true."
            told.fault("invalid-geometry", found, "an area that does not cross itself", fix, shape.row)
    if mended:
        told.remark("repaired", f"{len(mended)} areas that crossed themselves were mended", tuple(mended))
    return tuple(sound)


def _article(kind: PlanKind) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _outline(drawing: Drawing, settings: HallSettings, told: Told) -> Polygon | None:
    """Return the largest area among the outlines; loose lines are joined where they meet; else that of the walls."""
    shapes = drawing.of("outline")
    areas = [part for shape in shapes for part in shapely.get_parts(shape.geometry) if part.area > 0]
    lines = [shape.geometry for shape in shapes if shape.geometry.area == 0]
    if not areas and lines:
        areas = list(polygonize(unary_union(lines)))
    if areas:
        largest: Polygon = max(areas, key=lambda area: (round(float(area.area), 3), area.bounds))
        if len(areas) > 1:
            rest = ", ".join(f"{area.area:.1f}" for area in areas if area is not largest)
            told.remark(
                "outlines-ignored", f"{len(areas)} outlines; that of {largest.area:.1f} m² counts, not {rest} m²"
            )
        return largest
    if any(fault.code == "invalid-geometry" and "outline" in fault.found for fault in told.faults):
        return None
    if not lines and drawing.of("wall"):
        return _outline_of_walls(drawing, settings, told)
    found = "lines of the outline that do not close" if lines else "no outline and no walls"
    fix = "Give one feature kind = outline (GeoJSON), or name the layer in [layout.hall] layers = { outline = [...] }."
    told.fault("no-outline", found, "one closed outline of the hall", fix)
    return None


def _outline_of_walls(drawing: Drawing, settings: HallSettings, told: Told) -> Polygon | None:
    openings = [shape.geometry for shape in drawing.of("door", "entrance", "exit", "window")]
    columns = [shape.geometry for shape in drawing.of("column") if shape.geometry.area > 0]
    walls = [shape.geometry for shape in drawing.of("wall")]
    rooms = outline_of_walls(walls, openings, settings.gap_m, columns)
    outline = rooms.joined() if settings.rooms == "all" else rooms.largest
    if outline is None:
        ends = "; ".join(f"({x:.2f}, {y:.2f}) m" for x, y in rooms.open_ends[:SHOWN_ENDS])
        where = f"; {len(rooms.open_ends)} ends lie free, such as {ends}" if ends else ""
        told.fault(
            "no-outline",
            f"no outline, and walls that enclose no room{where}",
            "an outline, or walls that close",
            "Draw the outline on a layer of its own, or raise [layout.hall] gap_m above the widest opening.",
        )
        return None
    told.remark("outline-from-walls", _from_walls(rooms, outline, settings))
    return outline


def _from_walls(rooms: Rooms, outline: Polygon, settings: HallSettings) -> str:
    largest = rooms.rooms[0]
    gaps = f"; {len(rooms.gaps_m)} gaps closed, the widest {rooms.gaps_m[0]:g} m" if rooms.gaps_m else ""
    if settings.rooms == "largest":
        choice = f"the largest of {len(rooms.rooms)} rooms"
    else:
        outside = sum(not outline.intersects(room.representative_point()) for room in rooms.rooms)
        left = f", {outside} rooms apart from it left out" if outside else ""
        choice = f"{len(rooms.rooms) - outside} rooms within the outer walls{left}"
        if len(rooms.rooms) > 1:
            choice += f'; the largest alone has {largest.area:.1f} m² ([layout.hall] rooms = "largest")'
    return f"no outline is drawn; the inner face of the walls, {outline.area:.1f} m², is taken: {choice}{gaps}"


def _near(kind: PlanKind, drawing: Drawing, frame: Frame, outline: Polygon) -> tuple[BaseGeometry, ...]:
    """Return windows or services in the hall or in the walls around it."""
    found = [frame.to_local(shape.geometry) for shape in drawing.of(kind)]
    return tuple(geometry for geometry in found if outline.distance(geometry) <= BESIDE_M)


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


def _solid_parts(drawing: Drawing, frame: Frame, outline: Polygon, told: Told) -> dict[PlanKind, list[BaseGeometry]]:
    """Return walls, columns and fixtures as areas; a line becomes a wall 0.1 m thick."""
    kinds: tuple[PlanKind, ...] = ("wall", "column", "fixture")
    parts: dict[PlanKind, list[BaseGeometry]] = {kind: [] for kind in kinds}
    outside: Counter[str] = Counter()
    shapely.prepare(outline)
    for kind in kinds:
        for shape in drawing.of(kind):
            geometry = frame.to_local(shape.geometry)
            if geometry.area == 0:
                geometry = geometry.buffer(LINE_WALL_M / 2, cap_style="flat", join_style="mitre")
            elif not geometry.is_valid:
                geometry = shapely.make_valid(geometry)
            if not geometry.is_empty and geometry.dwithin(outline, TOUCH_M if kind == "wall" else 0.0):
                parts[kind].append(geometry)
            else:
                outside[kind] += 1
    if outside:
        counts = ", ".join(f"{count} {kind}" for kind, count in outside.items())
        told.remark("things-outside", f"outside the outline and left out: {counts}")
    return parts
