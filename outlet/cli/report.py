"""`outlet report`: one page that links everything and prints well."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary

SECTIONS_GROUP = "outlet.report_sections"


def run(stage: StageRun) -> Summary:
    """Join the sections of both halves, which read only files in ``out``, in report.html."""
    from importlib.metadata import entry_points

    from outlet.page.report import render_report
    from outlet.page.section import Section

    settings = stage.project.settings
    sections: list[Section] = []
    points = sorted(entry_points(group=SECTIONS_GROUP), key=lambda point: point.name, reverse=True)
    for point in points:
        sections.extend(point.load()(stage.out.out, settings.language))
    comparable = bool(stage.project.scenarios) and stage.project.scenario is None
    compared = comparable and (not stage.alone or stage.out.has("compare.html"))
    html = render_report(settings, sections, stage.out.out, scenario=stage.project.scenario, compared=compared)
    stage.out.write_text("report.html", html)
    rows = [(section.title, len(section.tables)) for section in sections]
    return Summary("Report", ("section", "tables"), rows)


STAGE = Stage(
    name="report",
    help="Join everything in one page.",
    section="project",
    settings=(),
    reads=(),
    reads_if_there=(
        "check.json",
        "plan.json",
        "candidates.csv",
        "candidates.geojson",
        "learnt.json",
        "served.xlsx",
        "catchments.geojson",
        "outlet_catchments.geojson",
        "share.csv",
        "cannibalisation.csv",
        "presence.csv",
        "calibration.json",
        "frontier.csv",
        "map.html",
        "outlets.geojson",
        "outlets/*/outlet.json",
        "outlets/*/requirement.csv",
        "outlets/*/zones.json",
        "outlets/*/hall.svg",
        "outlets/*/hall.html",
        "outlets/*/shifts.csv",
        "outlets/*/roster.csv",
        "outlets/*/simulation.json",
        "outlets/*/communities.csv",
        "outlets/*/establishment.csv",
        "efficiency.csv",
        "scorecard.csv",
        "diversion.csv",
        "establishment.csv",
    ),
    writes=("report.html",),
    per_outlet=False,
    run=run,
)
