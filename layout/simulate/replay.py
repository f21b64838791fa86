"""Draw the visitors of replicated days and replay them: `draw_visitors`, `replay`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layout.simulate.day import DayProblem
from layout.simulate.draws import (
    CONSTANT,
    EMPIRICAL,
    EXPONENTIAL,
    GAMMA,
    HYPEREXPONENTIAL,
    LOGNORMAL,
    Law,
    Times,
    Visitors,
    draw_days,
)
from layout.simulate.kernel import replay_days
from layout.simulate.recursion import recur_days
from layout.simulate.rules import NOBODY, Live, Replay, Rules

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def _row(mean: float, cv: float, distribution: str) -> tuple[int, float, float]:
    """Return kind and parameters of a distribution with a mean and coefficient of variation."""
    if distribution == "exponential":
        return EXPONENTIAL, mean, 0.0
    if cv == 0:
        return CONSTANT, mean, 0.0
    if distribution == "lognormal":
        spread = float(np.log1p(cv**2))
        return LOGNORMAL, float(np.log(mean)) - spread / 2, spread**0.5
    if distribution == "gamma":
        return GAMMA, 1 / cv**2, mean * cv**2
    return HYPEREXPONENTIAL, 0.5 * (1 + ((cv**2 - 1) / (cv**2 + 1)) ** 0.5), mean


def law_of(problem: DayProblem) -> Law:
    """Return what the visitors of a day are drawn from."""
    streams = problem.visits.shape[1]
    kind = problem.distribution
    rows = [_row(float(m), float(v), kind) for m, v in zip(problem.mean_min, problem.cv, strict=True)]
    spare = "lognormal" if kind == "hyperexponential" else kind
    rows.append(_row(max(problem.triage_min, 1e-9), problem.triage_cv, spare))
    elsewhere = {diversion.stream: diversion for diversion in problem.diversions}
    for s in range(streams):
        to = elsewhere.get(s)
        rows.append(_row(to.mean_min, to.cv, spare) if to else (CONSTANT, 0.0, 0.0))
    samples = [np.zeros(0)] * len(rows)
    for s, measured in enumerate(problem.samples):
        if len(measured):
            samples[s], rows[s] = np.asarray(measured, dtype=np.float64), (EMPIRICAL, 0.0, 0.0)
    kinds, a, b = zip(*rows, strict=True)
    first = np.concatenate([[0], np.cumsum([len(measured) for measured in samples])]).astype(np.int64)
    times = Times(np.array(kinds, dtype=np.int64), np.array(a), np.array(b), first, np.concatenate(samples))
    total = problem.visits.sum(axis=1)
    share = np.divide(problem.visits, total[:, None], out=np.zeros(problem.visits.shape), where=total[:, None] > 0)
    patience = np.array(np.broadcast_to(problem.patience_min, (streams,)), dtype=np.float64)
    return Law(
        length=float(problem.interval_min),
        rate=total / problem.interval_min,
        share=np.cumsum(share, axis=1),
        times=times,
        patience=patience,
        level_shape=1 / problem.level_cv**2 if problem.level_cv > 0 else 0.0,
        draws=(bool(np.isfinite(patience).any()), problem.triage_pool != NOBODY, bool(problem.diversions)),
        due=np.array([booked.due_min for booked in problem.appointments], dtype=np.float64),
        due_stream=np.array([booked.stream for booked in problem.appointments], dtype=np.int64),
        shows=np.array([booked.shows for booked in problem.appointments], dtype=np.float64),
        lateness=np.array([booked.late_min for booked in problem.appointments], dtype=np.float64),
    )


def _live_of(problem: DayProblem) -> Live:
    streams, pools = problem.visits.shape[1], problem.crew.shape[1]
    counts = np.zeros((4, pools), dtype=np.int64)
    counts[3] = NOBODY
    minutes = np.zeros((3, pools))
    minutes[2] = 1.0
    for reserve in problem.reserves:
        counts[:, reserve.pool] = reserve.people, reserve.open_at, reserve.close_at, reserve.lender
        minutes[:, reserve.pool] = reserve.delay_min, reserve.stay_min, reserve.pace
    to, send_at, share = np.full(streams, NOBODY), np.zeros(streams, dtype=np.int64), np.zeros(streams)
    for sent in problem.diversions:
        to[sent.stream], send_at[sent.stream], share[sent.stream] = sent.pool, sent.at_queue, sent.share
    up, repair = np.full(pools, np.inf), np.zeros(pools)
    for broken in problem.breakdowns:
        up[broken.pool], repair[broken.pool] = broken.up_min, broken.repair_min
    tasks, piece, keep = np.zeros(pools), np.ones(pools), np.zeros(pools, dtype=np.int64)
    for task in problem.tasks:
        tasks[task.pool], piece[task.pool], keep[task.pool] = task.minutes, task.piece_min, task.keep_free
    outages = problem.outages
    return Live(
        people=counts[0],
        open_at=counts[1],
        close_at=counts[2],
        delay=minutes[0],
        stay=minutes[1],
        lender=counts[3],
        pace=minutes[2],
        to=to.astype(np.int64),
        send_at=send_at,
        share=share,
        out_begin=np.array([outage.begin_min for outage in outages], dtype=np.float64),
        out_end=np.array([outage.end_min for outage in outages], dtype=np.float64),
        out_pool=np.array([outage.pool for outage in outages], dtype=np.int64),
        out_count=np.array([outage.servers for outage in outages], dtype=np.int64),
        up=up,
        repair=repair,
        tasks=tasks,
        piece=piece,
        keep=keep,
    )


def rules_of(problem: DayProblem, seed: int) -> Rules:
    """Return what a day is replayed by; the seed is that of breakdowns."""
    closing = len(problem.visits) * problem.interval_min
    steps = int(np.ceil(closing / problem.step_min - 1e-9))
    return Rules(
        pool=np.ascontiguousarray(problem.pool, dtype=np.int64),
        priority=np.ascontiguousarray(problem.priority, dtype=np.int64),
        walk=np.ascontiguousarray(problem.walk_min, dtype=np.float64),
        approach=np.ascontiguousarray(problem.approach_min, dtype=np.float64),
        crew=np.ascontiguousarray(problem.crew[:steps], dtype=np.int64),
        step=float(problem.step_min),
        helps=np.argwhere(problem.helps & ~np.eye(len(problem.helps), dtype=np.bool_)).astype(np.int64),
        triage_pool=problem.triage_pool,
        room=np.ascontiguousarray(problem.room, dtype=np.int64),
        speed=np.ascontiguousarray(problem.speed, dtype=np.float64),
        live=_live_of(problem),
        closing=float(closing),
        seed=seed,
    )


def draw_visitors(problem: DayProblem, days: int, seed: int, first_day: int = 0) -> Visitors:
    """Draw the visitors of days ``first_day`` and on; each kind of draw has random numbers of its own."""
    return draw_days(law_of(problem), seed, first_day, days)


def replay(
    problem: DayProblem, visitors: Visitors, *, seed: int = 0, first_day: int = 0, events: bool = False
) -> Replay:
    """Replay all replications of the visitors; a plain day without events unless ``events`` asks for them."""
    count, days = len(visitors.stream), len(visitors.first) - 1
    pools = problem.crew.shape[1]
    found = Replay(
        joined=np.full(count, np.nan),
        called=np.full(count, np.inf),
        left=np.full(count, np.nan),
        server=np.full(count, NOBODY, dtype=np.int64),
        triage_start=np.full(count, np.nan),
        triage_end=np.full(count, np.nan),
        extra=np.zeros(days),
        undone=np.zeros((days, pools)),
        down=np.zeros((days, pools)),
    )
    rules = rules_of(problem, seed)
    if problem.plain and not events and visitors.patience.min(initial=np.inf) == np.inf:
        recur_days(rules, visitors, found)
    else:
        replay_days(rules, visitors, found, first_day)
    return found
