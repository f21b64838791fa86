"""Every planted violation is found by its name and place; clean halls break no rule of any country."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

import numpy as np
import pytest
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from layout.drawings.found_words import say_expected, say_found
from layout.drawings.words import Words
from layout.floor.plan import Door
from layout.posts.plan import Equipment
from layout.rules.check import TESTS, check_hall
from layout.rules.data import COUNTRIES, choose_rules, read_rules
from layout.rules.scene import FinishedHall
from layout.settings.rules import RuleSettings
from outlet.page.words import translate

Clean = Callable[[str], FinishedHall]
Change = Callable[[FinishedHall], FinishedHall]
SECTORS = ("bank", "telecom", "parcel", "retail")


def zone(name: str, **changes: object) -> Change:
    """Change one zone; ``rect`` is its rectangle."""

    def change(hall: FinishedHall) -> FinishedHall:
        assert any(z.id == name for z in hall.zones.zones)
        rect = changes.get("rect")
        given = {k: v for k, v in changes.items() if k != "rect"}
        if rect is not None:
            given["rects"] = np.array([rect], dtype=float)
        zones = tuple(dataclasses.replace(z, **given) if z.id == name else z for z in hall.zones.zones)
        return dataclasses.replace(hall, zones=dataclasses.replace(hall.zones, zones=zones))

    return change


def thing(name: str, **changes: object) -> Change:
    """Change things whose id begins so."""

    def change(hall: FinishedHall) -> FinishedHall:
        assert any(t.id.startswith(name) for t in hall.furnishing.equipment)
        things = tuple(
            dataclasses.replace(t, **changes) if t.id.startswith(name) else t for t in hall.furnishing.equipment
        )
        return dataclasses.replace(hall, furnishing=dataclasses.replace(hall.furnishing, equipment=things))

    return change


def add(kind: str, home: str, x: float, y: float, w: float, h: float, facing: float = 0.0) -> Change:
    def change(hall: FinishedHall) -> FinishedHall:
        more = Equipment(f"{kind}-new", kind, home, x, y, w, h, facing, 0.0)
        things = (*hall.furnishing.equipment, more)
        return dataclasses.replace(hall, furnishing=dataclasses.replace(hall.furnishing, equipment=things))

    return change


def post(name: str, x: float, y: float) -> Change:
    def change(hall: FinishedHall) -> FinishedHall:
        assert any(p.id == name for p in hall.furnishing.posts)
        posts = tuple(dataclasses.replace(p, x=x, y=y) if p.id == name else p for p in hall.furnishing.posts)
        return dataclasses.replace(hall, furnishing=dataclasses.replace(hall.furnishing, posts=posts))

    return change


def cameras(*kept: str) -> Change:
    def change(hall: FinishedHall) -> FinishedHall:
        some = tuple(c for c in hall.furnishing.cameras if c.id in kept)
        return dataclasses.replace(hall, furnishing=dataclasses.replace(hall.furnishing, cameras=some))

    return change


def build(**more: tuple[BaseGeometry, ...]) -> Change:
    """Add walls, columns, fixtures or windows."""

    def change(hall: FinishedHall) -> FinishedHall:
        parts = {
            "walls": (*hall.floor.walls, *more.get("walls", ())),
            "columns": (*hall.floor.columns, *more.get("columns", ())),
            "fixtures": (*hall.floor.fixtures, *more.get("fixtures", ())),
            "windows": (*hall.floor.windows, *more.get("windows", ())),
        }
        return dataclasses.replace(hall, floor=dataclasses.replace(hall.floor, **parts))

    return change


def outline(shape: BaseGeometry) -> Change:
    return lambda hall: dataclasses.replace(hall, floor=dataclasses.replace(hall.floor, outline=shape))


def doors(*doors: Door) -> Change:
    return lambda hall: dataclasses.replace(hall, floor=dataclasses.replace(hall.floor, doors=doors))


def facts(**changes: object) -> Change:
    return lambda hall: dataclasses.replace(hall, facts=dataclasses.replace(hall.facts, **changes))


def locked(name: str, rect: tuple[float, float, float, float]) -> Change:
    return lambda hall: dataclasses.replace(hall, locked={name: rect})


def led(*points: tuple[float, float]) -> Change:
    return lambda hall: dataclasses.replace(
        hall, zones=dataclasses.replace(hall.zones, movement_line=np.array(points, dtype=float))
    )


def both(*changes: Change) -> Change:
    def change(hall: FinishedHall) -> FinishedHall:
        for each in changes:
            hall = each(hall)
        return hall

    return change


def box(*sides: float) -> BaseGeometry:
    return shapely.box(*sides)


ENTRANCE, EXIT = Door(5, 0, 1.8, True, False, 90.0), Door(20, 9, 1.2, False, True, 180.0)


def entrance(**changes: object) -> Change:
    return doors(dataclasses.replace(ENTRANCE, **changes), EXIT)


PLANTED: tuple[tuple[str, str, str, Change], ...] = (
    ("bank", "inside", "vip", zone("vip", rect=(16, 3, 4.5, 4))),
    ("bank", "inside", "reception", build(fixtures=(box(5, 4, 5.5, 4.5),))),
    ("telecom", "inside", "waiting", build(walls=(box(8, 2.5, 12, 2.6),))),
    ("retail", "inside", "store", zone("store", rect=(-0.5, 11, 4.5, 3))),
    ("bank", "columns", "waiting", build(columns=(box(11, 4.9, 11.4, 5.3),))),
    ("parcel", "columns", "waiting", zone("waiting", rect=(8, 4.5, 4, 3.5))),
    ("bank", "overlap", "waiting", zone("waiting", rect=(6.5, 2, 4, 3.5))),
    ("telecom", "overlap", "store", zone("store", rect=(4.5, 11, 4, 3))),
    ("bank", "locked", "reception", locked("reception", (4, 6, 3, 2))),
    ("retail", "locked", "vip", locked("vip", (4, 6, 3, 2))),
    ("bank", "equipment_place", "chair-1", thing("chair-1", x=7.6)),
    ("bank", "equipment_place", "ticket-1", build(columns=(box(4.2, 3.0, 4.6, 3.4),))),
    ("parcel", "equipment_place", "rack-1", thing("rack-1", y=13.8)),
    ("bank", "equipment_overlap", "chair-2", thing("chair-2", x=8.6)),
    ("retail", "equipment_overlap", "gondola-2", thing("gondola-2", x=9.0)),
    ("bank", "equipment_clear", "ticket-1", build(fixtures=(box(4.2, 2.4, 4.7, 2.8),))),
    ("telecom", "equipment_clear", "machine-2", thing("machine-2", facing_deg=180.0)),
    ("bank", "post_place", "teller-2", post("teller-2", 10.9, 10.9)),
    ("bank", "post_place", "guide-1", post("guide-1", 4.45, 3.25)),
    ("retail", "post_spacing", "teller-2", post("teller-2", 9.5, 12.45)),
    ("bank", "aisle_public", "counters", build(walls=(box(0, 7.5, 12, 7.6), box(13, 7.5, 20, 7.6)))),
    ("retail", "aisle_public", "counters", build(walls=(box(0, 9.5, 12, 9.6), box(13.1, 9.5, 20, 9.6)))),
    ("telecom", "aisle_public", "vip", build(walls=(box(15, 0, 15.1, 6.8), box(15.1, 7.2, 20, 7.3)))),
    ("parcel", "aisle_public", "waiting", build(walls=(box(7.2, 0, 7.3, 14), box(7.3, 5.5, 7.31, 6)))),
    ("bank", "aisle_staff", "back_office", build(walls=(box(16.8, 10.45, 20, 10.55),))),
    ("parcel", "aisle_staff", "store", build(walls=(box(0, 10.2, 4.8, 10.3), box(4.7, 10.3, 4.8, 14)))),
    ("bank", "turning", "counters", build(walls=(box(6.8, 9.9, 16.8, 10.0),))),
    ("retail", "turning", "self_service", build(walls=(box(2.0, 2.2, 2.1, 6.8),))),
    ("bank", "turning_door", "entrance 1", build(fixtures=(box(4.0, 1.25, 6.2, 1.5),))),
    ("parcel", "turning_door", "exit 1", build(fixtures=(box(18.6, 8.2, 18.8, 9.8),))),
    ("bank", "turning_room", "vip", thing("desk-1", x=17.1)),
    ("telecom", "turning_room", "vip", build(walls=(box(14.6, 4.0, 14.7, 6.0),))),
    ("bank", "access", "vip", build(fixtures=(box(15.5, 4.0, 15.9, 6.0),))),
    ("telecom", "access", "store", zone("store", access=np.array([4.0, 12.0]))),
    ("bank", "front_clear", "counters", build(columns=(box(12, 10.5, 12.4, 10.9),))),
    ("retail", "front_clear", "self_service", build(fixtures=(box(2.0, 5.6, 2.5, 6.4),))),
    ("bank", "door_width", "entrance 1", entrance(width_m=0.7)),
    ("telecom", "door_width", "entrance 1", both(entrance(width_m=0.9), facts(automatic_doors=True))),
    ("parcel", "door_clear", "exit 1", add("parcel_rack", "parcel_shelves", 19.0, 8.8, 0.5, 0.5)),
    ("retail", "door_clear", "entrance 1", build(fixtures=(box(4.2, 0.5, 4.6, 0.9),))),
    ("bank", "two_exits", "hall", doors(ENTRANCE)),
    ("bank", "exits_apart", "exit 1", doors(ENTRANCE, Door(8.5, 0, 1.2, False, True, 90.0))),
    ("retail", "egress_straight", "", outline(box(0, 0, 59.5, 14))),
    ("telecom", "egress_walked", "", outline(box(0, 0, 100, 14))),
    ("bank", "way_out", "store", build(walls=(box(1.0, 11.0, 3.0, 11.1),))),
    ("parcel", "way_out", "hall", both(doors(ENTRANCE), facts(entrances_are_exits=False))),
    ("bank", "dead_end", "", build(walls=(box(8, 8, 18, 8.1), box(8, 9.6, 18, 9.7), box(17.9, 8, 18, 9.7)))),
    ("bank", "staff_side", "counters", zone("back_office", rect=(17, 11.25, 3, 2.75), access=np.array([18.5, 11.25]))),
    ("parcel", "staff_side", "counters", zone("parcel_shelves", rect=(16.75, 11.25, 3.25, 2.75))),
    ("bank", "staff_crossed", "counters", led((5, 0), (5, 2), (12, 12.5))),
    (
        "bank",
        "queue_lane",
        "self_service",
        build(fixtures=(box(2.2, 1.6, 2.5, 6.9), box(0, 6.6, 2.2, 6.9), box(0, 1.6, 2.2, 1.9))),
    ),
    ("bank", "low_counter", "counters", thing("counter", top_m=1.05)),
    ("telecom", "low_counter", "counters", thing("counter", top_m=None)),
    ("retail", "low_counter", "counters", thing("counter", w=0.6)),
    ("bank", "cash_door", "counter-2", entrance(x=10.9)),
    ("bank", "cash_counter", "counter-3", thing("counter-3", top_m=0.72)),
    ("bank", "cash_counter", "counter-1", thing("counter-1", h=0.45)),
    ("bank", "cash_window", "counters", build(windows=(LineString([(9, 14), (11, 14)]),))),
    ("bank", "screen_private", "machine-2", add("chair", "waiting", 3.0, 4.2, 0.5, 0.5, 180.0)),
    ("bank", "stand_off", "machine-1", add("chair", "waiting", 2.0, 3.0, 0.5, 0.5, 180.0)),
    ("bank", "closable", "self_service", doors(Door(20, 8, 1.8, True, False, 180.0), EXIT)),
    ("parcel", "closable", "self_service", doors(Door(10, 14, 1.8, True, False, 270.0), EXIT)),
    ("bank", "cameras", "entrance 1", cameras("camera-2", "camera-3", "camera-4")),
    ("parcel", "cameras", "shelf-1", cameras("camera-1", "camera-2", "camera-3", "camera-5")),
    ("bank", "panic_button", "teller-4", add("panic_button", "counters", 9.0, 12.0, 0.1, 0.1)),
)


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("sector", SECTORS)
def test_clean_halls_break_no_rule(clean_hall: Clean, sector: str, country: str) -> None:
    broken = check_hall(clean_hall(sector), read_rules(country))
    assert [(rule.rule, rule.where, rule.text) for rule in broken] == []


@pytest.mark.parametrize(("sector", "rule", "where", "change"), PLANTED, ids=[f"{p[0]}-{p[1]}-{p[2]}" for p in PLANTED])
def test_every_planted_violation_is_found(
    clean_hall: Clean, sector: str, rule: str, where: str, change: Change
) -> None:
    broken = check_hall(change(clean_hall(sector)), read_rules("preset"))
    found = [each for each in broken if each.rule == rule]
    assert found, [(each.rule, each.where) for each in broken]
    assert not where or where in [each.where for each in found]
    assert all(each.text and each.source and each.shapes and each.title for each in found)
    chinese = Words("zh", translate("zh"))
    assert [each.text for each in found if say_found(each.text, chinese) == each.text] == []
    assert not re.search("[a-z]{3}", "".join(say_expected(each.expected, chinese) for each in found))


def test_every_test_has_a_planted_violation() -> None:
    rules = read_rules("preset").rules
    assert {rules[name].test for _, name, _, _ in PLANTED} == set(TESTS)
    assert len(PLANTED) >= 40


def test_occupants_alone_ask_for_a_second_way_out(clean_hall: Clean) -> None:
    rules = choose_rules(RuleSettings(numbers={"two_exits": 1000.0}))
    hall = doors(ENTRANCE)(clean_hall("bank"))
    few = facts(occupants=30)(hall)
    assert [rule.rule for rule in check_hall(few, rules)] == []
    many = [rule for rule in check_hall(facts(occupants=80)(hall), rules) if rule.rule == "two_exits"]
    assert "80 persons (one will do up to 50)" in many[0].text


def test_sprinklers_lengthen_the_way_out(clean_hall: Clean) -> None:
    hall = outline(box(0, 0, 53, 14))(clean_hall("retail"))
    assert "egress_straight" in {rule.rule for rule in check_hall(hall, read_rules("cn"))}
    assert "egress_straight" not in {rule.rule for rule in check_hall(facts(sprinklers=True)(hall), read_rules("cn"))}
