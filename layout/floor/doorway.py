"""Say where the doors of a room are: `doorway` to the hall, `doorways_between` to a zone beside it, `hung_apart`.

The one place that computes it: the rules judge it, the drawings draw it, and zones.json tells it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

CORNER_M = 0.1
"""What a door keeps from the corners of its room, where there is room for it."""
NEAR_M = 0.05
STEP_M = 0.05
SWING_DEG = 6.0
TOUCHING_M2 = 1e-4


@dataclass(frozen=True)
class Doorway:
    """The door of a room: the middle of its opening on the room's edge, its clear width, and where one goes out.

    ``facing_deg`` is the direction out of the room, counter-clockwise from the x axis: 0, 90, 180 or 270. The leaf
    opens into the room; it hangs at the lower or left jamb, or, where ``hung_far``, at the other.
    """

    x: float
    y: float
    width_m: float
    facing_deg: float
    hung_far: bool = False

    @property
    def hinge(self) -> tuple[float, float]:
        """The jamb at which the leaf hangs."""
        return self.jambs[self.hung_far]

    @property
    def closing(self) -> tuple[float, float]:
        """The jamb at which it closes."""
        return self.jambs[not self.hung_far]

    @property
    def into(self) -> tuple[int, int]:
        """The direction into the room, in which the open leaf points."""
        angle = math.radians(self.facing_deg + 180.0)
        return round(math.cos(angle)), round(math.sin(angle))

    @property
    def swing(self) -> Polygon:
        """The quarter of a disc that the leaf sweeps."""
        hinge, closed = np.array(self.hinge), np.array(self.closing)
        turns = np.radians(np.linspace(0.0, 90.0, round(90.0 / SWING_DEG) + 1))[:, None]
        arc = hinge + np.cos(turns) * (closed - hinge) + np.sin(turns) * self.width_m * np.array(self.into)
        return Polygon([hinge, *arc])

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
    Doorway(x=2.55, y=1.0, width_m=0.9, facing_deg=270.0, hung_far=False)
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


def doorways_between(rects: NDArray[np.float64], others: NDArray[np.float64], width_m: float) -> tuple[Doorway, ...]:
    """Return where a door fits in the longest edge that a room shares with a zone beside it, the middle first.

    Parameters
    ----------
    rects, others
        Shapes (k, 4) and (l, 4): the rectangles of the room and of the other zone, metres; they do not overlap.
    width_m
        Clear width; there is no door where no shared edge is as long.

    >>> doorways_between(np.array([[0.0, 0.0, 3.0, 4.0]]), np.array([[3.0, 1.0, 5.0, 6.0]]), 0.9)[0]
    Doorway(x=3.0, y=2.5, width_m=0.9, facing_deg=0.0, hung_far=False)
    """
    found = [edge for rect in rects.tolist() for other in others.tolist() for edge in _shared(rect, other)]
    length, at, middle, side = max(found, default=(0.0, 0.0, 0.0, 0))
    if length < width_m - NEAR_M:
        return ()
    width = min(width_m, length)
    steps = max(0, math.floor(((length - width) / 2 - CORNER_M) / STEP_M + 1e-6))
    aside = [0.0, *(sign * k * STEP_M for k in range(1, steps + 1) for sign in (-1, 1))]
    places = [(at, middle + by) if side % 2 == 0 else (middle + by, at) for by in aside]
    return tuple(Doorway(round(x, 3), round(y, 3), round(width, 3), 90.0 * side) for x, y in places)


def hung_apart(choices: Sequence[Sequence[Doorway]]) -> tuple[Doorway, ...]:
    """Return one door of each choice, hung so that no leaf opens into the swing of another.

    The first place of each is taken where that can be, the doors that come first having the better of it; where no
    place and no jamb keeps a door's leaf clear of those before it, it is the one that meets them least.

    >>> room = np.array([[0.0, 0.0, 4.0, 2.25]])
    >>> own = Doorway(3.4, 0.0, 0.9, 270.0)
    >>> own, beside = hung_apart([[own], doorways_between(room, np.array([[4.0, 0.0, 2.0, 2.25]]), 0.9)])
    >>> own.hung_far, (beside.y, beside.hung_far)
    (False, (1.125, True))
    """
    best: tuple[float, tuple[Doorway, ...]] | None = None
    for far in (False, True) if len(choices) > 1 else (False,):
        met, doors = 0.0, tuple(replace(door, hung_far=far) for door in choices[0][:1])
        for places in choices[1:]:
            lost, door = _clear_of(places, doors)
            met, doors = met + lost, (*doors, door)
        if best is None or met < best[0]:
            best = met, doors
        if met == 0.0:
            break
    return () if best is None else best[1]


def _clear_of(places: Sequence[Doorway], doors: Sequence[Doorway]) -> tuple[float, Doorway]:
    """Return what is met, square metres, and the first of places for a door, hung either way, that meets least."""
    taken = shapely.union_all([door.swing for door in doors])
    least: tuple[float, Doorway] | None = None
    for place, far in itertools.product(places, (False, True)):
        door = replace(place, hung_far=far)
        met = float(door.swing.intersection(taken).area)
        if met < TOUCHING_M2:
            return 0.0, door
        if least is None or met < least[0]:
            least = met, door
    assert least is not None
    return least


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
