"""Read stops and how often they are served from a GTFS timetable (General Transit Feed Specification, gtfs.org).

The door to `gtfs_tables` (the zip), `gtfs_timetable` (its contents and their faults), `gtfs_days` (which day stands for
a working day) and `gtfs_departures` (what leaves when). Platforms are merged into their parent station.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outlet.errors import TableError
from outlet.findings import Remark
from siting.data.gtfs.days import ChosenDays, choose_days
from siting.data.gtfs.departures import DAY_H, hours_of_day, service_hours
from siting.data.gtfs.stops import Stops
from siting.data.gtfs.tables import Feed, read_feed
from siting.data.gtfs.timetable import Timetable, read_timetable
from siting.data.gtfs.values import Ints
from siting.data.read import Source
from siting.settings.data import Mode, StopSettings

PRIORITY: tuple[Mode, ...] = ("rail", "metro", "tram", "ferry", "bus")
TOLD = 20
KEPT_CALLS = 5_000_000


@dataclass(frozen=True)
class Departures:
    """Departures of one feed by stop, route and hour of a working day, a Saturday and a Sunday.

    Parameters
    ----------
    days
        The dates: the typical working day, and the Saturday and Sunday of its week, or the nearest with trips.
    stops
        Every stop of the feed with its coordinates and ``station``, the position of the stop that stands for it.
    route_ids, modes
        Every route of the feed, shape (r,).
    stop, route, hour
        Shape (n,): positions of a stop and a route, and an hour 0 to 23; sorted, each once. A stop and route where
        nobody can get on, since trips end there, has a row too.
    departures
        Shape (n, 3): departures within the hour on each of the days.
    remarks
        Oddities of the feed that are no faults.
    """

    days: tuple[dt.date, dt.date, dt.date]
    stops: Stops
    route_ids: tuple[str, ...]
    modes: tuple[Mode, ...]
    stop: Ints
    route: Ints
    hour: Ints
    departures: Ints
    remarks: tuple[Remark, ...]

    @property
    def station(self) -> Ints:
        """Shape (n,): the position of the stop that stands for each row's stop, its station where it has one."""
        return self.stops.station[self.stop]

    def per_hour(self, hours: tuple[int, int]) -> Ints:
        """Return departures of the working day within some hours, shape (n,): those of rows outside are 0.

        ``hours`` are from and to, to 30: 24 and on are the small hours, which the same day stands for.
        """
        within = np.bincount(np.arange(*hours) % DAY_H, minlength=DAY_H)
        return self.departures[:, 0] * within[self.hour]

    def table(self) -> pd.DataFrame:
        """Return station_id, stop_id, route_id, mode, hour and departures on working, saturday and sunday, by rows."""
        ids, routes = np.array(self.stops.ids, dtype=object), np.array(self.route_ids, dtype=object)
        columns = {
            "station_id": ids[self.station],
            "stop_id": ids[self.stop],
            "route_id": routes[self.route],
            "mode": np.array(self.modes, dtype=object)[self.route],
            "hour": self.hour,
        }
        counts = {name: self.departures[:, at] for at, name in enumerate(("working", "saturday", "sunday"))}
        return pd.DataFrame(columns | counts)


@dataclass(frozen=True)
class Counted:
    """A feed's timetable, the ordinal of its working day, and the departures counted from it."""

    timetable: Timetable
    working: int
    departures: Departures


_counted: dict[tuple[str, str, int, int, dt.date], Counted] = {}


def read_counted(source: Source, as_of: dt.date) -> Counted:
    """Return a feed counted, or what was read of it before, if it has not changed since; raises `read_departures`.

    The last feeds are kept while they have no more than ``KEPT_CALLS`` calls together.
    """
    stat = source.path.stat() if source.path.is_file() else None
    key = None if stat is None else (str(source.path.resolve()), source.name, stat.st_size, stat.st_mtime_ns, as_of)
    if key is not None and key in _counted:
        return _counted[key]
    feed, timetable, chosen = open_timetable(source, as_of)
    counted = Counted(timetable, chosen.working, count_departures(feed, timetable, chosen))
    if key is not None:
        _counted[key] = counted
        while sum(len(kept.timetable.calls.trip) for kept in _counted.values()) > KEPT_CALLS:
            del _counted[next(iter(_counted))]
    return counted


def read_departures(source: Source, as_of: dt.date) -> Departures:
    """Return a feed's departures by stop, route and hour.

    Raises
    ------
    TableError
        Every fault of the feed at once; rows are data rows, the first is 1.
    """
    return read_counted(source, as_of).departures


def open_timetable(source: Source, as_of: dt.date) -> tuple[Feed, Timetable, ChosenDays]:
    """Return a feed, its timetable and the days that stand for others; raises as `read_departures`."""
    feed = read_feed(source)
    timetable = read_timetable(feed)
    chosen = None
    if not feed.faults:
        weight = np.bincount(
            timetable.trips.service, weights=timetable.runs(), minlength=len(timetable.services.position)
        )
        chosen = choose_days(feed, timetable.services, np.rint(weight).astype(np.int64), as_of)
    if chosen is None:
        raise TableError(feed.faults.found)
    return feed, timetable, chosen


def count_departures(feed: Feed, timetable: Timetable, chosen: ChosenDays) -> Departures:
    """Return the departures of the days chosen by stop, route and hour."""
    days = (chosen.working, chosen.saturday, chosen.sunday)
    key, departures = hours_of_day(timetable, service_hours(timetable), days)
    working, saturday, sunday = (dt.date.fromordinal(day) for day in days)
    remarks = [*feed.remarks, *_tell_places(feed.faults.feed, timetable.stops, key, departures[:, 0], working)]
    return Departures(
        (working, saturday, sunday),
        timetable.stops,
        timetable.route_ids,
        timetable.modes,
        key[:, 0],
        key[:, 1],
        key[:, 2],
        departures,
        tuple(remarks),
    )


def _tell_places(name: str, stops: Stops, key: Ints, working: Ints, day: dt.date) -> list[Remark]:
    remarks = [Remark(name, "typical-day", f"departures are those of {day:%A} {day}")]
    own = np.arange(len(stops.ids))
    places = np.unique(stops.station[stops.kind == 0])
    if (stops.station != own).any():
        text = f"{int((stops.kind == 0).sum()):,} stops and platforms are merged into {len(places):,} places"
        remarks.append(Remark(name, "stops-merged", text))
    idle = np.setdiff1d(places, stops.station[key[:, 0]])
    if len(idle):
        text = f"{len(idle):,} places have no trip on {day} and were left out"
        remarks.append(Remark(name, "stops-unserved", text, tuple(stops.ids[at] for at in idle[:TOLD].tolist())))
    return remarks


def read_gtfs(source: Source, settings: StopSettings, as_of: dt.date) -> tuple[gpd.GeoDataFrame, list[Remark]]:
    """Return the stops served on a typical working day and remarks on how the day was found.

    Returns
    -------
    stops
        ``id``, ``name``, ``mode``, ``station``, ``departures_per_hour`` over the settings' hours; points in WGS 84;
        parent stations stand for their platforms.
    remarks
        Oddities that are no faults, and what was assumed.

    Raises
    ------
    TableError
        Every fault of the feed at once.
    """
    read = read_departures(source, as_of)
    count = read.per_hour((settings.from_hour, settings.to_hour))
    rank = np.array([PRIORITY.index(mode) for mode in read.modes], dtype=np.int64)[read.route]
    places, back = np.unique(read.station, return_inverse=True)
    best = np.full(len(places), len(PRIORITY), dtype=np.int64)
    np.minimum.at(best, back, rank)
    modes = np.array(PRIORITY, dtype=object)[best]
    total = np.bincount(back, weights=count, minlength=len(places))
    data = {
        "id": _texts(read.stops.ids, places),
        "name": _texts(read.stops.names, places),
        "mode": pd.array(modes.tolist(), dtype="str"),
        "station": np.isin(modes, ("rail", "metro")) | ((modes == "tram") & _has_platforms(read.stops)[places]),
        "departures_per_hour": np.round(total / (settings.to_hour - settings.from_hour), 3),
    }
    points = gpd.points_from_xy(read.stops.lon[places], read.stops.lat[places])
    frame = gpd.GeoDataFrame(pd.DataFrame(data), geometry=points, crs="EPSG:4326")
    return frame.sort_values("id", kind="stable", ignore_index=True), list(read.remarks)


def _texts(all_texts: tuple[str, ...], positions: Ints) -> pd.api.extensions.ExtensionArray:
    return pd.array([all_texts[at] for at in positions.tolist()], dtype="str")


def _has_platforms(stops: Stops) -> NDArray[np.bool_]:
    found = np.zeros(len(stops.ids), dtype=np.bool_)
    found[stops.station[stops.station != np.arange(len(stops.ids))]] = True
    return found
