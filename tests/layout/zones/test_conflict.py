"""Conflicts of impossible briefs: proved, minimal, in the planner's words; the decision against brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from halls.impossible import IMPOSSIBLE, Impossible
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.zones.check import judge
from layout.zones.conflict.decide import Decider
from layout.zones.conflict.demands import Brief, Demand, demands_of, effective, under
from layout.zones.conflict.find import find_conflict, in_words
from layout.zones.problem import Ground, PackProblem, Placement, shapes_of
from outlet.outcome import Limits

LIMITS = Limits(workers=1, work=8.0, seconds=120.0)


def test_twenty_briefs_are_planted() -> None:
    assert len({case.name for case in IMPOSSIBLE}) == 20
    kinds = {demand.kind for case in IMPOSSIBLE for demand in case.conflict}
    assert kinds == {demand.kind for case in IMPOSSIBLE for demand in demands_of(case.brief)}


@pytest.mark.parametrize("case", IMPOSSIBLE, ids=lambda case: case.name)
def test_the_named_set_is_impossible_and_each_smaller_one_has_a_plan(case: Impossible) -> None:
    brief = case.brief
    found = find_conflict(brief, LIMITS)
    assert found is not None
    assert set(found.demands) == case.conflict
    assert Decider(brief, LIMITS).ask(found.demands).possible == "no"
    for demand, plan in zip(found.demands, found.without, strict=True):
        assert plan is not None, demand.words
        reduced = under(brief, [other for other in found.demands if other != demand])
        if reduced.problem is not None:
            placement = reduced.of(plan)
            stays = reduced.problem.locked[:, 0] >= 0
            assert (placement.places[stays] == reduced.problem.locked[stays]).all()
            assert judge(reduced.problem, placement).broken == ()
    assert found.minimal


def test_a_conflict_is_told_in_the_planners_words() -> None:
    case = next(case for case in IMPOSSIBLE if case.name == "too narrow past a locked room to the exit")
    found = find_conflict(case.brief, LIMITS)
    assert found is not None
    told = in_words(found)
    assert "vip: locked at x 0.00, y 5.00, 9.25 × 1.50 m" in told
    assert "exit 1: an aisle leads to it" in told
    assert "staff's aisles 1.00 m wide" in told
    assert "giving up any one of them is enough" in told
    assert "unlock or move a zone" in told


def test_a_possible_brief_has_no_conflict() -> None:
    case = IMPOSSIBLE[0]
    brief = case.brief
    possible = under(brief, [demand for demand in demands_of(brief) if demand != Demand("place", 2)])
    assert possible.problem is not None
    assert find_conflict(Brief(possible.problem), LIMITS) is None


def test_no_work_is_no_proof() -> None:
    case = next(case for case in IMPOSSIBLE if case.name == "one room too many for the visitors' aisle")
    assert find_conflict(case.brief, Limits(workers=1, work=1e-3, seconds=60.0)) is None


def test_demands_of_a_zone_go_with_it() -> None:
    case = next(case for case in IMPOSSIBLE if case.name == "counters locked away from their back office")
    said = effective(case.brief, [d for d in demands_of(case.brief) if d != Demand("place", 1)])
    assert Demand("locked", 1) not in said
    assert Demand("staff_side", 0) not in said
    assert Demand("locked", 0) in said


def tiny(seed: int) -> Brief:
    """A hall of at most 5 × 4 cells with two zones and everything at random."""
    random = np.random.default_rng(seed)
    rows, columns = int(random.integers(3, 5)), int(random.integers(4, 6))
    free = random.random((rows, columns)) > 0.08
    entrance, exit_ = np.zeros_like(free), np.zeros_like(free)
    entrance[0, :2] = free[0, :2] = True
    exit_[-1, -2:] = free[-1, -2:] = True
    locked = np.full((2, 5), -1)
    low = random.integers(1, 3, size=(2, 2))
    if random.random() < 0.4:
        locked[1] = [int(random.integers(0, columns - 1)), int(random.integers(0, rows - 1)), 2, 2, random.integers(4)]
    shapes = [shapes_of((u, u + 1), (v, v), (1, 99), 0.0) for u, v in low.tolist()]
    back = np.zeros((2, 2), dtype=bool)
    back[0, 1] = random.random() < 0.3
    problem = PackProblem(
        ground=Ground(
            free=free,
            buildable=free & ~entrance & ~exit_,
            entrance=entrance,
            exits=exit_[None] & (random.random() < 0.5),
            windows=np.zeros_like(free),
            cell_m=0.25,
            aisle_public=int(random.integers(1, 4)),
            aisle_staff=int(random.integers(1, 3)),
            turning=int(random.integers(1, 4)),
        ),
        kinds=("a", "b"),
        shapes=tuple(np.array([[2, 2]]) if place[0] >= 0 else one for one, place in zip(shapes, locked, strict=True)),
        target=np.array([4, 4]),
        public=np.array([True, True]),
        staff_access=np.array([False, random.random() < 0.5]),
        full_front=random.random(2) < 0.4,
        wall=np.zeros(2, dtype=bool),
        enclosed=np.zeros(2, dtype=bool),
        selling=np.zeros(2, dtype=bool),
        back_to=back,
        entrance_within=np.where(random.random(2) < 0.3, 0.6, 0.0),
        locked=locked,
        flow=np.zeros((3, 3)),
        closeness=np.zeros((3, 3)),
        sees=np.zeros((3, 3), dtype=bool),
        weights={},
    )
    return Brief(problem)


def brute_force_possible(problem: PackProblem) -> bool:
    """Try every place of every zone."""
    rows, columns = problem.ground.free.shape
    choices = []
    for i in range(problem.count):
        if problem.is_locked(i):
            choices.append([problem.locked[i]])
            continue
        places = [
            np.array([x, y, *((v, u) if front % 2 == 0 else (u, v)), front])
            for u, v in problem.shapes[i]
            for front in range(4)
            for x in range(columns)
            for y in range(rows)
        ]
        open_floor = problem.ground.buildable
        choices.append(
            [
                p
                for p in places
                if p[0] + p[2] <= columns
                and p[1] + p[3] <= rows
                and open_floor[p[1] : p[1] + p[3], p[0] : p[0] + p[2]].all()
            ]
        )
    for places in itertools.product(*choices):
        if len(places) == 2:
            a, b = places
            if min(a[0] + a[2], b[0] + b[2]) > max(a[0], b[0]) and min(a[1] + a[3], b[1] + b[3]) > max(a[1], b[1]):
                continue
        if not judge(problem, Placement(np.array(places))).broken:
            return True
    return False


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_the_decision_is_that_of_brute_force(seed: int) -> None:
    brief = tiny(seed)
    demands = demands_of(brief)
    random = np.random.default_rng(seed)
    some = [demand for demand in demands if demand.kind == "place" or random.random() < 0.7]
    reduced = under(brief, some)
    answer = Decider(brief, LIMITS).ask(some)
    assert reduced.problem is not None
    possible = brute_force_possible(reduced.problem)
    assert answer.possible != ("no" if possible else "yes")
