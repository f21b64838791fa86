"""`outlet zones`."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from layout.drawings import HallDrawing
    from layout.study.hall.choice import HallChoice


def run(stage: StageRun) -> Summary:
    """Plan the hall, then draw it."""
    from layout.drawings import Alternative, write_alternatives, write_drawings
    from layout.study.hall.zones import run_zones

    summary, choice = run_zones(stage)
    if choice is None:
        return summary
    language = stage.project.settings.language
    drawn = [_drawing(stage, choice, k) for k in range(len(choice.plans))]
    write_drawings(stage.out, drawn[choice.chosen], language)
    if len(drawn) > 1:
        plans = [
            Alternative(hall, objective, hall.zones.bound.get("topology_gap"))
            for hall, objective in zip(drawn, choice.objectives, strict=True)
        ]
        write_alternatives(stage.out, plans, choice.chosen, language)
    return summary


def _drawing(stage: StageRun, choice: HallChoice, k: int) -> HallDrawing:
    from layout.drawings import FlowHeat, HallDrawing

    plan = choice.plans[k]
    settings = stage.project.settings
    cells = plan.hall.cells
    return HallDrawing(
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
        number=(k + 1, len(choice.plans)),
    )


STAGE = Stage(
    name="zones",
    help="Arrange a hall: posts required, zones, posts and cameras, drawings.",
    section="layout",
    settings=("layout",),
    reads=(),
    reads_if_there=("check.json",),
    feedback=("{outlet}/seats.json",),
    writes=(
        "{outlet}/requirement.csv",
        "{outlet}/zones.json",
        "{outlet}/hall.svg",
        "{outlet}/hall.html",
        "{outlet}/hall.dxf",
        "{outlet}/hall.geojson",
        "{outlet}/hall_alternatives.html",
    ),
    per_outlet=True,
    run=run,
)
