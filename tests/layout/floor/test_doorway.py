"""The door of a room: on its front, near its access, clear of the corners."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layout.floor.doorway import CORNER_M, doorway
from layout.zones.plan import PlacedZone


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
