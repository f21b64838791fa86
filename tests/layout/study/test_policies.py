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


def counter(**changed):
    return {"reserves": [{"post": "teller", "open_at": 3, "close_at": 0, "delay_min": 2, "stay_min": 0} | changed]}


def sent(**changed):
    usual = {"service": "account", "machine": "query_machine", "at_queue": 0, "small": 0.5, "compliance": 0.5}
    return {"diversions": [usual | changed]}


def failure(**changed):
    return {"failures": [{"at": "teller", "begin": "11:00", "minutes": 30} | changed]}


def change(name, end="mean"):
    return lambda entry: entry[f"{name}_change"][end]


ROWS = {
    "a counter: how many open": (counter(), counter(people=4), change("wait"), "down"),
    "a counter: from which queue": (counter(open_at=8), counter(open_at=2), change("wait"), "down"),
    "a counter: until which queue": (counter(), counter(close_at=2), lambda entry: entry["reserve_min"], "down"),
    "a counter: minutes until it opens": (counter(), counter(delay_min=40), change("wait"), "up"),
    "a counter: minutes it stays": (counter(), counter(stay_min=60), lambda entry: entry["reserve_min"], "up"),
    "a roaming cash box: its pace": (counter(), counter(pace=0.3), change("wait"), "up"),
    "a roaming cash box: whom it is taken from": (counter(), counter(lender="adviser"), change("wait"), "up"),
    "small amounts to machines: their share": (sent(), sent(small=1.0), change("wait"), "down"),
    "small amounts to machines: who goes": (sent(), sent(compliance=1.0), change("wait"), "down"),
    "small amounts to machines: only when busy": (sent(), sent(at_queue=9), change("wait"), "up"),
    "small amounts to machines: minutes there": (sent(), sent(minutes=30.0), change("wait"), "up"),
    "a failure: how long": (failure(), failure(minutes=90), change("wait"), "up"),
    "a failure: when": (failure(), failure(begin="16:25", minutes=5), change("wait"), "down"),
    "a failure: of one of several": (failure(), failure(servers=1), change("wait"), "down"),
    "a failure: of one machine": (failure(at="cash_machine"), failure(at="power"), change("wait"), "up"),
    "a failure: those called in time": (failure(), failure(minutes=90), change("within", "high"), "down"),
    "one desk": ({}, {"one_desk": ["teller", "adviser"]}, change("wait"), "down"),
}


@pytest.fixture(scope="module")
def replayed():
    """Keep what every row's two policies gave, all replayed in one run."""
    return {}


@pytest.mark.parametrize("preset", list(ROWS))
def test_each_preset_of_a_live_policy_changes_the_day(make_work, replayed, preset):
    if not replayed:
        given = [{"name": f"{at} {name}", **row[at]} for name, row in ROWS.items() for at in (0, 1)]
        replayed.update(policies(make_work, given))
    _, _, look, wanted = ROWS[preset]
    before, after = (look(replayed[f"{at} {preset}"]) for at in (0, 1))
    assert (before < after) if wanted == "up" else (before > after), f"{before} → {after}"


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
