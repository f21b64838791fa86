"""Make a network for cars of street lines: each edge is driven one way, the other, or both, at the speed of its way.

Lines are split where they share vertices, as walking networks are (`siting.geo.lines`). Kept is what a car can reach
and leave again: the largest part in which every junction reaches every other (strongly connected), every other such
part that is a district of its own, and the edges that join these. A street that one can only drive into, as where an
extract cuts a one-way street, is dropped; its length is stated.

Minutes are those of free streets: no lights, turns, traffic or search for a parking place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from outlet.errors import InputError
from siting.geo.lines import Floats, Joined, StreetLines, arcs_graph, join_lines, keep_edges
from siting.geo.network import LEAST_PART_M


@dataclass(frozen=True, kw_only=True)
class Ways:
    """What cars may do on each line, shape (w,).

    Parameters
    ----------
    m_per_min
        Speed, metres per minute, above 0.
    forward, backward
        Whether one may drive along the line, and against it.
    """

    m_per_min: Floats
    forward: NDArray[np.bool_]
    backward: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class RoadNetwork(StreetLines):
    """A network for cars, metric.

    Parameters
    ----------
    xy
        Coordinates of the junctions, shape (k, 2), metres.
    graph
        Minutes from a junction (row) to a neighbouring one, CSR of shape (k, k), not symmetric.
    min_per_m
        Minutes per metre of every edge, along and against it, shape (e, 2); infinite where nobody may drive.
    kept_m, dropped_m
        Length of the streets kept, and of those that cannot be both reached and left, metres.
    """

    xy: Floats
    graph: csr_array
    min_per_m: Floats
    kept_m: float
    dropped_m: float


def build_roads(lines: NDArray[np.object_], ways: Ways, *, least_part_m: float = LEAST_PART_M) -> RoadNetwork:
    """Build the network for cars of street lines.

    Parameters
    ----------
    lines
        LineStrings, shape (w,), in a metric coordinate system.
    ways
        What cars may do on them.
    least_part_m
        A part that is not the largest is kept when its streets are at least so long, metres.

    Raises
    ------
    InputError
        When shapes do not meet, a speed is not above 0, or no line has a length.
    """
    for name, values in (("m_per_min", ways.m_per_min), ("forward", ways.forward), ("backward", ways.backward)):
        if values.shape != (len(lines),):
            raise InputError(f"{name} has shape {values.shape}; expected ({len(lines)},), one for each line")
    if not (np.isfinite(ways.m_per_min) & (ways.m_per_min > 0)).all():
        raise InputError("a speed is not above 0; expected metres per minute above 0")
    joined = join_lines(lines)
    open_ways = np.column_stack([ways.forward, ways.backward])[joined.line]
    min_per_m = np.where(open_ways, (1.0 / ways.m_per_min)[joined.line, None], np.inf)
    keep = _round_trips(joined, open_ways, least_part_m)
    kept, min_per_m = keep_edges(joined, keep), min_per_m[keep]
    tails, heads, minutes = [], [], []
    for side in (0, 1):
        drives = np.isfinite(min_per_m[:, side])
        tails.append(kept.edges[drives, side])
        heads.append(kept.edges[drives, 1 - side])
        minutes.append(kept.length_m[drives] * min_per_m[drives, side])
    return RoadNetwork(
        edges=kept.edges,
        length_m=kept.length_m,
        segments=kept.segments,
        segment_edge=kept.segment_edge,
        segment_from_m=kept.segment_from_m,
        xy=kept.xy,
        graph=arcs_graph(np.concatenate(tails), np.concatenate(heads), np.concatenate(minutes), len(kept.xy)),
        min_per_m=min_per_m,
        kept_m=round(float(joined.length[keep].sum()), 3),
        dropped_m=round(float(joined.length[~keep].sum()), 3),
    )


def _round_trips(joined: Joined, open_ways: NDArray[np.bool_], least_part_m: float) -> NDArray[np.bool_]:
    """Tell which edges lie between junctions that a car can reach and leave again, shape (e,)."""
    count = len(joined.xy)
    tail = np.concatenate([joined.ends[open_ways[:, side], side] for side in (0, 1)])
    head = np.concatenate([joined.ends[open_ways[:, side], 1 - side] for side in (0, 1)])
    arcs = csr_array((np.ones(len(tail)), (tail, head)), shape=(count, count))
    part = np.asarray(connected_components(arcs, directed=True, connection="strong")[1], dtype=np.int64)
    drives = open_ways.any(axis=1)
    inside = (part[joined.ends[:, 0]] == part[joined.ends[:, 1]]) & drives
    metres = np.bincount(part[joined.ends[inside, 0]], weights=joined.length[inside], minlength=int(part.max()) + 1)
    kept = (metres >= least_part_m) | ((np.arange(len(metres)) == int(np.argmax(metres))) & (metres > 0))
    return np.asarray(kept[part[joined.ends]].all(axis=1) & drives, dtype=np.bool_)
