"""Arranging halls, judged by the checker that shares no code with them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layout.zones.improve import arrange
from layout.zones.pack import conflict
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


def brute_force_fits(free: np.ndarray, sizes: list[tuple[int, int]]) -> bool:
    """Try every place and orientation of every rectangle."""
    if not sizes:
        return True
    (w, h), rest = sizes[0], sizes[1:]
    for wide, high in {(w, h), (h, w)}:
        for y in range(free.shape[0] - high + 1):
            for x in range(free.shape[1] - wide + 1):
                if free[y : y + high, x : x + wide].all():
                    left = free.copy()
                    left[y : y + high, x : x + wide] = False
                    if brute_force_fits(left, rest):
                        return True
    return False


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=3),
    st.lists(st.integers(0, 29), max_size=6),
)
def test_a_conflict_is_named_exactly_where_brute_force_finds_no_place(
    ground: Ground, make_problem: MakeProblem, sizes: list[tuple[int, int]], columns: list[int]
) -> None:
    from dataclasses import replace

    free = np.ones((5, 6), dtype=bool)
    free.ravel()[columns] = False
    entrance = np.zeros_like(free)
    entrance[np.unravel_index(int(np.argmax(free)), free.shape)] = True
    small = replace(
        ground,
        free=free | entrance,
        buildable=free,
        entrance=entrance,
        exits=np.zeros((0, 5, 6), dtype=bool),
        windows=np.zeros_like(free),
    )
    kinds = tuple(f"zone-{i}" for i in range(len(sizes)))
    problem = make_problem(small, kinds, shapes=tuple(np.array([size]) for size in sizes))
    assert (conflict(problem, QUICK) is None) == brute_force_fits(free, sizes)


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


def test_zones_that_exclude_each_other_are_named(ground: Ground, make_problem: MakeProblem) -> None:
    """Two bars across the hall's whole width cannot both lie south of the exit and north of the entrance."""
    bar = shapes_of((40, 40), (13, 13), (520, 520), 0.0)
    small = shapes_of((8, 8), (8, 8), (64, 64), 0.0)
    problem = make_problem(ground, ("one", "two", "three"), shapes=(bar, bar, small))
    outcome = arrange(problem, QUICK, effort=0.1)
    assert outcome.status == "infeasible"
    assert outcome.reasons == ("one, two cannot lie in this hall together, even without aisles",)


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
