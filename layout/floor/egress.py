"""Find the place from which it is farthest to a way out: `straight_egress`, `walked_egress`.

Codes disagree on what counts, the straight line to the nearest exit or the path walked round furniture: both are told.

- Straight: the part of the floor nearest to one exit is cut out by bisectors; distance is convex, so the farthest
  place is one of that part's corners. Exact.
- Walked: squares of floor are halved while the upper bound of any (the walk from one place in it, plus the longest
  way there can be within it) exceeds the farthest place found by more than ``tolerance_m``. So the walk given is one
  that exists, and none is longer by more than the tolerance.

The distance is to the middle of the nearest exit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layout.floor.ground import HAIR_M, narrowed, swept
from layout.floor.plan import Door
from layout.floor.visibility import Far, see_corners

BODY_M = 0.5
TOLERANCE_M = 0.02
SQUARE_M = 2.0


@dataclass(frozen=True)
class Egress:
    """The farthest place from the ways out.

    Parameters
    ----------
    place
        x, y, metres; None where there is no exit or no floor.
    metres
        How far it is to the nearest exit; infinite where there is no exit, 0 where there is no floor.
    exit
        Position of that exit among those given; −1 for none.
    way
        Shape (k, 2): the line or the walk from the place to the exit.
    tolerance_m
        No place is farther by more than this.
    cut_off_m2
        Floor from which no walk leads out. It is not measured; by a straight line there is none.
    """

    place: tuple[float, float] | None
    metres: float
    exit: int
    way: NDArray[np.float64]
    tolerance_m: float = 0.0
    cut_off_m2: float = 0.0


def straight_egress(floor: BaseGeometry, exits: Sequence[Door]) -> Egress:
    """Return the place of some floor that is farthest from all exits as the crow flies.

    Parameters
    ----------
    floor
        A polygon or several: where people may be. Pass the outline without walls where furniture does not count.
    exits
        The ways out.
    """
    doors = _middles(exits)
    if not len(doors) or floor.is_empty:
        return _nowhere(floor)
    best = Egress(None, -1.0, -1, np.empty((0, 2)))
    reach = 2 * float(np.hypot(*np.ptp(np.vstack([doors, np.reshape(floor.bounds, (2, 2))]), axis=0))) + 1.0
    for at, door in enumerate(doors):
        nearest = floor
        for other in np.delete(doors, at, axis=0):
            if np.hypot(*(other - door)) > HAIR_M:
                nearest = shapely.intersection(nearest, _half_plane(door, other, reach))
        corners = shapely.get_coordinates(nearest)
        if not len(corners):
            continue
        far = np.hypot(*(corners - door).T)
        k = int(far.argmax())
        if far[k] > best.metres:
            best = Egress((float(corners[k, 0]), float(corners[k, 1])), float(far[k]), at, np.array([corners[k], door]))
    return best


def _half_plane(door: NDArray[np.float64], other: NDArray[np.float64], reach: float) -> BaseGeometry:
    """Return all places within reach that are nearer to a door than to another one."""
    ahead = (door - other) / np.hypot(*(door - other))
    aside = np.array([-ahead[1], ahead[0]])
    middle = (door + other) / 2
    edge = middle + reach * aside, middle - reach * aside
    return shapely.Polygon([edge[0], edge[1], edge[1] + 2 * reach * ahead, edge[0] + 2 * reach * ahead])


def walked_egress(
    free: BaseGeometry,
    exits: Sequence[Door],
    *,
    body_m: float = BODY_M,
    aisle_m: float = 0.0,
    tolerance_m: float = TOLERANCE_M,
) -> Egress:
    """Return the place of free floor from which the walk to the nearest exit is longest.

    Parameters
    ----------
    free
        Free floor: the outline without walls, columns, fixtures and zones (`layout.floor.ground.free_polygon`).
    exits
        The ways out. One that no floor is near to (see `layout.floor.visibility.LEG_M`) is none.
    body_m
        Width of a person, who keeps half of it from every obstacle.
    aisle_m
        Where above ``body_m``: only floor counts that a walker so wide can sweep from an exit.
    tolerance_m
        How far the answer may be below the longest walk.
    """
    doors = _middles(exits)
    wide = aisle_m > body_m
    floor = swept(free, aisle_m / 2, body_m / 2, doors) if wide and len(doors) else narrowed(free, body_m / 2)
    if not len(doors) or floor.is_empty:
        return _nowhere(floor)
    sight = see_corners(floor, ground=free)
    floor = sight.floor
    far = sight.far_from(doors)
    feet = far.nodes[len(sight.corners) :]
    start = shapely.points(feet[np.isfinite(feet[:, 0])])
    parts = [part for part in shapely.get_parts(floor) if bool(shapely.dwithin(start, part, 4 * HAIR_M).any())]
    cut_off = float(floor.area - sum(part.area for part in parts))
    if not parts:
        return Egress(None, np.inf, -1, np.empty((0, 2)), cut_off_m2=cut_off)
    place, metres, bound = _search(far, shapely.union_all(parts), tolerance_m)
    owner = int(far.to(place[None, :])[1][0])
    way = sight.walks(np.vstack([place, doors[owner]])).path(0, 1)
    return Egress((float(place[0]), float(place[1])), metres, owner, way, max(0.0, bound - metres), cut_off)


def _search(far: Far, floor: BaseGeometry, tolerance_m: float) -> tuple[NDArray[np.float64], float, float]:
    """Return the farthest place found, its walk, and what no walk exceeds."""
    west, south, east, north = floor.bounds
    side = SQUARE_M
    x, y = np.meshgrid(np.arange(west, east, side), np.arange(south, north, side))
    lower_left = np.column_stack([x.ravel(), y.ravel()])
    best, place, settled = -1.0, lower_left[0], 0.0
    shapely.prepare(floor)
    while len(lower_left):
        squares = shapely.box(*lower_left.T, *(lower_left + side).T)
        pieces, owner = shapely.get_parts(shapely.intersection(floor, squares), return_index=True)
        flat = (shapely.get_dimensions(pieces) == 2) & (shapely.area(pieces) > 0)
        pieces, owner = pieces[flat], owner[flat]
        # Two places of a piece are at most half its whole edge apart on foot; a full square is measured at its middle.
        full = shapely.area(pieces) > side * side * (1 - 1e-9)
        slack = np.where(full, side / np.sqrt(2), shapely.length(pieces) / 2)
        inner = shapely.get_coordinates(shapely.point_on_surface(pieces))
        inner[full] = lower_left[owner[full]] + side / 2
        metres, _ = far.to(inner)
        seen = np.isfinite(metres)
        k = int(np.argmax(np.where(seen, metres, -1.0))) if seen.any() else -1
        if k >= 0 and metres[k] > best:
            best, place = float(metres[k]), inner[k]
        bound = np.where(seen, metres + slack, np.inf)
        worth = bound > best + tolerance_m
        if side < tolerance_m / 64:
            settled = max(settled, float(np.max(bound[worth & seen], initial=0.0)))
            break
        settled = max(settled, float(np.max(bound[~worth], initial=0.0)))
        side /= 2
        lower_left = lower_left[np.unique(owner[worth])]
        steps = np.array([[0.0, 0.0], [side, 0.0], [0.0, side], [side, side]])
        lower_left = (lower_left[:, None, :] + steps[None, :, :]).reshape(-1, 2)
    return place, best, max(best, settled)


def _middles(exits: Sequence[Door]) -> NDArray[np.float64]:
    return np.array([(door.x, door.y) for door in exits], dtype=np.float64).reshape(-1, 2)


def _nowhere(floor: BaseGeometry) -> Egress:
    if floor.is_empty:
        return Egress(None, 0.0, -1, np.empty((0, 2)))
    return Egress(None, np.inf, -1, np.empty((0, 2)), cut_off_m2=float(floor.area))
