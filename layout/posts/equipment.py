"""Place equipment in the zones: `place_equipment`.

Each zone is looked at from its front. A kind of equipment proposes places in an order (along the front, against the
back, along the left side, in rows, or in the middle); the first places are taken at which

- the footprint lies in the zone and on free floor,
- it meets no footprint and no clearance taken before, and
- its own clearance meets no footprint.

What finds no place is left out and told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from layout.floor.cells import Cells
from layout.posts.catalogue import EquipmentKind, PostCatalogue
from layout.posts.plan import Equipment
from layout.posts.room import Frame, ZoneArea, direction_deg, frame_of, quarter_turn

STEP_M = 0.1
EDGE_M = 0.05
SLACK_M = 1e-6
STAND_M = 0.2

Box = tuple[float, float, float, float]
Point = tuple[float, float]
Slot = tuple[float, float, bool]
"""Left and front end of a footprint in a frame, and whether it is turned to look along the frame's u axis."""


@dataclass(frozen=True)
class Station:
    """A place to work at: the equipment, and where somebody stands at its back, facing its front."""

    equipment: Equipment
    x: float
    y: float


@dataclass(frozen=True)
class EquipmentPlan:
    """What was placed, the places to work at, and what did not fit."""

    equipment: tuple[Equipment, ...]
    stations: tuple[Station, ...]
    notes: tuple[str, ...]


@dataclass
class _Taken:
    """Footprints and clearances taken so far in one zone."""

    footprints: list[Box] = field(default_factory=list)
    clearances: list[Box] = field(default_factory=list)

    def takes(self, footprint: Box, clearance: Box) -> bool:
        free = not any(_meet(footprint, other) for other in (*self.footprints, *self.clearances))
        if not free or any(_meet(clearance, other) for other in self.footprints):
            return False
        self.footprints.append(footprint)
        self.clearances.append(clearance)
        return True


def place_equipment(
    cells: Cells, zones: Sequence[ZoneArea], catalogue: PostCatalogue, wanted: Mapping[str, Mapping[str, int]]
) -> EquipmentPlan:
    """Place the equipment of every zone.

    Parameters
    ----------
    cells
        The hall's floor.
    zones
        The zones in their places.
    catalogue
        What stands in which kind of zone.
    wanted
        Zone id → ``{"posts": n, "machines": n, "seats": n}``; missing figures are 0.
    """
    placed: list[Equipment] = []
    stations: list[Station] = []
    notes: list[str] = []
    numbers: dict[str, int] = {}
    for zone in zones:
        taken = _Taken()
        for kind in catalogue.equipment:
            if zone.kind not in kind.zones:
                continue
            count = _count(kind, wanted.get(zone.id, {}))
            found = _best_of(cells, kind, count, _frames(zone, kind, zones), taken)
            for box, facing, behind in found:
                numbers[kind.kind] = numbers.get(kind.kind, 0) + 1
                name = f"{kind.kind.replace('_', '-')}-{numbers[kind.kind]}"
                thing = Equipment(
                    name, kind.kind, zone.id, *box, facing_deg=facing, clearance_m=kind.clearance, top_m=kind.top
                )
                placed.append(thing)
                if kind.staffed:
                    stations.append(Station(thing, round(behind[0], 3), round(behind[1], 3)))
            if kind.count != "fill" and len(found) < count:
                notes.append(f"{zone.id}: {len(found)} of {count} {kind.kind.replace('_', ' ')} found a place")
    return EquipmentPlan(tuple(placed), tuple(stations), tuple(notes))


def _count(kind: EquipmentKind, wanted: Mapping[str, int]) -> int:
    if isinstance(kind.count, int):
        return kind.count
    return kind.most if kind.count == "fill" else min(kind.most, wanted.get(kind.count, 0))


def _frames(zone: ZoneArea, kind: EquipmentKind, zones: Sequence[ZoneArea]) -> tuple[Frame, ...]:
    """Return the ways to look at a zone: from its front, and for rows also from the side."""
    front = zone.front_deg
    target = next((other for other in zones if kind.towards and other.kind == kind.towards), None)
    if target is not None:
        front = quarter_turn(direction_deg(zone.middle, target.middle))
    turns = (0, 90, 270) if kind.place in ("rows", "middle") and not kind.towards else (0,)
    return tuple(frame_of(zone.largest, (front + turn) % 360) for turn in turns)


def _best_of(
    cells: Cells, kind: EquipmentKind, count: int, frames: Sequence[Frame], taken: _Taken
) -> list[tuple[Box, float, Point]]:
    """Place a kind as seen from the first side from which all fit, else from that from which most do."""
    best: tuple[list[tuple[Box, float, Point]], _Taken] = ([], taken)
    for frame in frames:
        trial = _Taken([*taken.footprints], [*taken.clearances])
        found = _place_kind(cells, kind, count, frame, trial)
        if len(found) > len(best[0]):
            best = (found, trial)
        if len(found) == count or (found and kind.count == "fill"):
            break
    taken.footprints, taken.clearances = best[1].footprints, best[1].clearances
    return best[0]


def _place_kind(
    cells: Cells, kind: EquipmentKind, count: int, frame: Frame, taken: _Taken
) -> list[tuple[Box, float, Point]]:
    found: list[tuple[Box, float, Point]] = []
    back = kind.behind + STAND_M if kind.staffed else 0.0
    for u, v, turned in _slots(frame, kind, count):
        if len(found) == count:
            break
        width, depth = (kind.depth, kind.width) if turned else (kind.width, kind.depth)
        inside = u >= -SLACK_M and v >= -SLACK_M and u + width <= frame.width + SLACK_M
        if not inside or v + depth + back > frame.depth + SLACK_M:
            continue
        footprint = frame.box(u, v, width, depth)
        if turned:
            before = frame.box(u + width, v, kind.clearance, depth)
        else:
            before = frame.box(u, v - kind.clearance, width, kind.clearance)
        if _on_floor(cells, footprint) and taken.takes(frame.box(u, v, width, depth + back), before):
            facing = (frame.front_deg + 90) % 360 if turned else frame.front_deg
            found.append((footprint, facing, frame.to_hall(u + width / 2, v + depth + kind.behind)))
    return found


def _slots(frame: Frame, kind: EquipmentKind, count: int) -> Iterator[Slot]:
    """Propose places, the best first: evenly spread, then every step along the same line."""
    a_row = max(1, int((frame.width + kind.gap + SLACK_M) // (kind.width + kind.gap)))
    if kind.place == "rows" or (kind.place == "middle" and count > a_row):
        yield from _rows(frame, kind, count)
        return
    if kind.place == "side":
        yield from ((EDGE_M, float(v), True) for v in np.arange(EDGE_M, frame.depth - kind.width, STEP_M))
        right = frame.width - kind.width - EDGE_M
        yield from ((right, float(v), False) for v in np.arange(EDGE_M, frame.depth, STEP_M))
        return
    lines = {"front": 0.0, "back": frame.depth - kind.depth, "middle": (frame.depth - kind.depth) / 2}
    v = lines[kind.place]
    fit = max(1, min(count, a_row))
    pitch = kind.width + kind.gap if kind.place == "back" else frame.width / fit
    start = (frame.width - pitch * fit) / 2 + (pitch - kind.width) / 2
    yield from ((start + k * pitch, v, False) for k in range(fit))
    steps = np.arange(0.0, frame.width - kind.width + SLACK_M, STEP_M)
    yield from ((float(u), v, False) for u in steps)
    if kind.place == "middle":
        yield from ((float(u), float(w), False) for w in np.arange(0.0, frame.depth, STEP_M) for u in steps)
    if kind.place == "back":
        yield from ((EDGE_M, float(w), True) for w in np.arange(0.0, frame.depth - kind.width, STEP_M))


def _rows(frame: Frame, kind: EquipmentKind, count: int) -> Iterator[Slot]:
    """Propose rows from the front, each centred; a first row leaves its clearance to the front where it can."""
    width = frame.width - 2 * EDGE_M - kind.aisle
    a_row = int((width + kind.gap + SLACK_M) // (kind.width + kind.gap))
    back = kind.behind + STAND_M if kind.staffed else 0.0
    usable = frame.depth - kind.depth - back
    if a_row < 1 or usable < -SLACK_M:
        return
    usable = max(usable, 0.0)
    first = min(kind.clearance, usable)
    rows = 1 + int((usable - first + SLACK_M) // kind.pitch)
    if kind.count != "fill":
        rows = min(rows, max(1, -(-count // a_row)))
        a_row = min(a_row, -(-count // rows))
    first += (usable - first - (rows - 1) * kind.pitch) / 2
    left = count
    for row in range(rows):
        here = min(a_row, left) if kind.count != "fill" else a_row
        left -= here
        start = EDGE_M if kind.aisle else (frame.width - here * kind.width - (here - 1) * kind.gap) / 2
        for k in range(here):
            yield start + k * (kind.width + kind.gap), first + row * kind.pitch, False
    for v in np.arange(first, usable + SLACK_M, STEP_M):
        for u in np.arange(EDGE_M, frame.width - kind.aisle - kind.width, STEP_M):
            yield float(u), float(v), False


def _on_floor(cells: Cells, box: Box) -> bool:
    x, y, w, h = box
    row0, column0 = cells.at(x + 0.01, y + 0.01)
    row1, column1 = cells.at(x + w - 0.01, y + h - 0.01)
    return bool(cells.free[row0 : row1 + 1, column0 : column1 + 1].all())


def _meet(a: Box, b: Box) -> bool:
    return (
        a[0] < b[0] + b[2] - SLACK_M
        and b[0] < a[0] + a[2] - SLACK_M
        and a[1] < b[1] + b[3] - SLACK_M
        and b[1] < a[1] + a[3] - SLACK_M
    )
