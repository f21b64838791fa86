"""Draw what can be walked to within some minutes: catchments as polygons along the streets (isochrones).

Exact along streets, drawn around them: (1) from a place to the nearest street and on to both junctions of its edge;
(2) shortest walks to all junctions (Dijkstra, 1959, with a cut-off); (3) of every edge the stretch from each end that
the minutes left allow, so that a street may be reached in part, or from both ends; (4) these stretches, and the way to
the street, each with ``buffer_m`` around it, merged; (5) holes up to ``fill_m2``, blocks that reached streets enclose,
filled. Longer walks give polygons that contain those of shorter ones. Alpha shapes and hulls of reached junctions, the
common way, spill over rivers and railways; this does not.

Source: isochrones along a network, as in O'Sullivan, Morrison and Shearer (2000), "Using desktop GIS for the
investigation of accessibility by public transport: an isochrone approach".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra
from shapely.geometry import MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from outlet.errors import InputError
from siting.geo.around import StreetsAround
from siting.geo.network import StreetNetwork
from siting.geo.travel import Snapped, snap

BUFFER_M = 30.0
FILL_M2 = 60_000.0
ROUND = 4
"""Straight pieces in a quarter of a circle around the end of a street."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """How a catchment is drawn around the streets.

    Parameters
    ----------
    buffer_m
        Ground on both sides of a street that belongs to it, metres, above 0.
    fill_m2
        Holes up to this area belong to the catchment, square metres, from 0.
    """

    buffer_m: float = BUFFER_M
    fill_m2: float = FILL_M2


DRAWING = Drawing()


def catchment_polygons(
    network: StreetNetwork,
    xy: Floats,
    minutes: Sequence[float],
    *,
    snap_limit_m: float,
    drawing: Drawing = DRAWING,
) -> NDArray[np.object_]:
    """Return the ground within each of some walks of each place.

    Parameters
    ----------
    network
        The streets.
    xy
        Places, shape (n, 2), metres.
    minutes
        Longest walks, shape (k,), minutes from 0, the straight way to the street included.
    snap_limit_m
        Farthest a place may lie from a street.
    drawing
        Ground on both sides of streets, and holes that are filled.

    Returns
    -------
    NDArray
        Polygons and multipolygons, shape (n, k), metres; empty where no street is near enough or within the walk.

    Raises
    ------
    InputError
        When a walk is negative or not finite, or the drawing has a buffer of 0 or a negative area.
    """
    _refuse(minutes, drawing)
    found = np.full((len(xy), len(minutes)), Polygon(), dtype=object)
    longest = max(minutes, default=0.0)
    for walk in _walks(network, xy, longest, snap_limit_m):
        drawn, ground = np.empty((0, 4)), np.empty(0, dtype=object)
        for at in np.argsort(minutes, kind="stable").tolist():
            lines = walk.reached(minutes[at])
            if len(lines):
                # What a shorter walk reached is drawn already: only the new pieces are added to it.
                new = _not_in(np.vstack([lines, walk.way]), drawn)
                ground = np.array([_around(new, ground, drawing)], dtype=object)
                drawn = np.vstack([drawn, new])
                found[walk.place, at] = _filled(ground[0], drawing.fill_m2)
    return found


def reached_streets(network: StreetNetwork, xy: Floats, minutes: float, *, snap_limit_m: float) -> NDArray[np.object_]:
    """Return the stretches of street within a walk of each place, shape (n,), merged; empty where there is none.

    Parameters and errors as for `catchment_polygons`.
    """
    _refuse([minutes], DRAWING)
    found = np.full(len(xy), MultiLineString(), dtype=object)
    for walk in _walks(network, xy, minutes, snap_limit_m):
        lines = walk.reached(minutes)
        if len(lines):
            found[walk.place] = shapely.union_all(shapely.linestrings(lines.reshape(-1, 2, 2)))
    return found


@dataclass(frozen=True)
class _Walk:
    """Walks from one place in the streets around it: minutes to the junctions, and the way to the street, (4,)."""

    place: int
    streets: StreetNetwork
    snapped: Snapped
    minutes: Floats
    way: Floats

    def reached(self, limit: float) -> Floats:
        return _reached(self.streets, self.snapped, 0, self.minutes, limit)


def _walks(network: StreetNetwork, xy: Floats, longest: float, snap_limit_m: float) -> Iterator[_Walk]:
    """Yield the walks from each place that a street is near enough to."""
    snapped = snap(network, xy, limit_m=snap_limit_m)
    on_street = np.flatnonzero(snapped.edge >= 0).tolist()
    around = StreetsAround(network) if on_street else None
    for place in on_street:
        assert around is not None
        streets, edge = around.cut(xy[place], longest * network.walk_m_per_min, int(snapped.edge[place]))
        here = Snapped(edge=np.array([edge]), along_m=snapped.along_m[[place]], off_m=snapped.off_m[[place]])
        way = np.concatenate([xy[place], _foot(streets, here, 0)])
        yield _Walk(place, streets, here, _junction_minutes(streets, here, 0, longest), way)


def _junction_minutes(network: StreetNetwork, snapped: Snapped, place: int, limit: float) -> Floats:
    """Return the walk from a place to every junction, shape (k,), minutes; infinite beyond the limit."""
    edge = snapped.edge[place]
    along = np.clip(snapped.along_m[place], 0.0, network.length_m[edge])
    reach = np.full(len(network.xy), np.inf)
    for junction, metres in zip(network.edges[edge], (along, network.length_m[edge] - along), strict=True):
        first = (snapped.off_m[place] + metres) / network.walk_m_per_min
        if first <= limit:
            start = np.array([junction], dtype=np.int64)
            walks = dijkstra(network.graph, directed=True, indices=start, limit=float(limit - first))[0]
            reach = np.minimum(reach, first + walks)
    return reach


def _reached(network: StreetNetwork, snapped: Snapped, place: int, reach: Floats, limit: float) -> Floats:
    """Return the straight pieces of street within the walk, shape (p, 4): those from either end, and the own edge's."""
    speed, length = network.walk_m_per_min, network.length_m
    left = np.where(reach <= limit, (limit - reach) * speed, -1.0)[network.edges]
    whole = (left >= 0).all(axis=1) & (left.sum(axis=1) >= length)
    from_first = np.flatnonzero((left[:, 0] >= 0) & ~whole)
    from_last = np.flatnonzero((left[:, 1] >= 0) & ~whole)
    own, along = limit * speed - snapped.off_m[place], snapped.along_m[place]
    spans = [
        (np.flatnonzero(whole), np.zeros(int(whole.sum())), length[whole]),
        (from_first, np.zeros(len(from_first)), left[from_first, 0]),
        (from_last, length[from_last] - left[from_last, 1], length[from_last]),
    ]
    if own >= 0:
        spans.append((snapped.edge[[place]], np.array([along - own]), np.array([along + own])))
    return np.concatenate([_cut(network, *span) for span in spans])


def _cut(network: StreetNetwork, edge: Ints, low: Floats, high: Floats) -> Floats:
    """Return the parts of the edges' straight pieces between two distances from the first junction, shape (p, 4)."""
    span = np.full((len(network.length_m), 2), (np.inf, -np.inf))
    span[edge] = np.column_stack([low, high])
    step = network.segments[:, 2:] - network.segments[:, :2]
    metres = np.hypot(step[:, 0], step[:, 1])
    begin = np.maximum(span[network.segment_edge, 0] - network.segment_from_m, 0.0)
    finish = np.minimum(span[network.segment_edge, 1] - network.segment_from_m, metres)
    kept = np.flatnonzero(begin < finish)
    share = np.column_stack([begin, finish])[kept] / metres[kept, None]
    start = network.segments[kept, :2]
    return np.hstack([start + share[:, :1] * step[kept], start + share[:, 1:] * step[kept]])


def _foot(network: StreetNetwork, snapped: Snapped, place: int) -> Floats:
    """Return where a place meets its street, shape (2,), metres."""
    pieces = np.flatnonzero(network.segment_edge == snapped.edge[place])
    along = snapped.along_m[place] - network.segment_from_m[pieces]
    at = pieces[max(int(np.searchsorted(-along, 0.0, side="right")) - 1, 0)]
    start, step = network.segments[at, :2], network.segments[at, 2:] - network.segments[at, :2]
    share = (snapped.along_m[place] - network.segment_from_m[at]) / float(np.hypot(*step))
    return np.asarray(start + np.clip(share, 0.0, 1.0) * step, dtype=np.float64)


def _not_in(pieces: Floats, drawn: Floats) -> Floats:
    """Return the straight pieces, shape (p, 4), that are not among those drawn, (q, 4)."""
    seen = {piece.tobytes() for piece in drawn}
    return pieces[[piece.tobytes() not in seen for piece in pieces]]


def _around(lines: Floats, ground: NDArray[np.object_], drawing: Drawing) -> BaseGeometry:
    """Return the ground around straight pieces, shape (p, 4), together with other ground."""
    # Of each piece and then merged: of one geometry of all pieces GEOS takes minutes to draw the same.
    around = shapely.buffer(shapely.linestrings(lines.reshape(-1, 2, 2)), drawing.buffer_m, quad_segs=ROUND)
    return shapely.union_all(np.concatenate([np.asarray(around, dtype=object), ground]))


def _filled(shape: BaseGeometry, most_m2: float) -> BaseGeometry:
    parts = shape.geoms if isinstance(shape, MultiPolygon) else [shape]
    filled = [
        Polygon(part.exterior, [hole for hole in part.interiors if Polygon(hole).area > most_m2])
        for part in parts
        if isinstance(part, Polygon)
    ]
    return filled[0] if len(filled) == 1 else MultiPolygon(filled)


def _refuse(minutes: Sequence[float], drawing: Drawing) -> None:
    for limit in minutes:
        if not (np.isfinite(limit) and limit >= 0):
            raise InputError(f"a walk of {limit} minutes; expected a number from 0")
    if not drawing.buffer_m > 0 or not drawing.fill_m2 >= 0:
        raise InputError(
            f"buffer_m = {drawing.buffer_m}, fill_m2 = {drawing.fill_m2}; expected a buffer above 0 and an area from 0"
        )
