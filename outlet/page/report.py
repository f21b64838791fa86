"""Set the report: the sections of both halves under a list of contents, with links to every other page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from outlet.handover import OUTLETS_FOLDER, OutletBrief, folder_of, read_briefs
from outlet.page.document import render_page, render_template
from outlet.page.figures import day
from outlet.page.section import Section
from outlet.page.tables import render_table
from outlet.page.words import translate
from outlet.project import ProjectSettings

SERVED = "served.xlsx"
HALL_FILES = ("hall.html", "hall.svg", "hall.dxf", "roster.xlsx")


def render_report(
    settings: ProjectSettings,
    sections: Sequence[Section],
    out: Path,
    *,
    scenario: str | None = None,
    compared: bool = False,
) -> str:
    """Return report.html: contents, links to map.html and to each outlet's files in ``out``, then the sections.

    ``scenario`` is the scenario planned in ``out``, if any; ``compared`` tells whether `outlet run` writes
    compare.html beside the report.
    """
    language = settings.language
    _ = translate(language)
    words = {
        "contents": _("Contents"),
        "pages": _("Pages and drawings"),
        "map": _("Map"),
        "open_map": _("Interactive map"),
        "outlet": _("Outlet"),
        "files": _("Hall, drawings and roster"),
        "made": _("Made by Outlet Planner. Everything here can be made again from outlet.toml and the data beside it."),
    }
    values = {
        "w": words,
        "name": settings.name if scenario is None else f"{settings.name} · {scenario}",
        "subtitle": _("{sector} · as of {day}").format(
            sector=sector_name(settings.sector, language), day=day(settings.as_of, language)
        ),
        "has_map": (out / "map.html").is_file(),
        "served": _("Communities served (workbook)") if (out / SERVED).is_file() else "",
        "compare": _("Comparison of scenarios") if compared else "",
        "outlets": [outlet for outlet in (_links(brief, out) for brief in read_briefs(out)) if outlet["links"]],
        "sections": [
            {
                "id": f"section-{at}",
                "title": section.title,
                "html": Markup(section.html),  # noqa: S704
                "tables": [
                    render_table(columns, rows, language=language, caption=caption)
                    for caption, columns, rows in section.tables
                ],
            }
            for at, section in enumerate(sections, start=1)
        ],
    }
    return render_page(
        f"{settings.name} · {_('Report')}", render_template("outlet.page", "report.html", values), language=language
    )


def sector_name(sector: str, language: str) -> str:
    """Return the sector in the reader's words."""
    _ = translate(language)
    return {
        "bank": _("Bank"),
        "telecom": _("Telecom operator"),
        "parcel": _("Parcel company"),
        "retail": _("Retailer"),
    }[sector]


def _links(brief: OutletBrief, out: Path) -> dict[str, object]:
    folder = folder_of(brief.id)
    names = [name for name in HALL_FILES if (out / OUTLETS_FOLDER / folder / name).is_file()]
    return {
        "name": brief.name,
        "links": [(f"{OUTLETS_FOLDER}/{quote(folder)}/{name}", name) for name in names],
    }
