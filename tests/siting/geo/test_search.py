"""Searches with a limit find what scipy's Dijkstra finds, and touch nothing they should not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from siting.geo.search import reach


def graph_of(edges: list[tuple[int, int, float]], size: int) -> csr_array:
    """Return the graph; of edges between the same two nodes the last."""
    lengths = {(tail, head): length for tail, head, length in edges}
    tails, heads = np.array(list(lengths), dtype=np.int64).reshape(-1, 2).T
    return csr_array((np.array(list(lengths.values())), (tails, heads)), shape=(size, size))


def dense(graph: csr_array, starts: np.ndarray, limit: float, wanted: slice) -> np.ndarray:
    start, node, length = reach(graph, starts, limit, wanted)
    rows = np.full((len(starts), len(range(*wanted.indices(graph.shape[0])))), np.inf)
    assert np.isinf(rows[start, node]).all()
    rows[start, node] = length
    return rows


def test_a_diamond_by_hand() -> None:
    """0 → 1 → 3 is 5 long, 0 → 2 → 3 is 4; 3 → 0 leads back, 4 stands alone."""
    graph = graph_of([(0, 1, 1.0), (1, 3, 4.0), (0, 2, 3.0), (2, 3, 1.0), (3, 0, 10.0)], 5)
    start, node, length = reach(graph, np.array([0, 4]), 4.0, slice(None))
    assert list(zip(start.tolist(), node.tolist(), length.tolist(), strict=True)) == [
        (0, 0, 0.0),
        (0, 1, 1.0),
        (0, 2, 3.0),
        (0, 3, 4.0),
        (1, 4, 0.0),
    ]
    assert reach(graph, np.array([0]), 3.9, slice(3, None))[0].size == 0
    assert reach(graph, np.array([], dtype=np.int64), 3.9, slice(None))[0].size == 0


@pytest.mark.parametrize("limit", [0.0, 0.35, 1.5, np.inf])
def test_a_large_random_graph_agrees_with_scipy(limit: float) -> None:
    rng = np.random.default_rng(3)
    size = 3000
    tails, heads = rng.integers(0, size, (2, 3 * size))
    graph = csr_array(csr_array((rng.uniform(0.01, 1, 3 * size), (tails, heads)), shape=(size, size)))
    starts = rng.integers(0, size, 60)
    expected = dijkstra(graph, indices=starts, limit=limit)[:, 200:2900]
    assert np.array_equal(dense(graph, starts, limit, slice(200, 2900)), expected)


@given(
    st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from([0.25, 0.5, 1.0, 2.0, 3.5])),
        min_size=1,
        max_size=30,
    ),
    st.floats(0, 8),
)
@settings(max_examples=50, deadline=None)
def test_small_graphs_agree_with_bellman_and_ford(edges: list[tuple[int, int, float]], limit: float) -> None:
    graph = graph_of(edges, 8)
    best = np.full((8, 8), np.inf)
    np.fill_diagonal(best, 0.0)
    coo = graph.tocoo()
    for _ in range(8):
        for tail, head, length in zip(coo.row, coo.col, coo.data, strict=True):
            best[:, head] = np.minimum(best[:, head], best[:, tail] + length)
    found = dense(graph, np.arange(8), limit, slice(None))
    assert np.array_equal(found, np.where(best <= limit, best, np.inf))


def test_explicit_zeros_are_ways_of_no_length() -> None:
    graph = csr_array((np.array([0.0, 1.0]), np.array([1, 2]), np.array([0, 1, 2, 2])), shape=(3, 3))
    assert reach(graph, np.array([0]), 1.0, slice(None))[2].tolist() == [0.0, 0.0, 1.0]
