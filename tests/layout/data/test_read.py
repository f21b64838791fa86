"""Hall plans as GeoJSON: what each kind becomes, any CRS, and every fault by its message."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyproj import Transformer

from layout.data.read import check_plan, read_plan
from layout.settings.hall import HallSettings
from outlet.errors import InputError, TableError

OUTLINE = [[0, 0], [12, 0], [12, 8], [0, 8], [0, 0]]
PLAIN = HallSettings()


def feature(kind: str | None, geometry_type: str, coordinates: object, **properties: object) -> dict[str, object]:
    geometry = {"type": geometry_type, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"kind": kind, **properties}, "geometry": geometry}


def hall(*more: dict[str, object], crs: object = None) -> dict[str, object]:
    """A hall of 12 × 8 m with one entrance, 1.8 m wide, in the middle of its south side."""
    door = feature("door", "LineString", [[5.1, 0], [6.9, 0]], entrance=True)
    return {
        "type": "FeatureCollection",
        "crs": crs,
        "features": [feature("outline", "Polygon", [OUTLINE]), door, *more],
    }


def write(folder: Path, content: object) -> Path:
    file = folder / "hall.geojson"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_a_hall_is_read_as_drawn(tmp_path: Path) -> None:
    more = [
        feature("column", "Polygon", [[[4, 4], [4.4, 4], [4.4, 4.4], [4, 4.4], [4, 4]]]),
        feature("wall", "LineString", [[8, 5], [12, 5]]),
        feature("exit", "LineString", [[12, 6], [12, 7]], name="yard"),
        feature("window", "LineString", [[1, 0], [4, 0]]),
        feature("service", "Point", [0, 3]),
        feature("tree", "Point", [1, 1]),
    ]
    plan = read_plan(write(tmp_path, hall(*more)), PLAIN)
    assert plan.outline.area == 96
    entrance, exit_ = plan.doors
    assert (entrance.x, entrance.y, entrance.width_m, entrance.facing_deg) == (6.0, 0.0, 1.8, 90.0)
    assert entrance.entrance
    assert (exit_.exit, exit_.entrance, exit_.facing_deg, exit_.name) == (True, False, 180.0, "yard")
    assert plan.walls[0].area == pytest.approx(0.4)
    assert len(plan.columns) == len(plan.windows) == len(plan.services) == 1
    assert (plan.origin, plan.rotation_deg, plan.origin_crs) == ((0.0, 0.0), 0.0, None)
    assert "1 'tree'" in plan.notes[0]


def test_any_crs_becomes_local_metres_with_origin_and_rotation(tmp_path: Path) -> None:
    """The same hall, turned by 30° and written in degrees, is the same hall again."""
    import math

    cos, sin = math.cos(math.radians(30)), math.sin(math.radians(30))
    to_degrees = Transformer.from_crs(32635, 4326, always_xy=True)

    def placed(point: list[float]) -> list[float]:
        x, y = point
        lon, lat = to_degrees.transform(385000 + cos * x - sin * y, 6672000 + sin * x + cos * y)
        return [lon, lat]

    content = {
        "type": "FeatureCollection",
        "features": [
            feature("outline", "Polygon", [[placed(point) for point in OUTLINE]]),
            feature("door", "LineString", [placed([5.1, 0]), placed([6.9, 0])], entrance=True),
        ],
    }
    plan = read_plan(write(tmp_path, content), PLAIN)
    assert plan.origin_crs == "EPSG:32635"
    assert plan.rotation_deg == pytest.approx(30, abs=0.01)
    assert plan.outline.area == pytest.approx(96, abs=0.01)
    assert plan.outline.bounds == pytest.approx((0, 0, 12, 8), abs=0.01)
    assert (plan.doors[0].x, plan.doors[0].y) == pytest.approx((6, 0), abs=0.01)
    assert plan.origin == pytest.approx((385000, 6672000), abs=0.01)
    assert any("turned by 30.00°" in note for note in plan.notes)


def test_a_plan_in_a_metric_crs_keeps_it(tmp_path: Path) -> None:
    moved = [[x + 440000, y + 110000] for x, y in OUTLINE]
    crs = {"type": "name", "properties": {"name": "EPSG:27700"}}
    door = feature("door", "LineString", [[440005, 110000], [440007, 110000]], entrance=True)
    content = {**hall(), "features": [feature("outline", "Polygon", [moved]), door], "crs": crs}
    plan = read_plan(write(tmp_path, content), PLAIN)
    assert (plan.origin_crs, plan.origin) == ("EPSG:27700", (440000.0, 110000.0))
    assert plan.outline.area == 96


def test_numbers_that_are_no_degrees_need_a_crs(tmp_path: Path) -> None:
    content = hall()
    del content["crs"]
    with pytest.raises(TableError, match=r"hall\.geojson: found no crs and numbers from 0 to 12; expected crs: null"):
        read_plan(write(tmp_path, content), PLAIN)


def test_an_unknown_crs_is_named(tmp_path: Path) -> None:
    content = hall(crs={"type": "name", "properties": {"name": "EPSG:99999999"}})
    with pytest.raises(TableError, match="EPSG:99999999"):
        read_plan(write(tmp_path, content), PLAIN)


@pytest.mark.parametrize(
    ("features", "code", "message"),
    [
        ([], "no-outline", "no outline"),
        ([feature("outline", "LineString", [[0, 0], [5, 0], [5, 5]])], "no-outline", "do not close"),
        (
            [feature("outline", "Polygon", [[[0, 0], [9, 9], [9, 0], [0, 9], [0, 0]]])],
            "invalid-geometry",
            "not valid",
        ),
        ([feature("outline", "Polygon", [OUTLINE])], "no-entrance", "none of them an entrance"),
        (
            [feature("outline", "Polygon", [OUTLINE]), feature("entrance", "LineString", [[5, 3], [6, 3]])],
            "door-off-outline",
            "3.00 m off the outline",
        ),
        (
            [
                feature("outline", "Polygon", [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]),
                feature("entrance", "LineString", [[0.2, 0], [0.8, 0]]),
            ],
            "implausible-size",
            "1.00 × 1.00 m",
        ),
    ],
)
def test_each_fault_is_named(tmp_path: Path, features: list[dict[str, object]], code: str, message: str) -> None:
    file = write(tmp_path, {"type": "FeatureCollection", "crs": None, "features": features})
    assert [fault.code for fault in check_plan(file, PLAIN).faults] == [code]
    with pytest.raises(TableError, match=message):
        read_plan(file, PLAIN)


def test_null_geometry_is_a_fault_with_its_row(tmp_path: Path) -> None:
    broken = {"type": "Feature", "properties": {"kind": "column"}, "geometry": None}
    with pytest.raises(TableError, match="row 3: found a column without geometry"):
        read_plan(write(tmp_path, hall(broken)), PLAIN)


def test_a_door_in_a_wall_opens_it_and_settings_choose_the_entrance(tmp_path: Path) -> None:
    content = hall(
        feature("wall", "Polygon", [[[0, 4], [12, 4], [12, 4.2], [0, 4.2], [0, 4]]]),
        feature("door", "Polygon", [[[3, 3.9], [4, 3.9], [4, 4.3], [3, 4.3], [3, 3.9]]]),
        feature("door", "LineString", [[0, 1], [0, 2]]),
    )
    plan = read_plan(write(tmp_path, content), HallSettings(entrances=((0.0, 1.4),)))
    assert plan.walls[0].area == pytest.approx(11 * 0.2)
    assert [(door.x, door.entrance) for door in plan.doors] == [(6.0, False), (0.0, True)]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("gone.geojson", None, "no such file"),
        ("hall.pdf", b"", "expected a hall plan as .geojson"),
        ("hall.geojson", b"{", "expected a JSON document"),
        ("hall.geojson", b"[]", "no list of features"),
    ],
)
def test_a_file_that_is_no_plan_ends_in_one_message(
    tmp_path: Path, name: str, data: bytes | None, message: str
) -> None:
    file = tmp_path / name
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(InputError, match=message):
        read_plan(file, PLAIN)


@pytest.mark.shared
def test_a_real_building_in_degrees_with_kinds_of_its_own(shared: Path, tmp_path: Path) -> None:
    """Westport House's ground floor names things by ``type``; its plan is 2,462 m² in British metres."""
    import zipfile

    name = "westport-house/westport-house-floor-gf.geojson"
    with zipfile.ZipFile(shared / "data/floorplans/westport_house_indoor_geojson.zip") as archive:
        file = Path(archive.extract(next(n for n in archive.namelist() if n.endswith(name)), tmp_path))
    fixtures = ("stairs", "elevator", "bathroom", "inaccessible_space")
    settings = HallSettings(
        kind_property="type",
        kinds={"building_outline": "outline", **dict.fromkeys(fixtures, "fixture")},
        entrances=((-2.97796, 56.46006),),
        door_tolerance_m=1.5,
    )
    plan = read_plan(file, settings)
    assert plan.outline.area == pytest.approx(2462, abs=4)
    assert plan.origin_crs == "EPSG:32630"
    assert len(plan.entrances) == 1
    assert len(plan.walls) == 39
