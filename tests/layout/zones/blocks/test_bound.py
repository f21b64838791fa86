"""What no plan can undercut: against every topology of tiny instances, recorded plans, and halls without room."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.zones import block_layout
from layout.zones.blocks import BlockProblem
from layout.zones.blocks.bound import lower_bound, pair_bound
from layout.zones.blocks.polish import Topology, best_dimensions
from outlet.outcome import Limits


def least_price(problem: BlockProblem) -> float:
    """Solve every topology: each pair of blocks apart in each of four ways."""
    k = len(problem.areas)
    one, two = np.triu_indices(k, 1)
    best = np.inf
    for ways in itertools.product(range(4), repeat=len(one)):
        way = np.array(ways)
        topology = Topology(np.where(way % 2 == 1, two, one), np.where(way % 2 == 1, one, two), way // 2)
        rectangles, bound = best_dimensions(problem, topology, 10.0)
        if rectangles is not None and bound is not None:
            best = min(best, bound)
    return best


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.integers(1, 9), min_size=3, max_size=3),
    st.lists(st.integers(0, 5), min_size=9, max_size=9),
    st.floats(1.0, 1.6),
    st.floats(0.4, 2.5),
)
def test_the_bound_is_near_the_best_of_all_topologies_and_never_above(
    sizes: list[int], flows: list[int], room: float, shape: float
) -> None:
    areas, flow = np.array(sizes, dtype=float), np.array(flows, dtype=float).reshape(3, 3)
    width = float(np.sqrt(areas.sum() * room * shape))
    problem = BlockProblem(width, float(areas.sum()) * room / width, areas, flow, np.full(3, 4.0), np.zeros(3))
    if problem.contradictions():
        return
    least = least_price(problem)
    bound = lower_bound(problem, Limits(workers=1), 20.0, least if np.isfinite(least) else None)
    if np.isinf(least):
        return
    assert not bound.impossible
    assert pair_bound(problem) <= bound.value + 1e-9
    assert bound.value <= least * (1 + 1e-6) + 1e-9
    if problem.trips[np.ix_([0, 1, 2], [0, 1, 2])].astype(bool).sum() == 6:
        assert bound.value >= 0.97 * least


def test_four_blocks_round_a_centre_cannot_all_touch_closely() -> None:
    """Four squares of 2 m with trips between all: two pairs lie askew, which pairs alone do not tell."""
    flow = np.triu(np.ones((4, 4)), 1)
    problem = BlockProblem(4.0, 4.0, np.full(4, 4.0), flow, np.ones(4), np.zeros(4))
    assert pair_bound(problem) == pytest.approx(12.0)
    assert lower_bound(problem, Limits(workers=1), 20.0, 16.0).value == pytest.approx(16.0, rel=1e-3)


def test_work_gives_the_same_bound_each_time() -> None:
    rng = np.random.default_rng(5)
    flow = np.triu(rng.integers(0, 6, (6, 6)), 1).astype(float)
    problem = BlockProblem(6.0, 6.0, np.full(6, 6.0), flow, np.full(6, 3.0), np.zeros(6))
    values = [lower_bound(problem, Limits(work=4), 60.0, 1e9).value for _ in range(2)]
    assert values[0] == values[1]
    assert values[0] > pair_bound(problem)


def test_blocks_that_cannot_lie_together_are_named() -> None:
    """Two squares of 1 m² have room in 1.9 × 1.9 m by area, but not side by side; a third of 0.1 m² is not to blame."""
    areas, aspect = [0.1, 1.0, 1.0], [9.0, 1.0, 1.0]
    outcome = block_layout(1.9, 1.9, areas, np.ones((3, 3)), aspect=aspect, limits=Limits(work=1))
    assert outcome.status == "infeasible"
    assert outcome.reasons == ("blocks 1, 2 cannot lie in this hall together",)
    assert outcome.bound is None
