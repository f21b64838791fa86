"""Write hall.geojson: the building and all that is planned in it as features, in local metres.

Every feature has an ``id`` of its own and the properties ``layer`` (what it is), ``kind`` and ``id``. The kinds of the
building are those that `layout.data.plans.geojson` reads, so that the file is a hall plan again.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TypedDict

import shapely
from shapely.geometry import LineString, Point, mapping
from shapely.geometry.base import BaseGeometry

from layout.drawings.broken import broken_at, geometry
from layout.drawings.building import zone_shape
from layout.drawings.hall import HallDrawing
from layout.floor.plan import Door
from layout.zones.plan import room_doors

Properties = dict[str, str | float | bool | None]
SCHEMA = 1
GRID_M = 0.001
COORDINATES = (
    "local metres, x to the right, y up; 0, 0 lies at origin (in origin_crs, null: the drawing's own coordinates), "
    "the x axis turned counter-clockwise by rotation_deg"
)


class Feature(TypedDict):
    """One feature of the file."""

    type: str
    id: str
    properties: Properties
    geometry: object


def make_geojson(hall: HallDrawing) -> str:
    """Return hall.geojson: one feature a line; ``crs`` is null, what its metres are is stated."""
    floor = hall.floor
    head = {
        "type": "FeatureCollection",
        "schema": SCHEMA,
        "crs": None,
        "name": hall.title,
        "properties": {
            "units": "m",
            "coordinates": COORDINATES,
            "origin": [round(float(value), 7) for value in floor.origin],
            "origin_crs": floor.origin_crs,
            "rotation_deg": round(float(floor.rotation_deg), 4),
            "source": floor.source,
            "as_of": hall.as_of.isoformat(),
        },
    }
    features = _numbered([*_building(hall), *_zones(hall), *_room_doors(hall), *_furnishing(hall), *_rest(hall)])
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, sort_keys=True, allow_nan=False) for feature in features)
    text = json.dumps(head, ensure_ascii=False, sort_keys=True, allow_nan=False)
    return f'{text[:-1]}, "features": [\n{lines}\n]}}\n'


def _numbered(features: list[Feature]) -> list[Feature]:
    """Give every feature an id: its layer and its own id, or its number in its layer."""
    counts: Counter[str] = Counter()
    found: list[Feature] = []
    for feature in features:
        layer = str(feature["properties"]["layer"])
        counts[layer] += 1
        name = str(feature["properties"].get("id") or counts[layer])
        properties = {"kind": layer, **feature["properties"], "id": name}
        found.append({**feature, "id": f"{layer}:{name}", "properties": properties})
    return found


def _feature(layer: str, geometry: BaseGeometry, properties: Properties) -> Feature:
    snapped = shapely.set_precision(shapely.orient_polygons(geometry), GRID_M)
    shape = json.loads(json.dumps(mapping(snapped)), parse_float=lambda text: round(float(text), 3))
    return {"type": "Feature", "id": "", "properties": {"layer": layer, **properties}, "geometry": shape}


def _building(hall: HallDrawing) -> list[Feature]:
    floor = hall.floor
    found = [_feature("outline", floor.outline, {})]
    for layer, geometries in (
        ("wall", floor.walls),
        ("column", floor.columns),
        ("fixture", floor.fixtures),
        ("window", floor.windows),
        ("service", floor.services),
    ):
        found += [_feature(layer, geometry, {}) for geometry in geometries]
    return found + [_door(door) for door in floor.doors]


def _door(door: Door) -> Feature:
    facts: Properties = {
        "kind": "exit" if door.exit else "door",
        "width_m": round(door.width_m, 3),
        "entrance": door.entrance,
        "exit": door.exit,
        "facing_deg": round(door.facing_deg, 1),
        "name": door.name,
    }
    return _feature("door", Point(door.x, door.y), facts)


def _zones(hall: HallDrawing) -> list[Feature]:
    return [
        _feature(
            "zone",
            zone_shape(zone),
            {
                "id": zone.id,
                "kind": zone.kind,
                "name": zone.name,
                "area_m2": round(zone.area_m2, 3),
                "public": zone.public,
                "locked": zone.locked,
                "enclosed": zone.enclosed,
            },
        )
        for zone in hall.zones.zones
    ]


def _room_doors(hall: HallDrawing) -> list[Feature]:
    """Return the doors of rooms: lines across their openings, which are no doors of the hall."""
    return [
        _feature(
            "room_door",
            LineString(door.jambs),
            {"zone": zone.id, "width_m": door.width_m, "facing_deg": door.facing_deg},
        )
        for zone in hall.zones.zones
        for door in room_doors(zone, hall.zones.zones)
    ]


def _furnishing(hall: HallDrawing) -> list[Feature]:
    things = hall.furnishing
    found = [
        _feature(
            "equipment",
            shapely.box(thing.x, thing.y, thing.x + thing.w, thing.y + thing.h),
            {"id": thing.id, "kind": thing.kind, "zone": thing.zone, "facing_deg": thing.facing_deg},
        )
        for thing in things.equipment
    ]
    found += [_feature("stand_off", LineString([one.start, one.end]), {"zone": one.zone}) for one in things.stand_off]
    found += [
        _feature(
            "post",
            Point(post.x, post.y),
            {"id": post.id, "kind": post.role, "role": post.role, "zone": post.zone, "facing_deg": post.facing_deg},
        )
        for post in things.posts
    ]
    found += [
        _feature(
            "camera",
            Point(camera.x, camera.y),
            {
                "id": camera.id,
                "facing_deg": camera.facing_deg,
                "range_m": camera.range_m,
                "view_deg": camera.view_deg,
            },
        )
        for camera in things.cameras
    ]
    return found


def _rest(hall: HallDrawing) -> list[Feature]:
    found = []
    if len(hall.zones.movement_line) > 1:
        found.append(_feature("movement_line", LineString(hall.zones.movement_line), {}))
    for rule in hall.zones.broken_rules:
        at = broken_at(rule, hall)
        if at is not None:
            facts: Properties = {"kind": rule.rule, "rule": rule.rule, "where": rule.where, "text": rule.text}
            facts |= {"severity": rule.severity, "source": rule.source}
            found.append(_feature("broken_rule", Point(*at), facts))
            found += [_feature("broken_shape", geometry(shape), facts) for shape in rule.shapes]
    return found
