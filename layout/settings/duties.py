"""Settings of what people do on the day beside serving: the meeting, rounds, quiet tasks; and of machines that fail."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from outlet.handover import Weekday, minute_of_day
from outlet.project import Settings

Minutes = Annotated[float, Field(gt=0, le=240)]


class MeetingSettings(Settings):
    """``[layout.simulate.meeting]``: everybody on duty meets; as far as it lies in opening hours, nobody serves."""

    begin: str = Field(description="When it begins, HH:MM, as 08:45 before an opening at 09:00.")
    minutes: Minutes = Field(10.0, description="How long it lasts, minutes; preset.")
    days: tuple[Weekday, ...] = Field((), description="Only on these weekdays; none: on every day.")
    posts: tuple[str, ...] = Field((), description="Only these posts; none: all.")

    @model_validator(mode="after")
    def _clock(self) -> Self:
        minute_of_day(self.begin)
        return self


class RoundSettings(Settings):
    """``[[layout.simulate.rounds]]``: somebody walks through the hall again and again, as the manager on duty."""

    post: str = Field(description="Whose people go round; one of a post that serves is missing there meanwhile.")
    first_min: float = Field(60.0, ge=0, le=720, description="Minutes from opening to the first round; preset.")
    every_min: float = Field(120.0, gt=0, le=720, description="Minutes from one round to the next; preset.")
    minutes: Minutes = Field(10.0, description="How long a round takes, minutes; preset.")


class QuietTaskSettings(Settings):
    """``[[layout.simulate.quiet_tasks]]``: back-office work of a post, done while nobody waits for it."""

    name: str = Field(min_length=1, description="How the result calls it.")
    post: str = Field(description="The post that does it; one task a post.")
    minutes: float = Field(gt=0, le=10_000, description="Minutes of work a day, of all its people together.")
    piece_min: Minutes = Field(10.0, description="Minutes of a piece; who began it finishes it; preset.")
    keep_free: int = Field(1, ge=0, le=50, description="How many of the post stay free for who comes next; preset.")


class BreakdownSettings(Settings):
    """``[layout.simulate.breakdowns.KIND]``: how often a kind of machine fails, instead of the equipment's figure."""

    up_hours: float = Field(gt=0, le=1_000_000, description="Mean hours between two failures of a machine.")
    repair_hours: float = Field(gt=0, le=10_000, description="Mean hours until it works again.")
