"""`outlet compare`: two named scenarios side by side."""

from __future__ import annotations

from pathlib import Path

import click

from outlet.cli.options import FOLDER, Options, with_options


@click.command(name="compare", help="Put two scenarios side by side.", short_help="Put two scenarios side by side.")
@FOLDER
@click.argument("first")
@click.argument("second")
@with_options
def command(folder: Path, first: str, second: str, options: Options) -> None:
    """Compare two scenarios."""
    raise NotImplementedError
