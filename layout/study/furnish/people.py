"""Choose where people stand in a furnished hall: `place_people`.

Places of work come from the equipment; everybody else stands clear of things, of the zone's edge and of the movement
line, where most of what the role is there to see is seen. Who handles cash stands at no counter that faces an entrance
while another is free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.floor.cells import Cells
from layout.floor.plan import FloorPlan
from layout.posts.catalogue import PostCatalogue
from layout.posts.equipment import EquipmentPlan
from layout.posts.place import PostProblem, place_posts
from layout.posts.plan import Equipment, Post
from layout.posts.room import ZoneArea, direction_deg, zone_mask
from layout.posts.views import Views, centres, shares_seen
from outlet.outcome import Limits

STAND_CLEAR_M = 0.3
SPOT_PITCH_M = 0.5
LINE_CLEAR_M = 0.5
DOOR_ANGLE_DEG = 45.0
DOOR_FACED = 0.4

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Room:
    """The hall while it is being furnished; ``line`` (k, 2) are points of the movement line."""

    floor: FloorPlan
    cells: Cells
    areas: tuple[ZoneArea, ...]
    things: EquipmentPlan
    views: Views
    targets: Mapping[str, Floats]
    line: Floats


def split(total: int, parts: int) -> list[int]:
    """Return a number in so many nearly equal parts, the larger first."""
    return [total // parts + (k < total % parts) for k in range(parts)]


def faces_entrance(room: Room, thing: Equipment) -> bool:
    """Tell whether a counter stands in the line of an entrance's opening and looks at it, with nothing between."""
    angle = np.radians(thing.facing_deg)
    ahead = np.array([np.cos(angle), np.sin(angle)])
    middle = np.array([thing.x + thing.w / 2, thing.y + thing.h / 2])
    half = (abs(ahead) * (thing.w, thing.h)).sum() / 2
    front = middle + (half + 0.05) * ahead
    wide = (abs(ahead[::-1]) * (thing.w, thing.h)).sum() / 2
    eyes = front + np.array([-0.9, 0.0, 0.9])[:, None] * wide * np.array([-ahead[1], ahead[0]])
    for door in room.floor.entrances:
        off = abs((thing.facing_deg - door.facing_deg) % 360 - 180)
        into = np.radians(door.facing_deg)
        along = np.array([np.cos(into), np.sin(into)])
        away = front - (door.x, door.y)
        beside = abs(away @ np.array([-along[1], along[0]]))
        inside = np.array([[door.x, door.y]]) + 0.3 * along
        if (
            off <= DOOR_ANGLE_DEG
            and away @ along > 0
            and beside < wide + door.width_m / 2
            and room.views.sees(eyes, inside).any()
        ):
            return True
    return False


@dataclass(frozen=True)
class Spots:
    """Spots to stand at: where, in which zone, facing what (NaN: free to turn), and whether at a place of work."""

    xy: NDArray[np.float64]
    zone: NDArray[np.int64]
    facing_deg: NDArray[np.float64]

    @property
    def station(self) -> NDArray[np.bool_]:
        """Which of them are places of work."""
        return ~np.isnan(self.facing_deg)


def _spots(room: Room, zones: Sequence[int]) -> Spots:
    xy: list[tuple[float, float]] = []
    zone: list[int] = []
    facing: list[float] = []
    for k in zones:
        area = room.areas[k]
        for station in room.things.stations:
            if station.equipment.zone == area.id:
                xy.append((station.x, station.y))
                zone.append(k)
                facing.append(station.equipment.facing_deg)
        for x, y in _standing(room, area):
            xy.append((x, y))
            zone.append(k)
            facing.append(np.nan)
    return Spots(np.array(xy, dtype=np.float64).reshape(-1, 2), np.array(zone, dtype=np.int64), np.array(facing))


def _standing(room: Room, area: ZoneArea) -> list[tuple[float, float]]:
    """Return spots in a zone, half a metre apart, clear of its equipment and of its edge."""
    mask = zone_mask(room.cells, area) & room.cells.free
    stride = max(1, round(SPOT_PITCH_M / room.cells.cell_m))
    rows, columns = np.nonzero(mask)
    keep = (rows % stride == rows.min(initial=0) % stride) & (columns % stride == columns.min(initial=0) % stride)
    points = centres(room.cells, np.column_stack([rows[keep], columns[keep]]))
    clear = np.ones(len(points), dtype=bool)
    for thing in room.things.equipment:
        if thing.zone == area.id:
            dx = np.maximum(np.maximum(thing.x - points[:, 0], points[:, 0] - thing.x - thing.w), 0)
            dy = np.maximum(np.maximum(thing.y - points[:, 1], points[:, 1] - thing.y - thing.h), 0)
            clear &= np.hypot(dx, dy) >= STAND_CLEAR_M
    inside = np.zeros(len(points), dtype=bool)
    for x, y, w, h in area.rects:
        off = np.minimum(
            np.minimum(points[:, 0] - x, x + w - points[:, 0]), np.minimum(points[:, 1] - y, y + h - points[:, 1])
        )
        inside |= off >= STAND_CLEAR_M
    best = next((keep for keep in (clear & inside, clear, inside) if keep.any()), np.ones(len(points), dtype=bool))
    chosen = points[best]
    return [(round(float(x), 3), round(float(y), 3)) for x, y in chosen]


def place_people(
    room: Room,
    catalogue: PostCatalogue,
    homes: Mapping[str, Mapping[int, int]],
    limits: Limits,
) -> tuple[tuple[Post, ...], list[str]]:
    """Place the positions of every role.

    Parameters
    ----------
    room, catalogue
        The furnished hall, and what roles see.
    homes
        Role → position in ``room.areas`` of a zone it stands in → how many of it.
    limits
        Of the solve.

    Returns
    -------
    The posts, and what did not fit.
    """
    groups = [(role, k, part) for role, parts in homes.items() for k, part in parts.items() if part]
    if not groups:
        return (), []
    spots = _spots(room, sorted({k for _, k, _ in groups}))
    seen = shares_seen(room.views, spots.xy, room.targets)
    faced = _faced(room, spots)
    allowed, notes = _clear_of_line(room, spots, groups)
    problem = PostProblem(
        spots=spots.xy,
        count=np.array([part for _, _, part in groups], dtype=np.int64),
        allowed=allowed,
        score=np.array([_score(catalogue, role, seen, spots, faced) for role, _, _ in groups]).reshape(len(groups), -1),
    )
    plan = place_posts(problem, limits).require()
    placed: list[Post] = []
    numbers: dict[str, int] = {}
    for (role, k, part), used in zip(groups, plan.used, strict=True):
        for at in used:
            numbers[role] = numbers.get(role, 0) + 1
            placed.append(_post(room, catalogue, spots, seen, (role, k, numbers[role], at)))
        if len(used) < part:
            notes.append(f"{role}: {len(used)} of {part} positions found a place in {room.areas[k].id}")
    return tuple(placed), notes


def _faced(room: Room, spots: Spots) -> NDArray[np.bool_]:
    """Return which spots are at a counter that faces an entrance, shape (k,)."""
    faced = np.zeros(len(spots.xy), dtype=bool)
    for station in room.things.stations:
        if faces_entrance(room, station.equipment):
            faced |= (np.abs(spots.xy - (station.x, station.y)) < 1e-6).all(axis=1)
    return faced


def _clear_of_line(
    room: Room, spots: Spots, groups: Sequence[tuple[str, int, int]]
) -> tuple[NDArray[np.bool_], list[str]]:
    """Return the spots each group may use, shape (g, k): out of the movement line's way where there are enough."""
    allowed = np.array([spots.zone == k for _, k, _ in groups]).reshape(len(groups), -1)
    if not len(room.line):
        return allowed, []
    away = np.hypot(*(spots.xy[:, None, :] - room.line[None, :, :]).transpose(2, 0, 1)).min(axis=1)
    clear = away >= LINE_CLEAR_M
    notes = []
    for g, (role, k, part) in enumerate(groups):
        if (allowed[g] & clear).sum() >= part:
            allowed[g] &= clear
        else:
            notes.append(f"{role}: stands in the movement line's way in {room.areas[k].id}")
    return allowed, notes


def _score(
    catalogue: PostCatalogue,
    role: str,
    seen: Mapping[str, Floats],
    spots: Spots,
    faced: NDArray[np.bool_],
) -> Floats:
    """Return how well each spot suits a role, 0–1: half of it for a place of work, half for what it sees.

    A counter that faces an entrance is worth less to who handles cash.
    """
    weights = {kind: weight for kind, weight in catalogue.sees(role).items() if kind in seen}
    view = sum((weight * seen[kind] for kind, weight in weights.items()), np.zeros(len(spots.xy)))
    known = catalogue.role(role)
    work = np.where(faced & (known is not None and known.cash), DOOR_FACED, 1.0) * spots.station
    return np.asarray((work + view / max(sum(weights.values()), 1e-9)) / 2)


def _post(
    room: Room,
    catalogue: PostCatalogue,
    spots: Spots,
    seen: Mapping[str, NDArray[np.float64]],
    choice: tuple[str, int, int, int],
) -> Post:
    role, zone, number, at = choice
    x, y = float(spots.xy[at, 0]), float(spots.xy[at, 1])
    facing = float(spots.facing_deg[at])
    wanted = catalogue.sees(role)
    if np.isnan(facing):
        facing = _look(room, wanted, spots.xy[at], room.areas[zone].front_deg)
    sees = tuple((kind, round(float(seen[kind][at]), 3)) for kind in sorted(wanted) if kind in seen)
    known = catalogue.role(role)
    presence = ("open",) if known is None else known.presence
    name = f"{role.replace('_', '-')}-{number}"
    return Post(name, room.areas[zone].id, role, x, y, round(facing, 1), sees, tuple(presence))


def _look(room: Room, wanted: Mapping[str, float], eye: NDArray[np.float64], front_deg: float) -> float:
    """Return the direction of the middle of what is seen, each kind by its weight, to 5°."""
    pull = np.zeros(2)
    for kind, weight in sorted(wanted.items()):
        spots = room.targets.get(kind, np.empty((0, 2)))
        mine = spots[room.views.sees(eye[None, :], spots)[0]] if len(spots) else spots
        if len(mine):
            away = mine.mean(axis=0) - eye
            pull += weight * away / max(float(np.hypot(*away)), 0.1)
    if float(np.hypot(*pull)) < 1e-6:
        return front_deg
    return float(round(direction_deg((0.0, 0.0), (float(pull[0]), float(pull[1]))) / 5) * 5 % 360)
