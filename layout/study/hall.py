"""Read one outlet's hall and say what its work asks of it: `read_hall`, `hall_work`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from layout.data.read import read_plan
from layout.floor.cells import Cells, free_cells, near_cells
from layout.floor.plan import FloorPlan
from layout.flow.journeys import Errand
from layout.settings import LayoutSettings
from layout.study.requirement import Requirement
from layout.study.workload import Workload
from layout.zones.brief import make_ground
from layout.zones.problem import Ground
from layout.zones.programme import Programme, read_programme
from layout.zones.space import Work
from outlet.data.toml import read_model
from outlet.errors import InputError
from outlet.handover import OutletBrief
from outlet.project import Project

WINDOW_REACH_M = 0.25


@dataclass(frozen=True)
class Hall:
    """One hall: its plan, its cells, and its floor as the zones model reads it."""

    plan: FloorPlan
    cells: Cells
    ground: Ground

    @property
    def buildable_m2(self) -> float:
        """Free floor without what doors keep clear, square metres."""
        return float(self.ground.buildable.sum()) * self.cells.cell_m**2


def hall_file(project: Project, brief: OutletBrief | None) -> str | None:
    """Return the hall plan of an outlet: its own, else the project's, else None."""
    own = brief.hall_plan if brief is not None else None
    return own or project.section("layout", LayoutSettings).hall.plan


def read_hall(project: Project, file: str) -> Hall:
    """Read a hall plan and lay the grid over it.

    Raises
    ------
    InputError
        When the plan is faulty or no floor is free before an entrance.
    """
    settings = project.section("layout", LayoutSettings).hall
    return make_hall(read_plan(project.path(file), settings, name=file), project)


def make_hall(plan: FloorPlan, project: Project) -> Hall:
    """Lay the grid over a plan."""
    settings = project.section("layout", LayoutSettings).hall
    cells = free_cells(plan, settings.cell_m)
    ground = make_ground(
        cells,
        plan.doors,
        near_cells(cells, plan.windows, WINDOW_REACH_M),
        aisle_public_m=settings.aisle_public_m,
        aisle_staff_m=settings.aisle_staff_m,
        turning_m=settings.turning_m,
    )
    return Hall(plan, cells, ground)


def choose_programme(project: Project, brief: OutletBrief) -> Programme:
    """Return the planner's programme, or that of the outlet's sector, without what the settings leave out.

    Raises
    ------
    InputError
        When the file is missing or faulty, or the settings name zones it does not have.
    """
    settings = project.section("layout", LayoutSettings).programme
    if settings.file is None:
        programme = read_programme(brief.sector)
    else:
        programme = read_model(Programme, project.path(settings.file), settings.file)
    kinds = [zone.kind for zone in programme.zones]
    asked = {
        "without": settings.without,
        "area_m2": tuple(settings.area_m2),
        "locked": tuple(zone.kind for zone in settings.locked),
    }
    for key, names in asked.items():
        unknown = [name for name in names if name not in kinds]
        if unknown:
            raise InputError(
                f"outlet.toml: layout.programme.{key} names {', '.join(unknown)}; the programme has {', '.join(kinds)}"
            )
    return programme.only(set(kinds) - set(settings.without))


def hall_work(requirement: Requirement) -> Work:
    """Return what the requirement asks of the hall."""
    posts: dict[str, int] = {}
    for role, count in requirement.peak.items():
        zone = requirement.zone_of.get(role)
        if zone is not None:
            posts[zone] = posts.get(zone, 0) + count
    return Work(posts=posts, machines=requirement.machines, waiting=requirement.queue_p95)


def busiest_hour(workload: Workload, requirement: Requirement, kinds: Sequence[str]) -> tuple[Errand, ...]:
    """Return what visitors come for in the busiest interval, per hour, by the kind of zone it is done in."""
    visits = workload.arrivals.visits
    day, interval = np.unravel_index(int(visits.sum(axis=2).argmax()), visits.shape[:2])
    hourly = visits[day, interval] * 60.0 / workload.arrivals.interval_min
    catalogue = workload.catalogue
    received = catalogue.triage is not None
    errands: list[Errand] = []
    for at, service in enumerate(catalogue.services):
        zone = requirement.zone_of.get(service.post, catalogue.post(service.post).zone)
        by_machine = float(workload.diversion.share[at]) if "self_service" in kinds else 0.0
        errands.append(Errand("self_service", float(hourly[at]) * by_machine, received=False))
        errands.append(Errand(zone, float(hourly[at]) * (1.0 - by_machine), received=received))
    return tuple(errand for errand in errands if errand.per_hour > 0)
