"""Divide a city into squares, or into the hexagons of Uber's H3 grid, and take one place in each.

Squares are anchored at the origin of the coordinate system and hexagons on the globe, so that no cell moves when data
are added elsewhere.
"""

from __future__ import annotations

from typing import Protocol

import h3.api.memview_int as h3
import numpy as np
import pyproj
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.geo.crs import WGS84
from siting.geo.frontage import Frontage, Ground, slide

Points = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

MOST_CELLS = 4_000_000
LATTICE = 0.7


class Cells(Protocol):
    """A division of the plane."""

    @property
    def across_m(self) -> float:
        """Such that of points this far apart, north and east, every cell holds one."""

    def cell_of(self, points: Points) -> Keys:
        """Return the key of the cell of each point, shape (k,)."""

    def middle_of(self, cells: Keys) -> Points:
        """Return the middle of each cell, shape (c, 2), metres."""

    def name_of(self, cell: int) -> str:
        """Return the id of a cell, unique and lasting."""


class Squares:
    """Squares whose corners lie at whole multiples of their side."""

    _HALF = 1 << 31

    def __init__(self, side_m: float) -> None:
        self.across_m = side_m

    def cell_of(self, points: Points) -> Keys:
        """Return the key of the square of each point, shape (k,)."""
        place = np.floor(points / self.across_m).astype(np.int64) + self._HALF
        return (place[:, 1].astype(np.uint64) << np.uint64(32)) | place[:, 0].astype(np.uint64)

    def middle_of(self, cells: Keys) -> Points:
        """Return the middle of each square, shape (c, 2), metres."""
        east = (cells & np.uint64(0xFFFFFFFF)).astype(np.int64) - self._HALF
        north = (cells >> np.uint64(32)).astype(np.int64) - self._HALF
        return np.column_stack([east + 0.5, north + 0.5]) * self.across_m

    def name_of(self, cell: int) -> str:
        """Return column and row of the square."""
        return f"{(cell & 0xFFFFFFFF) - self._HALF}-{(cell >> 32) - self._HALF}"


class Hexagons:
    """Hexagons of the H3 grid, in a metric coordinate system."""

    def __init__(self, resolution: int, crs: pyproj.CRS) -> None:
        self.resolution = resolution
        # Hexagons differ in size by half around their mean.
        self.across_m = LATTICE * h3.average_hexagon_edge_length(resolution, unit="m")
        self._to_degrees = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)

    def cell_of(self, points: Points) -> Keys:
        """Return the H3 index of each point, shape (k,)."""
        lon, lat = self._to_degrees.transform(points[:, 0], points[:, 1])
        resolution, find = self.resolution, h3.latlng_to_cell
        found = (find(y, x, resolution) for y, x in zip(lat.tolist(), lon.tolist(), strict=True))
        return np.fromiter(found, dtype=np.uint64, count=len(points))

    def middle_of(self, cells: Keys) -> Points:
        """Return the middle of each hexagon, shape (c, 2), metres."""
        degrees = np.array([h3.cell_to_latlng(cell) for cell in cells.tolist()]).reshape(-1, 2)
        back = self._to_degrees.transform(degrees[:, 1], degrees[:, 0], direction="INVERSE")
        return np.column_stack(back)

    def name_of(self, cell: int) -> str:
        """Return the H3 index as people write it."""
        return str(h3.int_to_str(cell))


def front_of_cells(cells: Cells, frontage: Frontage, ground: Ground | None) -> tuple[Keys, Points, Ints]:
    """Return the cells that hold street fronts, and in each the front nearest to its middle.

    Parameters
    ----------
    cells
        The division.
    frontage
        Points of streets on allowed ground.
    ground
        Where outlets may open, or None for everywhere.

    Returns
    -------
    cell
        Keys, ascending, shape (c,).
    points
        Shape (c, 2), metres, each inside its cell.
    ways
        Line of each point, shape (c,).
    """
    key = cells.cell_of(frontage.points)
    cell, at = np.unique(key, return_inverse=True)
    middle = cells.middle_of(cell)
    off = np.round(np.hypot(*(frontage.points - middle[at]).T), 3)
    order = np.lexsort((frontage.points[:, 0], frontage.points[:, 1], off, at))
    nearest = order[np.searchsorted(at[order], np.arange(len(cell)))]
    points = slide(frontage, nearest, middle, ground)
    left = cells.cell_of(points) != cell
    points[left] = frontage.points[nearest[left]]
    return cell, points, frontage.ways[nearest]


def middles_within(cells: Cells, bounds: tuple[float, float, float, float]) -> tuple[Keys, Points]:
    """Return every cell whose middle lies within bounds (west, south, east, north), and its middle.

    Raises
    ------
    InputError
        When there are more cells than a plan could be made of.
    """
    west, south, east, north = bounds
    step = cells.across_m
    columns, rows = (int((high - low) / step) + 3 for low, high in ((west, east), (south, north)))
    if columns * rows > MOST_CELLS:
        raise InputError(
            f"cells of about {step:.0f} m on {(east - west) / 1000:,.0f} × {(north - south) / 1000:,.0f} km are "
            f"{columns * rows:,}; expected at most {MOST_CELLS:,}: choose larger cells"
        )
    x, y = np.meshgrid(west + step * (np.arange(columns) - 1), south + step * (np.arange(rows) - 1))
    cell = np.unique(cells.cell_of(np.column_stack([x.ravel(), y.ravel()])))
    middle = cells.middle_of(cell)
    inside = (middle >= (west, south)).all(axis=1) & (middle <= (east, north)).all(axis=1)
    return cell[inside], middle[inside]
