"""Design an outlet's shifts and give them the ids that stand on the wall roster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from layout.settings.staff import StaffSettings
from layout.staffing.plan import Shift, ShiftPlan
from layout.staffing.shifts.breaks import BreakWindow, spread_breaks
from layout.staffing.shifts.check import presence
from layout.staffing.shifts.design import design_shifts
from layout.staffing.shifts.model import DesignRules
from layout.staffing.shifts.patterns import BreakRule, ShiftRules, enumerate_shifts, sort_key
from layout.study.staff.need import DAY_MIN, StaffNeed
from outlet.outcome import Limits, Outcome


@dataclass(frozen=True)
class NamedShifts:
    """Shifts with their ids, sorted, and the people wanted on each weekday.

    Parameters
    ----------
    shifts, ids
        Shape (S,).
    count
        People the plan puts on each, shape (7, S).
    """

    shifts: tuple[Shift, ...]
    ids: tuple[str, ...]
    count: NDArray[np.int64]


def design(need: StaffNeed, settings: StaffSettings, limits: Limits) -> Outcome[ShiftPlan]:
    """Choose the shifts of an outlet; relieved posts are designed without their breaks, which come in afterwards."""
    outcome = design_shifts(
        need.required,
        allowed_shifts(need, settings),
        interval_min=need.step_min,
        rules=DesignRules(span_min=need.span_min, tolerance=settings.tolerance),
        limits=limits,
    )
    if outcome.solution is None:
        reasons = tuple(_named(reason, need) for reason in outcome.reasons)
        return replace(outcome, reasons=reasons)
    plan = outcome.solution
    shifts = tuple(_with_break(shift, need, settings) for shift in plan.shifts)
    order = sorted(range(len(shifts)), key=lambda at: sort_key(shifts[at]))
    ordered = ShiftPlan(tuple(shifts[at] for at in order), plan.count[:, order], plan.paid_min)
    return replace(outcome, solution=ordered)


def _named(reason: str, need: StaffNeed) -> str:
    number, sign, rest = reason.removeprefix("post ").partition(":")
    return f"{need.posts[int(number)]}:{rest}" if sign and number.isdecimal() else reason


def allowed_shifts(need: StaffNeed, settings: StaffSettings) -> tuple[Shift, ...]:
    """Return every shift that the settings allow in any day's span; a day shorter than all of them gets its own."""
    found: set[Shift] = set()
    breaks = _break_rule(settings)
    for first, last in _distinct_spans(need):
        open_first, open_last = first + settings.opening_min, last - settings.closing_min
        lengths = _lengths_within(last - first, breaks, settings)
        whole = ShiftRules(
            first_start_min=first,
            last_end_min=last,
            start_step_min=settings.start_step_min,
            paid_min=lengths,
            breaks=breaks,
            also_starts_min=(open_first,),
        )
        inner = replace(whole, first_start_min=open_first, last_end_min=open_last)
        for post in range(len(need.posts)):
            for rules in (whole, inner):
                found.update(without_relieved_break(shift, need) for shift in enumerate_shifts(post, rules))
    return tuple(sorted(found, key=sort_key))


def _distinct_spans(need: StaffNeed) -> list[tuple[int, int]]:
    return sorted({(int(first), int(last)) for first, last in need.span_min if first < last})


def _lengths_within(span: int, breaks: BreakRule, settings: StaffSettings) -> tuple[int, ...]:
    lengths = sorted({round(hours * 60) for hours in settings.shift_hours})
    fitting = [paid for paid in lengths if paid + (breaks.length_min if paid > breaks.after_min else 0) <= span]
    whole = span if span <= breaks.after_min else max(span - breaks.length_min, 1)
    return tuple(fitting or [whole])


def _break_rule(settings: StaffSettings) -> BreakRule:
    breaks = settings.breaks
    return BreakRule(
        after_min=round(breaks.after_hours * 60),
        length_min=breaks.minutes,
        earliest_min=round(breaks.earliest_hours * 60),
        least_after_min=round(breaks.least_after_hours * 60),
        step_min=breaks.step_min,
    )


def _with_break(shift: Shift, need: StaffNeed, settings: StaffSettings) -> Shift:
    """Return a relieved post's shift with its break in the middle, on a step."""
    away = shift.end_min - shift.start_min - shift.paid_min
    if not need.relieved[shift.post] or away <= 0:
        return shift
    middle = shift.start_min + (shift.paid_min // 2 // need.step_min) * need.step_min
    return replace(shift, break_start_min=middle, break_end_min=middle + away)


def without_relieved_break(shift: Shift, need: StaffNeed) -> Shift:
    """Return the shift as cover sees it: a relieved break leaves nobody missing."""
    return replace(shift, break_start_min=None, break_end_min=None) if need.relieved[shift.post] else shift


def staffed(shifts: tuple[Shift, ...], need: StaffNeed) -> NDArray[np.int64]:
    """Return where a shift counts as present, shape (S, T); shifts end by midnight."""
    seen = [without_relieved_break(shift, need) for shift in shifts]
    return presence(seen, need.step_min)[:, : DAY_MIN // need.step_min]


def full_length_shifts(need: StaffNeed, settings: StaffSettings) -> tuple[Shift, ...]:
    """Return, for each post and span, the longest shifts that begin with the span or end with it.

    They let people with long contracts work more hours than the plan's shifts have.
    """
    found: set[Shift] = set()
    allowed = allowed_shifts(need, settings)
    for first, last in _distinct_spans(need):
        for post in range(len(need.posts)):
            mine = [s for s in allowed if s.post == post and first <= s.start_min and s.end_min <= last]
            longest = max((shift.paid_min for shift in mine), default=0)
            for edge in (min, max):
                start = edge((s.start_min for s in mine if s.paid_min == longest), default=0)
                same = [s for s in mine if s.paid_min == longest and s.start_min == start]
                found.update(same[:: max(len(same) - 1, 1)])
    return tuple(_with_break(shift, need, settings) for shift in sorted(found, key=sort_key))


def name_shifts(plan: ShiftPlan, extra: tuple[Shift, ...], need: StaffNeed, settings: StaffSettings) -> NamedShifts:
    """Join the plan's shifts with others that nobody is planned on, sorted, with ids; breaks of key posts are apart."""
    known = dict(zip(plan.shifts, plan.count.T, strict=True))
    nobody = np.zeros(7, dtype=np.int64)
    joined: dict[Shift, NDArray[np.int64]] = {}
    spread = _with_breaks_apart([(shift, known.get(shift, nobody)) for shift in {*plan.shifts, *extra}], need, settings)
    for shift, count in spread:
        joined[shift] = joined.get(shift, nobody) + count
    shifts = tuple(sorted(joined, key=sort_key))
    return NamedShifts(shifts, shift_ids(shifts, need), np.stack([joined[shift] for shift in shifts], axis=1))


def key_posts(need: StaffNeed, settings: StaffSettings) -> NDArray[np.bool_]:
    """Return the posts of which no two people may be on break at once, shape (P,)."""
    chosen = settings.breaks.key_posts
    return need.relieved if chosen is None else np.array([post in chosen for post in need.posts], dtype=np.bool_)


def _with_breaks_apart(
    planned: Sequence[tuple[Shift, NDArray[np.int64]]], need: StaffNeed, settings: StaffSettings
) -> list[tuple[Shift, NDArray[np.int64]]]:
    """Return shifts and their counts with breaks of key posts moved off each other; only relieved breaks can move.

    A key post's shift with several people becomes several shifts, which may differ in their breaks.
    """
    keys, rule = key_posts(need, settings), _break_rule(settings)
    others: list[tuple[Shift, NDArray[np.int64]]] = []
    mine: list[tuple[Shift, NDArray[np.int64]]] = []
    for shift, count in sorted(planned, key=lambda item: sort_key(item[0])):
        if not keys[shift.post] or shift.break_start_min is None:
            others.append((shift, count))
        elif not need.relieved[shift.post]:
            mine.append((shift, count))
        else:
            mine += [(shift, (count > at).astype(np.int64)) for at in range(max(int(count.max()), 1))]
    windows = [_break_window(shift, need, rule) for shift, _ in mine]
    starts = spread_breaks(windows, np.array([count > 0 for _, count in mine]).T) if mine else ()
    for (shift, count), window, start in zip(mine, windows, starts, strict=True):
        others.append((replace(shift, break_start_min=start, break_end_min=start + window.length_min), count))
    return others


def _break_window(shift: Shift, need: StaffNeed, rule: BreakRule) -> BreakWindow:
    """Return when a shift's break may begin: any step within the rule where it is relieved, else only when it does."""
    start = shift.break_start_min or 0
    away = (shift.break_end_min or 0) - start
    if not need.relieved[shift.post]:
        return BreakWindow((start,), start, away)
    first, last = shift.start_min + rule.earliest_min, shift.end_min - rule.least_after_min - away
    before = range(start, min(first, start) - 1, -need.step_min)
    after = range(start, max(last, start) + 1, need.step_min)
    return BreakWindow(tuple(sorted({*before, *after})), start, away)


def shift_ids(shifts: tuple[Shift, ...], need: StaffNeed) -> tuple[str, ...]:
    """Return the id of every shift: the post's letters and a number in order of time."""
    letters = post_letters(need.posts)
    seen: Counter[int] = Counter()
    ids: list[str] = []
    for shift in shifts:
        seen[shift.post] += 1
        ids.append(f"{letters[shift.post]}{seen[shift.post]}")
    return tuple(ids)


def post_letters(posts: tuple[str, ...]) -> tuple[str, ...]:
    """Return short letters for each post: initials, lengthened where two posts share them.

    >>> post_letters(("teller", "duty_manager", "guide", "guard"))
    ('T', 'DM', 'GUI', 'GUA')
    """

    def short(post: str, extra: int) -> str:
        words = post.split("_")
        initials = "".join(word[:1] for word in words)
        return (
            initials.upper()
            if extra == 0
            else (post[: 1 + extra] if len(words) == 1 else initials + post[-extra:]).upper()
        )

    extra = dict.fromkeys(posts, 0)
    while True:
        made = {post: short(post, extra[post]) for post in posts}
        double = [post for post in posts if list(made.values()).count(made[post]) > 1 and extra[post] < len(post)]
        if not double:
            return tuple(made[post] for post in posts)
        for post in double:
            extra[post] += 1
