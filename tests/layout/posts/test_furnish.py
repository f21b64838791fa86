"""A whole hall is furnished: everybody in the right zone, everything that must be seen is seen."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import shapely

from layout.data.plans import hall_sample
from layout.data.read import read_plan
from layout.floor.cells import free_cells
from layout.floor.plan import Door, FloorPlan
from layout.posts.catalogue import read_catalogue
from layout.posts.check import judge_line, judge_places
from layout.posts.plan import Furnishing
from layout.posts.room import ZoneArea
from layout.posts.views import make_views, within_angle
from layout.settings.hall import HallSettings
from layout.study.furnish.hall import CameraKind, Kit, furnish_hall
from layout.study.furnish.told import zones_json_parts
from layout.zones.plan import PlacedZone, ZonePlan
from outlet.outcome import Limits

LIMITS = Limits(seconds=20, workers=1, work=5.0)
POSTS = {"teller": ("counters", 3), "guide": ("reception", 1), "guard": ("security", 1)}


def placed(kind: str, rect: tuple[float, float, float, float], front: float, *, enclosed: bool = False) -> PlacedZone:
    rects = np.array([rect], dtype=float)
    access = np.array([rect[0] + rect[2] / 2, rect[1]])
    return PlacedZone(kind, kind, rects, rect[2] * rect[3], True, False, front, access, kind, enclosed)


ZONES = ZonePlan(
    (
        placed("reception", (8.0, 2.5, 4.0, 2.0), 270),
        placed("self_service", (0.0, 1.0, 3.0, 5.0), 0),
        placed("waiting", (5.5, 1.25, 2.0, 4.5), 0),
        placed("counters", (5.5, 7.75, 9.0, 3.25), 270),
        placed("store", (15.75, 9.0, 2.0, 2.0), 270, enclosed=True),
    ),
    {},
    {},
    (),
    np.empty((0, 2)),
)


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> FloorPlan:
    file = tmp_path_factory.mktemp("hall") / hall_sample.HALLS["helsinki"]
    file.write_bytes(hall_sample.helsinki_hall())
    return read_plan(file, HallSettings())


@pytest.fixture(scope="module")
def furnished(floor: FloorPlan) -> Furnishing:
    """Helsinki's hall with five zones: three tellers, a guide, and a guard for whom there is no post."""
    return furnish_hall(floor, ZONES, POSTS, {"cash_machine": 3}, 10, LIMITS)


def areas() -> list[ZoneArea]:
    return [ZoneArea(z.id, z.kind, z.rects, z.front_deg, z.public, z.enclosed) for z in ZONES.zones]


def test_everything_stands_where_it_may(furnished: Furnishing) -> None:
    assert judge_places(areas(), furnished.posts, furnished.equipment, 0.8) == []
    assert len(furnished.posts) == 5
    assert {post.zone for post in furnished.posts if post.role == "teller"} == {"counters"}
    assert {post.facing_deg for post in furnished.posts if post.role == "teller"} == {270.0}


def test_the_guide_sees_the_entrance_and_the_guard_the_counters(furnished: Furnishing) -> None:
    sees = {post.role: dict(post.sees) for post in furnished.posts}
    assert sees["guide"]["entrance"] == 1.0
    assert sees["guard"] == {"counter": 1.0, "entrance": 1.0}


def test_a_role_without_its_zone_is_told(furnished: Furnishing) -> None:
    assert "guard: the hall has no zone security; stands in reception" in furnished.notes


def test_cameras_see_all_they_must_and_are_proved_fewest(floor: FloorPlan, furnished: Furnishing) -> None:
    assert furnished.cameras_bound == len(furnished.cameras)
    assert furnished.blind_spots == ()
    views = make_views(free_cells(floor), areas())
    eyes = np.array([[camera.x, camera.y] for camera in furnished.cameras])
    facing = np.array([camera.facing_deg for camera in furnished.cameras])
    spots = []
    for thing in furnished.equipment:
        if thing.kind in ("cash_machine", "low_counter", "shelf", "counter", "ticket_machine"):
            turn = np.radians(thing.facing_deg)
            ahead = 0.3 + abs(np.cos(turn)) * thing.w / 2 + abs(np.sin(turn)) * thing.h / 2
            spots.append((thing.x + thing.w / 2 + ahead * np.cos(turn), thing.y + thing.h / 2 + ahead * np.sin(turn)))
    must_see = np.array(spots)
    seen = views.sees(eyes, must_see, 12.0) & within_angle(eyes, facing, must_see, 90.0)
    assert len(must_see) >= 8
    assert seen.any(axis=0).all()
    store = [camera for camera in furnished.cameras if 15.75 < camera.x < 17.75 and camera.y > 9]
    assert store, "the store is a room of its own and needs its own camera"


def test_a_wider_view_never_needs_more_cameras(floor: FloorPlan, furnished: Furnishing) -> None:
    kit = Kit(camera=CameraKind(range_m=20.0, view_deg=180.0))
    wide = furnish_hall(floor, ZONES, POSTS, {"cash_machine": 3}, 10, LIMITS, kit)
    assert len(wide.cameras) <= len(furnished.cameras)


def test_a_camera_that_sees_a_metre_leaves_blind_spots(floor: FloorPlan) -> None:
    kit = Kit(camera=CameraKind(range_m=1.0, view_deg=60.0))
    short = furnish_hall(floor, ZONES, POSTS, {"cash_machine": 3}, 10, LIMITS, kit)
    assert short.blind_spots
    assert any("seen from no wall" in note for note in short.notes)


def test_the_same_hall_is_furnished_the_same(floor: FloorPlan, furnished: Furnishing) -> None:
    assert furnish_hall(floor, ZONES, POSTS, {"cash_machine": 3}, 10, LIMITS) == furnished


def test_more_tellers_than_counters_stand_behind_them_or_are_told(floor: FloorPlan) -> None:
    many = furnish_hall(floor, ZONES, {"teller": ("counters", 12)}, {}, 0, LIMITS)
    assert judge_places(areas(), many.posts, many.equipment, 0.8) == []
    assert any("counter" in note for note in many.notes)


def test_parts_of_zones_json(furnished: Furnishing) -> None:
    parts = zones_json_parts(furnished)
    assert set(parts["posts"][0]) >= {"id", "zone", "role", "x", "y", "facing_deg"}
    assert set(parts["cameras"][0]) >= {"x", "y", "facing_deg", "range_m"}
    assert set(parts["equipment"][0]) >= {"id", "kind", "zone", "x", "y", "w", "h"}
    for entries in (parts[name] for name in ("posts", "cameras", "equipment")):
        ids = [entry["id"] for entry in entries]
        assert len(ids) == len(set(ids))


def test_nothing_to_place() -> None:
    floor = FloorPlan(shapely.box(0, 0, 5, 5), (Door(2.5, 0, 1.0, True, False, 90.0),))
    bare = furnish_hall(floor, ZonePlan((), {}, {}, (), np.empty((0, 2))), {}, {"cash_machine": 2}, 0, LIMITS)
    assert bare.notes == ("2 machines are required, but the hall has no zone self_service",)
    assert bare.posts == ()
    assert bare.equipment == ()
    assert len(bare.cameras) == 1, "the entrance must be seen all the same"


def test_nobody_stands_on_the_movement_line(floor: FloorPlan, furnished: Furnishing) -> None:
    """A line led through the reception past the spot the guide likes best drives the guide off it."""
    guide = next(post for post in furnished.posts if post.role == "guide")
    line = np.array([(guide.x, 0.0), (guide.x, 8.0)])
    led = dataclasses.replace(ZONES, movement_line=line)
    moved = furnish_hall(floor, led, POSTS, {"cash_machine": 3}, 10, LIMITS)
    assert judge_line(furnished.posts, line, 0.5)
    assert judge_line([post for post in moved.posts if post.zone == "reception"], line, 0.5) == []


def test_cash_keeps_out_of_the_line_of_the_entrance(floor: FloorPlan) -> None:
    """Of three counters one faces the door: the adviser takes it."""
    posts = {"adviser": ("counters", 1), "teller": ("counters", 2)}
    found = furnish_hall(floor, ZONES, posts, {}, 0, LIMITS)
    assert found.facing_door == ()
    alone = furnish_hall(floor, ZONES, {"teller": ("counters", 3)}, {}, 0, LIMITS)
    assert len(alone.facing_door) == 1


def test_machines_are_told_by_kind_with_their_reliability(floor: FloorPlan) -> None:
    found = furnish_hall(floor, ZONES, {}, {"cash_machine": 2, "oddity": 1}, 0, LIMITS)
    kinds = [thing.kind for thing in found.equipment if thing.zone == "self_service"]
    assert kinds.count("cash_machine") == 2
    assert kinds.count("self_service_machine") == 1
    (pool,) = found.pools
    assert (pool.kind, pool.installed, pool.needed) == ("cash_machine", 2, 1)
    assert pool.enough == pytest.approx(1 - (1 - pool.availability) ** 2, abs=1e-3)


def test_machines_that_fail_oftener_or_shall_work_more_surely_are_more(floor: FloorPlan) -> None:
    """Sized by the equipment's hours between failures and to repair, and by the share of time asked for."""

    def installed(fails_h: float = 350.0, repair_h: float = 6.0, enough: float = 0.98) -> int:
        catalogue = read_catalogue()
        changed = {"reliability": {"fails_h": fails_h, "repair_h": repair_h}}
        kinds = [
            type(kind).model_validate(kind.model_dump(by_alias=True) | changed) if kind.kind == "cash_machine" else kind
            for kind in catalogue.equipment
        ]
        kit = Kit(catalogue=catalogue.model_copy(update={"equipment": tuple(kinds)}), enough=enough)
        (pool,) = furnish_hall(floor, ZONES, {}, {"cash_machine": 4}, 0, LIMITS, kit).pools
        return pool.to_install

    assert installed() < installed(fails_h=20.0)
    assert installed() < installed(repair_h=120.0)
    assert installed() < installed(enough=0.999999)


def test_a_role_is_there_sees_and_handles_cash_as_its_preset_says(floor: FloorPlan) -> None:
    """When a role is there and what it sees stand in zones.json as its preset says; too few for cash are told."""

    def role(name: str, **changed: object) -> Kit:
        catalogue = read_catalogue()
        roles = [each.model_copy(update=changed) if each.id == name else each for each in catalogue.roles]
        return Kit(catalogue=catalogue.model_copy(update={"roles": tuple(roles)}))

    def people(kit: Kit) -> dict[str, dict[str, object]]:
        entries = zones_json_parts(furnish_hall(floor, ZONES, POSTS, {"cash_machine": 1}, 0, LIMITS, kit))["posts"]
        assert isinstance(entries, list)
        return {entry["role"]: entry for entry in entries}

    usual = people(Kit())
    assert usual["guard"]["presence"] == ["open", "opening", "closing"]
    assert people(role("guard", presence=("closing",)))["guard"]["presence"] == ["closing"]
    assert set(usual["guide"]["sees"]) == {"entrance", "public", "machine"}  # type: ignore[call-overload]
    assert set(people(role("guide", sees={"machine": 1.0}))["guide"]["sees"]) == {"machine"}  # type: ignore[call-overload]
    for least, told in ((3, False), (4, True)):
        found = furnish_hall(floor, ZONES, POSTS, {}, 0, LIMITS, role("teller", least=least))
        assert any("cash is counted and moved by 4" in note for note in found.notes) == told


def test_no_camera_sees_a_keypad_unless_it_is_told(furnished: Furnishing) -> None:
    for camera in furnished.cameras:
        told = any(camera.id in note and "masked" in note for note in furnished.notes)
        assert bool(camera.masks) == told
