"""Settings of `[siting.score.catchment]` and `[siting.score.floating]`: whose demand a place can count on."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from pydantic import Field, field_validator, model_validator

from outlet.project import Settings

DecayKind = Literal["step", "linear", "gaussian", "exponential", "power"]
FloatingMethod = Literal["two_step", "enhanced", "three_step"]


class CatchmentSettings(Settings):
    """``[siting.score.catchment]``: how demand counts less the longer the walk."""

    decay: DecayKind = Field("gaussian", description="Kernel: step, linear, gaussian, exponential or power.")
    reach_min: float = Field(15.0, gt=0, description="Demand beyond this walk counts nothing, minutes.")
    scale_min: float = Field(6.0, gt=0, description="Width of gaussian, exponential and power kernels, minutes.")
    exponent: float = Field(2.0, gt=0, description="Exponent of the power kernel.")
    parts_of_day: dict[str, float] = Field(
        default={},
        description="What each part of the day of [siting.data.demand.parts_of_day] counts in demand_in_hours, as "
        "{ morning = 1, noon = 2 }; by the opening hours if empty.",
    )

    @field_validator("parts_of_day")
    @classmethod
    def _some_part(cls, value: dict[str, float]) -> dict[str, float]:
        if value and (min(value.values()) < 0 or max(value.values()) <= 0):
            raise ValueError(f"parts_of_day = {value}; expected numbers from 0, one above 0")
        return value


class FloatingSettings(Settings):
    """``[siting.score.floating]``: how much supply there is per head around a candidate, by a floating catchment.

    The zones are those of Luo and Qi (2009), made for drives of 10, 20 and 30 minutes, on a walk of half as long.
    """

    method: FloatingMethod = Field(
        "enhanced",
        description="two_step (Luo and Wang, 2003): supply within reach_min counts in full; enhanced (Luo and Qi, "
        "2009): less the longer the walk; three_step (Wan et al., 2012): people also choose among what is near.",
    )
    decay: Literal["zones"] | DecayKind = Field(
        "zones", description="enhanced, three_step: zones, or a kernel: step, linear, gaussian, exponential, power."
    )
    zones_min: tuple[float, ...] = Field((5.0, 10.0, 15.0), min_length=1, description="Where each zone ends, minutes.")
    zone_weights: tuple[float, ...] = Field((1.0, 0.68, 0.22), description="What a walk in each zone counts, from 0.")
    reach_min: float = Field(15.0, gt=0, description="Reach of two_step and of the kernels, minutes.")
    scale_min: float = Field(6.0, gt=0, description="Width of gaussian, exponential and power kernels, minutes.")
    exponent: float = Field(2.0, gt=0, description="Exponent of the power kernel.")

    @model_validator(mode="after")
    def _zones(self) -> FloatingSettings:
        if any(before >= after for before, after in pairwise((0.0, *self.zones_min))):
            raise ValueError(f"zones_min = {list(self.zones_min)}; expected rising minutes above 0")
        if len(self.zone_weights) != len(self.zones_min):
            raise ValueError(f"there are {len(self.zone_weights)} zone_weights; expected {len(self.zones_min)}")
        if min(self.zone_weights) < 0 or max(self.zone_weights) <= 0:
            raise ValueError(f"zone_weights = {list(self.zone_weights)}; expected numbers from 0, one above 0")
        return self

    @property
    def farthest_min(self) -> float:
        """Longest walk that counts, minutes."""
        zoned = self.method != "two_step" and self.decay == "zones"
        return self.zones_min[-1] if zoned else self.reach_min
