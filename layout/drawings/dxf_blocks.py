"""Define the blocks of hall.dxf: one a kind and size of equipment, one a width of door; both look along −y."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from layout.drawings.sheet import DOUBLE_LEAF_M
from layout.posts.plan import Equipment

if TYPE_CHECKING:
    from ezdxf.document import Drawing

FRONT_MM = 50
ATTRIBUTES = ("ID", "KIND", "ZONE")
HIDDEN = 1
SMALL_M = 0.05


def layer_name(prefix: str, kind: str) -> str:
    """Return a layer's name: letters, digits and underscores, upper case."""
    return f"{prefix}_{re.sub(r'[^A-Z0-9_]', '_', kind.upper())[:60]}"


def equipment_block(drawing: Drawing, thing: Equipment) -> str:
    """Return the name of the block of a kind and size of equipment: its footprint, and its front as a firm line."""
    upright = round(thing.facing_deg / 90) % 2 == 1
    width, depth = (thing.w, thing.h) if upright else (thing.h, thing.w)
    name = f"{layer_name('EQ', thing.kind)}_{round(width * 1000)}X{round(depth * 1000)}"
    if name not in drawing.blocks:
        block = drawing.blocks.new(name)
        x, y = round(width / 2, 4), round(depth / 2, 4)
        block.add_lwpolyline([(-x, -y), (x, -y), (x, y), (-x, y)], close=True, dxfattribs={"layer": "0"})
        block.add_line((-x, -y), (x, -y), dxfattribs={"layer": "0", "lineweight": FRONT_MM})
        for tag in ATTRIBUTES:
            block.add_attdef(tag, (0, 0), height=SMALL_M, dxfattribs={"layer": "0", "flags": HIDDEN})
    return name


def door_block(drawing: Drawing, width_m: float) -> str:
    """Return the name of the block of a door: its leaves open out of the hall, as people escape, with their swing."""
    name = f"SWING_{round(width_m * 1000)}"
    if name not in drawing.blocks:
        block = drawing.blocks.new(name)
        half = round(width_m / 2, 4)
        double = width_m > DOUBLE_LEAF_M
        leaf = half if double else 2 * half
        for hinge, start in ((-half, 0.0), (half, 90.0)) if double else ((-half, 0.0),):
            block.add_line((hinge, 0), (hinge, leaf), dxfattribs={"layer": "0"})
            block.add_arc((hinge, 0), leaf, start, start + 90.0, dxfattribs={"layer": "0"})
    return name
