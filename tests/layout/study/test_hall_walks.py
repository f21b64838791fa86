"""A settled hall measured on polygons: by hand, and mirrored, turned and scaled."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, affinity, box

from layout.floor.ground import boxes
from layout.floor.plan import Door, FloorPlan
from layout.posts.plan import Equipment, Furnishing
from layout.rules.data import read_rules
from layout.study.hall.exposure import seat_views, waited_minutes
from layout.study.hall.walks import fronts, walk_hall
from layout.workload.requirement import Requirement, RequirementRow
from layout.zones.plan import PlacedZone

RULES = read_rules("preset")
PLAN = FloorPlan(
    box(0, 0, 16, 10),
    (Door(8, 0, 1.6, True, False, 90.0, "main"), Door(16, 9, 1.0, False, True, 180.0)),
    columns=(box(7.6, 4.6, 8.4, 5.4),),
)


def zone(kind: str, rect: tuple[float, float, float, float], front: float, access: tuple[float, float]) -> PlacedZone:
    rects = np.array([rect], dtype=np.float64)
    return PlacedZone(kind, kind, rects, rect[2] * rect[3], True, False, front, np.array(access))


ZONES = (
    zone("reception", (4, 0, 2, 1.5), 90.0, (5, 1.5)),
    zone("phones", (0, 6, 2, 4), 0.0, (2, 8)),
    zone("tablets", (6, 8, 4, 2), 270.0, (8, 8)),
    zone("waiting", (13, 3, 3, 3), 180.0, (13, 4.5)),
    replace(zone("vip", (11, 0, 4, 1.5), 90.0, (13, 1.5)), enclosed=True),
)
SELLING = ("phones", "tablets")


def moved(
    plan: FloorPlan, zones: tuple[PlacedZone, ...], turns: int, mirror: bool
) -> tuple[FloorPlan, list[PlacedZone]]:
    def shape(one: shapely.Geometry) -> shapely.Geometry:
        one = affinity.scale(one, -1.0 if mirror else 1.0, 1.0, origin=(0, 0))
        return affinity.rotate(one, 90 * turns, origin=(0, 0))

    def turned(degrees: float) -> float:
        return ((180 - degrees if mirror else degrees) + 90 * turns) % 360

    def xy(x: float, y: float) -> np.ndarray:
        return np.round(shapely.get_coordinates(shape(Point(x, y)))[0], 6)

    doors = tuple(replace(d, x=xy(d.x, d.y)[0], y=xy(d.x, d.y)[1], facing_deg=turned(d.facing_deg)) for d in plan.doors)
    placed = []
    for one in zones:
        west, south, east, north = shape(boxes([one.rects])[0]).bounds
        rects = np.round([[west, south, east - west, north - south]], 6)
        placed.append(replace(one, rects=rects, front_deg=turned(one.front_deg), access=xy(*one.access)))
    return FloorPlan(shape(plan.outline), doors, columns=tuple(shape(c) for c in plan.columns)), placed


def test_walks_and_egress_are_those_a_ruler_finds() -> None:
    found = walk_hall(PLAN, PLAN.doors[0], ZONES, SELLING, RULES)
    metres = found.walks.metres
    # A step in, round the VIP room's corner (11, 1.5) at a quarter of a metre, and a step up to its front.
    assert metres[0, 5] == pytest.approx(0.25 + math.hypot(2.85, 1.45) + 2.15 + 0.25, abs=0.03)
    assert metres[0, 1] == pytest.approx(0.25 + math.hypot(1.85, 1.45) + 1.15 + 0.25, abs=0.03)
    assert metres[2, 3] == pytest.approx(0.25 + math.hypot(5.75, 0.25) + 0.25, abs=0.03)
    assert (metres == metres.T).all()
    assert found.egress_straight_m == pytest.approx(math.hypot(8, 10), abs=1e-6)
    assert found.egress_m == pytest.approx(math.hypot(7.7, 9.7), abs=3.0)
    assert not found.clear.intersects(box(11.1, 0.1, 14.9, 1.4))
    flow = np.zeros((6, 6))
    flow[0, 3] = flow[3, 0] = 5.0
    assert found.terms(flow)["walking_m_per_visitor"] == pytest.approx(2 * metres[0, 3])


def test_the_line_leads_past_all_selling_zones_and_keeps_half_an_aisle() -> None:
    movement = walk_hall(PLAN, PLAN.doors[0], ZONES, SELLING, RULES).movement
    assert movement.stops == ("reception", "phones", "tablets", "waiting")
    assert movement.proved
    assert movement.line[0].tolist() == [8.0, 0.0]
    solid = [*boxes(one.rects for one in ZONES), *PLAN.columns, PLAN.outline.boundary]
    beyond_door = LineString(movement.line).difference(Point(8, 0).buffer(0.6))
    assert min(beyond_door.distance(thing) for thing in solid) >= RULES.number("aisle_public") / 2 - 0.012
    assert movement.length_m == pytest.approx(movement.metres[-1], abs=0.05)
    assert list(movement.metres) == sorted(movement.metres)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("mirror", [False, True])
def test_a_hall_turned_and_mirrored_measures_the_same(turns: int, mirror: bool) -> None:
    here = walk_hall(PLAN, PLAN.doors[0], ZONES, SELLING, RULES)
    plan, zones = moved(PLAN, ZONES, turns, mirror)
    there = walk_hall(plan, plan.doors[0], zones, SELLING, RULES)
    assert there.walks.metres == pytest.approx(here.walks.metres, abs=1e-3)
    assert there.egress_m == pytest.approx(here.egress_m, abs=0.04)
    assert there.egress_straight_m == pytest.approx(here.egress_straight_m)
    assert there.movement.stops == here.movement.stops
    assert there.movement.length_m == pytest.approx(here.movement.length_m, abs=0.02)


def test_a_hall_twice_as_large_has_walks_twice_as_long() -> None:
    """With aisles and bodies as they are, walks are at most those of the small hall scaled."""
    columns = tuple(affinity.scale(column, 2, 2, origin=(0, 0)) for column in PLAN.columns)
    large = FloorPlan(box(0, 0, 32, 20), (replace(PLAN.doors[0], x=16.0),), columns=columns)
    zones = [replace(one, rects=one.rects * 2, access=one.access * 2) for one in ZONES]
    here = walk_hall(PLAN, PLAN.doors[0], ZONES, SELLING, RULES).walks.metres
    there = walk_hall(large, large.doors[0], zones, SELLING, RULES).walks.metres
    assert (there <= 2 * here + 1e-6).all()
    assert (there >= 2 * here - 1.5).all()


def test_without_a_way_in_there_is_no_line() -> None:
    shut = zone("counters", (6.5, 0, 3, 1), 90.0, (8, 1))
    found = walk_hall(PLAN, PLAN.doors[0], (*ZONES, shut), SELLING, RULES)
    assert found.movement.line.shape == (0, 2)
    assert found.movement.length_m == 0.0
    assert found.terms(np.ones((7, 7)) - np.eye(7))["walking_m_per_visitor"] == 0.0


def test_fronts_lie_where_people_approach() -> None:
    ends = [shapely.get_coordinates(front).tolist() for front in fronts(ZONES[:4])]
    assert ends == [[[6, 1.5], [4, 1.5]], [[2, 6], [2, 10]], [[6, 8], [10, 8]], [[13, 6], [13, 3]]]


def test_seats_see_the_fronts_they_look_at_from_the_front() -> None:
    seat = Equipment("chair-1", "chair", "waiting", 13.5, 8.8, 0.5, 0.5, 180.0, 0.4)
    clear = walk_hall(PLAN, PLAN.doors[0], ZONES, SELLING, RULES).clear
    views = seat_views(clear, ZONES, Furnishing((), (), (seat,)))
    assert views["phones"] == pytest.approx(1.0, abs=0.01)
    assert views["tablets"] == 0.0
    assert "vip" not in views
    wall = walk_hall(replace(PLAN, walls=(LineString([(5, 8), (5, 10)]),)), PLAN.doors[0], ZONES, SELLING, RULES)
    # From (13.75, 9.05) over (5, 8) the line meets x = 2 at y = 7.64.
    assert seat_views(wall.clear, ZONES, Furnishing((), (), (seat,)))["phones"] == pytest.approx(1.64 / 4, abs=0.02)
    assert seat_views(clear, ZONES, Furnishing((), (), ())) == {}


def test_waiting_is_that_of_erlang_in_the_worst_hour() -> None:
    """One server half busy: each visitor waits ρ/(1 − ρ) service times, 5 minutes."""
    rows = tuple(
        RequirementRow("mon", start, post, 1, arrivals, 0.8, occupancy)
        for start, post, arrivals, occupancy in (
            ("09:00", "teller", 3.0, 0.5),
            ("09:30", "teller", 1.5, 0.25),
            ("09:00", "guide", 9.0, 0.9),
        )
    )
    need = Requirement(rows, 30, {}, 0.0, 0)
    assert waited_minutes(need, ("guide",)) == pytest.approx(3.0 * 2 * 5.0)
    assert waited_minutes(need, ("guide", "teller")) == 0.0
