"""Settings of `[siting.score.drive]`: customers who come by car.

The preset speeds and the share of a limit that is driven are those of the car profile of OSRM, the Open Source Routing
Machine (project-osrm.org, profiles/car.lua of version 5: `speeds.highway` and `speed_reduction`), which are averages
with stops, not limits. They are no measurement of your city.
"""

from __future__ import annotations

from pydantic import Field, field_validator

from outlet.project import Settings
from siting.settings.catchment import DecayKind

PRESET_KM_H: dict[str, float] = {
    "motorway": 90.0,
    "motorway_link": 45.0,
    "trunk": 85.0,
    "trunk_link": 40.0,
    "primary": 65.0,
    "primary_link": 30.0,
    "secondary": 55.0,
    "secondary_link": 25.0,
    "tertiary": 40.0,
    "tertiary_link": 20.0,
    "unclassified": 25.0,
    "residential": 25.0,
    "living_street": 10.0,
    "service": 15.0,
}


class DriveSettings(Settings):
    """``[siting.score.drive]``: customers who come by car; counted where demand_by_car has a weight."""

    reach_min: float = Field(10.0, gt=0, le=120, description="Demand beyond this drive counts nothing, minutes.")
    decay: DecayKind = Field("gaussian", description="Kernel: step, linear, gaussian, exponential or power.")
    scale_min: float = Field(4.0, gt=0, description="Width of gaussian, exponential and power kernels, minutes.")
    exponent: float = Field(2.0, gt=0, description="Exponent of the power kernel.")
    limit_share: float = Field(
        0.8, gt=0, le=1, description="Speed driven on average, as a share of the speed limit (OSRM: 0.8)."
    )
    presets: bool = Field(
        True,
        description="Whether a way without a speed limit is driven at the preset speed of its kind; "
        "if not, nobody drives there.",
    )
    preset_km_h: dict[str, float] = Field(
        default=PRESET_KM_H,
        description="Speed driven on average where a way has no limit, by kind, km/h (those of OSRM's car profile); "
        "a kind that is not listed is not driven without a limit.",
    )

    @field_validator("preset_km_h")
    @classmethod
    def _above_zero(cls, value: dict[str, float]) -> dict[str, float]:
        for kind, speed in value.items():
            if not 0 < speed <= 200:
                raise ValueError(f"{kind!r} at {speed:g} km/h; expected a speed above 0 to 200")
        return value
