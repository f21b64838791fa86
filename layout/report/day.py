"""Write what the replayed day of one outlet shows: load, waits, how busy everybody is, who is there, and seats."""

from __future__ import annotations

from collections.abc import Mapping

from layout.report.charts import Waits, draw_legend, draw_load, draw_waits
from layout.report.content import Json, OutletFiles, figure, inside, items, texts
from layout.report.lanes import Turn, draw_busy, draw_roster
from layout.report.words import machine_name, post_name, weekday_name
from outlet.handover import minute_of_day
from outlet.page import Markup, number, percent, translate

DAY_MIN = 1440
MOST_TURNS = 60


def day_section(outlet: OutletFiles, language: str) -> Markup:
    """Return the charts of the replayed day, nothing where none was replayed."""
    if not items(outlet.simulation, "intervals"):
        return Markup("")
    return _waits(outlet, language) + _seats(outlet, language) + _busy(outlet, language) + _there(outlet, language)


def _waits(outlet: OutletFiles, language: str) -> Markup:
    _ = translate(language)
    intervals = items(outlet.simulation, "intervals")
    starts = [minute_of_day(str(interval["start"])) for interval in intervals]
    step = int(figure(outlet.simulation, "interval_min") or 30)
    load = draw_load(
        _("Visits by half hour"), starts, step, [figure(interval, "arrivals") for interval in intervals], language
    )
    chart = draw_waits(
        _("Mean wait by half hour, minutes"),
        starts,
        step,
        Waits(
            mean=[figure(interval, "wait_mean") for interval in intervals],
            low=[figure(interval, "wait_low") for interval in intervals],
            high=[figure(interval, "wait_high") for interval in intervals],
            predicted=[_predicted(interval) for interval in intervals],
        ),
        language,
    )
    entries = (
        (_("simulated mean"), "line"),
        (_("95 % confidence"), "band"),
        (_("Erlang C with the same crew"), "dashed"),
    )
    replications = number(figure(outlet.simulation, "days"), language)
    about = _("The roster as it stands, replayed {n} times.").format(n=replications)
    return Markup('<h3>{}</h3>{}<p>{}</p><div class="reason-cards">{}<figure>{}{}</figure></div>\n').format(
        _("Waits of a day"), _verdict(outlet, language), about, load, chart, draw_legend(entries)
    )


def _verdict(outlet: OutletFiles, language: str) -> Markup:
    _ = translate(language)
    share = percent(figure(inside(outlet.simulation, "target"), "share"), language)
    below = texts(outlet.simulation, "below_target")
    if below:
        told = _("Below the target of {share}: {times}").format(share=share, times=", ".join(below))
        return Markup('<p class="note warn">{}</p>').format(told)
    told = _("Every interval meets the target: {share} called in time.").format(share=share)
    return Markup('<p class="note good">{}</p>').format(told)


def _predicted(interval: Json) -> float | None:
    """Return Erlang's mean wait over the posts, weighted by visitors; None where a post cannot keep up."""
    total = visitors = 0.0
    for post in inside(interval, "posts").values():
        arrivals = figure(post, "arrivals") if isinstance(post, Mapping) else None
        if not arrivals or not isinstance(post, Mapping):
            continue
        wait = figure(post, "erlang_wait")
        if wait is None:
            return None
        total += arrivals * wait
        visitors += arrivals
    return total / visitors if visitors else None


def _seats(outlet: OutletFiles, language: str) -> Markup:
    """Return whether the hall seats who waits, and how long it takes to clear."""
    _ = translate(language)
    seats, full = inside(outlet.simulation, "seats"), inside(outlet.simulation, "full_hall")
    rounds = items(seats, "rounds")
    parts: list[Markup] = []
    if rounds:
        last = rounds[-1]
        counts = {"n": number(figure(last, "waiting_p95"), language), "seats": number(figure(last, "seats"), language)}
        if seats.get("settled"):
            told = _("At most {n} people wait at once (95th percentile); the hall has {seats} seats.").format(**counts)
            parts.append(Markup('<p class="note good">{}</p>').format(told))
        else:
            told = _("Up to {n} people wait at once (95th percentile), but the hall has {seats} seats.").format(
                **counts
            )
            parts.append(Markup('<p class="note warn">{}</p>').format(told))
    minutes = figure(full, "minutes")
    if minutes is not None:
        told = _("A full hall of {n} people clears through its doors in {minutes} min.").format(
            n=number((figure(full, "visitors_p95") or 0.0) + (figure(full, "staff") or 0.0), language),
            minutes=number(minutes, language, 1),
        )
        parts.append(Markup("<p>{}</p>").format(told))
    return Markup("").join(parts)


def _busy(outlet: OutletFiles, language: str) -> Markup:
    _ = translate(language)
    intervals = items(outlet.simulation, "intervals")
    starts = [minute_of_day(str(interval["start"])) for interval in intervals]
    names = list(inside(intervals[0], "occupancy"))
    posts = set(inside(intervals[0], "posts"))
    busy = [
        (
            post_name(name, language) if name in posts else machine_name(name, language),
            [figure(inside(interval, "occupancy"), name) for interval in intervals],
        )
        for name in names
    ]
    if not busy:
        return Markup("")
    step = int(figure(outlet.simulation, "interval_min") or 30)
    title = _("How busy everybody is: the darker, the busier; mean of the day")
    return draw_busy(title, starts, step, busy, language)


def _there(outlet: OutletFiles, language: str) -> Markup:
    """Return who is there on the replayed date."""
    _ = translate(language)
    date = str(outlet.simulation.get("date", ""))
    breaks = {row["shift_id"]: (row.get("break_start", ""), row.get("break_end", "")) for row in outlet.shifts}
    turns = [
        Turn(
            row.get("name") or row["person"],
            post_name(row["post"], language),
            _spans(row["start"], row["end"], breaks.get(row["shift_id"], ("", ""))),
        )
        for row in outlet.roster
        if row["date"] == date
    ]
    if not turns:
        return Markup("")
    order = list(dict.fromkeys(turn.post for turn in turns))
    turns.sort(key=lambda turn: (order.index(turn.post), turn.spans[0][0], turn.name))
    day = weekday_name(str(outlet.simulation.get("day_type", "")), language)
    title = _("Who is there: {day}, {date}").format(day=day, date=date)
    left = len(turns) - MOST_TURNS
    more = _("{n} more stand in {file}.").format(n=number(left, language), file="roster.csv") if left > 0 else ""
    return draw_roster(title, turns[:MOST_TURNS]) + (Markup("<p>{}</p>").format(more) if more else Markup(""))


def _spans(start: str, end: str, pause: tuple[str, str]) -> tuple[tuple[int, int], ...]:
    """Return the minutes of a shift that somebody is there; one that ends earlier than it starts ends the next day."""
    begin, until = minute_of_day(start), minute_of_day(end)
    until = until if until > begin else until + DAY_MIN
    if not all(pause):
        return ((begin, until),)
    leaves, returns = (minute if minute >= begin else minute + DAY_MIN for minute in map(minute_of_day, pause))
    return tuple(span for span in ((begin, leaves), (returns, until)) if span[0] < span[1])
