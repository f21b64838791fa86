"""Say which services run on which day, and which day of a feed stands for a working day.

A day's services are those of calendar.txt with the exceptions of calendar_dates.txt. The typical working day is the
one, Monday to Friday, with the median number of trips in the week of the project's ``as_of``, or in the feed's busiest
week, of equal ones the nearest, where no trip runs in that one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outlet.findings import Remark
from siting.data.gtfs.tables import WEEKDAYS, Feed
from siting.data.gtfs.values import Floats, Ints, Values, repeats_remark

WORKING_DAYS = 5
WEEK = 7
YEARS_SEEN_DAYS = 3660
FLAGS = {"0": 0, "1": 1}
EXCEPTIONS = {"1": 1, "2": 2}


@dataclass(frozen=True)
class Services:
    """When services run.

    Parameters
    ----------
    position
        Position of each service id, of calendar.txt first.
    tables
        How messages name where services are listed.
    first, last
        Shape (k,): ordinals of the first and last date of the services of calendar.txt.
    flags
        Shape (k, 7): whether they run on a weekday, Monday first.
    exceptions
        Shape (e, 3): position of a service, ordinal of a date, 1 added or 2 taken away.
    """

    position: Mapping[str, int]
    tables: str
    first: Ints
    last: Ints
    flags: NDArray[np.bool_]
    exceptions: Ints

    def running(self, day: int) -> NDArray[np.bool_]:
        """Return which services run on a date given by its ordinal, shape (services,)."""
        runs = np.zeros(len(self.position), dtype=np.bool_)
        regular = (self.first <= day) & (day <= self.last) & self.flags[:, (day - 1) % WEEK]
        runs[: len(self.first)] = regular
        today = self.exceptions[self.exceptions[:, 1] == day]
        runs[today[:, 0]] = today[:, 2] == 1
        return runs

    def trips_by_day(self, weight: Ints, as_of: int) -> tuple[int, Ints]:
        """Return the first ordinal and, from there, how many trips run on each date.

        Parameters
        ----------
        weight
            Shape (services,): trips of each service on a day it runs.
        as_of
            Ordinal of the project's date: calendars are followed for ten years beyond it.
        """
        starts = np.concatenate([self.first, self.exceptions[:, 1]])
        if not len(starts):
            return as_of, np.zeros(0, dtype=np.int64)
        low = int(starts.min())
        ends = np.concatenate([self.last, self.exceptions[:, 1]])
        high = min(int(ends.max()), max(as_of, int(starts.max())) + YEARS_SEEN_DAYS)
        size = max(high - low + 1, 1)
        rises = np.zeros((WEEK, size + 1), dtype=np.int64)
        shown = (self.flags * weight[: len(self.first), None]).T
        live = self.last >= self.first
        stop = np.clip(self.last - low + 1, 0, size)
        for weekday in range(WEEK):
            np.add.at(rises[weekday], (self.first - low)[live], shown[weekday][live])
            np.add.at(rises[weekday], stop[live], -shown[weekday][live])
        days = np.arange(low, low + size)
        count = np.cumsum(rises, axis=1)[(days - 1) % WEEK, np.arange(size)]
        service, date, kind = self.exceptions.T
        regular = np.zeros(len(service), dtype=np.bool_)
        known = service < len(self.first)
        at, on = service[known], date[known]
        regular[known] = (self.first[at] <= on) & (on <= self.last[at]) & self.flags[at, (on - 1) % WEEK]
        change = ((kind == 1) & ~regular).astype(np.int64) - ((kind == 2) & regular).astype(np.int64)
        np.add.at(count, date - low, change * weight[service])
        return low, count


def read_services(feed: Feed) -> Services:
    """Return the services of calendar.txt and calendar_dates.txt; their faults and remarks are told."""
    values = Values("calendar", feed.tables["calendar"], feed.faults)
    first_row, repeats = values.unique("service_id", same_row_is_fine=True)
    feed.remarks += repeats_remark(feed.faults.name_of("calendar"), repeats)
    expected = "1 (runs) or 0 (does not)"
    flags = np.column_stack([values.choices(day, FLAGS, "not-a-flag", expected) == 1 for day in WEEKDAYS])
    first, last = values.dates("start_date"), values.dates("end_date")
    values.tell("end_date", "date-order", (first > 0) & (last > 0) & (last < first), "an end not before the start")
    rows = np.fromiter(first_row.values(), dtype=np.int64, count=len(first_row))
    position = {name: at for at, name in enumerate(first_row)}
    dates = Values("calendar_dates", feed.tables["calendar_dates"], feed.faults)
    exceptions = _read_exceptions(dates, position)
    listed = [f"{name}.txt" for name in ("calendar", "calendar_dates") if feed.tables[name].rows]
    tables = " or ".join(listed).removesuffix(".txt") or "calendar"
    bounded = np.maximum(first[rows], 1), np.maximum(last[rows], 0)
    return Services(position, tables, *bounded, flags[rows], exceptions)


def _read_exceptions(values: Values, position: dict[str, int]) -> Ints:
    """Return the exceptions, each once, and add services that only they list to the positions."""
    column = values.ids("service_id")
    for value in column.values:
        if value:
            position.setdefault(value, len(position))
    service = np.array([position.get(value, 0) for value in column.values], dtype=np.int64)[column.codes]
    date = values.dates("date")
    kind = values.choices("exception_type", EXCEPTIONS, "out-of-range", "1 (added) or 2 (taken away)")
    sound = np.flatnonzero((date > 0) & (kind > 0) & ~column.is_empty())
    rows = np.column_stack([service, date, kind])[sound]
    exceptions = np.unique(rows, axis=0)
    both = (np.diff(exceptions[:, :2], axis=0) == 0).all(axis=1)
    if both.any():
        clash = {tuple(pair) for pair in exceptions[1:][both][:, :2].tolist()}
        wrong = np.zeros(values.table.rows, dtype=np.bool_)
        wrong[[row for row in sound.tolist() if (int(service[row]), int(date[row])) in clash]] = True
        values.tell("exception_type", "duplicate-id", wrong, "a service on a date either added or taken away")
    return exceptions


@dataclass(frozen=True)
class ChosenDays:
    """The days that stand for a working day, a Saturday and a Sunday, in one week where it has all: ordinals."""

    working: int
    saturday: int
    sunday: int


def choose_days(feed: Feed, services: Services, weight: Ints, as_of: dt.date) -> ChosenDays | None:
    """Return the days, or None with a fault where no trip runs on any working day."""
    today = as_of.toordinal()
    low, count = services.trips_by_day(weight, today)
    days = np.arange(low, low + len(count))
    monday = days - (days - 1) % WEEK
    week = (monday - monday[0]) // WEEK if len(days) else days
    works = (days - 1) % WEEK < WORKING_DAYS
    totals = np.bincount(week[works], weights=count[works]) if works.any() else np.zeros(0)
    if not (totals > 0).any():
        feed.faults.whole("no trip on any working day", "no-service", "a timetable with trips on Monday to Friday")
        return None
    asked = (today - (today - 1) % WEEK - int(monday[0])) // WEEK
    if not (0 <= asked < len(totals) and totals[asked] > 0):
        asked = _busiest(totals, np.bincount(week, weights=count), asked)
        _tell_expired(feed, days[count > 0], int(monday[0]) + asked * WEEK, as_of)
    start = int(monday[0]) + asked * WEEK
    at = np.arange(start, start + WORKING_DAYS)
    inside = at[(at >= low) & (at < low + len(count))]
    running = inside[count[inside - low] > 0]
    ranked = running[np.lexsort((running, count[running - low]))]
    return ChosenDays(
        int(ranked[len(ranked) // 2]),
        _nearest(days[count > 0], start + WORKING_DAYS),
        _nearest(days[count > 0], start + WORKING_DAYS + 1),
    )


def _busiest(working: Ints | Floats, whole: Ints | Floats, asked: int) -> int:
    """Return the week with most trips on working days, then on all days, then nearest to the one asked for."""
    best = np.flatnonzero(working == working.max())
    best = best[whole[best] == whole[best].max()]
    return int(best[np.argmin(np.abs(best - asked))])


def _nearest(served: Ints, day: int) -> int:
    """Return the served date of a day's weekday that is nearest to it; the day itself where there is none."""
    same = served[served % WEEK == day % WEEK]
    return int(same[np.argmin(np.abs(same - day))]) if len(same) else day


def _tell_expired(feed: Feed, served: Ints, start: int, as_of: dt.date) -> None:
    first, last, week = (dt.date.fromordinal(int(day)) for day in (served[0], served[-1], start))
    text = (
        f"the timetable ({first} to {last}) has no trips in the week of {as_of}; its busiest week, from {week}, is used"
    )
    feed.remarks.append(Remark(feed.faults.feed, "expired-timetable", text))
