"""The p-center by samples of demand points: against brute force, published optima, and an enumeration of covers."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import shortest_path

from outlet.outcome import Limits
from siting.locate import p_center, probe
from siting.locate.cover_tree import FOUND, NONE, TOO_MANY_NODES, cover_within
from siting.locate.local_search import Cover

LIMITS = Limits(seconds=20, workers=1)


def cover_of(table, weight):
    rows = sparse.csr_array(table.astype(float))
    columns = rows.tocsc()
    parts = (rows.indptr, rows.indices, columns.indptr, columns.indices)
    return Cover(*(part.astype(np.int64) for part in parts), weight)


def test_three_in_a_row_by_hand():
    """Candidates 0 and 2 cover an end and the middle each, candidate 1 the middle alone: two are needed, 0 and 2."""
    cover = cover_of(np.array([[1, 0, 0], [1, 1, 1], [0, 0, 1]]), np.ones(3))
    assert cover_within(cover, 1, 1000)[0] == NONE
    code, chosen, _ = cover_within(cover, 2, 1000)
    assert (code, sorted(chosen.tolist())) == (FOUND, [0, 2])
    assert cover_within(cover, 2, 1)[0] == TOO_MANY_NODES
    assert cover_within(cover, 0, 1000)[0] == NONE


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 5))
def test_a_cover_is_found_where_there_is_one(seed, k):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 13)), int(rng.integers(1, 9))
    table = rng.random((n, m)) < rng.uniform(0.1, 0.7)
    code, chosen, nodes = cover_within(cover_of(table, rng.uniform(0.01, 1, n)), k, 10**6)
    exists = any(table[:, list(some)].any(axis=1).all() for some in itertools.combinations(range(m), min(k, m)))
    assert code == (FOUND if exists else NONE)
    assert nodes >= 1
    if exists:
        assert len(chosen) <= k
        assert table[:, chosen].any(axis=1).all()


@pytest.mark.parametrize("nodes", [0.0, 2e8])
def test_branching_and_the_model_agree_whatever_the_order(monkeypatch, nodes):
    """Without work for the tree the model decides every radius that the dual leaves open."""
    rng = np.random.default_rng(4)
    cost = np.hypot(*(rng.random((90, 1, 2)) - rng.random((1, 60, 2))).transpose(2, 0, 1))
    usual = p_center(cost, 6, limits=LIMITS)
    monkeypatch.setattr(probe, "MOST_WORK", nodes)
    order, other = rng.permutation(90), rng.permutation(60)
    again = p_center(cost[order][:, other], 6, limits=LIMITS)
    assert (usual.status, again.status) == ("optimal", "optimal")
    assert again.objective == usual.objective


@pytest.mark.shared
@pytest.mark.parametrize(("number", "optimum"), [(1, 127), (6, 84), (10, 20), (16, 47), (26, 38), (40, 13)])
def test_the_published_optima_of_the_or_library(shared, number, optimum):
    """Values of kcenteropt.txt; the last cost of a repeated edge counts."""
    numbers = [int(word) for word in (shared / "pmed" / f"pmed{number}.txt").read_text().split()]
    n, edges, p = numbers[:3]
    graph = np.zeros((n, n))
    for i, j, cost in np.array(numbers[3 : 3 + 3 * edges]).reshape(-1, 3):
        graph[i - 1, j - 1] = graph[j - 1, i - 1] = cost
    outcome = p_center(shortest_path(graph, directed=False), p, limits=LIMITS)
    assert (outcome.status, outcome.objective) == ("optimal", optimum)
