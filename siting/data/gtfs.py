"""Read stops and how often they are served from a GTFS timetable (General Transit Feed Specification, gtfs.org).

A day's departures are those of the services that run on it, from calendar.txt and calendar_dates.txt; trips of
frequencies.txt are repeated at their headway; a time past 24:00 belongs to the small hours of the next day, and so
counts there. Platforms are merged into their parent station. The day is the working day, Monday to Friday, with the
median number of trips in the week of the project's ``as_of``, or in the feed's busiest week where the feed does not
cover it, which the notes tell.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from outlet.errors import Fault, TableError
from siting.data.read import Source
from siting.settings.data import Mode, StopSettings

HOUR_S = 3600
DAY_S = 24 * HOUR_S
WEEKS_SEEN = 520
TABLE_BYTES = 2 << 30
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PRIORITY: tuple[Mode, ...] = ("rail", "metro", "tram", "ferry", "bus")
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

Days = Mapping[dt.date, frozenset[str]]


@dataclass(frozen=True)
class Timetable:
    """The tables of one feed, all cells text."""

    stops: pd.DataFrame
    routes: pd.DataFrame
    trips: pd.DataFrame
    stop_times: pd.DataFrame
    calendar: pd.DataFrame
    exceptions: pd.DataFrame
    frequencies: pd.DataFrame


NEEDED = {
    "stops": ("stop_id", "stop_name", "stop_lat", "stop_lon"),
    "routes": ("route_id", "route_type"),
    "trips": ("trip_id", "route_id", "service_id"),
    "stop_times": ("trip_id", "stop_id", "stop_sequence", "departure_time"),
}
OPTIONAL = {
    "calendar": ("service_id", *WEEKDAYS, "start_date", "end_date"),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
}


def read_gtfs(source: Source, settings: StopSettings, as_of: dt.date) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the stops served on a typical working day and notes on how the day was found.

    Returns
    -------
    stops
        ``id``, ``name``, ``mode``, ``station``, ``departures_per_hour`` over the settings' hours; points in WGS 84;
        parent stations stand for their platforms.
    notes
        What was assumed.

    Raises
    ------
    TableError
        When the zip or one of its tables cannot be read.
    """
    feed = _read_feed(source)
    days = _service_days(source, feed)
    day, notes = _typical_day(source, feed, days, as_of)
    events = _departures(feed, days, day, (settings.from_hour, settings.to_hour))
    stops = _stations(feed)
    served = _merge_stations(source, feed, stops, events, settings.to_hour - settings.from_hour)
    merged = stops["station"].nunique()
    notes.append(f"{source.name}: departures are those of {day}; {len(stops)} stops and platforms are {merged} places")
    if merged > len(served):
        notes.append(f"{source.name}: {merged - len(served)} places have no trip on {day} and were left out")
    return served, notes


def _read_feed(source: Source) -> Timetable:
    if not source.path.is_file():
        raise TableError([source.fault("missing-file", "no such file", "a GTFS zip", "Correct the path.")])
    try:
        with zipfile.ZipFile(source.path) as archive:
            tables = {name: _read_table(source, archive, name, columns) for name, columns in NEEDED.items()}
            names = set(archive.namelist())
            tables |= {
                name: _read_table(source, archive, name, columns)
                if f"{name}.txt" in names
                else pd.DataFrame(columns=list(columns), dtype="str")
                for name, columns in OPTIONAL.items()
            }
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise TableError([source.fault("unreadable", str(error), "a GTFS zip")]) from error
    return Timetable(
        stops=tables["stops"],
        routes=tables["routes"],
        trips=tables["trips"],
        stop_times=tables["stop_times"],
        calendar=tables["calendar"],
        exceptions=tables["calendar_dates"],
        frequencies=tables["frequencies"],
    )


def _read_table(source: Source, archive: zipfile.ZipFile, name: str, columns: Sequence[str]) -> pd.DataFrame:
    member = f"{name}.txt"
    try:
        info = archive.getinfo(member)
    except KeyError as error:
        found = f"no {member} in the zip"
        raise TableError([source.fault("missing-file", found, f"{member}, which GTFS requires")]) from error
    if info.file_size > TABLE_BYTES:
        raise TableError([source.fault("too-large", f"{member} of {info.file_size} bytes", "at most 2 GB")])
    optional = {"stops": ("parent_station",)}.get(name, ())
    data = archive.read(member).removeprefix(b"\xef\xbb\xbf")
    try:
        header = next(iter(pd.read_csv(io.BytesIO(data), nrows=0, dtype=str).columns.str.strip() for _ in (0,)))
        known = [str(column) for column in header]
        table = pa_csv.read_csv(
            io.BytesIO(data),
            read_options=pa_csv.ReadOptions(column_names=known, skip_rows=1),
            convert_options=pa_csv.ConvertOptions(
                include_columns=[column for column in (*columns, *optional) if column in known],
                column_types=dict.fromkeys(known, pa.string()),
                strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, ValueError) as error:
        raise TableError([source.fault("unreadable", f"{member}: {error}", "a CSV table in UTF-8")]) from error
    missing = [column for column in columns if column not in known]
    if missing and not (name == "stops" and missing == ["stop_name"]):
        raise TableError(
            [source.fault("missing-column", f"{member} without {column}", column, column=column) for column in missing]
        )
    return pd.DataFrame({name: pd.Series(table[name].to_pylist(), dtype="str") for name in table.column_names})


def _service_days(source: Source, feed: Timetable) -> Days:
    """Return for each date the services that run on it."""
    days: dict[dt.date, set[str]] = {}
    for row in feed.calendar.itertuples(index=False):
        values = dict(zip(feed.calendar.columns, (str(cell).strip() for cell in row), strict=True))
        first, last = _date(source, values["start_date"]), _date(source, values["end_date"])
        span = min((last - first).days, WEEKS_SEEN * 7)
        for offset in range(span + 1):
            date = first + dt.timedelta(days=offset)
            if values[WEEKDAYS[date.weekday()]] == "1":
                days.setdefault(date, set()).add(values["service_id"])
    for service, text, kind in feed.exceptions.itertuples(index=False):
        running = days.setdefault(_date(source, str(text)), set())
        if str(kind).strip() == "1":
            running.add(str(service).strip())
        else:
            running.discard(str(service).strip())
    return {date: frozenset(services) for date, services in sorted(days.items())}


def _date(source: Source, text: str) -> dt.date:
    try:
        return dt.datetime.strptime(text.strip(), "%Y%m%d").date()
    except ValueError as error:
        raise TableError([source.fault("not-a-date", repr(text), "a date such as 20260501")]) from error


def _typical_day(source: Source, feed: Timetable, days: Days, as_of: dt.date) -> tuple[dt.date, list[str]]:
    trips = feed.trips["service_id"].str.strip().value_counts()
    count = {date: int(sum(trips.get(service, 0) for service in services)) for date, services in days.items()}
    weeks: dict[dt.date, int] = {}
    for date, number in count.items():
        if date.weekday() < 5:
            monday = date - dt.timedelta(days=date.weekday())
            weeks[monday] = weeks.get(monday, 0) + number
    if not any(weeks.values()):
        raise TableError([source.fault("no-service", "no trip on any working day", "a timetable with trips")])
    monday = as_of - dt.timedelta(days=as_of.weekday())
    notes = []
    if not weeks.get(monday):
        first, last = min(days), max(days)
        busiest = min(weeks, key=lambda week: (-weeks[week], week))
        notes.append(
            f"{source.name}: the timetable ({first} to {last}) has no trips in the week of {as_of}; "
            f"its busiest week, from {busiest}, is used"
        )
        monday = busiest
    week = [monday + dt.timedelta(days=offset) for offset in range(5)]
    ranked = sorted(week, key=lambda date: (count.get(date, 0), date))
    running = [date for date in ranked if count.get(date, 0) > 0]
    return running[len(running) // 2], notes


def _departures(feed: Timetable, days: Days, day: dt.date, hours: tuple[int, int]) -> pd.DataFrame:
    """Return stop_id, route_id and the number of departures within the hours of the day, a row per stop and route."""
    low, high = hours[0] * HOUR_S, hours[1] * HOUR_S
    service = feed.trips["service_id"].str.strip()
    today = service.isin(days.get(day, frozenset())).to_numpy()
    before = service.isin(days.get(day - dt.timedelta(days=1), frozenset())).to_numpy()
    running = feed.trips[today | before]
    calls = feed.stop_times[feed.stop_times["trip_id"].isin(running["trip_id"])].copy()
    calls["sequence"] = pd.to_numeric(calls["stop_sequence"], errors="coerce").fillna(0)
    calls = calls.sort_values(["trip_id", "sequence"], kind="stable")
    calls["second"] = _fill(_seconds(calls["departure_time"]))
    calls["last"] = (calls["trip_id"] != calls["trip_id"].shift(-1)).to_numpy()
    trip = np.asarray(pd.Index(feed.trips["trip_id"]).get_indexer(pd.Index(calls["trip_id"])), dtype=np.int64)
    calls["route_id"] = feed.trips["route_id"].to_numpy()[trip]
    calls["count"] = np.zeros(len(calls), dtype=np.int64)
    repeated = calls["trip_id"].isin(feed.frequencies["trip_id"]).to_numpy()
    second = calls["second"].to_numpy()
    for runs, shift in ((today[trip], 0), (before[trip], DAY_S)):
        within = runs & ~repeated & (second - shift >= low) & (second - shift < high)
        calls["count"] += within.astype(np.int64)
        if repeated.any():
            calls["count"] += _repeated(calls, feed.frequencies, runs & repeated, (low + shift, high + shift))
    calls.loc[calls["last"], "count"] = 0
    calls = calls[today[trip] | (calls["count"] > 0).to_numpy()]
    return pd.DataFrame(calls.groupby(["stop_id", "route_id"], as_index=False, sort=True)["count"].sum())


def _repeated(
    calls: pd.DataFrame, frequencies: pd.DataFrame, runs: NDArray[np.bool_], window: tuple[int, int]
) -> NDArray[np.int64]:
    """Count departures within the window of the calls of trips that repeat at a headway, shape of ``calls``."""
    total = np.zeros(len(calls), dtype=np.int64)
    first = calls.groupby("trip_id")["second"].transform("min").to_numpy()
    offset = calls["second"].to_numpy() - first
    rows = calls.groupby("trip_id").indices
    starts, ends = _seconds(frequencies["start_time"]), _seconds(frequencies["end_time"])
    headways = pd.to_numeric(frequencies["headway_secs"], errors="coerce").to_numpy(np.float64)
    for trip, start, end, headway in zip(frequencies["trip_id"], starts, ends, headways, strict=True):
        if trip not in rows or not headway > 0 or not end > start:
            continue
        at = np.asarray(rows[trip], dtype=np.int64)
        at = at[runs[at]]
        leaving = np.arange(start, end, headway)
        times = leaving[None, :] + offset[at][:, None]
        total[at] += ((times >= window[0]) & (times < window[1])).sum(axis=1)
    return total


def _stations(feed: Timetable) -> pd.DataFrame:
    """Return the stops by id with the ``station`` each belongs to: its parent, or itself."""
    stops = feed.stops.drop_duplicates("stop_id").set_index("stop_id")
    parent = stops["parent_station"].str.strip() if "parent_station" in stops else pd.Series("", index=stops.index)
    return stops.assign(station=parent.where((parent != "") & parent.isin(stops.index), stops.index.to_series()))


def _merge_stations(
    source: Source, feed: Timetable, stops: pd.DataFrame, events: pd.DataFrame, hours: int
) -> gpd.GeoDataFrame:
    station = stops["station"]
    events = events[events["stop_id"].isin(stops.index)].copy()
    events["station"] = station[events["stop_id"]].to_numpy()
    kinds = feed.routes.drop_duplicates("route_id").set_index("route_id")["route_type"].map(_mode)
    events["rank"] = events["route_id"].map(kinds).map({mode: at for at, mode in enumerate(PRIORITY)}).fillna(4)
    merged = events.groupby("station", sort=True).agg(count=("count", "sum"), rank=("rank", "min"))
    place = stops.loc[merged.index]
    x, y = (pd.to_numeric(place[name], errors="coerce").to_numpy(np.float64) for name in ("stop_lon", "stop_lat"))
    bad = ~(np.isfinite(x) & np.isfinite(y)) | ((x == 0) & (y == 0))
    if bad.any():
        raise TableError(
            [
                Fault(source.name, "zero-coordinates", "no coordinates", "stop_lon and stop_lat", row=str(stop))
                for stop in merged.index[bad]
            ]
        )
    modes = [PRIORITY[int(rank)] for rank in merged["rank"]]
    is_parent = merged.index.isin(station[station != station.index])
    data = {
        "id": merged.index.astype("str"),
        "name": (place["stop_name"] if "stop_name" in place else merged.index.to_series()).str.strip().to_numpy(),
        "mode": pd.array(modes, dtype="str"),
        "station": [
            mode in ("rail", "metro") or (mode == "tram" and up) for mode, up in zip(modes, is_parent, strict=True)
        ],
        "departures_per_hour": np.round(merged["count"].to_numpy() / hours, 3),
    }
    return gpd.GeoDataFrame(pd.DataFrame(data), geometry=gpd.points_from_xy(x, y), crs="EPSG:4326")


def _is_station(mode: Mode, has_platforms: bool) -> bool:
    return mode in ("rail", "metro") or (mode == "tram" and has_platforms)


def _mode(text: str) -> Mode:
    try:
        kind = int(text)
    except ValueError:
        return "bus"
    return BASIC_TYPES.get(kind) or EXTENDED_TYPES.get(kind // 100) or "bus"


def _seconds(times: pd.Series) -> NDArray[np.float64]:
    """Return seconds since midnight of HH:MM:SS texts, past 24:00 too; NaN where empty or wrong."""
    codes, distinct = pd.factorize(times.to_numpy(dtype=object))
    parts = pd.Series(distinct, dtype="str").str.strip().str.split(":", expand=True).reindex(columns=range(3))
    values = [pd.to_numeric(parts[at], errors="coerce").to_numpy(np.float64) for at in range(3)]
    seconds = values[0] * HOUR_S + values[1] * 60 + np.nan_to_num(values[2])
    return np.append(seconds, np.nan)[codes]


def _fill(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill times left empty between timed calls of a trip by straight interpolation, as the specification allows."""
    known = np.flatnonzero(np.isfinite(seconds))
    if len(known) in (0, len(seconds)):
        return seconds
    return np.interp(np.arange(len(seconds)), known, seconds[known])
