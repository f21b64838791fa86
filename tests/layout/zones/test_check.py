"""The judge of arrangements: every rule broken once, by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from layout.zones.check import judge
from layout.zones.problem import Ground, PackProblem, Placement, shapes_of

MakeProblem = Callable[..., PackProblem]
EAST, NORTH, WEST, SOUTH = range(4)


def rules(problem: PackProblem, *places: tuple[int, int, int, int, int]) -> list[tuple[str, str]]:
    return [(rule.rule, rule.where) for rule in judge(problem, Placement(np.array(places))).broken]


def test_two_zones_on_either_side_of_the_entrance_keep_all_rules(ground: Ground, make_problem: MakeProblem) -> None:
    """Both 3 × 2 m at the side walls, fronts to the middle; a visitor walks 2 × about 3 m to each."""
    flow = np.array([[0.0, 10.0, 10.0], [10.0, 0, 0], [10.0, 0, 0]])
    problem = make_problem(ground, ("left", "right"), flow=flow)
    verdict = judge(problem, Placement(np.array([[0, 8, 8, 12, EAST], [32, 8, 8, 12, WEST]])))
    assert verdict.broken == ()
    assert verdict.terms["zones_m2"] == 12.0
    assert verdict.terms["area_off_target_m2"] == 0.0
    assert verdict.terms["dead_floor_m2"] == 0.0
    assert 5.0 < verdict.terms["walking_m_per_visitor"] < 8.0
    assert verdict.access.tolist() == [[8, 8], [8, 31]]


@pytest.mark.parametrize(
    ("place", "broken"),
    [
        ((30, 8, 12, 8, WEST), {"inside"}),
        ((16, 2, 12, 8, NORTH), {"doors"}),
        ((0, 8, 7, 12, EAST), {"area"}),
        ((0, 8, 8, 12, WEST), {"reachable"}),
        ((0, 28, 12, 4, EAST), {"doors", "area", "exits"}),
    ],
)
def test_one_zone_breaks_one_rule(
    ground: Ground, make_problem: MakeProblem, place: tuple[int, int, int, int, int], broken: set[str]
) -> None:
    problem = make_problem(ground, ("zone",))
    assert broken & {rule for rule, _ in rules(problem, place)} == broken


def test_overlap_names_both(ground: Ground, make_problem: MakeProblem) -> None:
    problem = make_problem(ground, ("a", "b"))
    verdict = judge(problem, Placement(np.array([[0, 8, 8, 12, EAST], [4, 8, 8, 12, EAST]])))
    found = [rule for rule in verdict.broken if rule.rule == "overlap"]
    assert (found[0].where, found[0].text) == ("b", "3.00 m² in common with a")
    assert verdict.fatal


def test_a_locked_zone_stands_where_it_is_locked(ground: Ground, make_problem: MakeProblem) -> None:
    at, moved, turned = (0, 8, 8, 12, EAST), (0, 9, 8, 12, EAST), (0, 8, 8, 12, NORTH)
    problem = make_problem(ground, ("zone",), locked=np.array([at]))
    assert rules(problem, at) == []
    for place in (moved, turned):
        assert ("locked", "zone") in rules(problem, place)


def test_a_gap_narrower_than_the_aisle_leads_nowhere(ground: Ground, make_problem: MakeProblem) -> None:
    """A zone across the hall leaves 1.00 m beside it: staff pass (0.9 m), visitors (1.2 m) do not."""
    wide = shapes_of((36, 36), (8, 8), (288, 288), 0.0)
    usual = shapes_of((8, 16), (8, 12), (64, 144), 0.0)
    places = (4, 10, 36, 8, SOUTH), (20, 24, 12, 8, SOUTH)
    for staff, expected in ((False, [("reachable", "behind")]), (True, [])):
        problem = make_problem(ground, ("bar", "behind"), shapes=(wide, usual), staff_access=np.array([False, staff]))
        assert [rule for rule in rules(problem, *places) if rule[1] == "behind"] == expected


def test_a_hall_in_two_halves_keeps_visitors_from_walking_on(ground: Ground, make_problem: MakeProblem) -> None:
    """Shelves from front to back, an entrance on either side: nothing right of them is reached from the wider one."""
    doors = np.zeros_like(ground.free)
    doors[:6, 4:14] = doors[:6, 28:36] = True
    halved = replace(
        ground, entrance=doors, buildable=ground.free & ~doors, exits=np.zeros((0, *doors.shape), dtype=bool)
    )
    flow = np.zeros((4, 4))
    flow[0, 1] = flow[1, 2] = flow[2, 0] = 10.0
    shapes = tuple(shapes_of((8, 32), (4, 12), (64, 144), 0.0) for _ in range(3))
    problem = make_problem(halved, ("left", "right", "shelves"), flow=flow, shapes=shapes)
    left, right = (0, 12, 8, 12, EAST), (32, 12, 8, 12, WEST)
    parted = [("reachable", "right"), ("reachable", "shelves"), ("entrances", "hall")]
    assert rules(problem, left, right, (18, 0, 4, 32, EAST)) == parted
    assert rules(problem, left, right, (18, 0, 4, 24, EAST)) == []


def test_walks_begin_at_the_entrance_whose_aisles_lead_there(ground: Ground, make_problem: MakeProblem) -> None:
    """A bar runs from between two entrances to the front of a zone that ends at the east wall.

    The front is nearer to the narrow entrance in the east; who comes in by the wide one in the west enters the zone
    west of the bar.
    """
    doors = np.zeros_like(ground.free)
    doors[:6, :10] = doors[:6, 28:36] = True
    two = replace(ground, entrance=doors, buildable=ground.free & ~doors, exits=np.zeros((0, *doors.shape), dtype=bool))
    flow = np.zeros((3, 3))
    flow[0, 2] = flow[2, 0] = 10.0
    shapes = (np.array([[16, 2]]), np.array([[26, 8]]))
    problem = make_problem(two, ("bar", "wide"), flow=flow, shapes=shapes, staff_access=np.array([True, False]))
    verdict = judge(problem, Placement(np.array([[20, 0, 2, 16, WEST], [14, 16, 26, 8, SOUTH]])))
    assert [(rule.rule, rule.where) for rule in verdict.broken] == [("entrances", "hall")]
    assert verdict.access[1, 1] < 20, "not where the narrow entrance's aisle comes to the front"
    assert 0 < verdict.terms["walking_m_per_visitor"] < 20.0


def test_entrances_that_no_floor_joins_are_no_broken_rule(ground: Ground, make_problem: MakeProblem) -> None:
    """A wall parts the hall: visitors set out from either entrance, and a zone on either side is reached."""
    doors = np.zeros_like(ground.free)
    doors[:6, 4:14] = doors[:6, 28:36] = True
    free = ground.free.copy()
    free[:, 20] = False
    two = replace(
        ground, free=free, entrance=doors, buildable=free & ~doors, exits=np.zeros((0, *doors.shape), dtype=bool)
    )
    problem = make_problem(two, ("left", "right"))
    assert rules(problem, (0, 12, 8, 12, EAST), (32, 12, 8, 12, WEST)) == []


def test_people_must_be_able_to_stand_along_a_full_front(ground: Ground, make_problem: MakeProblem) -> None:
    problem = make_problem(ground, ("counters", "screen"), full_front=np.array([True, False]))
    places = (12, 20, 16, 8, SOUTH), (8, 9, 8, 8, WEST)
    assert ("front", "counters") in rules(problem, *places)
    assert ("front", "counters") not in rules(problem, (12, 24, 16, 8, SOUTH), (0, 6, 8, 8, EAST))


def test_a_turning_circle_is_wanted_at_the_access(ground: Ground, make_problem: MakeProblem) -> None:
    """The aisle before the zone is 1.25 m wide: wide enough to walk, too narrow to turn."""
    long = shapes_of((30, 30), (8, 8), (240, 240), 0.0)
    problem = make_problem(ground, ("north", "south"), shapes=(long, long))
    places = (10, 22, 30, 8, SOUTH), (10, 9, 30, 8, NORTH)
    assert ("turning", "north") in rules(problem, *places)


def test_staff_reach_their_counters_from_behind(ground: Ground, make_problem: MakeProblem) -> None:
    back_to = np.array([[False, True], [False, False]])
    problem = make_problem(ground, ("counters", "back_office"), back_to=back_to)
    counters = (10, 24, 12, 8, SOUTH)
    assert rules(problem, counters, (22, 22, 8, 10, EAST)) == []
    verdict = judge(problem, Placement(np.array([counters, (32, 20, 8, 12, WEST)])))
    assert [(rule.rule, rule.where) for rule in verdict.broken] == [("staff_side", "counters")]
    assert "back_office" in verdict.broken[0].text


def test_far_from_the_entrance_is_told_in_metres(ground: Ground, make_problem: MakeProblem) -> None:
    problem = make_problem(ground, ("reception",), entrance_within=np.array([3.0]))
    verdict = judge(problem, Placement(np.array([[0, 20, 12, 8, SOUTH]])))
    assert [rule.rule for rule in verdict.broken] == ["entrance_within"]
    assert "3 m wanted" in verdict.broken[0].text


def test_terms_count_walls_windows_sight_and_exposure(ground: Ground, make_problem: MakeProblem) -> None:
    """A closed room of 3 × 2 m in the corner: 7 m of new walls, 2 m of window hidden."""
    from dataclasses import replace

    windows = np.zeros_like(ground.free)
    windows[8:16, 0] = True
    sees = np.zeros((4, 4), dtype=bool)
    sees[2, 3] = True
    problem = make_problem(
        replace(ground, windows=windows),
        ("room", "waiting", "counters"),
        enclosed=np.array([True, False, False]),
        selling=np.array([False, True, False]),
        wall=np.array([True, False, True]),
        sees=sees,
        flow=np.array([[0, 0, 10.0, 0], [0, 0, 0, 0], [10.0, 0, 0, 0], [0, 0, 0, 0]]),
    )
    terms = judge(
        problem, Placement(np.array([[0, 8, 8, 12, EAST], [28, 8, 12, 8, WEST], [14, 22, 12, 8, NORTH]]))
    ).terms
    assert terms["partition_m"] == pytest.approx(2.0 + 3.0 + 2.0)
    assert terms["window_hidden_m"] == pytest.approx(2.0)
    assert terms["open_back_m"] == pytest.approx(3.0)
    assert terms["seen"] == 0.0
    assert terms["exposure"] == 1.0
