"""block_layout against hand-drawn answers, brute force on rows, and its own checker."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.zones import block_layout
from layout.zones.blocks import BlockProblem, check_blocks, price_blocks
from layout.zones.blocks.bound import Bound
from outlet.errors import InputError
from outlet.outcome import Limits

QUICK = Limits(work=2)


def test_two_halves_lie_one_above_the_other() -> None:
    """4 × 2 m, two blocks of 4 m²: cut along, their middles are 1 m apart; across they would be 2 m apart."""
    outcome = block_layout(4.0, 2.0, [4.0, 4.0], [[0, 3], [0, 0]], limits=QUICK)
    assert outcome.status == "optimal"
    assert outcome.objective == pytest.approx(3.0)
    assert outcome.bound == pytest.approx(3.0)


def test_aspect_forces_the_other_cut() -> None:
    outcome = block_layout(4.0, 2.0, [4.0, 4.0], [[0, 3], [0, 0]], aspect=2.0, limits=QUICK)
    assert outcome.objective == pytest.approx(6.0)
    assert (outcome.bound or 0) <= 6.0


@settings(max_examples=25, deadline=None)
@given(
    st.integers(2, 4).flatmap(
        lambda k: st.tuples(
            st.lists(st.integers(1, 9), min_size=k, max_size=k),
            st.lists(st.integers(0, 5), min_size=k * k, max_size=k * k),
        )
    )
)
def test_never_worse_than_the_best_row(instance: tuple[list[int], list[int]]) -> None:
    """A row of blocks side by side is one slicing layout: all k! rows are tried."""
    areas, flows = np.array(instance[0], dtype=float), np.array(instance[1], dtype=float)
    k = len(areas)
    flow = flows.reshape(k, k)
    height = 2.0
    width = areas.sum() / height
    rows = []
    for order in itertools.permutations(range(k)):
        left = 0.0
        rectangles = np.zeros((k, 4))
        for i in order:
            rectangles[i] = left, 0.0, areas[i] / height, height
            left += areas[i] / height
        rows.append(price_blocks(rectangles, flow))
    outcome = block_layout(width, height, areas, flow, limits=QUICK)
    assert outcome.solution is not None
    assert (outcome.objective or 0) <= min(rows) + 1e-6
    assert (outcome.objective or 0) >= (outcome.bound or 0) - 1e-6
    problem = BlockProblem(width, height, areas, flow, np.full(k, np.inf), np.zeros(k))
    assert check_blocks(problem, outcome.solution.rectangles) == []


def test_spare_space_stays_empty_and_areas_are_exact() -> None:
    outcome = block_layout(10.0, 8.0, [12.0, 20.0, 9.0], np.ones((3, 3)), aspect=3.0, min_side=2.0, limits=QUICK)
    rectangles = outcome.require().rectangles
    assert (rectangles[:, 2] * rectangles[:, 3]).tolist() == pytest.approx([12, 20, 9])


def test_scaling_flow_scales_the_price_and_order_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    areas, flow = np.array([6.0, 4, 8, 6]), rng.integers(0, 9, (4, 4)).astype(float)
    one = block_layout(6.0, 4.0, areas, flow, limits=Limits(work=6)).objective
    two = block_layout(6.0, 4.0, areas, 2 * flow, limits=Limits(work=6)).objective
    order = [2, 0, 3, 1]
    three = block_layout(6.0, 4.0, areas[order], flow[np.ix_(order, order)], limits=Limits(work=6)).objective
    assert two == pytest.approx(2 * (one or 0))
    assert three == pytest.approx(one)


def test_the_same_seed_gives_the_same_plan() -> None:
    plans = [block_layout(6.0, 4.0, [6, 4, 8, 6], np.ones((4, 4)), limits=QUICK).require() for _ in range(2)]
    assert plans[0].rectangles.tobytes() == plans[1].rectangles.tobytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 2.0, [1.0], [[0.0]]), "width 0.0"),
        ((2.0, 2.0, [-1.0], [[0.0]]), "areas must be"),
        ((2.0, 2.0, [1.0, 1.0], [[0.0]]), "flow has shape"),
        ((2.0, 2.0, [1.0], [[0.0]], 0.5), "aspect must be at least 1"),
        ((2.0, 2.0, [1.0], [[0.0]], None, -1.0), "min_side must be from 0"),
    ],
)
def test_bad_input_is_named(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        block_layout(*arguments)  # type: ignore[arg-type]


def test_too_little_room_is_infeasible_and_says_by_how_much() -> None:
    outcome = block_layout(5.0, 4.0, [12.0, 12.0], np.ones((2, 2)))
    assert outcome.status == "infeasible"
    assert outcome.reasons == ("the blocks need 24 m², the hall has 20 m²: 4 m² short",)
    narrow = block_layout(9.0, 1.0, [4.0, 5.0], np.ones((2, 2)), min_side=2.0)
    assert "block 0 of 4 m² cannot have sides of at least 2 m" in narrow.reasons[0]


def test_blocks_that_find_no_place_and_no_proof_are_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two squares of 1 m² have room in 1.9 × 1.9 m by area, but not side by side."""
    monkeypatch.setattr("layout.zones.blocks.bound.lower_bound", lambda *_: Bound(4.0, "work"))
    outcome = block_layout(1.9, 1.9, [1.0, 1.0], np.ones((2, 2)), aspect=1.0, limits=Limits(work=1))
    assert outcome.status == "undecided"
    assert outcome.solution is None
    assert outcome.stopped_by == "work"
    assert outcome.bound == 4.0
