"""The rostered day asks the hall for seats until both agree, or says that they do not."""

import json

import pytest

from layout.study.day.run import run_simulate
from layout.study.day.waiting import REQUIREMENT, ROSTERED, ROUNDS, Round, ask_seats, asked_seats

ZONES = [
    {"id": "waiting", "kind": "waiting"},
    {"id": "reception", "kind": "reception"},
    {"id": "counters", "kind": "counters"},
]


def walks(metres):
    pairs = (("door", "reception"), ("reception", "waiting"), ("waiting", "counters"), ("door", "waiting"))
    return [{"from": a, "to": b, "metres": metres} for a, b in pairs]


@pytest.fixture
def hall(make_work):
    """Return a hall by hand: simulate with some seats and walks, then what it says of seats, and seats.json."""
    work = make_work({"simulate": {"days": 40}})
    seats_json = work.folder / "seats.json"

    def hall(seats, metres=5.0, doors=(), **more):
        plan = {
            "zones": ZONES,
            "seats": seats,
            "seats_from": ROSTERED if asked_seats(seats_json) else REQUIREMENT,
            "walks": walks(metres),
            "hall": {"doors": [{"width_m": width, "entrance": True, "exit": True} for width in doors]},
        } | more
        (work.folder / "zones.json").write_text(json.dumps(plan), encoding="utf-8")
        seats_json.unlink(missing_ok=True)  # a stage that does not write it again has dropped it
        summary = run_simulate(work.stage())
        found = json.loads((work.folder / "simulation.json").read_text(encoding="utf-8"))
        return found, asked_seats(seats_json), summary.notes

    return hall


def test_a_hall_with_seats_for_all_settles_at_once(hall):
    found, asked, notes = hall(60)
    assert found["seats"]["settled"]
    assert not found["seats"]["again"]
    assert found["seats"]["rounds"] == [{"seats": 60, "waiting_p95": most_waiting(found)}]
    assert asked == 0, "the hall keeps to its requirement"
    assert any("seats settled in 1 round:" in note for note in notes)


def most_waiting(found):
    return max(interval["waiting_p95"] for interval in found["intervals"])


def test_a_hall_with_too_few_seats_is_planned_again_and_settles(hall):
    first, asked, notes = hall(1)
    assert asked == most_waiting(first) > 1
    assert first["seats"]["again"]
    assert any("plans the hall with more" in note for note in notes)
    second, kept, notes = hall(asked)
    assert second["seats"]["settled"]
    assert kept == asked, "the same seats.json: the hall is up to date"
    assert [each["seats"] for each in second["seats"]["rounds"]] == [1, asked]
    assert any("seats settled in 2 rounds" in note for note in notes)
    third, _, _ = hall(asked)
    assert third == second, "a run again changes nothing"


def test_a_hall_whose_walks_grow_with_its_seats_does_not_settle(hall):
    """By hand: every hall keeps one seat fewer than the day before had waiting."""
    asked = 1
    for number in range(1, ROUNDS + 1):
        found, asked, notes = hall(1 + number % 2)
        assert len(found["seats"]["rounds"]) == number
        assert found["seats"]["again"] == (number < ROUNDS)
    assert not found["seats"]["settled"]
    assert any(f"seats did not settle in {ROUNDS} rounds" in note for note in notes)
    assert asked == 2, "seats.json stays as the last hall was planned, so that it is up to date"


def test_rounds_of_another_roster_do_not_count():
    before = ask_seats(None, "a", Round(3, 8), REQUIREMENT)
    assert (before.asked, before.again) == (8, True)
    other = ask_seats(before, "b", Round(8, 8), ROSTERED)
    assert (other.rounds, other.asked, other.again) == ((), None, True), "from the requirement's seats again"
    assert "the roster has changed" in other.told()
    fresh = ask_seats(other, "b", Round(3, 2), REQUIREMENT)
    assert (fresh.rounds, fresh.asked, fresh.settled) == ((Round(3, 2),), None, True)


def test_a_full_hall_clears_through_its_doors(hall):
    wide, _, _ = hall(60, doors=(1.8, 1.8))
    narrow, _, _ = hall(60, doors=(0.9,))
    assert wide["full_hall"]["visitors_p95"] == narrow["full_hall"]["visitors_p95"] > 5
    assert narrow["full_hall"]["staff"] >= 4
    people = narrow["full_hall"]["visitors_p95"] + narrow["full_hall"]["staff"]
    expected = (5.0 / 1.19 + people / (1.3 * 0.6)) / 60
    assert narrow["full_hall"]["minutes"] == pytest.approx(expected, abs=1e-3)
    assert wide["full_hall"]["minutes"] < narrow["full_hall"]["minutes"]
    assert hall(60)[0]["full_hall"] is None
