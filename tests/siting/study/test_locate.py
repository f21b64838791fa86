"""The locate stage on a town drawn by hand: files, figures that agree, wishes that cannot be met."""

import csv
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from outlet.errors import InputError, NoSolutionError
from outlet.handover import folder_of, read_briefs
from outlet.stage import StageRun, Summary
from siting.data.load import load_siting_data
from siting.settings import SitingSettings
from siting.study import choose
from siting.study.handover import day_preset, visit_shares
from siting.study.label import minutes_between
from siting.study.locate import run_locate
from siting.study.score import run_score
from siting.study.share import run_share
from siting.study.travel import candidate_costs

Run = Callable[..., StageRun]
BASE = (
    "siting.locate.visits_per_unit_per_day=0.1",
    "siting.locate.outlets=2",
    "siting.locate.radius_min=4",
    "siting.locate.alternatives=1",
)


@pytest.fixture
def locate(gridtown: Path, run_in: Run) -> Callable[..., Summary]:
    """Score the town and locate with the given settings."""

    def run(*overrides: str) -> Summary:
        stage = run_in(gridtown, *BASE, *overrides)
        run_score(stage)
        return run_locate(stage)

    return run


def plan_of(folder: Path) -> dict[str, object]:
    return json.loads((folder / "out" / "plan.json").read_text(encoding="utf-8"))


def test_the_plan_is_the_best_of_all_pairs(gridtown: Path, run_in: Run, locate: Callable[..., Summary]) -> None:
    locate()
    plan = plan_of(gridtown)
    stage = run_in(gridtown, *BASE)
    data = load_siting_data(stage.project)
    near = candidate_costs(stage.project, data, stage.out.cache()).toarray()
    explicit = candidate_costs(stage.project, data, stage.out.cache()).copy()
    explicit.data[:] = 1.0
    covers = (explicit.toarray() > 0) & (near <= 4.0)
    weight = data.demand["weight"].to_numpy()
    prices = [weight[covers[:, [j, k, 6, 7]].any(axis=1)].sum() for j, k in itertools.combinations(range(6), 2)]
    assert plan["status"] == "optimal"
    assert plan["objective"] == plan["bound"] == max(prices)
    assert plan["kept"] == ["e1", "e2"]
    assert plan["closed"] == []
    assert len(plan["opened"]) == 2
    assert plan["alternatives"][0]["objective"] == sorted(prices)[-2]
    assert plan["alternatives"][0]["differs"] == 1


@pytest.mark.parametrize("model", ["max_cover", "p_median", "max_capture", "p_center", "set_cover"])
def test_every_model_writes_files_that_agree(gridtown: Path, locate: Callable[..., Summary], model: str) -> None:
    summary = locate(f"siting.locate.model={model}")
    plan, out = plan_of(gridtown), gridtown / "out"
    opened = [*plan["opened"], *plan["kept"]]
    features = json.loads((out / "outlets.geojson").read_text(encoding="utf-8"))["features"]
    assert [feature["properties"]["id"] for feature in features] == opened
    assert [row[0] for row in summary.rows] == plan["opened"]
    assert summary.notes[0].startswith(f"{model}: ")
    assigned = pd.read_csv(out / "assignment.csv", dtype=str, keep_default_na=False)
    assert list(assigned.columns) == ["demand_id", "outlet_id", "cost", "weight"]
    assert len(assigned) == 16
    assert set(assigned["outlet_id"]) <= {*opened, ""}
    briefs = {brief.id: brief for brief in read_briefs(out)}
    assert set(briefs) == set(opened)
    for outlet, brief in briefs.items():
        assert brief.role == ("new" if outlet in plan["opened"] else "existing")
        table = pd.read_csv(out / "outlets" / folder_of(outlet) / "catchment.csv", dtype={"community_id": str})
        assert list(table.columns) == ["community_id", "name", "grade", "weight", "minutes"]
        assert set(table["community_id"]) == set(assigned["demand_id"][assigned["outlet_id"] == outlet])
        assert table["minutes"].is_monotonic_increasing
    frontier = pd.read_csv(out / "frontier.csv")
    assert list(frontier.columns) == ["p", "objective", "bound", "gap", "opened"]
    if model != "set_cover":
        assert frontier["p"].tolist() == [1, 2]
        assert frontier["objective"].iloc[1] == plan["objective"]


def test_visits_follow_from_what_share_says_is_captured(
    gridtown: Path, run_in: Run, locate: Callable[..., Summary]
) -> None:
    rates = "siting.locate.visits_per_unit_per_day={everyone=0.1,income_high=0.3}"
    locate(rates)
    run_share(run_in(gridtown))
    share = pd.read_csv(gridtown / "out" / "share.csv", index_col="outlet_id")
    for brief in read_briefs(gridtown / "out"):
        assert brief.demand_captured == pytest.approx(share.loc[brief.id, "captured_after"], abs=1e-3)
        rich = brief.demand_captured * brief.segment_mix["income_high"]
        assert brief.visits_per_day == pytest.approx(0.1 * brief.demand_captured + 0.2 * rich, abs=1e-2)
        assert sum(brief.visits_share_by_interval) == pytest.approx(1.0, abs=1e-9)
        assert brief.value_per_visit is None
        assert brief.currency == "EUR"
    assert {brief.name for brief in read_briefs(gridtown / "out")} >= {"Old", "Mall"}


def test_the_same_project_gives_the_same_bytes(gridtown: Path, locate: Callable[..., Summary]) -> None:
    def artefacts() -> dict[str, bytes]:
        out = gridtown / "out"
        made = [out / name for name in ("plan.json", "outlets.geojson", "assignment.csv", "frontier.csv")]
        return {str(path): path.read_bytes() for path in [*made, *sorted((out / "outlets").rglob("*.*"))]}

    locate("siting.locate.model=max_capture")
    first = artefacts()
    locate("siting.locate.model=max_capture")
    assert artefacts() == first


def test_an_outlet_that_may_close_closes_only_when_asked(gridtown: Path, locate: Callable[..., Summary]) -> None:
    table = gpd.read_file(gridtown / "data" / "existing.gpkg")
    table["may_close"] = [True, False]
    table.to_file(gridtown / "data" / "existing.gpkg")
    locate()
    assert plan_of(gridtown)["kept"] == ["e1", "e2"]
    locate("siting.locate.closings=1")
    plan = plan_of(gridtown)
    assert (plan["kept"], plan["closed"], len(plan["opened"])) == (["e2"], ["e1"], 2)
    with pytest.raises(InputError, match="closings = 2, but 1 existing outlets are marked may_close"):
        locate("siting.locate.closings=2")


def test_only_the_best_candidates_are_looked_at_and_it_says_so(gridtown: Path, locate: Callable[..., Summary]) -> None:
    summary = locate("siting.locate.model=max_capture", "siting.locate.best_candidates=2")
    rows = list(csv.DictReader((gridtown / "out" / "candidates.csv").read_text(encoding="utf-8").splitlines()))
    best = sorted((row for row in rows if row["score"]), key=lambda row: -float(row["score"]))[:2]
    assert sorted(plan_of(gridtown)["opened"]) == sorted(row["id"] for row in best)
    assert any("only at the 2 candidates of the highest score, of 5" in note for note in summary.notes)
    assert any("1 of 6 candidates reach no demand" in note for note in summary.notes)


def test_locked_candidates(gridtown: Path, locate: Callable[..., Summary]) -> None:
    locate('siting.locate.locked_open=["c4"]', 'siting.locate.locked_shut=["c1"]')
    opened = plan_of(gridtown)["opened"]
    assert "c4" in opened
    assert "c1" not in opened
    with pytest.raises(InputError, match=r"siting\.locate\.locked_open: there is no 'c44'; did you mean 'c4'"):
        locate('siting.locate.locked_open=["c44"]')


def test_demand_out_of_reach_is_told_in_persons(locate: Callable[..., Summary]) -> None:
    summary = locate("siting.locate.radius_min=1")
    assert any("have no site within 1 min" in note and "persons" in note for note in summary.notes)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("siting.locate.outlets=7", r"outlets = 7: more outlets asked than there are candidates \(6\)"),
        ("siting.locate.visits_per_unit_per_day={everyone=0.1,poor=0.2}", "the demand layer has no segment 'poor'"),
        ('siting.locate.locked_open=["c1","c2","c3"]', "locked_open names 3 candidates, siting.locate.outlets is 2"),
    ],
)
def test_bad_wishes_are_named(locate: Callable[..., Summary], override: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        locate(override)


def test_visits_must_be_said(gridtown: Path, run_in: Run) -> None:
    with pytest.raises(InputError, match="visits_per_unit_per_day is missing"):
        run_locate(run_in(gridtown))


def test_no_plan_says_why_in_words(locate: Callable[..., Summary]) -> None:
    with pytest.raises(NoSolutionError, match=r"2 new outlets among 5 candidates, at least 5000 m apart"):
        locate("siting.locate.spacing_m=5000")


def test_max_capture_needs_an_elsewhere_where_there_is_no_rival(gridtown: Path, locate: Callable[..., Summary]) -> None:
    table = gpd.read_file(gridtown / "data" / "competitors.gpkg").iloc[:0]
    table.to_file(gridtown / "data" / "competitors.gpkg")
    with pytest.raises((InputError), match=r"elsewhere_min above 0|empty"):
        locate("siting.locate.model=max_capture", "siting.score.competition.elsewhere_min=0")


def test_an_interrupted_search_leaves_out_as_it_was(
    gridtown: Path, run_in: Run, locate: Callable[..., Summary], monkeypatch: pytest.MonkeyPatch
) -> None:
    locate()
    before = (gridtown / "out" / "plan.json").read_bytes()
    solve = choose.SiteProblem.solve

    def interrupted(self: choose.SiteProblem, *arguments: object, **keywords: object) -> object:
        import dataclasses

        return dataclasses.replace(solve(self, *arguments, **keywords), stopped_by="interrupt")  # type: ignore[arg-type]

    monkeypatch.setattr(choose.SiteProblem, "solve", interrupted)
    with pytest.raises(KeyboardInterrupt):
        locate("siting.locate.outlets=3")
    assert (gridtown / "out" / "plan.json").read_bytes() == before


@pytest.mark.parametrize("sector", ["bank", "telecom", "parcel", "retail"])
def test_every_sector_has_a_day(sector: str) -> None:
    preset = day_preset(sector)
    assert preset.source
    assert preset.opening_hours["mon"]
    assert len(preset.shares) > 10


def test_shares_of_the_day_lie_inside_the_opening_hours(gridtown: Path, run_in: Run) -> None:
    hours = 'siting.locate.opening_hours={mon=[["09:15","11:00"]],tue=[["18:30","20:00"]]}'
    settings = run_in(gridtown, hours).project.section("siting", SitingSettings).locate
    shares = np.array(visit_shares(settings, "bank"))
    assert np.flatnonzero(shares).tolist() == [18, 19, 20, 21, 37, 38, 39]
    assert shares.sum() == pytest.approx(1.0, abs=1e-9)
    assert shares[18] == pytest.approx(shares[19] * 40 / 25 / 2, rel=0.3)


def test_minutes_between_tells_zero_from_out_of_reach() -> None:
    from scipy import sparse

    cost = sparse.csr_array((np.array([0.0, 3.0]), np.array([1, 0]), np.array([0, 1, 2])), shape=(2, 2))
    found = minutes_between(cost, np.array([0, 0, 1]), np.array([1, 0, 0]))
    assert found[0] == 0.0
    assert np.isnan(found[1])
    assert found[2] == 3.0
