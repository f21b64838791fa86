"""Tell which cells of a hall daylight reaches: `daylit_cells`.

A cell is daylit when a window lies within ``reach`` of it in a straight line that no wall, column or fixture cuts.
How deep daylight reaches is a rule of thumb in multiples of the height of a window's head: one to two times it in rooms
with blinds, up to two and a half without (Reinhart 2005, A simulation-based review of the ubiquitous window-head-height
to daylit zone depth rule-of-thumb, Building Simulation, Montreal: 50 % daylight autonomy, simulated for five climates).
Plans state no heights: the reach is the planner's to set.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layout.floor.sight import sees


def daylit_cells(free: NDArray[np.bool_], windows: NDArray[np.bool_], reach_cells: float) -> NDArray[np.bool_]:
    """Return which free cells daylight reaches, shape (rows, columns).

    Parameters
    ----------
    free
        Shape (rows, columns): cells without walls, columns and fixtures.
    windows
        Shape (rows, columns): free cells at a window.
    reach_cells
        How deep daylight reaches, cells.

    >>> daylit_cells(np.ones((1, 5), dtype=bool), np.arange(5)[None] == 0, 2.0).tolist()
    [[True, True, True, False, False]]
    """
    lit = windows & free
    cells = np.argwhere(free)
    if lit.any():
        lit[tuple(cells.T)] |= sees(~free, np.argwhere(lit), cells, reach_cells).any(axis=0)
    return lit
