"""Turn money, distance and other real amounts into integers and back, guarded against overflow.

An integer solver sees ``round(amount · factor)``; the factor is a power of two, so that whole amounts stay exact and
the way back loses nothing but the rounding that the guard allows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from outlet.arrays import as_finite
from outlet.errors import InputError

EXACT_BITS = 53
MOST_PRECISE_BITS = 20


@dataclass(frozen=True)
class Scale:
    """A power of two that turns real amounts into integers."""

    factor: float

    def to_integers(self, amounts: ArrayLike) -> NDArray[np.int64]:
        """Return ``round(amounts · factor)``.

        Raises
        ------
        InputError
            When an amount is not finite or its integer does not fit.
        """
        scaled = np.rint(as_finite("amounts", amounts) * self.factor)
        if scaled.size and float(np.abs(scaled).max()) >= 2.0**62:
            raise InputError("amounts: too large for the scale that was chosen for them")
        return scaled.astype(np.int64)

    def to_amount(self, value: float) -> float:
        """Return the real amount an integer stands for."""
        return value / self.factor


def scale_for(amounts: ArrayLike, *, bits: int = 40) -> Scale:
    """Choose the finest scale at which the sum of all absolute amounts stays below ``2**bits``.

    Parameters
    ----------
    amounts
        All amounts that may be added up, any shape.
    bits
        Room for the sum, at most 62.

    Raises
    ------
    InputError
        When an amount is not finite.

    Examples
    --------
    >>> scale_for([1.5, 2.25]).factor
    1048576.0
    >>> scale_for([1e12], bits=30).factor < 1
    True
    """
    if not 1 <= bits <= 62:
        raise InputError(f"bits is {bits}; expected 1 to 62")
    total = math.fsum(np.abs(as_finite("amounts", amounts)).ravel().tolist())
    if total == 0:
        return Scale(1.0)
    room = bits - math.frexp(total)[1]
    return Scale(2.0 ** min(room, MOST_PRECISE_BITS))


def unit_of(amounts: NDArray[np.float64]) -> float:
    """Return the power of two next to the largest absolute amount, 1 where all are zero.

    Dividing by it keeps every amount's digits and brings the largest near one, whatever the unit was.

    >>> unit_of(np.array([0.0, 3e9]))
    4294967296.0
    """
    top = float(np.abs(amounts).max(initial=0.0))
    return 2.0 ** math.frexp(top)[1] if top > 0 else 1.0
