"""`outlet share`."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary


def run(stage: StageRun) -> Summary:
    """Do the stage."""
    raise NotImplementedError


STAGE = Stage(
    name="share",
    help="Estimate market share and cannibalisation, before and after.",
    section="siting",
    settings=("siting.data", "siting.score", "siting.locate"),
    reads=("plan.json",),
    reads_if_there=(),
    writes=("share.csv",),
    per_outlet=False,
    run=run,
)
