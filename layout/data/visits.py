"""Read counted visits, and find every fault of the table.

The table is CSV in UTF-8 with a header: ``outlet`` (id; empty: any), ``time`` (local, the start of a half hour, such
as ``2026-03-02 09:30``), ``count`` (visits in that half hour, from 0) and, where known, ``service`` (an id of the
catalogue). A day counts for an outlet as observed when it has any row of it; a half hour without a row on such a day
had no visit.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from outlet.errors import Fault, TableError

Floats = NDArray[np.float64]
REQUIRED = ("outlet", "time", "count")
OPTIONAL = ("service",)
HALF_HOURS = 48
DAYS = 7


@dataclass(frozen=True)
class Count:
    """Visits counted in one half hour; ``outlet`` and ``service`` are empty where any."""

    outlet: str
    time: dt.datetime
    count: float
    service: str = ""


@dataclass(frozen=True)
class VisitCounts:
    """All counts of a table, in its order."""

    counts: tuple[Count, ...] = ()

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
            Mean visits, shape (7, 48, S + 1), Monday first, and the number of outlet days observed.
        """
        at = {name: position for position, name in enumerate(services)}
        total = np.zeros((DAYS, HALF_HOURS, len(services) + 1))
        days: set[tuple[str, dt.date]] = set()
        for count in self.counts:
            if outlet is not None and count.outlet != outlet:
                continue
            days.add((count.outlet, count.time.date()))
            half_hour = count.time.hour * 2 + count.time.minute // 30
            total[count.time.weekday(), half_hour, at.get(count.service, len(services))] += count.count
        seen = np.bincount([day.weekday() for _, day in days], minlength=DAYS)
        return total / np.maximum(seen, 1)[:, None, None], len(days)


def read_visits(file: Path, *, name: str | None = None, services: Sequence[str] = ()) -> VisitCounts:
    """Read counted visits.

    Raises
    ------
    TableError
        All faults of the table at once, by row.
    """
    counts, faults = check_visits(file, name=name, services=services)
    if faults:
        raise TableError(faults)
    return counts


def check_visits(
    file: Path, *, name: str | None = None, services: Sequence[str] = ()
) -> tuple[VisitCounts, tuple[Fault, ...]]:
    """Read counted visits and return what could be read together with every fault.

    Parameters
    ----------
    file
        The CSV file.
    name
        How messages call it; the file's own name by default.
    services
        Ids that ``service`` may hold; none: any.
    """
    label = name or file.name
    if not file.is_file():
        return VisitCounts(), (Fault(label, "missing-file", "no such file", "a CSV file of counted visits"),)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not UTF-8"
        return VisitCounts(), (Fault(label, "encoding", found, "UTF-8 text", "Save the file as UTF-8"),)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [column for column in REQUIRED if column not in (reader.fieldnames or ())]
    if missing:
        expected = f"columns {', '.join(REQUIRED)}; optional {', '.join(OPTIONAL)}"
        return VisitCounts(), (Fault(label, "missing-column", f"no column {', '.join(missing)}", expected),)
    counts: list[Count] = []
    faults: list[Fault] = []
    seen: dict[tuple[str, dt.datetime, str], int] = {}
    for row, record in enumerate(reader, start=1):
        count = _count(label, row, record, services, faults)
        if count is None:
            continue
        key = (count.outlet, count.time, count.service)
        if key in seen:
            found = f"the half hour {count.time:%Y-%m-%d %H:%M} of row {seen[key]} again"
            faults.append(Fault(label, "duplicate", found, "each outlet, time and service once", row=row))
        seen.setdefault(key, row)
        counts.append(count)
    if not counts and not faults:
        faults.append(Fault(label, "empty", "no row", "at least one counted half hour"))
    return VisitCounts(tuple(counts)), tuple(faults)


def _count(
    label: str, row: int, record: Mapping[str, str | None], services: Sequence[str], faults: list[Fault]
) -> Count | None:
    """Return a row's count, or None where its time or count cannot be read."""
    before = len(faults)
    time_text, count_text = (record["time"] or "").strip(), (record["count"] or "").strip()
    service = (record.get("service") or "").strip()
    try:
        time = dt.datetime.fromisoformat(time_text)
    except ValueError:
        time = dt.datetime.min
        expected = "a local time such as 2026-03-02 09:30"
        faults.append(Fault(label, "time", repr(time_text), expected, row=row, column="time"))
    if time.tzinfo is not None:
        expected = "a local time without an offset, such as 2026-03-02 09:30"
        faults.append(Fault(label, "time", repr(time_text), expected, row=row, column="time"))
    elif time.minute % 30 or time.second or time.microsecond:
        expected = "the start of a half hour, such as 09:00 or 09:30"
        faults.append(Fault(label, "time", repr(time_text), expected, row=row, column="time"))
    try:
        value = float(count_text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        faults.append(Fault(label, "count", repr(count_text), "a count from 0", row=row, column="count"))
    if service and services and service not in services:
        expected = f"one of {', '.join(services)}, or nothing"
        faults.append(Fault(label, "service", repr(service), expected, row=row, column="service"))
    if len(faults) > before:
        return None
    return Count((record["outlet"] or "").strip(), time, value, service)
