"""Prove that zones cannot lie in a hall together: `conflict`."""

from __future__ import annotations

from ortools.sat.python import cp_model

from layout.floor.cells import forbidden_rectangles
from layout.zones.problem import PackProblem
from outlet.cp_sat import run_cp_sat
from outlet.outcome import Limits


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
        x0, y0, wide, high = (int(value) for value in rectangle)
        xs.append(model.new_fixed_size_interval_var(x0, wide, f"fixed_x_{x0}_{y0}"))
        ys.append(model.new_fixed_size_interval_var(y0, high, f"fixed_y_{x0}_{y0}"))
    model.add_no_overlap_2d(xs, ys)
    model.add_assumptions(present)
    run = run_cp_sat(model, limits)
    if run.status != "infeasible":
        return None
    names = [kind for kind, literal in zip(problem.kinds, present, strict=True) if literal.index in run.core]
    return f"{', '.join(names or problem.kinds)} cannot lie in this hall together, even without aisles"
