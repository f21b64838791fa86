"""Turn the features of an extract into the places siting works on: outlets, stops, streets, homes, water."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from outlet.errors import InputError
from outlet.project import Sector
from siting.data.osm.extract import Extract, Features, Tags
from siting.data.osm.rules import BuildingRules, OsmRules, OutletRule, StopRule, has_any, has_tags
from siting.geo.crs import WGS84, metric_crs

NAMES_SHOWN = 60
CUT_SHORT_DEG = 0.0005


@dataclass(frozen=True)
class Outlets:
    """Our outlets and other people's, WGS 84 points, with notes on how they were told apart."""

    existing: gpd.GeoDataFrame
    competitors: gpd.GeoDataFrame
    notes: tuple[str, ...]


def extract_crs(extract: Extract) -> pyproj.CRS:
    """Return the UTM zone of an extract."""
    return metric_crs(gpd.GeoDataFrame(geometry=[extract.area], crs=WGS84))


def find_outlets(extract: Extract, rules: OsmRules, *, sector: Sector, brand: str) -> Outlets:
    """Tell the outlets of a brand from those of its rivals.

    A place is ours when its ``brand`` is the brand; where it has no brand, when its ``operator`` is; else when its
    name is the brand or begins with it. Upper and lower case do not matter.

    Raises
    ------
    InputError
        When nothing matches; the message lists the names there are.
    """
    places = extract.points.joined(_as_points(extract.areas))
    rule = [_outlet_rule(tags, rules.sectors[sector]) for tags in places.tags]
    central = [is_central_bank(tags, rules) for tags in places.tags]
    inside = shapely.intersects(extract.area, places.shapes)
    chosen = [at for at in range(len(places.ids)) if rule[at] is not None and not central[at] and bool(inside[at])]
    chosen.sort(key=lambda at: (places.ids[at][0], int(places.ids[at][1:])))
    matched = {at: _match(places.tags[at], brand) for at in chosen}
    existing = [at for at in chosen if matched[at] is not None and _is_own(rule[at])]
    if not existing:
        own_tags = [places.tags[at] for at in chosen if _is_own(rule[at])]
        names = sorted({tags.get(key, "") for tags in own_tags for key in ("brand", "operator", "name")} - {""})
        shown = ", ".join(names[:NAMES_SHOWN]) or "none at all"
        raise InputError(f"--brand {brand!r} matches no {sector} outlet in the extract; the names there are: {shown}")
    ours = [at for at in chosen if matched[at] is not None and not _is_own(rule[at])]
    rivals = [at for at in chosen if matched[at] is None]
    by = {key: sum(matched[at] == key for at in existing) for key in ("brand", "operator", "name")}
    how = ", ".join(f"{count} by {key}" for key, count in by.items() if count)
    notes = [f"{len(existing)} outlets are {brand}'s ({how}); {len(rivals)} are rivals"]
    skipped = [
        tags.get("name") or places.ids[at]
        for at, tags in enumerate(places.tags)
        if rule[at] is not None and central[at] and bool(inside[at])
    ]
    if skipped:
        notes.append(f"central banks are no rivals: {', '.join(sorted(skipped))} ({len(skipped)} left out)")
    if ours:
        notes.append(f"{len(ours)} machines of {brand} are neither rivals nor outlets")
    faint = {r.kind: (sum(rule[at] is r for at in rivals), r.attraction) for r in rules.sectors[sector]}
    told = ", ".join(f"{count} {kind} at {pull:g}" for kind, (count, pull) in sorted(faint.items()) if count)
    notes.append(f"attraction of rivals is preset by kind: {told}")
    own = _outlet_frame(places, existing, rule)[["id", "name", "geometry"]]
    own.insert(2, "brand", brand.strip())
    return Outlets(own, _outlet_frame(places, rivals, rule), tuple(notes))


def is_central_bank(tags: Tags, rules: OsmRules) -> bool:
    """Tell whether a place is a central bank, which serves no customers."""
    if any(tags.get(key) == value for key, value in rules.central_banks.tags.items()):
        return True
    names = (tags.get("name", ""), tags.get("operator", ""), tags.get("brand", ""))
    return any(name.startswith(tuple(rules.central_banks.names)) for name in names)


def _outlet_rule(tags: Tags, sector: Sequence[OutletRule]) -> OutletRule | None:
    return next((rule for rule in sector if has_tags(tags, rule.tags)), None)


def _is_own(rule: OutletRule | None) -> bool:
    return rule is not None and rule.own


def _match(tags: Tags, brand: str) -> str | None:
    wanted = brand.strip().casefold()
    if "brand" in tags:
        return "brand" if tags["brand"].casefold() == wanted else None
    if tags.get("operator", "").casefold() == wanted:
        return "operator"
    name = tags.get("name", "").casefold()
    return "name" if name == wanted or name.startswith(f"{wanted} ") else None


def _label(tags: Tags) -> str:
    return tags.get("brand") or tags.get("operator") or tags.get("name") or ""


def _address(tags: Tags) -> str:
    return f"{tags.get('addr:street', '')} {tags.get('addr:housenumber', '')}".strip()


def _outlet_frame(places: Features, chosen: Sequence[int], rule: Sequence[OutletRule | None]) -> gpd.GeoDataFrame:
    tags = [places.tags[at] for at in chosen]
    found = [r for r in (rule[at] for at in chosen) if r is not None]
    data: dict[str, object] = {
        "id": [places.ids[at] for at in chosen],
        "name": [
            ", ".join(filter(None, (t.get("name") or _label(t) or r.kind, _address(t))))
            for t, r in zip(tags, found, strict=True)
        ],
        "brand": [_label(t) for t in tags],
        "kind": [r.kind for r in found],
        "attraction": [r.attraction for r in found],
    }
    return gpd.GeoDataFrame(pd.DataFrame(data), geometry=list(places.shapes[list(chosen)]), crs=WGS84)


def _as_points(areas: Features) -> Features:
    return Features(areas.ids, areas.tags, np.asarray(shapely.point_on_surface(areas.shapes), dtype=object))


def find_stops(extract: Extract, rules: OsmRules) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the stops, WGS 84 points: those of one mode and name that stand close together are one."""
    places = extract.points.joined(_as_points(extract.areas))
    found = [(at, rule) for at, tags in enumerate(places.tags) if (rule := _stop_rule(tags, rules)) is not None]
    found.sort(key=lambda pair: places.ids[pair[0]])
    shapes = gpd.GeoSeries(list(places.shapes[[at for at, _ in found]]), crs=WGS84).to_crs(extract_crs(extract))
    xy = shapely.get_coordinates(shapes.to_numpy())
    keys = [(rule.mode, places.tags[at].get("name", places.ids[at])) for at, rule in found]
    group = _close_together(xy, keys, rules.stops.merge_m)
    rows = []
    for number in range(int(group.max()) + 1 if len(group) else 0):
        members = np.flatnonzero(group == number)
        at, rule = found[int(members[0])]
        name = places.tags[at].get("name", "")
        rows.append((places.ids[at], name, rule.mode, rule.station, *xy[members].mean(axis=0)))
    table = pd.DataFrame(rows, columns=["id", "name", "mode", "station", "x", "y"])
    frame = gpd.GeoDataFrame(
        table[["id", "name", "mode", "station"]], geometry=gpd.points_from_xy(table["x"], table["y"]), crs=shapes.crs
    ).to_crs(WGS84)
    notes = []
    if len(found) > len(frame):
        notes.append(f"{len(found)} stop points were merged into {len(frame)} stops of one mode and name")
    notes.append("an extract holds no timetable: departures per hour are unknown")
    return frame, notes


def _stop_rule(tags: Tags, rules: OsmRules) -> StopRule | None:
    return next((rule for rule in rules.stops.rules if has_tags(tags, rule.tags)), None)


def _close_together(xy: NDArray[np.float64], keys: Sequence[tuple[str, str]], within_m: float) -> NDArray[np.int64]:
    if not len(xy):
        return np.empty(0, dtype=np.int64)
    pairs = cKDTree(xy).query_pairs(within_m, output_type="ndarray")
    same = np.array([keys[a] == keys[b] for a, b in pairs], dtype=bool)
    pairs = pairs[same]
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(xy), len(xy)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def find_streets(extract: Extract, rules: OsmRules) -> gpd.GeoDataFrame:
    """Return the ways people may walk or drive along, WGS 84 lines; column ``walkable`` says where they may walk."""
    keep = ["highway" in tags and (_walkable(tags, rules) or _driven(tags, rules)) for tags in extract.lines.tags]
    lines = extract.lines.where(keep)
    data = {
        "id": list(lines.ids),
        "name": [tags.get("name") for tags in lines.tags],
        "kind": [tags["highway"] for tags in lines.tags],
        "walkable": ["yes" if _walkable(tags, rules) else "no" for tags in lines.tags],
    }
    return _by_id(gpd.GeoDataFrame(pd.DataFrame(data), geometry=list(lines.shapes), crs=WGS84))


def _walkable(tags: Tags, rules: OsmRules) -> bool:
    if "highway" not in tags or tags.get("area") == "yes" or tags.get("foot") in rules.streets.no_access:
        return False
    return tags.get("access") not in rules.streets.no_access or tags.get("foot") in ("yes", "designated", "permissive")


def _driven(tags: Tags, rules: OsmRules) -> bool:
    """Tell whether cars may go there, as far as tags say; kinds nobody drives on are the planner's to name."""
    if tags.get("area") == "yes":
        return False
    return tags.get("motor_vehicle", tags.get("access")) not in rules.streets.no_access


def find_homes(extract: Extract, rules: OsmRules) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the buildings people are taken to live in, WGS 84 polygons, with their floor area in square metres.

    Homes are buildings tagged as such, and untagged ones that nothing says are occupied otherwise: no other key on the
    building, and no land around it that is used for something else. Floor area is footprint times storeys.
    """
    book = rules.buildings
    buildings = extract.areas.where(["building" in tags for tags in extract.areas.tags])
    told = np.array([tags["building"] in book.homes for tags in buildings.tags], dtype=bool)
    free = np.array([_untold(tags, book) for tags in buildings.tags], dtype=bool)
    other_land = free & _on_other_land(extract, rules, buildings)
    inside = np.asarray(shapely.intersects(extract.area, shapely.point_on_surface(buildings.shapes)), dtype=bool)
    footprint = gpd.GeoSeries(list(buildings.shapes), crs=WGS84).to_crs(extract_crs(extract)).area.to_numpy()
    large = footprint >= book.least_m2
    keep = (told | (free & ~other_land)) & inside & large
    homes = buildings.where(keep)
    storeys = np.array([_storeys(tags) for tags in homes.tags], dtype=np.float64)
    guessed = np.isnan(storeys)
    storeys[guessed] = book.default_storeys
    data = {
        "id": list(homes.ids),
        "name": _home_names(extract, homes),
        "storeys": storeys,
        "floor_m2": np.round(footprint[keep] * storeys, 1),
    }
    small = (told | (free & ~other_land)) & inside & ~large
    lived = f"{len(homes.ids)} of {int(inside.sum())} buildings are taken as lived in"
    kinds = f"{int((told & keep).sum())} tagged as homes, {int((free & keep).sum())} untagged, not occupied otherwise"
    out = (
        f"left out: {int((~told & ~free & inside).sum())} buildings tagged as something else, "
        f"{int((other_land & inside).sum())} untagged on land used otherwise, "
        f"{int(small.sum())} of less than {book.least_m2:g} m²"
    )
    floors = (
        f"{int(guessed.sum())} of {len(homes.ids)} have no building:levels; {book.default_storeys:g} storeys assumed"
    )
    notes = [f"{lived}: {kinds}", out, floors]
    return _by_id(gpd.GeoDataFrame(pd.DataFrame(data), geometry=list(homes.shapes), crs=WGS84)), notes


def _home_names(extract: Extract, homes: Features) -> list[str]:
    """Name a home by its address, its name, or the nearest street with its id."""
    streets = extract.lines.where(["highway" in tags and "name" in tags for tags in extract.lines.tags])
    near = [""] * len(homes.ids)
    if len(streets.ids) and len(homes.ids):
        crs = extract_crs(extract)
        lines, shapes = (
            gpd.GeoSeries(list(part.shapes), crs=WGS84).to_crs(crs).to_numpy() for part in (streets, homes)
        )
        at, street = shapely.STRtree(lines).query_nearest(shapes, all_matches=True)
        order = np.lexsort((street, at))
        first = order[np.unique(at[order], return_index=True)[1]]
        near = [streets.tags[number]["name"] for number in street[first]]
    return [
        _address(tags) or tags.get("name") or f"{street} {own}".strip()
        for street, own, tags in zip(near, homes.ids, homes.tags, strict=True)
    ]


def _on_other_land(extract: Extract, rules: OsmRules, buildings: Features) -> NDArray[np.bool_]:
    land = extract.areas.where(
        ["building" not in tags and has_any(tags, rules.areas.not_homes) for tags in extract.areas.tags]
    )
    result = np.zeros(len(buildings.ids), dtype=np.bool_)
    if len(land.ids) and len(buildings.ids):
        points = np.asarray(shapely.point_on_surface(buildings.shapes), dtype=object)
        result[shapely.STRtree(land.shapes).query(points, predicate="intersects")[0]] = True
    return result


def _untold(tags: Tags, book: BuildingRules) -> bool:
    return tags.get("building") in book.untold and not any(key in tags for key in book.occupied_keys)


def _storeys(tags: Mapping[str, str]) -> float:
    """Return building:levels as a number, NaN where it is missing or no number above 0."""
    text = tags.get("building:levels", "").split(";")[0].replace(",", ".").strip()
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if 0 < value < 200 else math.nan


def find_water(extract: Extract, rules: OsmRules) -> gpd.GeoDataFrame:
    """Return lakes, rivers and the sea inside the extract's rectangle, WGS 84 polygons.

    The sea is what lies to the right of the coastline, as OpenStreetMap draws it.
    """
    areas = extract.areas.where([has_any(tags, rules.water.tags) for tags in extract.areas.tags])
    shapes = [*areas.shapes, *_sea(extract)]
    ids = [*areas.ids, *(f"sea{number}" for number in range(1, len(shapes) - len(areas.ids) + 1))]
    clipped = shapely.intersection(np.array(shapes, dtype=object), extract.area)
    frame = gpd.GeoDataFrame({"id": pd.Series(ids, dtype="str")}, geometry=list(clipped), crs=WGS84)
    return _by_id(frame[frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"]) & ~frame.geometry.is_empty])


def _sea(extract: Extract) -> list[shapely.Polygon]:
    coast = extract.lines.where([tags.get("natural") == "coastline" for tags in extract.lines.tags]).shapes
    if not len(coast):
        return []
    merged = shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.intersection(coast, extract.area))))
    lines = [_to_edge(line, extract.area.exterior) for line in merged if line.geom_type == "LineString"]
    if not lines:
        return []
    edges = shapely.union_all([*lines, extract.area.exterior])
    faces = list(shapely.get_parts(shapely.polygonize(list(shapely.get_parts(edges)))))
    tree = shapely.STRtree(faces)
    wet, dry = (
        {int(at) for line in lines for at in tree.query(shapely.points(_beside(line, side)), predicate="within")[1]}
        for side in (1e-7, -1e-7)
    )
    # A coastline that ends inside the rectangle parts nothing: what lies on both of its sides is not known to be sea.
    return sorted((faces[at] for at in wet - dry), key=lambda face: face.bounds)


def _to_edge(line: shapely.LineString, edge: shapely.LinearRing) -> shapely.LineString:
    """Lengthen a coastline that an extract cut just short of its rectangle, so that it closes the sea."""
    xy = shapely.get_coordinates(line)
    if line.is_closed:
        return line
    before, after = (_step_out(end, edge) for end in (xy[0], xy[-1]))
    return shapely.LineString(np.concatenate([before, xy, after]))


def _step_out(end: NDArray[np.float64], edge: shapely.LinearRing) -> NDArray[np.float64]:
    """Return a point just beyond the edge beside the end of a line, shape (1, 2), or none, (0, 2), where it is far."""
    nearest = shapely.get_coordinates(shapely.shortest_line(shapely.Point(end), edge))[1]
    if not 0 < np.hypot(*(nearest - end)) <= CUT_SHORT_DEG:
        return np.empty((0, 2))
    return np.asarray([end + 1.01 * (nearest - end)], dtype=np.float64)


def _beside(line: shapely.LineString, to_right: float) -> NDArray[np.float64]:
    """Return points beside the middle of each piece of a line, ``to_right`` degrees to its right."""
    xy = shapely.get_coordinates(line)
    step = np.diff(xy, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    keep = length > 0
    normal = np.column_stack([step[:, 1], -step[:, 0]])[keep] / length[keep, None]
    return np.asarray((xy[:-1] + step / 2)[keep] + normal * to_right, dtype=np.float64)


def _by_id(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    ids = frame["id"].tolist()
    order = sorted(range(len(ids)), key=lambda at: (ids[at][0], len(ids[at]), ids[at]))
    return frame.iloc[order].reset_index(drop=True)
