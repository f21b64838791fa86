"""Replace Erlang C's figures of a requirement by those a simulation of each post's day finds: `by_simulation`.

Each post is a day of its own: its undiverted visits with the service times of their services, and the reception of
everybody where it receives. Help between posts and visitors who give up are left out, as by Erlang C; what Erlang C
cannot know is the empty hall at opening, the queue that one half hour leaves to the next, and the spread of service
times. Nobody is busier than allowed by the visits of his interval, and the post's minimum holds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from layout.simulate import DayProblem
from layout.simulate.day import Distribution
from layout.staffing.require import CrewTarget, RequiredCrew, require_crew
from layout.study.work.workload import Workload
from layout.workload.requirement import Requirement, RequirementRow, Target
from layout.workload.services import Post
from outlet.handover import WEEKDAYS
from outlet.outcome import Limits, Outcome

Floats = NDArray[np.float64]
DAYS, UNSEEN, CONFIDENCE = 1000, 4000, 0.95
ROUNDS, SECONDS = 4, 600.0
"""Days drawn and unseen, how sure an interval must be, and rounds of cuts a day."""


def by_simulation(found: Requirement, workload: Workload, target: Target, distribution: Distribution) -> Requirement:
    """Return a requirement with the people that simulation asks for; Erlang C's stay in ``erlang``, notes tell both."""
    rows: list[RequirementRow] = []
    notes: list[str] = []
    known: dict[bytes, Outcome[RequiredCrew]] = {}
    plans: dict[tuple[str, str], tuple[int, RequiredCrew]] = {}
    for post in workload.catalogue.posts:
        for day in workload.arrivals.open_days if post.serves else ():
            if WEEKDAYS[day] not in post.days:
                continue
            first, problem = _day_of(workload, post, day, distribution)
            if problem is None:
                continue
            outcome = _searched(known, problem, _target(problem, post, target))
            if outcome.solution is None:
                notes.append(f"{post.name}, {WEEKDAYS[day]}: by Erlang C, since {'; '.join(outcome.reasons)}")
            else:
                plans[WEEKDAYS[day], post.id] = first, outcome.solution
    for row in found.rows:
        plan = plans.get((row.day_type, row.post))
        rows.append(row if plan is None else _row(workload, row, *plan))
    return _with_rows(found, rows, notes, workload.arrivals.interval_min / 60)


def _searched(
    known: dict[bytes, Outcome[RequiredCrew]], problem: DayProblem, target: CrewTarget
) -> Outcome[RequiredCrew]:
    """Return the search's answer for a day; days that are alike are searched once."""
    key = problem.visits.tobytes() + np.concatenate([problem.mean_min, problem.cv, [target.wait_min]]).tobytes()
    if key not in known:
        known[key] = require_crew(problem, target, Limits(workers=1, work=ROUNDS, seconds=SECONDS))
    return known[key]


def _day_of(workload: Workload, post: Post, day: int, distribution: Distribution) -> tuple[int, DayProblem | None]:
    """Return the first open interval of a post's day, and the day; None where nobody comes."""
    catalogue, arrivals = workload.catalogue, workload.arrivals
    open_at = np.flatnonzero(arrivals.open_share[day])
    first, last = int(open_at[0]), int(open_at[-1]) + 1
    mine = [s for s, service in enumerate(catalogue.services) if service.post == post.id]
    visits = (arrivals.visits * (1.0 - workload.diversion.share))[day, first:last][:, mine]
    minutes = [catalogue.services[s].minutes for s in mine]
    spread = [catalogue.services[s].cv for s in mine]
    if catalogue.triage is not None and catalogue.triage.post == post.id:
        everybody = arrivals.visits[day, first:last].sum(axis=1, keepdims=True)
        visits = np.hstack([visits, everybody])
        minutes.append(catalogue.triage.minutes)
        spread.append(catalogue.triage.cv)
    if visits.sum() <= 0:
        return first, None
    problem = DayProblem(
        interval_min=float(arrivals.interval_min),
        visits=visits,
        pool=np.zeros(len(minutes), dtype=np.int64),
        mean_min=np.array(minutes),
        cv=np.array(spread),
        crew=np.ones((last - first, 1), dtype=np.int64),
        step_min=float(arrivals.interval_min),
        distribution=distribution,
    )
    return first, problem


def _target(problem: DayProblem, post: Post, target: Target) -> CrewTarget:
    load = (problem.visits * problem.mean_min).sum(axis=1) / problem.interval_min
    return CrewTarget(
        share=target.share,
        wait_min=target.wait_min if post.wait_min is None else post.wait_min,
        minimum=np.maximum(np.ceil(load / target.occupancy - 1e-9), post.minimum).astype(np.int64),
        days=DAYS,
        unseen=UNSEEN,
        confidence=CONFIDENCE,
    )


def _row(workload: Workload, row: RequirementRow, first: int, plan: RequiredCrew) -> RequirementRow:
    starts = [workload.arrivals.start_of(first + t) for t in range(len(plan.crew))]
    t = starts.index(row.start)
    within, busy = float(plan.unseen.within.mean[t]), float(plan.unseen.occupancy[t, 0])
    return replace(
        row,
        required=int(plan.crew[t]),
        service_level=round(within, 4) if math.isfinite(within) else 1.0,
        occupancy=round(busy, 4) if math.isfinite(busy) else 0.0,
        queue_p95=int(plan.unseen.queue_p95[t]),
        erlang=row.required,
    )


def _with_rows(found: Requirement, rows: list[RequirementRow], notes: list[str], hours: float) -> Requirement:
    waiting: dict[tuple[str, str], int] = {}
    peak: dict[str, int] = {}
    for row in rows:
        waiting[row.day_type, row.start] = waiting.get((row.day_type, row.start), 0) + row.queue_p95
        peak[row.post] = max(peak.get(row.post, 0), row.required)
    before = sum(row.required for row in found.rows) * hours
    after = sum(row.required for row in rows) * hours
    told = f"required by simulation: {after:g} staff-hours a week, {before:g} by Erlang C"
    zones: Mapping[str, str] = {post: zone for post, zone in found.zone_of.items() if peak.get(post, 0)}
    return replace(
        found,
        rows=tuple(rows),
        peak={post: count for post, count in peak.items() if count},
        queue_p95=float(max(waiting.values(), default=0)),
        zone_of=zones,
        notes=(*found.notes, told, *notes),
    )
