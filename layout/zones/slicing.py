"""Anneal slicing layouts in compiled code: `anneal_slicing`; see `layout.zones.blocks` for the problem.

A layout is a Polish expression of n blocks (numbers from 0) and n − 1 cuts (`ACROSS`, `ALONG`): each cut joins the two
parts before it.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from layout.zones.draws import draw, pick

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ACROSS, ALONG = -1, -2
STEEP = 3.0
EPSILON = 1e-9


@njit(cache=True)
def _cut(
    tokens: Ints, hall: tuple[float, float], areas: Floats, rectangles: Floats, below: Floats, stack: Ints
) -> None:
    """Cut the hall by a Polish expression, from its end (the root) down."""
    size = len(tokens)
    height = 0
    for at in range(size):
        if tokens[at] >= 0:
            below[at, 4] = areas[tokens[at]]
            below[at, 5] = at
        else:
            right = stack[height - 1]
            left = stack[height - 2]
            height -= 2
            below[at, 4] = below[left, 4] + below[right, 4]
            below[at, 5] = left
        stack[height] = at
        height += 1
    below[size - 1, 0], below[size - 1, 1] = 0.0, 0.0
    below[size - 1, 2], below[size - 1, 3] = hall
    for at in range(size - 1, -1, -1):
        x, y, w, h = below[at, 0], below[at, 1], below[at, 2], below[at, 3]
        if tokens[at] >= 0:
            i = tokens[at]
            rectangles[i, 0], rectangles[i, 1], rectangles[i, 2], rectangles[i, 3] = x, y, w, h
            continue
        left, right = int(below[at, 5]), at - 1
        share = below[left, 4] / below[at, 4]
        below[left, 0], below[left, 1] = x, y
        if tokens[at] == ACROSS:
            below[left, 2], below[left, 3] = w * share, h
            below[right, 0], below[right, 1] = x + w * share, y
            below[right, 2], below[right, 3] = w * (1.0 - share), h
        else:
            below[left, 2], below[left, 3] = w, h * share
            below[right, 0], below[right, 1] = x, y + h * share
            below[right, 2], below[right, 3] = w, h * (1.0 - share)


@njit(cache=True)
def _price(rectangles: Floats, flow: Floats, sides: Floats) -> tuple[float, float]:
    """Return flow × distance, and by how many metres sides break their limits."""
    cost, broken = 0.0, 0.0
    for i in range(len(rectangles)):
        w, h = rectangles[i, 2], rectangles[i, 3]
        x, y = rectangles[i, 0] + w / 2, rectangles[i, 1] + h / 2
        short, long = min(w, h), max(w, h)
        broken += max(0.0, (long - sides[0, i] * short) / (1.0 + sides[0, i])) + max(0.0, sides[1, i] - short)
        for j in range(i):
            if flow[i, j] > 0:
                dx = abs(x - rectangles[j, 0] - rectangles[j, 2] / 2)
                dy = abs(y - rectangles[j, 1] - rectangles[j, 3] / 2)
                cost += flow[i, j] * (dx + dy)
    return cost, broken


@njit(cache=True)
def _change(tokens: Ints, state: NDArray[np.uint64]) -> None:
    """Exchange two blocks, turn a run of cuts, or exchange a block with the cut beside it."""
    size = len(tokens)
    kind = draw(state)
    at = pick(state, size)
    if kind < 0.45:
        other = pick(state, size)
        if tokens[at] >= 0 and tokens[other] >= 0:
            tokens[at], tokens[other] = tokens[other], tokens[at]
    elif kind < 0.65:
        while at < size and tokens[at] < 0:
            tokens[at] = ACROSS + ALONG - tokens[at]
            at += 1
    elif at + 1 < size and (tokens[at] >= 0) != (tokens[at + 1] >= 0):
        tokens[at], tokens[at + 1] = tokens[at + 1], tokens[at]
        _mend(tokens)


@njit(cache=True)
def _mend(tokens: Ints) -> None:
    """Turn every cut that repeats the one before it (normal form)."""
    for at in range(1, len(tokens)):
        if tokens[at] < 0 and tokens[at] == tokens[at - 1]:
            tokens[at] = ACROSS + ALONG - tokens[at]


@njit(cache=True)
def _balanced(tokens: Ints) -> bool:
    """Tell whether every cut has two parts to its left."""
    height = 0
    for token in tokens:
        height += 1 if token >= 0 else -1
        if height < 1:
            return False
    return height == 1


@njit(cache=True)
def anneal_slicing(
    hall: tuple[float, float], areas: Floats, flow: Floats, sides: Floats, trials: int, seed: int
) -> Floats:
    """Return the rectangles of the best slicing layout of one annealing, shape (n, 4).

    ``flow`` is symmetric; ``sides`` holds the largest aspect and the least side of each block.
    """
    state = np.array([np.uint64(seed)], dtype=np.uint64)
    n = len(areas)
    tokens = np.empty(2 * n - 1, dtype=np.int64)
    order = np.arange(n)
    for i in range(n - 1, 0, -1):
        j = pick(state, i + 1)
        order[i], order[j] = order[j], order[i]
    tokens[0] = order[0]
    for i in range(1, n):
        tokens[2 * i - 1] = order[i]
        tokens[2 * i] = ACROSS if draw(state) < 0.5 else ALONG
    rectangles, below = np.empty((n, 4)), np.empty((2 * n - 1, 6))
    stack = np.empty(2 * n, dtype=np.int64)
    _cut(tokens, hall, areas, rectangles, below, stack)
    cost, broken = _price(rectangles, flow, sides)
    scale = max(cost, 1e-9)
    steep = STEEP * scale / max(hall)
    best, best_cost, best_broken = rectangles.copy(), cost, broken
    trial = tokens.copy()
    warm, cold = 0.2 * scale, 1e-5 * scale
    for step in range(trials):
        warmth = warm * (cold / warm) ** (step / trials)
        trial[:] = tokens
        _change(trial, state)
        if not _balanced(trial):
            continue
        _cut(trial, hall, areas, rectangles, below, stack)
        new, wrong = _price(rectangles, flow, sides)
        change = new - cost + steep * (wrong - broken)
        if change <= 0 or draw(state) < np.exp(-change / warmth):
            tokens[:] = trial
            cost, broken = new, wrong
            fewer = broken < best_broken - EPSILON
            if fewer or (broken < best_broken + EPSILON and cost < best_cost - EPSILON):
                best_cost, best_broken = cost, broken
                best[:] = rectangles
    return best
