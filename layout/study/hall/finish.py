"""Finish one arrangement of a hall: measure its walks, furnish it, check every rule: `Finishing`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from layout.floor.plan import Door
from layout.flow.exposure import total_exposure
from layout.flow.heat import heat
from layout.flow.journeys import plan_journeys, trips
from layout.posts.plan import Furnishing
from layout.rules.data import RuleSet
from layout.rules.scene import FinishedHall
from layout.study.furnish.hall import furnish_hall
from layout.study.hall.access import choose_accesses
from layout.study.hall.arranged import make_zone_plan, with_accesses
from layout.study.hall.exposure import show_seats, show_zones, waited_minutes
from layout.study.hall.measures import FinishedFloor, measure_zones
from layout.study.hall.plan import HallPlan, Measured
from layout.study.hall.read import choose_kit
from layout.study.hall.rules import check_rules
from layout.study.hall.settle import HallTask, Sized, selling_kinds
from layout.study.hall.walks import HallWalks, main_entrance, walk_hall
from layout.study.work.requirement import Requirement
from layout.study.work.workload import Workload
from layout.zones.check import entrance_cells
from layout.zones.improve import Arrangement
from layout.zones.plan import DOOR_M, ZonePlan
from outlet.outcome import Limits
from outlet.stage import StageRun

FURNISH_WORK = 1.0
SECONDS = 120.0


@dataclass(frozen=True)
class Finishing:
    """What every arrangement of a settled hall is finished with; ``done`` keeps what is finished, by its placement."""

    stage: StageRun
    task: HallTask
    settled: Sized
    requirement: Requirement
    workload: Workload
    rules: RuleSet
    done: dict[bytes, HallPlan] = field(default_factory=dict)

    def finish(self, arrangement: Arrangement, notes: Sequence[str]) -> HallPlan:
        """Return the plan of one arrangement, with notes of the whole hall."""
        plan = self._finished(arrangement)
        bound = {**plan.zones.bound, "topology_gap": arrangement.topology_gap}
        zones = replace(plan.zones, bound=bound, notes=(*plan.zones.notes, *notes))
        told = (*plan.hall.plan.notes, *plan.requirement.notes, *zones.notes, *plan.furnishing.notes)
        return replace(plan, zones=zones, notes=tuple(dict.fromkeys(told)))

    def musts(self, arrangement: Arrangement) -> int:
        """Return how many rules that must be kept the finished hall of one arrangement breaks."""
        return sum(rule.severity == "must" for rule in self._finished(arrangement).zones.broken_rules)

    def _finished(self, arrangement: Arrangement) -> HallPlan:
        """Return the plan of one arrangement, without notes; the search asks for the same one more than once."""
        key = arrangement.placement.key()
        if key not in self.done:
            self.done[key] = self._make(arrangement)
        return self.done[key]

    def _make(self, arrangement: Arrangement) -> HallPlan:
        settled, hall, stage = self.settled, self.task.hall, self.stage
        width = max(DOOR_M, self.rules.number("door_width"))
        zones = make_zone_plan(hall.cells, settled.problem, settled.space, arrangement, door_m=width)
        arrangement, zones = self._step_to(arrangement, zones)
        entrance = self._entrance(arrangement)
        walked = walk_hall(hall.plan, entrance, zones.zones, selling_kinds(settled.space), self.rules)
        zones, measured = self._measure(arrangement, zones, walked)
        furnishing = self._furnish(zones)
        locked = {name: lock.rect for name, lock in self.task.locks.items()}
        broken = check_rules(stage.project, stage.brief.sector, hall.plan, zones, furnishing, locked)
        terms = dict(sorted({**zones.terms, **furnishing.terms}.items()))
        zones = replace(zones, broken_rules=broken, terms=terms)
        triage = self.workload.catalogue.triage
        waited = waited_minutes(self.requirement, () if triage is None else (triage.post,))
        shown = show_seats(measured.exposure, walked.clear, zones.zones, furnishing, waited)
        floor = FinishedFloor(
            hall.plan,
            hall.cells,
            zones.zones,
            settled.space,
            furnishing,
            walked,
            shown,
            self.requirement,
            self.workload.diverted,
        )
        return HallPlan(
            hall,
            self.requirement,
            zones,
            furnishing,
            replace(measured, exposure=shown),
            settled.space.seats,
            (),
            measure_zones(floor),
        )

    def _step_to(self, arrangement: Arrangement, zones: ZonePlan) -> tuple[Arrangement, ZonePlan]:
        """Return an arrangement, and its plan in metres, with accesses that keep the rules on them where any do."""
        hall, problem, sector = self.task.hall, self.settled.problem, self.stage.brief.sector
        for rule in self.rules.checked(sector):
            if rule.test == "access":
                bare = FinishedHall(hall.plan, zones, Furnishing((), (), ()), sector)
                arrangement = choose_accesses(bare, hall.cells, problem, arrangement, rule)
                zones = with_accesses(zones, hall.cells, arrangement)
        return arrangement, zones

    def _furnish(self, zones: ZonePlan) -> Furnishing:
        stage, requirement = self.stage, self.requirement
        limits = Limits(workers=1, work=FURNISH_WORK, seconds=SECONDS, seed=stage.seed)
        posts = {role: (requirement.zone_of.get(role, "reception"), n) for role, n in sorted(requirement.peak.items())}
        kit = choose_kit(stage.project, stage.brief)
        machines, seats = requirement.machines_by_kind, self.settled.space.seats
        return furnish_hall(self.task.hall.plan, zones, posts, machines, seats, limits, kit)

    def _entrance(self, arrangement: Arrangement) -> Door:
        hall = self.task.hall
        first = entrance_cells(hall.ground.entrance, arrangement.verdict.aisles)[0]
        return main_entrance(hall.plan, hall.cells, first)

    def _measure(self, arrangement: Arrangement, zones: ZonePlan, walked: HallWalks) -> tuple[ZonePlan, Measured]:
        """Measure a settled hall whose undecided visitors are led along its movement line."""
        verdict, ground = arrangement.verdict, self.settled.problem.ground
        space, travel = self.settled.space, self.task.travel
        kinds = [zone.kind for zone in zones.zones]
        kind_of = {zone.id: zone.kind for zone in zones.zones}
        led = [kind for kind in (kind_of[stop] for stop in walked.movement.stops) if kind in selling_kinds(space)]
        selling = list(dict.fromkeys([*led, *selling_kinds(space)]))
        journeys = plan_journeys(travel.errands(kinds), kinds, selling, travel.browse, travel.book)
        flow = trips(journeys, kinds)
        exposure = show_zones(walked, zones.zones, space, journeys, travel.book)
        door = entrance_cells(ground.entrance, verdict.aisles)[:1]
        density = heat(verdict.aisles, ground.cell_m, np.vstack([door, verdict.access]), flow)
        exact = {**walked.terms(flow), "exposure": total_exposure(exposure)}
        terms = dict(sorted({**zones.terms, **exact}.items()))
        told = replace(
            zones,
            terms={name: round(value, 3) + 0.0 for name, value in terms.items()},
            movement_line=walked.movement.line,
        )
        return told, Measured(
            walked.movement, exposure, flow, trips(journeys, kinds, day=True), density, walked.walks.metres
        )
