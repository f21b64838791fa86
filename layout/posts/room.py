"""Describe the zones as posts and equipment see them: areas with a front, and a frame that starts at that front."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.floor.cells import Cells
from layout.floor.doorway import Doorway


@dataclass(frozen=True)
class ZoneArea:
    """One zone in its place.

    Parameters
    ----------
    id, kind
        As in zones.json.
    rects
        Shape (k, 4): x, y, width, height, metres.
    front_deg
        Direction its open side looks: 0, 90, 180 or 270.
    public
        Whether visitors may be in it.
    enclosed
        Whether walls to the ceiling stand round it: nobody sees into it or out of it.
    doors
        The doors in its edge, its own, those of rooms beside it and doorways of built rooms: the floor at them stays
        clear.
    """

    id: str
    kind: str
    rects: NDArray[np.float64]
    front_deg: float
    public: bool
    enclosed: bool = False
    doors: tuple[Doorway, ...] = ()

    @property
    def largest(self) -> tuple[float, float, float, float]:
        """The largest of its rectangles: x, y, width, height."""
        rect = self.rects[int(np.argmax(self.rects[:, 2] * self.rects[:, 3]))]
        return float(rect[0]), float(rect[1]), float(rect[2]), float(rect[3])

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of its largest rectangle."""
        x, y, w, h = self.largest
        return x + w / 2, y + h / 2

    def at_doors(self, depth_m: float) -> list[tuple[float, float, float, float]]:
        """Return the floor on both sides of its doors, as wide as they are, as boxes x, y, width, height."""
        found = []
        for door in self.doors:
            (x0, y0), (x1, y1) = door.jambs
            along, across = (depth_m, 0.0) if door.facing_deg % 180 == 0 else (0.0, depth_m)
            found.append((x0 - along, y0 - across, x1 - x0 + 2 * along, y1 - y0 + 2 * across))
        return found


@dataclass(frozen=True)
class Frame:
    """Coordinates of a rectangle seen from its front: u along the front, v from the front into the depth, metres.

    ``front_deg`` is the direction the front looks; ``width`` is along u, ``depth`` along v.
    """

    corner: tuple[float, float]
    front_deg: float
    width: float
    depth: float

    def _axes(self) -> tuple[tuple[int, int], tuple[int, int]]:
        turns = round((self.front_deg - 270) / 90) % 4
        return ((1, 0), (0, 1), (-1, 0), (0, -1))[turns], ((0, 1), (-1, 0), (0, -1), (1, 0))[turns]

    def to_hall(self, u: float, v: float) -> tuple[float, float]:
        """Return the hall coordinates of a point."""
        along, inwards = self._axes()
        x, y = self.corner
        return x + u * along[0] + v * inwards[0], y + u * along[1] + v * inwards[1]

    def box(self, u: float, v: float, width: float, depth: float) -> tuple[float, float, float, float]:
        """Return a box of the frame as x, y, width, height in the hall, rounded to millimetres."""
        (x0, y0), (x1, y1) = self.to_hall(u, v), self.to_hall(u + width, v + depth)
        return (
            round(min(x0, x1), 3),
            round(min(y0, y1), 3),
            round(abs(x1 - x0), 3),
            round(abs(y1 - y0), 3),
        )


def frame_of(rect: tuple[float, float, float, float], front_deg: float) -> Frame:
    """Return the frame of a rectangle (x, y, width, height) whose front looks to ``front_deg``.

    >>> frame_of((0.0, 0.0, 4.0, 3.0), 0.0).to_hall(0.5, 1.0)
    (3.0, 0.5)
    """
    x, y, w, h = rect
    turns = round((front_deg - 270) / 90) % 4
    corner = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))[turns]
    return Frame(corner, front_deg % 360, *((w, h) if turns % 2 == 0 else (h, w)))


def direction_deg(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return the direction from one point to another, degrees from 0 up to but not including 360."""
    return math.degrees(math.atan2(end[1] - start[1], end[0] - start[0])) % 360


def quarter_turn(degrees: float) -> float:
    """Return the nearest of 0, 90, 180 and 270."""
    return round(degrees / 90) % 4 * 90.0


def zone_mask(cells: Cells, zone: ZoneArea) -> NDArray[np.bool_]:
    """Return which cells have their middle in a zone, shape (rows, columns)."""
    rows, columns = cells.free.shape
    x = cells.x0 + (np.arange(columns) + 0.5) * cells.cell_m
    y = cells.y0 + (np.arange(rows)[:, None] + 0.5) * cells.cell_m
    mask = np.zeros((rows, columns), dtype=bool)
    for left, bottom, width, height in zone.rects:
        mask |= (x > left) & (x < left + width) & (y > bottom) & (y < bottom + height)
    return mask


def rooms_of_cells(cells: Cells, zones: Sequence[ZoneArea]) -> NDArray[np.int64]:
    """Return the room of each cell, shape (rows, columns): 0 for the open floor, k for the k-th enclosed zone."""
    rooms = np.zeros(cells.free.shape, dtype=np.int64)
    for k, zone in enumerate((zone for zone in zones if zone.enclosed), start=1):
        rooms[zone_mask(cells, zone)] = k
    return rooms
