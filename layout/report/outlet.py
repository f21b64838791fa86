"""Write the section of one outlet: its hall, the persons required and there, the waits of a day, and its roster."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import quote

from layout.report.charts import draw_crew, draw_legend
from layout.report.content import Json, OutletFiles, figure, inside, items
from layout.report.day import day_section
from layout.report.words import machine_name, post_name, service_name, weekday_name, zone_name
from outlet.handover import minute_of_day
from outlet.page import Markup, Section, number, percent, translate

Table = tuple[str, tuple[str, ...], list[tuple[str | int | float | None, ...]]]
MOST_PEOPLE = 40
ROAMING = "roaming guide"
SATURDAY = 5


def outlet_section(outlet: OutletFiles, language: str) -> Section:
    """Return the section of an outlet for which anything was planned."""
    html = Markup("").join(
        (_cards(outlet, language), _hall(outlet, language), _crew(outlet, language), day_section(outlet, language))
    )
    tables = [
        _zones(outlet, language),
        _services(outlet, language),
        _diversion(outlet, language),
        _people(outlet, language),
    ]
    return Section(outlet.brief.name, str(html), [table for table in tables if table is not None])


def _cards(outlet: OutletFiles, language: str) -> Markup:
    _ = translate(language)
    simulated = inside(outlet.simulation, "day")
    machines = max((int(row.get("machines") or 0) for row in outlet.requirement), default=0)
    heads = sum(figure(row, "full_time_equivalents") or 0.0 for row in outlet.establishment)
    cards = [
        _visits(outlet, language),
        (f"{number(_area(outlet), language)} m²", _("hall area")),
        (number(machines, language), _("self-service machines")),
        (number(heads or None, language, 1), _("full-time equivalents")),
        (_("{n} min").format(n=number(figure(simulated, "wait_mean"), language, 1)), _("mean wait, simulated")),
        (percent(figure(simulated, "within_target"), language), _("called within the target wait")),
    ]
    rows = Markup("").join(
        Markup('<li><span class="value">{}</span><span class="label">{}</span></li>').format(value, label)
        for value, label in cards
    )
    return Markup('<ul class="cards">{}</ul>\n').format(rows)


def _area(outlet: OutletFiles) -> float | None:
    """Return the hall's area: as drawn, else as the brief says."""
    drawn = figure(inside(outlet.zones, "hall"), "area_m2")
    return outlet.brief.area_m2 if drawn is None else drawn


def _visits(outlet: OutletFiles, language: str) -> tuple[str, str]:
    """Return the visits of the simulated day, those of the brief where nothing was simulated."""
    _ = translate(language)
    channels = [
        channel
        for found in inside(outlet.simulation, "services").values()
        if isinstance(found, Mapping)
        for channel in found.values()
    ]
    visits = sum(figure(channel, "arrivals") or 0.0 for channel in channels if isinstance(channel, Mapping))
    if visits:
        return number(visits, language), _("visits on the simulated day")
    return number(outlet.brief.visits_per_day, language), _("visits on a mean open day")


def _hall(outlet: OutletFiles, language: str) -> Markup:
    """Return the drawing as an image of its own, so that neither its ids nor its styles meet those of the page."""
    _ = translate(language)
    if outlet.hall_svg is None:
        return Markup('<p class="note">{}</p>\n').format(_("No hall plan: the hall was not arranged."))
    image = base64.b64encode(outlet.hall_svg.encode()).decode()
    links = Markup(" · ").join(
        Markup('<a href="{}/{}">{}</a>').format("/".join(quote(part) for part in outlet.folder.split("/")), page, page)
        for page in outlet.pages
    )
    return Markup(
        '<h3>{}</h3><figure><img style="width:100%;height:auto" src="data:image/svg+xml;base64,{}" alt="{}">'
        '<figcaption class="no-print">{}</figcaption></figure>\n'
    ).format(_("The hall"), image, _("Plan of the hall of {name}").format(name=outlet.brief.name), links)


def _zones(outlet: OutletFiles, language: str) -> Table | None:
    _ = translate(language)
    zones = items(outlet.zones, "zones")
    if not zones:
        return None
    posts = items(outlet.zones, "posts")
    rows: list[tuple[str | int | float | None, ...]] = []
    for zone in zones:
        roles = [post_name(str(post.get("role")), language) for post in posts if post.get("zone") == zone.get("id")]
        count = {role: roles.count(role) for role in dict.fromkeys(roles)}
        people = ", ".join(f"{n} × {role}" for role, n in count.items())
        name = zone_name(str(zone.get("kind", "")), str(zone.get("name", "")), language)
        rows.append((name, number(figure(zone, "area_m2"), language, 1), people or "–"))
    return (_("Zones"), (_("Zone"), _("Area, m²"), _("Posts")), rows)


def _crew(outlet: OutletFiles, language: str) -> Markup:
    _ = translate(language)
    intervals = items(outlet.simulation, "intervals")
    if not intervals:
        return Markup("")
    starts = [minute_of_day(str(interval["start"])) for interval in intervals]
    step = int(figure(outlet.simulation, "interval_min") or 30)
    charts = Markup("").join(
        draw_crew(
            post_name(post, language),
            starts,
            step,
            required=[_of_post(interval, post, "required") for interval in intervals],
            crew=[_of_post(interval, post, "crew") for interval in intervals],
            language=language,
        )
        for post in inside(intervals[0], "posts")
    )
    day = weekday_name(str(outlet.simulation.get("day_type", "")), language)
    legend = draw_legend(((_("persons rostered"), "line"), (_("persons required"), "dashed")))
    return Markup('<h3>{}</h3><div class="reason-cards" style="gap:.2rem 1rem">{}</div>{}').format(
        _("Persons required and rostered, {day}").format(day=day), charts, legend
    )


def _of_post(interval: Json, post: str, key: str) -> float | None:
    return figure(inside(inside(interval, "posts"), post), key)


def _services(outlet: OutletFiles, language: str) -> Table | None:
    _ = translate(language)
    services = inside(outlet.simulation, "services")
    rows: list[tuple[str | int | float | None, ...]] = []
    for service, channels in services.items():
        for channel in ("post", "machine"):
            found = inside(channels, channel) if isinstance(channels, Mapping) else {}
            if not found:
                continue
            by = str(found.get("served_by", ""))
            low, high = figure(found, "wait_low"), figure(found, "wait_high")
            rows.append(
                (
                    service_name(service, language),
                    post_name(by, language) if channel == "post" else machine_name(by, language),
                    number(figure(found, "arrivals"), language, 1),
                    number(figure(found, "wait_mean"), language, 1),
                    "–" if low is None else f"{number(low, language, 1)}–{number(high, language, 1)}",
                    percent(figure(found, "within_target"), language),
                )
            )
    if not rows:
        return None
    columns = (
        _("Service"),
        _("Served by"),
        _("Visits a day"),
        _("Wait, min"),
        _("95 % confidence"),
        _("Within target"),
    )
    return (_("Services of the simulated day"), columns, rows)


def _diversion(outlet: OutletFiles, language: str) -> Table | None:
    """Return which share of which service goes to machines and to a roaming guide, today and at best."""
    _ = translate(language)
    risks = {"low": _("low risk"), "medium": _("medium risk"), "high": _("high risk")}
    rows: list[tuple[str | int | float | None, ...]] = [
        (
            f"{service_name(row['service'], language)}: "
            + (_("roaming guide") if row["machine"] == ROAMING else machine_name(row["machine"], language)),
            percent(figure(row, "share_now"), language),
            percent(figure(row, "share_best"), language),
            number(figure(row, "minutes_saved_best"), language),
            number(figure(row, "at_stake_best"), language),
            risks.get(row.get("risk", ""), ""),
        )
        for row in outlet.diversion
        if row["service"]
    ]
    if not rows:
        return None
    columns = (_("Service"), _("Share now"), _("Best share"), _("Minutes saved a day"), _("Value a day"), _("Risk"))
    return (_("The best use of machines, then of a roaming guide"), columns, rows)


def _people(outlet: OutletFiles, language: str) -> Table | None:
    """Return who works how much over the roster's weeks."""
    import datetime as dt

    _ = translate(language)
    if not outlet.roster:
        return None
    weeks = len({dt.date.fromisoformat(row["date"]).isocalendar()[:2] for row in outlet.roster})
    paid = {row["shift_id"]: _minutes(row) for row in outlet.shifts}
    people = list(dict.fromkeys(row["person"] for row in outlet.roster))
    rows: list[tuple[str | int | float | None, ...]] = []
    for person in people[:MOST_PEOPLE]:
        mine = [row for row in outlet.roster if row["person"] == person]
        posts = ", ".join(dict.fromkeys(post_name(row["post"], language) for row in mine))
        hours = sum(paid.get(row["shift_id"], 0) for row in mine) / 60 / weeks
        weekend = sum(dt.date.fromisoformat(row["date"]).weekday() >= SATURDAY for row in mine)
        rows.append((mine[0].get("name") or person, posts, number(hours, language, 1), len(mine), weekend))
    columns = (_("Person"), _("Posts"), _("Hours a week"), _("Shifts"), _("Weekend shifts"))
    caption = _("Roster of {weeks} weeks, {people} persons").format(
        weeks=number(weeks, language), people=number(len(people), language)
    )
    return (caption, columns, rows)


def _minutes(row: Mapping[str, str]) -> int:
    start, end = minute_of_day(row["start"]), minute_of_day(row["end"])
    worked = end - start if end > start else end - start + 24 * 60
    if row["break_start"] and row["break_end"]:
        worked -= minute_of_day(row["break_end"]) - minute_of_day(row["break_start"])
    return worked
