"""Replay one day of an outlet, visitor by visitor.

A visitor of stream s arrives at a time of a Poisson process whose rate is constant inside an interval, is received by
the triage pool where there is one (first come first served, before anybody else there; not at all while nobody of it
is on duty), walks ``walk_min`` minutes, and joins the queue of the stream's pool: lower ``priority`` first, then
first come first served. A pool is a crew of equal servers whose number changes over the day. A server whose shift
ends finishes the visitor at hand and leaves; a server who comes starts at once, so a constant crew written as many
short shifts is a constant crew. A server of pool q with nobody waiting also serves pool p where ``helps[q, p]``. A
visitor whose patience ends before being called leaves.

Doors close at the end of the last interval; the crew of that moment stays until nobody waits, so that waits of the last
visitors are waits and not losses. Visitors of a pool that has no crew left then are unserved.

All times are drawn beforehand (`draw_visitors`) and belong to the visitor, not to the server: two crews replayed with
the same seed meet the same visitors with the same needs (common random numbers).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from layout.simulate.kernel import NOBODY, Needs, Rules, Trace, replay_day
from outlet.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Distribution = Literal["lognormal", "gamma", "exponential"]


@dataclass(frozen=True, kw_only=True)
class DayProblem:
    """A day to replay. Letters: T intervals, S streams, P pools, K crew steps.

    Parameters
    ----------
    start_min
        Minute of the day at which the first interval starts; shown, not used by the replay.
    interval_min
        Length of an interval, minutes.
    visits
        Shape (T, S): expected visits.
    pool
        Shape (S,): pool that serves a stream.
    priority
        Shape (S,): 0 is served first; at most 9.
    mean_min, cv
        Shape (S,): mean service time and its coefficient of variation.
    crew
        Shape (K, P): servers on duty; step k starts at k·step_min.
    step_min
        Length of a crew step, minutes; K·step_min is at least T·interval_min.
    helps
        Shape (P, P): whether an idle server of the first pool takes visitors of the second.
    walk_min
        Shape (S,): minutes from reception to the queue.
    triage_pool
        Pool that receives every visitor, or -1.
    triage_min, triage_cv
        Its mean time and coefficient of variation.
    patience_min
        Mean of the exponential patience; infinite: nobody leaves.
    distribution
        Of service times.
    """

    interval_min: float
    visits: Floats
    pool: Ints
    mean_min: Floats
    cv: Floats
    crew: Ints
    step_min: float
    start_min: float = 0.0
    priority: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    helps: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.bool_))
    walk_min: Floats = field(default_factory=lambda: np.zeros(0))
    triage_pool: int = NOBODY
    triage_min: float = 0.0
    triage_cv: float = 0.5
    patience_min: float = float("inf")
    distribution: Distribution = "lognormal"

    def __post_init__(self) -> None:
        streams, pools = self.visits.shape[1], self.crew.shape[1]
        if not len(self.priority):
            object.__setattr__(self, "priority", np.zeros(streams, dtype=np.int64))
        if not self.helps.size:
            object.__setattr__(self, "helps", np.zeros((pools, pools), dtype=np.bool_))
        if not len(self.walk_min):
            object.__setattr__(self, "walk_min", np.zeros(streams))
        for name, array in (
            ("pool", self.pool),
            ("priority", self.priority),
            ("mean_min", self.mean_min),
            ("cv", self.cv),
            ("walk_min", self.walk_min),
        ):
            if array.shape != (streams,):
                raise InputError(f"DayProblem.{name}: shape {array.shape}; expected ({streams},), one a stream")
        if self.helps.shape != (pools, pools):
            raise InputError(f"DayProblem.helps: shape {self.helps.shape}; expected ({pools}, {pools})")
        self._check_values(pools)

    def _check_values(self, pools: int) -> None:
        ranges = (
            ("visits", bool((self.visits >= 0).all() and np.isfinite(self.visits).all()), "finite visits from 0"),
            ("pool", bool(((self.pool >= 0) & (self.pool < pools)).all()), f"positions from 0 to {pools - 1}"),
            ("priority", bool(((self.priority >= 0) & (self.priority <= 9)).all()), "0 to 9"),
            ("mean_min", bool((self.mean_min > 0).all()), "minutes above 0"),
            ("cv", bool((self.cv >= 0).all()), "values from 0"),
            ("crew", bool((self.crew >= 0).all()), "servers from 0"),
            ("walk_min", bool((self.walk_min >= 0).all()), "minutes from 0"),
            ("triage_pool", -1 <= self.triage_pool < pools, f"-1 to {pools - 1}"),
            ("patience_min", self.patience_min > 0, "minutes above 0"),
        )
        for name, holds, expected in ranges:
            if not holds:
                raise InputError(f"DayProblem.{name}: a value is out of range; expected {expected}")
        if len(self.crew) * self.step_min < len(self.visits) * self.interval_min - 1e-9:
            raise InputError(
                f"DayProblem.crew: covers {len(self.crew) * self.step_min:g} minutes; expected at least the "
                f"{len(self.visits) * self.interval_min:g} minutes of the day"
            )


@dataclass(frozen=True)
class Visitors:
    """Visitors of some replications, sorted by replication and arrival; one entry a visitor unless said otherwise.

    ``first`` has shape (replications + 1,): where each replication starts. All times are minutes from opening.
    """

    first: Ints
    stream: Ints
    arrival: Floats
    service: Floats
    triage: Floats
    patience: Floats


@dataclass(frozen=True)
class Replay:
    """What happened to each visitor, in the order of `Visitors`; minutes from opening.

    ``joined`` the queue, ``called`` by a server (infinite: never), ``left`` after service or, unserved, when patience
    ended; ``server`` is the pool of the server who served, -1 for nobody; ``triage_wait`` minutes before reception,
    ``triage_start`` when it began (NaN without reception).
    """

    joined: Floats
    called: Floats
    left: Floats
    server: Ints
    triage_start: Floats


def draw_visitors(problem: DayProblem, days: int, seed: int) -> Visitors:
    """Draw the visitors of some replications; each kind of draw has a random stream of its own."""
    when, what, minutes, triage, patience = (
        np.random.Generator(np.random.PCG64(child)) for child in np.random.SeedSequence(seed).spawn(5)
    )
    intervals, streams = problem.visits.shape
    counts = what.poisson(problem.visits, size=(days, intervals, streams))
    day, interval, stream = (
        np.repeat(axis.ravel(), counts.ravel()) for axis in np.indices(counts.shape, dtype=np.int64)
    )
    arrival = (interval + when.random(day.size)) * problem.interval_min
    order = np.lexsort((arrival, day))
    stream = stream[order]
    return Visitors(
        first=np.concatenate([[0], np.cumsum(counts.sum(axis=(1, 2)))]).astype(np.int64),
        stream=stream,
        arrival=arrival[order],
        service=_times(minutes, problem.mean_min[stream], problem.cv[stream], problem.distribution),
        triage=_times(
            triage,
            np.full(day.size, max(problem.triage_min, 1e-9)),
            np.full(day.size, problem.triage_cv),
            problem.distribution,
        ),
        patience=patience.standard_exponential(day.size) * problem.patience_min,
    )


def _times(random: np.random.Generator, mean: Floats, cv: Floats, distribution: Distribution) -> Floats:
    if distribution == "exponential":
        return np.asarray(random.standard_exponential(mean.size) * mean)
    if distribution == "lognormal":
        spread = np.sqrt(np.log1p(cv**2))
        return np.asarray(mean * np.exp(spread * random.standard_normal(mean.size) - spread**2 / 2))
    varies = cv > 0
    shape = np.where(varies, 1.0 / np.maximum(cv, 1e-9) ** 2, 1.0)
    return np.where(varies, random.standard_gamma(shape) * mean / shape, mean)


def replay(problem: DayProblem, visitors: Visitors) -> Replay:
    """Replay all replications of the visitors."""
    count = len(visitors.stream)
    found = Replay(
        joined=np.full(count, np.nan),
        called=np.full(count, np.inf),
        left=np.full(count, np.nan),
        server=np.full(count, NOBODY, dtype=np.int64),
        triage_start=np.full(count, np.nan),
    )
    closing = len(problem.visits) * problem.interval_min
    steps = int(np.ceil(closing / problem.step_min - 1e-9))
    rules = Rules(
        pool=np.ascontiguousarray(problem.pool, dtype=np.int64),
        priority=np.ascontiguousarray(problem.priority, dtype=np.int64),
        walk=np.ascontiguousarray(problem.walk_min, dtype=np.float64),
        crew=np.ascontiguousarray(problem.crew[:steps], dtype=np.int64),
        step=float(problem.step_min),
        helps=problem.helps,
        triage_pool=problem.triage_pool,
    )
    for day in range(len(visitors.first) - 1):
        these = slice(visitors.first[day], visitors.first[day + 1])
        replay_day(
            rules,
            Needs(
                stream=visitors.stream[these],
                arrival=visitors.arrival[these],
                service=visitors.service[these],
                triage=visitors.triage[these],
                patience=visitors.patience[these],
            ),
            Trace(
                joined=found.joined[these],
                called=found.called[these],
                left=found.left[these],
                server=found.server[these],
                triage_start=found.triage_start[these],
            ),
        )
    return found
