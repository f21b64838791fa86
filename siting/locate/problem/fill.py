"""Copy numbers into an array that is there, in kernels that count no references: ``to[:] = of`` would."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from outlet.compiled import kernel


@kernel
def fill(to: NDArray[Any], of: NDArray[Any]) -> None:
    """Write the numbers of one array, shape (n,), into another."""
    for at in range(len(of)):
        to[at] = of[at]
