"""Set the doors of a drawing into the outline of its hall: `doors_on`."""

from __future__ import annotations

import math
from collections.abc import Sequence

import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from layout.data.plans.shapes import Drawing, Frame, Shape, Told
from layout.floor.plan import Door
from layout.settings.hall import HallSettings

DEFAULT_DOOR_M = 1.2
FAR_FROM_DOOR_M = 3.0


def doors_on(drawing: Drawing, outline: Polygon, frame: Frame, settings: HallSettings, told: Told) -> list[Door]:
    """Return the doors on the outline, in the local frame.

    Doors inside the hall are no doors of it; an entrance or exit off the outline is a fault, and so is a hall without
    an entrance.
    """
    shapes = drawing.of("door", "entrance", "exit")
    geometries = [_opening(shape, frame, outline) for shape in shapes]
    chosen = _chosen_entrances(geometries, drawing, frame, settings, told)
    doors: list[Door] = []
    faulty = False
    for at, (shape, geometry) in enumerate(zip(shapes, geometries, strict=True)):
        stated = at in chosen if settings.entrances else shape.entrance or shape.kind == "entrance"
        off = outline.exterior.distance(geometry.centroid)
        if off <= settings.door_tolerance_m:
            entrance = stated or (shape.entrance is None and not settings.entrances)
            doors.append(_door(shape, geometry, outline, entrance))
        elif stated or shape.kind == "exit":
            faulty = True
            _tell_off_outline(shape, off, settings, told)
    if not faulty and not any(door.entrance for door in doors):
        inside = len(shapes) - len(doors)
        more = f" ({inside} more are inside it)" if inside else ""
        told.fault(
            "no-entrance",
            f"{len(doors)} doors on the outline{more}, none of them an entrance",
            "at least one entrance for visitors",
            'Set entrance = true on a door, draw it on a layer "ENTRANCE", or point to it: [layout.hall] entrances.',
        )
    return doors


def _opening(shape: Shape, frame: Frame, outline: Polygon) -> BaseGeometry:
    """Return a door's geometry: of the lines that its closed leaf may be, the one that lies along the outline."""
    if not shape.openings:
        return frame.to_local(shape.geometry)
    lines = [frame.to_local(line) for line in shape.openings]
    return min(lines, key=lambda line: (round(_distance(line, outline), 4), line.bounds))


def _distance(line: BaseGeometry, outline: Polygon) -> float:
    return float(sum(outline.exterior.distance(shapely.Point(point)) for point in shapely.get_coordinates(line)))


def _chosen_entrances(
    geometries: Sequence[BaseGeometry], drawing: Drawing, frame: Frame, settings: HallSettings, told: Told
) -> set[int]:
    chosen: set[int] = set()
    for x, y in settings.entrances:
        place = frame.to_local(shapely.Point(drawing.place(x, y)))
        order = sorted(range(len(geometries)), key=lambda at: (round(geometries[at].distance(place), 3), at))
        chosen.update(order[:1])
        far = geometries[order[0]].distance(place) if order else math.inf
        if far > FAR_FROM_DOOR_M or math.isnan(far):
            found = f"[layout.hall] entrances ({x:g}, {y:g}) {far:.1f} m from the nearest door" if order else "no door"
            fix = "Give the point in the drawing's own coordinates."
            told.fault("no-entrance", found, f"a door within {FAR_FROM_DOOR_M:g} m of it", fix)
    return chosen


def _tell_off_outline(shape: Shape, off_m: float, settings: HallSettings, told: Told) -> None:
    name = f"{shape.kind} {shape.name!r}" if shape.name else shape.kind
    told.fault(
        "door-off-outline",
        f"{name} {off_m:.2f} m off the outline",
        f"every entrance and exit within {settings.door_tolerance_m:g} m of it",
        "Move the door, or raise [layout.hall] door_tolerance_m.",
        shape.row,
    )


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
