"""Divide a rectangle into blocks of given areas: `block_layout`, the unequal-area facility layout problem.

Blocks i with areas a_i in a hall W × H, flow φ_ij between them:

minimise    Σ_ij φ_ij (|x_i − x_j| + |y_i − y_j|),  x, y the middles of the blocks
subject to  w_i · h_i = a_i, blocks disjoint and inside the hall,
            max(w_i, h_i) ≤ β_i · min(w_i, h_i), min(w_i, h_i) ≥ μ_i

Answered over slicing layouts: a binary tree whose inner nodes cut their rectangle across or along in the ratio of the
areas below, so that every area is exact and the hall is filled; where the areas leave space, an empty block takes it.
Trees are normalised Polish expressions (D. F. Wong and C. L. Liu, *A new algorithm for floorplan design*, DAC 1986),
annealed with three moves and several starts. Limits on sides are priced and then required.

Bound: two blocks lie apart along one axis, there by at least half of each one's least side m_i = max(μ_i,
√(a_i / β_i), a_i / max(W, H)); so φ_ij (m_i + m_j) / 2 summed can never be undercut.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from layout.zones.slicing import anneal_slicing
from outlet.errors import InputError
from outlet.outcome import Limits, Outcome, StoppedBy

Floats = NDArray[np.float64]

TRIALS = 150_000
RESTARTS = 12
TOLERANCE = 1e-7
ANY_ASPECT = 1e6


@dataclass(frozen=True)
class BlockPlan:
    """Blocks in their places: ``rectangles`` has shape (k, 4), x, y, width, height of each block."""

    rectangles: Floats


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
        """Shape (k,): the least side each block can have."""
        by_aspect = np.sqrt(self.areas / self.aspect)
        return np.maximum(np.maximum(self.min_side, by_aspect), self.areas / max(self.width, self.height))

    @property
    def bound(self) -> float:
        """A price no plan can undercut."""
        side = self.least_side
        apart = (side[:, None] + side[None, :]) / 2
        np.fill_diagonal(apart, 0.0)
        return float((self.flow * apart).sum())


def block_layout(
    width: float,
    height: float,
    areas: ArrayLike,
    flow: ArrayLike,
    aspect: ArrayLike | None = None,
    min_side: ArrayLike | None = None,
    limits: Limits | None = None,
) -> Outcome[BlockPlan]:
    """Divide a rectangle into blocks of given areas, with little flow × distance.

    Parameters
    ----------
    width, height
        The hall, metres.
    areas
        Shape (k,): areas of the blocks, square metres; met exactly.
    flow
        Shape (k, k): people from block to block, ordered pairs.
    aspect
        Shape (k,) or a scalar: largest ratio of long to short side; None: any.
    min_side
        Shape (k,) or a scalar: least side, metres; None: any.
    limits
        ``work`` counts starts (default 12); ``seconds`` and ``seed`` as usual.

    Returns
    -------
    Outcome
        ``infeasible`` where the areas exceed the hall or a block's limits contradict each other, ``undecided`` where
        no slicing layout within the limits on sides was found.

    >>> outcome = block_layout(4.0, 2.0, [4.0, 4.0], [[0, 1], [0, 0]], limits=Limits(work=1))
    >>> outcome.status, outcome.objective
    ('optimal', 1.0)
    """
    started = time.perf_counter()
    limits = limits or Limits()
    problem = _problem(width, height, areas, flow, aspect, min_side)
    reasons = _contradictions(problem)
    if reasons:
        return Outcome(
            status="infeasible",
            solution=None,
            objective=None,
            bound=None,
            seconds=time.perf_counter() - started,
            stopped_by="proof",
            reasons=reasons,
        )
    best, stopped_by = _search(problem, limits, started)
    seconds = time.perf_counter() - started
    if best is None:
        why = "no slicing layout keeps aspect and min_side"
        return Outcome(
            status="undecided",
            solution=None,
            objective=None,
            bound=problem.bound,
            seconds=seconds,
            stopped_by=stopped_by,
            reasons=(why,),
        )
    objective = price_blocks(best, problem.flow)
    proved = objective <= problem.bound * (1 + 1e-9) + 1e-12
    return Outcome(
        status="optimal" if proved else "feasible",
        solution=BlockPlan(best),
        objective=objective,
        bound=problem.bound,
        seconds=seconds,
        stopped_by="proof" if proved else stopped_by,
    )


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


def _problem(
    width: float,
    height: float,
    areas: ArrayLike,
    flow: ArrayLike,
    aspect: ArrayLike | None,
    min_side: ArrayLike | None,
) -> BlockProblem:
    sizes = np.asarray(areas, dtype=np.float64)
    most = np.full(sizes.shape, np.inf) if aspect is None else np.broadcast_to(aspect, sizes.shape)
    least = np.zeros(sizes.shape) if min_side is None else np.broadcast_to(min_side, sizes.shape)
    return BlockProblem(
        width=float(width),
        height=float(height),
        areas=sizes,
        flow=np.asarray(flow, dtype=np.float64),
        aspect=np.asarray(most, dtype=np.float64),
        min_side=np.asarray(least, dtype=np.float64),
    )


def _contradictions(problem: BlockProblem) -> tuple[str, ...]:
    hall = problem.width * problem.height
    total = float(problem.areas.sum())
    if total > hall * (1 + 1e-9):
        return (f"the blocks need {total:g} m², the hall has {hall:g} m²: {total - hall:g} m² short",)
    side = problem.least_side
    narrow = [
        f"block {i} of {area:g} m² cannot have sides of at least {least:g} m in this hall"
        for i, (area, least) in enumerate(zip(problem.areas, side, strict=True))
        if least * least > area * (1 + 1e-9) or least > min(problem.width, problem.height) * (1 + 1e-9)
    ]
    return tuple(narrow)


def _search(problem: BlockProblem, limits: Limits, started: float) -> tuple[Floats | None, StoppedBy]:
    spare = problem.width * problem.height - float(problem.areas.sum())
    empty = spare > TOLERANCE * problem.width * problem.height
    areas = np.append(problem.areas, spare) if empty else problem.areas
    k, n = len(problem.areas), len(areas)
    flow = np.zeros((n, n))
    flow[:k, :k] = problem.flow + problem.flow.T
    aspect = np.minimum(np.append(problem.aspect, np.full(n - k, np.inf)), ANY_ASPECT)
    least = np.append(problem.min_side, np.zeros(n - k))
    hall = problem.width, problem.height
    best: Floats | None = None
    for number in range(round(limits.work) if limits.work is not None else RESTARTS):
        if time.perf_counter() - started > limits.seconds:
            return best, "time"
        seed = (limits.seed * 1_000_003 + number) % 2**31
        found = anneal_slicing(hall, areas, flow, np.stack([aspect, least]), TRIALS, seed)[:k]
        better = best is None or price_blocks(found, problem.flow) < price_blocks(best, problem.flow) - 1e-9
        if better and not check_blocks(problem, found):
            best = found
        if best is not None and price_blocks(best, problem.flow) <= problem.bound * (1 + 1e-9):
            break
    return best, "work"
