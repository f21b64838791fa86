"""Settings of `[siting.formats]`: the kinds of outlet that may open, chosen together with the places."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, model_validator

from outlet.project import Settings
from siting.settings.locate import LocateSettings

WITH_FORMATS = ("max_cover", "p_median", "max_capture")


class NeedSettings(Settings):
    """``[siting.formats.NAME.needs.COLUMN]``: what a candidate's column must hold; not known is not met."""

    least: float | None = Field(None, description="Least number.")
    most: float | None = Field(None, description="Greatest number.")
    any_of: tuple[str, ...] = Field((), description="Texts, for the columns format and region.")

    @model_validator(mode="after")
    def _asks_something(self) -> NeedSettings:
        numbers = self.least is not None or self.most is not None
        if numbers == bool(self.any_of):
            raise ValueError("expected least or most, or else any_of")
        if self.least is not None and self.most is not None and self.most < self.least:
            raise ValueError(f"most = {self.most:g}, least = {self.least:g}; expected most to be at least least")
        return self


class FormatSettings(Settings):
    """``[siting.formats.NAME]``: one kind of outlet. With any, every place that opens takes one of them."""

    opening_cost: float | None = Field(
        None, ge=0, description="Money for opening it, in place of the candidate's fit_out_cost, project currency."
    )
    capacity: float | None = Field(
        None, gt=0, description="Most demand it serves, in its unit; for max_cover and p_median. No limit if not given."
    )
    radius_min: float | None = Field(
        None,
        gt=0,
        description="Longest walk from which anybody comes, minutes; for max_cover locate.radius_min if not given.",
    )
    week_share: float = Field(
        1.0, gt=0, le=1, description="Share of the week it is there: 0.4 for a van that comes two days of five."
    )
    attraction: float = Field(1.0, gt=0, description="Its pull as a multiple of what the place has by itself.")
    least: int = Field(0, ge=0, description="Fewest of them that open.")
    most: int | None = Field(None, ge=0, description="Most of them that open; no limit if not given.")
    ids: tuple[str, ...] = Field(
        (), description="Ids of candidates that may take it, or patterns such as N*; all if not given."
    )
    needs: dict[str, NeedSettings] = Field(
        {}, description="What a candidate must have to take it, by column: { area_m2 = { least = 60 } }."
    )

    @model_validator(mode="after")
    def _in_order(self) -> FormatSettings:
        if self.most is not None and self.most < self.least:
            raise ValueError(f"most = {self.most}, least = {self.least}; expected most to be at least least")
        return self


def refuse_misfits(formats: Mapping[str, FormatSettings], locate: LocateSettings, *, by_year: bool) -> None:
    """Raise ValueError where the aim cannot count what a format says, naming the setting."""
    model = locate.model
    if formats and model not in WITH_FORMATS:
        raise ValueError(
            f"formats: locate.model = {model!r} chooses no formats; choose {', '.join(WITH_FORMATS[:-1])} or "
            f"{WITH_FORMATS[-1]}, or leave formats out"
        )
    limited = [name for name, each in formats.items() if each.capacity is not None]
    partly = [name for name, each in formats.items() if each.week_share < 1]
    if limited and model == "max_capture":
        raise ValueError(
            f"formats.{limited[0]}.capacity: locate.model = 'max_capture' knows no capacity; choose max_cover or "
            "p_median, or leave it out"
        )
    if limited and by_year:
        raise ValueError(f"formats.{limited[0]}.capacity: the years of rollout know no capacity; leave one out")
    if partly and model == "p_median":
        raise ValueError(
            f"formats.{partly[0]}.week_share: locate.model = 'p_median' counts no days of the week; choose "
            "max_cover or max_capture, or leave it out"
        )
    if partly and limited and model == "max_cover":
        raise ValueError(
            f"formats.{partly[0]}.week_share: max_cover counts it only where no format has a capacity, and "
            f"formats.{limited[0]}.capacity is given; leave one out"
        )
    least = sum(each.least for each in formats.values())
    if locate.number is not None and least > locate.number:
        raise ValueError(f"formats: their least sum to {least}, locate.outlets is {locate.number}")
