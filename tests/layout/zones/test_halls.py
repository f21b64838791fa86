"""Halls with planted plans: these keep every rule, ours is not dearer on small ones, the plain model is sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from halls.case import HallCase, hall_names, read_case
from halls.climb import climb
from halls.compose import compose
from halls.plain import PRICED_ALIKE, build
from halls.plain.price import SCALE
from halls.plain.variables import wall_lines
from halls.small import SMALL

from layout.zones.check import judge
from layout.zones.improve import arrange
from layout.zones.polish.settle import settle
from layout.zones.problem import Ground, Ints, PackProblem, Placement
from layout.zones.search.anneal import Found, anneal
from outlet.cp_sat import CpSatRun, run_cp_sat
from outlet.outcome import Limits

PROOF = Limits(seconds=600.0, workers=1)
PRICING = Limits(seconds=600.0, workers=1, work=4.0)


@pytest.mark.parametrize("name", hall_names())
def test_every_planted_plan_keeps_every_rule(name: str) -> None:
    case = read_case(name)
    assert judge(case.problem, case.planted).broken == ()
    assert 0.5 <= case.planted.mask(case.cells.free.shape).sum() / case.cells.free.sum() <= 0.8
    assert not case.space.notes
    assert not case.space.dropped


def test_the_set_is_what_it_shall_be() -> None:
    cases = [read_case(name) for name in hall_names()]
    assert len(cases) >= 12
    assert all(60 <= case.free_m2 <= 600 for case in cases)
    corners = [len(case.plan.outline.exterior.coords) - 1 for case in cases]
    assert {4, 5, 6, 8} <= set(corners)
    assert sum(bool(case.plan.columns) for case in cases) >= 4
    assert sum(len(case.plan.entrances) > 1 for case in cases) >= 3
    assert len({case.programme.sector for case in cases}) == 4


@pytest.mark.parametrize("name", ["parcel_corner_90", "telecom_columns_100"])
def test_our_plan_of_a_small_hall_is_not_dearer_than_the_planted_one(name: str) -> None:
    case = read_case(name)
    found = arrange(case.problem, Limits(workers=1, work=0.3, seconds=600.0), effort=0.25).require()
    assert found.verdict.broken == ()
    assert found.verdict.cost <= case.planted_cost + 1e-6


def test_none_of_the_next_plans_would_be_better_once_its_dimensions_are_settled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem, limits = read_case("parcel_corner_90").problem, Limits(workers=1, work=0.3, seconds=600.0, seed=2)
    plans: list[Placement] = []

    def search(*args: Any, **kwargs: Any) -> list[Found]:
        found = anneal(*args, **kwargs)
        plans.extend(item.placement for item in found)
        return found

    monkeypatch.setattr("layout.zones.improve.anneal", search)
    best = arrange(problem, limits, effort=0.1).require().verdict
    settled = [settle(problem, plan, judge(problem, plan), limits).verdict for plan in plans[:8]]
    assert best.cost == pytest.approx(min(verdict.cost for verdict in settled if not verdict.broken))
    assert best.cost < settled[0].cost - 1e-6, "then only the first was settled"


def test_climbing_never_breaks_a_rule_or_costs_more() -> None:
    case = HallCase(compose(SMALL[0]))
    before = judge(case.problem, case.planted)
    after = judge(case.problem, climb(case.problem, case.planted, 60))
    assert after.broken == ()
    assert after.cost < before.cost


def fixed(problem: PackProblem, places: Ints, limits: Limits, *, price: bool = False) -> CpSatRun:
    """Return what the plain model says of a plan whose zones are given: whether it may be, or what it costs."""
    made = build(problem)
    if not price:
        made.model.clear_objective()
    for zone, (x, y, w, h, front) in zip(made.zones, places.tolist(), strict=True):
        for variable, value in ((zone.x, x), (zone.y, y), (zone.w, w), (zone.h, h), (zone.front[front], 1)):
            made.model.add(variable == value)
    return run_cp_sat(made.model, limits)


@pytest.mark.parametrize("name", ["bank_street_65", "parcel_corner_90", "telecom_columns_100", "parcel_l_127"])
def test_what_a_plan_may_do_the_plain_model_may_do(name: str) -> None:
    """The planted plan and one of ours are plans of the model, all of whose rules are the judge's."""
    problem = read_case(name).problem
    found = arrange(problem, Limits(workers=1, work=0.3, seconds=600.0), effort=0.1).require()
    assert found.verdict.broken == ()
    for plan in (read_case(name).planted, found.placement):
        assert fixed(problem, plan.places, PROOF).status == "optimal"


@pytest.mark.parametrize("name", ["bank_street_65", "parcel_l_127"])
def test_the_plain_model_prices_a_plan_as_the_judge_does(name: str) -> None:
    case = read_case(name)
    run = fixed(case.problem, case.planted.places, PRICING, price=True)
    assert run.objective is not None
    assert abs(run.objective / SCALE - case.planted_cost) <= PRICED_ALIKE


@pytest.mark.parametrize("name", ["parcel_corner_90"])
def test_the_plain_model_takes_the_planted_plan_and_none_that_breaks_a_rule(name: str) -> None:
    case = read_case(name)
    assert fixed(case.problem, case.planted.places, PROOF).status == "optimal"
    random = np.random.default_rng(1)
    refused = 0
    for _ in range(8):
        places = case.planted.places.copy()
        i = int(random.integers(len(places)))
        places[i, :2] += random.integers(-3, 4, size=2)
        places[i, :2] = np.clip(places[i, :2], 0, case.cells.free.shape[::-1] - places[i, 2:4])
        places[i, 4] = (places[i, 4] + 2 * random.integers(2)) % 4
        rules = {rule.rule for rule in judge(case.problem, Placement(places)).broken}
        if rules:
            refused += 1
            assert fixed(case.problem, places, PROOF).status == "infeasible", rules
    assert refused >= 4


@pytest.mark.parametrize("joined", [True, False])
def test_aisles_of_the_plain_model_join_both_entrances(
    ground: Ground, make_problem: Callable[..., PackProblem], joined: bool
) -> None:
    """A bar of the hall's depth between two entrances at its west and east end, or one that leaves 2 m in the north."""
    doors = np.zeros_like(ground.free)
    doors[8:16, :6] = doors[8:14, -6:] = True
    two = replace(ground, entrance=doors, buildable=ground.free & ~doors, exits=np.zeros((0, *doors.shape), dtype=bool))
    long = 24 if joined else 32
    problem = make_problem(two, ("bar",), shapes=(np.array([[long, 4]]),), target=np.array([4 * long]))
    places = np.array([[18, 0, 4, long, 2]])
    assert [rule.rule for rule in judge(problem, Placement(places)).broken] == ([] if joined else ["entrances"])
    assert fixed(problem, places, PROOF).status == ("optimal" if joined else "infeasible")


def test_the_walls_of_an_l_are_found_from_each_side() -> None:
    free = np.ones((4, 5), dtype=bool)
    free[2:, 3:] = False
    assert wall_lines(free, 0) == [(3, 2, 4), (5, 0, 2)]
    assert wall_lines(free, 1) == [(2, 3, 5), (4, 0, 3)]
    assert wall_lines(free, 2) == [(0, 0, 4)]
    assert wall_lines(free, 3) == [(0, 0, 5)]
