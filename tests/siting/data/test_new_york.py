"""The same commands on New York: real data beside the repository."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from outlet.cli.main import run_command
from outlet.project import load_project
from outlet.samples import join_parts
from siting.data.layers import demand_points
from siting.data.load import load_siting_data

pytestmark = [pytest.mark.shared, pytest.mark.slow]

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "new_york.py"


@pytest.fixture(scope="module")
def new_york(shared, tmp_path_factory):
    """Siting's part of the benchmark's project, outside the repository."""
    spec = importlib.util.spec_from_file_location("new_york", SCRIPT)
    benchmark = importlib.util.module_from_spec(spec)
    sys.modules["new_york"] = benchmark
    spec.loader.exec_module(benchmark)
    folder = tmp_path_factory.mktemp("new_york")
    for name, content in join_parts([benchmark.siting_part()]).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def test_reads_in_metres(new_york):
    data = load_siting_data(load_project(new_york))
    assert data.crs.to_epsg() == 32618
    assert len(data.demand) == 2166
    assert len(data.candidates) >= 1000
    assert len(data.existing) == 54
    assert len(data.competitors) == 1386
    assert data.demand["weight"].sum() == pytest.approx(8_560_072)
    assert data.demand["id"].str.fullmatch(r"36\d{9}").all()
    area_km2 = data.demand.geometry.area.sum() / 1e6
    assert 780 < area_km2 < 800, "feet taken as metres would give more than 8,000 km²"
    assert data.stops["departures_per_hour"].max() > 30
    assert len(data.stops) == 496, "platforms are merged into their stations"
    assert demand_points(data).shape == (2166, 2)


def test_expired_timetable_is_told(new_york, shared):
    expired = shared / "data/nyc/subway_gtfs_lines1_2_EXPIRED_2025.zip"
    (new_york / "data/expired.zip").write_bytes(expired.read_bytes())
    project = load_project(new_york, overrides=['siting.data.stops.gtfs=["data/expired.zip"]'])
    data = load_siting_data(project, layers=["stops"])
    assert len(data.stops) > 50
    assert any("its busiest week" in note for note in data.notes)


def test_ten_outlets_by_coverage_and_by_capture(new_york):
    for command in ("check", "score", "locate"):
        assert run_command([command, str(new_york), "--quiet"]) == 0
    plan = json.loads((new_york / "out/plan.json").read_text(encoding="utf-8"))
    assert plan["model"] == "max_cover"
    assert len(plan["opened"]) == 10
    assert plan["status"] in ("optimal", "feasible")
    assert plan["gap"] < 0.05
    assert len(plan["kept"]) == 54
    settings = ("model=max_capture", "alternatives=0", "frontier=[10,10]", "best_candidates=100")
    capture = [part for setting in settings for part in ("--set", f"siting.locate.{setting}")]
    assert run_command(["locate", str(new_york), "--quiet", "--out", str(new_york / "out"), *capture]) == 0
    plan = json.loads((new_york / "out/plan.json").read_text(encoding="utf-8"))
    assert plan["model"] == "max_capture"
    assert len(plan["opened"]) == 10
    ranks = pd.read_csv(new_york / "out/candidates.csv", dtype={"id": str}).set_index("id")["rank"]
    assert ranks[plan["opened"]].max() <= 100
