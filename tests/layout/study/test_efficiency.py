"""The stage efficiency: figures of an outlet, what is assumed, and the network's establishment."""

import csv

import pytest

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
