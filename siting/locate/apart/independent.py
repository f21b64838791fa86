r"""Look for p candidates that are pairwise apart, by branching with a colouring bound on sets of bits, compiled.

p candidates are apart where the graph of pairs that are apart has a clique of size p. Candidates left are put greedily
into classes of which no two are apart, so that a clique has at most one of each: only candidates of a class from the
number still needed on are branched on, the last class first (Tomita and Seki, 2003, in bits: San Segundo, Rodríguez-
Losada and Jiménez, 2011). A search is a row of arrays that stop and go on at any node.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, kernel, nested
from siting.locate.problem.plan import Amounts, Positions

Bits = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

FOUND, NONE, GOING = 1, 0, -1
_DEPTH, _NODES, _WORK = 0, 1, 2
_ONE = np.uint64(1)


class Apart(NamedTuple):
    """One search: who is apart from whom, who is left at each depth and in what order, and who was chosen."""

    mates: Bits
    left: Bits
    order: Ints
    length: Ints
    chosen: Ints
    names: Ints
    tally: Ints


def new_search(is_apart: Flags, usable: Flags, p: int) -> Apart:
    """Return the search for p, from 1, of the usable candidates, shape (m,), that are pairwise apart, shape (m, m)."""
    names = np.flatnonzero(usable)
    among = is_apart[np.ix_(names, names)]
    names = names[np.argsort(-among.sum(axis=1), kind="stable")]
    among = is_apart[np.ix_(names, names)]
    np.fill_diagonal(among, False)
    m = len(names)
    words = (m + 63) // 64
    padded = np.zeros((m, 64 * words), dtype=bool)
    padded[:, :m] = among
    mates = np.packbits(padded, axis=1, bitorder="little").view(np.uint64).reshape(m, words)
    left = np.zeros((p + 1, words), dtype=np.uint64)
    first = np.zeros(64 * words, dtype=bool)
    first[:m] = True
    left[0] = np.packbits(first, bitorder="little").view(np.uint64)
    return Apart(
        mates=mates,
        left=left,
        order=np.zeros((p + 1, m), dtype=np.int64),
        length=np.full(p + 1, -1, dtype=np.int64),
        chosen=np.zeros(p, dtype=np.int64),
        names=names,
        tally=np.zeros(3, dtype=np.int64),
    )


@compiled
def look_on(search: Apart, most_work: int) -> int:
    """Search on until the words looked at pass ``most_work``; return ``FOUND``, ``NONE`` (proved) or ``GOING``."""
    tally, p = search.tally, len(search.chosen)
    while tally[_DEPTH] >= 0:
        if tally[_WORK] >= most_work:
            return GOING
        depth = tally[_DEPTH]
        if search.length[depth] < 0:
            tally[_NODES] += 1
            _put_in_classes(search, depth, p - depth)
        if search.length[depth] == 0:
            search.length[depth] = -1
            tally[_DEPTH] -= 1
            continue
        search.length[depth] -= 1
        j = search.order[depth, search.length[depth]]
        search.chosen[depth] = search.names[j]
        if depth + 1 == p:
            return FOUND
        search.left[depth, j >> 6] &= ~(_ONE << np.uint64(j & 63))
        for word in range(search.left.shape[1]):
            search.left[depth + 1, word] = search.left[depth, word] & search.mates[j, word]
        search.length[depth + 1] = -1
        tally[_DEPTH] += 1
    return NONE


@nested
def _put_in_classes(search: Apart, depth: int, needed: int) -> None:
    """Fill the candidates to branch on: those of class ``needed`` and later, in order of class."""
    rest, words = search.left[depth].copy(), search.left.shape[1]
    same = np.empty(words, dtype=np.uint64)
    kind, found = 0, 0
    while rest.any():
        kind += 1
        same[:] = rest
        for word in range(words):
            while same[word]:
                bit = same[word] & (~same[word] + _ONE)
                j = 64 * word + _place(bit)
                rest[word] ^= bit
                same[word] ^= bit
                for other in range(word, words):
                    same[other] &= ~search.mates[j, other]
                search.tally[_WORK] += words - word
                if kind >= needed:
                    search.order[depth, found] = j
                    found += 1
    search.length[depth] = found


@kernel
def _place(bit: np.uint64) -> int:
    """Return which of 64 bits is set."""
    at, rest = 0, bit
    for step in (32, 16, 8, 4, 2, 1):
        if rest >> np.uint64(step):
            rest = rest >> np.uint64(step)
            at += step
    return at


@compiled
def spread(between: Amounts, is_open: Flags, may_close: Flags, may_open: Flags, most_swaps: int) -> None:
    """Exchange one of the two open candidates nearest each other for the one farthest from the rest, in place."""
    for _ in range(most_swaps):
        opened = np.flatnonzero(is_open)
        least, first, second = np.inf, -1, -1
        for at in range(len(opened)):
            for j in opened[:at]:
                if between[j, opened[at]] < least:
                    least, first, second = between[j, opened[at]], j, opened[at]
        best, best_j, best_k = least, -1, -1
        for k in (first, second):
            if k >= 0 and may_close[k]:
                reach, j = _farthest(between, opened[opened != k], is_open, may_open)
                if reach > best:
                    best, best_j, best_k = reach, j, k
        if best_j < 0:
            return
        is_open[best_k], is_open[best_j] = False, True


@kernel
def _farthest(between: Amounts, opened: Positions, is_open: Flags, may_open: Flags) -> tuple[float, int]:
    best, best_j = -1.0, -1
    for j in range(len(is_open)):
        if not is_open[j] and may_open[j]:
            reach = np.inf
            for i in opened:
                reach = min(reach, between[i, j])
            if reach > best:
                best, best_j = reach, j
    return best, best_j


def chosen_of(search: Apart) -> Positions:
    """Return the candidates of a search that found them, sorted."""
    return np.sort(search.chosen)


@compiled
def clique_cover(conflict: Flags) -> tuple[Ints, Ints]:
    """Return cliques that together hold every edge, as starts and members: each grown from an edge not yet held."""
    m, left = len(conflict), conflict.copy()
    start, member = [0], [0]
    for j in range(m):
        for k in range(j + 1, m):
            if not left[j, k]:
                continue
            clique, common = [j, k], conflict[j] & conflict[k]
            for v in range(m):
                if common[v]:
                    clique.append(v)
                    common &= conflict[v]
            for v in clique:
                member.append(v)
                for w in clique:
                    left[v, w] = False
            start.append(len(member) - 1)
    return np.array(start), np.array(member)[1:]
