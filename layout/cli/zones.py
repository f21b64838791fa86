"""`outlet zones`."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary


def run(stage: StageRun) -> Summary:
    """Plan the hall, then draw it."""
    from layout.drawings import FlowHeat, HallDrawing, write_drawings
    from layout.study.hall.zones import run_zones

    summary, plan = run_zones(stage)
    if plan is None:
        return summary
    settings = stage.project.settings
    cells = plan.hall.cells
    drawing = HallDrawing(
        title=stage.brief.name,
        subtitle=settings.name,
        floor=plan.hall.plan,
        zones=plan.zones,
        furnishing=plan.furnishing,
        as_of=settings.as_of,
        flow=FlowHeat(plan.measured.density, cells.cell_m, (cells.x0, cells.y0)),
        exposure=plan.measured.exposure,
        roles=plan.requirement.names,
        measures=plan.measures,
    )
    write_drawings(stage.out, drawing, settings.language)
    return summary


STAGE = Stage(
    name="zones",
    help="Arrange a hall: posts required, zones, posts and cameras, drawings.",
    section="layout",
    settings=("layout",),
    reads=(),
    reads_if_there=("check.json",),
    writes=(
        "{outlet}/requirement.csv",
        "{outlet}/zones.json",
        "{outlet}/hall.svg",
        "{outlet}/hall.html",
        "{outlet}/hall.dxf",
        "{outlet}/hall.geojson",
    ),
    per_outlet=True,
    run=run,
)
