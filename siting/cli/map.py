"""`outlet map`."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary


def run(stage: StageRun) -> Summary:
    """Do the stage."""
    raise NotImplementedError


STAGE = Stage(
    name="map",
    help="Draw the interactive map.",
    section="siting",
    settings=("siting",),
    reads=("candidates.csv", "candidates.geojson", "plan.json", "outlets.geojson", "share.csv", "frontier.csv"),
    reads_if_there=("assignment.csv",),
    writes=("map.html",),
    per_outlet=False,
    run=run,
)
