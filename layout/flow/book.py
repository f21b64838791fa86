"""Hold the journeys of a sector's visitors as data: through which stages who goes, by what they came for.

A book is one TOML file a sector under ``presets/``, which a planner can copy, edit and name in
``[layout.programme] journeys``. Every entry says where it is from (``source``); ``preset`` marks a typical course or
value of ours without a public source.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field, model_validator

from outlet.data.toml import parse_model
from outlet.project import Sector, Settings

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Kind = Literal["strategic", "incentive", "sales", "routine", "sensitive", "retention"]
Visitor = Literal["decided", "undecided"]
By = Literal["staff", "machine"]
Share = Annotated[float, Field(ge=0, le=1)]

SERVED, SELLING = "served", "selling"


class JourneySpec(Settings):
    """One course through the hall, from the door and back to it.

    Parameters
    ----------
    visitor
        Whether visitors know what they came for (``decided``) or are led round first (``undecided``).
    by
        Who or what serves them in the end.
    services, kinds, zones
        To which services, kinds of service, and kinds of zone where it is done the course applies; empty: to all.
        ``selling`` among ``zones`` stands for every selling zone.
    stages
        Kinds of zone in order. ``served`` stands for the zone where the service is done, ``selling`` for all selling
        zones in the order in which visitors are led. Those that a hall does not have are left out.
    source
        Where the course is from.
    """

    visitor: Visitor
    by: By
    services: tuple[Id, ...] = ()
    kinds: tuple[Kind, ...] = ()
    zones: tuple[Id, ...] = ()
    stages: tuple[Id, ...] = Field(min_length=1)
    source: Annotated[str, Field(min_length=1)]

    @property
    def general(self) -> bool:
        """Whether it applies to every service of its visitors."""
        return not (self.services or self.kinds or self.zones)


class Undecided(Settings):
    """How much more or less often than the programme's ``browse`` visitors of a kind of service are undecided."""

    factor: Mapping[Kind, Annotated[float, Field(ge=0, le=100)]]
    source: Annotated[str, Field(min_length=1)]


class Funnel(Settings):
    """What becomes of visitors who pass a zone: ``stop``, ``try``, ``buy`` are shares of those of the step before."""

    zone: Id
    stop: Share
    try_: Share = Field(alias="try")
    buy: Share
    source: Annotated[str, Field(min_length=1)]

    @property
    def bought(self) -> float:
        """Share of those who pass that buys."""
        return self.stop * self.try_ * self.buy


class JourneyBook(Settings):
    """All journeys of a sector. The first course that applies to an errand is the one taken."""

    schema_: Literal[1] = Field(1, alias="schema")
    sector: Sector | Literal["any"]
    journeys: tuple[JourneySpec, ...]
    undecided: Undecided | None = None
    funnel: tuple[Funnel, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> JourneyBook:
        there = {(journey.visitor, journey.by) for journey in self.journeys if journey.general}
        for visitor in ("decided", "undecided"):
            for by in ("staff", "machine"):
                if (visitor, by) not in there:
                    raise ValueError(f"journeys: none for all services of {visitor} visitors served by {by}")
        double = sorted({one.zone for one in self.funnel if sum(one.zone == other.zone for other in self.funnel) > 1})
        if double:
            raise ValueError(f"funnel: {', '.join(double)} twice")
        return self

    @property
    def stages(self) -> frozenset[str]:
        """All kinds of zone that a course names."""
        return frozenset(stage for journey in self.journeys for stage in journey.stages) - {SERVED, SELLING}

    def undecided_share(self, browse: float, kind: str) -> float:
        """Return the share of a kind of service's visitors who are undecided, where ``browse`` of all are."""
        factor = 1.0
        if self.undecided is not None:
            factor = next((value for name, value in self.undecided.factor.items() if name == kind), 1.0)
        return min(1.0, browse * factor)


def read_journeys(sector: Sector | Literal["any"] = "any") -> JourneyBook:
    """Return the book that ships for a sector, or the usual one."""
    name = f"{sector}.toml"
    text = (files("layout.flow") / "presets" / name).read_text(encoding="utf-8")
    return parse_model(JourneyBook, text, name)
