"""Write the table of hall.html with the term each zone is judged by, and that of machines: `make_measures`."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from layout.drawings.hall import HallDrawing
from layout.drawings.words import Say, Words, fixed, name_equipment, name_zones, plain
from outlet.page import number, percent, render_table


def measure_names(_: Say) -> Mapping[str, str]:
    """Return what the terms measure, by id."""
    return {
        "depth": _("Straight line from the entrance"),
        "diverted": _("Visits that use a machine"),
        "entrance_seen": _("Entrances in sight"),
        "minutes_to_served": _("Walk and wait until served"),
        "passed": _("Visitors who pass and see it"),
        "private": _("Visitors' floor that does not see its desks"),
        "seats_in_sight": _("Seats that see counters and products"),
        "staff_walk": _("Staff's walk to the counters"),
        "to_data_experience": _("Walk to the data-service experience"),
        "to_entrance": _("Walk from the entrance"),
        "within_reach": _("Things within reach of the movement line"),
        "work_space": _("Area a desk"),
    }


def part_names(_: Say) -> Mapping[str, str]:
    """Return what the parts of terms are called, by id."""
    return {
        "counters": _("counters"),
        "desks": _("desks"),
        "machines": _("machines"),
        "products": _("products"),
        "things in reach": _("things in reach"),
        "visitors an hour": _("visitors an hour"),
        "wait": _("wait"),
        "walk": _("walk"),
    }


def make_measures(hall: HallDrawing, words: Words) -> Markup:
    """Return the section on zones' terms and on machines, or nothing where neither was computed."""
    _ = words.say
    parts = []
    if hall.measures:
        zones = name_zones(hall.zones.zones, _)
        names, of = measure_names(_), part_names(_)
        rows = [
            (
                zones.get(measure.zone, measure.zone),
                names.get(measure.term, plain(measure.term)),
                "–" if measure.value is None else _figure(measure.value, measure.unit, words),
                ", ".join(f"{of.get(name, name)} {_figure(part, unit, words)}" for name, unit, part in measure.parts)
                or "–",
            )
            for measure in hall.measures
        ]
        columns = (_("Zone"), _("Measured by"), _("Value"), _("Of it"))
        table = render_table(columns, rows, language=words.language)
        parts.append(Markup("<section><h2>{}</h2>\n{}</section>\n").format(_("What each zone is judged by"), table))
    if hall.furnishing.pools:
        pools = [
            (
                name_equipment(pool.kind, _),
                str(pool.installed),
                str(pool.needed),
                percent(pool.availability, words.language),
                percent(pool.enough, words.language, 2),
            )
            for pool in hall.furnishing.pools
        ]
        heads = (_("Machine"), _("Installed"), _("Needed"), _("One works"), _("Enough work"))
        table = render_table(heads, pools, language=words.language)
        parts.append(Markup("<section><h2>{}</h2>\n{}</section>\n").format(_("Machines"), table))
    return Markup("").join(parts)


def _figure(value: float, unit: str, words: Words) -> str:
    if unit == "share":
        return percent(value, words.language)
    if not unit:
        return number(value, words.language, 1)
    return f"{fixed(value, words.language, 1)} {unit}"
