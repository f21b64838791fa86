"""Settings of the `[siting]` section."""

from __future__ import annotations

from pydantic import Field, model_validator

from outlet.project import Settings
from siting.settings.calibrate import CalibrateSettings
from siting.settings.data import DataSettings
from siting.settings.formats import FormatSettings, refuse_misfits
from siting.settings.locate import LocateSettings
from siting.settings.rollout import RolloutSettings
from siting.settings.score import ScoreSettings, offer

__all__ = ["DataSettings", "LocateSettings", "ScoreSettings", "SitingSettings"]


class SitingSettings(Settings):
    """``[siting]``: the data, how candidates are scored and how the set is chosen."""

    data: DataSettings
    score: ScoreSettings = ScoreSettings()
    locate: LocateSettings = LocateSettings()
    formats: dict[str, FormatSettings] = Field(
        {}, description="Kinds of outlet to choose from at every place, by name; candidates as they are if not given."
    )
    rollout: RolloutSettings = RolloutSettings()
    calibrate: CalibrateSettings = CalibrateSettings()

    @model_validator(mode="after")
    def _streets_to_walk_along(self) -> SitingSettings:
        if self.data.streets is None and self.score.travel.along == "streets":
            raise ValueError(
                'data.streets is missing; give streets, or set siting.score.travel.along = "straight" to take walks '
                "for straight lines times a detour"
            )
        return self

    @model_validator(mode="after")
    def _years_open_the_plan(self) -> SitingSettings:
        rollout, locate = self.rollout, self.locate
        if not rollout.years:
            return self
        if locate.model not in ("max_cover", "p_median", "max_capture"):
            raise ValueError(
                f"rollout: locate.model = {locate.model!r} has no sum over years; choose max_cover, p_median or "
                "max_capture"
            )
        if rollout.openings and sum(rollout.openings) != locate.number:
            told = "not given" if locate.number is None else locate.number
            raise ValueError(
                f"rollout.openings sum to {sum(rollout.openings)}, locate.outlets is {told}; expected the same"
            )
        if rollout.budgets and (locate.budget is None or sum(rollout.budgets) < locate.budget):
            told = "not given" if locate.budget is None else f"{locate.budget:g}"
            raise ValueError(
                f"rollout.budgets sum to {sum(rollout.budgets):g}, locate.budget is {told}; expected a budget that the "
                "years can pay"
            )
        return self

    @model_validator(mode="after")
    def _formats_can_be_counted(self) -> SitingSettings:
        refuse_misfits(self.formats, self.locate, by_year=self.rollout.years > 0)
        return self

    @model_validator(mode="after")
    def _terms_have_columns(self) -> SitingSettings:
        competition, layers = self.score.competition, self.data.terms_by_layer()
        for layer, terms in layers.items():
            for name in terms:
                if name not in competition.terms:
                    near = offer(name, list(competition.terms), "score.competition.terms")
                    raise ValueError(f"data.{layer}.terms: there is no term {name!r}; {near}")
        for name in competition.terms:
            held = any(name in terms for terms in layers.values()) or name == "area_m2"
            if not held and not (name in competition.own_terms and name in competition.rival_terms):
                raise ValueError(
                    f"score.competition.terms.{name}: no layer says in which column it stands; name it in the terms of "
                    "data.competitors, data.existing or data.candidates"
                )
        return self

    @model_validator(mode="after")
    def _free_are_parameters(self) -> SitingSettings:
        known = [name for name, _ in self.score.competition.parameters()]
        for name in self.calibrate.free:
            if name not in known:
                raise ValueError(f"calibrate.free: there is no parameter {name!r}; {offer(name, known, 'parameters')}")
        if self.calibrate.target not in (None, "choices") and self.data.existing is None:
            raise ValueError(f"calibrate.target = {self.calibrate.target!r} needs existing outlets: data.existing")
        return self

    @model_validator(mode="after")
    def _choices_are_of_rows(self) -> SitingSettings:
        if self.calibrate.file is not None and self.data.demand.spread is not None:
            raise ValueError(
                "calibrate.file names rows of demand, of which data.demand.spread makes many points each; leave one out"
            )
        return self

    @model_validator(mode="after")
    def _target_market_has_columns(self) -> SitingSettings:
        for name in self.score.target_market:
            if name not in self.data.demand.segments:
                near = offer(name, sorted(self.data.demand.segments), "data.demand.segments")
                raise ValueError(f"score.target_market: the demand layer has no segment {name!r}; {near}")
        return self

    @model_validator(mode="after")
    def _parts_of_day_have_columns(self) -> SitingSettings:
        known, told = self.data.demand.parts_of_day, self.score.catchment.parts_of_day
        for name in told:
            if name not in known:
                near = offer(name, sorted(known), "data.demand.parts_of_day")
                raise ValueError(f"score.catchment.parts_of_day: demand has no part of the day {name!r}; {near}")
        if not known and "demand_in_hours" in self.score.counted:
            raise ValueError(
                "demand_in_hours counts, but [siting.data.demand.parts_of_day] names no column of the demand by the "
                "part of the day; name some, or give it no weight"
            )
        return self
