"""Enumerate the shifts a post may use: every start, paid length and place of the break that the rules allow."""

from __future__ import annotations

from dataclasses import dataclass

from layout.staffing.plan import DAY_MIN, Shift
from outlet.errors import InputError


@dataclass(frozen=True, kw_only=True)
class BreakRule:
    """When a shift has a break, and where in it.

    Parameters
    ----------
    after_min
        A shift that pays more minutes than this has a break.
    length_min
        Length of the break, unpaid; 0 gives none.
    earliest_min, least_after_min
        Minutes of work before and after the break at least.
    step_min
        Step between the places a break may take.
    """

    after_min: int = 360
    length_min: int = 30
    earliest_min: int = 150
    least_after_min: int = 120
    step_min: int = 30


NO_BREAK = BreakRule(after_min=DAY_MIN)


@dataclass(frozen=True, kw_only=True)
class ShiftRules:
    """Which shifts a post may use.

    Parameters
    ----------
    first_start_min, last_end_min
        Span of the day that a shift must lie in, minutes of the day.
    start_step_min
        Step between starts, counted from ``first_start_min``.
    paid_min
        Minutes a shift may pay.
    breaks
        Where the break lies.
    also_starts_min
        Starts allowed besides the steps, such as the opening itself.
    """

    first_start_min: int
    last_end_min: int
    start_step_min: int = 30
    paid_min: tuple[int, ...] = (240, 300, 360, 420, 480)
    breaks: BreakRule = NO_BREAK
    also_starts_min: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.start_step_min < 1 or self.breaks.step_min < 1:
            raise InputError("a step between starts or breaks is below 1 minute; expected at least 1")
        if not self.paid_min or min(self.paid_min) < 1:
            raise InputError(f"paid_min is {self.paid_min}; expected lengths of at least 1 minute")


def enumerate_shifts(post: int, rules: ShiftRules) -> tuple[Shift, ...]:
    """Return every shift of a post that the rules allow, sorted.

    Besides the steps from the first start, a shift may end exactly at the end of the span, so that a span that is
    no multiple of the step can be covered to its last minute.

    >>> [(s.start_min, s.end_min) for s in enumerate_shifts(0, ShiftRules(
    ...     first_start_min=540, last_end_min=800, start_step_min=30, paid_min=(240,)))]
    [(540, 780), (560, 800)]
    """
    found: set[Shift] = set()
    for paid in rules.paid_min:
        has_break = paid > rules.breaks.after_min and rules.breaks.length_min > 0
        span = paid + (rules.breaks.length_min if has_break else 0)
        last_start = rules.last_end_min - span
        starts = {start for start in rules.also_starts_min if rules.first_start_min <= start <= last_start}
        starts |= set(range(rules.first_start_min, last_start + 1, rules.start_step_min))
        if last_start >= rules.first_start_min:
            starts.add(last_start)
        for start in starts:
            found.update(_with_breaks(post, start, span, paid, rules.breaks if has_break else None))
    return tuple(sorted(found, key=sort_key))


def _with_breaks(post: int, start: int, span: int, paid: int, breaks: BreakRule | None) -> list[Shift]:
    if breaks is None:
        return [Shift(post, start, start + span, None, None, paid)]
    first = start + breaks.earliest_min
    last = start + span - breaks.least_after_min - breaks.length_min
    places = range(first, last + 1, breaks.step_min) or [start + paid // 2]
    return [Shift(post, start, start + span, at, at + breaks.length_min, paid) for at in places]


def sort_key(shift: Shift) -> tuple[int, ...]:
    """Return what shifts are sorted by: post, start, end, break."""
    at = -1 if shift.break_start_min is None else shift.break_start_min
    return (shift.post, shift.start_min, shift.end_min, at, shift.paid_min)
