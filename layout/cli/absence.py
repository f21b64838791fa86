"""`outlet absence`: fill in for people who fall ill, with few changes to the roster that stands."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import click

from layout.cli.staff import STAGE
from outlet.cli.options import FOLDER, Options, run_stage, show, with_options
from outlet.stage import StageRun, Summary


@click.command(
    name="absence",
    help="Fill in for absent people with few changes to the roster that stands.",
    short_help="Fill in for absent people with few changes.",
)
@FOLDER
@click.option("--outlet", required=True, metavar="ID", help="The outlet's id.")
@click.option(
    "--absent",
    "absences",
    type=(str, str),
    multiple=True,
    required=True,
    metavar="PERSON DAYS",
    help="Id or name, and a date or FIRST/LAST; may be given several times.",
)
@with_options
def command(folder: Path, outlet: str, absences: tuple[tuple[str, str], ...], options: Options) -> None:
    """Write the files of `outlet staff` anew: what it made stays its own, so that `outlet run` leaves them."""
    from outlet.commit import alone_in
    from outlet.project import load_project, set_language

    def run(stage: StageRun) -> Summary:
        from layout.study.staff.absence import run_absence

        return run_absence(stage, absences)

    started = time.perf_counter()
    project = load_project(folder, overrides=set_language(options.overrides, options.language, options.seed))
    out = options.out_folder(folder)
    with alone_in(out, "outlet absence", options.progress):
        summary = run_stage(replace(STAGE, run=run), project, out, options, outlet, alone=True)
    show(summary, "absence", options, time.perf_counter() - started)
