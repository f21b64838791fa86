"""Read what stands in which kind of zone and what each role should see, from ``catalogue.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field, model_validator

from outlet.data.toml import parse_model
from outlet.project import Sector, Settings

Target = Literal["entrance", "counter", "machine", "shelf", "store", "public"]
Place = Literal["front", "back", "side", "rows", "middle", "on"]
Presence = Literal["open", "opening", "closing", "cash"]
Metres = Annotated[float, Field(ge=0, le=20)]
Source = Annotated[str, Field(min_length=1)]


class Screen(Settings):
    """A screen or keypad that only its user shall read; ``catalogue.toml`` explains the fields."""

    inset: Metres = 0.0
    half: Metres = Field(gt=0)
    shields: tuple[Metres, ...] = (0.0,)
    read: Metres = 3.0
    angle: float = Field(75.0, gt=0, lt=90)
    stand_off: Metres = 1.0


class Reliability(Settings):
    """How often a machine fails and how long it then stands: mean hours between failures and to repair."""

    fails_h: float = Field(gt=0, le=1_000_000)
    repair_h: float = Field(ge=0, le=10_000)

    @property
    def availability(self) -> float:
        """Share of time it works."""
        return self.fails_h / (self.fails_h + self.repair_h)


class EquipmentKind(Settings):
    """One kind of equipment in some kinds of zone; ``catalogue.toml`` explains the fields."""

    kind: str
    zones: tuple[str, ...]
    sectors: tuple[Sector, ...] = ()
    place: Place
    count: int | Literal["posts", "machines", "machine", "seats", "fill", "each"]
    at: tuple[str, ...] = ()
    width: Metres = Field(gt=0)
    depth: Metres = Field(gt=0)
    clearance: Metres = 0.0
    gap: Metres = 0.1
    pitch: Metres = 1.5
    aisle: Metres = 0.0
    most: int = Field(99, ge=1)
    towards: str = ""
    near: Literal["", "line"] = ""
    wall: bool = False
    power: bool = False
    staffed: bool = False
    behind: Metres = 0.45
    top: Metres | None = None
    low: str = ""
    low_top: Metres | None = None
    watch: Literal["", "counter", "machine", "shelf", "store"] = ""
    screen: Screen | None = None
    reliability: Reliability | None = None
    source: Source = "preset"

    @model_validator(mode="after")
    def _attached(self) -> EquipmentKind:
        if (self.place == "on") != (self.count == "each") or (self.place == "on") != bool(self.at):
            raise ValueError(f"{self.kind}: place = 'on', count = 'each' and at go together")
        return self

    @property
    def hangs(self) -> bool:
        """Whether it hangs on a wall, whichever side of its zone that is on: a poster does, a safe does not."""
        return self.wall and self.clearance == 0


class Role(Settings):
    """What one role should see, kind of target → weight, and when it must be there."""

    id: str
    name: str
    sees: Mapping[Target, float] = Field({})
    presence: tuple[Presence, ...] = ("open",)
    least: int = Field(1, ge=1, le=20)
    source: Source = "preset"

    @property
    def cash(self) -> bool:
        """Whether it handles cash."""
        return "cash" in self.presence


class PostCatalogue(Settings):
    """All kinds of equipment, in the order they are placed, and the roles."""

    schema_: Literal[1] = Field(1, alias="schema")
    equipment: tuple[EquipmentKind, ...]
    roles: tuple[Role, ...]

    @model_validator(mode="after")
    def _roles_once(self) -> PostCatalogue:
        ids = [role.id for role in self.roles]
        double = sorted({name for name in ids if ids.count(name) > 1})
        if double:
            raise ValueError(f"roles: {', '.join(double)} twice")
        return self

    def of_sector(self, sector: Sector) -> PostCatalogue:
        """Return the catalogue with what stands in halls of one sector."""
        kept = tuple(kind for kind in self.equipment if not kind.sectors or sector in kind.sectors)
        return self.model_copy(update={"equipment": kept})

    def role(self, name: str) -> Role | None:
        """Return a role, or None for one that is not named."""
        return next((role for role in self.roles if role.id == name), None)

    def sees(self, role: str) -> Mapping[str, float]:
        """Return what a role should see; nothing for a role that is not named."""
        found = self.role(role)
        return {} if found is None else {str(kind): weight for kind, weight in found.sees.items()}

    def in_zone(self, kind: str, zone_kind: str) -> EquipmentKind | None:
        """Return the entry of a kind of equipment in a kind of zone; a low counter is that of its counter."""
        return next(
            (entry for entry in self.equipment if kind in (entry.kind, entry.low) and zone_kind in entry.zones), None
        )


@cache
def read_catalogue() -> PostCatalogue:
    """Return the catalogue that ships with the package."""
    text = files("layout.posts").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return parse_model(PostCatalogue, text, "catalogue.toml")
