"""Turn requirement.csv, opening hours and settings into the arrays that staffing works on.

The day is cut into steps that fit opening hours, intervals, shift starts and breaks alike. Within opening hours a step
needs what its interval requires; before opening and after closing it needs the people of the checks.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.settings.staff import GRID_MIN, StaffSettings
from layout.workload.requirement import Requirement
from layout.workload.services import Catalogue
from outlet.errors import InputError
from outlet.handover import WEEKDAYS, Span, Weekday, minute_of_day

DAY_MIN = 1440
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class StaffNeed:
    """What one outlet needs in a week, and the days of the roster.

    Parameters
    ----------
    posts, names
        Ids of the posts with any requirement, and their names.
    relieved, serves
        Whether a colleague of another post steps in during a break, and whether the post serves customers, shape (P,).
    step_min
        Length of a step, minutes.
    required
        People required, shape (7, T, P), Monday first.
    span_min
        When a shift may begin and must end, shape (7, 2), minutes of the day; equal where closed.
    open_min
        When the outlet opens first and closes last, likewise.
    dates, is_open
        Days of the roster, and whether the outlet is open.
    notes
        Assumptions to tell.
    """

    posts: tuple[str, ...]
    names: tuple[str, ...]
    relieved: NDArray[np.bool_]
    serves: NDArray[np.bool_]
    step_min: int
    required: NDArray[np.int64]
    span_min: NDArray[np.int64]
    open_min: NDArray[np.int64]
    dates: tuple[dt.date, ...]
    is_open: NDArray[np.bool_]
    notes: tuple[str, ...] = ()


def clock(minute: int | None) -> str:
    """Return HH:MM of a minute of the day, of the next day past 24:00; nothing for None."""
    if minute is None:
        return ""
    if minute > 24 * 60:
        minute -= 24 * 60
    return f"{minute // 60:02d}:{minute % 60:02d}"


def plan_need(
    requirement: Requirement,
    hours: Mapping[Weekday, Span],
    catalogue: Catalogue,
    settings: StaffSettings,
    as_of: dt.date,
) -> StaffNeed:
    """Return what an outlet needs.

    Raises
    ------
    InputError
        When the requirement names a day type that is no weekday, or requires nobody.
    """
    unknown = sorted({row.day_type for row in requirement.rows} - set(WEEKDAYS))
    if unknown:
        raise InputError(f"requirement.csv: day_type {unknown[0]!r}; expected a weekday: {', '.join(WEEKDAYS)}")
    posts = tuple(dict.fromkeys(row.post for row in requirement.rows if row.required > 0))
    if not posts:
        raise InputError("requirement.csv: nobody is required at any time; check visits and opening hours")
    spans = _spans(requirement, hours)
    step = _step_min(requirement.interval_min, spans, settings)
    required = _within_hours(requirement, posts, spans, step)
    notes = _add_checks(required, posts, spans, step, settings)
    relieved = _relieved(posts, catalogue, settings)
    known = {post.id: post.name for post in catalogue.posts}
    alone = {post.id for post in catalogue.posts if not post.serves}
    monday = as_of + dt.timedelta(days=-as_of.weekday() % 7)
    dates = tuple(monday + dt.timedelta(days=at) for at in range(7 * settings.weeks))
    holidays = set(settings.holidays)
    return StaffNeed(
        posts=posts,
        names=tuple(known.get(post, post) for post in posts),
        relieved=relieved,
        serves=np.array([post not in alone for post in posts]),
        step_min=step,
        required=required,
        span_min=_margins(spans, settings),
        open_min=np.array([(day[0][0], day[-1][1]) if day else (0, 0) for day in spans], dtype=np.int64),
        dates=dates,
        is_open=np.array([bool(spans[day.weekday()]) and day not in holidays for day in dates]),
        notes=notes,
    )


def _spans(requirement: Requirement, hours: Mapping[Weekday, Span]) -> list[Spans]:
    """Return the opening spans of each weekday, from the hours or, without them, from the requirement's rows."""
    found: list[Spans] = []
    for day in WEEKDAYS:
        starts = sorted({minute_of_day(row.start) for row in requirement.rows if row.day_type == day})
        spans = tuple((minute_of_day(opens), minute_of_day(closes)) for opens, closes in hours.get(day, ()))
        if not starts:
            spans = ()
        elif not spans:
            spans = ((starts[0], min(starts[-1] + requirement.interval_min, DAY_MIN)),)
        found.append(spans)
    return found


def _step_min(interval_min: int, spans: list[Spans], settings: StaffSettings) -> int:
    breaks = settings.breaks
    parts = [interval_min, settings.start_step_min, settings.opening_min, settings.closing_min]
    parts += [breaks.minutes, breaks.step_min, *(minute for day in spans for span in day for minute in span)]
    step = math.gcd(DAY_MIN, *(part for part in parts if part))
    return max(step, GRID_MIN)


def _within_hours(requirement: Requirement, posts: tuple[str, ...], spans: list[Spans], step: int) -> NDArray[np.int64]:
    required = np.zeros((len(WEEKDAYS), DAY_MIN // step, len(posts)), dtype=np.int64)
    for row in requirement.rows:
        if row.post not in posts:
            continue
        day, start = WEEKDAYS.index(row.day_type), minute_of_day(row.start)
        for opens, closes in spans[day]:
            first, last = max(start, opens), min(start + requirement.interval_min, closes)
            if first < last:
                steps = slice(first // step, -(-last // step))
                at = required[day, steps, posts.index(row.post)]
                np.maximum(at, row.required, out=at)
    return required


def _margins(spans: list[Spans], settings: StaffSettings) -> NDArray[np.int64]:
    rows = [
        (max(day[0][0] - settings.opening_min, 0), min(day[-1][1] + settings.closing_min, DAY_MIN)) if day else (0, 0)
        for day in spans
    ]
    return np.array(rows, dtype=np.int64)


def _add_checks(
    required: NDArray[np.int64], posts: tuple[str, ...], spans: list[Spans], step: int, settings: StaffSettings
) -> tuple[str, ...]:
    """Write the people of the checks into the steps before opening and after closing."""
    notes: set[str] = set()
    margins = _margins(spans, settings)
    for day, span in enumerate(spans):
        if not span:
            continue
        there = [post for at, post in enumerate(posts) if required[day, :, at].any()]
        checks = {post: count for post, count in settings.checks.items() if post in there}
        if not checks and there and (settings.opening_min or settings.closing_min):
            checks = {there[0]: 1}
            notes.add(
                f"checks before opening and after closing: no post of [layout.staff] checks is there, so {there[0]}"
            )
        before = slice(margins[day, 0] // step, span[0][0] // step)
        after = slice(-(-span[-1][1] // step), margins[day, 1] // step)
        for post, count in checks.items():
            for steps in (before, after):
                required[day, steps, posts.index(post)] = count
    return tuple(sorted(notes))


def _relieved(posts: tuple[str, ...], catalogue: Catalogue, settings: StaffSettings) -> NDArray[np.bool_]:
    chosen = settings.breaks.relieved
    if chosen is None:
        chosen = tuple(post.id for post in catalogue.posts if not post.serves)
    return np.array([post in chosen for post in posts], dtype=np.bool_)
