"""Read an OpenStreetMap extract (.pbf) into features with all their tags, through GDAL's OSM driver.

GDAL puts some keys in columns and the rest in one hstore text (``"key"=>"value","key"=>"value"``); both are joined
here. Areas whose rings GDAL cannot make valid are dropped and named.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataSourceError

from outlet.errors import InputError
from siting.data.geometry import polygonal

PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
ESCAPE = re.compile(r"\\(.)")
OWN_COLUMNS = ("osm_id", "osm_way_id", "other_tags", "z_order", "geometry")

Tags = Mapping[str, str]


@dataclass(frozen=True)
class Features:
    """Features of one kind: ids such as ``w123``, tags, and geometries in WGS 84, all of one length."""

    ids: tuple[str, ...]
    tags: tuple[Tags, ...]
    shapes: NDArray[np.object_]

    def where(self, keep: Sequence[bool] | NDArray[np.bool_]) -> Features:
        """Return the features for which ``keep`` holds."""
        mask = np.asarray(keep, dtype=bool)
        chosen = np.flatnonzero(mask)
        return Features(
            tuple(self.ids[at] for at in chosen), tuple(self.tags[at] for at in chosen), self.shapes[chosen]
        )

    def joined(self, other: Features) -> Features:
        """Return both as one."""
        return Features(self.ids + other.ids, self.tags + other.tags, np.concatenate([self.shapes, other.shapes]))


@dataclass(frozen=True)
class Extract:
    """One extract: points, lines and areas inside its ``area`` (a rectangle, WGS 84), and notes on what was dropped."""

    points: Features
    lines: Features
    areas: Features
    area: shapely.Polygon
    notes: tuple[str, ...]


def read_extract(path: Path) -> Extract:
    """Read points, lines and areas of an extract.

    Raises
    ------
    InputError
        When the file is missing, is no extract, or holds nothing.
    """
    if not path.is_file():
        raise InputError(f"{path.name}: there is no such file; expected an OpenStreetMap extract (.pbf)")
    notes: list[str] = []
    try:
        points = _read(path, "points", "n")
        lines = _read(path, "lines", "w")
        areas = _read(path, "multipolygons", "r")
        bounds = pyogrio.read_info(path, layer="points")["total_bounds"]
    except (DataSourceError, RuntimeError, ValueError) as error:
        text = " ".join(str(error).split())[:200]
        raise InputError(f"{path.name}: not an OpenStreetMap extract that GDAL can read: {text}") from error
    if not points.ids and not lines.ids and not areas.ids:
        raise InputError(f"{path.name}: the extract holds no feature; expected points, ways and areas")
    areas = _without_broken(path, areas, notes)
    if bounds is None or not np.isfinite(bounds).all():
        bounds = shapely.total_bounds(np.concatenate([points.shapes, areas.shapes]))
        notes.append(f"{path.name}: the extract states no bounds; those of its points and areas are used")
    return Extract(points=points, lines=lines, areas=areas, area=shapely.box(*bounds), notes=tuple(notes))


def parse_hstore(text: str) -> dict[str, str]:
    r"""Return the pairs of an hstore text.

    >>> parse_hstore('"amenity"=>"bank","name"=>"the \\"Bank\\""')
    {'amenity': 'bank', 'name': 'the "Bank"'}
    """
    return {ESCAPE.sub(r"\1", key): ESCAPE.sub(r"\1", value) for key, value in PAIR.findall(text)}


def _read(path: Path, layer: str, prefix: str) -> Features:
    with warnings.catch_warnings():
        # GDAL grumbles about rings of areas; those are told in the notes by id.
        warnings.simplefilter("ignore", RuntimeWarning)
        frame = pyogrio.read_dataframe(path, layer=layer, on_invalid="ignore")
    if not isinstance(frame, gpd.GeoDataFrame):
        return Features((), (), np.empty(0, dtype=object))
    keys = [str(column) for column in frame.columns if column not in OWN_COLUMNS]
    columns = {key: _texts(frame[key]) for key in keys}
    other = [parse_hstore(text) if text else {} for text in _texts(frame["other_tags"])]
    tags = tuple({key: value for key in keys if (value := columns[key][at])} | other[at] for at in range(len(frame)))
    ids = [f"{prefix}{number}" for number in _texts(frame["osm_id"])]
    if "osm_way_id" in frame:
        ways = _texts(frame["osm_way_id"])
        ids = [f"w{way}" if way else own for way, own in zip(ways, ids, strict=True)]
    return Features(tuple(ids), tags, frame.geometry.to_numpy())


def _texts(column: pd.Series) -> list[str]:
    return [str(value) for value in column.astype("str").where(column.notna(), "")]


def _without_broken(path: Path, areas: Features, notes: list[str]) -> Features:
    """Drop areas without a ring, mend those that cross themselves, and tell both."""
    areas = _drop(path, areas, _nothing(areas), "have rings that cannot be closed", notes)
    invalid = np.flatnonzero(~np.asarray(shapely.is_valid(areas.shapes)))
    if not len(invalid):
        return areas
    shapes = areas.shapes.copy()
    shapes[invalid] = [polygonal(shape) for shape in shapely.make_valid(shapes[invalid])]
    mended = Features(areas.ids, areas.tags, shapes)
    empty = _nothing(mended)
    names = ", ".join(sorted(areas.ids[at] for at in invalid if not empty[at]))
    notes.append(f"{path.name}: {len(invalid) - int(empty.sum())} areas cross themselves; mended: {names}")
    return _drop(path, mended, empty, "enclose nothing", notes)


def _nothing(areas: Features) -> NDArray[np.bool_]:
    return np.asarray(shapely.is_missing(areas.shapes) | shapely.is_empty(areas.shapes), dtype=np.bool_)


def _drop(path: Path, areas: Features, drop: NDArray[np.bool_], why: str, notes: list[str]) -> Features:
    if not drop.any():
        return areas
    names = ", ".join(sorted(areas.ids[at] for at in np.flatnonzero(drop)))
    notes.append(f"{path.name}: {int(drop.sum())} areas {why}; dropped: {names}")
    return areas.where(~drop)
