"""`outlet run`: all stages in order, for every opened outlet, skipping what is up to date."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import click

from outlet.cli.options import FOLDER, Options, run_stage, show, with_options
from outlet.orphans import end_with_parent
from outlet.stage import Stage, Summary, in_order, load_commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from outlet.handover import OutletBrief
    from outlet.project import Project

Row = tuple[str, str, str, str]
MOST_ROUNDS = 8


@click.command(
    name="run", short_help="Run every step in order; skip what is up to date.", help="Run every step in order."
)
@FOLDER
@with_options
def command(folder: Path, options: Options) -> None:
    """Run every stage that the project's sections call for."""
    from outlet.commit import alone_in
    from outlet.project import load_project, set_language

    started = time.perf_counter()
    project = load_project(folder, overrides=set_language(options.overrides, options.language, options.seed))
    out = options.out_folder(folder)
    with alone_in(out, "outlet run", options.progress):
        rows = run_all(project, out, options)
        rows.extend(_compare_first_scenario(project, out, options))
    done = [row for row in rows if row[2] == "done"]
    title = f"{project.settings.name}: nothing to do, everything is up to date" if not done else project.settings.name
    summary = Summary(title=title, columns=("step", "outlet", "result", "note"), rows=rows if done else ())
    show(summary, "run", options, time.perf_counter() - started)


def _compare_first_scenario(project: Project, out: Path, options: Options) -> list[Row]:
    """Put where the first scenario opens beside the project as it stands, where outlet.toml has one."""
    from outlet.cli.scenarios import BASE, compare_scenarios

    for name in list(project.scenarios)[:1]:
        summary = compare_scenarios(project.folder, out, BASE, name, options, halls=False)
        if summary.skipped:
            return [("compare", name, "up to date", "")]
        return [("compare", name, "done", f"where to open; `outlet compare DIR {BASE} {name}` plans its halls too")]
    return []


def run_all(project: Project, out: Path, options: Options, *, halls: bool = True) -> list[Row]:
    """Run all stages that apply, those of layout where ``halls``; return a row (step, outlet, result, note) a run."""
    stages = in_order([stage for stage in load_commands().values() if isinstance(stage, Stage)])
    applicable = [stage for stage in stages if project.has(stage.section) and (halls or stage.section != "layout")]
    rows: list[Row] = []
    at = 0
    while at < len(applicable):
        stage = applicable[at]
        if not stage.per_outlet:
            rows.append(_run_one(stage, project, out, options, None))
            at += 1
            continue
        block = [stage]
        while at + len(block) < len(applicable) and applicable[at + len(block)].per_outlet:
            block.append(applicable[at + len(block)])
        rows.extend(_run_outlets(block, project, out, options))
        at += len(block)
    return rows


def _run_outlets(block: list[Stage], project: Project, out: Path, options: Options) -> list[Row]:
    """Run the halls' stages outlet by outlet, several outlets at a time where ``--workers`` allows."""
    from outlet.artefacts import drop_closed_outlets, is_up_to_date
    from outlet.outlets import list_outlets, planned_in_run

    briefs = list_outlets(project, out)
    drop_closed_outlets(out, [brief.id for brief in briefs])
    planned = [brief for brief in briefs if planned_in_run(brief, project)]
    stale = [brief.id for brief in planned if not all(is_up_to_date(stage, project, out, brief) for stage in block)]
    if min(len(stale), options.workers) < 2:
        return [row for brief in planned for row in _run_rounds(block, project, out, options, brief)]
    jobs = [
        _Job(project.folder, project.scenario, out, options, brief.id, [stage.name for stage in block])
        for brief in planned
    ]
    return _in_processes(jobs, options.workers)


@dataclass(frozen=True)
class _Job:
    """All that a process needs to plan one outlet's hall."""

    folder: Path
    scenario: str | None
    out: Path
    options: Options
    outlet: str
    stages: list[str]


def _in_processes(jobs: list[_Job], workers: int) -> list[Row]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import active_children, get_context

    from outlet.errors import InputError

    # A fork after solvers have started threads can hang; a new process cannot.
    pool = ProcessPoolExecutor(min(workers, len(jobs)), get_context("spawn"), initializer=end_with_parent)
    try:
        return [row for rows in pool.map(_plan_outlet, jobs) for row in rows]
    except BrokenProcessPool as error:
        raise InputError(
            "outlet run: a process that planned a hall was ended from outside, perhaps for want of memory; "
            "what was made so far is kept; run again with --workers 1"
        ) from error
    except KeyboardInterrupt:
        for process in active_children():
            process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _plan_outlet(job: _Job) -> list[Row]:
    from outlet.outlets import find_outlet
    from outlet.project import load_project, set_language

    overrides = set_language(job.options.overrides, job.options.language, job.options.seed)
    project = load_project(job.folder, overrides=overrides, scenario=job.scenario)
    brief = find_outlet(project, job.out, job.outlet)
    commands = load_commands()
    stages = [stage for stage in (commands[name] for name in job.stages) if isinstance(stage, Stage)]
    return _run_rounds(stages, project, job.out, job.options, brief)


def _run_rounds(block: list[Stage], project: Project, out: Path, options: Options, brief: OutletBrief) -> list[Row]:
    """Run an outlet's stages, and again while a later one's feedback has changed what an earlier one would do."""
    from outlet.artefacts import is_up_to_date

    rows = {stage.name: _run_one(stage, project, out, options, brief) for stage in block}
    fed = [stage for stage in block if stage.feedback]
    for _ in range(MOST_ROUNDS):
        if all(is_up_to_date(stage, project, out, brief) for stage in fed):
            break
        again = [_run_one(stage, project, out, options, brief) for stage in block]
        rows |= {row[0]: row for row in again if row[2] != "up to date"}
    return list(rows.values())


def _run_one(stage: Stage, project: Project, out: Path, options: Options, brief: OutletBrief | None) -> Row:
    from outlet.artefacts import is_up_to_date

    name = "" if brief is None else brief.id
    if is_up_to_date(stage, project, out, brief):
        return (stage.name, name, "up to date", "")
    options.progress.say(f"{stage.name} {name}".rstrip())
    summary = run_stage(stage, project, out, options, None if brief is None else brief.id, alone=False)
    if summary.skipped is not None:
        return (stage.name, name, "skipped", summary.skipped)
    return (stage.name, name, "done", summary.notes[0] if summary.notes else "")
