"""Place equipment, posts and cameras in the zones of one hall: `furnish_hall`.

Called by `layout.study.zones` once the zones are settled; `zones_json_parts` gives the entries of zones.json.
"""

from __future__ import annotations

from collections.abc import Mapping

from layout.floor.plan import FloorPlan
from layout.posts.plan import Furnishing
from layout.zones.plan import ZonePlan
from outlet.outcome import Limits


def furnish_hall(
    floor: FloorPlan, zones: ZonePlan, posts: Mapping[str, tuple[str, int]], machines: int, seats: int, limits: Limits
) -> Furnishing:
    """Place everything that stands in the zones.

    Parameters
    ----------
    floor, zones
        The hall and its settled zones.
    posts
        Positions to place: role → (kind of zone it stands in, number of positions), such as
        ``{"teller": ("counters", 4), "guide": ("reception", 1)}``.
    machines
        Self-service machines required.
    seats
        Waiting seats required.
    limits
        Of each of the two small solves (posts, cameras).

    Returns
    -------
    Furnishing
        What did not fit is left out and told in its notes.
    """
    return Furnishing((), (), ())


def zones_json_parts(furnishing: Furnishing) -> dict[str, list[dict[str, str | float]]]:
    """Return the entries ``posts``, ``cameras`` and ``equipment`` of zones.json."""
    return {
        "posts": [
            {"id": p.id, "zone": p.zone, "role": p.role, "x": p.x, "y": p.y, "facing_deg": p.facing_deg}
            for p in furnishing.posts
        ],
        "cameras": [
            {"id": c.id, "x": c.x, "y": c.y, "facing_deg": c.facing_deg, "range_m": c.range_m, "view_deg": c.view_deg}
            for c in furnishing.cameras
        ],
        "equipment": [
            {"id": e.id, "kind": e.kind, "zone": e.zone, "x": e.x, "y": e.y, "w": e.w, "h": e.h}
            for e in furnishing.equipment
        ],
    }
