"""Search a network from many nodes up to a limit; each search touches only what it reaches.

Dijkstra's algorithm (1959) on a heap with four children a node (Johnson, 1975) that keeps each node once and lowers
its key. What one search wrote is wiped by visiting what it touched, so that time follows the reached part of the
network and memory the network alone: scipy's search with a limit fills a row as long as the network for every start.
Searches are independent, and run in as many threads as there are processors.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from outlet.compiled import compiled, kernel, nested

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Found = tuple[Ints, Ints, Floats]
Values = TypeVar("Values", Ints, Floats)

_CHUNKS_PER_THREAD = 4


def reach(graph: csr_array, starts: Ints, limit: float, wanted: slice) -> Found:
    """Return the shortest ways from each start to each wanted node within the limit.

    Parameters
    ----------
    graph
        Lengths of the directed edges, shape (q, q), at least 0; explicit zeros are edges of length 0.
    starts
        Nodes, shape (s,).
    limit
        Longest way of interest, in the unit of the graph.
    wanted
        Run of nodes whose lengths are returned; searches pass through all others as well.

    Returns
    -------
    start, node, length
        Shape (pairs,) each: position in ``starts``, position in ``wanted``, length; by start, then the nearest first.
    """
    first, last, _ = wanted.indices(graph.shape[0])
    edges = (graph.indptr.astype(np.int64), graph.indices.astype(np.int64), graph.data.astype(np.float64))
    threads = len(os.sched_getaffinity(0))
    chunks = [part for part in np.array_split(np.asarray(starts, np.int64), threads * _CHUNKS_PER_THREAD) if part.size]

    def search(chunk: Ints) -> Found:
        return _search(edges, chunk, float(limit), first, last)

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(search, chunks))
    before = np.cumsum([0, *(len(chunk) for chunk in chunks)])
    nothing = np.empty(0, dtype=np.int64)
    return (
        np.concatenate([nothing, *(part[0] + at for part, at in zip(found, before, strict=False))]),
        np.concatenate([nothing, *(part[1] for part in found)]),
        np.concatenate([np.empty(0), *(part[2] for part in found)]),
    )


@compiled
def _search(edges: tuple[Ints, Ints, Floats], starts: Ints, limit: float, first: int, last: int) -> Found:
    start, head, length = edges
    size = len(start) - 1
    best = np.full(size, np.inf)
    place = np.full(size, -1, dtype=np.int64)  # in the heap; −1 never seen, −2 settled
    heap, seen = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    room = 1024
    row, column, far = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
    found = 0
    for at in range(len(starts)):
        best[starts[at]], place[starts[at]] = 0.0, 0
        heap[0], seen[0] = starts[at], starts[at]
        held, touched = 1, 1
        while held > 0:
            node = heap[0]
            held -= 1
            if held > 0:
                _sink(heap, place, best, heap[held], held)
            place[node] = -2
            if first <= node < last:
                if found == room:
                    row, column, far = _doubled(row), _doubled(column), _doubled(far)
                    room *= 2
                row[found], column[found], far[found] = at, node - first, best[node]
                found += 1
            for edge in range(start[node], start[node + 1]):
                other = head[edge]
                way = best[node] + length[edge]
                if way <= limit and way < best[other]:
                    best[other] = way
                    if place[other] == -1:
                        seen[touched] = other
                        touched += 1
                        place[other] = held
                        held += 1
                    _rise(heap, place, best, other)
        for k in range(touched):
            best[seen[k]], place[seen[k]] = np.inf, -1
    return row[:found].copy(), column[:found].copy(), far[:found].copy()


@kernel
def _rise(heap: Ints, place: Ints, best: Floats, node: int) -> None:
    """Move a node, whose place is free or its own, towards the top until no parent is farther."""
    at = place[node]
    while at > 0:
        parent = heap[(at - 1) >> 2]
        if best[parent] <= best[node]:
            break
        heap[at] = parent
        place[parent] = at
        at = (at - 1) >> 2
    heap[at] = node
    place[node] = at


@kernel
def _sink(heap: Ints, place: Ints, best: Floats, node: int, held: int) -> None:
    """Put a node at the top and let it sink below every nearer child; ``held`` nodes remain."""
    at = 0
    while True:
        child = 4 * at + 1
        if child >= held:
            break
        nearest = child
        for other in range(child + 1, min(child + 4, held)):
            if best[heap[other]] < best[heap[nearest]]:
                nearest = other
        if best[heap[nearest]] >= best[node]:
            break
        heap[at] = heap[nearest]
        place[heap[at]] = at
        at = nearest
    heap[at] = node
    place[node] = at


@nested
def _doubled(values: Values) -> Values:
    wider = np.empty(2 * len(values), dtype=values.dtype)
    wider[: len(values)] = values
    return wider
