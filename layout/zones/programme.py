"""Say which zones a hall has, how large they are, and who wants to be near whom: the programme.

A programme is data: one TOML file a sector under ``programmes/``, which a planner can copy, edit and name in
``[layout.programme] file``. Every number says where it is from (``source``); ``preset`` marks a typical value of ours
without a public source.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field, model_validator

from outlet.data.toml import parse_model
from outlet.project import Sector, Settings

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Rating = Literal["A", "E", "I", "O", "U", "X"]
Term = Literal[
    "walking",
    "closeness",
    "area",
    "dead_floor",
    "wall",
    "sight",
    "partition",
    "shopfront",
    "exposure",
    "daylight",
]
Measure = Literal[
    "diverted",
    "depth",
    "entrance_seen",
    "minutes_to_served",
    "passed",
    "private",
    "seats_in_sight",
    "staff_walk",
    "to_data_experience",
    "to_entrance",
    "within_reach",
    "work_space",
]
Length = Annotated[float, Field(gt=0, le=200)]
Span = tuple[Length, Length]
Area3 = tuple[
    Annotated[float, Field(ge=0, le=5000)],
    Annotated[float, Field(ge=0, le=5000)],
    Annotated[float, Field(ge=0, le=5000)],
]

ENTRANCE = "entrance"
RATING_WEIGHT: Mapping[Rating, float] = {"A": 1.0, "E": 0.5, "I": 0.25, "O": 0.1, "U": 0.0, "X": -0.4}


class ZoneSpec(Settings):
    """One kind of zone.

    Parameters
    ----------
    kind, name
        Its id and what it is called.
    public
        Whether visitors may be in it.
    access
        Whose walk must reach it: visitors' aisles are wider than staff's.
    enclosed
        Whether walls to the ceiling stand round it.
    front
        ``full``: people stand along the whole front (counters, machines); ``part``: one opening is enough.
    wall
        Whether its back stands against a wall.
    daylight
        Whether daylight shall reach its floor (`layout.floor.daylight`): ``weights`` must then have one for daylight.
    back_to
        Kind of zone that must touch its back or its sides: where its staff come from.
    area_m2
        Least, target and largest area, before ``per``.
    per, per_m2, per_frontage_m
        What its size follows from (posts that stand in it, machines, waiting seats), the area each one adds (least,
        target, largest), and the frontage each one needs.
    depth_m, frontage_m
        Least and largest length from front to back, and along the front.
    split_m
        Longest frontage of one zone: where the work needs more, the kind is split into zones of equal size; 0: never.
    aspect
        Largest ratio of its long side to its short one; 0: any.
    l_shape
        Whether it may be an L of two rectangles: the second at least as wide as the least depth, the area that of both.
    entrance_within_m
        Longest walk from an entrance; 0: any.
    sees
        Kinds of zone, or the ``entrance``, that people in it shall see.
    selling
        Whether being passed is worth something.
    value
        How much, against the other selling zones.
    optional
        Whether it may be left out of a small hall; those with the largest number first; 0: never.
    from_floor_m2
        Free floor from which a hall has it at all; 0: any.
    measure
        The one term it is judged by (`layout.study.hall.measures`); "": none.
    source
        Where the numbers are from.
    """

    kind: Id
    name: str
    public: bool
    access: Literal["public", "staff"] = "public"
    enclosed: bool = False
    front: Literal["full", "part"] = "part"
    wall: bool = False
    daylight: bool = False
    back_to: Id | None = None
    area_m2: Area3
    per: Literal["posts", "machines", "seats"] | None = None
    per_m2: Area3 = (0.0, 0.0, 0.0)
    per_frontage_m: float = Field(0.0, ge=0, le=20)
    depth_m: Span
    frontage_m: Span = (1.0, 200.0)
    split_m: float = Field(0.0, ge=0, le=200)
    aspect: float = Field(0.0, ge=0, le=50)
    l_shape: bool = False
    entrance_within_m: float = Field(0.0, ge=0, le=500)
    sees: tuple[Id, ...] = ()
    selling: bool = False
    value: float = Field(1.0, ge=0, le=1000)
    optional: int = Field(0, ge=0, le=9)
    from_floor_m2: float = Field(0.0, ge=0, le=100000)
    measure: Measure | Literal[""] = ""
    source: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _ordered(self) -> ZoneSpec:
        for name, values in (
            ("area_m2", self.area_m2),
            ("per_m2", self.per_m2),
            ("depth_m", self.depth_m),
            ("frontage_m", self.frontage_m),
        ):
            if list(values) != sorted(values):
                raise ValueError(f"{self.kind}: {name} {list(values)} is not in rising order")
        if self.per is None and self.area_m2[0] <= 0:
            raise ValueError(f"{self.kind}: area_m2 starts at 0; expected a least area, or per")
        return self


class Closeness(Settings):
    """How much two kinds of zone (or a zone and the ``entrance``) want to be near: A most, U not, X apart."""

    a: Id
    b: Id
    rating: Rating
    reason: str = ""


class Programme(Settings):
    """The zones of a sector's halls.

    ``fill`` is the largest share of the free floor that zones may take, the rest are aisles. ``browse`` is the share
    of visitors without a clear need, who are led round the selling zones (`layout.flow.book`). ``weights`` are those
    of the soft terms.
    """

    schema_: Literal[1] = Field(1, alias="schema")
    sector: Sector
    fill: float = Field(0.62, gt=0, lt=1)
    browse: float = Field(0.0, ge=0, le=1)
    zones: tuple[ZoneSpec, ...] = Field(min_length=1)
    closeness: tuple[Closeness, ...] = ()
    weights: Mapping[Term, Annotated[float, Field(ge=0)]]

    @model_validator(mode="after")
    def _consistent(self) -> Programme:
        kinds = [zone.kind for zone in self.zones]
        double = sorted({kind for kind in kinds if kinds.count(kind) > 1})
        if double:
            raise ValueError(f"zones: {', '.join(double)} twice")
        known = {*kinds, ENTRANCE}
        for zone in self.zones:
            for kind in zone.sees:
                if kind not in known:
                    raise ValueError(f"{zone.kind}: sees {kind!r}, which is no zone of the programme")
            if zone.back_to is not None and zone.back_to not in kinds:
                raise ValueError(f"{zone.kind}: back_to {zone.back_to!r} is no zone of the programme")
        lit = [zone.kind for zone in self.zones if zone.daylight]
        if lit and "daylight" not in self.weights:
            raise ValueError(f"weights: expected one for daylight, which {', '.join(lit)} want")
        for pair in self.closeness:
            for kind in (pair.a, pair.b):
                if kind not in known:
                    raise ValueError(f"closeness: {kind!r} is no zone of the programme")
        return self

    def zone(self, kind: str) -> ZoneSpec:
        """Return the zone of a kind."""
        return next(zone for zone in self.zones if zone.kind == kind)

    def only(self, kinds: set[str]) -> Programme:
        """Return the programme without the zones that are not in ``kinds``."""
        zones = tuple(
            zone if zone.back_to in kinds else zone.model_copy(update={"back_to": None})
            for zone in self.zones
            if zone.kind in kinds
        )
        known = {*kinds, ENTRANCE}
        pairs = tuple(pair for pair in self.closeness if pair.a in known and pair.b in known)
        return self.model_copy(update={"zones": zones, "closeness": pairs})


def read_programme(sector: Sector) -> Programme:
    """Return the programme that ships for a sector."""
    name = f"{sector}.toml"
    text = (files("layout.zones") / "programmes" / name).read_text(encoding="utf-8")
    return parse_model(Programme, text, name)
