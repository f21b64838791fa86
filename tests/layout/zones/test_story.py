"""A planner's story: look at two plans, take the second, keep its counters where they are, and run again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layout.data.plans.hall_sample import HALLS, read_hall
from layout.floor.plan import FloorPlan
from layout.posts.plan import Furnishing
from layout.study.furnish.hall import furnish_hall
from layout.study.hall import finish
from layout.zones.plan import ZonePlan
from outlet.cli.main import run_command

TOML = """
[project]
name = "Test"
sector = "parcel"
as_of = 2026-03-02

[layout]
briefs = ["data/h1.json"]

[layout.hall]
plan = "data/hall.geojson"

[layout.programme]
effort = 0.2
{more}
"""


def write(folder: Path, more: str) -> None:
    (folder / "outlet.toml").write_text(TOML.format(more=more), encoding="utf-8")


def plan_of(folder: Path) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(
        (folder / "out/outlets/h1/zones.json").read_text(encoding="utf-8")
    )
    return found


def test_look_choose_keep_and_run_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/hall.geojson").write_bytes(read_hall(HALLS["helsinki"]))
    brief = {"schema": 1, "id": "h1", "name": "Post", "role": "new", "sector": "parcel", "visits_per_day": 150.0}
    (tmp_path / "data/h1.json").write_text(json.dumps(brief), encoding="utf-8")
    zones = ["zones", str(tmp_path), "--outlet", "h1", "--quiet"]

    write(tmp_path, 'keep = ["counters"]')
    assert run_command(zones) == 2
    assert "there is no zones.json of h1 yet to keep them from" in capsys.readouterr().err

    write(tmp_path, "alternatives = 2\nchoose = 2")
    assert run_command(zones) == 0
    told = capsys.readouterr().out
    assert "plan 2 of 2 is the plan ([layout.programme] choose)" in told
    assert "walking_m_per_visitor" in told
    seen = plan_of(tmp_path)
    first, second = seen["alternatives"]
    assert (first["plan"], first["chosen"], second["plan"], second["chosen"]) == (1, False, 2, True)
    assert (first["differs"] >= 0.15, second["differs"]) == (True, 0.0)
    assert set(first["terms"]) == set(second["terms"]) == set(seen["terms"])
    assert second["terms"] == seen["terms"]
    assert [zone["rects"] for zone in second["zones"]] == [zone["rects"] for zone in seen["zones"]]
    assert seen["objective"]["value"] == second["objective"] >= first["objective"] > 0
    page = (tmp_path / "out/outlets/h1/hall_alternatives.html").read_text(encoding="utf-8")
    assert page.count('class="hall-plan"') == 2
    linked = (tmp_path / "out/outlets/h1/hall.html").read_text(encoding="utf-8")
    assert 'href="hall_alternatives.html"' in linked

    furnished: list[tuple[bytes, ...]] = []

    def furnish(floor: FloorPlan, zones: ZonePlan, *given: object) -> Furnishing:
        furnished.append(tuple(zone.rects.tobytes() for zone in zones.zones))
        return furnish_hall(floor, zones, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(finish, "furnish_hall", furnish)
    counters = next(zone for zone in seen["zones"] if zone["kind"] == "counters")
    write(tmp_path, f'keep = ["{counters["id"]}"]')
    assert run_command(zones) == 0
    told = capsys.readouterr().out
    assert "begun from the earlier zones.json" in told
    assert f'to hold them without that file: [layout.programme] locked = [{{ kind = "{counters["id"]}"' in told
    again = plan_of(tmp_path)
    assert len(set(furnished)) == len(furnished) > 0, "no plan is furnished twice"
    kept = next(zone for zone in again["zones"] if zone["id"] == counters["id"])
    assert (kept["rects"], kept["front_deg"], kept["locked"]) == (counters["rects"], counters["front_deg"], True)
    assert [zone["id"] for zone in again["zones"] if zone["locked"]] == [counters["id"]]
    assert again["alternatives"] == []
    assert not (tmp_path / "out/outlets/h1/hall_alternatives.html").exists(), "the old page is gone"
    rooms = [zone for zone in again["zones"] if zone["enclosed"]]
    assert rooms
    for zone in again["zones"]:
        assert (zone["door"] is not None) == zone["enclosed"]

    write(tmp_path, 'keep = ["vault"]')
    assert run_command(zones) == 2
    assert "keep names vault; the earlier plan has" in capsys.readouterr().err
    write(tmp_path, "choose = 2")
    assert run_command(zones) == 2
    assert "choose is 2, but alternatives is 1: write alternatives = 2" in capsys.readouterr().err
