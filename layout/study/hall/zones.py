"""Arrange one outlet's hall: from its work to zones, movement line, posts and cameras: `run_zones`.

The circle between space and work: the requirement gives posts, machines and people waiting; they give the programme's
areas; where no arrangement keeps all rules, areas shrink towards their least sizes and optional zones go, for at most
five rounds. The best round is kept, and what remains broken is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from layout.floor.plan import Door
from layout.flow.book import JourneyBook
from layout.flow.exposure import total_exposure
from layout.flow.heat import heat
from layout.flow.journeys import Errand, plan_journeys, trips
from layout.posts.plan import Furnishing
from layout.settings import LayoutSettings
from layout.study.furnish.hall import furnish_hall
from layout.study.hall.arranged import make_zone_plan
from layout.study.hall.conflict import explain_conflict
from layout.study.hall.exposure import show_seats, show_zones, waited_minutes
from layout.study.hall.measures import FinishedFloor, measure_zones
from layout.study.hall.plan import HallPlan, Measured, zones_json
from layout.study.hall.read import (
    Hall,
    busiest_hour,
    choose_journeys,
    choose_kit,
    choose_programme,
    hall_file,
    hall_work,
    read_hall,
)
from layout.study.hall.rules import check_rules, hall_rules
from layout.study.hall.walks import HallWalks, main_entrance, walk_hall
from layout.study.work.requirement import Requirement, plan_requirement, write_requirement
from layout.study.work.workload import plan_workload
from layout.zones.brief import SIDES, make_problem
from layout.zones.check import entrance_cells
from layout.zones.improve import Arrangement, arrange
from layout.zones.plan import SEVERITIES, BrokenRule, ZonePlan
from layout.zones.problem import PackProblem
from layout.zones.programme import Programme
from layout.zones.space import Space, plan_space, shrink, without
from outlet.errors import InputError, NoSolutionError
from outlet.handover import read_brief
from outlet.outcome import Limits, Outcome
from outlet.stage import StageRun, Summary

ROUNDS = 5
WISHED_ROUNDS = 2
SHRINK = 0.5
WISHES = frozenset({"staff_side", "entrance_within"})
PACK_WORK = 0.6
FURNISH_WORK = 1.0
SECONDS = 120.0


@dataclass(frozen=True)
class Travel:
    """How visitors move: their sector's courses, what they come for in a hall of some zones, and who is undecided."""

    book: JourneyBook
    errands: Callable[[Sequence[str]], tuple[Errand, ...]]
    browse: float


@dataclass(frozen=True)
class _Round:
    space: Space
    problem: PackProblem
    outcome: Outcome[Arrangement]
    notes: tuple[str, ...] = ()


def run_zones(stage: StageRun) -> tuple[Summary, HallPlan | None]:
    """Plan the hall of the stage's outlet and write requirement.csv and zones.json.

    Returns
    -------
    The table of the command, and the plan for whoever draws it; None where the outlet has no hall.

    Raises
    ------
    InputError
        When the plan is faulty, or the hall is too small for its programme: the message names the shortfall.
    NoSolutionError
        When no arrangement was found.
    """
    brief, project = stage.brief, stage.project
    requirement = plan_requirement(project, brief)
    if any(read_brief(project.path(name)).id == brief.id for name in project.data_files("layout.briefs")):
        stage.out.write_text("{outlet}/outlet.json", brief.to_json())
    write_requirement(stage.out.write("{outlet}/requirement.csv"), requirement)
    file = hall_file(project, brief)
    if file is None:
        why = "the outlet has no hall plan and [layout.hall] plan names none"
        return Summary(f"Zones of {brief.name}", skipped=why), None
    plan = plan_hall(stage, read_hall(project, file), requirement)
    stage.out.write_json("{outlet}/zones.json", zones_json(plan))
    return _summary(brief.name, plan), plan


def plan_hall(stage: StageRun, hall: Hall, requirement: Requirement) -> HallPlan:
    """Plan one hall whose work is known."""
    settings = stage.project.section("layout", LayoutSettings)
    programme = choose_programme(stage.project, stage.brief)
    space = plan_space(programme, hall_work(requirement), settings.programme.area_m2, hall.buildable_m2)
    workload = plan_workload(stage.project, stage.brief)
    travel = Travel(
        choose_journeys(stage.project, stage.brief, programme),
        lambda kinds: busiest_hour(workload, requirement, kinds),
        programme.browse,
    )
    best = _settle(stage, hall, programme, space, travel)
    conflict = _conflict(best, stage.seed)
    if best.outcome.solution is None:
        message = f"{stage.brief.name}: {'; '.join(best.outcome.reasons)}"
        if best.outcome.status == "infeasible" or conflict:
            told = conflict or "a larger hall, or a smaller [layout.programme], is needed"
            raise InputError(f"{message}; {told}")
        raise NoSolutionError(f"no arrangement of the hall was found: {message}")
    notes = (*best.notes, *((conflict,) if conflict else ()))
    zones = make_zone_plan(hall.cells, best.problem, best.space, best.outcome.solution, notes)
    walked = walk_hall(hall.plan, _entrance(hall, best), zones.zones, _selling(best.space), hall_rules(stage.project))
    zones, measured = _measure(best, zones, walked, travel)
    furnishing = _furnish(stage, hall, zones, requirement, best.space.seats)
    zones = replace(zones, broken_rules=check_rules(stage.project, stage.brief.sector, hall.plan, zones, furnishing))
    triage = workload.catalogue.triage
    waited = waited_minutes(requirement, () if triage is None else (triage.post,))
    shown = show_seats(measured.exposure, walked.clear, zones.zones, furnishing, waited)
    terms = {**zones.terms, **furnishing.terms}
    zones = replace(zones, terms=dict(sorted(terms.items())))
    floor = FinishedFloor(
        hall.plan, hall.cells, zones.zones, best.space, furnishing, walked, shown, requirement, workload.diverted
    )
    notes = (*hall.plan.notes, *requirement.notes, *zones.notes, *furnishing.notes)
    return HallPlan(
        hall,
        requirement,
        zones,
        furnishing,
        replace(measured, exposure=shown),
        best.space.seats,
        tuple(dict.fromkeys(notes)),
        measure_zones(floor),
    )


def _furnish(stage: StageRun, hall: Hall, zones: ZonePlan, requirement: Requirement, seats: int) -> Furnishing:
    limits = Limits(workers=1, work=FURNISH_WORK, seconds=SECONDS, seed=stage.seed)
    posts = {role: (requirement.zone_of.get(role, "reception"), n) for role, n in sorted(requirement.peak.items())}
    kit = choose_kit(stage.project, stage.brief)
    machines = requirement.machines_by_kind
    return furnish_hall(hall.plan, zones, posts, machines, seats, limits, kit)


def _entrance(hall: Hall, best: _Round) -> Door:
    assert best.outcome.solution is not None
    first = entrance_cells(hall.ground.entrance, best.outcome.solution.verdict.aisles)[0]
    return main_entrance(hall.plan, hall.cells, first)


def _selling(space: Space) -> list[str]:
    return list(dict.fromkeys(need.kind for need in space.needs if need.spec.selling))


def _measure(best: _Round, zones: ZonePlan, walked: HallWalks, travel: Travel) -> tuple[ZonePlan, Measured]:
    """Measure a settled hall whose undecided visitors are led along its movement line."""
    assert best.outcome.solution is not None
    verdict, ground = best.outcome.solution.verdict, best.problem.ground
    kinds = [zone.kind for zone in zones.zones]
    kind_of = {zone.id: zone.kind for zone in zones.zones}
    led = [kind for kind in (kind_of[stop] for stop in walked.movement.stops) if kind in _selling(best.space)]
    selling = list(dict.fromkeys([*led, *_selling(best.space)]))
    journeys = plan_journeys(travel.errands(kinds), kinds, selling, travel.browse, travel.book)
    flow = trips(journeys, kinds)
    exposure = show_zones(walked, zones.zones, best.space, journeys, travel.book)
    door = entrance_cells(ground.entrance, verdict.aisles)[:1]
    density = heat(verdict.aisles, ground.cell_m, np.vstack([door, verdict.access]), flow)
    exact = {**walked.terms(flow), "exposure": total_exposure(exposure)}
    terms = dict(sorted({**zones.terms, **exact}.items()))
    told = replace(
        zones,
        terms={name: round(value, 3) + 0.0 for name, value in terms.items()},
        movement_line=walked.movement.line,
    )
    return told, Measured(walked.movement, exposure, flow, trips(journeys, kinds, day=True), density)


def _settle(stage: StageRun, hall: Hall, programme: Programme, space: Space, travel: Travel) -> _Round:
    """Return the best of at most five rounds.

    While a rule is broken that no hall can do without, zones shrink, then optional ones go. Where only wishes of the
    programme are broken, there are at most two more: with smaller zones where they are not small yet, each from
    another seed.
    """
    best: _Round | None = None
    more = WISHED_ROUNDS
    for number in range(ROUNDS):
        tried = _arrange(stage, hall, programme, space, travel, stage.seed + number)
        if best is None or _rank(tried) < _rank(best):
            best = tried
        serious, wishes = _broken(best)
        if not serious and (not wishes or not more):
            break
        more -= not serious
        smaller = space if not serious and number > 0 else _smaller(space, number)
        if smaller is None:
            break
        space = smaller
    assert best is not None
    return best


def _conflict(best: _Round, seed: int) -> str | None:
    """Return which demands cannot be kept together, where the best round keeps not all of them and that is proved."""
    if _broken(best) == (0, 0):
        return None
    return explain_conflict(best.problem, best.space, Limits(seconds=SECONDS, seed=seed))


def _broken(tried: _Round) -> tuple[int, int]:
    """Return how many rules are broken: those every hall keeps, and wishes of the programme."""
    solution = tried.outcome.solution
    if solution is None:
        return 1, 0
    wishes = sum(rule.rule in WISHES for rule in solution.verdict.broken)
    return len(solution.verdict.broken) - wishes, wishes


def _rank(tried: _Round) -> tuple[bool, int, int]:
    return tried.outcome.solution is None, *_broken(tried)


def _optional(space: Space) -> list[str]:
    ranked = sorted(
        (need for need in space.needs if need.spec.optional), key=lambda need: (-need.spec.optional, need.kind)
    )
    return [need.kind for need in ranked]


def _smaller(space: Space, number: int) -> Space | None:
    """Return less space for the next round: smaller targets, then fewer optional zones; None where neither goes."""
    if number == 0:
        return shrink(space, SHRINK)
    optional = _optional(space)
    if not optional:
        return None
    return without(space, optional[0], "left out so that the other zones keep the rules")


def _arrange(stage: StageRun, hall: Hall, programme: Programme, space: Space, travel: Travel, seed: int) -> _Round:
    settings = stage.project.section("layout", LayoutSettings).programme
    kinds = [need.kind for need in space.needs]
    journeys = plan_journeys(travel.errands(kinds), kinds, _selling(space), travel.browse, travel.book)
    x0, y0, cell = hall.cells.x0, hall.cells.y0, hall.cells.cell_m
    locked = {}
    for zone in settings.locked:
        if zone.kind in kinds:
            x, y, w, h = zone.rect
            at = (round((x - x0) / cell), round((y - y0) / cell), max(1, round(w / cell)), max(1, round(h / cell)))
            locked[zone.kind] = (*at, SIDES[zone.front])
    problem = make_problem(
        hall.ground, programme, space, trips(journeys, kinds), locked=locked, weights=settings.weights
    )
    limits = Limits(workers=2, work=PACK_WORK, seconds=SECONDS, seed=seed)
    return _Round(space, problem, arrange(problem, limits, effort=settings.effort))


def _summary(name: str, plan: HallPlan) -> Summary:
    zones = plan.zones
    rows = [
        (zone.id, zone.area_m2, "public" if zone.public else "staff", *(float(value) for value in zone.access))
        for zone in zones.zones
    ]
    broken = [f"{rule.severity}: {rule.rule} at {rule.where}: {rule.text}" for rule in zones.broken_rules]
    terms = zones.terms
    told = (
        f"{terms['zones_m2']:.0f} m² of zones, {terms['walking_m_per_visitor']:.1f} m walked by a visitor, "
        f"{_counted(zones.broken_rules)}"
    )
    columns = ("zone", "m²", "for", "access x", "access y")
    return Summary(f"Zones of {name}", columns, rows, (told, *broken, *plan.notes))


def _counted(broken: Sequence[BrokenRule]) -> str:
    """Return how many rules are broken, by severity."""
    counts = [(sum(rule.severity == severity for rule in broken), severity) for severity in SEVERITIES]
    told = ", ".join(f"{count} {severity}" for count, severity in counts if count)
    return f"{len(broken)} rules broken" + (f" ({told})" if told else "")
