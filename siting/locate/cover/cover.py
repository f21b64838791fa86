"""Who covers whom, and the best candidate to add to a set, compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import kernel
from siting.locate.problem.sides import Sides, may_swap

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Cover(NamedTuple):
    """Who covers whom, by demand point and by candidate, and the weight of each demand point, shape (n,)."""

    start: Ints
    candidate: Ints
    by_start: Ints
    by_point: Ints
    weight: Floats


@kernel
def best_addition(gain: Floats, is_open: Flags, sides: Sides, activity: Floats) -> int:
    """Return the shut candidate of the greatest gain that may open, −1 where none may."""
    best = -1
    for j in range(len(gain)):
        if is_open[j] or sides.upper[j] == 0.0 or (best >= 0 and gain[j] <= gain[best]):
            continue
        if may_swap(sides, activity, j, -1):
            best = j
    return best
