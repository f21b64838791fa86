r"""Decide whether k candidates cover every demand point, by branching on who covers the hardest one, compiled.

With U the demand points still uncovered, N_i those of the candidates left that cover i, and any weights u_i ≥ 0, no k
candidates cover U where the k largest Σ_{i ∈ U, j ∈ N_i} u_i together are less than Σ_{i ∈ U} u_i. With u the dual of
the set covering relaxation this is its bound, and it grows sharper as U shrinks. The point of the fewest candidates is
branched on: one of them must open; one that has been tried is shut for its later siblings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled
from siting.locate.local_search import Cover

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FOUND, NONE, TOO_MANY_NODES = 1, 0, -1
_ROUNDING = 1e-9


@compiled
def cover_within(cover: Cover, k: int, most_nodes: int) -> tuple[int, Ints, int]:
    """Look for at most k candidates that cover every demand point.

    Parameters
    ----------
    cover
        Who covers whom, with weights above 0.
    k
        Number of candidates, from 0.
    most_nodes
        Where to give up.

    Returns
    -------
    ``FOUND`` with the candidates, shape (at most k,), or ``NONE``, proved, or ``TOO_MANY_NODES``, with no candidates;
    and the number of nodes looked at.
    """
    m, n = len(cover.by_start) - 1, len(cover.weight)
    covered, shut = np.zeros((k + 1, n), dtype=np.bool_), np.zeros((k + 1, m), dtype=np.bool_)
    branch, length = np.zeros((k + 1, m), dtype=np.int64), np.zeros(k + 1, dtype=np.int64)
    at, chosen = np.zeros(k + 1, dtype=np.int64), np.zeros(k + 1, dtype=np.int64)
    gain = np.zeros(m)
    depth, nodes, is_new = 0, 0, True
    while depth >= 0:
        if is_new:
            nodes += 1
            if covered[depth].all():
                return FOUND, chosen[:depth].copy(), nodes
            if nodes > most_nodes:
                return TOO_MANY_NODES, chosen[:0].copy(), nodes
            length[depth], at[depth] = _expand(cover, covered[depth], shut[depth], k - depth, gain, branch[depth]), 0
            is_new = False
        if at[depth] == length[depth]:
            depth -= 1
            if depth >= 0:
                shut[depth, chosen[depth]] = True
            continue
        j = branch[depth, at[depth]]
        at[depth] += 1
        chosen[depth] = j
        covered[depth + 1], shut[depth + 1] = covered[depth], shut[depth]
        for entry in range(cover.by_start[j], cover.by_start[j + 1]):
            covered[depth + 1, cover.by_point[entry]] = True
        depth += 1
        is_new = True
    return NONE, chosen[:0].copy(), nodes


@compiled
def _expand(cover: Cover, covered: Flags, shut: Flags, left: int, gain: Floats, branch: Ints) -> int:
    """Fill the candidates to try next, the greatest gain first; return how many, 0 where no cover can come of it."""
    if left == 0:
        return 0
    total = _weigh(cover, covered, shut, gain)
    if _largest(gain, left) < total * (1.0 - _ROUNDING):
        return 0
    hardest, fewest = -1, len(gain) + 1
    for i in range(len(covered)):
        if not covered[i]:
            count = 0
            for entry in range(cover.start[i], cover.start[i + 1]):
                if not shut[cover.candidate[entry]]:
                    count += 1
            if count < fewest:
                hardest, fewest = i, count
    found = 0
    for entry in range(cover.start[hardest], cover.start[hardest + 1]):
        if not shut[cover.candidate[entry]]:
            branch[found] = cover.candidate[entry]
            found += 1
    order = np.argsort(-gain[branch[:found]], kind="mergesort")
    branch[:found] = branch[:found][order]
    return found


@compiled
def _weigh(cover: Cover, covered: Flags, shut: Flags, gain: Floats) -> float:
    """Fill the uncovered weight of each candidate that is left; return that of all demand points."""
    for j in range(len(gain)):
        gain[j] = 0.0
        if not shut[j]:
            for entry in range(cover.by_start[j], cover.by_start[j + 1]):
                if not covered[cover.by_point[entry]]:
                    gain[j] += cover.weight[cover.by_point[entry]]
    total = 0.0
    for i in range(len(covered)):
        if not covered[i]:
            total += cover.weight[i]
    return total


@compiled
def _largest(values: Floats, count: int) -> float:
    """Return the sum of the ``count`` largest values."""
    m = len(values)
    if count >= m:
        return float(values.sum())
    if count == 1:
        return float(values.max())
    return float(np.partition(values, m - count)[m - count :].sum())
