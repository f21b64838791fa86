"""Replay one line before a group of counters, compiled: a plain case of `layout.simulate`, for fits that try it often.

Visitors are called in order of arrival. A visitor starts at the first moment at which fewer counters are busy than are
open; who would start after losing patience has left by then. Counters that close finish the visitor at hand.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Line(NamedTuple):
    """Visitors of replicated days; ``first`` bounds the replications, the rest is one entry a visitor, minutes."""

    first: Ints
    arrival: Floats
    service: Floats
    patience: Floats


@kernel
def _add_wait(waiting: Floats, begin: float, end: float, length: float) -> None:
    t = int(begin / length)
    while t < len(waiting) and t * length < end:
        waiting[t] += min(end, (t + 1) * length) - max(begin, t * length)
        t += 1


@kernel
def _start(now: float, busy: Floats, count: int, counters: Ints, step: float) -> tuple[float, int]:
    """Return when the next visitor can start, at ``now`` or later, infinite for never, and how many are busy then."""
    while True:
        k = int(now / step + 1e-9)
        if k >= len(counters):
            return np.inf, count
        at = 0
        while at < count:
            if busy[at] <= now:
                count -= 1
                busy[at] = busy[count]
            else:
                at += 1
        if count < counters[k]:
            return now, count
        later = (k + 1) * step
        for at in range(count):
            later = min(later, busy[at])
        now = later


@compiled
def waiting_in_line(line: Line, counters: Ints, pace: Floats, step: float, intervals: int) -> Floats:
    """Return the mean number waiting, shape (D, intervals).

    Parameters
    ----------
    line
        The visitors; the replications of a day follow each other, each day has as many.
    counters
        Shape (D, K): open counters by step of ``step`` minutes.
    pace
        Shape (K,): service takes its minutes divided by the pace of its start.
    """
    days, steps = counters.shape
    each = (len(line.first) - 1) // days
    closing = steps * step
    length = closing / intervals
    found = np.zeros((days, intervals))
    busy = np.empty(counters.max() + 1)
    for run in range(days * each):
        day, now, count = run // each, 0.0, 0
        for v in range(line.first[run], line.first[run + 1]):
            gives_up = line.arrival[v] + line.patience[v]
            start, left = _start(max(now, line.arrival[v]), busy, count, counters[day], step)
            now, count = min(start, closing), left
            if start <= gives_up and start < closing:
                busy[count] = start + line.service[v] / pace[int(start / step + 1e-9)]
                count += 1
            _add_wait(found[day], line.arrival[v], min(start, gives_up, closing), length)
    mean: Floats = found / (each * length)
    return mean
