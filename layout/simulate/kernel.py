"""Replay days in compiled code, event by event, with everything `layout.simulate.day.DayProblem` can say.

Arrivals and crew steps are read off their sorted lists; what happens in between (receptions, joins, departures,
patience that ends, outages, counters that open) waits in a heap. A queue is one linked list a pool and priority. At one
moment crews change first, then the events of the heap happen, then visitors arrive. The tables are those of
`layout.simulate.tables`; ``clock`` holds the step of the crew, the day, and the minutes of reserves.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from layout.simulate import tables as of
from layout.simulate.draws import Visitors, key_of, uniform
from layout.simulate.heap import KIND, WHERE, WHO, drop_first, make_heap, next_time, push
from layout.simulate.rules import NOBODY, Floats, Replay, Rules
from layout.simulate.tables import people_table, pool_table, stream_table, write_trace
from outlet.compiled import compiled, kernel, nested

BREAKDOWNS = 20
"""Purpose of the draws of breakdowns; pool p has purpose 20 + p."""
NOW, STEP, DAY, RESERVE = range(4)
"""What the clock holds."""
_RECEIVED, _JOIN, _DONE, _GIVE_UP, _DOWN, _UP, _OPEN, _CLOSE, _TASK = range(9)


@kernel
def _enqueue(people: Floats, pools: Floats, p: int, level: int, who: int) -> None:
    people[who, of.BEHIND], people[who, of.WAITS] = NOBODY, 1.0
    last = int(pools[p, of.TAIL + level])
    if last == NOBODY:
        pools[p, of.HEAD + level] = who
    else:
        people[last, of.BEHIND] = who
    pools[p, of.TAIL + level] = who


@kernel
def _next_visitor(people: Floats, pools: Floats, p: int) -> int:
    """Take the next visitor who still waits out of a pool's queue; those who gave up are passed over."""
    for level in range(of.LEVELS):
        who = int(pools[p, of.HEAD + level])
        while who != NOBODY:
            pools[p, of.HEAD + level] = people[who, of.BEHIND]
            if people[who, of.BEHIND] == NOBODY:
                pools[p, of.TAIL + level] = NOBODY
            if people[who, of.WAITS] > 0.0:
                people[who, of.WAITS] = 0.0
                return who
            who = int(people[who, of.BEHIND])
    return NOBODY


@kernel
def _idle(pools: Floats, q: int) -> bool:
    on_duty = pools[q, of.CREW] - pools[q, of.DOWN] + pools[q, of.EXTRA] - pools[q, of.LENT]
    return bool(pools[q, of.BUSY] < on_duty)


@kernel
def _take_place(places: tuple[Floats, Floats], step: int, q: int) -> int:
    """Take the place of the server of pool q who is free longest, the first of several, or else of one in reserve."""
    speed, since = places
    place, crew = NOBODY, speed.shape[2]
    for at in range(crew):
        if speed[step, q, at] > 0.0 and since[q, at] < (np.inf if place == NOBODY else since[q, place]):
            place = at
    if place == NOBODY:
        place = crew
        while since[q, place] == np.inf:
            place += 1
    since[q, place] = np.inf
    return place


@kernel
def _pace(people: Floats, pools: Floats, clock: Floats, places: tuple[Floats, Floats], q: int, who: int) -> float:
    """Let a free server of pool q begin with a visitor, and return his speed."""
    speed = places[0]
    if speed.size == 0:
        return float(pools[q, of.PACE]) if pools[q, of.BUSY] >= pools[q, of.CREW] else 1.0
    step = int(clock[STEP])
    place = _take_place(places, step, q)
    people[who, of.PLACE] = place
    return float(speed[step, q, place]) if place < speed.shape[2] else float(pools[q, of.PACE])


@kernel
def _serve(
    people: Floats,
    pools: Floats,
    streams: Floats,
    heap: Floats,
    clock: Floats,
    places: tuple[Floats, Floats],
    by: tuple[int, int],
) -> None:
    """Let the idle servers of pool ``by[0]`` take visitors who wait for pool ``by[1]``."""
    q, p = by
    now = clock[NOW]
    while _idle(pools, q):
        who = _next_visitor(people, pools, p)
        if who == NOBODY:
            return
        pace = _pace(people, pools, clock, places, q, who)
        pools[q, of.BUSY] += 1.0
        if people[who, of.RECEIVED] > 0.0:
            pools[p, of.WAITING] -= 1.0
            people[who, of.CALLED], people[who, of.SERVER] = now, q
            each = people[who, of.OTHER] if people[who, of.SENT] > 0.0 else people[who, of.SERVICE]
            push(heap, now + (each / pace + streams[int(people[who, of.STREAM]), of.APPROACH]), _DONE, who, q)
        else:
            people[who, of.RECEPTION], people[who, of.UNTIL] = now, now + people[who, of.TRIAGE] / pace
            push(heap, people[who, of.UNTIL], _RECEIVED, who, q)


@kernel
def _join(people: Floats, pools: Floats, streams: Floats, heap: Floats, clock: Floats, who: int) -> None:
    """Let a visitor join the queue of his pool, or of the pool he is sent to; a full room turns him away."""
    now, s = clock[NOW], int(people[who, of.STREAM])
    people[who, of.RECEIVED], people[who, of.JOINED] = 1.0, now
    p, to = int(streams[s, of.POOL]), int(streams[s, of.TO])
    if (
        to != NOBODY
        and pools[p, of.WAITING] >= streams[s, of.SEND_AT]
        and people[who, of.WILLING] < streams[s, of.SHARE]
    ):
        people[who, of.SENT] = 1.0
        p = to
    if pools[p, of.WAITING] >= pools[p, of.ROOM] and not _idle(pools, p):
        people[who, of.LEFT] = now
        return
    pools[p, of.WAITING] += 1.0
    _enqueue(people, pools, p, 1 + int(streams[s, of.PRIORITY]), who)
    if people[who, of.PATIENCE] < np.inf:
        push(heap, now + people[who, of.PATIENCE], _GIVE_UP, who, p)
    _call_reserve(pools, heap, clock, p)


@kernel
def _call_reserve(pools: Floats, heap: Floats, clock: Floats, p: int) -> None:
    """Call one more of the reserve where the queue is long, unless one is on the way."""
    more = pools[p, of.PEOPLE] > pools[p, of.EXTRA] and pools[p, of.COMING] == 0.0
    if more and pools[p, of.WAITING] >= pools[p, of.OPEN_AT]:
        pools[p, of.COMING] = 1.0
        push(heap, clock[NOW] + pools[p, of.DELAY], _OPEN, 0, p)


@kernel
def _walk_on(people: Floats, pools: Floats, streams: Floats, heap: Floats, clock: Floats, who: int) -> None:
    walk = streams[int(people[who, of.STREAM]), of.WALK]
    if walk > 0.0:
        push(heap, clock[NOW] + walk, _JOIN, who, 0)
    else:
        _join(people, pools, streams, heap, clock, who)


@kernel
def _open(pools: Floats, heap: Floats, clock: Floats, p: int) -> None:
    """Let one of the reserve begin at pool p, unless the queue has gone."""
    pools[p, of.COMING] = 0.0
    if pools[p, of.WAITING] <= pools[p, of.CLOSE_AT]:
        return
    pools[p, of.EXTRA] += 1.0
    pools[p, of.SINCE] = clock[NOW]
    clock[RESERVE] -= clock[NOW]
    if pools[p, of.LENDER] != NOBODY:
        pools[int(pools[p, of.LENDER]), of.LENT] += 1.0
    push(heap, clock[NOW] + pools[p, of.STAY], _CLOSE, 0, p)
    _call_reserve(pools, heap, clock, p)


@kernel
def _release(pools: Floats, clock: Floats) -> bool:
    """Let the reserve go where the queue is short, once the last who came stayed long enough; tell whether any went."""
    now, went = clock[NOW], False
    for p in range(len(pools)):
        if pools[p, of.EXTRA] == 0.0 or pools[p, of.WAITING] > pools[p, of.CLOSE_AT]:
            continue
        if now >= pools[p, of.SINCE] + pools[p, of.STAY]:
            clock[RESERVE] += now * pools[p, of.EXTRA]
            if pools[p, of.LENDER] != NOBODY:
                pools[int(pools[p, of.LENDER]), of.LENT] -= pools[p, of.EXTRA]
            pools[p, of.EXTRA] = 0.0
            went = True
    return went


@kernel
def _draw(pools: Floats, clock: Floats, p: int, seed: int, mean: float) -> float:
    """Draw the next minutes up or in repair of the machines of pool p."""
    found = -math.log(uniform(key_of(seed, int(clock[DAY]), BREAKDOWNS + p), int(pools[p, of.DRAWN]))) * mean
    pools[p, of.DRAWN] += 1.0
    return found


@kernel
def _fail_or_mend(pools: Floats, heap: Floats, clock: Floats, rules: Rules, event: tuple[int, int, int]) -> None:
    """Let machine ``number`` of pool p fail or be up again; number −1 − k is outage k."""
    kind, number, p = event
    now, live = clock[NOW], rules.live
    sign = 1.0 if kind == _DOWN else -1.0
    count = 1 if number >= 0 else live.out_count[-1 - number]
    pools[p, of.DOWN] += sign * count
    pools[p, of.DOWN_MIN] += sign * count * max(rules.closing - now, 0.0)
    if number < 0:
        if kind == _DOWN:
            push(heap, live.out_end[-1 - number], _UP, number, p)
        return
    if kind == _DOWN:
        push(heap, now + _draw(pools, clock, p, rules.seed, pools[p, of.REPAIR]), _UP, number, p)
        return
    at = now + _draw(pools, clock, p, rules.seed, pools[p, of.UP])
    if at < rules.closing:
        push(heap, at, _DOWN, number, p)


@kernel
def _free_place(people: Floats, since: Floats, now: float, event: tuple[int, int, int]) -> None:
    """Free the place of a server who is done; one with a quiet task has the number of his place."""
    kind, who, p = event
    if since.size > 0:
        since[p, who if kind == _TASK else int(people[who, of.PLACE])] = now


@kernel
def _happen(
    people: Floats, pools: Floats, streams: Floats, heap: Floats, clock: Floats, since: Floats, rules: Rules
) -> None:
    """Let the first event of the heap happen."""
    kind, who, p = int(heap[1, KIND]), int(heap[1, WHO]), int(heap[1, WHERE])
    drop_first(heap)
    if kind in (_DONE, _RECEIVED, _TASK):
        pools[p, of.BUSY] -= 1.0
        _free_place(people, since, clock[NOW], (kind, who, p))
    if kind == _DONE:
        people[who, of.LEFT] = clock[NOW]
    elif kind == _RECEIVED:
        _walk_on(people, pools, streams, heap, clock, who)
    elif kind == _JOIN:
        _join(people, pools, streams, heap, clock, who)
    elif kind == _GIVE_UP:
        if people[who, of.WAITS] > 0.0:
            people[who, of.WAITS] = 0.0
            pools[p, of.WAITING] -= 1.0
            people[who, of.LEFT] = clock[NOW]
    elif kind == _OPEN:
        _open(pools, heap, clock, p)
    elif kind in (_DOWN, _UP):
        _fail_or_mend(pools, heap, clock, rules, (kind, who, p))


@kernel
def _skip_reception(people: Floats, pools: Floats, streams: Floats, heap: Floats, clock: Floats, guide: int) -> None:
    """Let those who wait for reception walk on, since nobody is there to receive them."""
    who = int(pools[guide, of.HEAD])
    pools[guide, of.HEAD] = pools[guide, of.TAIL] = NOBODY
    while who != NOBODY:
        behind = int(people[who, of.BEHIND])
        people[who, of.WAITS] = 0.0
        _walk_on(people, pools, streams, heap, clock, who)
        who = behind


@nested
def _begin(rules: Rules, count: int, pools: Floats, clock: Floats) -> Floats:
    """Return the events known at opening: outages and the first failures of machines."""
    live = rules.live
    reserve = 2 + live.people.max()
    heap = make_heap(
        2 * count + 2 * len(live.out_pool) + rules.crew[0].sum() + len(pools) * (reserve + rules.crew.max())
    )
    for k in range(len(live.out_pool)):
        push(heap, live.out_begin[k], _DOWN, -1 - k, live.out_pool[k])
    for p in range(len(pools)):
        if pools[p, of.UP] < np.inf:
            for machine in range(rules.crew[0, p]):
                at = _draw(pools, clock, p, rules.seed, pools[p, of.UP])
                if at < rules.closing:
                    push(heap, at, _DOWN, machine, p)
    return heap


@kernel
def _begin_tasks(pools: Floats, heap: Floats, clock: Floats, places: tuple[Floats, Floats]) -> None:
    """Let idle servers begin pieces of their pool's quiet tasks; who is idle here has nobody waiting."""
    for p in range(len(pools)):
        while pools[p, of.TASKS] > 0.0:
            free = pools[p, of.CREW] - pools[p, of.DOWN] - pools[p, of.LENT] - pools[p, of.BUSY]
            if free <= pools[p, of.KEEP]:
                break
            place = _take_place(places, int(clock[STEP]), p) if places[0].size > 0 else 0
            piece = min(pools[p, of.PIECE], pools[p, of.TASKS])
            pools[p, of.TASKS] -= piece
            pools[p, of.BUSY] += 1.0
            push(heap, clock[NOW] + piece, _TASK, place, p)


@kernel
def _serve_all(
    people: Floats,
    pools: Floats,
    streams: Floats,
    heap: Floats,
    clock: Floats,
    places: tuple[Floats, Floats],
    helps: NDArray[np.int64],
) -> None:
    """Let idle servers serve: their own visitors first, then those of the pools they help."""
    for q in range(len(pools)):
        if _idle(pools, q):
            _serve(people, pools, streams, heap, clock, places, (q, q))
    for h in range(len(helps)):
        q, p = helps[h, 0], helps[h, 1]
        if _idle(pools, q):
            _serve(people, pools, streams, heap, clock, places, (q, p))


@nested
def _replay_day(people: Floats, pools: Floats, streams: Floats, clock: Floats, rules: Rules) -> None:
    """Replay one day; ``people`` says what happened."""
    count, steps, guide = len(people), rules.crew.shape[0], rules.triage_pool
    crew, length = rules.crew, rules.step
    heap = _begin(rules, count, pools, clock)
    room = rules.speed.shape[2] + rules.live.people.max() if rules.speed.size > 0 else 0
    since = np.zeros((len(pools), room))
    helps, places = rules.helps, (rules.speed, since)
    who, step = 0, 1
    _begin_tasks(pools, heap, clock, places)
    gone = guide != NOBODY and pools[guide, of.CREW] == 0.0
    while True:
        arrives = people[who, of.ARRIVAL] if who < count else np.inf
        changes = step * length if step < steps else np.inf
        happens = next_time(heap)
        now = min(arrives, changes, happens)
        if now == np.inf:
            break
        clock[NOW] = now
        if changes == now:
            clock[STEP] = step
            pools[:, of.CREW] = crew[step]
            step += 1
        elif happens == now:
            _happen(people, pools, streams, heap, clock, since, rules)
        else:
            if guide != NOBODY and not gone:
                _enqueue(people, pools, guide, 0, who)
            else:
                _walk_on(people, pools, streams, heap, clock, who)
            who += 1
        gone = guide != NOBODY and pools[guide, of.CREW] <= pools[guide, of.DOWN] + pools[guide, of.LENT]
        if gone and pools[guide, of.HEAD] != NOBODY:
            _skip_reception(people, pools, streams, heap, clock, guide)
        _serve_all(people, pools, streams, heap, clock, places, helps)
        if _release(pools, clock):
            _serve_all(people, pools, streams, heap, clock, places, helps)
        if now < rules.closing:
            _begin_tasks(pools, heap, clock, places)
    clock[RESERVE] += (np.maximum(pools[:, of.SINCE], rules.closing) * pools[:, of.EXTRA]).sum()


@compiled
def replay_days(rules: Rules, visitors: Visitors, trace: Replay, first_day: int) -> None:
    """Replay days and fill in the trace."""
    streams, clock = stream_table(rules), np.zeros(4)
    for d in range(len(visitors.first) - 1):
        people = people_table(visitors, visitors.first[d], visitors.first[d + 1])
        clock[:] = 0.0
        clock[DAY] = first_day + d
        pools = pool_table(rules)
        _replay_day(people, pools, streams, clock, rules)
        trace.extra[d] = clock[RESERVE]
        trace.undone[d, :] = pools[:, of.TASKS]
        trace.down[d, :] = pools[:, of.DOWN_MIN]
        write_trace(people, trace, visitors.first[d])
