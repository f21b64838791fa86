"""Say what is seen from a point past the lines of a drawing: `seen_from`."""

from __future__ import annotations

import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from layout.floor.isovist import isovist, sight_edges

MILLIMETRE = 1e-3


def seen_from(x: float, y: float, facing_deg: float, view_deg: float, range_m: float, blocks: BaseGeometry) -> Polygon:
    """Return the part of a circle's sector that is seen past the blocking lines, metres.

    Parameters
    ----------
    x, y
        The eye.
    facing_deg, view_deg
        Middle and width of the field of view.
    range_m
        How far it sees.
    blocks
        Lines that sight does not pass.
    """
    seen = isovist((x, y), sight_edges(blocks), range_m, facing_deg=facing_deg, view_deg=view_deg)
    parts = shapely.get_parts(shapely.set_precision(seen, MILLIMETRE))
    return max((part for part in parts if isinstance(part, Polygon)), key=lambda part: part.area, default=Polygon())
