"""Judge what can be seen: screens that must not be, spots that cameras must see, the user of a machine left alone."""

from __future__ import annotations

import math
from collections.abc import Iterator

import shapely
from shapely import Point

from layout.posts.plan import Camera, Equipment
from layout.rules.data import Rule
from layout.rules.scene import XY, Finding, Scene, area, before, door_name, front_of, spot, unit

SEATS = frozenset({"chair", "stool", "sofa"})
SHIELDS = frozenset({"privacy_shield"})
AT_FRONT_M = 0.3
FACE_FROM_M = 2.5
INSIDE_DOOR_M = 0.8
HALF_TURN = 180.0


def screen_private(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find machines whose screen can be read from a seat, past the shields beside it."""
    equipment = scene.hall.furnishing.equipment
    seats = [(thing.id, (thing.x + thing.w / 2, thing.y + thing.h / 2)) for thing in equipment if thing.kind in SEATS]
    shields = shapely.union_all([scene.footprints[thing.id] for thing in equipment if thing.kind in SHIELDS])
    for machine in scene.chosen_things(rule):
        middle, _, facing = front_of(machine)
        readers = []
        for name, eye in seats:
            open_line = scene.sees(eye, middle) and not shapely.LineString([eye, middle]).intersects(shields)
            far = math.dist(eye, middle)
            if open_line and far <= rule.of("near_m") and _off(middle, eye, facing) <= rule.of("angle_deg"):
                readers.append((far, name, eye))
        if readers:
            far, name, eye = min(readers)
            text = f"its screen can be read from {len(readers)} seats, the nearest ({name}) {far:.2f} m away"
            yield Finding(machine.id, text, area(shapely.LineString([eye, middle])))


def _off(start: XY, end: XY, facing_deg: float) -> float:
    """Return how far a point lies off a direction, degrees from 0 to 180."""
    bearing = math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))
    return abs((bearing - facing_deg + HALF_TURN) % 360 - HALF_TURN)


def stand_off(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find machines with seats or somebody's post right behind their user."""
    seats = [thing for thing in scene.hall.furnishing.equipment if thing.kind in SEATS]
    for machine in scene.chosen_things(rule):
        middle, width, facing = front_of(machine)
        strip = before(middle, facing, width, 0.0, rule.number)
        near = [seat.id for seat in seats if scene.footprints[seat.id].intersection(strip).area > 1e-3]
        near += [post.id for post in scene.hall.furnishing.posts if strip.contains(Point(post.x, post.y))]
        if near:
            text = f"{', '.join(near[:3])} within {rule.number:.2f} m behind its user"
            yield Finding(machine.id, text, area(strip))


def cameras(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Find entrances and things that no camera sees; an entrance is seen by one that looks visitors in the face."""
    watching = scene.hall.furnishing.cameras
    if "entrance" in rule.zones:
        for door in scene.hall.floor.entrances:
            along = unit(door.facing_deg)
            at = door.x + INSIDE_DOOR_M * along[0], door.y + INSIDE_DOOR_M * along[1]
            faces = [c for c in watching if _faces((door.x, door.y), door.facing_deg, c, rule.of("face_deg"))]
            if not _seen(scene, faces, at, rule.of("spread_m")):
                text = "no camera looks those who come in in the face"
                yield Finding(door_name(scene.hall, door), text, spot([at]))
    for thing in scene.chosen_things(rule):
        at = _before(thing)
        if not _seen(scene, watching, at, rule.of("spread_m")):
            yield Finding(thing.id, "no camera sees the place before it", spot([at]))


def _faces(door: XY, facing_deg: float, camera: Camera, face_deg: float) -> bool:
    there = camera.x, camera.y
    return _off(door, there, facing_deg) <= face_deg / 2 + 1e-6 and math.dist(door, there) >= FACE_FROM_M - 1e-6


def _before(thing: Equipment) -> XY:
    middle, _, facing = front_of(thing)
    along = unit(facing)
    return middle[0] + AT_FRONT_M * along[0], middle[1] + AT_FRONT_M * along[1]


def _seen(scene: Scene, watching: tuple[Camera, ...] | list[Camera], at: XY, spread_m: float) -> bool:
    """Tell whether one camera sees a place: its middle, or a point ``spread_m`` beside it."""
    around = [at, *((at[0] + dx * spread_m, at[1] + dy * spread_m) for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)))]
    return any(_sees(scene, camera, point) for camera in watching for point in around)


def _sees(scene: Scene, camera: Camera, point: XY) -> bool:
    eye = camera.x, camera.y
    if (
        math.dist(eye, point) > camera.range_m + 1e-6
        or _off(eye, point, camera.facing_deg) > camera.view_deg / 2 + 1e-6
    ):
        return False
    return scene.sees(eye, point)
