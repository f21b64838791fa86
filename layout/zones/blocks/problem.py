"""What `block_layout` is asked and what it answers, and what can be told before any search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from outlet.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BlockPlan:
    """Blocks in their places.

    Parameters
    ----------
    rectangles
        Shape (k, 4): x, y, width, height of each block, metres.
    topology_bound
        What no plan with the same topology can undercut: each pair of blocks separated by the same side. None where
        time ran out before it was proved.
    topology_gap
        Relative distance of this plan's price to it; up to 1e-6 the dimensions are proved best for the topology.
    """

    rectangles: Floats
    topology_bound: float | None = None
    topology_gap: float | None = None


@dataclass(frozen=True)
class BlockProblem:
    """A rectangle to divide: areas, aspect and min_side have shape (k,), flow shape (k, k)."""

    width: float
    height: float
    areas: Floats
    flow: Floats
    aspect: Floats
    min_side: Floats

    def __post_init__(self) -> None:
        k = len(self.areas)
        if not (self.width > 0 and self.height > 0):
            raise InputError(f"block_layout: width {self.width} and height {self.height}; expected positive lengths")
        if k == 0 or self.areas.ndim != 1 or not (np.isfinite(self.areas).all() and (self.areas > 0).all()):
            raise InputError("block_layout: areas must be a vector of positive numbers")
        if self.flow.shape != (k, k) or not np.isfinite(self.flow).all() or (self.flow < 0).any():
            raise InputError(f"block_layout: flow has shape {self.flow.shape}; expected ({k}, {k}) of numbers from 0")
        if (self.aspect < 1).any() or np.isnan(self.aspect).any():
            raise InputError("block_layout: aspect must be at least 1")
        if (self.min_side < 0).any() or np.isnan(self.min_side).any():
            raise InputError("block_layout: min_side must be from 0")

    @property
    def least_side(self) -> Floats:
        """Shape (k,): m, the least side each block can have."""
        by_aspect = np.sqrt(self.areas / self.aspect)
        return np.maximum(np.maximum(self.min_side, by_aspect), self.areas / max(self.width, self.height))

    @property
    def trips(self) -> Floats:
        """Shape (k, k), symmetric, zero on the diagonal: flow between two blocks in both directions."""
        both = self.flow + self.flow.T
        np.fill_diagonal(both, 0.0)
        return both

    @property
    def spare(self) -> float:
        """Area that no block takes, square metres; 0 where it is less than rounding."""
        hall = self.width * self.height
        left = hall - float(self.areas.sum())
        return left if left > 1e-7 * hall else 0.0

    def contradictions(self) -> tuple[str, ...]:
        """Return what makes any plan impossible, in words."""
        hall = self.width * self.height
        total = float(self.areas.sum())
        if total > hall * (1 + 1e-9):
            return (f"the blocks need {total:g} m², the hall has {hall:g} m²: {total - hall:g} m² short",)
        shorter = min(self.width, self.height)
        return tuple(
            f"block {i} of {area:g} m² cannot have sides of at least {least:g} m in this hall"
            for i, (area, least) in enumerate(zip(self.areas, self.least_side, strict=True))
            if least * least > area * (1 + 1e-9) or least > shorter * (1 + 1e-9)
        )


def make_block_problem(
    hall: tuple[float, float],
    areas: ArrayLike,
    flow: ArrayLike,
    aspect: ArrayLike | None,
    min_side: ArrayLike | None,
) -> BlockProblem:
    """Return the problem with scalars spread over the blocks and None as no limit."""
    sizes = np.asarray(areas, dtype=np.float64)
    most = np.full(sizes.shape, np.inf) if aspect is None else np.broadcast_to(aspect, sizes.shape)
    least = np.zeros(sizes.shape) if min_side is None else np.broadcast_to(min_side, sizes.shape)
    return BlockProblem(
        width=float(hall[0]),
        height=float(hall[1]),
        areas=sizes,
        flow=np.asarray(flow, dtype=np.float64),
        aspect=np.asarray(most, dtype=np.float64),
        min_side=np.asarray(least, dtype=np.float64),
    )
