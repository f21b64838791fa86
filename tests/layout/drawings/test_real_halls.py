"""Two real buildings run from file to drawing: `outlet check`, `outlet zones`, and the four drawings of the hall."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import ezdxf
import ezdxf.recover
import pytest
import shapely

from layout.data.read import read_plan
from layout.settings.hall import HallSettings
from outlet.cli.main import run_command

pytestmark = [pytest.mark.shared, pytest.mark.slow]

TOML = """
[project]
name = "Real halls"
sector = "{sector}"
as_of = 2026-03-02

[layout]
briefs = ["data/h1.json"]

[layout.hall]
plan = "data/{plan}"
{reading}

[layout.programme]
effort = 0.1
{programme}
"""


@dataclass(frozen=True)
class Building:
    """A real plan: its file, how it is read, what is planned in it, and what is known of it."""

    file: str
    sector: str
    visits: float
    reading: str
    programme: str
    area_m2: float
    walls: int
    windows: int
    doors: int
    scale: int


BUILDINGS = {
    "westport": Building(
        file="westport_house_indoor_geojson.zip",
        sector="bank",
        visits=250.0,
        # The two eastern doors lead to the large hall; a third lies at a stair.
        reading="""member = "westport-house/westport-house-floor-gf.geojson"
kind_property = "type"
entrances = [[-2.977934, 56.460125]]
door_tolerance_m = 1.5
kinds = { building_outline = "outline", elevator = "fixture", stairs = "fixture", bathroom = "fixture", \
inaccessible_space = "fixture" }""",
        programme="",
        area_m2=2462.0,
        walls=39,
        windows=20,
        doors=15,
        scale=250,
    ),
    "office": Building(
        file="ISO-Office.dxf",
        sector="parcel",
        visits=60.0,
        # A corridor 0.9 m wide between rooms; the exit is drawn 1.15 m outside the walkable area.
        reading="""layers = { outline = ["walkablearea"], wall = ["jps-obstacles"], exit = ["jps-exits"] }
entrances = [[9.4, 4.4]]
door_tolerance_m = 1.5

[layout.rules.numbers]
aisle_public = 0.75
aisle_staff = 0.75
turning = 0.75""",
        programme='without = ["self_service", "parcel_shelves"]',
        area_m2=219.45,
        walls=3,
        windows=0,
        doors=2,
        scale=75,
    ),
}


@pytest.fixture(scope="module", params=sorted(BUILDINGS))
def real(
    request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Building, Path]:
    """A building whose hall was planned, and the folder of its drawings."""
    building = BUILDINGS[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "data").mkdir()
    shutil.copyfile(shared / "data/floorplans" / building.file, folder / "data" / building.file)
    text = TOML.format(
        sector=building.sector, plan=building.file, reading=building.reading, programme=building.programme
    )
    (folder / "outlet.toml").write_text(text, encoding="utf-8")
    brief = {"schema": 1, "id": "h1", "name": "A real hall", "role": "new", "sector": building.sector}
    (folder / "data/h1.json").write_text(json.dumps({**brief, "visits_per_day": building.visits}), encoding="utf-8")
    assert run_command(["check", str(folder), "--quiet"]) == 0
    assert run_command(["zones", str(folder), "--outlet", "h1", "--quiet"]) == 0
    return building, folder / "out/outlets/h1"


def test_the_plan_lies_in_the_building(real: tuple[Building, Path]) -> None:
    building, out = real
    zones = json.loads((out / "zones.json").read_text(encoding="utf-8"))
    assert zones["hall"]["area_m2"] == pytest.approx(building.area_m2, abs=1.0)
    assert {zone["kind"] for zone in zones["zones"]} >= {"counters", "waiting", "back_office"}
    assert not [rule for rule in zones["broken_rules"] if rule["rule"] in ("inside", "overlap", "doors")]
    features = json.loads((out / "hall.geojson").read_text(encoding="utf-8"))["features"]
    shapes = [(one["properties"]["layer"], shapely.geometry.shape(one["geometry"])) for one in features]
    outline = next(shape for layer, shape in shapes if layer == "outline")
    solid = shapely.union_all([shape for layer, shape in shapes if layer in ("wall", "column", "fixture")])
    for layer, shape in shapes:
        assert shape.is_valid, layer
        if layer == "zone":
            assert outline.buffer(0.02).covers(shape)
            assert shape.intersection(solid).area < 0.05
    counts = [sum(layer == name for layer, _ in shapes) for name in ("wall", "window", "door")]
    assert counts == [building.walls, building.windows, building.doors]


def test_the_drawings_hold_the_building(real: tuple[Building, Path], tmp_path: Path) -> None:
    building, out = real
    sheet = (out / "hall.svg").read_text(encoding="utf-8")
    assert f"1 : {building.scale} (A3)" in sheet
    drawing, auditor = ezdxf.recover.read(io.BytesIO((out / "hall.dxf").read_bytes()))
    assert not auditor.has_errors
    assert not drawing.audit().has_errors
    again = read_plan(shutil.copy(out / "hall.dxf", tmp_path / "hall.dxf"), HallSettings(door_tolerance_m=1.5))
    assert again.outline.area == pytest.approx(building.area_m2, abs=1.0)
    assert len(again.doors) == building.doors
    assert len(again.entrances) == 1


@pytest.mark.browser
def test_the_page_opens(real, visit) -> None:  # type: ignore[no-untyped-def]
    _, out = real
    for size in ((1280, 800), (360, 780)):
        seen = visit(out / "hall.html", size)
        assert seen.troubles == []
        assert seen.overflow() <= 0
        assert seen.page.locator('[data-layer="zones"] > g').count() >= 4
