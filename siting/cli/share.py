"""`outlet share`."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary


def run(stage: StageRun) -> Summary:
    """Do the stage."""
    from siting.study.share import run_share

    return run_share(stage)


STAGE = Stage(
    name="share",
    help="Estimate market share and cannibalisation, before and after.",
    section="siting",
    settings=("siting.data", "siting.score", "siting.formats"),
    reads=("plan.json",),
    reads_if_there=(),
    writes=("share.csv", "cannibalisation.csv"),
    per_outlet=False,
    run=run,
)
