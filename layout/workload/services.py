"""Describe an outlet's work: the services visitors come for, the posts that serve them, and the usual day.

A catalogue is data: one TOML file a sector under ``presets/``, which a planner can copy, edit and name in
``[layout.services] preset``. Every number says where it is from (``source``); ``preset`` marks a typical value of ours
without a public source.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field, model_validator

from outlet.data.toml import parse_model
from outlet.errors import InputError
from outlet.handover import Span, Weekday, minute_of_day
from outlet.project import Sector, Settings

Kind = Literal["strategic", "incentive", "sales", "routine", "sensitive", "retention"]
Channel = Literal["counter", "self_service", "vip", "guide"]
Source = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]

HALF_HOURS = 48


class Service(Settings):
    """One service.

    ``share`` is its share of visits (the shares of a catalogue are scaled to sum to 1), ``minutes`` and ``cv`` the mean
    service time and its coefficient of variation, ``value`` money a visit is worth, ``risk`` how badly a fault
    hurts, ``post`` who serves it, ``priority`` 0 served first. ``diverted`` is the share of its visitors who use a
    ``machine`` instead, ``machine_minutes`` each. ``guide_minutes`` are those that a roaming guide would need, who asks
    for the channel ``guide``.
    """

    id: Id
    name: str
    kind: Kind
    share: float = Field(ge=0)
    minutes: float = Field(gt=0, le=480)
    cv: float = Field(ge=0, le=5)
    value: float = 0.0
    risk: Literal["low", "medium", "high"] = "low"
    channels: tuple[Channel, ...] = Field(min_length=1)
    post: Id
    priority: int = Field(5, ge=0, le=9)
    diverted: float = Field(0.0, ge=0, le=1)
    machine: Id | None = None
    machine_minutes: float = Field(3.0, gt=0, le=120)
    guide_minutes: float | None = Field(None, gt=0, le=120)
    source: Source

    @model_validator(mode="after")
    def _machine_for_diverted(self) -> Service:
        if self.diverted > 0 and (self.machine is None or "self_service" not in self.channels):
            raise ValueError(f"{self.id}: diverted needs a machine and the channel self_service")
        if self.guide_minutes is not None and "guide" not in self.channels:
            raise ValueError(f"{self.id}: guide_minutes needs the channel guide")
        return self


class Post(Settings):
    """One post.

    ``zone`` is the kind of zone it stands in. ``count`` is ``workload`` where the number follows from the visitors it
    serves, at least ``minimum``, and ``presence`` where it is ``minimum`` while open and serves nobody. An idle
    person of this post also takes the visitors of the posts in ``helps``. ``days`` limits a post to weekdays;
    ``from_visits`` is the visits a day from which an outlet has the post: below, the post ``merge_into`` does its
    work, or nobody where that is empty. ``wait_min`` is its target wait where it differs from the project's, as for
    long talks by appointment.
    """

    id: Id
    name: str
    zone: Id
    count: Literal["workload", "presence"]
    minimum: int = Field(0, ge=0, le=50)
    from_visits: float = Field(0.0, ge=0)
    merge_into: Id | None = None
    wait_min: float | None = Field(None, ge=0, le=240)
    helps: tuple[Id, ...] = ()
    days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    source: Source

    @property
    def serves(self) -> bool:
        """Whether the post serves visitors; else it is only present."""
        return self.count == "workload"


class Triage(Settings):
    """The reception of every visitor: by which post, ``minutes`` mean and ``cv``."""

    post: Id
    minutes: float = Field(gt=0, le=60)
    cv: float = Field(0.5, ge=0, le=5)
    source: Source


class Profile(Settings):
    """How visits spread over some weekdays: ``HH:MM`` of a half hour → weight."""

    days: tuple[Weekday, ...]
    weights: dict[str, Annotated[float, Field(ge=0)]]
    source: Source

    @model_validator(mode="after")
    def _half_hours(self) -> Profile:
        for start in self.weights:
            if minute_of_day(start) % 30 or minute_of_day(start) >= HALF_HOURS * 30:
                raise ValueError(f"{start!r} is not the start of a half hour")
        return self

    def shares(self) -> tuple[float, ...]:
        """Return 48 weights, one a half hour from midnight."""
        found = [0.0] * HALF_HOURS
        for start, weight in self.weights.items():
            found[minute_of_day(start) // 30] = weight
        return tuple(found)


class Day(Settings):
    """When the sector's outlets are usually open and visited."""

    opening_hours: dict[Weekday, Span]
    weekday_factors: dict[Weekday, Annotated[float, Field(ge=0)]]
    profiles: tuple[Profile, ...]
    source: Source


class Catalogue(Settings):
    """Everything a sector's preset says of services, posts and the usual day.

    ``formats`` names the kinds of service a format of outlet may do; a format that is not named does all.
    """

    schema_: Literal[1] = Field(1, alias="schema")
    sector: Sector
    services: tuple[Service, ...]
    posts: tuple[Post, ...]
    triage: Triage | None = None
    formats: Mapping[str, tuple[Kind, ...]] = {}
    day: Day

    @model_validator(mode="after")
    def _consistent(self) -> Catalogue:
        if not self.services or not self.posts:
            raise ValueError("expected at least one service and one post")
        for what, ids in (("services", [s.id for s in self.services]), ("posts", [p.id for p in self.posts])):
            double = sorted({name for name in ids if ids.count(name) > 1})
            if double:
                raise ValueError(f"{what}: {', '.join(double)} twice")
        if sum(service.share for service in self.services) <= 0:
            raise ValueError("services: the shares sum to 0")
        return self

    @model_validator(mode="after")
    def _posts_serve(self) -> Catalogue:
        posts = {post.id: post for post in self.posts}
        used = {service.post: f"service {service.id}" for service in self.services}
        if self.triage is not None:
            used[self.triage.post] = "triage"
        for post in self.posts:
            used |= dict.fromkeys(post.helps, f"helps of {post.id}")
            if post.merge_into is not None:
                used[post.merge_into] = f"merge_into of {post.id}"
        for name, by in used.items():
            if name not in posts or not posts[name].serves:
                raise ValueError(f"{by}: {name!r} is no post with count = 'workload'")
        for post in self.posts:
            stays = post.merge_into is not None and not posts[post.merge_into].from_visits
            if post.serves and post.from_visits > 0 and not stays:
                raise ValueError(f"{post.id}: from_visits needs merge_into: a post that serves in every outlet")
        return self

    @property
    def shares(self) -> Mapping[str, float]:
        """Each service's share of visits, scaled to sum to 1."""
        total = sum(service.share for service in self.services)
        return {service.id: service.share / total for service in self.services}

    def without_small(self, visits_per_day: float) -> tuple[Catalogue, tuple[str, ...]]:
        """Return the catalogue of an outlet with so many visits a day, and notes on the posts it does without.

        The reception of visitors falls away with the post that does it.
        """
        gone = {post.id: post for post in self.posts if visits_per_day < post.from_visits}
        if not gone:
            return self, ()
        into = {name: post.merge_into or name for name, post in gone.items()}
        services = tuple(
            service.model_copy(update={"post": into.get(service.post, service.post)}) for service in self.services
        )
        posts = tuple(
            post.model_copy(update={"helps": tuple(name for name in post.helps if name not in gone)})
            for post in self.posts
            if post.id not in gone
        )
        triage = None if self.triage is not None and self.triage.post in gone else self.triage
        notes = [
            f"{post.name}: none below {post.from_visits:g} visits a day; {self.post(into[name]).name} does the work"
            for name, post in gone.items()
            if post.merge_into
        ]
        bare = [f"{post.name} (from {post.from_visits:g})" for post in gone.values() if not post.merge_into]
        notes += [f"posts that come with more visits a day: {', '.join(bare)}"] if bare else []
        return self.model_copy(update={"services": services, "posts": posts, "triage": triage}), tuple(notes)

    def for_format(self, name: str) -> Catalogue:
        """Return what a format of outlet may do: services of its kinds, and posts without those that have none left.

        Raises
        ------
        InputError
            When no service is left.
        """
        kinds = self.formats.get(name)
        if kinds is None or all(service.kind in kinds for service in self.services):
            return self
        services = tuple(service for service in self.services if service.kind in kinds)
        if not services:
            raise InputError(f"formats: {name!r} may do {', '.join(kinds) or 'nothing'}; no service is of that kind")
        needed = {service.post for service in services} | {post.merge_into for post in self.posts}
        needed |= {self.triage.post} if self.triage is not None else set()
        kept = [post for post in self.posts if not post.serves or post.id in needed]
        ids = {post.id for post in kept}
        posts = tuple(post.model_copy(update={"helps": tuple(h for h in post.helps if h in ids)}) for post in kept)
        return self.model_copy(update={"services": services, "posts": posts})

    def at_pace(self, proficiency: Mapping[str, float]) -> Catalogue:
        """Return the catalogue with the service times of posts whose people work at another pace.

        Raises
        ------
        InputError
            When a post is unknown or serves nobody.
        """
        serving = [post.id for post in self.posts if post.serves]
        unknown = [name for name in proficiency if name not in serving]
        if unknown:
            raise InputError(
                f"layout.services.proficiency: {unknown[0]!r} serves nobody here; posts: {', '.join(serving)}"
            )
        services = tuple(
            service.model_copy(update={"minutes": service.minutes / proficiency.get(service.post, 1.0)})
            for service in self.services
        )
        triage = self.triage
        if triage is not None:
            triage = triage.model_copy(update={"minutes": triage.minutes / proficiency.get(triage.post, 1.0)})
        return self.model_copy(update={"services": services, "triage": triage})

    def post(self, name: str) -> Post:
        """Return the post with an id."""
        return next(post for post in self.posts if post.id == name)

    def service(self, name: str) -> Service:
        """Return the service with an id."""
        return next(service for service in self.services if service.id == name)


def read_preset(sector: Sector) -> Catalogue:
    """Return the catalogue that ships for a sector."""
    name = f"{sector}.toml"
    text = (files("layout.workload") / "presets" / name).read_text(encoding="utf-8")
    return parse_model(Catalogue, text, name)
