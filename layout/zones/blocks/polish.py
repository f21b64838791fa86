"""Keep a plan's topology and seek its best dimensions, with proof: `polish`.

The topology says for each pair i, j of blocks which lies left of or below which. Given it, the problem is convex:

minimise    Σ_{i<j} φ_ij (dx_ij + dy_ij),  dx_ij ≥ |x_i − x_j|,  dy_ij ≥ |y_i − y_j|
subject to  x_j − x_i ≥ (w_i + w_j) / 2  where i lies left of j,  the same in y where i lies below j
            w_i / 2 ≤ x_i ≤ W − w_i / 2,  m_i ≤ w_i ≤ a_i / m_i,  the same in y
            w_i · h_i ≥ a_i

Only the last rows are not linear. w · h ≥ a holds just where it holds for each tangent at t > 0,

            (a / t²) w + h ≥ 2 a / t,

so the linear program with some tangents can only be too cheap: its price is a bound for the topology. Tangents are
added where its answer is short of area (J. E. Kelley, *The cutting-plane method for solving convex programs*, 1960)
until none is. A block larger than its area is then shrunk about its middle, the longer side first, which costs nothing
and keeps the limits on sides.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from layout.zones.blocks.check import check_blocks, price_blocks
from layout.zones.blocks.problem import BlockPlan, BlockProblem
from layout.zones.blocks.rows import Rows, Terms
from outlet.mip import MipModel, Relaxation
from outlet.outcome import Limits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDS = 40
SHORT = 1e-9
FIRST_TANGENTS = 4
LONGEST = 1000.0
"""Length of the hall's longer side in the linear program, so that the solver's tolerance of 1e-7 is small beside it."""


@dataclass(frozen=True)
class Topology:
    """Which blocks lie apart how: ``first`` lies left of ``second`` (axis 0) or below it (axis 1); shape (pairs,)."""

    first: Ints
    second: Ints
    axis: Ints


def topology_of(rectangles: Floats) -> Topology:
    """Return how the blocks of a plan lie apart; where both ways hold, along the axis with more room between."""
    low, high = rectangles[:, :2], rectangles[:, :2] + rectangles[:, 2:]
    one, two = np.triu_indices(len(rectangles), 1)
    room = np.stack([low[two] - high[one], low[one] - high[two]], axis=2)
    best = room.reshape(len(one), 4).argmax(axis=1)
    swapped = best % 2 == 1
    return Topology(np.where(swapped, two, one), np.where(swapped, one, two), best // 2)


def polish(problem: BlockProblem, rectangles: Floats, seconds: float) -> BlockPlan:
    """Return the best plan with the topology of ``rectangles``, or these with the bound that was reached in time."""
    better, bound = best_dimensions(problem, topology_of(rectangles), seconds)
    plan = rectangles
    if better is not None and not check_blocks(problem, better):
        kept = not check_blocks(problem, rectangles)
        if not (kept and _price(problem, better) >= _price(problem, rectangles)):
            plan = better
    if bound is None:
        return BlockPlan(plan)
    price = _price(problem, plan)
    bound = min(bound, price)
    return BlockPlan(plan, topology_bound=bound, topology_gap=(price - bound) / max(price, 1e-9))


def best_dimensions(problem: BlockProblem, topology: Topology, seconds: float) -> tuple[Floats | None, float | None]:
    """Return the best rectangles of a topology, shape (k, 4), and a bound for it.

    Rectangles are None where it has none or time ran out; the bound is None where not even one program was solved.
    """
    deadline = time.perf_counter() + seconds
    scale = LONGEST / max(problem.width, problem.height)
    program = _Program(_scaled(problem, scale), topology)
    bound = None
    for _ in range(ROUNDS):
        left = deadline - time.perf_counter()
        found = program.solve(left) if left > 0 else None
        if found is None:
            break
        x, bound = found[0], found[1] / scale
        if program.cut(x) <= SHORT:
            return program.plan(x) / scale, bound
    return None, bound


def _price(problem: BlockProblem, rectangles: Floats) -> float:
    return price_blocks(rectangles, problem.flow)


def _scaled(problem: BlockProblem, scale: float) -> BlockProblem:
    return replace(
        problem,
        width=problem.width * scale,
        height=problem.height * scale,
        areas=problem.areas * scale**2,
        min_side=problem.min_side * scale,
    )


class _Program:
    """The linear program: columns x, y, w, h of k blocks, then dx, dy of the pairs with trips."""

    def __init__(self, problem: BlockProblem, topology: Topology) -> None:
        self._problem = problem
        self._k = k = len(problem.areas)
        least = problem.least_side
        trips = problem.trips
        one, two = np.nonzero(np.triu(trips))
        pairs = trips[one, two]
        size = np.array([problem.width, problem.height])
        most = np.minimum((problem.areas / least)[None, :], size[:, None])
        zeros = np.zeros(2 * len(one))
        self._columns = 4 * k + len(zeros)
        rows = Rows(self._columns)
        for axis in (0, 1):
            self._distances(rows, axis, one, two)
            self._places(rows, axis, topology, size[axis])
        for share in np.linspace(0.0, 1.0, FIRST_TANGENTS):
            self._tangents(rows, np.arange(k), least * (problem.areas / least**2) ** share)
        model = MipModel(
            cost=np.concatenate([np.zeros(4 * k), pairs, pairs]),
            lower=np.concatenate([np.zeros(2 * k), least, least, zeros]),
            upper=np.concatenate([np.repeat(size, k), most.ravel(), np.repeat(size, len(one))]),
            integer=np.zeros(self._columns, dtype=bool),
            rows=rows.matrix(),
            row_lower=rows.lower(),
            row_upper=np.full(len(rows.lower()), np.inf),
        )
        self._relaxation = Relaxation(model, Limits(workers=1))

    def _distances(self, rows: Rows, axis: int, one: Ints, two: Ints) -> None:
        apart = 4 * self._k + axis * len(one) + np.arange(len(one))
        at, other = axis * self._k + one, axis * self._k + two
        rows.add([(apart, 1.0), (at, -1.0), (other, 1.0)], np.zeros(len(one)))
        rows.add([(apart, 1.0), (at, 1.0), (other, -1.0)], np.zeros(len(one)))

    def _places(self, rows: Rows, axis: int, topology: Topology, size: float) -> None:
        k = self._k
        middle, side = axis * k + np.arange(k), (2 + axis) * k + np.arange(k)
        rows.add([(middle, 1.0), (side, -0.5)], np.zeros(k))
        rows.add([(middle, -1.0), (side, -0.5)], np.full(k, -size))
        chosen = topology.axis == axis
        before, after = topology.first[chosen], topology.second[chosen]
        apart: Terms = [(middle[after], 1.0), (middle[before], -1.0), (side[before], -0.5), (side[after], -0.5)]
        rows.add(apart, np.zeros(len(before)))

    def _tangents(self, rows: Rows, blocks: Ints, at: Floats) -> None:
        area = self._problem.areas[blocks]
        rows.add([(2 * self._k + blocks, area / at**2), (3 * self._k + blocks, np.ones(len(blocks)))], 2 * area / at)

    def solve(self, seconds: float) -> tuple[Floats, float] | None:
        """Return x and the price, or None where there is none in time."""
        found = self._relaxation.solve(seconds)
        return None if found is None else (found[0], found[1])

    def cut(self, x: Floats) -> float:
        """Add a tangent for each block that is short of area; return the largest shortfall, a share of the area."""
        k, areas = self._k, self._problem.areas
        wide, high = x[2 * k : 3 * k], x[3 * k : 4 * k]
        short = 1.0 - wide * high / areas
        blocks = np.flatnonzero(short > SHORT)
        if len(blocks):
            rows = Rows(self._columns)
            self._tangents(rows, blocks, np.sqrt(areas[blocks] * wide[blocks] / high[blocks]))
            self._relaxation.add_rows(rows.matrix(), rows.lower(), np.full(len(blocks), np.inf))
        return float(short.max())

    def plan(self, x: Floats) -> Floats:
        """Return the rectangles, each shrunk to its area about its middle, the longer side first."""
        k, areas = self._k, self._problem.areas
        sides = x[2 * k : 4 * k].reshape(2, k)
        short = np.minimum(sides.min(axis=0), np.sqrt(areas))
        wide = np.where(sides[0] <= sides[1], short, areas / short)
        high = areas / wide
        return np.column_stack([x[:k] - wide / 2, x[k : 2 * k] - high / 2, wide, high])
