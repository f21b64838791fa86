"""Judge what serves visitors: counters' heights and places, room to queue, self-service that can be closed off."""

from __future__ import annotations

import math
from collections.abc import Iterator

import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from layout.floor.plan import Door
from layout.posts.plan import Equipment
from layout.rules.data import Rule
from layout.rules.scene import Finding, Scene, area, areal, before, before_door, door_line, door_name, front_of, spot
from layout.zones.plan import PlacedZone

EDGE_M = 0.02
FAR_M = 200.0


def queue_lane(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find machines' zones before none of whose machines a lane is free: as wide as the rule, as long as the queue."""
    long = scene.hall.facts.queue_persons * rule.of("spacing_m")
    if long <= 0:
        return
    for zone in scene.chosen(rule):
        machines = [thing for thing in scene.chosen_things(rule) if thing.zone == zone.id]
        if machines and not any(_has_lane(scene, thing, rule.number, long) for thing in machines):
            strips = [_lane(thing, 0.0, rule.number, long) for thing in machines]
            text = f"no lane of {rule.number:.2f} × {long:.2f} m is free behind the users of its machines"
            yield Finding(zone.id, text, area(shapely.union_all(strips)))


def _lane(thing: Equipment, turn_deg: float, width_m: float, long_m: float) -> Polygon:
    """Return the lane that starts where the user of a machine stands, straight out or turned aside."""
    (x, y), _, facing = front_of(thing)
    start = thing.clearance_m / 2
    angle = math.radians(facing)
    at = x + start * math.cos(angle), y + start * math.sin(angle)
    if turn_deg == 0.0:
        return before(at, facing, width_m, thing.clearance_m / 2, thing.clearance_m / 2 + long_m)
    return before(at, facing + turn_deg, width_m, thing.w / 2 + thing.h / 2, thing.w / 2 + thing.h / 2 + long_m)


def _has_lane(scene: Scene, thing: Equipment, width_m: float, long_m: float) -> bool:
    users = [
        before(at, facing, wide, 0.0, other.clearance_m / 2)
        for other in scene.hall.furnishing.equipment
        if other.zone == thing.zone and other.id != thing.id
        for at, wide, facing in (front_of(other),)
    ]
    floor = scene.public_floor.buffer(EDGE_M, join_style="mitre").difference(shapely.union_all(users))
    return any(floor.covers(_lane(thing, turn, width_m, long_m)) for turn in (0.0, 90.0, -90.0))


def low_counter(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find halls with counters of which none is low, wide enough and with a turning circle before it."""
    counters = scene.chosen_things(rule)
    if not counters:
        return
    circles = shapely.union_all(scene.middles(scene.public_floor, rule.of("circle_m")))
    low = [c for c in counters if _is_low(c, rule)]
    wide = [c for c in low if front_of(c)[1] >= rule.of("width_m") - 1e-3]
    fit = [c for c in wide if _circle_before(c, circles, rule.of("circle_m"))]
    if fit:
        return
    shapes = area(shapely.union_all([scene.footprints[c.id] for c in counters]))
    tall = sorted({c.top_m for c in counters if c.top_m is not None})
    if not low:
        found = f"tops at {', '.join(f'{t:.2f}' for t in tall)} m" if tall else "no counter says how high its top is"
        text = f"{found}; {rule.of('low_m'):.2f} to {rule.of('high_m'):.2f} m expected of one"
    elif not wide:
        text = f"the low ones are less than {rule.of('width_m'):.2f} m wide"
    else:
        text = f"no turning circle of {rule.of('circle_m'):.2f} m before a low one"
    yield Finding(counters[0].zone, text, shapes)


def _is_low(counter: Equipment, rule: Rule) -> bool:
    return counter.top_m is not None and rule.of("low_m") - 1e-6 <= counter.top_m <= rule.of("high_m") + 1e-6


def _circle_before(counter: Equipment, circles: BaseGeometry, width_m: float) -> bool:
    middle, wide, facing = front_of(counter)
    reach = before(middle, facing, wide, 0.0, width_m / 2 + 0.3)
    return bool(circles.intersects(reach))


def cash_door(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find cash counters that face an entrance: in the line of its opening, looking at it, with nothing between."""
    for thing in scene.chosen_things(rule):
        middle, _, facing = front_of(thing)
        for door in scene.hall.floor.entrances:
            if _opposite(facing, door, rule.of("angle_deg")) and _in_line(scene, thing, middle, door):
                text = f"it faces {door_name(scene.hall, door)}, {math.dist(middle, (door.x, door.y)):.1f} m away"
                yield Finding(thing.id, text, area(LineString([middle, (door.x, door.y)])))


def _opposite(facing_deg: float, door: Door, angle_deg: float) -> bool:
    off = abs((facing_deg - door.facing_deg - 180 + 180) % 360 - 180)
    return off <= angle_deg + 1e-6


def _in_line(scene: Scene, thing: Equipment, middle: tuple[float, float], door: Door) -> bool:
    seen = scene.footprints[thing.id].intersection(before_door(door, FAR_M))
    return seen.area > 1e-3 and scene.sees(middle, (door.x, door.y))


def counter_size(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find cash counters that are too low or too shallow; a height nobody stated is not judged."""
    for thing in scene.chosen_things(rule):
        deep = thing.w + thing.h - front_of(thing)[1]
        faults = []
        if thing.top_m is not None and thing.top_m < rule.of("high_m") - 1e-6:
            faults.append(f"{thing.top_m:.2f} m high, {rule.of('high_m'):.2f} m expected")
        if deep < rule.of("deep_m") - 1e-6:
            faults.append(f"{deep:.2f} m deep, {rule.of('deep_m'):.2f} m expected")
        if faults:
            yield Finding(thing.id, "; ".join(faults), area(scene.footprints[thing.id]))


def cash_window(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find zones where cash is kept that lie at a window."""
    for zone in scene.chosen(rule):
        near = scene.shapes[zone.id].buffer(rule.number, join_style="mitre")
        for window in scene.hall.floor.windows:
            there = window.intersection(near)
            if there.length > rule.number or (there.area > 0 and window.geom_type != "LineString"):
                yield Finding(zone.id, f"{there.length:.2f} m of window at it", area(there))


def panic_button(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find people at counters without a panic button in reach; judged where the plan holds any."""
    buttons = [thing for thing in scene.hall.furnishing.equipment if thing.kind in rule.things]
    if not buttons:
        return
    homes = {zone.id for zone in scene.chosen(rule)}
    for post in scene.hall.furnishing.posts:
        if post.zone in homes:
            far = min(scene.footprints[button.id].distance(Point(post.x, post.y)) for button in buttons)
            if far > rule.number + 1e-6:
                text = f"the nearest panic button is {far:.2f} m away, {rule.number:.2f} m expected"
                yield Finding(post.id, text, spot([(post.x, post.y)]))


def closable(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find self-service that no closing line parts from the rest together with a way in.

    The line is straight or turns one corner; staff's open zones stay behind it, rooms are shut, and it cuts no zone.
    """
    for zone in scene.chosen(rule):
        if zone.enclosed and _doors_in(scene, scene.shapes[zone.id].buffer(0.05), rule.of("door_m")):
            continue
        found = _shortest_line(scene, zone, rule.of("door_m"))
        if found is None:
            text = "no straight line, nor one with a corner, closes it off together with an entrance"
        elif found.length > rule.of("line_m"):
            text = f"closing it off takes {found.length:.1f} m, {rule.of('line_m'):g} m expected at most"
        else:
            continue
        yield Finding(zone.id, text, area(found if found is not None else scene.shapes[zone.id]))


def _doors_in(scene: Scene, part: BaseGeometry, least_m: float) -> bool:
    return any(
        door_line(door).intersection(part.buffer(0.06)).length >= min(least_m, door.width_m) - 1e-3
        for door in scene.hall.floor.entrances
    )


def _shortest_line(scene: Scene, zone: PlacedZone, door_m: float) -> BaseGeometry | None:
    """Return the shortest closing line, by trying every quadrant with a corner at edges of zones and jambs of doors."""
    rooms = [scene.shapes[other.id] for other in scene.hall.zones.zones if other.id != zone.id and other.enclosed]
    behind = [
        scene.shapes[other.id].buffer(-EDGE_M)
        for other in scene.hall.zones.zones
        if not (other.public or other.enclosed)
    ]
    others = [other for other in scene.hall.zones.zones if other.id != zone.id]
    floor = areal(scene.bare.difference(shapely.union_all(rooms)))
    staff = shapely.union_all(behind)
    own = scene.shapes[zone.id].intersection(scene.bare)
    middles = [scene.shapes[other.id].buffer(-0.05, join_style="mitre") for other in others]
    xs, ys = _stops(scene)
    best: BaseGeometry | None = None
    for quadrant in _quadrants(xs, ys, own.bounds):
        if not quadrant.covers(own.buffer(-EDGE_M)) or any(_cut(quadrant, shape) for shape in middles):
            continue
        parts = shapely.get_parts(areal(floor.intersection(quadrant)))
        part = next((part for part in parts if part.covers(own.buffer(-EDGE_M))), None)
        if part is None or part.intersects(staff) or not _doors_in(scene, part, door_m):
            continue
        line = part.boundary.difference(floor.boundary.buffer(0.01))
        if best is None or line.length < best.length - 1e-9:
            best = line
    return best


def _cut(quadrant: Polygon, shape: BaseGeometry) -> bool:
    return bool(quadrant.intersects(shape) and not quadrant.covers(shape))


def _stops(scene: Scene) -> tuple[list[float], list[float]]:
    boxes = [shape.bounds for shape in scene.shapes.values()]
    boxes += [door_line(door).bounds for door in scene.hall.floor.entrances]
    xs = sorted({round(value, 3) for box in boxes for value in (box[0], box[2])})
    ys = sorted({round(value, 3) for box in boxes for value in (box[1], box[3])})
    return [-FAR_M * 10, *xs, FAR_M * 10], [-FAR_M * 10, *ys, FAR_M * 10]


def _quadrants(xs: list[float], ys: list[float], own: tuple[float, float, float, float]) -> Iterator[Polygon]:
    """Yield half and quarter planes that hold the zone's box, as very large rectangles."""
    low_x, low_y, high_x, high_y = own
    lefts, rights = [v for v in xs if v <= low_x + EDGE_M], [v for v in xs if v >= high_x - EDGE_M]
    downs, ups = [v for v in ys if v <= low_y + EDGE_M], [v for v in ys if v >= high_y - EDGE_M]
    for left, right in [(left, rights[-1]) for left in lefts] + [(lefts[0], right) for right in rights[:-1]]:
        for down, up in [(down, ups[-1]) for down in downs] + [(downs[0], up) for up in ups[:-1]]:
            yield shapely.box(left, down, right, up)
