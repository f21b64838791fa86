"""Settings of the tables that layout reads: how each is laid out, and under which names its columns stand.

A column that is not named is looked for under its own name; one that is named must be there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from outlet.project import Settings


class TableSettings(Settings):
    """How a table is laid out; whatever is not said is found out."""

    encoding: str | None = Field(None, description="Text encoding, such as GB18030; found out if not given.")
    sheet: str | None = Field(None, description="Sheet of a workbook; the first that holds anything if not given.")
    header_row: int | None = Field(None, ge=1, description="Row that names the columns; the first filled if not given.")
    skip: tuple[str, ...] = Field((), description='Patterns of the first cell of rows that are no data: "Total*".')
    day_first: bool | None = Field(
        None, description="Whether 3/4/2026 is the 3rd of April; not given: only dates that leave no doubt are read."
    )


class VisitColumns(Settings):
    """Columns of counted visits."""

    outlet: str = Field("outlet", description="Id of the outlet; empty or absent: any.")
    date: str | None = Field(None, description="Day, where it is not part of time.")
    time: str = Field("time", description="Local start of the interval.")
    count: str = Field("count", description="Visits in the interval, from 0.")
    service: str = Field("service", description="Id of a service; empty or absent: any.")


class VisitTableSettings(TableSettings):
    """``[layout.services.visits_table]``: how the table of counted visits is laid out."""

    columns: VisitColumns = Field(VisitColumns(), description="Field → column of the file.")
    interval_min: Literal[15, 30, 60, 1440] | None = Field(
        None, description="Minutes a row counts, 1440 a whole day; 30 if not given, unless that is unlikely."
    )


class SnapshotColumns(Settings):
    """Columns of ticket-queue snapshots."""

    outlet: str = Field("outlet", description="Outlet.")
    date: str | None = Field(None, description="Day, where it is not part of time.")
    time: str = Field("time", description="Local time of the snapshot.")
    service: str = Field("service", description="Queue, by the name of its service.")
    waiting: str = Field("waiting", description="People waiting.")
    ticket: str = Field("ticket", description="Number on display, such as A017; empty: unknown.")
    open_counters: str = Field("open_counters", description="Open counters; optional.")
    service_min: str = Field("service_min", description="Mean minutes of a service as the system tells; optional.")


class SnapshotSettings(TableSettings):
    """``[layout.services.snapshots]``: the visits file holds snapshots of ticket queues, from which visits follow."""

    columns: SnapshotColumns = Field(SnapshotColumns(), description="Field → column of the file.")
    outlets: Mapping[str, str] = Field({}, description="Outlet in the file → id; not named: the name is the id.")
    services: Mapping[str, str] = Field(
        {}, description="Queue in the file → id of a service; not named: visits of unknown service."
    )
    first_day: dt.date | None = Field(None, description="Rows of days before are left out.")
    last_day: dt.date | None = Field(None, description="Rows of days after are left out.")
    corrected_days: Mapping[dt.date, dt.date] = Field(
        {}, description="Day as written → the right one, as { 2020-12-30 = 2019-12-30 }."
    )
    left_out: tuple[str, ...] = Field((), description="Patterns of queues that are left out.")
    least_snapshots: int = Field(12, ge=2, description="A queue's day with fewer snapshots is left out.")
    most_waiting: int = Field(1000, ge=1, description="A snapshot with more people waiting is left out.")
    most_calls_per_min: float = Field(
        3.0, gt=0, description="A number that would mean more calls a minute is of another series and is left out."
    )
    one_series_share: float = Field(
        0.9, gt=0.5, le=1, description="A queue's day with a smaller share of numbers of one letter is left out."
    )
    long_gap_min: float = Field(30.0, gt=0, description="Visits spread over longer gaps between numbers are told.")

    @model_validator(mode="after")
    def _days_in_order(self) -> SnapshotSettings:
        if self.first_day and self.last_day and self.first_day > self.last_day:
            raise ValueError("expected first_day not after last_day")
        return self


class PeopleColumns(Settings):
    """Columns of the people."""

    id: str = Field("id", description="Unique id, kept as text.")
    name: str = Field("name", description="Name as it stands on the wall roster.")
    hours_per_week_max: str = Field("hours_per_week_max", description="Most hours a week by contract.")
    hours_per_week_min: str = Field("hours_per_week_min", description="Fewest hours a week by contract; optional.")
    roles: str = Field("roles", description="Posts the person can fill, separated by ;.")
    outlet: str = Field("outlet", description="Id of the outlet; empty or absent: any.")
    days_off: str = Field("days_off", description="Leave: dates or first/last, by ;; optional.")
    wants_off: str = Field("wants_off", description="Days asked off; optional.")
    wants_on: str = Field("wants_on", description="Days asked to work; optional.")
    proficiency: str = Field("proficiency", description="Share of a colleague's work done; optional.")
    holds: str = Field("holds", description="What presence rules ask for, such as keys; optional.")
    team: str = Field("team", description="Team that works together; optional.")
    weekend_group: str = Field("weekend_group", description="Group of weekend duty; optional.")


class PeopleTableSettings(TableSettings):
    """``[layout.staff.people_table]``: how the table of people is laid out."""

    columns: PeopleColumns = Field(PeopleColumns(), description="Field → column of the file.")


class LockedColumns(Settings):
    """Columns of locked cells."""

    date: str = Field("date", description="Day.")
    person: str = Field("person", description="Id of the person.")
    post: str = Field("post", description="Post; empty: a day off.")
    start: str = Field("start", description="Start, HH:MM.")
    end: str = Field("end", description="End, HH:MM.")
    outlet: str = Field("outlet", description="Id of the outlet the row is about; empty or absent: any.")


class LockedTableSettings(TableSettings):
    """``[layout.staff.locked_table]``: how the table of locked cells is laid out."""

    columns: LockedColumns = Field(LockedColumns(), description="Field → column of the file.")
