"""Work on masks of cells 64 at a time: a board is an array (rows, words) of bits, column c is
bit c mod 64 of word c / 64.

Walks of a square walker on boards: `erode` gives where it fits, `flood` where it comes, `dilate` what it covers. A
flood fills whole rows at once: upwards by the carry of an addition, downwards by doubling shifts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layout.zones.problem import Ints
from outlet.compiled import kernel, uncounted

Board = NDArray[np.uint64]

ZERO, ONE, FULL = np.uint64(0), np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)
TOP, WORD = np.uint64(63), np.uint64(64)
M1, M2, M4 = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
SUM, TWO, FOUR, LAST = np.uint64(0x0101010101010101), np.uint64(2), np.uint64(4), np.uint64(56)


def board_of(mask: NDArray[np.bool_]) -> Board:
    """Return the board of a mask, shape (rows, columns)."""
    rows, columns = mask.shape
    words = (columns + 63) // 64
    wide = np.zeros((rows, words * 64), dtype=np.uint8)
    wide[:, :columns] = mask
    return np.packbits(wide, axis=1, bitorder="little").view("<u8").astype(np.uint64).reshape(rows, words)


@kernel
def has(board: Board, row: int, column: int) -> bool:
    """Tell whether a cell is set; cells off the board are not."""
    if row < 0 or column < 0 or row >= board.shape[0] or column >= 64 * board.shape[1]:
        return False
    return bool((board[row, column >> 6] >> np.uint64(column & 63)) & ONE)


@kernel
def wipe(board: Board, x: int, y: int, w: int, h: int) -> None:
    """Clear a rectangle."""
    for q in range(board.shape[1]):
        low, high = max(x, 64 * q), min(x + w, 64 * q + 64)
        if high > low:
            mask = ~((FULL >> np.uint64(64 - (high - low))) << np.uint64(low - 64 * q))
            for r in range(max(0, y), min(board.shape[0], y + h)):
                board[r, q] &= mask


@kernel
def any_in(board: Board, x: int, y: int, w: int, h: int) -> bool:
    """Tell whether any cell of a rectangle is set."""
    for q in range(board.shape[1]):
        low, high = max(x, 64 * q), min(x + w, 64 * q + 64)
        if high > low:
            mask = (FULL >> np.uint64(64 - (high - low))) << np.uint64(low - 64 * q)
            for r in range(max(0, y), min(board.shape[0], y + h)):
                if board[r, q] & mask != ZERO:
                    return True
    return False


@kernel
def copy_board(source: Board | Ints, target: Board | Ints) -> None:
    """Copy a board, or another table, cell by cell: for ``target[:] = source`` numba compiles for seconds."""
    for r in range(source.shape[0]):
        for q in range(source.shape[1]):
            target[r, q] = source[r, q]


@kernel
def join(source: Board, target: Board) -> None:
    """Set in ``target`` the cells of ``source``."""
    for r in range(source.shape[0]):
        for q in range(source.shape[1]):
            target[r, q] |= source[r, q]


@uncounted
def word_at(board: Board, row: int, column: int) -> np.uint64:
    """Return the 64 cells of a row from a column on; cells off the board are not set."""
    if row < 0 or row >= board.shape[0]:
        return ZERO
    q, by = column >> 6, np.uint64(column & 63)
    word = board[row, q] >> by if 0 <= q < board.shape[1] else ZERO
    if by != ZERO and 0 <= q + 1 < board.shape[1]:
        word |= board[row, q + 1] << (WORD - by)
    return word


@kernel
def ones(bits: np.uint64) -> int:
    """Return how many bits of a word are set."""
    bits = bits - ((bits >> ONE) & M1)
    bits = (bits & M2) + ((bits >> TWO) & M2)
    bits = (bits + (bits >> FOUR)) & M4
    return int(np.int64((bits * SUM) >> LAST))


@uncounted
def erode_up(source: Board, k: int, target: Board) -> None:
    """Set in ``target`` the lowest cells of all columns of k set cells."""
    rows, words = source.shape
    copy_board(source, target)
    have = 1
    while have < k:
        step = min(have, k - have)
        for r in range(rows):
            for q in range(words):
                target[r, q] = target[r, q] & target[r + step, q] if r + step < rows else ZERO
        have += step


@uncounted
def erode_right(source: Board, k: int, target: Board) -> None:
    """Set in ``target`` the leftmost cells of all rows of k set cells."""
    rows, words = source.shape
    copy_board(source, target)
    have = 1
    while have < k:
        step = min(have, k - have, 63)
        by = np.uint64(step)
        for r in range(rows):
            for q in range(words):
                shifted = target[r, q] >> by
                if q + 1 < words:
                    shifted |= target[r, q + 1] << (WORD - by)
                target[r, q] &= shifted
        have += step


@uncounted
def erode(source: Board, k: int, target: Board) -> None:
    """Set in ``target`` the lower left cells of all k × k squares of set cells."""
    erode_up(source, k, target)
    erode_right(target, k, target)


@kernel
def _widen(board: Board, r: int, by: np.uint64) -> None:
    """Set in a row the cells up to ``by`` right of its set ones, where as many are."""
    for q in range(board.shape[1] - 1, -1, -1):
        shifted = board[r, q] << by
        if q > 0:
            shifted |= board[r, q - 1] >> (WORD - by)
        board[r, q] |= shifted


@uncounted
def dilate(source: Board, k: int, target: Board) -> None:
    """Set in ``target`` the cells of the k × k squares whose lower left cells are set."""
    rows, words = source.shape
    copy_board(source, target)
    have = 1
    while have < k:
        step = min(have, k - have, 63)
        for r in range(rows - 1, step - 1, -1):
            for q in range(words):
                target[r, q] |= target[r - step, q]
        for r in range(rows):
            _widen(target, r, np.uint64(step))
        have += step


@kernel
def dilate_rows(source: Board, k: int, low: int, high: int, target: Board) -> None:
    """Set rows ``low`` to ``high`` of ``target`` as `dilate` does, and leave the others."""
    words = source.shape[1]
    for r in range(max(0, low), min(source.shape[0], high)):
        for q in range(words):
            target[r, q] = source[r, q]
            for s in range(1, min(k, r + 1)):
                target[r, q] |= source[r - s, q]
        have = 1
        while have < k:
            step = min(have, k - have, 63)
            _widen(target, r, np.uint64(step))
            have += step


@kernel
def _spread(inside: Board, fill: Board, r: int) -> None:
    """Fill the runs of a row that hold a set cell."""
    words = inside.shape[1]
    carry = ZERO
    for q in range(words):
        mask = inside[r, q]
        seed = fill[r, q] | (carry & mask)
        filled = (((mask + seed) ^ mask) & mask) | seed
        fill[r, q] = filled
        carry = filled >> TOP
    carry = ZERO
    for q in range(words - 1, -1, -1):
        mask = inside[r, q]
        seed = fill[r, q] | ((carry << TOP) & mask)
        step = ONE
        while step < WORD:
            seed |= mask & (seed >> step)
            mask &= mask >> step
            step <<= ONE
        fill[r, q] = seed
        carry = seed & ONE


@kernel
def _take(inside: Board, fill: Board, r: int, source: int) -> bool:
    """Let a row take over the set cells of the row beside it; tell whether it gained any."""
    gained = False
    for q in range(inside.shape[1]):
        new = fill[source, q] & inside[r, q] & ~fill[r, q]
        if new != ZERO:
            fill[r, q] |= new
            gained = True
    if gained:
        _spread(inside, fill, r)
    return gained


@uncounted
def flood(inside: Board, start: Board, fill: Board) -> None:
    """Set in ``fill`` all cells of ``inside`` that steps along rows and columns join to one of ``start``."""
    rows, words = inside.shape
    for r in range(rows):
        some = False
        for q in range(words):
            fill[r, q] = start[r, q] & inside[r, q]
            some = some or fill[r, q] != ZERO
        if some:
            _spread(inside, fill, r)
    upwards, settled = True, 0
    while settled < 2:
        changed = False
        if upwards:
            for r in range(1, rows):
                changed = _take(inside, fill, r, r - 1) or changed
        else:
            for r in range(rows - 2, -1, -1):
                changed = _take(inside, fill, r, r + 1) or changed
        upwards, settled = not upwards, 1 if changed else settled + 1


@uncounted
def count_outside(board: Board, cover: Board) -> int:
    """Return how many cells are set in ``board`` and not in ``cover``."""
    total = 0
    for r in range(board.shape[0]):
        for q in range(board.shape[1]):
            total += ones(board[r, q] & ~cover[r, q])
    return total


@uncounted
def meet(a: Board, b: Board) -> bool:
    """Tell whether two boards have a cell in common."""
    for r in range(a.shape[0]):
        for q in range(a.shape[1]):
            if a[r, q] & b[r, q] != ZERO:
                return True
    return False
