"""Arrange one outlet's hall: from its work to zones, movement line, posts and cameras: `run_zones`.

The circle between space and work: the requirement gives posts, machines and people waiting; they give the programme's
areas; where no arrangement keeps all rules, areas shrink towards their least sizes and optional zones go, for at most
five rounds. The best round is kept, and what remains broken is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.flow.journeys import Errand, plan_journeys, trips
from layout.posts.plan import Furnishing
from layout.settings import LayoutSettings
from layout.study.hall import Hall, busiest_hour, choose_programme, hall_file, hall_work, read_hall
from layout.study.posts import CameraKind, furnish_hall, zones_json_parts
from layout.study.requirement import Requirement, plan_requirement, write_requirement
from layout.study.workload import plan_workload
from layout.study.zone_plan import make_zone_plan
from layout.zones.brief import SIDES, make_problem
from layout.zones.improve import Arrangement, arrange
from layout.zones.plan import ZonePlan
from layout.zones.problem import PackProblem
from layout.zones.programme import Programme
from layout.zones.space import Space, plan_space, shrink, without
from outlet.commit import Json
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
SCHEMA = 1

Errands = Callable[[Sequence[str]], tuple[Errand, ...]]


@dataclass(frozen=True)
class HallPlan:
    """Everything planned for one hall; ``density`` is visitors an hour on each cell of the hall's grid."""

    hall: Hall
    requirement: Requirement
    zones: ZonePlan
    furnishing: Furnishing
    density: NDArray[np.float64]
    seats: int
    notes: tuple[str, ...]


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
    best = _settle(stage, hall, programme, space, lambda kinds: busiest_hour(workload, requirement, kinds))
    if best.outcome.solution is None:
        message = f"{stage.brief.name}: {'; '.join(best.outcome.reasons)}"
        if best.outcome.status == "infeasible":
            raise InputError(f"{message}; a larger hall, or a smaller [layout.programme], is needed")
        raise NoSolutionError(f"no arrangement of the hall was found: {message}")
    zones = make_zone_plan(hall.cells, best.problem, best.space, best.outcome.solution, best.notes)
    limits = Limits(workers=1, work=FURNISH_WORK, seconds=SECONDS, seed=stage.seed)
    posts = {role: (requirement.zone_of.get(role, "reception"), n) for role, n in sorted(requirement.peak.items())}
    equipment = settings.equipment
    furnishing = furnish_hall(
        hall.plan,
        zones,
        posts,
        requirement.machines,
        best.space.seats,
        limits,
        CameraKind(equipment.camera_range_m, equipment.camera_angle_deg),
    )
    notes = (*hall.plan.notes, *requirement.notes, *zones.notes, *furnishing.notes)
    density = best.outcome.solution.verdict.paths.density
    return HallPlan(hall, requirement, zones, furnishing, density, best.space.seats, tuple(dict.fromkeys(notes)))


def _settle(stage: StageRun, hall: Hall, programme: Programme, space: Space, errands: Errands) -> _Round:
    """Return the best of at most five rounds.

    While a rule is broken that no hall can do without, zones shrink, then optional ones go. Where only wishes of the
    programme are broken, there are at most two more: with smaller zones where they are not small yet, each from
    another seed.
    """
    best: _Round | None = None
    more = WISHED_ROUNDS
    for number in range(ROUNDS):
        tried = _arrange(stage, hall, programme, space, errands, stage.seed + number)
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


def _arrange(stage: StageRun, hall: Hall, programme: Programme, space: Space, errands: Errands, seed: int) -> _Round:
    settings = stage.project.section("layout", LayoutSettings).programme
    kinds = [need.kind for need in space.needs]
    selling = [need.kind for need in space.needs if need.spec.selling]
    journeys = plan_journeys(errands(kinds), kinds, selling, programme.browse)
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
    limits = Limits(workers=1, work=PACK_WORK, seconds=SECONDS, seed=seed)
    return _Round(space, problem, arrange(problem, limits, effort=settings.effort))


def zones_json(plan: HallPlan) -> dict[str, object]:
    """Return the content of zones.json."""
    zones, floor = plan.zones, plan.hall.plan
    bound: dict[str, Json] = {
        name: None if value is None else round(value, 3) for name, value in sorted(zones.bound.items())
    }
    bound["cameras"] = plan.furnishing.cameras_bound
    return {
        "schema": SCHEMA,
        "units": "m",
        "crs": None,
        "origin": list(floor.origin),
        "origin_crs": floor.origin_crs,
        "rotation_deg": floor.rotation_deg,
        "hall": {
            "source": floor.source,
            "area_m2": round(float(floor.outline.area), 2),
            "free_m2": round(plan.hall.cells.area_m2, 2),
        },
        "zones": [
            {
                "id": zone.id,
                "kind": zone.kind,
                "name": zone.name,
                "rects": [[float(value) for value in rect] for rect in zone.rects],
                "area_m2": zone.area_m2,
                "locked": zone.locked,
                "public": zone.public,
                "enclosed": zone.enclosed,
                "front_deg": zone.front_deg,
                "access": [float(value) for value in zone.access],
            }
            for zone in zones.zones
        ],
        **zones_json_parts(plan.furnishing),
        "seats": plan.seats,
        "machines": plan.requirement.machines,
        "terms": dict(zones.terms),
        "bound": bound,
        "broken_rules": [{"rule": rule.rule, "where": rule.where, "text": rule.text} for rule in zones.broken_rules],
        "movement_line": [[float(x), float(y)] for x, y in zones.movement_line],
        "notes": list(plan.notes),
    }


def _summary(name: str, plan: HallPlan) -> Summary:
    zones = plan.zones
    rows = [
        (zone.id, zone.area_m2, "public" if zone.public else "staff", *(float(value) for value in zone.access))
        for zone in zones.zones
    ]
    broken = [f"broken: {rule.rule} at {rule.where}: {rule.text}" for rule in zones.broken_rules]
    terms = zones.terms
    told = (
        f"{terms['zones_m2']:.0f} m² of zones, {terms['walking_m_per_visitor']:.1f} m walked by a visitor, "
        f"{len(zones.broken_rules)} rules broken"
    )
    columns = ("zone", "m²", "for", "access x", "access y")
    return Summary(f"Zones of {name}", columns, rows, (told, *broken, *plan.notes))
