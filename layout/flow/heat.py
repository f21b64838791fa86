"""Spread walkers over the floor: how many people cross each metre of it in an hour: `heat`.

Every trip takes the shortest walks on the cells; where several are equally short, people spread evenly over all of
them. With σ_k(v) the number of shortest walks from place k to cell v, the share of those from k to l that use the step
from u to v is σ_k(u)·σ_l(v)/σ_k(l). Each step leaves half of its metres on either cell. A person is as wide as a body:
the metres of a cell are spread over the floor round it by a Gaussian kernel that gives nothing away to walls.

People an hour times metres walked, divided by the cell's area, is people an hour and metre across: over the whole floor
it adds up to the metres walked.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse.csgraph import dijkstra

from layout.floor.walk import walk_graph
from outlet.compiled import compiled

Floats = NDArray[np.float64]
BODY_SIGMA_M = 0.25
ALIKE_M = 1e-6


@compiled
def _ways(
    order: NDArray[np.int64],
    far: Floats,
    first: NDArray[np.int32],
    others: NDArray[np.int32],
    lengths: Floats,
) -> Floats:
    """Return the number of shortest walks to each cell; ``order`` are the cells by how far they are."""
    ways = np.zeros(len(far))
    ways[order[0]] = 1.0
    for v in order[1:]:
        total = 0.0
        for e in range(first[v], first[v + 1]):
            u = others[e]
            if abs(far[u] + lengths[e] - far[v]) < 1e-6:
                total += ways[u]
        ways[v] = total
    return ways


def heat(free: NDArray[np.bool_], cell_m: float, places: NDArray[np.int64], flow: Floats) -> Floats:
    """Return the people an hour who cross a metre of floor.

    Parameters
    ----------
    free
        Shape (rows, columns): where visitors walk.
    cell_m
        Side of a cell, metres.
    places
        Shape (n, 2): cell (row, column) of each place; −1 where it cannot be walked to.
    flow
        Shape (n, n): people an hour.

    Returns
    -------
    Shape (rows, columns): people an hour and metre; times the area of a cell and summed, it is flow × walk.
    """
    rows, columns = free.shape
    graph = walk_graph(free, cell_m)
    known = np.flatnonzero((places >= 0).all(axis=1) & ((flow > 0).any(axis=0) | (flow > 0).any(axis=1)))
    spots = places[known, 0] * columns + places[known, 1]
    mass = np.zeros(rows * columns)
    if len(known):
        far = np.atleast_2d(dijkstra(graph, indices=spots))
        ways = np.array([_ways_from(graph.indptr, graph.indices, graph.data, one) for one in far])
        steps = graph.tocoo()
        for a, k in enumerate(known):
            for b, other in enumerate(known):
                total = float(far[a, spots[b]])
                if flow[k, other] > 0 and 0 < total < math.inf:
                    on = np.abs(far[a, steps.row] + steps.data + far[b, steps.col] - total) < ALIKE_M
                    u, v, length = steps.row[on], steps.col[on], steps.data[on]
                    share = ways[a, u] * ways[b, v] / ways[a, spots[b]]
                    people = float(flow[k, other]) * share * length / 2
                    np.add.at(mass, u, people)
                    np.add.at(mass, v, people)
    return spread(mass.reshape(rows, columns), free, cell_m) / cell_m**2


def _ways_from(first: NDArray[np.int32], others: NDArray[np.int32], lengths: Floats, far: Floats) -> Floats:
    order = np.argsort(far, kind="stable")[: int(np.isfinite(far).sum())].astype(np.int64)
    return np.asarray(_ways(order, far, first.astype(np.int32), others.astype(np.int32), lengths))


def spread(mass: Floats, free: NDArray[np.bool_], cell_m: float, sigma_m: float = BODY_SIGMA_M) -> Floats:
    """Return a mass on free cells spread by a Gaussian; nothing is lost, and nothing lies off the free cells."""
    sigma = sigma_m / cell_m
    room = ndimage.gaussian_filter(free.astype(np.float64), sigma, mode="constant", truncate=3.0)
    even = np.where(free & (room > 0), mass / np.where(room > 0, room, 1.0), 0.0)
    return np.asarray(ndimage.gaussian_filter(even, sigma, mode="constant", truncate=3.0) * free, dtype=np.float64)
