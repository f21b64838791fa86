"""Settings of `[siting.score]`: how candidates are measured, valued and weighed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Literal

from pydantic import Field, field_validator, model_validator

from outlet.project import Settings
from siting.settings.catchment import CatchmentSettings, FloatingSettings
from siting.settings.drive import DriveSettings
from siting.settings.learn import LearnSettings
from siting.settings.ptal import PtalSettings
from siting.settings.shown import PolygonSettings, ServedSettings
from siting.settings.weighing import AhpSettings, Method, RobustnessSettings, ValueSettings, Weighing

ChoiceModel = Literal["huff", "logit"]
Along = Literal["streets", "straight"]
OwnSize = Literal["fixed", "area_m2"]
Stance = Literal["avoid", "follow", "band"]

RIVALS_AROUND = ("rivals_nearby", "rival_walk_min")
"""The features that a planner who follows rivals, or seeks some but not many, reads the other way."""


class TravelSettings(Settings):
    """``[siting.score.travel]``: walking along streets, or straight on where they are not known.

    Walks are longer than straight lines by about 1.2 in towns (Newell, 1980) and by 1.21 to 1.23 around stations
    (O'Sullivan and Morrall, 1996, "Walking distances to and from light-rail transit stations"); on a grid of streets
    by 4/π = 1.27 over all directions. The preset lies between; where a river or a railway has few bridges it is more.
    """

    along: Along = Field(
        "streets",
        description="streets: walks follow the streets layer; straight: straight lines times detour, for whole "
        "countries and places without streets.",
    )
    detour: float = Field(
        1.25, ge=1, le=5, description="How much longer than a straight line a walk is, where along = straight."
    )
    walk_m_per_min: float = Field(80.0, gt=0, le=200, description="Walking speed, metres a minute (80: TfL's PTAL).")
    cutoff_min: float = Field(30.0, gt=0, le=240, description="Longest walk that is looked for, minutes.")
    snap_limit_m: float = Field(300.0, gt=0, le=5000, description="A place farther from every street is off the map.")


class TransportSettings(Settings):
    """``[siting.score.transport]``: access by public transport."""

    stops_within_m: float = Field(400.0, gt=0, description="Walk within which a stop counts, metres along streets.")
    ptal: PtalSettings = PtalSettings()


class CompetitionSettings(Settings):
    """``[siting.score.competition]``: rivals, and how customers choose among outlets."""

    rivals: Stance = Field(
        "avoid",
        description="avoid: rivals near by are bad; follow: they show a good place; band: some are good, many are bad, "
        'as [siting.score.values.rivals_nearby] with shape = "band" says.',
    )
    rivals_within_m: float = Field(800.0, gt=0, description="Walk within which a rival counts, metres along streets.")
    nearest_from: float = Field(
        0.5, ge=0, description="The nearest rival is the nearest that attracts at least this share of a typical one."
    )
    model: ChoiceModel = Field("huff", description="huff: attraction / minutes^exponent; logit: exp(-per_min minutes).")
    attraction_exponent: float = Field(1.0, ge=0, description="Exponent of attraction (alpha).")
    terms: dict[str, float] = Field(
        default={},
        description="Further terms and their exponents, as { area_m2 = 0.8, rating = 0.4 }; the layers' own terms say "
        "in which column each stands.",
    )
    own_terms: dict[str, float] = Field(
        default={}, description="What an outlet of ours has of a term where its row does not say, as { rating = 4 }."
    )
    rival_terms: dict[str, float] = Field(
        default={}, description="What a rival has of a term where its row does not say; else the median of those known."
    )
    brands: dict[str, float] = Field(
        default={},
        description='What a brand counts, as { "Nordea" = 1.5, "own partner" = 0 }: attraction is multiplied; 0: no '
        "rival; all others 1.",
    )
    presence_of: int = Field(50, ge=1, description="presence.csv lists rivals around so many of the best candidates.")
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

    def parameters(self) -> tuple[tuple[str, float], ...]:
        """Return the parameters of the choice model by name, with their values: attraction, terms, the way."""
        way = ("logit_per_min", self.logit_per_min)
        if self.model == "huff":
            way = ("distance_exponent", self.distance_exponent)
        terms = [(f"terms.{name}", value) for name, value in self.terms.items()]
        return (("attraction_exponent", self.attraction_exponent), *terms, way)

    @model_validator(mode="after")
    def _terms_are_known(self) -> CompetitionSettings:
        for name in self.terms:
            if name in ("attraction", "cost", ""):
                raise ValueError(f"terms: {name!r} is no name for a term; attraction has attraction_exponent")
        for key, given in (("own_terms", self.own_terms), ("rival_terms", self.rival_terms)):
            for name, value in given.items():
                if name not in self.terms:
                    raise ValueError(f"{key}: there is no term {name!r}; {offer(name, list(self.terms), 'terms')}")
                if value <= 0:
                    raise ValueError(f"{key}.{name} is {value:g}; expected a number above 0")
        for name, times in self.brands.items():
            if times < 0:
                raise ValueError(f"brands: {name!r} counts {times:g}; expected 0 or more")
        return self


class WeightSettings(Settings):
    """``[siting.score.weights]``: what each feature counts, in any unit; a feature left out counts nothing."""

    station_walk_min: float = Field(
        0.0, ge=0, description="Walk along streets to the nearest station, minutes; less is better."
    )
    stops_nearby: float = Field(0.0, ge=0, description="Stops within transport.stops_within_m; more is better.")
    departures_nearby: float = Field(
        0.0, ge=0, description="Departures per hour from those stops, where known; more is better."
    )
    ptal_index: float = Field(
        0.0,
        ge=0,
        description="Access index of TfL's PTAL, from GTFS; more is better. Without a timetable its weight goes to "
        "departures_nearby where they are known, else to stops_nearby.",
    )
    demand_nearby: float = Field(
        0.0, ge=0, description="Demand within catchment.reach_min, less the longer the walk; more is better."
    )
    demand_by_car: float = Field(
        0.0,
        ge=0,
        description="Demand within drive.reach_min by car, less the longer the drive; more is better. Not computed "
        "without a weight.",
    )
    demand_in_hours: float = Field(
        0.0,
        ge=0,
        description="Demand near by while outlets are open, by the part of the day, less the longer the walk; more is "
        "better.",
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
    served_nearby: float = Field(
        0.0,
        ge=0,
        description="Supply per head that people near by have already, by [siting.score.floating]; less is better.",
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
    ptal_index=5.0,
    demand_nearby=25.0,
    rivals_nearby=5.0,
    rival_walk_min=5.0,
    demand_per_rival=10.0,
    huff_share=20.0,
    cannibalised_share=10.0,
)
"""Preset, without a public source: half of the weight on demand and what of it can be won, a quarter on access."""


class ScoreSettings(Settings):
    """``[siting.score]``."""

    target_market: dict[str, float] = Field(
        default={}, description='How often one of a segment counts, such as { "income_high" = 2.0 }; all others once.'
    )
    weighing: Weighing = Field(
        "direct",
        description="Where weights come from. direct: [siting.score.weights]; ahp: pairs in [siting.score.ahp]; "
        "entropy, critic: from how the candidates differ, over the features with a direct weight.",
    )
    data_share: float = Field(
        1.0, gt=0, le=1, description="entropy, critic: the share of the weight they decide; direct weights the rest."
    )
    aggregation: Method = Field(
        "weighted_sum",
        description="weighted_sum: a bad value is made up for by good ones; topsis: nearness to the ideal; vikor: the "
        "worst shortfall counts beside the mean.",
    )
    vikor_mean: float = Field(
        0.5, ge=0, le=1, description="vikor: what the mean shortfall counts; the worst shortfall counts the rest."
    )
    travel: TravelSettings = TravelSettings()
    transport: TransportSettings = TransportSettings()
    catchment: CatchmentSettings = CatchmentSettings()
    floating: FloatingSettings = FloatingSettings()
    drive: DriveSettings = DriveSettings()
    competition: CompetitionSettings = CompetitionSettings()
    weights: WeightSettings = PRESET_WEIGHTS
    ahp: AhpSettings = AhpSettings()
    values: dict[str, ValueSettings] = Field(
        default={},
        description="[siting.score.values.<feature>]: what a figure is worth, where the default will not do.",
    )
    robustness: RobustnessSettings = RobustnessSettings()
    learn: LearnSettings = LearnSettings()
    served: ServedSettings = ServedSettings()
    polygons: PolygonSettings = PolygonSettings()

    @field_validator("target_market")
    @classmethod
    def _counts(cls, value: dict[str, float]) -> dict[str, float]:
        for name, times in value.items():
            if times < 0:
                raise ValueError(f"{name!r} counts {times} times; expected 0 or more")
        return value

    @field_validator("values")
    @classmethod
    def _of_features(cls, value: dict[str, ValueSettings]) -> dict[str, ValueSettings]:
        _refuse_unknown(value)
        return value

    @field_validator("ahp")
    @classmethod
    def _pairs_of_features(cls, value: AhpSettings) -> AhpSettings:
        told: set[frozenset[str]] = set()
        for pair in value.judgements:
            names = pair.split("/")
            if len(names) != 2 or names[0] == names[1]:
                raise ValueError(f"judgement {pair!r} is no pair; expected two features, such as a/b")
            _refuse_unknown(names)
            if frozenset(names) in told:
                raise ValueError(f"judgement {pair!r} is told twice; expected each pair once, either way round")
            told.add(frozenset(names))
        return value

    @model_validator(mode="after")
    def _weighing_is_told(self) -> ScoreSettings:
        if self.weighing == "ahp" and not self.ahp.judgements:
            raise ValueError('weighing = "ahp" without judgements; give them in [siting.score.ahp]')
        if self.competition.rivals == "band":
            for name in RIVALS_AROUND:
                told = self.values.get(name)
                if name in self.counted and (told is None or told.shape != "band"):
                    raise ValueError(
                        f'competition.rivals = "band" needs [siting.score.values.{name}] with shape = "band", or no '
                        f"weight on {name}"
                    )
        return self

    @property
    def counted(self) -> tuple[str, ...]:
        """Names of the features that count: those judged in pairs, or those with a direct weight above 0."""
        if self.weighing == "ahp":
            judged = {name for pair in self.ahp.judgements for name in pair.split("/")}
            return tuple(name for name in WeightSettings.model_fields if name in judged)
        return tuple(name for name, weight in self.weights.by_name().items() if weight > 0)

    @model_validator(mode="after")
    def _within_cutoff(self) -> ScoreSettings:
        speed, cutoff = self.travel.walk_m_per_min, self.travel.cutoff_min
        walks = {
            "catchment.reach_min": self.catchment.reach_min,
            "floating.reach_min (or zones_min)": self.floating.farthest_min,
            "transport.stops_within_m": self.transport.stops_within_m / speed,
            "transport.ptal.bus_within_m": self.transport.ptal.bus_within_m / speed,
            "transport.ptal.rail_within_m": self.transport.ptal.rail_within_m / speed,
            "competition.rivals_within_m": self.competition.rivals_within_m / speed,
        }
        walks["polygons.minutes"] = max(self.polygons.walks(cutoff))
        for name, minutes in walks.items():
            if minutes > cutoff + 1e-9:
                raise ValueError(
                    f"{name} is a walk of {minutes:.3g} min; travel.cutoff_min = {cutoff:.3g} is less; raise the cutoff"
                )
        return self


def _refuse_unknown(names: Iterable[str]) -> None:
    features = list(WeightSettings.model_fields)
    for name in names:
        if name not in features:
            raise ValueError(f"there is no feature {name!r}; {offer(name, features, 'features')}")


def offer(name: str, known: list[str], what: str) -> str:
    """Return the nearest of the known names as a question, or all of them."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    return f"did you mean {near[0]!r}?" if near else f"{what}: {', '.join(known) or 'none'}"
