"""Hold one hall as drawn: its outline, what stands in it, and its doors, in local metres.

All coordinates are metres in the hall's own frame: x to the right, y up. Angles are degrees, counter-clockwise from
the x axis (0 = east, 90 = north), as in ``facing_deg`` of every artefact.
"""

from __future__ import annotations

from dataclasses import dataclass

from shapely import Polygon
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Door:
    """One opening of the hall.

    Parameters
    ----------
    x, y
        Its middle, metres.
    width_m
        Clear width.
    entrance
        Whether visitors come in here.
    exit
        Whether it is an emergency exit. An entrance may be both.
    facing_deg
        Direction in which one walks *into* the hall through it.
    name
        Its name on the plan, or empty.
    """

    x: float
    y: float
    width_m: float
    entrance: bool
    exit: bool
    facing_deg: float
    name: str = ""


@dataclass(frozen=True)
class FloorPlan:
    """One hall as drawn.

    Parameters
    ----------
    outline
        The inside of the hall; holes are places that do not belong to it.
    doors
        Entrances, staff doors and emergency exits.
    walls, columns, fixtures
        What nobody can walk through or build on: partition walls, columns, fixed fixtures (stairs, ducts, a vault).
    windows, services
        Daylight, and points or lines where power, data or water is in the wall.
    origin
        Where the local origin lies in the drawing's own coordinates, in the drawing's unit.
    origin_crs
        The CRS of ``origin``, or None for a drawing without one.
    rotation_deg
        How far the local x axis is turned from the drawing's.
    source
        The file it was read from, relative to the project folder.
    notes
        What was ignored or assumed while reading.
    """

    outline: Polygon
    doors: tuple[Door, ...]
    walls: tuple[BaseGeometry, ...] = ()
    columns: tuple[BaseGeometry, ...] = ()
    fixtures: tuple[BaseGeometry, ...] = ()
    windows: tuple[BaseGeometry, ...] = ()
    services: tuple[BaseGeometry, ...] = ()
    origin: tuple[float, float] = (0.0, 0.0)
    origin_crs: str | None = None
    rotation_deg: float = 0.0
    source: str = ""
    notes: tuple[str, ...] = ()

    @property
    def entrances(self) -> tuple[Door, ...]:
        """The doors through which visitors come in."""
        return tuple(door for door in self.doors if door.entrance)

    @property
    def exits(self) -> tuple[Door, ...]:
        """The doors through which people leave in an emergency."""
        return tuple(door for door in self.doors if door.exit)
