"""`outlet calibrate`."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary


def run(stage: StageRun) -> Summary:
    """Do the stage."""
    from siting.study.calibrate import run_calibrate

    return run_calibrate(stage)


STAGE = Stage(
    name="calibrate",
    help="Fit the choice model to who goes where, or to sales, and say how sure it is.",
    section="siting",
    settings=("siting.data", "siting.score.competition", "siting.score.travel", "siting.calibrate"),
    reads=("check.json",),
    reads_if_there=(),
    writes=("calibration.json", "calibration.csv"),
    per_outlet=False,
    run=run,
)
