"""Choose where people step to each zone of an arrangement: `choose_accesses`.

The judge of an arrangement takes the place before a front that is nearest to the entrance, less than half a walker
beyond the end of the front. The rule `access` asks for more: a stretch of the front as wide as a door before which
nothing stands. Of all places that are reached the nearest that keeps the rule is taken; where none does, the nearest
stays.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from layout.floor.cells import Cells
from layout.floor.doorway import doorway
from layout.rules.aisles import Front, front_at, fronts_of
from layout.rules.data import Rule
from layout.rules.scene import TOLERANCE_M, XY, FinishedHall, Scene, before
from layout.study.hall.arranged import on_front
from layout.zones.check import approaches
from layout.zones.improve import Arrangement
from layout.zones.plan import PlacedZone
from layout.zones.problem import Ints, PackProblem

NONE = (False, False)


def choose_accesses(
    hall: FinishedHall, cells: Cells, problem: PackProblem, arrangement: Arrangement, rule: Rule
) -> Arrangement:
    """Return an arrangement with the accesses that keep a rule.

    Parameters
    ----------
    hall
        The arrangement in metres, without things.
    cells, problem
        The grid, and what was arranged on it.
    arrangement
        Its judge's accesses are those nearest to the entrance.
    rule
        The rule that is tested by `layout.rules.aisles.access`.
    """
    scene = Scene(hall)
    chosen = {zone.id for zone in scene.chosen(rule)}
    access = arrangement.verdict.access.copy()
    ways: tuple[Ints, ...] | None = None
    for i, zone in enumerate(hall.zones.zones):
        if zone.id not in chosen or access[i, 0] < 0:
            continue
        fronts = fronts_of(scene, zone, rule.of("depth_m"))
        if _faults(fronts, zone, (float(zone.access[0]), float(zone.access[1])), rule) == NONE:
            continue
        ways = ways or approaches(problem, arrangement.placement)
        points = [on_front(cells, arrangement.placement.places[i], int(row), int(column)) for row, column in ways[i]]
        faults = [_faults(fronts, zone, (float(x), float(y)), rule) for x, y in points]
        access[i] = ways[i][faults.index(min(faults))]
    return replace(arrangement, verdict=replace(arrangement.verdict, access=access))


def _faults(fronts: tuple[Front, ...], zone: PlacedZone, at: XY, rule: Rule) -> tuple[bool, bool]:
    """Return whether the rule is broken where people step to a zone, and whether something stands before its door."""
    front = front_at(fronts, at)
    if front is None:
        return True, True
    return not front.is_free_at(at, rule.number), zone.enclosed and _is_blocked(front, zone, at, rule.of("depth_m"))


def _is_blocked(front: Front, zone: PlacedZone, at: XY, depth_m: float) -> bool:
    """Whether anything is taken right before the door that a room would have for an access."""
    door = doorway(zone.rects, zone.front_deg, np.array(at), zone.door_m)
    strip = before((door.x, door.y), door.facing_deg, door.width_m - 2 * TOLERANCE_M, 0.0, depth_m)
    return bool(front.taken.intersects(strip))
