"""Arrange on cells of twice the side, where trials cost less and zones stand in fewer places: `coarsen`, `Coarse.fine`.

Four cells become one, which is free where all four are. Widths are rounded up, so that what keeps the rules on coarse
cells nearly always keeps them on fine ones. Of the four ways to lay the coarse grid the one that loses least floor is
taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from layout.zones.problem import Ground, Ints, Mask, PackProblem


@dataclass(frozen=True)
class Coarse:
    """A problem on coarse cells; ``west`` and ``south`` are 1 where its grid begins a fine cell outside the floor."""

    problem: PackProblem
    fine_problem: PackProblem
    west: int
    south: int

    def fine(self, places: Ints) -> Ints:
        """Return a state of the coarse problem as one of the fine problem, both (n, 9).

        A zone stands with its back where it stood, in the largest of its shapes that fit what it took.
        """
        found = places.copy()
        rows, columns = self.fine_problem.ground.free.shape
        for i, place in enumerate(found):
            place[[0, 1, 2, 3, 5, 6, 7, 8]] *= 2
            place[[0, 5]] -= self.west
            place[[1, 6]] -= self.south
            _fit(place, self.fine_problem.shapes[i])
            place[0] = min(max(0, place[0]), max(0, columns - place[2]))
            place[1] = min(max(0, place[1]), max(0, rows - place[3]))
            inside = min(place[5:7]) >= 0 and place[5] + place[7] <= columns and place[6] + place[8] <= rows
            if place[7] == 0 or not inside:
                place[5:] = 0
        return found


def coarsen(problem: PackProblem) -> Coarse | None:
    """Return a problem on cells of twice the side; None where zones are locked, or too little of it is left."""
    ground = problem.ground
    if any(problem.is_locked(i) for i in range(problem.count)):
        return None
    ways = [(west, south) for south in (0, 1) for west in (0, 1)]
    west, south = max(ways, key=lambda way: _kept(ground, way))
    if not (_some(ground.entrance, (west, south)) & _whole(ground.free, (west, south))).any():
        return None
    coarse = _ground(ground, (west, south))
    shapes = tuple(_halved(shapes) for shapes in problem.shapes)
    longest, shortest = max(coarse.free.shape), min(coarse.free.shape)
    if not all(((sides.max(axis=1) <= longest) & (sides.min(axis=1) <= shortest)).any() for sides in shapes):
        return None
    low, high, side = problem.bends.T
    bend = np.column_stack([-(-low // 4), high // 4, -(-side // 2)])
    bend[bend[:, 0] > bend[:, 1]] = 0
    smaller = replace(problem, ground=coarse, shapes=shapes, target=(problem.target + 2) // 4, bend=bend)
    return Coarse(smaller, problem, west, south)


def _kept(ground: Ground, way: tuple[int, int]) -> tuple[int, int]:
    """Return how many entrances and exits a coarse grid keeps, and how many cells zones may take."""
    free = _whole(ground.free, way)
    doors = sum(bool((_some(mask, way) & free).any()) for mask in (ground.entrance, *ground.exits))
    return doors, int(_whole(ground.buildable & ground.free, way).sum())


def _fit(place: Ints, shapes: Ints) -> None:
    """Give a zone the largest of its shapes that fit the floor it takes, at its back; or leave it."""
    w, h, front = (int(value) for value in place[2:5])
    sizes = shapes if front % 2 == 1 else shapes[:, ::-1]
    fits = sizes[(sizes[:, 0] <= w) & (sizes[:, 1] <= h)]
    if place[7] > 0 or not len(fits):
        return
    size = fits[int(np.argmax(fits.prod(axis=1)))]
    place[0] += w - size[0] if front == 2 else 0
    place[1] += h - size[1] if front == 3 else 0
    place[2:4] = size


def _halved(shapes: Ints) -> Ints:
    """Return the shapes of which both sides halve, or where none does, all with their halves rounded up."""
    even = shapes[(shapes % 2 == 0).all(axis=1)] // 2
    found = even if len(even) else np.unique(-(-shapes // 2), axis=0)
    return np.ascontiguousarray(found, dtype=np.int64)


def _ground(ground: Ground, way: tuple[int, int]) -> Ground:
    free = _whole(ground.free, way)
    return Ground(
        free=free,
        buildable=_whole(ground.buildable, way),
        entrance=_some(ground.entrance, way) & free,
        exits=np.array([_some(mask, way) & free for mask in ground.exits], dtype=bool).reshape(-1, *free.shape),
        windows=_some(ground.windows, way),
        cell_m=2 * ground.cell_m,
        aisle_public=-(-ground.aisle_public // 2),
        aisle_staff=-(-ground.aisle_staff // 2),
        turning=-(-ground.turning // 2),
        daylit=None if ground.daylit is None else _some(ground.daylit, way),
    )


def _blocks(mask: Mask, way: tuple[int, int]) -> Mask:
    """Return the fine cells of each coarse cell, shape (rows, 2, columns, 2)."""
    west, south = way
    rows, columns = mask.shape[0] + south, mask.shape[1] + west
    wide = np.pad(mask, ((south, rows % 2), (west, columns % 2)))
    return wide.reshape(wide.shape[0] // 2, 2, wide.shape[1] // 2, 2)


def _whole(mask: Mask, way: tuple[int, int]) -> Mask:
    return np.asarray(_blocks(mask, way).all(axis=(1, 3)))


def _some(mask: Mask, way: tuple[int, int]) -> Mask:
    return np.asarray(_blocks(mask, way).any(axis=(1, 3)))
