"""Add sight and exposure to the plain model, as far as they are linear: `add_views`, `add_exposure`.

Both lean to the safe side: what the model counts as passed the judge counts too, and may count more; what it counts as
seen the judge does up to the part of a zone that lies behind the other's front.
"""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from halls.plain.variables import Box, Expr, PlainModel
from layout.flow.exposure import REACH_M
from layout.zones.terms import entrance_cells

THOUSAND = 1000
LOOKED_AT = 5
Spans = tuple[tuple[Expr, Expr], tuple[Expr, Expr]]


def add_views(made: PlainModel) -> list[cp_model.IntVar]:
    """Return a literal for each zone that shall see a thing, which says that all of it does.

    It does where the rectangle round the zone and the cells looked at holds no obstacle and no other enclosed zone,
    and the zone's middle lies before the other's front. The cells are the middle of the widest entrance, or as many
    in a row before the other zone's front as hold one at which the judge looks.
    """
    problem = made.problem
    views = []
    for k, other in np.argwhere(problem.sees).tolist():
        seen = made.literal()
        target = _entrance(made) if other == 0 else _before(made, other - 1, seen)
        if other:
            _keep_before(made, k - 1, other - 1, seen)
        rooms = [made.zones[e].box for e in np.flatnonzero(problem.enclosed).tolist() if e not in (k - 1, other - 1)]
        made.apart([_view(made, k - 1, target, seen), *rooms, *made.solid(problem.ground.free)])
        views.append(seen)
    return views


def _entrance(made: PlainModel) -> Spans:
    ground = made.problem.ground
    row, column = entrance_cells(ground.entrance, ground.entrance)[0].tolist()
    return (column, column + 1), (row, row + 1)


def _before(made: PlainModel, i: int, seen: cp_model.IntVar) -> Spans:
    """Return the columns and rows of some cells in a row right before a zone's front."""
    zone, model = made.zones[i], made.model
    count = max(1, int(made.problem.shapes[i][:, 0].max()) // LOOKED_AT)
    spans = [(model.new_int_var(-1, size, ""), model.new_int_var(0, size + 1, "")) for size in made.size]
    for side, is_front in enumerate(zone.front):
        (near, far), (start, end) = spans[side % 2], spans[1 - side % 2]
        first, last = zone.span(side)
        before = zone.line(side) - side // 2
        for low, high in ((near, before), (far, before + 1)):
            model.add(low == high).only_enforce_if(is_front, seen)
        model.add(start >= first).only_enforce_if(is_front, seen)
        model.add(end <= last).only_enforce_if(is_front, seen)
        model.add(end - start == count).only_enforce_if(is_front, seen)
    return spans[0], spans[1]


def _keep_before(made: PlainModel, i: int, other: int, seen: cp_model.IntVar) -> None:
    """Keep the middle of zone i before the front of another one, where it is seen."""
    for side, is_front in enumerate(made.zones[other].front):
        first, last = made.zones[i].span(1 - side % 2)
        beyond = first + last - 2 * made.zones[other].line(side)
        made.model.add((beyond if side < 2 else -beyond) >= 0).only_enforce_if(is_front, seen)


def _view(made: PlainModel, i: int, target: Spans, seen: cp_model.IntVar) -> Box:
    """Return the rectangle that holds a zone and a target, where it is seen."""
    zone, model = made.zones[i], made.model
    sides = []
    for axis, size in enumerate(made.size):
        low, high = model.new_int_var(0, size, ""), model.new_int_var(0, size, "")
        length = model.new_int_var(1, size, "")
        for start, end in (zone.span(1 - axis), target[axis]):
            model.add(low <= start).only_enforce_if(seen)
            model.add(high >= end).only_enforce_if(seen)
        sides.append(model.new_optional_interval_var(low, length, high, seen, ""))
    return sides[0], sides[1]


def add_exposure(made: PlainModel) -> list[Expr]:
    """Return for each selling zone the share of visitors, in thousandths, who go to one place within its reach."""
    problem, model = made.problem, made.model
    steps = max(1, round(REACH_M / problem.ground.cell_m))
    visitors = max(float(problem.flow[0].sum()), 1e-9)
    through = problem.flow.sum(axis=0) + problem.flow.sum(axis=1)
    points = [made.doors()[0], *made.access]
    shares: list[Expr] = []
    for i in np.flatnonzero(problem.selling).tolist():
        zone = made.zones[i]
        ways, share = [], []
        for k, (column, row) in enumerate(points):
            part = min(THOUSAND, int(THOUSAND * through[k] / visitors))
            if part == 0:
                continue
            near = made.literal()
            for value, low, high in ((column, zone.x, zone.right), (row, zone.y, zone.top)):
                model.add(value >= low - steps).only_enforce_if(near)
                model.add(value <= high - 1 + steps).only_enforce_if(near)
            ways.append(near)
            share.append(part * near)
        model.add_at_most_one(ways)
        shares.append(cp_model.LinearExpr.sum(share))
    return shares
