"""The stage efficiency: figures of an outlet, what is assumed, and the network's establishment."""

import csv
import json
from dataclasses import replace

import pytest

from layout.settings import LayoutSettings
from layout.settings.efficiency import EfficiencySettings
from layout.study.efficiency import run_efficiency
from outlet.errors import InputError

ESTABLISHMENT = (
    "post,posts,hours_per_week,shrinkage,full_time_equivalents\nteller,3,120,0.2,3.75\nguide,1,40,0.1,1.11\n"
)


def table(work, name):
    with (work.out / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def work(make_work):
    work = make_work(
        {"services": {"value_per_visit": 10.0}},
        requirement=False,
        area_m2=200.0,
        rent_per_year=60000.0,
        fit_out_cost=100000.0,
        actual={"sales": 200000.0, "visits": 50000.0, "deposits": None, "staff": 6.0},
    )
    (work.folder / "establishment.csv").write_text(ESTABLISHMENT, encoding="utf-8")
    return work


def test_hand_drawn(work):
    """160 visits on 5 days of 52 weeks at 10; 4.86 full-time people of 40 hours at 20."""
    run_efficiency(work.stage(outlet=False))
    row = table(work, "efficiency.csv")[0]
    staff = 4.86 * 40 * 52 * 20
    assert float(row["value_per_year"]) == pytest.approx(160 * 5 * 52 * 10)
    assert float(row["staff_cost_per_year"]) == pytest.approx(staff)
    assert float(row["contribution_per_year"]) == pytest.approx(416000 - 60000 - staff - 10000)
    assert float(row["contribution_per_m2"]) == pytest.approx(float(row["contribution_per_year"]) / 200, abs=0.01)
    assert float(row["visits_against_plan"]) == pytest.approx(50000 / 41600, abs=1e-4)
    assert (row["rank"], row["rank_per_m2"], row["rank_per_head"]) == ("1", "1", "1")


def test_network_total(work):
    run_efficiency(work.stage(outlet=False))
    rows = {(row["level"], row["post"]): row for row in table(work, "establishment.csv")}
    assert float(rows["network", "total"]["full_time_equivalents"]) == pytest.approx(4.86)
    assert float(rows["outlet", "total"]["hours_per_week"]) == 160
    assert float(rows["network", "total"]["shrinkage"]) == pytest.approx(0.175)


def test_unknown_rent_is_assumed_by_area_and_told(make_work):
    work = make_work(requirement=False, area_m2=100.0)
    (work.folder / "establishment.csv").write_text(ESTABLISHMENT, encoding="utf-8")
    summary = run_efficiency(work.stage(outlet=False))
    assert float(table(work, "efficiency.csv")[0]["rent_per_year"]) == 30000
    assert "rent by hall area (preset) for 1 outlet (A/1)" in summary.notes


def test_without_area_and_roster_nothing_is_ranked(make_work):
    work = make_work(requirement=False)
    summary = run_efficiency(work.stage(outlet=False))
    row = table(work, "efficiency.csv")[0]
    assert (row["rank"], row["contribution_per_year"], row["staff_cost_per_year"]) == ("", "", "")
    assert any(note.startswith("staff cost unknown, so no contribution") for note in summary.notes)


def test_names_are_no_formulas(make_work):
    work = make_work(requirement=False, name="=1+1")
    run_efficiency(work.stage(outlet=False))
    assert table(work, "efficiency.csv")[0]["name"] == "'=1+1"


def test_bad_establishment(work):
    (work.folder / "establishment.csv").write_text("post,posts\nteller,3\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"establishment.csv: no column hours_per_week"):
        run_efficiency(work.stage(outlet=False))


def test_scorecard_and_surveys(work, tmp_path):
    """16 of 20 half hours meet the target; 8 minutes of service and 2 of wait are a speed of 80."""
    (work.folder / "simulation.json").write_text(
        '{"day": {"wait_mean": 2.0, "within_target": 0.9}, "below_target": ["09:00", "09:30", "10:00", "10:30"],'
        ' "intervals": [' + ",".join(["{}"] * 20) + "]}",
        encoding="utf-8",
    )
    (tmp_path / "surveys.csv").write_text("outlet,courtesy,advice\nA/1,81,\n", encoding="utf-8")
    surveyed = replace(work, project=with_settings(work, {"surveys": "surveys.csv"}))
    run_efficiency(surveyed.stage(outlet=False))
    row = table(work, "scorecard.csv")[0]
    assert (row["waiting"], row["order"], row["courtesy"], row["advice"]) == ("90.0", "80.0", "81.0", "")
    assert 60 < float(row["speed"]) < 85
    assert (row["hardware"], row["management"], row["sales"], row["service"]) == ("", "50.0", "50.0", "90.0")
    assert float(row["points"]) == pytest.approx((0.4 * 50 + 0.3 * 90 + 0.15 * 50) / 0.85, abs=0.1)
    assert table(work, "efficiency.csv")[0]["grade"] == row["grade"] == "B"


@pytest.mark.parametrize(
    ("aspect", "day", "broken"),
    [
        ("waiting", {"within_target": 0.6}, 1),
        ("speed", {"wait_mean": 9.0}, 1),
        ("order", {"below_target": ["09:00"]}, 1),
        ("environment", {}, 3),
    ],
)
def test_each_aspect_of_the_scorecard_follows_what_it_measures(work, aspect, day, broken):
    """Worse in the replayed day or the hall, worse on the card; the other aspects stay as they are."""
    cards = []
    for changed, rules in (({}, 1), (day, broken)):
        found = {"wait_mean": 2.0, "within_target": 0.9} | {k: v for k, v in changed.items() if k != "below_target"}
        simulation = {"day": found, "below_target": changed.get("below_target", []), "intervals": [{}] * 4}
        (work.folder / "simulation.json").write_text(json.dumps(simulation), encoding="utf-8")
        (work.folder / "zones.json").write_text(json.dumps({"broken_rules": [{}] * rules}), encoding="utf-8")
        run_efficiency(work.stage(outlet=False))
        row = table(work, "scorecard.csv")[0]
        cards.append({name: float(row[name]) for name in ("waiting", "speed", "order", "environment")})
    assert cards[1].pop(aspect) < cards[0].pop(aspect)
    assert cards[0] == cards[1]


def test_a_low_grade_advises_and_only_the_planner_closes(work):
    """Grade D is told with the setting it bears on; the outlet's brief stays as it was."""
    strict = {"grade_from": {"A": 99.0, "B": 98.0, "C": 97.0}}
    before = (work.folder / "outlet.json").read_bytes()
    summary = run_efficiency(replace(work, project=with_settings(work, strict)).stage(outlet=False))
    assert "grade D: 1 outlet (A/1); weigh may_close for those that exist" in summary.notes
    assert (work.folder / "outlet.json").read_bytes() == before
    assert not any("may_close" in note for note in run_efficiency(work.stage(outlet=False)).notes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("outlet,courtesy\nA/1,80\n", "no column advice"),
        ("outlet,courtesy,advice\nB,80,80\n", "'B'.*the id of an outlet"),
        ("outlet,courtesy,advice\nA/1,180,80\n", "'180'.*a number from 0 to 100"),
        ("outlet,courtesy,advice\nA/1,80,80\nA/1,80,80\n", "each outlet once"),
    ],
)
def test_bad_surveys(work, tmp_path, text, message):
    (tmp_path / "surveys.csv").write_text(text, encoding="utf-8")
    surveyed = replace(work, project=with_settings(work, {"surveys": "surveys.csv"}))
    with pytest.raises(InputError, match=message):
        run_efficiency(surveyed.stage(outlet=False))


def with_settings(work, efficiency):
    layout = work.project.section("layout", LayoutSettings)
    changed = layout.model_copy(update={"efficiency": EfficiencySettings.model_validate(efficiency)})
    return replace(work.project, sections={**work.project.sections, "layout": changed})


def test_what_drives_actual_from_plan(work):
    """50,000 visits of 4 instead of 41,600 of 10: 8,400·7 more by visits, 6·45,800 less by value."""
    run_efficiency(work.stage(outlet=False))
    rows = {
        row["driver"]: float(row["amount_per_year"]) for row in table(work, "drivers.csv") if row["against"] == "plan"
    }
    assert rows == {"visits": pytest.approx(8400 * 7), "value_per_visit": pytest.approx(-6 * 45800)}
    assert sum(rows.values()) == pytest.approx(200000 - 416000)
    alone = [float(row["amount_per_year"]) for row in table(work, "drivers.csv") if row["against"] == "mean hall"]
    assert alone == [0] * 7, "one outlet is the mean of all"


def test_diversion_is_at_least_as_good_as_now(work):
    run_efficiency(work.stage(outlet=False))
    every = table(work, "diversion.csv")
    assert [(row["service"], row["machine"]) for row in every[3:]] == [
        ("payment", "roaming guide"),
        ("", "roaming guide"),
    ]
    rows = every[:3]
    assert [row["service"] for row in rows] == ["cash", "payment", ""]
    assert float(rows[-1]["gain_best"]) >= max(float(rows[-1]["gain_now"]), 0)
    saved = sum(float(row["minutes_saved_now"]) for row in rows[:-1])
    assert float(rows[-1]["minutes_saved_now"]) == pytest.approx(saved, abs=0.02)
    assert (rows[0]["share_now"], rows[0]["machine"]) == ("0.6", "cash_machine")
