"""Say where the doors of a room are: `doorway` to the hall, `doorway_between` to a zone beside it.

The one place that computes it: the rules judge it, the drawings draw it, and zones.json tells it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CORNER_M = 0.1
"""What a door keeps from the corners of its room, where there is room for it."""
NEAR_M = 0.05


@dataclass(frozen=True)
class Doorway:
    """The door of a room: the middle of its opening on the room's edge, its clear width, and where one goes out.

    ``facing_deg`` is the direction out of the room, counter-clockwise from the x axis: 0, 90, 180 or 270.
    """

    x: float
    y: float
    width_m: float
    facing_deg: float

    @property
    def jambs(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The two ends of the opening, the lower or left one first."""
        half = self.width_m / 2
        if self.facing_deg % 180 == 0:
            return (self.x, self.y - half), (self.x, self.y + half)
        return (self.x - half, self.y), (self.x + half, self.y)


def doorway(rects: NDArray[np.float64], front_deg: float, access: NDArray[np.float64], width_m: float) -> Doorway:
    """Return the door of a room: on its front, as near to its access as the corners allow.

    Parameters
    ----------
    rects
        Shape (k, 4): x, y, width, height of its rectangles, metres.
    front_deg
        Direction its front looks.
    access
        (2,) where people come to it.
    width_m
        Clear width; less where its front is shorter.

    >>> doorway(np.array([[2.0, 1.0, 3.0, 4.0]]), 270.0, np.array([2.2, 1.0]), 0.9)
    Doorway(x=2.55, y=1.0, width_m=0.9, facing_deg=270.0)
    """
    away = np.maximum(rects[:, :2] - access, access - rects[:, :2] - rects[:, 2:]).clip(0.0)
    distance = np.hypot(*away.T)
    x, y, w, h = (float(value) for value in rects[int(np.argmin(np.where(distance < NEAR_M, 0.0, distance)))])
    side = round(front_deg / 90.0) % 4
    level = side % 2 == 1
    low, high = (x, x + w) if level else (y, y + h)
    width = min(width_m, high - low)
    margin = min(width / 2 + CORNER_M, (high - low) / 2)
    middle = round(min(max(float(access[0] if level else access[1]), low + margin), high - margin), 3)
    at = round((x + w, y + h, x, y)[side], 3)
    return Doorway(*((middle, at) if level else (at, middle)), round(width, 3), 90.0 * side)


def doorway_between(rects: NDArray[np.float64], others: NDArray[np.float64], width_m: float) -> Doorway | None:
    """Return a door in the middle of the longest edge that a room shares with a zone beside it.

    Parameters
    ----------
    rects, others
        Shapes (k, 4) and (l, 4): the rectangles of the room and of the other zone, metres; they do not overlap.
    width_m
        Clear width; None is returned where no shared edge is as long.

    >>> doorway_between(np.array([[0.0, 0.0, 3.0, 4.0]]), np.array([[3.0, 1.0, 5.0, 6.0]]), 0.9)
    Doorway(x=3.0, y=2.5, width_m=0.9, facing_deg=0.0)
    """
    found = [edge for rect in rects.tolist() for other in others.tolist() for edge in _shared(rect, other)]
    length, at, middle, side = max(found, default=(0.0, 0.0, 0.0, 0))
    if length < width_m - NEAR_M:
        return None
    x, y = (at, middle) if side % 2 == 0 else (middle, at)
    return Doorway(round(x, 3), round(y, 3), round(min(width_m, length), 3), 90.0 * side)


def _shared(rect: list[float], other: list[float]) -> Iterator[tuple[float, float, float, int]]:
    """Yield what two rectangles share: the length of an edge, where it is, its middle, and the side of the first."""
    (x, y, w, h), (ox, oy, ow, oh) = rect, other
    sides = (
        (x + w, ox, (y, y + h), (oy, oy + oh)),
        (y + h, oy, (x, x + w), (ox, ox + ow)),
        (x, ox + ow, (y, y + h), (oy, oy + oh)),
        (y, oy + oh, (x, x + w), (ox, ox + ow)),
    )
    for side, (at, there, span, beyond) in enumerate(sides):
        low, high = max(span[0], beyond[0]), min(span[1], beyond[1])
        if abs(at - there) < NEAR_M and high > low:
            yield high - low, at, (low + high) / 2, side
