"""Place equipment, posts and cameras in the zones of one hall: `furnish_hall`.

Called by `layout.study.zones` once the zones are settled; `zones_json_parts` gives the entries of zones.json.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.floor.cells import Cells, free_cells
from layout.floor.plan import FloorPlan
from layout.posts.catalogue import PostCatalogue, read_catalogue
from layout.posts.equipment import EquipmentPlan, place_equipment
from layout.posts.place import PostProblem, place_posts
from layout.posts.plan import Equipment, Furnishing, Post
from layout.posts.room import ZoneArea, direction_deg, zone_mask
from layout.posts.views import Views, centres, make_views, shares_seen
from layout.study.cameras import WATCHED, CameraKind, watch_hall
from layout.zones.plan import ZonePlan
from outlet.outcome import Limits

__all__ = ["CameraKind", "furnish_hall", "zones_json_parts"]

STAND_CLEAR_M = 0.3
SPOT_PITCH_M = 0.5
DOOR_STEP_M = 0.8


@dataclass(frozen=True)
class _Room:
    """The hall while it is being furnished."""

    floor: FloorPlan
    cells: Cells
    areas: tuple[ZoneArea, ...]
    things: EquipmentPlan
    views: Views
    targets: Mapping[str, NDArray[np.float64]]


def furnish_hall(
    floor: FloorPlan,
    zones: ZonePlan,
    posts: Mapping[str, tuple[str, int]],
    machines: int,
    seats: int,
    limits: Limits,
    camera: CameraKind | None = None,
) -> Furnishing:
    """Place everything that stands in the zones.

    Parameters
    ----------
    floor, zones
        The hall and its settled zones.
    posts
        Positions to place: role → (kind of zone it stands in, number of positions), such as
        ``{"teller": ("counters", 4), "guide": ("reception", 1)}``. A role whose zone the hall does not have stands in
        the reception, else in the largest public zone.
    machines
        Self-service machines required.
    seats
        Waiting seats required.
    limits
        Of each of the small solves (posts, cameras).
    camera
        What the cameras can do; the default where None.

    Returns
    -------
    Furnishing
        What did not fit is left out and told in its notes.
    """
    catalogue = read_catalogue()
    cells = free_cells(floor)
    areas = tuple(_area(zones, k) for k in range(len(zones.zones)))
    homes, notes = _homes(areas, posts)
    wanted, short = _wanted(areas, homes, posts, machines, seats)
    things = place_equipment(cells, areas, catalogue, wanted)
    views = make_views(cells, areas)
    room = _Room(floor, cells, areas, things, views, _targets(floor, cells, areas, things.equipment, catalogue))
    placed, post_notes = _place(room, catalogue, homes, posts, limits)
    watched = watch_hall(floor, views, room.targets, camera or CameraKind(), limits)
    return Furnishing(
        posts=placed,
        cameras=watched.cameras,
        equipment=things.equipment,
        cameras_bound=watched.bound,
        blind_spots=watched.blind,
        notes=(*notes, *short, *things.notes, *post_notes, *watched.notes),
    )


def _area(zones: ZonePlan, k: int) -> ZoneArea:
    zone = zones.zones[k]
    return ZoneArea(zone.id, zone.kind, zone.rects, zone.front_deg, zone.public, zone.enclosed)


def _homes(areas: Sequence[ZoneArea], posts: Mapping[str, tuple[str, int]]) -> tuple[dict[str, list[int]], list[str]]:
    """Return the zones (positions) each role stands in."""
    homes: dict[str, list[int]] = {}
    notes = []
    for role, (kind, count) in posts.items():
        own = [k for k, area in enumerate(areas) if area.kind == kind]
        if not own and count:
            public = [k for k, area in enumerate(areas) if area.public]
            spare = [k for k in public if areas[k].kind == "reception"] or public or list(range(len(areas)))
            own = sorted(spare, key=lambda k: -float((areas[k].rects[:, 2] * areas[k].rects[:, 3]).sum()))[:1]
            notes.append(f"{role}: the hall has no zone {kind}; stands in {areas[own[0]].id if own else 'no zone'}")
        homes[role] = own
    return homes, notes


def _wanted(
    areas: Sequence[ZoneArea],
    homes: Mapping[str, list[int]],
    posts: Mapping[str, tuple[str, int]],
    machines: int,
    seats: int,
) -> tuple[dict[str, dict[str, int]], list[str]]:
    notes: list[str] = []
    wanted: dict[str, dict[str, int]] = {area.id: {} for area in areas}
    for role, (_, count) in posts.items():
        for part, k in zip(_split(count, len(homes[role])), homes[role], strict=True):
            wanted[areas[k].id]["posts"] = wanted[areas[k].id].get("posts", 0) + part
    for what, total, kind in (("machines", machines, "self_service"), ("seats", seats, "waiting")):
        own = [area.id for area in areas if area.kind == kind]
        if total and not own:
            notes.append(f"{total} {what} are required, but the hall has no zone {kind}")
        for part, name in zip(_split(total, len(own)), own, strict=True):
            wanted[name][what] = part
    return wanted, notes


def _split(total: int, parts: int) -> list[int]:
    return [total // parts + (k < total % parts) for k in range(parts)]


def _targets(
    floor: FloorPlan,
    cells: Cells,
    areas: Sequence[ZoneArea],
    equipment: Sequence[Equipment],
    catalogue: PostCatalogue,
) -> dict[str, NDArray[np.float64]]:
    """Return the spots that somebody should see, by kind of target, shapes (m, 2)."""
    watch = {(kind.kind, zone): kind.watch for kind in catalogue.equipment for zone in kind.zones}
    kinds = {area.id: area.kind for area in areas}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ("entrance", *WATCHED)}
    for door in floor.entrances:
        angle = np.radians(door.facing_deg)
        found["entrance"].append((door.x + DOOR_STEP_M * np.cos(angle), door.y + DOOR_STEP_M * np.sin(angle)))
    for thing in equipment:
        name = watch[thing.kind, kinds[thing.zone]]
        if name:
            angle = np.radians(thing.facing_deg)
            reach = 0.3 + abs(np.cos(angle)) * thing.w / 2 + abs(np.sin(angle)) * thing.h / 2
            middle = thing.x + thing.w / 2, thing.y + thing.h / 2
            found[name].append((middle[0] + reach * np.cos(angle), middle[1] + reach * np.sin(angle)))
    staff = np.zeros(cells.free.shape, dtype=bool)
    for area in areas:
        if not area.public:
            staff |= zone_mask(cells, area)
    public = np.argwhere(cells.free & ~staff)
    sample = public[(public[:, 0] % 4 == 1) & (public[:, 1] % 4 == 1)]
    spots = {name: np.array(points, dtype=np.float64).reshape(-1, 2) for name, points in found.items()}
    return spots | {"public": centres(cells, sample)}


@dataclass(frozen=True)
class _Spots:
    """Spots to stand at: where, in which zone, facing what (NaN: free to turn), and whether at a place of work."""

    xy: NDArray[np.float64]
    zone: NDArray[np.int64]
    facing_deg: NDArray[np.float64]

    @property
    def station(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.facing_deg)


def _spots(room: _Room, zones: Sequence[int]) -> _Spots:
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
    return _Spots(np.array(xy, dtype=np.float64).reshape(-1, 2), np.array(zone, dtype=np.int64), np.array(facing))


def _standing(room: _Room, area: ZoneArea) -> list[tuple[float, float]]:
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


def _place(
    room: _Room,
    catalogue: PostCatalogue,
    homes: Mapping[str, list[int]],
    posts: Mapping[str, tuple[str, int]],
    limits: Limits,
) -> tuple[tuple[Post, ...], list[str]]:
    groups = [
        (role, k, part)
        for role, (_, count) in posts.items()
        for k, part in zip(homes[role], _split(count, len(homes[role])), strict=True)
        if part
    ]
    if not groups:
        return (), []
    spots = _spots(room, sorted({k for _, k, _ in groups}))
    seen = shares_seen(room.views, spots.xy, room.targets)
    problem = PostProblem(
        spots=spots.xy,
        count=np.array([part for _, _, part in groups], dtype=np.int64),
        allowed=np.array([spots.zone == k for _, k, _ in groups]).reshape(len(groups), -1),
        score=np.array([_score(catalogue, role, seen, spots) for role, _, _ in groups]).reshape(len(groups), -1),
    )
    plan = place_posts(problem, limits).require()
    placed: list[Post] = []
    notes = []
    numbers: dict[str, int] = {}
    for (role, k, part), used in zip(groups, plan.used, strict=True):
        for at in used:
            numbers[role] = numbers.get(role, 0) + 1
            placed.append(_post(room, catalogue, spots, seen, (role, k, numbers[role], at)))
        if len(used) < part:
            notes.append(f"{role}: {len(used)} of {part} positions found a place in {room.areas[k].id}")
    return tuple(placed), notes


def _score(
    catalogue: PostCatalogue, role: str, seen: Mapping[str, NDArray[np.float64]], spots: _Spots
) -> NDArray[np.float64]:
    """Return how well each spot suits a role, 0–1: half of it for a place of work, half for what it sees."""
    weights = {kind: weight for kind, weight in catalogue.sees(role).items() if kind in seen}
    view = sum((weight * seen[kind] for kind, weight in weights.items()), np.zeros(len(spots.xy)))
    return np.asarray((spots.station + view / max(sum(weights.values()), 1e-9)) / 2)


def _post(
    room: _Room,
    catalogue: PostCatalogue,
    spots: _Spots,
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
    return Post(f"{role.replace('_', '-')}-{number}", room.areas[zone].id, role, x, y, round(facing, 1), sees)


def _look(room: _Room, wanted: Mapping[str, float], eye: NDArray[np.float64], front_deg: float) -> float:
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


def zones_json_parts(furnishing: Furnishing) -> dict[str, list[dict[str, str | float]]]:
    """Return the entries ``posts``, ``cameras`` and ``equipment`` of zones.json."""
    return {
        "posts": [
            {"id": p.id, "zone": p.zone, "role": p.role, "x": p.x, "y": p.y, "facing_deg": p.facing_deg}
            for p in furnishing.posts
        ],
        "cameras": [
            {"id": c.id, "x": c.x, "y": c.y, "facing_deg": c.facing_deg, "range_m": c.range_m, "view_deg": c.view_deg}
            for c in furnishing.cameras
        ],
        "equipment": [
            {"id": e.id, "kind": e.kind, "zone": e.zone, "x": e.x, "y": e.y, "w": e.w, "h": e.h}
            for e in furnishing.equipment
        ],
    }
