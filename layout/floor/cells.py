"""Divide a hall into square cells and say which of them are free: `free_cells`.

A cell is free when its whole square lies in the outline and touches no wall, column or fixture (within a tolerance of
one centimetre, so that an outline drawn on the grid is not lost to rounding). Slanted and L-shaped outlines become
staircases of cells: area at the edge is given away, never invented.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layout.floor.plan import Door, FloorPlan

CELL_M = 0.25
TOLERANCE_M = 0.01


@dataclass(frozen=True)
class Cells:
    """The hall as a grid.

    Parameters
    ----------
    free
        Shape (rows, columns), row 0 at the bottom: whether a zone may lie on the cell and a person walk there.
    inside
        Shape (rows, columns): whether the cell's centre lies in the outline, free or not.
    x0, y0
        Lower left corner of cell [0, 0], metres.
    cell_m
        Side of a cell, metres.
    """

    free: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    x0: float
    y0: float
    cell_m: float = CELL_M

    @property
    def area_m2(self) -> float:
        """Free area, square metres."""
        return float(self.free.sum()) * self.cell_m**2

    def centre(self, row: int, column: int) -> tuple[float, float]:
        """Return the middle of a cell, metres."""
        return self.x0 + (column + 0.5) * self.cell_m, self.y0 + (row + 0.5) * self.cell_m

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point lies on the grid."""
        rows, columns = self.free.shape
        return bool(0 <= x - self.x0 <= columns * self.cell_m and 0 <= y - self.y0 <= rows * self.cell_m)

    def at(self, x: float, y: float) -> tuple[int, int]:
        """Return (row, column) of the cell that holds a point, or of the nearest cell where it is outside the grid."""
        rows, columns = self.free.shape
        row = math.floor((y - self.y0) / self.cell_m + 1e-9)
        column = math.floor((x - self.x0) / self.cell_m + 1e-9)
        return min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)


def free_cells(plan: FloorPlan, cell_m: float = CELL_M) -> Cells:
    """Return the cells of a hall; the grid starts at the lower left corner of the outline's bounding box."""
    left, bottom, right, top = plan.outline.bounds
    columns = max(1, math.ceil((right - left) / cell_m - TOLERANCE_M))
    rows = max(1, math.ceil((top - bottom) / cell_m - TOLERANCE_M))
    xs = left + np.arange(columns) * cell_m
    ys = bottom + np.arange(rows) * cell_m
    x, y = np.meshgrid(xs, ys)
    squares = shapely.box(x, y, x + cell_m, y + cell_m)
    outline = plan.outline.buffer(TOLERANCE_M, join_style="mitre")
    shapely.prepare(outline)
    free = shapely.covers(outline, squares)
    shrunk = shapely.box(x + TOLERANCE_M, y + TOLERANCE_M, x + cell_m - TOLERANCE_M, y + cell_m - TOLERANCE_M)
    for solid in (*plan.walls, *plan.columns, *plan.fixtures):
        if solid.is_empty:
            continue
        shapely.prepare(solid)
        west, south, east, north = solid.bounds
        window = (
            slice(max(0, math.floor((south - bottom) / cell_m) - 1), max(0, math.ceil((north - bottom) / cell_m) + 1)),
            slice(max(0, math.floor((west - left) / cell_m) - 1), max(0, math.ceil((east - left) / cell_m) + 1)),
        )
        free[window] &= ~shapely.intersects(solid, shrunk[window])
    inside = shapely.contains_xy(plan.outline, x + cell_m / 2, y + cell_m / 2)
    return Cells(free=free, inside=inside, x0=float(left), y0=float(bottom), cell_m=cell_m)


def door_cells(cells: Cells, door: Door, depth_m: float) -> NDArray[np.bool_]:
    """Return which free cells lie before a door: its width (at least ``depth_m``) times ``depth_m`` into the hall."""
    angle = math.radians(door.facing_deg)
    rows, columns = cells.free.shape
    x = cells.x0 + (np.arange(columns) + 0.5) * cells.cell_m - door.x
    y = cells.y0 + (np.arange(rows)[:, None] + 0.5) * cells.cell_m - door.y
    ahead = x * math.cos(angle) + y * math.sin(angle)
    aside = np.abs(-x * math.sin(angle) + y * math.cos(angle))
    near = (ahead > -cells.cell_m) & (ahead < depth_m) & (aside < max(door.width_m, depth_m) / 2)
    return cells.free & near


def doorway_cells(cells: Cells, door: Door, depth_m: float) -> NDArray[np.bool_]:
    """Return which free cells the floor as wide as a door and ``depth_m`` into the hall overlaps by more than a hair.

    `door_cells` counts cells by their middles, and leaves a sliver beside a door that lies off the grid.
    """
    angle = math.radians(door.facing_deg)
    cosine, sine = math.cos(angle), math.sin(angle)
    rows, columns = cells.free.shape
    half = cells.cell_m / 2 * (abs(cosine) + abs(sine)) - TOLERANCE_M
    x = cells.x0 + (np.arange(columns) + 0.5) * cells.cell_m - door.x
    y = cells.y0 + (np.arange(rows)[:, None] + 0.5) * cells.cell_m - door.y
    ahead, aside = x * cosine + y * sine, np.abs(-x * sine + y * cosine)
    near = (ahead > -half) & (ahead < depth_m + half) & (aside < door.width_m / 2 + half)
    return cells.free & near


def near_cells(cells: Cells, things: Sequence[BaseGeometry], within_m: float) -> NDArray[np.bool_]:
    """Return the free cells whose middle lies within a distance of one of several things, such as windows."""
    rows, columns = cells.free.shape
    x = cells.x0 + (np.arange(columns) + 0.5) * cells.cell_m
    y = cells.y0 + (np.arange(rows) + 0.5) * cells.cell_m
    middles = shapely.points(*np.meshgrid(x, y))
    near = np.zeros((rows, columns), dtype=bool)
    for thing in things:
        near |= shapely.dwithin(middles, thing, within_m)
    return near & cells.free


def forbidden_rectangles(free: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Cover the cells that are not free with few rectangles, greedily: rows of cells merged upwards.

    Returns
    -------
    Shape (k, 4): column, row, width, height in cells; they do not overlap and cover exactly the cells not free.

    >>> forbidden_rectangles(np.array([[True, False], [True, False]])).tolist()
    [[1, 0, 1, 2]]
    """
    left = ~free
    rectangles: list[tuple[int, int, int, int]] = []
    rows, columns = free.shape
    for row in range(rows):
        column = 0
        while column < columns:
            if not left[row, column]:
                column += 1
                continue
            width = 1
            while column + width < columns and left[row, column + width]:
                width += 1
            height = 1
            while row + height < rows and left[row + height, column : column + width].all():
                height += 1
            left[row : row + height, column : column + width] = False
            rectangles.append((column, row, width, height))
            column += width
    return np.array(rectangles, dtype=np.int64).reshape(-1, 4)
