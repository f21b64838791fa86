"""Take what people do beside serving into the replayed day, and say what came of it: `with_duties`, `duties_json`.

The meeting keeps everybody on duty from serving for as much of it as lies in opening hours; a round keeps one of its
post; quiet tasks are begun by who is idle; machines fail at random where that is asked for. A post that serves nobody
goes on rounds too: then the floor may be without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from layout.data.rostered import Duty
from layout.posts.catalogue import PostCatalogue
from layout.settings.duties import BreakdownSettings, MeetingSettings, QuietTaskSettings, RoundSettings
from layout.settings.work import SimulateSettings
from layout.simulate import Breakdowns, DayResult, Outage, QuietTask
from layout.study.day.make import PlannedDay
from layout.study.day.simulation_json import estimated, rounded
from outlet.errors import InputError
from outlet.handover import WEEKDAYS, minute_of_day

HOUR_MIN = 60.0


@dataclass(frozen=True)
class Span:
    """Minutes of the day from ``begin`` to ``end``."""

    begin: float
    end: float

    def clock(self) -> dict[str, str]:
        """Return both ends as HH:MM."""
        return {
            name: f"{int(minute) // 60:02d}:{int(minute) % 60:02d}"
            for name, minute in (("start", self.begin), ("end", self.end))
        }


def with_duties(
    day: PlannedDay, duties: Sequence[Duty], settings: SimulateSettings, equipment: PostCatalogue
) -> PlannedDay:
    """Return the day with its meeting, rounds, quiet tasks and failing machines.

    Raises
    ------
    InputError
        When a setting names a post or machine that the day does not have.
    """
    outages = list(day.problem.outages)
    if settings.meeting is not None and duties and _meets(settings.meeting, duties[0]):
        outages += _meeting_outages(day, settings.meeting)
    for asked in settings.rounds:
        if asked.post in day.pools[: day.posts]:
            pool = day.pools.index(asked.post)
            outages += [out for span in rounds_of(day, asked) for out in _outage(day, pool, span, 1)]
        elif all(duty.post != asked.post for duty in duties):
            raise InputError(f"[layout.simulate] rounds: {asked.post!r} is at no post on this day")
    posts = [asked.post for asked in settings.quiet_tasks]
    if len(set(posts)) < len(posts):
        raise InputError(f"[layout.simulate] quiet_tasks: two for one of {', '.join(posts)}; expected one a post")
    tasks = tuple(_task(day, asked) for asked in settings.quiet_tasks)
    broken = _breakdowns(day, settings, equipment) if settings.machines_fail else ()
    return replace(day, problem=replace(day.problem, outages=tuple(outages), tasks=tasks, breakdowns=broken))


def _meets(meeting: MeetingSettings, duty: Duty) -> bool:
    return not meeting.days or WEEKDAYS[duty.date.weekday()] in meeting.days


def _meeting_outages(day: PlannedDay, meeting: MeetingSettings) -> list[Outage]:
    span = _meeting_span(meeting)
    chosen = [p for p, post in enumerate(day.pools[: day.posts]) if not meeting.posts or post in meeting.posts]
    return [out for p in chosen for out in _outage(day, p, span, int(day.problem.crew[:, p].max()))]


def _meeting_span(meeting: MeetingSettings) -> Span:
    begin = float(minute_of_day(meeting.begin))
    return Span(begin, begin + meeting.minutes)


def _outage(day: PlannedDay, pool: int, span: Span, servers: int) -> list[Outage]:
    """Return the part of a span that lies in opening hours, from opening on."""
    opens = day.problem.start_min
    closes = len(day.problem.visits) * day.problem.interval_min
    begin, end = max(span.begin - opens, 0.0), min(span.end - opens, closes)
    return [Outage(pool=pool, begin_min=begin, end_min=end, servers=servers)] if begin < end and servers else []


def rounds_of(day: PlannedDay, asked: RoundSettings) -> list[Span]:
    """Return the rounds that end before closing."""
    opens = day.problem.start_min
    closes = opens + len(day.problem.visits) * day.problem.interval_min
    starts = np.arange(opens + asked.first_min, closes - asked.minutes + 1e-9, asked.every_min)
    return [Span(float(start), float(start) + asked.minutes) for start in starts]


def _task(day: PlannedDay, asked: QuietTaskSettings) -> QuietTask:
    if asked.post not in day.pools[: day.posts]:
        raise InputError(
            f"[layout.simulate] quiet_tasks: {asked.name}: {asked.post!r} serves nobody on this day; expected one of "
            f"{', '.join(day.pools[: day.posts])}"
        )
    return QuietTask(
        pool=day.pools.index(asked.post), minutes=asked.minutes, piece_min=asked.piece_min, keep_free=asked.keep_free
    )


def _breakdowns(day: PlannedDay, settings: SimulateSettings, equipment: PostCatalogue) -> tuple[Breakdowns, ...]:
    """Return how the machines of each kind fail: as set, else as the equipment says; other kinds never do."""
    kinds = day.pools[day.posts :]
    for kind in settings.breakdowns:
        if kind not in kinds:
            there = ", ".join(kinds) or "none"
            raise InputError(f"[layout.simulate] breakdowns: no machine {kind!r} on this day; there are {there}")
    known: Mapping[str, BreakdownSettings] = {
        entry.kind: BreakdownSettings(up_hours=entry.reliability.fails_h, repair_hours=entry.reliability.repair_h)
        for entry in equipment.equipment
        if entry.reliability is not None and entry.reliability.repair_h > 0
    } | dict(settings.breakdowns)
    return tuple(
        Breakdowns(
            pool=day.posts + at, up_min=known[kind].up_hours * HOUR_MIN, repair_min=known[kind].repair_hours * HOUR_MIN
        )
        for at, kind in enumerate(kinds)
        if kind in known
    )


def duties_json(
    day: PlannedDay, result: DayResult, duties: Sequence[Duty], settings: SimulateSettings
) -> dict[str, object]:
    """Return what simulation.json says of meeting, rounds, quiet tasks and failing machines."""
    meeting = settings.meeting
    meets = meeting is not None and bool(duties) and _meets(meeting, duties[0])
    failing = {broken.pool for broken in day.problem.breakdowns}
    return {
        "meeting": _meeting_json(day, meeting, duties) if meets and meeting is not None else None,
        "rounds": [_rounds_json(day, asked, duties) for asked in settings.rounds],
        "quiet_tasks": [_task_json(asked, result, day.pools.index(asked.post)) for asked in settings.quiet_tasks],
        "machines_down": {
            kind: {
                "minutes": estimated(result.down_min, day.posts + at),
                "machines": int(day.problem.crew[0, day.posts + at]),
            }
            for at, kind in enumerate(day.pools[day.posts :])
            if day.posts + at in failing
        },
    }


def _there(duties: Sequence[Duty], span: Span, posts: Sequence[str] = ()) -> int:
    """Return how many people of some posts (none: all) are there from the beginning of a span to its end."""
    return sum(
        any(begin <= span.begin and span.end <= end for begin, end in duty.spans)
        for duty in duties
        if not posts or duty.post in posts
    )


def _meeting_json(day: PlannedDay, meeting: MeetingSettings, duties: Sequence[Duty]) -> dict[str, object]:
    span = _meeting_span(meeting)
    asked = sum(not meeting.posts or duty.post in meeting.posts for duty in duties)
    there = _there(duties, span, meeting.posts)
    late = sum(out.end_min - out.begin_min for out in _meeting_outages(day, meeting)[:1])
    return {
        **span.clock(),
        "people": there,
        "absent": asked - there,
        "staff_min": rounded(there * meeting.minutes),
        "in_opening_min": rounded(late),
    }


def _rounds_json(day: PlannedDay, asked: RoundSettings, duties: Sequence[Duty]) -> dict[str, object]:
    spans = rounds_of(day, asked)
    there = [_there(duties, span, (asked.post,)) for span in spans]
    return {
        "post": asked.post,
        "planned": len(spans),
        "missed": [span.clock()["start"] for span, count in zip(spans, there, strict=True) if not count],
        "staff_min": rounded(asked.minutes * sum(count > 0 for count in there)),
        "nobody_left_min": rounded(asked.minutes * sum(count == 1 for count in there)),
    }


def _task_json(asked: QuietTaskSettings, result: DayResult, pool: int) -> dict[str, object]:
    left = result.undone_min.at(pool)
    return {
        "name": asked.name,
        "post": asked.post,
        "minutes": asked.minutes,
        "done": {
            "mean": rounded(asked.minutes - float(left.mean)),
            "low": rounded(max(asked.minutes - float(left.high), 0.0)),
            "high": rounded(asked.minutes - float(left.low)),
        },
    }
