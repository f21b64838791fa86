"""Make layers straight from an OpenStreetMap extract that outlet.toml names.

Streets, stops, homes, water and the extract's rectangle follow from the rules of ``rules.toml``; other places are
chosen by tags. An extract that several layers name is read once, for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from outlet.errors import TableError
from outlet.findings import Remark
from outlet.project import DataPath, Project
from siting.data.files.source import Source
from siting.data.osm.choice import homes_choice, stops_choice, streets_choice, tags_choice, water_choice
from siting.data.osm.extract import ANY, Choice, Extract, ExtractUse, Features, Tags
from siting.data.osm.places import find_homes, find_stops, find_streets, find_water, is_central_bank
from siting.data.osm.rules import osm_rules
from siting.data.osm.stream import read_extract
from siting.geo.crs import WGS84
from siting.settings import SitingSettings
from siting.settings.data import LAYERS, DataSettings, DemandSettings
from siting.settings.layer import LayerSettings

SUFFIX = ".pbf"
BY_TAGS = ("demand", "spread", "candidates", "existing", "competitors", "zoning", "area")
ALWAYS = ("id", "name")
KEPT_EXTRACTS = 2

_read: dict[tuple[str, int, int, Choice], Extract] = {}


@dataclass(frozen=True)
class ExtractLayer:
    """One layer of an extract: its rows, the names of its columns, and what was assumed or left out."""

    frame: gpd.GeoDataFrame
    columns: tuple[str, ...]
    remarks: tuple[Remark, ...]


def describe_extract(project: Project, file: DataPath, chosen: LayerSettings) -> ExtractUse | None:
    """Return what a layer, and all layers of the same file, want of an extract; None where the file is none."""
    if not str(file).lower().endswith(SUFFIX):
        return None
    settings = project.section("siting", SitingSettings).data
    named = {layer: held for layer, held in _layers(settings) if held.file == file}
    layer = next(name for name, held in named.items() if held is chosen)
    together = Choice()
    for name, held in named.items():
        together = together.joined(_choice(name, held))
    own = _choice(layer, chosen)
    return ExtractUse(layer, own, together, tells=layer == next(iter(named)), tagged=_is_tagged(layer, chosen))


def read_extract_layer(source: Source, use: ExtractUse, columns: Sequence[str]) -> ExtractLayer:
    """Read one layer of an extract.

    Parameters
    ----------
    source
        The extract.
    use
        What the layer wants of it.
    columns
        Keys of tags wanted as columns.

    Raises
    ------
    TableError
        When the extract cannot be read, or nothing says which of its features are meant.
    """
    if use.layer in ("existing", "competitors", "candidates") and not use.tagged:
        fix = 'Say which, such as where = { amenity = "bank" }.'
        found = "an extract of everything there is"
        raise TableError([source.fault("missing-tags", found, f"the tags of {use.layer}", fix)])
    extract = _extract(source, use.together)
    frame, told = _LAYERS[use.layer](extract, use, source)
    if use.tagged and not len(frame):
        wanted = sorted(f"{key} = {value}" for key, value in use.own.points | use.own.lines | use.own.areas)
        found = f"no feature with any of the tags {', '.join(wanted)}"
        raise TableError([source.fault("missing-tags", found, "at least one", "Check how the tags are spelt.")])
    kept: dict[str, Tags] = {}
    for part in (extract.points, extract.lines, extract.areas):
        kept.update(zip(part.ids, part.tags, strict=True))
    for key in dict.fromkeys(columns):
        if key not in frame.columns:
            values = [kept.get(name, {}).get(key, "") for name in frame["id"]]
            if any(values):
                frame[key] = pd.Series(values, index=frame.index, dtype="str")
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    known = tuple(str(name) for name in frame.columns if name != frame.geometry.name)
    return ExtractLayer(frame, known, (*(extract.remarks if use.tells else ()), *told))


def _layers(settings: DataSettings) -> Iterable[tuple[str, LayerSettings]]:
    held = settings.by_layer()
    return [(layer, chosen) for layer in LAYERS if (chosen := held[layer]) is not None]


def _is_tagged(layer: str, chosen: LayerSettings) -> bool:
    return bool(chosen.osm) or (bool(chosen.where) and layer in BY_TAGS)


def _choice(layer: str, chosen: LayerSettings) -> Choice:
    """Return what a layer wants: by its tags, by its ``where``, or by the rules."""
    rules = osm_rules()
    if chosen.osm:
        choice = tags_choice({key: _texts(values) for key, values in chosen.osm.items()})
    elif layer in BY_TAGS and chosen.where:
        key, values = next(iter(chosen.where.items()))
        choice = tags_choice({key: _texts(values)})
    else:
        by_rules = {
            "demand": homes_choice,
            "spread": homes_choice,
            "stops": stops_choice,
            "streets": streets_choice,
            "water": water_choice,
        }
        found = by_rules.get(layer)
        choice = found(rules) if found is not None else Choice()
        if layer == "zoning":
            choice = Choice(areas=frozenset({("landuse", ANY)}))
    if layer in ("zoning", "area", "water"):
        choice = replace(choice, points=frozenset())
    if layer == "streets" and chosen.osm:
        choice = replace(streets_choice(rules), lines=choice.points)
    keys = {str(value) for value in _columns(chosen)} | set(chosen.where) | set(chosen.where_not) | set(ALWAYS)
    central = {*rules.central_banks.tags, "operator", "brand"} if layer == "competitors" else set()
    return replace(choice, keys=choice.keys | keys | central)


def _columns(chosen: LayerSettings) -> list[object]:
    columns = chosen.model_dump(include={"columns", "segments"}, exclude_none=True)
    parts = chosen.parts_of_day.values() if isinstance(chosen, DemandSettings) else ()
    return [*(value for part in columns.values() for value in part.values()), *(part.column for part in parts)]


def _texts(values: object) -> tuple[str, ...]:
    each = values if isinstance(values, tuple) else (values,)
    return tuple("yes" if value is True else "no" if value is False else str(value) for value in each)


def _extract(source: Source, choice: Choice) -> Extract:
    """Read an extract, or return what was read of it before, if it has not changed since."""
    if not source.path.is_file():
        return read_extract(source.path, choice, name=source.name)
    stat = source.path.stat()
    key = (str(source.path.resolve()), stat.st_size, stat.st_mtime_ns, choice)
    if key not in _read:
        extract = read_extract(source.path, choice, name=source.name)
        while len(_read) >= KEPT_EXTRACTS:
            del _read[next(iter(_read))]
        _read[key] = extract
    return _read[key]


def _places(extract: Extract, use: ExtractUse, source: Source) -> tuple[gpd.GeoDataFrame, list[Remark]]:
    """Return points and areas that have any of the layer's tags; central banks are no competitors."""
    places = extract.points.having(use.own.points).joined(extract.areas.having(use.own.areas))
    told: list[Remark] = []
    if use.layer == "competitors":
        central = np.array([is_central_bank(tags, osm_rules()) for tags in places.tags], dtype=np.bool_)
        names = sorted(places.tags[at].get("name", places.ids[at]) for at in np.flatnonzero(central))
        places = places.where(~central)
        if names:
            told.append(Remark(source.name, "central-banks", f"central banks are no competitors: {', '.join(names)}"))
    if use.layer == "candidates":
        points = np.asarray(shapely.point_on_surface(places.shapes), dtype=object)
        places = Features(places.ids, places.tags, points)
    return _frame(places), told


def _demand(extract: Extract, use: ExtractUse, source: Source) -> tuple[gpd.GeoDataFrame, list[Remark]]:
    if use.tagged:
        return _places(extract, use, source)
    homes, notes = find_homes(extract, osm_rules())
    return homes, [Remark(source.name, "homes-assumed", note) for note in notes]


def _stops(extract: Extract, use: ExtractUse, source: Source) -> tuple[gpd.GeoDataFrame, list[Remark]]:
    if use.tagged:
        return _places(extract, use, source)
    stops, notes = find_stops(extract, osm_rules())
    *merged, timetable = notes
    told = [Remark(source.name, "stops-merged", note) for note in merged]
    return stops, [*told, Remark(source.name, "no-timetable", timetable)]


def _streets(extract: Extract, use: ExtractUse, source: Source) -> tuple[gpd.GeoDataFrame, list[Remark]]:
    lines = extract.lines.having(use.own.lines)
    return find_streets(replace(extract, lines=lines), osm_rules()), []


def _water(extract: Extract, use: ExtractUse, source: Source) -> tuple[gpd.GeoDataFrame, list[Remark]]:
    if use.tagged:
        return _places(extract, use, source)
    return find_water(extract, osm_rules()), []


def _area(extract: Extract, use: ExtractUse, source: Source) -> tuple[gpd.GeoDataFrame, list[Remark]]:
    if use.tagged:
        return _places(extract, use, source)
    return gpd.GeoDataFrame({"id": ["area"]}, geometry=[extract.area], crs=WGS84), []


def _frame(places: Features) -> gpd.GeoDataFrame:
    names = [tags.get("name", "") for tags in places.tags]
    data = {"id": pd.Series(places.ids, dtype="str"), "name": pd.Series(names, dtype="str")}
    return gpd.GeoDataFrame(pd.DataFrame(data), geometry=list(places.shapes), crs=WGS84)


_BY_RULES = {
    "demand": homes_choice,
    "spread": homes_choice,
    "stops": stops_choice,
    "streets": streets_choice,
    "water": water_choice,
}
_LAYERS = {
    "demand": _demand,
    "spread": _demand,
    "candidates": _places,
    "existing": _places,
    "competitors": _places,
    "stops": _stops,
    "streets": _streets,
    "zoning": _places,
    "area": _area,
    "water": _water,
}
