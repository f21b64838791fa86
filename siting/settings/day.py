"""Settings of `[siting.data.demand.parts_of_day]`: who is there in the morning, at noon, at night."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from pydantic import Field, field_validator

from outlet.handover import Span, minute_of_day
from outlet.project import Settings


class PartOfDay(Settings):
    """A part of the day: the column of the demand then, and the hours it stands for."""

    column: str = Field(description="Column of the demand in these hours, in the unit of the weight.")
    hours: Span = Field(description='Spans of HH:MM, such as [["07:00", "10:00"]]; past midnight as two spans.')

    @field_validator("hours")
    @classmethod
    def _some_hours(cls, value: Span) -> Span:
        if not value:
            raise ValueError('expected at least one span, such as [["07:00", "10:00"]]')
        return value


def refuse_overlaps(parts: Mapping[str, PartOfDay]) -> None:
    """Refuse parts of the day that claim the same minute.

    Raises
    ------
    ValueError
        It names both.
    """
    spans = sorted((minute_of_day(a), minute_of_day(b), name) for name, part in parts.items() for a, b in part.hours)
    for (_, end, one), (start, _, other) in pairwise(spans):
        if start < end:
            raise ValueError(f"{one!r} and {other!r} have hours in common; expected each hour in one part of the day")
