"""What cars may do on a way, from the values that OpenStreetMap's keys take."""

from __future__ import annotations

import json

import numpy as np
import pytest

from siting.data.check import check
from siting.data.contracts.ways import read_limit
from siting.data.load import load_siting_data

NAN = float("nan")


@pytest.mark.parametrize(
    ("text", "km_h"),
    [
        ("50", 50.0),
        (" 50 km/h ", 50.0),
        ("30 mph", 48.28032),
        ("30mph", 48.28032),
        ("10 knots", 18.52),
        ("50;30", 30.0),
        ("70|50|50", 50.0),
        ("none;80", 80.0),
        ("walk", 7.0),
        ("DE:walk", 7.0),
        ("DE:urban", 50.0),
        ("DE:zone30", 30.0),
        ("DE:zone:30", 30.0),
        ("FR:30", 30.0),
        ("RU:living_street", 7.0),
        ("none", NAN),
        ("signals", NAN),
        ("DE:rural", NAN),
        ("GB:nsl_single", NAN),
        (";", NAN),
    ],
)
def test_limits_as_openstreetmap_writes_them(text, km_h):
    assert read_limit(text) == pytest.approx(km_h, nan_ok=True)


@pytest.mark.parametrize("text", ["fast", "-50", "0", "5o", "50 furlongs", "9999", "30;fast", "1e3", "٣٠x"])
def test_what_is_no_limit_is_not_guessed(text):
    assert read_limit(text) is None


def street(at, **tags):
    return {
        "type": "Feature",
        "properties": {"name": "", "kind": "residential", **tags},
        "geometry": {"type": "LineString", "coordinates": [[3.0, 48.7 + at / 1000], [3.004, 48.7 + at / 1000]]},
    }


def roads_of(tiny, *streets, more=""):
    features = {"type": "FeatureCollection", "features": [street(at, **tags) for at, tags in enumerate(streets)]}
    tiny.write("data/streets.geojson", json.dumps(features))
    return load_siting_data(tiny.load(*([more] if more else [])))


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, (True, True)),
        ({"oneway": "yes"}, (True, False)),
        ({"oneway": "true"}, (True, False)),
        ({"oneway": "1"}, (True, False)),
        ({"oneway": "-1"}, (False, True)),
        ({"oneway": "reverse"}, (False, True)),
        ({"oneway": "no"}, (True, True)),
        ({"oneway": "reversible"}, (True, True)),
        ({"junction": "roundabout"}, (True, False)),
        ({"junction": "roundabout", "oneway": "no"}, (True, True)),
        ({"kind": "motorway"}, (True, False)),
        ({"kind": "motorway", "oneway": "no"}, (True, True)),
        ({"kind": "footway"}, (False, False)),
        ({"access": "private"}, (False, False)),
        ({"access": "private", "motor_vehicle": "yes"}, (True, True)),
        ({"access": "yes", "motor_vehicle": "no"}, (False, False)),
        ({"access": "destination"}, (True, True)),
    ],
)
def test_directions_and_access(tiny, tags, expected):
    roads = roads_of(tiny, {"kind": "primary"}, tags).roads
    found = roads[1:] if len(roads) > 1 else None
    assert ((False, False) if found is None else (bool(found["forward"].iloc[0]), bool(found["backward"].iloc[0]))) == (
        expected
    )


def test_numbers_of_shapefiles_are_directions_too(tiny):
    """Shapefiles hold oneway as 0 and 1, maxspeed as a number with 0 for unknown."""
    roads = roads_of(tiny, {"oneway": 0, "maxspeed": 30}, {"oneway": 1, "maxspeed": 50.0}).roads
    assert roads["backward"].tolist() == [True, False]
    assert roads["limit_km_h"].tolist() == [30.0, 50.0]


def test_people_walk_where_cars_may_not_and_cars_drive_where_people_may_not(tiny):
    data = roads_of(
        tiny, {"kind": "motorway"}, {"kind": "steps"}, {"walkable": "no"}, {"maxspeed": "50"}, {"kind": "raceway"}
    )
    assert data.streets["kind"].tolist() == ["steps", "residential"]
    assert list(data.streets.columns) == ["name", "kind", "geometry"]
    assert data.roads["kind"].tolist() == ["motorway", "residential", "residential"]
    np.testing.assert_array_equal(data.roads["limit_km_h"], [NAN, NAN, 50.0])
    assert any("3 ways nobody walks along were dropped" in note for note in data.notes)


def test_values_not_understood_are_told_by_row(tiny):
    data = roads_of(
        tiny, {"maxspeed": "fast", "oneway": "perhaps"}, {"maxspeed": "50"}, {"maxspeed": "-3", "oneway": "yes"}
    )
    told = {remark.code: (remark.rows, remark.text) for remark in data.remarks if remark.code.startswith("unread")}
    assert told["unread-speed"][0] == (1, 3)
    assert (
        "2 values of maxspeed are not understood and were taken as no limit told: 'fast', '-3'"
        in told["unread-speed"][1]
    )
    assert told["unread-oneway"][0] == (1,)
    assert data.roads["backward"].tolist() == [True, True, False]


def test_a_column_of_walkable_that_says_neither_is_a_fault(tiny):
    features = {"type": "FeatureCollection", "features": [street(0, walkable="perhaps")]}
    tiny.write("data/streets.geojson", json.dumps(features))
    assert [(f.code, f.row, f.column) for f in check(tiny.load()).faults] == [("not-a-flag", 1, "walkable")]


def test_columns_named_in_the_settings_must_be_there(tiny):
    found = check(tiny.load('siting.data.streets.columns.speed_limit="tempo"')).faults
    assert [(f.code, f.column) for f in found] == [("missing-column", "tempo")]
