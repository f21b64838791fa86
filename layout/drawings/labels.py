"""Find places for the names of zones: inside the zone, clear of what is drawn there, never on each other.

A label is tried at falling sizes, in one line, two or three; the first size at which some place in the zone is free is
taken, at the place nearest to the zone's middle. First everything drawn is avoided, upright, then turned by 90°; then
the label stands on open floor close by with a line to its zone, at last up to `CLOSE_MM` off; then only what must stay
legible is avoided (people and other labels), in the zone, farther off on open floor, and at last beside the hall
(`layout.drawings.leaders`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from layout.drawings.leaders import FAR_MM, label_beside, label_outside
from layout.drawings.sheet import Box
from layout.drawings.wishes import Block, Label, LabelWish, blocks

SIZES_MM = (3.6, 3.2, 2.9, 2.6, 2.3, 2.1)
STEP_MM = 0.75
EDGE_MM = 0.9
ROW_COST_MM = 4.0
NEAR_MM = 7.0
CLOSE_MM = 16.0


def place_labels(
    wishes: Sequence[LabelWish],
    hard: Sequence[Box],
    soft: Sequence[Box],
    hall: Box,
    plan: Box,
    *,
    crossed: Sequence[Box] = (),
) -> list[Label]:
    """Place one label a wish.

    Parameters
    ----------
    wishes
        The labels, in the order they are placed.
    hard
        What no label may cover: people, cameras, dimension lines.
    soft
        What labels avoid where they can: walls, equipment, the movement line.
    hall
        The hall's bounding box with its walls: labels that no floor is left for stand outside it.
    plan
        The part of the sheet that is drawn on.
    crossed
        What labels avoid too, but stand on rather than outside the hall: lines across it.
    """
    placed: dict[int, Label] = {}
    zones = [room for wish in wishes for room in wish.rooms]
    for clean in (True, False):
        for at, wish in enumerate(wishes):
            if at in placed:
                continue
            fixed = [*hard, *(label.box for label in placed.values())]
            lines = [box for label in placed.values() for box in _boxes_along(label)]
            taken = [*fixed, *soft, *crossed] if clean else fixed
            blocked = [*fixed, *soft, *zones, *lines]
            open_floor = [*blocked, *crossed]
            # A line to the next free floor is better than a name over a desk.
            found = None if clean else label_beside(wish, open_floor, fixed, hall, CLOSE_MM)
            found = found or _inside(wish, taken, turned=False) or _inside(wish, taken, turned=True)
            found = found or label_beside(wish, open_floor, fixed, hall, NEAR_MM if clean else FAR_MM)
            if found is None and not clean:
                found = label_beside(wish, blocked, fixed, hall, FAR_MM) or label_outside(wish, fixed, hall, plan)
            if found is not None:
                placed[at] = found
    return [placed[at] for at in range(len(wishes))]


def _boxes_along(label: Label) -> list[Box]:
    """Return small boxes along the line of a label, which other labels keep off."""
    if not label.leader:
        return []
    (x0, y0), (x1, y1) = label.leader[0], label.leader[-1]
    return [Box(x0 + (x1 - x0) * k / 8 - 0.4, y0 + (y1 - y0) * k / 8 - 0.4, 0.8, 0.8) for k in range(9)]


def _inside(wish: LabelWish, taken: Sequence[Box], *, turned: bool) -> Label | None:
    for size in SIZES_MM:
        for room in wish.rooms:
            here = [box for box in taken if box.meets(room)]
            best: tuple[float, Label] | None = None
            for block in (block for block in blocks(wish, size) if block.turned == turned):
                found = _nearest(block, room, here)
                if found is not None:
                    cost = found[0] + ROW_COST_MM * len(block.rows)
                    if best is None or cost < best[0] - 1e-9:
                        best = (cost, Label(block.rows, found[1], block.turned))
            if best is not None:
                return best[1]
    return None


def _nearest(block: Block, room: Box, taken: Sequence[Box]) -> tuple[float, Box] | None:
    """Return the free place in a room that is nearest to its middle, and how far off it is, millimetres."""
    spare_x = room.width - 2 * EDGE_MM - block.width
    spare_y = room.height - 2 * EDGE_MM - block.height
    if spare_x < 0 or spare_y < 0:
        return None
    xs = room.x + EDGE_MM + spare_x / 2 + _steps(spare_x)
    ys = room.y + EDGE_MM + spare_y / 2 + _steps(spare_y)
    free = np.ones((len(ys), len(xs)), dtype=bool)
    for box in taken:
        across = (xs < box.x + box.width + 0.3) & (box.x < xs + block.width + 0.3)
        down = (ys < box.y + box.height + 0.3) & (box.y < ys + block.height + 0.3)
        free &= ~(down[:, None] & across[None, :])
    if not free.any():
        return None
    off = np.hypot(xs[None, :] - xs[len(xs) // 2], ys[:, None] - ys[len(ys) // 2])
    off = np.where(free, off, np.inf)
    row, column = np.unravel_index(int(off.argmin()), off.shape)
    place = Box(round(float(xs[column]), 3), round(float(ys[row]), 3), block.width, block.height)
    return float(off[row, column]), place


def _steps(spare: float) -> NDArray[np.float64]:
    count = int(spare / 2 // STEP_MM)
    return np.arange(-count, count + 1, dtype=np.float64) * STEP_MM
