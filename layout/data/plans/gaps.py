"""Find the openings in drawn walls, where a line would close them: `close_gaps`, and walls without ends: `caps`.

A wall ends where its line is not continued: freely, or at a cap (a short line across, from face to face). From such an
end two things close the gap: the nearest other end that faces it on the same line, or the first wall ahead. Ends at
the corner of a room are closed only towards an end that faces them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely import LineString
from shapely.geometry.base import BaseGeometry

THICKEST_WALL_M = 0.5
SAME_POINT_M = 0.005
ASIDE_M = 0.03
COS_SAME = math.cos(math.radians(5))
COS_ACROSS = math.cos(math.radians(80))
SHORTEST_M = 0.05
MOST_ENDS = 8_000
MOST_AT_A_POINT = 50
MOST_PAIRS = 1_000_000
LEVEL_M = 0.1
REACHES_M = (0.5, 1.0, 2.0, 6.0)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ends:
    """Ends of walls: where, shape (n, 2), metres; in which direction the wall would go on; how they end.

    ``is_free``: nothing but a cap holds the end; ``is_bare``: not even that.
    """

    at: Floats
    ahead: Floats
    is_free: NDArray[np.bool_]
    is_bare: NDArray[np.bool_]


def close_gaps(lines: BaseGeometry, gap_m: float, is_allowed: Callable[[LineString], bool]) -> list[LineString]:
    """Return lines that close the gaps of walls.

    Parameters
    ----------
    lines
        The walls' lines, metres, broken where they meet.
    gap_m
        The widest gap to look for.
    is_allowed
        Whether a gap may be closed.
    """
    segments = straight_parts([lines])
    if not len(segments):
        return []
    ends = _ends(segments)
    if len(ends.at) > MOST_ENDS:
        return []
    tree = shapely.STRtree(shapely.get_parts(lines))
    closers = _facing(ends, gap_m)
    met = {at for pair in closers for at in pair}
    found = [LineString([ends.at[a], ends.at[b]]) for a, b in closers]
    found = [line for line in found if not _is_crossed(line, tree)]
    for at in range(len(ends.at)):
        if ends.is_free[at] and at not in met:
            line = _to_wall_ahead(ends.at[at], ends.ahead[at], gap_m, tree)
            if line is not None:
                found.append(line)
    return [line for line in found if is_allowed(line)]


def caps(lines: BaseGeometry) -> list[LineString]:
    """Return the short lines missing across the ends of walls that are drawn by two faces and left open."""
    segments = straight_parts([lines])
    ends = _ends(segments) if len(segments) else None
    if ends is None or not ends.is_bare.any():
        return []
    at, ahead = ends.at[ends.is_bare], ends.ahead[ends.is_bare]
    tree = cKDTree(at)
    if tree.count_neighbors(tree, THICKEST_WALL_M) > MOST_PAIRS:
        return []
    nearest: dict[int, tuple[float, int]] = {}
    for a, b in tree.query_pairs(THICKEST_WALL_M, output_type="ndarray").tolist():
        across = at[b] - at[a]
        if float(ahead[a] @ ahead[b]) < COS_SAME or abs(float(across @ ahead[a])) > LEVEL_M:
            continue
        width = float(np.hypot(*across))
        for end, other in ((a, b), (b, a)):
            if end not in nearest or (width, other) < nearest[end]:
                nearest[end] = (width, other)
    pairs = {(min(a, b), max(a, b)) for a, (_, b) in nearest.items() if nearest[b][1] == a}
    return [LineString([at[a], at[b]]) for a, b in sorted(pairs)]


def free_ends(lines: BaseGeometry) -> list[tuple[float, float]]:
    """Return where lines end freely."""
    segments = straight_parts([lines])
    if not len(segments):
        return []
    points = np.round(segments.reshape(-1, 2) / SAME_POINT_M).astype(np.int64)
    _, first, count = np.unique(points, axis=0, return_index=True, return_counts=True)
    return [(float(x), float(y)) for x, y in segments.reshape(-1, 2)[np.sort(first[count == 1])]]


def straight_parts(geometries: Sequence[BaseGeometry]) -> Floats:
    """Return the straight parts of lines and of the edges of areas, shape (n, 2, 2)."""
    rings = [shapely.boundary(part) if part.area > 0 else part for part in geometries]
    parts = [shapely.get_coordinates(line) for line in shapely.get_parts(rings) if line.length > 0]
    pairs = [np.stack([xy[:-1], xy[1:]], axis=1) for xy in parts if len(xy) > 1]
    if not pairs:
        return np.empty((0, 2, 2))
    found = np.concatenate(pairs)
    kept: Floats = found[np.hypot(*(found[:, 1] - found[:, 0]).T) > 1e-6]
    return kept


def _ends(segments: Floats) -> Ends:
    length = np.hypot(*(segments[:, 1] - segments[:, 0]).T)
    direction = (segments[:, 1] - segments[:, 0]) / length[:, None]
    at = np.concatenate([segments[:, 1], segments[:, 0]])
    ahead = np.concatenate([direction, -direction])
    long = np.concatenate([length, length])
    tree = cKDTree(at)
    crowd = tree.query_ball_point(at, SAME_POINT_M, return_length=True)
    chosen: list[int] = []
    free: list[bool] = []
    bare: list[bool] = []
    for end in np.flatnonzero((long >= SHORTEST_M) & (crowd <= MOST_AT_A_POINT)).tolist():
        others = [other for other in tree.query_ball_point(at[end], SAME_POINT_M) if other != end]
        # The others at this point lead away from it along minus their own direction.
        if any(float(-ahead[other] @ ahead[end]) > COS_SAME for other in others):
            continue
        capped = all(long[o] <= THICKEST_WALL_M and abs(float(ahead[o] @ ahead[end])) < COS_ACROSS for o in others)
        chosen.append(end)
        bare.append(not others)
        free.append(capped and long[end] > min((long[o] for o in others), default=0.0))
    return Ends(at[chosen], ahead[chosen], np.array(free, dtype=bool), np.array(bare, dtype=bool))


def _facing(ends: Ends, gap_m: float) -> list[tuple[int, int]]:
    """Return pairs of ends that look at each other along one line, each end with its nearest."""
    nearest: dict[int, tuple[float, int]] = {}
    if not len(ends.at):
        return []
    points = shapely.points(ends.at)
    rays = shapely.linestrings(np.stack([ends.at, ends.at + ends.ahead * gap_m], axis=1))
    pairs = shapely.STRtree(list(shapely.get_parts(points))).query(rays, predicate="dwithin", distance=ASIDE_M)
    for a, b in pairs[:, pairs[0] < pairs[1]].T.tolist():
        between = ends.at[b] - ends.at[a]
        distance = float(np.hypot(*between))
        ahead = ends.ahead[a]
        if distance < SAME_POINT_M or float(ahead @ ends.ahead[b]) > -COS_SAME or float(between @ ahead) <= 0:
            continue
        if abs(float(between[0] * ahead[1] - between[1] * ahead[0])) > ASIDE_M:
            continue
        for end, other in ((a, b), (b, a)):
            if end not in nearest or (distance, other) < nearest[end]:
                nearest[end] = (distance, other)
    return sorted({(min(a, b), max(a, b)) for a, (_, b) in nearest.items() if nearest[b][1] == a})


def _is_crossed(line: LineString, tree: shapely.STRtree) -> bool:
    inner = shapely.line_interpolate_point(line, [0.02, line.length - 0.02]) if line.length > 0.05 else None
    shorter = LineString(list(inner)) if inner is not None else line
    return bool(len(tree.query(shorter, predicate="crosses")))


def _to_wall_ahead(at: Floats, ahead: Floats, gap_m: float, tree: shapely.STRtree) -> LineString | None:
    for reach in (*(reach for reach in REACHES_M if reach < gap_m), gap_m):
        ray = LineString([at + ahead * SAME_POINT_M, at + ahead * reach])
        hits = tree.geometries.take(tree.query(ray, predicate="intersects"))
        points = [hit for hit in shapely.intersection(hits, ray) if not hit.is_empty]
        if points:
            distance = min(shapely.distance(points, shapely.Point(at)).tolist())
            # A little further than the wall, so that the lines meet.
            return LineString([at, at + ahead * (distance + 0.002)])
    return None
