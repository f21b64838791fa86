"""Derive arrivals from what a ticket queue shows: who waits, and which number is served.

Between two looks at one queue, arrivals = served + change of those waiting. A fall of those waiting was served. The
rest of the served is told by the numbers: between two readings that lie in one series, as many were called as the
number rose by, and what falls do not explain already is spread over the time between the readings. A display that lags
behind the queue is thus not counted twice: falls seen before it moves are set against its next step.

A number is set aside when it lies in another series: another letter than the queue's, or a jump that would mean more
calls a minute than any queue has; when the next reading confirms the jump, the series has begun anew there.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TICKET = re.compile(r"(\D*?)0*(\d{1,9})", re.ASCII)
CONTINUED = 50
"""A number lower by less than this was called out of turn; lower by more, its series began anew."""
LEAST_CALLS = 15
SERIES = 100
"""Series begin at a full hundred (001, 501, …)."""
HALF_HOUR_MIN = 30.0
HALF_HOURS = 48


@dataclass(frozen=True)
class Readings:
    """One day's looks at one queue, shape (m,), in order of time.

    Parameters
    ----------
    minute
        Minutes since midnight.
    waiting
        People waiting.
    number
        Number on display; NaN where none, or where it was set aside.
    """

    minute: Floats
    waiting: Floats
    number: Floats


@dataclass(frozen=True)
class Flow:
    """What happened up to each look since the one before, shape (m,): the first look's arrivals came before it.

    ``set_aside`` numbers lay in another series; ``spread`` arrivals were spread over gaps longer than asked.
    """

    arrivals: Floats
    served: Floats
    set_aside: int
    spread: float


def numbers_of(tickets: Sequence[str]) -> tuple[Floats, float, int]:
    """Return the numbers of a day's tickets of the commonest letter, its share of them, and how many have no number.

    Returns
    -------
    numbers
        Shape (m,); NaN where empty or of another letter.
    share
        Share of the tickets that have the commonest letter; 0 where there is none.
    unread
        Texts that are no ticket.
    """
    matches = [TICKET.fullmatch(ticket) if ticket else None for ticket in tickets]
    letters = Counter(match[1] for match in matches if match)
    given = sum(1 for ticket in tickets if ticket)
    if not letters:
        return np.full(len(tickets), np.nan), 0.0, given
    letter, count = min(letters.items(), key=lambda item: (-item[1], item[0]))
    found = [float(match[2]) if match and match[1] == letter else math.nan for match in matches]
    return np.array(found), count / given, given - sum(letters.values())


def called_between(readings: Readings, most_per_min: float) -> tuple[Floats, int]:
    """Return the customers called up to each reading since the last one, shape (m,), and the numbers set aside.

    NaN where no number was read. The first number of a day tells nothing, unless looks before it showed none: then its
    series began at a full hundred.
    """
    called = np.full(len(readings.number), np.nan)
    last, since = math.nan, float(readings.minute[0])
    doubtful: tuple[int, float] | None = None
    aside = 0
    for at in np.flatnonzero(np.isfinite(readings.number)).tolist():
        number, minute = float(readings.number[at]), float(readings.minute[at])
        if math.isnan(last):
            before = number % SERIES if at > 0 else 0.0
            called[at] = before if before <= _allowed(minute - since, most_per_min) else 0.0
            last, since = number, minute
            continue
        step = number - last
        if -CONTINUED < step <= _allowed(minute - since, most_per_min):
            called[at], doubtful = max(step, 0.0), None
            last, since = max(number, last), minute
        elif doubtful is not None and 0 <= number - doubtful[1] <= _allowed(minute - since, most_per_min):
            called[at] = number - doubtful[1]
            last, since, doubtful = number, minute, None
        else:
            doubtful = (at, number)
            aside += 1
    return called, aside


def _allowed(minutes: float, most_per_min: float) -> float:
    return max(LEAST_CALLS, most_per_min * minutes)


def derive_flow(readings: Readings, *, most_per_min: float, long_gap_min: float) -> Flow:
    """Return arrivals and served customers of one queue and day.

    Parameters
    ----------
    readings
        The looks, at least one.
    most_per_min
        More calls a minute than this are no calls but another series of numbers.
    long_gap_min
        Arrivals known only over longer times than this are counted in ``spread``.
    """
    called, aside = called_between(readings, most_per_min)
    change = np.diff(readings.waiting, prepend=0.0)
    served = np.maximum(-change, 0.0)
    last, ahead, spread = 0, 0.0, 0.0
    for at in np.flatnonzero(np.isfinite(called)).tolist():
        if at == 0:
            continue
        steps = slice(last + 1, at + 1)
        fallen = float(served[steps].sum())
        told = max(float(called[at]) - ahead, 0.0)
        ahead = max(ahead - float(called[at]), 0.0) + max(fallen - told, 0.0)
        more = told - fallen
        if more > 0:
            minutes = np.diff(readings.minute[last : at + 1])
            served[steps] += more * minutes / minutes.sum()
            spread += more if minutes.sum() > long_gap_min else 0.0
        last = at
    return Flow(np.maximum(served + change, 0.0), served, aside, spread)


def by_half_hour(minute: Floats, amounts: Floats) -> Floats:
    """Spread what happened between looks over the half hours of the day, shape (48,); the first look's goes to its own.

    >>> by_half_hour(np.array([480.0, 520.0]), np.array([1.0, 4.0]))[15:18].tolist()
    [0.0, 4.0, 1.0]
    """
    edges = np.arange(HALF_HOURS + 1) * HALF_HOUR_MIN
    later = np.interp(edges, minute, np.cumsum(amounts) - amounts[0])
    found: Floats = np.diff(later)
    found[min(int(minute[0] // HALF_HOUR_MIN), HALF_HOURS - 1)] += amounts[0]
    return found
