"""Say what is seen from a point past the edges of a drawing: `seen_from`."""

from __future__ import annotations

import shapely
from shapely.geometry import Polygon

from layout.floor.isovist import Floats, isovist

MILLIMETRE = 1e-3


def seen_from(x: float, y: float, facing_deg: float, view_deg: float, range_m: float, edges: Floats) -> Polygon:
    """Return the part of a circle's sector that is seen past the blocking edges, metres.

    Parameters
    ----------
    x, y
        The eye.
    facing_deg, view_deg
        Middle and width of the field of view.
    range_m
        How far it sees.
    edges
        What sight does not pass, shape (m, 2, 2), as `layout.floor.isovist.sight_edges` gives it.
    """
    seen = isovist((x, y), edges, range_m, facing_deg=facing_deg, view_deg=view_deg)
    parts = shapely.get_parts(shapely.set_precision(seen, MILLIMETRE))
    return max((part for part in parts if isinstance(part, Polygon)), key=lambda part: part.area, default=Polygon())
