"""Say how visitors move through a hall: which kinds of zone they go to, one after the other.

- Served by staff: door → reception → waiting → the zone of their post → door; those who are served at reception, or
  by an adviser in a selling zone, do not wait. Selling zones lead to the counters, where the sale is closed.
- Using a machine: door → self-service → door.
- Without a clear need, a share of visitors looks round the selling zones first: door → each selling zone → and on.

Stops that the hall does not have are left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DOOR = "entrance"


@dataclass(frozen=True)
class Errand:
    """Visitors of one service in the busiest hour.

    Parameters
    ----------
    zone
        Kind of zone in which it is done.
    per_hour
        Visitors an hour.
    received
        Whether they are received first.
    """

    zone: str
    per_hour: float
    received: bool = True


@dataclass(frozen=True)
class Journey:
    """Visitors an hour who go from stop to stop, from the door and back to it."""

    stops: tuple[str, ...]
    per_hour: float


def plan_journeys(
    errands: Sequence[Errand], kinds: Sequence[str], selling: Sequence[str], browse: float
) -> tuple[Journey, ...]:
    """Return the journeys of the busiest hour.

    Parameters
    ----------
    errands
        What visitors come for.
    kinds
        Kinds of zone the hall has.
    selling
        Those among them that sell.
    browse
        Share of visitors who look round the selling zones first.

    >>> [j.stops for j in plan_journeys([Errand("counters", 9.0)], ["reception", "counters"], [], 0.0)]
    [('entrance', 'reception', 'counters', 'entrance')]
    """
    rate: dict[tuple[str, ...], float] = {}
    for errand in errands:
        straight = _stops(errand, kinds, selling)
        round_first = tuple(kind for kind in selling if kind not in straight)
        share = browse if round_first else 0.0
        for stops, per_hour in (
            (straight, errand.per_hour * (1.0 - share)),
            ((DOOR, *round_first, *straight[1:]), errand.per_hour * share),
        ):
            if per_hour > 0 and len(stops) > 2:
                rate[stops] = rate.get(stops, 0.0) + per_hour
    return tuple(Journey(stops, per_hour) for stops, per_hour in sorted(rate.items()))


def _stops(errand: Errand, kinds: Sequence[str], selling: Sequence[str]) -> tuple[str, ...]:
    before: list[str] = ["reception"] if errand.received else []
    after: list[str] = []
    if errand.zone in selling:
        after = ["counters"]
    elif errand.zone == "counters":
        before.append("waiting")
    inner = [kind for kind in (*before, errand.zone, *after) if kind in kinds]
    once = [kind for at, kind in enumerate(inner) if kind not in inner[:at]]
    return (DOOR, *once, DOOR)


def trips(journeys: Sequence[Journey], kinds: Sequence[str]) -> NDArray[np.float64]:
    """Return the flow between zones.

    Returns
    -------
    Shape (n + 1, n + 1): people an hour from k to l; 0 is the door, zone i of ``kinds`` is i + 1. Where a kind occurs
    more than once, visitors spread evenly.
    """
    names = [DOOR, *kinds]
    flow = np.zeros((len(names), len(names)))
    for journey in journeys:
        for start, end in itertools.pairwise(journey.stops):
            rows = [k for k, name in enumerate(names) if name == start]
            columns = [k for k, name in enumerate(names) if name == end]
            flow[np.ix_(rows, columns)] += journey.per_hour / (len(rows) * len(columns))
    return flow
