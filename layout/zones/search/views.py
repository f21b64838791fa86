"""Price lines of sight in a state of the search, compiled, by nine eyes a zone: `price_views`."""

from __future__ import annotations

from layout.zones.problem import Ints
from layout.zones.search.arrays import SIGHT, Floor, Spec
from layout.zones.search.shapes import Line, crosses, is_out, strip
from outlet.compiled import kernel


@kernel
def _share_seen(places: Ints, a: int, b: int, floor: Floor, spec: Spec) -> float:
    """Return about which share of zone a sees zone b's front (−1: the entrance)."""
    seen = 0
    strip_x, strip_y, strip_w, strip_h = floor.door[1], floor.door[0], 1, 1
    if b >= 0:
        strip_x, strip_y, strip_w, strip_h = strip(places, b, 0, places[b, 4], 1)
    for eye in range(9):
        ax = places[a, 0] + places[a, 2] * (1 + 2 * (eye % 3)) / 6.0
        ay = places[a, 1] + places[a, 3] * (1 + 2 * (eye // 3)) / 6.0
        for goal in range(3):
            bx, by = strip_x + strip_w * (1 + 2 * goal) / 6.0, strip_y + strip_h * (1 + 2 * goal) / 6.0
            if _clear(places, (ax, ay, bx, by), (a, b), floor, spec):
                seen += 1
                break
    return seen / 9.0


@kernel
def _clear(places: Ints, line: Line, ends: tuple[int, int], floor: Floor, spec: Spec) -> bool:
    """Tell whether nothing that blocks sight is in a line."""
    if ends[1] >= 0 and crosses(line, places, ends[1], 0, 0.0):
        return False
    for e in range(len(places)):
        if spec.enclosed[e] and e != ends[0] and e != ends[1] and crosses(line, places, e, 0, 0.0):
            return False
    clear = True
    for s in range(len(floor.solids)):
        clear = clear and not crosses(line, floor.solids, s, 0, 0.0)
    return clear


@kernel
def price_views(places: Ints, floor: Floor, spec: Spec) -> float:
    """Price lines of sight that are cut."""
    seen = 0.0
    for pair in range(len(spec.sees)):
        a, b = spec.sees[pair, 0] - 1, spec.sees[pair, 1] - 1
        out = is_out(places, a) or (b >= 0 and is_out(places, b))
        seen += 1.0 if out else _share_seen(places, a, b, floor, spec)
    return float(spec.weights[SIGHT] * (1.0 - seen / len(spec.sees))) if len(spec.sees) else 0.0
