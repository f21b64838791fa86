"""Find every fault of layout's inputs: hall plans, briefs, counted visits, people."""

from __future__ import annotations

from outlet.errors import Fault, InputError
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
        reading = check_plan(project.path(name), settings.hall, name=name)
    except InputError as error:
        return Findings(faults=(Fault(name, "outside-folder", str(error), "a file inside the project folder"),))
    plan = reading.plan
    if plan is None or reading.faults:
        return Findings(faults=reading.faults, remarks=reading.remarks)
    cells = free_cells(plan, settings.hall.cell_m)
    doors = f"{len(plan.entrances)} entrances, {len(plan.exits)} exits, {len(plan.columns)} columns"
    note = f"hall of {plan.outline.area:.0f} m², {cells.area_m2:.0f} m² free; {doors}"
    return Findings(counts=(Count(name, 1, note),), remarks=reading.remarks)


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
    from layout.data.snapshots import check_snapshots
    from layout.data.visits import check_visits

    name = settings.services.visits
    if name is None:
        return Findings()
    if settings.services.snapshots is not None:
        found = check_snapshots(project.path(name), settings.services.snapshots, name=name)
        note = f"days of ticket queues in {len({each.outlet for each in found.days})} outlets"
        return Findings(found.faults, (Count(name, len(found.days), note),), found.remarks)
    visits = check_visits(project.path(name), settings.services.visits_table, name=name)
    note = f"counted visits of {len(visits.counts.outlets())} outlets"
    return Findings(visits.faults, (Count(name, len(visits.counts.counts), note),), visits.remarks)


def _people(project: Project, settings: LayoutSettings) -> Findings:
    from layout.data.people import check_people

    name = settings.staff.people
    if name is None:
        return Findings()
    found = check_people(project.path(name), settings.staff.people_table, name=name)
    return Findings(found.faults, (Count(name, len(found.people.people), "people"),), found.remarks)


def _locked(project: Project, settings: LayoutSettings) -> Findings:
    from layout.data.locked import check_locked

    name = settings.staff.locked
    if name is None:
        return Findings()
    found = check_locked(project.path(name), settings.staff.locked_table, name=name)
    return Findings(found.faults, (Count(name, len(found.cells), "locked cells of the roster"),), found.remarks)
