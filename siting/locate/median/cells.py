"""Cut the demand of a p-median into cells that share few candidates.

The points that one outlet of a good plan serves are a *territory*. Territories are joined while a cell has no more than
so many outlets, those first that the same candidates would save much in: at multipliers λ, candidate j saves
R_aj = Σ_{i ∈ a} max(0, λ_i − c_ij) in territory a, and a and b have Σ_j min(R_aj, R_bj) in common, over the root of
their sizes. Clustered demand falls apart into cells that have next to nothing in common.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outlet.compiled import compiled
from siting.locate.median.near import Flags, Floats, Ints, Nearest, by_candidate
from siting.locate.problem.plan import Positions


@dataclass
class Cell:
    """The pairs of a cell, its candidates among all, multipliers to begin with, and the best set of candidates."""

    near: Nearest
    candidates: Positions
    value: Floats
    is_open: Flags


@compiled
def served_by(near: Nearest, is_open: Flags) -> Ints:
    """Return the nearest open candidate of each demand point, −1 where its window has none."""
    who = np.full(len(near.limit), -1, dtype=np.int64)
    for i in range(len(who)):
        for at in range(near.start[i], near.start[i + 1]):
            if near.cost[at] >= near.limit[i]:
                break
            if is_open[near.candidate[at]]:
                who[i] = near.candidate[at]
                break
    return who


@compiled
def savings(near: Nearest, value: Floats, group: Ints, groups: int, m: int) -> Floats:
    """Return what each candidate saves against the multipliers in each group of demand points, shape (m, groups)."""
    saved = np.zeros((m, groups))
    for i in range(len(value)):
        for at in range(near.start[i], near.start[i + 1]):
            if near.cost[at] >= value[i]:
                break
            saved[near.candidate[at], group[i]] += value[i] - near.cost[at]
    return saved


@compiled
def _common(saved: Floats) -> Floats:
    """Return what the same candidates save in two groups, shape (groups, groups)."""
    m, groups = saved.shape
    common = np.zeros((groups, groups))
    for j in range(m):
        there = np.flatnonzero(saved[j] > 0.0)
        for a in there:
            for b in there:
                if a != b:
                    common[a, b] += min(saved[j, a], saved[j, b])
    return common


def cells_of(near: Nearest, value: Floats, is_open: Flags, usable: Flags, most: int) -> Ints:
    """Return the cell of each demand point, numbered from 0; cells have at most ``most`` outlets of the plan."""
    opened = np.flatnonzero(is_open)
    place = np.zeros(len(is_open) + 1, dtype=np.int64)
    place[opened] = np.arange(len(opened))
    territory = place[served_by(near, is_open)]
    saved = savings(near, value, territory, len(opened), len(is_open))
    common = _common(np.where(usable[:, None], saved, 0.0))
    size, cell = np.ones(len(opened)), np.arange(len(opened))
    while True:
        score = np.where(size[:, None] + size <= most, common / np.sqrt(np.outer(size, size)), 0.0)
        a, b = divmod(int(score.argmax()), len(opened))
        if score[a, b] <= 0.0:
            break
        cell[cell == b] = a
        common[a] += common[b]
        common[:, a] += common[:, b]
        common[a, a] = common[b] = common[:, b] = 0.0
        size[a] += size[b]
    return np.unique(cell[territory], return_inverse=True)[1].astype(np.int64)


def cell_at(near: Nearest, points: Positions, value: Floats, is_open: Flags, usable: Flags) -> Cell:
    """Return the cell of some demand points, with the usable candidates of their windows."""
    length = np.diff(near.start)[points]
    row = np.repeat(np.arange(len(points)), length)
    at = np.arange(len(row)) + np.repeat(near.start[points] - np.cumsum(length) + length, length)
    counts = usable[near.candidate[at]]
    at, row = at[counts], row[counts]
    candidates, place = np.unique(near.candidate[at], return_inverse=True)
    start = np.searchsorted(row, np.arange(len(points) + 1)).astype(np.int64)
    candidate, cost = place.astype(np.int32), near.cost[at]
    limit = near.limit[points]
    own = Nearest(start, candidate, cost, limit, *by_candidate(start, candidate, cost, len(candidates)))
    return Cell(own, candidates.astype(np.int64), np.minimum(value[points], limit), is_open[candidates])
