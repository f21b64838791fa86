"""Judge doors and ways out: widths, clear floor, how many, how far apart, egress as the crow flies and on foot."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import shapely
from shapely import LineString, MultiPoint, Point
from shapely.geometry.base import BaseGeometry

from layout.floor.plan import Door
from layout.rules.data import Rule
from layout.rules.lattice import AT_DOOR_M, Lattice
from layout.rules.scene import TOLERANCE_M, Finding, Scene, area, before_door, door_line, door_name, spot

POST_REACH_M, MICROMETRE = 0.6, 1e-6
LEAST_AISLE_M = 0.8
MOUTH_M2 = 0.02


def door_width(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find entrances and exits that are too narrow."""
    for door in scene.hall.floor.doors:
        if not (door.entrance or door.exit):
            continue
        automatic = scene.hall.facts.automatic_doors and door.entrance
        least = rule.of("automatic_m") if automatic else rule.of("width_m")
        if door.width_m < least - 1e-3:
            text = f"{door.width_m:.2f} m clear, {least:.2f} m expected{' of an automatic door' if automatic else ''}"
            yield Finding(door_name(scene.hall, door), text, area(door_line(door)))


def door_clear(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find doors before which zones, things, walls or columns stand."""
    closed = [scene.shapes[zone.id] for zone in scene.hall.zones.zones if zone.enclosed or not zone.public]
    taken_by = shapely.union_all([*closed, scene.things, scene.solid.buffer(-TOLERANCE_M, join_style="mitre")])
    for door in scene.hall.floor.doors:
        taken = before_door(door, rule.of("depth_m")).intersection(taken_by)
        if taken.area > rule.of("slack_m2"):
            text = f"{taken.area:.2f} m² of the {rule.of('depth_m'):.2f} m before it are taken"
            yield Finding(door_name(scene.hall, door), text, area(taken))


def two_exits(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find a hall whose area or occupants ask for two ways out and that has fewer."""
    facts = scene.hall.facts
    floor = float(scene.hall.floor.outline.area)
    people = facts.occupants if facts.occupants is not None else float(scene.bare.area) / facts.m2_per_person
    reasons = []
    if floor > rule.of("area_m2"):
        reasons.append(f"{floor:.0f} m² (one will do up to {rule.of('area_m2'):g} m²)")
    if people > rule.of("occupants_persons"):
        reasons.append(f"{people:.0f} persons (one will do up to {rule.of('occupants_persons'):g})")
    ways = scene.ways_out
    if reasons and len(ways) < 2:
        lines = shapely.union_all([door_line(door) for door in ways])
        shapes = area(lines) if ways else area(scene.hall.floor.outline.exterior)
        yield Finding("hall", f"{len(ways)} way{'' if len(ways) == 1 else 's'} out for {' and '.join(reasons)}", shapes)


def exits_apart(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find a hall whose ways out all lie together."""
    ways = scene.ways_out
    if len(ways) < 2:
        return
    far, a, b = max(
        ((float(door_line(a).distance(door_line(b))), a, b) for a, b in combinations(ways, 2)), key=lambda item: item[0]
    )
    if far < rule.number - 1e-3:
        names = f"{door_name(scene.hall, a)} and {door_name(scene.hall, b)}"
        text = f"the farthest two ways out, {names}, are {far:.2f} m apart, {rule.number:.2f} m expected"
        yield Finding(door_name(scene.hall, b), text, area(LineString([(a.x, a.y), (b.x, b.y)])))


def egress_straight(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find the point of the floor farthest from its nearest way out, as the crow flies, where that is too far."""
    if not scene.ways_out:
        return
    limit, note = _limit(scene, rule)
    far, at, door = farthest_straight(scene.bare, scene.ways_out)
    if far > limit + 1e-3:
        text = f"{far:.1f} m to the nearest way out, {limit:g} m expected{note}"
        yield Finding(_at(at), text, area(LineString([at, (door.x, door.y)])))


def farthest_straight(floor: BaseGeometry, doors: tuple[Door, ...]) -> tuple[float, tuple[float, float], Door]:
    """Return the point of a floor farthest from its nearest door: the distance, the point and that door.

    Exact: in each door's Voronoi cell the farthest point is a corner, since distance is convex.
    """
    places = list(dict.fromkeys((door.x, door.y) for door in doors))
    cells: list[BaseGeometry] = [floor]
    if len(places) > 1:
        cells = list(shapely.get_parts(shapely.voronoi_polygons(MultiPoint(places), extend_to=floor.envelope)))
    corners = np.vstack([shapely.get_coordinates(cell.intersection(floor)) for cell in cells])
    away = np.hypot(corners[:, None, 0] - [d.x for d in doors], corners[:, None, 1] - [d.y for d in doors])
    k = int(away.min(axis=1).argmax())
    nearest = int(away[k].argmin())
    return float(away[k, nearest]), (float(corners[k, 0]), float(corners[k, 1])), doors[nearest]


def _limit(scene: Scene, rule: Rule) -> tuple[float, str]:
    if scene.hall.facts.sprinklers:
        return rule.of("sprinklers_m"), " with sprinklers"
    return rule.of("far_m"), ""


def _at(point: tuple[float, float]) -> str:
    return f"({point[0]:.2f}, {point[1]:.2f})"


def egress_walked(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find the point of the floor with the longest walk to a way out, round all that stands there, if too long."""
    if not scene.ways_out:
        return
    limit, note = _limit(scene, rule)
    walks = Lattice(scene, rule.of("body_m"))
    far = np.where(walks.free & np.isfinite(walks.far), walks.far, -1.0)
    worst = int(far.argmax())
    if far.flat[worst] > limit + 1e-3:
        text = f"{far.flat[worst]:.1f} m on foot to the nearest way out, {limit:g} m expected{note}"
        way = walks.way(worst)
        shape = LineString(way) if len(way) > 1 else Point(way[0])
        yield Finding(_at(way[0]), text, area(shape))


def way_out(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find people, and zones, from which no walk leads to a way out."""
    if not scene.ways_out:
        yield Finding("hall", "the hall has no way out", area(scene.hall.floor.outline.exterior))
        return
    doors = shapely.union_all([before_door(door, AT_DOOR_M) for door in scene.ways_out])
    parts = scene.middles(scene.escape_floor, rule.of("body_m"))
    out = shapely.union_all([part for part in parts if part.intersects(doors)])
    shut = shapely.union_all([part for part in parts if not part.intersects(doors)])
    for post in scene.hall.furnishing.posts:
        at = Point(post.x, post.y)
        near = not out.is_empty and out.distance(at) <= POST_REACH_M
        if not near or (not shut.is_empty and shut.distance(at) < out.distance(at)):
            yield Finding(post.id, "no walk leads from it to a way out", spot([(post.x, post.y)]))
    for zone in scene.hall.zones.zones:
        floor = shut.buffer(rule.of("body_m") / 2)
        pocket = shapely.intersection(floor, scene.shapes[zone.id], grid_size=MICROMETRE)
        if pocket.area > rule.of("pocket_m2"):
            yield Finding(zone.id, f"no walk leads out of {pocket.area:.1f} m² of it", area(pocket))


def dead_end(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find aisles narrower than some width that lead nowhere: one end open, and longer than is good."""
    body, wide = LEAST_AISLE_M, rule.of("narrow_m")
    walked = shapely.union_all(scene.middles(scene.public_floor, body)).buffer(body / 2)
    open_floor = shapely.union_all(scene.middles(scene.public_floor, wide)).buffer(wide / 2 + TOLERANCE_M)
    doors = shapely.union_all([before_door(door, AT_DOOR_M) for door in scene.ways_out])
    leads_to = shapely.union_all([open_floor, doors], grid_size=MICROMETRE)
    for part in shapely.get_parts(shapely.difference(walked, open_floor, grid_size=MICROMETRE)):
        ends = shapely.get_parts(shapely.intersection(part.buffer(0.05), leads_to, grid_size=MICROMETRE))
        mouths = [end for end in ends if end.area > MOUTH_M2]
        if len(mouths) != 1:
            continue
        corners = [Point(xy) for xy in shapely.get_coordinates(part)]
        end = max(corners, key=lambda corner: corner.distance(mouths[0]))
        far = end.distance(mouths[0])
        if far > rule.of("long_m"):
            text = f"an aisle that ends after {far:.1f} m, {rule.of('long_m'):g} m expected at most"
            yield Finding(_at((end.x, end.y)), text, area(part))
