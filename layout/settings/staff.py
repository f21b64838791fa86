"""Settings of `[layout.staff]`: who can work, for how long, at what wage, and how a roster must look.

Defaults marked ``preset`` have no public source: they are a starting point to be replaced by the planner's own rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from layout.settings.tables import LockedTableSettings, PeopleTableSettings
from outlet.project import DataPath, Settings

Share = Annotated[float, Field(ge=0, lt=1)]
Money = Annotated[float, Field(ge=0)]
Weight = Annotated[int, Field(ge=0, le=10_000)]
PaidHours = Annotated[float, Field(ge=1, le=12)]
GradeValue = Annotated[float, Field(ge=0)]

GRID_MIN = 5


class BreakSettings(Settings):
    """``[layout.staff.breaks]``: the meal break of a long shift. Nobody counts as present during it."""

    after_hours: float = Field(6.0, ge=1, le=12, description="A shift that pays more hours than this has a break.")
    minutes: int = Field(30, ge=0, le=120, multiple_of=GRID_MIN, description="Length of the break, unpaid; preset.")
    earliest_hours: float = Field(2.5, ge=0, le=12, description="Hours of work before the break at least; preset.")
    least_after_hours: float = Field(2.0, ge=0, le=12, description="Hours of work after the break at least; preset.")
    step_min: int = Field(30, ge=5, le=120, multiple_of=GRID_MIN, description="Step at which breaks start, minutes.")
    relieved: tuple[str, ...] | None = Field(
        None,
        description="Posts for which a colleague of another post steps in during the break; none: those that only"
        " need presence.",
    )
    key_posts: tuple[str, ...] | None = Field(
        None, description="Posts of which no two people are on break at once; none: those that are relieved."
    )


class PresenceSettings(Settings):
    """``[[layout.staff.presence]]``: people who must be there, whatever their post, for what they hold."""

    holds: str = Field(min_length=1, description="What they hold, as in the column holds of the people: keys, say.")
    when: tuple[Literal["opening", "open", "closing"], ...] = Field(
        ("opening", "closing"),
        min_length=1,
        description="When: the checks before opening, opening hours, the checks after closing; without checks, the"
        " first and the last step of the day.",
    )
    least: int = Field(1, ge=1, le=100, description="How many of them at least.")


class RosterSettings(Settings):
    """``[layout.staff.roster]``: what a roster must respect, and the price of what it may miss."""

    rest_hours: float = Field(11.0, ge=0, le=24, description="Hours between two shifts (Directive 2003/88/EC, art. 3).")
    max_consecutive_days: int = Field(5, ge=1, le=28, description="Most working days in a row; preset.")
    min_consecutive_days_off: int = Field(1, ge=1, le=7, description="Fewest days off in a row.")
    max_weekends: int = Field(3, ge=0, le=53, description="Weekends with work of one person in four weeks; preset.")
    max_sundays: int = Field(2, ge=0, le=53, description="Sundays with work of one person in four weeks; preset.")
    under_weight: Weight = Field(100, description="Price of one hour for which one person is missing.")
    over_weight: Weight = Field(4, description="Price of one hour of one person beyond the requirement.")
    contract_weight: Weight = Field(10, description="Price of one hour below the contract's minimum in a week.")
    presence_weight: Weight = Field(
        300, description="Price of one hour without somebody of a presence rule, or with two key posts on break."
    )
    wish_weight: Weight = Field(8, description="Price of one wish for a day on or off that is not met.")
    fair_hours_weight: Weight = Field(1, description="Price of one hour between the longest and shortest worked share.")
    fair_weekends_weight: Weight = Field(4, description="Price of one weekend between the most and fewest worked.")
    unpopular_before_hour: float = Field(
        7.0, ge=0, le=24, description="Shifts that begin earlier are unpopular; preset."
    )
    unpopular_after_hour: float = Field(20.0, ge=0, le=48, description="Shifts that end later are unpopular; preset.")
    fair_unpopular_weight: Weight = Field(
        2, description="Price of one unpopular shift between the most and fewest worked."
    )
    weekend_rotation: int = Field(
        0,
        ge=0,
        le=52,
        description="Groups among which weekend duty goes round, one a weekend; nobody else works then; 0: none.",
    )
    team_blocks: Literal["days", "half_days"] = Field(
        "days", description="Whether people of a team work the same days, or also the same half of the day."
    )
    team_weight: Weight = Field(40, description="Price of one day of a person apart from the team; preset.")
    change_weight: Annotated[int, Field(ge=1, le=10_000)] = Field(
        200, description="Price of one cell that a repair after an absence changes besides; preset."
    )


class StaffSettings(Settings):
    """``[layout.staff]``: people, wages, shifts and rosters."""

    people: DataPath | None = Field(
        None, description="People who can be rostered (a table); none: people are made up to meet the requirement."
    )
    locked: DataPath | None = Field(
        None, description="Cells of a roster to keep: date, person, post, start, end; empty post: a day off."
    )
    people_table: PeopleTableSettings = PeopleTableSettings()
    locked_table: LockedTableSettings = LockedTableSettings()
    wage_per_hour: Money = Field(20.0, description="Cost of one paid hour, in the project's currency; preset.")
    wages: Mapping[str, Money] = Field({}, description="Cost of one paid hour by post, where it differs.")
    full_time_hours: float = Field(40.0, ge=1, le=60, description="Paid hours of a full-time week; preset.")
    shift_hours: tuple[PaidHours, ...] = Field(
        (4.0, 5.0, 6.0, 7.0, 7.5, 8.0),
        min_length=1,
        description="Paid hours a shift may last, part-time and full.",
    )
    start_step_min: int = Field(
        30, ge=5, le=240, multiple_of=GRID_MIN, description="Step at which shifts start, minutes."
    )
    opening_min: int = Field(15, ge=0, le=120, multiple_of=GRID_MIN, description="Presence before opening; preset.")
    closing_min: int = Field(15, ge=0, le=120, multiple_of=GRID_MIN, description="Presence after closing; preset.")
    checks: Mapping[str, int] = Field(
        {"teller": 1, "duty_manager": 1},
        description="People of a post present for the checks before opening and after closing; preset.",
    )
    tolerance: float = Field(
        0.05, ge=0, le=1, description="Extra staff time accepted for fewer kinds of shift and fewer shifts; preset."
    )
    presence: tuple[PresenceSettings, ...] = Field(
        (), description="Who must be there for what they hold, such as keys at opening and closing."
    )
    breaks: BreakSettings = BreakSettings()
    roster: RosterSettings = RosterSettings()
    weeks: int = Field(4, ge=1, le=12, description="Weeks a roster covers, from the first Monday on or after as_of.")
    holidays: tuple[dt.date, ...] = Field((), description="Days on which the outlets stay closed.")
    leave: Share = Field(0.12, description="Share of paid time on leave and holidays, for the establishment; preset.")
    shrinkage: Share = Field(0.08, description="Share lost to sickness, training, meetings; preset.")
    grade_values: Mapping[str, GradeValue] = Field(
        {"A": 3.0, "B": 2.0, "C": 1.0}, description="Value of a community by grade; other grades count 1; preset."
    )
    seconds: float = Field(300.0, gt=0, le=3600, description="Clock limit of each solve; `work` should stop it first.")
    work: float = Field(1.0, gt=0, le=3600, description="Deterministic work a solve may spend, CP-SAT seconds.")

    @model_validator(mode="after")
    def _away_below_one(self) -> Self:
        if self.leave + self.shrinkage >= 1:
            raise ValueError(
                f"leave {self.leave} + shrinkage {self.shrinkage} leave no time to work; expected a sum below 1"
            )
        return self

    def wage_of(self, post: str) -> float:
        """Return the cost of one paid hour at a post."""
        return self.wages.get(post, self.wage_per_hour)
