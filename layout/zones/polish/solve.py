"""Settle exact positions and sizes of zones whose topology stays, by CP-SAT: `polish`.

Letters
-------
rectangles r of zones (two of an L) with edges west_r < east_r, south_r < north_r, whole cells; A_i the area of zone i,
T_i its target; walls, columns and the clear floor of doors are rectangles that stay. g_rs is the gap of two rectangles
in the direction in which they are farthest apart at the start. Q are squares and strips before fronts: where the walk
arrives, where visitors turn, where people stand along all of a front; each is flush with its front.

minimise    Σ α |A_i − T_i| + Σ φ_kl · walk from k to l + Σ γ_kl · gap of k and l + new walls + backs + windows
            + dark floor + slits

subject to  g_rs ≥ aisle of visitors, of staff, or 0    the widest that holds at the start, for every pair
            Q keeps its side of every rectangle          fronts stay free and reached
            what touches keeps touching, slits do not grow
            (w, h) of a zone a shape the programme allows, an L within its limits

All but the shapes is linear, so CP-SAT proves the optimum in seconds. A square walker who passes between two rectangles
at the start passes in every plan of the model, so whatever was reached is; `layout.zones.check` judges it all the same.
A walk keeps the corners it bends at. Bound and gap are those of this model: of its terms, for its topology.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from ortools.sat.python import cp_model

from layout.zones.check import Verdict
from layout.zones.polish.blocks import Block, Rooms, make_rooms
from layout.zones.polish.fronts import Point, add_fronts
from layout.zones.polish.price import SCALE, price_closeness, price_daylight, price_rooms, price_slits, price_walks
from layout.zones.polish.relations import add_contacts, add_topology
from layout.zones.polish.walks import Walks
from layout.zones.problem import Ints, PackProblem, Placement
from layout.zones.terms import entrance_cells
from outlet.cp_sat import CpSatRun, run_cp_sat
from outlet.outcome import Limits, Outcome


@dataclass(frozen=True)
class Model:
    """The model of one topology: CP-SAT's, its zones, and the start it is made from."""

    cp: cp_model.CpModel
    rooms: Rooms
    start: Placement


def polish(
    problem: PackProblem, start: Placement, verdict: Verdict, limits: Limits, reach: int | None = None
) -> Outcome[Placement]:
    """Return the best placement of the start's topology, at most ``reach`` cells from it.

    Objective and bound are those of the formulation above, in the unit of the judge's cost; the caller judges the
    answer by `layout.zones.check`.
    """
    model = make_model(problem, start, verdict, reach)
    run = run_cp_sat(model.cp, limits)
    return Outcome(
        status=run.status,
        solution=_placement(model, run) if run.has_plan else None,
        objective=None if run.objective is None else run.objective / SCALE,
        bound=None if run.bound is None or not run.has_plan else run.bound / SCALE,
        seconds=run.seconds,
        stopped_by=run.stopped_by,
    )


def price_start(problem: PackProblem, start: Placement, verdict: Verdict, limits: Limits) -> float | None:
    """Return the objective of the start itself in the model of its topology; None where it is outside it."""
    outcome = polish(problem, start, verdict, replace(limits, workers=1), reach=0)
    return outcome.objective


def make_model(problem: PackProblem, start: Placement, verdict: Verdict, reach: int | None) -> Model:
    """Return the model of the start's topology."""
    cp = cp_model.CpModel()
    rooms = make_rooms(cp, problem, start, reach)
    slits = add_topology(cp, problem, rooms, verdict.paths.density > 0)
    add_contacts(cp, problem, start, rooms)
    points = add_fronts(cp, problem, start, verdict, rooms)
    row, column = (int(value) for value in entrance_cells(problem.ground.entrance, verdict.aisles)[0])
    door = Point(column, row, (column, row))
    cp.minimize(
        cp_model.LinearExpr.sum(
            [
                *price_rooms(problem, start, rooms),
                *price_daylight(problem, rooms),
                *price_slits(problem, slits),
                *price_walks(cp, problem, Walks(cp, verdict.aisles, rooms), points, door),
                *price_closeness(cp, problem, rooms),
            ]
        )
    )
    return Model(cp, rooms, start)


def _placement(model: Model, run: CpSatRun) -> Placement:
    places, wings = model.start.places.copy(), model.start.wings.copy()
    for block in model.rooms.mains:
        places[block.zone, :4] = _rectangle(block, run)
    for block in model.rooms.wings:
        wings[block.zone] = _rectangle(block, run)
    return Placement(places, wings)


def _rectangle(block: Block, run: CpSatRun) -> Ints:
    west, south, east, north = (run.value(edge) for edge in block.edges)
    return np.array([west, south, east - west, north - south], dtype=np.int64)
