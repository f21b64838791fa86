"""Read snapshots of ticket queues, leave out junk by stated rules, and derive visits, service times and open counters.

What is junk, with the settings' defaults, is told with its number:

- queues named in ``left_out``, days outside ``first_day`` and ``last_day``, and rows that repeat others word for word;
- rows with more than ``most_waiting`` people;
- days of a queue with fewer than ``least_snapshots`` rows;
- idle days of a queue (nobody waited, no number called) and silent ones (people waited, no number ever called): an
  outlet whose queues are all idle on a day was closed;
- days of a queue that shows numbers of other queues: fewer than ``one_series_share`` of one letter.

Days far from all others are a fault, not junk: their dates are wrong, and only the planner knows what is right.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pandas as pd

from layout.data.queues import Floats, Readings, by_half_hour, derive_flow, numbers_of
from layout.data.tables import Opened, open_table
from layout.data.times import read_moments
from layout.data.visits import HALF_HOUR_MIN, HALF_HOURS, Count, VisitCounts
from layout.settings.tables import SnapshotSettings
from outlet.data.cells import as_numbers
from outlet.data.contract import faults_of, number, required
from outlet.errors import NO_ROWS, Fault, TableError
from outlet.findings import Remark

REQUIRED = ("outlet", "time", "service", "waiting", "ticket")
PAUSE_DAYS = 60
MOST_COUNTERS = 1000
MOST_MINUTES = 1440


@dataclass(frozen=True)
class Looks:
    """Snapshots of one queue on one day, in order of time, shape (m,) each.

    ``minute`` of the day, people ``waiting``, open ``counters`` (NaN where unknown), and those who ``came`` since the
    look before, to the first one before it.
    """

    minute: Floats
    waiting: Floats
    counters: Floats
    came: Floats


@dataclass(frozen=True)
class QueueDay:
    """One queue on one day by half hour, arrays of shape (48,).

    ``outlet`` and ``service`` are ids of the settings where they name them, ``queue`` is the name in the file.
    ``open_counters`` is NaN in half hours without a snapshot, or where the file does not tell.
    ``service_min`` is the mean the system told, weighted by the customers served; NaN where it tells none.
    ``looks`` are the snapshots behind all this.
    """

    outlet: str
    queue: str
    service: str
    day: dt.date
    arrivals: Floats
    served: Floats
    open_counters: Floats
    service_min: float
    looks: Looks


@dataclass(frozen=True)
class Snapshots:
    """Everything derived from a file of snapshots."""

    days: tuple[QueueDay, ...] = ()
    faults: tuple[Fault, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def visits(self) -> VisitCounts:
        """Return the arrivals as counted visits by half hour."""
        counts: list[Count] = []
        for each in self.days:
            start = dt.datetime.combine(each.day, dt.time())
            for at in np.flatnonzero(each.arrivals > 0).tolist():
                time = start + dt.timedelta(minutes=HALF_HOUR_MIN * at)
                counts.append(Count(each.outlet, time, float(each.arrivals[at]), each.service))
        return VisitCounts(tuple(counts))

    def service_minutes(self) -> Mapping[str, float]:
        """Return the mean minutes the system told, weighted by customers served, by service id or else by queue."""
        total: dict[str, list[float]] = {}
        for each in self.days:
            served = float(each.served.sum())
            if np.isfinite(each.service_min) and served > 0:
                sums = total.setdefault(each.service or each.queue, [0.0, 0.0])
                sums[0] += each.service_min * served
                sums[1] += served
        return {name: minutes / served for name, (minutes, served) in sorted(total.items())}

    def open_counters(self, outlet: str, queue: str) -> Floats:
        """Return the mean number of a queue's open counters, shape (7, 48) from Monday; NaN where unknown."""
        found = np.full((7, HALF_HOURS), np.nan)
        for weekday in range(7):
            days = [
                each.open_counters
                for each in self.days
                if (each.outlet, each.queue) == (outlet, queue) and each.day.weekday() == weekday
            ]
            if days:
                known = np.isfinite(days)
                seen = known.sum(axis=0)
                total = np.where(known, days, 0.0).sum(axis=0)
                found[weekday] = np.divide(total, seen, out=np.full(HALF_HOURS, np.nan), where=seen > 0)
        return found


def read_snapshots(file: Path, settings: SnapshotSettings, *, name: str | None = None) -> Snapshots:
    """Read snapshots.

    Raises
    ------
    TableError
        All faults of the file at once.
    """
    found = check_snapshots(file, settings, name=name)
    if found.faults:
        raise TableError(found.faults)
    return found


def check_snapshots(file: Path, settings: SnapshotSettings, *, name: str | None = None) -> Snapshots:
    """Read snapshots and return what is derived from them together with every fault."""
    fix = "Correct [layout.services] visits, or remove it."
    opened = open_table(file, name or file.name, settings, settings.columns, REQUIRED, fix=fix)
    if not opened.faults and not len(opened.frame):
        opened.faults.append(Fault(opened.label, "empty-layer", "no row", "at least one snapshot", NO_ROWS))
    if opened.faults:
        return Snapshots((), tuple(opened.faults), tuple(opened.remarks))
    rows = _typed(opened, settings)
    junk: dict[str, int] = {}
    rows = _kept_rows(opened, rows, settings, junk)
    _check_days(opened, rows)
    _check_repeats(opened, rows)
    if opened.faults:
        return Snapshots((), tuple(opened.faults), tuple(opened.remarks))
    days = _derive(opened, rows, settings, junk)
    _tell_junk(opened, junk)
    return Snapshots(tuple(days), tuple(opened.faults), tuple(opened.remarks))


def _typed(opened: Opened, settings: SnapshotSettings) -> pd.DataFrame:
    """Return the rows with ``moment`` and numbers in place of texts; faults of cells are told."""
    frame = opened.frame
    opened.faults.extend(_cell_faults(opened))
    texts = frame["time"] if "date" not in frame else frame["date"] + " " + frame["time"]
    moments = read_moments(texts.unique().tolist(), settings.day_first)
    corrected = {old.isoformat(): new for old, new in settings.corrected_days.items()}
    moments = {text: _corrected(moment, corrected) for text, moment in moments.items()}
    unread = texts[~texts.isin(list(moments))]
    for row, text in unread.items():
        expected = "a local time such as 2026-03-02 09:30"
        opened.fault("not-a-time", "time", repr(text), expected, int(str(row)))
    typed = frame[["outlet", "service", "ticket"]].copy()
    typed["moment"] = pd.to_datetime(texts.map(moments))
    for column in ("waiting", "open_counters", "service_min"):
        typed[column] = as_numbers(frame[column]) if column in frame else np.nan
    return typed


def _corrected(moment: dt.datetime, days: Mapping[str, dt.date]) -> dt.datetime:
    day = days.get(moment.date().isoformat())
    return moment if day is None else dt.datetime.combine(day, moment.time())


def _cell_faults(opened: Opened) -> list[Fault]:
    from pandera.pandas import Column, DataFrameSchema

    checks = {
        "outlet": [required(expected="an outlet")],
        "service": [required(expected="a queue")],
        "waiting": [required(expected="people waiting"), *number(high=1e9, unit="people waiting")],
        "open_counters": number(high=MOST_COUNTERS, unit="open counters"),
        "service_min": number(high=MOST_MINUTES, unit="minutes"),
    }
    there = {opened.names[field]: Column(checks=each) for field, each in checks.items() if field in opened.frame}
    return faults_of(DataFrameSchema(there), opened.frame.rename(columns=opened.names), opened.label)


def _kept_rows(opened: Opened, rows: pd.DataFrame, settings: SnapshotSettings, junk: dict[str, int]) -> pd.DataFrame:
    """Return the rows that no rule on single rows leaves out."""
    named = [
        queue for queue in rows["service"].unique() if any(fnmatchcase(queue, pattern) for pattern in settings.left_out)
    ]
    day = rows["moment"].dt.normalize()
    outside = pd.Series(False, index=rows.index)
    if settings.first_day is not None:
        outside |= day < pd.Timestamp(settings.first_day)
    if settings.last_day is not None:
        outside |= day > pd.Timestamp(settings.last_day)
    rules = {
        "rows of queues in left_out": rows["service"].isin(named),
        "rows of days outside first_day and last_day": outside,
        f"rows with more than {settings.most_waiting} people waiting": rows["waiting"] > settings.most_waiting,
        "rows that repeat others": rows.duplicated(),
    }
    gone = pd.Series(False, index=rows.index)
    for rule, rejects in rules.items():
        junk[rule] = int((rejects & ~gone).sum())
        gone |= rejects
    return rows[~gone]


def _check_days(opened: Opened, rows: pd.DataFrame) -> None:
    """Tell days that lie far from the run of days with most rows."""
    day = rows["moment"].dt.normalize().dropna()
    number_of = day.value_counts().sort_index()
    if not len(number_of):
        return
    run = (number_of.index.to_series().diff() > pd.Timedelta(days=PAUSE_DAYS)).cumsum()
    size = number_of.groupby(run.to_numpy()).sum()
    main = number_of.index[(run == size.idxmax()).to_numpy()]
    for odd in number_of.index[(run != size.idxmax()).to_numpy()]:
        first = int(str(day.index[(day == odd).to_numpy()][0]))
        found = (
            f"{int(number_of[odd]):,} rows of {odd:%Y-%m-%d}; most lie from {main[0]:%Y-%m-%d} to {main[-1]:%Y-%m-%d}"
        )
        likely = odd.replace(year=_likely_year(odd, main))
        fix = (
            "Correct the day in [layout.services.snapshots] corrected_days, "
            f"as {{ {odd:%Y-%m-%d} = {likely:%Y-%m-%d} }}, or leave it out by first_day and last_day."
        )
        opened.fault(
            "date-outlier", "date" if "date" in opened.names else "time", found, "days near each other", first, fix
        )


def _likely_year(odd: pd.Timestamp, main: pd.DatetimeIndex) -> int:
    """Return the year in which a day, which is no 29 February, would lie nearest to the others."""
    years = {main[0].year, main[-1].year, main[0].year - 1, main[-1].year + 1}
    if (odd.month, odd.day) == (2, 29):
        return int(odd.year)
    away = {year: abs(odd.replace(year=year) - main[0]) for year in sorted(years)}
    return min(away, key=lambda year: away[year])


def _check_repeats(opened: Opened, rows: pd.DataFrame) -> None:
    again = rows.duplicated(["outlet", "service", "moment"]) & rows["moment"].notna()
    for row in rows.index[again.to_numpy()]:
        found = f"another snapshot of {rows.at[row, 'service']!r} at the same time"
        opened.fault("duplicate-id", "time", found, "one snapshot of a queue at a time", int(row))


def _derive(opened: Opened, rows: pd.DataFrame, settings: SnapshotSettings, junk: dict[str, int]) -> list[QueueDay]:
    rows = rows.sort_values(["outlet", "service", "moment"], kind="stable")
    day = rows["moment"].dt.normalize()
    rows = rows.assign(day=day, minute=(rows["moment"] - day) / pd.Timedelta(minutes=1))
    constant = _constant_minutes(rows)
    found: list[QueueDay] = []
    aside, spread = 0, 0.0
    for (outlet, queue, day), part in rows.groupby(["outlet", "service", "day"], sort=True):
        read = _readings(part, settings, junk)
        if read is None:
            continue
        flow = derive_flow(read, most_per_min=settings.most_calls_per_min, long_gap_min=settings.long_gap_min)
        aside += flow.set_aside
        spread += flow.spread
        told = np.full(len(part), np.nan) if (outlet, queue) in constant else part["service_min"].to_numpy(np.float64)
        timed = (told > 0) & (flow.served > 0)
        minutes = float(np.average(told[timed], weights=flow.served[timed])) if timed.any() else np.nan
        found.append(
            QueueDay(
                settings.outlets.get(str(outlet), str(outlet)),
                str(queue),
                settings.services.get(str(queue), ""),
                pd.Timestamp(str(day)).date(),
                by_half_hour(read.minute, flow.arrivals),
                by_half_hour(read.minute, flow.served),
                _mean_by_half_hour(read.minute, part["open_counters"].to_numpy(np.float64)),
                minutes,
                Looks(read.minute, read.waiting, part["open_counters"].to_numpy(np.float64), flow.arrivals),
            )
        )
    junk["numbers of another series"] = aside
    _tell_derived(opened, found, len(constant), spread, settings)
    return found


def _readings(part: pd.DataFrame, settings: SnapshotSettings, junk: dict[str, int]) -> Readings | None:
    """Return one day of one queue, or None where it is junk, which is counted."""
    numbers, share, _ = numbers_of(part["ticket"].tolist())
    waiting = part["waiting"].to_numpy(np.float64)
    rule = ""
    if len(part) < settings.least_snapshots:
        rule = f"days of a queue with fewer than {settings.least_snapshots} snapshots"
    elif share == 0:
        rule = (
            "silent days of a queue (people waited, no number was ever called)"
            if waiting.any()
            else "idle days of a queue"
        )
    elif share < settings.one_series_share:
        rule = "days of a queue that shows the numbers of several"
    if rule:
        junk[rule] = junk.get(rule, 0) + 1
        return None
    return Readings(part["minute"].to_numpy(np.float64), waiting, numbers)


def _constant_minutes(rows: pd.DataFrame) -> set[tuple[str, str]]:
    """Return the queues whose service time never changes: it was typed in once, nobody measured it."""
    kinds = rows[rows["service_min"] > 0].groupby(["outlet", "service"])["service_min"].nunique()
    return {(str(outlet), str(queue)) for outlet, queue in kinds.index[(kinds == 1).to_numpy()]}


def _mean_by_half_hour(minute: Floats, values: Floats) -> Floats:
    known = np.isfinite(values)
    slot = np.minimum((minute[known] // HALF_HOUR_MIN).astype(np.int64), HALF_HOURS - 1)
    total = np.bincount(slot, weights=values[known], minlength=HALF_HOURS)
    seen = np.bincount(slot, minlength=HALF_HOURS)
    mean: Floats = np.divide(total, seen, out=np.full(HALF_HOURS, np.nan), where=seen > 0)
    return mean


def _tell_derived(
    opened: Opened, days: list[QueueDay], constant: int, spread: float, settings: SnapshotSettings
) -> None:
    total = sum(float(each.arrivals.sum()) for each in days)
    open_days = len({(each.outlet, each.day) for each in days})
    text = f"{total:,.0f} visits derived from {len(days):,} days of queues on {open_days} days of outlets"
    if spread:
        text += (
            f"; {spread:,.0f} of them spread over gaps longer than {settings.long_gap_min:g} minutes between numbers"
        )
    if constant:
        text += f"; {constant} queues tell a service time that never changes, which is no measurement and is not used"
    unnamed = sorted({each.queue for each in days if not each.service})
    if unnamed:
        text += f"; {len(unnamed)} queues are visits of unknown service, since services names none for them: "
        text += ", ".join(unnamed[:5]) + (" …" if len(unnamed) > 5 else "")
    opened.remarks.append(Remark(opened.label, "snapshots-derived", text))
    if not days:
        expected = "at least one day of a queue that is no junk"
        opened.faults.append(Fault(opened.label, "empty-layer", "no visit could be derived", expected))


def _tell_junk(opened: Opened, junk: Mapping[str, int]) -> None:
    told = "; ".join(f"{count:,} {rule}" for rule, count in junk.items() if count)
    if told:
        opened.remarks.append(Remark(opened.label, "snapshots-junk", f"left out: {told}"))
