"""Price a state for being like plans it shall differ from in topology, compiled: `likeness`.

Searching on from plans that are known for others that are good and unlike them is modelling to generate alternatives
(Brill, 1979). What topology is says `layout.zones.topology`.
"""

from __future__ import annotations

from layout.zones.problem import Ints
from layout.zones.search.arrays import Spec
from layout.zones.search.shapes import is_out
from outlet.compiled import kernel

LIKE = 4.0


@kernel
def _edge(places: Ints, i: int, axis: int, high: bool) -> int:
    """Return the lower or upper edge of a zone with its wing along an axis: 0 columns, 1 rows."""
    edge = places[i, axis] + (places[i, axis + 2] if high else 0)
    if places[i, 7] > 0:
        other = places[i, axis + 5] + (places[i, axis + 7] if high else 0)
        edge = max(edge, other) if high else min(edge, other)
    return int(edge)


@kernel
def _beyond(places: Ints, i: int, j: int, way: int) -> bool:
    """Tell whether zone j lies beyond zone i: way 0 east, 1 north, 2 west, 3 south."""
    if way < 2:
        return _edge(places, j, way, False) >= _edge(places, i, way, True)
    return _edge(places, i, way - 2, False) >= _edge(places, j, way - 2, True)


@kernel
def likeness(places: Ints, spec: Spec) -> float:
    """Return the hard price of pairs that lie as in plans to differ from, beyond as many as may."""
    cost = 0.0
    for plan in range(len(spec.known)):
        left = spec.differing
        for i in range(len(places)):
            for j in range(i):
                if is_out(places, i) or is_out(places, j):
                    left -= 1
                    continue
                alike = False
                for way in range(4):
                    alike = alike or (spec.known[plan, i, j, way] > 0 and _beyond(places, i, j, way))
                left -= 0 if alike else 1
        cost += LIKE * max(0, left)
    return float(cost)
