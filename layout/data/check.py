"""Find every fault of layout's inputs: hall plans, briefs, counted visits, people."""

from __future__ import annotations

from outlet.errors import Fault, InputError, TableError
from outlet.findings import Count, Findings
from outlet.project import Project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from layout.settings import LayoutSettings


def check(project: Project) -> Findings:
    """Look at every input that the settings name; nothing is solved, and nothing is left unread because of a fault."""
    if not project.has("layout"):
        return Findings()
    from layout.settings import LayoutSettings

    settings = project.section("layout", LayoutSettings)
    found = Findings()
    for look in (_halls, _briefs, _visits, _people, _locked):
        found = found.joined(look(project, settings))
    return found


def _fault(file: str, error: InputError) -> Fault:
    text = str(error).removeprefix(f"{file}: ")
    return Fault(file, "unreadable", text, "a file that can be read")


def _halls(project: Project, settings: LayoutSettings) -> Findings:
    found = Findings()
    for name in hall_names(project, settings):
        found = found.joined(check_hall(project, settings, name))
    return found


def hall_names(project: Project, settings: LayoutSettings) -> list[str]:
    """Return the hall plans of the settings and of hand-written briefs, sorted."""
    from outlet.handover import read_brief

    names = {str(settings.hall.plan)} if settings.hall.plan is not None else set()
    for file in settings.briefs:
        try:
            own = read_brief(project.path(file)).hall_plan
        except InputError:
            continue
        names |= {own} if own is not None else set()
    return sorted(names)


def check_hall(project: Project, settings: LayoutSettings, name: str) -> Findings:
    """Look at one hall plan: its shapes, its doors, and whether the programme's least sizes fit into it."""
    from layout.data.read import check_plan
    from layout.floor.cells import free_cells

    try:
        plan, faults = check_plan(project.path(name), settings.hall, name=name)
    except TableError as error:
        return Findings(faults=error.faults)
    except InputError as error:
        return Findings(faults=(_fault(name, error),))
    if plan is None or faults:
        return Findings(faults=tuple(faults))
    cells = free_cells(plan, settings.hall.cell_m)
    doors = f"{len(plan.entrances)} entrances, {len(plan.exits)} exits, {len(plan.columns)} columns"
    note = f"hall of {plan.outline.area:.0f} m², {cells.area_m2:.0f} m² free; {doors}"
    return Findings(counts=(Count(name, 1, note),), notes=plan.notes)


def _briefs(project: Project, settings: LayoutSettings) -> Findings:
    from outlet.handover import read_brief

    faults: list[Fault] = []
    counts: list[Count] = []
    for file in settings.briefs:
        try:
            brief = read_brief(project.path(file))
        except InputError as error:
            faults.append(_fault(file, error))
            continue
        counts.append(Count(file, 1, f"outlet {brief.id}: {brief.visits_per_day:g} visits a day"))
    return Findings(faults=tuple(faults), counts=tuple(counts))


def _visits(project: Project, settings: LayoutSettings) -> Findings:
    from layout.data.visits import check_visits

    name = settings.services.visits
    if name is None:
        return Findings()
    visits, faults = check_visits(project.path(name), name=name)
    outlets = len(visits.outlets())
    return Findings(faults=faults, counts=(Count(name, len(visits.counts), f"counted visits of {outlets} outlets"),))


def _people(project: Project, settings: LayoutSettings) -> Findings:
    from layout.data.people import check_people

    name = settings.staff.people
    if name is None:
        return Findings()
    people, faults = check_people(project.path(name), name=name)
    return Findings(faults=faults, counts=(Count(name, len(people.people), "people"),))


def _locked(project: Project, settings: LayoutSettings) -> Findings:
    from layout.data.locked import check_locked

    name = settings.staff.locked
    if name is None:
        return Findings()
    cells, faults = check_locked(project.path(name), name=name)
    return Findings(faults=faults, counts=(Count(name, len(cells), "locked cells of the roster"),))
