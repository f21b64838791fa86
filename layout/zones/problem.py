"""State the packing of one hall as arrays: `PackProblem`.

The hall is a grid of cells, row 0 at the bottom. A zone is a rectangle of whole cells with a front: the side from
which people approach. Along the front it is ``u`` cells long, from front to back ``v`` cells deep. Fronts are numbered
0 east, 1 north, 2 west, 3 south, so that the front looks to 90° · number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

EAST, NORTH, WEST, SOUTH = 0, 1, 2, 3


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The floor of a hall.

    Parameters
    ----------
    free
        Shape (rows, columns): where one can walk when no zone lies there.
    buildable
        Shape (rows, columns): where a zone may lie; doors keep their turning circle clear.
    entrance
        Shape (rows, columns): free cells before the entrances.
    exits
        Shape (e, rows, columns): free cells before each emergency exit.
    windows
        Shape (rows, columns): cells at a window.
    cell_m
        Side of a cell, metres.
    aisle_public, aisle_staff, turning
        Widths of visitors' and staff's aisles and of the turning circle, cells.
    daylit
        Shape (rows, columns): cells that daylight reaches (`layout.floor.daylight`); None where no zone asks.
    """

    free: Mask
    buildable: Mask
    entrance: Mask
    exits: Mask
    windows: Mask
    cell_m: float
    aisle_public: int
    aisle_staff: int
    turning: int
    daylit: Mask | None = None

    def __post_init__(self) -> None:
        masks = (self.buildable, self.entrance, self.windows, self.lit, *self.exits)
        if self.exits.ndim != 3 or any(mask.shape != self.free.shape for mask in masks):
            raise InputError(
                "Ground: free, buildable, entrance, windows, daylit and every exit must have one shape (rows, columns)"
            )
        if not (self.entrance & self.free).any():
            raise InputError("Ground: no free cell before any entrance; expected a way in")

    @property
    def lit(self) -> Mask:
        """``daylit``, or no cell where it is None."""
        return np.zeros_like(self.free) if self.daylit is None else self.daylit


@dataclass(frozen=True, kw_only=True)
class PackProblem:
    """The zones to place on a floor; n zones.

    Parameters
    ----------
    ground
        The floor.
    kinds
        Length n, unique.
    shapes
        Length n: for each zone the shapes (k, 2) u, v it may take, cells.
    target
        Shape (n,): target areas, cells.
    public
        Shape (n,): whether visitors may be inside.
    staff_access
        Shape (n,): whether staff's narrower aisles suffice to reach it.
    full_front
        Shape (n,): whether people stand along its whole front.
    wall
        Shape (n,): whether its back wants a wall.
    enclosed
        Shape (n,): whether walls to the ceiling stand round it.
    selling
        Shape (n,): whether being passed is worth something.
    back_to
        Shape (n, n): whether zone j gives zone i its staff side: one such j must touch i's back or sides.
    entrance_within
        Shape (n,): longest walk from an entrance, metres; 0 any.
    locked
        Shape (n, 5): x, y, width, height in cells and front of a zone that stays; −1 where free.
    flow
        Shape (n + 1, n + 1): people an hour from k to l; 0 is the entrance, zone i is i + 1.
    closeness
        Shape (n + 1, n + 1): symmetric weights; negative wants distance.
    sees
        Shape (n + 1, n + 1): whether k shall see l.
    weights
        Weight of each soft term.
    bend
        Shape (n, 3): for zones that may be an L of two rectangles the least and largest area of both and the least
        side of the second, cells; 0 for zones that are one rectangle, as all are where it is None. The first
        rectangle, which holds the front, has one of ``shapes``.
    daylight
        Shape (n,): whether it wants daylight; no zone does where it is None.
    """

    ground: Ground
    kinds: tuple[str, ...]
    shapes: tuple[Ints, ...]
    target: Ints
    public: Mask
    staff_access: Mask
    full_front: Mask
    wall: Mask
    enclosed: Mask
    selling: Mask
    back_to: Mask
    entrance_within: Floats
    locked: Ints
    flow: Floats
    closeness: Floats
    sees: Mask
    weights: Mapping[str, float]
    bend: Ints | None = None
    daylight: Mask | None = None

    def __post_init__(self) -> None:
        n = len(self.kinds)
        if len(set(self.kinds)) != n or n == 0:
            raise InputError("PackProblem.kinds: expected at least one kind, each once")
        vectors = (self.target, self.public, self.staff_access, self.full_front, self.wall, self.enclosed)
        if any(len(vector) != n for vector in (*vectors, self.selling, self.entrance_within)):
            raise InputError(f"PackProblem: every vector must have one entry a zone ({n})")
        if self.wants_daylight.shape != (n,):
            raise InputError(f"PackProblem.daylight: expected shape ({n},)")
        if len(self.shapes) != n or any(shape.ndim != 2 or shape.shape[1] != 2 for shape in self.shapes):
            raise InputError("PackProblem.shapes: expected one array (k, 2) of u, v a zone")
        if any(matrix.shape != (n + 1, n + 1) for matrix in (self.flow, self.closeness, self.sees)):
            raise InputError(f"PackProblem: flow, closeness and sees must have shape ({n + 1}, {n + 1})")
        if self.back_to.shape != (n, n):
            raise InputError(f"PackProblem.back_to: expected shape ({n}, {n})")
        if self.locked.shape != (n, 5):
            raise InputError(f"PackProblem.locked: expected shape ({n}, 5)")
        if self.bends.shape != (n, 3):
            raise InputError(f"PackProblem.bend: expected shape ({n}, 3)")

    @property
    def bends(self) -> Ints:
        """``bend``, or zeros where every zone is one rectangle."""
        return np.zeros((self.count, 3), dtype=np.int64) if self.bend is None else self.bend

    @property
    def wants_daylight(self) -> Mask:
        """``daylight``, or False for every zone."""
        return np.zeros(self.count, dtype=bool) if self.daylight is None else self.daylight

    @property
    def count(self) -> int:
        """Number of zones."""
        return len(self.kinds)

    def is_locked(self, i: int) -> bool:
        """Tell whether a zone stays where it is."""
        return bool(self.locked[i, 0] >= 0)


@dataclass(frozen=True)
class Placement:
    """Where the zones of a problem lie.

    Parameters
    ----------
    places
        Shape (n, 5): x, y, width, height in cells, and front.
    wings
        Shape (n, 4): x, y, width, height of the second rectangle of an L, which touches the first along an edge;
        width 0 where there is none. Left out, no zone has one.
    """

    places: Ints
    wings: Ints = field(default_factory=lambda: np.zeros((0, 4), dtype=np.int64))

    def __post_init__(self) -> None:
        if len(self.wings) == 0:
            object.__setattr__(self, "wings", np.zeros((len(self.places), 4), dtype=np.int64))

    def rects(self, i: int) -> Ints:
        """Return the rectangles of a zone, shape (1 or 2, 4): x, y, width, height."""
        main = self.places[i : i + 1, :4]
        return np.vstack([main, self.wings[i : i + 1]]) if self.wings[i, 2] > 0 else main

    def areas(self) -> Ints:
        """Return the area of each zone, cells, shape (n,)."""
        return np.asarray(self.places[:, 2] * self.places[:, 3] + self.wings[:, 2] * self.wings[:, 3])

    def key(self) -> bytes:
        """Return what tells this placement from others."""
        return self.places.tobytes() + self.wings.tobytes()

    def mask(self, shape: tuple[int, int], skip: int = -1) -> Mask:
        """Return the cells that zones cover, shape (rows, columns), without zone ``skip``."""
        found = np.zeros(shape, dtype=bool)
        for i in range(len(self.places)):
            if i != skip:
                for x, y, w, h in self.rects(i):
                    found[y : y + h, x : x + w] = True
        return found


def shapes_of(frontage: tuple[int, int], depth: tuple[int, int], area: tuple[int, int], aspect: float) -> Ints:
    """Return all shapes (k, 2) of u, v in cells within the limits, by area, then by u.

    Parameters
    ----------
    frontage, depth
        Least and largest u and v.
    area
        Least and largest u · v.
    aspect
        Largest ratio of the long side to the short one; 0 any.

    >>> shapes_of((2, 4), (2, 3), (6, 8), 0.0).tolist()
    [[2, 3], [3, 2], [4, 2]]
    """
    u, v = np.meshgrid(np.arange(frontage[0], frontage[1] + 1), np.arange(depth[0], depth[1] + 1), indexing="ij")
    size = u * v
    ok = (size >= area[0]) & (size <= area[1])
    if aspect > 0:
        ok &= np.maximum(u, v) <= aspect * np.minimum(u, v)
    found = np.column_stack([u[ok], v[ok]]).astype(np.int64)
    return np.asarray(found[np.lexsort((found[:, 0], found[:, 0] * found[:, 1]))].reshape(-1, 2))
