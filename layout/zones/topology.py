"""Tell how two plans of a hall differ in topology: `unlike`.

Two zones lie apart along the rows, along the columns or both; a pair lies alike in two plans that have a direction in
common. Shifting and resizing zones changes no pair; exchanging two zones or mirroring the plan changes many.
"""

from __future__ import annotations

import math

import numpy as np

from layout.zones.problem import Mask, Placement

DIFFERENT = 0.15


def directions(placement: Placement) -> Mask:
    """Return where each zone lies seen from each other, shape (n, n, 4): east, north, west, south."""
    boxes = np.array(
        [
            [rects[:, 0].min(), rects[:, 1].min(), (rects[:, 0] + rects[:, 2]).max(), (rects[:, 1] + rects[:, 3]).max()]
            for rects in (placement.rects(i) for i in range(len(placement.places)))
        ]
    )
    low, high = boxes[:, :2], boxes[:, 2:]
    beyond = low[None, :, :] >= high[:, None, :]
    return np.concatenate([beyond, beyond.transpose(1, 0, 2)], axis=2)


def pairs_to_differ(n: int) -> int:
    """Return how many pairs of n zones must lie otherwise for two plans to differ by the share `DIFFERENT`."""
    return math.ceil(DIFFERENT * (n * (n - 1) // 2) - 1e-9)


def unlike(a: Placement, b: Placement) -> float:
    """Return the share of pairs of zones that lie otherwise in one plan than in the other.

    >>> first, second = np.array([[0, 0, 2, 2, 0], [4, 0, 2, 2, 0]]), np.array([[4, 0, 2, 2, 0], [0, 0, 2, 2, 0]])
    >>> unlike(Placement(first), Placement(second))
    1.0
    """
    n = len(a.places)
    if n < 2:
        return 0.0
    other = np.logical_not(np.any(directions(a) & directions(b), axis=2))
    return float(np.asarray(other)[np.triu_indices(n, 1)].mean())
