"""Make bodies of drawn walls, and the outline of a hall whose drawing has none: `bodies_of`, `outline_of_walls`.

A wall drawn by its two faces becomes the area between them; a line that bounds no such area stays a line. The outline
is the inner face of the outer walls: gaps at doors and windows are closed, the lines are cut into faces, the faces
wider than any wall are rooms, and rooms that only a wall parts are joined. With ``rooms = "largest"`` the largest room
alone is the hall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize, unary_union

from layout.data.plans.gaps import THICKEST_WALL_M, caps, close_gaps, free_ends, straight_parts

GRID_M = 0.001
WIDEST_DOOR_M = 6.0
NEAR_DOOR_M = 0.5
SMALLEST_ROOM_M2 = 1.0
MOST_OVERLAPS, MOST_CROSSINGS = 2_000_000, 100_000
SAMPLE = 200


@dataclass(frozen=True)
class Rooms:
    """The rooms that walls enclose, largest first, metres; the widths of the gaps closed; where walls end freely."""

    rooms: tuple[Polygon, ...]
    gaps_m: tuple[float, ...]
    open_ends: tuple[tuple[float, float], ...]

    @property
    def largest(self) -> Polygon | None:
        """The largest room."""
        return self.rooms[0] if self.rooms else None

    def joined(self) -> Polygon | None:
        """Return the rooms as one where only walls part them: the largest such area; small holes are columns."""
        if not self.rooms:
            return None
        half = THICKEST_WALL_M / 2 + 0.01
        grown = unary_union([room.buffer(half, join_style="mitre") for room in self.rooms])
        areas = [part for part in shapely.get_parts(grown.buffer(-half, join_style="mitre")) if part.area > 0]
        largest = max(areas, key=lambda part: (round(float(part.area), 3), part.bounds))
        return Polygon(largest.exterior, [ring for ring in largest.interiors if Polygon(ring).area >= SMALLEST_ROOM_M2])


def bodies_of(
    lines: Sequence[BaseGeometry], openings: Sequence[BaseGeometry], gap_m: float
) -> tuple[list[Polygon], list[BaseGeometry]]:
    """Return the areas between the faces of walls, and the lines that bound none, metres."""
    if is_tangled(lines):
        return [], list(lines)
    noded = _noded(lines)
    closers = _closers(noded, openings, gap_m)
    across = caps(noded)
    drawn = shapely.buffer(noded, 2 * GRID_M)
    shapely.prepare(drawn)
    faces = [face for face in _faces([noded, *closers, *across, *_straight(openings)]) if is_thin(face)]
    bodies = [face for face in faces if _drawn_share(face, drawn) > 0.5]
    if not bodies:
        return [], list(lines)
    edges = unary_union([body.exterior for body in bodies] + [hole for body in bodies for hole in body.interiors])
    edges = edges.buffer(2 * GRID_M)
    rest = [line.difference(edges) for line in lines]
    return bodies, [line for line in rest if line.length > THICKEST_WALL_M / 2]


def outline_of_walls(
    solids: Sequence[BaseGeometry], openings: Sequence[BaseGeometry], gap_m: float, areas: Sequence[BaseGeometry] = ()
) -> Rooms:
    """Return the rooms that walls enclose.

    Parameters
    ----------
    solids
        Walls as lines and areas, metres.
    openings
        Doors and windows: gaps beside them may be wider than ``gap_m``.
    gap_m
        The widest gap that is closed where no door is drawn.
    areas
        Other solid things, such as columns, that may be part of a wall.
    """
    lines = [part.boundary if part.area > 0 else part for part in (*solids, *areas)]
    noded = _noded(lines)
    closers = _closers(noded, openings, gap_m)
    solid = unary_union([part for part in solids if part.area > 0])
    shapely.prepare(solid)
    faces = _faces([noded, *closers, *_straight(openings)])
    rooms = [face for face in faces if not is_thin(face) and not solid.contains(face.representative_point())]
    rooms.sort(key=lambda room: (-round(float(room.area), 3), room.bounds))
    gaps = sorted((round(closer.length, 2) for closer in closers if closer.length > 0.05), reverse=True)
    kept = [room for room in rooms if room.area >= SMALLEST_ROOM_M2]
    return Rooms(tuple(kept), tuple(gaps), tuple(free_ends(unary_union([noded, *closers]))))


def is_tangled(lines: Sequence[BaseGeometry]) -> bool:
    """Tell whether lines cross far more often than those of a plan, by a sample: cutting them would take for ever."""
    segments = straight_parts(lines)
    count = len(segments)
    if count < SAMPLE:
        return False
    parts = list(shapely.get_parts(shapely.linestrings(segments)))
    tree = shapely.STRtree(parts)
    sample = parts[:: count // SAMPLE]
    share = count / len(sample) / 2
    if tree.query(sample).shape[1] * share > MOST_OVERLAPS:
        return True
    return bool(tree.query(sample, predicate="crosses").shape[1] * share > MOST_CROSSINGS)


def _noded(lines: Sequence[BaseGeometry]) -> BaseGeometry:
    """Return lines broken where they meet, on a grid of a millimetre."""
    parts = [part for line in lines for part in shapely.get_parts(line) if part.length > GRID_M]
    return shapely.union_all(parts, grid_size=GRID_M) if parts else shapely.MultiLineString()


def _faces(lines: Sequence[BaseGeometry]) -> list[Polygon]:
    return list(polygonize(shapely.union_all(list(lines), grid_size=GRID_M)))


def is_thin(face: BaseGeometry) -> bool:
    """Tell whether an area is nowhere wider than a wall."""
    return bool(shapely.is_empty(shapely.buffer(face, -THICKEST_WALL_M / 2, join_style="mitre")))


def _drawn_share(face: Polygon, drawn: BaseGeometry) -> float:
    """Return how much of a face's edge is a wall that is drawn, and not a gap that was closed."""
    return float(face.boundary.intersection(drawn).length / face.boundary.length)


def _straight(openings: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Return the edges of doors and windows; their swings are not among them."""
    return [part.boundary if part.area > 0 else part for part in openings if part.length > GRID_M]


def _closers(noded: BaseGeometry, openings: Sequence[BaseGeometry], gap_m: float) -> list[LineString]:
    tree = shapely.STRtree(list(openings))

    def is_allowed(line: LineString) -> bool:
        if line.length <= gap_m:
            return True
        middle = line.interpolate(0.5, normalized=True)
        near = tree.geometries.take(tree.query(middle.buffer(NEAR_DOOR_M), predicate="intersects"))
        return any(_longest(opening) >= 0.7 * line.length for opening in near)

    return close_gaps(noded, max(gap_m, WIDEST_DOOR_M if openings else 0.0), is_allowed)


def _longest(geometry: BaseGeometry) -> float:
    left, bottom, right, top = geometry.bounds
    return float(max(right - left, top - bottom))
