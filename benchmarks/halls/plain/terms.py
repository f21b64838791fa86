"""Terms that the whole and the short model price alike: `gap`, `price_areas`, `price_windows`."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from halls.plain.variables import Expr, PlainModel
from layout.floor.cells import forbidden_rectangles


def gap(made: PlainModel, i: int, j: int, side: int) -> cp_model.IntVar:
    """Return the gap of two zones along an axis, at least 0."""
    (low_a, high_a), (low_b, high_b) = made.zones[i].span(side), made.zones[j].span(side)
    far = made.model.new_int_var(0, max(made.size), "")
    made.model.add_max_equality(far, [low_b - high_a, low_a - high_b, 0])
    return far


def price_areas(made: PlainModel, price: int) -> list[Expr]:
    """Price each cell by which a zone misses its target area."""
    problem = made.problem
    terms = []
    for i, zone in enumerate(made.zones):
        off = made.model.new_int_var(0, problem.ground.free.size, f"off{i}")
        made.model.add_abs_equality(off, zone.area - int(problem.target[i]))
        terms.append(off * price)
    return terms


def price_windows(made: PlainModel, price: int) -> list[Expr]:
    """Price the cells at windows that staff and enclosed zones take."""
    problem, model = made.problem, made.model
    terms = []
    for i in np.flatnonzero(problem.enclosed | ~problem.public).tolist():
        zone = made.zones[i]
        for x, y, w, h in forbidden_rectangles(~problem.ground.windows).tolist():
            away = [model.new_bool_var("") for _ in range(4)]
            model.add(zone.right <= x).only_enforce_if(away[0])
            model.add(zone.x >= x + w).only_enforce_if(away[1])
            model.add(zone.top <= y).only_enforce_if(away[2])
            model.add(zone.y >= y + h).only_enforce_if(away[3])
            hides = model.new_bool_var("")
            model.add_bool_or([*away, hides])
            first, length, (low, high) = (x, w, zone.span(1)) if w >= h else (y, h, zone.span(0))
            hidden = model.new_int_var(0, length, "")
            common = model.new_int_var(-max(made.size), length, "")
            model.add_min_equality(common, [high - low, high - first, first + length - low, length])
            model.add(hidden >= common).only_enforce_if(hides)
            terms.append(hidden * price * min(w, h))
    return terms
