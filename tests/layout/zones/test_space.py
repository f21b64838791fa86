"""Programmes, and the space that work needs."""

from __future__ import annotations

import pytest

from layout.zones.programme import Programme, read_programme
from layout.zones.space import Space, Work, plan_space, shrink, without
from outlet.data.toml import parse_model
from outlet.errors import InputError

WORK = Work(posts={"counters": 4, "vip": 1}, machines=3, waiting=7.2)


@pytest.mark.parametrize("sector", ["bank", "telecom", "parcel", "retail"])
def test_every_sector_has_a_programme_with_sources(sector: str) -> None:
    programme = read_programme(sector)  # type: ignore[arg-type]
    assert programme.sector == sector
    assert all(zone.source for zone in programme.zones)
    assert {"counters", "back_office", "store"} <= {zone.kind for zone in programme.zones}


def test_counters_follow_posts_seats_follow_the_queue_machines_their_number() -> None:
    space = plan_space(read_programme("bank"), WORK, {}, 500.0)
    needs = {need.id: need for need in space.needs}
    assert needs["counters"].frontage_min == pytest.approx(4 * 1.7)
    assert needs["self_service"].frontage_min == pytest.approx(3 * 1.1)
    assert space.seats == 8
    assert needs["waiting"].area_target == pytest.approx(4.0 + 8 * 1.2)


def test_long_counters_are_split_evenly() -> None:
    space = plan_space(read_programme("bank"), Work(posts={"counters": 11}, machines=0, waiting=0), {}, 500.0)
    parts = [need for need in space.needs if need.kind == "counters"]
    assert [(need.id, need.count) for need in parts] == [("counters-1", 4), ("counters-2", 4), ("counters-3", 3)]
    assert "self_service" not in [need.id for need in space.needs]
    assert any(note.startswith("self_service: nothing to stand in it") for note in space.notes)


def target_m2(space: Space) -> float:
    return sum(need.area_target for need in space.needs)


def test_a_small_hall_shrinks_all_zones_then_drops_optional_ones() -> None:
    programme = read_programme("bank")
    roomy, tight, small = (plan_space(programme, WORK, {}, floor) for floor in (400.0, 150.0, 100.0))
    assert roomy.notes == ()
    assert tight.dropped == ()
    assert target_m2(roomy) > target_m2(tight) >= tight.least_m2
    assert "shrunk from" in tight.notes[-1]
    assert small.dropped[:2] == ("e_banking", "security")
    assert "e_banking: left out, the hall is too small for it (5.0 m² at least)" in small.notes


def test_the_planner_sets_areas_and_leaves_zones_out() -> None:
    programme = read_programme("bank").only({"counters", "waiting"})
    assert programme.zone("counters").back_to is None
    space = plan_space(programme, WORK, {"waiting": 30.0}, 500.0)
    waiting = next(need for need in space.needs if need.kind == "waiting")
    assert (waiting.area_target, waiting.area_max) == (30.0, 30.0)
    assert [need.kind for need in without(space, "waiting", "no room").needs] == ["counters"]
    assert target_m2(shrink(space, 1.0)) == pytest.approx(space.least_m2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("zones = 3", "not valid TOML|zones"),
        ('back_to = "cellar"', "back_to 'cellar' is no zone of the programme"),
        ('sees = ["cellar"]', "sees 'cellar'"),
        ("depth_m = [3.0, 2.0]", "depth_m .* is not in rising order"),
        ("colour = 1", "zones.0.colour; expected a key"),
    ],
)
def test_a_faulty_programme_is_named(change: str, message: str) -> None:
    key = change.split(" ")[0]
    lines = {"kind": 'kind = "hall"', "name": 'name = "Hall"', "public": "public = true"}
    lines |= {"area_m2": "area_m2 = [4, 5, 6]", "depth_m": "depth_m = [2, 3]", "source": 'source = "test"', key: change}
    text = 'schema = 1\nsector = "bank"\n[weights]\nwalking = 1\n[[zones]]\n' + "\n".join(lines.values())
    with pytest.raises(InputError, match=message):
        parse_model(Programme, text, "mine.toml")


def test_closeness_needs_known_zones() -> None:
    raw = read_programme("parcel").model_dump(by_alias=True)
    raw["closeness"] = [{"a": "counters", "b": "cellar", "rating": "A"}]
    with pytest.raises(ValueError, match="'cellar' is no zone"):
        Programme.model_validate(raw)
