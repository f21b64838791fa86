"""`outlet map`."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary


def run(stage: StageRun) -> Summary:
    """Draw map.html from what siting wrote and from the project's layers."""
    from siting.data.drawn import read_catchments
    from siting.data.load import load_siting_data
    from siting.data.results import read_results
    from siting.maps.page import MapRequest, render_map
    from siting.settings import SitingSettings

    settings = stage.project.section("siting", SitingSettings)
    results = read_results(stage.out.out)
    project, scenario = stage.project.settings, stage.project.scenario
    if scenario is not None:
        project = project.model_copy(update={"name": f"{project.name} · {scenario}"})
    page = render_map(
        MapRequest(
            project=project,
            score=settings.score,
            data=load_siting_data(stage.project, cache=stage.out.cache()),
            results=results,
            unit=settings.data.demand.unit,
            credit=settings.data.credit,
            catchments=read_catchments(stage.out.out),
        )
    )
    stage.out.write_text("map.html", page.html)
    rows = [("map.html", len(results.candidates), len(results.outlets), round(len(page.html.encode()) / 1e6, 2))]
    return Summary("Map", ("file", "candidates", "outlets", "megabytes"), rows, page.notes)


STAGE = Stage(
    name="map",
    help="Draw the interactive map.",
    section="siting",
    settings=("siting",),
    reads=("candidates.csv", "plan.json", "outlets.geojson", "share.csv", "frontier.csv"),
    reads_if_there=("assignment.csv", "catchments.geojson", "outlet_catchments.geojson"),
    writes=("map.html",),
    per_outlet=False,
    run=run,
)
