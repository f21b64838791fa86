"""Settings of the hall side of `[layout]`: the plan, what shall be in it, and its equipment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from outlet.project import DataPath, Settings

PlanKind = Literal["outline", "wall", "column", "door", "entrance", "exit", "fixture", "window", "service"]
Unit = Literal["m", "dm", "cm", "mm", "in", "ft"]
MOVED_TO_RULES = {"aisle_public_m": "aisle_public", "aisle_staff_m": "aisle_staff", "turning_m": "turning"}


class HallSettings(Settings):
    """``[layout.hall]``: the plan of a hall and how to read it.

    An outlet with a ``hall_plan`` of its own uses that one instead of ``plan``.
    """

    plan: DataPath | None = Field(
        None, description="Hall plan (GeoJSON, DXF, or a zip with one) of outlets that have none of their own."
    )
    member: str | None = Field(None, description="File inside a zip that is the plan; needed where it holds several.")
    crs: str | None = Field(
        None, description="CRS of a plan whose file states none, such as EPSG:27700; none: local metres."
    )
    units: Unit | None = Field(None, description="Unit a DXF is drawn in; none: what its header says.")
    encoding: str | None = Field(
        None, description="Text encoding of a DXF; none: what its header says, or what its text shows."
    )
    kind_property: str = Field("kind", description="Property of a GeoJSON feature that says what it is.")
    kinds: Mapping[str, PlanKind] = Field({}, description="What other values of that property mean: value → kind.")
    layers: Mapping[PlanKind, tuple[str, ...]] = Field(
        {}, description="Names of DXF layers of a kind, with * as wildcard; none: the usual names (WALL, A-DOOR, 墙 …)."
    )
    rooms: Literal["all", "largest"] = Field(
        "all", description="Where no outline is drawn: all rooms that walls enclose, or the largest alone."
    )
    gap_m: float = Field(2.0, ge=0, le=6, description="Widest gap in walls that is closed to find the outline.")
    repair: bool = Field(False, description="Whether areas that cross themselves are mended instead of refused.")
    entrances: tuple[tuple[float, float], ...] = Field(
        (), description="Points (x, y in the plan's own coordinates): the door nearest to each is an entrance."
    )
    door_tolerance_m: float = Field(0.5, gt=0, le=5, description="How far a door may lie off the outline.")
    cell_m: float = Field(0.25, ge=0.1, le=0.5, description="Side of a floor cell.")
    daylight_m: float = Field(
        6.0,
        gt=0,
        le=30,
        description="How deep daylight reaches into the hall from a window: about twice the height of its head "
        "(Reinhart 2005: once to twice with blinds, up to 2.5 times without); preset for windows of 3 m.",
    )

    @model_validator(mode="before")
    @classmethod
    def _moved(cls, data: object) -> object:
        if isinstance(data, dict):
            for key, rule in MOVED_TO_RULES.items():
                if key in data:
                    raise ValueError(f"{key} has moved: write [layout.rules.numbers] {rule} = {data[key]}")
        return data


class LockedZone(Settings):
    """One zone that stays where it is: its rectangle in the hall's local metres."""

    kind: str = Field(description="Its id in zones.json: its kind, with a number where the kind is split.")
    rect: tuple[float, float, float, float] = Field(description="x, y, width, height.")
    front: Literal["east", "north", "west", "south"] = Field("south", description="Side from which people approach.")


class ProgrammeSettings(Settings):
    """``[layout.programme]``: which zones a hall has, and how large."""

    file: DataPath | None = Field(None, description="A programme of your own (TOML); none: that of the sector.")
    journeys: DataPath | None = Field(
        None, description="Journeys of your own visitors (TOML); none: those of the sector."
    )
    area_m2: Mapping[str, float] = Field({}, description="Target area by kind of zone, instead of the programme's.")
    without: tuple[str, ...] = Field((), description="Kinds of zone to leave out.")
    locked: tuple[LockedZone, ...] = Field((), description="Zones that stay where they are.")
    keep: tuple[str, ...] = Field(
        (), description="Ids of zones that stay where zones.json of the last run has them; the search begins from it."
    )
    resume: bool = Field(
        False, description="Whether the search begins from zones.json of the last run; keep implies it."
    )
    alternatives: int = Field(1, ge=1, le=3, description="How many plans of different topology to make.")
    choose: int = Field(1, ge=1, le=3, description="Which of them is the plan: 1 is the best of the search.")
    weights: Mapping[str, float] = Field({}, description="Weight of a soft term, instead of the programme's.")
    effort: float = Field(1.0, gt=0, le=100, description="How long to search, against the usual.")

    @model_validator(mode="after")
    def _one_of_them(self) -> ProgrammeSettings:
        if self.choose > self.alternatives:
            raise ValueError(
                f"choose is {self.choose}, but alternatives is {self.alternatives}: write alternatives = "
                f"{self.choose}, or choose 1 to {self.alternatives}"
            )
        return self


class EquipmentSettings(Settings):
    """``[layout.equipment]``: what is placed in the zones."""

    file: DataPath | None = Field(
        None, description="A catalogue of equipment and roles of your own (TOML); none: the one that ships."
    )
    camera_range_m: float = Field(12.0, gt=1, le=100, description="How far a camera recognises what it sees (preset).")
    camera_angle_deg: float = Field(90.0, gt=10, le=360, description="Angle of view of a camera (preset).")
    face_angle_deg: float = Field(
        40.0, gt=10, le=360, description="Angle of view of a camera with the narrow lens, for faces (preset)."
    )
    camera_pixels: float = Field(1920.0, ge=100, le=20000, description="Width of a camera's picture (preset).")
    face_pixels_per_m: float = Field(
        250.0, ge=10, le=5000, description="Pixels a metre takes in a picture that knows a face (preset)."
    )
    keypad_m: float = Field(5.0, ge=0, le=100, description="From how far a camera could read a keypad (preset).")
    power_m: float = Field(3.0, ge=0, le=100, description="Things farther from a service point are told (preset).")
    machines_enough: float = Field(
        0.98, gt=0, lt=1, description="Share of time as many machines as needed shall work; fewer is told (preset)."
    )
