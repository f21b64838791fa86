"""Settings of `[siting.score]`: how candidates are measured, valued and weighed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from outlet.project import Settings

DecayKind = Literal["step", "linear", "gaussian", "exponential", "power"]
ChoiceModel = Literal["huff", "logit"]
OwnSize = Literal["fixed", "area_m2"]
Stance = Literal["avoid", "follow"]


class TravelSettings(Settings):
    """``[siting.score.travel]``: walking along streets."""

    walk_m_per_min: float = Field(80.0, gt=0, le=200, description="Walking speed, metres a minute (80: TfL's PTAL).")
    cutoff_min: float = Field(30.0, gt=0, le=240, description="Longest walk that is looked for, minutes.")
    snap_limit_m: float = Field(300.0, gt=0, le=5000, description="A place farther from every street is off the map.")


class TransportSettings(Settings):
    """``[siting.score.transport]``: access by public transport."""

    stops_within_m: float = Field(400.0, gt=0, description="Walk within which a stop counts, metres along streets.")


class CatchmentSettings(Settings):
    """``[siting.score.catchment]``: how demand counts less the longer the walk."""

    decay: DecayKind = Field("gaussian", description="Kernel: step, linear, gaussian, exponential or power.")
    reach_min: float = Field(15.0, gt=0, description="Demand beyond this walk counts nothing, minutes.")
    scale_min: float = Field(6.0, gt=0, description="Width of gaussian, exponential and power kernels, minutes.")
    exponent: float = Field(2.0, gt=0, description="Exponent of the power kernel.")


class CompetitionSettings(Settings):
    """``[siting.score.competition]``: rivals, and how customers choose among outlets."""

    rivals: Stance = Field("avoid", description="avoid: rivals near by are bad; follow: they show a good place.")
    rivals_within_m: float = Field(800.0, gt=0, description="Walk within which a rival counts, metres along streets.")
    nearest_from: float = Field(
        0.5, ge=0, description="The nearest rival is the nearest that attracts at least this share of a typical one."
    )
    model: ChoiceModel = Field("huff", description="huff: attraction / minutes^exponent; logit: exp(-per_min minutes).")
    attraction_exponent: float = Field(1.0, ge=0, description="Exponent of attraction (alpha).")
    distance_exponent: float = Field(2.0, gt=0, description="Exponent of minutes in the Huff model (lambda).")
    least_min: float = Field(1.0, gt=0, description="A shorter walk counts as this in the Huff model, minutes.")
    logit_per_min: float = Field(0.2, gt=0, description="Loss of utility per minute in the logit model.")
    own_size: OwnSize = Field("fixed", description="Attraction of our outlets: own_attraction, or their area_m2.")
    own_attraction: float | None = Field(
        None, gt=0, description="Attraction of an outlet of ours; without it, that of a typical rival."
    )
    elsewhere_min: float = Field(
        30.0,
        ge=0,
        description="Customers may go elsewhere, as if a typical rival stood this many minutes away; 0: they may not.",
    )


class WeightSettings(Settings):
    """``[siting.score.weights]``: what each feature counts, in any unit; a feature left out counts nothing."""

    station_walk_min: float = Field(
        0.0, ge=0, description="Walk along streets to the nearest station, minutes; less is better."
    )
    stops_nearby: float = Field(0.0, ge=0, description="Stops within transport.stops_within_m; more is better.")
    departures_nearby: float = Field(
        0.0, ge=0, description="Departures per hour from those stops, where known; more is better."
    )
    demand_nearby: float = Field(
        0.0, ge=0, description="Demand within catchment.reach_min, less the longer the walk; more is better."
    )
    rivals_nearby: float = Field(
        0.0, ge=0, description="Attraction of rivals within competition.rivals_within_m; less is better."
    )
    rival_walk_min: float = Field(
        0.0, ge=0, description="Walk along streets to the nearest rival, minutes; more is better."
    )
    demand_per_rival: float = Field(
        0.0, ge=0, description="Demand near by shared with the rivals there; more is better."
    )
    huff_share: float = Field(0.0, ge=0, description="Share of all demand it would win, per cent; more is better.")
    cannibalised_share: float = Field(
        0.0, ge=0, description="Share of its customers taken from our own outlets, per cent; less is better."
    )

    @model_validator(mode="after")
    def _some_weight(self) -> WeightSettings:
        if not any(value > 0 for value in self.by_name().values()):
            raise ValueError("every weight is 0; expected at least one feature with a weight above 0")
        return self

    def by_name(self) -> dict[str, float]:
        """Return the weight of every feature."""
        return {name: float(value) for name, value in self.model_dump().items()}


PRESET_WEIGHTS = WeightSettings(
    station_walk_min=12.0,
    stops_nearby=8.0,
    departures_nearby=5.0,
    demand_nearby=25.0,
    rivals_nearby=5.0,
    rival_walk_min=5.0,
    demand_per_rival=10.0,
    huff_share=20.0,
    cannibalised_share=10.0,
)
"""Preset, without a public source: half of the weight on demand and what of it can be won, a quarter on access."""


class RobustnessSettings(Settings):
    """``[siting.score.robustness]``: how far a rank moves when the weights do."""

    draws: int = Field(1000, ge=10, le=100_000, description="Random sets of weights.")
    concentration: float = Field(
        50.0, gt=0, description="How close they stay to the chosen ones: a weight of 0.2 varies by ± 0.4 / sqrt(this)."
    )
    interval: float = Field(0.9, gt=0, lt=1, description="Share of the draws that the rank interval holds.")


class ScoreSettings(Settings):
    """``[siting.score]``."""

    target_market: dict[str, float] = Field(
        default={}, description='How often one of a segment counts, such as { "income_high" = 2.0 }; all others once.'
    )
    travel: TravelSettings = TravelSettings()
    transport: TransportSettings = TransportSettings()
    catchment: CatchmentSettings = CatchmentSettings()
    competition: CompetitionSettings = CompetitionSettings()
    weights: WeightSettings = PRESET_WEIGHTS
    robustness: RobustnessSettings = RobustnessSettings()

    @field_validator("target_market")
    @classmethod
    def _counts(cls, value: dict[str, float]) -> dict[str, float]:
        for name, times in value.items():
            if times < 0:
                raise ValueError(f"{name!r} counts {times} times; expected 0 or more")
        return value

    @model_validator(mode="after")
    def _within_cutoff(self) -> ScoreSettings:
        speed, cutoff = self.travel.walk_m_per_min, self.travel.cutoff_min
        walks = {
            "catchment.reach_min": self.catchment.reach_min,
            "transport.stops_within_m": self.transport.stops_within_m / speed,
            "competition.rivals_within_m": self.competition.rivals_within_m / speed,
        }
        for name, minutes in walks.items():
            if minutes > cutoff + 1e-9:
                raise ValueError(
                    f"{name} is a walk of {minutes:.3g} min; travel.cutoff_min = {cutoff:.3g} is less; raise the cutoff"
                )
        return self
