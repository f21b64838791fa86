"""Turn the tables of a feed into one timetable of arrays, with every fault of their contents found on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from outlet.findings import Remark
from siting.data.gtfs.calls import Calls, read_calls, read_frequencies
from siting.data.gtfs.days import Services, read_services
from siting.data.gtfs.stops import Stops, mode_of, read_stops
from siting.data.gtfs.tables import Feed
from siting.data.gtfs.values import NONE, Ints, Values, repeats_remark
from siting.settings.data import Mode

EXAMPLES = 5


@dataclass(frozen=True)
class Trips:
    """The trips of a feed, shape (t,): positions of routes and services, a number of the direction; NONE if unknown."""

    ids: tuple[str, ...]
    route: Ints
    service: Ints
    direction: Ints


@dataclass(frozen=True)
class Frequencies:
    """Trips repeated at a headway, shape (f,): position of the trip, first and last second, seconds between two."""

    trip: Ints
    start: Ints
    end: Ints
    headway: Ints


@dataclass(frozen=True)
class Timetable:
    """One feed as arrays; whatever refers to another table holds positions in it."""

    stops: Stops
    route_ids: tuple[str, ...]
    route_names: tuple[str, ...]
    modes: tuple[Mode, ...]
    trips: Trips
    calls: Calls
    services: Services
    frequencies: Frequencies

    def runs(self) -> Ints:
        """Return how often each trip leaves on a day it runs, shape (t,): once, or as often as its headways say."""
        runs = np.ones(len(self.trips.ids), dtype=np.int64)
        trip = self.frequencies.trip
        runs[trip] = 0
        leaves = -(-(self.frequencies.end - self.frequencies.start) // np.maximum(self.frequencies.headway, 1))
        np.add.at(runs, trip, leaves)
        return runs


def read_timetable(feed: Feed) -> Timetable:
    """Return the timetable; where the feed has faults it is only as whole as they let it be."""
    stops = read_stops(Values("stops", feed.tables["stops"], feed.faults), feed.remarks)
    route_first, names, modes = _read_routes(feed)
    services = read_services(feed)
    values = Values("trips", feed.tables["trips"], feed.faults)
    first, repeats = values.unique("trip_id", same_row_is_fine=True)
    feed.remarks += repeats_remark(feed.faults.name_of("trips"), repeats)
    rows = np.fromiter(first.values(), dtype=np.int64, count=len(first))
    listed = all(feed.faults.is_whole(table) for table in ("calendar", "calendar_dates"))
    trips = Trips(
        tuple(first),
        values.references("route_id", route_first, "routes")[rows],
        values.references("service_id", services.position if listed else {}, services.tables)[rows],
        _directions(values)[rows],
    )
    position = {name: at for at, name in enumerate(trips.ids)}
    calls = read_calls(Values("stop_times", feed.tables["stop_times"], feed.faults), stops.position, position)
    frequencies = Frequencies(
        *read_frequencies(Values("frequencies", feed.tables["frequencies"], feed.faults), position)
    )
    _tell_routes(feed, tuple(route_first), trips)
    _tell_trips(feed, trips, calls)
    if len(frequencies.trip):
        text = (
            f"frequencies.txt repeats {len(np.unique(frequencies.trip)):,} of {len(trips.ids):,} trips at "
            f"{len(frequencies.trip):,} headways; each of their departures is counted"
        )
        feed.remarks.append(Remark(feed.faults.feed, "frequencies-used", text))
    return Timetable(stops, tuple(route_first), names, modes, trips, calls, services, frequencies)


def _directions(values: Values) -> Ints:
    """Return a number of each row's direction, whatever its text; NONE where it has none."""
    column = values.table.column("direction_id")
    return np.where(column.is_empty(), NONE, column.codes).astype(np.int64)


def _read_routes(feed: Feed) -> tuple[Mapping[str, int], tuple[str, ...], tuple[Mode, ...]]:
    """Return the position of each route, what people call it (its short name, its long one or its id), and its mode."""
    values = Values("routes", feed.tables["routes"], feed.faults)
    first, repeats = values.unique("route_id", same_row_is_fine=True)
    feed.remarks += repeats_remark(feed.faults.name_of("routes"), repeats)
    column = values.table.column("route_type")
    kinds = [mode_of(value) for value in column.values]
    wrong = np.array([kind is None for kind in kinds], dtype=np.bool_)[column.codes]
    values.tell("route_type", "unknown-mode", wrong, "a route type of GTFS: 0 to 7, 11, 12 or 100 to 1799")
    modes = tuple(kinds[int(column.codes[row])] or "bus" for row in first.values())
    short, long = values.table.column("route_short_name"), values.table.column("route_long_name")
    names = tuple(short.text(row) or long.text(row) or name for name, row in first.items())
    return {name: at for at, name in enumerate(first)}, names, modes


def _tell_routes(feed: Feed, ids: tuple[str, ...], trips: Trips) -> None:
    idle = np.setdiff1d(np.arange(len(ids)), trips.route)
    if len(idle) and len(trips.ids):
        names = [ids[at] for at in idle.tolist()]
        text = f"{len(idle):,} of {len(ids):,} routes have no trip: {', '.join(names[:EXAMPLES])}"
        text += " …" if len(names) > EXAMPLES else ""
        feed.remarks.append(Remark(feed.faults.name_of("routes"), "routes-without-trips", text, tuple(names)))


def _tell_trips(feed: Feed, trips: Trips, calls: Calls) -> None:
    """Remark on trips nobody can ride: those that call at fewer than two stops."""
    number = np.bincount(calls.trip[calls.trip != NONE], minlength=len(trips.ids))
    short = np.flatnonzero(number < 2)
    if len(short) and len(calls.trip):
        text = f"{len(short):,} of {len(trips.ids):,} trips call at fewer than two stops and take nobody anywhere"
        rows = tuple(trips.ids[at] for at in short.tolist())
        feed.remarks.append(Remark(feed.faults.name_of("trips"), "trips-without-calls", text, rows))
