"""Join settings, preset, counted visits and brief into one outlet's workload."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from layout.data.snapshots import Snapshots, read_snapshots
from layout.data.visits import VisitCounts, read_visits
from layout.settings import LayoutSettings
from layout.settings.tables import SnapshotSettings
from layout.settings.work import ServiceSettings
from layout.workload.arrivals import Arrivals, counted_arrivals, expected_arrivals
from layout.workload.diversion import Diversion, divert
from layout.workload.services import Catalogue, read_preset
from outlet.data.toml import read_model
from outlet.errors import Fault, InputError, TableError
from outlet.handover import WEEKDAYS, OutletBrief, Span, Weekday
from outlet.project import Project

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Workload:
    """The work of one outlet: its catalogue, arrivals of a week, and what machines take; ``notes`` for the planner."""

    catalogue: Catalogue
    arrivals: Arrivals
    diversion: Diversion
    notes: tuple[str, ...]

    @property
    def diverted(self) -> float:
        """Share of the week's visits that use a machine."""
        visits = self.arrivals.visits
        return float((visits * self.diversion.share).sum() / max(float(visits.sum()), 1e-9))


def read_catalogue(project: Project, brief: OutletBrief) -> Catalogue:
    """Return the planner's catalogue, or the preset of the outlet's sector.

    Raises
    ------
    InputError
        When the file is missing or faulty.
    """
    name = project.section("layout", LayoutSettings).services.preset
    if name is None:
        return read_preset(brief.sector)
    return read_model(Catalogue, project.path(name), name)


def opening_hours(catalogue: Catalogue, brief: OutletBrief) -> Mapping[Weekday, Span]:
    """Return the outlet's opening hours, or the sector's usual ones where the brief has none."""
    return brief.opening_hours or catalogue.day.opening_hours


def plan_workload(project: Project, brief: OutletBrief) -> Workload:
    """Return the work of one outlet.

    Raises
    ------
    InputError
        When the catalogue, the visits or the opening hours are faulty.
    """
    settings = project.section("layout", LayoutSettings).services
    catalogue = read_catalogue(project, brief).at_pace(settings.proficiency)
    notes: list[str] = []
    if not brief.opening_hours:
        notes.append(f"no opening hours are known; the usual ones of the sector {catalogue.sector} are used (preset)")
    arrivals, told = _arrivals(project, brief, catalogue, settings)
    everything = {service.id for service in catalogue.services}
    catalogue, arrivals, gone = _for_format(catalogue, arrivals, brief.format)
    notes += gone
    elsewhere = everything - {service.id for service in catalogue.services}
    catalogue, merged = catalogue.without_small(float(arrivals.day_total.sum()) / len(arrivals.open_days))
    diversion = divert(
        catalogue,
        arrivals,
        {name: share for name, share in settings.diverted.items() if name not in elsewhere},
        spare=settings.spare_machines,
        target_share=settings.target_share,
        target_wait_min=settings.target_wait_min,
    )
    return Workload(catalogue, arrivals, diversion, (*notes, *told, *arrivals.notes, *merged))


def _for_format(catalogue: Catalogue, arrivals: Arrivals, name: str) -> tuple[Catalogue, Arrivals, tuple[str, ...]]:
    """Return what the outlet's format does, and the visitors who come for it; others are told."""
    offered = catalogue.for_format(name)
    if offered is catalogue:
        return catalogue, arrivals, ()
    ids = {service.id for service in offered.services}
    there = np.array([service.id in ids for service in catalogue.services])
    lost = 1.0 - float(arrivals.visits[:, :, there].sum()) / max(float(arrivals.visits.sum()), 1e-9)
    missing = ", ".join(service.name for service in catalogue.services if service.id not in ids)
    note = f"format {name}: {missing} are not offered; {lost:.0%} of the visits go elsewhere"
    return offered, replace(arrivals, visits=arrivals.visits[:, :, there]), (note,)


def _arrivals(
    project: Project, brief: OutletBrief, catalogue: Catalogue, settings: ServiceSettings
) -> tuple[Arrivals, Sequence[str]]:
    hours = opening_hours(catalogue, brief)
    if settings.visits is not None:
        services = [service.id for service in catalogue.services]
        table, told = _visits(project, settings, catalogue)
        own = brief.id in table.outlets()
        week, days = table.mean_week(services, brief.id if own else None)
        whose = "its own" if own else "the pattern, not the level, of all outlets'"
        notes = (f"visits: {whose} counts of {days} days in {settings.visits}", *told)
        if table.daily:
            found = _daily_arrivals(brief, catalogue, settings, week.sum(axis=(1, 2)), own=own)
        else:
            level = None if own else brief.visits_per_day
            found = counted_arrivals(catalogue, hours, week, interval_min=settings.interval_min, level=level)
        found = replace(found, level_cv=table.level_cv(brief.id if own else None))
        if own:
            found = replace(found, observed=table.days_of(brief.id))
        if found.level_cv > 0:
            notes = (*notes, f"visits: days of one weekday differ by {found.level_cv:.0%} (one standard deviation)")
        return found, notes
    arrivals = expected_arrivals(
        catalogue,
        hours,
        brief.visits_per_day,
        interval_min=settings.interval_min,
        shares=brief.visits_share_by_interval,
        weekday_factors=settings.weekday_factors,
    )
    source = "siting's pattern of the day" if brief.visits_share_by_interval else "the sector's preset pattern"
    return arrivals, (f"visits: {brief.visits_per_day:,.0f} a mean open day, {source}",)


def _daily_arrivals(
    brief: OutletBrief, catalogue: Catalogue, settings: ServiceSettings, per_weekday: Floats, *, own: bool
) -> Arrivals:
    """Return the arrivals where whole days were counted: level and weekdays by the counts, the day by its pattern."""
    hours = opening_hours(catalogue, brief)
    counted = np.array([per_weekday[at] for at, day in enumerate(WEEKDAYS) if hours.get(day)])
    mean = float(counted.mean()) if len(counted) else 0.0
    if mean <= 0:
        raise InputError(f"{settings.visits}: nothing was counted on the outlet's open days; check opening_hours")
    factors = {day: float(per_weekday[at] / mean) for at, day in enumerate(WEEKDAYS)}
    return expected_arrivals(
        catalogue,
        hours,
        mean if own else brief.visits_per_day,
        interval_min=settings.interval_min,
        shares=brief.visits_share_by_interval,
        weekday_factors=factors,
    )


def _visits(project: Project, settings: ServiceSettings, catalogue: Catalogue) -> tuple[VisitCounts, Sequence[str]]:
    """Return the counted visits, or those derived from snapshots, with notes on measured service times."""
    services = [service.id for service in catalogue.services]
    file = project.path(str(settings.visits))
    if settings.snapshots is None:
        return read_visits(file, settings.visits_table, name=settings.visits, services=services), ()
    unknown = unknown_services(settings, services)
    if unknown:
        raise TableError(unknown)
    changed = file.stat().st_mtime_ns if file.is_file() else 0
    snapshots = _snapshots(file, changed, settings.snapshots.model_dump_json(exclude_unset=True), str(settings.visits))
    told: list[str] = []
    measured = snapshots.service_minutes()
    for service in catalogue.services:
        mean = measured.get(service.id)
        if mean is not None:
            told.append(
                f"{service.name}: the queues' own mean is {mean:.1f} minutes, the catalogue says {service.minutes:g}"
            )
    return snapshots.visits(), told


@lru_cache(maxsize=1)
def _snapshots(file: Path, changed: int, settings: str, name: str) -> Snapshots:
    """Read snapshots once for all outlets; ``changed`` is when the file was, so that a new file is read anew."""
    return read_snapshots(file, SnapshotSettings.model_validate_json(settings), name=name)


def unknown_services(settings: ServiceSettings, services: Collection[str]) -> list[Fault]:
    """Return the faults of queues that the settings give to a service the catalogue does not have."""
    named = settings.snapshots.services if settings.snapshots is not None else {}
    return [
        Fault(
            "outlet.toml",
            code="unknown-reference",
            found=f"[layout.services.snapshots] services: {queue!r} = {service!r}",
            expected=f"one of {', '.join(services)}",
        )
        for queue, service in named.items()
        if service not in services
    ]
