"""The one term each zone is judged by, in a hall of 10 × 8 m with its door in the middle of the south side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from layout.floor.cells import free_cells
from layout.floor.plan import Door, FloorPlan
from layout.flow.exposure import ZoneExposure
from layout.posts.plan import Equipment, Furnishing, MachinePool, Post
from layout.rules.data import read_rules
from layout.study.hall.measures import MEASURES, FinishedFloor, measure_zones
from layout.study.hall.walks import Movement, walk_hall
from layout.workload.requirement import Requirement, RequirementRow
from layout.zones.plan import PlacedZone, ZoneMeasure
from layout.zones.programme import Measure, ZoneSpec
from layout.zones.space import Space, ZoneNeed

RULES = read_rules("preset")
PLAN = FloorPlan(shapely.box(0, 0, 10, 8), (Door(5, 0, 1.6, True, False, 90.0),))
WALLED = replace(PLAN, walls=(shapely.box(6.0, 0.0, 6.25, 8.0),))
BUSY = RequirementRow("monday", "09:00", "teller", 2, 12.0, 0.9, 0.6)
QUIET = RequirementRow("monday", "09:30", "teller", 2, 0.0, 1.0, 0.0)
WORK = Requirement((BUSY, QUIET), 30, {"teller": 2}, 2.0, 0, zone_of={"teller": "counters"})
"""Twelve visitors in half an hour, two clerks busy for 60 %: by Erlang C they wait 1.6875 minutes on average."""
Rect = tuple[float, float, float, float]


def zone(
    kind: str,
    rect: Rect,
    front: float,
    access: tuple[float, float],
    *,
    measure: Measure | None = None,
    public: bool = True,
    enclosed: bool = False,
    selling: bool = False,
) -> tuple[PlacedZone, ZoneNeed]:
    area = rect[2] * rect[3]
    placed = PlacedZone(
        kind, kind, np.array([rect], dtype=np.float64), area, public, False, front, np.array(access), kind, enclosed
    )
    spec = ZoneSpec(
        kind=kind,
        name=kind,
        public=public,
        area_m2=(1.0, 2.0, 90.0),
        depth_m=(1.0, 9.0),
        selling=selling,
        measure=measure or "",
        source="drawn",
    )
    return placed, ZoneNeed(kind, spec, 0, 1.0, 2.0, 90.0, 1.0, 9.0)


def thing(kind: str, zone_id: str, rect: Rect, facing: float = 270.0) -> Equipment:
    return Equipment(f"{kind}-{rect}", kind, zone_id, *rect, facing, 0.0)


def finished(
    zones: Sequence[tuple[PlacedZone, ZoneNeed]],
    *,
    plan: FloorPlan = PLAN,
    things: Sequence[Equipment] = (),
    posts: Sequence[Post] = (),
    pools: Sequence[MachinePool] = (),
    line: Sequence[tuple[float, float]] = (),
) -> FinishedFloor:
    placed = tuple(one for one, _ in zones)
    walked = walk_hall(plan, plan.doors[0], placed, [], RULES)
    if line:
        walked = replace(walked, movement=Movement(np.array(line)))
    return FinishedFloor(
        plan,
        free_cells(plan),
        placed,
        Space(tuple(need for _, need in zones), 4),
        Furnishing(tuple(posts), (), tuple(things), pools=tuple(pools)),
        walked,
        (ZoneExposure("shop", 1.0, 0.25, 12.0),),
        WORK,
        0.4,
    )


def only(hall: FinishedFloor) -> ZoneMeasure:
    (found,) = measure_zones(hall)
    return found


COUNTERS = zone("counters", (3, 6, 4, 2), 270.0, (5, 6), measure="minutes_to_served", public=False)


def test_walk_and_wait_until_served() -> None:
    """Six metres straight ahead at 72 m a minute, then the wait of two clerks."""
    found = only(finished([COUNTERS]))
    assert (found.zone, found.term, found.unit) == ("counters", "minutes_to_served", "min")
    assert found.value == pytest.approx(6 / 72 + 1.6875, abs=0.002)
    assert {name: value for name, _, value in found.parts} == pytest.approx({"walk": 6.0, "wait": 1.688}, abs=0.01)


def test_visits_that_use_a_machine() -> None:
    machines = zone("self_service", (0, 0, 2, 2), 90.0, (1, 2), measure="diverted")
    pools = [MachinePool(kind, 2, 1, 0.98, 0.99, 2) for kind in ("cash_machine", "query_machine")]
    found = only(finished([machines], pools=pools))
    assert (found.unit, found.value, found.parts) == ("share", 0.4, (("machines", "", 4.0),))


def test_seats_that_see_the_counters() -> None:
    """Of four seats one stands behind a wall."""
    waiting = zone("waiting", (1, 2, 2, 2), 90.0, (2, 4), measure="seats_in_sight")
    screen = replace(PLAN, walls=(shapely.box(8.0, 0.0, 8.25, 8.0),))
    seats = [thing("chair", "waiting", (x, 2.0, 0.5, 0.5)) for x in (1.0, 2.0, 4.0, 9.0)]
    found = only(
        finished([zone("counters", (3, 6, 4, 2), 270.0, (5, 6), public=False), waiting], plan=screen, things=seats)
    )
    assert (found.value, found.parts) == (0.75, (("counters", "share", 0.75),))


def test_seats_must_see_products_too_where_some_are_sold() -> None:
    waiting = zone("waiting", (1, 2, 2, 2), 90.0, (2, 4), measure="seats_in_sight")
    shop = zone("shop", (8.5, 3, 1.5, 2), 180.0, (8.5, 4), selling=True)
    screen = replace(PLAN, walls=(shapely.box(8.0, 0.0, 8.25, 8.0),))
    seats = [thing("chair", "waiting", (x, 2.0, 0.5, 0.5)) for x in (1.0, 9.0)]
    counters = zone("counters", (3, 6, 4, 2), 270.0, (5, 6), public=False)
    found = only(finished([counters, waiting, shop], plan=screen, things=seats))
    assert found.value == 0.0
    assert found.parts == (("counters", "share", 0.5), ("products", "share", 0.5))


def test_without_seats_nothing_is_said() -> None:
    waiting = zone("waiting", (1, 2, 2, 2), 90.0, (2, 4), measure="seats_in_sight")
    assert only(finished([waiting])).value is None


def test_a_room_is_private_and_an_open_desk_is_not() -> None:
    room = zone("vip", (0, 5, 3, 3), 0.0, (3, 6.5), measure="private", enclosed=True)
    assert only(finished([room])).value == 1.0
    desk = zone("vip", (0, 5, 3, 3), 0.0, (3, 6.5), measure="private")
    assert only(finished([desk])).value == pytest.approx(0.0, abs=1e-3)


def test_what_a_wall_hides_of_a_desk_is_private() -> None:
    """Of 80 m² the wall takes 2 and the zone 9; 3.75 × 8 m lie beyond the wall."""
    desk = zone("vip", (0, 5, 3, 3), 0.0, (3, 6.5), measure="private")
    found = only(finished([desk], plan=WALLED, things=[thing("desk", "vip", (1, 6, 1.4, 0.8))]))
    assert found.value == pytest.approx(30 / 69, abs=0.005)


def test_visitors_who_pass_and_see_it() -> None:
    shop = zone("shop", (8, 3, 2, 2), 180.0, (8, 4), measure="passed", selling=True)
    found = only(finished([shop]))
    assert (found.value, found.parts) == (0.25, (("visitors an hour", "", 12.0),))
    other = zone("hidden", (8, 3, 2, 2), 180.0, (8, 4), measure="passed", selling=True)
    assert only(finished([other])).value is None


def test_things_within_reach_of_the_line() -> None:
    """Of three shelves the first touches 1.5 m from the line, the second is farther; the bin is no shelf."""
    shop = zone("shop", (6, 2, 4, 5), 180.0, (6, 4), measure="within_reach", selling=True)
    things = [
        thing("gondola", "shop", (6.5, 2, 1, 1)),
        thing("gondola", "shop", (6.6, 5, 1, 1)),
        thing("display_table", "shop", (6.0, 3.5, 1, 1)),
        thing("bin", "shop", (9.0, 3, 0.4, 0.4)),
    ]
    found = only(finished([shop], things=things, line=[(5, 0), (5, 7)]))
    assert (found.value, found.parts) == (0.667, (("things in reach", "", 2.0),))
    assert only(finished([shop], things=things[3:], line=[(5, 0), (5, 7)])).value is None


def test_walks_to_the_entrance_and_to_the_data_experience() -> None:
    club = zone("handset_club", (1, 6, 3, 2), 270.0, (2.5, 6), measure="to_data_experience")
    data = zone("data_experience", (6, 6, 3, 2), 270.0, (7.5, 6))
    assert only(finished([club, data])).value == pytest.approx(0.25 + 5.0 + 0.25, abs=0.01), "a step out and a step in"
    assert only(finished([club])).value is None
    near = zone("reception", (4, 3, 2, 2), 270.0, (5, 3), measure="to_entrance")
    assert only(finished([near])).value == pytest.approx(3.0, abs=0.01)


def test_entrances_in_sight_of_its_posts() -> None:
    guard = zone("security", (8, 5, 2, 2), 180.0, (8, 6), measure="entrance_seen", public=False)
    here = Post("guard-1", "security", "guard", 9.0, 6.0, 180.0)
    assert only(finished([guard], posts=[here])).value == 1.0
    assert only(finished([guard], plan=WALLED, posts=[here])).value == 0.0
    assert only(finished([guard], plan=WALLED)).value == 0.0, "from its middle where nobody stands in it"


def test_staffs_walk_from_the_racks_to_a_clerk() -> None:
    """The rack looks south at x = 2; the clerk stands 5 m east on the same line of floor."""
    shelves = zone("parcel_shelves", (1, 6, 3, 2), 270.0, (2.5, 6), measure="staff_walk", public=False)
    counters = zone("counters", (6, 4, 3, 3), 270.0, (7.5, 4), public=False)
    rack = thing("parcel_rack", "parcel_shelves", (1.5, 6.0, 1.0, 0.5))
    clerk = Post("teller-1", "counters", "teller", 7.0, 5.6, 270.0)
    found = only(finished([shelves, counters], things=[rack], posts=[clerk]))
    assert found.value is not None
    assert 5.0 - 0.85 <= found.value <= 5.0 + 0.3
    assert only(finished([shelves, counters], things=[rack])).value is None, "no clerk, no walk"


def test_area_a_desk_and_depth() -> None:
    office = zone("back_office", (6, 4, 4, 3), 180.0, (6, 5), measure="work_space", public=False)
    desks = [thing("desk", "back_office", (x, 5, 1.4, 0.8)) for x in (6.5, 8.0)]
    found = only(finished([office], things=desks))
    assert (found.unit, found.value, found.parts) == ("m²", 6.0, (("desks", "", 2.0),))
    assert only(finished([office])).value is None
    vault = zone("vault", (8, 4, 2, 2), 180.0, (8, 5), measure="depth", public=False)
    assert only(finished([vault])).value == 5.0


def test_every_measure_is_tested_here() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in MEASURES if f'measure="{name}"' not in here] == []


def test_zones_without_a_measure_have_none() -> None:
    assert measure_zones(finished([zone("shop", (8, 3, 2, 2), 180.0, (8, 4))])) == ()
