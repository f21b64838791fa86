"""Replay a day many times and say what came out, with confidence intervals.

A mean over visitors is a ratio of two sums over days, X/N: its interval is that of the ratio estimator with R days,
X̄/N̄ ± t·s/(√R·N̄), s² the sample variance of X_r − (X̄/N̄)·N_r (W. G. Cochran, *Sampling Techniques*, 1977, ch. 6),
t the quantile of Student's distribution with R − 1 degrees of freedom. Days are independent, visitors of one day are
not: so the day is the unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.simulate.day import DayProblem, Replay, Visitors, draw_visitors, replay
from layout.simulate.kernel import NOBODY
from outlet.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CONFIDENCE = 0.95
QUEUE_PERCENTILE = 95.0


@dataclass(frozen=True)
class Estimate:
    """A mean with its confidence interval; NaN where there was nobody. All three have one shape."""

    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class DayResult:
    """What a replayed day is like. Letters: T intervals, S streams, P pools; waits in minutes, from joining the queue.

    A visitor counts in the interval of arrival. One who gave up waited until then and is not within target; one left
    unserved at closing is not within target and has no wait.

    Parameters
    ----------
    days
        Replications.
    arrivals
        Shape (T,): visitors a day who count, by interval.
    wait, within
        Shape (T,): mean wait, and share called within the target, of visitors whose pool counts.
    day_wait, day_within
        Shape (): the same over the whole day.
    pool_wait, pool_within
        Shape (T, P): the same by pool.
    stream_wait, stream_within
        Shape (S,): the same by stream, over the day.
    stream_arrivals, stream_abandoned, stream_unserved
        Shape (S,): visitors a day; of these, those who gave up, and those left unserved at closing.
    triage_wait
        Shape (T,): mean wait before reception, all visitors; NaN without reception.
    queue_p95
        Shape (T,): persons waiting for pools that count, 95th percentile over minutes and days.
    occupancy
        Shape (T, P): share of the crew's time that was spent with visitors; NaN without a crew.
    overtime_min
        Minutes after closing until the last visitor has left, mean over days.
    """

    days: int
    arrivals: Floats
    wait: Estimate
    within: Estimate
    day_wait: Estimate
    day_within: Estimate
    pool_wait: Estimate
    pool_within: Estimate
    stream_wait: Estimate
    stream_within: Estimate
    stream_arrivals: Floats
    stream_abandoned: Floats
    stream_unserved: Floats
    triage_wait: Estimate
    queue_p95: Floats
    occupancy: Floats
    overtime_min: float


def simulate_day(
    problem: DayProblem,
    *,
    days: int = 500,
    seed: int = 0,
    target_min: Floats | float = 5.0,
    counted: NDArray[np.bool_] | None = None,
) -> DayResult:
    """Replay a day ``days`` times; the same seed gives the same visitors, whatever the crew.

    Parameters
    ----------
    problem
        The day.
    days
        Replications, at least 2.
    seed
        Seed of every draw.
    target_min
        Target wait of each stream, shape (S,) or one number, minutes.
    counted
        Shape (P,): pools whose visitors count in the results over all pools; all by default.

    Raises
    ------
    InputError
        When there are fewer than two days.
    """
    if days < 2:
        raise InputError(f"days is {days}; expected at least 2, or there is no confidence interval")
    visitors = draw_visitors(problem, days, seed)
    trace = replay(problem, visitors)
    return _summarise(_Tally.of(problem, visitors, trace, days, target_min, counted))


def ratio_interval(numerator: Floats, denominator: Floats) -> Estimate:
    """Return the ratio of the sums over the first axis (days), with its 95 % interval; lower ends not below 0.

    >>> found = ratio_interval(np.array([2.0, 2.0, 2.0]), np.array([1.0, 1.0, 1.0]))
    >>> float(found.mean), float(found.low), float(found.high)
    (2.0, 2.0, 2.0)
    """
    from scipy.stats import t

    days = len(numerator)
    total = denominator.sum(axis=0)
    mean = np.divide(numerator.sum(axis=0), total, out=np.full(np.shape(total), np.nan), where=total > 0)
    spread = np.sqrt(np.sum((numerator - mean * denominator) ** 2, axis=0) / (days - 1) / days)
    centre = np.where(total > 0, total / days, np.nan)
    half = float(t.ppf((1 + CONFIDENCE) / 2, days - 1)) * spread / centre
    return Estimate(np.asarray(mean), np.asarray(np.maximum(mean - half, 0.0)), np.asarray(mean + half))


@dataclass(frozen=True)
class _Tally:
    """Visitors with what is to be counted of each; one entry a visitor."""

    problem: DayProblem
    visitors: Visitors
    trace: Replay
    days: int
    day: Ints
    interval: Ints
    counts: NDArray[np.bool_]
    wait: Floats
    gone: NDArray[np.bool_]
    unserved: NDArray[np.bool_]
    within: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        problem: DayProblem,
        visitors: Visitors,
        trace: Replay,
        days: int,
        target_min: Floats | float,
        counted: NDArray[np.bool_] | None,
    ) -> _Tally:
        intervals = len(problem.visits)
        called = np.isfinite(trace.called)
        unserved = ~called & ~np.isfinite(trace.left)
        wait = np.where(called, trace.called, np.where(unserved, 0.0, trace.left)) - trace.joined
        wait = np.where(unserved, 0.0, wait)
        target = np.broadcast_to(np.asarray(target_min, dtype=np.float64), problem.pool.shape)
        pools = np.ones(problem.crew.shape[1], dtype=np.bool_) if counted is None else counted
        return cls(
            problem=problem,
            visitors=visitors,
            trace=trace,
            days=days,
            day=np.repeat(np.arange(days, dtype=np.int64), np.diff(visitors.first)),
            interval=np.minimum(visitors.arrival // problem.interval_min, intervals - 1).astype(np.int64),
            counts=pools[problem.pool][visitors.stream],
            wait=wait,
            gone=~called & ~unserved,
            unserved=unserved,
            within=called & (wait <= target[visitors.stream] + 1e-9),
        )

    def sums(self, value: Floats | NDArray[np.bool_], where: NDArray[np.bool_], by: Ints, size: int) -> Floats:
        """Sum a value over the visitors ``where``, shape (days, size), by position ``by``."""
        cell = self.day[where] * size + by[where]
        total = np.bincount(cell, weights=value[where].astype(np.float64), minlength=self.days * size)
        return np.asarray(total.reshape(self.days, size))

    def per_day(self, positions: Ints, size: int) -> Floats:
        """Count positions, a day."""
        return np.bincount(positions, minlength=size).astype(np.float64) / self.days

    def wait_and_within(self, where: NDArray[np.bool_], by: Ints, size: int) -> tuple[Estimate, Estimate]:
        """Return mean wait and share within target of the visitors ``where``, by position."""
        every = self.sums(np.ones(self.day.size), where, by, size)
        waited = self.sums(np.ones(self.day.size), where & ~self.unserved, by, size)
        return (
            ratio_interval(self.sums(self.wait, where & ~self.unserved, by, size), waited),
            ratio_interval(self.sums(self.within, where, by, size), every),
        )


def _summarise(tally: _Tally) -> DayResult:
    problem, streams = tally.problem, tally.visitors.stream
    intervals, kinds = problem.visits.shape
    pools = problem.crew.shape[1]
    everybody = np.ones(tally.day.size, dtype=np.bool_)
    wait, within = tally.wait_and_within(tally.counts, tally.interval, intervals)
    whole = np.zeros_like(tally.interval)
    day_wait, day_within = tally.wait_and_within(tally.counts, whole, 1)
    cell = tally.interval * pools + problem.pool[streams]
    pool_wait, pool_within = (
        Estimate(*(part.reshape(intervals, pools) for part in (found.mean, found.low, found.high)))
        for found in tally.wait_and_within(everybody, cell, intervals * pools)
    )
    stream_wait, stream_within = tally.wait_and_within(everybody, streams, kinds)
    return DayResult(
        days=tally.days,
        arrivals=tally.per_day(tally.interval[tally.counts], intervals),
        wait=wait,
        within=within,
        day_wait=_only(day_wait),
        day_within=_only(day_within),
        pool_wait=pool_wait,
        pool_within=pool_within,
        stream_wait=stream_wait,
        stream_within=stream_within,
        stream_arrivals=tally.per_day(streams, kinds),
        stream_abandoned=tally.per_day(streams[tally.gone], kinds),
        stream_unserved=tally.per_day(streams[tally.unserved], kinds),
        triage_wait=_triage_wait(tally),
        queue_p95=_queue(tally),
        occupancy=_occupancy(tally),
        overtime_min=_overtime(tally),
    )


def _only(found: Estimate) -> Estimate:
    return Estimate(np.asarray(found.mean[0]), np.asarray(found.low[0]), np.asarray(found.high[0]))


def _triage_wait(tally: _Tally) -> Estimate:
    received = np.isfinite(tally.trace.triage_start)
    waits = np.where(received, tally.trace.triage_start - tally.visitors.arrival, 0.0)
    size = len(tally.problem.visits)
    return ratio_interval(
        tally.sums(waits, received, tally.interval, size),
        tally.sums(np.ones(waits.size), received, tally.interval, size),
    )


def _queue(tally: _Tally) -> Floats:
    """Return shape (T,): 95th percentile of persons waiting, looked at in the middle of every minute of every day."""
    problem, trace = tally.problem, tally.trace
    intervals = len(problem.visits)
    minutes = int(np.ceil(intervals * problem.interval_min))
    waits = tally.counts & np.isfinite(trace.joined)
    until = np.where(np.isfinite(trace.called), trace.called, trace.left)[waits]
    begin = np.clip(np.ceil(trace.joined[waits] - 0.5), 0, minutes).astype(np.int64)
    end = np.clip(np.ceil(until - 0.5), 0, minutes).astype(np.int64)
    row = tally.day[waits] * (minutes + 1)
    size = tally.days * (minutes + 1)
    change = np.bincount(row + begin, minlength=size) - np.bincount(row + end, minlength=size)
    waiting = np.cumsum(change.reshape(tally.days, minutes + 1), axis=1)[:, :minutes]
    of = np.minimum(((np.arange(minutes) + 0.5) // problem.interval_min).astype(np.int64), intervals - 1)
    return np.array(
        [
            np.percentile(waiting[:, of == t], QUEUE_PERCENTILE, method="inverted_cdf") if (of == t).any() else 0.0
            for t in range(intervals)
        ]
    )


def _occupancy(tally: _Tally) -> Floats:
    """Return shape (T, P): minutes spent with visitors over the crew's minutes; NaN without a crew."""
    problem, trace, visitors = tally.problem, tally.trace, tally.visitors
    served, received = trace.server != NOBODY, np.isfinite(trace.triage_start)
    begin = np.concatenate([trace.called[served], trace.triage_start[received]])
    length = np.concatenate([visitors.service[served], visitors.triage[received]])
    pool = np.concatenate([trace.server[served], np.full(int(received.sum()), problem.triage_pool, dtype=np.int64)])
    pools, intervals = problem.crew.shape[1], len(problem.visits)
    step_start = np.arange(len(problem.crew)) * problem.step_min
    found = np.full((intervals, pools), np.nan)
    for t in range(intervals):
        low, high = t * problem.interval_min, (t + 1) * problem.interval_min
        inside = np.clip(begin + length, low, high) - np.clip(begin, low, high)
        busy = np.bincount(pool, weights=inside, minlength=pools) / tally.days
        on_duty = (np.clip(step_start + problem.step_min, low, high) - np.clip(step_start, low, high)) @ problem.crew
        np.divide(busy, on_duty, out=found[t], where=on_duty > 0)
    return found


def _overtime(tally: _Tally) -> float:
    closing = len(tally.problem.visits) * tally.problem.interval_min
    last = np.full(tally.days, closing, dtype=np.float64)
    left = np.isfinite(tally.trace.left)
    np.maximum.at(last, tally.day[left], tally.trace.left[left])
    return float((last - closing).mean())
