"""Walk along streets from many places and meet what lies within a limit: pairs, or sums at the other end.

Every place walks straight to its street, along it to both junctions, over the network by shortest ways (Dijkstra, 1959,
cut off at the limit) and back out, as in `travel`; here each walk touches only the junctions within its limit, so that
ten thousand walks of some hundred metres take about a second however large the city is, and sums need no matrix.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.geo.compiled import compiled
from siting.geo.network import StreetNetwork
from siting.geo.travel import Snapped

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class _Ways(NamedTuple):
    """The network in the form that the kernel takes: ways out of junctions, edges at junctions, targets on edges."""

    start: Ints
    head: Ints
    metres: Floats
    edge_start: Ints
    edge: Ints
    ends: Ints
    length: Floats
    target_start: Ints
    target: Ints
    along: Floats
    off: Floats


def walk_pairs(
    network: StreetNetwork, origins: Snapped, targets: Snapped, *, limit_m: float
) -> tuple[Ints, Ints, Floats]:
    """Return every pair of origin and target within a walk, and its metres.

    Parameters
    ----------
    network
        The streets.
    origins, targets
        Places snapped to it; one with edge −1 walks nowhere.
    limit_m
        Longest walk, metres, straight stretches to and from the street included.

    Returns
    -------
    origin, target, metres
        Shapes (z,), by origin, then target.
    """
    ways = _ways(network, targets)
    found = _pairs(ways, origins.edge, origins.along_m, origins.off_m, limit_m, len(network.xy), len(targets.edge))
    order = np.lexsort((found[1], found[0]))
    return found[0][order], found[1][order], found[2][order]


def walk_sums(network: StreetNetwork, origins: Snapped, values: Floats, targets: Snapped, *, limit_m: float) -> Floats:
    """Return for every target the sum of the values, shape (n, k), of the origins within a walk of it, shape (m, k).

    Other parameters are those of `walk_pairs`.
    """
    ways = _ways(network, targets)
    size = len(network.xy), len(targets.edge)
    return _sums(ways, origins.edge, origins.along_m, origins.off_m, np.ascontiguousarray(values), limit_m, *size)


def _ways(network: StreetNetwork, targets: Snapped) -> _Ways:
    snapped = np.flatnonzero(targets.edge >= 0)
    target = snapped[np.argsort(targets.edge[snapped], kind="stable")]
    on_edge = np.bincount(targets.edge[target], minlength=len(network.edges))
    used = np.flatnonzero(on_edge > 0)
    ends = network.edges[used]
    open_edge = ends[:, 0] != ends[:, 1]
    junction = np.concatenate([ends[:, 0], ends[open_edge, 1]])
    edge = np.concatenate([used, used[open_edge]])
    order = np.argsort(junction, kind="stable")
    graph = network.graph
    return _Ways(
        start=graph.indptr.astype(np.int64),
        head=graph.indices.astype(np.int64),
        metres=graph.data * network.walk_m_per_min,
        edge_start=np.concatenate([[0], np.cumsum(np.bincount(junction, minlength=len(network.xy)))]).astype(np.int64),
        edge=edge[order].astype(np.int64),
        ends=np.ascontiguousarray(network.edges),
        length=network.length_m,
        target_start=np.concatenate([[0], np.cumsum(on_edge)]).astype(np.int64),
        target=target.astype(np.int64),
        along=targets.along_m[target],
        off=targets.off_m[target],
    )


@compiled
def _settle(
    ways: _Ways, edge: int, along: float, off: float, limit: float, best: Floats, settled: Ints, nth: int
) -> Ints:
    """Walk from a place on an edge; ``settled[u] = nth`` and ``best[u]`` for each junction within the limit."""
    reached = [0]
    reached.pop()
    queue = [(0.0, 0)]
    queue.pop()
    heapq.heappush(queue, (off + along, ways.ends[edge, 0]))
    heapq.heappush(queue, (off + max(ways.length[edge] - along, 0.0), ways.ends[edge, 1]))
    while len(queue) > 0:
        metres, node = heapq.heappop(queue)
        if metres > limit:
            break
        if settled[node] == nth:
            continue
        settled[node] = nth
        best[node] = metres
        reached.append(node)
        for at in range(ways.start[node], ways.start[node + 1]):
            further = metres + ways.metres[at]
            if further <= limit and settled[ways.head[at]] != nth:
                heapq.heappush(queue, (further, ways.head[at]))
    return np.array(reached, dtype=np.int64)


@compiled
def _meet(
    ways: _Ways, at: int, edge: int, origin: tuple[int, float, float], best: Floats, settled: Ints, nth: int
) -> float:
    """Return the metres of the shortest walk to a target on an edge; ``origin`` is edge, along and off."""
    first, second = ways.ends[edge, 0], ways.ends[edge, 1]
    metres = np.inf
    if settled[first] == nth:
        metres = best[first] + ways.along[at]
    if settled[second] == nth:
        metres = min(metres, best[second] + max(ways.length[edge] - ways.along[at], 0.0))
    if origin[0] == edge:
        metres = min(metres, origin[2] + abs(ways.along[at] - origin[1]))
    return float(metres + ways.off[at])


@compiled
def _near(
    ways: _Ways, origin: tuple[int, float, float], limit: float, best: Floats, settled: Ints, nth: int
) -> tuple[Ints, Floats]:
    """Return the targets within the limit of one place, and the metres to each."""
    reached = _settle(ways, origin[0], origin[1], origin[2], limit, best, settled, nth)
    targets, metres = [0], [0.0]
    targets.pop()
    metres.pop()
    first, second = ways.ends[origin[0], 0], ways.ends[origin[0], 1]
    if settled[first] != nth and settled[second] != nth:
        for at in range(ways.target_start[origin[0]], ways.target_start[origin[0] + 1]):
            far = _meet(ways, at, origin[0], origin, best, settled, nth)
            if far <= limit:
                targets.append(ways.target[at])
                metres.append(far)
    for node in reached:
        for place in range(ways.edge_start[node], ways.edge_start[node + 1]):
            edge = ways.edge[place]
            other = ways.ends[edge, 0] + ways.ends[edge, 1] - node
            if other < node and settled[other] == nth:
                continue
            for at in range(ways.target_start[edge], ways.target_start[edge + 1]):
                far = _meet(ways, at, edge, origin, best, settled, nth)
                if far <= limit:
                    targets.append(ways.target[at])
                    metres.append(far)
    return np.array(targets, dtype=np.int64), np.array(metres, dtype=np.float64)


@compiled
def _pairs(
    ways: _Ways, edge: Ints, along: Floats, off: Floats, limit: float, junctions: int, count: int
) -> tuple[Ints, Ints, Floats]:
    best, settled = np.zeros(junctions), np.full(junctions, -1, dtype=np.int64)
    origins = np.empty(1024, dtype=np.int64)
    targets, metres = np.empty(1024, dtype=np.int64), np.empty(1024)
    filled = 0
    for place in range(len(edge)):
        if edge[place] < 0:
            continue
        found, far = _near(ways, (edge[place], along[place], off[place]), limit, best, settled, place)
        needed = filled + len(found)
        if needed > len(origins):
            more = max(needed, 2 * len(origins)) - len(origins)
            origins = np.concatenate((origins, np.empty(more, dtype=np.int64)))
            targets = np.concatenate((targets, np.empty(more, dtype=np.int64)))
            metres = np.concatenate((metres, np.empty(more)))
        origins[filled:needed] = place
        targets[filled:needed] = found
        metres[filled:needed] = far
        filled = needed
    return origins[:filled], targets[:filled], metres[:filled]


@compiled
def _sums(
    ways: _Ways, edge: Ints, along: Floats, off: Floats, values: Floats, limit: float, junctions: int, count: int
) -> Floats:
    best, settled = np.zeros(junctions), np.full(junctions, -1, dtype=np.int64)
    total = np.zeros((count, values.shape[1]))
    for place in range(len(edge)):
        if edge[place] < 0:
            continue
        found, _ = _near(ways, (edge[place], along[place], off[place]), limit, best, settled, place)
        for target in found:
            for column in range(values.shape[1]):
                total[target, column] += values[place, column]
    return total
