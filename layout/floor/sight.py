"""Tell what can be seen from where on the cells of a hall: `sees`.

A line of sight runs from middle to middle of two cells and is free when no cell it passes blocks sight (Amanatides and
Woo's traversal). The two end cells never block, so that a wall's own face can be seen. A line that passes exactly
through a corner needs one of the two cells beside the corner to be clear.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, kernel


@kernel
def _clear(blocks: NDArray[np.bool_], r0: int, c0: int, r1: int, c1: int) -> bool:
    dr, dc = abs(r1 - r0), abs(c1 - c0)
    step_r = 1 if r1 > r0 else -1
    step_c = 1 if c1 > c0 else -1
    row, column = r0, c0
    error = dc - dr
    dr2, dc2 = 2 * dr, 2 * dc
    for _ in range(dr + dc):
        if error > 0:
            column += step_c
            error -= dr2
        elif error < 0:
            row += step_r
            error += dc2
        else:
            if blocks[row + step_r, column] and blocks[row, column + step_c]:
                return False
            row += step_r
            column += step_c
            error += dc2 - dr2
        if row == r1 and column == c1:
            return True
        if blocks[row, column]:
            return False
    return True


@compiled
def _sees(
    blocks: NDArray[np.bool_], eyes: NDArray[np.int64], targets: NDArray[np.int64], range_cells: float
) -> NDArray[np.bool_]:
    seen = np.zeros((len(eyes), len(targets)), dtype=np.bool_)
    limit = range_cells * range_cells
    for i in range(len(eyes)):
        for j in range(len(targets)):
            dr = targets[j, 0] - eyes[i, 0]
            dc = targets[j, 1] - eyes[i, 1]
            if dr * dr + dc * dc <= limit:
                seen[i, j] = _clear(blocks, eyes[i, 0], eyes[i, 1], targets[j, 0], targets[j, 1])
    return seen


def sees(
    blocks: NDArray[np.bool_],
    eyes: NDArray[np.int64],
    targets: NDArray[np.int64],
    range_cells: float = np.inf,
) -> NDArray[np.bool_]:
    """Return which targets each eye sees.

    Parameters
    ----------
    blocks
        Shape (rows, columns): cells that block sight.
    eyes, targets
        Shapes (k, 2) and (m, 2): row, column.
    range_cells
        How far an eye sees, in cells.

    Returns
    -------
    Shape (k, m).
    """
    return np.asarray(
        _sees(
            np.ascontiguousarray(blocks),
            np.ascontiguousarray(eyes, dtype=np.int64).reshape(-1, 2),
            np.ascontiguousarray(targets, dtype=np.int64).reshape(-1, 2),
            float(range_cells),
        )
    )
