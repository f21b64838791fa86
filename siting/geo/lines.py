"""Split street lines at the vertices they share: the pieces, junctions and edges that networks are made of.

Vertices within a centimetre of one another are one, since files round. Vertices are junctions where two lines share
them or a line ends; a stretch between two junctions is one edge, however bent.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from outlet.errors import InputError

SAME_VERTEX_M = 0.01
NO_LENGTH = "the streets hold no line with a length; expected lines"

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class StreetLines:
    """The lines of a network, to bring places to.

    Parameters
    ----------
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
    """

    edges: Ints
    length_m: Floats
    segments: Floats
    segment_edge: Ints
    segment_from_m: Floats

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The straight pieces, to find the nearest; made once."""
        return shapely.STRtree(np.asarray(shapely.linestrings(self.segments.reshape(-1, 2, 2)), dtype=object))


@dataclass(frozen=True)
class Pieces:
    """Straight pieces: their vertices (p, 2), coordinates (p, 4), lengths and lines (p,)."""

    nodes: Ints
    xy: Floats
    length: Floats
    line: Ints


def vertices_of(lines: NDArray[np.object_]) -> tuple[Floats, Ints, Ints]:
    """Return coordinates, line and number of every vertex; those within a centimetre have one number."""
    points, line = shapely.get_coordinates(lines, return_index=True)
    if not len(points):
        raise InputError(NO_LENGTH)
    cell = np.round(points / SAME_VERTEX_M).astype(np.int64)
    _, one, node = np.unique(cell, axis=0, return_index=True, return_inverse=True)
    close = cKDTree(points[one]).query_pairs(SAME_VERTEX_M, output_type="ndarray")
    if len(close):
        node = parts_of(close, len(one))[node]
    return points, np.asarray(line, dtype=np.int64), np.asarray(node, dtype=np.int64)


def pieces_of(points: Floats, line: Ints, node: Ints) -> tuple[Pieces, Ints]:
    """Return the straight pieces, and where in the vertices each begins."""
    first = np.flatnonzero((line[1:] == line[:-1]) & (node[1:] != node[:-1]))
    if not len(first):
        raise InputError(NO_LENGTH)
    nodes = np.column_stack([node[first], node[first + 1]])
    xy = np.hstack([points[first], points[first + 1]])
    length = np.hypot(xy[:, 2] - xy[:, 0], xy[:, 3] - xy[:, 1])
    return Pieces(nodes, xy, length, line[first]), first


def parts_of(pairs: Ints, count: int) -> Ints:
    """Number the connected parts of ``count`` nodes joined by pairs, shape (count,)."""
    joined = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int64)


def junctions_of(node: Ints, line: Ints, piece_nodes: Ints) -> NDArray[np.bool_]:
    """Tell which vertices are ends of a line or have other than two pieces."""
    count = int(node.max()) + 1
    degree = np.bincount(piece_nodes.ravel(), minlength=count)
    ends = np.zeros(count, dtype=bool)
    change = np.flatnonzero(line[1:] != line[:-1])
    ends[node[[0, len(node) - 1]]] = True
    ends[node[change]] = True
    ends[node[change + 1]] = True
    return np.asarray(ends | (degree != 2), dtype=np.bool_)


def edges_of_pieces(first: Ints, line: Ints, starts_at_junction: NDArray[np.bool_]) -> Ints:
    """Number the edges: a new one begins at a junction and with every line."""
    new = np.ones(len(first), dtype=bool)
    new[1:] = starts_at_junction[1:] | (line[first[1:]] != line[first[:-1]])
    return np.asarray(np.cumsum(new) - 1, dtype=np.int64)


@dataclass(frozen=True)
class Joined:
    """Lines joined into edges.

    Parameters
    ----------
    pieces
        Their straight pieces.
    edge, along
        Edge of each piece, shape (p,), and the way from the edge's start to the piece's, metres.
    ends
        First and last vertex of each edge, shape (e, 2).
    line
        Line of each edge, shape (e,).
    length
        Of each edge, shape (e,), metres.
    xy
        Coordinates of every vertex, shape (v, 2).
    """

    pieces: Pieces
    edge: Ints
    along: Floats
    ends: Ints
    line: Ints
    length: Floats
    xy: Floats


def join_lines(lines: NDArray[np.object_]) -> Joined:
    """Return lines, shape (w,), metric, as edges between junctions.

    Raises
    ------
    InputError
        When no line has a length.
    """
    points, line, node = vertices_of(lines)
    pieces, first = pieces_of(points, line, node)
    junction = junctions_of(node, line, pieces.nodes)
    edge = edges_of_pieces(first, line, junction[pieces.nodes[:, 0]])
    begin = np.flatnonzero(np.diff(edge, prepend=-1))
    end = np.append(begin[1:], len(edge)) - 1
    along = np.cumsum(pieces.length) - pieces.length
    along -= along[begin][edge]
    xy = np.empty((int(node.max()) + 1, 2))
    xy[node] = points
    return Joined(
        pieces=pieces,
        edge=edge,
        along=along,
        ends=np.column_stack([pieces.nodes[begin, 0], pieces.nodes[end, 1]]),
        line=pieces.line[begin],
        length=np.bincount(edge, weights=pieces.length).astype(np.float64),
        xy=xy,
    )


@dataclass(frozen=True, kw_only=True)
class KeptLines(StreetLines):
    """The lines kept, edges renumbered, with the coordinates of their junctions, shape (k, 2)."""

    xy: Floats


def keep_edges(joined: Joined, keep: NDArray[np.bool_]) -> KeptLines:
    """Return the edges marked, shape (e,), and the junctions they use."""
    used, renumbered = np.unique(joined.ends[keep], return_inverse=True)
    kept_piece = keep[joined.edge]
    new_edge = np.cumsum(keep) - 1
    return KeptLines(
        edges=renumbered.reshape(-1, 2).astype(np.int64),
        length_m=joined.length[keep],
        segments=joined.pieces.xy[kept_piece],
        segment_edge=new_edge[joined.edge[kept_piece]].astype(np.int64),
        segment_from_m=joined.along[kept_piece],
        xy=joined.xy[used],
    )


def arcs_graph(tail: Ints, head: Ints, minutes: Floats, count: int) -> csr_array:
    """Return the graph of arcs; of parallel ones the shortest counts, one from a junction to itself does not."""
    open_arc = tail != head
    tail, head, minutes = tail[open_arc], head[open_arc], minutes[open_arc]
    order = np.lexsort((minutes, head, tail))
    tail, head, minutes = tail[order], head[order], minutes[order]
    shortest = np.ones(len(tail), dtype=bool)
    shortest[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    return csr_array((minutes[shortest], (tail[shortest], head[shortest])), shape=(count, count))
