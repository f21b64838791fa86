"""Join a floor, the space its zones need and how people move into one `PackProblem`: `make_problem`, `make_ground`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from layout.floor.cells import Cells, door_cells, doorway_cells
from layout.floor.daylight import daylit_cells
from layout.floor.plan import Door
from layout.zones.problem import Floats, Ground, Ints, Mask, PackProblem, shapes_of
from layout.zones.programme import ENTRANCE, RATING_WEIGHT, Programme
from layout.zones.space import Space, ZoneNeed
from outlet.errors import InputError

SIDES: Mapping[str, int] = {"east": 0, "north": 1, "west": 2, "south": 3}
EPSILON = 1e-6
SPLIT_WEIGHT = RATING_WEIGHT["E"]


def make_ground(
    cells: Cells,
    doors: Sequence[Door],
    windows: Mask,
    *,
    aisle_public_m: float,
    aisle_staff_m: float,
    turning_m: float,
    daylight_m: float = 0.0,
) -> Ground:
    """Return the floor of a hall; every door keeps a turning circle clear; daylight reaches ``daylight_m`` into it.

    Raises
    ------
    InputError
        When no floor is free before any entrance.
    """
    before = [door_cells(cells, door, turning_m) for door in doors]
    clear = np.zeros_like(cells.free)
    for door, mask in zip(doors, before, strict=True):
        clear |= mask | doorway_cells(cells, door, turning_m)
    entrance = np.zeros_like(cells.free)
    for door, mask in zip(doors, before, strict=True):
        if door.entrance:
            entrance |= mask
    if not entrance.any():
        raise InputError("the hall: no free floor before any entrance; move the obstacle or the entrance")
    exits = [mask for door, mask in zip(doors, before, strict=True) if door.exit and not door.entrance and mask.any()]
    return Ground(
        free=cells.free,
        buildable=cells.free & ~clear,
        entrance=entrance,
        exits=np.array(exits, dtype=bool).reshape(-1, *cells.free.shape),
        windows=windows & cells.free,
        cell_m=cells.cell_m,
        aisle_public=_up(aisle_public_m, cells.cell_m),
        aisle_staff=_up(aisle_staff_m, cells.cell_m),
        turning=_up(turning_m, cells.cell_m),
        daylit=daylit_cells(cells.free, windows & cells.free, daylight_m / cells.cell_m) if daylight_m > 0 else None,
    )


def _up(length_m: float, cell_m: float) -> int:
    return max(1, math.ceil(length_m / cell_m - EPSILON))


def zone_shapes(need: ZoneNeed, cell_m: float) -> Ints:
    """Return the shapes (k, 2) a zone may take, in cells: of an L, its first rectangle, which may be half of it.

    Raises
    ------
    InputError
        When its limits leave none.
    """
    low, high = need.area_min / cell_m**2, need.area_max / cell_m**2
    spec = need.spec
    frontage = (_up(need.frontage_min, cell_m), int(need.frontage_max / cell_m + EPSILON))
    depth = (_up(spec.depth_m[0], cell_m), int(spec.depth_m[1] / cell_m + EPSILON))
    longest = int(high // depth[0])
    frontage = (frontage[0], max(frontage[0], min(frontage[1], longest)))
    least = low / 2 if spec.l_shape else low
    found = shapes_of(frontage, depth, (math.ceil(least - EPSILON), math.floor(high + EPSILON)), spec.aspect)
    if len(found) == 0:
        raise InputError(
            f"zone {need.kind}: no rectangle has {need.area_min:.1f} to {need.area_max:.1f} m², a depth of "
            f"{spec.depth_m[0]:g} to {spec.depth_m[1]:g} m, a front of {need.frontage_min:.1f} m and an aspect of at "
            f"most {spec.aspect:g}; correct the programme"
        )
    return found


def make_problem(
    ground: Ground,
    programme: Programme,
    space: Space,
    flow: Floats,
    *,
    locked: Mapping[str, tuple[int, int, int, int, int]] | None = None,
    weights: Mapping[str, float] | None = None,
) -> PackProblem:
    """Return the problem of packing one hall.

    Parameters
    ----------
    ground
        Its floor.
    programme
        Closeness, sight and weights.
    space
        The zones and their sizes.
    flow
        Shape (n + 1, n + 1): people an hour between the entrance (0) and the zones of ``space``.
    locked
        Kind → x, y, width, height in cells and front.
    weights
        Weight of a soft term, instead of the programme's.
    """
    needs = space.needs
    names = tuple(need.id for need in needs)
    kinds = [ENTRANCE, *(need.kind for need in needs)]
    fixed = np.full((len(names), 5), -1, dtype=np.int64)
    for kind, place in (locked or {}).items():
        fixed[names.index(kind)] = place
    shapes = tuple(
        zone_shapes(need, ground.cell_m) if place[0] < 0 else _shape_of(place)
        for need, place in zip(needs, fixed, strict=True)
    )
    closeness = np.zeros((len(kinds), len(kinds)))
    sees = np.zeros(closeness.shape, dtype=bool)
    rating = {frozenset((pair.a, pair.b)): RATING_WEIGHT[pair.rating] for pair in programme.closeness}
    for k, kind in enumerate(kinds):
        for other, its in enumerate(kinds):
            if k != other:
                # Zones of one split kind stay together.
                closeness[k, other] = SPLIT_WEIGHT if kind == its else rating.get(frozenset((kind, its)), 0.0)
            sees[k, other] = k > 0 and its in needs[k - 1].spec.sees
    specs = [need.spec for need in needs]
    bend = np.array([_bend(need, ground.cell_m, place[0] >= 0) for need, place in zip(needs, fixed, strict=True)])
    target = [
        round(need.area_target / ground.cell_m**2) if bent[1] else _nearest(shape, need.area_target / ground.cell_m**2)
        for shape, need, bent in zip(shapes, needs, bend, strict=True)
    ]
    return PackProblem(
        ground=ground,
        kinds=names,
        shapes=shapes,
        target=np.array(target, dtype=np.int64),
        public=np.array([spec.public for spec in specs]),
        staff_access=np.array([spec.access == "staff" for spec in specs]),
        full_front=np.array([spec.front == "full" for spec in specs]),
        wall=np.array([spec.wall for spec in specs]),
        enclosed=np.array([spec.enclosed for spec in specs]),
        selling=np.array([spec.selling for spec in specs]),
        back_to=_staff_sides(needs),
        entrance_within=np.array([spec.entrance_within_m for spec in specs]),
        locked=fixed,
        flow=flow,
        closeness=closeness,
        sees=sees,
        bend=bend,
        daylight=np.array([spec.daylight for spec in specs]),
        weights={str(name): value for name, value in programme.weights.items()} | dict(weights or {}),
    )


def _shape_of(place: Ints) -> Ints:
    u, v = (place[3], place[2]) if place[4] % 2 == 0 else (place[2], place[3])
    return np.array([[u, v]], dtype=np.int64)


def _bend(need: ZoneNeed, cell_m: float, locked: bool) -> tuple[int, int, int]:
    """Return least and largest area and least side of the second rectangle of an L, cells; zeros for a rectangle."""
    if locked or not need.spec.l_shape:
        return 0, 0, 0
    low, high = need.area_min / cell_m**2, need.area_max / cell_m**2
    return math.ceil(low - EPSILON), math.floor(high + EPSILON), _up(need.spec.depth_m[0], cell_m)


def _nearest(shapes: Ints, area: float) -> int:
    sizes = shapes[:, 0] * shapes[:, 1]
    return int(sizes[np.argmin(np.abs(sizes - area))])


def _staff_sides(needs: Sequence[ZoneNeed]) -> Mask:
    """Return which zones give a zone its staff side: those of its ``back_to``, and earlier ones of its own kind."""
    sides = np.zeros((len(needs), len(needs)), dtype=bool)
    for i, need in enumerate(needs):
        wanted = need.spec.back_to
        if wanted is not None and any(other.kind == wanted for other in needs):
            for j, other in enumerate(needs):
                sides[i, j] = other.kind == wanted or (j < i and other.kind == need.kind)
    return sides
