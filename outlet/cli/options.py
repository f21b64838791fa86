"""Give every subcommand the same options, the same table and the same exit codes."""

from __future__ import annotations

import functools
import itertools
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from outlet.progress import Progress, watching
from outlet.stage import Cell, Stage, StageRun, Summary
from outlet.terminal import GUTTER, column_widths, table_width, tell

_SHARE = re.compile(r"[\d.,]+ %")

F = TypeVar("F", bound=Callable[..., None])


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options that all subcommands take."""

    out: Path | None = None
    as_json: bool = False
    quiet: bool = False
    overrides: tuple[str, ...] = ()
    seed: int | None = None
    workers: int = 2
    language: str | None = None

    @property
    def progress(self) -> Progress:
        """Where progress goes."""
        return Progress(quiet=self.quiet)

    def out_folder(self, folder: Path) -> Path:
        """Return ``--out``, or ``out`` inside the project folder."""
        return self.out if self.out is not None else folder / "out"


_OPTIONS = (
    click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write here instead of DIR/out."),
    click.option("--json", "as_json", is_flag=True, help="Print the table as JSON."),
    click.option("--quiet", is_flag=True, help="Say nothing on stderr but errors."),
    click.option("--set", "overrides", multiple=True, metavar="SECTION.KEY=VALUE", help="Override one setting."),
    click.option("--seed", type=click.IntRange(min=0), help="Seed of every random choice."),
    click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Processes or threads."),
    click.option("--lang", "language", type=click.Choice(["en", "zh", "es"]), help="Language of pages."),
)


def with_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add the common options to a command; they arrive as one `Options` under the name ``options``."""

    @functools.wraps(function)
    def call(**values: object) -> None:
        names = Options.__dataclass_fields__.keys()
        common = {name: values.pop(name) for name in list(values) if name in names}
        options = Options(**common)  # type: ignore[arg-type]
        with watching(options.progress):
            function(options=options, **values)

    for option in reversed(_OPTIONS):
        call = option(call)
    return call


FOLDER = click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))


def command_of(stage: Stage) -> click.Command:
    """Make the subcommand of a stage."""

    def run(folder: Path, options: Options, outlet: str | None = None) -> None:
        from outlet.commit import alone_in
        from outlet.project import load_project, set_language

        started = time.perf_counter()
        overrides = set_language(options.overrides, options.language, options.seed)
        project = load_project(folder, overrides=overrides)
        out = options.out_folder(folder)
        with alone_in(out, f"outlet {stage.name}", options.progress):
            summary = run_stage(stage, project, out, options, outlet, alone=True)
        show(summary, stage.name, options, time.perf_counter() - started)

    command = with_options(run)
    if stage.per_outlet:
        command = click.option("--outlet", required=True, metavar="ID", help="The outlet's id.")(command)
    command = FOLDER(command)
    return click.command(name=stage.name, help=stage.help, short_help=stage.help)(command)


def run_stage(
    stage: Stage, project: object, out: Path, options: Options, outlet_id: str | None, *, alone: bool
) -> Summary:
    """Run one stage, whether or not its artefacts are up to date, and commit what it wrote."""
    from outlet.artefacts import changed_artefacts, staging
    from outlet.errors import InputError, PlanningError, ProjectError
    from outlet.outlets import find_outlet
    from outlet.project import Project

    assert isinstance(project, Project)
    if not project.has(stage.section):
        raise ProjectError(f"outlet.toml: there is no [{stage.section}] section; `outlet {stage.name}` needs one")
    outlet = find_outlet(project, out, outlet_id) if outlet_id is not None else None
    with staging(stage, project, out, outlet) as place:
        run = StageRun(
            project=project,
            out=place,
            progress=options.progress,
            workers=options.workers,
            outlet=outlet,
            alone=alone,
        )
        try:
            return stage.run(run)
        except (PlanningError, OSError, MemoryError):
            raise
        except Exception as error:
            # Stages trust what we wrote; only when one stumbles is it asked whether that is still what was written.
            changed = changed_artefacts(stage, out, outlet)
            if not changed:
                raise
            raise InputError(
                f"{', '.join(changed)} in {out.name}/: damaged, or changed since it was written "
                f"({type(error).__name__}); `outlet run` makes it again"
            ) from error


def show(summary: Summary, command: str, options: Options, seconds: float) -> None:
    """Print a command's table to stdout, as text or as JSON."""
    if options.as_json:
        rows = [dict(zip(summary.columns, row, strict=True)) for row in summary.rows]
        data = {
            "command": command,
            "title": summary.title,
            "rows": rows,
            "notes": list(summary.notes),
            "skipped": summary.skipped,
            "seconds": round(seconds, 3),
        }
        click.echo(json.dumps(data, ensure_ascii=False, sort_keys=True))
        return
    tell(summary.title if summary.skipped is None else f"{summary.title}: skipped: {summary.skipped}", sys.stdout)
    if summary.skipped is None and summary.rows:
        _print_table(summary)
    for paragraph in _paragraphs(summary):
        tell(paragraph, sys.stdout)
    if not options.quiet:
        tell(f"{command}: {seconds:.1f} s")


def _paragraphs(summary: Summary) -> Iterator[str]:
    """Yield the notes one by one, or where there are headings those under a heading in one paragraph."""
    if not summary.headings:
        yield from summary.notes
        return
    notes = iter(summary.notes)
    for heading, count in summary.headings:
        yield f"{heading}: {' '.join(itertools.islice(notes, count))}"
    yield from notes


def _print_table(summary: Summary) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    width = table_width(sys.stdout)
    cells = [_cells(column) for column in zip(*summary.rows, strict=True)]
    named = [[heading, *column] for heading, column in zip(summary.columns, cells, strict=True)]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, GUTTER - 1, 0, 0))
    for at, (heading, room) in enumerate(zip(summary.columns, column_widths(named, width), strict=True)):
        numeric = all(row[at] is None or _is_figure(row[at]) for row in summary.rows)
        table.add_column(Text(heading), justify="right" if numeric else "left", overflow="fold", width=room)
    for row in zip(*cells, strict=True):
        table.add_row(*(Text(cell) for cell in row))
    print()
    Console(width=width).print(table)
    print()


def _is_figure(value: Cell) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and _SHARE.fullmatch(value) is not None)


def _cells(column: tuple[Cell, ...]) -> list[str]:
    """Write a column with as many decimals as its greatest value calls for, the same in every row.

    Where that would round shares beside thousands to nothing, each figure has its own.
    """
    numbers = [abs(value) for value in column if isinstance(value, float)]
    top = _decimals(max(numbers, default=0.0))
    unlike = top == 0 and any(0 < value < 1 for value in numbers)
    return [_cell(value, _decimals(abs(value)) if unlike and isinstance(value, float) else top) for value in column]


def _decimals(size: float) -> int:
    return 0 if size >= 1000 else 1 if size >= 10 else 2 if size >= 1 else 3


def _cell(value: Cell, decimals: int) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.{decimals}f}"
    return f"{value:,}" if isinstance(value, int) else value
