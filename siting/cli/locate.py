"""`outlet locate`."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary


def run(stage: StageRun) -> Summary:
    """Do the stage."""
    from siting.study.locate import run_locate

    return run_locate(stage)


STAGE = Stage(
    name="locate",
    help="Choose the outlets to open, with bound and gap.",
    section="siting",
    settings=("siting.data", "siting.score", "siting.locate", "siting.formats", "siting.rollout"),
    reads=("candidates.csv",),
    reads_if_there=(),
    writes=(
        "plan.json",
        "outlets.geojson",
        "outlet_catchments.geojson",
        "assignment.csv",
        "frontier.csv",
        "stability.csv",
        "outlets/*/outlet.json",
        "outlets/*/catchment.csv",
    ),
    per_outlet=False,
    run=run,
)
