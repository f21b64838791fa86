"""Settings of `[siting.data.streets]`: the ways people walk and drive along."""

from __future__ import annotations

from pydantic import Field

from outlet.project import Settings
from siting.settings.layer import FileLayer

_NO_STREETS = (
    "raceway",
    "construction",
    "proposed",
    "bus_guideway",
    "busway",
    "escape",
    "platform",
    "rest_area",
    "services",
    "abandoned",
    "razed",
)
_ONLY_CARS = ("motorway", "motorway_link", "trunk_link")
_NOT_FOR_CARS = ("footway", "pedestrian", "path", "steps", "cycleway", "bridleway", "corridor", "elevator", "track")
NOT_WALKABLE = (*_ONLY_CARS, *_NO_STREETS)
NOT_DRIVEN = (*_NOT_FOR_CARS, *_NO_STREETS)
NO_CARS = ("no", "private", "agricultural", "forestry", "emergency", "military", "delivery", "psv")
LIVED_ALONG = ("residential", "living_street", "unclassified", "tertiary", "secondary", "primary", "pedestrian", "road")


class StreetColumns(Settings):
    """Columns of the streets."""

    name: str = Field("name", description="Name.")
    kind: str = Field("kind", description="Kind, such as residential (OpenStreetMap's highway).")
    walkable: str = Field("walkable", description="Whether people may walk there; yes if absent.")
    speed_limit: str = Field(
        "maxspeed", description='Speed limit: km/h, or as OpenStreetMap writes it ("30 mph", "50;30", "DE:urban").'
    )
    oneway: str = Field("oneway", description="yes, no, or -1 for against the line; as OpenStreetMap writes it.")
    junction: str = Field("junction", description="roundabout makes a way one way, if oneway does not say.")
    access: str = Field("access", description="Who may use it, such as private (OpenStreetMap's access).")
    motor_vehicle: str = Field("motor_vehicle", description="The same for cars; goes before access.")


class StreetSettings(FileLayer):
    """``[siting.data.streets]``: the ways people walk or drive along, not split at junctions or split, as they come."""

    columns: StreetColumns = Field(
        StreetColumns(), description="Field → column of the file; a column named here must be there."
    )
    not_walkable: tuple[str, ...] = Field(NOT_WALKABLE, description="Kinds nobody walks along.")
    not_driven: tuple[str, ...] = Field(NOT_DRIVEN, description="Kinds nobody drives a car on.")
    no_cars: tuple[str, ...] = Field(NO_CARS, description="Values of motor_vehicle or access that shut cars out.")
