"""Arrange a hall by plain CP-SAT, as a first model would be written: `solve_plain`. The baseline, written once.

One model on the cells of the hall, given whole to CP-SAT; no start, no decomposition, nothing of the product's search.

Variables: for every zone its corner, its width, height and area, and which of four sides is its front.

Rules, all of the judge's:

- ``inside``, ``doors``, ``overlap``: NoOverlap2D over the zones and the rectangles of floor they must not take;
- ``area``: (width, height, area) from a table of the shapes the programme allows, by the direction of the front;
- ``entrance_within``: the access lies within that distance of a door along the axes (the judge measures real walks);
- ``staff_side``: at the back or a side a zone touches one that gives it its staff side, as long as a staff aisle;
- ``reachable``, ``turning``: a square (the turning circle; a staff aisle's width for staff's zones) is free at the
  front, with at least half a walker's width before it, and overlaps one of the aisles by a walker's width;
- ``front``: before a full front, a strip as deep as a visitors' aisle is free;
- the aisles are a connected spine: `public_aisles` free rectangles at least as wide as a visitors' aisle (two for
  three zones) and two as wide as a staff's; the first touches the floor before an entrance, each other one overlaps
  an earlier one by its width, squares of visitors' zones overlap visitors' aisles; every open rectangle is kept clear
  of zones and obstacles by a NoOverlap2D of its own;
- ``exits``: an aisle touches the floor before each.

Objective, in thousandths, the judge's weights (`halls.plain_price`): walking (flow × distance along the axes between
accesses, from the widest entrance's middle; the judge walks round the zones), closeness (zones: gaps along the axes;
entrance: distance to the access), area off target, open backs (a back counts as closed where it lies whole on one
straight wall, or whole at one enclosed zone or zone of its staff), partitions (a side costs nothing where it lies whole
on one straight wall, or whole at an enclosed zone named before it), windows hidden. Dead floor, sight and exposure are
not linear and are left out: the judge prices them afterwards.
"""

from __future__ import annotations

import numpy as np

from halls.plain_price import SCALE, add_price
from halls.plain_rules import add_aisles, add_entrance_within, add_staff_sides
from halls.plain_variables import PlainModel, add_zones
from layout.zones.problem import PackProblem, Placement
from outlet.cp_sat import run_cp_sat
from outlet.outcome import Limits, Outcome


def solve_plain(problem: PackProblem, limits: Limits) -> Outcome[Placement]:
    """Return CP-SAT's best plan within ``limits``; objective and bound are the model's own."""
    made = build(problem)
    run = run_cp_sat(made.model, limits)
    placement = None
    if run.has_plan:
        rows = [[run.value(v) for v in (z.x, z.y, z.w, z.h)] for z in made.zones]
        fronts = [next(side for side in range(4) if run.value(z.front[side])) for z in made.zones]
        placement = Placement(np.column_stack([np.array(rows), np.array(fronts)]).astype(np.int64))
    return Outcome(
        status=run.status,
        solution=placement,
        objective=None if run.objective is None else run.objective / SCALE,
        bound=None if run.bound is None else run.bound / SCALE,
        seconds=run.seconds,
        stopped_by=run.stopped_by,
    )


def build(problem: PackProblem) -> PlainModel:
    """Return the model."""
    made = PlainModel(problem)
    add_zones(made)
    add_staff_sides(made)
    add_aisles(made)
    add_entrance_within(made)
    made.model.minimize(add_price(made))
    return made
