"""Compute the one term by which each zone of a finished hall is judged: `measure_zones`.

The programme names it (``measure``):

========================  =====  ================================================================================
diverted                  share  visits of the week that use a machine instead of a person
minutes_to_served         min    walk from the entrance at `WALK_M_PER_MIN` and mean wait, to the counters
seats_in_sight            share  seats that see a counter zone's front, and a selling zone's where there is one
private                   share  visitors' floor outside the zone from which its desks are not seen
passed                    share  visitors who pass within 3 m and see it
within_reach              share  its shelves and tables within `REACH_M` of the movement line
to_data_experience        m      walk to the data-service experience
to_entrance               m      walk from the entrance
entrance_seen             share  entrances seen by its posts, or from its middle
staff_walk                m      walk of staff to the next counter: from its racks, else from its door
work_space                m²     area a desk
depth                     m      straight line from the nearest entrance: cash lies deep
========================  =====  ================================================================================

Waits are Erlang C means of the posts that stand in the zone, weighted by their visitors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layout.floor.cells import Cells
from layout.floor.ground import boxes
from layout.floor.isovist import isovist, share_seen, sight_edges, step_in
from layout.floor.plan import FloorPlan
from layout.floor.walk import walk_distances
from layout.flow.exposure import ZoneExposure
from layout.posts.plan import Equipment, Furnishing
from layout.study.furnish.cameras import inside_door
from layout.study.hall.walks import HallWalks, fronts
from layout.workload.erlang import mean_wait
from layout.workload.requirement import Requirement
from layout.zones.plan import PlacedZone, ZoneMeasure
from layout.zones.space import Space

WALK_M_PER_MIN = 72.0
"""Preset: 1.2 m a second."""
REACH_M = 1.5
SEES_M = 15.0
SEEN_SHARE = 0.05
NEAR_DESK_M = 0.6

Floats = NDArray[np.float64]
Part = tuple[str, str, float]
Found = tuple[str, float | None, tuple[Part, ...]]


@dataclass(frozen=True)
class FinishedFloor:
    """A furnished hall and what was measured of it.

    Parameters
    ----------
    plan, cells
        The hall.
    zones, space
        Its zones, and what they were asked to be, in the same order.
    furnishing
        What stands in them.
    walked, exposure
        Real walks, and how well zones are shown.
    requirement
        Posts and arrivals by interval.
    diverted
        Share of the week's visits that use a machine.
    """

    plan: FloorPlan
    cells: Cells
    zones: Sequence[PlacedZone]
    space: Space
    furnishing: Furnishing
    walked: HallWalks
    exposure: Sequence[ZoneExposure]
    requirement: Requirement
    diverted: float

    @cached_property
    def edges(self) -> Floats:
        """Edges that block sight on the open floor."""
        return sight_edges(self.walked.clear)

    @cached_property
    def public(self) -> BaseGeometry:
        """Where visitors may be on the open floor."""
        staff = [area for area, zone in zip(self.areas, self.zones, strict=True) if not zone.public]
        return shapely.difference(self.walked.clear, shapely.union_all(staff))

    @cached_property
    def areas(self) -> tuple[BaseGeometry, ...]:
        """The areas of the zones."""
        return boxes(zone.rects for zone in self.zones)

    @cached_property
    def to_counter_m(self) -> Floats:
        """Staff's walk from each cell to the next place of work at a counter, shape (rows, columns)."""
        free = self.cells.free.copy()
        rows, columns = free.shape
        x = self.cells.x0 + (np.arange(columns) + 0.5) * self.cells.cell_m
        y = self.cells.y0 + (np.arange(rows)[:, None] + 0.5) * self.cells.cell_m
        rooms = [tuple(rect) for zone in self.zones if zone.enclosed for rect in zone.rects]
        things = [(e.x, e.y, e.w, e.h) for e in self.furnishing.equipment if not e.mounted]
        for left, bottom, width, height in (*rooms, *things):
            free &= ~((x > left) & (x < left + width) & (y > bottom) & (y < bottom + height))
        counters = {zone.id for zone in self.zones if zone.kind == "counters"}
        at = [self.cells.at(p.x, p.y) for p in self.furnishing.posts if p.zone in counters]
        starts = np.array([cell for cell in dict.fromkeys(at) if free[cell]], dtype=np.int64).reshape(-1, 2)
        if not len(starts):
            return np.full(free.shape, np.inf)
        walks: Floats = walk_distances(free, self.cells.cell_m, starts).reshape(-1, rows, columns)
        return np.asarray(walks.min(axis=0))

    def views(self, eyes: Floats) -> list[BaseGeometry]:
        """Return what is seen from points on the open floor, shape (k, 2)."""
        there = step_in(self.walked.clear, eyes) if len(eyes) else eyes
        return [isovist((float(x), float(y)), self.edges, SEES_M) for x, y in there]

    def things(self, zone: str, *kinds: str) -> list[Equipment]:
        """Return the things of some kinds in a zone."""
        return [e for e in self.furnishing.equipment if e.zone == zone and (not kinds or e.kind in kinds)]

    def wait_min(self, kind: str) -> float:
        """Return the mean wait of visitors of the posts that stand in a kind of zone, minutes."""
        posts = {post for post, zone in self.requirement.zone_of.items() if zone == kind}
        rows = [row for row in self.requirement.rows if row.post in posts and min(row.arrivals, row.occupancy) > 0]
        if not rows:
            return 0.0
        arrivals = np.array([row.arrivals for row in rows])
        rate = arrivals / self.requirement.interval_min
        servers = np.array([row.required for row in rows])
        wait = np.asarray(mean_wait(rate, rate / (np.array([row.occupancy for row in rows]) * servers), servers))
        known = np.isfinite(wait)
        return float((arrivals[known] * wait[known]).sum() / max(arrivals[known].sum(), 1e-9))


def measure_zones(hall: FinishedFloor) -> tuple[ZoneMeasure, ...]:
    """Return the measured term of every zone whose programme names one, in the zones' order."""
    found = []
    for k, need in enumerate(hall.space.needs):
        if need.spec.measure:
            unit, value, parts = MEASURES[need.spec.measure](hall, k)
            known = None if value is None or not np.isfinite(value) else round(float(value), 3)
            told = tuple((name, of, round(float(part), 3)) for name, of, part in parts if np.isfinite(part))
            found.append(ZoneMeasure(hall.zones[k].id, need.spec.measure, unit, known, told))
    return tuple(found)


def _diverted(hall: FinishedFloor, k: int) -> Found:
    machines = sum(pool.installed for pool in hall.furnishing.pools)
    return "share", hall.diverted, (("machines", "", float(machines)),)


def _minutes_to_served(hall: FinishedFloor, k: int) -> Found:
    metres = float(hall.walked.walks.metres[0, k + 1])
    wait = hall.wait_min(hall.zones[k].kind)
    return "min", metres / WALK_M_PER_MIN + wait, (("walk", "m", metres), ("wait", "min", wait))


def _seats_in_sight(hall: FinishedFloor, k: int) -> Found:
    seats = hall.things(hall.zones[k].id, "chair")
    lines = fronts(hall.zones)
    counters = [j for j, zone in enumerate(hall.zones) if zone.kind == "counters"]
    selling = [j for j, need in enumerate(hall.space.needs) if need.spec.selling and not hall.zones[j].enclosed]
    if not seats:
        return "share", None, ()
    eyes = np.array([(seat.x + seat.w / 2, seat.y + seat.h / 2) for seat in seats])
    views = hall.views(eyes)

    def sees(zones: Sequence[int]) -> NDArray[np.bool_]:
        return np.array([any(share_seen(view, lines[j]) > SEEN_SHARE for j in zones) for view in views], dtype=bool)

    called, shown = sees(counters), sees(selling)
    both = called & shown if selling else called
    parts: tuple[Part, ...] = (("counters", "share", float(called.mean())),)
    parts += (("products", "share", float(shown.mean())),) if selling else ()
    return "share", float(both.mean()), parts


def _private(hall: FinishedFloor, k: int) -> Found:
    zone = hall.zones[k]
    parts: tuple[Part, ...] = (("wait", "min", hall.wait_min(zone.kind)),)
    if zone.enclosed:
        return "share", 1.0, parts
    floor = shapely.difference(hall.public, hall.areas[k])
    desks = [e for e in hall.things(zone.id) if e.kind.endswith("desk") or e.kind.endswith("table")]
    middles = [(e.x + e.w / 2, e.y + e.h / 2) for e in desks] or [(x + w / 2, y + h / 2) for x, y, w, h in zone.rects]
    seen = shapely.union_all(hall.views(np.array(middles)))
    area = float(shapely.area(floor))
    hidden = 1.0 - float(shapely.area(shapely.intersection(seen, floor))) / area if area > 0 else 1.0
    return "share", hidden, parts


def _passed(hall: FinishedFloor, k: int) -> Found:
    shown = next((one for one in hall.exposure if one.zone == hall.zones[k].id), None)
    if shown is None:
        return "share", None, ()
    return "share", shown.share, (("visitors an hour", "", shown.per_hour),)


def _within_reach(hall: FinishedFloor, k: int) -> Found:
    things = hall.things(hall.zones[k].id, "gondola", "display_table", "brochure_rack", "product_screen")
    line = hall.walked.movement.line
    if not things or len(line) < 2:
        return "share", None, ()
    path = shapely.LineString(line)
    near = [shapely.distance(shapely.box(e.x, e.y, e.x + e.w, e.y + e.h), path) <= REACH_M for e in things]
    return "share", float(np.mean(near)), (("things in reach", "", float(np.sum(near))),)


def _to_data_experience(hall: FinishedFloor, k: int) -> Found:
    others = [j for j, zone in enumerate(hall.zones) if zone.kind == "data_experience"]
    return "m", min((float(hall.walked.walks.metres[k + 1, j + 1]) for j in others), default=None), ()


def _to_entrance(hall: FinishedFloor, k: int) -> Found:
    return "m", float(hall.walked.walks.metres[0, k + 1]), ()


def _entrance_seen(hall: FinishedFloor, k: int) -> Found:
    x, y, w, h = (float(value) for value in hall.zones[k].rects[0])
    posts = [(p.x, p.y) for p in hall.furnishing.posts if p.zone == hall.zones[k].id]
    seen = shapely.union_all(hall.views(np.array(posts or [(x + w / 2, y + h / 2)])))
    doors = [shapely.Point(inside_door(door)) for door in hall.plan.entrances]
    return "share", float(np.mean([shapely.dwithin(seen, door, 0.05) for door in doors])), ()


def _staff_walk(hall: FinishedFloor, k: int) -> Found:
    racks = hall.things(hall.zones[k].id, "parcel_rack")
    ahead = [np.radians(rack.facing_deg) for rack in racks]
    places = [
        (
            rack.x + rack.w / 2 + (rack.w / 2 + 0.3) * np.cos(turn),
            rack.y + rack.h / 2 + (rack.h / 2 + 0.3) * np.sin(turn),
        )
        for rack, turn in zip(racks, ahead, strict=True)
    ]
    away = [_nearby(hall, float(x), float(y)) for x, y in places or [tuple(hall.zones[k].access)]]
    known = [metres for metres in away if np.isfinite(metres)]
    return "m", float(np.mean(known)) if known else None, ()


def _nearby(hall: FinishedFloor, x: float, y: float) -> float:
    """Return staff's walk to a counter from a point, or from the best cell a step beside it."""
    row, column = hall.cells.at(x, y)
    step = max(1, round(NEAR_DESK_M / hall.cells.cell_m))
    part = hall.to_counter_m[max(0, row - step) : row + step + 1, max(0, column - step) : column + step + 1]
    return float(part.min())


def _work_space(hall: FinishedFloor, k: int) -> Found:
    desks = hall.things(hall.zones[k].id, "desk")
    return "m²", hall.zones[k].area_m2 / len(desks) if desks else None, (("desks", "", float(len(desks))),)


def _depth(hall: FinishedFloor, k: int) -> Found:
    doors = [shapely.Point(door.x, door.y) for door in hall.plan.entrances]
    return "m", min((float(shapely.distance(hall.areas[k], door)) for door in doors), default=None), ()


MEASURES: Mapping[str, Callable[[FinishedFloor, int], Found]] = {
    "depth": _depth,
    "diverted": _diverted,
    "entrance_seen": _entrance_seen,
    "minutes_to_served": _minutes_to_served,
    "passed": _passed,
    "private": _private,
    "seats_in_sight": _seats_in_sight,
    "staff_walk": _staff_walk,
    "to_data_experience": _to_data_experience,
    "to_entrance": _to_entrance,
    "within_reach": _within_reach,
    "work_space": _work_space,
}
