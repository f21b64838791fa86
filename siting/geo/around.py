"""Cut the streets around a place out of a network, so that what is asked of one place costs as little in any city.

A walk of r metres ends within r metres as the crow flies: the junctions of that circle, the edges at them and the
junctions at the other ends of these are all that such a walk can touch.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from siting.geo.network import StreetNetwork, graph_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class StreetsAround:
    """Finds the streets around places in one network; made once, asked for every place."""

    def __init__(self, network: StreetNetwork) -> None:
        self.network = network
        self._junctions = cKDTree(network.xy)
        ends = network.edges.ravel()
        self._edges_at = np.argsort(ends, kind="stable") // 2
        self._first_edge = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=len(network.xy)))])
        counts = np.bincount(network.segment_edge, minlength=len(network.edges))
        self._first_segment = np.concatenate([[0], np.cumsum(counts)])
        self._segments = np.argsort(network.segment_edge, kind="stable")

    def cut(self, xy: Floats, radius_m: float, edge: int) -> tuple[StreetNetwork, int]:
        """Return the streets within a walk of ``radius_m`` from ``xy``, shape (2,), and the edge's number there.

        ``edge`` is the one the place lies on; it is among them, however far its junctions are.
        """
        whole = self.network
        inside = np.sort(np.asarray(self._junctions.query_ball_point(xy, radius_m), dtype=np.int64))
        edges = np.unique(np.append(self._edges_at[_spans(self._first_edge, inside)], edge))
        junctions, renumbered = np.unique(whole.edges[edges], return_inverse=True)
        ends = renumbered.reshape(-1, 2).astype(np.int64)
        segments = self._segments[_spans(self._first_segment, edges)]
        length = whole.length_m[edges]
        part = StreetNetwork(
            xy=whole.xy[junctions],
            graph=graph_of(ends, length / whole.walk_m_per_min, len(junctions)),
            walk_m_per_min=whole.walk_m_per_min,
            edges=ends,
            length_m=length,
            segments=whole.segments[segments],
            segment_edge=np.searchsorted(edges, whole.segment_edge[segments]).astype(np.int64),
            segment_from_m=whole.segment_from_m[segments],
            kept_m=float(length.sum()),
            dropped_m=0.0,
        )
        return part, int(np.searchsorted(edges, edge))


def _spans(first: Ints, rows: Ints) -> Ints:
    """Return the positions from ``first[r]`` up to ``first[r + 1]`` of every row, in order."""
    begin, count = first[rows], first[rows + 1] - first[rows]
    return np.asarray(np.repeat(begin - (np.cumsum(count) - count), count) + np.arange(count.sum()), dtype=np.int64)
