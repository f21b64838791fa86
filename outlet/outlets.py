"""List the outlets a project plans: those siting opened or kept, and those whose briefs the planner wrote by hand."""

from __future__ import annotations

from pathlib import Path

from outlet.errors import InputError
from outlet.handover import OutletBrief, read_brief, read_briefs
from outlet.project import Project


def list_outlets(project: Project, out: Path) -> list[OutletBrief]:
    """Return the briefs of all outlets, sorted by id: hand-written ones first win over those in ``out``."""
    written = {brief.id: brief for brief in (read_brief(project.path(name)) for name in _hand_written(project))}
    made = {brief.id: brief for brief in read_briefs(out)} if project.has("siting") else {}
    return [brief for _, brief in sorted((made | written).items())]


def find_outlet(project: Project, out: Path, outlet_id: str) -> OutletBrief:
    """Return the brief of one outlet.

    Raises
    ------
    InputError
        When no outlet has that id; the message lists those there are.
    """
    outlets = list_outlets(project, out)
    for brief in outlets:
        if brief.id == outlet_id:
            return brief
    known = ", ".join(brief.id for brief in outlets[:20]) or "none; `outlet locate` chooses them"
    raise InputError(f"--outlet {outlet_id!r}: there is no such outlet; outlets: {known}")


def _hand_written(project: Project) -> list[str]:
    return project.data_files("layout.briefs") if project.has("layout") else []


def planned_in_run(brief: OutletBrief, project: Project) -> bool:
    """Tell whether ``outlet run`` plans this hall: of every new outlet, and of others with a plan of their own."""
    return brief.role == "new" or brief.hall_plan is not None or not project.has("siting")
