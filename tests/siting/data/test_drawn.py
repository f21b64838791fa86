"""Reading drawn catchments back, whole or damaged."""

from __future__ import annotations

import json

import pytest

from outlet.cli.report import STAGE as REPORT
from outlet.errors import InputError
from siting.cli.map import STAGE as MAP
from siting.data.drawn import CANDIDATES, OUTLETS, read_catchments

SQUARE = [[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]]


def feature(minutes, role="candidate", shape=SQUARE, **more):
    properties = {"id": "a", "name": "A", "role": role, "minutes": minutes, "area_km2": 1.0, "demand": 2.0, **more}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": shape}}


def write(out, *features, name="catchments.geojson"):
    (out / name).write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def test_bands_by_place_the_shortest_first(tmp_path):
    write(tmp_path, feature(10), feature(5, rivals=3), feature(5, role="existing"))
    found = read_catchments(tmp_path)
    assert [(band.minutes, band.rivals) for band in found.of("a", "candidate")] == [(5, 3), (10, None)]
    assert len(found.of("a", "existing")) == 1
    assert found.of("b", "candidate") == ()


def test_what_locate_drew_of_a_new_outlet_comes_first(tmp_path):
    write(tmp_path, feature(5), feature(10))
    write(tmp_path, feature(7, role="new"), name="outlet_catchments.geojson")
    assert [band.minutes for band in read_catchments(tmp_path).of("a", "new")] == [7]


def test_nothing_is_drawn_without_files(tmp_path):
    assert read_catchments(tmp_path).candidates == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "catchments.geojson: the file: Invalid JSON"),
        ('{"features": [{}]}', "catchments.geojson: features.0.properties: Field required"),
        (json.dumps({"features": [feature(5, shape=[[[0, 0], [1, 1]]])]}), "a shape that is no area"),
        (json.dumps({"features": [feature(5, shape=[[["x", 0]]])]}), "run `outlet score` again"),
        (json.dumps({"features": [feature(5, shape=[])]}), "a shape that is no area"),
        (json.dumps({"features": [feature(5, shape=[[[1e300, 0.0]] * 4])]}), "less than or equal to 180"),
        (json.dumps({"features": [feature(float("nan"))]}), "minutes"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, text, message):
    (tmp_path / "catchments.geojson").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_catchments(tmp_path)
    assert message in str(caught.value)


def test_who_draws_catchments_says_which_files_they_come_from() -> None:
    """A stage that does not is called up to date when they have changed."""
    for stage in (MAP, REPORT):
        assert {CANDIDATES, OUTLETS} <= set(stage.reads_if_there), stage.name
