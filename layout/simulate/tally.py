"""Count what happened on replayed days, in compiled code: sums, and the squares that confidence intervals need.

Visitors are counted in cells: interval × pool, then stream, then interval over the pools that count, then the whole
day over these. A cell has five counts a day (`COUNTS`); a ratio estimate needs their sums, and the sums of squares and
products over days (`MOMENTS`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layout.simulate.draws import Visitors
from layout.simulate.rules import NOBODY, Floats, Ints, Replay, Rules
from outlet.compiled import compiled, kernel, nested

CAME, WAITED, WAIT, WITHIN, GONE = range(5)
COUNTS = 5
"""A day's visitors; those not left unserved at closing, their minutes of wait, those within target, who gave up."""
PAIRS = ((WAIT, WAITED), (WITHIN, CAME), (GONE, CAME))
"""Numerator and denominator of each ratio."""
MOMENTS = COUNTS + 3 * len(PAIRS)


class Asked(NamedTuple):
    """What to count: ``target`` (S,) minutes, pools that are ``counted`` (P,), and the intervals with their length."""

    target: Floats
    counted: NDArray[np.bool_]
    length: float
    intervals: int


class Sums(NamedTuple):
    """Sums over days.

    ``moments`` (MOMENTS, cells); ``unserved`` (S,); ``busy`` (T, P) minutes; ``reception`` and ``queue`` (5, T):
    numerator, denominator, their squares and product; ``lines`` (2, T + 1, S): persons of a stream who wait, by
    interval and at last over the day, and their squares; ``waiting`` and ``anywhere`` (T, Q): minutes at which so many
    waited for pools that count, and anywhere, reception and machines too; ``out`` (2, 2, P): quiet minutes left undone
    and minutes out, and their squares; ``daily`` (days, 8): the five counts of a day over the pools that count, minutes
    of reserves, minutes after closing, most persons in the hall at once.
    """

    moments: Floats
    unserved: Floats
    busy: Floats
    reception: Floats
    queue: Floats
    lines: Floats
    waiting: Ints
    anywhere: Ints
    out: Floats
    daily: Floats


@kernel
def _spread(busy: Floats, begin: float, end: float, at: tuple[int, int], length: float) -> None:
    """Add the minutes of a span to the intervals they lie in, from ``at[0]`` on; those after closing are left out."""
    t, p = at
    while t < busy.shape[0] and begin < end:
        until = min(end, (t + 1) * length)
        if until > begin:
            busy[t, p] += until - begin
            begin = until
        t += 1


@kernel
def _count_busy(busy: Floats, visitors: Visitors, trace: Replay, span: tuple[int, int], asked: Asked) -> None:
    """Add the minutes that servers spend with a day's visitors."""
    called, left, server, length = trace.called, trace.left, trace.server, asked.length
    interval = visitors.interval
    for v in range(span[0], span[1]):
        if server[v] != NOBODY:
            _spread(busy, called[v], left[v], (interval[v], server[v]), length)


@kernel
def _count_cells(
    counts: Floats, visitors: Visitors, trace: Replay, span: tuple[int, int], cells: tuple[Ints, Ints], target: Floats
) -> None:
    """Count a day's visitors in the cells ``cells[0]`` (a visitor) and ``cells[1]`` (a stream)."""
    by_visitor, by_stream = cells
    stream, joined, called, left = visitors.stream, trace.joined, trace.called, trace.left
    for v in range(span[0], span[1]):
        s = stream[v]
        a, b = by_visitor[v], by_stream[s]
        until = min(called[v], left[v])
        waited = 1.0 if until < np.inf else 0.0
        gone = 1.0 if until < called[v] else 0.0
        wait = until - joined[v] if until < np.inf else 0.0
        within = 1.0 if wait <= target[s] + 1e-9 and called[v] < np.inf else 0.0
        counts[CAME, a] += 1.0
        counts[CAME, b] += 1.0
        counts[WAITED, a] += waited
        counts[WAITED, b] += waited
        counts[WAIT, a] += wait
        counts[WAIT, b] += wait
        counts[WITHIN, a] += within
        counts[WITHIN, b] += within
        counts[GONE, a] += gone
        counts[GONE, b] += gone


@kernel
def _middle_from(at: float, minutes: int) -> int:
    """Return the first minute whose middle does not lie before a time; at most ``minutes``."""
    return int(np.ceil(at - 0.5)) if at < minutes else minutes


@kernel
def _count_waits(
    lines: Ints,
    day: Floats,
    visitors: Visitors,
    trace: Replay,
    span: tuple[int, int],
    asked: tuple[NDArray[np.bool_], float],
) -> None:
    """Note at which minutes' middles a day's visitors wait for posts, in ``lines[0]`` those of streams that count.

    ``asked`` has the streams that count, and the length of an interval. ``day`` takes the minutes waited by interval
    and stream, and in its last row those of the day.
    """
    stream, interval, joined, called, left = visitors.stream, visitors.interval, trace.joined, trace.called, trace.left
    (counted, length), intervals, minutes = asked, len(day) - 1, lines.shape[1] - 1
    closing = intervals * length
    for v in range(span[0], span[1]):
        begin, end = joined[v], min(called[v], left[v])
        if end > begin:
            s, first, last = stream[v], _middle_from(begin, minutes), _middle_from(end, minutes)
            lines[1, first] += 1
            lines[1, last] -= 1
            if counted[s]:
                lines[0, first] += 1
                lines[0, last] -= 1
            end = min(end, closing)
            if end > begin:
                day[intervals, s] += end - begin
                _spread(day[:intervals], begin, end, (interval[v], s), length)


@kernel
def _count_present(lines: Ints, visitors: Visitors, trace: Replay, span: tuple[int, int]) -> None:
    """Note at which minutes' middles a day's visitors wait for reception (``lines[1]``), and are there (``[2]``)."""
    arrival, left, received, minutes = visitors.arrival, trace.left, trace.triage_start, lines.shape[1] - 1
    for v in range(span[0], span[1]):
        first = _middle_from(arrival[v], minutes)
        if received[v] > arrival[v]:
            lines[1, first] += 1
            lines[1, _middle_from(received[v], minutes)] -= 1
        if left[v] > arrival[v]:
            lines[2, first] += 1
            lines[2, _middle_from(left[v], minutes)] -= 1


@kernel
def _add_streams(lines: Floats, day: Floats, length: float) -> None:
    """Add the mean number of each stream who wait, by interval and over the day, and its square."""
    intervals = len(day) - 1
    for t in range(intervals + 1):
        for s in range(day.shape[1]):
            value = day[t, s] / (length if t < intervals else intervals * length)
            lines[0, t, s] += value
            lines[1, t, s] += value * value


@kernel
def _join_cells(counts: Floats, rules: Rules, asked: Asked) -> None:
    """Add up the cells of intervals and of the day over the pools that count."""
    pools, streams = rules.crew.shape[1], len(rules.pool)
    base = asked.intervals * pools + streams
    for kind in range(COUNTS):
        for t in range(asked.intervals):
            for p in range(pools):
                if asked.counted[p]:
                    counts[kind, base + t] += counts[kind, t * pools + p]
                    counts[kind, base + asked.intervals] += counts[kind, t * pools + p]


@kernel
def _add_moments(moments: Floats, counts: Floats) -> None:
    for c in range(counts.shape[1]):
        if counts[CAME, c] == 0.0:
            continue
        for kind in range(COUNTS):
            moments[kind, c] += counts[kind, c]
        row = COUNTS
        for top, low in PAIRS:
            moments[row, c] += counts[top, c] * counts[top, c]
            moments[row + 1, c] += counts[top, c] * counts[low, c]
            moments[row + 2, c] += counts[low, c] * counts[low, c]
            row += 3


@kernel
def _add_queue(sums: Sums, line: Ints, length: float) -> None:
    """Note how many wait in each minute of a day."""
    waiting, minutes, t, total, looked = 0, len(line) - 1, 0, 0.0, 0.0
    histogram, last = sums.waiting, sums.queue.shape[1] - 1
    for m in range(minutes):
        while t < last and m + 0.5 >= (t + 1) * length:
            _add_pair(sums.queue, t, total, looked)
            total, looked, t = 0.0, 0.0, t + 1
        waiting += line[m]
        histogram[t, waiting] += 1
        total += waiting
        looked += 1.0
    _add_pair(sums.queue, t, total, looked)


@kernel
def _add_anywhere(anywhere: Ints, line: Ints, present: Ints, length: float) -> float:
    """Note how many wait anywhere in each minute of a day; return the most who are in the hall in one."""
    waiting, inside, most, t = 0, 0, 0, 0
    for m in range(len(line) - 1):
        while t < len(anywhere) - 1 and m + 0.5 >= (t + 1) * length:
            t += 1
        waiting += line[m]
        anywhere[t, waiting] += 1
        inside += present[m]
        most = max(most, inside)
    return float(most)


@kernel
def _add_pair(pairs: Floats, t: int, top: float, low: float) -> None:
    pairs[0, t] += top
    pairs[1, t] += low
    pairs[2, t] += top * top
    pairs[3, t] += top * low
    pairs[4, t] += low * low


@nested
def _reception(
    visitors: Visitors, trace: Replay, span: tuple[int, int], sums: Sums, rules: Rules, asked: Asked
) -> None:
    """Count a day's waits before reception."""
    waits = np.zeros((2, asked.intervals))
    for v in range(span[0], span[1]):
        start = trace.triage_start[v]
        if np.isfinite(start):
            waits[0, visitors.interval[v]] += start - visitors.arrival[v]
            waits[1, visitors.interval[v]] += 1.0
            _spread(sums.busy, start, trace.triage_end[v], (visitors.interval[v], rules.triage_pool), asked.length)
    for t in range(asked.intervals):
        _add_pair(sums.reception, t, waits[0, t], waits[1, t])


@compiled
def count_days(rules: Rules, asked: Asked, visitors: Visitors, trace: Replay) -> Sums:
    """Count what happened to the visitors of some days."""
    pools, streams, days = rules.crew.shape[1], len(rules.pool), len(visitors.first) - 1
    intervals = asked.intervals
    cells = intervals * pools + streams + intervals + 1
    most = 1
    for d in range(days):
        most = max(most, visitors.first[d + 1] - visitors.first[d] + 1)
    sums = Sums(
        np.zeros((MOMENTS, cells)),
        np.zeros(streams),
        np.zeros((intervals, pools)),
        np.zeros((5, intervals)),
        np.zeros((5, intervals)),
        np.zeros((2, intervals + 1, streams)),
        np.zeros((intervals, most), np.int64),
        np.zeros((intervals, most), np.int64),
        np.zeros((2, 2, pools)),
        np.zeros((days, COUNTS + 3)),
    )
    counts = np.empty((COUNTS, cells))
    line = np.empty((3, int(np.ceil(rules.closing)) + 1), np.int64)
    by_day = np.empty((intervals + 1, streams))
    by_visitor = visitors.interval * pools + rules.pool[visitors.stream]
    by_stream = np.arange(streams) + intervals * pools
    line_of = asked.counted[rules.pool]
    for d in range(days):
        counts[:], by_day[:], line[:] = 0.0, 0.0, 0
        span = (visitors.first[d], visitors.first[d + 1])
        _count_cells(counts, visitors, trace, span, (by_visitor, by_stream), asked.target)
        _count_busy(sums.busy, visitors, trace, span, asked)
        _count_waits(line, by_day, visitors, trace, span, (line_of, asked.length))
        _count_present(line, visitors, trace, span)
        _add_streams(sums.lines, by_day, asked.length)
        if rules.triage_pool != NOBODY:
            _reception(visitors, trace, span, sums, rules, asked)
        for s in range(streams):
            sums.unserved[s] += counts[CAME, by_stream[s]] - counts[WAITED, by_stream[s]]
        _join_cells(counts, rules, asked)
        _add_moments(sums.moments, counts)
        _add_queue(sums, line[0], asked.length)
        sums.daily[d, COUNTS + 2] = _add_anywhere(sums.anywhere, line[1], line[2], asked.length)
        sums.out[0, 0] += trace.undone[d]
        sums.out[0, 1] += trace.undone[d] ** 2
        sums.out[1, 0] += trace.down[d]
        sums.out[1, 1] += trace.down[d] ** 2
        sums.daily[d, :COUNTS] = counts[:, cells - 1]
        sums.daily[d, COUNTS], sums.daily[d, COUNTS + 1] = (
            trace.extra[d],
            _last(trace.left, span, rules.closing) - rules.closing,
        )
    return sums


@kernel
def _last(left: Floats, span: tuple[int, int], closing: float) -> float:
    last = closing
    for v in range(span[0], span[1]):
        if last < left[v] < np.inf:
            last = left[v]
    return last
