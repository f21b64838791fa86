"""Prices of states that differ by one zone, against those priced anew; likeness, against topology; plans by cuts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layout.zones.problem import Ground, Mask, PackProblem, Placement, shapes_of
from layout.zones.search.anneal import make_rooms, start_state
from layout.zones.search.arrays import make_floor, make_scratch, make_spec
from layout.zones.search.beside import know_others, price_beside, start, stay
from layout.zones.search.bits import board_of
from layout.zones.search.price import HARD, SOFT, price
from layout.zones.search.reach import arcs, reach, reach_beside
from layout.zones.search.slices import make_slicing, slice_hall
from layout.zones.search.unlike import LIKE, likeness
from layout.zones.topology import DIFFERENT, pairs_to_differ, unlike

MakeProblem = Callable[..., PackProblem]
MakeBare = Callable[[Mask], Ground]
RANDOM = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def five(ground: Ground, make_problem: MakeProblem) -> PackProblem:
    """Zones of every kind that matter to each other: rooms, backs, partners, pairs that see each other."""
    flow = np.zeros((6, 6))
    flow[0, 1] = flow[1, 2] = flow[2, 0] = 20.0
    sees = np.zeros((6, 6), dtype=bool)
    sees[2, 3] = True
    closeness = np.zeros((6, 6))
    for k, other, weight in ((0, 1, 1.0), (2, 3, 0.5), (0, 4, -0.4)):
        closeness[k, other] = closeness[other, k] = weight
    back_to = np.zeros((5, 5), dtype=bool)
    back_to[2, 3] = True
    return make_problem(
        ground,
        ("reception", "waiting", "counters", "back_office", "room"),
        back_to=back_to,
        flow=flow,
        sees=sees,
        closeness=closeness,
        full_front=np.array([False, False, True, False, False]),
        wall=np.array([False, False, True, True, False]),
        enclosed=np.array([False, False, False, True, True]),
        staff_access=np.array([False, False, False, True, False]),
        public=np.array([True, True, False, False, True]),
        shapes=tuple(shapes_of((6, 14), (6, 10), (40, 90), 0.0) for _ in range(5)),
        target=np.full(5, 64),
    )


@RANDOM
@given(st.integers(0, 10_000), st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True))
def test_a_zone_put_beside_others_costs_what_it_costs_anew(
    ground: Ground, make_problem: MakeProblem, seed: int, out: list[int]
) -> None:
    """On random states, after zones went back one by one: the price, and where walkers come."""
    problem = five(ground, make_problem)
    floor, spec, rooms = make_floor(problem), make_spec(problem), make_rooms(problem)
    whole = start_state(problem, seed)
    places = whole.copy()
    places[out, 2:4] = 0
    start(places, floor, spec, rooms)
    for i in out:
        know_others(places, i, floor, spec, rooms)
        places[i] = whole[i]
        price_beside(places, i, floor, spec, rooms, 1.0, np.inf)
        anew = make_scratch(problem)
        price(places, floor, spec, anew, 1.0, np.inf)
        assert rooms.scratch.bill == pytest.approx(anew.bill, abs=1e-9)
        for board in ("open", "fits", "narrow", "public", "staff", "turns", "cover"):
            assert (getattr(rooms.scratch, board) == getattr(anew, board)).all(), board
        stay(places, i, floor, spec, rooms)


def test_walkers_set_out_anew_where_a_zone_cuts_the_hall(ground: Ground, make_problem: MakeProblem) -> None:
    """A zone from wall to wall: beyond it nobody comes, though each side of it hangs together."""
    problem = five(ground, make_problem)
    floor, before, after = make_floor(problem), make_scratch(problem), make_scratch(problem)
    rows, columns = problem.ground.free.shape
    reach(np.zeros((5, 9), dtype=np.int64), floor, before)
    there = int(before.public.any(axis=1).sum())
    reach_beside((0, rows // 2, columns, 2), floor, before, after)
    assert 0 < int(after.public.any(axis=1).sum()) < there


@pytest.mark.parametrize(
    ("cells", "runs"),
    [([], 0), ([(1, 1)], 1), ([(1, 1), (1, 2), (1, 3)], 1), ([(1, 1), (4, 4)], 2), ([(1, 1), (2, 1), (1, 2)], 1)],
)
def test_runs_in_the_ring_round_a_rectangle(cells: list[tuple[int, int]], runs: int) -> None:
    """Round rows 2 and 3, columns 2 and 3 of 6 × 6 cells."""
    mask = np.zeros((6, 6), dtype=bool)
    for cell in cells:
        mask[cell] = True
    assert arcs(board_of(mask), 2, 2, 2, 2) == runs
    mask[:] = True
    assert arcs(board_of(mask), 2, 2, 2, 2) <= 1


@RANDOM
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_likeness_is_what_topology_says(ground: Ground, make_problem: MakeProblem, one: int, other: int) -> None:
    problem = five(ground, make_problem)
    known, now = start_state(problem, one), start_state(problem, other)
    plans = [Placement(places[:, :5], places[:, 5:]) for places in (known, now)]
    share = unlike(plans[0], plans[1])
    expected = LIKE * max(0, pairs_to_differ(5) - round(10 * share))
    assert likeness(now, make_spec(problem, known=plans[:1])) == expected
    assert (expected == 0) == (share >= DIFFERENT)
    assert likeness(now, make_spec(problem)) == 0.0


def test_a_full_hall_is_filled_by_cuts(make_bare: MakeBare, make_problem: MakeProblem) -> None:
    """Three zones that leave a hall of 30 × 20 cells one aisle, and not a cell besides."""
    entrance = np.zeros((20, 30), dtype=bool)
    entrance[8:12, :2] = True
    ground = replace(make_bare(entrance), aisle_public=4, turning=4)
    shapes = (np.array([[30, 8]]), np.array([[18, 8]]), np.array([[12, 8]]))
    problem = make_problem(ground, ("a", "b", "c"), shapes=shapes, target=np.array([240, 144, 96]))
    floor, spec, scratch = make_floor(problem), make_spec(problem), make_scratch(problem)
    found = []
    for seed in range(6):
        places = start_state(problem, seed)
        state = np.array([seed], dtype=np.uint64)
        assert not slice_hall(places, make_slicing(problem), floor, spec, 20_000, np.zeros(1), state)
        price(places, floor, spec, scratch, 1.0, np.inf)
        found.append(float(scratch.bill[HARD]))
        assert np.isfinite(scratch.bill[SOFT])
    assert min(found) < 1e-9
