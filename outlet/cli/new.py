"""`outlet new`: a project folder from a sample or from one OpenStreetMap extract of any city."""

from __future__ import annotations

import time
from pathlib import Path

import click

from outlet.cli.options import FOLDER, Options, show, with_options
from outlet.stage import Summary


@click.command(
    name="new", help="Make a project folder.", short_help="Make a project folder from a sample or an extract."
)
@FOLDER
@click.option("--sample", help="A shipped sample: helsinki or riverton.")
@click.option("--osm", type=click.Path(path_type=Path, dir_okay=False), help="An OpenStreetMap extract (.pbf).")
@click.option("--brand", help="Whose outlets are ours in the extract: brand, operator or name.")
@click.option("--sector", type=click.Choice(["bank", "telecom", "parcel", "retail"]), default="bank", show_default=True)
@with_options
def command(
    folder: Path, sample: str | None, osm: Path | None, brand: str | None, sector: str, options: Options
) -> None:
    """Write outlet.toml and data/ into a folder that does not exist or is empty."""
    from outlet.errors import InputError
    from outlet.samples import SampleRequest, join_parts, sample_parts

    started = time.perf_counter()
    if (osm is None) == (sample is None):
        raise InputError("outlet new: expected one of --sample NAME and --osm FILE.pbf")
    if osm is not None and not osm.is_file():
        raise InputError(f"--osm {osm}: there is no such file")
    if osm is not None and not brand:
        raise InputError("--osm needs --brand NAME: whose outlets in the extract are ours")
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"{folder}: the folder is not empty; choose a new one, nothing was written")
    options.progress.say(f"new {folder}")
    parts = sample_parts(sample or "osm", SampleRequest(osm=osm, brand=brand, sector=sector))
    write_project(folder, join_parts(parts))
    rows = [(path,) for path in sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())]
    notes = tuple(note for part in parts for note in part.notes)
    show(Summary(f"{folder}: a new project", ("file",), rows, notes), "new", options, time.perf_counter() - started)


def write_project(folder: Path, files: dict[str, bytes]) -> None:
    """Write a project's files, outlet.toml last, so that a half-written folder is never taken for a project."""
    for path, data in sorted(files.items(), key=lambda item: item[0] == "outlet.toml"):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
