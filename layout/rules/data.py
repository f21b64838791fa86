"""Read the rules of a hall: `read_rules`, `choose_rules`.

A rule is data: its name, where it is from, its numbers, the geometric test that judges it, how grave it is, and what it
is about. The sets under ``sets/`` hold them: ``preset.toml`` every rule, a country's what differs there; a planner's
own file comes over both, then the switches of ``[layout.rules]``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field

from layout.settings.rules import Country, RuleSettings
from layout.zones.plan import Severity
from outlet.data.toml import parse_model
from outlet.errors import InputError
from outlet.project import Sector, Settings

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Number = Annotated[float, Field(ge=0, le=10000)]
Test = Literal[
    "inside",
    "columns",
    "overlap",
    "locked",
    "equipment_place",
    "equipment_overlap",
    "equipment_clear",
    "post_place",
    "post_spacing",
    "aisle",
    "turning_access",
    "turning_door",
    "turning_room",
    "access",
    "front_clear",
    "door_width",
    "door_clear",
    "two_exits",
    "exits_apart",
    "egress_straight",
    "egress_walked",
    "way_out",
    "dead_end",
    "staff_side",
    "staff_crossed",
    "queue_lane",
    "low_counter",
    "cash_door",
    "counter_size",
    "cash_window",
    "screen_private",
    "stand_off",
    "closable",
    "cameras",
    "panic_button",
]
COUNTRIES: tuple[Country, ...] = ("preset", "cn", "us", "iso")
UNITS = {"m2": "m²", "m": "m", "deg": "°", "persons": "persons", "share": ""}
SEARCHED = ("aisle_public", "aisle_staff", "turning")
"""The rules whose first number the arrangement of zones keeps."""


class Rule(Settings):
    """One rule.

    Parameters
    ----------
    name, title
        Its id and what it is called.
    source
        Clause and edition of a text that was read, or ``preset``.
    test
        The geometric test that judges it.
    severity
        ``must``, ``should`` or ``advice``.
    numbers
        Its figures; the end of a name is the unit. The first is the rule's own.
    zones, without
        The zones it is about (``all``, ``public``, ``staff``, ``enclosed``, ``open`` or kinds), and kinds left out.
    things
        Kinds of equipment it is about.
    sectors
        The sectors it is about; empty for all.
    """

    name: Name
    title: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]
    test: Test
    severity: Severity
    numbers: Mapping[str, Number] = Field(min_length=1)
    zones: tuple[str, ...] = ("all",)
    without: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    sectors: tuple[Sector, ...] = ()

    @property
    def number(self) -> float:
        """Its first figure."""
        return next(iter(self.numbers.values()))

    @property
    def figures(self) -> str:
        """Its figures with what they are of, as a reader is told them; what a test merely overlooks is left out."""
        told = []
        for name, value in self.numbers.items():
            of, _, unit = name.rpartition("_")
            if of != "slack":
                told.append(f"{of.replace('_', ' ')} {value:g} {UNITS.get(unit, '')}".strip().replace(" °", "°"))
        return ", ".join(told)

    def of(self, name: str) -> float:
        """Return one of its figures."""
        return float(self.numbers[name])


class RuleEdit(Settings):
    """One rule of a file over another set: what is not given stays as it is; a new rule needs every field."""

    name: Name
    title: str | None = None
    source: str | None = None
    test: Test | None = None
    severity: Severity | None = None
    numbers: Mapping[str, Number] | None = None
    zones: tuple[str, ...] | None = None
    without: tuple[str, ...] | None = None
    things: tuple[str, ...] | None = None
    sectors: tuple[Sector, ...] | None = None


class RuleFile(Settings):
    """A file of rules."""

    rules: tuple[RuleEdit, ...]


@dataclass(frozen=True)
class RuleSet:
    """The rules a hall is checked against, by name; those in ``off`` are kept for their numbers but not checked."""

    rules: Mapping[str, Rule]
    off: frozenset[str] = frozenset()

    def number(self, name: str) -> float:
        """Return the first figure of a rule."""
        return float(self.rules[name].number)

    def checked(self, sector: str) -> tuple[Rule, ...]:
        """Return the rules that are checked in a sector."""
        return tuple(
            rule
            for rule in self.rules.values()
            if rule.name not in self.off and (not rule.sectors or sector in rule.sectors)
        )


def read_rules(country: Country, own: RuleFile | None = None, label: str = "") -> RuleSet:
    """Return a country's rules, with a planner's own over them.

    Raises
    ------
    InputError
        When a new rule of the own file lacks a field, or names a number that the rule does not have.
    """
    rules: dict[str, Rule] = {}
    for name in dict.fromkeys(("preset", country)):
        text = (files("layout.rules") / "sets" / f"{name}.toml").read_text(encoding="utf-8")
        rules = _edited(rules, parse_model(RuleFile, text, f"{name}.toml"), f"{name}.toml")
    return RuleSet(rules if own is None else _edited(rules, own, label))


def _edited(rules: Mapping[str, Rule], file: RuleFile, label: str) -> dict[str, Rule]:
    found = dict(rules)
    for edit in file.rules:
        given = edit.model_dump(exclude_none=True)
        known = found.get(edit.name)
        missing = [key for key in ("title", "source", "test", "severity", "numbers") if key not in given]
        if known is None and missing:
            near = _nearest(edit.name, found)
            raise InputError(f"{label}: the rule {edit.name} is new and has no {', '.join(missing)}{near}")
        alike = known or next((rule for rule in found.values() if rule.test == edit.test), None)
        if alike is not None:
            given["numbers"] = {**alike.numbers, **given.get("numbers", {})}
            strange = [key for key in given["numbers"] if key not in alike.numbers]
            if strange:
                raise InputError(f"{label}: {edit.name} has no number {', '.join(strange)}; {_listed(alike.numbers)}")
        if known is not None and edit.numbers is not None and edit.source is None:
            given["source"] = f"{label}; else {known.source}"
        before = known.model_dump() if known is not None else {}
        found[edit.name] = Rule.model_validate({**before, **given})
    return found


def choose_rules(settings: RuleSettings, own: RuleFile | None = None) -> RuleSet:
    """Return the rules that ``[layout.rules]`` asks for.

    Raises
    ------
    InputError
        When it names a rule or a number that there is not: the message lists every such name and the nearest.
    """
    base = read_rules(settings.country, own, settings.file or "")
    faults = [
        f"outlet.toml: layout.rules.{key} names {name!r}, which is no rule{_nearest(name, base.rules)}"
        for key, names in (("off", settings.off), ("severity", tuple(settings.severity)))
        for name in names
        if name not in base.rules
    ]
    rules = {
        name: rule.model_copy(update={"severity": settings.severity.get(name, rule.severity)})
        for name, rule in base.rules.items()
    }
    for key, value in settings.numbers.items():
        name, _, part = key.partition(".")
        if name not in rules:
            faults.append(f"outlet.toml: layout.rules.numbers names {key!r}, which is no rule{_nearest(name, rules)}")
            continue
        numbers = rules[name].numbers
        part = part or next(iter(numbers))
        if part not in numbers:
            faults.append(f"outlet.toml: layout.rules.numbers: {name} has no number {part!r}; {_listed(numbers)}")
            continue
        source = f"set in [layout.rules]; else {rules[name].source}"
        rules[name] = rules[name].model_copy(update={"numbers": {**numbers, part: value}, "source": source})
    zero = [name for name in SEARCHED if rules[name].number <= 0]
    faults += [f"outlet.toml: layout.rules: {name} is 0; expected a width above 0" for name in zero]
    if faults:
        raise InputError("\n".join(faults))
    return RuleSet(rules, frozenset(settings.off))


def _nearest(name: str, valid: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(valid), n=1, cutoff=0.4)
    return f"; did you mean {close[0]!r}?" if close else "; docs/rules.md lists them"


def _listed(names: Sequence[str] | Mapping[str, float]) -> str:
    return f"it has {', '.join(names)}"
