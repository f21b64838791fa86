"""Draw the chains of dimensions of hall.dxf: one a side, and the overall size below and on the left."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from layout.drawings.dxf_text import STYLE
from layout.drawings.marks import chain_stops
from layout.drawings.markup import Point
from layout.drawings.sheet import SIDES, Box, Sheet, Side
from layout.floor.plan import FloorPlan

if TYPE_CHECKING:
    from ezdxf.layouts.layout import Modelspace

CHAIN_M, HALF_M = 1.0, 0.35


def draw_dimensions(space: Modelspace, floor: FloorPlan) -> None:
    """Draw every chain."""
    for side, row, chain in _chains(floor):
        for piece in pairwise(chain):
            start, end = _chain_ends(floor, side, 0, piece)
            base, _ = _chain_ends(floor, side, row, piece)
            _dimension(space, start, end, base, 0.0 if side in ("bottom", "top") else 90.0)


def dimension_boxes(sheet: Sheet, floor: FloorPlan) -> list[Box]:
    """Return what the chains take on a sheet with their figures."""
    found = []
    for side, row, chain in _chains(floor):
        (x0, y0), (x1, y1) = _chain_ends(floor, side, row, (chain[0], chain[-1]))
        found.append(sheet.box(x0 - HALF_M, y0 - HALF_M, x1 - x0 + 2 * HALF_M, y1 - y0 + 2 * HALF_M))
    return found


def _chains(floor: FloorPlan) -> Iterator[tuple[Side, int, list[float]]]:
    """Yield each chain of dimensions: its side, how many rows off the outline it lies, and where along it stops are."""
    x0, y0, x1, y1 = (float(value) for value in floor.outline.bounds)
    for side in SIDES:
        stops = chain_stops(floor, side)
        chains = [stops] if len(stops) > 2 else []
        chains += [[x0, x1] if side == "bottom" else [y0, y1]] if side in ("bottom", "left") else []
        for row, chain in enumerate(chains, start=1):
            yield side, row, chain


def _chain_ends(floor: FloorPlan, side: Side, row: int, piece: tuple[float, float]) -> tuple[Point, Point]:
    """Return the ends of a piece of a chain, ``row`` rows off the outline."""
    x0, y0, x1, y1 = (float(value) for value in floor.outline.bounds)
    edge, away = {"bottom": (y0, -1.0), "top": (y1, 1.0), "left": (x0, -1.0), "right": (x1, 1.0)}[side]
    at = edge + away * row * CHAIN_M
    low, high = piece
    return ((low, at), (high, at)) if side in ("bottom", "top") else ((at, low), (at, high))


def _dimension(space: Modelspace, start: Point, end: Point, base: Point, angle: float) -> None:
    """Draw a linear dimension in metres with two decimals."""
    look = {"dimtxt": 0.2, "dimasz": 0.15, "dimexo": 0.1, "dimexe": 0.1, "dimgap": 0.08, "dimtxsty": STYLE}
    look |= {"dimdec": 2, "dimzin": 0, "dimdsep": ord(".")}
    facts = {"layer": "DIMENSION"}
    space.add_linear_dim(base=base, p1=start, p2=end, angle=angle, override=look, dxfattribs=facts).render()
