"""hall.geojson is local metres, says so, and holds everything placed."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from shapely.geometry import shape

from layout.drawings.geojson import make_geojson
from layout.drawings.hall import HallDrawing


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


def test_coordinates_are_millimetres(hall: HallDrawing) -> None:
    def flat(value: object) -> list[float]:
        return [value] if isinstance(value, int | float) else [x for part in value for x in flat(part)]  # type: ignore[union-attr]

    for feature in json.loads(make_geojson(hall))["features"]:
        assert all(round(x, 3) == x for x in flat(feature["geometry"]["coordinates"]))


def test_hostile_texts_survive(hostile_hall: HallDrawing, hostile_text: str) -> None:
    data = json.loads(make_geojson(hostile_hall))
    assert data["name"] == hostile_text
    assert any(feature["properties"].get("name") == hostile_text for feature in data["features"])
