"""The judge of cells and the checker of drawn geometry agree on the planted plans of benchmarks/halls."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from halls.case import HallCase, hall_names, read_case

from layout.posts.plan import Furnishing
from layout.rules.check import check_hall
from layout.rules.data import choose_rules, read_rules
from layout.rules.scene import FinishedHall
from layout.settings.rules import RuleSettings
from layout.study.hall.arranged import make_zone_plan
from layout.zones.check import judge
from layout.zones.improve import Arrangement
from layout.zones.problem import Placement

BOTH = {
    "inside": "inside",
    "columns": "inside",
    "overlap": "overlap",
    "aisle_public": "reachable",
    "aisle_staff": "reachable",
    "turning": "turning",
    "turning_door": "doors",
    "door_clear": "doors",
    "staff_side": "staff_side",
    "front_clear": "front",
}
"""Rules of the drawn geometry, and what the judge of cells calls them."""


def finished(case: HallCase, placement: Placement) -> FinishedHall:
    verdict = judge(case.problem, placement)
    arrangement = Arrangement(placement, verdict)
    zones = make_zone_plan(case.cells, case.problem, case.space, arrangement)
    return FinishedHall(case.plan, zones, Furnishing((), (), ()), case.programme.sector)


def broken(case: HallCase, placement: Placement) -> list[tuple[str, str]]:
    rules = choose_rules(RuleSettings(off=tuple(name for name in read_rules("preset").rules if name not in BOTH)))
    return [(rule.rule, rule.where) for rule in check_hall(finished(case, placement), rules)]


@pytest.mark.parametrize("name", hall_names())
def test_planted_plans_are_clean_for_both(name: str) -> None:
    case = read_case(name)
    assert judge(case.problem, case.planted).broken == ()
    assert broken(case, case.planted) == []


@pytest.mark.parametrize("name", hall_names())
def test_a_zone_on_another_is_found_by_both(name: str) -> None:
    case = read_case(name)
    places = case.planted.places.copy()
    places[0, :2] = places[-1, :2]
    placement = dataclasses.replace(case.planted, places=np.asarray(places))
    assert "overlap" in {rule.rule for rule in judge(case.problem, placement).broken}
    assert "overlap" in {rule for rule, _ in broken(case, placement)}
