"""Tell what can be seen from where in a hall with its zones: `Views`.

Walls, columns and fixtures block sight; furniture does not (people and cameras look over it). Enclosed zones are rooms:
whoever stands in a room sees that room only, and nobody outside sees into it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.floor.cells import Cells
from layout.floor.sight import sees
from layout.posts.room import ZoneArea, rooms_of_cells


@dataclass(frozen=True)
class Views:
    """Lines of sight on the cells of a hall.

    Parameters
    ----------
    cells
        The hall's floor.
    rooms
        Shape (rows, columns): 0 on the open floor, k in the k-th enclosed zone.
    """

    cells: Cells
    rooms: NDArray[np.int64]

    def cell_indices(self, points: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the (row, column) of points, shape (k, 2)."""
        return np.array([self.cells.at(float(x), float(y)) for x, y in points], dtype=np.int64).reshape(-1, 2)

    def sees(
        self, eyes: NDArray[np.float64], targets: NDArray[np.float64], range_m: float = np.inf
    ) -> NDArray[np.bool_]:
        """Return which targets each eye sees, shape (k, m); points are shapes (k, 2) and (m, 2), metres."""
        eye_cells, target_cells = self.cell_indices(eyes), self.cell_indices(targets)
        seen = np.zeros((len(eyes), len(targets)), dtype=bool)
        if not seen.size:
            return seen
        eye_rooms = self.rooms[eye_cells[:, 0], eye_cells[:, 1]]
        target_rooms = self.rooms[target_cells[:, 0], target_cells[:, 1]]
        for room in np.unique(eye_rooms):
            at, to = np.flatnonzero(eye_rooms == room), np.flatnonzero(target_rooms == room)
            blocks = ~self.cells.free | (self.rooms != room)
            found = sees(blocks, eye_cells[at], target_cells[to], range_m / self.cells.cell_m)
            seen[np.ix_(at, to)] = found
        return seen


def centres(cells: Cells, at: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the middles of cells (row, column), shape (k, 2): x, y, metres."""
    return np.column_stack([cells.x0 + (at[:, 1] + 0.5) * cells.cell_m, cells.y0 + (at[:, 0] + 0.5) * cells.cell_m])


def make_views(cells: Cells, zones: Sequence[ZoneArea]) -> Views:
    """Return the lines of sight of a hall with its zones."""
    return Views(cells, rooms_of_cells(cells, zones))


def shares_seen(
    views: Views, eyes: NDArray[np.float64], targets: Mapping[str, NDArray[np.float64]]
) -> dict[str, NDArray[np.float64]]:
    """Return the share of its spots that each eye sees, shape (k,), by kind of target; kinds without spots are out."""
    return {
        kind: views.sees(eyes, spots).mean(axis=1)
        for kind, spots in sorted(targets.items())
        if len(spots) and len(eyes)
    }


def within_angle(
    eyes: NDArray[np.float64], facing_deg: NDArray[np.float64], targets: NDArray[np.float64], view_deg: float
) -> NDArray[np.bool_]:
    """Return which targets lie in the angle of view of each eye, shape (k, m)."""
    away = targets[None, :, :] - eyes[:, None, :]
    bearing = np.degrees(np.arctan2(away[:, :, 1], away[:, :, 0]))
    off = np.abs((bearing - facing_deg[:, None] + 180) % 360 - 180)
    return np.asarray(off <= view_deg / 2 + 1e-9)
