"""Put two scenarios of one project side by side: plan each in a folder of its own, then compare what came out.

A scenario ``[scenario.NAME]`` of outlet.toml overrides settings; ``base`` is the project without any. ``base`` is
planned in ``out`` itself, a scenario in ``out/scenarios/<name>``, which starts as a copy of ``out``, so that only the
steps whose settings differ run again.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from outlet.artefacts import drop_closed_outlets, is_up_to_date, run_name, staging
from outlet.cli.options import Options
from outlet.cli.run import run_all
from outlet.commit import CACHE, MANIFEST, STAGING_PREFIX, drop_runs, read_manifest
from outlet.comparison import Comparison, compare_folders, compared_pair, to_csv
from outlet.errors import InputError
from outlet.handover import OutletBrief, folder_of
from outlet.outlets import list_outlets
from outlet.project import Project, load_project, set_language
from outlet.stage import Stage, StageRun, Summary, in_order, load_commands

BASE = "base"
FOLDER = "scenarios"
COMPARED = ("plan.json", "outlets.geojson", "share.csv", "efficiency.csv", "establishment.csv")
WRITES = ("compare.html", "compare.csv")
NAMED_PAGES = ("map.html", "report.html")


def compare_scenarios(
    folder: Path, out: Path, first: str, second: str, options: Options, *, halls: bool = True
) -> Summary:
    """Plan two scenarios where they are not up to date, and write compare.html and compare.csv into ``out``.

    Parameters
    ----------
    folder
        The project folder.
    out
        Its ``out`` folder.
    first, second
        Names of scenarios, or ``base``.
    options
        Of the command; ``--set``, ``--seed`` and ``--lang`` hold for both scenarios.
    halls
        Whether the halls of a scenario's outlets are planned too; without, only where to open is compared.

    Raises
    ------
    ProjectError
        When outlet.toml has no such scenario.
    InputError
        When both are the same.
    """
    if first == second:
        raise InputError(f"outlet compare: both scenarios are {first!r}; expected two different ones")
    projects = {name: _load(folder, name, options) for name in (first, second)}
    for name, project in projects.items():
        place = folder_of_scenario(out, name)
        if name != BASE:
            _start_from(out, place)
        options.progress.say(f"scenario {name}")
        with_halls = halls or not project.has("siting")
        run_all(project, place, options, halls=with_halls)
        if not with_halls and _drop_stale_halls(project, place):
            run_all(project, place, options, halls=False)
    stage = _stage(first, second)
    base = _load(folder, BASE, options)
    if is_up_to_date(stage, base, out) and compared_pair(out / "compare.csv") == (first, second):
        return Summary("Comparison", skipped="compare.html and compare.csv are up to date")
    with staging(stage, base, out) as place_for:
        return stage.run(StageRun(project=base, out=place_for, progress=options.progress, workers=options.workers))


def _drop_stale_halls(project: Project, place: Path) -> bool:
    """Remove hall plans made for other outlets or visits, so that none is compared as current; tell if any was."""
    before = read_manifest(place)
    briefs = list_outlets(project, place)
    drop_closed_outlets(place, [brief.id for brief in briefs])
    for stage in in_order([found for found in load_commands().values() if isinstance(found, Stage)]):
        if stage.section == "layout":
            runs: list[OutletBrief | None] = [*briefs] if stage.per_outlet else [None]
            stale = [brief for brief in runs if not is_up_to_date(stage, project, place, brief)]
            drop_runs(place, [run_name(stage, brief) for brief in stale])
    return read_manifest(place) != before


def folder_of_scenario(out: Path, name: str) -> Path:
    """Return where a scenario is planned: ``out`` itself for the base."""
    return out if name == BASE else out / FOLDER / folder_of(name)


def _load(folder: Path, name: str, options: Options) -> Project:
    overrides = set_language(options.overrides, options.language, options.seed)
    return load_project(folder, overrides=overrides, scenario=None if name == BASE else name)


def _start_from(out: Path, place: Path) -> None:
    """Copy what the base has planned, where the scenario has nothing yet; the manifest tells what is stale.

    Pages that name the scenario are never copied, so that they are always made again.
    """
    if place.exists() or not (out / MANIFEST).is_file():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f"{STAGING_PREFIX}{place.name}")
    shutil.rmtree(beside, ignore_errors=True)
    skipped = shutil.ignore_patterns(FOLDER, f"{STAGING_PREFIX}*", "*.lock", *WRITES, *NAMED_PAGES)
    shutil.copytree(out, beside, ignore=skipped, copy_function=_link_cache)
    beside.replace(place)


def _link_cache(source: str, target: str) -> str:
    """Link files of the cache, which are never written twice; copy all others."""
    if CACHE in Path(source).parts:
        try:
            os.link(source, target)
        except OSError:
            pass
        else:
            return target
    return shutil.copy2(source, target)


def _stage(first: str, second: str) -> Stage:
    def run(stage: StageRun) -> Summary:
        from outlet.page.comparison import render_comparison

        out, settings = stage.out.out, stage.project.settings
        found = compare_folders(first, folder_of_scenario(out, first), second, folder_of_scenario(out, second))
        stage.out.write_text("compare.csv", to_csv(found))
        stage.out.write_text("compare.html", render_comparison(settings, found, _links(out, first, second)))
        return _summary(found)

    folders = [folder_of_scenario(Path(), name).as_posix() for name in (first, second)]
    reads = [name if folder == "." else f"{folder}/{name}" for folder in folders for name in COMPARED]
    return Stage(
        name="compare",
        help="Put two scenarios side by side.",
        section="project",
        settings=(),
        writes=WRITES,
        reads_if_there=tuple(reads),
        run=run,
    )


def _links(out: Path, *names: str) -> dict[str, str]:
    places = {name: folder_of_scenario(out, name) for name in names}
    return {
        name: place.relative_to(out).as_posix() for name, place in places.items() if (place / "report.html").is_file()
    }


def _summary(found: Comparison) -> Summary:
    rows = [(line.measure, line.first, line.second, line.difference) for line in found.lines]
    return Summary(
        f"{found.first} and {found.second}", ("measure", found.first, found.second, "difference"), rows, found.notes
    )
