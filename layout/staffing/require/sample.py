"""Count, on drawn days, who is called within the target with a crew: `Sample`.

The days are drawn once; every crew meets the same visitors (common random numbers). `count_within` can relax a crew:
visitors before a first interval are called at once, as by a crew without limit. Waits in a first come first served
queue of equal servers never grow when a crew grows anywhere, so a relaxed count is an upper limit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layout.simulate.day import DayProblem
from layout.simulate.recursion import call, occupy
from layout.simulate.replay import draw_visitors
from outlet.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Days(NamedTuple):
    """Visitors of some days: where each interval of a day starts (days, T + 1), arrival, minutes of service, target.

    ``carried[carries[d, t] : carries[d, t + 1]]`` are the departures after interval t began of those who came before it
    on day d and were called at once; ``carries`` has shape (days, T + 1).
    """

    starts: Ints
    arrival: Floats
    service: Floats
    wait: Floats
    carries: Ints
    carried: Floats


@compiled
def carry(starts: Ints, arrival: Floats, service: Floats, length: float) -> tuple[Ints, Floats]:
    """Return ``carries`` and ``carried`` of `Days`."""
    days, intervals = starts.shape[0], starts.shape[1] - 1
    carries = np.zeros((days, intervals + 1), np.int64)
    most = 0
    for v in range(len(arrival)):
        most += int((arrival[v] + service[v]) / length) - int(arrival[v] / length)
    carried = np.empty(most + 1)
    count = 0
    for d in range(days):
        for t in range(intervals):
            carries[d, t] = count
            for v in range(starts[d, 0], starts[d, t]):
                if arrival[v] + service[v] > t * length:
                    carried[count] = arrival[v] + service[v]
                    count += 1
        carries[d, intervals] = count
    return carries, carried[:count].copy()


@compiled
def count_within(days: Days, crew: Ints, length: float, first: int, last: int) -> Ints:
    """Return shape (T,): visitors of the intervals ``first`` to ``last`` who are called within their target.

    Visitors before ``first`` are called at once; ``crew`` (T,) are the servers in each interval.
    """
    starts, arrival, service, wait = days.starts, days.arrival, days.service, days.wait
    found = np.zeros(len(crew), np.int64)
    until = np.empty(max(crew.max(), 1))
    for d in range(len(starts)):
        until[:] = -np.inf
        for k in range(days.carries[d, first], days.carries[d, first + 1]):
            occupy(until, days.carried[k])
        step, called = first, first * length
        for t in range(first, last + 1):
            good = 0
            for v in range(starts[d, t], starts[d, t + 1]):
                called, step = call(until, crew, step, max(arrival[v], called), length)
                occupy(until, called + service[v])
                if called - arrival[v] <= wait[v] + 1e-9:
                    good += 1
            found[t] += good
    return found


@dataclass(frozen=True)
class Sample:
    """Drawn days of one pool.

    ``came`` (T,) are the visitors of each interval over all days, ``length`` an interval's minutes, ``reach`` how many
    intervals after his own a visitor can be called within the target.
    """

    days: Days
    came: Ints
    length: float
    reach: int

    @classmethod
    def draw(cls, problem: DayProblem, wait_min: Floats, days: int, seed: int) -> Sample:
        """Draw days; ``wait_min`` (S,) is the target wait of each stream."""
        intervals, length = len(problem.visits), float(problem.interval_min)
        drawn = draw_visitors(problem, days, seed)
        cell = np.repeat(np.arange(days), np.diff(drawn.first)) * intervals + drawn.interval
        counts = np.bincount(cell, minlength=days * intervals).reshape(days, intervals)
        starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts.ravel())])
        starts = np.lib.stride_tricks.sliding_window_view(starts, intervals + 1)[::intervals].copy()
        service = drawn.service + problem.approach_min[drawn.stream]
        carries, carried = carry(starts, drawn.arrival, service, length)
        found = Days(starts, drawn.arrival, service, wait_min[drawn.stream], carries, carried)
        return cls(found, counts.sum(axis=0), length, int(np.ceil(float(wait_min.max()) / length - 1e-9)))

    def few(self, days: int) -> Sample:
        """Return the first of the days."""
        first = self.days._replace(starts=self.days.starts[:days], carries=self.days.carries[:days])
        return replace(self, days=first, came=np.diff(first.starts, axis=1).sum(axis=0))

    def within(self, crew: Ints, first: int = 0, last: int | None = None) -> Ints:
        """Return shape (T,): visitors called within the target, by interval of arrival; see `count_within`."""
        return count_within(self.days, crew, self.length, first, len(crew) - 1 if last is None else last)

    def shares(self, crew: Ints) -> Floats:
        """Return shape (T,): share called within the target; 1 where nobody came."""
        return np.divide(self.within(crew), self.came, out=np.ones(len(crew)), where=self.came > 0)
