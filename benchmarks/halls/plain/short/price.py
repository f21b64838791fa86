"""Add the objective of the short model: `add_price`. Thousandths of the judge's cost, as far as it is linear."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from halls.plain.short.rules import doors
from halls.plain.terms import gap, price_areas, price_windows
from halls.plain.variables import PlainModel, wall_lines

SCALE = 1000
CAP_M = 10.0
Expr = cp_model.LinearExprT


def add_price(made: PlainModel) -> Expr:
    """Return what is minimised."""
    terms = [
        *_walking(made),
        *_closeness(made),
        *price_areas(made, _parts(made, "area", made.problem.ground.cell_m**2)),
        *_open_backs(made),
        *_partitions(made),
        *price_windows(made, _parts(made, "shopfront", made.problem.ground.cell_m)),
    ]
    return cp_model.LinearExpr.sum(terms)


def _parts(made: PlainModel, name: str, value: float) -> int:
    """Return a price in thousandths: the weight of a term times a factor."""
    return round(SCALE * made.problem.weights.get(name, 0.0) * value)


def _apart(made: PlainModel, a: tuple[Expr, Expr], b: tuple[Expr, Expr]) -> Expr:
    """Return twice the distance along the axes of two points given by twice their coordinates."""
    total: Expr = 0
    for axis in (0, 1):
        size = made.model.new_int_var(0, 2 * max(made.size), "")
        made.model.add_abs_equality(size, a[axis] - b[axis])
        total += size
    return total


def _walking(made: PlainModel) -> list[Expr]:
    problem = made.problem
    flow = (problem.flow + problem.flow.T) / max(float(problem.flow[0].sum()), 1e-9)
    points = [doors(made)[0], *made.access]
    terms = []
    for k in range(problem.count + 1):
        for other in range(k):
            price = _parts(made, "walking", float(flow[k, other]) * problem.ground.cell_m / 2)
            if price:
                terms.append(_apart(made, points[k], points[other]) * price)
    return terms


def _closeness(made: PlainModel) -> list[Expr]:
    problem = made.problem
    cell = problem.ground.cell_m
    terms: list[Expr] = []
    for k in range(1, problem.count + 1):
        for other in range(k):
            weight = float(problem.closeness[k, other])
            price = _parts(made, "closeness", abs(weight) * cell / 2)
            if not price:
                continue
            if other == 0:
                far = _apart(made, made.access[k - 1], doors(made)[0])
            else:
                far = 2 * sum(gap(made, k - 1, other - 1, side) for side in (0, 1))
            if weight > 0:
                terms.append(far * price)
            else:
                capped = made.model.new_int_var(0, int(2 * CAP_M / cell), "")
                made.model.add(capped <= far)
                terms.append(capped * -price)
    return terms


def _at_wall(made: PlainModel, i: int, side: int) -> list[cp_model.IntVar]:
    """Return a literal for each straight wall on which a whole side of a zone may lie."""
    zone, model = made.zones[i], made.model
    shortest = int(made.problem.shapes[i].min())
    ways = []
    for line, first, last in wall_lines(made.problem.ground.free, side):
        if last - first >= shortest:
            lies = model.new_bool_var("")
            low, high = zone.span(side)
            model.add(zone.line(side) == line).only_enforce_if(lies)
            model.add(low >= first).only_enforce_if(lies)
            model.add(high <= last).only_enforce_if(lies)
            ways.append(lies)
    return ways


def _at_zone(made: PlainModel, i: int, j: int, side: int) -> cp_model.IntVar:
    """Return a literal that says that a whole side of zone i lies at zone j."""
    lies = made.model.new_bool_var("")
    a, b = made.zones[i], made.zones[j]
    (low_a, high_a), (low_b, high_b) = a.span(side), b.span(side)
    made.model.add(a.line(side) == b.line((side + 2) % 4)).only_enforce_if(lies)
    made.model.add(low_a >= low_b).only_enforce_if(lies)
    made.model.add(high_a <= high_b).only_enforce_if(lies)
    return lies


def _pays(made: PlainModel, length: Expr, saved: list[cp_model.IntVar], when: list[cp_model.IntVar]) -> cp_model.IntVar:
    """Return a variable that is a length, unless one literal saves it or one of ``when`` does not hold."""
    paid = made.model.new_int_var(0, max(made.size), "")
    free = made.model.new_bool_var("")
    made.model.add_bool_or([*saved, ~free])
    made.model.add(paid >= length).only_enforce_if([*when, ~free])
    return paid


def _open_backs(made: PlainModel) -> list[Expr]:
    problem = made.problem
    price = _parts(made, "wall", problem.ground.cell_m)
    terms = []
    for i in np.flatnonzero(problem.wall):
        zone = made.zones[i]
        others = np.flatnonzero(problem.enclosed | problem.back_to[i])
        for side in range(4):
            saved = [*_at_wall(made, i, side), *(_at_zone(made, i, j, side) for j in others if j != i)]
            low, high = zone.span(side)
            terms.append(_pays(made, high - low, saved, [zone.front[(side + 2) % 4]]) * price)
    return terms


def _partitions(made: PlainModel) -> list[Expr]:
    problem = made.problem
    price = _parts(made, "partition", problem.ground.cell_m)
    terms = []
    rooms = np.flatnonzero(problem.enclosed).tolist()
    for i in rooms:
        for side in range(4):
            saved = [*_at_wall(made, i, side), *(_at_zone(made, i, j, side) for j in rooms if j < i)]
            low, high = made.zones[i].span(side)
            terms.append(_pays(made, high - low, saved, []) * price)
    return terms
