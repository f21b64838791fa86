"""Rank many candidates under many weights and count the ranks: compiled with numba, kept on disk.

Scores are cut to multiples of 1e-6, so that what differs by rounding alone is equal, and sorted by their digits, nine
bits at a time from the lowest (radix sort): linear in the candidates, and equal scores keep their order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, uncounted

SCALE = 1_000_000
_DIGIT = 9
_DIGITS = 3
"""100 · SCALE < 2^27."""


@compiled
def rank_block(scores: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return ranks from 1, the greatest score first, shape (b, m), of scores 0–100, shape (b, m).

    Equal scores, to a millionth, rank in the order of the columns.
    """
    b, m = scores.shape
    ranks = np.empty((b, m), dtype=np.int32)
    keys, other = np.empty(m, dtype=np.uint32), np.empty(m, dtype=np.uint32)
    at, place = np.empty(m, dtype=np.int32), np.empty(m, dtype=np.int32)
    mask = np.uint32((1 << _DIGIT) - 1)
    starts = np.empty((_DIGITS, 1 << _DIGIT), dtype=np.int64)
    for draw in range(b):
        starts[:] = 0
        for j in range(m):
            lost = np.rint((100.0 - scores[draw, j]) * SCALE)
            key = np.uint32(min(max(lost, 0.0), 100.0 * SCALE))
            keys[j] = key
            at[j] = j
            for digit in range(_DIGITS):
                starts[digit, (key >> np.uint32(digit * _DIGIT)) & mask] += 1
        for digit in range(_DIGITS):
            shift = np.uint32(digit * _DIGIT)
            below = 0
            for value in range(1 << _DIGIT):
                count = starts[digit, value]
                starts[digit, value] = below
                below += count
            for j in range(m):
                value = (keys[j] >> shift) & mask
                to = starts[digit, value]
                starts[digit, value] = to + 1
                other[to] = keys[j]
                place[to] = at[j]
            keys, other = other, keys
            at, place = place, at
        for position in range(m):
            ranks[draw, at[position]] = position + 1
    return ranks


@uncounted
def count_bins(ranks: NDArray[np.int32], first: NDArray[np.int64], width: int, counts: NDArray[np.int32]) -> None:
    """Add to ``counts``, shape (m, bins), how often candidate j ranks in bin (rank − 1 − first_j) // width.

    ``ranks`` has shape (b, m), from 1; ranks before the first bin or after the last are not counted.
    """
    bins = counts.shape[1]
    for j in range(ranks.shape[1]):
        for draw in range(ranks.shape[0]):
            offset = ranks[draw, j] - 1 - first[j]
            if offset >= 0 and offset // width < bins:
                counts[j, offset // width] += 1


@compiled
def quantile_of_counts(
    counts: NDArray[np.int32], places: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the bin that holds the element at each place (from 0) in sorted order, and its place within the bin.

    ``counts`` has shape (m, bins), ``places`` shape (m,); a place beyond all that is counted is in the last bin.
    """
    m, bins = counts.shape
    found, rest = np.empty(m, dtype=np.int64), np.empty(m, dtype=np.int64)
    for j in range(m):
        left = places[j]
        at = 0
        while at < bins - 1 and left >= counts[j, at]:
            left -= counts[j, at]
            at += 1
        found[j], rest[j] = at, left
    return found, rest
