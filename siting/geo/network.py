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
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from outlet.errors import InputError

SAME_VERTEX_M = 0.01
LEAST_PART_M = 10_000.0
NEARLY_M = 1.0
NO_LENGTH = "the streets hold no line with a length; expected lines"

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
class StreetNetwork:
    """A walking network without fragments, metric.

    Parameters
    ----------
    xy
        Coordinates of the junctions, shape (k, 2), metres.
    graph
        Walking minutes between neighbouring junctions, CSR of shape (k, k), symmetric.
    walk_m_per_min
        Walking speed, metres per minute.
    edges
        The two junctions of every edge, shape (e, 2).
    length_m
        Length of every edge along its bends, shape (e,), metres.
    segments
        Straight pieces of the edges, shape (s, 4): x and y of the start, x and y of the end, metres.
    segment_edge
        Edge of every piece, shape (s,).
    segment_from_m
        Way from the edge's first junction to the start of the piece, shape (s,), metres.
    kept_m, dropped_m
        Length of the streets kept, and of the fragments not connected to them, metres.
    """

    xy: Floats
    graph: csr_array
    walk_m_per_min: float
    edges: Ints
    length_m: Floats
    segments: Floats
    segment_edge: Ints
    segment_from_m: Floats
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
    points, line, node = _vertices(lines)
    pieces, first = _pieces(points, line, node)
    junction = _junctions(node, line, pieces.nodes)
    edge = _edges_of_pieces(first, line, junction[pieces.nodes[:, 0]])
    return _without_fragments(pieces, edge, node, points, walk_m_per_min, least_part_m)


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
    points, line, node = _vertices(lines)
    pieces, _ = _pieces(points, line, node)
    part = _parts(pieces.nodes, int(node.max()) + 1)[pieces.nodes[:, 0]]
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


@dataclass(frozen=True)
class _Pieces:
    """Straight pieces: their vertices (p, 2), coordinates (p, 4), lengths and lines (p,)."""

    nodes: Ints
    xy: Floats
    length: Floats
    line: Ints


def _vertices(lines: NDArray[np.object_]) -> tuple[Floats, Ints, Ints]:
    """Return coordinates, line and number of every vertex; those within a centimetre have one number."""
    points, line = shapely.get_coordinates(lines, return_index=True)
    if not len(points):
        raise InputError(NO_LENGTH)
    cell = np.round(points / SAME_VERTEX_M).astype(np.int64)
    _, one, node = np.unique(cell, axis=0, return_index=True, return_inverse=True)
    close = cKDTree(points[one]).query_pairs(SAME_VERTEX_M, output_type="ndarray")
    if len(close):
        node = _parts(close, len(one))[node]
    return points, np.asarray(line, dtype=np.int64), np.asarray(node, dtype=np.int64)


def _pieces(points: Floats, line: Ints, node: Ints) -> tuple[_Pieces, Ints]:
    """Return the straight pieces, and where in the vertices each begins."""
    first = np.flatnonzero((line[1:] == line[:-1]) & (node[1:] != node[:-1]))
    if not len(first):
        raise InputError(NO_LENGTH)
    nodes = np.column_stack([node[first], node[first + 1]])
    xy = np.hstack([points[first], points[first + 1]])
    length = np.hypot(xy[:, 2] - xy[:, 0], xy[:, 3] - xy[:, 1])
    return _Pieces(nodes, xy, length, line[first]), first


def _parts(pairs: Ints, count: int) -> Ints:
    """Number the connected parts of ``count`` nodes joined by pairs, shape (count,)."""
    joined = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int64)


def _nearly_met(pieces: _Pieces) -> Floats:
    """Return the loose ends of lines that stop within a metre of another line, shape (n, 2)."""
    degree = np.bincount(pieces.nodes.ravel())
    at, side = np.nonzero(degree[pieces.nodes] == 1)
    ends = np.where(side[:, None] == 0, pieces.xy[at, :2], pieces.xy[at, 2:])
    tree = shapely.STRtree(list(np.asarray(shapely.linestrings(pieces.xy.reshape(-1, 2, 2)), dtype=object)))
    end, near = tree.query(shapely.points(ends), predicate="dwithin", distance=NEARLY_M)
    other = pieces.line[at[end]] != pieces.line[near]
    return np.asarray(ends[np.unique(end[other])], dtype=np.float64)


def _junctions(node: Ints, line: Ints, piece_nodes: Ints) -> NDArray[np.bool_]:
    """Tell which vertices are ends of a line or have other than two pieces."""
    count = int(node.max()) + 1
    degree = np.bincount(piece_nodes.ravel(), minlength=count)
    ends = np.zeros(count, dtype=bool)
    change = np.flatnonzero(line[1:] != line[:-1])
    ends[node[[0, len(node) - 1]]] = True
    ends[node[change]] = True
    ends[node[change + 1]] = True
    return np.asarray(ends | (degree != 2), dtype=np.bool_)


def _edges_of_pieces(first: Ints, line: Ints, starts_at_junction: NDArray[np.bool_]) -> Ints:
    """Number the edges: a new one begins at a junction and with every line."""
    new = np.ones(len(first), dtype=bool)
    new[1:] = starts_at_junction[1:] | (line[first[1:]] != line[first[:-1]])
    return np.asarray(np.cumsum(new) - 1, dtype=np.int64)


def _without_fragments(
    pieces: _Pieces, edge: Ints, node: Ints, points: Floats, speed: float, least_part_m: float
) -> StreetNetwork:
    length = pieces.length
    count = int(edge[-1]) + 1
    begin = np.flatnonzero(np.diff(edge, prepend=-1))
    end = np.append(begin[1:], len(edge)) - 1
    ends = np.column_stack([pieces.nodes[begin, 0], pieces.nodes[end, 1]])
    edge_length = np.bincount(edge, weights=length, minlength=count)
    along = np.cumsum(length) - length
    along -= along[begin][edge]
    nodes = int(node.max()) + 1
    part = _parts(ends, nodes)[ends[:, 0]]
    metres = np.bincount(part, weights=edge_length)
    keep = (part == int(np.argmax(metres))) | (metres >= least_part_m)[part]
    used, renumbered = np.unique(ends[keep], return_inverse=True)
    ends = renumbered.reshape(-1, 2).astype(np.int64)
    xy = np.empty((nodes, 2))
    xy[node] = points
    kept_piece = keep[edge]
    new_edge = np.cumsum(keep) - 1
    return StreetNetwork(
        xy=xy[used],
        graph=graph_of(ends, edge_length[keep] / speed, len(used)),
        walk_m_per_min=speed,
        edges=ends,
        length_m=edge_length[keep],
        segments=pieces.xy[kept_piece],
        segment_edge=new_edge[edge[kept_piece]].astype(np.int64),
        segment_from_m=along[kept_piece],
        kept_m=round(float(edge_length[keep].sum()), 3),
        dropped_m=round(float(edge_length[~keep].sum()), 3),
    )


def graph_of(edges: Ints, minutes: Floats, count: int) -> csr_array:
    """Return the symmetric graph; of parallel edges the shortest counts, an edge from a junction to itself does not."""
    open_edge = edges[:, 0] != edges[:, 1]
    pairs = edges[open_edge]
    tail = np.concatenate([pairs[:, 0], pairs[:, 1]])
    head = np.concatenate([pairs[:, 1], pairs[:, 0]])
    weight = np.tile(minutes[open_edge], 2)
    order = np.lexsort((weight, head, tail))
    tail, head, weight = tail[order], head[order], weight[order]
    shortest = np.ones(len(tail), dtype=bool)
    shortest[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    return csr_array((weight[shortest], (tail[shortest], head[shortest])), shape=(count, count))
