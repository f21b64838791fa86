"""Measure walks exactly: the visibility graph of free floor, `see_corners`, and shortest walks on it.

A shortest walk among obstacles is straight from corner to corner. Nodes are the corners the floor bends round (where
the angle of the free floor is over 180°) and the points asked for; two nodes are joined when the straight line between
them stays on free floor, and corners only when the line touches both without cutting in (others are on no shortest
walk). Shortest paths by scipy's Dijkstra. Points off the floor (a door's middle in the wall, a place nearer to a zone
than half a walker's width) are joined by a straight leg to the nearest floor, which counts.

Exact to a hundredth of a millimetre for walkers without width: floor is taken in by `layout.floor.ground.HAIR_M` so
that obstacles that touch are closed, and lines may leave it by half of that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely.geometry.base import BaseGeometry

from layout.floor.ground import HAIR_M, MITRE_LIMIT, WALL_M, narrowed

Floats = NDArray[np.float64]
LEG_M = 2.0
BATCH = 20_000


@dataclass(frozen=True)
class Walks:
    """Shortest walks between points.

    Parameters
    ----------
    points
        Shape (k, 2): the points asked for.
    feet
        Shape (k, 2): where each stands on the floor: itself, or the end of its leg; NaN where there is no floor.
    metres
        Shape (k, k): infinite where there is no way.
    nodes, before
        Shapes (n, 2) and (k, n): all nodes, the feet last, and the node before each on the walk from each point.
    """

    points: Floats
    feet: Floats
    metres: Floats
    nodes: Floats
    before: NDArray[np.int32]

    def path(self, start: int, end: int, *, legs: bool = True) -> Floats:
        """Return the walk between two points, shape (m, 2), with or without the legs; empty where there is none."""
        if not np.isfinite(self.metres[start, end]):
            return np.empty((0, 2))
        first = len(self.nodes) - len(self.points)
        at = first + end
        way = [at]
        while at != first + start:
            at = int(self.before[start, at])
            way.append(at)
        path: Floats = self.nodes[way[::-1]]
        if legs:
            path = np.vstack([self.points[start], path, self.points[end]])
        moved = np.hypot(*np.diff(path, axis=0).T) > 2 * HAIR_M
        path = path[np.concatenate([[True], moved])]
        if legs and len(path) > 1:
            path[-1] = self.points[end]
        return path


@dataclass(frozen=True)
class Visibility:
    """Free floor with the corners that walks bend round.

    Parameters
    ----------
    floor
        Where the middle of a walker may be.
    ground
        Where legs may lie: the floor before it was narrowed.
    reach
        ``floor``, let out by less than a hair: every line of a walk lies in it.
    corners
        Shape (n, 2).
    sides
        Shape (n, 2, 2): from each corner to its two neighbours on the edge of the floor, unit vectors.
    joined
        Shape (n, n): lengths between corners that see each other along a tangent.
    """

    floor: BaseGeometry
    ground: BaseGeometry
    reach: BaseGeometry
    corners: Floats
    sides: Floats
    joined: csr_array

    def walks(self, points: Floats) -> Walks:
        """Return the shortest walks between points, shape (k, 2)."""
        points = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        feet, legs = self.feet(points)
        n, k = len(self.corners), len(points)
        nodes = np.vstack([self.corners, feet])
        a, b = np.nonzero(np.isfinite(legs)[:, None] & np.ones((k, n), dtype=bool))
        ok = self._tangent(b, feet[a])
        to_corner = a[ok] + n, b[ok]
        p, q = np.triu_indices(k, 1)
        known = np.isfinite(legs[p]) & np.isfinite(legs[q])
        start = np.concatenate([to_corner[0], p[known] + n])
        end = np.concatenate([to_corner[1], q[known] + n])
        start, end, length = self._seen(nodes, start, end)
        corner = self.joined.tocoo()
        rows, columns = np.concatenate([corner.row, start, end]), np.concatenate([corner.col, end, start])
        # A length of nothing would be no edge: points on the same spot are a thousandth of a hair apart.
        data = np.concatenate([corner.data, length, length]).clip(min=HAIR_M * 1e-3)
        graph = csr_array((data, (rows, columns)), shape=(n + k, n + k))
        if not k:
            return Walks(points, feet, np.empty((0, 0)), nodes, np.empty((0, n), dtype=np.int32))
        far, before = dijkstra(graph, indices=np.arange(n, n + k), return_predecessors=True)
        metres = far[:, n:] + legs[:, None] + legs[None, :]
        metres = (metres + metres.T) / 2
        np.fill_diagonal(metres, 0.0)
        return Walks(points, feet, metres, nodes, before)

    def feet(self, points: Floats) -> tuple[Floats, Floats]:
        """Return where points stand on the floor, shape (k, 2), and how long their legs are, (k,).

        Where no floor is within `LEG_M` without a wall between: NaN, and infinite.
        """
        feet, legs = np.full((len(points), 2), np.nan), np.full(len(points), np.inf)
        parts = shapely.get_parts(self.floor)
        spots = np.asarray(shapely.points(points), dtype=np.object_).reshape(-1)
        on = shapely.covers(self.reach, spots)
        feet[on], legs[on] = points[on], 0.0
        if len(parts) == 0 or on.all():
            return feet, legs
        room = shapely.buffer(self.ground, HAIR_M)
        for at in np.flatnonzero(~on):
            lines = shapely.shortest_line(spots[at], parts)
            lengths = shapely.length(lines)
            off_ground = shapely.distance(spots[at], room)
            for line in lines[np.argsort(lengths, kind="stable")]:
                outside = shapely.length(shapely.difference(line, room))
                if shapely.length(line) <= LEG_M and outside <= off_ground * 1.5 + WALL_M:
                    feet[at], legs[at] = shapely.get_coordinates(line)[-1], shapely.length(line)
                    break
        return feet, legs

    def far_from(self, sources: Floats) -> Far:
        """Return the walks from the nearest of several sources, shape (k, 2), to any point."""
        feet, legs = self.feet(np.asarray(sources, dtype=np.float64).reshape(-1, 2))
        n, k = len(self.corners), len(feet)
        a, b = np.nonzero(np.isfinite(legs)[:, None] & np.ones((k, n), dtype=bool))
        ok = self._tangent(b, feet[a])
        nodes = np.vstack([self.corners, feet])
        start, end, length = self._seen(nodes, a[ok] + n, b[ok])
        corner = self.joined.tocoo()
        rows, columns = np.concatenate([corner.row, start]), np.concatenate([corner.col, end])
        data = np.concatenate([corner.data, length + legs[start - n]]).clip(min=HAIR_M * 1e-3)
        graph = csr_array((data, (rows, columns)), shape=(n + k, n + k))
        if not k:
            return Far(self, nodes, np.full(n, np.inf), np.full(n, -1))
        found = dijkstra(graph, indices=np.arange(n, n + k))[:, :n]
        metres = np.concatenate([found.min(axis=0), legs])
        return Far(self, nodes, metres, np.concatenate([found.argmin(axis=0), np.arange(k)]))

    def _tangent(self, corner: NDArray[np.intp], point: Floats) -> NDArray[np.bool_]:
        """Return whether the lines from corners to points touch the corner's obstacle without cutting in."""
        away = point - self.corners[corner]
        away = away / np.maximum(np.hypot(away[:, 0], away[:, 1]), HAIR_M)[:, None]
        sides = self.sides[corner]
        turn = away[:, None, 0] * sides[:, :, 1] - away[:, None, 1] * sides[:, :, 0]
        return np.asarray((turn >= -1e-6).all(axis=1) | (turn <= 1e-6).all(axis=1))

    def _seen(
        self, nodes: Floats, start: NDArray[np.intp], end: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
        keep = np.zeros(len(start), dtype=bool)
        for first in range(0, len(start), BATCH):
            part = slice(first, first + BATCH)
            lines = shapely.linestrings(np.stack([nodes[start[part]], nodes[end[part]]], axis=1))
            keep[part] = shapely.covers(self.reach, lines)
        start, end = start[keep], end[keep]
        return start, end, np.hypot(*(nodes[start] - nodes[end]).T)


@dataclass(frozen=True)
class Far:
    """Walks from the nearest of several sources.

    ``metres`` and ``owner``, shape (n,): of each node, and the source it is walked to from.
    """

    floor: Visibility
    nodes: Floats
    metres: Floats
    owner: NDArray[np.intp]

    def to(self, points: Floats) -> tuple[Floats, NDArray[np.intp]]:
        """Return the walks to points of the floor, shapes (m,) and (m,): metres, and the source (−1: none).

        Nodes are tried by the length of the walk if they saw the point; the first that sees it is the right one.
        """
        metres = np.full(len(points), np.inf)
        owner = np.full(len(points), -1, dtype=np.intp)
        if not len(self.nodes) or not len(points):
            return metres, owner
        known = np.flatnonzero(np.isfinite(self.metres) & np.isfinite(self.nodes[:, 0]))
        away = points[:, None, :] - self.nodes[None, known, :]
        least = self.metres[known] + np.hypot(away[:, :, 0], away[:, :, 1])
        order = np.argsort(least, axis=1, kind="stable")
        left = np.arange(len(points))
        for rank in range(len(known)):
            node = known[order[left, rank]]
            lines = shapely.linestrings(np.stack([points[left], self.nodes[node]], axis=1))
            seen = shapely.covers(self.floor.reach, lines)
            found = left[seen]
            metres[found] = least[found, order[found, rank]]
            owner[found] = self.owner[node[seen]]
            left = left[~seen]
            if not len(left):
                break
        return metres, owner


def see_corners(free: BaseGeometry, half_width_m: float = 0.0, *, ground: BaseGeometry | None = None) -> Visibility:
    """Return the visibility graph of free floor.

    Parameters
    ----------
    free
        A polygon or several, with holes or without, metres.
    half_width_m
        Half the walker's width: the middle of the walker keeps it from every edge.
    ground
        Where legs to points off the floor may lie; ``free`` where None.
    """
    floor = narrowed(free, half_width_m)
    reach = shapely.buffer(floor, HAIR_M / 2, join_style="mitre", mitre_limit=MITRE_LIMIT)
    shapely.prepare(reach)
    corners, sides = _corners(floor)
    n = len(corners)
    empty = csr_array((n, n))
    seen = Visibility(floor, free if ground is None else ground, reach, corners, sides, empty)
    a, b = np.triu_indices(n, 1)
    keep = seen._tangent(a, corners[b])
    a, b = a[keep], b[keep]
    keep = seen._tangent(b, corners[a])
    a, b, length = seen._seen(corners, a[keep], b[keep])
    data = np.concatenate([length, length])
    joined = csr_array((data, (np.concatenate([a, b]), np.concatenate([b, a]))), shape=(n, n))
    return Visibility(floor, seen.ground, reach, corners, sides, joined)


def _corners(floor: BaseGeometry) -> tuple[Floats, Floats]:
    """Return the corners where free floor bends by more than 180°, and the directions of their two edges."""
    corners, sides = [np.empty((0, 2))], [np.empty((0, 2, 2))]
    for part in shapely.get_parts(floor):
        part = shapely.orient_polygons(part, exterior_cw=False)
        for ring in (part.exterior, *part.interiors):
            here = shapely.get_coordinates(ring)[:-1]
            back, on = np.roll(here, 1, axis=0) - here, np.roll(here, -1, axis=0) - here
            back = back / np.hypot(back[:, 0], back[:, 1])[:, None]
            on = on / np.hypot(on[:, 0], on[:, 1])[:, None]
            # The floor is on the left, so a turn to the right goes round an obstacle.
            bends = on[:, 0] * back[:, 1] - on[:, 1] * back[:, 0] < -1e-9
            corners.append(here[bends])
            sides.append(np.stack([back[bends], on[bends]], axis=1))
    return np.concatenate(corners), np.concatenate(sides)
