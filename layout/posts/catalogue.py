"""Read what stands in which kind of zone and what each role should see, from ``catalogue.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field

from outlet.project import Settings

Target = Literal["entrance", "counter", "machine", "shelf", "store", "public"]
Place = Literal["front", "back", "side", "rows", "middle"]
Metres = Annotated[float, Field(ge=0, le=20)]


class EquipmentKind(Settings):
    """One kind of equipment in some kinds of zone; ``catalogue.toml`` explains the fields."""

    kind: str
    zones: tuple[str, ...]
    place: Place
    count: int | Literal["posts", "machines", "seats", "fill"]
    width: Metres = Field(gt=0)
    depth: Metres = Field(gt=0)
    clearance: Metres = 0.0
    gap: Metres = 0.1
    pitch: Metres = 1.5
    aisle: Metres = 0.0
    most: int = Field(99, ge=1)
    towards: str = ""
    staffed: bool = False
    behind: Metres = 0.45
    top: Metres | None = None
    watch: Literal["", "counter", "machine", "shelf", "store"] = ""


class Role(Settings):
    """What one role should see: kind of target → weight."""

    id: str
    sees: dict[Target, float]


class PostCatalogue(Settings):
    """All kinds of equipment, in the order they are placed, and the roles that look at something."""

    equipment: tuple[EquipmentKind, ...]
    roles: tuple[Role, ...]

    def sees(self, role: str) -> Mapping[str, float]:
        """Return what a role should see; nothing for a role that is not named."""
        found = next((entry.sees for entry in self.roles if entry.id == role), None)
        return {} if found is None else {str(kind): weight for kind, weight in found.items()}


@cache
def read_catalogue() -> PostCatalogue:
    """Return the catalogue that ships with the package."""
    text = files("layout.posts").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return PostCatalogue.model_validate(tomllib.loads(text))
