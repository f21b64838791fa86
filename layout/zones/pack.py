"""Settle exact positions and sizes of zones by CP-SAT round the aisles of a start: `pack`; prove conflicts: `conflict`.

Letters
-------
zones i = 1 … n with corner x_i, y_i and size w_i, h_i, whole cells; A_i = w_i · h_i in [least, largest], target T_i;
S the cells a zone must not take, as rectangles; W the aisles of the start: every square the walker covers on shortest
walks from the entrance to each zone, as rectangles; the front of each zone is that of the start. P_i is the strip
before the front, from the zone to its aisle, as wide as the start's access (the whole front where people stand along
all of it).

minimise    Σ α |A_i − T_i| + Σ φ_kl · rectilinear distance of the fronts of k and l + Σ γ_kl · gap along the axes

subject to  NoOverlap2D(zones, S, W)                        zones are disjoint, off obstacles, doors and aisles
            NoOverlap2D(P_i, other zones)   for every i     nothing stands between a zone and its aisle
            (w_i, h_i) a shape the programme allows         area, depth, frontage, aspect
            |x_i − x_i⁰|, |y_i − y_i⁰| ≤ R                  within reach of the start
            what touched (a side at a wall, two zones side by side) keeps touching; windows that were open stay open

Aisles stay, so every zone stays reachable; the judge checks it all the same. Annealing finds the arrangement, CP-SAT
its exact dimensions (measured: better than either alone, see the literature file). Bound and gap are those of this
model, with its arrangement of aisles.
"""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from layout.floor.cells import forbidden_rectangles
from layout.floor.walk import reached_positions, touching
from layout.zones.check import Verdict
from layout.zones.problem import Mask, PackProblem, Placement
from layout.zones.rules import (
    access_square,
    add_clear_fronts,
    add_distances,
    add_kept_contacts,
    add_open_windows,
    add_shapes,
    fixed_box,
    front_strip,
)
from outlet.cp_sat import run_cp_sat
from outlet.outcome import Limits, Outcome

REACH_CELLS = 12
SCALE = 1000


def pack(problem: PackProblem, start: Placement, verdict: Verdict, limits: Limits) -> Outcome[Placement]:
    """Return the best placement round the start's aisles.

    The objective and bound are those of the formulation above, in metres and square metres; the caller judges the
    answer by `layout.zones.check`.
    """
    model = cp_model.CpModel()
    aisles = aisle_cells(problem, start, verdict)
    variables = add_shapes(model, problem, start, REACH_CELLS)
    open_floor = (problem.ground.buildable & ~aisles) | start.mask(aisles.shape)
    solid = [fixed_box(model, rectangle) for rectangle in forbidden_rectangles(open_floor)]
    boxes = [*variables.boxes, *variables.wings, *solid]
    model.add_no_overlap_2d([box[0] for box in boxes], [box[1] for box in boxes])
    add_clear_fronts(model, variables, problem, start, verdict.access)
    add_kept_contacts(model, variables, problem, start)
    add_open_windows(model, variables, problem, start)
    model.minimize(add_distances(model, variables, problem, start, SCALE))
    for variable, value in zip((*variables.x, *variables.y), (*start.places[:, 0], *start.places[:, 1]), strict=True):
        model.add_hint(variable, int(value))
    for variable, value in zip((*variables.w, *variables.h), (*start.places[:, 2], *start.places[:, 3]), strict=True):
        model.add_hint(variable, int(value))
    run = run_cp_sat(model, limits)
    if not run.has_plan:
        return Outcome(
            status=run.status, solution=None, objective=None, bound=None, seconds=run.seconds, stopped_by=run.stopped_by
        )
    columns = [[run.value(v) for v in group] for group in (variables.x, variables.y, variables.w, variables.h)]
    places = np.column_stack([*(np.array(column, dtype=np.int64) for column in columns), start.places[:, 4]])
    wings = start.wings.copy()
    wings[:, :2] += np.where(wings[:, 2:3] > 0, places[:, :2] - start.places[:, :2], 0)
    return Outcome(
        status=run.status,
        solution=Placement(places, wings),
        objective=None if run.objective is None else run.objective / SCALE,
        bound=None if run.bound is None else run.bound / SCALE,
        seconds=run.seconds,
        stopped_by=run.stopped_by,
    )


def aisle_cells(problem: PackProblem, start: Placement, verdict: Verdict) -> Mask:
    """Return the cells of the start's aisles: squares along shortest walks to every zone and exit, and full fronts."""
    ground = problem.ground
    shape = ground.free.shape
    walkable = ground.free & ~start.mask(shape)
    aisles = np.zeros(shape, dtype=bool)
    for i in range(problem.count):
        k = ground.aisle_staff if problem.staff_access[i] else ground.aisle_public
        if verdict.access[i, 0] >= 0:
            target = np.zeros(shape, dtype=bool)
            target[tuple(verdict.access[i])] = True
            aisles |= _corridor(walkable, k, ground.entrance, target)
            size, first = access_square(problem, start, i, verdict.access[i])
            x, y, w, h = front_strip(start.places[i], size)
            if start.places[i, 4] % 2 == 1:
                x, w = first, size
            else:
                y, h = first, size
            aisles[max(0, y) : y + h, max(0, x) : x + w] = True
        if problem.full_front[i]:
            x, y, w, h = front_strip(start.places[i], k)
            aisles[max(0, y) : y + h, max(0, x) : x + w] = True
    for mask in ground.exits:
        aisles |= _corridor(walkable, ground.aisle_staff, ground.entrance, mask)
    return aisles & walkable


def _corridor(walkable: Mask, k: int, start: Mask, target: Mask) -> Mask:
    """Return the cells a k × k walker covers on a shortest walk from one mask to another (breadth first)."""
    covered = np.zeros_like(walkable)
    reach = reached_positions(walkable, k, start)
    if reach.size == 0:
        return covered
    sources = reach & touching(start, k)
    goals = reach & touching(target, k)
    steps = np.where(sources, 0, -1)
    wave = sources
    far = 0
    while not (goals & (steps >= 0)).any():
        grown = np.zeros_like(wave)
        grown[1:] |= wave[:-1]
        grown[:-1] |= wave[1:]
        grown[:, 1:] |= wave[:, :-1]
        grown[:, :-1] |= wave[:, 1:]
        wave = grown & reach & (steps < 0)
        if not wave.any():
            return covered
        far += 1
        steps[wave] = far
    at = tuple(int(value) for value in np.argwhere(goals & (steps >= 0))[0])
    while True:
        covered[at[0] : at[0] + k, at[1] : at[1] + k] = True
        here = steps[at]
        if here == 0:
            return covered
        at = next(
            (r, c)
            for r, c in ((at[0] - 1, at[1]), (at[0], at[1] - 1), (at[0] + 1, at[1]), (at[0], at[1] + 1))
            if 0 <= r < steps.shape[0] and 0 <= c < steps.shape[1] and steps[r, c] == here - 1
        )


def conflict(problem: PackProblem, limits: Limits) -> str | None:
    """Return a small set of zones that cannot lie in the hall together even without aisles, in words, or None.

    Each zone's presence is an assumption; CP-SAT returns those that suffice for a contradiction.
    """
    model = cp_model.CpModel()
    rows, columns = problem.ground.free.shape
    present = [model.new_bool_var(f"present_{kind}") for kind in problem.kinds]
    xs, ys = [], []
    for i, shapes in enumerate(problem.shapes):
        both = {(int(u), int(v)) for u, v in shapes} | {(int(v), int(u)) for u, v in shapes}
        sizes = sorted((w, h) for w, h in both if w <= columns and h <= rows)
        w = model.new_int_var(1, columns, f"w{i}")
        h = model.new_int_var(1, rows, f"h{i}")
        model.add_allowed_assignments([w, h], sizes)
        x, y = model.new_int_var(0, columns - 1, f"x{i}"), model.new_int_var(0, rows - 1, f"y{i}")
        right, top = model.new_int_var(1, columns, f"r{i}"), model.new_int_var(1, rows, f"t{i}")
        xs.append(model.new_optional_interval_var(x, w, right, present[i], f"bx{i}"))
        ys.append(model.new_optional_interval_var(y, h, top, present[i], f"by{i}"))
    for rectangle in forbidden_rectangles(problem.ground.buildable):
        box = fixed_box(model, rectangle)
        xs.append(box[0])
        ys.append(box[1])
    model.add_no_overlap_2d(xs, ys)
    model.add_assumptions(present)
    run = run_cp_sat(model, limits)
    if run.status != "infeasible":
        return None
    names = [kind for kind, literal in zip(problem.kinds, present, strict=True) if literal.index in run.core]
    return f"{', '.join(names or problem.kinds)} cannot lie in this hall together, even without aisles"
