"""Name the columns of the three tables the event engine works on.

Small functions that get large tuples of arrays cost ten times as much in compiled code as those that get a few tables;
so what belongs to a visitor, a pool, and a stream is one row of one array each, whole numbers included.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layout.simulate.draws import Visitors
from layout.simulate.rules import NOBODY, Replay, Rules
from outlet.compiled import compiled, kernel, nested

Floats = NDArray[np.float64]

LEVELS = 11
"""Levels of a queue: 0 is reception, 1 … 10 the priorities."""

STREAM, ARRIVAL, SERVICE, TRIAGE, PATIENCE, WILLING, OTHER, JOINED, CALLED, LEFT, SERVER, RECEPTION = range(12)
RECEIVED, SENT, PLACE, BEHIND, WAITS, UNTIL = range(12, 18)
"""Of a visitor: what he brings, what happens to him, whether he was received and sent elsewhere, where he is, and
until when reception takes."""

BUSY, CREW, DOWN, EXTRA, LENT, COMING, SINCE, WAITING, DRAWN = range(9)
PEOPLE, OPEN_AT, CLOSE_AT, DELAY, STAY, LENDER, PACE, ROOM, UP, REPAIR = range(9, 19)
TASKS, PIECE, KEEP, DOWN_MIN = range(19, 23)
HEAD, TAIL = 23, 23 + LEVELS
"""Of a pool: servers, its reserve, persons waiting, draws of breakdowns; its rules; quiet tasks left and their rules,
minutes out; first and last in line."""

POOL, PRIORITY, WALK, APPROACH, TO, SEND_AT, SHARE = range(7)
"""Of a stream: its rules."""


@nested
def stream_table(rules: Rules) -> Floats:
    """Return the rules by stream."""
    found = np.empty((len(rules.pool), 7))
    found[:, POOL], found[:, PRIORITY], found[:, WALK] = rules.pool, rules.priority, rules.walk
    found[:, APPROACH], found[:, TO] = rules.approach, rules.live.to
    found[:, SEND_AT], found[:, SHARE] = rules.live.send_at, rules.live.share
    return found


@nested
def pool_table(rules: Rules) -> Floats:
    """Return the rules by pool, and empty queues."""
    live = rules.live
    found = np.zeros((rules.crew.shape[1], TAIL + LEVELS))
    found[:, CREW], found[:, PEOPLE], found[:, OPEN_AT] = rules.crew[0], live.people, live.open_at
    found[:, CLOSE_AT], found[:, DELAY], found[:, STAY] = live.close_at, live.delay, live.stay
    found[:, LENDER], found[:, PACE], found[:, ROOM] = live.lender, live.pace, rules.room
    found[:, UP], found[:, REPAIR] = live.up, live.repair
    found[:, TASKS], found[:, PIECE], found[:, KEEP] = live.tasks, live.piece, live.keep
    found[:, HEAD:] = NOBODY
    return found


@compiled
def people_table(visitors: Visitors, begin: int, end: int) -> Floats:
    """Return the visitors of a day before it began."""
    found = np.zeros((end - begin, UNTIL + 1))
    found[:, STREAM], found[:, ARRIVAL] = visitors.stream[begin:end], visitors.arrival[begin:end]
    found[:, SERVICE], found[:, TRIAGE] = visitors.service[begin:end], visitors.triage[begin:end]
    found[:, PATIENCE] = visitors.patience[begin:end]
    if len(visitors.willing) > 0:
        found[:, WILLING], found[:, OTHER] = visitors.willing[begin:end], visitors.other[begin:end]
    found[:, JOINED] = found[:, RECEPTION] = found[:, UNTIL] = np.nan
    found[:, CALLED] = found[:, LEFT] = np.inf
    found[:, SERVER] = NOBODY
    return found


@kernel
def write_trace(people: Floats, trace: Replay, begin: int) -> None:
    """Write what happened to the visitors of a day into the trace."""
    for v in range(len(people)):
        trace.joined[begin + v] = people[v, JOINED]
        trace.called[begin + v] = people[v, CALLED]
        trace.left[begin + v] = people[v, LEFT]
        trace.server[begin + v] = int(people[v, SERVER])
        trace.triage_start[begin + v], trace.triage_end[begin + v] = people[v, RECEPTION], people[v, UNTIL]
