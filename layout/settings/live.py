"""Settings of live policies and failures in the simulated day."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from outlet.handover import minute_of_day
from outlet.project import Settings

Minutes = Annotated[float, Field(ge=0, le=240)]
Share = Annotated[float, Field(ge=0, le=1)]
Persons = Annotated[int, Field(ge=1, le=200)]


class ReserveSettings(Settings):
    """``reserves`` of a policy: people who come while a queue is long, as a counter that opens or a cash box."""

    post: str = Field(description="The post they come to.")
    people: Persons = Field(1, description="How many there are.")
    open_at: Persons = Field(5, description="From how many who wait one more is called; preset.")
    close_at: int = Field(1, ge=0, le=200, description="They go when no more than so many wait; preset.")
    delay_min: Minutes = Field(3.0, description="Minutes until one begins; preset.")
    stay_min: Minutes = Field(15.0, description="Minutes he stays at least; preset.")
    pace: float = Field(1.0, gt=0, le=2, description="Pace against the usual one, below 1 for a roaming cash box.")
    lender: str | None = Field(None, description="The post they come from and are missing at; none: from the back.")


class BusySettings(Settings):
    """``diversions`` of a policy: a service's visitors are sent to a machine while its queue is long."""

    service: str = Field(description="The service.")
    machine: str = Field(description="The kind of machine.")
    at_queue: int = Field(4, ge=0, le=200, description="From how many who wait they are sent; 0: always; preset.")
    small: Share = Field(0.5, description="Share of visits below the threshold, as amounts under 5,000; preset.")
    compliance: Share = Field(0.7, description="Share of those asked who go; preset.")
    minutes: float = Field(3.0, gt=0, le=120, description="Mean minutes at the machine; preset.")


class FailureSettings(Settings):
    """``failures`` of a policy: what cannot serve for some time of the day."""

    at: str = Field(description="A post, a kind of machine, or power: all of them.")
    begin: str = Field(description="When it begins, HH:MM.")
    minutes: float = Field(30.0, gt=0, le=720, description="How long it lasts, minutes; preset.")
    servers: Persons | None = Field(None, description="How many persons or machines; none: all.")

    @model_validator(mode="after")
    def _clock(self) -> Self:
        minute_of_day(self.begin)
        return self


class PolicySettings(Settings):
    """``[[layout.simulate.policies]]``: another way to run the day, compared with the roster as it stands."""

    name: str = Field(min_length=1, description="How the comparison calls it.")
    reserves: tuple[ReserveSettings, ...] = Field((), description="People who come while a queue is long.")
    diversions: tuple[BusySettings, ...] = Field((), description="Visitors sent to machines while it is busy.")
    one_desk: tuple[str, ...] = Field((), description="Posts every desk of which does everything.")
    failures: tuple[FailureSettings, ...] = Field((), description="What cannot serve for some time.")
