"""Check a finished hall against its rules, without any solver: `check_hall`.

Every rule names one geometric test (`TESTS`); a test yields one finding a place at which the rule is broken. All is
judged on the drawn geometry: polygons, discs and lines, no cells; walks on foot alone use a lattice of points.
"""

from __future__ import annotations

from collections.abc import Mapping

from layout.rules import aisles, exits, places, service, views
from layout.rules.data import RuleSet, Test
from layout.rules.scene import FinishedHall, Judge, Scene
from layout.zones.plan import SEVERITIES, BrokenRule

TESTS: Mapping[Test, Judge] = {
    "inside": places.inside,
    "columns": places.columns,
    "overlap": places.overlap,
    "locked": places.locked,
    "equipment_place": places.equipment_place,
    "equipment_overlap": places.equipment_overlap,
    "equipment_clear": places.equipment_clear,
    "post_place": places.post_place,
    "post_spacing": places.post_spacing,
    "aisle": aisles.aisle,
    "turning_access": aisles.turning_access,
    "turning_door": aisles.turning_door,
    "turning_room": aisles.turning_room,
    "access": aisles.access,
    "front_clear": aisles.front_clear,
    "staff_side": aisles.staff_side,
    "staff_crossed": aisles.staff_crossed,
    "door_width": exits.door_width,
    "door_clear": exits.door_clear,
    "two_exits": exits.two_exits,
    "exits_apart": exits.exits_apart,
    "egress_straight": exits.egress_straight,
    "egress_walked": exits.egress_walked,
    "way_out": exits.way_out,
    "dead_end": exits.dead_end,
    "queue_lane": service.queue_lane,
    "low_counter": service.low_counter,
    "cash_door": service.cash_door,
    "counter_size": service.counter_size,
    "cash_window": service.cash_window,
    "panic_button": service.panic_button,
    "closable": service.closable,
    "screen_private": views.screen_private,
    "stand_off": views.stand_off,
    "cameras": views.cameras,
}


def check_hall(hall: FinishedHall, rules: RuleSet) -> tuple[BrokenRule, ...]:
    """Return every broken rule with its place, figures and shape, those that must be kept first."""
    scene = Scene(hall)
    broken = [
        BrokenRule(
            rule.name,
            found.where,
            found.text,
            rule.severity,
            rule.source,
            found.shapes,
            rule.title,
            rule.figures,
        )
        for rule in rules.checked(hall.sector)
        for found in TESTS[rule.test](scene, rule)
    ]
    return tuple(sorted(broken, key=lambda rule: SEVERITIES.index(rule.severity)))
