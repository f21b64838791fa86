"""Read one outlet's hall and say what its work asks of it: `read_hall`, `hall_work`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from layout.data.read import read_plan
from layout.floor.cells import Cells, free_cells, near_cells
from layout.floor.plan import FloorPlan
from layout.flow.book import JourneyBook, read_journeys
from layout.flow.journeys import Errand
from layout.posts.catalogue import PostCatalogue, read_catalogue
from layout.settings import LayoutSettings
from layout.study.furnish.cameras import CameraKind
from layout.study.furnish.hall import Kit
from layout.study.hall.reach import within_reach
from layout.study.hall.rules import hall_rules
from layout.study.work.requirement import Requirement
from layout.study.work.workload import Workload
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
    """One hall: its plan, its cells, its floor as the zones model reads it, and what of it cannot be reached."""

    plan: FloorPlan
    cells: Cells
    ground: Ground
    unreached: tuple[str, ...] = ()

    @property
    def buildable_m2(self) -> float:
        """Free floor that is reached, without what doors keep clear, square metres."""
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
    """Lay the grid over a plan; aisles and turning circles are as wide as the rules of the project say."""
    settings = project.section("layout", LayoutSettings).hall
    cells = free_cells(plan, settings.cell_m)
    rules = hall_rules(project)
    ground = make_ground(
        cells,
        plan.doors,
        near_cells(cells, plan.windows, WINDOW_REACH_M),
        aisle_public_m=rules.number("aisle_public"),
        aisle_staff_m=rules.number("aisle_staff"),
        turning_m=rules.number("turning"),
        daylight_m=settings.daylight_m,
    )
    reached, told = within_reach(ground, cells)
    return Hall(plan, cells, reached, told)


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
        "locked": tuple(re.sub(r"-\d+$", "", zone.kind) for zone in settings.locked),
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
    """Return what visitors come for in the busiest interval, per hour, and on its day, by the zone it is done in."""
    visits = workload.arrivals.visits
    day, interval = np.unravel_index(int(visits.sum(axis=2).argmax()), visits.shape[:2])
    hourly = visits[day, interval] * 60.0 / workload.arrivals.interval_min
    daily = visits[day].sum(axis=0)
    catalogue = workload.catalogue
    errands: list[Errand] = []
    for at, service in enumerate(catalogue.services):
        zone = requirement.zone_of.get(service.post, catalogue.post(service.post).zone)
        machine = float(workload.diversion.share[at]) if "self_service" in kinds else 0.0
        usual = Errand(
            zone,
            float(hourly[at]) * (1.0 - machine),
            received=catalogue.triage is not None,
            service=service.id,
            kind=service.kind,
            per_day=float(daily[at]) * (1.0 - machine),
        )
        hour, whole = float(hourly[at]) * machine, float(daily[at]) * machine
        errands += [usual, replace(usual, zone="self_service", by="machine", per_hour=hour, per_day=whole)]
    return tuple(errand for errand in errands if errand.per_hour > 0)


def choose_kit(project: Project, brief: OutletBrief) -> Kit:
    """Return with what the outlet's hall is furnished: the planner's catalogue, or the usual one.

    Raises
    ------
    InputError
        When the file is missing or faulty.
    """
    layout = project.section("layout", LayoutSettings)
    settings = layout.equipment
    if settings.file is None:
        catalogue = read_catalogue()
    else:
        catalogue = read_model(PostCatalogue, project.path(settings.file), settings.file)
    camera = CameraKind(
        range_m=settings.camera_range_m,
        view_deg=settings.camera_angle_deg,
        face_view_deg=settings.face_angle_deg,
        pixels=settings.camera_pixels,
        face_pixels_per_m=settings.face_pixels_per_m,
        keypad_m=settings.keypad_m,
    )
    return Kit(
        catalogue=catalogue.of_sector(brief.sector),
        camera=camera,
        power_m=settings.power_m,
        enough=settings.machines_enough,
        spare=layout.services.spare_machines,
    )


def choose_journeys(project: Project, brief: OutletBrief, programme: Programme) -> JourneyBook:
    """Return the planner's journeys, or those of the outlet's sector.

    Raises
    ------
    InputError
        When the file is missing or faulty, or names zones that the programme does not have.
    """
    settings = project.section("layout", LayoutSettings).programme
    if settings.journeys is None:
        return read_journeys(brief.sector)
    book = read_model(JourneyBook, project.path(settings.journeys), settings.journeys)
    kinds = {zone.kind for zone in programme.zones} | set(settings.without)
    unknown = sorted((book.stages | {step.zone for step in book.funnel}) - kinds)
    if unknown:
        raise InputError(
            f"{settings.journeys}: stages {', '.join(unknown)}; the programme has {', '.join(sorted(kinds))}"
        )
    return book
