"""Draw what one person, waiting seat or camera sees, for a page that shows it when one is picked: `draw_views`."""

from __future__ import annotations

from markupsafe import Markup

from layout.drawings.building import path
from layout.drawings.contents import LOOKING_DEG, LOOKING_M, SEATS
from layout.drawings.hall import HallDrawing
from layout.drawings.markup import Value, element
from layout.drawings.palette import CAMERA, SIGHT
from layout.drawings.sheet import Sheet
from layout.drawings.view import seen_from
from layout.floor.isovist import Floats

SEAT_SEES_M = 15.0


def draw_views(sheet: Sheet, hall: HallDrawing, edges: Floats) -> list[Markup]:
    """Return one area for each post, seat and camera; ``data-for`` says whose it is."""
    things = hall.furnishing
    eyes = [(f"post:{p.id}", (p.x, p.y, p.facing_deg, LOOKING_DEG, LOOKING_M), SIGHT) for p in things.posts]
    eyes += [
        (f"equipment:{t.id}", (t.x + t.w / 2, t.y + t.h / 2, t.facing_deg, LOOKING_DEG, SEAT_SEES_M), SIGHT)
        for t in things.equipment
        if t.kind in SEATS
    ]
    eyes += [(f"camera:{c.id}", (c.x, c.y, c.facing_deg, c.view_deg, c.range_m), CAMERA) for c in things.cameras]
    drawn = []
    for key, eye, colour in eyes:
        style: dict[str, Value] = {"fill": colour, "fill-opacity": 0.2, "stroke": colour, "stroke-width": 0.35}
        area = path(sheet, seen_from(*eye, edges))
        drawn.append(element("path", {"class": "view", "data-for": key, "d": area, **style}))
    return drawn
