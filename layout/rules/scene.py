"""Hold one finished hall as geometry, and what tests of rules ask of it again and again: `FinishedHall`, `Scene`.

A person or a wheelchair is a disc. Where the middle of a disc of width w can be is the floor shrunk by w / 2
(`Scene.middles`); what it reaches is the connected part of that which lies before an entrance (`Scene.reached`).
Open zones of visitors are floor one can walk on round their equipment, staff's zones and rooms are not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient
from shapely.ops import substring

from layout.floor.doorway import doorway
from layout.floor.plan import Door, FloorPlan
from layout.posts.plan import Equipment, Furnishing
from layout.rules.data import Rule
from layout.zones.plan import PlacedZone, Shape, ZonePlan, staff_doors

TOLERANCE_M = 0.01
ARC_SEGMENTS = 16
OPENING_M = 0.9
PARTITION_M = 0.04
INSIDE_M = 1.5
XY = tuple[float, float]
Rect = tuple[float, float, float, float]


@dataclass(frozen=True)
class Facts:
    """What no plan tells; see ``[layout.rules]`` for the defaults."""

    sprinklers: bool = False
    automatic_doors: bool = False
    entrances_are_exits: bool = True
    occupants: int | None = None
    m2_per_person: float = 4.0
    queue_persons: int = 2


@dataclass(frozen=True)
class FinishedHall:
    """What is checked: the hall, its zones, what stands in them, and facts; ``locked`` is zone id → its rectangle."""

    floor: FloorPlan
    zones: ZonePlan
    furnishing: Furnishing
    sector: str
    facts: Facts = Facts()
    locked: Mapping[str, Rect] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One place at which a rule is broken: the thing concerned, the figures in words, and what to draw."""

    where: str
    text: str
    shapes: tuple[Shape, ...]


Judge = Callable[["Scene", Rule], Iterator[Finding]]


@dataclass(frozen=True)
class Scene:
    """One finished hall with the shapes that tests share, each made once."""

    hall: FinishedHall

    @cached_property
    def solid(self) -> BaseGeometry:
        """Walls, columns and fixtures."""
        floor = self.hall.floor
        return shapely.union_all([*floor.walls, *floor.columns, *floor.fixtures])

    @cached_property
    def bare(self) -> BaseGeometry:
        """The floor without walls, columns and fixtures."""
        return areal(self.hall.floor.outline.difference(self.solid))

    @cached_property
    def bare_grown(self) -> BaseGeometry:
        """The bare floor with the tolerance round it."""
        return self.bare.buffer(TOLERANCE_M)

    @cached_property
    def shapes(self) -> Mapping[str, BaseGeometry]:
        """The shape of each zone, by id."""
        return {zone.id: zone_shape(zone) for zone in self.hall.zones.zones}

    @cached_property
    def footprints(self) -> Mapping[str, Polygon]:
        """The footprint of each thing, by id."""
        return {thing.id: footprint(thing) for thing in self.hall.furnishing.equipment}

    @cached_property
    def standing(self) -> tuple[Equipment, ...]:
        """The things that take floor: those not fixed to another thing."""
        return tuple(thing for thing in self.hall.furnishing.equipment if not thing.mounted)

    @cached_property
    def things(self) -> BaseGeometry:
        """All footprints of things that take floor."""
        return shapely.union_all([self.footprints[thing.id] for thing in self.standing])

    @cached_property
    def public_floor(self) -> BaseGeometry:
        """Where visitors can walk."""
        closed = [self.shapes[z.id] for z in self.hall.zones.zones if z.enclosed or not z.public]
        return self.bare.difference(shapely.union_all([*closed, self.things]))

    @cached_property
    def staff_floor(self) -> BaseGeometry:
        """Where staff can walk outside rooms."""
        closed = [self.shapes[z.id] for z in self.hall.zones.zones if z.enclosed]
        return self.bare.difference(shapely.union_all([*closed, self.things]))

    @cached_property
    def escape_floor(self) -> BaseGeometry:
        """Where one can walk in an emergency: everywhere but through solids, things and the walls of rooms."""
        return self.bare.difference(shapely.union_all([self.things, self.partitions]))

    @cached_property
    def partitions(self) -> BaseGeometry:
        """The walls round enclosed zones, with their doors left open."""
        walls = []
        zones = self.hall.zones.zones
        for zone in zones:
            if not zone.enclosed:
                continue
            around = self.shapes[zone.id].boundary
            doors = [LineString(door.jambs) for door in staff_doors(zone, zones)]
            gaps = [line.buffer(0.02) for line in (self.opening(zone), *doors)]
            for other in zones:
                if other is not zone and other.enclosed and not other.public and not zone.public:
                    shared = shapely.line_merge(shapely.intersection(around, self.shapes[other.id].boundary))
                    if shared.length >= OPENING_M - TOLERANCE_M:
                        gaps.append(shared.buffer(0.02))
            walls.append(around.difference(shapely.union_all(gaps)).buffer(PARTITION_M, cap_style="flat"))
        return shapely.union_all(walls)

    def opening(self, zone: PlacedZone) -> LineString:
        """Return the door of a room, or where one steps into an open zone: 0.9 m of its front at its access."""
        door = zone.door or doorway(zone.rects, zone.front_deg, zone.access, OPENING_M)
        return LineString(door.jambs)

    def fronts(self, zone: PlacedZone) -> BaseGeometry:
        """Return where people come to a zone: its edges that look to its front; a room's door."""
        if zone.enclosed:
            return self.opening(zone)
        shape = self.shapes[zone.id]
        found = [edge for edge in edges_of(shape) if facing(edge) == zone.front_deg % 360]
        return shapely.union_all(found) if found else shape.boundary

    def chosen(self, rule: Rule) -> tuple[PlacedZone, ...]:
        """Return the zones a rule is about."""
        return tuple(
            zone
            for zone in self.hall.zones.zones
            if zone.kind not in rule.without and not {"all", *_labels(zone)}.isdisjoint(rule.zones)
        )

    def chosen_things(self, rule: Rule) -> tuple[Equipment, ...]:
        """Return the things a rule is about: of its kinds, in its zones."""
        homes = {zone.id for zone in self.chosen(rule)}
        return tuple(t for t in self.hall.furnishing.equipment if t.kind in rule.things and t.zone in homes)

    @cached_property
    def ways_out(self) -> tuple[Door, ...]:
        """The doors by which people leave in an emergency."""
        entrances = self.hall.facts.entrances_are_exits
        return tuple(door for door in self.hall.floor.doors if door.exit or (door.entrance and entrances))

    @cached_property
    def starts(self) -> BaseGeometry:
        """The floor just inside the entrances."""
        return shapely.union_all([before_door(door, INSIDE_M) for door in self.hall.floor.entrances])

    def middles(self, floor: BaseGeometry, width_m: float) -> list[Polygon]:
        """Return where the middle of a disc can be, as connected parts."""
        shrunk = floor.buffer(-(width_m / 2 - TOLERANCE_M), quad_segs=ARC_SEGMENTS)
        return [part for part in shapely.get_parts(shrunk) if isinstance(part, Polygon) and not part.is_empty]

    def reached(self, floor: BaseGeometry, width_m: float) -> BaseGeometry:
        """Return where the middle of a disc can be that came in by an entrance."""
        parts = self.middles(floor, width_m)
        return shapely.union_all([part for part in parts if part.intersects(self.starts)])

    @cached_property
    def blocks_sight(self) -> BaseGeometry:
        """What nobody sees through: walls, columns, fixtures and the walls of rooms, their doors shut."""
        rooms = [self.shapes[z.id].boundary for z in self.hall.zones.zones if z.enclosed]
        solid = self.solid.buffer(-0.03, join_style="mitre")
        outside = self.hall.floor.outline.buffer(0.05, join_style="mitre").exterior
        return shapely.union_all([*rooms, solid, outside])

    def sees(self, eye: XY, target: XY) -> bool:
        """Tell whether nothing stands between two points; the ends may touch what blocks."""
        line = LineString([eye, target])
        if line.length < 0.1:
            return True
        inner = substring(line, 0.03, line.length - 0.03)
        return not inner.intersects(self.blocks_sight)


def _labels(zone: PlacedZone) -> set[str]:
    return {
        zone.kind,
        zone.id,
        "public" if zone.public else "staff",
        "enclosed" if zone.enclosed else "open",
    }


def zone_shape(zone: PlacedZone) -> BaseGeometry:
    """Return a zone's rectangles as one shape."""
    return shapely.union_all([shapely.box(x, y, x + w, y + h) for x, y, w, h in zone.rects])


def footprint(thing: Equipment) -> Polygon:
    """Return the footprint of a thing."""
    return shapely.box(thing.x, thing.y, thing.x + thing.w, thing.y + thing.h)


def edges_of(shape: BaseGeometry) -> list[LineString]:
    """Return the straight edges of a shape, collinear ones joined, its inside on their left."""
    found = []
    for part in shapely.get_parts(shape):
        if isinstance(part, Polygon) and not part.is_empty:
            points = shapely.get_coordinates(orient(part).simplify(0))
            found += [LineString(pair) for pair in pairwise(points)]
    return found


def facing(edge: LineString) -> float:
    """Return the direction that an edge of `edges_of` looks, out of its shape, degrees to a tenth."""
    (x0, y0), (x1, y1) = edge.coords[0], edge.coords[-1]
    return round(math.degrees(math.atan2(x0 - x1, y1 - y0)), 1) % 360


def unit(degrees: float) -> XY:
    """Return the unit vector of a direction."""
    return math.cos(math.radians(degrees)), math.sin(math.radians(degrees))


def before(middle: XY, facing_deg: float, width_m: float, start_m: float, end_m: float) -> Polygon:
    """Return the strip before something: across ``width_m``, from ``start_m`` to ``end_m`` in its direction."""
    along = unit(facing_deg)
    aside = -along[1] * width_m / 2, along[0] * width_m / 2
    corners = [
        (middle[0] + along[0] * far + sign * aside[0], middle[1] + along[1] * far + sign * aside[1])
        for far, sign in ((start_m, -1), (end_m, -1), (end_m, 1), (start_m, 1))
    ]
    return Polygon(corners)


def before_door(door: Door, depth_m: float) -> Polygon:
    """Return the floor inside a door, as wide as it is."""
    return before((door.x, door.y), door.facing_deg, door.width_m, 0.0, depth_m)


def door_line(door: Door) -> LineString:
    """Return the opening of a door."""
    along = unit(door.facing_deg + 90)
    half = door.width_m / 2
    ends = [(door.x + sign * along[0] * half, door.y + sign * along[1] * half) for sign in (-1, 1)]
    return LineString(ends)


def front_of(thing: Equipment) -> tuple[XY, float, float]:
    """Return the middle of a thing's front edge, the width of that edge, and the direction it looks."""
    along = unit(thing.facing_deg)
    level = abs(along[0]) > abs(along[1])
    reach = (thing.w if level else thing.h) / 2
    middle = thing.x + thing.w / 2 + along[0] * reach, thing.y + thing.h / 2 + along[1] * reach
    return middle, (thing.h if level else thing.w), thing.facing_deg


def door_name(hall: FinishedHall, door: Door) -> str:
    """Return what a door is called: its own name, else ``entrance``, ``exit`` or ``door`` and its number."""
    if door.name:
        return door.name
    kind = "entrance" if door.entrance else "exit" if door.exit else "door"
    alike = [d for d in hall.floor.doors if (d.entrance, d.exit and not d.entrance) == (door.entrance, kind == "exit")]
    return f"{kind} {alike.index(door) + 1}"


def areal(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a geometry, without the points and lines that differences of touching shapes leave."""
    return shapely.union_all([part for part in shapely.get_parts(shape) if isinstance(part, Polygon)])


def area(shape: BaseGeometry) -> tuple[Shape, ...]:
    """Return a geometry to draw: areas of polygons, lines, points."""
    found: list[Shape] = []
    points: list[XY] = []
    for part in shapely.get_parts(shape):
        if isinstance(part, Polygon) and not part.is_empty:
            found.append(Shape("area", _coords(part.exterior)))
        elif isinstance(part, LineString) and not part.is_empty:
            found.append(Shape("line", _coords(part)))
        elif isinstance(part, Point) and not part.is_empty:
            points += _coords(part)
    return (*found, *((Shape("points", tuple(points)),) if points else ()))


def disc(at: XY, width_m: float) -> tuple[Shape, ...]:
    """Return a circle to draw."""
    return area(Point(at).buffer(width_m / 2, quad_segs=8))


def spot(points: Sequence[XY]) -> tuple[Shape, ...]:
    """Return points to draw."""
    return (Shape("points", tuple((_r(x), _r(y)) for x, y in points)),)


def _coords(part: BaseGeometry) -> tuple[XY, ...]:
    return tuple((_r(x), _r(y)) for x, y in np.asarray(part.coords)[:, :2])


def _r(value: float) -> float:
    return round(float(value), 3) + 0.0
