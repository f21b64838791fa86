"""Count how often each route leaves each stop in its better direction, within a window of a working day.

A trip counts once at a place, a station with its platforms: at its first call there where people can get on.
Departures are counted by direction (direction_id of trips.txt); the direction with most of them stands for the route.
Where a trip has no direction its platform stands for one, since two directions seldom share a platform.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from siting.data.files.source import Source
from siting.data.gtfs.feed import read_counted
from siting.data.gtfs.timetable import Timetable
from siting.data.gtfs.values import HOUR_S, NONE, Floats, Ints
from siting.settings.data import Mode

DAY_S = 24 * HOUR_S
Csr = sparse.csr_array[np.float64]


@dataclass(frozen=True)
class PeakService:
    """How often routes leave within a window of the working day.

    Parameters
    ----------
    day
        The working day counted.
    stop_ids
        The stops that `siting.data.gtfs.feed.read_gtfs` returns, shape (s,), sorted.
    route_ids, route_names, modes
        Every route of the feed, shape (r,); names are what people call them.
    per_hour
        Departures per hour in the better direction, shape (s, r); explicit entries above 0.
    """

    day: dt.date
    stop_ids: tuple[str, ...]
    route_ids: tuple[str, ...]
    route_names: tuple[str, ...]
    modes: tuple[Mode, ...]
    per_hour: Csr


def read_peak(source: Source, as_of: dt.date, window_s: tuple[int, int]) -> PeakService:
    """Return a feed's service within a window of the day that stands for working days.

    Parameters
    ----------
    source
        The zip.
    as_of
        The project's date.
    window_s
        Beginning and end of the window, seconds since midnight; a departure at the end is outside.

    Raises
    ------
    TableError
        Every fault of the feed at once.
    """
    counted = read_counted(source, as_of)
    timetable = counted.timetable
    places = np.unique(counted.departures.station)
    ids = [timetable.stops.ids[at] for at in places.tolist()]
    rank = np.argsort(np.array(ids, dtype=object), kind="stable")
    place, route, number = count_window(timetable, counted.working, window_s)
    column = np.full(len(timetable.stops.ids), NONE, dtype=np.int64)
    column[places[rank]] = np.arange(len(places))
    shape = (len(places), len(timetable.route_ids))
    per_hour = sparse.csr_array((number * (HOUR_S / (window_s[1] - window_s[0])), (column[place], route)), shape=shape)
    return PeakService(
        dt.date.fromordinal(counted.working),
        tuple(ids[at] for at in rank.tolist()),
        timetable.route_ids,
        timetable.route_names,
        timetable.modes,
        per_hour,
    )


def count_window(timetable: Timetable, day: int, window_s: tuple[int, int]) -> tuple[Ints, Ints, Floats]:
    """Return place, route and departures in the better direction within a window of a date, each pair once.

    ``day`` is the date's ordinal; trips of earlier days that still run, past 24:00, count too.
    """
    stops, trips = timetable.stops, timetable.trips
    leaves = _leaves_within(timetable, day, window_s)
    call = np.flatnonzero(timetable.calls.boards)
    stop, trip = timetable.calls.stop[call], timetable.calls.trip[call]
    # A direction of a station, or else a platform: numbers of the two never meet.
    way = np.where(trips.direction[trip] == NONE, stop, len(stops.ids) + trips.direction[trip])
    way += stops.station[stop] * (len(stops.ids) + int(trips.direction.max(initial=0)) + 1)
    _, first = np.unique(trip * (int(way.max(initial=0)) + 1) + way, return_index=True)
    first = first[leaves[call[first]] > 0]
    call, way = call[first], way[first]
    station, route = stops.station[timetable.calls.stop[call]], trips.route[timetable.calls.trip[call]]
    rows, back = np.unique(np.column_stack([station, route, way]), axis=0, return_inverse=True)
    total = np.bincount(back.ravel(), weights=leaves[call], minlength=len(rows))
    pairs, back = np.unique(rows[:, :2], axis=0, return_inverse=True)
    most = np.zeros(len(pairs))
    np.maximum.at(most, back.ravel(), total)
    return pairs[:, 0], pairs[:, 1], most


def _leaves_within(timetable: Timetable, day: int, window_s: tuple[int, int]) -> Floats:
    """Return how often each call leaves within the window, shape (c,)."""
    calls, trips = timetable.calls, timetable.trips
    leaves = np.zeros(len(calls.trip))
    repeated = np.zeros(len(trips.ids), dtype=np.bool_)
    repeated[timetable.frequencies.trip] = True
    row_call, base, headway, times = _repeats(timetable)
    latest = max(float(calls.second.max(initial=0)), float((base + times * headway).max(initial=0)))
    for back in range(int(latest // DAY_S) + 1):
        runs = timetable.services.running(day - back)[trips.service]
        low, high = (second + back * DAY_S for second in window_s)
        leaves += (calls.second >= low) & (calls.second < high) & (runs & ~repeated)[calls.trip]
        before = [np.clip(np.ceil((edge - base) / headway), 0, times) for edge in (low, high)]
        live = runs[calls.trip[row_call]]
        np.add.at(leaves, row_call[live], (before[1] - before[0])[live])
    return leaves


def _repeats(timetable: Timetable) -> tuple[Ints, Floats, Floats, Floats]:
    """Return call, first departure, headway and number of departures of each row of frequencies at each call."""
    calls, given = timetable.calls, timetable.frequencies
    first = np.searchsorted(calls.trip, given.trip, side="left")
    number = np.searchsorted(calls.trip, given.trip, side="right") - first
    row = np.repeat(np.arange(len(given.trip)), number)
    call = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number)
    base = given.start[row] + calls.second[call] - calls.second[first[row]]
    times = -(-(given.end - given.start) // given.headway)[row]
    return call, base, given.headway[row].astype(np.float64), times.astype(np.float64)
