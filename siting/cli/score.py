"""`outlet score`."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary


def run(stage: StageRun) -> Summary:
    """Do the stage."""
    from siting.study.score import run_score

    return run_score(stage)


STAGE = Stage(
    name="score",
    help="Score every candidate: features, suitability 0–100, breakdown, rank interval.",
    section="siting",
    settings=("siting.data", "siting.score", "siting.locate.outlets", "siting.locate.opening_hours"),
    reads=("check.json",),
    reads_if_there=(),
    writes=(
        "candidates.csv",
        "candidates.gpkg",
        "candidates.geojson",
        "presence.csv",
        "ptal.csv",
        "served.csv",
        "served.xlsx",
        "catchments.geojson",
        "catchments.gpkg",
        "learnt.json",
        "learnt.skops",
    ),
    per_outlet=False,
    run=run,
)
