"""Arrange a hall by plain CP-SAT, as a model would be written without a search of one's own: `solve_plain`.

A model on the cells of the hall, given to CP-SAT as it is; no start, no decomposition, nothing of the product's search.

Variables: for every zone its corner, its width, height and area, and which of four sides is its front; the rectangles
of floor that make the aisles; the walker at each front.

Rules, all of the judge's (`layout.zones.check`):

- ``inside``, ``doors``, ``overlap``: NoOverlap2D over the zones and the rectangles of floor they must not take;
- ``area``: (width, height, area) from a table of the shapes the programme allows, by the direction of the front;
- ``staff_side``: at the back or a side a zone touches one that gives it its staff side, as long as a staff aisle;
- ``reachable``: aisles are free rectangles as wide as a visitors' aisle, one a zone, and two as wide as a staff's; the
  first holds the middle of the widest entrance, each other one overlaps an earlier one by its width; at the front of
  every zone a walker stands in one of them, more than half before it; ``entrances``: one of them touches each;
- ``front``: an aisle reaches along all of a full front; ``turning``: a circle's square is free at the front of
  visitors' zones; ``exits``: an aisle touches the floor before each;
- ``entrance_within``: a walk to some entrance is short enough.

Objective: the judge's cost. Walks are chains of up to four straight legs through aisles, each measured as the judge
measures free floor, to a hundredth of a cell; see `halls.plain.walks`, `halls.plain.edges`, `halls.plain.views`.

What a plan may be and the model does not know: aisles of more rectangles, walks of more legs, zones of two rectangles
(no hall of the set has one). What it prices otherwise: it chooses where a walk ends at a front (the judge takes the
place nearest to the entrance), what lies far from the entrance counts by the nearest cell of its front, a zone sees all
of a thing or nothing, and the exposure of a zone counts those who go to one place near it. On the small halls' planted
plans its price is within `PRICED_ALIKE` of the judge's (a test).

The whole model is large, and CP-SAT finds better plans by a **short** one (`halls.plain.short`), which refuses some
plans that the judge takes and prices others wrongly: two aisles for three zones; the access a square as wide as the
turning circle, most of it before the front, which overlaps an aisle; walks along the axes, through zones; a side saved
only where all of it lies at one wall or zone; no term for dead floor, sight and exposure. Both are tried, each for the
full time, and the better plan by the judge is the baseline's. "Optimal" of either would be a statement on that model
and never one on the hall.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from halls.plain.price import SCALE, add_price
from halls.plain.rules import add_aisles, add_staff_sides
from halls.plain.short import SCALE as SHORT_SCALE
from halls.plain.short import add_short
from halls.plain.variables import PlainModel, add_zones
from layout.zones.check import Verdict, judge
from layout.zones.problem import PackProblem, Placement
from outlet.cp_sat import CpSatRun, run_cp_sat
from outlet.outcome import Limits

PRICED_ALIKE = 0.6


@dataclass(frozen=True)
class PlainTry:
    """What CP-SAT made of one of the models.

    ``objective`` is the model's own. ``proved`` says that CP-SAT proved its plan best in the model, which says nothing
    on the hall.
    """

    name: str
    seconds: float
    proved: bool
    objective: float | None
    placement: Placement | None
    verdict: Verdict | None

    @property
    def order(self) -> tuple[bool, int, float]:
        """What tries are compared by: a plan before none, fewer broken rules, then the judge's cost."""
        if self.verdict is None:
            return True, 0, 0.0
        return False, len(self.verdict.broken), self.verdict.cost


def solve_plain(problem: PackProblem, limits: Limits) -> tuple[PlainTry, ...]:
    """Return what CP-SAT finds by each of the models within ``limits`` each, the better by the judge first."""
    tries = []
    for name in ("whole", "short"):
        made = build(problem, whole=name == "whole")
        run = run_cp_sat(made.model, limits)
        placement = read(made, run) if run.has_plan else None
        verdict = None if placement is None else judge(problem, placement)
        objective = None if run.objective is None else run.objective / (SCALE if name == "whole" else SHORT_SCALE)
        tries.append(PlainTry(name, run.seconds, run.status == "optimal", objective, placement, verdict))
    return tuple(sorted(tries, key=lambda item: item.order))


def read(made: PlainModel, run: CpSatRun) -> Placement:
    """Return the plan of a run."""
    rows = [[run.value(v) for v in (z.x, z.y, z.w, z.h)] for z in made.zones]
    fronts = [next(side for side in range(4) if run.value(z.front[side])) for z in made.zones]
    return Placement(np.column_stack([np.array(rows), np.array(fronts)]).astype(np.int64))


def build(problem: PackProblem, *, whole: bool = True) -> PlainModel:
    """Return the whole model or the short one.

    Raises
    ------
    ValueError
        When a zone may be an L of two rectangles, or is locked: the model would be another problem.
    """
    if problem.bends.any() or any(problem.is_locked(i) for i in range(problem.count)):
        raise ValueError("the plain model knows no zones of two rectangles and no locked zones")
    made = PlainModel(problem)
    add_zones(made)
    if not whole:
        add_short(made)
        return made
    add_staff_sides(made)
    add_aisles(made)
    made.model.minimize(add_price(made))
    return made
