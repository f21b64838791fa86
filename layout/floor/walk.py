"""Measure walks on the cells of a hall: `walk_distances`, and where a wide walker gets: `reached`.

The free cells are the nodes of a graph in which every cell is joined to its 16 neighbours (8 around it and 8 a
knight's move away); an edge exists only when every cell it passes is free, so nobody cuts a corner. Lengths are at
most 2.8 % longer than the straight line. Shortest paths by scipy's Dijkstra. For exact walks see
`layout.floor.visibility`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

_MOVES: tuple[tuple[int, int, tuple[tuple[int, int], ...]], ...] = (
    (0, 1, ()),
    (1, 0, ()),
    (1, 1, ((0, 1), (1, 0))),
    (1, -1, ((0, -1), (1, 0))),
    (1, 2, ((0, 1), (1, 1))),
    (2, 1, ((1, 0), (1, 1))),
    (1, -2, ((0, -1), (1, -1))),
    (2, -1, ((1, 0), (1, -1))),
)


def walk_graph(free: NDArray[np.bool_], cell_m: float) -> csr_array:
    """Return the symmetric graph of walks, shape (rows · columns, rows · columns), metres."""
    rows, columns = free.shape
    padded = np.zeros((rows + 4, columns + 4), dtype=bool)
    padded[2:-2, 2:-2] = free
    index = np.arange(rows * columns).reshape(rows, columns)
    starts: list[NDArray[np.int64]] = []
    ends: list[NDArray[np.int64]] = []
    lengths: list[NDArray[np.float64]] = []
    for up, right, passed in _MOVES:
        ok = free.copy()
        for dy, dx in ((up, right), *passed):
            ok &= padded[2 + dy : 2 + dy + rows, 2 + dx : 2 + dx + columns]
        start = index[ok]
        starts.append(start)
        ends.append(start + up * columns + right)
        lengths.append(np.full(len(start), cell_m * float(np.hypot(up, right))))
    count = rows * columns
    data = np.concatenate(lengths)
    row, column = np.concatenate(starts), np.concatenate(ends)
    half = csr_array((data, (row, column)), shape=(count, count))
    return csr_array(half + half.T)


def walk_distances(free: NDArray[np.bool_], cell_m: float, sources: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the walk from each source to every cell.

    Parameters
    ----------
    free
        Shape (rows, columns): where one can walk.
    cell_m
        Side of a cell, metres.
    sources
        Shape (k, 2): row, column. A source that is not free reaches nothing.

    Returns
    -------
    Shape (k, rows, columns), metres; infinite where there is no way.
    """
    rows, columns = free.shape
    if len(sources) == 0:
        return np.empty((0, rows, columns))
    graph = walk_graph(free, cell_m)
    flat = sources[:, 0] * columns + sources[:, 1]
    found = dijkstra(graph, indices=flat).reshape(len(sources), rows, columns)
    found[~free[sources[:, 0], sources[:, 1]]] = np.inf
    return found


def wide_walk(free: NDArray[np.bool_], width_cells: int) -> NDArray[np.bool_]:
    """Return the cells that a walker ``width_cells`` wide can cover: the opening of the free cells by a square.

    >>> wide_walk(np.array([[True, True, True], [True, True, False]]), 2).astype(int).tolist()
    [[1, 1, 0], [1, 1, 0]]
    """
    square = np.ones((width_cells, width_cells), dtype=bool)
    return np.asarray(ndimage.binary_opening(free, structure=square), dtype=bool)


def reached(free: NDArray[np.bool_], width_cells: int, start: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the cells a walker ``width_cells`` wide covers who sets out from the ``start`` cells.

    Parameters are those of `reached_positions`. Shape (rows, columns).
    """
    return covered_by(reached_positions(free, width_cells, start), width_cells, free.shape)


def reached_positions(free: NDArray[np.bool_], width_cells: int, start: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the positions a walker ``width_cells`` wide reaches who sets out from the ``start`` cells.

    The walker is a square of cells that moves by one cell along rows and columns and never leaves the free cells.

    Parameters
    ----------
    free
        Shape (rows, columns).
    width_cells
        Side of the square, cells.
    start
        Shape (rows, columns): the walker may set out from every position that touches one of these cells.

    Returns
    -------
    Shape (rows − width + 1, columns − width + 1): by the lower left cell of the square; empty where it never fits.
    """
    k = width_cells
    if free.shape[0] < k or free.shape[1] < k:
        return np.zeros((0, 0), dtype=bool)
    fits = _windows(free, k) == k * k
    touches = _windows(start & free, k) > 0
    labels, _ = ndimage.label(fits)
    wanted = np.unique(labels[fits & touches])
    return np.isin(labels, wanted[wanted > 0])


def covered_by(positions: NDArray[np.bool_], width_cells: int, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return the cells that squares at some positions cover, of a floor of a shape (rows, columns)."""
    rows, columns = shape
    covered = np.zeros((rows + 1, columns + 1), dtype=np.int64)
    row, column = np.nonzero(positions)
    for up, right, sign in ((0, 0, 1), (width_cells, 0, -1), (0, width_cells, -1), (width_cells, width_cells, 1)):
        np.add.at(covered, (row + up, column + right), sign)
    return np.asarray(covered.cumsum(axis=0).cumsum(axis=1)[:rows, :columns] > 0)


def touching(mask: NDArray[np.bool_], width_cells: int) -> NDArray[np.bool_]:
    """Return the positions of a square walker that touch a mask, of the shape of `reached_positions`."""
    if mask.shape[0] < width_cells or mask.shape[1] < width_cells:
        return np.zeros((0, 0), dtype=bool)
    return _windows(mask, width_cells) > 0


def _windows(mask: NDArray[np.bool_], k: int) -> NDArray[np.int64]:
    """Return how many cells of every k × k window are set, shape (rows − k + 1, columns − k + 1)."""
    total = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), dtype=np.int64)
    total[1:, 1:] = mask.cumsum(axis=0).cumsum(axis=1)
    return np.asarray(total[k:, k:] - total[:-k, k:] - total[k:, :-k] + total[:-k, :-k])
