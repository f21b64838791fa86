"""Hold shifts, shift plans, roster problems and rosters as arrays over positions.

Axes: day d of D, interval t of T, post p of P, shift s of S, person e of E, cover row k of K, window w of W. Minutes
count from midnight of the day the shift starts on; an end past 1440 lies on the next day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

OFF = -1
FREE = -2
DAY_MIN = 1440
PARTS = 20
"""Parts of a person in which cover is counted where people count differently; a twentieth keeps prices exact."""
WEEK_DAYS = 7
SATURDAY = 5
SUNDAY = 6


@dataclass(frozen=True, order=True)
class Shift:
    """A span of work at one post.

    Parameters
    ----------
    post
        Position of the post.
    start_min, end_min
        Begin and end, minutes of the day.
    break_start_min, break_end_min
        The break, during which nobody counts as present; None without one.
    paid_min
        Minutes paid: the span without its unpaid break.
    """

    post: int
    start_min: int
    end_min: int
    break_start_min: int | None
    break_end_min: int | None
    paid_min: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_min < self.end_min <= self.start_min + DAY_MIN or self.start_min >= DAY_MIN:
            raise InputError(f"shift {self.start_min}–{self.end_min}: expected a start within the day, then an end")
        if (self.break_start_min is None) != (self.break_end_min is None):
            raise InputError(f"shift {self.start_min}–{self.end_min}: expected both ends of its break, or neither")
        if self.break_start_min is not None and self.break_end_min is not None:
            inside = self.start_min < self.break_start_min < self.break_end_min < self.end_min
            if not inside:
                raise InputError(f"shift {self.start_min}–{self.end_min}: expected its break inside it")

    def spans(self) -> list[tuple[int, int]]:
        """Return the spans of presence, minutes of the day."""
        if self.break_start_min is None or self.break_end_min is None:
            return [(self.start_min, self.end_min)]
        return [(self.start_min, self.break_start_min), (self.break_end_min, self.end_min)]


@dataclass(frozen=True)
class ShiftPlan:
    """How many people work each shift on each day.

    Parameters
    ----------
    shifts
        The shifts used, sorted.
    count
        People on each, shape (D, S).
    paid_min
        Minutes paid over all days.
    """

    shifts: tuple[Shift, ...]
    count: Int
    paid_min: int


@dataclass(frozen=True, kw_only=True)
class RosterRules:
    """What every roster of a problem must respect; None or an empty array leaves a rule out.

    Parameters
    ----------
    rest_min
        Minutes between the end of a shift and the start of the next day's.
    forbidden_next
        Whether the second shift must not follow the first on the next day, shape (S, S).
    shift_max
        Most times a person may work a shift, shape (E, S).
    consecutive_max, consecutive_min, off_min
        Most and fewest working days in a row, fewest days off in a row, shape (E,). Fewest-in-a-row rules count at
        the horizon's ends as if the sequence went on outside; most-in-a-row rules do not.
    weekends_max, sundays_max
        Most weekends (Saturday or Sunday) and Sundays with work, shape (E,).
    on_duty
        Whether a person may work on a day by rotation of weekend duty, shape (E, D).
    """

    rest_min: int = 0
    forbidden_next: Bool | None = None
    shift_max: Int | None = None
    consecutive_max: Int | None = None
    consecutive_min: Int | None = None
    off_min: Int | None = None
    weekends_max: Int | None = None
    sundays_max: Int | None = None
    on_duty: Bool | None = None


@dataclass(frozen=True)
class Teams:
    """Teams that work as blocks: on a day, all who may work do so in the same block, or all are off.

    Parameters
    ----------
    of
        Team of each person, or −1, shape (E,).
    block
        Block of the day that each shift lies in, from 0, shape (S,): all 0 where only days matter.
    """

    of: Int
    block: Int

    @property
    def number(self) -> int:
        """Number of teams."""
        return int(self.of.max(initial=-1)) + 1

    @property
    def blocks(self) -> int:
        """Number of blocks, a day off among them, as the last."""
        return int(self.block.max(initial=0)) + 2

    @property
    def block_of(self) -> Int:
        """Block of each shift and, last, of a day off, shape (S + 1,)."""
        return np.append(self.block, self.blocks - 1)


@dataclass(frozen=True, kw_only=True)
class RosterWishes:
    """What a roster should respect, with the price of each miss; None leaves a term out.

    Parameters
    ----------
    shift_on, shift_off
        Price when a person does not work a shift, or works it, on a day, shape (E, D, S).
    day_on, day_off
        Price when a person does not work, or works, on a day, shape (E, D).
    short_hour
        Price of one hour below the contract's minimum in a window; None makes the minimum hard.
    fair_hour
        Price of one hour between the largest and the smallest excess over the person's target.
    fair_weekend
        Price of one weekend between the most and the fewest worked.
    unpopular, fair_unpopular
        Which shifts nobody likes, shape (S,), and the price of one between the most and the fewest worked.
    teams, team_day
        Who works together and when, and the price of one person's day apart from the team.
    """

    shift_on: Int | None = None
    shift_off: Int | None = None
    day_on: Int | None = None
    day_off: Int | None = None
    short_hour: int | None = None
    fair_hour: int = 0
    fair_weekend: int = 0
    unpopular: Bool | None = None
    fair_unpopular: int = 0
    teams: Teams | None = None
    team_day: int = 0


@dataclass(frozen=True, kw_only=True)
class RosterProblem:
    """People × days to fill with shifts.

    Parameters
    ----------
    first_weekday
        Weekday of day 0, Monday 0.
    start_min, end_min, paid_min
        Of each shift, shape (S,).
    skilled
        Whether a person may work a shift, shape (E, S).
    off
        Whether a person must not work on a day, shape (E, D).
    offered
        Whether a shift may be worked on a day, shape (D, S).
    contributes
        Whether a shift counts towards a cover row, shape (K, S): the identity covers shifts by number, presence by
        interval covers intervals.
    required, under_weight, over_weight
        People wanted, price of each missing, price of each beyond, shape (D, K).
    windows
        First and last day of each span over which contract minutes count, shape (W, 2).
    minutes_min, minutes_max, minutes_target
        Contract minutes in a window, shape (E, W); the target is what fairness compares with.
    locked
        A shift, `OFF`, or `FREE` where the roster decides, shape (E, D).
    counts
        For how many `PARTS` a person counts towards a cover row, shape (E, K): below `PARTS` who is new, 0 who does
        not hold what the row asks for. None: everybody counts as one.
    """

    start_min: Int
    end_min: Int
    paid_min: Int
    skilled: Bool
    off: Bool
    offered: Bool
    contributes: Bool
    required: Int
    under_weight: Int
    over_weight: Int
    windows: Int
    minutes_min: Int
    minutes_max: Int
    minutes_target: Int
    locked: Int
    counts: Int | None = None
    first_weekday: int = 0
    rules: RosterRules = field(default_factory=RosterRules)
    wishes: RosterWishes = field(default_factory=RosterWishes)

    def __post_init__(self) -> None:
        e, d = self.off.shape
        s = len(self.start_min)
        k, w = len(self.contributes), len(self.windows)
        _require_shape("end_min", self.end_min, (s,))
        _require_shape("paid_min", self.paid_min, (s,))
        _require_shape("skilled", self.skilled, (e, s))
        _require_shape("offered", self.offered, (d, s))
        _require_shape("contributes", self.contributes, (k, s))
        _require_shape("windows", self.windows, (w, 2))
        _require_shape("locked", self.locked, (e, d))
        for name, array in (("required", self.required), ("under_weight", self.under_weight)):
            _require_shape(name, array, (d, k))
        _require_shape("over_weight", self.over_weight, (d, k))
        for name, array in (("minutes_min", self.minutes_min), ("minutes_max", self.minutes_max)):
            _require_shape(name, array, (e, w))
        _require_shape("minutes_target", self.minutes_target, (e, w))
        self._require_optional(e, d, s)
        if self.counts is not None:
            _require_shape("counts", self.counts, (e, k))
            if self.counts.min(initial=0) < 0:
                raise InputError(f"counts holds {self.counts.min()}; expected numbers from 0")
        if d < 1 or not 0 <= self.first_weekday < WEEK_DAYS:
            raise InputError(f"a roster of {d} days from weekday {self.first_weekday}: expected a day and 0 to 6")
        if self.locked.size and (self.locked.min() < FREE or self.locked.max() >= s):
            raise InputError(f"locked holds {self.locked.max()}; expected a shift below {s}, {OFF} or {FREE}")
        if min(self.required.min(initial=0), self.under_weight.min(initial=0), self.over_weight.min(initial=0)) < 0:
            raise InputError("required, under_weight or over_weight is negative; expected numbers from 0")

    def _require_optional(self, e: int, d: int, s: int) -> None:
        rules, wishes = self.rules, self.wishes
        wanted: Sequence[tuple[str, NDArray[np.generic] | None, tuple[int, ...]]] = (
            ("forbidden_next", rules.forbidden_next, (s, s)),
            ("shift_max", rules.shift_max, (e, s)),
            ("consecutive_max", rules.consecutive_max, (e,)),
            ("consecutive_min", rules.consecutive_min, (e,)),
            ("off_min", rules.off_min, (e,)),
            ("weekends_max", rules.weekends_max, (e,)),
            ("sundays_max", rules.sundays_max, (e,)),
            ("on_duty", rules.on_duty, (e, d)),
            ("shift_on", wishes.shift_on, (e, d, s)),
            ("shift_off", wishes.shift_off, (e, d, s)),
            ("day_on", wishes.day_on, (e, d)),
            ("day_off", wishes.day_off, (e, d)),
            ("unpopular", wishes.unpopular, (s,)),
            ("teams.of", None if wishes.teams is None else wishes.teams.of, (e,)),
            ("teams.block", None if wishes.teams is None else wishes.teams.block, (s,)),
        )
        for name, array, shape in wanted:
            if array is not None:
                _require_shape(name, array, shape)

    @property
    def persons(self) -> int:
        """Number of people."""
        return len(self.off)

    @property
    def days(self) -> int:
        """Number of days."""
        return len(self.offered)

    @property
    def shifts(self) -> int:
        """Number of shifts."""
        return len(self.start_min)

    @property
    def unit(self) -> int:
        """Parts that make one person in cover: 1 where everybody counts as one."""
        return 1 if self.counts is None else PARTS

    @cached_property
    def parts(self) -> Int:
        """For how many parts a person counts towards a cover row, shape (E, K)."""
        return np.ones((self.persons, len(self.contributes)), dtype=np.int64) if self.counts is None else self.counts

    @property
    def team_price(self) -> int:
        """Price of one person's day apart from the team; 0 where there is no team."""
        return self.wishes.team_day if self.wishes.teams is not None and self.wishes.teams.number else 0

    @property
    def unpopular_price(self) -> int:
        """Price of one unpopular shift between the most and the fewest worked; 0 where no shift is unpopular."""
        mask = self.wishes.unpopular
        return self.wishes.fair_unpopular if mask is not None and mask.any() else 0

    @cached_property
    def may_follow(self) -> Bool:
        """Whether the second shift may follow the first on the next day, by rest and by rule, shape (S, S)."""
        rest = self.start_min[None, :] + DAY_MIN - self.end_min[:, None]
        allowed: Bool = rest >= self.rules.rest_min
        return allowed if self.rules.forbidden_next is None else allowed & ~self.rules.forbidden_next

    @cached_property
    def possible(self) -> Bool:
        """Whether a person may work a shift on a day by skill, days off, opening days and locks, shape (E, D, S)."""
        there = ~self.off if self.rules.on_duty is None else ~self.off & self.rules.on_duty
        free = self.skilled[:, None, :] & there[:, :, None] & self.offered[None, :, :]
        lock = self.locked[:, :, None]
        return np.where(lock == FREE, free, lock == np.arange(self.shifts)[None, None, :])

    @cached_property
    def weekends(self) -> tuple[tuple[int, ...], ...]:
        """The days of each weekend that the horizon touches."""
        weekday = (np.arange(self.days) + self.first_weekday) % WEEK_DAYS
        week = (np.arange(self.days) + self.first_weekday) // WEEK_DAYS
        spans = [np.flatnonzero((week == at) & (weekday >= SATURDAY)) for at in range(int(week[-1]) + 1)]
        return tuple(tuple(int(day) for day in span) for span in spans if len(span))

    @cached_property
    def sundays(self) -> tuple[int, ...]:
        """The Sundays of the horizon."""
        weekday = (np.arange(self.days) + self.first_weekday) % WEEK_DAYS
        return tuple(int(day) for day in np.flatnonzero(weekday == SUNDAY))


@dataclass(frozen=True)
class Roster:
    """Which shift each person works on each day.

    Parameters
    ----------
    assigned
        Position of the shift, or `OFF`, shape (E, D).
    """

    assigned: Int


def _require_shape(name: str, array: NDArray[np.generic], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise InputError(f"{name} has shape {array.shape}; expected {shape}")
