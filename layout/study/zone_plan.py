"""Turn an arrangement of cells into a ZonePlan in metres, with the line visitors are led along: `make_zone_plan`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from layout.floor.cells import Cells
from layout.floor.walk import simplify_path, walk_path
from layout.zones.check import Verdict
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
        movement_line=movement_line(cells, problem, verdict),
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
        kind=problem.kinds[i],
        rects=rect[None, :],
        area_m2=round(w * h * c * c, 3),
        public=bool(problem.public[i]),
        locked=problem.is_locked(i),
        front_deg=90.0 * front,
        access=np.round(at, 3),
        name=space.needs[i].spec.name,
        enclosed=bool(problem.enclosed[i]),
    )


def movement_line(cells: Cells, problem: PackProblem, verdict: Verdict) -> NDArray[np.float64]:
    """Return the line visitors are led along: entrance, reception, selling zones (nearest next), waiting, counters.

    Shape (k, 2), metres; it walks the aisles only.
    """
    stops = {kind: verdict.access[i] for i, kind in enumerate(problem.kinds) if verdict.access[i, 0] >= 0}
    start = np.argwhere(problem.ground.entrance & verdict.aisles)
    if len(start) == 0:
        return np.empty((0, 2))
    at = start[int(np.argmin(((start - start.mean(axis=0)) ** 2).sum(axis=1)))]
    order = [stops[kind] for kind in LED_FIRST if kind in stops]
    selling = [stops[kind] for i, kind in enumerate(problem.kinds) if problem.selling[i] and kind in stops]
    here = order[-1] if order else at
    while selling:
        selling.sort(key=lambda stop: (int(np.abs(stop - here).sum()), tuple(stop)))
        here = selling.pop(0)
        order.append(here)
    order += [stops[kind] for kind in LED_LAST if kind in stops]
    line = [at[None, :]]
    for stop in order:
        path = walk_path(verdict.aisles, cells.cell_m, _cell(line[-1][-1]), _cell(stop))
        if len(path):
            line.append(simplify_path(verdict.aisles, path)[1:])
    points = np.vstack(line)
    x = cells.x0 + (points[:, 1] + 0.5) * cells.cell_m
    y = cells.y0 + (points[:, 0] + 0.5) * cells.cell_m
    line_m: NDArray[np.float64] = np.round(np.column_stack([x, y]).astype(np.float64), 3)
    return line_m


def _cell(values: NDArray[np.int64]) -> tuple[int, int]:
    return int(values[0]), int(values[1])
