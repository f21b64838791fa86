"""Turn an arrangement of cells into a ZonePlan in metres, with the line visitors are led along: `make_zone_plan`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from layout.floor.cells import Cells
from layout.floor.walk import simplify_path, touching, walk_path
from layout.zones.check import Verdict, entrance_cells
from layout.zones.improve import Arrangement
from layout.zones.plan import PlacedZone, ZonePlan
from layout.zones.problem import PackProblem
from layout.zones.space import Space

LED_FIRST, LED_LAST = ("reception",), ("waiting", "counters")


def make_zone_plan(
    cells: Cells, problem: PackProblem, space: Space, arrangement: Arrangement, notes: Sequence[str]
) -> ZonePlan:
    """Return the plan in metres."""
    verdict = arrangement.verdict
    return ZonePlan(
        zones=tuple(_placed(cells, problem, space, arrangement, i) for i in range(problem.count)),
        terms={name: round(value, 3) + 0.0 for name, value in verdict.terms.items()},
        bound={"packing_objective": arrangement.packing_objective, "packing": arrangement.packing_bound},
        broken_rules=verdict.broken,
        movement_line=movement_line(cells, problem, space, verdict),
        notes=(*space.notes, *notes),
    )


def _placed(cells: Cells, problem: PackProblem, space: Space, arrangement: Arrangement, i: int) -> PlacedZone:
    x, y, w, h, front = (int(value) for value in arrangement.placement.places[i])
    c = cells.cell_m
    rect = np.round([cells.x0 + x * c, cells.y0 + y * c, w * c, h * c], 3)
    row, column = (int(value) for value in arrangement.verdict.access[i])
    if row < 0:
        row, column = y + h // 2, x + w // 2
    at = np.array([cells.x0 + (column + 0.5) * c, cells.y0 + (row + 0.5) * c])
    low, high = rect[:2], rect[:2] + rect[2:]
    at = np.clip(at, low, high)
    side = front % 2
    at[side] = (high if front < 2 else low)[side]
    return PlacedZone(
        id=problem.kinds[i],
        kind=space.needs[i].kind,
        rects=rect[None, :],
        area_m2=round(w * h * c * c, 3),
        public=bool(problem.public[i]),
        locked=problem.is_locked(i),
        front_deg=90.0 * front,
        access=np.round(at, 3),
        name=space.needs[i].spec.name,
        enclosed=bool(problem.enclosed[i]),
    )


def movement_line(cells: Cells, problem: PackProblem, space: Space, verdict: Verdict) -> NDArray[np.float64]:
    """Return the line visitors are led along: entrance, reception, selling zones (nearest next), waiting, counters.

    Shape (k, 2), metres. It is the way of the middle of a walker as wide as the visitors' aisle.
    """
    k = problem.ground.aisle_public
    positions = verdict.positions
    start = np.argwhere(positions & touching(problem.ground.entrance, k))
    if len(start) == 0:
        return np.empty((0, 2))
    door = entrance_cells(problem.ground.entrance, verdict.aisles)[0]
    stops: dict[str, NDArray[np.int64]] = {}
    at = np.argwhere(positions)
    for need, cell in zip(space.needs, verdict.access, strict=True):
        if cell[0] >= 0:
            far = np.abs(2 * at + k - 1 - 2 * cell).sum(axis=1)
            stops.setdefault(need.kind, at[int(np.argmin(far))])
    here = start[int(np.argmin(np.abs(2 * start + k - 1 - 2 * door).sum(axis=1)))]
    line = [here[None, :]]
    for stop in _order(space, stops, here):
        path = walk_path(positions, cells.cell_m, _cell(line[-1][-1]), _cell(stop))
        if len(path) > 1:
            line.append(simplify_path(positions, path)[1:])
    points = np.vstack(line) + k / 2
    origin = np.array([cells.x0, cells.y0])
    return np.round(origin + points[:, ::-1] * cells.cell_m, 3)


def _order(space: Space, stops: dict[str, NDArray[np.int64]], start: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    order = [stops[kind] for kind in LED_FIRST if kind in stops]
    selling = [stops[need.kind] for need in space.needs if need.spec.selling and need.kind in stops]
    here = order[-1] if order else start
    while selling:
        selling.sort(key=lambda stop: (int(np.abs(stop - here).sum()), tuple(stop)))
        here = selling.pop(0)
        order.append(here)
    return order + [stops[kind] for kind in LED_LAST if kind in stops]


def _cell(values: NDArray[np.int64]) -> tuple[int, int]:
    return int(values[0]), int(values[1])
