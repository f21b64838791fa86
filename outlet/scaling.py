"""Bring amounts of any unit near one: by a power of two, which keeps every digit."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def unit_of(amounts: NDArray[np.float64]) -> float:
    """Return the power of two next to the largest absolute amount, 1 where all are zero.

    Dividing by it keeps every amount's digits and brings the largest near one, whatever the unit was.

    >>> unit_of(np.array([0.0, 3e9]))
    4294967296.0
    """
    top = float(np.abs(amounts).max(initial=0.0))
    return 2.0 ** math.frexp(top)[1] if top > 0 else 1.0
