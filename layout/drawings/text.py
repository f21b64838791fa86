"""Estimate how wide a text is, and break it into lines, without a font at hand.

Widths are those of DejaVu Sans, the widest of the usual sans-serif fonts, rounded up by groups of letters, so that a
text that fits by this estimate fits in the reader's font too. East Asian letters are one em wide.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

LINE_HEIGHT = 1.22
_NARROW, _SLIM, _WIDE = "iljI.,:;'|!·", 'ftr()[]-/" °', "mwMW%@—…"


def text_width(text: str, size: float) -> float:
    """Return the estimated width of a text, in the unit of ``size``.

    >>> text_width("ab", 10.0)
    12.6
    """
    return round(sum(_em(letter) for letter in text) * size, 3)


@lru_cache(maxsize=4096)
def _em(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter in _NARROW:
        return 0.34
    if letter in _SLIM:
        return 0.42
    if letter in _WIDE:
        return 1.0
    if letter.isupper():
        return 0.74
    return 0.63


def break_lines(text: str, lines: int) -> tuple[str, ...]:
    """Break a text into at most some lines of even length, at spaces and hyphens, or between East Asian letters.

    >>> break_lines("Data-service experience", 2)
    ('Data-service', 'experience')
    """
    pieces = list(_pieces(text))
    best: tuple[str, ...] = (text,)
    for parts in range(2, min(lines, len(pieces)) + 1):
        broken = _even(pieces, parts)
        if max(text_width(row, 1.0) for row in broken) < max(text_width(row, 1.0) for row in best) - 1e-9:
            best = broken
    return best


def _pieces(text: str) -> Iterator[str]:
    """Yield what must stay together, with the space that follows it."""
    piece = ""
    for letter in text:
        piece += letter
        if letter in " -/" or unicodedata.east_asian_width(letter) in "WF":
            yield piece
            piece = ""
    if piece:
        yield piece


def _even(pieces: list[str], parts: int) -> tuple[str, ...]:
    """Fill lines greedily up to the least width that needs no more than ``parts`` lines."""
    widths = sorted(
        {
            text_width("".join(pieces[a:b]).strip(), 1.0)
            for a in range(len(pieces))
            for b in range(a + 1, len(pieces) + 1)
        }
    )
    for limit in widths:
        rows = _fill(pieces, limit)
        if rows is not None and len(rows) <= parts:
            return rows
    return ("".join(pieces).strip(),)


def _fill(pieces: list[str], limit: float) -> tuple[str, ...] | None:
    rows = [""]
    for piece in pieces:
        if text_width((rows[-1] + piece).strip(), 1.0) <= limit + 1e-9:
            rows[-1] += piece
        elif text_width(piece.strip(), 1.0) <= limit + 1e-9:
            rows.append(piece)
        else:
            return None
    return tuple(row.strip() for row in rows if row.strip())


def shorten(text: str, size: float, width: float) -> str:
    """Return a text cut with an ellipsis so that it is no wider than ``width``."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def wrap(text: str, size: float, width: float, most: int) -> tuple[str, ...]:
    """Return a text in at most ``most`` lines no wider than ``width``; what does not fit is cut with an ellipsis."""
    rows: list[str] = [""]
    for piece in _pieces(text):
        if text_width((rows[-1] + piece).strip(), size) <= width or not rows[-1]:
            rows[-1] += piece
        else:
            rows.append(piece)
    rows = [row.strip() for row in rows]
    kept = rows[:most]
    if len(rows) > most:
        kept[-1] = kept[-1] + "…"
    return tuple(shorten(row, size, width) for row in kept)
