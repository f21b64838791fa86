"""Two scenarios side by side: figures of both, differences, and only what differs is planned again."""

import csv
import json

import pytest

from outlet.cli import scenarios
from outlet.cli.options import Options
from outlet.comparison import compare_folders, to_csv
from outlet.errors import InputError, ProjectError
from outlet.page.comparison import render_comparison
from outlet.project import ProjectSettings

HOSTILE = "<img src=x onerror=alert(1)>"
TOML = """
[project]
name = "Town"
sector = "bank"
as_of = 2026-03-02

[scenario.rich]
project.name = "Rich town"
"""


def write_out(out, objective, opened, sales):
    out.mkdir(parents=True, exist_ok=True)
    plan = {
        "schema": 1,
        "model": "max_cover",
        "status": "optimal",
        "objective": objective,
        "bound": objective,
        "gap": 0.0,
        "opened": opened,
        "kept": [],
        "closed": [],
    }
    (out / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    features = [
        {"properties": {"id": id_, "name": f"{id_} {HOSTILE}", "role": "new", "demand_captured": 100.0 + at}}
        for at, id_ in enumerate(opened)
    ]
    (out / "outlets.geojson").write_text(json.dumps({"features": features}), encoding="utf-8")
    header = "outlet_id,captured_before,captured_after,share_before,share_after,cannibalised_from_own\n"
    rows = "".join(f"{id_},0,10,0,0.1,1\n" for id_ in opened)
    (out / "share.csv").write_text(header + rows, encoding="utf-8")
    rows = "".join(f"{id_},{sales},{sales},text\n" for id_ in opened)
    (out / "efficiency.csv").write_text("outlet_id,value_per_year,wait_mean,remark\n" + rows, encoding="utf-8")


@pytest.fixture
def compared(tmp_path):
    write_out(tmp_path / "a", 100.0, ["x", "y"], 5)
    write_out(tmp_path / "b", 130.5, ["x", "=z", "w"], 7)
    return compare_folders("base", tmp_path / "a", "rich", tmp_path / "b")


def test_figures_and_differences(compared):
    lines = {line.measure: line for line in compared.lines}
    assert lines["objective"].difference == 30.5
    assert (lines["opened"].first, lines["opened"].second, lines["opened"].difference) == (2, 3, 1)
    assert lines["share_after"].difference == 0.1
    assert lines["total_value_per_year"].difference == 3 * 7 - 2 * 5
    assert lines["mean_wait_mean"].difference == 2
    assert lines["status"].difference is None
    assert {outlet.id: outlet.roles for outlet in compared.outlets} == {
        "x": ("new", "new"),
        "y": ("new", None),
        "=z": (None, "new"),
        "w": (None, "new"),
    }


def test_objectives_of_different_aims_are_not_compared(tmp_path):
    write_out(tmp_path / "a", 100.0, ["x"], 5)
    write_out(tmp_path / "b", 130.5, ["x"], 7)
    plan = tmp_path / "b" / "plan.json"
    plan.write_text(plan.read_text(encoding="utf-8").replace("max_cover", "max_capture"), encoding="utf-8")
    found = compare_folders("base", tmp_path / "a", "capture", tmp_path / "b")
    assert not found.same_aim
    assert {line.measure: line.difference for line in found.lines}["objective"] is None
    settings = ProjectSettings(name="Town", sector="bank", as_of="2026-03-02")
    assert "cannot be compared" in render_comparison(settings, found, {})


def test_table_keeps_ids_from_being_formulas(compared):
    rows = list(csv.reader(to_csv(compared).splitlines()))
    assert rows[0] == ["measure", "outlet_id", "first", "second", "difference"]
    assert rows[1] == ["scenario", "", "base", "rich", ""]
    assert ["objective", "", "100", "130.5", "30.5"] in rows
    assert ["role", "'=z", "", "new", ""] in rows


@pytest.mark.parametrize("language", ["en", "zh", "es"])
def test_page_escapes_names(compared, language):
    settings = ProjectSettings(name=HOSTILE, sector="bank", as_of="2026-03-02", language=language)
    html = render_comparison(settings, compared, {"rich": "scenarios/ri%20ch"})
    assert HOSTILE not in html
    assert 'href="scenarios/ri%2520ch/map.html"' in html


@pytest.mark.browser
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_page_in_a_browser(compared, tmp_path, visit, size):
    settings = ProjectSettings(name=HOSTILE, sector="bank", as_of="2026-03-02")
    file = tmp_path / "compare.html"
    file.write_text(render_comparison(settings, compared, {}), encoding="utf-8")
    seen = visit(file, size)
    assert seen.page.inner_text("h1") == "base ↔ rich"
    assert HOSTILE in seen.page.inner_text("body")
    assert seen.page.locator("img").count() == 0
    assert seen.overflow() <= 0
    assert seen.troubles == []


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose planning is a stand-in that writes a plan by the project's name and counts its runs."""
    (tmp_path / "outlet.toml").write_text(TOML, encoding="utf-8")
    runs = []

    def run_all(project, out, options, *, halls=True):
        runs.append((project.settings.name, (out / "kept.txt").exists()))
        rich = project.settings.name.startswith("Rich")
        write_out(out, 150.0 if rich else 100.0, ["x", "y"] if rich else ["x"], 3)
        return []

    monkeypatch.setattr(scenarios, "run_all", run_all)
    return tmp_path, runs


def test_scenario_starts_from_the_base_and_is_compared(project):
    folder, runs = project
    out = folder / "out"
    write_out(out, 1.0, ["x"], 1)
    (out / "kept.txt").write_text("kept", encoding="utf-8")
    (out / "manifest.json").write_text("{}", encoding="utf-8")
    summary = scenarios.compare_scenarios(folder, out, "base", "rich", Options(quiet=True))
    assert runs == [("Town", True), ("Rich town", True)]
    assert summary.columns == ("measure", "base", "rich", "difference")
    assert ("objective", 100.0, 150.0, 50.0) in summary.rows
    assert (out / "compare.html").is_file()
    assert (out / "scenarios" / "rich" / "plan.json").is_file()
    assert not (out / "scenarios" / "rich" / "scenarios").exists()
    before = {name: (out / name).read_bytes() for name in ("compare.html", "compare.csv")}
    again = scenarios.compare_scenarios(folder, out, "base", "rich", Options(quiet=True))
    assert again.skipped is not None
    assert before == {name: (out / name).read_bytes() for name in before}


def test_other_pair_is_not_taken_for_this_one(project):
    folder, _runs = project
    out = folder / "out"
    out.mkdir()
    scenarios.compare_scenarios(folder, out, "base", "rich", Options(quiet=True))
    scenarios.compare_scenarios(folder, out, "rich", "base", Options(quiet=True))
    assert "scenario,,rich,base," in (out / "compare.csv").read_text(encoding="utf-8")
    scenarios.compare_scenarios(folder, out, "base", "rich", Options(quiet=True))
    assert "scenario,,base,rich," in (out / "compare.csv").read_text(encoding="utf-8")


def test_same_scenario_twice_is_refused(project):
    folder, _runs = project
    with pytest.raises(InputError, match="both scenarios are 'rich'; expected two different ones"):
        scenarios.compare_scenarios(folder, folder / "out", "rich", "rich", Options(quiet=True))


def test_unknown_scenario_names_the_nearest(project):
    folder, runs = project
    with pytest.raises(ProjectError, match="did you mean 'rich'"):
        scenarios.compare_scenarios(folder, folder / "out", "base", "ricch", Options(quiet=True))
    assert runs == []


def test_halls_of_one_scenario_alone_are_not_compared(compared, tmp_path):
    assert any(line.measure.startswith("total_") for line in compared.lines)
    (tmp_path / "b" / "efficiency.csv").unlink()
    found = compare_folders("one", tmp_path / "a", "other", tmp_path / "b")
    assert not any(line.measure.startswith(("total_", "mean_")) for line in found.lines)
    assert found.without_halls == ("other",)
