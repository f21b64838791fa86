"""hall.svg is well-formed, complete, to scale, escaped and the same every time."""

from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, Polygon

from layout.drawings.broken import broken_at
from layout.drawings.building import blocking_lines, partitions
from layout.drawings.hall import HallDrawing
from layout.drawings.marks import door_marks
from layout.drawings.markup import element, number
from layout.drawings.sheet import Box, make_sheet, plan_area
from layout.drawings.svg import draw_plan, draw_sheet, post_codes
from layout.drawings.view import seen_from
from layout.drawings.words import role_codes
from layout.floor.isovist import sight_edges
from layout.floor.plan import Door, FloorPlan
from layout.zones.plan import BrokenRule

SVG = "{http://www.w3.org/2000/svg}"


def layers_of(text: str) -> dict[str, ET.Element]:
    root = ET.fromstring(text)
    return {part.attrib["data-layer"]: part for part in root.iter() if "data-layer" in part.attrib}


@pytest.mark.parametrize("language", ["en", "zh", "es"])
def test_the_sheet_is_well_formed_and_has_everything(hall: HallDrawing, language: str) -> None:
    text = draw_sheet(hall, language)
    layers = layers_of(text)
    things = layers["posts"].findall(f"{SVG}g")
    assert [thing.attrib["data-id"] for thing in things] == [post.id for post in hall.furnishing.posts]
    assert len(layers["zones"].findall(f"{SVG}g")) == len(hall.zones.zones)
    assert len(layers["equipment"].findall(f"{SVG}g")) == len(hall.furnishing.equipment)
    assert len(layers["cameras"].findall(f"{SVG}g")) == len(hall.furnishing.cameras)
    assert len(layers["broken"].findall(f"{SVG}g")) == 2
    assert "flow" not in layers
    assert "nan" not in text
    assert hall.title in "".join(ET.fromstring(text).itertext())


def test_the_same_hall_gives_the_same_text(hall: HallDrawing) -> None:
    assert draw_sheet(hall, "en") == draw_sheet(hall, "en")


def test_the_plan_alone_has_the_layers_a_page_switches(hall: HallDrawing) -> None:
    layers = layers_of(str(draw_plan(hall, "en")))
    assert {"flow", "sight", "coverage"} <= set(layers)
    assert len(layers["flow"]) > 0
    assert len(layers["coverage"]) == len(hall.furnishing.cameras)


def test_hostile_texts_stay_texts(hostile_hall: HallDrawing, hostile_text: str) -> None:
    text = draw_sheet(hostile_hall, "en")
    root = ET.fromstring(text)
    assert not [part for part in root.iter() if part.tag in ("img", f"{SVG}img", f"{SVG}script")]
    assert not [name for part in root.iter() for name in part.attrib if name.startswith("on")]
    assert hostile_text.replace("\x07", "�") in "".join(root.itertext())


def test_the_hall_fits_its_part_of_the_sheet_at_the_stated_scale(hall: HallDrawing) -> None:
    sheet = make_sheet(hall.floor)
    assert plan_area().holds(sheet.plan)
    x0, _, x1, y1 = hall.floor.outline.bounds
    assert sheet.hall.width == pytest.approx((x1 - x0) * 1000 / sheet.scale)
    assert sheet.at(x0, y1) == pytest.approx((sheet.hall.x, sheet.hall.y))
    assert f"1 : {sheet.scale}" in draw_sheet(hall, "en")


def test_columns_and_doors_are_drawn_where_they_are(hall: HallDrawing) -> None:
    sheet = make_sheet(hall.floor)
    walls = ET.tostring(layers_of(draw_sheet(hall, "en"))["walls"], encoding="unicode")
    for column in hall.floor.columns:
        x, y = sheet.at(*next(iter(shapely.normalize(column).exterior.coords)))
        assert f"{number(x)} {number(y)}" in walls
    for door in hall.floor.doors:
        angle = np.radians(door.facing_deg + 90)
        x, y = sheet.at(door.x + np.cos(angle) * door.width_m / 2, door.y + np.sin(angle) * door.width_m / 2)
        assert f"{number(x)} {number(y)}" in walls


def test_a_door_in_a_slanted_wall_has_its_name_on_the_sheet() -> None:
    outline = shapely.Polygon([(0, 0), (20, 0), (20.2, 11), (0, 11)])
    for facing in (179.0, 181.0):
        floor = FloorPlan(outline, (Door(20.1, 5.5, 0.9, True, False, facing),))
        sheet = make_sheet(floor)
        (mark,) = door_marks(sheet, floor, str)
        assert sheet.plan.holds(mark.box)


def test_dimensions_are_the_outline_s(hall: HallDrawing) -> None:
    x0, y0, x1, y1 = hall.floor.outline.bounds
    figures = [part.text for part in layers_of(draw_sheet(hall, "en"))["dimensions"].iter(f"{SVG}text")]
    assert f"{x1 - x0:.2f}" in figures
    assert f"{y1 - y0:.2f}" in figures


def test_a_lone_zone_without_posts_or_line_draws(hall: HallDrawing) -> None:
    bare = dataclasses.replace(
        hall,
        flow=None,
        furnishing=dataclasses.replace(hall.furnishing, posts=(), cameras=(), equipment=()),
        zones=dataclasses.replace(
            hall.zones, zones=hall.zones.zones[:1], movement_line=np.empty((0, 2)), broken_rules=()
        ),
    )
    assert ET.fromstring(draw_sheet(bare, "en")) is not None


def test_a_zone_of_two_rectangles_is_one_shape(hall: HallDrawing) -> None:
    first = hall.zones.zones[0]
    x, y, w, h = first.rects[0]
    angled = dataclasses.replace(first, rects=np.array([[x, y, w, h], [x, y + h, w / 2, h / 2]]))
    plan = dataclasses.replace(hall.zones, zones=(angled, *hall.zones.zones[1:]))
    shape = layers_of(draw_sheet(dataclasses.replace(hall, zones=plan), "en"))["zones"][0].find(f"{SVG}path")
    assert shape is not None
    assert shape.attrib["d"].count("M") == 1
    assert shape.attrib["d"].count("L") == 5


def test_partitions_lie_in_their_zone_and_leave_the_access_open(hall: HallDrawing) -> None:
    for zone in hall.zones.zones:
        if zone.enclosed:
            walls = partitions(zone, hall.zones.zones, hall.floor)
            x, y, w, h = zone.rects[0]
            assert shapely.box(x, y, x + w, y + h).buffer(1e-6).covers(walls)
            assert walls.distance(shapely.Point(*zone.access)) >= 0.29


def test_broken_rules_are_marked_where_they_say(hall: HallDrawing) -> None:
    vip = next(zone for zone in hall.zones.zones if zone.id == "vip")
    x, y, w, h = vip.rects[0]
    assert broken_at(BrokenRule("turning", "vip, store", ""), hall) == pytest.approx((x + w / 2, y + h / 2))
    assert broken_at(BrokenRule("aisle", "(1.5, -2)", ""), hall) == (1.5, -2.0)
    assert broken_at(BrokenRule("aisle", "everywhere", ""), hall) is None


def test_the_sheet_tells_broken_rules_in_full_or_how_many_more(hall: HallDrawing) -> None:
    """Texts of four lines each: six stand there word by word; of forty as many as there is room for."""
    text = "it touches no zone of staff along 0.90 m and staff must cross the floor of visitors twice a day number"
    for count in (6, 40):
        broken = tuple(BrokenRule("staff_side", f"counters-{k}", f"{text} {k}") for k in range(count))
        zones = dataclasses.replace(hall.zones, broken_rules=broken)
        column = ET.fromstring(draw_sheet(dataclasses.replace(hall, zones=zones), "en"))
        texts = [node.text or "" for node in column.iter(f"{SVG}text")]
        shown = " ".join(texts).count("twice a day")
        assert shown == " ".join(texts).count("it touches no zone")
        told = [row for row in texts if "listed in hall.html" in row]
        assert (shown, told) == (6, []) if count == 6 else told == [f"and {40 - shown} more, listed in hall.html"]


def test_codes_of_roles_differ_and_number_those_that_are_several(hall: HallDrawing) -> None:
    codes = post_codes(hall)
    assert len(set(codes.values())) == len(codes)
    assert codes["guide-1"] == "G"
    assert codes["guard-1"] == "GU"
    assert codes["teller-2"] == "T2"
    assert len(set(role_codes(["a_b", "ab", "a_bc", "AB", "b"]).values())) == 5


def test_what_is_seen_is_a_square_room_and_stops_at_a_column() -> None:
    room = shapely.box(0, 0, 4, 4)
    seen = seen_from(2, 2, 0, 360, 10, sight_edges(LineString(room.exterior.coords)))
    assert seen.area == pytest.approx(16, rel=0.01)
    column = shapely.box(2.8, 1.8, 3.2, 2.2)
    edges = sight_edges(shapely.MultiLineString([room.exterior.coords, column.exterior.coords]))
    behind = Polygon([(3.4, 1.95), (3.9, 1.95), (3.9, 2.05), (3.4, 2.05)])
    assert not seen_from(2, 2, 0, 360, 10, edges).intersects(behind)


def test_sight_is_blocked_by_columns_and_partitions(hall: HallDrawing) -> None:
    lines = blocking_lines(hall.floor, hall.zones.zones)
    assert all(lines.distance(shapely.get_exterior_ring(column)) < 1e-9 for column in hall.floor.columns)


@pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (-0.001, "0"), (1.5, "1.5"), (2.0, "2"), (1 / 3, "0.33")])
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


def test_elements_escape_attributes_and_texts() -> None:
    drawn = str(element("text", {"data-id": 'a"<b>'}, "<i>&\x00"))
    assert drawn == '<text data-id="a&#34;&lt;b&gt;">&lt;i&gt;&amp;�</text>'
    assert not re.search("<i>", drawn)


def test_boxes_meet_and_hold() -> None:
    assert Box(0, 0, 2, 2).meets(Box(1, 1, 2, 2))
    assert not Box(0, 0, 2, 2).meets(Box(2, 0, 2, 2))
    assert Box(0, 0, 2, 2).meets(Box(2.5, 0, 2, 2), gap=1)
    assert Box(0, 0, 4, 4).holds(Box(1, 1, 3, 3))
    assert not Box(0, 0, 4, 4).holds(Box(1, 1, 4, 3))
