"""Read counted visits, and find every fault of the table.

A table (CSV or a workbook) has ``outlet`` (id; empty: any), ``time`` (local start of an interval, such as
``2026-03-02 09:30``), ``count`` (visits in it, from 0) and, where known, ``service`` (an id of the catalogue). Counts
are held by half hour: those of shorter intervals are summed, an hour's are halved, and a day's stay whole (`daily`). A
day counts for an outlet as observed when it has any row of it; an interval without a row on such a day had no visit.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from layout.data.tables import Opened, open_table
from layout.data.times import read_moments
from layout.settings.tables import VisitTableSettings
from outlet.errors import NO_ROWS, Fault, TableError
from outlet.findings import Remark

Floats = NDArray[np.float64]
REQUIRED = ("time", "count")
HALF_HOURS = 48
HALF_HOUR_MIN = 30
DAY_MIN = 1440
DAYS = 7
ENOUGH_ROWS = 12
MOST_COUNT = 1e6


@dataclass(frozen=True)
class Count:
    """Visits counted in one half hour, or on one day; ``outlet`` and ``service`` are empty where any."""

    outlet: str
    time: dt.datetime
    count: float
    service: str = ""


@dataclass(frozen=True)
class VisitCounts:
    """All counts of a table, in its order; ``daily`` where each is a whole day's, at midnight."""

    counts: tuple[Count, ...] = ()
    daily: bool = False

    def outlets(self) -> tuple[str, ...]:
        """Return the ids of all outlets that were counted, sorted."""
        return tuple(sorted({count.outlet for count in self.counts}))

    def mean_week(self, services: Sequence[str], outlet: str | None = None) -> tuple[Floats, int]:
        """Return the mean week and the number of days it rests on.

        Parameters
        ----------
        services
            Ids of the catalogue; visits of any other or no service go into the last column.
        outlet
            Only counts of this outlet, or None for the mean over all outlets' days.

        Returns
        -------
        tuple
            Mean visits, shape (7, 48, S + 1), Monday first, and the number of outlet days observed. Where counts are
            ``daily``, a day's visits stand in its first half hour.
        """
        at = {name: position for position, name in enumerate(services)}
        total = np.zeros((DAYS, HALF_HOURS, len(services) + 1))
        days: set[tuple[str, dt.date]] = set()
        for count in self.counts:
            if outlet is not None and count.outlet != outlet:
                continue
            days.add((count.outlet, count.time.date()))
            half_hour = count.time.hour * 2 + count.time.minute // HALF_HOUR_MIN
            total[count.time.weekday(), half_hour, at.get(count.service, len(services))] += count.count
        seen = np.bincount([day.weekday() for _, day in days], minlength=DAYS)
        return total / np.maximum(seen, 1)[:, None, None], len(days)

    def days_of(self, outlet: str) -> NDArray[np.int64]:
        """Return the number of days counted at an outlet by weekday, shape (7,)."""
        days = {count.time.date() for count in self.counts if count.outlet == outlet}
        return np.bincount([day.weekday() for day in days], minlength=DAYS).astype(np.int64)

    def level_cv(self, outlet: str | None = None) -> float:
        """Return by how much days of one weekday differ beyond chance: a coefficient of variation.

        Of the n totals of an outlet's weekday with mean x̄ and variance s², s² − x̄ is what visits that come by chance
        (Poisson) do not explain; the result is √max(Σ (n − 1)(s² − x̄) / Σ (n − 1)·x̄², 0), 0 where no weekday was
        counted twice. ``outlet`` is the only one that counts, or None for all.
        """
        totals: dict[tuple[str, dt.date], float] = {}
        for count in self.counts:
            if outlet in (None, count.outlet):
                day = count.outlet, count.time.date()
                totals[day] = totals.get(day, 0.0) + count.count
        groups: dict[tuple[str, int], list[float]] = {}
        for (name, date), total in totals.items():
            groups.setdefault((name, date.weekday()), []).append(total)
        beyond = level = 0.0
        for group in groups.values():
            mean, spare = float(np.mean(group)), len(group) - 1
            if spare:
                beyond += spare * (float(np.var(group, ddof=1)) - mean)
                level += spare * mean**2
        return math.sqrt(max(beyond / level, 0.0)) if level > 0 else 0.0


@dataclass(frozen=True)
class CheckedVisits:
    """What could be read of a table of visits, with every fault and remark."""

    counts: VisitCounts
    faults: tuple[Fault, ...] = ()
    remarks: tuple[Remark, ...] = ()


def read_visits(
    file: Path, settings: VisitTableSettings | None = None, *, name: str | None = None, services: Sequence[str] = ()
) -> VisitCounts:
    """Read counted visits.

    Raises
    ------
    TableError
        All faults of the table at once, by row.
    """
    found = check_visits(file, settings, name=name, services=services)
    if found.faults:
        raise TableError(found.faults)
    return found.counts


def check_visits(
    file: Path, settings: VisitTableSettings | None = None, *, name: str | None = None, services: Sequence[str] = ()
) -> CheckedVisits:
    """Read counted visits and return what could be read together with every fault.

    Parameters
    ----------
    file
        The table.
    settings
        How it is laid out.
    name
        How messages call it; the file's own name by default.
    services
        Ids that ``service`` may hold; none: any.
    """
    settings = settings or VisitTableSettings()
    columns = settings.columns
    opened = open_table(
        file, name or file.name, settings, columns, REQUIRED, fix="Correct [layout.services] visits, or remove it."
    )
    if opened.faults:
        return CheckedVisits(VisitCounts(), tuple(opened.faults), tuple(opened.remarks))
    rows = _read_rows(opened, settings, services)
    if not len(opened.frame):
        opened.faults.append(Fault(opened.label, "empty-layer", "no row", "at least one counted interval", NO_ROWS))
    interval = settings.interval_min or HALF_HOUR_MIN
    _check_interval(opened, rows, settings.interval_min)
    kept: list[Count] = []
    seen: dict[tuple[str, dt.datetime, str], int] = {}
    for row, count in rows.items():
        before = seen.setdefault((count.outlet, count.time, count.service), row)
        if before != row:
            text = f"{count.time:%Y-%m-%d %H:%M} of row {before} again"
            opened.fault("duplicate-id", "time", text, "each outlet, time and service once", row)
        kept.extend(_by_half_hour(count, interval))
    kept = _summed(kept) if interval < HALF_HOUR_MIN else kept
    counts = VisitCounts(tuple(kept), daily=interval == DAY_MIN)
    faults = sorted(opened.faults, key=lambda fault: fault.row if isinstance(fault.row, int) else 0)
    return CheckedVisits(counts, tuple(faults), tuple(opened.remarks))


def _read_rows(opened: Opened, settings: VisitTableSettings, services: Sequence[str]) -> dict[int, Count]:
    """Return the counts of all rows without fault, by row."""
    frame = opened.frame
    empty = [""] * len(frame)
    texts = frame["time"].tolist()
    if "date" in frame:
        texts = [f"{date} {time}".strip() for date, time in zip(frame["date"], texts, strict=True)]
    moments = read_moments(texts, settings.day_first)
    outlets = frame["outlet"].tolist() if "outlet" in frame else empty
    whats = frame["service"].tolist() if "service" in frame else empty
    found: dict[int, Count] = {}
    for row, outlet, text, number, service in zip(frame.index, outlets, texts, frame["count"], whats, strict=True):
        before = len(opened.faults)
        time = moments.get(text)
        if time is None:
            _tell_time(opened, text, int(row))
        value = _number(opened, number, int(row))
        if service and services and service not in services:
            expected = f"one of {', '.join(services)}, or nothing"
            opened.fault("unknown-reference", "service", repr(service), expected, int(row))
        if time is not None and len(opened.faults) == before:
            found[int(row)] = Count(outlet, time, value, service)
    return found


def _tell_time(opened: Opened, text: str, row: int) -> None:
    expected = "a local time without an offset, such as 2026-03-02 09:30"
    fix = ""
    if read_moments([text], day_first=True):
        fix = "Which is the day and which the month? State day_first."
    opened.fault(
        "not-a-time" if text else "missing-value", "time", repr(text) if text else "nothing", expected, row, fix
    )


def _number(opened: Opened, text: str, row: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value) and 0 <= value <= MOST_COUNT:
        return value
    code = "missing-value" if not text else "not-a-number" if math.isnan(value) else "out-of-range"
    opened.fault(code, "count", repr(text) if text else "nothing", f"a count from 0 to {MOST_COUNT:.0f}", row)
    return 0.0


def _check_interval(opened: Opened, rows: Mapping[int, Count], stated: int | None) -> None:
    """Tell rows that start inside an interval, and a length that the times make unlikely."""
    interval = stated or HALF_HOUR_MIN
    inside = 0
    for row, count in rows.items():
        seconds = count.time.hour * 3600 + count.time.minute * 60 + count.time.second
        inside += bool(seconds % 3600)
        if seconds % (interval * 60) or count.time.microsecond:
            expected = "midnight" if interval == DAY_MIN else f"the start of an interval of {interval} minutes"
            opened.fault(
                "not-a-time",
                "time",
                str(count.time),
                expected,
                row,
                "State [layout.services.visits_table] interval_min.",
            )
    if stated is None and len(rows) >= ENOUGH_ROWS and not inside:
        daily = all(count.time.time() == dt.time() for count in rows.values())
        found = f"{len(rows)} times, all of them {'midnight' if daily else 'full hours'}"
        fix = f"State [layout.services.visits_table] interval_min = {DAY_MIN if daily else 60}, or 30."
        fault = Fault(opened.label, "unclear-interval", found, "half hours, or a stated interval", fix)
        opened.faults.append(fault)


def _by_half_hour(count: Count, interval: int) -> tuple[Count, ...]:
    """Return a count by half hour: an hour's halves, or the half hour a shorter interval lies in."""
    if interval == DAY_MIN:
        return (count,)
    start = count.time.replace(minute=count.time.minute // HALF_HOUR_MIN * HALF_HOUR_MIN, second=0, microsecond=0)
    parts = max(interval // HALF_HOUR_MIN, 1)
    step = dt.timedelta(minutes=HALF_HOUR_MIN)
    return tuple(Count(count.outlet, start + at * step, count.count / parts, count.service) for at in range(parts))


def _summed(counts: Sequence[Count]) -> list[Count]:
    total: dict[tuple[str, dt.datetime, str], float] = {}
    for count in counts:
        key = (count.outlet, count.time, count.service)
        total[key] = total.get(key, 0.0) + count.count
    return [Count(outlet, time, number, service) for (outlet, time, service), number in total.items()]
