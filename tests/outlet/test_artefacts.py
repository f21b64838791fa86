from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from outlet.artefacts import drop_closed_outlets, is_up_to_date, staging
from outlet.commit import read_manifest, write_atomically
from outlet.errors import InputError
from outlet.handover import OutletBrief
from outlet.project import Project, load_project
from outlet.stage import Stage, StageRun, Summary


def nothing(run: StageRun) -> Summary:
    return Summary("")


WRITE = Stage(name="write", help="", section="project", settings=("layout.briefs",), writes=("a.json",), run=nothing)
READ = Stage(name="read", help="", section="project", settings=(), reads=("a.json",), writes=("b.txt",), run=nothing)
HALL = Stage(
    name="hall", help="", section="project", settings=(), writes=("{outlet}/h.txt",), per_outlet=True, run=nothing
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    text = '[project]\nname = "T"\nsector = "bank"\nas_of = 2026-01-05\n[layout]\nbriefs = ["data/x.json"]\n'
    (tmp_path / "outlet.toml").write_text(text, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.json").write_text("1", encoding="utf-8")
    return load_project(tmp_path)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def write(project: Project, out: Path, text: str = "1") -> None:
    with staging(WRITE, project, out) as place:
        place.write_text("a.json", text)


def test_what_a_stage_wrote_is_there_whole_and_recorded(project: Project, out: Path) -> None:
    write(project, out)
    assert (out / "a.json").read_text(encoding="utf-8") == "1"
    assert read_manifest(out).artefacts["a.json"].run == "write"
    assert sorted(path.name for path in out.iterdir()) == [".commit.lock", "a.json", "manifest.json"]


def test_a_stage_that_fails_leaves_everything_as_it_was(project: Project, out: Path) -> None:
    write(project, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def fail_halfway() -> None:
        with staging(WRITE, project, out) as place:
            place.write_text("a.json", "half")
            raise InputError("bad")

    with pytest.raises(InputError):
        fail_halfway()
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_fresh_until_a_data_file_a_setting_an_upstream_or_the_artefact_changes(project: Project, out: Path) -> None:
    write(project, out)
    with staging(READ, project, out) as place:
        place.write_text("b.txt", place.read("a.json").read_text(encoding="utf-8"))
    assert is_up_to_date(WRITE, project, out)
    assert is_up_to_date(READ, project, out)
    (project.folder / "data" / "x.json").write_text("2", encoding="utf-8")
    assert not is_up_to_date(WRITE, project, out)
    assert is_up_to_date(READ, project, out)
    write(project, out, "2")
    assert not is_up_to_date(READ, project, out)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda out: (out / "a.json").write_text("tampered", encoding="utf-8"),
        lambda out: (out / "a.json").unlink(),
        lambda out: (out / "manifest.json").write_text("{", encoding="utf-8"),
        lambda out: (out / "manifest.json").unlink(),
    ],
    ids=["artefact changed", "artefact gone", "manifest broken", "manifest gone"],
)
def test_a_spoilt_folder_is_stale(project: Project, out: Path, spoil: Callable[[Path], object]) -> None:
    write(project, out)
    spoil(out)
    assert not is_up_to_date(WRITE, project, out)


def test_another_seed_makes_artefacts_stale(project: Project, out: Path) -> None:
    write(project, out)
    assert not is_up_to_date(WRITE, load_project(project.folder, overrides=["project.seed=1"]), out)


def test_files_a_stage_no_longer_writes_are_removed(project: Project, out: Path) -> None:
    with staging(WRITE, project, out) as place:
        place.write_text("outlets/old/outlet.json", "{}")
    write(project, out)
    assert not (out / "outlets").exists()


def test_artefacts_of_closed_outlets_are_removed_and_others_kept(project: Project, out: Path) -> None:
    briefs = [
        OutletBrief.model_validate(
            {"schema": 1, "id": name, "name": name, "role": "new", "sector": "bank", "visits_per_day": 1}
        )
        for name in ("a", "b")
    ]
    for brief in briefs:
        with staging(HALL, project, out, brief) as place:
            place.write_text("{outlet}/h.txt", brief.id)
    drop_closed_outlets(out, ["b"])
    assert not (out / "outlets" / "a").exists()
    assert (out / "outlets" / "b" / "h.txt").read_text(encoding="utf-8") == "b"
    assert is_up_to_date(HALL, project, out, briefs[1])


def test_a_missing_artefact_says_how_to_make_it(project: Project, out: Path) -> None:
    with pytest.raises(InputError, match=r"a\.json: not in out/ yet"), staging(READ, project, out) as place:
        place.read("a.json")


def test_the_manifest_holds_no_clock_and_no_path(project: Project, out: Path) -> None:
    write(project, out)
    text = (out / "manifest.json").read_text(encoding="utf-8")
    assert str(out.parent) not in text
    write(project, out)
    assert (out / "manifest.json").read_text(encoding="utf-8") == text
    assert json.loads(text)["schema"] == 1


def test_an_atomic_write_replaces_the_whole_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    write_atomically(file, "old")
    write_atomically(file, "new")
    assert file.read_text(encoding="utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]


def _write_many(arguments: tuple[Path, Path, int]) -> None:
    folder, out, at = arguments
    mine = Stage(name=f"s{at}", help="", section="project", settings=(), writes=(f"{at}.txt",), run=nothing)
    for again in range(5):
        with staging(mine, load_project(folder), out) as place:
            place.write_text(f"{at}.txt", str(again))


def test_processes_that_write_at_once_lose_nothing(project: Project, out: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(_write_many, [(project.folder, out, at) for at in range(8)]))
    assert sorted(read_manifest(out).artefacts) == sorted(f"{at}.txt" for at in range(8))
    assert all((out / f"{at}.txt").read_text(encoding="utf-8") == "4" for at in range(8))


def test_a_stage_that_stumbles_over_a_changed_artefact_blames_it_and_else_itself(project: Project, out: Path) -> None:
    from dataclasses import replace

    from outlet.cli.options import Options, run_stage

    def stumble(run: StageRun) -> Summary:
        return Summary(json.loads(run.out.read("a.json").read_text(encoding="utf-8"))["title"])

    stage = replace(READ, run=stumble)
    write(project, out, "{")
    with pytest.raises(json.JSONDecodeError):
        run_stage(stage, project, out, Options(), None, alone=True)
    (out / "a.json").write_text('{"title"', encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.json in out/: damaged, or changed since it was written"):
        run_stage(stage, project, out, Options(), None, alone=True)


def test_a_manifest_cannot_name_files_outside(project: Project, out: Path) -> None:
    write(project, out)
    (out / "manifest.json").write_text(
        (out / "manifest.json").read_text(encoding="utf-8").replace("a.json", "../outlet.toml"), encoding="utf-8"
    )
    assert read_manifest(out).runs == {}
    write(project, out)
    assert (project.folder / "outlet.toml").is_file()
