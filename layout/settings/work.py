"""Settings of the work side of `[layout]`: services and their target, and the simulated day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from layout.settings.duties import BreakdownSettings, MeetingSettings, QuietTaskSettings, RoundSettings
from layout.settings.live import PolicySettings
from layout.settings.tables import SnapshotSettings, VisitTableSettings
from outlet.handover import Weekday
from outlet.project import DataPath, Settings

Share = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(ge=0, le=20)]


class CampaignSettings(Settings):
    """``[[layout.services.campaigns]]``: days on which more visitors come, or fewer."""

    name: str = Field(min_length=1, description="How messages call it.")
    factor: Factor = Field(description="Visits of its days against usual ones.")
    first: dt.date | None = Field(None, description="First day; none: from the beginning.")
    last: dt.date | None = Field(None, description="Last day; none: without end.")
    days_of_month: tuple[Annotated[int, Field(ge=1, le=31)], ...] = Field(
        (), description="Only on these days of a month, as pay-days; none: every day."
    )
    services: tuple[str, ...] = Field((), description="Only these services; none: all.")

    @model_validator(mode="after")
    def _days(self) -> Self:
        if self.first is None and self.last is None and not self.days_of_month:
            raise ValueError(f"{self.name}: no days; expected first, last or days_of_month")
        if self.first is not None and self.last is not None and self.first > self.last:
            raise ValueError(f"{self.name}: first {self.first} lies after last {self.last}")
        return self


class WhatIfSettings(Settings):
    """``[layout.services.what_if]``: what more, or less, use of machines would bring."""

    levels: tuple[Share, ...] = Field(
        (0.0, 0.2, 0.4, 0.6, 0.8), min_length=1, description="Shares of a service's visitors that are tried; preset."
    )
    most_machines: int = Field(8, ge=0, le=50, description="Most machines of an outlet, spares included; preset.")
    most_guides: int = Field(2, ge=0, le=20, description="Most roaming guides beside those at the reception; preset.")
    machine_per_year: float = Field(6000.0, ge=0, description="Cost of a machine a year; preset.")
    lost_value: Share = Field(
        0.05, description="Share of a visit's value that is lost with a machine, where nobody advises; preset."
    )
    availability: float = Field(0.96, gt=0, le=1, description="Share of time a machine works; preset.")
    enough_share: float = Field(
        0.99, gt=0, lt=1, description="Share of time that enough machines shall work, which asks for spares; preset."
    )


class ServiceSettings(Settings):
    """``[layout.services]``: what visitors come for, when, and how well they shall be served."""

    preset: DataPath | None = Field(
        None, description="A catalogue of services and posts in the form of the presets; none: that of the sector."
    )
    visits: DataPath | None = Field(
        None, description="Counted visits: outlet, time, count, and service if known; or snapshots of ticket queues."
    )
    visits_table: VisitTableSettings = VisitTableSettings()
    snapshots: SnapshotSettings | None = Field(None, description="The visits file holds snapshots of ticket queues.")
    interval_min: Literal[15, 30, 60] = Field(30, description="Time step of the requirement, minutes.")
    target_share: float = Field(0.8, gt=0, lt=1, description="Share of visitors to be called within the target wait.")
    target_wait_min: float = Field(5.0, ge=0, le=240, description="Target wait, minutes.")
    max_occupancy: float = Field(0.9, gt=0, lt=1, description="Largest share of time a post may be busy.")
    requirement: Literal["erlang", "simulation"] = Field(
        "erlang",
        description="simulation: the fewest persons with which every interval meets the target on simulated days, posts"
        " apart; it takes some seconds a post. erlang: by Erlang C with ``lag``, at once.",
    )
    lag: Literal["none", "max"] = Field(
        "max", description="max: a requirement also covers visitors who came one service time before its interval."
    )
    weekday_factors: Mapping[Weekday, Factor] = Field(
        {}, description="Visits of a weekday against the mean open day; none: those of the preset."
    )
    campaigns: tuple[CampaignSettings, ...] = Field(
        (), description="Days on which more visitors come, or fewer: told with the requirement, replayed on their days."
    )
    proficiency: Mapping[str, Annotated[float, Field(gt=0, le=2)]] = Field(
        {}, description="Pace of a post's people against the catalogue's, below 1 while many are new; none: 1."
    )
    diverted: Mapping[str, Share] = Field(
        {}, description="Share of a service's visitors who use a machine, by service; none: those of the preset."
    )
    what_if: WhatIfSettings = WhatIfSettings()
    value_per_visit: float | None = Field(
        None, ge=0, description="Money a visit is worth; none: the brief's, else that of the preset's services."
    )
    rent_per_m2: float | None = Field(
        300.0, ge=0, description="Rent a year where an outlet's own is unknown, by hall area; preset."
    )
    fit_out_per_m2: float | None = Field(
        1200.0, ge=0, description="Fit-out of a new outlet where its own is unknown, by hall area; preset."
    )
    fit_out_years: float = Field(10.0, gt=0, le=100, description="Years over which a fit-out is written off; preset.")
    spare_machines: int = Field(1, ge=0, le=10, description="Machines of each kind beyond those needed, for failures.")


class SimulateSettings(Settings):
    """``[layout.simulate]``: the replayed day."""

    days: int = Field(500, ge=2, le=20000, description="Replications of the day.")
    day_type: Weekday | None = Field(None, description="The weekday to replay; none: the one with most arrivals.")
    date: dt.date | None = Field(
        None, description="The date of the roster to replay, as a campaign's; none: the typical one of day_type."
    )
    distribution: Literal["lognormal", "gamma", "exponential"] = Field(
        "lognormal", description="Distribution of service times, by the mean and spread of each service."
    )
    patience_min: float | None = Field(
        None, gt=0, le=1440, description="Mean minutes a visitor waits before leaving unserved; none: nobody leaves."
    )
    triage: bool = Field(True, description="Whether the lobby guide receives every visitor first.")
    walking_m_s: float = Field(
        1.0, gt=0, le=3, description="Speed of visitors between the zones of the hall plan, metres a second; preset."
    )
    level_cv: float | None = Field(
        None,
        ge=0,
        le=2,
        description="Coefficient of variation of a day's level, by which all its arrivals are multiplied; none: that of"
        " the counted visits, 0 without any.",
    )
    meeting: MeetingSettings | None = Field(None, description="The morning meeting; none: there is none.")
    rounds: tuple[RoundSettings, ...] = Field((), description="Rounds through the hall.")
    quiet_tasks: tuple[QuietTaskSettings, ...] = Field((), description="Back-office work done while nobody waits.")
    machines_fail: bool = Field(
        False, description="Whether machines fail at random on the replayed days, all of them working at opening."
    )
    breakdowns: Mapping[str, BreakdownSettings] = Field(
        {}, description="How often a kind of machine fails, where it is not as in the catalogue of equipment."
    )
    policies: tuple[PolicySettings, ...] = Field(
        (), description="Other ways to run the day, each compared with the roster as it stands."
    )
