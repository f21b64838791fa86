"""The door of a room: on its front, near its access, clear of the corners."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layout.floor.doorway import CORNER_M, Doorway, doorway, doorways_between, hung_apart
from layout.zones.plan import PlacedZone, room_doors


@pytest.mark.parametrize(
    ("front", "access", "expected", "jambs"),
    [
        (270, (4.5, 2.0), (4.5, 2.0), ((4.05, 2.0), (4.95, 2.0))),
        (270, (3.0, 2.0), (3.55, 2.0), ((3.1, 2.0), (4.0, 2.0))),
        (90, (6.0, 5.0), (5.45, 5.0), ((5.0, 5.0), (5.9, 5.0))),
        (0, (6.0, 3.5), (6.0, 3.5), ((6.0, 3.05), (6.0, 3.95))),
        (180, (3.0, 2.1), (3.0, 2.55), ((3.0, 2.1), (3.0, 3.0))),
    ],
)
def test_a_room_of_three_metres_by_three(
    front: float, access: tuple[float, float], expected: tuple[float, float], jambs: tuple[tuple[float, float], ...]
) -> None:
    """The room lies from 3 to 6 m and from 2 to 5 m; its door is 0.9 m wide and keeps 0.1 m from the corners."""
    door = doorway(np.array([[3.0, 2.0, 3.0, 3.0]]), front, np.array(access), 0.9)
    assert (door.x, door.y) == pytest.approx(expected)
    assert np.array(door.jambs) == pytest.approx(np.array(jambs))
    assert door.facing_deg == front


def test_the_door_of_an_l_is_in_the_rectangle_it_is_come_to() -> None:
    rects = np.array([[0.0, 0.0, 2.0, 2.0], [2.0, 0.0, 4.0, 3.0]])
    assert doorway(rects, 90, np.array([5.0, 3.0]), 0.9).y == 3.0
    assert doorway(rects, 90, np.array([1.0, 2.0]), 0.9).y == 2.0


def test_a_front_shorter_than_the_door_is_all_door() -> None:
    door = doorway(np.array([[0.0, 0.0, 0.75, 2.0]]), 270, np.array([0.1, 0.0]), 0.9)
    assert (door.x, door.width_m) == (0.375, 0.75)


@given(st.floats(0.5, 9), st.floats(0.5, 9), st.sampled_from([0, 90, 180, 270]), st.floats(0, 1), st.floats(0.6, 1.2))
def test_a_door_lies_on_its_front_and_no_nearer_place_would_do(
    w: float, h: float, front: int, share: float, width: float
) -> None:
    side = front // 90
    access = np.array([(w, share * h), (share * w, h), (0.0, share * h), (share * w, 0.0)][side])
    door = doorway(np.array([[0.0, 0.0, w, h]]), front, access, width)
    length = w if side % 2 else h
    along = door.x if side % 2 else door.y
    low, high = along - door.width_m / 2, along + door.width_m / 2
    assert low >= -0.001
    assert high <= length + 0.001
    assert door.width_m == pytest.approx(min(width, length), abs=0.001)
    aim = share * length
    if low > CORNER_M + 0.002 and high < length - CORNER_M - 0.002:
        assert along == pytest.approx(aim, abs=0.001)


def test_only_rooms_have_doors() -> None:
    rects = np.array([[0.0, 0.0, 3.0, 2.0]])
    room = PlacedZone("vip", "vip", rects, 6.0, True, False, 90.0, np.array([1.5, 2.0]), enclosed=True, door_m=1.0)
    assert room.door is not None
    assert (room.door.x, room.door.y, room.door.width_m) == (1.5, 2.0, 1.0)
    assert PlacedZone("a", "a", rects, 6.0, True, False, 90.0, np.array([1.5, 2.0])).door is None


def crossing_m2(doors: tuple[Doorway, ...]) -> float:
    """Return the floor that two leaves sweep, square metres."""
    return sum(a.swing.intersection(b.swing).area for a, b in combinations(doors, 2))


def staff_room(rect: tuple[float, float, float, float], access: tuple[float, float]) -> PlacedZone:
    size = rect[2] * rect[3]
    return PlacedZone("room", "room", np.array([rect]), size, False, False, 270.0, np.array(access), enclosed=True)


def open_zone(name: str, rect: tuple[float, float, float, float]) -> PlacedZone:
    return PlacedZone(name, name, np.array([rect]), rect[2] * rect[3], False, False, 270.0, np.array(rect[:2]))


def test_a_leaf_sweeps_a_quarter_of_a_disc_in_the_room_from_its_hinge() -> None:
    for facing, far, hinge in ((270, False, (1.0, 0.0)), (270, True, (2.0, 0.0)), (0, True, (1.5, 0.5))):
        door = Doorway(1.5, 0.0, 1.0, facing, hung_far=far)
        assert door.hinge == pytest.approx(hinge)
        assert door.swing.area == pytest.approx(np.pi / 4, rel=0.01)
        assert door.swing.centroid.y > 0 or facing == 0
        assert door.swing.centroid.x < 1.5 or facing == 270


def test_two_doors_in_one_corner_of_a_back_office_do_not_swing_into_each_other() -> None:
    """The back office of the Helsinki sample, 4.75 × 2.25 m: its door in the south by the corner, counters east."""
    room = staff_room((1.25, 8.75, 4.75, 2.25), (6.0, 8.75))
    counters = open_zone("counters", (6.0, 8.75, 8.0, 2.25))
    assert room.door is not None
    middle = Doorway(6.0, 9.875, 0.9, 0.0)
    assert crossing_m2((room.door, middle)) > 0.01, "hung at the lower jambs they would"
    own, beside = room_doors(room, (room, counters))
    assert crossing_m2((own, beside)) == 0
    assert (own.x, own.y) == (room.door.x, room.door.y)
    assert (beside.x, beside.y, beside.hung_far) == (6.0, 9.875, True), "hung otherwise it may stay in the middle"


def test_a_door_moves_along_its_wall_where_neither_jamb_is_clear() -> None:
    """The wall to the counters is 1.9 m long and begins at the corner: a leaf is clear 0.1 m off its middle."""
    own = Doorway(3.45, 0.0, 0.9, 270.0)
    places = doorways_between(np.array([[0.0, 0.0, 4.0, 4.0]]), np.array([[4.0, 0.0, 2.0, 1.9]]), 0.9)
    assert places[0].y == 0.95
    assert sorted(door.y for door in places) == pytest.approx(np.arange(0.55, 1.351, 0.05)), "0.1 m from the corners"
    doors = hung_apart([[own], places])
    assert (doors[1].y, doors[1].hung_far) == (1.05, True)
    assert crossing_m2(doors) == 0


@given(st.floats(2.5, 6), st.floats(2.5, 6), st.floats(0, 1), st.lists(st.integers(0, 2), min_size=1, unique=True))
def test_doors_on_the_sides_of_a_room_never_swing_into_each_other(
    w: float, h: float, share: float, sides: list[int]
) -> None:
    around = {0: (w, 0.0, 2.0, h), 1: (0.0, h, w, 2.0), 2: (-2.0, 0.0, 2.0, h)}
    zones = [open_zone(f"open-{side}", around[side]) for side in sides]
    room = staff_room((0.0, 0.0, w, h), (share * w, 0.0))
    doors = room_doors(room, (room, *zones))
    assert len(doors) == 1 + len(sides)
    assert crossing_m2(doors) < 1e-3
