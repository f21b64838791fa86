"""`outlet check`: every fault of every input in one list; nothing is solved."""

from __future__ import annotations

from outlet.stage import Stage, StageRun, Summary
from outlet.terminal import tell

CHECKS_GROUP = "outlet.checks"


def run(stage: StageRun) -> Summary:
    """Ask each half for the faults of its inputs, write check.json and check.csv, and raise TableError for any.

    Inside ``outlet run`` a faulty project leaves ``out`` wholly as it was, these two as well.
    """
    from importlib.metadata import entry_points

    from outlet.commit import CACHE, dump_json, write_atomically
    from outlet.errors import TableError
    from outlet.findings import Findings

    found = Findings()
    for point in sorted(entry_points(group=CHECKS_GROUP), key=lambda point: point.name):
        found = found.joined(point.load()(stage.project, stage.out.out / CACHE))
    if found.faults:
        if stage.alone:
            write_atomically(stage.out.out / "check.json", dump_json(found.to_json()))
            write_atomically(stage.out.out / "check.csv", found.to_csv())
            faulty = len({fault.input for fault in found.faults})
            for line in found.told():
                tell(line)
            faults, inputs = _counted(len(found.faults), "fault"), _counted(faulty, "input")
            tell(f"{faults} in {inputs}; every row of them is in check.csv")
        raise TableError(found.faults)
    stage.out.write_json("check.json", found.to_json())
    stage.out.write_text("check.csv", found.to_csv())
    rows = [(count.input, count.rows, count.note) for count in found.counts]
    return Summary("No fault found", ("input", "rows", "note"), rows, found.told())


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


STAGE = Stage(
    name="check",
    help="List every fault of every input.",
    section="project",
    settings=("siting", "layout"),
    writes=("check.json", "check.csv"),
    run=run,
)
