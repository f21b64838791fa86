"""`outlet compare`: two named scenarios side by side."""

from __future__ import annotations

import time
from pathlib import Path

import click

from outlet.cli.options import FOLDER, Options, show, with_options


@click.command(name="compare", help="Put two scenarios side by side.", short_help="Put two scenarios side by side.")
@FOLDER
@click.argument("first")
@click.argument("second")
@with_options
def command(folder: Path, first: str, second: str, options: Options) -> None:
    """Plan FIRST and SECOND, names of [scenario.NAME] sections or `base`, and compare what came out."""
    from outlet.cli.scenarios import compare_scenarios
    from outlet.commit import alone_in

    started = time.perf_counter()
    out = options.out_folder(folder)
    with alone_in(out, "outlet compare", options.progress):
        summary = compare_scenarios(folder, out, first, second, options)
    show(summary, "compare", options, time.perf_counter() - started)
