"""Keypads are read by their users alone: geometry by hand, shields that help, and what the checker finds."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from layout.floor.cells import Cells
from layout.posts.catalogue import read_catalogue
from layout.posts.check import judge_cash, judge_clearances, judge_keypad, judge_line, judge_places
from layout.posts.equipment import lower_one, place_equipment
from layout.posts.plan import Equipment, Post
from layout.posts.privacy import Pad, others_at, pads_of, public_points, read_from, shield_screens, stand_off_lines
from layout.posts.room import ZoneArea
from layout.posts.views import Views, make_views

CATALOGUE = read_catalogue().of_sector("bank")


def hall(front: float = 0.0) -> tuple[Views, list[ZoneArea], tuple[Equipment, ...]]:
    """A hall of 10 × 8 m with two cash machines against the west or the east wall."""
    free = np.ones((32, 40), dtype=bool)
    cells = Cells(free, free.copy(), 0.0, 0.0)
    rect = (0.0, 2.0, 2.0, 3.0) if front == 0.0 else (8.0, 2.0, 2.0, 3.0)
    zone = ZoneArea("self_service", "self_service", np.array([rect]), front, True)
    plan = place_equipment(cells, [zone], CATALOGUE, {"self_service": {"cash_machine": 2}})
    return make_views(cells, [zone]), [zone], plan.equipment


def machine(views: Views, zones: list[ZoneArea], things: tuple[Equipment, ...]) -> Pad:
    return pads_of(things, zones, CATALOGUE)[0]


def test_who_reads_a_keypad_by_hand() -> None:
    views, zones, things = hall()
    pad = machine(views, zones, things)
    x, y = pad.frame.to_hall(pad.frame.width / 2, 0.0)
    at = np.array([(x + 2.0, y), (x + 0.3, y), (x + 1.0, y + 1.2), (x + 1.0, y + 4.0), (x + 3.5, y + 0.0)])
    assert read_from(pad, 0.0, at, views).tolist() == [False, True, True, False, False], "behind the user nobody reads"
    assert not read_from(pad, 0.5, at, views)[2], "50° off: a shield as deep as it is aside hides it"


@pytest.mark.parametrize("front", [0.0, 180.0])
def test_a_second_judge_reads_the_same_keypads(front: float) -> None:
    """Both judges agree on 400 eyes a machine, with the shields and without, and shields do change what is read."""
    views, zones, things = hall(front)
    pads = pads_of(things, zones, CATALOGUE)
    people = np.random.default_rng(5).uniform((0.0, 0.0), (10.0, 8.0), (400, 2))
    for pad in pads:
        own, depth, _ = shield_screens([pad], views, public_points(views, zones, things))
        ahead, beside = pad.seen_at(people)
        near = people[(ahead > 0) & (np.hypot(ahead, beside) > 0.1)]
        shielded = judge_keypad(pad.thing, pad.screen, own, near)
        bare = judge_keypad(pad.thing, pad.screen, (), near)
        assert (shielded == read_from(pad, depth[pad.thing.id], near, views)).mean() > 0.99
        assert (bare == read_from(pad, 0.0, near, views)).mean() > 0.99
        assert shielded.sum() < bare.sum()


def test_a_wall_hides_what_lies_behind() -> None:
    views, zones, things = hall()
    pad = machine(views, zones, things)
    x, y = pad.frame.to_hall(pad.frame.width / 2, 0.0)
    eye = np.array([(x + 1.5, y + 1.8)])
    assert read_from(pad, 0.0, eye, views)[0]
    views.cells.free[:, views.cells.at(x + 0.8, y)[1]] = False
    assert not read_from(pad, 0.0, eye, views)[0]


@pytest.mark.parametrize("front", [0.0, 180.0])
def test_shields_leave_nobody_reading_and_a_mirrored_hall_is_shielded_alike(front: float) -> None:
    views, zones, things = hall(front)
    pads = pads_of(things, zones, CATALOGUE)
    public = public_points(views, zones, things)
    open_ = [read_from(pad, 0.0, public[others_at(pad, pads, public)], views).sum() for pad in pads]
    assert min(open_) > 0, "without shields somebody reads"
    shields, depth, readable = shield_screens(pads, views, public)
    assert readable == ()
    assert set(depth.values()) == {0.5}
    assert len(shields) == 4
    assert judge_places(zones, [], (*things, *shields), 0.8) == []
    (line,) = stand_off_lines(pads, zones)
    assert line.start[0] == line.end[0] == pytest.approx(2.0 if front == 0.0 else 8.0), "1.2 m before the machines"


def test_a_screen_without_shields_to_choose_is_told() -> None:
    views, zones, things = hall()
    pads = [
        dataclasses.replace(pad, screen=pad.screen.model_copy(update={"shields": (0.0,)}))
        for pad in pads_of(things, zones, CATALOGUE)
    ]
    _, _, readable = shield_screens(pads, views, public_points(views, zones, things))
    assert {entry.thing for entry in readable} == {thing.id for thing in things if thing.kind == "cash_machine"}
    assert min(entry.from_m2 for entry in readable) > 0


def test_one_counter_is_low_and_every_counter_has_a_panic_button() -> None:
    free = np.ones((32, 40), dtype=bool)
    cells = Cells(free, free.copy(), 0.0, 0.0)
    zone = ZoneArea("counters", "counters", np.array([(1.0, 5.0, 6.0, 2.5)]), 270.0, False)
    plan = place_equipment(cells, [zone], CATALOGUE, {"counters": {"posts": 3}})
    low = lower_one(plan, CATALOGUE, [zone], lambda thing: -thing.x)
    assert [thing.kind for thing in low.equipment].count("low_counter") == 1
    assert {thing.top_m for thing in low.equipment if thing.kind == "low_counter"} == {0.8}
    assert low.stations[0].equipment.kind == "low_counter"
    posts = [
        Post(f"t{k}", "counters", "teller", s.x, s.y, 270.0, (), ("open", "cash")) for k, s in enumerate(low.stations)
    ]
    assert judge_cash(posts, low.equipment) == []
    assert judge_places([zone], posts, low.equipment, 0.8) == []
    assert judge_clearances(low.equipment) == []
    fewer = [thing for thing in low.equipment if thing.id != "panic-button-2"]
    assert len(judge_cash(posts, fewer)) == 1


def test_the_checker_bites() -> None:
    zone = ZoneArea("z", "z", np.array([(0.0, 0.0, 6.0, 4.0)]), 270.0, True)
    rack = Equipment("a", "rack", "z", 1.0, 2.0, 1.0, 0.5, 270.0, 1.0)
    chair = Equipment("b", "chair", "z", 1.2, 1.5, 0.4, 0.4, 270.0, 0.0)
    loose = Equipment("c", "panic_button", "z", 5.0, 3.0, 0.06, 0.06, 270.0, 0.0, mounted=True)
    assert judge_clearances([rack, chair]) == ["b stands before a"]
    assert judge_clearances([rack, dataclasses.replace(chair, y=0.5)]) == []
    assert judge_places([zone], [], [rack, loose], 0.8) == ["c is fixed to nothing"]
    post = Post("p", "z", "guide", 3.0, 3.0, 0.0)
    line = np.array([(0.0, 2.8), (6.0, 2.8)])
    assert judge_line([post], line, 0.5) == ["p stands 0.20 m from the movement line"]
    assert judge_line([post], line - (0.0, 0.5), 0.5) == []
    assert math.isclose(rack.clearance_m, 1.0)
