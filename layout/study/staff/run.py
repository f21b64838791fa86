"""Staff one outlet: shifts that meet the requirement, a roster of people, and what follows from both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.data.locked import LockedCell, read_locked
from layout.data.people import Person, read_people
from layout.settings import LayoutSettings
from layout.settings.staff import StaffSettings
from layout.staffing import Roster, RosterProblem, ShiftPlan, roster
from layout.staffing.check import check_roster
from layout.staffing.plan import OFF
from layout.study.staff.book import RosterBook, write_book
from layout.study.staff.calendar import CalendarShift, write_calendar
from layout.study.staff.cover import Cover, cover_by_shift, cover_by_time
from layout.study.staff.need import StaffNeed, clock, plan_need
from layout.study.staff.people import (
    UnmetNamed,
    locked_shifts,
    make_up_people,
    roster_problem,
    tell_unmet,
)
from layout.study.staff.shifts import NamedShifts, design, full_length_shifts, name_shifts
from layout.study.staff.tables import (
    communities_table,
    establishment_rows,
    establishment_table,
    roster_table,
    shifts_table,
    spare_hours_per_week,
    used_shifts,
)
from layout.study.work.requirement import read_requirement
from layout.study.work.workload import opening_hours, read_catalogue
from outlet.handover import folder_of
from outlet.outcome import Limits, Outcome
from outlet.stage import StageRun, Summary

UNMET_TOLD = 6


@dataclass(frozen=True)
class Staffing:
    """What the stage has settled: the need, the people, the shifts used and the roster, with what to tell."""

    need: StaffNeed
    people: tuple[Person, ...]
    named: NamedShifts
    problem: RosterProblem
    assigned: NDArray[np.int64]
    unmet: UnmetNamed
    notes: tuple[str, ...]


def run_staff(stage: StageRun) -> Summary:
    """Do the stage.

    Raises
    ------
    InputError
        When people, locked cells, requirement or catchment are faulty.
    NoSolutionError
        When no shift can cover a requirement, or locked cells break a rule.
    """
    name = "{outlet}/requirement.csv"
    if not stage.alone and not stage.out.has(name):
        return Summary(title=f"Staff of {stage.brief.name}", skipped="there is no requirement.csv: no hall was planned")
    staffing = plan_staff(stage)
    write_staffing(stage, staffing)
    settings = stage.project.section("layout", LayoutSettings).staff
    rows = establishment_rows(staffing.named, staffing.need, staffing.people, settings)
    columns = ("post", "posts", "hours a week", "full-time equivalents", "people")
    return Summary(
        title=f"Staff of {stage.brief.name}",
        columns=columns,
        rows=[(row[0], row[1], row[2], row[4], row[5]) for row in rows],
        notes=staffing.notes,
    )


@dataclass(frozen=True)
class Prepared:
    """What is settled before anybody is rostered: the need, the people, those given, the shifts, and their limits."""

    need: StaffNeed
    people: tuple[Person, ...]
    given: tuple[Person, ...]
    locked: tuple[LockedCell, ...]
    named: NamedShifts
    designed: Outcome[ShiftPlan]
    settings: StaffSettings
    limits: Limits

    def cover(self) -> Cover:
        """Return the rows of cover: given people fill time with any shift, made-up people the plan's shifts."""
        by = cover_by_time if self.given else cover_by_shift
        return by(self.named, self.need, self.settings)


def prepare_staff(stage: StageRun) -> Prepared:
    """Read the need and design shifts, and find or make up people."""
    project, brief = stage.project, stage.brief
    settings = project.section("layout", LayoutSettings).staff
    catalogue = read_catalogue(project, brief)
    requirement = read_requirement(stage.out.read("{outlet}/requirement.csv"))
    hours = opening_hours(catalogue, brief)
    need = plan_need(requirement, hours, catalogue, settings, project.settings.as_of)
    limits = Limits(seconds=settings.seconds, workers=1, work=settings.work, seed=stage.seed)
    designed = design(need, settings, limits)
    given = _given_people(stage, settings)
    locked = _locked_cells(stage, settings)
    people, named = _who_and_what(designed.require(), given, locked, need, settings)
    return Prepared(need, people, given, locked, named, designed, settings, limits)


def plan_staff(stage: StageRun) -> Staffing:
    """Design shifts, find or make up people, and roster them."""
    made = prepare_staff(stage)
    need, people, cover = made.need, made.people, made.cover()
    problem = roster_problem(people, made.named, cover, need, made.settings, made.locked)
    outcome = roster(problem, made.limits)
    assigned = outcome.require().assigned
    breaches = check_roster(problem, assigned)
    if breaches:
        raise RuntimeError(f"the roster breaks {breaches[0].rule}: {breaches[0].found}")
    unmet = tell_unmet(problem, assigned, people, cover, need)
    kept, positions = used_shifts(made.named, assigned, need)
    notes = (*tell_roster(unmet), *_tell_people(made), *_tell_solves(made.designed, outcome), *need.notes)
    return Staffing(need, people, kept, problem, positions, unmet, notes)


def _given_people(stage: StageRun, settings: StaffSettings) -> tuple[Person, ...]:
    """Return the people of the table who work at the outlet; none where there is no table, or nobody of this outlet."""
    if settings.people is None:
        return ()
    table = read_people(stage.project.path(settings.people), settings.people_table, name=settings.people)
    return table.of_outlet(stage.brief.id).people


def _locked_cells(stage: StageRun, settings: StaffSettings) -> tuple[LockedCell, ...]:
    """Return the locked cells of this outlet; those of people who work at another are not of this roster."""
    if settings.locked is None:
        return ()
    cells = read_locked(stage.project.path(settings.locked), settings.locked_table, name=settings.locked)
    elsewhere: set[str] = set()
    if settings.people is not None:
        table = read_people(stage.project.path(settings.people), settings.people_table, name=settings.people)
        elsewhere = {person.id for person in table.people} - {p.id for p in table.of_outlet(stage.brief.id).people}
    return tuple(cell for cell in cells if cell.outlet in ("", stage.brief.id) and cell.person not in elsewhere)


def _who_and_what(
    plan: ShiftPlan,
    given: tuple[Person, ...],
    locked: tuple[LockedCell, ...],
    need: StaffNeed,
    settings: StaffSettings,
) -> tuple[tuple[Person, ...], NamedShifts]:
    """Return people and shifts: given people may work longer shifts than the plan's, made-up people need none."""
    planned = name_shifts(plan, (), need, settings)
    able = {role for person in given for role in person.roles}
    missing = tuple(post for post in need.posts if post not in able)
    made_up = tuple(
        person for person in make_up_people(planned, need, settings) if not person.roles.isdisjoint(missing)
    )
    longer = full_length_shifts(need, settings) if given else ()
    extra = (*longer, *locked_shifts(locked, need, (*plan.shifts, *longer)))
    return (*given, *made_up), name_shifts(plan, extra, need, settings)


def tell_roster(unmet: UnmetNamed) -> tuple[str, ...]:
    """Return what a roster leaves open: sums, then the first lines."""
    lines = unmet.lines
    if not lines:
        return ("every shift is taken, every contract and wish is met",)
    told = []
    if unmet.missing_per_week:
        posts = ", ".join(f"{hours:,.1f} h {name}" for name, hours in unmet.missing_per_week)
        told.append(f"people are missing: {posts} a week on average")
    if unmet.presence:
        told.append(f"presence rules, or breaks apart, are not kept at {len(unmet.presence)} times")
    if unmet.contracts:
        short = f"{unmet.contract_hours:,.1f} h in all"
        told.append(f"{len(unmet.contracts)} weeks of people are below their contract's hours, {short}")
    if unmet.wishes:
        told.append(f"{len(unmet.wishes)} wishes for days on or off are not met")
    if unmet.teams:
        told.append(f"{len(unmet.teams)} days of people are apart from their team")
    told += [f"  {line}" for line in lines[:UNMET_TOLD]]
    if len(lines) > UNMET_TOLD:
        told.append(f"  … and {len(lines) - UNMET_TOLD} more in roster.xlsx")
    return tuple(told)


def _tell_people(made: Prepared) -> tuple[str, ...]:
    given, need, settings = made.given, made.need, made.settings
    notes = []
    made_up = made.people[len(given) :]
    if made_up:
        counts = [
            f"{sum(post in person.roles for person in made_up)} {name}"
            for post, name in zip(need.posts, need.names, strict=True)
            if any(post in person.roles for person in made_up)
        ]
        why = "no people are given" if not given else "nobody in the people table can fill these posts"
        full_time = f"{settings.full_time_hours:g} h a week at most"
        notes.append(f"{why}: {len(made_up)} people were made up ({full_time}): {', '.join(counts)}")
    anywhere = sum(person.outlet is None for person in given)
    if anywhere:
        notes.append(f"{anywhere} people name no outlet: they are rostered here, and at every other outlet as well")
    plan = made.designed.require()
    notes.append(f"shifts: {plan.paid_min / 60:g} paid hours a week, {len(plan.shifts)} kinds of shift")
    relieved = [name for name, alone in zip(need.names, need.relieved, strict=True) if alone]
    if relieved:
        notes.append(f"breaks of {', '.join(relieved)}: a colleague of another post is taken to step in")
    if settings.presence and not given:
        notes.append("presence rules are left out: no people are given, so nobody is known to hold anything")
    return tuple(notes)


def _tell_solves(designed: Outcome[ShiftPlan], rostered: Outcome[Roster]) -> tuple[str, ...]:
    notes = []
    for what, outcome, unit in (("shifts", designed, 60), ("roster", rostered, 1)):
        if outcome.objective is None or outcome.bound is None:
            continue
        price, bound = outcome.objective / unit, outcome.bound / unit
        notes.append(
            f"{what}: {outcome.status}, price {price:,.1f}, bound {bound:,.1f}, stopped by {outcome.stopped_by}"
        )
    if "time" in (designed.stopped_by, rostered.stopped_by):
        notes.append("the clock stopped a solve: another run may give another roster; raise [layout.staff] seconds")
    return tuple(notes)


def write_staffing(stage: StageRun, staffing: Staffing) -> None:
    """Write every artefact of the stage."""
    settings = stage.project.section("layout", LayoutSettings).staff
    need, named, people = staffing.need, staffing.named, staffing.people
    write = stage.out.write_text
    write("{outlet}/shifts.csv", shifts_table(named, need))
    write("{outlet}/roster.csv", roster_table(staffing.problem, staffing.assigned, people, named, need))
    rows = establishment_rows(named, need, people, settings)
    write("{outlet}/establishment.csv", establishment_table(rows))
    catchment = stage.out.read("{outlet}/catchment.csv") if stage.out.has("{outlet}/catchment.csv") else None
    spare = spare_hours_per_week(named.shifts, staffing.assigned, need)
    write("{outlet}/communities.csv", communities_table(catchment, spare, settings.grade_values))
    book = RosterBook(
        title=stage.brief.name,
        language=stage.project.settings.language,
        people=people,
        named=named,
        need=need,
        assigned=staffing.assigned,
        locked=staffing.problem.locked,
        unmet=staffing.unmet.lines,
        as_of=stage.project.settings.as_of,
    )
    write_book(stage.out.write("{outlet}/roster.xlsx"), book)
    for e, person in enumerate(people):
        name = f"{{outlet}}/roster/{folder_of(person.id)}.ics"
        stage.out.write(name).write_bytes(_calendar(stage, staffing, e))


def _calendar(stage: StageRun, staffing: Staffing, e: int) -> bytes:
    need, named, person = staffing.need, staffing.named, staffing.people[e]
    shifts: list[CalendarShift] = []
    for d, day in enumerate(need.dates):
        s = int(staffing.assigned[e, d])
        if s == OFF:
            continue
        shift = named.shifts[s]
        title = f"{need.names[shift.post]}, {stage.brief.name}"
        pause = f", break {clock(shift.break_start_min)}–{clock(shift.break_end_min)}" if shift.break_start_min else ""
        detail = f"{named.ids[s]} {clock(shift.start_min)}–{clock(shift.end_min)}{pause}"
        shifts.append(CalendarShift(day, shift.start_min, shift.end_min, title, detail))
    return write_calendar(
        shifts,
        name=f"{person.name}, {stage.brief.name}",
        place=stage.brief.name,
        key=f"{stage.brief.id}\n{person.id}",
        zone=stage.brief.timezone,
        as_of=stage.project.settings.as_of,
    )
