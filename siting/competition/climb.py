"""Climb to the top of a smooth function between bounds: Newton's method with a working set.

::

    max f(β)    lower ≤ β ≤ upper
    step d      I_FF d_F = g_F            F: the coefficients that are not held at a bound, I the information (−Hessian
                                          or its expectation, never indefinite), g the gradient
    length t    1, or up to the first bound on the way, halved until f rises by 10⁻⁴ t g·d   (Armijo, 1966)

A coefficient that runs into a bound is held there; when the free ones have arrived, the held one whose gradient points
inwards the most is let go (Nocedal and Wright, 2006, chapter 16). For a concave f the top is the only one. It has
arrived when g·d, twice what the quadratic model still promises, is below the tolerance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError

Floats = NDArray[np.float64]
MOST_STEPS = 200
MOST_HALVINGS = 60
ARMIJO = 1e-4
EIGENVALUE_FLOOR = 1e-13
LEAST_SCALE = 1e-100


@dataclass(frozen=True)
class Slope:
    """Hold a function at a point: its value, its gradient (K,), and its information (K, K), at least 0."""

    value: float
    gradient: Floats
    information: Floats


@dataclass(frozen=True)
class Bounds:
    """Hold the least and the greatest value of each coefficient, shapes (K,); −∞ and ∞ for none; equal: fixed."""

    lower: Floats
    upper: Floats

    def __post_init__(self) -> None:
        if self.lower.shape != self.upper.shape or self.lower.ndim != 1:
            raise InputError(f"bounds have shapes {self.lower.shape} and {self.upper.shape}; expected (K,) both")
        if not (self.lower <= self.upper).all():
            raise InputError("a lower bound is above its upper bound, or not a number; expected lower ≤ upper")
        if (self.lower == np.inf).any() or (self.upper == -np.inf).any():
            raise InputError("a lower bound is ∞ or an upper bound −∞; expected room for a finite coefficient")

    @classmethod
    def none(cls, size: int) -> Bounds:
        """Return no bounds for ``size`` coefficients."""
        return cls(np.full(size, -np.inf), np.full(size, np.inf))


@dataclass(frozen=True)
class Summit:
    """Say where a climb ended.

    Parameters
    ----------
    point
        β, shape (K,).
    slope
        The function there.
    held
        True where a coefficient ended at a bound, shape (K,).
    steps
        Steps made.
    arrived
        False when it ran out of steps, or no step led up though one was promised.
    """

    point: Floats
    slope: Slope
    held: NDArray[np.bool_]
    steps: int
    arrived: bool


def climb(function: Callable[[Floats], Slope], start: Floats, bounds: Bounds, tolerance: float) -> Summit:
    """Return the top of ``function`` between ``bounds`` from ``start`` (K,), moved inside them first.

    ``tolerance`` is in the unit of the function's value.
    """
    if start.shape != bounds.lower.shape or not np.isfinite(start).all():
        raise InputError(f"starting values are {start}; expected {len(bounds.lower)} finite numbers")
    point = np.clip(start, bounds.lower, bounds.upper)
    here = function(point)
    held = _outward(point, here.gradient, bounds)
    for step in range(MOST_STEPS):
        direction = _direction(here, held)
        promise = float(here.gradient @ direction)
        if promise <= tolerance:
            released = _released(here, held & ~_outward(point, here.gradient, bounds), tolerance)
            if released is None:
                return Summit(point, here, held, step, True)
            held[released] = False
            continue
        reach = _reach(point, direction, bounds)
        found = _rise(function, here, point, direction, min(1.0, float(reach.min(initial=np.inf))))
        if found is None:
            return Summit(point, here, held, step, promise <= 1e4 * tolerance)
        length, here = found
        point = np.clip(point + length * direction, bounds.lower, bounds.upper)
        hit = reach <= length
        point[hit] = np.where(direction[hit] > 0, bounds.upper[hit], bounds.lower[hit])
        held |= hit
    return Summit(point, here, held, MOST_STEPS, False)


def scaled_inverse(information: Floats) -> Floats:
    """Return the inverse of an information matrix (K, K), stable when its terms have different units."""
    scale = _scale(information)
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    floor = EIGENVALUE_FLOOR * max(float(values.max(initial=0.0)), 1.0)
    inverse = (vectors / np.maximum(values, floor)) @ vectors.T
    return np.asarray(inverse / np.outer(scale, scale), dtype=np.float64)


def spectrum(information: Floats) -> tuple[Floats, Floats]:
    """Return eigenvalues (K,), ascending, and eigenvectors (K, K) of the information scaled to ones on its diagonal."""
    scale = _scale(information)
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    return values, vectors


def _scale(information: Floats) -> Floats:
    diagonal = np.sqrt(np.diag(information))
    return np.asarray(np.where(diagonal > LEAST_SCALE, diagonal, 1.0), dtype=np.float64)


def _outward(point: Floats, gradient: Floats, bounds: Bounds) -> NDArray[np.bool_]:
    fixed = bounds.lower == bounds.upper
    low, high = point <= bounds.lower, point >= bounds.upper
    return np.asarray(fixed | (low & (gradient <= 0)) | (high & (gradient >= 0)), dtype=np.bool_)


def _direction(here: Slope, held: NDArray[np.bool_]) -> Floats:
    free = np.flatnonzero(~held)
    direction = np.zeros(len(held))
    if len(free):
        direction[free] = scaled_inverse(here.information[np.ix_(free, free)]) @ here.gradient[free]
    return direction


def _released(here: Slope, inward: NDArray[np.bool_], tolerance: float) -> int | None:
    """Return the held coefficient that gains most by going inwards, or None where none gains above the tolerance."""
    curvature = np.maximum(np.diag(here.information), LEAST_SCALE**2)
    gain = np.where(inward, here.gradient**2 / curvature, 0.0)
    return int(np.argmax(gain)) if (gain > tolerance).any() else None


def _reach(point: Floats, direction: Floats, bounds: Bounds) -> Floats:
    """Return how many times ``direction`` fits before each coefficient's bound, shape (K,)."""
    room = np.where(direction > 0, bounds.upper - point, point - bounds.lower)
    speed = np.abs(direction)
    return np.asarray(np.divide(room, speed, out=np.full(len(point), np.inf), where=speed > 0), dtype=np.float64)


def _rise(
    function: Callable[[Floats], Slope], here: Slope, point: Floats, direction: Floats, length: float
) -> tuple[float, Slope] | None:
    promise = float(here.gradient @ direction)
    for _ in range(MOST_HALVINGS):
        there = function(point + length * direction)
        if there.value >= here.value + ARMIJO * length * promise:
            return length, there
        length /= 2.0
    return None
