"""Where people step to a zone: the nearest place before its front that keeps the rule `access`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import shapely

from layout.floor.cells import free_cells
from layout.floor.plan import Door, FloorPlan
from layout.posts.plan import Furnishing
from layout.rules.aisles import access
from layout.rules.data import Rule, read_rules
from layout.rules.scene import FinishedHall, Scene
from layout.study.hall.access import choose_accesses
from layout.study.hall.arranged import with_accesses
from layout.zones.check import approaches, judge
from layout.zones.improve import Arrangement
from layout.zones.plan import PlacedZone, ZonePlan
from layout.zones.problem import Ground, PackProblem, Placement

MakeProblem = Callable[..., PackProblem]
CELL_M = 0.25
SOUTH = 3
RULE = read_rules("preset").rules["access"]
WIDE = RULE.model_copy(update={"numbers": {**RULE.numbers, "width_m": 0.9}})


def stepped_to(
    ground: Ground, make_problem: MakeProblem, fixture: tuple[float, float], rule: Rule = RULE
) -> tuple[list[str], PlacedZone, list[str]]:
    """Return what is broken at the nearest access of a room of staff, the room with the one chosen, what it breaks.

    The room is 3 × 2 m, its front from (5, 4) to (8, 4); the entrance lies south-west of it. A fixture stands right
    before the front from ``fixture[0]`` to ``fixture[1]``, metres.
    """
    low, high = fixture
    box = shapely.box(low, 2.5, high, 4.0)
    plan = FloorPlan(outline=shapely.box(0, 0, 10, 8), doors=(Door(2, 0, 1.5, True, False, 90.0),), fixtures=(box,))
    cells = free_cells(plan, CELL_M)
    entrance = np.zeros_like(ground.free)
    entrance[:6, 5:11] = True
    here = replace(
        ground, free=cells.free, buildable=cells.free & ~entrance, entrance=entrance, exits=np.zeros((0, 32, 40), bool)
    )
    yes = np.array([True])
    problem = make_problem(here, ("office",), public=~yes, staff_access=yes, enclosed=yes)
    placement = Placement(np.array([[20, 16, 12, 8, SOUTH]]))
    arrangement = Arrangement(placement, judge(problem, placement))
    room = PlacedZone(
        "office", "office", np.array([[5.0, 4.0, 3.0, 2.0]]), 6.0, False, False, 270.0, np.zeros(2), "office", True
    )
    zones = with_accesses(ZonePlan((room,), {}, {}, (), np.empty((0, 2))), cells, arrangement)
    hall = FinishedHall(plan, zones, Furnishing((), (), ()), "bank")
    assert approaches(problem, placement)[0][0].tolist() == arrangement.verdict.access[0].tolist()
    chosen = choose_accesses(hall, cells, problem, arrangement, rule)
    after = replace(hall, zones=with_accesses(zones, cells, chosen))
    return told(hall, rule), after.zones.zones[0], told(after, rule)


def told(hall: FinishedHall, rule: Rule) -> list[str]:
    return [found.text for found in access(Scene(hall), rule)]


def test_people_step_to_the_nearest_place_where_a_door_fits(ground: Ground, make_problem: MakeProblem) -> None:
    """West of the fixture 0.75 m of the front are free (0.77 with tolerances), east of it 1.00 m: there is the door."""
    before, room, after = stepped_to(ground, make_problem, (5.75, 7.0), WIDE)
    assert before == ["0.77 m of its side are free at its access, 0.90 m expected"]
    assert after == []
    assert room.door is not None
    (left, _), (right, _) = room.door.jambs
    assert 7.0 <= left < right <= 8.0


def test_a_nearest_place_that_keeps_the_rule_stays(ground: Ground, make_problem: MakeProblem) -> None:
    """West of the fixture 1.25 m are free: the walk arrives at the west end."""
    before, room, after = stepped_to(ground, make_problem, (6.25, 7.0))
    assert before == after == []
    assert room.access[0] == pytest.approx(5.375, abs=0.001)


def test_where_no_place_keeps_the_rule_the_nearest_stays(ground: Ground, make_problem: MakeProblem) -> None:
    """0.75 m are free on either side of the fixture."""
    before, room, after = stepped_to(ground, make_problem, (5.75, 7.25), WIDE)
    assert before == after == ["0.77 m of its side are free at its access, 0.90 m expected"]
    assert room.access[0] < 5.75


def test_a_door_stands_clear_where_the_rule_asks_for_less_than_its_width(
    ground: Ground, make_problem: MakeProblem
) -> None:
    """0.75 m are free in the west, enough for the rule, and 1.25 m in the east: there the door of 0.9 m is clear."""
    before, room, after = stepped_to(ground, make_problem, (5.75, 6.75))
    assert before == after == []
    assert room.door is not None
    assert room.door.jambs[0][0] >= 6.75


def test_a_rule_for_other_zones_moves_nothing(ground: Ground, make_problem: MakeProblem) -> None:
    rule = WIDE.model_copy(update={"without": ("office",)})
    before, room, after = stepped_to(ground, make_problem, (5.75, 7.0), rule)
    assert before == after
    assert room.access[0] < 5.75


@pytest.mark.parametrize(("free_m", "is_reached"), [(0.5, False), (0.75, True)])
def test_more_than_half_a_walker_stands_before_a_front(
    ground: Ground, make_problem: MakeProblem, free_m: float, is_reached: bool
) -> None:
    """Staff are 1 m wide; all but ``free_m`` of the front's west end is barred."""
    free = ground.free.copy()
    free[10:16, 20 + round(free_m / CELL_M) : 33] = False
    here = replace(ground, free=free, buildable=ground.buildable & free)
    yes = np.array([True])
    problem = make_problem(here, ("office",), public=~yes, staff_access=yes)
    verdict = judge(problem, Placement(np.array([[20, 16, 12, 8, SOUTH]])))
    assert ("reachable" not in {broken.rule for broken in verdict.broken}) == is_reached
