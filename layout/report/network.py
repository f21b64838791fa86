"""Write the sections over all outlets: efficiency, scorecards and establishment."""

from __future__ import annotations

from layout.report.content import Content, Record, figure
from layout.report.words import post_name
from outlet.page import Section, number, percent, translate

Row = tuple[str | int | float | None, ...]
Table = tuple[str, tuple[str, ...], list[Row]]


MONEY = ("visits_per_day", "value_per_year", "rent_per_year", "staff_cost_per_year", "contribution_per_year")
PER_UNIT = ("contribution_per_m2", "contribution_per_head")


def efficiency_section(content: Content) -> Section | None:
    """Return outlets ranked per hall, per square metre and per head, and actual against plan where it is known."""
    _ = translate(content.language)
    if not content.efficiency:
        return None
    last = len(content.efficiency) + 1
    ordered = sorted(content.efficiency, key=lambda row: (int(row["rank"] or last), row["outlet_id"]))
    tables = [_contributions(ordered, content.language)]
    known = [row for row in ordered if row["actual_visits"] or row["actual_sales"]]
    if known:
        tables.append(_against_plan(known, content.language))
    return Section(_("Efficiency"), "", tables)


def _contributions(ordered: list[Record], language: str) -> Table:
    _ = translate(language)
    rows: list[Row] = [
        (
            row["name"],
            int(row["rank"]) if row["rank"] else None,
            *(number(figure(row, name), language) for name in (*MONEY, *PER_UNIT)),
            number(figure(row, "wait_mean"), language, 1),
        )
        for row in ordered
    ]
    columns = (
        _("Outlet"),
        _("Rank"),
        _("Visits a day"),
        _("Value a year"),
        _("Rent"),
        _("Staff"),
        _("Contribution, per hall"),
        _("per m²"),
        _("per head"),
        _("Wait, min"),
    )
    currencies = ", ".join(sorted({row["currency"] for row in ordered}))
    caption = _("Contribution a year: value less rent, staff and fit-out, {currency}").format(currency=currencies)
    return caption, columns, rows


def _against_plan(known: list[Record], language: str) -> Table:
    _ = translate(language)
    rows: list[Row] = [
        (
            row["name"],
            number(figure(row, "actual_visits"), language),
            percent(figure(row, "visits_against_plan"), language),
            number(figure(row, "actual_sales"), language),
            percent(figure(row, "sales_against_plan"), language),
        )
        for row in known
    ]
    columns = (_("Outlet"), _("Visits a year"), _("of plan"), _("Sales a year"), _("of plan"))
    return _("Actual against plan"), columns, rows


def scorecard_section(content: Content) -> Section | None:
    """Return the grade of each outlet with its points, and how it scores with visitors."""
    language = content.language
    _ = translate(language)
    if not content.scorecard:
        return None

    def points(record: Record, *names: str) -> tuple[str, ...]:
        return tuple(number(figure(record, name), language) for name in names)

    terms = {
        "points": _("Points of 100"),
        "sales": _("Sales"),
        "service": _("Service level"),
        "hardware": _("Hall"),
        "management": _("Management"),
    }
    aspects = {
        "waiting": _("Called in time"),
        "speed": _("Speed"),
        "order": _("Order"),
        "environment": _("Environment"),
        "courtesy": _("Courtesy"),
        "advice": _("Advice given"),
    }
    known = {name: text for name, text in aspects.items() if any(row[name] for row in content.scorecard)}
    graded: list[Row] = [(row["name"], row["grade"] or "–", *points(row, *terms)) for row in content.scorecard]
    tables: list[Table] = [(_("Grades, points from 0 to 100"), (_("Outlet"), _("Grade"), *terms.values()), graded)]
    if known:
        seen = [row for row in content.scorecard if any(row[name] for name in known)]
        scored: list[Row] = [(row["name"], *points(row, *known)) for row in seen]
        tables.append((_("Scorecards, 0 to 100"), (_("Outlet"), *known.values()), scored))
    return Section(_("Grades and scorecards"), "", tables)


def establishment_section(content: Content) -> Section | None:
    """Return the posts and full-time equivalents of the network."""
    language = content.language
    _ = translate(language)
    network = [row for row in content.establishment if row.get("level") == "network"]
    if len(network) < 2:
        return None
    rows: list[Row] = [
        (
            post_name(row["post"], language),
            number(figure(row, "posts"), language),
            number(figure(row, "hours_per_week"), language),
            percent(figure(row, "shrinkage"), language),
            number(figure(row, "full_time_equivalents"), language, 1),
        )
        for row in network
    ]
    columns = (_("Post"), _("Posts"), _("Hours a week"), _("Leave and shrinkage"), _("Full-time equivalents"))
    return Section(_("Establishment"), "", ((_("All outlets together"), columns, rows),))
