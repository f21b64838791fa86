"""`outlet zones` and `outlet check` on small projects without siting."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layout.data.plans.hall_sample import HALLS, read_hall
from outlet.cli.main import run_command

TOML = """
[project]
name = "Test"
sector = "{sector}"
as_of = 2026-03-02

[layout]
briefs = ["data/h1.json"]

[layout.hall]
plan = "data/{hall}"
{more}
"""


def project(
    folder: Path, *, sector: str = "parcel", hall: str = HALLS["helsinki"], visits: float = 150.0, more: str = ""
) -> Path:
    (folder / "data").mkdir(parents=True)
    (folder / "outlet.toml").write_text(TOML.format(sector=sector, hall=hall, more=more), encoding="utf-8")
    brief = {"schema": 1, "id": "h1", "name": "<img src=x onerror=alert(1)>", "role": "new", "sector": sector}
    (folder / "data/h1.json").write_text(json.dumps({**brief, "visits_per_day": visits}), encoding="utf-8")
    if hall in HALLS.values():
        (folder / "data" / hall).write_bytes(read_hall(hall))
    return folder


def square(side_m: float) -> bytes:
    ring = [[0, 0], [side_m, 0], [side_m, side_m], [0, side_m], [0, 0]]
    features = [
        {"kind": "outline", "geometry": {"type": "Polygon", "coordinates": [ring]}},
        {"kind": "entrance", "geometry": {"type": "LineString", "coordinates": [[1, 0], [2.5, 0]]}},
    ]
    return json.dumps(
        {
            "type": "FeatureCollection",
            "crs": None,
            "features": [
                {"type": "Feature", "properties": {"kind": item["kind"]}, "geometry": item["geometry"]}
                for item in features
            ],
        }
    ).encode()


def test_a_hall_is_planned_twice_alike_and_up_to_date(tmp_path: Path) -> None:
    quick = "[layout.programme]\neffort = 0.1"
    first, second = project(tmp_path / "a", more=quick), project(tmp_path / "b", more=quick)
    for folder in (first, second):
        assert run_command(["zones", str(folder), "--outlet", "h1", "--quiet"]) == 0
    files = sorted(path.name for path in (first / "out/outlets/h1").iterdir())
    assert files == sorted(
        ["hall.dxf", "hall.geojson", "hall.html", "hall.svg", "outlet.json", "requirement.csv", "zones.json"]
    )
    for name in files:
        assert (first / "out/outlets/h1" / name).read_bytes() == (second / "out/outlets/h1" / name).read_bytes(), name
    plan = json.loads((first / "out/outlets/h1/zones.json").read_text(encoding="utf-8"))
    assert {"counters", "parcel_shelves", "waiting"} <= {zone["kind"] for zone in plan["zones"]}
    assert not [rule for rule in plan["broken_rules"] if rule["severity"] != "advice"]
    assert len(plan["movement_line"]) >= 2
    assert plan["terms"]["walking_person_m_per_hour"] > 0
    ids = {"entrance", *(zone["id"] for zone in plan["zones"])}
    assert {end for leg in plan["flow"] for end in (leg["from"], leg["to"])} <= ids
    come = sum(leg["per_day"] for leg in plan["flow"] if leg["from"] == "entrance")
    assert come == pytest.approx(sum(leg["per_day"] for leg in plan["flow"] if leg["to"] == "entrance"), abs=0.02)
    assert come > sum(leg["per_hour"] for leg in plan["flow"] if leg["from"] == "entrance") > 0
    assert [stop["zone"] for stop in plan["movement"]["stops"]][-1].startswith("counters")
    assert plan["movement"]["length_m"] >= plan["movement"]["stops"][-1]["at_m"] - 0.1
    assert all(0 <= shown["share"] <= 1 for shown in plan["exposure"])
    assert run_command(["zones", str(first), "--outlet", "h1", "--quiet"]) == 0
    assert (first / "out/outlets/h1/outlet.json").is_file()


def test_a_locked_zone_and_a_left_out_one(tmp_path: Path) -> None:
    more = """
[layout.programme]
effort = 0.1
without = ["store"]
locked = [{ kind = "self_service", rect = [13.0, 0.0, 5.0, 2.0], front = "north" }]
"""
    folder = project(tmp_path / "p", more=more)
    assert run_command(["zones", str(folder), "--outlet", "h1", "--quiet"]) == 0
    zones = json.loads((folder / "out/outlets/h1/zones.json").read_text(encoding="utf-8"))["zones"]
    assert "store" not in [zone["kind"] for zone in zones]
    kept = next(zone for zone in zones if zone["kind"] == "self_service")
    assert (kept["rects"], kept["locked"], kept["front_deg"]) == ([[13.0, 0.0, 5.0, 2.0]], True, 90.0)


def test_a_hall_too_small_names_the_shortfall_and_leaves_out_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(tmp_path / "p", hall="small.geojson")
    (folder / "data/small.geojson").write_bytes(square(5.0))
    (folder / "out").mkdir()
    (folder / "out/kept.txt").write_text("kept", encoding="utf-8")
    assert run_command(["check", str(folder), "--quiet"]) == 2
    message = capsys.readouterr().err
    assert "data/small.geojson: found 23 m² free; expected at least" in message
    assert "m² short: take a larger hall" in message
    assert run_command(["zones", str(folder), "--outlet", "h1", "--quiet"]) == 2
    told = capsys.readouterr().err
    assert "programme needs" in told
    assert "cannot all be kept: (1) " in told
    assert "leave a zone out ([layout.programme] without)" in told
    assert run_command(["run", str(folder), "--quiet"]) == 2
    there = {path.name for path in (folder / "out").iterdir()}
    assert there - {".lock"} == {"check.csv", "check.json", "kept.txt"}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('[layout.programme]\nwithout = ["cellar"]', "layout.programme.without names cellar; the programme has"),
        ('[layout.programme]\nfile = "data/none.toml"', "data/none.toml: found no such file"),
        ('[layout.programme]\njourneys = "data/none.toml"', "data/none.toml: found no such file"),
        ("aisle_public_m = 1.5", "aisle_public_m has moved: write [layout.rules.numbers] aisle_public = 1.5"),
        (
            '[layout.rules]\noff = ["turnin"]',
            "layout.rules.off names 'turnin', which is no rule; did you mean 'turning'?",
        ),
        ('[layout.rules.numbers]\n"turning.wide_m" = 2.0', "turning has no number 'wide_m'; it has circle_m"),
        ('[layout.rules]\nfile = "data/none.toml"', "data/none.toml: found no such file"),
        ('unit = "m"', "unknown key layout.hall.unit; did you mean 'units'"),
    ],
)
def test_faulty_settings_end_in_one_message(
    tmp_path: Path, more: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(tmp_path / "p", more=more)
    assert run_command(["zones", str(folder), "--outlet", "h1", "--quiet"]) == 2
    assert message in capsys.readouterr().err


def test_own_journeys_are_taken_and_their_zones_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    courses = "".join(
        f'[[journeys]]\nvisitor = "{visitor}"\nby = "{by}"\nstages = ["{{stage}}", "served"]\nsource = "mine"\n'
        for visitor in ("decided", "undecided")
        for by in ("staff", "machine")
    )
    folder = project(tmp_path / "p", more='[layout.programme]\neffort = 0.1\njourneys = "data/mine.toml"')
    book = 'schema = 1\nsector = "parcel"\n' + courses
    (folder / "data/mine.toml").write_text(book.format(stage="store"), encoding="utf-8")
    assert run_command(["zones", str(folder), "--outlet", "h1", "--quiet"]) == 0
    plan = json.loads((folder / "out/outlets/h1/zones.json").read_text(encoding="utf-8"))
    assert {leg["to"] for leg in plan["flow"] if leg["from"] == "entrance"} == {"store"}
    (folder / "data/mine.toml").write_text(book.format(stage="cellar"), encoding="utf-8")
    assert run_command(["zones", str(folder), "--outlet", "h1", "--quiet"]) == 2
    assert "data/mine.toml: stages cellar; the programme has" in capsys.readouterr().err


def test_without_a_hall_plan_the_stage_is_skipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = project(tmp_path / "p")
    text = (folder / "outlet.toml").read_text(encoding="utf-8")
    (folder / "outlet.toml").write_text(text.replace('plan = "data/helsinki_bank.geojson"', ""), encoding="utf-8")
    assert run_command(["zones", str(folder), "--outlet", "h1", "--quiet"]) == 0
    assert "skipped: the outlet has no hall plan" in capsys.readouterr().out
    assert (folder / "out/outlets/h1/requirement.csv").is_file()


@pytest.mark.shared
@pytest.mark.slow
def test_a_real_office_runs_to_zones(tmp_path: Path, shared: Path) -> None:
    """ISO-Office's corridor is 0.9 m wide: its rooms are reached by aisles of that width only."""
    more = """
layers = { outline = ["walkablearea"], wall = ["jps-obstacles"], exit = ["jps-exits"] }
entrances = [[9.4, 4.4]]
door_tolerance_m = 1.5

[layout.rules.numbers]
aisle_public = 0.75
aisle_staff = 0.75
turning = 0.75

[layout.programme]
effort = 0.1
without = ["self_service", "parcel_shelves"]
"""
    folder = project(tmp_path / "p", hall="office.dxf", visits=60.0, more=more)
    (folder / "data/office.dxf").write_bytes((shared / "data/floorplans/ISO-Office.dxf").read_bytes())
    assert run_command(["zones", str(folder), "--outlet", "h1", "--quiet"]) == 0
    plan = json.loads((folder / "out/outlets/h1/zones.json").read_text(encoding="utf-8"))
    assert plan["hall"]["area_m2"] == pytest.approx(219.45)
    assert {zone["kind"] for zone in plan["zones"]} >= {"counters", "waiting", "back_office"}
    assert not [rule for rule in plan["broken_rules"] if rule["rule"] in ("inside", "overlap", "doors")]
    assert plan["terms"]["daylit"] == 0.0
    assert any(note.startswith("waiting: daylight is wanted, but the plan") for note in plan["notes"])
