"""Judge and price divisions of a hall without anything of the solver: `check_blocks`, `price_blocks`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layout.zones.blocks.problem import BlockProblem

Floats = NDArray[np.float64]


def price_blocks(rectangles: Floats, flow: Floats) -> float:
    """Return Σ flow × rectilinear distance of middles."""
    middle = rectangles[:, :2] + rectangles[:, 2:] / 2
    apart = np.abs(middle[:, None, :] - middle[None, :, :]).sum(axis=2)
    return float((flow * apart).sum())


def check_blocks(problem: BlockProblem, rectangles: Floats, tolerance: float = 1e-6) -> list[str]:
    """Return what is wrong with a division: areas, overlaps, outside, sides; empty where all is well."""
    x, y, w, h = rectangles.T
    faults = []
    for i in range(len(rectangles)):
        if abs(w[i] * h[i] - problem.areas[i]) > tolerance * problem.areas[i]:
            faults.append(f"block {i} has {w[i] * h[i]:g}, wanted {problem.areas[i]:g}")
        over = max(-x[i], -y[i], x[i] + w[i] - problem.width, y[i] + h[i] - problem.height)
        if over > tolerance:
            faults.append(f"block {i} lies outside")
        short, long = min(w[i], h[i]), max(w[i], h[i])
        if long > problem.aspect[i] * short * (1 + tolerance) or short < problem.min_side[i] * (1 - tolerance):
            faults.append(f"block {i} is {w[i]:g} × {h[i]:g}")
        for j in range(i):
            wide = min(x[i] + w[i], x[j] + w[j]) - max(x[i], x[j])
            high = min(y[i] + h[i], y[j] + h[j]) - max(y[i], y[j])
            if wide > tolerance and high > tolerance:
                faults.append(f"blocks {j} and {i} overlap")
    return faults
