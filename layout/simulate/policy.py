"""Say what happens on a day beside the roster: reserves, sending visitors elsewhere, failures, appointments."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from outlet.errors import InputError


def _check(what: str, *ranges: tuple[str, bool, str]) -> None:
    for name, holds, expected in ranges:
        if not holds:
            raise InputError(f"{what}.{name}: a value is out of range; expected {expected}")


@dataclass(frozen=True, kw_only=True)
class Reserve:
    """People who come to a pool while its queue is long: a counter that opens, a roaming cash box.

    Whenever a visitor joins and at least ``open_at`` wait, one more of ``people`` is called and begins ``delay_min``
    later, unless at most ``close_at`` wait then; all go once at most ``close_at`` wait and the last has stayed
    ``stay_min``. They serve at ``pace`` times the usual speed, and come from pool ``lender`` where it is not -1, whose
    crew is smaller meanwhile.
    """

    pool: int
    people: int = 1
    open_at: int
    close_at: int = 0
    delay_min: float = 0.0
    stay_min: float = 0.0
    pace: float = 1.0
    lender: int = -1

    def __post_init__(self) -> None:
        _check(
            "Reserve",
            ("people", self.people >= 1, "persons from 1"),
            ("open_at", self.open_at >= 1, "persons from 1"),
            ("close_at", 0 <= self.close_at < self.open_at, "persons from 0, below open_at"),
            ("delay_min", 0 <= self.delay_min < inf, "minutes from 0"),
            ("stay_min", 0 <= self.stay_min < inf, "minutes from 0"),
            ("pace", 0 < self.pace < inf, "a factor above 0"),
            ("lender", self.lender != self.pool, "another pool"),
        )


@dataclass(frozen=True, kw_only=True)
class Diversion:
    """Send visitors of a stream to another pool while at least ``at_queue`` wait for their own.

    ``share`` of them goes: those who could (as an amount below a threshold) times those who comply. There they take
    ``mean_min`` minutes with coefficient of variation ``cv``.
    """

    stream: int
    pool: int
    at_queue: int = 0
    share: float
    mean_min: float
    cv: float = 0.5

    def __post_init__(self) -> None:
        _check(
            "Diversion",
            ("at_queue", self.at_queue >= 0, "persons from 0"),
            ("share", 0 <= self.share <= 1, "0 to 1"),
            ("mean_min", 0 < self.mean_min < inf, "minutes above 0"),
            ("cv", 0 <= self.cv < inf, "values from 0"),
        )


@dataclass(frozen=True, kw_only=True)
class Outage:
    """From ``begin_min`` to ``end_min`` after opening ``servers`` of a pool cannot serve; who is served is finished."""

    pool: int
    begin_min: float
    end_min: float
    servers: int

    def __post_init__(self) -> None:
        _check(
            "Outage",
            ("begin_min", 0 <= self.begin_min < inf, "minutes from 0"),
            ("end_min", self.begin_min < self.end_min < inf, "minutes after begin_min"),
            ("servers", self.servers >= 1, "servers from 1"),
        )


@dataclass(frozen=True, kw_only=True)
class Breakdowns:
    """Each machine of a pool (its crew at opening) fails after ``up_min`` and is repaired in ``repair_min`` minutes.

    Both are means of exponential times; all machines are up at opening.
    """

    pool: int
    up_min: float
    repair_min: float

    def __post_init__(self) -> None:
        _check(
            "Breakdowns",
            ("up_min", 0 < self.up_min < inf, "minutes above 0"),
            ("repair_min", 0 < self.repair_min < inf, "minutes above 0"),
        )


@dataclass(frozen=True, kw_only=True)
class QuietTask:
    """Back-office work that a pool does while nobody waits: ``minutes`` a day in pieces of ``piece_min``.

    A server begins a piece only while more than ``keep_free`` of the pool's crew are idle, and finishes what he began.
    """

    pool: int
    minutes: float
    piece_min: float = 10.0
    keep_free: int = 1

    def __post_init__(self) -> None:
        _check(
            "QuietTask",
            ("minutes", 0 <= self.minutes < inf, "minutes from 0"),
            ("piece_min", 0 < self.piece_min < inf, "minutes above 0"),
            ("keep_free", self.keep_free >= 0, "servers from 0"),
        )


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """A visitor of a stream expected ``due_min`` minutes after opening.

    He comes with probability ``shows``, normally distributed around the time with standard deviation ``late_min``.
    """

    stream: int
    due_min: float
    shows: float = 1.0
    late_min: float = 0.0

    def __post_init__(self) -> None:
        _check(
            "Appointment",
            ("due_min", 0 <= self.due_min < inf, "minutes from 0"),
            ("shows", 0 <= self.shows <= 1, "0 to 1"),
            ("late_min", 0 <= self.late_min < inf, "minutes from 0"),
        )
