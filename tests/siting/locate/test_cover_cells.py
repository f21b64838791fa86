"""Bound covering cell by cell: never below the best of all sets, and down to it where one cell holds everything."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.locate.cover import cells
from siting.locate.cover.cells import Cells, groups_of
from siting.locate.cover.loss import DEPTH, FOUND, LIMIT, begin_descent, cell_of, go_deeper
from siting.locate.cover.reach import Reach, turned


def reach_from(covers, weight):
    """Return the reach of a table of who covers whom, shape (n, m)."""
    n, m = covers.shape
    start = np.concatenate(([0], np.cumsum(covers.sum(axis=1)))).astype(np.int64)
    candidate = np.nonzero(covers)[1].astype(np.int32)
    by_start, by_point = turned(start, candidate, m)
    return Reach(
        start, candidate, by_start, by_point, np.asarray(weight, dtype=float), np.ones(n), np.ones(m), np.zeros(m)
    )


def drawn(seed):
    rng = np.random.default_rng(seed)
    people, places = rng.random((40, 2)), rng.random((9, 2))
    covers = np.hypot(*(people[:, None] - places[None]).transpose(2, 0, 1)) < 0.3
    weight = rng.integers(1, 20, 40).astype(float)
    return covers, weight, weight * rng.choice([0.0, 0.3, 1.0], 40)


def loss_of(covers, weight, price, charge, chosen):
    times = covers[:, list(chosen)].sum(axis=1)
    missed = (weight - price)[times == 0].sum()
    return missed + (price * np.maximum(times - 1, 0)).sum() + charge[list(chosen)].sum()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.2, 1.5))
def test_a_cell_loses_what_the_best_of_all_its_sets_loses(seed, part):
    covers, weight, price = drawn(seed)
    charge = np.random.default_rng(seed + 1).integers(0, 30, 9).astype(float)
    least = min(
        loss_of(covers, weight, price, charge, chosen) for k in range(10) for chosen in combinations(range(9), k)
    )
    cell = cell_of(reach_from(covers, weight), price, np.arange(40), np.arange(9), charge)
    state = begin_descent(cell, 9, part * least + 1e-3)
    while not go_deeper(cell, state, 1000.0, True):
        pass
    assert state.mark[DEPTH] == -1
    assert state.mark[LIMIT] == pytest.approx(min(least, part * least + 1e-3))
    assert (state.mark[FOUND] > 0) == (least < part * least + 1e-3)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 4))
def test_the_bound_of_the_cells_is_never_below_the_best_of_all_sets(seed, p, most):
    covers, weight, price = drawn(seed)
    best, opened = max(
        (float(weight[covers[:, list(chosen)].any(axis=1)].sum()), chosen) for chosen in combinations(range(9), p)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "MOST_OUTLETS", most)
        found = Cells(reach_from(covers, weight), p, np.array(opened), price, best, lambda pairs, bound: True)
        gain = np.sort(price @ covers)[::-1]
        assert found.bound == pytest.approx((weight - price).sum() + gain[:p].sum())
        found.advance(-1.0)
    assert found.bound >= best * (1.0 - 1e-9)
    assert found.merit == 0.0


def test_cells_lower_the_bound_of_a_ring_that_the_relaxation_cannot():
    covers = np.eye(5, dtype=bool) | np.roll(np.eye(5, dtype=bool), 1, axis=0)
    found = Cells(reach_from(covers, np.ones(5)), 2, np.array([0, 2]), np.full(5, 0.5), 4.0, lambda pairs, bound: True)
    assert found.bound == pytest.approx(4.5)
    found.advance(0.0)
    assert found.bound == pytest.approx(4.0)


def test_outlets_that_share_most_are_grouped_up_to_the_most():
    affinity = np.eye(4) + 0.5 * np.kron(np.eye(2), np.ones((2, 2))) + 0.01
    group = groups_of(affinity, 2)
    assert group[0] == group[1] != group[2] == group[3]
    assert len(set(groups_of(affinity, 1).tolist())) == 4
