"""Count the departures of a timetable by stop, route and hour of a day.

Trips of frequencies.txt leave at the start of each row and every headway after it, before its end. A call past 24:00
belongs to the small hours of the next day. Calls where nobody can get on — the last of a trip, and those that only let
people off — count as service but not as departures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.data.gtfs.timetable import Timetable
from siting.data.gtfs.values import HOUR_S, Floats, Ints

DAY_H = 24
CHUNK = 1 << 13


@dataclass(frozen=True)
class ServiceHours:
    """Departures by service, stop, route and hour since the service day's midnight; one row each, shape (n,)."""

    service: Ints
    stop: Ints
    route: Ints
    hour: Ints
    departures: Ints


def service_hours(timetable: Timetable) -> ServiceHours:
    """Count the departures of one day on which a service runs, hours past 24 too."""
    calls, trips = timetable.calls, timetable.trips
    repeated = np.zeros(len(trips.ids), dtype=np.bool_)
    repeated[timetable.frequencies.trip] = True
    once = np.flatnonzero(~repeated[calls.trip])
    hour = (calls.second[once] // HOUR_S).astype(np.int64)
    more_call, more_hour, more_count = _repeated(timetable)
    call = np.concatenate([once, more_call])
    hours = np.concatenate([hour, more_hour])
    weight = np.concatenate([np.ones(len(once)), more_count]) * calls.boards[call]
    trip = calls.trip[call]
    slots = int(hours.max(initial=0)) + 1
    key = (trips.service[trip] * len(timetable.stops.ids) + calls.stop[call]) * len(timetable.route_ids)
    key = (key + trips.route[trip]) * slots + hours
    distinct, back = np.unique(key, return_inverse=True)
    total = np.bincount(back, weights=weight, minlength=len(distinct))
    rest, hour = np.divmod(distinct, slots)
    rest, route = np.divmod(rest, max(len(timetable.route_ids), 1))
    service, stop = np.divmod(rest, max(len(timetable.stops.ids), 1))
    return ServiceHours(service, stop, route, hour, np.rint(total).astype(np.int64))


def _repeated(timetable: Timetable) -> tuple[Ints, Ints, Floats]:
    """Return call, hour and number of departures of the trips that repeat at a headway."""
    calls, given = timetable.calls, timetable.frequencies
    first = np.searchsorted(calls.trip, given.trip, side="left")
    number = np.searchsorted(calls.trip, given.trip, side="right") - first
    row = np.repeat(np.arange(len(given.trip)), number)
    within = np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number)
    call = first[row] + within
    base = given.start[row] + calls.second[call] - calls.second[first[row]]
    leaves = -(-(given.end - given.start) // given.headway)[row]
    parts = [
        _by_hour(
            call[at : at + CHUNK], base[at : at + CHUNK], given.headway[row[at : at + CHUNK]], leaves[at : at + CHUNK]
        )
        for at in range(0, len(call), CHUNK)
    ]
    if not parts:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    calls_of, hours, counts = (np.concatenate(each) for each in zip(*parts, strict=True))
    return calls_of, hours, counts


def _by_hour(call: Ints, base: Floats, headway: Ints, leaves: Ints) -> tuple[Ints, Ints, Floats]:
    """Count by hour the times base + k·headway, 0 ≤ k < leaves: those before each full hour, then their differences."""
    last = base + (leaves - 1) * headway
    edges = np.arange(int(base.min() // HOUR_S), int(last.max() // HOUR_S) + 2)
    before = np.ceil((edges * float(HOUR_S) - base[:, None]) / headway[:, None])
    count = np.diff(np.clip(before, 0, leaves[:, None]), axis=1)
    which, hour = np.nonzero(count)
    return call[which], (edges[hour]).astype(np.int64), count[which, hour]


def hours_of_day(timetable: Timetable, counted: ServiceHours, days: tuple[int, ...]) -> tuple[Ints, Ints]:
    """Count departures by stop, route and hour of some dates.

    Parameters
    ----------
    timetable, counted
        The timetable and its departures by service.
    days
        Ordinals of dates.

    Returns
    -------
    key
        Shape (n, 3): stop, route and hour 0 to 23, sorted; every stop, route and hour with a call on any of the days.
    departures
        Shape (n, len(days)).
    """
    back, hour = np.divmod(counted.hour, DAY_H)
    runs = np.zeros((len(counted.hour), len(days)), dtype=np.bool_)
    for at, day in enumerate(days):
        for days_before in np.unique(back).tolist():
            of_day = back == days_before
            runs[of_day, at] = timetable.services.running(day - days_before)[counted.service[of_day]]
    seen = runs.any(axis=1)
    rows = np.column_stack([counted.stop, counted.route, hour])[seen]
    if not len(rows):
        return np.zeros((0, 3), dtype=np.int64), np.zeros((0, len(days)), dtype=np.int64)
    key, where = np.unique(rows, axis=0, return_inverse=True)
    departures = np.zeros((len(key), len(days)), dtype=np.int64)
    np.add.at(departures, where.ravel(), counted.departures[seen, None] * runs[seen])
    return key, departures
