"""Hold what labels say and the shapes they can take: `LabelWish`, `Label`, `blocks`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from layout.drawings.markup import Point
from layout.drawings.sheet import Box
from layout.drawings.text import LINE_HEIGHT, break_lines, text_width

AREA_SHARE = 0.82


@dataclass(frozen=True)
class Row:
    """One line of a label: its text, its size and whether it is the name (else the area)."""

    text: str
    size: float
    strong: bool


@dataclass(frozen=True)
class Label:
    """A placed label.

    Parameters
    ----------
    rows
        Its lines, from the top.
    box
        The rectangle it takes, millimetres.
    turned
        Whether it reads from bottom to top.
    leader
        From the label to the zone, empty where the label lies in the zone.
    """

    rows: tuple[Row, ...]
    box: Box
    turned: bool = False
    leader: tuple[Point, ...] = ()


@dataclass(frozen=True)
class LabelWish:
    """What a label says, where it belongs, and where it may go at all.

    ``rooms`` are the zone's rectangles on the sheet, the largest first.
    """

    name: str
    figure: str
    rooms: tuple[Box, ...]


@dataclass(frozen=True)
class Block:
    """One shape a label can take: its rows, its size on the sheet, and whether it is turned."""

    rows: tuple[Row, ...]
    width: float
    height: float
    turned: bool


def blocks(wish: LabelWish, size: float) -> Iterator[Block]:
    """Yield the shapes a label can take at a size."""
    seen: set[tuple[str, ...]] = set()
    for count in (1, 2, 3):
        names = break_lines(wish.name, count)
        if names in seen:
            continue
        seen.add(names)
        rows = (
            *(Row(text, size, True) for text in names),
            *((Row(wish.figure, round(size * AREA_SHARE, 2), False),) if wish.figure else ()),
        )
        width = max(text_width(row.text, row.size) * (1.06 if row.strong else 1.0) for row in rows)
        height = sum(row.size for row in rows) * LINE_HEIGHT
        yield Block(rows, width, height, False)
        yield Block(rows, height, width, True)
