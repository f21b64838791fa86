"""Demand by the part of the day: what outlets are open for, when visitors come, and what does not fit."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from outlet.errors import InputError
from outlet.handover import read_briefs
from outlet.project import load_project
from outlet.stage import StageRun
from siting.data.load import load_siting_data
from siting.settings import SitingSettings
from siting.settings.day import PartOfDay
from siting.study.check import check
from siting.study.locate import run_locate
from siting.study.parts_of_day import lean_of, quotients_of, settle_parts
from siting.study.score import run_score

Run = Callable[..., StageRun]
PARTS = (
    'siting.data.demand.parts_of_day.day={column="noon", hours=[["08:00", "18:00"]]}',
    'siting.data.demand.parts_of_day.night={column="evening", hours=[["00:00", "08:00"], ["18:00", "24:00"]]}',
)
HOURS = 'siting.locate.opening_hours={mon=[["09:00","12:00"],["14:00","19:00"]],sat=[["16:00","20:00"]]}'
CALIBRATED = (
    'siting.calibrate.target="choices"',
    'siting.calibrate.file="x.csv"',
    'siting.data.demand.spread.onto="grid"',
)
VISITS = ("siting.locate.visits_per_unit_per_day=0.01", "siting.locate.outlets=2")


@pytest.fixture
def busy_town(gridtown: Path) -> Path:
    """The town, empty by day but for the south-west corner, where 500 work."""
    demand = gpd.read_file(gridtown / "data" / "demand.gpkg")
    demand["noon"] = np.where(demand["id"] == "d0", 500.0, 0.0)
    demand["evening"] = demand["weight"]
    demand.to_file(gridtown / "data" / "demand.gpkg")
    return gridtown


def settled(folder: Path, *overrides: str) -> tuple[dict[str, float], str]:
    settings = load_project(folder, overrides=(*PARTS, *overrides)).section("siting", SitingSettings)
    hours = settings.locate.opening_hours
    assert hours is not None
    score, notes = settle_parts(settings, hours)
    return score.catchment.parts_of_day, " ".join(notes)


def test_the_opening_hours_say_what_each_part_counts(busy_town: Path) -> None:
    # Monday 3 h and 4 h by day and 1 h at night; Saturday 2 h by day and 2 h at night
    shares, told = settled(busy_town, HOURS)
    assert shares == pytest.approx({"day": 9 / 12, "night": 3 / 12})
    assert "by the opening hours: day 75 %, night 25 %; everyone counts once." in told
    assert "left out" not in told
    shares, told = settled(busy_town, HOURS, 'siting.data.demand.parts_of_day.night.hours=[["18:00","19:00"]]')
    assert shares == pytest.approx({"day": 9 / 11, "night": 2 / 11})
    assert "1 of 12 opening hours a week lie in no part of the day and are left out." in told


def test_the_planner_says_what_each_part_counts(busy_town: Path) -> None:
    shares, told = settled(busy_town, HOURS, "siting.score.catchment.parts_of_day={night=3.0}")
    assert shares == {"day": 0.0, "night": 1.0}
    assert "by siting.score.catchment.parts_of_day: day 0 %, night 100 %" in told


def test_who_is_there_while_open_is_what_counts(busy_town: Path, run_in: Run) -> None:
    summary = run_score(run_in(busy_town, *PARTS, HOURS, "siting.score.weights={demand_in_hours=1.0}"))
    table = pd.read_csv(busy_town / "out" / "candidates.csv", index_col="id")
    run_score(run_in(busy_town, *PARTS, "siting.score.catchment.parts_of_day={night=1}"))
    night = pd.read_csv(busy_town / "out" / "candidates.csv", index_col="id")
    np.testing.assert_allclose(night["demand_in_hours_raw"], night["demand_nearby_raw"])
    far = ["c5"]  # beyond a walk of 15 min from those who work
    np.testing.assert_allclose(table.loc[far, "demand_in_hours_raw"], 0.25 * night.loc[far, "demand_nearby_raw"])
    assert table.loc["c2", "rank"] == 1, "c2 is next to those who work"
    assert any("demand_in_hours, by the opening hours" in note for note in summary.notes)
    run_score(run_in(busy_town))
    assert pd.read_csv(busy_town / "out" / "candidates.csv")["demand_in_hours_raw"].isna().all()


def test_visitors_come_when_their_homes_are_full(busy_town: Path, run_in: Run) -> None:
    folder = busy_town
    run_score(run_in(folder, *VISITS))
    run_locate(run_in(folder, *VISITS, HOURS))
    plain = {brief.id: brief.visits_share_by_interval for brief in read_briefs(folder / "out")}
    run_locate(run_in(folder, *VISITS, HOURS, *PARTS))
    leaning = {brief.id: brief.visits_share_by_interval for brief in read_briefs(folder / "out")}
    assert plain.keys() == leaning.keys()
    far = "e2"  # its customers live where nobody works
    by_day = slice(18, 36)
    assert sum(leaning[far][by_day]) < sum(plain[far][by_day])
    for shares in leaning.values():
        assert sum(shares) == pytest.approx(1.0, abs=1e-6)
        assert all(share == 0 for at, share in enumerate(shares) if not (18 <= at < 24 or 28 <= at < 40))


def test_lean_by_hand() -> None:
    parts = {
        "noon": PartOfDay(column="a", hours=(("12:00", "13:15"),)),
        "night": PartOfDay(column="b", hours=(("23:00", "24:00"),)),
        "never": PartOfDay(column="c", hours=(("05:00", "06:00"),)),
    }
    demand, share = np.array([100.0, 300.0]), np.array([0.5, 0.0])
    held = {"noon": np.array([30.0, 10.0]), "night": np.array([0.0, 50.0]), "never": np.zeros(2)}
    # It wins 50 of 400; at noon 15 of 40: (15 / 50) / (40 / 400) = 3. At night nobody of its.
    quotients = quotients_of(held, share, demand)
    assert quotients == pytest.approx({"noon": 3.0, "night": 0.0})
    lean = lean_of(parts, quotients)
    assert lean[[23, 24, 25, 26, 27]] == pytest.approx([1.0, 3.0, 3.0, 2.0, 1.0])
    assert lean[46:].tolist() == [0.0, 0.0]
    assert lean[10] == 1.0
    assert quotients_of(held, np.zeros(2), demand) == {}


def test_parts_are_spread_like_the_weight(busy_town: Path) -> None:
    demand = gpd.read_file(busy_town / "data" / "demand.gpkg")
    demand.set_geometry(demand.buffer(40)).to_file(busy_town / "data" / "demand.gpkg")
    asked = ('siting.data.demand.spread.onto="grid"', "siting.data.demand.spread.cell_m=20")
    spread = load_siting_data(load_project(busy_town, overrides=(*PARTS, *asked))).demand
    assert len(spread) > 100
    np.testing.assert_allclose(spread.groupby("origin", sort=False)["part:day"].sum(), demand["noon"], atol=1e-9)


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (("siting.score.weights={demand_in_hours=1.0}",), "names no column of the demand by the part of the day"),
        (("siting.score.catchment.parts_of_day={day=1}",), "demand has no part of the day 'day'; data.demand.parts_of"),
        ((*PARTS, "siting.score.catchment.parts_of_day={dya=1}"), "did you mean 'day'"),
        ((*PARTS, "siting.score.catchment.parts_of_day={day=0}"), "one above 0"),
        ((*PARTS, 'siting.data.demand.parts_of_day.day.hours=[["08:00","19:00"]]'), "have hours in common"),
        ((*PARTS, "siting.data.demand.parts_of_day.day.hours=[]"), "at least one span"),
        (CALIBRATED, "calibrate.file names rows of demand"),
        (("siting.score.target_market.income_hig=2.0",), "no segment 'income_hig'; did you mean 'income_high'"),
    ],
)
def test_what_does_not_fit_is_told(overrides: tuple[str, ...], told: str, busy_town: Path) -> None:
    with pytest.raises(InputError, match=told):
        load_project(busy_town, overrides=overrides).section("siting", SitingSettings)


def test_check_tells_hours_that_never_meet_and_bad_cells(busy_town: Path) -> None:
    never = (PARTS[0], 'siting.locate.opening_hours={mon=[["20:00","22:00"]]}')
    found = check(load_project(busy_town, overrides=never)).faults
    assert [fault.code for fault in found] == ["bad-hours"]
    demand = gpd.read_file(busy_town / "data" / "demand.gpkg")
    demand.loc[2, "noon"] = -1.0
    demand.loc[3, "rich"] = 900.0
    demand.to_file(busy_town / "data" / "demand.gpkg")
    findings = check(load_project(busy_town, overrides=PARTS))
    assert [(f.code, f.row, f.column) for f in findings.faults] == [("out-of-range", 3, "noon")]
    above = [remark for remark in findings.remarks if remark.code == "segment-above-weight"]
    assert [remark.rows for remark in above] == [(4,)]


def test_a_segment_that_takes_away_more_than_there_is_is_told(busy_town: Path, run_in: Run) -> None:
    demand = gpd.read_file(busy_town / "data" / "demand.gpkg")
    demand["rich"] = np.where(demand["id"].isin(["d3", "d5"]), demand["weight"] + 50, 0.0)
    demand.to_file(busy_town / "data" / "demand.gpkg")
    notes = "\n".join(run_score(run_in(busy_town, "siting.score.target_market.income_high=0")).notes)
    assert "2 of 16 demand points count nothing" in notes
    weight = demand["weight"]
    kept = weight.sum() - weight[[3, 5]].sum()
    assert f"For the target market {weight.sum():,.0f} of demand count as {kept:,.0f}." in notes
