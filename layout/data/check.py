"""Find every fault of layout's inputs: hall plans, briefs, counted visits, people, surveys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from outlet.errors import Fault, InputError
from outlet.findings import Count, Findings
from outlet.project import Project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from layout.data.people import Person
    from layout.settings import LayoutSettings
    from layout.settings.staff import StaffSettings


def check(project: Project) -> Findings:
    """Look at every input that the settings name; nothing is solved, and nothing is left unread because of a fault."""
    if not project.has("layout"):
        return Findings()
    from layout.settings import LayoutSettings

    settings = project.section("layout", LayoutSettings)
    found = Findings()
    found = found.joined(_halls(project, settings)).joined(_briefs(project, settings))
    tables = ((settings.services.visits, _visits), (settings.staff.people, _people), (settings.staff.locked, _locked))
    for name, look in tables:
        if name is not None:
            found = found.joined(_looked(project, settings, name, look))
    if settings.efficiency.surveys is not None:
        outlets = _hand_written(project, settings)
        found = found.joined(
            _looked(project, settings, settings.efficiency.surveys, lambda path, _, name: _surveys(path, name, outlets))
        )
    return found.joined(Findings(faults=tuple(_unknown_people(project, settings))))


def _looked(
    project: Project, settings: LayoutSettings, name: str, look: Callable[[Path, LayoutSettings, str], Findings]
) -> Findings:
    """Look at one table, unless its path leaves the project folder."""
    try:
        path = project.path(name)
    except InputError as error:
        return Findings(faults=(Fault(name, "outside-folder", str(error), "a file inside the project folder"),))
    return look(path, settings, name)


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
    things = (("entrance", plan.entrances), ("exit", plan.exits), ("column", plan.columns))
    doors = ", ".join(f"{len(found)} {noun}{'' if len(found) == 1 else 's'}" for noun, found in things)
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


def _visits(path: Path, settings: LayoutSettings, name: str) -> Findings:
    from layout.data.snapshots import check_snapshots
    from layout.data.visits import check_visits

    if settings.services.snapshots is not None:
        found = check_snapshots(path, settings.services.snapshots, name=name)
        note = f"days of ticket queues in {len({each.outlet for each in found.days})} outlets"
        return Findings(found.faults, (Count(name, len(found.days), note),), found.remarks)
    visits = check_visits(path, settings.services.visits_table, name=name)
    note = f"counted visits of {len(visits.counts.outlets())} outlets"
    return Findings(visits.faults, (Count(name, len(visits.counts.counts), note),), visits.remarks)


def _people(path: Path, settings: LayoutSettings, name: str) -> Findings:
    from layout.data.people import check_people

    found = check_people(path, settings.staff.people_table, name=name)
    faults = (*found.faults, *_rules_nobody_fits(found.people.people, settings.staff, name))
    return Findings(faults, (Count(name, len(found.people.people), "people"),), found.remarks)


def _rules_nobody_fits(people: Sequence[Person], staff: StaffSettings, name: str) -> list[Fault]:
    """Return what presence rules ask for and nobody holds, and groups of weekend duty beyond the rotation."""
    from layout.data.people import groups_beyond

    columns, held = staff.people_table.columns, {thing for person in people for thing in person.holds}
    faults = [
        Fault(name, "missing-value", f"nobody with {rule.holds!r}", "somebody, as presence asks", column=columns.holds)
        for rule in staff.presence
        if people and rule.holds not in held
    ]
    groups = staff.roster.weekend_rotation
    return faults if groups < 2 else [*faults, *groups_beyond(people, groups, name, columns.weekend_group)]


def _locked(path: Path, settings: LayoutSettings, name: str) -> Findings:
    from layout.data.locked import check_locked

    found = check_locked(path, settings.staff.locked_table, name=name)
    return Findings(found.faults, (Count(name, len(found.cells), "locked cells of the roster"),), found.remarks)


def _hand_written(project: Project, settings: LayoutSettings) -> list[str] | None:
    """Return the ids of all outlets where briefs name them; None where siting chooses them, or one cannot be read."""
    from outlet.handover import read_brief

    if project.has("siting"):
        return None
    try:
        return [read_brief(project.path(file)).id for file in settings.briefs] or None
    except InputError:
        return None


def _surveys(path: Path, name: str, outlets: list[str] | None) -> Findings:
    from layout.data.surveys import check_surveys

    found = check_surveys(path, name=name, outlets=outlets)
    return Findings(found.faults, (Count(name, len(found.points), "surveyed outlets"),), found.remarks)


def _unknown_people(project: Project, settings: LayoutSettings) -> list[Fault]:
    """Return the locked cells of people who are not in the table of people."""
    from layout.data.locked import check_locked
    from layout.data.people import check_people

    staff = settings.staff
    if staff.people is None or staff.locked is None:
        return []
    try:
        people = check_people(project.path(staff.people), staff.people_table, name=staff.people).people.people
        cells = check_locked(project.path(staff.locked), staff.locked_table, name=staff.locked).cells
    except InputError:
        return []
    known = {person.id for person in people}
    column = staff.locked_table.columns.person
    return [
        Fault(
            str(staff.locked),
            code="unknown-reference",
            found=f"the person {cell.person!r}",
            expected=f"an id of {staff.people}",
            row=cell.row,
            column=column,
        )
        for cell in cells
        if known and cell.person not in known
    ]
