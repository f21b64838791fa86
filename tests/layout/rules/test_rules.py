"""Rules as data: sets, switches, pages; and what checking them must keep whatever the hall."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import GeometryCollection, LineString, affinity
from shapely.geometry.base import BaseGeometry

from layout.drawings.rule_words import rule_titles
from layout.floor.plan import Door
from layout.posts.plan import Camera, Equipment, Post
from layout.rules.check import check_hall
from layout.rules.data import COUNTRIES, RuleFile, choose_rules, read_rules
from layout.rules.reference import rules_reference
from layout.rules.scene import FinishedHall, areal
from layout.settings.rules import RuleSettings
from layout.zones.plan import PlacedZone
from outlet.errors import InputError

DOCS = Path(__file__).parents[3] / "docs"
Clean = Callable[[str], FinishedHall]
XY = tuple[float, float]


def test_the_page_of_rules_is_what_the_data_says() -> None:
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == rules_reference() + "\n"


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_rule_says_where_it_is_from_and_can_be_translated(country: str) -> None:
    titles = rule_titles(lambda text: text)
    for rule in read_rules(country).rules.values():
        assert rule.source
        assert rule.title in titles


def test_a_clause_is_cited_only_where_its_text_was_read() -> None:
    gb, ga, other = ("GB 50763-2012 3.5.", "GB 50016"), ("GA 38-2004 5.3",), ("IBC 2021 Table 1017.2", "ADA 2010 904")
    read = (*gb, *ga, *other)
    for country in COUNTRIES:
        for rule in read_rules(country).rules.values():
            assert "preset" in rule.source or rule.source.startswith(read), rule.source


def test_a_planners_own_file_changes_and_adds_rules() -> None:
    own = RuleFile.model_validate(
        {
            "rules": [
                {"name": "aisle_public", "numbers": {"width_m": 1.8}},
                {
                    "name": "aisle_vip",
                    "title": "A wide aisle to the VIP room",
                    "source": "house rule 7",
                    "test": "aisle",
                    "severity": "advice",
                    "numbers": {"width_m": 1.5},
                    "zones": ["vip"],
                },
            ]
        }
    )
    rules = read_rules("cn", own, "mine.toml").rules
    assert rules["aisle_public"].number == 1.8
    assert rules["aisle_public"].source == "mine.toml; else GB 50763-2012 3.5.1"
    assert rules["aisle_vip"].severity == "advice"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            {"name": "aisle_publik", "numbers": {"width_m": 2.0}},
            "no title, source, test, severity; did you",
        ),
        ({"name": "turning", "numbers": {"wide_m": 2.0}}, "turning has no number wide_m; it has circle_m"),
    ],
)
def test_a_faulty_own_file_is_refused(rule: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_rules("preset", RuleFile.model_validate({"rules": [rule]}), "mine.toml")


def test_switches(clean_hall: Clean) -> None:
    hall = clean_hall("bank")
    low = dataclasses.replace(
        hall.furnishing,
        equipment=tuple(
            dataclasses.replace(t, top_m=1.1) if t.kind == "counter" else t for t in hall.furnishing.equipment
        ),
    )
    hall = dataclasses.replace(hall, furnishing=low)

    def found(**changes: object) -> list[tuple[str, str]]:
        rules = choose_rules(RuleSettings.model_validate(changes))
        return [(rule.rule, rule.severity) for rule in check_hall(hall, rules)]

    assert found() == [("low_counter", "should")]
    assert found(off=["low_counter"]) == []
    assert found(severity={"low_counter": "must"}) == [("low_counter", "must")]
    assert found(numbers={"low_counter.high_m": 1.2}) == []
    named = check_hall(hall, choose_rules(RuleSettings(numbers={"low_counter.high_m": 1.0})))
    assert named[0].source == "set in [layout.rules]; else preset"


def test_musts_come_first(clean_hall: Clean) -> None:
    hall = clean_hall("bank")
    narrow = tuple(dataclasses.replace(door, width_m=0.6) for door in hall.floor.doors)
    no_cameras = dataclasses.replace(hall.furnishing, cameras=())
    hall = dataclasses.replace(hall, floor=dataclasses.replace(hall.floor, doors=narrow), furnishing=no_cameras)
    order = [rule.severity for rule in check_hall(hall, read_rules("preset"))]
    assert order == sorted(order, key=["must", "should", "advice"].index)
    assert {"must", "should"} <= set(order)


@settings(max_examples=12, deadline=None)
@given(gap=st.floats(0.4, 2.0), wider=st.floats(0.0, 1.0), at=st.floats(4.5, 12.0))
def test_widening_a_gap_never_breaks_a_rule(gap: float, wider: float, at: float) -> None:
    from shapely import box

    hall = make_hall()

    def broken(width: float) -> set[tuple[str, str]]:
        walls = (box(0, 7.5, at, 7.6), box(at + width, 7.5, 20, 7.6))
        walled = dataclasses.replace(hall, floor=dataclasses.replace(hall.floor, walls=walls))
        rules = read_rules("preset").rules
        some = choose_rules(RuleSettings(off=tuple(name for name in rules if name not in ABOUT_WAYS)))
        return {(rule.rule, rule.where) for rule in check_hall(walled, some)}

    assert broken(gap + wider) <= broken(gap)


ABOUT_WAYS = ("aisle_public", "aisle_staff", "turning", "turning_door", "access", "way_out", "door_clear")
HALLS: list[FinishedHall] = []


def make_hall() -> FinishedHall:
    return HALLS[0]


@pytest.fixture(autouse=True)
def _halls(clean_hall: Clean) -> None:
    HALLS[:] = [clean_hall("bank")]


def moved(hall: FinishedHall, turns: int, mirror: bool) -> FinishedHall:
    """Turn a hall by quarter turns round the origin, after mirroring it at the y axis."""

    def point(x: float, y: float) -> XY:
        x = -x if mirror else x
        for _ in range(turns):
            x, y = -y, x
        return round(x, 6) + 0.0, round(y, 6) + 0.0

    def way(degrees: float) -> float:
        return ((180 - degrees if mirror else degrees) + 90 * turns) % 360

    def shape(part: BaseGeometry) -> BaseGeometry:
        part = affinity.scale(part, -1, 1, origin=(0, 0)) if mirror else part
        return affinity.rotate(part, 90 * turns, origin=(0, 0))

    def rect(x: float, y: float, w: float, h: float) -> tuple[float, float, float, float]:
        (x0, y0), (x1, y1) = point(x, y), point(x + w, y + h)
        return min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)

    def door(d: Door) -> Door:
        x, y = point(d.x, d.y)
        return dataclasses.replace(d, x=x, y=y, facing_deg=way(d.facing_deg))

    def zone(z: PlacedZone) -> PlacedZone:
        rects = np.array([rect(*r) for r in z.rects])
        return dataclasses.replace(z, rects=rects, front_deg=way(z.front_deg), access=np.array(point(*z.access)))

    def thing(t: Equipment) -> Equipment:
        x, y, w, h = rect(t.x, t.y, t.w, t.h)
        return dataclasses.replace(t, x=x, y=y, w=w, h=h, facing_deg=way(t.facing_deg))

    def stands(p: Post | Camera) -> Post | Camera:
        x, y = point(p.x, p.y)
        return dataclasses.replace(p, x=x, y=y, facing_deg=way(p.facing_deg))

    floor = hall.floor
    return dataclasses.replace(
        hall,
        floor=dataclasses.replace(
            floor,
            outline=shape(floor.outline),
            doors=tuple(door(d) for d in floor.doors),
            walls=tuple(shape(w) for w in floor.walls),
            columns=tuple(shape(c) for c in floor.columns),
            windows=tuple(shape(w) for w in floor.windows),
        ),
        zones=dataclasses.replace(
            hall.zones,
            zones=tuple(zone(z) for z in hall.zones.zones),
            movement_line=np.array([point(*p) for p in hall.zones.movement_line]),
        ),
        furnishing=dataclasses.replace(
            hall.furnishing,
            posts=tuple(stands(p) for p in hall.furnishing.posts),
            cameras=tuple(stands(c) for c in hall.furnishing.cameras),
            equipment=tuple(thing(t) for t in hall.furnishing.equipment),
        ),
    )


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_hall_turned_and_mirrored_breaks_the_same_rules(clean_hall: Clean, turns: int, mirror: bool) -> None:
    from shapely import box

    hall = clean_hall("bank")
    walls = (box(0, 7.5, 12, 7.6), box(13, 7.5, 20, 7.6))
    things = tuple(
        dataclasses.replace(t, x=17.1) if t.kind == "vip_desk" else dataclasses.replace(t, top_m=None)
        for t in hall.furnishing.equipment
    )
    spoilt = dataclasses.replace(
        hall,
        floor=dataclasses.replace(hall.floor, walls=walls),
        furnishing=dataclasses.replace(hall.furnishing, equipment=things),
    )
    rules = read_rules("cn")
    here = [(rule.rule, rule.where) for rule in check_hall(spoilt, rules)]
    there = [(rule.rule, rule.where) for rule in check_hall(moved(spoilt, turns, mirror), rules)]
    assert here == there
    assert {"aisle_public", "turning_room", "low_counter"} <= {rule for rule, _ in here}


def test_floor_keeps_no_lines_where_solids_touch() -> None:
    square = shapely.box(0, 0, 2, 2)
    assert areal(GeometryCollection([square, LineString([(2, 1), (3, 1)])])).equals(square)
    assert areal(LineString([(0, 0), (1, 1)])).is_empty


def test_a_broken_rule_says_what_is_expected() -> None:
    rules = read_rules("preset").rules
    assert rules["turning"].figures == "circle 1.5 m"
    assert rules["access"].figures == "width 0.7 m, depth 0.6 m"
    assert rules["overlap"].figures == "", "what is merely overlooked is not expected"
