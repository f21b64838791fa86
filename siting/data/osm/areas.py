"""Assemble the areas of an OpenStreetMap extract: closed ways, and multipolygon relations from their member ways.

Rings keep the order in which their ways were drawn. Which ring is a hole follows from where it lies, not from its role:
roles are often missing. A ring inside an odd number of others is a hole of the smallest of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from siting.data.contracts.geometry import polygonal

LEAST_RING = 4

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outline:
    """A member way: its corners that the extract holds, shape (k, 2), and whether it closes on itself."""

    xy: Floats
    closed: bool


def ring_area(xy: Floats) -> shapely.MultiPolygon | None:
    """Return the area of a closed way from its corners, shape (k, 2); None where they are fewer than three."""
    ring = _closed(xy)
    return None if ring is None else shapely.MultiPolygon([shapely.Polygon(ring)])


def ring_areas(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the areas of closed lines; None where a line has fewer than three corners."""
    areas = np.full(len(lines), None, dtype=object)
    fit = shapely.get_num_points(lines) >= LEAST_RING
    if fit.any():
        xy, ring = shapely.get_coordinates(lines[fit], return_index=True)
        faces = np.asarray(shapely.polygons(shapely.linearrings(xy, indices=ring)), dtype=object)
        areas[fit] = shapely.multipolygons(faces.tolist(), indices=np.arange(len(faces)))
    return areas


def relation_area(members: Sequence[int], outlines: Mapping[int, Outline]) -> shapely.MultiPolygon | None:
    """Return the area of a multipolygon relation; None where a member is missing or a ring cannot be closed.

    Parameters
    ----------
    members
        Ids of the member ways, in the order of the relation.
    outlines
        Member ways by id.
    """
    if not members or any(way not in outlines for way in members):
        return None
    ways = [outlines[way] for way in dict.fromkeys(members)]
    rings = [ring for way in ways if way.closed and (ring := _closed(way.xy)) is not None]
    open_ways = [shapely.LineString(way.xy) for way in ways if not way.closed and len(way.xy) > 1]
    if open_ways:
        joined = shapely.get_parts(shapely.line_merge(shapely.MultiLineString(open_ways)))
        if not shapely.is_closed(joined).all():
            return None
        rings += [shapely.get_coordinates(line) for line in joined]
    return _nested([shapely.Polygon(ring) for ring in rings]) if rings else None


def mend(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a valid area: the same where it is valid, else the area that its rings enclose; may be empty."""
    return shape if shapely.is_valid(shape) else polygonal(shapely.make_valid(shape))


def _closed(xy: Floats) -> Floats | None:
    """Return corners as a ring whose last is its first, or None where they enclose nothing."""
    if len(xy) and (xy[0] != xy[-1]).any():
        xy = np.concatenate([xy, xy[:1]])
    return xy if len(xy) >= LEAST_RING else None


def _nested(faces: list[shapely.Polygon]) -> shapely.MultiPolygon:
    """Make one area of simple polygons: those inside an odd number of others are holes."""
    if len(faces) == 1:
        return shapely.MultiPolygon(faces)
    shapes = np.array(faces, dtype=object)
    size = shapely.area(shapes)
    inside = shapely.point_on_surface(shapes)
    child, parent = shapely.STRtree(shapes).query(inside, predicate="intersects")
    holds = size[parent] > size[child]
    child, parent = child[holds], parent[holds]
    depth = np.bincount(child, minlength=len(faces))
    holes: dict[int, list[Floats]] = {at: [] for at in range(len(faces)) if depth[at] % 2 == 0}
    for at in range(len(faces)):
        if depth[at] % 2:
            around = parent[child == at]
            smallest = int(around[np.argmin(size[around])])
            if smallest in holes:
                holes[smallest].append(shapely.get_coordinates(faces[at]))
    return shapely.MultiPolygon(
        [shapely.Polygon(shapely.get_coordinates(faces[at]), inner) for at, inner in holes.items()]
    )
