"""Find every fault of layout's inputs, and halls that are too small for what is to stand in them: `check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel

from outlet.data.toml import read_model
from outlet.errors import Fault, InputError, TableError
from outlet.findings import Findings
from outlet.handover import OutletBrief, read_brief
from outlet.project import Project


def check(project: Project, cache: Path | None = None) -> Findings:
    """Look at every input that the settings name; nothing is solved, and nothing here needs the ``cache``."""
    from layout.data.check import check as check_data

    found = check_data(project)
    if not project.has("layout"):
        return found
    found = found.joined(Findings(faults=tuple(_forms(project))))
    if any(fault.input in _form_files(project) for fault in found.faults):
        return found
    found = found.joined(Findings(faults=tuple(_unknown_services(project))))
    found = found.joined(Findings(faults=tuple(_unknown_rules(project))))
    faulty = {fault.input for fault in found.faults}
    if "outlet.toml" in faulty:
        return found
    return found.joined(Findings(faults=tuple(_too_small(project, faulty))))


def _form_files(project: Project) -> dict[str, type[BaseModel]]:
    """Return the planner's own services, zones, journeys, rules and equipment, with the form each must have."""
    from layout.flow.book import JourneyBook
    from layout.posts.catalogue import PostCatalogue
    from layout.rules.data import RuleFile
    from layout.settings import LayoutSettings
    from layout.workload.services import Catalogue
    from layout.zones.programme import Programme

    settings = project.section("layout", LayoutSettings)
    forms: list[tuple[str | None, type[BaseModel]]] = [
        (settings.services.preset, Catalogue),
        (settings.programme.file, Programme),
        (settings.programme.journeys, JourneyBook),
        (settings.rules.file, RuleFile),
        (settings.equipment.file, PostCatalogue),
    ]
    return {str(file): kind for file, kind in forms if file is not None}


def _forms(project: Project) -> list[Fault]:
    faults: list[Fault] = []
    for file, kind in _form_files(project).items():
        try:
            read_model(kind, project.path(file), file)
        except TableError as error:
            faults += error.faults
        except InputError as error:
            faults.append(Fault(file, "outside-folder", str(error), "a file inside the project folder"))
    return faults


def _unknown_rules(project: Project) -> list[Fault]:
    """Return the rules and numbers that ``[layout.rules]`` names and that there are not."""
    from layout.study.hall.rules import hall_rules

    try:
        hall_rules(project)
    except InputError as error:
        expected = "a rule of docs/rules.md, or of the file of [layout.rules]"
        return [Fault("outlet.toml", "unknown-reference", line, expected) for line in str(error).splitlines()]
    return []


def _unknown_services(project: Project) -> list[Fault]:
    """Return the counted visits, or the queues of the settings, whose service no outlet's catalogue has."""
    from layout.data.visits import check_visits
    from layout.settings import LayoutSettings
    from layout.study.work.workload import read_catalogue, unknown_services

    layout = project.section("layout", LayoutSettings)
    settings = layout.services
    if settings.visits is None or (layout.briefs and settings.preset is None):
        return []  # hand-written briefs may be of other sectors, each with a catalogue of its own
    try:
        known = [service.id for service in read_catalogue(project, _least_brief(project)).services]
        if settings.snapshots is not None:
            return unknown_services(settings, known)
        file = project.path(settings.visits)
    except InputError:
        return []
    visits = check_visits(file, settings.visits_table, name=settings.visits, services=known)
    return [fault for fault in visits.faults if fault.code == "unknown-reference"]


def _too_small(project: Project, faulty: set[str]) -> list[Fault]:
    """Return the halls whose free floor is below the least sizes of their programme."""
    from layout.settings import LayoutSettings

    settings = project.section("layout", LayoutSettings)
    faults: list[Fault] = []
    pairs: list[tuple[str, OutletBrief]] = []
    for name in settings.briefs:
        if name not in faulty:
            brief = read_brief(project.path(name))
            file = brief.hall_plan or settings.hall.plan
            if file is not None:
                pairs.append((file, brief))
    if settings.hall.plan is not None and not settings.briefs:
        pairs.append((settings.hall.plan, _least_brief(project)))
    for file, brief in pairs:
        if file not in faulty:
            fault = _shortfall(project, file, brief, faulty)
            faults += [fault] if fault is not None and fault not in faults else []
    return faults


def _least_brief(project: Project) -> OutletBrief:
    """Return an outlet without visits: what every hall of the sector needs."""
    return OutletBrief(id="any", name="any outlet", role="new", sector=project.settings.sector, visits_per_day=0.0)


def _shortfall(project: Project, file: str, brief: OutletBrief, told: set[str]) -> Fault | None:
    from layout.settings import LayoutSettings
    from layout.study.hall.read import choose_programme, hall_work, read_hall
    from layout.study.work.requirement import plan_requirement
    from layout.zones.space import plan_space

    try:
        hall = read_hall(project, file)
        programme = choose_programme(project, brief)
        work = hall_work(plan_requirement(project, brief))
    except InputError as error:
        if isinstance(error, TableError) and {fault.input for fault in error.faults} <= told:
            return None
        return Fault(file, "hall", str(error), "a hall and a programme that can be planned")
    areas = project.section("layout", LayoutSettings).programme.area_m2
    space = plan_space(programme, work, areas, hall.buildable_m2)
    short = space.least_m2 - hall.buildable_m2
    if short <= 0:
        return None
    return Fault(
        file,
        "hall-too-small",
        f"{hall.buildable_m2:.0f} m² free",
        f"at least {space.least_m2:.0f} m² for the zones {_listed(need.kind for need in space.needs)}",
        f"It is {short:.0f} m² short: take a larger hall, or make [layout.programme] smaller",
    )


def _listed(kinds: Iterable[str]) -> str:
    return ", ".join(kind if count == 1 else f"{count} × {kind}" for kind, count in Counter(kinds).items())
