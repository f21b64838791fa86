"""Replay an outlet's typical day with its roster as it stands, against what Erlang C predicts: simulation.json."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from layout.data.people import read_people
from layout.data.rostered import Duty, read_duties
from layout.posts.catalogue import PostCatalogue
from layout.settings import LayoutSettings
from layout.settings.staff import StaffSettings
from layout.simulate import DayProblem, DayResult, simulate_day
from layout.study.day.duties import duties_json, with_duties
from layout.study.day.full_hall import clearing_json
from layout.study.day.make import PlannedDay, Prediction, busiest_day, duties_on, plan_day, predict, typical_date
from layout.study.day.one_desk import one_desk_json
from layout.study.day.policies import compare_policies
from layout.study.day.simulation_json import build_simulation
from layout.study.day.waiting import Round, Seating, ask_seats, read_seating, seating_json, seats_file
from layout.study.day.walks import read_walks, with_walks
from layout.study.hall.read import choose_kit
from layout.study.work.campaigns import workload_on
from layout.study.work.requirement import Requirement, read_requirement, target_of
from layout.study.work.workload import Workload, plan_workload
from outlet.handover import WEEKDAYS, minute_of_day
from outlet.stage import StageRun, Summary

REQUIREMENT, ROSTER, SHIFTS = "{outlet}/requirement.csv", "{outlet}/roster.csv", "{outlet}/shifts.csv"
ZONES, SIMULATION, SEATS = "{outlet}/zones.json", "{outlet}/simulation.json", "{outlet}/seats.json"
NAMED = 12
Json = Mapping[str, object]
Row = tuple[str, float, float | None, float, float | None, float | None]


def run_simulate(stage: StageRun) -> Summary:
    """Replay the typical day of one outlet and write simulation.json."""
    missing = [name for name in (REQUIREMENT, ROSTER, SHIFTS) if not stage.out.has(name)]
    if missing:
        names = ", ".join(name.removeprefix("{outlet}/") for name in missing)
        return Summary(stage.brief.name, skipped=f"there is no {names}: the outlet has no hall or no roster")
    settings = stage.project.section("layout", LayoutSettings)
    workload = plan_workload(stage.project, stage.brief)
    requirement = read_requirement(stage.out.read(REQUIREMENT))
    duties = read_duties(stage.out.read(ROSTER), stage.out.read(SHIFTS))
    date, crew = _replayed(settings, workload, duties)
    weekday = date.weekday()
    workload = workload_on(workload, settings.services.campaigns, date)
    own_pace = _own_pace(stage, settings.staff, crew)
    planned = plan_day(workload, settings, weekday, crew, own_pace)
    day = with_duties(planned, crew, settings.simulate, _equipment(stage))
    hall: Json = json.loads(stage.out.read(ZONES).read_text(encoding="utf-8")) if stage.out.has(ZONES) else {}
    if hall:
        day = with_walks(day, workload.catalogue, read_walks(stage.out.read(ZONES)), settings.simulate.walking_m_s)

    def replay(problem: DayProblem) -> DayResult:
        counted = np.arange(len(day.pools)) < day.posts
        return simulate_day(
            problem, days=settings.simulate.days, seed=stage.seed, target_min=day.target_min, counted=counted
        )

    result = replay(day.problem)
    prediction = predict(workload, settings, weekday, day)
    share = settings.services.target_share
    below = [start for start, within in zip(day.starts, result.within.mean, strict=True) if within < share]
    desk = partial(one_desk_json, workload, target_of(settings.services), weekday)
    seating = _seating(stage, hall, result, own_pace)
    told = (*_tell_pace(own_pace), *((seating.told(),) if seating is not None else ()))
    notes = (*_notes(day, result, date, share, below), *told)
    found = build_simulation(day, result, prediction, required_of(requirement, weekday, day)) | {
        "outlet": stage.brief.id,
        "date": date.isoformat(),
        "day_type": WEEKDAYS[weekday],
        "seed": stage.seed,
        "policy": "roster as it stands",
        "proficiency": own_pace,
        "target": {"share": share, "wait_min": settings.services.target_wait_min},
        "below_target": below,
        "policies": compare_policies(day, result, settings.simulate.policies, replay, desk),
        "seats": None if seating is None else seating_json(seating),
        "full_hall": clearing_json(hall, result, crew),
        "notes": list(notes),
        **duties_json(day, result, crew, settings.simulate),
    }
    stage.out.write_json(SIMULATION, found)
    seats = None if seating is None else seats_file(seating)
    if seats is not None:
        stage.out.write_json(SEATS, seats)
    columns = ("post", "visits a day", "wait, min", "within target", "Erlang C within", "occupancy")
    return Summary(f"{stage.brief.name}: the replayed day", columns, _rows(day, result, prediction), notes)


def _own_pace(stage: StageRun, settings: StaffSettings, crew: Sequence[Duty]) -> Mapping[str, float]:
    """Return the proficiency of those of a crew who do not work at their colleagues' pace."""
    if settings.people is None:
        return {}
    table = read_people(stage.project.path(settings.people), settings.people_table, name=settings.people)
    there = {duty.person for duty in crew}
    return {person.id: person.proficiency for person in table.people if person.id in there and person.proficiency != 1}


def _tell_pace(own_pace: Mapping[str, float]) -> tuple[str, ...]:
    people = ", ".join(f"{person} {pace:g}" for person, pace in own_pace.items())
    return (f"people who work at a pace of their own: {people}",) if own_pace else ()


def _equipment(stage: StageRun) -> PostCatalogue:
    """Return the equipment of the outlet's sector, which says how often machines fail."""
    return choose_kit(stage.project, stage.brief).catalogue


def _seating(stage: StageRun, hall: Json, result: DayResult, own_pace: Mapping[str, float]) -> Seating | None:
    """Return the rounds of seats with this one; None without a hall, or one that does not say where seats are from."""
    if "seats_from" not in hall:
        return None
    texts = [
        stage.project.section("layout", LayoutSettings).model_dump_json(),
        json.dumps(hall["hall"], sort_keys=True),
        *(stage.out.read(name).read_text(encoding="utf-8") for name in (REQUIREMENT, ROSTER, SHIFTS)),
        str(stage.seed),
        *(f"{person} {pace}" for person, pace in own_pace.items()),
    ]
    basis = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
    now = Round(int(str(hall["seats"])), int(np.ceil(result.waiting_p95.max(initial=0.0))))
    before = read_seating(stage.out.read(SIMULATION)) if stage.out.has(SIMULATION) else None
    return ask_seats(before, basis, now, str(hall["seats_from"]))


def _replayed(settings: LayoutSettings, workload: Workload, duties: Sequence[Duty]) -> tuple[dt.date, tuple[Duty, ...]]:
    """Return the date asked for, or the typical one of the weekday asked for, or of the busiest; and its crew."""
    if settings.simulate.date is not None:
        return duties_on(duties, settings.simulate.date)
    chosen = settings.simulate.day_type
    return typical_date(duties, busiest_day(workload, duties) if chosen is None else WEEKDAYS.index(chosen))


def required_of(requirement: Requirement, weekday: int, day: PlannedDay) -> NDArray[np.int64]:
    """Return shape (T, posts): persons that requirement.csv asks for on a weekday."""
    interval, start = int(day.problem.interval_min), int(day.problem.start_min)
    found = np.zeros((len(day.problem.visits), day.posts), dtype=np.int64)
    posts = day.pools[: day.posts]
    for row in requirement.rows:
        if row.day_type != WEEKDAYS[weekday] or row.post not in posts:
            continue
        first = (minute_of_day(row.start) - start) // interval
        last = -(-(minute_of_day(row.start) + requirement.interval_min - start) // interval)
        here = found[max(first, 0) : max(last, 0), posts.index(row.post)]
        np.maximum(here, row.required, out=here)
    return found


def _notes(day: PlannedDay, result: DayResult, date: dt.date, share: float, below: list[str]) -> tuple[str, ...]:
    wait, within = result.day_wait, float(result.day_within.mean)
    name = WEEKDAYS[date.weekday()]
    whole = (
        f"{name} {date.isoformat()}, {result.days} replications: mean wait {float(wait.mean):.1f} min "
        f"(95 % interval {float(wait.low):.1f} to {float(wait.high):.1f}), {100 * within:.0f} % called within target"
    )
    notes = [whole]
    if below:
        more = f" and {len(below) - NAMED} more" if len(below) > NAMED else ""
        notes.append(f"half hours below the target of {share:.0%}: {', '.join(below[:NAMED])}{more}")
    unserved = float(result.stream_unserved.sum())
    if unserved > 0:
        notes.append(f"{unserved:.1f} visitors a day find nobody left to serve them at closing")
    if day.problem.helps.any():
        notes.append("Erlang C looks at each post alone: it knows neither help between posts nor an empty hall")
    return tuple(notes)


def _rows(day: PlannedDay, result: DayResult, prediction: Prediction) -> list[Row]:
    rows: list[Row] = []
    for p, post in enumerate(day.pools[: day.posts]):
        mine = day.problem.pool == p
        visitors = result.stream_arrivals[mine]
        if visitors.sum() <= 0:
            continue
        known = np.isfinite(prediction.within[:, p])
        expected = (
            np.average(prediction.within[known, p], weights=prediction.arrivals[known, p]) if known.any() else None
        )
        busy = result.occupancy[:, p][np.isfinite(result.occupancy[:, p])]
        wait, within = result.stream_wait.mean[mine], result.stream_within.mean[mine]
        served = np.isfinite(wait)
        rows.append(
            (
                post,
                round(float(visitors.sum()), 1),
                round(float(np.average(wait[served], weights=visitors[served])), 2) if served.any() else None,
                round(float(np.average(np.nan_to_num(within), weights=visitors)), 3),
                None if expected is None else round(float(expected), 3),
                round(float(busy.mean()), 3) if len(busy) else None,
            )
        )
    return rows
