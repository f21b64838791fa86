"""Let demand count less the longer the walk: decay kernels f(c) in [0, 1] of the walk c in minutes.

::

    step         f(c) = 1
    linear       f(c) = 1 − c / r
    gaussian     f(c) = exp(−½ (c / s)²)
    exponential  f(c) = exp(−c / s)
    power        f(c) = (max(c, s) / s)^−λ

each 0 beyond the reach r; s is the scale and λ the exponent. The kernels are those of accessibility measures of the
gravity type (Hansen, 1959) and of the enhanced two-step floating catchment (Luo and Qi, 2009; Dai, 2010: gaussian).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.settings.catchment import DecayKind


@dataclass(frozen=True, kw_only=True)
class Decay:
    """A decay kernel; call it with walks in minutes, any shape, and it returns weights in [0, 1] of that shape.

    Parameters
    ----------
    kind
        ``step``, ``linear``, ``gaussian``, ``exponential`` or ``power``.
    reach_min
        Beyond it the weight is 0, minutes.
    scale_min
        Width of the gaussian, exponential and power kernels, minutes.
    exponent
        Exponent of the power kernel.

    Examples
    --------
    >>> Decay(kind="linear", reach_min=10.0)(np.array([0.0, 5.0, 10.0, 11.0]))
    array([1. , 0.5, 0. , 0. ])
    """

    kind: DecayKind
    reach_min: float
    scale_min: float = 1.0
    exponent: float = 1.0

    def __post_init__(self) -> None:
        for name, value in (("reach_min", self.reach_min), ("scale_min", self.scale_min), ("exponent", self.exponent)):
            if not (np.isfinite(value) and value > 0):
                raise InputError(f"Decay.{name} is {value}; expected a number above 0")

    def __call__(self, minutes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the weight of each walk."""
        walk = np.asarray(minutes, dtype=np.float64)
        if np.isnan(walk).any() or (walk < 0).any():
            raise InputError("a walk is negative or not a number; expected minutes from 0 (infinite: unreachable)")
        return np.where(walk <= self.reach_min, self._within(walk), 0.0)

    def _within(self, walk: NDArray[np.float64]) -> NDArray[np.float64]:
        match self.kind:
            case "step":
                return np.ones_like(walk)
            case "linear":
                return np.asarray(1.0 - np.minimum(walk, self.reach_min) / self.reach_min, dtype=np.float64)
            case "gaussian":
                return np.asarray(np.exp(-0.5 * (walk / self.scale_min) ** 2), dtype=np.float64)
            case "exponential":
                return np.asarray(np.exp(-walk / self.scale_min), dtype=np.float64)
            case "power":
                return np.asarray(
                    (np.maximum(walk, self.scale_min) / self.scale_min) ** -self.exponent, dtype=np.float64
                )
