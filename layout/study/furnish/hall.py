"""Place equipment, posts and cameras in the zones of one hall: `furnish_hall`.

Called by `layout.study.hall.finish` once the zones are settled; `layout.study.furnish.told` gives the entries of
zones.json.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from layout.floor.cells import Cells, free_cells
from layout.floor.gaps import gaps_beside
from layout.floor.plan import FloorPlan
from layout.posts.availability import enough_share, machines_for
from layout.posts.catalogue import PostCatalogue, read_catalogue
from layout.posts.equipment import line_points, lower_one, place_equipment
from layout.posts.plan import Equipment, Furnishing, MachinePool, Post
from layout.posts.privacy import pads_of, public_points, shield_screens, stand_off_lines
from layout.posts.room import ZoneArea, zone_mask
from layout.posts.views import centres, make_views
from layout.study.furnish.cameras import WATCHED, CameraKind, inside_door, watch_hall
from layout.study.furnish.lines import seen_parts
from layout.study.furnish.people import Room, faces_entrance, place_people, split
from layout.zones.plan import ZonePlan, staff_doors
from outlet.outcome import Limits

__all__ = ["CameraKind", "Kit", "furnish_hall"]

TURNING_M = 1.5


@dataclass(frozen=True)
class Kit:
    """With what a hall is furnished.

    Parameters
    ----------
    catalogue
        What stands in which kind of zone, and who sees what.
    camera
        What cameras can do.
    power_m
        How far a thing may stand from the next service point without a word.
    enough
        Share of time for which as many machines as the work needs shall work.
    spare
        Machines of each kind beyond those needed.
    """

    catalogue: PostCatalogue = field(default_factory=read_catalogue)
    camera: CameraKind = field(default_factory=CameraKind)
    power_m: float = 3.0
    enough: float = 0.98
    spare: int = 1


def furnish_hall(
    floor: FloorPlan,
    zones: ZonePlan,
    posts: Mapping[str, tuple[str, int]],
    machines: Mapping[str, int],
    seats: int,
    limits: Limits,
    kit: Kit | None = None,
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
        Self-service machines by kind, spares included.
    seats
        Waiting seats required.
    limits
        Of each of the small solves (posts, cameras).
    kit
        With what the hall is furnished; the usual where None.

    Returns
    -------
    Furnishing
        What did not fit is left out and told in its notes.
    """
    kit = kit or Kit()
    catalogue = kit.catalogue
    cells = free_cells(floor)
    areas = tuple(_area(zones, k, cells) for k in range(len(zones.zones)))
    homes, notes = _homes(areas, posts)
    wanted, short = _wanted(areas, homes, (_known_kinds(catalogue, machines), seats))
    line = line_points(zones.movement_line)
    things = place_equipment(cells, areas, catalogue, wanted, line)
    views = make_views(cells, areas)
    public = public_points(views, areas, things.equipment)
    things = lower_one(things, catalogue, areas, lambda thing: _suits_low(floor, public, thing))
    pads = pads_of(things.equipment, areas, catalogue)
    shields, depth, readable = shield_screens(pads, views, public)
    targets = _targets(floor, cells, areas, things.equipment, catalogue)
    room = Room(floor, cells, areas, things, views, targets, line)
    placed, post_notes = place_people(room, catalogue, homes, limits)
    keypads = [(pad, depth[pad.thing.id]) for pad in pads]
    watched = watch_hall(floor, views, targets, kit.camera, limits, keypads)
    pools = _pools(machines, kit)
    told = (*_power_notes(floor, things.equipment, areas, kit), *_pool_notes(pools), *_cash_notes(catalogue, posts))
    return Furnishing(
        posts=placed,
        cameras=watched.cameras,
        equipment=(*things.equipment, *shields),
        cameras_bound=watched.bound,
        blind_spots=watched.blind,
        notes=(*notes, *short, *things.notes, *post_notes, *watched.notes, *told),
        stand_off=seen_parts(stand_off_lines(pads, areas), floor, zones.zones),
        readable=readable,
        pools=pools,
        facing_door=_cash_facing(room, catalogue, placed),
    )


def _known_kinds(catalogue: PostCatalogue, machines: Mapping[str, int]) -> dict[str, int]:
    """Return the machines by kind; those the catalogue does not know are called ``machines``."""
    known = {kind.kind for kind in catalogue.equipment if kind.count == "machine"}
    found: dict[str, int] = {}
    for kind, count in sorted(machines.items()):
        name = kind if kind in known else "machines"
        found[name] = found.get(name, 0) + count
    return found


def _suits_low(floor: FloorPlan, public: NDArray[np.float64], thing: Equipment) -> float:
    """Score a counter as the low one: a free turning circle before it first, then a short way from an entrance."""
    angle = np.radians(thing.facing_deg)
    ahead = np.array([np.cos(angle), np.sin(angle)])
    reach = (abs(ahead) * (thing.w, thing.h)).sum() / 2 + TURNING_M / 2
    centre = np.array([thing.x + thing.w / 2, thing.y + thing.h / 2]) + reach * ahead
    free = float((np.hypot(*(public - centre).T) <= TURNING_M / 2).sum()) if len(public) else 0.0
    way = min((float(np.hypot(door.x - centre[0], door.y - centre[1])) for door in floor.entrances), default=0.0)
    return round(free) * 1000.0 - way


def _cash_facing(room: Room, catalogue: PostCatalogue, posts: Sequence[Post]) -> tuple[str, ...]:
    """Return the counters at which somebody handles cash and which face an entrance."""
    cash = {role.id for role in catalogue.roles if role.cash}
    spots = {(post.x, post.y) for post in posts if post.role in cash}
    return tuple(
        station.equipment.id
        for station in room.things.stations
        if (station.x, station.y) in spots and faces_entrance(room, station.equipment)
    )


def _pools(machines: Mapping[str, int], kit: Kit) -> tuple[MachinePool, ...]:
    """Return the machines of every kind whose reliability is known."""
    found = []
    for kind, installed in sorted(machines.items()):
        entry = next((entry for entry in kit.catalogue.equipment if entry.kind == kind), None)
        if entry is None or entry.reliability is None or installed <= 0:
            continue
        needed = max(1, installed - kit.spare)
        works = entry.reliability.availability
        enough = enough_share(installed, needed, works)
        found.append(
            MachinePool(
                kind, installed, needed, round(works, 4), round(enough, 4), machines_for(needed, works, kit.enough)
            )
        )
    return tuple(found)


def _pool_notes(pools: Sequence[MachinePool]) -> list[str]:
    return [
        f"{pool.kind}: {pool.needed} of {pool.installed} work {pool.enough:.1%} of the time; "
        f"{pool.to_install} would be needed for what is asked"
        for pool in pools
        if pool.to_install > pool.installed
    ]


def _power_notes(floor: FloorPlan, equipment: Sequence[Equipment], areas: Sequence[ZoneArea], kit: Kit) -> list[str]:
    """Return what stands far from power."""
    kinds = {area.id: area.kind for area in areas}
    powered = []
    for thing in equipment:
        entry = kit.catalogue.in_zone(thing.kind, kinds[thing.zone])
        if entry is not None and entry.power:
            powered.append(thing)
    if powered and not floor.services:
        return [f"the plan shows no service points; power for {len(powered)} things is not checked"]
    far: dict[str, list[float]] = {}
    for thing in powered:
        box = shapely.box(thing.x, thing.y, thing.x + thing.w, thing.y + thing.h)
        away = min(float(shapely.distance(box, service)) for service in floor.services)
        if away > kit.power_m:
            far.setdefault(thing.zone, []).append(away)
    return [
        f"{zone}: {len(found)} of its things need power up to {max(found):.1f} m from the next service point"
        for zone, found in far.items()
    ]


def _cash_notes(catalogue: PostCatalogue, posts: Mapping[str, tuple[str, int]]) -> list[str]:
    """Return whether fewer people handle cash than must be there together."""
    cash = [role for role in catalogue.roles if role.cash and role.id in posts]
    there = sum(posts[role.id][1] for role in cash)
    least = max((role.least for role in cash), default=0)
    if not 0 < there < least:
        return []
    return [f"{there} who handles cash at the peak; cash is counted and moved by {least}: somebody else must help"]


def _area(zones: ZonePlan, k: int, cells: Cells) -> ZoneArea:
    """Return a zone with the doors in its edge: its own, those of rooms beside it, and doorways of built rooms."""
    zone = zones.zones[k]
    own = (zone.door,) if zone.door else tuple(gap for rect in zone.rects for gap in gaps_beside(cells, rect))
    rooms = (room for room in zones.zones if zone.id == room.id or not (zone.enclosed or zone.public))
    beside = tuple(door for room in rooms for door in staff_doors(room, zones.zones))
    return ZoneArea(zone.id, zone.kind, zone.rects, zone.front_deg, zone.public, zone.enclosed, (*own, *beside))


def _homes(
    areas: Sequence[ZoneArea], posts: Mapping[str, tuple[str, int]]
) -> tuple[dict[str, dict[int, int]], list[str]]:
    """Return the zones each role stands in: role → position of the zone → how many of it."""
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
    return _shared(areas, homes, posts), notes


def _shared(
    areas: Sequence[ZoneArea], homes: Mapping[str, Sequence[int]], posts: Mapping[str, tuple[str, int]]
) -> dict[str, dict[int, int]]:
    """Share the positions of roles among like zones by the length of their fronts, role after role."""
    found: dict[str, dict[int, int]] = {role: {} for role in homes}
    for zones in dict.fromkeys(tuple(own) for own in homes.values() if own):
        roles = [role for role, own in homes.items() if tuple(own) == zones]
        left = [role for role in roles for _ in range(posts[role][1])]
        fronts = np.array([_front_m(areas[k]) for k in zones])
        ends = np.round(np.cumsum(fronts) / fronts.sum() * len(left)).astype(int)
        for k, start, end in zip(zones, [0, *ends[:-1]], ends, strict=True):
            for role in left[start:end]:
                found[role][k] = found[role].get(k, 0) + 1
    return found


def _front_m(area: ZoneArea) -> float:
    """Return the length of a zone's front."""
    _, _, width, height = area.largest
    return height if round(area.front_deg / 90) % 2 == 0 else width


def _wanted(
    areas: Sequence[ZoneArea],
    homes: Mapping[str, Mapping[int, int]],
    counts: tuple[Mapping[str, int], int],
) -> tuple[dict[str, dict[str, int]], list[str]]:
    """Return what each zone shall hold; ``counts`` are the machines by kind and the seats."""
    machines, seats = counts
    notes: list[str] = []
    wanted: dict[str, dict[str, int]] = {area.id: {} for area in areas}
    for parts in homes.values():
        for k, part in parts.items():
            wanted[areas[k].id]["posts"] = wanted[areas[k].id].get("posts", 0) + part
    own = [area.id for area in areas if area.kind == "self_service"]
    total = sum(machines.values())
    if total and not own:
        notes.append(f"{total} machines are required, but the hall has no zone self_service")
    each = [kind for kind, count in machines.items() for _ in range(count)]
    for part, name in zip(split(total, len(own)) if own else [], own, strict=True):
        for kind in each[:part]:
            wanted[name][kind] = wanted[name].get(kind, 0) + 1
        each = each[part:]
    own = [area.id for area in areas if area.kind == "waiting"]
    if seats and not own:
        notes.append(f"{seats} seats are required, but the hall has no zone waiting")
    for part, name in zip(split(seats, len(own)) if own else [], own, strict=True):
        wanted[name]["seats"] = part
    return wanted, notes


def _targets(
    floor: FloorPlan,
    cells: Cells,
    areas: Sequence[ZoneArea],
    equipment: Sequence[Equipment],
    catalogue: PostCatalogue,
) -> dict[str, NDArray[np.float64]]:
    """Return the spots that somebody should see, by kind of target, shapes (m, 2)."""
    kinds = {area.id: area.kind for area in areas}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ("entrance", *WATCHED)}
    for door in floor.entrances:
        x, y = inside_door(door)
        found["entrance"].append((float(x), float(y)))
    for thing in equipment:
        entry = catalogue.in_zone(thing.kind, kinds[thing.zone])
        if entry is not None and entry.watch:
            name = entry.watch
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
