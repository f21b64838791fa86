"""hall.geojson is local metres, says so, and holds everything placed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from shapely.geometry import shape

from layout.data.read import read_plan
from layout.drawings.geojson import make_geojson
from layout.drawings.hall import HallDrawing
from layout.settings.hall import HallSettings
from layout.zones.plan import room_doors


def test_local_metres_are_stated(hall: HallDrawing) -> None:
    data = json.loads(make_geojson(hall))
    assert data["type"] == "FeatureCollection"
    assert data["crs"] is None
    assert data["schema"] == 1
    assert data["properties"]["units"] == "m"
    assert data["properties"]["origin"] == [0.0, 0.0]
    assert data["properties"]["rotation_deg"] == 0.0


def test_every_thing_is_a_feature_with_its_facts(hall: HallDrawing) -> None:
    features = json.loads(make_geojson(hall))["features"]
    counts = Counter(feature["properties"]["layer"] for feature in features)
    assert counts["zone"] == len(hall.zones.zones)
    assert counts["post"] == len(hall.furnishing.posts)
    assert counts["camera"] == len(hall.furnishing.cameras)
    assert counts["equipment"] == len(hall.furnishing.equipment)
    assert counts["door"] == len(hall.floor.doors)
    assert counts["broken_rule"] == 2
    assert counts["outline"] == counts["movement_line"] == 1
    for feature in features:
        properties = feature["properties"]
        geometry = shape(feature["geometry"])
        assert geometry.is_valid
        if properties["layer"] == "zone":
            assert geometry.area == pytest.approx(properties["area_m2"], abs=1e-3)
        if properties["layer"] == "post":
            assert {"id", "role", "zone", "facing_deg"} <= set(properties)


def test_every_feature_has_a_kind_and_an_id_of_its_own(hall: HallDrawing) -> None:
    features = json.loads(make_geojson(hall))["features"]
    ids = [feature["id"] for feature in features]
    assert len(set(ids)) == len(ids)
    for feature in features:
        assert feature["properties"]["kind"]
        assert feature["id"] == f"{feature['properties']['layer']}:{feature['properties']['id']}"


def test_the_file_is_a_hall_plan_again(hall: HallDrawing, tmp_path: Path) -> None:
    file = tmp_path / "again.geojson"
    file.write_text(make_geojson(hall), encoding="utf-8")
    again = read_plan(file, HallSettings())
    assert again.outline.symmetric_difference(hall.floor.outline).area < 1e-3
    kinds = ("doors", "entrances", "exits", "columns", "fixtures", "windows", "services")
    assert [len(getattr(again, kind)) for kind in kinds] == [len(getattr(hall.floor, kind)) for kind in kinds]
    for door, other in zip(again.doors, hall.floor.doors, strict=True):
        assert (door.x, door.y, door.width_m) == pytest.approx((other.x, other.y, other.width_m), abs=2e-3)


def test_coordinates_are_millimetres(hall: HallDrawing) -> None:
    def flat(value: object) -> list[float]:
        return [value] if isinstance(value, int | float) else [x for part in value for x in flat(part)]  # type: ignore[union-attr]

    for feature in json.loads(make_geojson(hall))["features"]:
        assert all(round(x, 3) == x for x in flat(feature["geometry"]["coordinates"]))


def test_hostile_texts_survive(hostile_hall: HallDrawing, hostile_text: str) -> None:
    data = json.loads(make_geojson(hostile_hall))
    assert data["name"] == hostile_text
    assert any(feature["properties"].get("name") == hostile_text for feature in data["features"])


def test_rooms_have_their_doors(hall: HallDrawing) -> None:
    features = json.loads(make_geojson(hall))["features"]
    drawn = [one for one in features if one["properties"]["layer"] == "room_door"]
    doors = [(zone.id, door) for zone in hall.zones.zones for door in room_doors(zone, hall.zones.zones)]
    assert [one["properties"]["zone"] for one in drawn] == [name for name, _ in doors]
    assert {zone.id for zone in hall.zones.zones if zone.enclosed} == {name for name, _ in doors}
    for feature, (_, door) in zip(drawn, doors, strict=True):
        assert feature["geometry"]["coordinates"] == [pytest.approx(end) for end in door.jambs]
        assert feature["properties"]["width_m"] == door.width_m
