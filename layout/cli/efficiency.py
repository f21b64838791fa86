"""`outlet efficiency`."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary


def run(stage: StageRun) -> Summary:
    """Do the stage."""
    raise NotImplementedError


STAGE = Stage(
    name="efficiency",
    help="Rank the outlets per hall, per square metre and per head.",
    section="layout",
    settings=("layout",),
    reads=(),
    reads_if_there=(
        "{outlet}/zones.json",
        "{outlet}/roster.csv",
        "{outlet}/shifts.csv",
        "{outlet}/simulation.json",
        "{outlet}/establishment.csv",
    ),
    writes=("efficiency.csv", "establishment.csv"),
    per_outlet=False,
    run=run,
)
