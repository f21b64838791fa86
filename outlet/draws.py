"""Draw random numbers in compiled code, the same on every machine: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import kernel, uncounted


@uncounted
def draw(state: NDArray[np.uint64]) -> float:
    """Return a number from 0 up to but not including 1, and move the state, shape (1,), on."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) / 9007199254740992.0


@kernel
def pick(state: NDArray[np.uint64], count: int) -> int:
    """Return a whole number from 0 up to but not including ``count``."""
    return min(count - 1, int(draw(state) * count))
