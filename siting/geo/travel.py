"""Walking minutes along streets between many points and many others, up to a limit.

Every point walks straight to the nearest street, along it to a junction, over the network, and back out to the other
point. Points become nodes of the graph, joined to both ends of the edge they lie on, so that shortest ways up to the
cut-off (siting.geo.search) run between points; two points on one edge may walk along it directly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from siting.geo.lines import StreetLines
from siting.geo.network import StreetNetwork
from siting.geo.search import reach

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BLOCK_ORIGINS = 20_000


@dataclass(frozen=True, kw_only=True)
class Snapped:
    """Points brought to their nearest street.

    Parameters
    ----------
    edge
        Edge of each point, shape (q,); -1 where no street lies within the limit.
    along_m
        Way from the edge's first junction, shape (q,), metres.
    off_m
        Straight way to the street, shape (q,), metres.
    """

    edge: Ints
    along_m: Floats
    off_m: Floats


def snap(network: StreetLines, xy: Floats, *, limit_m: float) -> Snapped:
    """Bring points, shape (q, 2), to the nearest street within the limit."""
    count = len(xy)
    edge = np.full(count, -1, dtype=np.int64)
    along, off = np.full(count, np.nan), np.full(count, np.nan)
    if count:
        (at, piece), distance = network.tree.query_nearest(
            shapely.points(xy), max_distance=limit_m, return_distance=True, all_matches=True
        )
        # Of pieces equally near, as at a shared vertex, the first wins, whatever order the tree finds them in.
        order = np.lexsort((piece, distance, at))
        at, first = np.unique(at[order], return_index=True)
        piece, distance = piece[order][first], distance[order][first]
        start, end = network.segments[piece, :2], network.segments[piece, 2:]
        step = end - start
        share = ((xy[at] - start) * step).sum(axis=1) / (step**2).sum(axis=1)
        edge[at] = network.segment_edge[piece]
        along[at] = network.segment_from_m[piece] + np.clip(share, 0, 1) * np.hypot(step[:, 0], step[:, 1])
        off[at] = distance
    return Snapped(edge=edge, along_m=along, off_m=off)


def travel_minutes(
    network: StreetNetwork, origins_xy: Floats, targets_xy: Floats, *, cutoff_min: float, snap_limit_m: float
) -> csr_array:
    """Return walking minutes from every origin to every target.

    Parameters
    ----------
    network
        The streets.
    origins_xy, targets_xy
        Coordinates, shapes (n, 2) and (m, 2), metres.
    cutoff_min
        Longest walk of interest, minutes, straight stretches to and from the street included.
    snap_limit_m
        Farthest a point may lie from a street; points farther off reach nothing.

    Returns
    -------
    csr_array
        Shape (n, m), minutes; an entry for every pair within the cut-off and no other, zeros explicit, indices sorted.
    """
    origins = snap(network, origins_xy, limit_m=snap_limit_m)
    targets = snap(network, targets_xy, limit_m=snap_limit_m)
    return walks_between(network, origins, targets, cutoff_min=cutoff_min)


def walks_between(network: StreetNetwork, origins: Snapped, targets: Snapped, *, cutoff_min: float) -> csr_array:
    """Return walking minutes from every origin to every target, both snapped; otherwise as `travel_minutes`."""
    n, m = len(origins.edge), len(targets.edge)
    if n < m:
        turned = walks_between(network, targets, origins, cutoff_min=cutoff_min).T.tocsr()
        turned.sort_indices()
        return turned
    graph = _with_points(network, origins, targets)
    first_origin = len(network.xy)
    reached = np.flatnonzero(targets.edge >= 0)
    wanted = slice(first_origin, first_origin + n)
    target, origin, minutes = reach(graph, first_origin + n + reached, cutoff_min, wanted)
    near = _same_edge(network, origins, targets, cutoff_min)
    return smallest(
        np.concatenate([origin, near[0]]).astype(np.int64),
        np.concatenate([reached[target], near[1]]).astype(np.int64),
        np.concatenate([minutes, near[2]]),
        (n, m),
    )


def sums_within(
    network: StreetNetwork, origins: Snapped, values: Floats, targets: Snapped, *, limit_m: float
) -> Floats:
    """Return for every target the sum of the values, shape (n, k), of the origins within a walk of it, shape (m, k).

    Pairs are found for a block of origins at a time, so that memory does not grow with all of them.
    """
    total = np.zeros((len(targets.edge), values.shape[1]))
    for at in range(0, len(origins.edge), BLOCK_ORIGINS):
        part = slice(at, at + BLOCK_ORIGINS)
        some = Snapped(edge=origins.edge[part], along_m=origins.along_m[part], off_m=origins.off_m[part])
        walks = walks_between(network, some, targets, cutoff_min=limit_m / network.walk_m_per_min)
        within = csr_array((np.ones(len(walks.data)), walks.indices, walks.indptr), shape=walks.shape)
        total += np.asarray(within.T @ values[part], dtype=np.float64)
    return total


def _with_points(network: StreetNetwork, origins: Snapped, targets: Snapped) -> csr_array:
    """Join origins and targets to both ends of their edges; walks start at targets and end at origins."""
    count = len(network.xy)
    coo = network.graph.tocoo()
    tails, heads, minutes = [coo.row.astype(np.int64)], [coo.col.astype(np.int64)], [coo.data]
    for points, first, leaving in ((origins, count, False), (targets, count + len(origins.edge), True)):
        at = np.flatnonzero(points.edge >= 0)
        edge = points.edge[at]
        for side in (0, 1):
            along = points.along_m[at] if side == 0 else network.length_m[edge] - points.along_m[at]
            junction, node = network.edges[edge, side], first + at
            tails.append(node if leaving else junction)
            heads.append(junction if leaving else node)
            minutes.append((points.off_m[at] + np.maximum(along, 0)) / network.walk_m_per_min)
    size = count + len(origins.edge) + len(targets.edge)
    return smallest(np.concatenate(tails), np.concatenate(heads), np.concatenate(minutes), (size, size))


def _same_edge(
    network: StreetNetwork, origins: Snapped, targets: Snapped, cutoff_min: float
) -> tuple[Ints, Ints, Floats]:
    """Return the direct walks between points on one edge."""
    origin, target = on_one_edge(origins, targets)
    along = np.abs(origins.along_m[origin] - targets.along_m[target])
    minutes = (origins.off_m[origin] + along + targets.off_m[target]) / network.walk_m_per_min
    within = minutes <= cutoff_min
    return origin[within], target[within], minutes[within]


def on_one_edge(origins: Snapped, targets: Snapped) -> tuple[Ints, Ints]:
    """Return every pair of origin and target on the same edge, shapes (pairs,)."""
    order = np.argsort(targets.edge, kind="stable")
    ordered = targets.edge[order]
    low, high = np.searchsorted(ordered, origins.edge, "left"), np.searchsorted(ordered, origins.edge, "right")
    counts = np.where(origins.edge >= 0, high - low, 0)
    origin = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(origin)) - np.repeat(np.cumsum(counts) - counts, counts)
    return origin, order[np.repeat(low, counts) + nth]


def smallest(rows: Ints, columns: Ints, values: Floats, shape: tuple[int, int]) -> csr_array:
    """Return a CSR array with the smallest value of each pair, zeros explicit, indices sorted."""
    order = np.lexsort((values, columns, rows))
    rows, columns, values = rows[order], columns[order], values[order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    rows, columns, values = rows[first], columns[first], values[first]
    pointers = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=shape[0]))])
    return csr_array((values, columns, pointers), shape=shape)
