"""`outlet efficiency`."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary


def run(stage: StageRun) -> Summary:
    """Do the stage."""
    from layout.study.efficiency import run_efficiency

    return run_efficiency(stage)


STAGE = Stage(
    name="efficiency",
    help="Rank the outlets per hall, per square metre and per head.",
    section="layout",
    settings=("layout.briefs", "layout.services", "layout.staff", "layout.efficiency"),
    reads=(),
    reads_if_there=(
        "outlets/*/outlet.json",
        "outlets/*/zones.json",
        "outlets/*/simulation.json",
        "outlets/*/establishment.csv",
    ),
    writes=("efficiency.csv", "establishment.csv", "scorecard.csv", "drivers.csv", "diversion.csv"),
    per_outlet=False,
    run=run,
)
