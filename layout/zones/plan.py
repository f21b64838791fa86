"""Hold what the zones model answers: where each zone lies, what it costs, and which rules it breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from layout.floor.doorway import Doorway, doorway, doorways_between, hung_apart

DOOR_M = 0.9
"""Clear width of a room's door where no rule set says more; preset."""


@dataclass(frozen=True)
class PlacedZone:
    """One zone in its place.

    Parameters
    ----------
    id
        Unique in the plan: its kind, and a number where a kind occurs more than once.
    kind
        Kind of zone of the programme, such as ``counters``.
    rects
        Shape (k, 4): x, y, width, height of its rectangles, metres; x, y is the lower left corner.
    area_m2
        Their area.
    public
        Whether visitors may be in it.
    locked
        Whether the planner fixed it.
    front_deg
        Direction its open side looks: visitors approach from there. The staff side of counters and the wall side of
        machines is opposite. Degrees counter-clockwise from the x axis: 0, 90, 180 or 270.
    access
        (2,) where the walk from the entrance meets it: a point on its edge, metres.
    name
        What it is called on the drawing, in English; pages translate it.
    enclosed
        Whether walls to the ceiling stand round it: it is drawn so, and nobody sees into it.
    door_m
        Clear width of its door where it is enclosed.
    """

    id: str
    kind: str
    rects: NDArray[np.float64]
    area_m2: float
    public: bool
    locked: bool
    front_deg: float
    access: NDArray[np.float64]
    name: str = ""
    enclosed: bool = False
    door_m: float = DOOR_M

    @cached_property
    def door(self) -> Doorway | None:
        """The door of an enclosed zone, on its front; None of an open one."""
        return doorway(self.rects, self.front_deg, self.access, self.door_m) if self.enclosed else None


def room_doors(room: PlacedZone, zones: Iterable[PlacedZone]) -> tuple[Doorway, ...]:
    """Return all doors of a room, its own first, no leaf in the swing of another; none of an open zone."""
    if room.door is None:
        return ()
    beside = [zone for zone in zones if zone.id != room.id and not (zone.enclosed or zone.public or room.public)]
    places = (doorways_between(room.rects, zone.rects, room.door_m) for zone in beside)
    return hung_apart([[room.door], *(found for found in places if found)])


def staff_doors(room: PlacedZone, zones: Iterable[PlacedZone]) -> tuple[Doorway, ...]:
    """Return the doors by which staff go from a room of theirs to each open zone of theirs beside it."""
    return room_doors(room, zones)[1:]


Severity = Literal["must", "should", "advice"]
SEVERITIES: tuple[Severity, ...] = ("must", "should", "advice")


@dataclass(frozen=True)
class Shape:
    """Where a rule is broken, to be drawn: points, a line through its points, or the area they enclose, metres."""

    kind: Literal["points", "line", "area"]
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class BrokenRule:
    """One rule that a plan breaks.

    Parameters
    ----------
    rule
        Its name, as in docs/rules.md.
    where
        The zone, post, door or thing concerned: its id; a point ``(x, y)`` where there is none.
    text
        What was found and what is expected, in words.
    severity
        ``must``, ``should`` or ``advice``.
    source
        Clause and edition, or that the number is a preset.
    shapes
        What to draw on the plan.
    title
        What the rule is called, in English.
    expected
        The rule's figures, such as ``1.5 m``; "" where it has none.
    """

    rule: str
    where: str
    text: str
    severity: Severity = "must"
    source: str = ""
    shapes: tuple[Shape, ...] = ()
    title: str = ""
    expected: str = ""


@dataclass(frozen=True)
class ZoneMeasure:
    """The one term a zone is judged by, computed for the finished plan.

    Parameters
    ----------
    zone, term
        Id of the zone, and which term: see `layout.study.hall.measures`.
    unit
        ``share``, ``m``, ``min`` or ``m²``.
    value
        The figure; None where the hall has not what it is measured by.
    parts
        What it is made of: name, unit, value.
    """

    zone: str
    term: str
    unit: str
    value: float | None
    parts: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True)
class ZonePlan:
    """The zones of one hall.

    Parameters
    ----------
    zones
        All zones in the programme's order; no two overlap.
    terms
        Every soft term by name, in its own unit (see `layout.zones.check`).
    bound
        What the solver proved about its own objective; None where it proved nothing.
    broken_rules
        Rules the plan breaks; empty for a good plan.
    movement_line
        Shape (k, 2): the route visitors are led along, from the entrance past the zones, metres.
    notes
        What was dropped, assumed or decided on the way.
    """

    zones: tuple[PlacedZone, ...]
    terms: Mapping[str, float]
    bound: Mapping[str, float | None]
    broken_rules: tuple[BrokenRule, ...]
    movement_line: NDArray[np.float64]
    notes: tuple[str, ...] = field(default=())

    def of_kind(self, kind: str) -> tuple[PlacedZone, ...]:
        """Return the zones of one kind."""
        return tuple(zone for zone in self.zones if zone.kind == kind)
