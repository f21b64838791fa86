"""Bound covering cell by cell: never below the best of all sets, and down to it where one cell holds everything."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.locate.cover import cells
from siting.locate.cover.branch import FREE, Tree
from siting.locate.cover.cells import Cells, groups_of
from siting.locate.cover.loss import DEPTH, FOUND, LIMIT, LOOKED, Copies, begin_descent, cell_of, go_deeper
from siting.locate.cover.reach import Reach, turned
from siting.locate.cover.saddle import Rules


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


def least_loss(covers, weight, price, charge):
    sets = (chosen for k in range(10) for chosen in combinations(range(9), k))
    return min(loss_of(covers, weight, price, charge, chosen) for chosen in sets)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.2, 1.5), st.integers(1, 3), st.floats(0.0, 1.0))
def test_a_cell_loses_what_the_best_of_all_its_sets_loses(seed, share, parts, known):
    covers, weight, price = drawn(seed)
    rng = np.random.default_rng(seed + 1)
    part, charge = np.sort(rng.integers(0, parts, 40)), rng.integers(0, 30, (9, parts)).astype(float)
    least = least_loss(covers, weight, price, charge.sum(axis=1))
    each = [least_loss(covers[part == q], weight[part == q], price[part == q], charge[:, q]) for q in range(parts)]
    copies = Copies(np.arange(10) * parts, np.tile(np.arange(parts), 9), charge.ravel())
    cell = cell_of(reach_from(covers, weight), price, np.arange(40), part, np.arange(9), copies, known * np.array(each))
    state = begin_descent(cell, 9, share * least + 1e-3)
    while not go_deeper(cell, state, 1000.0, True, 0):
        pass
    assert state.mark[DEPTH] == -1
    assert state.mark[LIMIT] == pytest.approx(min(least, share * least + 1e-3))
    assert (state.mark[FOUND] > 0) == (least < share * least + 1e-3)


def test_a_search_from_the_floors_of_its_parts_looks_at_less():
    halves = [drawn(seed) for seed in (1, 2)]
    floor = np.array([least_loss(*half, np.zeros(9)) for half in halves])
    covers = np.block([[halves[0][0], np.zeros((40, 9), dtype=bool)], [np.zeros((40, 9), dtype=bool), halves[1][0]]])
    weight, price = (np.concatenate([half[at] for half in halves]) for at in (1, 2))
    part, owner = np.repeat([0, 1], 40), np.repeat([0, 1], 9)
    copies = Copies(np.arange(19), owner, np.zeros(18))
    looked = []
    for known in (floor, 0.0 * floor):
        cell = cell_of(reach_from(covers, weight), price, np.arange(80), part, np.arange(18), copies, known)
        state = begin_descent(cell, 18, 1.1 * float(floor.sum()))
        assert go_deeper(cell, state, 1e9, True, 0)
        assert state.mark[LIMIT] == pytest.approx(floor.sum())
        looked.append(state.mark[LOOKED])
    assert looked[0] < 0.5 * looked[1]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.sampled_from([(1,), (4,), (1, 2, 4), (2, 3)]))
def test_the_bound_of_the_cells_is_never_below_the_best_of_all_sets(seed, p, most):
    covers, weight, price = drawn(seed)
    best, opened = max(
        (float(weight[covers[:, list(chosen)].any(axis=1)].sum()), chosen) for chosen in combinations(range(9), p)
    )
    bounds = []
    for workers in (1, 2):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cells, "MOST_OUTLETS", most)
            reach = reach_from(covers, weight)
            found = Cells(reach, p, np.array(opened), price, best, lambda pairs, bound: True, workers)
            gain = np.sort(price @ covers)[::-1]
            assert found.bound == pytest.approx((weight - price).sum() + gain[:p].sum())
            found.advance(-1.0)
        bounds.append(found.bound)
        assert found.bound >= best * (1.0 - 1e-9)
        assert found.merit == 0.0
    assert bounds[0] == bounds[1]


def test_cells_lower_the_bound_of_a_ring_that_the_relaxation_cannot():
    covers = np.eye(5, dtype=bool) | np.roll(np.eye(5, dtype=bool), 1, axis=0)
    found = Cells(reach_from(covers, np.ones(5)), 2, np.array([0, 2]), np.full(5, 0.5), 4.0, lambda pairs, bound: True)
    assert found.bound == pytest.approx(4.5)
    found.advance(0.0)
    assert found.bound == pytest.approx(4.0)


def test_outlets_that_share_most_are_grouped_up_to_the_most():
    affinity = np.eye(4) + 0.5 * np.kron(np.eye(2), np.ones((2, 2))) + 0.01
    group = groups_of(affinity, np.ones(4), 2)
    assert group[0] == group[1] != group[2] == group[3]
    assert len(set(groups_of(affinity, np.ones(4), 1).tolist())) == 4


def test_a_relaxation_that_is_interrupted_still_gives_a_plan_to_search_from():
    covers, weight, _ = drawn(3)
    offered = []
    rules = Rules(*(np.zeros(k, dtype=kind) for k, kind in ((1, np.int64), (0, np.int64)) + ((0, np.float64),) * 4))
    tree = Tree(reach_from(covers, weight), rules, 4, offered.append, lambda pairs, bound: False)
    tree.plant(np.full(9, FREE, dtype=np.int8), float(weight.sum()))
    tree.advance(lambda: -np.inf, 200)
    assert len(tree.nodes) == 1
    assert [len(opened) for opened in offered] == [4]
