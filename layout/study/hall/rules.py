"""Choose the rules of a project's halls and check a finished hall against them: `hall_rules`, `check_rules`."""

from __future__ import annotations

from collections.abc import Mapping

from layout.floor.plan import FloorPlan
from layout.posts.plan import Furnishing
from layout.rules.check import check_hall
from layout.rules.data import RuleFile, RuleSet, choose_rules
from layout.rules.scene import Facts, FinishedHall, Rect
from layout.settings import LayoutSettings
from layout.zones.plan import SEVERITIES, BrokenRule, ZonePlan
from outlet.data.toml import read_model
from outlet.project import Project

PROGRAMME = {
    "area": "Size of a zone",
    "entrance_within": "Near enough to the entrance",
    "entrances": "Aisles join all entrances",
}
"""What the arrangement's own judge alone says; the rest it says is judged again on the drawn geometry."""


def hall_rules(project: Project) -> RuleSet:
    """Return the rules that ``[layout.rules]`` asks for.

    Raises
    ------
    InputError
        When the planner's file is faulty, or the settings name a rule that there is not.
    """
    settings = project.section("layout", LayoutSettings).rules
    own = None
    if settings.file is not None:
        own = read_model(RuleFile, project.path(settings.file), settings.file)
    return choose_rules(settings, own)


def check_rules(
    project: Project,
    sector: str,
    floor: FloorPlan,
    zones: ZonePlan,
    furnishing: Furnishing,
    locked: Mapping[str, Rect],
) -> tuple[BrokenRule, ...]:
    """Return every rule that a finished hall breaks, those that must be kept first; ``locked`` is id → rectangle."""
    settings = project.section("layout", LayoutSettings)
    facts = Facts(
        sprinklers=settings.rules.sprinklers,
        automatic_doors=settings.rules.automatic_doors,
        entrances_are_exits=settings.rules.entrances_are_exits,
        occupants=settings.rules.occupants,
        m2_per_person=settings.rules.m2_per_person,
        queue_persons=settings.rules.queue_persons,
    )
    there = {zone.id for zone in zones.zones}
    held = {name: rect for name, rect in locked.items() if name in there}
    hall = FinishedHall(floor, zones, furnishing, sector, facts, held)
    wished = [
        BrokenRule(rule.rule, rule.where, rule.text, "should", "programme", title=PROGRAMME[rule.rule])
        for rule in zones.broken_rules
        if rule.rule in PROGRAMME
    ]
    broken = (*check_hall(hall, hall_rules(project)), *wished)
    return tuple(sorted(broken, key=lambda rule: SEVERITIES.index(rule.severity)))
