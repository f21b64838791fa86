"""Judge aisles and accesses on real geometry: widths round all that stands there, turning circles, staff's ways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import shapely
from shapely import LineString, MultiLineString, Point
from shapely.geometry.base import BaseGeometry

from layout.rules.data import Rule
from layout.rules.scene import TOLERANCE_M, XY, Finding, Scene, area, before, disc, door_name, edges_of, facing, spot
from layout.zones.plan import PlacedZone, Shape

REACH_M = 0.1
DOOR_REACH_M = 0.3
LEAST_M = 0.3
EDGE_M = 0.05
ACCESS_REACH_M = 0.5
HALVINGS = 6


def aisle(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find zones to which no walk as wide as the aisle leads from an entrance, round everything that stands there."""
    width = rule.number
    zones = scene.chosen(rule)
    for floor, own in (
        (scene.public_floor, [z for z in zones if _visited(z, rule)]),
        (scene.staff_floor, [z for z in zones if not _visited(z, rule)]),
    ):
        reached = scene.reached(floor, width) if own else None
        for zone in own:
            if reached is not None and _comes_to(reached, scene, zone, width):
                continue
            found, shapes = _narrowest(scene, floor, zone, width)
            text = f"the way to it is {found:.2f} m wide" if found > 0 else "no way leads to it"
            yield Finding(zone.id, f"{text}, {width:.2f} m expected", shapes)


def _visited(zone: PlacedZone, rule: Rule) -> bool:
    """Whether visitors walk up to a zone: their own, and those of staff that a rule on visitors' aisles names."""
    return zone.public or zone.kind in rule.zones


def _comes_to(middles: BaseGeometry, scene: Scene, zone: PlacedZone, width_m: float) -> bool:
    """Tell whether a disc stands right before a zone: its middle before the front, at most its half away from it."""
    if middles.is_empty:
        return False
    front = scene.fronts(zone)
    if not isinstance(front, LineString | MultiLineString):
        return bool(middles.distance(front) <= width_m / 2 + REACH_M)
    aside = DOOR_REACH_M if zone.enclosed else EDGE_M
    strips = []
    for edge in shapely.get_parts(front):
        at = edge.interpolate(0.5, normalized=True)
        long = edge.length + 2 * aside
        strips.append(before((at.x, at.y), zone.front_deg, long, -TOLERANCE_M, width_m / 2 + REACH_M))
    return bool(middles.intersects(shapely.union_all(strips)))


def _narrowest(scene: Scene, floor: BaseGeometry, zone: PlacedZone, width_m: float) -> tuple[float, tuple[Shape, ...]]:
    """Return the widest disc that comes to a zone (0 for none), and the circle that does not pass, to draw."""
    front = scene.fronts(zone)
    low, high = 0.0, width_m
    for step in range(HALVINGS):
        tried = LEAST_M if step == 0 else (low + high) / 2
        if _comes_to(scene.reached(floor, tried), scene, zone, tried):
            low = tried
        elif step == 0:
            return 0.0, (*area(front), *spot([(float(zone.access[0]), float(zone.access[1]))]))
        else:
            high = tried
    wide = scene.reached(floor, high)
    narrow = scene.reached(floor, low)
    beyond = [part for part in scene.middles(floor, high) if not part.intersects(wide) and part.intersects(narrow)]
    end = shapely.union_all(beyond) if beyond else front
    if wide.is_empty:
        return low, area(front)
    way = shapely.shortest_line(wide, end)
    middle = way.interpolate(0.5, normalized=True)
    return low, disc((middle.x, middle.y), width_m)


def turning_access(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find zones of visitors without a turning circle where one comes to them."""
    width = rule.number
    circles = shapely.union_all(scene.middles(scene.public_floor, width))
    near = scene.reached(scene.public_floor, LEAST_M)
    usable = circles.intersection(near)
    for zone in scene.chosen(rule):
        if not _comes_to(usable, scene, zone, width):
            x, y = float(zone.access[0]), float(zone.access[1])
            found = _largest(scene, zone, near, width)
            yield Finding(
                zone.id, f"a circle of {found:.2f} m fits before it, {width:.2f} m expected", disc((x, y), width)
            )


def _largest(scene: Scene, zone: PlacedZone, near: BaseGeometry, width_m: float) -> float:
    low, high = 0.0, width_m
    for _ in range(HALVINGS):
        tried = (low + high) / 2
        parts = shapely.union_all(scene.middles(scene.public_floor, tried)).intersection(near)
        if _comes_to(parts, scene, zone, tried):
            low = tried
        else:
            high = tried
    return low


def turning_door(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find doors of the hall without a turning circle inside."""
    width = rule.number
    circles = shapely.union_all(scene.middles(scene.public_floor, width))
    for door in scene.hall.floor.doors:
        if circles.is_empty or circles.distance(Point(door.x, door.y)) > width / 2 + DOOR_REACH_M:
            along = before((door.x, door.y), door.facing_deg, width, 0.0, width)
            where = door_name(scene.hall, door)
            yield Finding(where, f"no circle of {width:.2f} m fits inside it", area(along))


def turning_room(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find rooms of visitors without a turning circle on one side of their door."""
    width = rule.number
    outside = shapely.union_all(scene.middles(scene.public_floor, width))
    for zone in scene.chosen(rule):
        if not zone.enclosed:
            continue
        door = scene.opening(zone).interpolate(0.5, normalized=True)
        inside = shapely.union_all(scene.middles(scene.shapes[zone.id].intersection(scene.escape_floor), width))
        sides = [
            name
            for name, parts in (("inside", inside), ("outside", outside))
            if parts.is_empty or parts.distance(door) > width / 2 + DOOR_REACH_M
        ]
        if sides:
            text = f"no circle of {width:.2f} m fits {' or '.join(sides)} its door"
            yield Finding(zone.id, text, disc((door.x, door.y), width))


@dataclass(frozen=True)
class Front:
    """An edge by which people come to a zone, and what of the floor before it is taken."""

    edge: LineString
    taken: BaseGeometry

    def free_at(self, at: XY) -> float:
        """Return the longest free stretch of the edge that begins within reach of a place on it, metres."""
        return _free_at(self.taken, self.edge, self.edge.project(Point(at)))

    def is_free_at(self, at: XY, width_m: float) -> bool:
        """Whether such a stretch is as wide as asked for, or as long as the edge is."""
        return self.free_at(at) >= min(width_m, self.edge.length) - 2 * TOLERANCE_M


def fronts_of(scene: Scene, zone: PlacedZone, depth_m: float) -> tuple[Front, ...]:
    """Return the edges by which people come to a zone, with what is taken before them, as deep as ``depth_m``."""
    closed = [scene.shapes[z.id] for z in scene.hall.zones.zones if z.id != zone.id and (z.enclosed or not z.public)]
    found = []
    for edge in edges_of(scene.shapes[zone.id]):
        if facing(edge) == zone.front_deg:
            middle = edge.interpolate(0.5, normalized=True)
            strip = before((middle.x, middle.y), zone.front_deg, edge.length, 0.02, depth_m)
            taken = [strip.difference(scene.bare_grown), *(strip.intersection(one) for one in (*closed, scene.things))]
            found.append(Front(edge, shapely.union_all(taken).buffer(-TOLERANCE_M)))
    return tuple(found)


def front_at(fronts: Sequence[Front], at: XY) -> Front | None:
    """Return the longest of the edges that a place lies on; None where it lies on none."""
    here = [front for front in fronts if front.edge.distance(Point(at)) < EDGE_M]
    return max(here, key=lambda front: float(front.edge.length), default=None)


def access(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find zones before whose access no stretch of the front is free that is as wide as a door."""
    for zone in scene.chosen(rule):
        at = float(zone.access[0]), float(zone.access[1])
        front = front_at(fronts_of(scene, zone, rule.of("depth_m")), at)
        if front is None:
            yield Finding(zone.id, "its access is not on the side it is approached from", spot([at]))
        elif not front.is_free_at(at, rule.number):
            text = f"{front.free_at(at):.2f} m of its side are free at its access, {rule.number:.2f} m expected"
            yield Finding(zone.id, text, area(front.taken) or area(front.edge))


def _free_at(taken: BaseGeometry, edge: LineString, at: float) -> float:
    """Return the longest free stretch of an edge that begins within reach of a place on it."""
    ends = []
    for part in shapely.get_parts(taken):
        if not part.is_empty:
            places = [edge.project(Point(xy)) for xy in shapely.get_coordinates(part)]
            ends.append((min(places), max(places)))
    start, gaps = 0.0, []
    for low, high in sorted(ends):
        gaps.append((start, low))
        start = max(start, high)
    gaps.append((start, float(edge.length)))
    return max([high - low for low, high in gaps if low - ACCESS_REACH_M <= at <= high + ACCESS_REACH_M], default=0.0)


def front_clear(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find zones along whose front people cannot stand everywhere, such as behind a column or at a wall."""
    depth = rule.of("depth_m")
    zones = scene.hall.zones.zones
    for zone in scene.chosen(rule):
        closed = [scene.shapes[z.id] for z in zones if z.id != zone.id and (z.enclosed or not z.public)]
        things = [scene.footprints[thing.id] for thing in scene.standing if thing.zone != zone.id]
        free = scene.bare.buffer(TOLERANCE_M).difference(shapely.union_all([*closed, *things]))
        for edge in shapely.get_parts(scene.fronts(zone)):
            middle = edge.interpolate(0.5, normalized=True)
            strip = before((middle.x, middle.y), zone.front_deg, edge.length, 0.02, depth)
            taken = strip.difference(free)
            if taken.area > 0.02:
                lost = _width_along(taken, edge)
                yield Finding(zone.id, f"nobody can stand at {lost:.2f} m of its front", area(taken))


def _width_along(shape: BaseGeometry, edge: LineString) -> float:
    places = [edge.project(Point(xy)) for xy in shapely.get_coordinates(shape)]
    return max(places) - min(places)


def staff_side(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find counters that staff reach across the public floor only: no zone of theirs, nor a door of theirs, adjoins."""
    width = rule.number
    zones = scene.hall.zones.zones
    chosen = scene.chosen(rule)
    bases = [z for z in zones if not z.public and z not in chosen]
    if not bases:
        return
    doors = [d for d in scene.hall.floor.doors if not d.entrance]
    joined = {z.id for z in bases}
    while True:  # counters beside counters that are joined are joined too
        more = [z for z in chosen if z.id not in joined and _adjoins(scene, z, joined, width)]
        if not more:
            break
        joined |= {z.id for z in more}
    for zone in chosen:
        if zone.id in joined or any(Point(d.x, d.y).distance(scene.shapes[zone.id]) <= 0.1 for d in doors):
            continue
        text = f"it touches no zone of staff along {width:.2f} m: staff cross the public floor"
        yield Finding(zone.id, text, area(scene.shapes[zone.id].boundary.difference(scene.fronts(zone).buffer(0.01))))


def _adjoins(scene: Scene, zone: PlacedZone, others: set[str], width_m: float) -> bool:
    back = scene.shapes[zone.id].boundary.difference(scene.fronts(zone).buffer(0.005))
    return any(
        back.intersection(scene.shapes[name].buffer(0.02, join_style="mitre")).length >= width_m - 0.05
        for name in others
    )


def staff_crossed(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find staff's zones and rooms that the line visitors are led along passes through."""
    line = scene.hall.zones.movement_line
    if len(line) < 2:
        return
    led = LineString(line)
    for zone in scene.chosen(rule):
        crossed = led.intersection(scene.shapes[zone.id].buffer(-0.01, join_style="mitre"))
        if crossed.length > rule.number:
            yield Finding(zone.id, f"the movement line runs through it for {crossed.length:.2f} m", area(crossed))
