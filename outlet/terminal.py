"""Write text and tables for the terminal: as wide as it is, never broken inside a word that fits.

Lines for a file or another program stay whole; a table for them is as wide as ``COLUMNS`` says, else `PIPED`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import TextIO

PIPED = 160
GUTTER = 2


def tell(text: str, stream: TextIO | None = None) -> None:
    """Write a text, lines of it wider than the terminal in several; to stderr unless told otherwise."""
    stream = sys.stderr if stream is None else stream
    lines = text.splitlines() or [""]
    if stream.isatty():
        width = table_width(stream)
        lines = [part for line in lines for part in wrapped(line, width)]
    print(*lines, sep="\n", file=stream, flush=True)


def table_width(stream: TextIO) -> int:
    """Return how many characters wide a table may be on a stream."""
    named = os.environ.get("COLUMNS", "")
    if named.isdecimal() and int(named) > 0:
        return int(named)
    return os.get_terminal_size(stream.fileno()).columns or PIPED if stream.isatty() else PIPED


def wrapped(line: str, width: int) -> list[str]:
    """Part a line between words, what follows as far in as it began.

    >>> wrapped("  one two three", 10)
    ['  one two', '  three']
    """
    from rich.cells import cell_len
    from rich.console import Console
    from rich.text import Text

    if cell_len(line) <= width:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    room = max(1, width - len(indent))
    return [indent + part.plain.rstrip() for part in Text(line.lstrip()).wrap(Console(width=room), room)]


def column_widths(columns: Sequence[Sequence[str]], width: int) -> list[int]:
    """Share the width of a terminal between the columns of a table, each given as its cells with its heading.

    Columns as wide as their widest cell where all fit; else wide ones wrap between words, the widest most; only where
    the longest words of all do not fit beside each other are words broken.
    """
    from rich.cells import cell_len

    widest = [max(map(cell_len, cells), default=1) for cells in columns]
    words = [max((_unbroken(cell) for cell in cells), default=1) for cells in columns]
    room = width - GUTTER * (len(columns) - 1)
    if sum(widest) <= room:
        return widest
    least = words if sum(words) <= room else [1] * len(columns)

    def at_most(cap: int) -> list[int]:
        return [max(low, min(high, cap)) for low, high in zip(least, widest, strict=True)]

    cap = max((cap for cap in range(1, max(widest)) if sum(at_most(cap)) <= room), default=1)
    return at_most(cap)


def _unbroken(cell: str) -> int:
    """Return the length of a cell's longest word; scripts of wide characters break after any of them."""
    from rich.cells import cell_len

    narrow = re.sub(r"[\u2e80-\uffef]", " \u2e80 ", cell)
    return max((cell_len(word) for word in narrow.split()), default=1)
