"""Judge whether a plan can be a hall: its size, and whether people can come in and walk about: `judge`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from layout.data.plans.shapes import Reading
from layout.floor.cells import Cells, door_cells, free_cells
from layout.floor.plan import Door, FloorPlan
from layout.settings.hall import HallSettings
from outlet.errors import Fault
from outlet.findings import Remark

Labels = NDArray[np.integer]
LARGEST_HALL_M = 500.0
SMALLEST_HALL_M = 2.0
MOST_CELLS = 1_000_000
MOST_WORK = 50_000_000
DOOR_DEPTH_M = 1.0
UNREACHED_SHARE = 0.05


def judge(reading: Reading, plan: FloorPlan, settings: HallSettings) -> Reading:
    """Return a reading with the faults and remarks that show once the plan is whole."""
    label = plan.source
    faults = _size_faults(plan, label, settings)
    if faults:
        return replace(reading, faults=(*reading.faults, *faults))
    cells = free_cells(plan, settings.cell_m)
    if not cells.free.any():
        found = f"no free floor in a hall of {plan.outline.area:.0f} m²"
        fix = "Look whether walls or columns are drawn as areas that fill the hall."
        faults = [Fault(label, "no-floor", found, "floor between walls, columns and fixtures", fix)]
        return replace(reading, faults=(*reading.faults, *faults))
    faults, remarks = _ways(plan, cells, label)
    notes = (*plan.notes, *(str(remark) for remark in remarks))
    return Reading(replace(plan, notes=notes), (*reading.faults, *faults), (*reading.remarks, *remarks))


def _size_faults(plan: FloorPlan, label: str, settings: HallSettings) -> list[Fault]:
    left, bottom, right, top = plan.outline.bounds
    width, height = right - left, top - bottom
    if min(width, height) < SMALLEST_HALL_M or max(width, height) > LARGEST_HALL_M:
        found = f"an outline of {width:.2f} × {height:.2f} m"
        expected = f"a hall between {SMALLEST_HALL_M:g} and {LARGEST_HALL_M:g} m"
        return [Fault(label, "implausible-size", found, expected, "State the right crs or units in [layout.hall].")]
    count = width * height / settings.cell_m**2
    if count > MOST_CELLS:
        found = f"{count:,.0f} cells of {settings.cell_m:g} m in {width:.0f} × {height:.0f} m"
        fix = "Set [layout.hall] cell_m = 0.5, or plan the hall in parts."
        return [Fault(label, "too-large", found, f"at most {MOST_CELLS:,} cells", fix)]
    solids = (*plan.walls, *plan.columns, *plan.fixtures)
    boxes = shapely.bounds(np.array(solids, dtype=object)) if solids else np.zeros((0, 4))
    sides = np.minimum(boxes[:, 2:], (right, top)) - np.maximum(boxes[:, :2], (left, bottom))
    work = float(np.prod(sides / settings.cell_m + 2, axis=1).sum())
    if work > MOST_WORK:
        found = f"{len(solids):,} walls, columns and fixtures that lie all over the hall"
        fix = "Save only the layers of the plan; leave hatching and furniture out."
        return [Fault(label, "too-large", found, "the plan of one hall", fix)]
    return []


def _ways(plan: FloorPlan, cells: Cells, label: str) -> tuple[list[Fault], list[Remark]]:
    areas, _ = ndimage.label(cells.free)
    before = [(door, np.unique(areas[_before(cells, door)])) for door in plan.entrances]
    faults = [_blocked(door, label) for door, reached in before if not len(reached)]
    reached = np.unique(np.concatenate([found for _, found in before])) if before else np.array([], dtype=int)
    free = int(cells.free.sum())
    left = free - int(np.isin(areas, reached[reached > 0]).sum())
    remarks: list[Remark] = []
    if len(reached) and left > UNREACHED_SHARE * free:
        side = cells.cell_m**2
        text = f"{left * side:.0f} of {free * side:.0f} m² free floor cannot be reached from any entrance"
        text += f": look whether doors are missing in walls{_other_doors(plan, cells, areas, reached)}"
        remarks.append(Remark(label, "floor-unreachable", text))
    return faults, remarks


def _other_doors(plan: FloorPlan, cells: Cells, areas: Labels, reached: Labels) -> str:
    """Name the door that is no entrance and leads to most of the floor that no entrance leads to."""
    known = set(reached.tolist()) | {0}
    sizes = np.bincount(areas.ravel())
    found = [
        (-int(sizes[area]), door.x, door.y)
        for door in plan.doors
        if not door.entrance
        for area in set(areas[_before(cells, door)].tolist()) - known
    ]
    if not found:
        return ""
    size, x, y = min(found)
    more = f", or whether the door at ({x:.2f}, {y:.2f}) m of the drawn hall"
    return f"{more}, which leads to {-size * cells.cell_m**2:.0f} m² of it, is an entrance"


def _before(cells: Cells, door: Door) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    return door_cells(cells, door, DOOR_DEPTH_M)


def _blocked(door: Door, label: str) -> Fault:
    name = f"the entrance {door.name!r}" if door.name else "the entrance"
    found = f"{name} at ({door.x:.2f}, {door.y:.2f}) m with no free floor before it"
    fix = "Look whether a wall, column or fixture is drawn across it."
    return Fault(label, "entrance-blocked", found, f"free floor within {DOOR_DEPTH_M:g} m of it", fix)
