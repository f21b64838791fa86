"""Measure walks of a moving plan: `Walks`.

Each walk of the start bends at a few cells, each at a corner of a zone or of a wall; it keeps them, and they move with
their corner. Between two bends it is as long as the judge's walk over the empty floor: steps to 16 neighbours, a norm
with linear faces, in 64ths of a cell.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from ortools.sat.python import cp_model
from scipy.sparse.csgraph import dijkstra

from layout.floor.walk import walk_graph
from layout.zones.polish.blocks import Block, Edge, Rooms
from layout.zones.polish.fronts import Point
from layout.zones.problem import Ints, Mask

PARTS = 64
FACES = ((PARTS, 15), (52, 38))
NEAR_CELLS = 4
SAME = 1e-6


def norm(dx: float, dy: float) -> float:
    """Return the length of a walk over empty floor by steps to 16 neighbours, cells.

    >>> round(norm(2, 1) ** 2, 9), norm(-3, 0)
    (5.0, 3)
    """
    a, b = max(abs(dx), abs(dy)), min(abs(dx), abs(dy))
    if 2 * b <= a:
        return a + (5**0.5 - 2) * b
    return (5**0.5 - 2**0.5) * a + (2 * 2**0.5 - 5**0.5) * b


class Walks:
    """The walks of one start: ``length`` gives each as an expression of the model."""

    def __init__(self, model: cp_model.CpModel, aisles: Mask, rooms: Rooms) -> None:
        self._model = model
        self._graph = walk_graph(aisles, 1.0)
        self._columns = aisles.shape[1]
        self._rooms = rooms
        self._most = 2 * PARTS * sum(aisles.shape)
        self._known: dict[tuple[tuple[int, int], tuple[int, int]], Edge] = {}
        self._trees: dict[tuple[int, int], Ints] = {}

    def length(self, a: Point, b: Point) -> Edge | None:
        """Return the length of the walk from a to b in `PARTS` of a cell; None where there is none."""
        points = self._points(a, b)
        if points is None:
            return None
        total: Edge = 0
        for one, two in itertools.pairwise(points):
            total = total + self._piece(one, two)
        return total

    def least(self, a: Point, b: Point) -> Edge | None:
        """Return an expression that is the walk's length at the start and never more than its length elsewhere."""
        points = self._points(a, b)
        if points is None:
            return None
        total: Edge = 0
        for one, two in itertools.pairwise(points):
            far = two.start[0] - one.start[0], two.start[1] - one.start[1]
            signed = [
                difference if value >= 0 else -difference
                for value, difference in zip(far, (two.x - one.x, two.y - one.y), strict=True)
            ]
            long = int(abs(far[1]) > abs(far[0]))
            face = max(FACES, key=lambda face: face[0] * abs(far[long]) + face[1] * abs(far[1 - long]))
            total = total + signed[long] * face[0] + signed[1 - long] * face[1]
        return total

    def steps(self, a: Point, b: Point) -> float:
        """Return how long the walk is at the start, cells; infinite where there is none."""
        cells = self._cells(a.start, b.start)
        if cells is None:
            return np.inf
        return float(sum(norm(two[0] - one[0], two[1] - one[1]) for one, two in itertools.pairwise(cells)))

    def _cells(self, a: tuple[int, int], b: tuple[int, int]) -> list[tuple[int, int]] | None:
        """Return the cells (column, row) of a shortest walk of the start."""
        source, at = a[1] * self._columns + a[0], b[1] * self._columns + b[0]
        if a not in self._trees:
            _, before = dijkstra(self._graph, indices=source, return_predecessors=True)
            self._trees[a] = np.asarray(before, dtype=np.int64)
        previous = self._trees[a]
        cells = [at]
        while at != source:
            at = int(previous[at])
            if at < 0:
                return None
            cells.append(at)
        return [(cell % self._columns, cell // self._columns) for cell in reversed(cells)]

    def _points(self, a: Point, b: Point) -> list[Point] | None:
        cells = self._cells(a.start, b.start)
        if cells is None:
            return None
        ends = {a.start: a, b.start: b}
        return [ends.get(cell) or self._anchored(cell) for cell in bends(cells)]

    def _anchored(self, cell: tuple[int, int]) -> Point:
        """Return a bend that moves with the nearest corner of a zone, or stays where none is near."""
        nearest = min(
            (
                (max(abs(cell[0] - cx), abs(cell[1] - cy)), number, right, up)
                for number, block in enumerate(self._rooms.all)
                for right, up, cx, cy in _corners(block)
            ),
            default=(NEAR_CELLS + 1, 0, 0, 0),
        )
        far, number, right, up = nearest
        if far > NEAR_CELLS:
            return Point(cell[0], cell[1], cell)
        block = self._rooms.all[number]
        x, y = block.edges[2 * right], block.edges[1 + 2 * up]
        return Point(x + (cell[0] - block.start[2 * right]), y + (cell[1] - block.start[1 + 2 * up]), cell)

    def _piece(self, a: Point, b: Point) -> Edge:
        key = (min(a.start, b.start), max(a.start, b.start))
        if key not in self._known:
            self._known[key] = self._norm(a, b)
        return self._known[key]

    def _norm(self, a: Point, b: Point) -> Edge:
        sizes = []
        for one, two in ((a.x, b.x), (a.y, b.y)):
            size = self._model.new_int_var(0, self._most, "")
            self._model.add(size >= one - two)
            self._model.add(size >= two - one)
            sizes.append(size)
        far = self._model.new_int_var(0, self._most, "")
        for long, short in FACES:
            self._model.add(far >= sizes[0] * long + sizes[1] * short)
            self._model.add(far >= sizes[1] * long + sizes[0] * short)
        return far


def _corners(block: Block) -> list[tuple[int, int, int, int]]:
    """Return for each corner: right or left, up or down, and the cell outside it."""
    west, south, east, north = block.start
    return [(right, up, east if right else west - 1, north if up else south - 1) for right in (0, 1) for up in (0, 1)]


def bends(cells: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the ends of a walk and the cells where it is longer than a walk over empty floor would be.

    >>> bends([(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (2, 3)])
    [(0, 0), (2, 0), (2, 3)]
    """
    at = np.array(cells, dtype=np.float64).reshape(-1, 2)
    steps = np.hypot(*np.diff(at, axis=0).T) if len(at) > 1 else np.zeros(0)
    walked = np.concatenate([[0.0], np.cumsum(steps)])
    found, first = [0], 0
    for last in range(1, len(at)):
        straight = norm(float(at[last, 0] - at[first, 0]), float(at[last, 1] - at[first, 1]))
        if walked[last] - walked[first] > straight + SAME:
            first = last - 1
            found.append(first)
    if len(at) > 1:
        found.append(len(at) - 1)
    return [cells[number] for number in found]
