"""`outlet zones`."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary


def run(stage: StageRun) -> Summary:
    """Do the stage."""
    raise NotImplementedError


STAGE = Stage(
    name="zones",
    help="Arrange a hall: posts required, zones, posts and cameras, drawings.",
    section="layout",
    settings=("layout",),
    reads=(),
    reads_if_there=("check.json", "{outlet}/outlet.json"),
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
