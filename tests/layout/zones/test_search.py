"""The compiled search against the floor's own functions and against the judge."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layout.floor.walk import covered_by, reached_positions, touching
from layout.zones.bound import least_walking
from layout.zones.check import judge
from layout.zones.improve import SETTLED, Arrangement, alternatives, arrange
from layout.zones.plan import BrokenRule
from layout.zones.problem import Ground, Mask, PackProblem, Placement, shapes_of
from layout.zones.search import anneal as anneal_module
from layout.zones.search.anneal import anneal, make_rooms, start_state, state_of
from layout.zones.search.arrays import make_floor, make_scratch, make_spec
from layout.zones.search.bits import board_of, count_outside, dilate, erode, erode_right, erode_up, flood, meet, word_at
from layout.zones.search.insert import reinsert
from layout.zones.search.price import HARD, SOFT
from layout.zones.search.walks import make_walker, real_price
from layout.zones.topology import DIFFERENT, unlike
from outlet.outcome import Limits

MakeProblem = Callable[..., PackProblem]
MakeBare = Callable[[Mask], Ground]
RULE = BrokenRule("reachable", "waiting", "no walk leads to it")
QUICK = Limits(workers=2, work=0.2, seconds=120.0)


def bank(ground: Ground, make_problem: MakeProblem, **given: object) -> PackProblem:
    """Reception, waiting, counters at their back office, a room that sells."""
    kinds = ("reception", "waiting", "counters", "back_office", "shop")
    back_to = np.zeros((5, 5), dtype=bool)
    back_to[2, 3] = True
    flow = np.zeros((6, 6))
    flow[0, 1] = flow[1, 2] = flow[2, 3] = flow[3, 0] = 20.0
    flow[0, 5] = flow[5, 0] = 5.0
    sees = np.zeros((6, 6), dtype=bool)
    sees[2, 3] = sees[1, 0] = True
    closeness = np.zeros((6, 6))
    for k, other, weight in ((0, 1, 1.0), (2, 3, 0.5), (0, 4, -0.4)):
        closeness[k, other] = closeness[other, k] = weight
    usual: dict[str, object] = {
        "back_to": back_to,
        "flow": flow,
        "sees": sees,
        "closeness": closeness,
        "full_front": np.array([False, False, True, False, False]),
        "wall": np.array([False, False, True, True, False]),
        "enclosed": np.array([False, False, False, True, False]),
        "staff_access": np.array([False, False, False, True, False]),
        "public": np.array([True, True, False, False, True]),
        "selling": np.array([False, False, False, False, True]),
        "entrance_within": np.array([6.0, 0, 0, 0, 0]),
        "shapes": tuple(shapes_of((6, 14), (6, 10), (40, 90), 0.0) for _ in kinds),
        "target": np.full(5, 64),
    }
    return make_problem(ground, kinds, **{**usual, **given})


@pytest.mark.parametrize("columns", [9, 64, 65, 150])
@pytest.mark.parametrize("seed", range(6))
def test_walkers_on_boards_are_those_of_the_floor(columns: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    free = np.ones((int(rng.integers(8, 40)), columns), dtype=bool)
    for _ in range(20):
        x, y, w, h = rng.integers(0, columns), rng.integers(0, len(free)), rng.integers(1, 16), rng.integers(1, 9)
        free[y : y + h, x : x + w] = False
    start = rng.random(free.shape) < 0.03
    k = 1 + seed
    begin = np.zeros_like(free)
    touched = touching(start & free, k)
    begin[: touched.shape[0], : touched.shape[1]] = touched
    board = board_of(free)
    fits, reached, covered = np.zeros_like(board), np.zeros_like(board), np.zeros_like(board)
    erode(board, k, fits)
    flood(fits, board_of(begin), reached)
    dilate(reached, k, covered)
    expected = reached_positions(free, k, start)
    cells = covered_by(expected, k, free.shape)
    wide = np.zeros_like(free)
    wide[: expected.shape[0], : expected.shape[1]] = expected
    assert (reached == board_of(wide)).all()
    assert (covered == board_of(cells)).all()
    assert count_outside(board, covered) == int((free & ~cells).sum())
    assert meet(board, covered) == bool((free & cells).any())


@pytest.mark.parametrize("size", [(1, 1), (5, 3), (64, 2), (70, 9), (130, 4)])
def test_boards_give_the_positions_where_a_shape_fits_and_what_it_touches(size: tuple[int, int]) -> None:
    w, h = size
    free = np.random.default_rng(w).random((14, 150)) < 0.998
    board = board_of(free)
    high, fits, wide = np.zeros_like(board), np.zeros_like(board), np.zeros_like(board)
    erode_up(board, h, high)
    erode_right(high, w, fits)
    erode_right(board, w, wide)
    rows, columns = np.indices(free.shape)
    expected = [[free[r : r + h, c : c + w].sum() == w * h for c in range(150)] for r in range(14)]
    assert (fits == board_of(np.array(expected))).all()
    for r, c in zip(rows.ravel().tolist(), columns.ravel().tolist(), strict=True):
        there = sum(int(c + bit < 150 and free[r, c + bit]) << bit for bit in range(64))
        assert word_at(board, r, c) == there
    assert word_at(board, -1, 0) == word_at(board, 14, 0) == word_at(board, 3, 200) == 0
    assert word_at(board, 3, -1) == int(word_at(board, 3, 0)) * 2 % 2**64


@pytest.mark.parametrize("seed", range(3))
def test_real_prices_are_the_judges(ground: Ground, make_problem: MakeProblem, seed: int) -> None:
    """No hard price means no broken rule; and the cost is the judge's, but for the few eyes sight is sampled by."""
    problem = bank(ground, make_problem)
    for found in anneal(problem, steps=4000, restarts=3, seed=seed):
        verdict = judge(problem, found.placement)
        assert (found.hard < 1e-9) == (verdict.broken == ())
        if found.hard < 1e-9:
            assert 0 < least_walking(problem) <= verdict.terms["walking_m_per_visitor"]
            assert found.soft == pytest.approx(verdict.cost, abs=1.25)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000))
def test_a_random_state_without_hard_price_breaks_no_rule(ground: Ground, make_problem: MakeProblem, seed: int) -> None:
    problem = make_problem(ground, ("a", "b"), flow=np.array([[0.0, 3.0, 0], [0, 0, 3.0], [3.0, 0, 0]]))
    places = start_state(problem, seed)
    scratch = make_scratch(problem)
    real_price(places, make_floor(problem), make_spec(problem), scratch, make_walker(problem), 1.0, np.inf)
    verdict = judge(problem, Placement(places[:, :5], places[:, 5:]))
    assert (scratch.bill[HARD] < 1e-9) == (verdict.broken == ())
    if not verdict.broken:
        assert scratch.bill[SOFT] == pytest.approx(verdict.cost, rel=1e-4)


@pytest.mark.parametrize(("y", "joined"), [(0, False), (6, True)])
def test_aisles_of_two_entrances_shall_join(
    make_bare: MakeBare, make_problem: MakeProblem, y: int, joined: bool
) -> None:
    """A hall of 40 × 20 cells with an entrance at either end, and a zone across it that leaves 0 or 6 cells."""
    entrance = np.zeros((20, 40), dtype=bool)
    entrance[7:13, :6] = entrance[7:13, -6:] = True
    ground = make_bare(entrance)
    problem = make_problem(ground, ("a",), shapes=(np.array([[20 - y, 8]]),), target=np.array([8 * (20 - y)]))
    places = np.array([[16, y, 8, 20 - y, 2, 0, 0, 0, 0]])
    scratch = make_scratch(problem)
    real_price(places, make_floor(problem), make_spec(problem), scratch, make_walker(problem), 1.0, np.inf)
    assert (scratch.bill[HARD] < 1e-9) == joined
    told = [rule.rule for rule in judge(problem, Placement(places[:, :5])).broken]
    assert told == ([] if joined else ["entrances"])


def test_zones_are_put_back_on_free_floor(ground: Ground, make_problem: MakeProblem) -> None:
    """From a plan that keeps all rules: no zone overlaps another or leaves the floor, locked ones stay."""
    locked = np.full((5, 5), -1)
    problem = bank(ground, make_problem)
    start = arrange(problem, QUICK, effort=0.3).require().placement
    locked[3] = start.places[3]
    problem = bank(ground, make_problem, locked=locked)
    rooms = make_rooms(problem)
    state = np.array([7], dtype=np.uint64)
    put = 0
    for _ in range(60):
        places = state_of(start)
        if reinsert(places, make_floor(problem), make_spec(problem), rooms, 1.0, np.inf, state):
            assert not judge(problem, Placement(places[:, :5], places[:, 5:])).fatal
            assert (places[3, :5] == locked[3]).all()
            put += (places[:, :5] != start.places).any()
    assert put > 20


def test_the_clock_ends_a_run_that_has_begun(ground: Ground, make_problem: MakeProblem) -> None:
    problem = bank(ground, make_problem)
    found = anneal(problem, steps=100_000_000, restarts=2, seed=1, until=time.perf_counter() + 0.5)
    assert found
    assert all(item.timed for item in found)


def test_threads_change_nothing(ground: Ground, make_problem: MakeProblem) -> None:
    problem = bank(ground, make_problem)
    one, two = (anneal(problem, steps=1500, restarts=4, seed=3, workers=workers) for workers in (1, 2))
    assert [found.places.tobytes() for found in one] == [found.places.tobytes() for found in two]
    assert not any(found.timed for found in one)


def test_an_l_is_used_where_it_is_allowed_and_judged(ground: Ground, make_problem: MakeProblem) -> None:
    """Waiting may be an L of 6 to 9 m² whose first rectangle is too small alone; the others are rectangles."""
    bend = np.zeros((5, 3), dtype=np.int64)
    bend[1] = 96, 144, 4
    shapes = list(bank(ground, make_problem).shapes)
    shapes[1] = shapes_of((6, 10), (6, 8), (36, 80), 0.0)
    problem = bank(ground, make_problem, bend=bend, shapes=tuple(shapes), target=np.array([64, 100, 64, 64, 64]))
    placement = arrange(problem, QUICK, effort=0.3).require().placement
    verdict = judge(problem, placement)
    assert verdict.broken == ()
    assert placement.wings[1, 2] > 0
    assert 96 <= placement.areas()[1] <= 144
    assert placement.wings[[0, 2, 3, 4]].max() == 0
    moved = Placement(placement.places, placement.wings + np.array([1, 1, 0, 0]) * (placement.wings[:, 2:3] > 0))
    faults = judge(problem, moved).broken
    assert any(rule.rule in ("area", "overlap", "inside") for rule in faults)


def test_a_second_rectangle_nobody_asked_for_is_told(ground: Ground, make_problem: MakeProblem) -> None:
    problem = make_problem(ground, ("a",))
    placement = Placement(np.array([[0, 8, 8, 12, 0]]), np.array([[0, 20, 4, 4]]))
    assert [rule.text for rule in judge(problem, placement).broken] == [
        "it has a second rectangle, and the programme wants one"
    ]


def test_alternatives_differ_in_topology(ground: Ground, make_problem: MakeProblem) -> None:
    problem = bank(ground, make_problem)
    best = arrange(problem, QUICK, effort=0.1).require()
    plans = alternatives(problem, best, QUICK)
    assert len(plans) == 3
    assert any(plan is best for plan in plans)
    assert alternatives(problem, best, QUICK, count=1) == (best,)
    for number, plan in enumerate(plans):
        assert plan.verdict.broken == () or number > 0
        assert not plan.verdict.fatal
        assert all(unlike(plan.placement, other.placement) >= DIFFERENT for other in plans[:number])


@pytest.mark.parametrize("large", [anneal_module.LARGE, 0], ids=["fine", "coarse"])
def test_where_all_found_is_alike_the_hall_is_searched_anew(
    ground: Ground, make_problem: MakeProblem, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(anneal_module, "LARGE", large)
    problem = bank(ground, make_problem)
    best = replace(arrange(problem, QUICK, effort=0.1).require(), others=())
    plans = alternatives(problem, best, QUICK, effort=0.1)
    assert len(plans) == 3
    assert all(plan.verdict.broken == () for plan in plans)
    for number, plan in enumerate(plans):
        assert all(unlike(plan.placement, other.placement) >= DIFFERENT for other in plans[:number])
    broken = tuple(replace(plan, verdict=replace(plan.verdict, broken=(RULE,))) for plan in plans[1:])
    again = alternatives(problem, replace(best, others=broken), QUICK, effort=0.1)
    assert all(plan.verdict.broken == () for plan in again), "nor where all that differs breaks a rule"
    assert [plan.placement.key() for plan in again] == [plan.placement.key() for plan in plans]


def test_an_alternative_that_polishing_made_better_comes_first(
    ground: Ground, make_problem: MakeProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search's best plan is handed in as what else was found beside a plan that is dearer."""
    problem = bank(ground, make_problem)
    best = arrange(problem, QUICK, effort=0.1).require()
    dear = next(item for item in best.others if not item.verdict.broken and cost_of(item) > cost_of(best))
    handed = replace(dear, others=(replace(best, others=()),))
    plans = alternatives(problem, handed, QUICK, count=2)
    assert len(plans) == 2
    assert plans[1] is handed
    assert cost_of(plans[0]) < cost_of(plans[1])

    fewer = alternatives(problem, replace(handed, musts=0), QUICK, count=2, inspect=lambda _: 1)
    assert [plan.musts for plan in fewer] == [0, 1], "who breaks fewer rules when finished comes before who is cheaper"
    monkeypatch.setattr("layout.zones.improve.MOVED", 1000.0)
    assert alternatives(problem, handed, QUICK, count=2, start=dear.placement)[0] is handed


def cost_of(item: Arrangement) -> tuple[int, float]:
    return len(item.verdict.broken), item.verdict.cost


def test_shifting_and_stretching_is_no_other_topology() -> None:
    first = Placement(np.array([[0, 0, 4, 4, 0], [10, 0, 4, 4, 0], [0, 10, 4, 4, 0]]))
    second = Placement(np.array([[1, 0, 5, 6, 2], [12, 3, 4, 2, 1], [2, 9, 8, 4, 0]]))
    mirrored = Placement(np.array([[10, 0, 4, 4, 0], [0, 0, 4, 4, 0], [10, 10, 4, 4, 0]]))
    assert unlike(first, second) == 0.0
    assert unlike(first, mirrored) == pytest.approx(1 / 3)


def test_a_zone_is_locked_and_the_rest_repaired(ground: Ground, make_problem: MakeProblem) -> None:
    problem = bank(ground, make_problem)
    start = arrange(problem, QUICK, effort=0.1).require().placement
    locked = np.full((5, 5), -1, dtype=np.int64)
    locked[4] = start.places[4] + np.array([1, 1, 0, 0, 0])
    again = bank(ground, make_problem, locked=locked)
    plan = arrange(again, QUICK, effort=0.1, start=start).require()
    assert plan.placement.places[4].tolist() == locked[4].tolist()
    assert unlike(plan.placement, start) <= 0.5


def test_zones_that_cost_too_much_to_move_stay(ground: Ground, make_problem: MakeProblem) -> None:
    """Begun from the plan of another programme, nothing moves where moving is dear, and some zone does else."""
    problem = bank(ground, make_problem)
    browsed = np.zeros((6, 6))
    browsed[0, 5] = browsed[5, 0] = 20.0
    other = bank(ground, make_problem, flow=browsed, closeness=np.zeros((6, 6)))
    start = arrange(other, QUICK, effort=0.1).require().placement
    found = anneal(problem, steps=1500, restarts=2, seed=1, start=start, moved=1000.0)[0]
    assert (found.placement.places == start.places).all()
    free = anneal(problem, steps=1500, restarts=2, seed=1, start=start)[0]
    assert (free.placement.places != start.places).any()


def test_a_plan_that_breaks_fewer_rules_when_finished_comes_first(ground: Ground, make_problem: MakeProblem) -> None:
    """Who inspects dislikes the cheapest plan, and every polished one."""
    problem = bank(ground, make_problem)
    cheapest = arrange(problem, QUICK, effort=0.1).require()
    raw = [item.placement.key() for item in cheapest.others]
    asked = []

    def inspect(item: Arrangement) -> int:
        asked.append(item.placement.key())
        return 0 if len(asked) == 3 else 2

    plan = arrange(problem, QUICK, effort=0.1, inspect=inspect).require()
    assert raw
    assert 3 <= len(set(asked)) == len(asked) <= 3 + SETTLED
    assert plan.placement.key() == asked[2]
    assert plan.musts == 0
    assert cheapest.musts is None


def test_a_state_is_its_placement(ground: Ground, make_problem: MakeProblem) -> None:
    state = start_state(bank(ground, make_problem), 1)
    assert (state_of(Placement(state[:, :5], state[:, 5:])) == state).all()


def test_the_bound_of_walking_is_the_walk_to_a_locked_zone(ground: Ground, make_problem: MakeProblem) -> None:
    """One locked zone at the east wall: nobody walks less than to the nearest cell beside it, there and back."""
    flow = np.array([[0.0, 4.0], [4.0, 0.0]])
    problem = make_problem(
        ground, ("a",), flow=flow, locked=np.array([[32, 12, 8, 8, 2]]), shapes=(np.array([[8, 8]]),)
    )
    verdict = judge(problem, Placement(problem.locked))
    assert verdict.broken == ()
    assert 2.0 < least_walking(problem) <= verdict.terms["walking_m_per_visitor"]
