"""Place equipment in the zones: `place_equipment`.

Each zone is looked at from its front. A kind of equipment proposes places in an order (along the front, against the
back, along the left side, in rows, or in the middle); the first places are taken at which

- the footprint lies in the zone and on free floor,
- it meets no footprint and no clearance taken before, nor the floor at a door,
- its own clearance meets no footprint, and is free floor: no rack faces a column, and
- a wall stands behind it along all its width, where its kind asks for one: no poster hangs in a doorway.

Where that leaves too few places, things that people cannot do without stand before walls and columns too, which the
rule ``equipment_clear`` then tells. What finds no place is left out and told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from layout.floor.cells import Cells
from layout.posts.catalogue import EquipmentKind, PostCatalogue
from layout.posts.plan import Equipment
from layout.posts.room import Frame, ZoneArea, direction_deg, frame_of, quarter_turn, rooms_of_cells
from layout.posts.slots import SLACK_M, STAND_M, Slot, slots

SHIELD_M = 0.04
BUTTON_IN_M = 0.02
BEHIND_M = 0.1
AT_DOOR_M = 0.9
"""How deep the floor on each side of a room's door stays clear; preset."""

Box = tuple[float, float, float, float]
Point = tuple[float, float]
Suits = Callable[[Equipment], float]


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
    """Footprints and clearances taken so far in one zone, and the floor at its doors.

    A footprint includes where somebody stands behind the thing: people stand at doors, things do not.
    """

    footprints: list[Box] = field(default_factory=list)
    clearances: list[Box] = field(default_factory=list)
    doors: tuple[Box, ...] = ()

    def takes(self, thing: Box, footprint: Box, clearance: Box) -> bool:
        if any(_meet(thing, door) for door in self.doors):
            return False
        free = not any(_meet(footprint, other) for other in (*self.footprints, *self.clearances))
        if not free or any(_meet(clearance, other) for other in self.footprints):
            return False
        self.footprints.append(footprint)
        self.clearances.append(clearance)
        return True


def place_equipment(
    cells: Cells,
    zones: Sequence[ZoneArea],
    catalogue: PostCatalogue,
    wanted: Mapping[str, Mapping[str, int]],
    line: NDArray[np.float64] | None = None,
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
        Zone id → ``{"posts": n, "machines": n, "seats": n, "cash_machine": n}``; missing figures are 0.
    line
        Shape (k, 2): points of the movement line (`line_points`), which some kinds want to be near.
    """
    ground = _Ground(cells, rooms_of_cells(cells, zones), line if line is not None else np.empty((0, 2)))
    placed: list[Equipment] = []
    stations: list[Station] = []
    notes: list[str] = []
    numbers: dict[str, int] = {}
    for zone in zones:
        taken = _Taken(doors=tuple(zone.at_doors(AT_DOOR_M)))
        own: list[Equipment] = []
        for kind in catalogue.equipment:
            if zone.kind not in kind.zones:
                continue
            count = _count(kind, wanted.get(zone.id, {}))
            if kind.place == "on":
                found = list(_on_things(kind, [thing for thing in own if thing.kind in kind.at]))
            else:
                found = _best_of(ground, kind, count, _frames(zone, kind, zones), taken)
            for box, facing, behind in found:
                numbers[kind.kind] = numbers.get(kind.kind, 0) + 1
                name = f"{kind.kind.replace('_', '-')}-{numbers[kind.kind]}"
                thing = Equipment(
                    name,
                    kind.kind,
                    zone.id,
                    *box,
                    facing_deg=facing,
                    clearance_m=kind.clearance,
                    top_m=kind.top,
                    mounted=kind.place == "on",
                )
                own.append(thing)
                if kind.staffed:
                    stations.append(Station(thing, round(behind[0], 3), round(behind[1], 3)))
            if not isinstance(kind.count, str) or kind.count not in ("fill", "each"):
                short = count - len(found)
                if short > 0:
                    why = ": no wall is free along the zone" if kind.hangs else ""
                    name = kind.kind.replace("_", " ")
                    notes.append(f"{zone.id}: {name}: {len(found)} of {count} found a place{why}")
        placed += own
    return EquipmentPlan(tuple(placed), tuple(stations), tuple(notes))


@dataclass(frozen=True)
class _Ground:
    """What places depend on: free floor, the room of each cell, and points of the movement line (k, 2)."""

    cells: Cells
    rooms: NDArray[np.int64]
    line: NDArray[np.float64]

    def backed(self, x: float, y: float, behind: Box) -> bool:
        """Tell whether a wall stands between a point and every place of a line behind it, a box without depth."""
        own, cells = self.rooms[self.cells.at(x, y)], self.cells
        steps = max(1, round(max(behind[2:]) / cells.cell_m))
        for k in range(2 * steps + 1):
            place = behind[0] + behind[2] * k / (2 * steps), behind[1] + behind[3] * k / (2 * steps)
            at = cells.at(*place)
            if cells.holds(*place) and cells.free[at] and self.rooms[at] == own:
                return False
        return True

    def open_before(self, box: Box) -> bool:
        """Tell whether the floor before a thing is free of walls and columns."""
        return min(box[2:]) <= SLACK_M or (self.cells.holds(box[0], box[1]) and _on_floor(self.cells, box))

    def to_line(self, x: float, y: float) -> float:
        """Return how far the movement line is, metres; 0 where there is none."""
        return float(np.hypot(*(self.line - (x, y)).T).min()) if len(self.line) else 0.0


def line_points(line: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Return points of a line, at most a quarter of a metre apart, shape (k, 2)."""
    if line is None or len(line) < 2:
        return np.empty((0, 2))
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = np.linspace(0.0, along[-1], max(2, int(along[-1] / 0.25) + 2))
    return np.column_stack([np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])])


def _on_things(kind: EquipmentKind, things: Sequence[Equipment]) -> Iterator[tuple[Box, float, Point]]:
    """Put one on each thing, under its top at the back, in the middle."""
    for thing in things:
        angle = np.radians(thing.facing_deg)
        ahead = round(float(np.cos(angle))), round(float(np.sin(angle)))
        x, y = thing.x + thing.w / 2, thing.y + thing.h / 2
        reach = (abs(ahead[0]) * thing.w + abs(ahead[1]) * thing.h - kind.depth) / 2 - BUTTON_IN_M
        x, y = x - ahead[0] * reach, y - ahead[1] * reach
        w, h = (kind.depth, kind.width) if ahead[0] else (kind.width, kind.depth)
        yield (round(x - w / 2, 3), round(y - h / 2, 3), w, h), thing.facing_deg, (x, y)


def _count(kind: EquipmentKind, wanted: Mapping[str, int]) -> int:
    if isinstance(kind.count, int):
        return kind.count
    if kind.count == "fill":
        return kind.most
    return min(kind.most, wanted.get(kind.kind if kind.count == "machine" else kind.count, 0))


def _frames(zone: ZoneArea, kind: EquipmentKind, zones: Sequence[ZoneArea]) -> tuple[Frame, ...]:
    """Return the ways to look at a zone: from its front, rows also from the side, what hangs on a wall from all."""
    front = zone.front_deg
    target = next((other for other in zones if kind.towards and other.kind == kind.towards), None)
    if target is not None:
        front = quarter_turn(direction_deg(zone.middle, target.middle))
    turns: tuple[int, ...] = (0, 90, 270) if kind.place in ("rows", "middle") and not kind.towards else (0,)
    turns = (0, 90, 270, 180) if kind.hangs else turns
    return tuple(frame_of(zone.largest, (front + turn) % 360) for turn in turns)


def _best_of(
    ground: _Ground, kind: EquipmentKind, count: int, frames: Sequence[Frame], taken: _Taken
) -> list[tuple[Box, float, Point]]:
    """Place a kind as seen from the first side from which all fit, else from that from which most do."""
    best: tuple[list[tuple[Box, float, Point]], _Taken] = ([], taken)
    for frame in frames:
        trial = _Taken([*taken.footprints], [*taken.clearances], taken.doors)
        found = _place_kind(ground, kind, count, frame, trial)
        if len(found) > len(best[0]):
            best = (found, trial)
        if len(found) == count or (found and kind.count == "fill"):
            break
    taken.footprints, taken.clearances = best[1].footprints, best[1].clearances
    return best[0]


def _place_kind(
    ground: _Ground, kind: EquipmentKind, count: int, frame: Frame, taken: _Taken
) -> list[tuple[Box, float, Point]]:
    """Place a kind where the floor before it is free, then, but for what fills a zone, wherever it fits."""
    found: list[tuple[Box, float, Point]] = []
    for facing_walls in (False, True) if kind.count != "fill" and kind.clearance > 0 else (False,):
        found += _place_some(ground, kind, count - len(found), (frame, taken), facing_walls)
    return found


def _place_some(
    ground: _Ground, kind: EquipmentKind, count: int, where: tuple[Frame, _Taken], facing_walls: bool
) -> list[tuple[Box, float, Point]]:
    found: list[tuple[Box, float, Point]] = []
    frame, taken = where
    back = kind.behind + STAND_M if kind.staffed else 0.0
    beside = SHIELD_M if kind.screen is not None else 0.0
    for u, v, turned in _ordered(ground, kind, count, frame):
        if len(found) == count:
            break
        width, depth = (kind.depth, kind.width) if turned else (kind.width, kind.depth)
        inside = u >= beside - SLACK_M and v >= -SLACK_M and u + width <= frame.width - beside + SLACK_M
        if not inside or v + depth + back > frame.depth + SLACK_M:
            continue
        footprint = frame.box(u, v, width, depth)
        if turned:
            before = frame.box(u + width, v, kind.clearance, depth)
            behind = frame.box(u - BEHIND_M, v, 0.0, depth)
        else:
            before = frame.box(u, v - kind.clearance, width, kind.clearance)
            behind = frame.box(u, v + depth + BEHIND_M, width, 0.0)
        middle = frame.to_hall(u + width / 2, v + depth / 2)
        if not _on_floor(ground.cells, footprint) or (kind.wall and not ground.backed(*middle, behind)):
            continue
        if not facing_walls and not ground.open_before(before):
            continue
        if taken.takes(footprint, frame.box(u - beside, v, width + 2 * beside, depth + back), before):
            facing = (frame.front_deg + 90) % 360 if turned else frame.front_deg
            found.append((footprint, facing, frame.to_hall(u + width / 2, v + depth + kind.behind)))
    return found


def _ordered(ground: _Ground, kind: EquipmentKind, count: int, frame: Frame) -> Iterator[Slot]:
    """Propose places, those near the movement line first where the kind asks for it."""
    if kind.near != "line" or not len(ground.line):
        yield from slots(frame, kind, count)
        return

    def far(slot: Slot) -> float:
        u, v, turned = slot
        width, depth = (kind.depth, kind.width) if turned else (kind.width, kind.depth)
        return round(ground.to_line(*frame.to_hall(u + width / 2, v + depth / 2)), 3)

    yield from sorted(slots(frame, kind, count), key=far)


def lower_one(plan: EquipmentPlan, catalogue: PostCatalogue, zones: Sequence[ZoneArea], suits: Suits) -> EquipmentPlan:
    """Return the plan with the one counter that suits most made the low one; as it is where no kind has a low one.

    ``suits`` scores a counter: whether a turning circle is free before it, and how near the entrance it is.
    """
    kinds = {zone.id: zone.kind for zone in zones}
    able = []
    for thing in plan.equipment:
        entry = catalogue.in_zone(thing.kind, kinds[thing.zone])
        if entry is not None and entry.low and thing.kind == entry.kind:
            able.append((suits(thing), thing, entry))
    if not able:
        return plan
    _, chosen, entry = max(able, key=lambda item: item[0])
    low = replace(chosen, id=f"{entry.low.replace('_', '-')}-1", kind=entry.low, top_m=entry.low_top)
    return replace(
        plan,
        equipment=tuple(low if thing is chosen else thing for thing in plan.equipment),
        stations=tuple(replace(s, equipment=low) if s.equipment is chosen else s for s in plan.stations),
    )


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
