"""Set compare.html: two scenarios side by side."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from markupsafe import Markup

from outlet.comparison import Comparison, Figure, Line
from outlet.page.document import render_page, render_template
from outlet.page.figures import MISSING, cell, day, number, percent
from outlet.page.tables import Value, render_table
from outlet.page.terms import model_name, status_name
from outlet.page.words import translate
from outlet.project import ProjectSettings

SHARES = ("share_before", "share_after", "gap", "mean_within_target")
SHOWN_FIRST = ("objective", "opened", "demand_captured", "share_after")


def render_comparison(settings: ProjectSettings, found: Comparison, links: Mapping[str, str]) -> str:
    """Return compare.html; ``links`` maps a scenario to its folder under ``out``, where its map and report are."""
    language = settings.language
    _ = translate(language)
    names = measure_names(language)
    different_aims = _("The plans pursue different aims; their objectives and bounds cannot be compared.")
    no_halls = _("The halls of {name} are not planned yet; outlet compare plans them.")
    told = [
        *found.notes,
        *([] if found.same_aim else [different_aims]),
        *(no_halls.format(name=name) for name in found.without_halls),
    ]
    values = {
        "w": {
            "title": _("Comparison of scenarios"),
            "measures": _("Measures"),
            "outlets": _("Outlets in either plan"),
            "report": _("Report"),
            "map": _("Map"),
        },
        "name": settings.name,
        "subtitle": _("as of {day}").format(day=day(settings.as_of, language)),
        "found": found,
        "notes": told,
        "links": {name: quote(folder) for name, folder in links.items()},
        "cards": [_card(line, names, language) for line in found.lines if line.measure in SHOWN_FIRST],
        "measures": _measure_table(found, names, language),
        "table": _outlet_table(found, language),
    }
    body = render_template("outlet.page", "comparison.html", values)
    return render_page(f"{settings.name} · {_('Comparison of scenarios')}", body, language=language)


def measure_names(language: str) -> dict[str, str]:
    """Return what each measure is called."""
    _ = translate(language)
    return {
        "model": _("Model"),
        "status": _("Status"),
        "objective": _("Objective"),
        "bound": _("Proved bound"),
        "gap": _("Gap"),
        "opened": _("New outlets"),
        "kept": _("Outlets that stay"),
        "closed": _("Outlets that close"),
        "demand_captured": _("Demand captured"),
        "captured_before": _("Customers won before"),
        "captured_after": _("Customers won after"),
        "share_before": _("Market share before"),
        "share_after": _("Market share after"),
        "cannibalised_from_own": _("Taken from our own outlets"),
        "total_visits_per_day": _("Visits a day, all halls"),
        "total_value_per_year": _("Value a year, all halls"),
        "total_rent_per_year": _("Rent a year, all halls"),
        "total_staff_cost_per_year": _("Staff cost a year, all halls"),
        "total_contribution_per_year": _("Contribution a year, all halls"),
        "total_full_time_equivalents": _("Full-time equivalents, all halls"),
        "mean_contribution_per_m2": _("Contribution per m² and year, mean of the halls"),
        "mean_contribution_per_head": _("Contribution per head and year, mean of the halls"),
        "mean_wait_mean": _("Mean wait in minutes, mean of the halls"),
        "mean_within_target": _("Called within the target wait, mean of the halls"),
    }


def _text(measure: str, value: Figure, language: str) -> str:
    if isinstance(value, str):
        return {"model": model_name, "status": status_name}.get(measure, _same)(value, language)
    if measure in SHARES:
        return percent(value, language, 1)
    return cell(value, language)


def _same(value: str, language: str) -> str:
    return value


def _signed(line: Line, language: str) -> str:
    _ = translate(language)
    if line.difference is None:
        return ""
    text = _text(line.measure, line.difference, language)
    if line.measure in SHARES:
        text = _("{n} points").format(n=number(100 * line.difference, language, 1))
    return f"+{text}" if line.difference > 0 else text


def _card(line: Line, names: Mapping[str, str], language: str) -> dict[str, str]:
    return {
        "label": names[line.measure],
        "first": _text(line.measure, line.first, language),
        "second": _text(line.measure, line.second, language),
        "difference": _signed(line, language) or MISSING,
    }


def _measure_table(found: Comparison, names: Mapping[str, str], language: str) -> Markup:
    _ = translate(language)
    rows: list[list[Value]] = [
        [
            names.get(line.measure, line.measure),
            _text(line.measure, line.first, language),
            _text(line.measure, line.second, language),
            _signed(line, language),
        ]
        for line in found.lines
    ]
    columns = [_("Measure"), found.first, found.second, _("Difference")]
    return render_table(columns, rows, language=language, right=(1, 2, 3))


def _outlet_table(found: Comparison, language: str) -> Markup:
    _ = translate(language)
    roles = {"new": _("opens"), "existing": _("stays"), "closed": _("closes"), None: "–"}
    rows: list[list[Value]] = [
        [
            outlet.name,
            roles.get(outlet.roles[0], outlet.roles[0]),
            roles.get(outlet.roles[1], outlet.roles[1]),
            outlet.captured.first,
            outlet.captured.second,
            _signed(outlet.captured, language),
        ]
        for outlet in found.outlets
    ]
    captured = _("Demand captured")
    columns = [
        _("Outlet"),
        found.first,
        found.second,
        f"{captured}: {found.first}",
        f"{captured}: {found.second}",
        _("Difference"),
    ]
    return render_table(columns, rows, language=language, right=(3, 4, 5))
