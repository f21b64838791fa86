"""Siting's artefacts read back: ids stay text, what is missing is told."""

import json
import shutil

import pytest

from outlet.errors import InputError
from siting.data.results import read_results


def test_reads_everything(town):
    found = read_results(town.out)
    assert list(found.candidates["rank"]) == list(range(1, 31))
    assert found.features[0] == "station_walk_min"
    assert [outlet.role for outlet in found.outlets] == ["new", "new", "new", "existing"]
    assert found.share is not None
    assert found.plan.closed == ("e2",)


def test_ids_stay_text(town, tmp_path):
    out = shutil.copytree(town.out, tmp_path / "out")
    text = (out / "candidates.csv").read_text(encoding="utf-8").replace("c0005,", "0005,").replace("c0006,", "NA,")
    (out / "candidates.csv").write_text(text, encoding="utf-8")
    assert {"0005", "NA"} <= set(read_results(out).candidates["id"])


def test_a_text_kept_from_being_a_formula_is_read_back_as_it_was(town, tmp_path):
    out = shutil.copytree(town.out, tmp_path / "out")
    text = (out / "candidates.csv").read_text(encoding="utf-8").replace("c0005,", "'=5,").replace("c0006,", "'tis,")
    (out / "candidates.csv").write_text(text, encoding="utf-8")
    assert {"=5", "'tis"} <= set(read_results(out).candidates["id"])


@pytest.mark.parametrize(("name", "step"), [("candidates.csv", "score"), ("plan.json", "locate")])
def test_missing_file_is_named_with_what_makes_it(town, tmp_path, name, step):
    out = shutil.copytree(town.out, tmp_path / "out")
    (out / name).unlink()
    with pytest.raises(InputError, match=f"{name}: not in out/ yet; run `outlet {step}` first"):
        read_results(out)


def test_broken_plan_is_named(town, tmp_path):
    out = shutil.copytree(town.out, tmp_path / "out")
    (out / "plan.json").write_text(json.dumps({"schema": 1, "status": "optimal"}), encoding="utf-8")
    with pytest.raises(InputError, match=r"plan.json: model: Field required"):
        read_results(out)
