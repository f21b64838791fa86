"""datasets/ holds exactly what `outlet new` writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from outlet.cli.main import run_command

DATASETS = Path(__file__).parents[2] / "datasets"
BY_LAYOUT = ("hall.geojson", "hall_l.geojson", "hall_rect.dxf", "people.csv", "visits.csv", "outlet.toml", "README.md")


def files(folder: Path) -> dict[str, Path]:
    return {
        file.relative_to(folder).as_posix(): file
        for file in folder.rglob("*")
        if file.is_file() and "out" not in file.relative_to(folder).parts
    }


@pytest.mark.parametrize("sample", ["helsinki", "riverton"])
def test_a_dataset_is_what_outlet_new_writes(sample: str, tmp_path: Path) -> None:
    assert run_command(["new", str(tmp_path / sample), "--sample", sample, "--quiet"]) == 0
    made, kept = files(tmp_path / sample), files(DATASETS / sample)
    assert sorted(made) == sorted(kept)
    for name in made:
        if Path(name).name in BY_LAYOUT:
            assert made[name].read_bytes() == kept[name].read_bytes(), name


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert run_command(["new", str(tmp_path), "--sample", "riverton", "--quiet"]) == 2
    assert "not empty" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sample", "atlantis"], "no such sample; samples: helsinki, riverton"),
        ([], "expected one of --sample NAME and --osm"),
        (["--osm", "nowhere.osm.pbf", "--brand", "X"], "there is no such file"),
    ],
)
def test_bad_requests_are_named(
    tmp_path: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["new", str(tmp_path / "x"), *arguments, "--quiet"]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
