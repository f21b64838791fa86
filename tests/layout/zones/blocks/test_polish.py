"""The best dimensions for a topology: against a hand-drawn answer, a grid of dimensions, and from bad starts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.zones.blocks import BlockProblem, check_blocks, price_blocks
from layout.zones.blocks.polish import polish, topology_of


def three_in_a_row(flow: float) -> tuple[BlockProblem, np.ndarray]:
    """Three blocks side by side in a hall with room to spare, far apart."""
    areas = np.array([4.0, 4.0, 4.0])
    trips = np.zeros((3, 3))
    trips[0, 2] = flow
    problem = BlockProblem(12.0, 4.0, areas, trips, np.full(3, 4.0), np.zeros(3))
    return problem, np.array([[0.0, 0, 2, 2], [5.0, 2, 2, 2], [10.0, 0, 2, 2]])


def test_a_row_is_pushed_together_and_made_narrow() -> None:
    """The least side is √(4 / 4) = 1: outer blocks and the one between, 1 m wide each, put their middles 2 m apart."""
    problem, loose = three_in_a_row(3.0)
    plan = polish(problem, loose, 10.0)
    assert price_blocks(plan.rectangles, problem.flow) == pytest.approx(6.0)
    assert plan.topology_bound == pytest.approx(6.0)
    assert plan.topology_gap == pytest.approx(0.0, abs=1e-6)
    assert check_blocks(problem, plan.rectangles) == []


def test_the_topology_is_kept() -> None:
    problem, loose = three_in_a_row(3.0)
    kept, told = topology_of(polish(problem, loose, 10.0).rectangles), topology_of(loose)
    assert kept.first.tolist() == told.first.tolist()
    assert kept.axis.tolist() == told.axis.tolist()


def test_without_time_the_plan_stays_and_nothing_is_claimed() -> None:
    problem, loose = three_in_a_row(3.0)
    plan = polish(problem, loose, 0.0)
    assert plan.rectangles is loose
    assert plan.topology_bound is None
    assert plan.topology_gap is None


def test_an_overlapping_start_is_mended() -> None:
    """The topology of blocks that overlap a little can still have a plan."""
    problem, loose = three_in_a_row(3.0)
    loose[1, :2] = 1.5, 1.0
    assert check_blocks(problem, loose) != []
    assert check_blocks(problem, polish(problem, loose, 10.0).rectangles) == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=3, max_size=3), st.lists(st.integers(0, 5), min_size=9, max_size=9))
def test_no_grid_of_widths_beats_the_bound(sizes: list[int], flows: list[int]) -> None:
    """Two blocks above each other beside a third: every pair of widths on a grid is priced, packed towards the seam."""
    areas, flow = np.array(sizes, dtype=float), np.array(flows, dtype=float).reshape(3, 3)
    problem = BlockProblem(12.0, 12.0, areas, flow, np.full(3, 4.0), np.zeros(3))

    def packed(widths: tuple[float, float, float], lift: float) -> np.ndarray:
        w = np.array(widths)
        h = areas / w
        left = max(w[0], w[1])
        return np.array(
            [[left - w[0], 0, w[0], h[0]], [left - w[1], h[0], w[1], h[1]], [left, lift * (h[0] + h[1]), w[2], h[2]]]
        )

    square = np.sqrt(areas)
    start = packed((square[0], square[1], square[2]), 0.0)
    plan = polish(problem, start, 10.0)
    assert plan.topology_bound is not None
    assert check_blocks(problem, plan.rectangles) == []
    shares = np.linspace(0.55, 1.9, 5)
    for a in shares:
        for b in shares:
            for c in shares:
                trial = packed((a * square[0], b * square[1], c * square[2]), 0.3)
                topology, told = topology_of(trial), topology_of(start)
                alike = topology.axis.tolist() == told.axis.tolist() and topology.first.tolist() == told.first.tolist()
                if alike and not check_blocks(problem, trial):
                    assert price_blocks(trial, flow) >= plan.topology_bound - 1e-6
