"""Describe one step of the work: what it reads, what it writes, and the function that does it.

A stage is declared in one light file under ``siting/cli`` or ``layout/cli`` and found through the entry-point group
``outlet.commands``. The order of ``outlet run`` is not written anywhere: a stage comes after those that write what
it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from importlib.metadata import entry_points
from pathlib import Path

import click

from outlet.progress import Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from outlet.artefacts import Staging
    from outlet.handover import OutletBrief
    from outlet.project import Project

COMMANDS_GROUP = "outlet.commands"
OUTLET = "{outlet}"

_SECTIONS = {"siting": 0, "layout": 1, "project": 2}

Cell = str | int | float | bool | None


@dataclass(frozen=True)
class Summary:
    """The short table a command prints: ``columns`` name the entries of each row; ``notes`` stand below.

    The first note is the one that matters most: it stands beside the step in the table of ``outlet run``. ``headings``
    part many notes into paragraphs, each with how many notes it has; they sum to all, or there are none.
    ``skipped`` says why nothing was done, or is None.
    """

    title: str
    columns: tuple[str, ...] = ()
    rows: Sequence[tuple[Cell, ...]] = ()
    notes: tuple[str, ...] = ()
    headings: tuple[tuple[str, int], ...] = ()
    skipped: str | None = None


@dataclass(frozen=True)
class StageRun:
    """What a stage's function is given.

    ``out`` reads finished artefacts and writes new ones; ``outlet`` is the brief of the outlet a per-outlet stage
    works on, else None. ``alone`` is False inside ``outlet run``.
    """

    project: Project
    out: Staging
    progress: Progress
    workers: int
    outlet: OutletBrief | None = None
    alone: bool = True

    @property
    def seed(self) -> int:
        """Seed of every random choice."""
        return self.project.settings.seed

    @property
    def brief(self) -> OutletBrief:
        """The brief of the outlet this run works on."""
        if self.outlet is None:
            raise RuntimeError("this stage is not per outlet")
        return self.outlet


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step of the work.

    Parameters
    ----------
    name
        The subcommand.
    help
        One line for ``outlet --help``, in the imperative.
    section
        The section of outlet.toml without which the stage does not apply: ``siting``, ``layout``, or ``project``.
    settings
        Dotted prefixes of the settings that the result depends on; the data files they name count too.
    reads
        Artefacts of earlier stages it cannot do without, relative to ``out``; ``{outlet}`` stands for the outlet's
        folder, ``*`` for any name.
    reads_if_there
        Artefacts it uses where they exist.
    feedback
        Artefacts of later stages it takes into account where they exist; `outlet run` goes round until nothing changes.
    writes
        Artefacts it makes, in the same notation.
    run
        The function that does it; heavy imports belong inside it.
    per_outlet
        Whether it works on one outlet at a time (``--outlet ID``).
    """

    name: str
    help: str
    section: str
    settings: tuple[str, ...]
    writes: tuple[str, ...]
    run: Callable[[StageRun], Summary]
    reads: tuple[str, ...] = ()
    reads_if_there: tuple[str, ...] = ()
    feedback: tuple[str, ...] = ()
    per_outlet: bool = False


def load_commands() -> dict[str, Stage | click.Command]:
    """Load every subcommand that the installed packages declare."""
    return {point.name: point.load() for point in entry_points(group=COMMANDS_GROUP)}


def load_command(name: str) -> Stage | click.Command | None:
    """Load one subcommand; None where no installed package declares it."""
    for point in entry_points(group=COMMANDS_GROUP, name=name):
        found: Stage | click.Command = point.load()
        return found
    return None


def in_order(stages: Sequence[Stage]) -> list[Stage]:
    """Sort stages so that each comes after those that write what it reads; siting comes before layout.

    >>> a = Stage(name="b", help="", section="project", settings=(), writes=("x.csv",), run=lambda run: Summary(""))
    >>> b = Stage(name="a", help="", section="project", settings=(), reads=("x.csv",), writes=(), run=a.run)
    >>> [stage.name for stage in in_order([b, a])]
    ['b', 'a']
    """
    by_name = {stage.name: stage for stage in sorted(stages, key=lambda stage: stage.name)}
    writers = {_anywhere(pattern): stage.name for stage in by_name.values() for pattern in stage.writes}
    graph = {
        stage.name: [
            writers[_anywhere(pattern)]
            for pattern in (*stage.reads, *stage.reads_if_there)
            if writers.get(_anywhere(pattern), stage.name) != stage.name
        ]
        for stage in by_name.values()
    }
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    ready: list[str] = []
    ordered: list[Stage] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=lambda name: (_SECTIONS[by_name[name].section], name))
        first = ready.pop(0)
        ordered.append(by_name[first])
        sorter.done(first)
    return ordered


def _anywhere(pattern: str) -> str:
    return pattern.replace(OUTLET, "outlets/*")


def resolve(pattern: str, folder: str | None) -> str:
    """Return a pattern with ``{outlet}`` replaced by an outlet's folder under ``out``."""
    return pattern if folder is None else pattern.replace(OUTLET, folder)


def matching(out: Path, pattern: str) -> list[str]:
    """List the files under ``out`` that a pattern names, sorted, relative to ``out``."""
    if "*" not in pattern:
        return [pattern] if (out / pattern).is_file() else []
    return sorted(path.relative_to(out).as_posix() for path in out.glob(pattern) if path.is_file())
