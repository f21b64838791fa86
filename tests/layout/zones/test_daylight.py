"""Daylight as a need of zones: by hand, as the search and the polish see it, and what more windows do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layout.floor.daylight import daylit_cells
from layout.zones.check import judge
from layout.zones.polish.solve import polish, price_start
from layout.zones.problem import Ground, PackProblem, Placement, shapes_of
from layout.zones.programme import Programme, read_programme
from layout.zones.search.anneal import start_state
from layout.zones.search.arrays import make_floor, make_scratch, make_spec
from layout.zones.search.price import SOFT
from layout.zones.search.walks import make_walker, real_price
from outlet.errors import InputError
from outlet.outcome import Limits

MakeProblem = Callable[..., PackProblem]
EAST, NORTH, WEST, SOUTH = range(4)
WEIGHTS = {"daylight": 2.0}


def lit_from(ground: Ground, *windows: tuple[slice, slice], reach: float = 12.0) -> Ground:
    """The hall with windows, from which daylight reaches 3 m."""
    mask = np.zeros_like(ground.free)
    for window in windows:
        mask[window] = True
    return replace(ground, windows=mask, daylit=daylit_cells(ground.free, mask, reach))


def two_zones(
    ground: Ground, make_problem: MakeProblem, enclosed: tuple[bool, bool] = (False, False)
) -> tuple[PackProblem, Placement]:
    """Both 3 × 2 m and wanting daylight: ``west`` at the west wall, ``east`` at the east wall."""
    problem = make_problem(
        ground, ("west", "east"), weights=WEIGHTS, daylight=np.array([True, True]), enclosed=np.array(enclosed)
    )
    return problem, Placement(np.array([[0, 8, 12, 8, EAST], [28, 8, 12, 8, WEST]]))


def test_daylight_reaches_the_zone_at_the_window_and_not_the_other(ground: Ground, make_problem: MakeProblem) -> None:
    """The west wall is a window: of the western zone's 12 columns all lie within 12 cells, of the eastern's none."""
    problem, plan = two_zones(lit_from(ground, (slice(0, 32), slice(0, 1))), make_problem)
    verdict = judge(problem, plan)
    assert verdict.terms["daylit"] == pytest.approx(0.5)
    assert verdict.cost == pytest.approx(2.0 * 0.5)


def test_of_a_zone_half_in_the_dark_half_counts(ground: Ground, make_problem: MakeProblem) -> None:
    """Six cells deep daylight reaches columns 0 to 6, 7 of the 12 that the zone has."""
    problem, plan = two_zones(lit_from(ground, (slice(0, 32), slice(0, 1)), reach=6.0), make_problem)
    assert judge(problem, plan).terms["daylit"] == pytest.approx(7 / 12 / 2)


def test_a_room_needs_a_window_of_its_own(ground: Ground, make_problem: MakeProblem) -> None:
    """Both walls have a window, the east's above the zone: an open zone has its light, a closed room has none."""
    both = lit_from(ground, (slice(8, 16), slice(0, 1)), (slice(16, 24), slice(39, 40)), reach=40.0)
    for enclosed, daylit in (((False, False), 1.0), ((True, True), 0.5), ((False, True), 0.5)):
        problem, plan = two_zones(both, make_problem, enclosed)
        assert judge(problem, plan).terms["daylit"] == pytest.approx(daylit)


def test_a_wall_keeps_daylight_out() -> None:
    """A window at the left; column 2 is a wall but for its topmost cell: what lies straight behind it is dark."""
    free = np.ones((4, 6), dtype=bool)
    free[:3, 2] = False
    windows = np.zeros_like(free)
    windows[0, 0] = True
    lit = daylit_cells(free, windows, 10.0)
    assert lit[:, :2].all()
    assert not lit[0, 3:].any()
    assert not lit[~free].any()
    assert not daylit_cells(free, np.zeros_like(free), 10.0).any()


def test_without_daylight_wanted_no_window_matters(ground: Ground, make_problem: MakeProblem) -> None:
    problem, plan = two_zones(lit_from(ground, (slice(0, 32), slice(0, 1))), make_problem)
    nobody = judge(replace(problem, daylight=None), plan)
    assert nobody.terms["daylit"] == 1.0
    assert nobody.cost == 0.0


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, 10_000),
    st.lists(st.tuples(st.integers(0, 28), st.booleans()), max_size=4),
    st.lists(st.booleans(), min_size=3, max_size=3),
    st.lists(st.booleans(), min_size=3, max_size=3),
)
def test_the_search_prices_daylight_as_the_judge_does(
    ground: Ground,
    make_problem: MakeProblem,
    seed: int,
    windows: list[tuple[int, bool]],
    wanting: list[bool],
    enclosed: list[bool],
) -> None:
    """On random places, one with a wing where there is room for it."""
    panes = [(slice(y, y + 4), slice(39, 40) if east else slice(0, 1)) for y, east in windows]
    problem = make_problem(
        lit_from(ground, *panes),
        ("a", "b", "c"),
        weights=WEIGHTS,
        daylight=np.array(wanting),
        enclosed=np.array(enclosed),
        bend=np.array([[0, 0, 0], [0, 0, 0], [64, 200, 4]]),
    )
    places = start_state(problem, seed)
    if places[2, 1] + places[2, 3] <= 28:
        places[2, 5:] = places[2, 0], places[2, 1] + places[2, 3], 4, 4
    scratch = make_scratch(problem)
    real_price(places, make_floor(problem), make_spec(problem), scratch, make_walker(problem), 1.0, np.inf)
    plan = Placement(places[:, :5], places[:, 5:])
    verdict = judge(problem, plan)
    assert scratch.bill[SOFT] == pytest.approx(2.0 * (1.0 - verdict.terms["daylit"]))


def test_the_polish_prices_its_start_as_the_judge_does(ground: Ground, make_problem: MakeProblem) -> None:
    for enclosed in ((False, False), (True, True), (False, True)):
        problem, plan = two_zones(lit_from(ground, (slice(0, 32), slice(0, 1)), reach=6.0), make_problem, enclosed)
        verdict = judge(problem, plan)
        assert verdict.broken == ()
        priced = price_start(problem, plan, verdict, Limits(workers=1, work=1.0, seconds=60.0))
        assert priced == pytest.approx(verdict.cost, abs=1e-4)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000), st.integers(0, 28), st.integers(0, 28), st.lists(st.booleans(), min_size=2, max_size=2))
def test_one_more_window_never_makes_daylight_dearer(
    ground: Ground, make_problem: MakeProblem, seed: int, first: int, second: int, enclosed: list[bool]
) -> None:
    few = lit_from(ground, (slice(first, first + 4), slice(0, 1)))
    more = lit_from(ground, (slice(first, first + 4), slice(0, 1)), (slice(second, second + 4), slice(39, 40)))
    problem, _ = two_zones(few, make_problem, (enclosed[0], enclosed[1]))
    places = start_state(problem, seed)
    plan = Placement(places[:, :5], places[:, 5:])
    before, after = judge(problem, plan), judge(replace(problem, ground=more), plan)
    assert after.terms["daylit"] >= before.terms["daylit"]
    assert after.cost <= before.cost + 1e-9


def test_a_zone_is_brought_to_the_light_by_the_polish(ground: Ground, make_problem: MakeProblem) -> None:
    """The light ends 7 cells from the west wall: a zone that begins 3 cells from it moves all the way."""
    problem = make_problem(
        lit_from(ground, (slice(0, 32), slice(0, 1)), reach=6.0),
        ("zone",),
        weights=WEIGHTS,
        daylight=np.array([True]),
        shapes=(shapes_of((8, 8), (8, 8), (64, 64), 0.0),),
    )
    start = Placement(np.array([[3, 8, 8, 8, EAST]]))
    verdict = judge(problem, start)
    assert verdict.terms["daylit"] == pytest.approx(4 / 8)
    moved = polish(problem, start, verdict, Limits(workers=1, work=1.0, seconds=60.0)).require()
    assert moved.places[0, 0] == 0
    assert judge(problem, moved).terms["daylit"] == pytest.approx(7 / 8)


def test_bad_input_is_told(ground: Ground, make_problem: MakeProblem) -> None:
    with pytest.raises(InputError, match=r"PackProblem\.daylight: expected shape \(1,\)"):
        make_problem(ground, ("a",), daylight=np.array([True, False]))
    with pytest.raises(InputError, match="daylit"):
        replace(ground, daylit=np.zeros((2, 2), dtype=bool))


def test_a_programme_that_wants_daylight_weighs_it() -> None:
    data = read_programme("bank").model_dump(by_alias=True)
    assert any(zone["daylight"] for zone in data["zones"])
    data["weights"] = {name: weight for name, weight in data["weights"].items() if name != "daylight"}
    with pytest.raises(ValueError, match="weights: expected one for daylight, which waiting, financial_area want"):
        Programme.model_validate(data)
    without = {**data, "zones": [{**zone, "daylight": False} for zone in data["zones"]]}
    Programme.model_validate(without)
