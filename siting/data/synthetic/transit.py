"""Make up a GTFS timetable for the made-up town: a railway, two trams, five buses.

It holds what real feeds hold: parent stations with platforms, a weekday and a weekend calendar, an exception, trips
past midnight, and one bus line by frequencies.txt.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyproj
from numpy.typing import NDArray

from siting.data.synthetic.town import CRS

Floats = NDArray[np.float64]
Row = Sequence[str | int | float]

ZIP_DATE = (1980, 1, 1, 0, 0, 0)
FIRST_DAY, LAST_DAY, HOLIDAY = "20260101", "20261231", "20260501"


@dataclass(frozen=True)
class Line:
    """One line: its GTFS route_type, the street corners it stops at, its hours and headway in minutes."""

    id: str
    name: str
    route_type: int
    corners: tuple[tuple[int, int], ...]
    first_min: int
    last_min: int
    headway_min: int
    ride_min: int
    by_frequency: bool = False


def _along(fixed: int, low: int, high: int, step: int, *, upright: bool) -> tuple[tuple[int, int], ...]:
    return tuple((fixed, at) if upright else (at, fixed) for at in range(low, high + 1, step))


LINES = (
    Line("T", "Riverton Railway", 2, _along(20, 2, 32, 10, upright=False), 300, 1410, 20, 5),
    Line("1", "Tram 1", 0, _along(15, 1, 31, 3, upright=True), 330, 1470, 8, 2),
    Line("2", "Tram 2", 0, _along(22, 1, 31, 3, upright=False), 330, 1470, 10, 2),
    Line("10", "Bus 10", 3, _along(6, 1, 31, 3, upright=True), 345, 1380, 15, 2),
    Line("11", "Bus 11", 3, _along(25, 1, 31, 3, upright=True), 345, 1380, 12, 2),
    Line("12", "Bus 12 环线", 3, _along(10, 1, 31, 3, upright=False), 345, 1320, 20, 2),
    Line("13", "Bus 13", 3, _along(6, 2, 32, 3, upright=False), 360, 1320, 20, 2),
    Line("14", "Bus 14", 3, _along(26, 1, 31, 3, upright=False), 360, 1320, 12, 2, by_frequency=True),
)


def make_gtfs(nodes: Floats) -> bytes:
    """Return the timetable as a zip that is the same every time; ``nodes`` are the town's corners, (k, k, 2) metres."""
    tables = {
        "agency.txt": _table(
            ("agency_id", "agency_name", "agency_url", "agency_timezone"),
            [("riv", "Riverton Transit", "https://example.org", "Europe/Paris")],
        ),
        "calendar.txt": _table(
            (
                "service_id",
                "monday",
                "tuesday",
                "wednesday",
                "thursday",
                "friday",
                "saturday",
                "sunday",
                "start_date",
                "end_date",
            ),
            [("wk", 1, 1, 1, 1, 1, 0, 0, FIRST_DAY, LAST_DAY), ("we", 0, 0, 0, 0, 0, 1, 1, FIRST_DAY, LAST_DAY)],
        ),
        "calendar_dates.txt": _table(
            ("service_id", "date", "exception_type"), [("wk", HOLIDAY, 2), ("we", HOLIDAY, 1)]
        ),
        "routes.txt": _table(
            ("route_id", "agency_id", "route_short_name", "route_long_name", "route_type"),
            [(line.id, "riv", line.id, line.name, line.route_type) for line in LINES],
        ),
        "stops.txt": _stops(nodes),
        **_trips(),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(tables.items()):
            info = zipfile.ZipInfo(name, date_time=ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text)
    return stream.getvalue()


def _table(columns: Sequence[str], rows: Iterable[Row]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return stream.getvalue()


def _stop_id(line: Line, number: int) -> str:
    return f"{line.id}-{number + 1}"


def _stops(nodes: Floats) -> str:
    back = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    rows: list[Row] = []
    for line in LINES:
        for number, (west, south) in enumerate(line.corners):
            x, y = nodes[west, south]
            lon, lat = (round(float(value), 6) for value in back.transform(x + 6.0, y + 6.0))
            own, name = _stop_id(line, number), f"{line.name} {number + 1}"
            if line.route_type == 2:
                name = ("Riverton West", "Riverton Central", "Campus", "Riverton East")[number]
                rows.append((own, name, lat, lon, 1, ""))
                rows += [
                    (f"{own}{side}", f"{name} platform {side}", lat, round(lon + 0.0002 * at, 6), 0, own)
                    for at, side in enumerate("ab", start=1)
                ]
            else:
                rows.append((own, name, lat, lon, 0, ""))
    return _table(("stop_id", "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station"), rows)


def _trips() -> dict[str, str]:
    trips: list[Row] = []
    times: list[Row] = []
    repeats: list[Row] = []
    for line in LINES:
        for service, slower in (("wk", 1), ("we", 2)):
            for way in (0, 1):
                starts = range(line.first_min, line.last_min + 1, line.headway_min * slower)
                if line.by_frequency:
                    trip = f"{line.id}-{service}-{way}"
                    repeats.append(
                        (trip, _clock(line.first_min), _clock(line.last_min), line.headway_min * slower * 60)
                    )
                    starts = range(line.first_min, line.first_min + 1)
                for start in starts:
                    trip = f"{line.id}-{service}-{way}" + ("" if line.by_frequency else f"-{start}")
                    trips.append((line.id, service, trip, way))
                    times += _calls(line, trip, start, way)
    return {
        "trips.txt": _table(("route_id", "service_id", "trip_id", "direction_id"), trips),
        "stop_times.txt": _table(("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"), times),
        "frequencies.txt": _table(("trip_id", "start_time", "end_time", "headway_secs"), repeats),
    }


def _calls(line: Line, trip: str, start: int, way: int) -> list[Row]:
    order = range(len(line.corners)) if way == 0 else range(len(line.corners) - 1, -1, -1)
    rows: list[Row] = []
    for nth, number in enumerate(order):
        clock = _clock(start + nth * line.ride_min)
        side = "ab"[way] if line.route_type == 2 else ""
        rows.append((trip, clock, clock, _stop_id(line, number) + side, nth + 1))
    return rows


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}:00"
