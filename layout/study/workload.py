"""Join settings, preset, counted visits and brief into one outlet's workload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from layout.data.visits import read_visits
from layout.settings import LayoutSettings
from layout.settings.work import ServiceSettings
from layout.workload.arrivals import Arrivals, counted_arrivals, expected_arrivals
from layout.workload.diversion import Diversion, divert
from layout.workload.services import Catalogue, read_preset
from outlet.data.toml import read_model
from outlet.handover import OutletBrief, Span, Weekday
from outlet.project import Project


@dataclass(frozen=True)
class Workload:
    """The work of one outlet: its catalogue, arrivals of a week, and what machines take; ``notes`` for the planner."""

    catalogue: Catalogue
    arrivals: Arrivals
    diversion: Diversion
    notes: tuple[str, ...]


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
    catalogue = read_catalogue(project, brief)
    notes: list[str] = []
    if not brief.opening_hours:
        notes.append(f"no opening hours are known; the usual ones of the sector {catalogue.sector} are used (preset)")
    arrivals, told = _arrivals(project, brief, catalogue, settings)
    catalogue, merged = catalogue.without_small(float(arrivals.day_total.sum()) / len(arrivals.open_days))
    diversion = divert(
        catalogue,
        arrivals,
        settings.diverted,
        spare=settings.spare_machines,
        target_share=settings.target_share,
        target_wait_min=settings.target_wait_min,
    )
    return Workload(catalogue, arrivals, diversion, (*notes, *told, *arrivals.notes, *merged))


def _arrivals(
    project: Project, brief: OutletBrief, catalogue: Catalogue, settings: ServiceSettings
) -> tuple[Arrivals, Sequence[str]]:
    hours = opening_hours(catalogue, brief)
    if settings.visits is not None:
        services = [service.id for service in catalogue.services]
        table = read_visits(project.path(settings.visits), name=settings.visits, services=services)
        own = brief.id in table.outlets()
        week, days = table.mean_week(services, brief.id if own else None)
        level = None if own else brief.visits_per_day
        whose = "its own" if own else "the pattern, not the level, of all outlets'"
        note = f"visits: {whose} counts of {days} days in {settings.visits}"
        return counted_arrivals(catalogue, hours, week, interval_min=settings.interval_min, level=level), (note,)
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
