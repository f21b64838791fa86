"""Judge where zones, things and people stand: on free floor, apart, in their zones, locked ones unmoved."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from layout.rules.data import Rule
from layout.rules.scene import Finding, Scene, area, before, front_of, spot


def inside(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find zones that lie on walls or fixtures, or outside the hall."""
    built = shapely.union_all([*scene.hall.floor.walls, *scene.hall.floor.fixtures])
    room = scene.hall.floor.outline.buffer(0.01, join_style="mitre").difference(_thinner(built))
    for zone in scene.chosen(rule):
        off = scene.shapes[zone.id].difference(room)
        if off.area > rule.of("slack_m2"):
            yield Finding(zone.id, f"{off.area:.2f} m² of it lie on no free floor", area(off))


def _thinner(shape: BaseGeometry) -> BaseGeometry:
    return shape.buffer(-0.01, join_style="mitre")


def columns(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find zones that take a column."""
    for zone in scene.chosen(rule):
        for column in scene.hall.floor.columns:
            common = scene.shapes[zone.id].intersection(_thinner(column))
            if common.area > rule.of("slack_m2"):
                x, y = column.centroid.coords[0]
                yield Finding(zone.id, f"a column at ({x:.2f}, {y:.2f}) stands in it", area(column))


def overlap(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find zones that share floor."""
    for a, b in combinations(scene.chosen(rule), 2):
        common = scene.shapes[a.id].intersection(scene.shapes[b.id])
        if common.area > rule.of("slack_m2"):
            yield Finding(b.id, f"{common.area:.2f} m² in common with {a.id}", area(common))


def locked(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find locked zones that are not where they were locked, or not there at all."""
    for name, (x, y, w, h) in scene.hall.locked.items():
        wanted = shapely.box(x, y, x + w, y + h)
        shape = scene.shapes.get(name)
        if shape is None:
            yield Finding(name, "it is locked and not in the plan", area(wanted))
            continue
        off = float(shapely.hausdorff_distance(shape.boundary, wanted.boundary))
        if off > rule.of("off_m") + 1e-6:
            yield Finding(name, f"{off:.2f} m off the place it is locked at", area(wanted))


def equipment_place(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find things that reach out of their zone or stand on what is no floor."""
    for thing in scene.standing:
        shape = scene.footprints[thing.id]
        home = scene.shapes.get(thing.zone)
        if home is None:
            yield Finding(thing.id, f"its zone {thing.zone} is not in the plan", area(shape))
            continue
        for room, text in ((home, f"out of {thing.zone}"), (scene.bare, "on no free floor")):
            off = shape.difference(room.buffer(0.01, join_style="mitre"))
            if off.area > rule.of("slack_m2"):
                yield Finding(thing.id, f"{off.area:.2f} m² of it stand {text}", area(off))
                break


def equipment_overlap(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find things that stand in one another."""
    things = [thing for thing in scene.hall.furnishing.equipment if not thing.mounted]
    tree = shapely.STRtree([scene.footprints[thing.id] for thing in things])
    pairs = tree.query([scene.footprints[thing.id] for thing in things], predicate="intersects").T
    for i, j in sorted((int(i), int(j)) for i, j in pairs if i < j):
        common = scene.footprints[things[i].id].intersection(scene.footprints[things[j].id])
        if common.area > rule.of("slack_m2"):
            yield Finding(things[j].id, f"{common.area:.2f} m² in common with {things[i].id}", area(common))


def equipment_clear(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find things whose clearance before their front is taken by another thing, a wall or a closed zone."""
    zones = scene.hall.zones.zones
    for thing in scene.standing:
        if thing.clearance_m <= 0 or thing.zone not in scene.shapes:
            continue
        middle, width, facing = front_of(thing)
        needed = before(middle, facing, width, 0.0, thing.clearance_m)
        own = scene.footprints[thing.id].buffer(0.01)
        others: list[BaseGeometry] = [
            s for name, s in scene.footprints.items() if name != thing.id and s.intersects(needed)
        ]
        others += [scene.shapes[z.id] for z in zones if z.id != thing.zone and (z.enclosed or not z.public)]
        outside = needed.difference(scene.bare)
        taken = shapely.union_all([*others, outside]).intersection(needed).difference(own)
        if taken.area > rule.of("slack_m2"):
            found = Point(middle).distance(taken)
            text = f"{found:.2f} m free before it, {thing.clearance_m:.2f} m needed"
            yield Finding(thing.id, text, area(taken))


def post_place(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find people who stand outside their zone, on equipment, or on what is no floor."""
    slack = rule.of("slack_m")
    things = scene.things.buffer(-slack)
    for post in scene.hall.furnishing.posts:
        at = Point(post.x, post.y)
        home = scene.shapes.get(post.zone)
        if home is None or home.distance(at) > slack:
            text = f"it stands outside {post.zone}" if home is not None else f"its zone {post.zone} is not in the plan"
        elif things.contains(at):
            text = "it stands on equipment"
        elif scene.bare.distance(at) > slack:
            text = "it stands on no free floor"
        else:
            continue
        yield Finding(post.id, text, spot([(post.x, post.y)]))


def post_spacing(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find people who stand too near to each other."""
    for a, b in combinations(scene.hall.furnishing.posts, 2):
        far = Point(a.x, a.y).distance(Point(b.x, b.y))
        if far < rule.of("apart_m") - 1e-3:
            text = f"{far:.2f} m from {a.id}, {rule.of('apart_m'):.2f} m expected"
            yield Finding(b.id, text, spot([(a.x, a.y), (b.x, b.y)]))
