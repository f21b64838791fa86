"""A thousand damaged inputs of every kind end in exit 0, 2 or 3 with a message that names the file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import fuzzing
import pytest
from fuzzing.case import Case, draw
from fuzzing.judge import MEMORY, Ending, fault_of
from fuzzing.kinds import Kind
from fuzzing.layout_kinds import layout_kinds
from fuzzing.pool import run_cases
from fuzzing.settings_kinds import settings_kinds
from fuzzing.siting_kinds import siting_kinds

SCRIPT = Path(fuzzing.__file__).parents[1] / "fuzz.py"
CASES = 1000


@pytest.mark.slow
def test_damaged_inputs_end_in_a_message(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "--cases", str(CASES), "--seed", "3", "--keep", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{CASES} cases of " in done.stdout
    assert "failures: none" in done.stdout


@pytest.fixture(scope="module")
def kinds() -> list[Kind]:
    return [*siting_kinds(), *layout_kinds(), *settings_kinds()]


def test_every_kind_of_input_is_fuzzed(kinds: list[Kind]) -> None:
    suffixes = {Path(target).suffix for kind in kinds for target in kind.targets}
    assert suffixes >= {
        *(".csv", ".tsv", ".gz", ".xlsx", ".xls", ".ods", ".parquet", ".geojson", ".gpkg", ".shp", ".dbf", ".shx"),
        *(".prj", ".cpg", ".zip", ".fgb", ".kml", ".gml", ".geoparquet", ".pbf", ".dxf", ".json", ".toml"),
    }
    assert len({kind.name for kind in kinds}) == len(kinds)


def test_a_case_is_the_same_each_time_it_is_drawn(kinds: list[Kind], tmp_path: Path) -> None:
    first, again = draw(7, 500, kinds), draw(7, 500, kinds)
    assert first == again
    assert {draw(7, number, kinds).kind.name for number in range(len(kinds))} == {kind.name for kind in kinds}
    command = first.write(tmp_path / "project")
    assert all("{dir}" not in part for part in command)


def case(kinds: list[Kind]) -> Case:
    return next(made for made in (draw(0, number, kinds) for number in range(99)) if made.kind.name == "candidates")


@pytest.mark.parametrize(
    ("ending", "fault"),
    [
        (Ending(0, "", 0.1, 1), None),
        (Ending(2, "error: data/candidates.csv: bad", 0.1, 1), None),
        (Ending(2, "error: something is bad", 0.1, 1), "file not named"),
        (Ending(1, "", 0.1, 1), "traceback"),
        (Ending(2, "data/candidates.csv Traceback (most recent call last):", 0.1, 1), "traceback"),
        (Ending(5, "data/candidates.csv", 0.1, 1), "exit 5"),
        (Ending(0, "", 21.0, 1, busy=20.5), "hang"),
        (Ending(0, "", 21.0, 1, busy=0.1), "hang"),
        (Ending(0, "", 21.0, 1, busy=8.0), None),
        (Ending(0, "", 0.1, MEMORY + 1), "memory"),
        (Ending(None, "", 0.1, 1), "process died"),
        (Ending(0, "", 0.1, 1, spilt=("etc",)), "wrote outside"),
    ],
)
def test_what_is_no_good_ending(kinds: list[Kind], ending: Ending, fault: str | None) -> None:
    assert fault_of(case(kinds), ending) == fault


def test_a_worker_that_hangs_grows_or_dies_is_ended_and_the_next_case_runs(tmp_path: Path) -> None:
    bad = {
        "hang": "import time; time.sleep(60)",
        "grow": "x = bytearray(2_000_000_000); import time; time.sleep(60)",
        "die": "import os; os.kill(os.getpid(), 11)",
        "well": "pass",
    }
    made = [Kind(name, {"x": code.encode()}, ("x",), (), (("exec", "{dir}/x"),)) for name, code in bad.items()]
    endings = dict(run_cases([-1, -2, -3, -4], 0, made, 2, runner="fuzzing.planted:run"))
    faults = {made[-1 - number].name: fault_of(case_of(made[-1 - number]), found) for number, found in endings.items()}
    assert faults == {"hang": "hang", "grow": "memory", "die": "process died", "well": None}


def case_of(kind: Kind) -> Case:
    return Case(-1, kind, "x", "none", None, None, ())
