"""Derive arrival rates and service times of a group of counters from recorded days of its queue.

Recorded are, by step k of a day d, those who came a_dk, the counters open c_dk and, by interval t, the mean number
waiting w_dt. Days have a kind (their weekday's class): the commonest is kind 0.

Arrivals. A day's level is its total, cut at `CUT` times the median of its kind (a rush at the year's end tells little
of a usual day); the level of kind 0 is the mean of its cut days, that of another kind is kind 0's times a ratio drawn
towards the ratio of the whole office as if by `PRIOR_DAYS` days. The level's coefficient of variation beyond Poisson
is √max(s² − x̄, 0)/x̄. The shape is the days' mean, cut days weighing less, even inside an interval but for those who
wait when the doors open, who come at once.

Service. "Open" counters share their clerks with other queues and work at home in the back office, and more visitors
than served leave with their number: what a counter takes in minutes is not what its display says. So it is fitted by
simulated moments (D. McFadden, *Econometrica* 57 (1989) 995–1026): minutes m of a counter's time a visitor, patience
1/θ of those who wait, and a pace by interval, such that recorded days replayed with their own arrivals and counters
give the recorded queues. The loss is Σ |simulated − recorded| over days and intervals, a day weighing 1/(2 + its mean
queue). For each θ of `LEAVING` the best m of a geometric grid is taken, then the pace is moved where the mean queue
differs, by `LEARNING` of the log of the ratio, smoothed over neighbours, `ROUNDS` times; the best of all is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.simulate import DayProblem
from layout.workload.line import Line, waiting_in_line
from outlet.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CUT = 1.6
PRIOR_DAYS = 2.0
LEAVING = (0.0, 0.003, 0.01, 0.03, 0.1)
"""Rates a minute at which those who wait leave."""
PACES = np.exp(np.linspace(np.log(0.2), np.log(2.0), 10))
ROUNDS = 8
LEARNING = 0.35
LEAST_QUEUE = 0.4
WIDEST_PACE = 1.5
SERVICE_CV = 1.0


@dataclass(frozen=True, kw_only=True)
class RecordedQueue:
    """Recorded days of the queue of one group of counters.

    Parameters
    ----------
    came
        Shape (D, K): visitors by step.
    counters
        Shape (D, K): open counters.
    waiting
        Shape (D, T): mean number waiting; NaN where unknown.
    kind
        Shape (D,): kind of day.
    step_min
        Length of a step, minutes; T divides K.
    """

    came: Floats
    counters: Ints
    waiting: Floats
    kind: Ints
    step_min: float

    def __post_init__(self) -> None:
        days, steps = self.came.shape
        if self.counters.shape != (days, steps) or self.kind.shape != (days,) or len(self.waiting) != days:
            raise InputError(
                f"RecordedQueue: came {self.came.shape}, counters {self.counters.shape}, waiting {self.waiting.shape}, "
                f"kind {self.kind.shape}; expected (D, K), (D, K), (D, T), (D,)"
            )
        if steps % self.waiting.shape[1]:
            raise InputError(f"RecordedQueue: {steps} steps; expected a multiple of {self.waiting.shape[1]} intervals")

    @property
    def steps_each(self) -> int:
        """Steps of an interval."""
        return int(self.came.shape[1] // self.waiting.shape[1])


@dataclass(frozen=True)
class ArrivalRates:
    """Expected visitors by kind of day and step, shape (C, K), and the coefficient of variation of a day's level."""

    expected: Floats
    level_cv: float


@dataclass(frozen=True)
class ServiceFit:
    """Minutes of a counter's time a visitor, rate at which those who wait leave, pace by interval (T,), and its loss.

    Service takes ``minutes / pace``.
    """

    minutes: float
    leaving: float
    pace: Floats
    loss: float


def kind_levels(totals: Floats, kind: Ints) -> Floats:
    """Return the level of each kind of day, shape (C,): the mean of its cut totals; NaN where it has no day."""
    kinds = int(kind.max()) + 1
    return np.array([_cut(totals[kind == c]).mean() if (kind == c).any() else np.nan for c in range(kinds)])


def _cut(totals: Floats) -> Floats:
    return np.minimum(totals, CUT * max(float(np.median(totals)), 1.0))


def fit_arrivals(recorded: RecordedQueue, office_ratio: Floats) -> ArrivalRates:
    """Return the arrival rates of each kind of day.

    Parameters
    ----------
    recorded
        The days.
    office_ratio
        Shape (C,): level of each kind against kind 0, over all queues of the office; 1 for kind 0.
    """
    totals, kind = recorded.came.sum(axis=1), recorded.kind
    usual = _cut(totals[kind == 0])
    level = float(usual.mean())
    rows = []
    for c, ratio in enumerate(office_ratio):
        mine = kind == c
        own = np.minimum(totals[mine], CUT * level * ratio) / max(level, 1e-9)
        drawn = 1.0 if c == 0 else (PRIOR_DAYS * ratio + own.sum()) / (PRIOR_DAYS + len(own))
        rows.append(level * drawn * _shape(recorded, mine if mine.any() else kind == 0))
    extra = max(float(usual.var(ddof=1)) - level, 0.0) if len(usual) > 1 else 0.0
    return ArrivalRates(np.array(rows), np.sqrt(extra) / level if level > 0 else 0.0)


def _shape(recorded: RecordedQueue, days: NDArray[np.bool_]) -> Floats:
    came = recorded.came[days]
    totals = came.sum(axis=1)
    weight = np.minimum(1.0, CUT * max(float(np.median(totals)), 1.0) / np.maximum(totals, 1.0))
    step = weight @ came
    each = recorded.steps_each
    interval = step.reshape(-1, each).sum(axis=1)
    even = np.repeat(interval / each, each)
    even[:each] = (interval[0] - step[0]) / each
    even[0] += step[0]
    return np.asarray(even / max(float(even.sum()), 1e-9))


class _Bench:
    """Recorded days with their own visitors, ``days`` replications of each, whose needs are scaled and replayed."""

    def __init__(self, recorded: RecordedQueue, days: int, seed: int) -> None:
        random = np.random.Generator(np.random.PCG64(seed))
        counts = random.poisson(recorded.came[:, None, :], (len(recorded.came), days, recorded.came.shape[1]))
        step = np.broadcast_to(np.arange(counts.shape[2]), counts.shape).ravel().repeat(counts.ravel())
        day = np.arange(counts.shape[0] * days).repeat(counts.sum(axis=2).ravel())
        arrival = (step + random.random(step.size)) * recorded.step_min
        self.arrival = arrival[np.lexsort((arrival, day))]
        self.first = np.concatenate([[0], np.cumsum(counts.sum(axis=2).ravel())]).astype(np.int64)
        spread = np.sqrt(np.log1p(SERVICE_CV**2))
        self.service = np.exp(spread * random.standard_normal(step.size) - spread**2 / 2)
        self.patience = random.standard_exponential(step.size)
        self.recorded, self.days = recorded, days
        self.known = np.isfinite(recorded.waiting)
        self.waiting = np.nan_to_num(recorded.waiting)
        self.weight = 1.0 / (2.0 + self.waiting.mean(axis=1))

    def replayed(self, minutes: float, leaving: float, pace: Floats) -> Floats:
        """Return the mean number waiting, shape (D, T)."""
        recorded = self.recorded
        patience = self.patience / leaving if leaving > 0 else np.full(self.patience.shape, np.inf)
        return waiting_in_line(
            Line(self.first, self.arrival, self.service * minutes, patience),
            np.ascontiguousarray(recorded.counters, dtype=np.int64),
            np.repeat(pace, recorded.steps_each),
            recorded.step_min,
            recorded.waiting.shape[1],
        )

    def loss(self, simulated: Floats) -> float:
        """Return the weighted sum of distances between simulated and recorded queue."""
        return float((self.weight @ (np.abs(simulated - self.waiting) * self.known)).sum())

    def drift(self, simulated: Floats) -> Floats:
        """Return the log of simulated over recorded mean queue by interval, smoothed, shape (T,)."""
        mine = self.weight @ (simulated * self.known)
        theirs = self.weight @ (self.waiting * self.known)
        seen = np.maximum(self.weight @ self.known, 1e-12)
        ratio = np.log((mine / seen + LEAST_QUEUE) / (theirs / seen + LEAST_QUEUE))
        smooth = np.convolve(np.pad(ratio, 1, mode="edge"), [0.25, 0.5, 0.25], "valid")
        return np.asarray((smooth + np.append(smooth[1:], smooth[-1])) / 2)


def fit_service(recorded: RecordedQueue, *, days: int = 12, seed: int = 0) -> ServiceFit:
    """Fit minutes, patience and pace; each recorded day is replayed ``days`` times.

    Raises
    ------
    InputError
        When nobody came, or no counter was ever open.
    """
    visitors, counter_min = float(recorded.came.sum()), recorded.step_min * float(recorded.counters.sum())
    if visitors <= 0 or counter_min <= 0:
        raise InputError("RecordedQueue: nobody came or no counter was open; expected days on which it was used")
    bench = _Bench(recorded, days, seed)
    best: ServiceFit | None = None
    flat = np.zeros(recorded.waiting.shape[1])
    for leaving in LEAVING:
        tried = [
            (bench.loss(bench.replayed(pace * counter_min / visitors, leaving, np.exp(flat))), float(pace))
            for pace in PACES
        ]
        minutes = min(tried)[1] * counter_min / visitors
        pace = flat
        for _ in range(ROUNDS):
            simulated = bench.replayed(minutes, leaving, np.exp(pace))
            loss = bench.loss(simulated)
            if best is None or loss < best.loss:
                best = ServiceFit(minutes, leaving, np.exp(pace), loss)
            pace = np.clip(pace + LEARNING * bench.drift(simulated), -WIDEST_PACE, WIDEST_PACE)
    assert best is not None
    return best


def recorded_day(
    rate: Floats, counters: Ints, service: ServiceFit, recorded: RecordedQueue, level_cv: float
) -> DayProblem:
    """Return a day of one group of counters to simulate: expected visitors by step (K,) and counters (K,)."""
    pace = np.repeat(service.pace, recorded.steps_each)
    open_ = np.arange(max(int(counters.max(initial=1)), 1)) < counters[:, None]
    return DayProblem(
        interval_min=recorded.step_min,
        visits=rate[:, None],
        pool=np.zeros(1, dtype=np.int64),
        mean_min=np.array([service.minutes]),
        cv=np.array([SERVICE_CV]),
        crew=counters[:, None],
        step_min=recorded.step_min,
        patience_min=np.inf if service.leaving == 0 else 1.0 / service.leaving,
        speed=np.where(open_, pace[:, None], 0.0)[:, None, :],
        level_cv=level_cv,
    )
