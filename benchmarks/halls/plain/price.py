"""Add the objective of the plain model: `add_price`. The judge's cost times `SCALE`, term by term."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from halls.plain.edges import saved_at
from halls.plain.rules import is_cut_off
from halls.plain.terms import gap, price_areas, price_windows
from halls.plain.variables import Expr, PlainModel, Point, Rectangle
from halls.plain.views import THOUSAND, add_exposure, add_views
from halls.plain.walks import MILLI, Walks, straight
from layout.zones.check import CAP_M

SCALE = 100_000


def add_price(made: PlainModel) -> Expr:
    """Return what is minimised."""
    walks = Walks(made)
    terms = [
        *_walking(made, walks),
        *_closeness(made, walks),
        *price_areas(made, _parts(made, "area", made.problem.ground.cell_m**2)),
        *_open_backs(made),
        *_partitions(made),
        *price_windows(made, _parts(made, "shopfront", made.problem.ground.cell_m)),
        *_dead_floor(made),
        *_views(made),
    ]
    _keep_entrance_within(made, walks)
    return cp_model.LinearExpr.sum(terms)


def _parts(made: PlainModel, name: str, value: float) -> int:
    """Return the scaled price of a term: its weight times a factor."""
    return round(SCALE * made.problem.weights.get(name, 0.0) * value)


def _walking(made: PlainModel, walks: Walks) -> list[Expr]:
    problem = made.problem
    flow = (problem.flow + problem.flow.T) / max(float(problem.flow[0].sum()), 1e-9)
    terms = []
    for k in range(problem.count + 1):
        for other in range(k):
            price = _parts(made, "walking", float(flow[k, other]) * problem.ground.cell_m / MILLI)
            if price:
                terms.append(walks.between(k, other) * price)
    return terms


def _keep_entrance_within(made: PlainModel, walks: Walks) -> None:
    cell = made.problem.ground.cell_m
    for i in np.flatnonzero(made.problem.entrance_within > 0).tolist():
        made.model.add(walks.to_door(i) <= int(MILLI * made.problem.entrance_within[i] / cell))


def _closeness(made: PlainModel, walks: Walks) -> list[Expr]:
    problem = made.problem
    cell = problem.ground.cell_m
    terms: list[Expr] = []
    for k in range(1, problem.count + 1):
        for other in range(k):
            weight = float(problem.closeness[k, other])
            price = _parts(made, "closeness", abs(weight) * cell / MILLI)
            if not price:
                continue
            if other == 0:
                terms.append(price * _to_entrance(made, walks, k - 1) if weight > 0 else -price * _away(made, k - 1))
                continue
            far = MILLI * sum(gap(made, k - 1, other - 1, side) for side in (0, 1))
            terms.append(price * far if weight > 0 else -price * _capped(made, far))
    return terms


def _cap(made: PlainModel) -> int:
    return int(MILLI * CAP_M / made.problem.ground.cell_m)


def _capped(made: PlainModel, far: Expr) -> cp_model.IntVar:
    """Return a length that is at most another and `CAP_M`."""
    capped = made.model.new_int_var(0, _cap(made), "")
    made.model.add(capped <= far)
    return capped


def _to_entrance(made: PlainModel, walks: Walks, i: int) -> Expr:
    """Return the walk from the entrance to a zone; where no visitor gets there, twice `CAP_M`."""
    if not made.problem.staff_access[i]:
        return walks.between(0, i + 1)
    length = made.model.new_int_var(0, MILLI * 4 * sum(made.size), "")
    cut_off = made.literal()
    made.model.add(length >= walks.to_door(i)).only_enforce_if(~cut_off)
    made.model.add(length >= 2 * _cap(made)).only_enforce_if(cut_off)
    return length


def _away(made: PlainModel, i: int) -> cp_model.IntVar:
    """Return how far from the entrance a zone lies that shall be far: `CAP_M` where no visitor gets to it.

    Else it is the straight walk to the nearest cell of its front, since the judge takes the shortest walk.
    """
    model = made.model
    away = model.new_int_var(0, _cap(made), "")
    far = straight(made, _nearest_at_front(made, i), made.doors()[0])
    if not made.problem.staff_access[i]:
        model.add(away <= far)
        return away
    model.add(away <= far).only_enforce_if(~is_cut_off(made, i))
    return away


def _nearest_at_front(made: PlainModel, i: int) -> Point:
    """Return the cell right before a zone's front that is nearest to the entrance."""
    zone, model, door = made.zones[i], made.model, made.doors()[0]
    cell = made.point()
    for side, is_front in enumerate(zone.front):
        across, along = side % 2, 1 - side % 2
        model.add(cell[across] == zone.line(side) - side // 2).only_enforce_if(is_front)
        first, last = zone.span(side)
        nearest = model.new_int_var(0, max(made.size), "")
        model.add_min_equality(nearest, [_larger(made, first, door[along]), last - 1])
        model.add(cell[along] == nearest).only_enforce_if(is_front)
    return cell


def _larger(made: PlainModel, value: Expr, least: int) -> cp_model.IntVar:
    larger = made.model.new_int_var(0, max(made.size), "")
    made.model.add_max_equality(larger, [value, least])
    return larger


def _dead_floor(made: PlainModel) -> list[Expr]:
    """Price floor in no zone and no visitors' aisle: each aisle has a part, and no two parts overlap."""
    model, problem = made.model, made.problem
    price = _parts(made, "dead_floor", problem.ground.cell_m**2)
    if not price:
        return []
    columns, rows = made.size
    parts: list[Rectangle] = []
    dead: Expr = int(problem.ground.free.sum()) - cp_model.LinearExpr.sum([zone.area for zone in made.zones])
    for aisle in made.aisles[: made.public]:
        part = made.rectangle((1, 1), (columns, rows), "part")
        for side in (0, 1):
            (low, high), (first, last) = part.span(side), aisle.span(side)
            model.add(low >= first)
            model.add(high <= last)
        area = model.new_int_var(1, columns * rows, "")
        model.add_multiplication_equality(area, [part.w, part.h])
        dead -= area
        parts.append(part)
    made.apart([part.box for part in parts])
    model.add(dead >= 0)
    return [price * dead]


def _open_backs(made: PlainModel) -> list[Expr]:
    problem = made.problem
    price = _parts(made, "wall", problem.ground.cell_m)
    terms: list[Expr] = []
    for i in np.flatnonzero(problem.wall).tolist():
        zone, others = made.zones[i], np.flatnonzero(problem.enclosed | problem.back_to[i]).tolist()
        length = made.model.new_int_var(1, max(made.size), "")
        for side in range(4):
            is_back = zone.front[(side + 2) % 4]
            low, high = zone.span(side)
            made.model.add(length == high - low).only_enforce_if(is_back)
            terms.append(-price * saved_at(made, i, [j for j in others if j != i], side, [is_back]))
        terms.append(price * length)
    return terms


def _partitions(made: PlainModel) -> list[Expr]:
    """Price the edges of enclosed zones that are no wall, those between two of them once."""
    problem = made.problem
    price = _parts(made, "partition", problem.ground.cell_m)
    terms: list[Expr] = []
    rooms = np.flatnonzero(problem.enclosed).tolist()
    for i in rooms:
        terms.append(2 * price * (made.zones[i].w + made.zones[i].h))
        terms += [-price * saved_at(made, i, [j for j in rooms if j < i], side, []) for side in range(4)]
    return terms


def _views(made: PlainModel) -> list[Expr]:
    """Price what is not seen and not passed."""
    terms: list[Expr] = []
    for name, shares in (("sight", [THOUSAND * seen for seen in add_views(made)]), ("exposure", add_exposure(made))):
        if shares:
            price = _parts(made, name, 1 / (THOUSAND * len(shares)))
            terms += [price * (THOUSAND - share) for share in shares]
    return terms
