"""Read the stops of a feed: where they are, to which station they belong, and what modes routes have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outlet.findings import Remark
from siting.data.gtfs.values import NONE, Floats, Ints, Values, repeats_remark
from siting.settings.data import Mode

BASIC_TYPES: dict[int, Mode] = {
    0: "tram",
    1: "metro",
    2: "rail",
    3: "bus",
    4: "ferry",
    5: "tram",
    6: "tram",
    7: "tram",
    11: "bus",
    12: "metro",
}
EXTENDED_TYPES: dict[int, Mode] = {
    1: "rail",
    2: "bus",
    4: "metro",
    5: "metro",
    6: "metro",
    7: "bus",
    8: "bus",
    9: "tram",
    10: "ferry",
    12: "ferry",
    13: "tram",
    14: "tram",
}
LOCATION_TYPES = {"": 0, "0": 0, "1": 1, "2": 2, "3": 3, "4": 4}
WITHOUT_COORDINATES = (3, 4)
LEVELS = 4
EARTH_KM = 6371.0
TOWN_KM = 5.0
REGION_KM = 50.0
FAR_TIMES = 20.0
NEAR_TIMES = 3.0
FEW = 5


@dataclass(frozen=True)
class Stops:
    """The stops of a feed, shape (s,): ids, names, degrees, and the position of the station each belongs to.

    A stop without a station is its own. ``kind`` is GTFS's location type: 0 stop or platform, 1 station.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    lon: Floats
    lat: Floats
    kind: Ints
    station: Ints

    @property
    def position(self) -> Mapping[str, int]:
        """Position of each id."""
        return {name: at for at, name in enumerate(self.ids)}


def mode_of(text: str) -> Mode | None:
    """Return the mode of a route type, basic or extended, or None where it is neither."""
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        return None
    kind = int(text)
    if kind in BASIC_TYPES:
        return BASIC_TYPES[kind]
    return EXTENDED_TYPES.get(kind // 100, "bus") if 100 <= kind < 1800 else None


def read_stops(values: Values, remarks: list[Remark]) -> Stops:
    """Return the stops; their faults and remarks are told."""
    first, repeats = values.unique("stop_id", same_row_is_fine=True)
    name = values.faults.name_of("stops")
    remarks += repeats_remark(name, repeats)
    kind = values.choices("location_type", LOCATION_TYPES, "out-of-range", "a location type from 0 to 4")
    lon, lat = _coordinates(values, kind)
    parent = values.references("parent_station", first, "stops", required=False)
    rows = np.fromiter(first.values(), dtype=np.int64, count=len(first))
    position = np.full(values.table.rows, NONE, dtype=np.int64)
    position[rows] = np.arange(len(rows))
    above = np.where(parent[rows] == NONE, NONE, position[parent[rows]])
    station = _stations(values, rows, above)
    names = values.table.column("stop_name")
    blank = np.flatnonzero(names.is_empty() & (kind < 2))
    if len(blank):
        told = tuple(int(row) + 1 for row in blank)
        remarks.append(Remark(name, "blank-names", f"{len(blank):,} stops have no name; their ids stand for it", told))
    ids = tuple(first)
    shown = tuple(names.text(row) or ids[at] for at, row in enumerate(rows.tolist()))
    return Stops(ids, shown, lon[rows], lat[rows], kind[rows], station)


def _stations(values: Values, rows: Ints, above: Ints) -> Ints:
    """Return the topmost station of each stop; a stop above itself is a fault."""
    own = np.arange(len(above))
    top = np.where(above == NONE, own, above)
    for _ in range(LEVELS):
        top = np.where(above[top] == NONE, top, above[top])
    circular = (above[top] != NONE) if len(top) else np.zeros(0, dtype=np.bool_)
    wrong = np.zeros(values.table.rows, dtype=np.bool_)
    wrong[rows[circular]] = True
    expected = "a station that is no platform of another"
    values.tell("parent_station", "circular-reference", wrong, expected)
    return np.where(circular, own, top)


def _coordinates(values: Values, kind: Ints) -> tuple[Floats, Floats]:
    """Return degrees of all rows; missing, impossible and far ones are faults where people board."""
    lon, lat = values.numbers("stop_lon"), values.numbers("stop_lat")
    judged = ~np.isin(kind, WITHOUT_COORDINATES)
    for column, value, most in (("stop_lon", lon, 180.0), ("stop_lat", lat, 90.0)):
        empty = values.table.column(column).is_empty()
        values.tell(column, "missing-value", judged & empty, "degrees")
        values.tell(column, "not-a-number", judged & ~empty & np.isnan(value), "degrees, such as 24.9384")
        swap = "Longitude and latitude may be swapped." if column == "stop_lat" else ""
        values.tell(
            column, "out-of-range", judged & (np.abs(value) > most), f"degrees from -{most:g} to {most:g}", swap
        )
    zero = judged & (lon == 0) & (lat == 0)
    values.tell("stop_lon", "zero-coordinates", zero, "the coordinates of the stop, not 0, 0")
    sound = judged & ~zero & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    far, turned = _far(lon, lat, sound)
    values.tell("stop_lat", "swapped-coordinates", turned, "latitude and longitude in their own columns")
    values.tell("stop_lat", "far-outlier", far, "a stop near the others", "Check its coordinates.")
    return lon, lat


def _far(lon: Floats, lat: Floats, sound: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which stops lie out of all proportion to the others, and which of the sound ones do so by being turned."""
    none = np.zeros(len(lon), dtype=np.bool_)
    if sound.sum() < FEW:
        return none, none
    middle = (float(np.median(lon[sound])), float(np.median(lat[sound])))
    away = _kilometres(lon, lat, middle)
    spread = float(np.quantile(away[sound], 0.75))
    town = max(spread, TOWN_KM)
    turned = sound & (away > FAR_TIMES * town) & (_kilometres(lat, lon, middle) <= NEAR_TIMES * town)
    return sound & (away > FAR_TIMES * max(spread, REGION_KM)) & ~turned, turned


def _kilometres(lon: Floats, lat: Floats, middle: tuple[float, float]) -> Floats:
    """Return great-circle distances to a place, kilometres (haversine)."""
    x, y = np.radians(lon), np.radians(lat)
    x0, y0 = np.radians(middle[0]), np.radians(middle[1])
    chord = np.sin((y - y0) / 2) ** 2 + np.cos(y) * np.cos(y0) * np.sin((x - x0) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1))), dtype=np.float64)
