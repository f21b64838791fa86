r"""Hold who pulls whom, scaled so that rivals and what is locked open count as 1, and change an open set in place.

With a_ij the attraction of a candidate over that of rivals and of what is locked open, s_i what is open beside::

    won_i = d_i s_i / (1 + s_i),      candidate j adds  d_i a_ij / ((1 + s_i) (1 + s_i + a_ij))

Kernels that move one outlet touch only the pairs of the demand points it pulls.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, kernel, uncounted
from siting.locate.problem.pairs import Pairs

Ints = NDArray[np.int64]
Int32s = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_PULL = 1e18
"""Scaled attraction beyond which a demand point is won whole in double precision."""


class Pull(NamedTuple):
    """Scaled attraction by demand point, greatest first, and by candidate; demand by point, shape (n,).

    ``part`` (n,) numbers parts of the demand points that are bounded apart.
    """

    start: Ints
    candidate: Int32s
    attraction: Floats
    by_start: Ints
    by_point: Int32s
    by_attraction: Floats
    demand: Floats
    part: Ints


def make_pull(pairs: Pairs, rivals: Floats, demand: Floats) -> Pull:
    """Return what pulls demand points: ``rivals`` and ``demand`` as what is locked open leaves them, shape (n,)."""
    with np.errstate(over="ignore"):
        scaled = np.minimum(pairs.cost / np.repeat(rivals, np.diff(pairs.start)), MOST_PULL)
    start = pairs.start.astype(np.int64)
    candidate, attraction = pairs.candidate.astype(np.int32), np.asarray(scaled, dtype=np.float64)
    by_start, by_point, by_attraction = _by_candidate(start, candidate, attraction, pairs.m)
    candidate, attraction = candidate.copy(), attraction.copy()
    _greatest_first(start, candidate, attraction)
    return Pull(
        start, candidate, attraction, by_start, by_point, by_attraction, demand, np.zeros(len(demand), dtype=np.int64)
    )


@compiled
def _by_candidate(start: Ints, candidate: Int32s, attraction: Floats, m: int) -> tuple[Ints, Int32s, Floats]:
    by_start = np.zeros(m + 1, dtype=np.int64)
    for at in range(len(candidate)):
        by_start[candidate[at] + 1] += 1
    for j in range(m):
        by_start[j + 1] += by_start[j]
    free = by_start[:-1].copy()
    by_point, by_attraction = np.empty(len(candidate), dtype=np.int32), np.empty(len(candidate))
    for i in range(len(start) - 1):
        for at in range(start[i], start[i + 1]):
            place = free[candidate[at]]
            by_point[place], by_attraction[place] = i, attraction[at]
            free[candidate[at]] += 1
    return by_start, by_point, by_attraction


@compiled
def _greatest_first(start: Ints, candidate: Int32s, attraction: Floats) -> None:
    for i in range(len(start) - 1):
        first, last = start[i], start[i + 1]
        order = np.argsort(-attraction[first:last], kind="mergesort")
        candidate[first:last] = candidate[first:last][order]
        attraction[first:last] = attraction[first:last][order]


@compiled
def pull_of(pull: Pull, opened: Ints) -> Floats:
    """Return the scaled attraction of a set for every demand point, shape (n,)."""
    own = np.zeros(len(pull.demand))
    for j in opened:
        for at in range(pull.by_start[j], pull.by_start[j + 1]):
            own[pull.by_point[at]] += pull.by_attraction[at]
    return own


@uncounted
def won_with(pull: Pull, own: Floats) -> float:
    """Return the demand won with an attraction, shape (n,)."""
    total = 0.0
    for i in range(len(own)):
        total += pull.demand[i] * (own[i] / (1.0 + own[i]))
    return total


@kernel
def gain_of(pull: Pull, own: Floats, j: int) -> float:
    """Return what candidate j adds to a set."""
    total = 0.0
    for at in range(pull.by_start[j], pull.by_start[j + 1]):
        i = pull.by_point[at]
        before = 1.0 + own[i]
        total += pull.demand[i] / before * (pull.by_attraction[at] / (before + pull.by_attraction[at]))
    return total


@compiled
def gains_of(pull: Pull, own: Floats) -> Floats:
    """Return what every candidate adds to a set, shape (m,)."""
    m = len(pull.by_start) - 1
    gain = np.empty(m)
    for j in range(m):
        gain[j] = gain_of(pull, own, j)
    return gain


@uncounted
def shift(pull: Pull, own: Floats, gain: Floats, j: int, sign: float) -> None:
    """Open (1) or shut (−1) candidate j: change ``own`` and every ``gain`` in place."""
    for at in range(pull.by_start[j], pull.by_start[j + 1]):
        i = pull.by_point[at]
        before = 1.0 + own[i]
        own[i] = max(0.0, own[i] + sign * pull.by_attraction[at])
        after = 1.0 + own[i]
        for entry in range(pull.start[i], pull.start[i + 1]):
            a = pull.attraction[entry]
            gain[pull.candidate[entry]] += pull.demand[i] * (a / (after + a) / after - a / (before + a) / before)
