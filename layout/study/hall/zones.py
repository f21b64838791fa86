"""Arrange one outlet's hall: from its work to zones, movement line, posts and cameras: `run_zones`.

`layout.study.hall.settle` sizes and arranges the zones, `layout.study.hall.finish` measures, furnishes and checks what
was arranged; where the planner asks for alternatives, so are those, and the one chosen is the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from layout.settings import LayoutSettings
from layout.settings.hall import ProgrammeSettings
from layout.study.day.waiting import REQUIREMENT, ROSTERED, asked_seats
from layout.study.hall.choice import HallChoice, choice_json
from layout.study.hall.conflict import explain_conflict
from layout.study.hall.earlier import Earlier, locks_of, read_earlier
from layout.study.hall.finish import Finishing
from layout.study.hall.read import (
    Hall,
    busiest_hour,
    choose_journeys,
    choose_programme,
    hall_file,
    hall_work,
    read_hall,
)
from layout.study.hall.rules import hall_rules
from layout.study.hall.settle import SECONDS, HallTask, Round, Sized, Travel, broken_in, settle
from layout.study.work.requirement import Requirement, plan_requirement, write_requirement
from layout.study.work.workload import plan_workload
from layout.zones.improve import Arrangement, Inspect, alternatives, stood
from layout.zones.plan import SEVERITIES, BrokenRule
from layout.zones.problem import PackProblem, Placement
from layout.zones.space import plan_space
from layout.zones.topology import unlike
from outlet.errors import InputError, NoSolutionError
from outlet.handover import read_brief
from outlet.outcome import Limits
from outlet.stage import Cell, StageRun, Summary

ZONES_JSON, SEATS_JSON = "{outlet}/zones.json", "{outlet}/seats.json"
LATE = (
    f"the search was stopped by the clock ({SECONDS:.0f} s) before its work was done: the plan is the best "
    "until then, and another run may give another; run on a quieter machine, or with less [layout.programme] effort"
)


def run_zones(stage: StageRun) -> tuple[Summary, HallChoice | None]:
    """Plan the hall of the stage's outlet and write requirement.csv and zones.json.

    Returns
    -------
    The table of the command, and the plans for whoever draws them; None where the outlet has no hall.

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
    asked = asked_seats(stage.out.read(SEATS_JSON)) if stage.out.has(SEATS_JSON) else 0
    more = asked > requirement.queue_p95
    if more:
        requirement = replace(requirement, queue_p95=float(asked))
    choice = plan_hall(stage, read_hall(project, file), requirement)
    stage.out.write_json(ZONES_JSON, choice_json(choice) | {"seats_from": ROSTERED if more else REQUIREMENT})
    return _summary(brief.name, choice), choice


def plan_hall(stage: StageRun, hall: Hall, requirement: Requirement) -> HallChoice:
    """Plan one hall whose work is known."""
    for told in hall.unreached:
        stage.progress.say(told)
    settings = stage.project.section("layout", LayoutSettings).programme
    programme = choose_programme(stage.project, stage.brief)
    space = plan_space(programme, hall_work(requirement), settings.area_m2, hall.buildable_m2)
    workload = plan_workload(stage.project, stage.brief)
    travel = Travel(
        choose_journeys(stage.project, stage.brief, programme),
        lambda kinds: busiest_hour(workload, requirement, kinds),
        programme.browse,
    )
    earlier = _earlier(stage, hall, settings)
    locks = locks_of(settings, earlier, space)
    task = HallTask(hall, programme, travel, settings.weights, settings.effort, stage.seed, locks, earlier)
    rules = hall_rules(stage.project)
    rounds: list[Finishing] = []

    def inspector(sized: Sized) -> Inspect:
        rounds.append(Finishing(stage, task, sized, requirement, workload, rules))
        return rounds[-1].musts

    best = settle(task, space, inspector)
    conflict = _conflict(best, stage.seed)
    found = _solution(stage.brief.name, hall, best, conflict)
    finishing = next(one for one in rounds if one.settled.problem is best.problem)
    start = task.start(best.problem)
    arranged = alternatives(
        best.problem,
        found,
        best.limits,
        count=settings.alternatives,
        effort=settings.effort,
        start=start,
        inspect=finishing.musts,
    )
    if settings.choose > len(arranged):
        raise InputError(
            f"outlet.toml: layout.programme.choose is {settings.choose}, but the search found {len(arranged)} "
            f"plans that differ in topology: choose 1 to {len(arranged)}, or raise layout.programme.effort"
        )
    late = best.outcome.stopped_by == "time"
    notes = (
        *hall.unreached,
        *((LATE,) if late else ()),
        *_resumed(settings, task, best.problem, arranged[settings.choose - 1].placement),
        *((conflict,) if conflict else ()),
        *_unlit(hall, best),
    )
    return _choose(settings, arranged, finishing, notes, best.outcome.stopped_by)


def _choose(
    settings: ProgrammeSettings,
    arranged: Sequence[Arrangement],
    finishing: Finishing,
    notes: Sequence[str],
    stopped_by: str,
) -> HallChoice:
    chosen = settings.choose - 1
    if len(arranged) < settings.alternatives:
        asked = f"{settings.alternatives} plans were asked for, {len(arranged)} that differ in topology were found"
        notes = (*notes, f"{asked}; a higher [layout.programme] effort may find more")
    return HallChoice(
        plans=tuple(finishing.finish(one, notes) for one in arranged),
        chosen=chosen,
        objectives=tuple(one.verdict.cost for one in arranged),
        differs=tuple(unlike(one.placement, arranged[chosen].placement) for one in arranged),
        weights=dict(finishing.settled.problem.weights),
        stopped_by=stopped_by,
    )


def _unlit(hall: Hall, best: Round) -> tuple[str, ...]:
    """Return that zones want daylight in a hall that has no window."""
    wanting = [need.id for need in best.space.needs if need.spec.daylight]
    if not wanting or hall.ground.windows.any():
        return ()
    told = (
        f"{', '.join(wanting)}: daylight is wanted, but the plan of the hall has no window on its floor, so none "
        "gets any; draw the windows in the plan, or take daylight from these zones in the programme"
    )
    return (told,)


def _solution(name: str, hall: Hall, best: Round, conflict: str | None) -> Arrangement:
    found = best.outcome.solution
    if found is not None:
        return found
    message = f"{name}: {'; '.join((*hall.unreached, *best.outcome.reasons))}"
    if best.outcome.status == "infeasible" or conflict:
        told = conflict or "a larger hall, or a smaller [layout.programme], is needed"
        raise InputError(f"{message}; {told}")
    raise NoSolutionError(f"no arrangement of the hall was found: {message}")


def _conflict(best: Round, seed: int) -> str | None:
    """Return which demands cannot be kept together, where the best round keeps not all of them and that is proved."""
    if broken_in(best) == (0, 0):
        return None
    return explain_conflict(best.problem, best.space, Limits(seconds=SECONDS, seed=seed))


def _earlier(stage: StageRun, hall: Hall, settings: ProgrammeSettings) -> Earlier | None:
    """Return the earlier plan to begin from, where the settings want one.

    Raises
    ------
    InputError
        When zones are to be kept and there is no earlier plan.
    """
    if not (settings.keep or settings.resume):
        return None
    if stage.out.has(ZONES_JSON):
        return read_earlier(stage.out.read(ZONES_JSON), hall)
    if settings.keep:
        raise InputError(
            f"outlet.toml: layout.programme.keep names {', '.join(settings.keep)}, but there is no zones.json of "
            f"{stage.brief.id} yet to keep them from; run `outlet zones` once without keep, or write locked"
        )
    return None


def _resumed(settings: ProgrammeSettings, task: HallTask, problem: PackProblem, now: Placement) -> tuple[str, ...]:
    """Say what the plan was begun from, what stayed, and how to hold kept zones without the earlier plan."""
    earlier, start = task.earlier, task.start(problem)
    if earlier is None or start is None:
        return ("no earlier zones.json to begin from: searched from scratch",) if settings.resume else ()
    stayed = [name for name, stays in zip(problem.kinds, stood(start, now), strict=True) if stays]
    count = sum(name in earlier.rects for name in stayed)
    told = [f"begun from the earlier zones.json: {count} of {problem.count} zones stand as they did"]
    if settings.keep:
        lines = ", ".join(task.locks[name].line(name) for name in settings.keep)
        told.append(f"kept; to hold them without that file: [layout.programme] locked = [{lines}]")
    return tuple(told)


def _summary(name: str, choice: HallChoice) -> Summary:
    plan = choice.plan
    zones = plan.zones
    broken = [f"{rule.severity}: {rule.rule} at {rule.where}: {rule.text}" for rule in zones.broken_rules]
    terms = zones.terms
    told = (
        f"{terms['zones_m2']:.0f} m² of zones, {terms['walking_m_per_visitor']:.1f} m walked by a visitor, "
        f"{_counted(zones.broken_rules)}"
    )
    if len(choice.plans) > 1:
        told = f"plan {choice.chosen + 1} of {len(choice.plans)} is the plan ([layout.programme] choose): {told}"
        columns, rows = _compared(choice)
        return Summary(f"Zones of {name}", columns, rows, (told, *broken, *plan.notes))
    rows = [
        (zone.id, zone.area_m2, "public" if zone.public else "staff", *(float(value) for value in zone.access))
        for zone in zones.zones
    ]
    columns = ("zone", "m²", "for", "access x", "access y")
    return Summary(f"Zones of {name}", columns, rows, (told, *broken, *plan.notes))


def _compared(choice: HallChoice) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    """Return the table of alternatives: every term of each plan."""
    columns = ("term", *(f"plan {k}" for k in range(1, len(choice.plans) + 1)))
    rows: list[tuple[Cell, ...]] = [("objective", *(round(value, 3) for value in choice.objectives))]
    rows += [(name, *values) for name, values in choice.terms()]
    for severity in SEVERITIES:
        counts = [sum(rule.severity == severity for rule in plan.zones.broken_rules) for plan in choice.plans]
        rows.append((f"broken rules: {severity}", *counts))
    return columns, rows


def _counted(broken: Sequence[BrokenRule]) -> str:
    """Return how many rules are broken, by severity."""
    counts = [(sum(rule.severity == severity for rule in broken), severity) for severity in SEVERITIES]
    told = ", ".join(f"{count} {severity}" for count, severity in counts if count)
    rules = "1 rule" if len(broken) == 1 else f"{len(broken) or 'no'} rules"
    return f"{rules} broken" + (f" ({told})" if told else "")
