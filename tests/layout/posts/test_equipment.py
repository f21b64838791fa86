"""Equipment stands in its zone, on free floor, on nothing else, with its front looking to the zone's front."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.floor.cells import Cells
from layout.floor.doorway import Doorway
from layout.posts.catalogue import read_catalogue
from layout.posts.check import judge_doors, judge_places
from layout.posts.equipment import AT_DOOR_M, EquipmentPlan, place_equipment
from layout.posts.plan import Equipment
from layout.posts.room import ZoneArea, direction_deg, frame_of, quarter_turn, zone_mask


def floor(width: float, height: float) -> Cells:
    free = np.ones((round(height / 0.25), round(width / 0.25)), dtype=bool)
    return Cells(free, free.copy(), 0.0, 0.0)


def counters_of(plan: EquipmentPlan) -> list[Equipment]:
    return [thing for thing in plan.equipment if thing.kind == "counter"]


def area(kind: str, rect: tuple[float, float, float, float], front_deg: float = 270.0) -> ZoneArea:
    return ZoneArea(kind, kind, np.array([rect], dtype=float), front_deg, True)


def test_counters_stand_along_the_front_with_tellers_behind() -> None:
    counters = area("counters", (2.0, 5.0, 6.0, 3.0))
    plan = place_equipment(floor(12, 10), [counters], read_catalogue(), {"counters": {"posts": 3}})
    assert [round(thing.x, 2) for thing in counters_of(plan)] == [2.3, 4.3, 6.3]
    assert {thing.y for thing in counters_of(plan)} == {5.0}
    assert {thing.facing_deg for thing in plan.equipment} == {270.0}
    assert all(station.y == pytest.approx(5.0 + 0.7 + 0.45) for station in plan.stations)


@pytest.mark.parametrize("front", [0.0, 90.0, 180.0, 270.0])
def test_a_turned_zone_is_furnished_alike(front: float) -> None:
    counters = area("counters", (3.0, 3.0, 6.0, 6.0), front)
    plan = place_equipment(floor(12, 12), [counters], read_catalogue(), {"counters": {"posts": 3}})
    assert len(counters_of(plan)) == 3
    assert {thing.facing_deg for thing in plan.equipment} == {front}
    frame = frame_of(counters.largest, front)
    for thing in counters_of(plan):
        middle = (thing.x + thing.w / 2, thing.y + thing.h / 2)
        assert (
            abs(direction_deg(frame.to_hall(3, 3), middle) - front) % 360 < 50
            or abs(direction_deg(frame.to_hall(3, 3), middle) - front) % 360 > 310
        )


@given(
    st.floats(0.5, 3.5), st.sampled_from([0.0, 90.0, 180.0, 270.0]), st.sampled_from(["back_office", "store", "vip"])
)
@settings(max_examples=25, deadline=None)
def test_nothing_stands_at_a_door(at: float, side: float, kind: str) -> None:
    """A room of 4 × 4 m with a door on any side: it is furnished, and one can walk in."""
    edge = {0.0: (6.0, 2.0 + at), 90.0: (2.0 + at, 6.0), 180.0: (2.0, 2.0 + at), 270.0: (2.0 + at, 2.0)}[side]
    door = Doorway(*edge, 0.9, side)
    rects = np.array([(2.0, 2.0, 4.0, 4.0)])
    room = ZoneArea(kind, kind, rects, 270.0, False, True, (door,))
    plan = place_equipment(floor(8, 8), [room], read_catalogue(), {kind: {"posts": 1}})
    assert plan.equipment
    assert judge_doors([room], plan.equipment, AT_DOOR_M) == []
    blocked = dataclasses.replace(plan.equipment[0], x=edge[0] - 0.2, y=edge[1] - 0.2)
    assert judge_doors([room], [blocked], AT_DOOR_M) == [f"{blocked.id} stands at a door of {kind}"]


def test_chairs_look_at_the_counters() -> None:
    zones = [area("waiting", (1.0, 1.0, 4.0, 4.0), 0.0), area("counters", (1.0, 8.0, 4.0, 2.0), 270.0)]
    plan = place_equipment(floor(12, 12), zones, read_catalogue(), {"waiting": {"seats": 8}, "counters": {"posts": 2}})
    chairs = [thing for thing in plan.equipment if thing.kind == "chair"]
    assert len(chairs) == 8
    assert {thing.facing_deg for thing in chairs} == {90.0}


def test_a_column_in_the_way_is_avoided() -> None:
    cells = floor(12, 10)
    cells.free[zone_mask(cells, area("column", (4.0, 5.0, 0.5, 0.5)))] = False
    counters = area("counters", (2.0, 5.0, 6.0, 3.0))
    plan = place_equipment(cells, [counters], read_catalogue(), {"counters": {"posts": 3}})
    assert len(counters_of(plan)) == 3
    assert not any(thing.x < 4.5 and thing.x + thing.w > 4.0 for thing in counters_of(plan))


@pytest.mark.parametrize("gap", [(1.0, 2.0), (2.5, 3.5), (4.75, 5.75)])
def test_a_poster_hangs_on_wall_along_all_its_width(gap: tuple[float, float]) -> None:
    """A room 6 m wide whose south wall has a gap of 1 m, a doorway: nothing hangs in it, wherever it is."""
    cells = floor(6, 6)
    cells.free[8, :] = False
    cells.free[8, round(gap[0] / 0.25) : round(gap[1] / 0.25)] = True
    waiting = ZoneArea("waiting", "waiting", np.array([(0.0, 2.25, 6.0, 3.75)]), 90.0, True)
    plan = place_equipment(cells, [waiting], read_catalogue(), {"waiting": {"seats": 4}})
    (poster,) = (thing for thing in plan.equipment if thing.kind == "poster")
    assert poster.y == pytest.approx(2.25)
    assert poster.x + poster.w <= gap[0] + 0.01 or poster.x >= gap[1] - 0.01


@pytest.mark.parametrize("wall", [0.0, 90.0, 180.0, 270.0])
@pytest.mark.parametrize("front", [0.0, 90.0, 180.0, 270.0])
def test_a_poster_hangs_on_the_one_wall_there_is(front: float, wall: float) -> None:
    """A zone in the middle of a floor of 8 m by 8 m with a wall along one side; without one it is told."""
    cells = floor(8, 8)
    waiting = area("waiting", (2.0, 2.0, 4.0, 4.0), front)
    without = place_equipment(cells, [waiting], read_catalogue(), {"waiting": {"seats": 4}})
    assert "waiting: poster: 0 of 1 found a place: no wall is free along the zone" in without.notes
    sides = {0.0: (slice(None), 24), 90.0: (24, slice(None)), 180.0: (slice(None), 7), 270.0: (7, slice(None))}
    cells.free[sides[wall]] = False
    plan = place_equipment(cells, [waiting], read_catalogue(), {"waiting": {"seats": 4}})
    (poster,) = (thing for thing in plan.equipment if thing.kind == "poster")
    assert poster.facing_deg == (wall + 180) % 360


def test_no_rack_faces_a_column_and_counters_do_where_they_must() -> None:
    """A column right at the side of the zone where the rack would look out; before the counters a wall 0.5 m off."""
    cells = floor(8, 8)
    cells.free[12:20, 8] = False
    reception = ZoneArea("reception", "reception", np.array([(2.25, 2.75, 3.0, 2.5)]), 270.0, True)
    plan = place_equipment(cells, [reception], read_catalogue(), {})
    racks = [thing for thing in plan.equipment if thing.kind == "brochure_rack"]
    assert racks
    for rack in racks:
        box = rack.x, rack.y
        reach = {0.0: (rack.w, 0.0), 90.0: (0.0, rack.h), 180.0: (-0.2, 0.0), 270.0: (0.0, -0.2)}[rack.facing_deg]
        assert cells.free[cells.at(box[0] + reach[0] + 0.1, box[1] + reach[1] + 0.1)]
    cells = floor(8, 8)
    cells.free[:18] = False
    counters = area("counters", (0.0, 5.0, 8.0, 3.0))
    assert len(counters_of(place_equipment(cells, [counters], read_catalogue(), {"counters": {"posts": 3}}))) == 3


@pytest.mark.parametrize(("width", "desks"), [(3.75, 2), (4.5, 2), (2.25, 1), (3.0, 1), (6.0, 2)])
@pytest.mark.parametrize("front", [0.0, 90.0, 180.0, 270.0])
def test_desks_leave_a_way_past_them(width: float, desks: int, front: float) -> None:
    """Two desks of 1.4 m evenly spread over 3.75 m would leave 0.24, 0.48 and 0.24 m: nobody could get behind them."""
    level = front % 180 == 90
    rect = (1.0, 1.0, width, 4.0) if level else (1.0, 1.0, 4.0, width)
    room = ZoneArea("vip", "vip", np.array([rect]), front, True, True)
    plan = place_equipment(floor(9, 9), [room], read_catalogue(), {"vip": {"posts": desks}})
    spans = [(d.x, d.x + d.w) if level else (d.y, d.y + d.h) for d in plan.equipment if d.kind == "vip_desk"]
    assert len(spans) == desks
    ends = [(0.0, 1.0), *sorted(spans), (1.0 + width, 9.0)]
    assert max(after[0] - before[1] for before, after in pairwise(ends)) >= 0.7 - 1e-6


def test_desks_stand_behind_each_other_where_a_row_of_them_closes_off_who_sits_there() -> None:
    """Two desks of 1.4 m fill a room of 3.5 m; it is 5 m deep, so that there may be 0.7 m and more beside each."""
    room = area("vip", (2.0, 2.0, 3.5, 5.0))
    plan = place_equipment(floor(8, 10), [room], read_catalogue(), {"vip": {"posts": 2}})
    first, second = (thing for thing in plan.equipment if thing.kind == "vip_desk")
    assert second.y - first.y == pytest.approx(2.1)
    assert all(max(desk.x - 2.0, 5.5 - desk.x - desk.w) >= 0.7 for desk in (first, second))


def test_what_does_not_fit_is_told() -> None:
    plan = place_equipment(floor(6, 6), [area("counters", (0, 0, 3, 3))], read_catalogue(), {"counters": {"posts": 5}})
    assert len(counters_of(plan)) == 2
    assert plan.notes == ("counters: counter: 2 of 5 found a place",)


@given(
    st.sampled_from(["counters", "waiting", "self_service", "reception", "vip", "back_office", "product_supermarket"]),
    st.floats(1.0, 8.0),
    st.floats(1.0, 8.0),
    st.sampled_from([0.0, 90.0, 180.0, 270.0]),
    st.integers(0, 2**31),
)
@settings(max_examples=50, deadline=None)
def test_equipment_never_leaves_its_zone_or_stands_on_another(
    kind: str, width: float, height: float, front: float, seed: int
) -> None:
    cells = floor(10, 10)
    cells.free[np.random.default_rng(seed).random(cells.free.shape) < 0.02] = False
    zone = area(kind, (1.0, 1.0, round(width, 2), round(height, 2)), front)
    plan = place_equipment(cells, [zone], read_catalogue(), {kind: {"posts": 4, "machines": 3, "seats": 9}})
    assert judge_places([zone], [], plan.equipment, 0.8) == []
    for thing in plan.equipment:
        low, high = (
            cells.at(thing.x + 0.02, thing.y + 0.02),
            cells.at(thing.x + thing.w - 0.02, thing.y + thing.h - 0.02),
        )
        assert cells.free[low[0] : high[0] + 1, low[1] : high[1] + 1].all()


def test_directions() -> None:
    assert direction_deg((0, 0), (0, 2)) == 90
    assert direction_deg((0, 0), (1, -1)) == 315
    assert [quarter_turn(degrees) for degrees in (10, 80, 200, 350)] == [0, 90, 180, 0]


def test_every_equipment_of_the_catalogue_has_a_zone_and_a_size() -> None:
    for kind in read_catalogue().equipment:
        assert kind.zones
        assert kind.width >= 0.3 or kind.place == "on"
    assert read_catalogue().sees("nobody") == {}
    assert read_catalogue().sees("guide")["entrance"] > 0
