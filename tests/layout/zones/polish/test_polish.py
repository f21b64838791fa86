"""Best dimensions of a topology: by hand, against brute force, and as the judge sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layout.zones.check import judge
from layout.zones.polish.settle import settle
from layout.zones.polish.solve import polish, price_start
from layout.zones.problem import Ground, PackProblem, Placement, shapes_of
from layout.zones.search.anneal import anneal
from layout.zones.topology import unlike
from outlet.outcome import Limits

MakeProblem = Callable[..., PackProblem]
QUICK = Limits(workers=1, work=1.0, seconds=60.0)


def with_columns(ground: Ground) -> Ground:
    """The hall without its north-east quarter, with two columns."""
    free = ground.free.copy()
    free[20:, 24:] = False
    free[14:16, 10:12] = False
    free[14:16, 22:24] = False
    return replace(ground, free=free, buildable=ground.buildable & free)


def two_zones(ground: Ground, make_problem: MakeProblem) -> tuple[PackProblem, Placement]:
    """Two zones of 8 × 8 cells on either side of the entrance, their fronts to the aisle between them."""
    flow = np.zeros((3, 3))
    flow[0, 1:] = flow[1:, 0] = 10.0
    problem = make_problem(ground, ("west", "east"), flow=flow, target=np.array([64, 64]))
    return problem, Placement(np.array([[6, 10, 8, 8, 0], [26, 12, 8, 8, 2]]))


def test_zones_come_as_near_the_door_as_their_aisle_allows(ground: Ground, make_problem: MakeProblem) -> None:
    """The aisle between them stays a turning circle wide, and both fronts come to the entrance's rows."""
    problem, start = two_zones(ground, make_problem)
    settled = settle(problem, start, judge(problem, start), QUICK)
    (x1, y1, w1, h1, _), (x2, y2, _, h2, _) = settled.placement.places.tolist()
    assert settled.gap == 0.0
    assert settled.verdict.broken == ()
    assert ground.turning <= x2 - x1 - w1 < 12
    assert (w1 * h1, y1 < 10, y2 < 12, h2) == (64, True, True, 8)
    assert settled.verdict.cost < judge(problem, start).cost - 1.0
    assert unlike(settled.placement, start) == 0.0


def brute_force(side: int, shapes: np.ndarray, start: np.ndarray, target: int) -> float:
    """Return the least ¼ off + ½ gap of two zones on an empty floor, the first west of the second, aisles of 2 kept."""
    best = np.inf
    for (w, h), (w2, h2) in ((a, b) for a in shapes for b in shapes):
        off = abs(w * h - target) + abs(w2 * h2 - target)
        x, x2, y, y2 = np.meshgrid(*(np.arange(side - size + 1) for size in (w, w2, h, h2)), indexing="ij")
        rows = np.maximum(0, np.maximum(y2 - y - h, y - y2 - h2))
        before, after = start[0, 0], side - start[1, 0] - start[1, 2]
        ok = (x2 - x - w >= 2) & (y >= 2) & (y2 >= 2) & (side - y - h >= 2) & (side - y2 - h2 >= 2)
        ok &= (x >= 2) if before >= 2 else (x <= before)
        ok &= (side - x2 - w2 >= 2) if after >= 2 else (side - x2 - w2 <= after)
        best = min(best, float((0.25 * off + 0.5 * (x2 - x - w + rows))[ok].min(initial=np.inf)))
    return best


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 2), st.integers(7, 8), st.integers(3, 5), st.integers(6, 20))
def test_the_proved_best_is_that_of_brute_force(
    ground: Ground, make_problem: MakeProblem, x: int, x2: int, y: int, target: int
) -> None:
    free = np.ones((12, 12), dtype=bool)
    entrance = np.zeros_like(free)
    entrance[:2] = True
    small = replace(
        ground,
        free=free,
        buildable=free & ~entrance,
        entrance=entrance,
        exits=np.zeros((0, 12, 12), dtype=bool),
        windows=np.zeros_like(free),
        cell_m=1.0,
        aisle_public=2,
        aisle_staff=2,
        turning=2,
    )
    shapes = np.array([[2, 3], [3, 3], [3, 2], [4, 3]])
    closeness = np.zeros((3, 3))
    closeness[1, 2] = closeness[2, 1] = 1.0
    problem = make_problem(
        small,
        ("a", "b"),
        shapes=(shapes, shapes),
        target=np.array([target] * 2),
        closeness=closeness,
        weights={"area": 0.25, "closeness": 0.5},
        staff_access=np.array([True, True]),
    )
    start = Placement(np.array([[x, y, 3, 2, 3], [x2, y, 3, 2, 3]]))
    verdict = judge(problem, start)
    outcome = polish(problem, start, verdict, QUICK)
    assert outcome.status == "optimal"
    assert outcome.objective == pytest.approx(brute_force(12, shapes, start.places, target), abs=1e-6)
    assert judge(problem, outcome.require()).broken == ()


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(40, 130), st.booleans(), st.booleans(), st.booleans()), min_size=2, max_size=5),
    st.integers(0, 99),
)
def test_whatever_was_kept_and_reached_still_is(
    ground: Ground, make_problem: MakeProblem, zones: list[tuple[int, bool, bool, bool]], seed: int
) -> None:
    """From any sound start the linear optimum keeps every rule and the topology."""
    n = len(zones)
    rng = np.random.default_rng(seed)
    flow = np.zeros((n + 1, n + 1))
    flow[0, 1:] = flow[1:, 0] = rng.integers(1, 30, n)
    problem = make_problem(
        with_columns(ground),
        tuple(f"zone-{i}" for i in range(n)),
        shapes=tuple(shapes_of((6, 16), (6, 12), (max(36, area - 30), area + 30), 3.0) for area, *_ in zones),
        target=np.array([area for area, *_ in zones]),
        full_front=np.array([full for _, full, _, _ in zones]),
        enclosed=np.array([closed for _, _, closed, _ in zones]),
        staff_access=np.array([staff for *_, staff in zones]),
        flow=flow,
    )
    sound = [found.placement for found in anneal(problem, steps=2000, restarts=1, seed=seed)]
    start = next((placement for placement in sound if not judge(problem, placement).broken), None)
    if start is None:
        return
    verdict = judge(problem, start)
    outcome = polish(problem, start, verdict, QUICK)
    assert judge(problem, outcome.require()).broken == ()
    assert unlike(start, outcome.require()) == 0.0
    before = price_start(problem, start, verdict, QUICK)
    assert outcome.bound is not None
    assert before is not None
    assert outcome.objective is not None
    assert outcome.bound <= outcome.objective + 1e-6 <= before + 2e-6


def test_the_model_prices_walks_as_the_judge_does(ground: Ground, make_problem: MakeProblem) -> None:
    """Round a column and over the open floor, the start's walks in the model are the judge's within 1 %."""
    problem, start = two_zones(with_columns(ground), make_problem)
    problem = replace(problem, weights={"walking": 1.0})
    start = Placement(np.array([[2, 18, 8, 8, 3], [30, 8, 8, 8, 2]]))
    verdict = judge(problem, start)
    assert price_start(problem, start, verdict, QUICK) == pytest.approx(verdict.cost, rel=0.01)


def test_an_l_changes_both_rectangles_within_its_limits(ground: Ground, make_problem: MakeProblem) -> None:
    problem = make_problem(
        ground,
        ("bent",),
        shapes=(shapes_of((6, 16), (6, 12), (50, 140), 0.0),),
        target=np.array([150]),
        bend=np.array([[100, 170, 6]]),
    )
    start = Placement(np.array([[4, 10, 8, 8, 0]]), np.array([[4, 18, 6, 6]]))
    verdict = judge(problem, start)
    assert verdict.broken == ()
    settled = settle(problem, start, verdict, QUICK)
    assert settled.verdict.broken == ()
    assert settled.placement.areas().tolist() == [150]
    assert settled.placement.wings[0, 2] >= 6
    assert settled.gap == 0.0


def test_without_work_the_start_stays_and_nothing_is_proved(ground: Ground, make_problem: MakeProblem) -> None:
    problem, start = two_zones(ground, make_problem)
    settled = settle(problem, start, judge(problem, start), replace(QUICK, work=1e-9))
    assert settled.placement.key() == start.key()
    assert settled.gap is None
