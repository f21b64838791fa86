"""The command as a planner meets it: exit codes, one message for bad input, what was in out/ intact."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from outlet.cli.main import run_command
from outlet.cli.options import Options, show
from outlet.stage import Summary


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        file = folder / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    return apply


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def replace_with(name: str, text: str) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        (folder / name).write_text(text, encoding="utf-8")

    return apply


BOW_TIE = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"id": "z1", "weight": 5},
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[24.9, 60.17], [24.91, 60.18], [24.91, 60.17], [24.9, 60.18], [24.9, 60.17]]],
                },
            },
            {"type": "Feature", "properties": {"id": "z2", "weight": 5}, "geometry": None},
        ],
    }
)


def polygons(folder: Path) -> None:
    replace_with("data/demand.geojson", BOW_TIE)(folder)
    edit("outlet.toml", 'file = "data/demand.csv"\ncrs = "EPSG:4326"', 'file = "data/demand.geojson"')(folder)


def shrink_hall(folder: Path) -> None:
    edit("data/hall.geojson", "[12, 0], [12, 10], [0, 10]", "[5, 0], [5, 4], [0, 4]")(folder)
    edit("data/hall.geojson", "[6.0, 0]", "[2.5, 0]")(folder)


BAD_INPUT: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "missing file": (remove("data/demand.csv"), ["data/demand.csv"]),
    "missing CRS": (
        edit("outlet.toml", 'file = "data/demand.csv"\ncrs = "EPSG:4326"', 'file = "data/demand.csv"'),
        ["data/demand.csv", "crs"],
    ),
    "geographic CRS where metres are demanded": (
        edit("outlet.toml", "[siting.data.demand]", '[siting.data]\ncrs = "EPSG:4326"\n[siting.data.demand]'),
        ["EPSG:4326", "metre"],
    ),
    "empty layer": (replace_with("data/demand.csv", "id,lon,lat,weight\n"), ["data/demand.csv", "empty|no row"]),
    "null geometry": (polygons, ["data/demand.geojson", "row 2|z2", "geometry"]),
    "invalid geometry": (polygons, ["data/demand.geojson", "row 1|z1", "Self-intersection"]),
    "duplicate id": (edit("data/candidates.csv", "c3,", "c1,"), ["data/candidates.csv", "c1"]),
    "duplicate id across layers": (edit("data/existing.csv", "e1,", "c1,"), ["data/existing.csv", "c1"]),
    "negative demand": (edit("data/demand.csv", ",12\n", ",-12\n"), ["data/demand.csv", "row 3", "weight", "-12"]),
    "unknown key": (edit("outlet.toml", "outlets = 1", "outlet = 1"), ["siting.locate.outlet", "'outlets'"]),
    "more outlets than candidates": (edit("outlet.toml", "outlets = 1", "outlets = 7"), ["7", "3"]),
    "hall too small": (shrink_hall, ["data/hall.geojson", "m²"]),
    "hall without entrance": (edit("data/hall.geojson", '"entrance": true', '"entrance": false'), ["entrance"]),
    "hall that is no JSON": (replace_with("data/hall.geojson", "{"), ["data/hall.geojson"]),
    "path outside": (edit("outlet.toml", '"data/demand.csv"', '"../demand.csv"'), ["leaves the project folder"]),
    "text for a number": (edit("data/demand.csv", ",12\n", ",twelve\n"), ["row 3", "weight", "twelve"]),
    "missing column": (edit("data/demand.csv", "weight", "people"), ["data/demand.csv", "weight", "people"]),
}


@pytest.mark.parametrize("name", list(BAD_INPUT))
def test_bad_input_ends_in_one_message_and_leaves_out_intact(
    tiny: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tiny / "out"
    out.mkdir()
    (out / "plan.json").write_text("what was there", encoding="utf-8")
    spoil, words = BAD_INPUT[name]
    spoil(tiny)
    code = run_command(["run", str(tiny), "--quiet"])
    printed = capsys.readouterr()
    assert code == 2, printed.err
    assert "Traceback" not in printed.err
    for word in words:
        assert any(option in printed.err for option in word.split("|")), (word, printed.err)
    left = {file.name: file.read_text(encoding="utf-8") for file in out.iterdir()}
    assert {name: text for name, text in left.items() if not name.endswith(".lock")} == {"plan.json": "what was there"}


def test_check_lists_all_faults_in_one_pass(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit("data/demand.csv", ",12\n", ",-12\n")(tiny)
    edit("data/candidates.csv", "c3,", "c1,")(tiny)
    replace_with("data/hall.geojson", "{")(tiny)
    assert run_command(["check", str(tiny), "--quiet"]) == 2
    faults = json.loads((tiny / "out" / "check.json").read_text(encoding="utf-8"))["faults"]
    assert {fault["input"] for fault in faults} >= {"data/demand.csv", "data/candidates.csv", "data/hall.geojson"}


def test_a_fault_of_visits_is_not_told_again_as_one_of_the_hall(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    toml = tiny / "outlet.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + '\n[layout.services]\nvisits = "data/visits.csv"\n')
    (tiny / "data" / "visits.csv").write_text("outlet,date,visits\ne1,2026-01-05,3\n", encoding="utf-8")
    assert run_command(["check", str(tiny), "--quiet"]) == 2
    told = capsys.readouterr().err
    assert "data/visits.csv, column 'time': found no column time" in told
    assert "hall.geojson" not in told


def test_the_tiny_project_runs_and_a_second_run_does_nothing(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tiny / "outlet.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[scenario.more]\n"siting.locate.outlets" = 2\n')
    assert run_command(["run", str(tiny), "--quiet"]) == 0
    before = {file: file.stat().st_mtime_ns for file in (tiny / "out").rglob("*") if file.is_file()}
    del before[tiny / "out" / ".lock"]  # where the second command, too, says that it is working
    capsys.readouterr()
    assert run_command(["run", str(tiny), "--quiet"]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert {file: file.stat().st_mtime_ns for file in before} == before


def test_the_table_comes_as_json(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["check", str(tiny), "--quiet", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["command"] == "check"
    assert {row["input"] for row in data["rows"]} >= {"data/demand.csv"}


def test_unknown_commands_and_options_are_usage_errors(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["plan", str(tiny)]) == 2
    assert run_command(["score", str(tiny), "--bogus"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_an_unknown_outlet_lists_those_there_are(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["zones", str(tiny), "--outlet", "nobody", "--quiet"]) == 2
    assert "--outlet 'nobody'" in capsys.readouterr().err


def test_no_plan_is_exit_3(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit("outlet.toml", "outlets = 1", 'outlets = 1\nlocked_shut = ["c1", "c2", "c3"]')(tiny)
    assert run_command(["score", str(tiny), "--quiet"]) in (0, 2)
    code = run_command(["run", str(tiny), "--quiet"])
    assert code in (2, 3)
    assert "Traceback" not in capsys.readouterr().err


def test_a_bug_is_exit_1_with_a_traceback(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("outlet.project.load_project", broken)
    assert run_command(["check", str(tiny)]) == 1
    assert "this is a bug of Outlet Planner" in capsys.readouterr().err


@pytest.mark.slow
def test_an_interrupted_run_exits_130_and_leaves_whole_files_only(tiny: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from outlet.cli.main import main; main()", "run", str(tiny)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("score"):
            break
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 130, rest
    manifest = tiny / "out" / "manifest.json"
    known = set(json.loads(manifest.read_text(encoding="utf-8"))["artefacts"]) if manifest.exists() else set()
    there = {
        file.relative_to(tiny / "out").as_posix()
        for file in (tiny / "out").rglob("*")
        if file.is_file() and not {".cache", ".lock", ".commit.lock"} & set(file.parts)
    }
    assert there - {"manifest.json"} == known


def test_check_writes_every_fault_and_remark_into_a_table(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit("data/demand.csv", ",12\n", ",=12\n")(tiny)
    edit("data/demand.csv", ",13\n", ",-13\n")(tiny)
    assert run_command(["check", str(tiny), "--quiet"]) == 2
    with (tiny / "out" / "check.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    faults = [row for row in rows if row["severity"] == "fault"]
    assert [(row["input"], row["row"], row["column"]) for row in faults] == [
        ("data/demand.csv", "3", "weight"),
        ("data/demand.csv", "4", "weight"),
    ]
    assert "2 faults in 1 input;" in capsys.readouterr().err
    edit("data/demand.csv", ",=12\n", ",12\n")(tiny)
    edit("data/demand.csv", ",-13\n", ",13\n")(tiny)
    assert run_command(["check", str(tiny), "--quiet"]) == 0
    assert "fault," not in (tiny / "out" / "check.csv").read_text(encoding="utf-8")


def test_notes_under_headings_are_paragraphs_and_json_keeps_each(capsys):
    summary = Summary("Scores", notes=("One.", "Two.", "Three."), headings=(("How sure", 2), ("Lists", 1)))
    show(summary, "score", Options(quiet=True), 0.0)
    assert capsys.readouterr().out.splitlines() == ["Scores", "How sure: One. Two.", "Lists: Three."]
    show(summary, "score", Options(quiet=True, as_json=True), 0.0)
    assert json.loads(capsys.readouterr().out)["notes"] == ["One.", "Two.", "Three."]
