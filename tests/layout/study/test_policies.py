"""Live policies of outlet.toml in simulation.json, compared with the roster as it stands."""

import json

import pytest

from layout.study.day.run import run_simulate
from outlet.errors import InputError

POLICIES = [
    {"name": "open a counter", "reserves": [{"post": "teller", "open_at": 3, "close_at": 0, "delay_min": 0}]},
    {"name": "power failure", "failures": [{"at": "power", "begin": "10:00", "minutes": 45}]},
    {"name": "nothing"},
]


def policies(make_work, given):
    work = make_work({"simulate": {"days": 60, "policies": given}})
    run_simulate(work.stage())
    found = json.loads((work.folder / "simulation.json").read_text(encoding="utf-8"))
    return {entry["name"]: entry for entry in found["policies"]}


def test_policies_and_failures_are_compared_with_the_roster(make_work):
    found = policies(make_work, POLICIES)
    assert found["open a counter"]["wait_change"]["high"] < 0
    assert found["open a counter"]["reserve_min"] > 0
    assert found["power failure"]["wait_change"]["low"] > 0
    assert found["power failure"]["within_change"]["high"] < 0
    assert set(found["nothing"]["wait_change"].values()) == {0}


def test_one_desk_for_everything_tells_its_crew_beside_that_of_the_posts(make_work):
    entry = policies(make_work, [{"name": "one desk", "one_desk": ["teller", "adviser"]}])["one desk"]["one_desk"]
    assert entry["posts"] == ["teller", "adviser"]
    assert 0 < entry["one_desk_hours"] <= entry["specialised_hours"]
    assert entry["specialised_hours"] == sum(sum(each["specialised"].values()) for each in entry["crew"]) / 2
    assert entry["one_desk_hours"] == sum(each["one_desk"] for each in entry["crew"]) / 2
    assert all(each["one_desk"] >= 2 for each in entry["crew"]), "cash is handled by two persons"


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ({"reserves": [{"post": "pilot"}]}, "'pilot' serves nobody on this day; expected one of"),
        ({"diversions": [{"service": "flight", "machine": "atm"}]}, "nobody is served at a post for 'flight'"),
        ({"failures": [{"at": "power", "begin": "23:30"}]}, "begins at 23:30; expected a time of the opening hours"),
    ],
)
def test_unknown_names_are_told(make_work, policy, message):
    with pytest.raises(InputError, match=message):
        policies(make_work, [{"name": "bad", **policy}])
