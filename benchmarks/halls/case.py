"""Read a hall of the set: `hall_names`, `read_case`.

One JSON file a hall beside this module:

==========  ==========================================================================================================
name        of the hall, that of the file
about       what it is, in words
hall        the plan as a planner hands it over: a GeoJSON FeatureCollection in local metres (`layout.data.plans`)
cell_m      side of a floor cell; aisle_public_m, aisle_staff_m, turning_m: as in the rules (`layout.rules`)
programme   zones, closeness and weights in the form of `layout.zones.programme.Programme`
work        posts by kind, machines, people waiting: what zones with ``per`` are sized by
errands     what visitors come for in the busiest hour (`layout.flow.journeys.Errand`)
trips       the flow that the sector's journeys made of it, fixed here so that the hall stays the same: from, to
            (``entrance`` or a zone's id), people an hour
planted     a plan that keeps every rule: zones (id, rect x, y, width, height in metres, front), the judge's cost and
            terms of it, and the ``fill``: its share of the free floor
==========  ==========================================================================================================

Everything but the planted plan goes the way of a project's hall: the plan reader, the cells, the programme, the space,
`make_ground`, `make_problem`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from layout.data.plans.build import build_plan
from layout.data.plans.geojson import read_geojson
from layout.floor.cells import Cells, free_cells, near_cells
from layout.floor.plan import FloorPlan
from layout.settings.hall import HallSettings
from layout.zones.brief import SIDES, make_ground, make_problem
from layout.zones.check import judge
from layout.zones.problem import Ground, PackProblem, Placement
from layout.zones.programme import ENTRANCE, Programme
from layout.zones.space import Space, Work, plan_space
from outlet.errors import TableError

FOLDER = Path(__file__).parent
WINDOW_REACH_M = 0.25
Content = Mapping[str, Any]


@dataclass(frozen=True)
class HallCase:
    """One hall of the set; ``content`` is its file."""

    content: Content

    @property
    def name(self) -> str:
        """The name of the hall."""
        return str(self.content["name"])

    @cached_property
    def plan(self) -> FloorPlan:
        """The hall as drawn."""
        settings = HallSettings()
        reading = build_plan(read_geojson(json.dumps(self.content["hall"]).encode(), self.name, settings), settings)
        if reading.faults or reading.plan is None:
            raise TableError(reading.faults)
        return reading.plan

    @cached_property
    def cells(self) -> Cells:
        """Its cells."""
        return free_cells(self.plan, self.content["cell_m"])

    @cached_property
    def ground(self) -> Ground:
        """Its floor as the zones model reads it."""
        return make_ground(
            self.cells,
            self.plan.doors,
            near_cells(self.cells, self.plan.windows, WINDOW_REACH_M),
            aisle_public_m=self.content["aisle_public_m"],
            aisle_staff_m=self.content["aisle_staff_m"],
            turning_m=self.content["turning_m"],
        )

    @cached_property
    def programme(self) -> Programme:
        """What shall be in it."""
        return Programme.model_validate_json(json.dumps(self.content["programme"]))

    @cached_property
    def space(self) -> Space:
        """The space its zones need."""
        floor_m2 = float(self.ground.buildable.sum()) * self.cells.cell_m**2
        return plan_space(self.programme, Work(**self.content["work"]), {}, floor_m2)

    @cached_property
    def problem(self) -> PackProblem:
        """The problem of arranging it."""
        at = {name: k for k, name in enumerate((ENTRANCE, *(need.id for need in self.space.needs)))}
        flow = np.zeros((len(at), len(at)))
        for trip in self.content["trips"]:
            flow[at[trip["from"]], at[trip["to"]]] = trip["per_hour"]
        return make_problem(self.ground, self.programme, self.space, flow)

    @property
    def free_m2(self) -> float:
        """Its free floor."""
        return self.cells.area_m2

    @cached_property
    def planted(self) -> Placement:
        """The planted plan, zones in the order of the problem."""
        zones = {zone["id"]: zone for zone in self.content["planted"]["zones"]}
        return placement(self.cells, [zones[kind] for kind in self.problem.kinds])

    @cached_property
    def planted_cost(self) -> float:
        """What the judge says of the planted plan now; the file holds what it said when it was made."""
        return judge(self.problem, self.planted).cost


def placement(cells: Cells, zones: Sequence[Mapping[str, Any]]) -> Placement:
    """Return zones given by rectangles in metres and fronts as a placement in cells."""
    origin = np.array([cells.x0, cells.y0, 0.0, 0.0])
    places = []
    for zone in zones:
        at = (np.array(zone["rect"]) - origin) / cells.cell_m
        if np.abs(at - at.round()).max() > 1e-6:
            raise ValueError(f"{zone['id']}: {zone['rect']} lies not on the grid")
        places.append([*at.round().astype(int), SIDES[zone["front"]]])
    return Placement(np.array(places, dtype=np.int64))


def hall_names() -> list[str]:
    """Return the names of all halls, the smallest first."""
    return sorted((file.stem for file in FOLDER.glob("*.json")), key=lambda name: (int(name.rsplit("_", 1)[1]), name))


def read_case(name: str) -> HallCase:
    """Return one hall of the set."""
    return HallCase(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))
