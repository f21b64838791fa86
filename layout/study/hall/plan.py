"""Hold everything planned for one hall, and tell it as zones.json: `HallPlan`, `zones_json`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.floor.doorway import Doorway
from layout.flow.exposure import ZoneExposure
from layout.flow.journeys import DOOR
from layout.posts.plan import Furnishing
from layout.study.furnish.told import zones_json_parts
from layout.study.hall.read import Hall
from layout.study.hall.walks import Movement
from layout.study.work.requirement import Requirement
from layout.zones.plan import BrokenRule, PlacedZone, ZoneMeasure, ZonePlan, staff_doors
from outlet.commit import Json

SCHEMA = 1


@dataclass(frozen=True)
class Measured:
    """What is measured on a settled hall.

    Parameters
    ----------
    movement
        The line visitors are led along.
    exposure
        Of the zones.
    flow_hour, flow_day
        Shape (n + 1, n + 1): visitors from zone to zone (0 the door, i + 1 zone i) in the busiest hour, and on its day.
    density
        Shape (rows, columns): people an hour who cross a metre of floor, on each cell of the hall's grid.
    walks_m
        Shape (n + 1, n + 1): metres of the visitors' walk from place to place, numbered as in the flows.
    """

    movement: Movement
    exposure: tuple[ZoneExposure, ...]
    flow_hour: NDArray[np.float64]
    flow_day: NDArray[np.float64]
    density: NDArray[np.float64]
    walks_m: NDArray[np.float64]


@dataclass(frozen=True)
class HallPlan:
    """Everything planned for one hall; ``flows`` are visitors, see `Measured`."""

    hall: Hall
    requirement: Requirement
    zones: ZonePlan
    furnishing: Furnishing
    measured: Measured
    seats: int
    notes: tuple[str, ...]
    measures: tuple[ZoneMeasure, ...] = ()


def zones_json(plan: HallPlan) -> dict[str, object]:
    """Return the content of zones.json."""
    zones, floor = plan.zones, plan.hall.plan
    return {
        "schema": SCHEMA,
        "units": "m",
        "crs": None,
        "origin": list(floor.origin),
        "origin_crs": floor.origin_crs,
        "rotation_deg": floor.rotation_deg,
        "hall": {
            "source": floor.source,
            "area_m2": round(float(floor.outline.area), 2),
            "free_m2": round(plan.hall.cells.area_m2, 2),
            "doors": [
                {"width_m": round(door.width_m, 2), "entrance": door.entrance, "exit": door.exit}
                for door in floor.doors
                if door.entrance or door.exit
            ],
        },
        "zones": [_zone_json(zone, zones) for zone in zones.zones],
        **zones_json_parts(plan.furnishing),
        "seats": plan.seats,
        "machines": plan.requirement.machines,
        "terms": dict(zones.terms),
        "bound": _bound_json(plan),
        "broken_rules": [_broken_json(rule) for rule in zones.broken_rules],
        "movement_line": [[float(x), float(y)] for x, y in zones.movement_line],
        **_visitors_json(plan),
        "measures": [
            {
                "zone": measure.zone,
                "term": measure.term,
                "unit": measure.unit,
                "value": measure.value,
                "parts": {name: value for name, _, value in measure.parts},
            }
            for measure in plan.measures
        ],
        "notes": list(plan.notes),
    }


def proof_of(zones: ZonePlan) -> str | float | None:
    """Return how good the zones' dimensions are for their topology: proved best, a share left, or not known."""
    gap = zones.bound.get("topology_gap")
    return "proved" if gap == 0 else None if gap is None else math.ceil(gap * 10_000) / 10_000


def _bound_json(plan: HallPlan) -> dict[str, Json]:
    bound: dict[str, Json] = {
        name: None if value is None else round(value, 3)
        for name, value in sorted(plan.zones.bound.items())
        if name != "topology_gap"
    }
    return bound | {"topology": proof_of(plan.zones), "cameras": plan.furnishing.cameras_bound}


def _zone_json(zone: PlacedZone, plan: ZonePlan) -> dict[str, object]:
    return {
        "id": zone.id,
        "kind": zone.kind,
        "name": zone.name,
        "rects": [[float(value) for value in rect] for rect in zone.rects],
        "area_m2": zone.area_m2,
        "locked": zone.locked,
        "public": zone.public,
        "enclosed": zone.enclosed,
        "front_deg": zone.front_deg,
        "access": [float(value) for value in zone.access],
        "door": _door_json(zone.door),
        "staff_doors": [_door_json(door) for door in staff_doors(zone, plan.zones)],
    }


def _door_json(door: Doorway | None) -> dict[str, object] | None:
    if door is None:
        return None
    return {"x": door.x, "y": door.y, "width_m": door.width_m, "facing_deg": door.facing_deg}


def _broken_json(rule: BrokenRule) -> dict[str, object]:
    """Return one entry of ``broken_rules``: its shapes are points, lines and areas in the hall's metres."""
    shapes = [{"kind": shape.kind, "points": [list(point) for point in shape.points]} for shape in rule.shapes]
    return {
        "rule": rule.rule,
        "where": rule.where,
        "text": rule.text,
        "expected": rule.expected,
        "title": rule.title,
        "severity": rule.severity,
        "source": rule.source,
        "shapes": shapes,
    }


def _visitors_json(plan: HallPlan) -> dict[str, object]:
    """Return the entries on the movement line, the flow from zone to zone, and what visitors pass and see."""
    measured = plan.measured
    movement = measured.movement
    names = [DOOR, *(zone.id for zone in plan.zones.zones)]
    return {
        "movement": {
            "length_m": round(movement.length_m, 2),
            "stops": [{"zone": stop, "at_m": far} for stop, far in zip(movement.stops, movement.metres, strict=True)],
            "proved_shortest": movement.proved,
        },
        "flow": [
            {
                "from": names[k],
                "to": names[other],
                "per_hour": round(float(measured.flow_hour[k, other]), 3),
                "per_day": round(float(measured.flow_day[k, other]), 3),
            }
            for k, other in np.argwhere(measured.flow_day > 0)
        ],
        "walks": [
            {"from": names[k], "to": names[other], "metres": round(float(measured.walks_m[k, other]), 2)}
            for k, other in np.argwhere(np.triu(np.isfinite(measured.walks_m), 1))
        ],
        "exposure": [
            {
                "zone": shown.zone,
                "value": shown.value,
                "share": round(shown.share, 4),
                "per_hour": round(shown.per_hour, 3),
                "buyers_per_hour": None if shown.buyers_per_hour is None else round(shown.buyers_per_hour, 3),
                "waiting_min_per_hour": round(shown.waiting_min_per_hour, 2),
            }
            for shown in measured.exposure
        ],
    }
