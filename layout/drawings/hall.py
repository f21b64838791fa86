"""Gather what the drawings of one hall show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from layout.floor.plan import FloorPlan
from layout.flow.exposure import ZoneExposure
from layout.posts.plan import Furnishing
from layout.zones.plan import ZoneMeasure, ZonePlan


@dataclass(frozen=True)
class FlowHeat:
    """How many people cross each metre of floor.

    Parameters
    ----------
    density
        Shape (rows, columns), visitors an hour and metre; row 0 is the lowest y.
    cell_m
        Side of a square, metres.
    origin
        Lower left corner of the grid, metres.
    """

    density: NDArray[np.float64]
    cell_m: float
    origin: tuple[float, float]


@dataclass(frozen=True)
class HallDrawing:
    """One planned hall, ready to be drawn.

    Parameters
    ----------
    title
        Name of the outlet, as its brief has it.
    subtitle
        Name of the project.
    floor, zones
        The hall and its zones; the movement line is `ZonePlan.movement_line`.
    furnishing
        Posts, cameras and equipment.
    as_of
        The project's date, for the title block.
    flow
        Visitors over the floor, or None where it was not computed.
    roles
        Role id → its English name in the sector's preset, such as ``{"teller": "Counter clerk"}``.
    exposure
        How well zones are shown to visitors; empty where it was not computed.
    measures
        The term each zone is judged by; empty where none was computed.
    number
        Which plan it is of how many alternatives.
    """

    title: str
    subtitle: str
    floor: FloorPlan
    zones: ZonePlan
    furnishing: Furnishing
    as_of: dt.date
    flow: FlowHeat | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    exposure: tuple[ZoneExposure, ...] = ()
    measures: tuple[ZoneMeasure, ...] = ()
    number: tuple[int, int] = (1, 1)
