"""Read the shapes of a GeoJSON plan: `read_geojson`.

One feature a thing; the property ``kind`` (or the one that ``[layout.hall] kind_property`` names) says what it is:

=========  ========================  ========================================================================
kind       geometry                  further properties
=========  ========================  ========================================================================
outline    polygon                   the inside of the hall, inner face of the outer walls
wall       polygon or line           a line counts as 0.1 m thick
column     polygon
fixture    polygon                   ``name``
door       line, polygon, or point   ``width_m`` (a point needs it), ``entrance`` (true or false), ``name``
entrance   like a door               a door that is an entrance
exit       like a door               an emergency exit; ``entrance`` as well where visitors use it
window     line or polygon
service    point or line             power, data or water in the wall
=========  ========================  ========================================================================

``"crs": null`` means local metres. A file without a ``crs`` member is WGS 84 by RFC 7946 when its numbers can be
degrees on the scale of a hall; with any CRS the plan is projected to metres that are true at its place
(`layout.data.plans.hall_crs`) and its origin and rotation are stated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import shapely
from shapely.geometry import shape as to_shape
from shapely.geometry.base import BaseGeometry

from layout.data.plans.dxf_pieces import listed
from layout.data.plans.hall_crs import place_in_metres
from layout.data.plans.shapes import Drawing, Shape, Told
from layout.settings.hall import HallSettings, PlanKind
from outlet.data.document import read_json
from outlet.errors import Fault, TableError

KINDS: dict[PlanKind, tuple[str, ...]] = {
    "outline": ("Polygon", "MultiPolygon", "LineString", "MultiLineString"),
    "wall": ("Polygon", "MultiPolygon", "LineString", "MultiLineString"),
    "column": ("Polygon", "MultiPolygon"),
    "door": ("Polygon", "MultiPolygon", "LineString", "MultiLineString", "Point"),
    "entrance": ("Polygon", "MultiPolygon", "LineString", "MultiLineString", "Point"),
    "exit": ("Polygon", "MultiPolygon", "LineString", "MultiLineString", "Point"),
    "fixture": ("Polygon", "MultiPolygon"),
    "window": ("Polygon", "MultiPolygon", "LineString", "MultiLineString"),
    "service": ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"),
}
WIDEST_DOOR_M = 20.0
FARTHEST = 1e9
BROKEN = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
PATHS = ("path", "stairs", "route")
MOST_VERTICES = 1_000_000
YES, NO = (True, 1, "true", "yes"), (False, 0, "false", "no", None, "")


def read_geojson(data: bytes, label: str, settings: HallSettings) -> Drawing:
    """Read the shapes of a GeoJSON plan, in metres.

    Raises
    ------
    TableError
        When it is no GeoJSON, holds no part of a hall, or its CRS is unknown.
    """
    content = read_json(data, label)
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(features, list):
        keys = f"an object with {', '.join(map(repr, list(content)[:6]))}" if isinstance(content, dict) else "no object"
        raise TableError([Fault(label, "no-outline", f"no list of features ({keys})", "a GeoJSON FeatureCollection")])
    told = Told(label)
    shapes: list[Shape] = []
    ignored: Counter[str] = Counter()
    for row, feature in enumerate(features, start=1):
        properties = _properties(feature)
        kind = _kind(properties, settings)
        if kind is None:
            ignored[repr(properties.get(settings.kind_property))[:40]] += 1
            continue
        shape = _shape(kind, feature, properties, row, told)
        shapes += [shape] if shape is not None else []
    if ignored:
        told.remark("entities-ignored", f"features of unknown kind ignored: {listed(ignored)}")
    if not told.faults and not any(shape.kind in ("outline", "wall") for shape in shapes):
        known = Counter(f"{shape.kind!r}" for shape in shapes)
        told.faults.append(_no_parts(label, known + ignored, settings))
        shapes = []
    if sum(shapely.get_num_coordinates(shape.geometry) for shape in shapes) > MOST_VERTICES:
        told.fault("too-large", f"more than {MOST_VERTICES:,} vertices", "the plan of one hall", "Simplify the plan.")
        shapes = []
    if not shapes:
        raise TableError(told.faults)
    return place_in_metres(content, shapes, settings, told)


def _no_parts(label: str, counts: Counter[str], settings: HallSettings) -> Fault:
    found = f"no outline and no walls ({settings.kind_property}: {listed(counts) or 'no features'})"
    paths = any(word in name.lower() for name in counts for word in PATHS)
    if paths:
        found += ": these are paths between places, not the floor of a hall"
    fix = (
        "Name the property that says what a feature is in [layout.hall] kind_property, and what its values mean in "
        'kinds = { building_outline = "outline" }.'
    )
    expected = f"a plan with features of the kinds {', '.join(KINDS)}"
    return Fault(label, "no-outline", found, expected, "Choose the file of the floor itself." if paths else fix)


def _properties(feature: object) -> Mapping[str, object]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties if isinstance(properties, dict) else {}


def _kind(properties: Mapping[str, object], settings: HallSettings) -> PlanKind | None:
    value = properties.get(settings.kind_property)
    text = value if isinstance(value, str) else str(value)
    return settings.kinds.get(text) or next((known for known in KINDS if known == text.strip().lower()), None)


def _shape(kind: PlanKind, feature: object, properties: Mapping[str, object], row: int, told: Told) -> Shape | None:
    geometry = _geometry(kind, feature, row, told)
    width = _width(kind, properties, row, told)
    entrance = _is_entrance(properties, row, told)
    if geometry is None:
        return None
    if kind in ("door", "entrance", "exit") and geometry.length == 0 and width is None:
        found = f"a {kind} drawn as a point without width_m"
        told.fault("missing-value", found, "a line as wide as the door, or width_m", "Draw it from jamb to jamb.", row)
        return None
    name = properties.get("name")
    return Shape(
        kind=kind,
        geometry=geometry,
        name=name if isinstance(name, str) else "",
        width_m=width,
        entrance=entrance,
        row=row,
    )


def _geometry(kind: PlanKind, feature: object, row: int, told: Told) -> BaseGeometry | None:
    stated = feature.get("geometry") if isinstance(feature, dict) else None
    if stated is None:
        told.fault("null-geometry", f"a {kind} without geometry", "a geometry", "Draw or remove it.", row)
        return None
    try:
        with np.errstate(invalid="ignore"):
            geometry = shapely.force_2d(to_shape(stated))
    except (*BROKEN, shapely.errors.ShapelyError) as error:
        found = f"a {kind} whose geometry cannot be read ({' '.join(str(error).split())[:80]})"
        told.fault("invalid-geometry", found, "a GeoJSON geometry", "Draw it again.", row)
        return None
    if geometry.is_empty:
        told.fault("null-geometry", f"a {kind} with an empty geometry", "a geometry", "Draw or remove it.", row)
        return None
    if not (np.abs(shapely.get_coordinates(geometry)) <= FARTHEST).all():
        found = f"a {kind} with coordinates that are no numbers or beyond {FARTHEST:g}"
        told.fault("out-of-range", found, "coordinates of a hall", "Draw it again.", row)
        return None
    if geometry.geom_type not in KINDS[kind]:
        expected = f"a {' or '.join(name for name in KINDS[kind] if not name.startswith('Multi'))}"
        told.fault("geometry-type", f"a {kind} drawn as a {geometry.geom_type}", expected, "Draw it again.", row)
        return None
    return geometry


def _width(kind: PlanKind, properties: Mapping[str, object], row: int, told: Told) -> float | None:
    value = properties.get("width_m")
    if value is None or kind not in ("door", "entrance", "exit"):
        return None
    expected = f"metres above 0 to {WIDEST_DOOR_M:g}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        fault = Fault(told.source, "not-a-number", repr(value)[:40], expected, row=row, column="width_m")
    elif not 0 < value <= WIDEST_DOOR_M:
        fault = Fault(told.source, "out-of-range", repr(value)[:40], expected, row=row, column="width_m")
    else:
        return float(value)
    told.faults.append(fault)
    return None


def _is_entrance(properties: Mapping[str, object], row: int, told: Told) -> bool:
    value = properties.get("entrance")
    plain = value.strip().lower() if isinstance(value, str) else value
    if plain in YES:
        return True
    if plain not in NO:
        told.faults.append(
            Fault(told.source, "not-a-flag", repr(value)[:40], "true or false", row=row, column="entrance")
        )
    return False
