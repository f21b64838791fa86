"""Turn an arrangement of cells into a ZonePlan in metres, as the search knows it: `make_zone_plan`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from layout.floor.cells import Cells
from layout.zones.bound import least_walking
from layout.zones.improve import Arrangement
from layout.zones.plan import DOOR_M, PlacedZone, ZonePlan
from layout.zones.problem import Ints, PackProblem
from layout.zones.space import Space


def make_zone_plan(
    cells: Cells,
    problem: PackProblem,
    space: Space,
    arrangement: Arrangement,
    *,
    door_m: float = DOOR_M,
) -> ZonePlan:
    """Return the plan in metres, without its movement line and with the search's terms; rooms' doors are ``door_m``."""
    verdict = arrangement.verdict
    return ZonePlan(
        zones=tuple(
            replace(_placed(cells, problem, space, arrangement, i), door_m=door_m) for i in range(problem.count)
        ),
        terms={name: round(value, 3) + 0.0 for name, value in verdict.terms.items()},
        bound={
            "topology_gap": arrangement.topology_gap,
            "walking_m_per_visitor": least_walking(problem),
        },
        broken_rules=verdict.broken,
        movement_line=np.empty((0, 2)),
        notes=space.notes,
    )


def _placed(cells: Cells, problem: PackProblem, space: Space, arrangement: Arrangement, i: int) -> PlacedZone:
    placement = arrangement.placement
    x, y, w, h, front = (int(value) for value in placement.places[i])
    c = cells.cell_m
    row, column = (int(value) for value in arrangement.verdict.access[i])
    if row < 0:
        row, column = y + h // 2, x + w // 2
    return PlacedZone(
        id=problem.kinds[i],
        kind=space.needs[i].kind,
        rects=np.round([cells.x0, cells.y0, 0.0, 0.0] + placement.rects(i) * c, 3),
        area_m2=round(int(placement.areas()[i]) * c * c, 3),
        public=bool(problem.public[i]),
        locked=problem.is_locked(i),
        front_deg=90.0 * front,
        access=on_front(cells, placement.places[i], row, column),
        name=space.needs[i].spec.name,
        enclosed=bool(problem.enclosed[i]),
    )


def with_accesses(zones: ZonePlan, cells: Cells, arrangement: Arrangement) -> ZonePlan:
    """Return a plan in metres with the accesses of an arrangement; a zone that no walk comes to stays as it is."""
    placed = []
    for zone, place, (row, column) in zip(
        zones.zones, arrangement.placement.places, arrangement.verdict.access.tolist(), strict=True
    ):
        placed.append(zone if row < 0 else replace(zone, access=on_front(cells, place, row, column)))
    return replace(zones, zones=tuple(placed))


def on_front(cells: Cells, place: Ints, row: int, column: int) -> NDArray[np.float64]:
    """Return the point on the front of a zone that is nearest to the middle of a cell, (2,), metres."""
    x, y, w, h, front = (int(value) for value in place)
    c = cells.cell_m
    rect = np.round([cells.x0 + x * c, cells.y0 + y * c, w * c, h * c], 3)
    low, high = rect[:2], rect[:2] + rect[2:]
    at = np.clip([cells.x0 + (column + 0.5) * c, cells.y0 + (row + 0.5) * c], low, high)
    side = front % 2
    at[side] = (high if front < 2 else low)[side]
    return np.round(at, 3)
