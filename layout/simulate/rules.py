"""The arrays that the engines replay a day by, and those they fill in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOBODY = -1


class Live(NamedTuple):
    """Policies and failures.

    Shape (P,): ``people`` in reserve, the queue ``open_at`` which one more is called and ``close_at`` which one
    leaves, ``delay`` until he comes and least ``stay`` in minutes, the ``lender`` pool or -1, and the ``pace`` of the
    reserve. Shape (S,): the pool visitors are sent ``to`` or -1, from which queue ``send_at``, and what ``share``
    agrees. Outages: ``out_begin``, ``out_end``, ``out_pool``, ``out_count`` servers. Shape (P,): mean minutes ``up``
    between the breakdowns of a machine (infinite: none) and of its ``repair``; minutes of quiet ``tasks``, of a
    ``piece`` of them, and servers to ``keep`` free.
    """

    people: Ints
    open_at: Ints
    close_at: Ints
    delay: Floats
    stay: Floats
    lender: Ints
    pace: Floats
    to: Ints
    send_at: Ints
    share: Floats
    out_begin: Floats
    out_end: Floats
    out_pool: Ints
    out_count: Ints
    up: Floats
    repair: Floats
    tasks: Floats
    piece: Floats
    keep: Ints


class Rules(NamedTuple):
    """What is the same for every visitor and day; see `layout.simulate.day.DayProblem`.

    ``helps`` (H, 2) lists helper and helped; ``speed`` (K, P, C), 0 at a place without a server, is empty where all
    servers are alike.
    """

    pool: Ints
    priority: Ints
    walk: Floats
    approach: Floats
    crew: Ints
    step: float
    helps: Ints
    triage_pool: int
    room: Ints
    speed: Floats
    live: Live
    closing: float
    seed: int


class Replay(NamedTuple):
    """What happened to each visitor, in the order of `Visitors`; minutes from opening; filled in by the kernels.

    ``joined`` the queue, ``called`` by a server (infinite: never), ``left`` after service or, unserved, when patience
    ended (infinite: never); ``server`` is the pool of the server who served, -1 for nobody; ``triage_start`` and
    ``triage_end`` of reception (NaN without). Of days: ``extra`` (days,) minutes that reserves were open; ``undone``
    (days, P) minutes of quiet tasks nobody began before closing; ``down`` (days, P) minutes servers were out before
    closing.
    """

    joined: Floats
    called: Floats
    left: Floats
    server: Ints
    triage_start: Floats
    triage_end: Floats
    extra: Floats
    undone: Floats
    down: Floats
