"""`outlet report`."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary


def run(stage: StageRun) -> Summary:
    """Do the stage."""
    raise NotImplementedError


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
        "share.csv",
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
        "efficiency.csv",
        "establishment.csv",
    ),
    writes=("report.html",),
    per_outlet=False,
    run=run,
)
