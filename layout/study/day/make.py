"""Make the day to replay out of workload, machines and roster, and predict it by Erlang C."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.data.rostered import Duty, pace_of
from layout.settings import LayoutSettings
from layout.simulate import DayProblem
from layout.study.work.workload import Workload
from layout.workload.erlang import mean_wait, service_level
from layout.workload.requirement import load_of
from layout.workload.services import Post, Service
from outlet.errors import InputError
from outlet.handover import WEEKDAYS

Floats = NDArray[np.float64]
MACHINE_PRIORITY = 5


@dataclass(frozen=True)
class Stream:
    """Visitors of one service who go the same way: to a post, or ``diverted`` to a machine.

    ``visits`` (T,) are expected by interval; ``pool`` serves them; ``minutes`` and ``cv`` describe the service time,
    ``target_min`` the target wait.
    """

    service: str
    diverted: bool
    pool: str
    priority: int
    minutes: float
    cv: float
    target_min: float
    visits: Floats


@dataclass(frozen=True)
class PlannedDay:
    """The day to replay with its labels: S streams, P pools, of which the first ``posts`` are staffed."""

    streams: tuple[Stream, ...]
    pools: tuple[str, ...]
    posts: int
    problem: DayProblem

    @property
    def target_min(self) -> Floats:
        """Target wait of each stream, minutes."""
        return np.array([stream.target_min for stream in self.streams])

    @property
    def starts(self) -> tuple[str, ...]:
        """Start of each interval as HH:MM."""
        minutes = [int(self.problem.start_min + t * self.problem.interval_min) for t in range(len(self.problem.visits))]
        return tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in minutes)


@dataclass(frozen=True)
class Prediction:
    """Erlang C by interval and post, shape (T, posts): wait in minutes, share within target, visitors, mean crew."""

    wait: Floats
    within: Floats
    arrivals: Floats
    crew: Floats


def busiest_day(workload: Workload, duties: Sequence[Duty]) -> int:
    """Return the rostered weekday with most expected visits."""
    rostered = {duty.date.weekday() for duty in duties}
    days = [day for day in workload.arrivals.open_days if day in rostered]
    if not days:
        raise InputError("roster.csv: nobody is rostered on any open day; run `outlet staff` again")
    return int(max(days, key=lambda day: (workload.arrivals.day_total[day], -day)))


def typical_date(duties: Sequence[Duty], weekday: int) -> tuple[dt.date, tuple[Duty, ...]]:
    """Return the date of a weekday whose crew hours are the median of the roster's (the lower, then the first).

    Raises
    ------
    InputError
        When nobody is rostered on that weekday.
    """
    by_date: dict[dt.date, list[Duty]] = {}
    for duty in duties:
        if duty.date.weekday() == weekday:
            by_date.setdefault(duty.date, []).append(duty)
    if not by_date:
        raise InputError(f"roster.csv: nobody is rostered on any {WEEKDAYS[weekday]}; choose another day_type")
    ranked = sorted((sum(end - start for d in day for start, end in d.spans), date) for date, day in by_date.items())
    date = ranked[(len(ranked) - 1) // 2][1]
    return date, tuple(by_date[date])


def duties_on(duties: Sequence[Duty], date: dt.date) -> tuple[dt.date, tuple[Duty, ...]]:
    """Return a date of the roster with its crew.

    Raises
    ------
    InputError
        When nobody is rostered on it.
    """
    crew = tuple(duty for duty in duties if duty.date == date)
    if not crew:
        days = sorted({duty.date for duty in duties})
        span = f"; the roster runs from {days[0]} to {days[-1]}" if days else ""
        raise InputError(f"roster.csv: nobody is rostered on {date} ([layout.simulate] date){span}")
    return date, crew


def plan_day(
    workload: Workload,
    settings: LayoutSettings,
    weekday: int,
    duties: Sequence[Duty],
    proficiency: Mapping[str, float] | None = None,
) -> PlannedDay:
    """Return the day to replay: the streams of one weekday, and the crew of its duties.

    ``proficiency`` by person is that of people who do not work at their colleagues' pace.
    """
    catalogue, diversion, interval = workload.catalogue, workload.diversion, workload.arrivals.interval_min
    open_at = np.flatnonzero(workload.arrivals.open_share[weekday])
    first, last = int(open_at[0]), int(open_at[-1]) + 1
    posts = [post for post in catalogue.posts if post.serves]
    pools = (*(post.id for post in posts), *sorted(diversion.machines))
    streams = _streams(workload, settings, weekday, slice(first, last))
    start = first * interval
    step = _step(interval, start, duties)
    steps = -(-(last - first) * interval // step)
    machines = np.array([diversion.machines[kind] for kind in pools[len(posts) :]], dtype=np.int64)
    pace = pace_of(duties, pools[: len(posts)], proficiency or {}, start_min=start, step_min=step, steps=steps)
    staffed = np.asarray((pace > 0).sum(axis=2), dtype=np.int64)
    triage = catalogue.triage if settings.simulate.triage else None
    patience = settings.simulate.patience_min
    problem = DayProblem(
        start_min=float(start),
        interval_min=float(interval),
        visits=np.stack([stream.visits for stream in streams], axis=1),
        pool=np.array([pools.index(stream.pool) for stream in streams], dtype=np.int64),
        priority=np.array([stream.priority for stream in streams], dtype=np.int64),
        mean_min=np.array([stream.minutes for stream in streams]),
        cv=np.array([stream.cv for stream in streams]),
        crew=np.hstack([staffed, np.tile(machines, (steps, 1))]),
        step_min=float(step),
        speed=_speed(pace, machines),
        helps=_helps(posts, pools),
        triage_pool=pools.index(triage.post) if triage is not None else -1,
        triage_min=triage.minutes if triage is not None else 0.0,
        triage_cv=triage.cv if triage is not None else 0.5,
        patience_min=math.inf if patience is None else patience,
        distribution=settings.simulate.distribution,
        level_cv=workload.arrivals.level_cv if settings.simulate.level_cv is None else settings.simulate.level_cv,
    )
    return PlannedDay(streams, pools, len(posts), problem)


def _speed(pace: Floats, machines: NDArray[np.int64]) -> Floats:
    """Return the speeds of people and machines, shape (K, P, C); none where everybody works at the usual pace."""
    steps, _, places = pace.shape
    if ((pace == 0) | (pace == 1)).all():
        return np.zeros((0, 0, 0))
    most = max(places, int(machines.max(initial=0)))
    there = (np.arange(most) < machines[:, None]).astype(np.float64)
    return np.concatenate(
        [np.pad(pace, ((0, 0), (0, 0), (0, most - places))), np.broadcast_to(there, (steps, *there.shape))], axis=1
    )


def _streams(workload: Workload, settings: LayoutSettings, weekday: int, when: slice) -> tuple[Stream, ...]:
    found: list[Stream] = []
    for s, service in enumerate(workload.catalogue.services):
        expected = workload.arrivals.visits[weekday, when, s]
        share = float(workload.diversion.share[s])
        if share < 1:
            found.append(_at_post(workload, settings, service, expected * (1 - share)))
        if share > 0 and service.machine is not None:
            found.append(
                Stream(
                    service=service.id,
                    diverted=True,
                    pool=service.machine,
                    priority=MACHINE_PRIORITY,
                    minutes=service.machine_minutes,
                    cv=service.cv,
                    target_min=settings.services.target_wait_min,
                    visits=expected * share,
                )
            )
    return tuple(found)


def _at_post(workload: Workload, settings: LayoutSettings, service: Service, visits: Floats) -> Stream:
    return Stream(
        service=service.id,
        diverted=False,
        pool=service.post,
        priority=service.priority,
        minutes=service.minutes,
        cv=service.cv,
        target_min=target_of(workload.catalogue.post(service.post), settings),
        visits=visits,
    )


def target_of(post: Post, settings: LayoutSettings) -> float:
    """Return a post's target wait, minutes."""
    return settings.services.target_wait_min if post.wait_min is None else post.wait_min


def _helps(posts: Sequence[Post], pools: Sequence[str]) -> NDArray[np.bool_]:
    found = np.zeros((len(pools), len(pools)), dtype=np.bool_)
    for post in posts:
        for name in post.helps:
            found[pools.index(post.id), pools.index(name)] = True
    return found


def _step(interval_min: int, start: int, duties: Sequence[Duty]) -> int:
    """Return the largest step in minutes at which every duty begins and ends."""
    edges = [minute - start for duty in duties for span in duty.spans for minute in span]
    return math.gcd(interval_min, *edges)


def predict(workload: Workload, settings: LayoutSettings, weekday: int, day: PlannedDay) -> Prediction:
    """Return what Erlang C predicts for each interval and post with the crew on duty, rounded down to whole persons.

    It knows only people who are alike: all of a post work at the mean pace of those on duty.
    """
    interval = workload.arrivals.interval_min
    first, intervals = int(day.problem.start_min) // interval, len(day.problem.visits)
    when = slice(first, first + intervals)
    of = ((np.arange(len(day.problem.crew)) * day.problem.step_min) // interval).astype(np.int64)
    crew = np.stack([day.problem.crew[of == t].mean(axis=0) for t in range(intervals)])[:, : day.posts]
    pace = np.ones_like(crew)
    if day.problem.speed.size:
        work = np.stack([day.problem.speed[of == t].sum(axis=2).mean(axis=0) for t in range(intervals)])
        np.divide(work[:, : day.posts], crew, out=pace, where=crew > 0)
    open_min = interval * workload.arrivals.open_share[weekday, when]
    wait, within, arrivals = (np.full(crew.shape, np.nan) for _ in range(3))
    for p, name in enumerate(day.pools[: day.posts]):
        load = load_of(workload.catalogue, workload.arrivals, workload.diversion, name)
        visits, minutes = load.visits[weekday, when], load.minutes[weekday, when] / pace[:, p]
        rate = np.divide(visits, open_min, out=np.zeros_like(visits), where=open_min > 0)
        count = np.floor(crew[:, p] + 1e-9)
        target = target_of(workload.catalogue.post(name), settings)
        expected = np.asarray(mean_wait(rate, 1 / minutes, count))
        arrivals[:, p] = visits
        wait[:, p] = np.where((visits > 0) & np.isfinite(expected), expected, np.nan)
        within[:, p] = np.where(visits > 0, service_level(rate, 1 / minutes, count, target), np.nan)
    return Prediction(wait=wait, within=within, arrivals=arrivals, crew=crew)
