"""`outlet simulate`."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary


def run(stage: StageRun) -> Summary:
    """Do the stage."""
    from layout.study.day.run import run_simulate

    return run_simulate(stage)


STAGE = Stage(
    name="simulate",
    help="Replay the day: waits with confidence intervals.",
    section="layout",
    settings=(
        "layout.services",
        "layout.simulate",
        "layout.equipment.file",
        "layout.staff.people",
        "layout.staff.people_table",
    ),
    reads=("{outlet}/requirement.csv", "{outlet}/roster.csv", "{outlet}/shifts.csv", "{outlet}/zones.json"),
    writes=("{outlet}/simulation.json", "{outlet}/seats.json"),
    per_outlet=True,
    run=run,
)
