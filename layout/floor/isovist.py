"""Cut out exactly what is seen from a point: `isovist`, and say how much of a front that is: `share_seen`.

Angular sweep: between the directions of two neighbouring ends of edges, one edge is the nearest all the way (edges meet
in their ends only, see `sight_edges`), so the seen polygon's corners are where the two directions meet that edge.
"""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from layout.floor.ground import HAIR_M, narrowed

Floats = NDArray[np.float64]
STEPS = 72
STEP_IN_M = 1e-4
MICROMETRE = 1e-6


def sight_edges(things: BaseGeometry) -> Floats:
    """Return the edges of things that block sight, shape (m, 2, 2): cut where they cross, so that none crosses another.

    Parameters
    ----------
    things
        Polygons, whose edges count, and lines.
    """
    parts = shapely.get_parts(things)
    lines = [shapely.boundary(part) if part.geom_type.endswith("Polygon") else part for part in parts]
    noded = shapely.get_parts(shapely.line_merge(shapely.union_all(lines)))
    pairs = [np.stack([xy[:-1], xy[1:]], axis=1) for xy in map(shapely.get_coordinates, noded) if len(xy) > 1]
    return np.concatenate(pairs) if pairs else np.empty((0, 2, 2))


def step_in(floor: BaseGeometry, points: Floats) -> Floats:
    """Return points, shape (k, 2), with those on the edge of a floor or off it moved a hair's breadth into it."""
    inner = narrowed(floor, STEP_IN_M)
    lines = shapely.shortest_line(inner, shapely.points(points))
    return shapely.get_coordinates(lines).reshape(-1, 2, 2)[:, 0]


def isovist(
    eye: tuple[float, float],
    edges: Floats,
    range_m: float,
    *,
    facing_deg: float = 0.0,
    view_deg: float = 360.0,
) -> Polygon:
    """Return the part of a circle, or of its sector, that an eye sees.

    Parameters
    ----------
    eye
        x, y, metres. Edges that pass through it do not block it; see `step_in`.
    edges
        Shape (m, 2, 2), as `sight_edges` gives them.
    range_m
        How far it sees.
    facing_deg, view_deg
        Middle and width of the field of view.
    """
    x, y = eye
    far = range_m / math.cos(math.pi / STEPS) * (1 + 1e-9)
    star = _star(edges - np.array([x, y]), far)
    half = min(view_deg, 360.0) / 2
    turns = np.radians(facing_deg + np.linspace(-half, half, STEPS * 2 + 1))
    rim = range_m * np.column_stack([np.cos(turns), np.sin(turns)])
    sector = Polygon(rim[:-1] if half >= 180 else np.vstack([[0.0, 0.0], rim]))
    seen = shapely.intersection(star, sector, grid_size=MICROMETRE)
    moved = shapely.transform(shapely.simplify(seen, MICROMETRE), lambda xy: xy + np.array([x, y]))
    parts = shapely.get_parts(moved)
    flat = [part for part in parts if isinstance(part, Polygon) and not part.is_empty]
    return max(flat, key=lambda part: part.area, default=Polygon())


def _star(edges: Floats, far: float) -> BaseGeometry:
    """Return what is seen from the origin, up to ``far``."""
    start, along = edges[:, 0], edges[:, 1] - edges[:, 0]
    side = start[:, 0] * along[:, 1] - start[:, 1] * along[:, 0]
    # An edge in line with the eye hides nothing that its neighbours do not.
    blocks = np.abs(side) > HAIR_M * np.hypot(along[:, 0], along[:, 1])
    start, along, side = start[blocks], along[blocks], side[blocks]
    ends = np.concatenate([start, start + along])
    grid = np.linspace(-math.pi, math.pi, STEPS + 1)[:-1]
    angles = np.sort(np.concatenate([np.arctan2(ends[:, 1], ends[:, 0]), grid]))
    angles = angles[np.concatenate([[True], np.diff(angles) > 1e-12])]
    until = np.append(angles[1:], angles[0] + 2 * math.pi)
    middle = (angles + until) / 2
    if len(start):
        ahead = np.column_stack([np.cos(middle), np.sin(middle)])
        one = ahead[:, :1] * start[None, :, 1] - ahead[:, 1:] * start[None, :, 0]
        over = ahead[:, :1] * along[None, :, 1] - ahead[:, 1:] * along[None, :, 0]
        crossed = (one > 0) != (one + over > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(crossed & (side / over > 0), side / over, np.inf)
        nearest = reach.argmin(axis=1)
        blocked = np.isfinite(reach[np.arange(len(middle)), nearest])
        side, along = np.where(blocked, side[nearest], np.nan), along[nearest]
    else:
        side, along = np.full(len(middle), np.nan), np.zeros((len(middle), 2))
    corners = np.empty((len(middle), 2, 2))
    for k, angle in enumerate((angles, until)):
        ray = np.column_stack([np.cos(angle), np.sin(angle)])
        over = ray[:, 0] * along[:, 1] - ray[:, 1] * along[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = side / over
        reach = np.where(np.isfinite(reach) & (reach > 0), np.minimum(reach, far), far)
        corners[:, k] = ray * reach[:, None]
    return shapely.make_valid(Polygon(corners.reshape(-1, 2)), method="structure", keep_collapsed=False)


def share_seen(seen: BaseGeometry, front: BaseGeometry) -> float:
    """Return the share (0–1) of a line, such as a zone's front, that lies in what is seen."""
    length = shapely.length(front)
    if length == 0:
        return 0.0
    near = shapely.buffer(seen, 2 * STEP_IN_M)
    return float(min(1.0, shapely.length(shapely.intersection(near, front)) / length))
