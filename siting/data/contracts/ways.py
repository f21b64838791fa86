"""Read what cars may do on a way from the tags of OpenStreetMap, or from columns written like them.

Speed limits (key maxspeed) are numbers of km/h, or with a unit: mph, knots, km/h. Of several, as for lanes or hours
("50;30", "50|70"), the lowest counts. Words: ``walk`` is 7 km/h, a zone's number ("DE:zone30", "FR:30") that number,
``urban`` of any country 50 (the limit in built-up areas where the Vienna convention's countries state none). What
states no number (``none``, ``signals``, ``variable``, "DE:rural", "DE:motorway" …) is no limit: not told.

Directions (key oneway): yes, true, 1; -1, reverse; no, false, 0. Ways in a roundabout and motorways are one way unless
told otherwise, as the key's documentation implies. Ways whose direction changes with the hour (reversible,
alternating) are driven both ways.

Values are texts; each that is not understood is told by row, and taken as not told. Source: wiki.openstreetmap.org,
Key:maxspeed, Key:oneway, Key:access.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outlet.findings import Remark
from siting.data.contracts.columns import Columns
from siting.settings.streets import StreetSettings

MILE_KM = 1.609344
KNOT_KM_H = 1.852
WALK_KM_H = 7.0
URBAN_KM_H = 50.0
MOST_KM_H = 300.0
SHOWN = 5

FORWARD, BACKWARD, BOTH = 1, 2, 3
_ONEWAY = {
    **dict.fromkeys(("yes", "true", "1"), FORWARD),
    **dict.fromkeys(("-1", "reverse"), BACKWARD),
    **dict.fromkeys(("no", "false", "0", "reversible", "alternating"), BOTH),
}
_ROUND = ("roundabout", "circular")
_ONE_WAY_KINDS = ("motorway", "motorway_link")
_UNTOLD = ("none", "unlimited", "signals", "variable", "implicit", "default", "unposted", "unknown", "national")
_NUMBER = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)\s*(km/h|kmh|kph|kmph|mph|knots|kn)?")
_ZONE = re.compile(r"[a-z]{2}(?:-[a-z]{2,3})?:(?:zone:?)?(\d{1,3})|zone:?(\d{1,3})")
_PLACE = re.compile(r"[a-z]{2}(?:-[a-z]{2,3})?:([a-z_\- ]+)")
_UNITS = {"mph": MILE_KM, "knots": KNOT_KM_H, "kn": KNOT_KM_H}


def read_limit(text: str) -> float | None:
    """Return a speed limit in km/h, NaN where the text states none, or None where it is not understood.

    >>> [read_limit(text) for text in ("50", "30 mph", "50;30", "DE:zone30", "DE:urban", "walk")]
    [50.0, 48.28032, 30.0, 30.0, 50.0, 7.0]
    >>> read_limit("none"), read_limit("fast"), read_limit("-50")
    (nan, None, None)
    """
    parts = [part for part in re.split(r"[;|,]", text.strip().lower()) if part.strip()]
    limits = [_one_limit(part.strip()) for part in parts]
    if any(limit is None for limit in limits):
        return None
    told = [limit for limit in limits if limit is not None and not np.isnan(limit)]
    return min(told) if told else np.nan


def _one_limit(text: str) -> float | None:
    number = _NUMBER.fullmatch(text)
    if number is not None:
        km_h = float(number[1]) * _UNITS.get(number[2] or "", 1.0)
        return km_h if 0 < km_h <= MOST_KM_H else None
    zone = _ZONE.fullmatch(text)
    if zone is not None:
        return _one_limit(zone[1] or zone[2])
    if text == "walk":
        return WALK_KM_H
    place = _PLACE.fullmatch(text)
    if place is not None:
        return {"urban": URBAN_KM_H, "walk": WALK_KM_H, "living_street": WALK_KM_H}.get(place[1], np.nan)
    return np.nan if text in _UNTOLD else None


@dataclass(frozen=True)
class WayTags:
    """What cars may do on each row: limits in km/h (NaN where none is told), and which ways they may drive, shape (w,).

    Where cars may not go at all neither direction is open.
    """

    limit_km_h: NDArray[np.float64]
    forward: NDArray[np.bool_]
    backward: NDArray[np.bool_]


def read_way_tags(columns: Columns, settings: StreetSettings, kind: pd.Series) -> WayTags:
    """Return what cars may do on each row of the streets; remarks tell of values not understood.

    Parameters
    ----------
    columns
        The rows of the file.
    settings
        Names of its columns, kinds nobody drives on and values of access that shut cars out.
    kind
        Kind of each row.
    """
    names = settings.columns
    limit = _per_value(columns, names.speed_limit, read_limit, np.nan, "unread-speed", "taken as no limit told")
    told = _per_value(
        columns,
        names.oneway,
        lambda text: _ONEWAY.get(text.strip().lower()),
        np.nan,
        "unread-oneway",
        "taken as both ways",
    )
    junction = columns.text(names.junction).str.lower().isin(_ROUND).to_numpy(dtype=bool)
    implied = junction | kind.isin(_ONE_WAY_KINDS).to_numpy(dtype=bool)
    way = np.where(np.isnan(told), np.where(implied, FORWARD, BOTH), told).astype(np.int64)
    general, cars = columns.text(names.access).str.lower(), columns.text(names.motor_vehicle).str.lower()
    shut = cars.where(cars != "", general).isin(settings.no_cars) | kind.isin(settings.not_driven)
    open_way = ~shut.to_numpy(dtype=bool)
    return WayTags(limit, open_way & (way & FORWARD > 0), open_way & (way & BACKWARD > 0))


def _per_value(
    columns: Columns, column: str, read: Callable[[str], float | None], empty: float, code: str, taken: str
) -> NDArray[np.float64]:
    """Return what each cell means, each distinct text being read once; cells not understood are told and ``empty``."""
    text = columns.text(column)
    at, values = pd.factorize(text)
    meant = [empty if value == "" else read(str(value)) for value in values]
    bad = np.array([value is None for value in meant], dtype=np.bool_)
    found = np.array([empty if value is None else value for value in meant], dtype=np.float64)
    if not len(values):
        return np.full(len(text), empty)
    if bad.any():
        shown = [str(value) for value in values[bad]]
        some = ", ".join(repr(value[:40]) for value in shown[:SHOWN]) + (" …" if len(shown) > SHOWN else "")
        rows = bad[at]
        told = f"{int(rows.sum())} values of {column} are not understood and were {taken}: {some}"
        columns.remarks.append(columns.remark(code, told, rows))
    return found[at]


def streets_table(columns: Columns, settings: StreetSettings) -> gpd.GeoDataFrame:
    """Return the ways people walk or drive along, a row for each part of a line.

    Columns are name, kind, walkable, and what cars may do: limit_km_h (NaN where none is told), forward, backward.
    """
    names = settings.columns
    kind = columns.text(names.kind)
    walkable = ~kind.isin(settings.not_walkable) & columns.flags(names.walkable, default=True)
    if not bool(walkable.all()):
        told = f"{int((~walkable).sum())} ways nobody walks along were dropped"
        columns.remarks.append(Remark(columns.source.name, "ways-dropped", told))
    tags = read_way_tags(columns, settings, kind)
    data = {
        "name": columns.text(names.name),
        "kind": kind,
        "walkable": walkable,
        "limit_km_h": tags.limit_km_h,
        "forward": tags.forward,
        "backward": tags.backward,
    }
    shapes = columns.frame.geometry
    frame = gpd.GeoDataFrame(pd.DataFrame(data, index=columns.frame.index), geometry=shapes, crs=shapes.crs)
    frame = frame[walkable.to_numpy(dtype=bool) | tags.forward | tags.backward]
    if not bool((frame.geometry.geom_type == "LineString").all()):
        frame = frame.explode(index_parts=False)
    return frame


def split_ways(streets: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the streets people walk along (name, kind) and those cars drive on (kind, limit_km_h, forward, backward).

    ``streets`` is the layer as `streets_table` makes it.
    """
    walked = streets.loc[streets["walkable"], ["name", "kind", "geometry"]].reset_index(drop=True)
    driven = streets.loc[
        streets["forward"] | streets["backward"], ["kind", "limit_km_h", "forward", "backward", "geometry"]
    ]
    return walked, driven.reset_index(drop=True)
