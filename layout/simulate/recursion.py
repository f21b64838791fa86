"""Replay days first come first served without events: the recursion of next free servers.

For a pool with crew c(t), a visitor who joins at a and comes after one called at w is called at the first time
t ≥ max(a, w) at which fewer than c(t) servers are busy. Only the most recent departures matter: with D₁ ≥ D₂ ≥ … the
departures of those called before, fewer than c are busy at t if and only if D_c ≤ t. For a constant crew this is
J. Kiefer and J. Wolfowitz's recursion (*Transactions of the AMS* 78 (1955) 1–18). A visitor costs one search and one
insertion among at most as many departures as the largest crew, and nothing else.

Valid where nobody gives up, nobody is served before those who came earlier, and no pool helps another
(`layout.simulate.day.DayProblem.plain`); there it gives what the events of `layout.simulate.kernel` give, to the last
bit.
"""

from __future__ import annotations

import numpy as np

from layout.simulate.draws import Floats, Ints, Visitors
from layout.simulate.rules import Replay, Rules
from outlet.compiled import compiled, kernel, uncounted


@uncounted
def call(until: Floats, crew: Ints, step: int, at: float, length: float) -> tuple[float, int]:
    """Return when a visitor who waits since ``at`` is called (infinite: never), and in which step of the crew.

    Parameters
    ----------
    until
        Departures of those called before, the latest first; at least as many as the largest crew.
    crew
        Shape (K,): servers on duty in each step.
    step
        A step that ``at`` does not lie before.
    at
        Minutes from opening.
    length
        Length of a step, minutes.
    """
    last = len(crew) - 1
    while step < last and (step + 1) * length <= at:
        step += 1
    while True:
        count = crew[step]
        free = max(at, until[count - 1]) if count > 0 else np.inf
        if step == last or free < (step + 1) * length:
            return free, step
        step += 1
        at = step * length


@kernel
def occupy(until: Floats, left: float) -> None:
    """Note a departure; the earliest one is forgotten."""
    j = len(until) - 1
    while j > 0 and until[j - 1] < left:
        until[j] = until[j - 1]
        j -= 1
    until[j] = left


@compiled
def recur_days(rules: Rules, visitors: Visitors, trace: Replay) -> None:
    """Replay plain days and fill in the trace."""
    pools = rules.crew.shape[1]
    crew = rules.crew.T.copy()
    until = np.empty((pools, max(crew.max(), 1)))
    step, called = np.empty(pools, np.int64), np.empty(pools)
    for day in range(len(visitors.first) - 1):
        until[:] = -np.inf
        step[:], called[:] = 0, 0.0
        for v in range(visitors.first[day], visitors.first[day + 1]):
            s = visitors.stream[v]
            p = rules.pool[s]
            joined = visitors.arrival[v] + rules.walk[s]
            at, step[p] = call(until[p], crew[p], step[p], max(joined, called[p]), rules.step)
            trace.joined[v], trace.called[v], called[p] = joined, at, at
            trace.left[v] = at + (visitors.service[v] + rules.approach[s])
            if np.isfinite(at):
                trace.server[v] = p
                occupy(until[p], trace.left[v])
