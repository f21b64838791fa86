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


def codes(file: Path, settings: HallSettings = PLAIN) -> list[tuple[str, int | str | None]]:
    return [(fault.code, fault.row) for fault in check_plan(file, settings).faults]


def test_every_fault_of_every_row_is_told_at_once(tmp_path: Path) -> None:
    square = [[4, 4], [4.4, 4], [4.4, 4.4], [4, 4.4], [4, 4]]
    bow = [[4, 4], [5, 5], [5, 4], [4, 5], [4, 4]]
    content = hall(
        feature("column", "Point", [1, 1]),
        feature("column", "Polygon", [[["a", 4], [4.4, 4], [4.4, 4.4], [4, 4]]]),
        feature("door", "Point", [3, 0]),
        feature("door", "LineString", [[0, 2], [0, 3]], width_m="wide"),
        feature("door", "LineString", [[0, 4], [0, 5]], width_m=-1),
        feature("door", "LineString", [[0, 6], [0, 7]], entrance="perhaps"),
        feature("wall", "Polygon", [bow]),
        feature("exit", "LineString", [[6, 4], [7, 4]]),
        feature("column", "Polygon", []),
        feature("column", "Polygon", [square]),
    )
    file = write(tmp_path, content)
    assert codes(file) == [
        ("geometry-type", 3),
        ("invalid-geometry", 4),
        ("missing-value", 5),
        ("not-a-number", 6),
        ("out-of-range", 7),
        ("not-a-flag", 8),
        ("null-geometry", 11),
        ("invalid-geometry", 9),
        ("door-off-outline", 10),
    ]
    assert ("invalid-geometry", 9) not in codes(file, HallSettings(repair=True))
    assert any(remark.code == "repaired" for remark in check_plan(file, HallSettings(repair=True)).remarks)


@pytest.mark.parametrize(
    ("corner", "code"),
    [
        ([None, 4], "invalid-geometry"),
        ([1e300, 4], "out-of-range"),
        ([10**400, 4], "invalid-geometry"),
        (7, "invalid-geometry"),
    ],
)
def test_coordinates_that_are_none_are_faults_of_their_row(tmp_path: Path, corner: object, code: str) -> None:
    ring = [corner, [4.4, 4], [4.4, 4.4], corner]
    assert codes(write(tmp_path, hall(feature("column", "Polygon", [ring])))) == [(code, 3)]


def test_one_line_that_crosses_itself_all_over_is_refused_soon(tmp_path: Path) -> None:
    scribble = [[(step * 37 % 1201) / 100, (step * 53 % 797) / 100] for step in range(8000)]
    for wall in (feature("wall", "LineString", scribble), feature("fixture", "Polygon", [[*scribble, scribble[0]]])):
        (fault, *_) = check_plan(write(tmp_path, hall(wall)), PLAIN).faults
        assert fault.code == "too-large"
        assert "cross each other all over" in fault.found


def test_a_point_with_a_width_is_a_door(tmp_path: Path) -> None:
    plan = read_plan(write(tmp_path, hall(feature("exit", "Point", [0, 3], width_m=0.9))), PLAIN)
    assert [(door.x, door.y, door.width_m) for door in plan.exits] == [(0, 3, 0.9)]


def geographic(swap: bool, turn: float = 30, lat: float = 60.0, east: float = 385000) -> dict[str, object]:
    import math

    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    north = 6672000 if lat > 50 else 4420000
    to_degrees = Transformer.from_crs(32635 if lat > 50 else 32650, 4326, always_xy=True)

    def placed(point: list[float]) -> list[float]:
        x, y = point
        lon, lat = to_degrees.transform(east + cos * x - sin * y, north + sin * x + cos * y)
        return [lat, lon] if swap else [lon, lat]

    outline = feature("outline", "Polygon", [[placed(point) for point in OUTLINE]])
    door = feature("door", "LineString", [placed([5.1, 0]), placed([6.9, 0])], entrance=True)
    return {"type": "FeatureCollection", "features": [outline, door]}


@pytest.mark.parametrize("lat", [60.0, 40.0])
def test_latitudes_first_are_noticed(tmp_path: Path, lat: float) -> None:
    """In Beijing by a longitude of 116°, which is no latitude; in Helsinki by walls that are not at right angles."""
    file = write(tmp_path, geographic(swap=True, lat=lat))
    assert codes(file) == [("swapped-coordinates", None)]
    assert codes(write(tmp_path, geographic(swap=False, lat=lat))) == []


def test_web_mercator_is_not_taken_for_metres(tmp_path: Path) -> None:
    """At 60° N a metre of EPSG:3857 is half a metre."""
    to_mercator = Transformer.from_crs(32635, 3857, always_xy=True)

    def placed(x: float, y: float) -> list[float]:
        return list(to_mercator.transform(385000 + x, 6672000 + y))

    crs = {"type": "name", "properties": {"name": "EPSG:3857"}}
    door = feature("door", "LineString", [placed(5, 0), placed(7, 0)], entrance=True)
    content = {**hall(), "features": [feature("outline", "Polygon", [[placed(x, y) for x, y in OUTLINE]]), door]}
    plan = read_plan(write(tmp_path, {**content, "crs": crs}), PLAIN)
    assert plan.outline.area == pytest.approx(96, rel=0.002)
    assert plan.origin_crs == "EPSG:32635"


def test_a_crs_of_the_file_wins_and_the_planner_is_told(tmp_path: Path) -> None:
    moved = [[x + 440000, y + 110000] for x, y in OUTLINE]
    door = feature("door", "LineString", [[440005, 110000], [440007, 110000]], entrance=True)
    crs = {"type": "name", "properties": {"name": "EPSG:27700"}}
    file = write(tmp_path, {**hall(), "features": [feature("outline", "Polygon", [moved]), door], "crs": crs})
    reading = check_plan(file, HallSettings(crs="EPSG:4326"))
    assert [remark.code for remark in reading.remarks] == ["crs-overridden"]
    assert reading.plan is not None


def test_an_entrance_named_far_from_any_door_is_a_fault(tmp_path: Path) -> None:
    file = write(tmp_path, hall())
    (fault,) = check_plan(file, HallSettings(entrances=((6, 30),))).faults
    assert (fault.code, fault.found) == ("no-entrance", "[layout.hall] entrances (6, 30) 30.0 m from the nearest door")


def test_a_wall_across_the_entrance_is_a_fault(tmp_path: Path) -> None:
    across = feature("wall", "Polygon", [[[4, 0], [8, 0], [8, 1.4], [4, 1.4], [4, 0]]])
    (fault,) = check_plan(write(tmp_path, hall(across)), PLAIN).faults
    assert fault.code == "entrance-blocked"
    assert "the entrance at (6.00, 0.00) m" in fault.found


def test_floor_behind_walls_without_doors_is_told(tmp_path: Path) -> None:
    """7.9 of 12 m are behind a wall; the cells that it touches count for neither side."""
    reading = check_plan(write(tmp_path, hall(feature("wall", "LineString", [[0, 4], [12, 4]]))), PLAIN)
    (remark,) = reading.remarks
    assert remark.code == "floor-unreachable"
    assert remark.text.startswith("45 of 90 m² free floor cannot be reached")


def test_a_hall_without_floor_and_one_without_end_are_faults(tmp_path: Path) -> None:
    full = feature("fixture", "Polygon", [OUTLINE])
    assert codes(write(tmp_path, hall(full))) == [("no-floor", None)]
    wide = feature("outline", "Polygon", [[[0, 0], [260, 0], [260, 260], [0, 260], [0, 0]]])
    door = feature("entrance", "LineString", [[5, 0], [7, 0]])
    file = write(tmp_path, {**hall(), "features": [wide, door]})
    assert codes(file) == [("too-large", None)]
    assert codes(file, HallSettings(cell_m=0.5)) == []


def test_the_larger_of_two_outlines_counts_and_things_outside_are_told(tmp_path: Path) -> None:
    more = [
        feature("outline", "Polygon", [[[20, 0], [25, 0], [25, 5], [20, 5], [20, 0]]]),
        feature("column", "Polygon", [[[21, 1], [22, 1], [22, 2], [21, 2], [21, 1]]]),
    ]
    reading = check_plan(write(tmp_path, hall(*more)), PLAIN)
    assert [remark.code for remark in reading.remarks] == ["outlines-ignored", "things-outside"]


def test_a_plan_inside_a_zip(tmp_path: Path) -> None:
    import zipfile

    file = tmp_path / "plans.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/ground.geojson", json.dumps(hall()))
        archive.writestr("readme.txt", "plans")
    assert read_plan(file, PLAIN).outline.area == 96
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("a/first.geojson", "{}")
    (fault,) = check_plan(file, PLAIN).faults
    assert fault.code == "missing-file"
    assert "member to one of: a/first.geojson, a/ground.geojson" in fault.fix
    assert read_plan(file, HallSettings(member="a/ground.geojson")).source == "plans.zip/a/ground.geojson"
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("../evil.geojson", "{}")
    assert codes(file) == [("unsafe-archive", None)]


@pytest.mark.shared
def test_westport_in_british_metres_from_its_zip_and_paths_that_are_no_floor(shared: Path) -> None:
    fixtures = ("stairs", "elevator", "bathroom", "inaccessible_space")
    kinds = {"building_outline": "outline", **dict.fromkeys(fixtures, "fixture")}
    file = shared / "data/floorplans/westport_house_indoor_geojson.zip"

    def settings(floor: str) -> HallSettings:
        member = f"westport-house/{floor}"
        entrances = ((-2.97796, 56.46006),)
        return HallSettings(member=member, kind_property="type", kinds=kinds, entrances=entrances, door_tolerance_m=1.5)

    reading = check_plan(file, settings("westport-house-floor-gf.geojson"))
    assert reading.faults == ()
    assert reading.plan is not None
    assert reading.plan.outline.area == pytest.approx(2462, abs=1)
    assert (len(reading.plan.walls), len(reading.plan.windows)) == (39, 20)
    (fault,) = check_plan(file, settings("westport-house-floor-2-paths.geojson")).faults
    assert fault.code == "no-outline"
    assert "38 'pathway'" in fault.found
    assert "these are paths between places, not the floor of a hall" in fault.found
