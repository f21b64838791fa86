"""Leave out floor of a hall that nobody can reach from an entrance, and say which: `within_reach`.

A walker as wide as staff's aisles (or visitors', where those are narrower) sets out from the entrances over the empty
floor. Where it does not come, no plan may put a zone: none there could be reached.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import ndimage

from layout.floor.cells import Cells
from layout.floor.walk import reached, wide_walk
from layout.zones.problem import Ground, Mask

NOTICED_M2 = 1.0


def within_reach(ground: Ground, cells: Cells) -> tuple[Ground, tuple[str, ...]]:
    """Return the floor without what no aisle reaches, and what is to be said of that; nothing where all is reached."""
    narrow = min(ground.aisle_public, ground.aisle_staff)
    there = reached(ground.free, narrow, ground.entrance)
    lost = wide_walk(ground.free, narrow) & ~there
    lost = ndimage.binary_dilation(lost, iterations=narrow, mask=ground.free & ~there) if lost.any() else lost
    told = [*_parts(ground, cells, lost, narrow), *_public_parts(ground, cells, lost)]
    if not lost.any():
        return ground, tuple(told)
    return replace(ground, buildable=ground.buildable & ~lost), tuple(told)


def _parts(ground: Ground, cells: Cells, lost: Mask, narrow: int) -> list[str]:
    """Say which parts of the floor no aisle reaches, the largest first, and what would reach them."""
    found = []
    for area, at, part in _labelled(lost, ground, cells):
        width = narrow * ground.cell_m
        found.append(
            f"{area:.1f} m² of floor about ({at[0]:.1f}, {at[1]:.1f}) are left out: no way {width:.2f} m wide leads "
            f"there from an entrance; {_remedy(ground, part, narrow)}"
        )
    return found


def _public_parts(ground: Ground, cells: Cells, lost: Mask) -> list[str]:
    """Say which parts only staff's aisles reach."""
    k = ground.aisle_public
    if k <= ground.aisle_staff:
        return []
    alone = wide_walk(ground.free, k) & ~reached(ground.free, k, ground.entrance) & ~lost
    return [
        f"{area:.1f} m² of floor about ({at[0]:.1f}, {at[1]:.1f}) are for staff alone: no way "
        f"{k * ground.cell_m:.2f} m wide leads visitors there; {_remedy(ground, part, k)}"
        for area, at, part in _labelled(alone, ground, cells)
    ]


def _labelled(mask: Mask, ground: Ground, cells: Cells) -> list[tuple[float, tuple[float, float], Mask]]:
    """Return the area, the cell nearest to the middle and the cells of each part worth a word, the largest first."""
    labels, count = ndimage.label(mask)
    found = []
    for name in range(1, count + 1):
        part: Mask = np.asarray(labels == name)
        area = float(part.sum()) * ground.cell_m**2
        if area >= NOTICED_M2:
            inside = np.argwhere(part)
            middle = inside[int(np.argmin(((inside - inside.mean(axis=0)) ** 2).sum(axis=1)))]
            found.append((area, cells.centre(int(middle[0]), int(middle[1])), part))
    return sorted(found, key=lambda one: (-one[0], one[1]))


def _remedy(ground: Ground, part: Mask, width: int) -> str:
    """Say what would reach a part: a narrower aisle where one comes there, else another door."""
    doors = "name a door that leads there in [layout.hall] entrances"
    for k in range(width - 1, 0, -1):
        if (reached(ground.free, k, ground.entrance) & part).any():
            return f"a way {k * ground.cell_m:.2f} m wide does: {doors}, or set [layout.rules.numbers] accordingly"
    return f"{doors}, or check that no wall or fixture closes it off"
