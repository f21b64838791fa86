"""Replay a day many times and say what came out, with confidence intervals.

A mean over visitors is a ratio of two sums over days, X/N: its interval is that of the ratio estimator with R days,
X̄/N̄ ± t·s/(√R·N̄), s² the sample variance of X_r − (X̄/N̄)·N_r (W. G. Cochran, *Sampling Techniques*, 1977, ch. 6),
t the quantile of Student's distribution with R − 1 degrees of freedom. Days are independent, visitors of one day are
not: so the day is the unit.

Days are drawn, replayed and counted some at a time, so that memory stays small; with several workers, threads share the
work and the sums are added in the order of the days: the figures do not depend on the workers.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.simulate.day import DayProblem
from layout.simulate.replay import draw_visitors, replay, rules_of
from layout.simulate.tally import CAME, COUNTS, GONE, PAIRS, Asked, Sums, count_days
from outlet.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CONFIDENCE = 0.95
QUEUE_PERCENTILE = 0.95
AT_A_TIME = 20_000
"""Visitors drawn, replayed and counted at a time: they fit the processor's cache."""


@dataclass(frozen=True)
class Estimate:
    """A mean with its confidence interval; NaN where there was nobody. All three have one shape."""

    mean: Floats
    low: Floats
    high: Floats

    def at(self, *where: int | slice) -> Estimate:
        """Return a part of it."""
        return Estimate(*(np.asarray(array[where]) for array in (self.mean, self.low, self.high)))


@dataclass(frozen=True)
class DayResult:
    """What a replayed day is like. Letters: T intervals, S streams, P pools; waits in minutes, from joining the queue.

    A visitor counts in the interval of arrival. One who gave up waited until then and is not within target; one left
    unserved at closing is not within target and has no wait. One turned away counts as one who gave up at once.

    Parameters
    ----------
    days
        Replications.
    arrivals
        Shape (T,): visitors a day who count, by interval.
    wait, within, abandoned
        Shape (T,): mean wait, share called within the target, and share who gave up, of visitors whose pool counts.
    day_wait, day_within, day_abandoned
        Shape (): the same over the whole day.
    pool_wait, pool_within
        Shape (T, P): the same by pool.
    stream_wait, stream_within
        Shape (S,): the same by stream, over the day.
    stream_arrivals, stream_abandoned, stream_unserved
        Shape (S,): visitors a day; of these, those who gave up, and those left unserved at closing.
    triage_wait
        Shape (T,): mean wait before reception, all visitors; NaN without reception.
    queue
        Shape (T,): mean of the persons waiting for pools that count, looked at in the middle of every minute.
    queue_p95
        Shape (T,): the 95th percentile of these, over minutes and days.
    occupancy
        Shape (T, P): share of the crew's time that was spent with visitors; NaN without a crew.
    overtime_min
        Minutes after closing until the last visitor has left, mean over days.
    reserve_min
        Minutes a day that people of a reserve were called away.
    stream_queue
        Shape (T + 1, S): mean number of a stream who wait, by interval, and in the last row over the day.
    waiting_p95
        Shape (T,): the 95th percentile of persons who wait anywhere: for reception, for posts, and for machines.
    undone_min, down_min
        Shape (P,): minutes a day of quiet tasks not begun before closing, and minutes servers were out until then.
    daily
        Shape (days, 8): visitors who count, those not unserved, their minutes of wait, those within target, those who
        gave up, minutes of reserves, minutes after closing, and most persons in the hall at once, of each day.
    """

    days: int
    arrivals: Floats
    wait: Estimate
    within: Estimate
    abandoned: Estimate
    day_wait: Estimate
    day_within: Estimate
    day_abandoned: Estimate
    pool_wait: Estimate
    pool_within: Estimate
    stream_wait: Estimate
    stream_within: Estimate
    stream_arrivals: Floats
    stream_abandoned: Floats
    stream_unserved: Floats
    triage_wait: Estimate
    queue: Estimate
    queue_p95: Floats
    occupancy: Floats
    overtime_min: float
    reserve_min: float
    stream_queue: Estimate
    waiting_p95: Floats
    undone_min: Estimate
    down_min: Estimate
    daily: Floats


def simulate_day(
    problem: DayProblem,
    *,
    days: int = 500,
    seed: int = 0,
    target_min: Floats | float = 5.0,
    counted: NDArray[np.bool_] | None = None,
    workers: int = 1,
    events: bool = False,
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
    workers
        Threads that share the days; the figures are the same.
    events
        Whether to replay event by event where it is not needed; the figures are the same.

    Raises
    ------
    InputError
        When there are fewer than two days.
    """
    if days < 2:
        raise InputError(f"days is {days}; expected at least 2, or there is no confidence interval")
    asked = Asked(
        np.array(np.broadcast_to(target_min, problem.pool.shape), dtype=np.float64),
        np.ones(problem.crew.shape[1], dtype=np.bool_) if counted is None else counted,
        float(problem.interval_min),
        len(problem.visits),
    )
    each = max(1, int(AT_A_TIME / max(float(problem.visits.sum()), 1.0)))

    def part(first: int) -> Sums:
        return _replay_part(problem, asked, seed, (first, min(each, days - first)), events=events)

    firsts = range(0, days, each)
    if workers > 1:
        with ThreadPoolExecutor(workers) as threads:
            sums = _total(list(threads.map(part, firsts)))
    else:
        sums = _total([part(first) for first in firsts])
    return _result(problem, asked, sums, days)


def _replay_part(problem: DayProblem, asked: Asked, seed: int, span: tuple[int, int], *, events: bool) -> Sums:
    first, days = span
    visitors = draw_visitors(problem, days, seed, first)
    found = replay(problem, visitors, seed=seed, first_day=first, events=events)
    return count_days(rules_of(problem, seed), asked, visitors, found)


def _total(parts: Sequence[Sums]) -> Sums:
    return Sums(
        moments=np.sum([part.moments for part in parts], axis=0),
        unserved=np.sum([part.unserved for part in parts], axis=0),
        busy=np.sum([part.busy for part in parts], axis=0),
        reception=np.sum([part.reception for part in parts], axis=0),
        queue=np.sum([part.queue for part in parts], axis=0),
        lines=np.sum([part.lines for part in parts], axis=0),
        waiting=_widest([part.waiting for part in parts]),
        anywhere=_widest([part.anywhere for part in parts]),
        out=np.sum([part.out for part in parts], axis=0),
        daily=np.concatenate([part.daily for part in parts]),
    )


def _widest(parts: Sequence[Ints]) -> Ints:
    """Return the sum of histograms of different lengths."""
    found = np.zeros((len(parts[0]), max(part.shape[1] for part in parts)), dtype=np.int64)
    for part in parts:
        found[:, : part.shape[1]] += part
    return found


def ratio_interval(numerator: Floats, denominator: Floats) -> Estimate:
    """Return the ratio of the sums over the first axis (days), with its 95 % interval; lower ends not below 0.

    >>> found = ratio_interval(np.array([2.0, 2.0, 2.0]), np.array([1.0, 1.0, 1.0]))
    >>> float(found.mean), float(found.low), float(found.high)
    (2.0, 2.0, 2.0)
    """
    x, y = numerator, denominator
    sums = np.stack([x.sum(axis=0), y.sum(axis=0), (x * x).sum(axis=0), (x * y).sum(axis=0), (y * y).sum(axis=0)])
    return ratio_of_sums(sums, len(numerator))


def ratio_of_sums(sums: Floats, days: int) -> Estimate:
    """Return the ratio x/y with its 95 % interval from Σx, Σy, Σx², Σxy, Σy² over days, shape (5, …)."""
    from scipy.stats import t

    x, y, xx, xy, yy = sums
    mean = np.divide(x, y, out=np.full(np.shape(y), np.nan), where=y > 0)
    spread = np.sqrt(np.maximum(xx - 2 * mean * xy + mean**2 * yy, 0.0) / (days - 1) / days)
    centre = np.where(y > 0, y / days, np.nan)
    half = float(t.ppf((1 + CONFIDENCE) / 2, days - 1)) * spread / centre
    return Estimate(np.asarray(mean), np.asarray(np.maximum(mean - half, 0.0)), np.asarray(mean + half))


def mean_of_sums(sums: Floats, days: int) -> Estimate:
    """Return the mean a day with its 95 % interval from Σx, Σx² over days, shape (2, …); lower ends not below 0.

    >>> found = mean_of_sums(np.array([6.0, 12.0]), 3)
    >>> float(found.mean), float(found.low), float(found.high)
    (2.0, 2.0, 2.0)
    """
    ones = np.full(np.shape(sums[0]), float(days))
    return ratio_of_sums(np.stack([sums[0], ones, sums[1], sums[0], ones]), days)


def _result(problem: DayProblem, asked: Asked, sums: Sums, days: int) -> DayResult:
    intervals, streams = problem.visits.shape
    pools = problem.crew.shape[1]
    parts = np.cumsum([intervals * pools, streams, intervals])
    wait, within, gone = (_ratios(sums.moments, pair, days) for pair in range(len(PAIRS)))
    over, whole, stream = slice(parts[1], parts[2]), int(parts[2]), slice(parts[0], parts[1])
    came = sums.moments[CAME] / days
    return DayResult(
        days=days,
        arrivals=came[over],
        wait=wait.at(over),
        within=within.at(over),
        abandoned=gone.at(over),
        day_wait=wait.at(whole),
        day_within=within.at(whole),
        day_abandoned=gone.at(whole),
        pool_wait=_by_pool(wait, intervals, pools),
        pool_within=_by_pool(within, intervals, pools),
        stream_wait=wait.at(stream),
        stream_within=within.at(stream),
        stream_arrivals=came[stream],
        stream_abandoned=sums.moments[GONE, stream] / days,
        stream_unserved=sums.unserved / days,
        triage_wait=ratio_of_sums(sums.reception, days),
        queue=ratio_of_sums(sums.queue, days),
        queue_p95=_percentile(sums.waiting),
        occupancy=_occupancy(problem, sums.busy / days),
        overtime_min=float(sums.daily[:, COUNTS + 1].mean()),
        reserve_min=float(sums.daily[:, COUNTS].mean()),
        stream_queue=mean_of_sums(sums.lines, days),
        waiting_p95=_percentile(sums.anywhere),
        undone_min=mean_of_sums(sums.out[0], days),
        down_min=mean_of_sums(sums.out[1], days),
        daily=sums.daily,
    )


def _ratios(moments: Floats, pair: int, days: int) -> Estimate:
    top, low = PAIRS[pair]
    squares = moments[COUNTS + 3 * pair : COUNTS + 3 * pair + 3]
    return ratio_of_sums(np.stack([moments[top], moments[low], *squares]), days)


def _by_pool(found: Estimate, intervals: int, pools: int) -> Estimate:
    parts = (array[: intervals * pools].reshape(intervals, pools) for array in (found.mean, found.low, found.high))
    return Estimate(*parts)


def _percentile(waiting: Ints) -> Floats:
    """Return shape (T,): the least number that at least 95 % of the minutes do not pass."""
    reached = np.cumsum(waiting, axis=1) >= QUEUE_PERCENTILE * waiting.sum(axis=1, keepdims=True)
    return np.asarray(reached.argmax(axis=1), dtype=np.float64)


def _occupancy(problem: DayProblem, busy: Floats) -> Floats:
    """Return shape (T, P): minutes spent with visitors over the crew's minutes; NaN without a crew."""
    starts = np.arange(len(problem.crew)) * problem.step_min
    found = np.full(busy.shape, np.nan)
    for t in range(len(busy)):
        low, high = t * problem.interval_min, (t + 1) * problem.interval_min
        on_duty = (np.clip(starts + problem.step_min, low, high) - np.clip(starts, low, high)) @ problem.crew
        np.divide(busy[t], on_duty, out=found[t], where=on_duty > 0)
    return found
