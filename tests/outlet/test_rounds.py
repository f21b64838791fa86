"""`outlet run` goes round while a later stage tells an earlier one something new."""

from __future__ import annotations

from pathlib import Path

import pytest

from outlet.artefacts import is_up_to_date
from outlet.cli.options import Options
from outlet.cli.run import MOST_ROUNDS, _run_rounds
from outlet.handover import OutletBrief
from outlet.project import Project, load_project
from outlet.stage import Stage, StageRun, Summary

BRIEF = OutletBrief.model_validate({"id": "A", "name": "A", "role": "new", "sector": "bank", "visits_per_day": 9.0})


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "a.json").write_text(BRIEF.to_json(), encoding="utf-8")
    text = '[project]\nname = "T"\nsector = "bank"\nas_of = 2026-01-05\n[layout]\nbriefs = ["a.json"]\n'
    (tmp_path / "outlet.toml").write_text(text, encoding="utf-8")
    return load_project(tmp_path)


def stages(enough: int) -> tuple[list[Stage], list[int]]:
    """Return a hall that has as many seats as asked, from 1, and a day that asks for one more until it has enough."""
    planned: list[int] = []

    def plan(run: StageRun) -> Summary:
        planned.append(int(run.out.read("ask.txt").read_text()) if run.out.has("ask.txt") else 1)
        run.out.write_text("seats.txt", str(planned[-1]))
        return Summary("")

    def look(run: StageRun) -> Summary:
        seats = int(run.out.read("seats.txt").read_text())
        if seats > 1 or enough > 1:
            run.out.write_text("ask.txt", str(min(seats + 1, enough)))
        return Summary("")

    def made(name: str, run: object, **more: tuple[str, ...]) -> Stage:
        return Stage(name=name, help="", section="layout", settings=(), per_outlet=True, run=run, **more)  # type: ignore[arg-type]

    hall = made("hall", plan, feedback=("ask.txt",), writes=("seats.txt",))
    return [hall, made("day", look, reads=("seats.txt",), writes=("ask.txt",))], planned


@pytest.mark.parametrize(("enough", "planned"), [(1, [1]), (3, [1, 2, 3]), (99, list(range(1, MOST_ROUNDS + 2)))])
def test_rounds_end_when_nothing_changes_or_there_were_enough(
    project: Project, tmp_path: Path, enough: int, planned: list[int]
) -> None:
    block, found = stages(enough)
    rows = _run_rounds(block, project, tmp_path / "out", Options(quiet=True), BRIEF)
    assert [row[:3] for row in rows] == [("hall", "A", "done"), ("day", "A", "done")]
    assert found == planned
    assert is_up_to_date(block[0], project, tmp_path / "out", BRIEF) == (enough < 99)
    _run_rounds(block, project, tmp_path / "out", Options(quiet=True), BRIEF)
    assert (found == planned) == (enough < 99), "a settled run has nothing to do"
