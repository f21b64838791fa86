"""The stage simulate: from a roster to simulation.json."""

import json

import pytest

from layout.data.rostered import read_duties
from layout.study.day.make import typical_date
from layout.study.day.run import run_simulate
from outlet.errors import InputError


def simulation(work):
    run_simulate(work.stage())
    return json.loads((work.folder / "simulation.json").read_text(encoding="utf-8"))


def test_a_roster_that_meets_the_requirement_meets_the_target(make_work):
    found = simulation(make_work({"simulate": {"days": 100}}))
    assert found["day_type"] == "mon", "the busiest weekday"
    assert found["date"] == "2026-03-02"
    assert found["day"]["within_target"] > 0.85
    assert found["below_target"] == []
    assert len(found["intervals"]) == 15
    for interval in found["intervals"]:
        assert interval["wait_low"] <= interval["wait_mean"] <= interval["wait_high"]
        for post in interval["posts"].values():
            assert post["crew"] == post["required"]
            assert post["erlang_within"] is None or post["erlang_within"] >= 0.8
    visits = sum(channel["arrivals"] for ways in found["services"].values() for channel in ways.values())
    assert visits == pytest.approx(160 * 1.15, rel=0.03)


def test_two_runs_give_the_same_bytes(make_work):
    work = make_work({"simulate": {"days": 20}})
    run_simulate(work.stage())
    first = (work.folder / "simulation.json").read_bytes()
    run_simulate(work.stage())
    assert (work.folder / "simulation.json").read_bytes() == first


def test_a_missing_post_is_seen(make_work):
    """Without tellers their visitors are unserved, and the intervals are named."""
    work = make_work({"simulate": {"days": 20}}, without=("teller",))
    summary = run_simulate(work.stage())
    found = json.loads((work.folder / "simulation.json").read_text(encoding="utf-8"))
    assert found["unserved"] > 50
    assert len(found["below_target"]) == 15
    assert "09:00" in found["below_target"]
    assert any("below the target of 80%: 09:00" in note for note in summary.notes)
    assert any("find nobody left to serve them" in note for note in summary.notes)
    assert next(row for row in summary.rows if row[0] == "teller")[2] is None


def test_chosen_weekday_and_patience(make_work):
    work = make_work({"simulate": {"days": 30, "day_type": "wed", "patience_min": 1.0}})
    found = simulation(work)
    assert (found["day_type"], found["date"]) == ("wed", "2026-03-04")
    assert found["abandoned"] > 0


def test_without_triage_nobody_waits_for_reception(make_work):
    found = simulation(make_work({"simulate": {"days": 10, "triage": False}}))
    assert {interval["triage_wait"] for interval in found["intervals"]} == {None}


def test_without_a_roster_it_is_skipped(make_work):
    summary = run_simulate(make_work(roster=False).stage())
    assert summary.skipped == "there is no roster.csv, shifts.csv: the outlet has no hall or no roster"


def with_people(make_work, proficiency, **simulate):
    """Replay a day of people of a table: of each post the first has a proficiency; nobody else of the table counts."""
    work = make_work({"simulate": {"days": 60, **simulate}, "staff": {"people": "people.csv"}})
    rows = ["id,name,hours_per_week_max,roles,proficiency", "x9,Elsewhere,40,teller,0.05"]
    rows += [f"{person},{person},40,{person[:-1]},{pace}" for person, pace in proficiency.items()]
    (work.project.folder / "people.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return simulation(work)


def test_a_newcomer_takes_longer(make_work):
    """One teller at half the pace: waits for tellers are longer, and Erlang C says so; advisers are as before."""
    usual = with_people(make_work, {"teller0": 1, "teller1": 1})
    slow = with_people(make_work, {"teller0": 0.5, "teller1": 1})
    assert slow["services"]["account"]["post"]["wait_low"] > usual["services"]["account"]["post"]["wait_high"]
    assert slow["services"]["advice"]["post"] == usual["services"]["advice"]["post"]
    for before, after in zip(usual["intervals"], slow["intervals"], strict=True):
        assert after["occupancy"]["teller"] > before["occupancy"]["teller"]
        assert after["posts"]["teller"]["crew"] == before["posts"]["teller"]["crew"]
        assert after["posts"]["teller"]["erlang_within"] < before["posts"]["teller"]["erlang_within"]
        assert after["posts"]["adviser"]["erlang_within"] == before["posts"]["adviser"]["erlang_within"]
    assert slow["proficiency"] == {"teller0": 0.5}
    assert "people who work at a pace of their own: teller0 0.5" in slow["notes"]
    assert usual == simulation(make_work({"simulate": {"days": 60}})) | {"proficiency": {}}, "at one, nothing changes"


def test_a_new_guide_receives_slowly(make_work):
    waits = [
        sum(each["triage_wait"] for each in with_people(make_work, {"guide0": pace})["intervals"]) for pace in (1, 0.5)
    ]
    assert waits[1] > 1.5 * waits[0]


def test_one_desk_has_the_newcomers_too(make_work):
    policy = [{"name": "desk", "one_desk": ["teller", "adviser"]}]
    slow, usual = (
        with_people(make_work, {"teller0": pace}, policies=policy)["day"]["wait_mean"]
        + with_people(make_work, {"teller0": pace}, policies=policy)["policies"][0]["wait_change"]["mean"]
        for pace in (0.5, 1)
    )
    assert slow > usual


def test_typical_date_is_the_median_one(make_work):
    work = make_work()
    file = work.folder / "roster.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("2026-03-02,guard")]
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")
    duties = read_duties(file, work.folder / "shifts.csv")
    assert str(typical_date(duties, 0)[0]) == "2026-03-02", "the lower of two"
    with pytest.raises(InputError, match="nobody is rostered on any sun"):
        typical_date(duties, 6)
