"""Doorways of built rooms are gaps in the walls beside a zone; open floor and corners without a jamb are none."""

from __future__ import annotations

import numpy as np
import pytest

from layout.floor.cells import Cells
from layout.floor.gaps import gaps_beside


def hall(*gaps: tuple[int, int]) -> Cells:
    """A hall of 6 × 6 m with a wall 0.25 m thick at y = 2 m, but for gaps given in cells."""
    free = np.ones((24, 24), dtype=bool)
    free[8] = False
    for start, end in gaps:
        free[8, start:end] = True
    return Cells(free, free, 0.0, 0.0)


ROOM = (0.0, 2.25, 6.0, 3.75)


def test_each_gap_is_found_once() -> None:
    found = gaps_beside(hall((4, 8), (12, 15)), ROOM)
    assert [(door.x, door.y, door.width_m, door.facing_deg) for door in found] == [
        (1.5, 2.25, 1.0, 270.0),
        (3.375, 2.25, 0.75, 270.0),
    ]


@pytest.mark.parametrize("gap", [(4, 5), (4, 12)])
def test_a_crack_is_no_doorway_and_an_open_side_neither(gap: tuple[int, int]) -> None:
    assert gaps_beside(hall(gap), ROOM) == ()


def test_a_gap_at_the_corner_has_the_other_wall_for_a_jamb() -> None:
    assert [door.x for door in gaps_beside(hall((0, 4)), ROOM)] == [0.5]
    inner = (0.5, 2.25, 3.0, 3.0)
    assert gaps_beside(hall((0, 4)), inner) == (), "it begins before the zone does"


def test_a_wall_up_to_half_a_metre_off_counts_and_none_beyond() -> None:
    assert len(gaps_beside(hall((4, 8)), (0.0, 2.5, 6.0, 3.0))) == 1
    assert gaps_beside(hall((4, 8)), (0.0, 2.75, 6.0, 3.0)) == ()


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_hall_has_the_same_doorways(turns: int) -> None:
    cells = hall((4, 8), (12, 15))
    free = np.rot90(cells.free, -turns).copy()
    rect = {1: (0.0, 0.0, 3.75, 6.0), 2: (0.0, 0.0, 6.0, 3.75), 3: (2.25, 0.0, 3.75, 6.0)}[turns]
    found = gaps_beside(Cells(free, free, 0.0, 0.0), rect)
    assert sorted(door.width_m for door in found) == [0.75, 1.0]
    assert {door.facing_deg for door in found} == {(270.0 + 90.0 * turns) % 360}
