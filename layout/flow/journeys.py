"""Say how visitors move through a hall: which kinds of zone they go to, one after the other, and how many do.

The courses are data (`layout.flow.book`). Errands come from the arrivals of the outlet's services; each is shared
between visitors with a clear need and without, and takes the first course of its book that applies. Stops that the
hall does not have are left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from layout.flow.book import SELLING, SERVED, By, JourneyBook, JourneySpec, Visitor, read_journeys

DOOR = "entrance"
RECEPTION = "reception"


@dataclass(frozen=True)
class Errand:
    """Visitors of one service.

    Parameters
    ----------
    zone
        Kind of zone in which it is done.
    per_hour, per_day
        Visitors in the busiest hour, an hour; and on the day that hour belongs to.
    received
        Whether they are received where there is a reception.
    by
        Whether staff or a machine serves them.
    service, kind
        Id of the service, and its kind, such as ``sales``.
    """

    zone: str
    per_hour: float
    received: bool = True
    by: By = "staff"
    service: str = ""
    kind: str = ""
    per_day: float = 0.0


@dataclass(frozen=True)
class Journey:
    """Visitors who go from stop to stop, from the door and back to it."""

    stops: tuple[str, ...]
    per_hour: float
    per_day: float = 0.0


def plan_journeys(
    errands: Sequence[Errand],
    kinds: Sequence[str],
    selling: Sequence[str],
    browse: float,
    book: JourneyBook | None = None,
) -> tuple[Journey, ...]:
    """Return all journeys.

    Parameters
    ----------
    errands
        What visitors come for.
    kinds
        Kinds of zone the hall has.
    selling
        Those among them that sell, in the order in which the undecided are led past them.
    browse
        Share of visitors without a clear need.
    book
        The sector's courses; the usual ones where None.

    >>> [j.stops for j in plan_journeys([Errand("counters", 9.0)], ["reception", "counters"], [], 0.0)]
    [('entrance', 'reception', 'counters', 'entrance')]
    """
    told = _usual() if book is None else book
    hour: dict[tuple[str, ...], float] = {}
    day: dict[tuple[str, ...], float] = {}
    order = list(dict.fromkeys(selling))
    for errand in errands:
        undecided = told.undecided_share(browse, errand.kind)
        shares: tuple[tuple[Visitor, float], ...] = (("decided", 1.0 - undecided), ("undecided", undecided))
        for visitor, share in shares:
            stops = _stops(_course(told, visitor, errand, order), errand, kinds, order)
            if share > 0 and len(stops) > 2:
                hour[stops] = hour.get(stops, 0.0) + errand.per_hour * share
                day[stops] = day.get(stops, 0.0) + errand.per_day * share
    return tuple(Journey(stops, rate, day[stops]) for stops, rate in sorted(hour.items()) if rate > 0 or day[stops] > 0)


@lru_cache(maxsize=1)
def _usual() -> JourneyBook:
    return read_journeys()


def _course(book: JourneyBook, visitor: Visitor, errand: Errand, selling: Sequence[str]) -> JourneySpec:
    zones = {errand.zone, SELLING} if errand.zone in selling else {errand.zone}
    return next(
        journey
        for journey in book.journeys
        if journey.visitor == visitor
        and journey.by == errand.by
        and (not journey.services or errand.service in journey.services)
        and (not journey.kinds or errand.kind in journey.kinds)
        and (not journey.zones or not zones.isdisjoint(journey.zones))
    )


def _stops(course: JourneySpec, errand: Errand, kinds: Sequence[str], selling: Sequence[str]) -> tuple[str, ...]:
    stops: list[str] = []
    for stage in course.stages:
        if stage == SELLING:
            stops += [kind for kind in selling if kind != errand.zone or SERVED not in course.stages]
        else:
            stops.append(errand.zone if stage == SERVED else stage)
    there = [kind for kind in stops if kind in kinds and (kind != RECEPTION or errand.received)]
    return (DOOR, *dict.fromkeys(there), DOOR)


def trips(journeys: Sequence[Journey], kinds: Sequence[str], *, day: bool = False) -> NDArray[np.float64]:
    """Return the flow between zones.

    Parameters
    ----------
    journeys
        Of all visitors.
    kinds
        The kind of each zone of the hall.
    day
        Whether trips of the day are wanted, not of the busiest hour.

    Returns
    -------
    Shape (n + 1, n + 1): people an hour (a day) from k to l; 0 is the door, zone i of ``kinds`` is i + 1. Where a kind
    occurs more than once, visitors spread evenly.
    """
    names = [DOOR, *kinds]
    flow = np.zeros((len(names), len(names)))
    for journey in journeys:
        people = journey.per_day if day else journey.per_hour
        for start, end in itertools.pairwise(journey.stops):
            rows, columns = places(names, start), places(names, end)
            flow[np.ix_(rows, columns)] += people / (len(rows) * len(columns))
    return flow


def places(names: Sequence[str], stop: str) -> list[int]:
    """Return the positions of a stop among the door and the kinds of the hall's zones."""
    return [k for k, name in enumerate(names) if name == stop]
