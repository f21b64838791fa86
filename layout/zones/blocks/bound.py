"""Bound the price of any plan from below: `lower_bound`.

Two blocks lie apart along one axis, there by at least half of each one's least side m_i; so φ_ij (m_i + m_j) / 2
summed over all pairs can never be undercut.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layout.zones.blocks.problem import BlockProblem
from outlet.outcome import Limits, StoppedBy


@dataclass(frozen=True)
class Bound:
    """A price no plan can undercut, and what ended its search."""

    value: float
    stopped_by: StoppedBy


def lower_bound(problem: BlockProblem, limits: Limits, seconds: float, price: float | None) -> Bound:
    """Return the bound that was proved within ``limits.work`` or ``seconds``; ``price`` is the best plan's."""
    side = problem.least_side
    return Bound(float((np.triu(problem.trips) * (side[:, None] + side[None, :])).sum() / 2), "work")
