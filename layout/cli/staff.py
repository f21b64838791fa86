"""`outlet staff`."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary


def run(stage: StageRun) -> Summary:
    """Do the stage."""
    from layout.study.staff.run import run_staff

    return run_staff(stage)


STAGE = Stage(
    name="staff",
    help="Staff a hall: shifts and roster.",
    section="layout",
    settings=("layout.services", "layout.staff"),
    reads=("{outlet}/requirement.csv",),
    reads_if_there=("{outlet}/catchment.csv",),
    writes=(
        "{outlet}/shifts.csv",
        "{outlet}/roster.csv",
        "{outlet}/roster.xlsx",
        "{outlet}/roster/*.ics",
        "{outlet}/establishment.csv",
        "{outlet}/communities.csv",
    ),
    per_outlet=True,
    run=run,
)
