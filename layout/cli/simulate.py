"""`outlet simulate`."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary


def run(stage: StageRun) -> Summary:
    """Do the stage."""
    raise NotImplementedError


STAGE = Stage(
    name="simulate",
    help="Replay the day: waits with confidence intervals.",
    section="layout",
    settings=("layout",),
    reads=("{outlet}/requirement.csv", "{outlet}/roster.csv", "{outlet}/shifts.csv"),
    reads_if_there=("{outlet}/zones.json",),
    writes=("{outlet}/simulation.json",),
    per_outlet=True,
    run=run,
)
