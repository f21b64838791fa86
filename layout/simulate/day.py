"""Describe one day of an outlet to replay: `DayProblem`.

A visitor of stream s arrives at a time of a Poisson process whose rate is constant inside an interval (or by
appointment), is received by the triage pool where there is one (first come first served, before anybody else there;
not at all while nobody of it is on duty), walks ``walk_min`` minutes, and joins the queue of the stream's pool: lower
``priority`` first, then first come first served. A pool is a crew of servers whose number changes over the day. A
server who is called waits ``approach_min`` minutes for the visitor to come to the counter, then serves. A server whose
shift ends finishes the visitor at hand and leaves; until then his place is taken, so that a crew of c never serves more
than c at once by its own doing. A server who comes starts at once, so a constant crew written as many short shifts is
a constant crew. A server of pool q with nobody waiting also serves pool p where ``helps[q, p]``. A visitor whose
patience ends before being called leaves; who finds ``room`` people waiting and nobody free is turned away.

Doors close at the end of the last interval; the crew of that moment stays until nobody waits, so that waits of the last
visitors are waits and not losses. Visitors of a pool that has no crew left then are unserved.

All times are drawn beforehand (`layout.simulate.draws`) and belong to the visitor, not to the server: two crews
replayed with the same seed meet the same visitors with the same needs (common random numbers).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from layout.simulate.policy import Appointment, Breakdowns, Diversion, Outage, QuietTask, Reserve
from layout.simulate.rules import NOBODY
from outlet.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Distribution = Literal["lognormal", "gamma", "exponential", "hyperexponential"]
UNLIMITED = 1 << 40


def _ints() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class DayProblem:
    """A day to replay. Letters: T intervals, S streams, P pools, K crew steps, C places of servers.

    Parameters
    ----------
    start_min
        Minute of the day at which the first interval starts; shown, not used by the replay.
    interval_min
        Length of an interval, minutes.
    visits
        Shape (T, S): expected visits without appointment.
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
    walk_min, approach_min
        Shape (S,): minutes from reception to the queue, and from the seats to the counter once called.
    triage_pool
        Pool that receives every visitor, or -1.
    triage_min, triage_cv
        Its mean time and coefficient of variation.
    patience_min
        Mean of the exponential patience, shape (S,) or one number; infinite: nobody leaves.
    distribution
        Of service times; hyperexponential (balanced means) wants cv from 1.
    samples
        Measured service times by stream, minutes; drawn from instead of ``distribution`` where there are any.
    level_cv
        Coefficient of variation of a day's level, by which all its rates are multiplied.
    room
        Shape (P,): most people who wait for a pool.
    speed
        Shape (K, P, C): speed of the server at each place, 1 as usual, 0 where nobody is: as many above 0 as the crew
        has servers. It divides the times of services and receptions. Who is free longest takes the next visitor.
    appointments, reserves, diversions, outages, breakdowns, tasks
        See `layout.simulate.policy`.
    """

    interval_min: float
    visits: Floats
    pool: Ints
    mean_min: Floats
    cv: Floats
    crew: Ints
    step_min: float
    start_min: float = 0.0
    priority: Ints = field(default_factory=_ints)
    helps: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.bool_))
    walk_min: Floats = field(default_factory=lambda: np.zeros(0))
    approach_min: Floats = field(default_factory=lambda: np.zeros(0))
    triage_pool: int = NOBODY
    triage_min: float = 0.0
    triage_cv: float = 0.5
    patience_min: float | Floats = float("inf")
    distribution: Distribution = "lognormal"
    samples: tuple[Floats, ...] = ()
    level_cv: float = 0.0
    room: Ints = field(default_factory=_ints)
    speed: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))
    appointments: tuple[Appointment, ...] = ()
    reserves: tuple[Reserve, ...] = ()
    diversions: tuple[Diversion, ...] = ()
    outages: tuple[Outage, ...] = ()
    breakdowns: tuple[Breakdowns, ...] = ()
    tasks: tuple[QuietTask, ...] = ()

    def __post_init__(self) -> None:
        streams, pools = self.visits.shape[1], self.crew.shape[1]
        defaults: tuple[tuple[str, NDArray[np.generic], tuple[int, ...], int], ...] = (
            ("priority", self.priority, (streams,), 0),
            ("helps", self.helps, (pools, pools), 0),
            ("walk_min", self.walk_min, (streams,), 0),
            ("approach_min", self.approach_min, (streams,), 0),
            ("room", self.room, (pools,), UNLIMITED),
        )
        for name, array, shape, default in defaults:
            if not array.size:
                object.__setattr__(self, name, np.full(shape, default, dtype=array.dtype))
        self._check_shapes(streams, pools)
        self._check_values(pools)
        self._check_live(streams, pools)

    def _check_shapes(self, streams: int, pools: int) -> None:
        for name, array in (
            ("pool", self.pool),
            ("priority", self.priority),
            ("mean_min", self.mean_min),
            ("cv", self.cv),
            ("walk_min", self.walk_min),
            ("approach_min", self.approach_min),
            (
                "patience_min",
                np.broadcast_to(self.patience_min, (streams,))
                if np.ndim(self.patience_min) == 0
                else np.asarray(self.patience_min),
            ),
        ):
            if array.shape != (streams,):
                raise InputError(f"DayProblem.{name}: shape {array.shape}; expected ({streams},), one a stream")
        if self.helps.shape != (pools, pools):
            raise InputError(f"DayProblem.helps: shape {self.helps.shape}; expected ({pools}, {pools})")
        if self.room.shape != (pools,):
            raise InputError(f"DayProblem.room: shape {self.room.shape}; expected ({pools},), one a pool")
        most = int(self.crew.max(initial=0))
        if self.speed.shape != (0, 0, 0) and (self.speed.shape[:2] != self.crew.shape or self.speed.shape[2] < most):
            raise InputError(
                f"DayProblem.speed: shape {self.speed.shape}; expected {(*self.crew.shape, most)}, or more places"
            )
        if self.samples and len(self.samples) != streams:
            raise InputError(f"DayProblem.samples: {len(self.samples)} arrays; expected {streams}, one a stream")

    def _check_values(self, pools: int) -> None:
        sampled = np.concatenate([*self.samples, np.ones(1)])
        ranges = (
            ("visits", bool((self.visits >= 0).all() and np.isfinite(self.visits).all()), "finite visits from 0"),
            ("pool", bool(((self.pool >= 0) & (self.pool < pools)).all()), f"positions from 0 to {pools - 1}"),
            ("priority", bool(((self.priority >= 0) & (self.priority <= 9)).all()), "0 to 9"),
            ("mean_min", bool((self.mean_min > 0).all()), "minutes above 0"),
            ("cv", bool((self.cv >= 0).all()), "values from 0"),
            ("cv", self.distribution != "hyperexponential" or bool((self.cv >= 1).all()), "values from 1"),
            ("crew", bool((self.crew >= 0).all()), "servers from 0"),
            ("walk_min", bool((self.walk_min >= 0).all()), "minutes from 0"),
            ("approach_min", bool((self.approach_min >= 0).all()), "minutes from 0"),
            ("triage_pool", -1 <= self.triage_pool < pools, f"-1 to {pools - 1}"),
            ("patience_min", bool((np.asarray(self.patience_min) > 0).all()), "minutes above 0"),
            ("samples", bool((np.isfinite(sampled) & (sampled >= 0)).all()), "finite minutes from 0"),
            ("level_cv", 0 <= self.level_cv < float("inf"), "a value from 0"),
            ("room", bool((self.room >= 0).all()), "people from 0"),
            ("speed", bool((self.speed >= 0).all()), "factors from 0"),
            ("speed", self._manned(), "as many places above 0 as there are servers"),
        )
        for name, holds, expected in ranges:
            if not holds:
                raise InputError(f"DayProblem.{name}: a value is out of range; expected {expected}")
        if len(self.crew) * self.step_min < len(self.visits) * self.interval_min - 1e-9:
            raise InputError(
                f"DayProblem.crew: covers {len(self.crew) * self.step_min:g} minutes; expected at least the "
                f"{len(self.visits) * self.interval_min:g} minutes of the day"
            )

    def _check_live(self, streams: int, pools: int) -> None:
        closing = len(self.visits) * self.interval_min
        positions = [
            *(("reserves", r.pool, pools) for r in self.reserves),
            *(("reserves", max(r.lender, 0), pools) for r in self.reserves),
            *(("diversions", d.pool, pools) for d in self.diversions),
            *(("diversions", d.stream, streams) for d in self.diversions),
            *(("outages", o.pool, pools) for o in self.outages),
            *(("breakdowns", b.pool, pools) for b in self.breakdowns),
            *(("tasks", task.pool, pools) for task in self.tasks),
            *(("appointments", a.stream, streams) for a in self.appointments),
        ]
        for name, position, count in positions:
            if not 0 <= position < count:
                raise InputError(f"DayProblem.{name}: position {position}; expected 0 to {count - 1}")
        for name, owners in (
            ("reserves", [r.pool for r in self.reserves]),
            ("diversions", [d.stream for d in self.diversions]),
            ("breakdowns", [b.pool for b in self.breakdowns]),
            ("tasks", [task.pool for task in self.tasks]),
        ):
            if len(set(owners)) < len(owners):
                raise InputError(f"DayProblem.{name}: two for one position; expected one each")
        if any(a.due_min > closing for a in self.appointments):
            raise InputError(f"DayProblem.appointments: due after closing; expected at most {closing:g} minutes")

    def _manned(self) -> bool:
        return not self.speed.size or bool(((self.speed > 0).sum(axis=2) == self.crew).all())

    @property
    def plain(self) -> bool:
        """Whether every pool serves first come first served on its own, so that no events are needed."""
        alike = all(
            len(np.unique(array[self.pool == p])) <= 1
            for p in range(self.crew.shape[1])
            for array in (self.priority, self.walk_min)
        )
        own = ~self.helps & ~np.eye(len(self.helps), dtype=np.bool_)
        return bool(
            alike
            and (own | np.eye(len(self.helps), dtype=np.bool_)).all()
            and self.triage_pool == NOBODY
            and np.isinf(self.patience_min).all()
            and (self.room >= UNLIMITED).all()
            and not self.speed.size
            and not (self.reserves or self.diversions or self.outages or self.breakdowns or self.tasks)
        )
