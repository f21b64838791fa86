"""Arranging halls, judged by the checker that shares no code with them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from layout.zones.conflict.demands import Brief
from layout.zones.conflict.find import find_conflict
from layout.zones.improve import arrange
from layout.zones.problem import Ground, PackProblem, shapes_of
from outlet.outcome import Limits

MakeProblem = Callable[..., PackProblem]
QUICK = Limits(workers=1, work=0.3, seconds=60.0)


def l_shaped(ground: Ground) -> Ground:
    """The hall without its north-east quarter, with two columns."""
    from dataclasses import replace

    free = ground.free.copy()
    free[20:, 24:] = False
    free[14:16, 10:12] = False
    free[14:16, 22:24] = False
    return replace(ground, free=free, buildable=ground.buildable & free)


def test_an_l_shaped_hall_with_columns_keeps_all_rules(ground: Ground, make_problem: MakeProblem) -> None:
    """Reception, waiting, counters at their back office: four zones of 4 to 9 m² in 62 m²."""
    kinds = ("reception", "waiting", "counters", "back_office")
    back_to = np.zeros((4, 4), dtype=bool)
    back_to[2, 3] = True
    flow = np.zeros((5, 5))
    flow[0, 1] = flow[1, 2] = flow[2, 3] = flow[3, 0] = 20.0
    problem = make_problem(
        l_shaped(ground),
        kinds,
        back_to=back_to,
        flow=flow,
        full_front=np.array([False, False, True, False]),
        wall=np.array([False, False, True, True]),
        enclosed=np.array([False, False, False, True]),
        staff_access=np.array([False, False, False, True]),
        public=np.array([True, True, False, False]),
    )
    outcome = arrange(problem, QUICK, effort=0.5)
    verdict = outcome.require().verdict
    assert outcome.status == "feasible"
    assert verdict.broken == ()
    assert outcome.objective == pytest.approx(verdict.cost)
    assert verdict.terms["walking_m_per_visitor"] < 25


def test_an_impossible_programme_names_the_shortfall(ground: Ground, make_problem: MakeProblem) -> None:
    huge = shapes_of((20, 30), (20, 30), (480, 500), 0.0)
    problem = make_problem(ground, ("a", "b", "c"), shapes=(huge,) * 3)
    outcome = arrange(problem, QUICK)
    assert outcome.status == "infeasible"
    assert outcome.reasons[0].startswith("programme needs 90 m², the hall has 76 m² free: 14 m² short")


def test_a_zone_that_fits_nowhere_is_named(ground: Ground, make_problem: MakeProblem) -> None:
    long = shapes_of((41, 41), (2, 2), (82, 82), 0.0)
    outcome = arrange(make_problem(ground, ("counters",), shapes=(long,)), QUICK)
    assert outcome.status == "infeasible"
    assert outcome.reasons == ("counters fits nowhere: even 10.25 × 0.50 m finds no free rectangle",)


def test_zones_that_exclude_each_other_are_no_plan_and_named(ground: Ground, make_problem: MakeProblem) -> None:
    """Two bars across the hall's whole width cannot both lie south of the exit and north of the entrance."""
    bar = shapes_of((40, 40), (13, 13), (520, 520), 0.0)
    small = shapes_of((8, 8), (8, 8), (64, 64), 0.0)
    problem = make_problem(ground, ("one", "two", "three"), shapes=(bar, bar, small))
    outcome = arrange(problem, QUICK, effort=0.1)
    assert (outcome.status, outcome.solution) == ("undecided", None)
    found = find_conflict(Brief(problem), Limits(workers=1, work=4.0, seconds=60.0))
    assert found is not None
    assert {demand.at for demand in found.demands if demand.kind == "place"} >= {0, 1}


def test_a_locked_zone_stays_and_the_same_seed_gives_the_same_hall(ground: Ground, make_problem: MakeProblem) -> None:
    locked = np.full((3, 5), -1)
    locked[0] = 0, 10, 8, 8, 0
    problem = make_problem(
        ground,
        ("kept", "b", "c"),
        locked=locked,
        shapes=(np.array([[8, 8]]), *(shapes_of((8, 12), (8, 12), (64, 144), 0.0),) * 2),
    )
    plans = [arrange(problem, QUICK, effort=0.2).require().placement.places for _ in range(2)]
    assert plans[0][0].tolist() == [0, 10, 8, 8, 0]
    assert plans[0].tobytes() == plans[1].tobytes()


def test_a_solve_without_work_left_keeps_the_annealed_start(ground: Ground, make_problem: MakeProblem) -> None:
    problem = make_problem(ground, ("a", "b"))
    outcome = arrange(problem, Limits(workers=1, work=1e-9, seconds=60.0), effort=0.2)
    assert outcome.require().verdict.broken == ()
    assert outcome.stopped_by == "work"
