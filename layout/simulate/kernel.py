"""Replay one day in compiled code: a binary heap of events and one linked list a pool and priority.

`layout.simulate.day` says what is replayed. A visitor who gives up leaves when a server would have called him: that
affects nobody else, since a queue has no room limit.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NOBODY = -1
LEVELS = 11
"""Levels of a queue: 0 is reception, 1 … 10 the priorities."""

_ARRIVE, _RECEIVED, _JOIN, _DONE, _CREW = 0, 1, 2, 3, 4


class Rules(NamedTuple):
    """What is the same for every visitor; see `layout.simulate.day.DayProblem`."""

    pool: Ints
    priority: Ints
    walk: Floats
    crew: Ints
    step: float
    helps: Bools
    triage_pool: int


class Needs(NamedTuple):
    """What each visitor of the day brings, by arrival."""

    stream: Ints
    arrival: Floats
    service: Floats
    triage: Floats
    patience: Floats


class Trace(NamedTuple):
    """What happens to each visitor: filled in by the replay."""

    joined: Floats
    called: Floats
    left: Floats
    server: Ints
    triage_start: Floats


class _Heap(NamedTuple):
    """Events: when, of what kind, of which visitor (or crew step), at which pool; ``size[0]`` of them."""

    times: Floats
    kinds: Ints
    who: Ints
    where: Ints
    size: Ints


class _Queues(NamedTuple):
    """First and last waiting visitor a pool and level, and who stands behind each visitor."""

    head: Ints
    tail: Ints
    behind: Ints


class _State(NamedTuple):
    """Servers busy and on duty a pool, and who has been received."""

    busy: Ints
    on_duty: Ints
    received: Bools


@numba.njit(cache=True)
def _before(heap: _Heap, a: int, b: int) -> bool:
    """Tell whether event a comes before event b; ties go by kind, then visitor, so that every run is alike."""
    if heap.times[a] != heap.times[b]:
        return bool(heap.times[a] < heap.times[b])
    if heap.kinds[a] != heap.kinds[b]:
        return bool(heap.kinds[a] < heap.kinds[b])
    return bool(heap.who[a] < heap.who[b])


@numba.njit(cache=True)
def _swap(heap: _Heap, a: int, b: int) -> None:
    heap.times[a], heap.times[b] = heap.times[b], heap.times[a]
    heap.kinds[a], heap.kinds[b] = heap.kinds[b], heap.kinds[a]
    heap.who[a], heap.who[b] = heap.who[b], heap.who[a]
    heap.where[a], heap.where[b] = heap.where[b], heap.where[a]


@numba.njit(cache=True)
def _push(heap: _Heap, time: float, kind: int, visitor: int, pool: int) -> None:
    at = heap.size[0]
    heap.times[at], heap.kinds[at], heap.who[at], heap.where[at] = time, kind, visitor, pool
    heap.size[0] += 1
    while at > 0 and _before(heap, at, (at - 1) // 2):
        _swap(heap, at, (at - 1) // 2)
        at = (at - 1) // 2


@numba.njit(cache=True)
def _drop_first(heap: _Heap) -> None:
    heap.size[0] -= 1
    size = heap.size[0]
    _swap(heap, 0, size)
    at = 0
    while 2 * at + 1 < size:
        down = 2 * at + 1
        if down + 1 < size and _before(heap, down + 1, down):
            down += 1
        if not _before(heap, down, at):
            return
        _swap(heap, at, down)
        at = down


@numba.njit(cache=True)
def _enqueue(queues: _Queues, pool: int, level: int, visitor: int) -> None:
    queues.behind[visitor] = NOBODY
    if queues.tail[pool, level] == NOBODY:
        queues.head[pool, level] = visitor
    else:
        queues.behind[queues.tail[pool, level]] = visitor
    queues.tail[pool, level] = visitor


@numba.njit(cache=True)
def _next_visitor(queues: _Queues, pool: int, now: float, needs: Needs, trace: Trace) -> int:
    """Take the next visitor who still waits out of a pool's queue; those who gave up leave on the way."""
    for level in range(LEVELS):
        while queues.head[pool, level] != NOBODY:
            visitor = queues.head[pool, level]
            queues.head[pool, level] = queues.behind[visitor]
            if queues.head[pool, level] == NOBODY:
                queues.tail[pool, level] = NOBODY
            if level > 0 and trace.joined[visitor] + needs.patience[visitor] < now:
                trace.left[visitor] = trace.joined[visitor] + needs.patience[visitor]
            else:
                return int(visitor)
    return NOBODY


@numba.njit(cache=True)
def _serve(
    heap: _Heap, queues: _Queues, state: _State, crew: tuple[int, int], now: float, day: tuple[Needs, Trace]
) -> None:
    """Let the idle servers of pool q take visitors who wait for pool p, ``crew = (q, p)``."""
    q, p = crew
    needs, trace = day
    while state.busy[q] < state.on_duty[q]:
        visitor = _next_visitor(queues, p, now, needs, trace)
        if visitor == NOBODY:
            return
        state.busy[q] += 1
        if state.received[visitor]:
            trace.called[visitor], trace.server[visitor] = now, q
            _push(heap, now + needs.service[visitor], _DONE, visitor, q)
        else:
            trace.triage_start[visitor] = now
            _push(heap, now + needs.triage[visitor], _RECEIVED, visitor, q)


@numba.njit(cache=True)
def _skip_reception(heap: _Heap, queues: _Queues, rules: Rules, needs: Needs, now: float) -> None:
    """Let those who wait for reception walk on, since nobody is there to receive them."""
    pool = rules.triage_pool
    visitor = queues.head[pool, 0]
    while visitor != NOBODY:
        _push(heap, now + rules.walk[needs.stream[visitor]], _JOIN, visitor, 0)
        visitor = queues.behind[visitor]
    queues.head[pool, 0] = queues.tail[pool, 0] = NOBODY


@numba.njit(cache=True)
def _happen(heap: _Heap, queues: _Queues, state: _State, rules: Rules, day: tuple[Needs, Trace]) -> float:
    """Let the first event happen; return its time."""
    needs, trace = day
    now, kind, visitor, pool = heap.times[0], heap.kinds[0], heap.who[0], heap.where[0]
    _drop_first(heap)
    if kind == _ARRIVE and visitor + 1 < len(needs.arrival):
        _push(heap, needs.arrival[visitor + 1], _ARRIVE, visitor + 1, 0)
    if kind == _CREW:
        state.on_duty[:] = rules.crew[visitor]
        if rules.triage_pool != NOBODY and state.on_duty[rules.triage_pool] == 0:
            _skip_reception(heap, queues, rules, needs, now)
    elif kind == _ARRIVE and rules.triage_pool != NOBODY and state.on_duty[rules.triage_pool] > 0:
        _enqueue(queues, rules.triage_pool, 0, visitor)
    elif kind == _JOIN:
        state.received[visitor] = True
        trace.joined[visitor] = now
        stream = needs.stream[visitor]
        _enqueue(queues, rules.pool[stream], 1 + rules.priority[stream], visitor)
    else:
        if kind != _ARRIVE:
            state.busy[pool] -= 1
        if kind == _DONE:
            trace.left[visitor] = now
        else:
            _push(heap, now + rules.walk[needs.stream[visitor]], _JOIN, visitor, 0)
    return float(now)


@numba.njit(cache=True)
def replay_day(rules: Rules, needs: Needs, trace: Trace) -> None:
    """Replay one day and fill in the trace."""
    count, steps, pools = len(needs.stream), rules.crew.shape[0], rules.crew.shape[1]
    # a visitor has one event at a time, a crew step one in all; the next arrival waits in the heap
    room = count + steps + 1
    heap = _Heap(
        np.empty(room),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.zeros(1, np.int64),
    )
    queues = _Queues(np.full((pools, LEVELS), NOBODY), np.full((pools, LEVELS), NOBODY), np.full(count, NOBODY))
    state = _State(np.zeros(pools, np.int64), rules.crew[0].copy(), np.zeros(count, np.bool_))
    day = (needs, trace)
    if count > 0:
        _push(heap, needs.arrival[0], _ARRIVE, 0, 0)
    for k in range(1, steps):
        _push(heap, k * rules.step, _CREW, k, 0)
    while heap.size[0] > 0:
        now = _happen(heap, queues, state, rules, day)
        for q in range(pools):
            _serve(heap, queues, state, (q, q), now, day)
        for q in range(pools):
            for p in range(pools):
                if p != q and rules.helps[q, p]:
                    _serve(heap, queues, state, (q, p), now, day)
    for visitor in range(count):
        if state.received[visitor] and np.isnan(trace.left[visitor]):
            trace.left[visitor] = trace.joined[visitor] + needs.patience[visitor]
