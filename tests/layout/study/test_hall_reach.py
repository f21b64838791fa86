"""Floor that no aisle reaches is left out and told; what staff alone reach is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from layout.floor.cells import free_cells
from layout.floor.plan import Door, FloorPlan
from layout.study.hall.reach import within_reach
from layout.zones.brief import make_ground
from layout.zones.problem import Ground

DOOR = Door(2.0, 0.0, 2.0, True, False, 90.0)


def hall(gap_m: float) -> FloorPlan:
    """A hall of 10 × 6 m; a wall at x = 4 to 4.5 m parts it but for a gap at its lower end; the door leads west."""
    wall = shapely.box(4.0, gap_m, 4.5, 6.0)
    return FloorPlan(outline=shapely.box(0, 0, 10, 6), doors=(DOOR,), walls=(wall,))


def ground_of(plan: FloorPlan) -> Ground:
    cells = free_cells(plan)
    none = np.zeros_like(cells.free)
    return make_ground(cells, plan.doors, none, aisle_public_m=1.25, aisle_staff_m=1.0, turning_m=1.5)


def test_a_hall_that_is_reached_stays_as_it_is() -> None:
    plan = hall(2.0)
    ground = ground_of(plan)
    assert within_reach(ground, free_cells(plan)) == (ground, ())


def test_a_part_behind_a_narrow_gap_is_left_out_and_told() -> None:
    """East of the wall lie 5.5 × 6 m; the gap of 0.75 m is too narrow for any aisle."""
    plan = hall(0.75)
    ground = ground_of(plan)
    kept, told = within_reach(ground, free_cells(plan))
    assert not kept.buildable[:, 20:].any()
    assert (kept.buildable[:, :16] == ground.buildable[:, :16]).all()
    assert (kept.free == ground.free).all()
    assert len(told) == 1
    assert told[0].startswith("33.")
    assert "m² of floor about (7." in told[0]
    assert "no way 1.00 m wide leads there from an entrance; a way 0.75 m wide does: name a door" in told[0]


def test_a_part_walled_off_needs_another_door() -> None:
    plan = replace(hall(0.0))
    _, told = within_reach(ground_of(plan), free_cells(plan))
    assert told[0].endswith("in [layout.hall] entrances, or check that no wall or fixture closes it off")


def test_a_part_only_staffs_aisle_reaches_stays_for_staff() -> None:
    plan = hall(1.0)
    ground = ground_of(plan)
    kept, told = within_reach(ground, free_cells(plan))
    assert kept is ground
    assert len(told) == 1
    assert "are for staff alone: no way 1.25 m wide leads visitors there; a way 1.00 m wide does" in told[0]


def test_a_nook_too_small_for_a_word_is_not_told() -> None:
    """A nook of 1 × 0.9 m behind a gap."""
    walls = (shapely.box(0.0, 5.0, 1.25, 5.1), shapely.box(1.0, 5.0, 1.25, 6.0))
    plan = FloorPlan(outline=shapely.box(0, 0, 10, 6), doors=(DOOR,), walls=walls)
    assert within_reach(ground_of(plan), free_cells(plan))[1] == ()
