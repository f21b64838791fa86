"""Make a walking network of street lines: lines that share a vertex meet there, all others pass over one another.

Vertices within a centimetre of one another are one, since files round; a bridge and the street under it share none.
Vertices are junctions where two lines share them or a line ends; a stretch between two junctions is one edge, however
bent. The largest connected part is kept, and every other part that is a district of its own: an island that only a
motorway joins is not lost. Fragments, such as the paths of a courtyard, are dropped, so that no place snaps to one;
what is lost is stated in metres, and where.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from outlet.errors import InputError
from siting.geo.lines import (
    Joined,
    Pieces,
    StreetLines,
    arcs_graph,
    join_lines,
    keep_edges,
    parts_of,
    pieces_of,
    vertices_of,
)

LEAST_PART_M = 10_000.0
NEARLY_M = 1.0

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class StreetParts:
    """How the streets hang together.

    Parameters
    ----------
    vertices
        Distinct vertices.
    metres
        Length of the streets of every part, longest first, shape (p,), metres.
    xy
        A vertex in the midst of every part, shape (p, 2), metres.
    kept
        How many of the parts are used: the longest, and others that are districts of their own.
    nearly
        Ends of streets that stop within a metre of another street without a vertex there, shape (n, 2), metres.
    """

    vertices: int
    metres: Floats
    xy: Floats
    kept: int
    nearly: Floats


@dataclass(frozen=True, kw_only=True)
class StreetNetwork(StreetLines):
    """A walking network without fragments, metric.

    Parameters
    ----------
    xy
        Coordinates of the junctions, shape (k, 2), metres.
    graph
        Walking minutes between neighbouring junctions, CSR of shape (k, k), symmetric.
    walk_m_per_min
        Walking speed, metres per minute.
    kept_m, dropped_m
        Length of the streets kept, and of the fragments not connected to them, metres.
    """

    xy: Floats
    graph: csr_array
    walk_m_per_min: float
    kept_m: float
    dropped_m: float


def build_network(
    lines: NDArray[np.object_], walk_m_per_min: float, *, least_part_m: float = LEAST_PART_M
) -> StreetNetwork:
    """Build the walking network of street lines.

    Parameters
    ----------
    lines
        LineStrings, shape (w,), in a metric coordinate system.
    walk_m_per_min
        Walking speed, metres per minute, above 0.
    least_part_m
        A part that is not connected to the largest is kept when its streets are at least so long, metres.

    Raises
    ------
    InputError
        When the speed is not above 0 or no line has a length.
    """
    if not walk_m_per_min > 0:
        raise InputError(f"walking speed is {walk_m_per_min} metres per minute; expected a number above 0")
    return _without_fragments(join_lines(lines), walk_m_per_min, least_part_m)


def street_parts(lines: NDArray[np.object_], *, least_part_m: float = LEAST_PART_M) -> StreetParts:
    """Tell how streets hang together, as `build_network` joins them.

    Parameters
    ----------
    lines
        LineStrings, shape (w,), in a metric coordinate system.
    least_part_m
        A part that is not connected to the largest is kept when its streets are at least so long, metres.

    Raises
    ------
    InputError
        When no line has a length.
    """
    points, line, node = vertices_of(lines)
    pieces, _ = pieces_of(points, line, node)
    part = parts_of(pieces.nodes, int(node.max()) + 1)[pieces.nodes[:, 0]]
    number, part = np.unique(part, return_inverse=True)
    metres = np.asarray(np.bincount(part, weights=pieces.length), dtype=np.float64)
    sums = np.column_stack([np.bincount(part, weights=pieces.xy[:, axis]) for axis in (0, 1)])
    middle = sums / np.bincount(part)[:, None]
    off = np.hypot(*(pieces.xy[:, :2] - middle[part]).T)
    order = np.lexsort((off, part))
    nearest = order[np.unique(part[order], return_index=True)[1]]
    longest = np.argsort(-metres, kind="stable")
    kept = max(1, int((metres >= least_part_m).sum()))
    return StreetParts(
        vertices=int(node.max()) + 1,
        metres=metres[longest],
        xy=pieces.xy[nearest, :2][longest],
        kept=min(kept, len(number)),
        nearly=_nearly_met(pieces),
    )


def _nearly_met(pieces: Pieces) -> Floats:
    """Return the loose ends of lines that stop within a metre of another line, shape (n, 2)."""
    degree = np.bincount(pieces.nodes.ravel())
    at, side = np.nonzero(degree[pieces.nodes] == 1)
    ends = np.where(side[:, None] == 0, pieces.xy[at, :2], pieces.xy[at, 2:])
    tree = shapely.STRtree(list(np.asarray(shapely.linestrings(pieces.xy.reshape(-1, 2, 2)), dtype=object)))
    end, near = tree.query(shapely.points(ends), predicate="dwithin", distance=NEARLY_M)
    other = pieces.line[at[end]] != pieces.line[near]
    return np.asarray(ends[np.unique(end[other])], dtype=np.float64)


def _without_fragments(joined: Joined, speed: float, least_part_m: float) -> StreetNetwork:
    part = parts_of(joined.ends, len(joined.xy))[joined.ends[:, 0]]
    metres = np.bincount(part, weights=joined.length)
    keep = (part == int(np.argmax(metres))) | (metres >= least_part_m)[part]
    kept = keep_edges(joined, keep)
    return StreetNetwork(
        edges=kept.edges,
        length_m=kept.length_m,
        segments=kept.segments,
        segment_edge=kept.segment_edge,
        segment_from_m=kept.segment_from_m,
        xy=kept.xy,
        graph=graph_of(kept.edges, kept.length_m / speed, len(kept.xy)),
        walk_m_per_min=speed,
        kept_m=round(float(joined.length[keep].sum()), 3),
        dropped_m=round(float(joined.length[~keep].sum()), 3),
    )


def graph_of(edges: Ints, minutes: Floats, count: int) -> csr_array:
    """Return the symmetric graph; of parallel edges the shortest counts, an edge from a junction to itself does not."""
    first, second = edges.T
    return arcs_graph(np.concatenate([first, second]), np.concatenate([second, first]), np.tile(minutes, 2), count)
