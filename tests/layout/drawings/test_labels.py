"""Names of zones lie in their zones, off people and off each other."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.drawings.contents import post_radius
from layout.drawings.hall import HallDrawing
from layout.drawings.labels import place_labels
from layout.drawings.sheet import Box
from layout.drawings.svg import draw_layers
from layout.drawings.wishes import LabelWish
from layout.drawings.words import Words
from outlet.page import translate

HALL = Box(50, 50, 200, 120)
PLAN = Box(0, 0, 300, 220)


def test_a_label_lies_in_the_middle_of_an_empty_zone() -> None:
    (label,) = place_labels([LabelWish("Waiting", "9.0 m²", (Box(60, 60, 60, 40),))], [], [], HALL, PLAN)
    assert not label.turned
    assert label.box.x + label.box.width / 2 == pytest.approx(90, abs=0.01)
    assert label.box.y + label.box.height / 2 == pytest.approx(80, abs=0.01)
    assert [row.text for row in label.rows] == ["Waiting", "9.0 m²"]


def test_a_narrow_zone_turns_its_label() -> None:
    (label,) = place_labels([LabelWish("Self-service", "9 m²", (Box(60, 60, 9, 60),))], [], [], HALL, PLAN)
    assert label.turned
    assert Box(60, 60, 9, 60).holds(label.box)


def test_a_tiny_zone_is_named_on_the_open_floor_beside_it() -> None:
    room = Box(60, 60, 3, 3)
    (label,) = place_labels([LabelWish("Store", "1 m²", (room,))], [], [], HALL, PLAN)
    assert HALL.holds(label.box)
    assert not label.box.meets(room)
    (x0, y0), (x1, y1) = label.leader
    assert math.dist((x0, y0), (x1, y1)) < 8
    assert room.holds(Box(x1, y1, 0, 0))


def test_a_name_keeps_off_a_line_across_the_hall_but_rather_crosses_lines_than_leaves_the_hall() -> None:
    wish = LabelWish("Store", "1 m²", (Box(60, 60, 3, 3),))
    line = Box(HALL.x, 57, HALL.width, 2)
    (label,) = place_labels([wish], [], [], HALL, PLAN, crossed=[line])
    assert HALL.holds(label.box)
    assert not label.box.meets(line)
    (label,) = place_labels([wish], [], [], HALL, PLAN, crossed=[HALL])
    assert HALL.holds(label.box)
    assert label.leader


def test_a_tiny_zone_without_open_floor_round_it_is_named_outside_the_hall() -> None:
    (label,) = place_labels([LabelWish("Store", "1 m²", (Box(60, 60, 3, 3),))], [], [HALL], HALL, PLAN)
    assert label.leader
    assert not label.box.meets(HALL)
    assert PLAN.holds(label.box)


@given(
    st.lists(
        st.tuples(st.floats(51, 200), st.floats(51, 140), st.floats(12, 45), st.floats(6, 25)), min_size=1, max_size=6
    )
)
@settings(max_examples=40, deadline=None)
def test_labels_never_meet_each_other_or_what_is_hard(rooms: list[tuple[float, float, float, float]]) -> None:
    hard = [Box(100, 90, 6, 6)]
    wishes = [LabelWish(f"Zone {k}", "12.0 m²", (Box(*room),)) for k, room in enumerate(rooms)]
    labels = place_labels(wishes, hard, [], HALL, PLAN)
    boxes = [label.box for label in labels]
    assert not any(box.meets(other, -1e-6) for k, box in enumerate(boxes) for other in boxes[k + 1 :])
    assert not any(box.meets(hard[0], -1e-6) for box in boxes)
    for label, wish in zip(labels, wishes, strict=True):
        on_floor = not any(label.box.meets(other.rooms[0], -1e-6) for other in wishes) and HALL.holds(label.box)
        outside = not label.box.meets(HALL)
        assert (label.leader and (on_floor or outside)) or wish.rooms[0].holds(label.box)


@pytest.mark.parametrize("language", ["en", "zh", "es"])
def test_labels_of_the_sample_halls(hall: HallDrawing, language: str) -> None:
    layers = draw_layers(hall, Words(language, translate(language)))
    sheet = layers.sheet
    radius = post_radius(sheet)
    everywhere = [sheet.box(*(float(value) for value in rect)) for zone in hall.zones.zones for rect in zone.rects]
    leaders = 0
    for label, zone in zip(layers.labels, hall.zones.zones, strict=True):
        rooms = [sheet.box(*(float(value) for value in rect)) for rect in zone.rects]
        if label.leader:
            assert not any(label.box.meets(other) for other in everywhere), zone.id
            leaders += 1
        else:
            assert any(room.holds(label.box) for room in rooms), zone.id
        assert min(row.size for row in label.rows) >= 1.6
        for post in hall.furnishing.posts:
            x, y = sheet.at(post.x, post.y)
            assert not label.box.meets(Box(x - radius, y - radius, 2 * radius, 2 * radius)), (zone.id, post.id)
    assert leaders <= 3
    boxes = [label.box for label in layers.labels]
    assert not any(box.meets(other) for k, box in enumerate(boxes) for other in boxes[k + 1 :])
