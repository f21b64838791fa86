"""Say how many people, of which kind, a roster must have there and when, as rows that shifts count towards.

A row asks for people of a post; for people who hold something, such as keys, whatever their post; or, the other way
round, that no two people of key posts are on break at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from layout.data.people import Person
from layout.settings.staff import StaffSettings
from layout.staffing.plan import PARTS, WEEK_DAYS
from layout.study.staff.need import StaffNeed
from layout.study.staff.shifts import NamedShifts, key_posts, staffed
from outlet.errors import InputError

BREAK = "break"
"""What a row asks for that lets no two people of key posts be on break at once."""


@dataclass(frozen=True)
class CoverRow:
    """One row of cover.

    Parameters
    ----------
    contributes
        Whether a shift counts towards it, shape (S,).
    required
        People wanted on each weekday, shape (7,).
    hours
        Hours that one person missing or beyond means.
    post
        Post, or −1 where any counts.
    start_min
        When it begins, for messages.
    asks
        What people must hold to count; nothing where all do; `BREAK`.
    under, over
        Price of one person missing, and beyond.
    """

    contributes: NDArray[np.bool_]
    required: NDArray[np.int64]
    hours: float
    post: int
    start_min: int
    under: int
    over: int
    asks: str = ""


@dataclass(frozen=True)
class Cover:
    """Cover rows of a roster."""

    rows: tuple[CoverRow, ...]

    @property
    def contributes(self) -> NDArray[np.bool_]:
        """Whether a shift counts towards a row, shape (K, S)."""
        return np.array([row.contributes for row in self.rows])

    @property
    def required(self) -> NDArray[np.int64]:
        """People wanted on each weekday, shape (7, K)."""
        return np.stack([row.required for row in self.rows], axis=1)


def cover_by_shift(named: NamedShifts, need: StaffNeed, settings: StaffSettings) -> Cover:
    """Return one row a shift, the plan's people on each, and the rows of breaks."""
    each = np.eye(len(named.shifts), dtype=np.bool_)
    rows = [
        _post_row(each[s], named.count[:, s], shift.paid_min / 60, (shift.post, shift.start_min), settings)
        for s, shift in enumerate(named.shifts)
    ]
    return Cover((*rows, *_break_rows(named, need, settings)))


def cover_by_time(named: NamedShifts, need: StaffNeed, settings: StaffSettings) -> Cover:
    """Return one row a post and span of time in which neither requirement nor possible presence changes.

    Presence rules and breaks have rows of their own.
    """
    present = staffed(named.shifts, need).astype(np.bool_)
    post_of = np.array([shift.post for shift in named.shifts], dtype=np.int64)
    rows: list[CoverRow] = []
    for post in range(len(need.posts)):
        there = present & (post_of == post)[:, None]
        for first, last in _spans(there, need.required[:, :, post]):
            hours = (last - first) * need.step_min / 60
            at = (post, first * need.step_min)
            rows.append(_post_row(there[:, first], need.required[:, first, post], hours, at, settings))
    return Cover((*rows, *_presence_rows(present, need, settings), *_break_rows(named, need, settings)))


def _post_row(
    contributes: NDArray[np.bool_],
    required: NDArray[np.int64],
    hours: float,
    at: tuple[int, int],
    settings: StaffSettings,
) -> CoverRow:
    rules = settings.roster
    prices = _price(rules.under_weight, hours), _price(rules.over_weight, hours)
    return CoverRow(contributes, required, hours, *at, *prices)


def _price(per_hour: int, hours: float) -> int:
    """Return a whole price, at least 1 where the hour has a price."""
    return max(round(per_hour * hours), min(per_hour, 1))


def _spans(there: NDArray[np.bool_], wanted: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return spans of steps in which who may be there (S, T) and who is wanted (7, T) stay, but for empty ones."""
    keys = [(there[:, t].tobytes(), wanted[:, t].tobytes()) for t in range(wanted.shape[1])]
    changes = [0, *(t for t in range(1, len(keys)) if keys[t] != keys[t - 1]), len(keys)]
    return [(first, last) for first, last in pairwise(changes) if there[:, first].any() or wanted[:, first].any()]


def _presence_rows(present: NDArray[np.bool_], need: StaffNeed, settings: StaffSettings) -> list[CoverRow]:
    """Return the rows of presence rules: at least so many who hold something, at opening, while open, at closing."""
    rows: list[CoverRow] = []
    for rule in settings.presence:
        wanted = np.zeros((WEEK_DAYS, present.shape[1]), dtype=np.int64)
        for day in range(WEEK_DAYS):
            for steps in _steps_of(need, day, rule.when):
                wanted[day, steps] = rule.least
        for first, last in _spans(present, wanted):
            if wanted[:, first].any():
                hours = (last - first) * need.step_min / 60
                price = _price(settings.roster.presence_weight, hours)
                required = wanted[:, first]
                rows.append(
                    CoverRow(present[:, first], required, hours, -1, first * need.step_min, price, 0, rule.holds)
                )
    return rows


def _steps_of(need: StaffNeed, day: int, when: Sequence[str]) -> list[slice]:
    """Return the steps of a weekday that a presence rule is about; without checks, the first and last open step."""
    step = need.step_min
    (first, last), (opens, closes) = (tuple(span[day].tolist()) for span in (need.span_min, need.open_min))
    if first == last:
        return []
    spans = {
        "opening": (first, max(opens, first + step)),
        "open": (opens, closes),
        "closing": (min(closes, last - step), last),
    }
    return [slice(spans[name][0] // step, -(-spans[name][1] // step)) for name in when]


def _break_rows(named: NamedShifts, need: StaffNeed, settings: StaffSettings) -> list[CoverRow]:
    """Return rows that count who of the key posts is on break: one is free, each beyond has a price."""
    keys = key_posts(need, settings)
    away = np.zeros((len(named.shifts), need.required.shape[1]), dtype=np.bool_)
    for s, shift in enumerate(named.shifts):
        if keys[shift.post] and shift.break_start_min is not None and shift.break_end_min is not None:
            away[s, shift.break_start_min // need.step_min : -(-shift.break_end_min // need.step_min)] = True
    nobody = np.zeros((WEEK_DAYS, away.shape[1]), dtype=np.int64)
    one = np.ones(WEEK_DAYS, dtype=np.int64)
    rows: list[CoverRow] = []
    for first, last in _spans(away, nobody):
        hours = (last - first) * need.step_min / 60
        price = _price(settings.roster.presence_weight, hours)
        rows.append(CoverRow(away[:, first], one, hours, -1, first * need.step_min, 0, price, BREAK))
    return rows


def parts_of(people: Sequence[Person], cover: Cover, need: StaffNeed) -> NDArray[np.int64] | None:
    """Return for how many parts people count towards each row, shape (E, K); None where all count as one.

    Proficiency counts at posts that serve; at others, such as a guard's, whoever is there is there.

    Raises
    ------
    InputError
        When a presence rule asks for what nobody holds.
    """
    _require_holders(people, cover)
    parts = np.full((len(people), len(cover.rows)), PARTS, dtype=np.int64)
    for k, row in enumerate(cover.rows):
        for e, person in enumerate(people):
            if row.asks not in ("", BREAK):
                parts[e, k] = PARTS * (row.asks in person.holds)
            elif row.post >= 0 and need.serves[row.post]:
                parts[e, k] = round(PARTS * person.proficiency)
    return None if (parts == PARTS).all() else parts


def _require_holders(people: Sequence[Person], cover: Cover) -> None:
    held = {thing for person in people for thing in person.holds}
    for asked in dict.fromkeys(row.asks for row in cover.rows if row.asks not in ("", BREAK)):
        if asked not in held:
            known = f"people hold {', '.join(sorted(held))}" if held else "nobody holds anything"
            raise InputError(
                f"[layout.staff] presence: somebody with {asked!r} must be there, but nobody in the people table holds"
                f" it; {known}; expected {asked!r} in the column holds of at least one person of the outlet"
            )
