"""Bound what any plan of a hall costs: `least_walking`.

Visitors walk from an entrance to a zone and back at least as far as over the empty floor to the nearest cell beside a
place where the zone fits; walks between zones are bounded by 0. Weak, but valid for every plan.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from layout.floor.walk import reached, walk_distances, wide_walk
from layout.zones.problem import Ints, Mask, PackProblem
from layout.zones.terms import entrance_cells


def least_walking(problem: PackProblem) -> float:
    """Return metres a visitor walks at least in any plan that keeps all rules."""
    ground = problem.ground
    open_floor = reached(ground.free, ground.aisle_public, ground.entrance)
    sources = np.argwhere(ground.entrance & open_floor)
    if (wide_walk(ground.entrance, ground.aisle_public) == ground.entrance).all():
        # Aisles cover all of every entrance then, whatever the plan: visitors count from the middle of the widest.
        sources = entrance_cells(ground.entrance, ground.entrance)[:1]
    if len(sources) == 0:
        return 0.0
    far = walk_distances(open_floor, ground.cell_m, sources).min(axis=0)
    visitors = max(float(problem.flow[0].sum()), 1e-9)
    total = 0.0
    for i in range(problem.count):
        people = float(problem.flow[0, i + 1] + problem.flow[i + 1, 0])
        if people > 0:
            beside = ndimage.binary_dilation(_places(problem, i)) & open_floor
            least = float(far[beside].min(initial=np.inf))
            total += people * least if np.isfinite(least) else 0.0
    return total / visitors


def _places(problem: PackProblem, i: int) -> Mask:
    """Return every cell that a zone's first rectangle may cover."""
    if problem.is_locked(i):
        x, y, w, h = problem.locked[i, :4]
        covered = np.zeros_like(problem.ground.free)
        covered[y : y + h, x : x + w] = True
        return covered
    covered = np.zeros_like(problem.ground.buildable)
    for u, v in _smallest(problem.shapes[i]):
        for w, h in ((u, v), (v, u)):
            covered |= ndimage.binary_opening(problem.ground.buildable, structure=np.ones((h, w), dtype=bool))
    return covered


def _smallest(shapes: Ints) -> Ints:
    """Return the shapes that hold no other: where a larger one fits, one of these fits on each of its cells."""
    wider, deeper = (shapes[:, None, part] >= shapes[None, :, part] for part in (0, 1))
    holds = np.logical_and(wider, deeper)
    np.fill_diagonal(holds, val=False)
    return np.asarray(shapes[np.logical_not(holds).all(axis=1)])
