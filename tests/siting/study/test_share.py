"""Shares of a plan: conservation, roles, and bad plans by message."""

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from outlet.errors import InputError
from outlet.stage import StageRun, Summary
from siting.competition.huff import patronage
from siting.data.load import load_siting_data
from siting.settings import SitingSettings
from siting.study.market import build_market
from siting.study.share import COLUMNS, run_share
from siting.study.travel import candidate_costs, rival_costs

Run = Callable[..., StageRun]
DEMAND = sum(100.0 + 10 * k for k in range(16))


def share(
    stage: StageRun, opened: Sequence[str], kept: Sequence[str], closed: Sequence[str] = ()
) -> tuple[Summary, pd.DataFrame]:
    plan = {"schema": 1, "opened": list(opened), "kept": list(kept), "closed": list(closed), "model": "p_median"}
    (stage.out.out / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    summary = run_share(stage)
    return summary, pd.read_csv(stage.out.out / "share.csv", dtype={"outlet_id": str}, index_col="outlet_id")


@pytest.mark.parametrize("model", ["huff", "logit"])
def test_the_new_take_what_the_kept_lose(gridtown: Path, run_in: Run, model: str) -> None:
    stage = run_in(gridtown, f"siting.score.competition.model={model}")
    _, table = share(stage, ["c1", "c3"], ["e1", "e2"])
    assert tuple(table.reset_index().columns)[:6] == COLUMNS
    assert list(table.index) == ["c1", "c3", "e1", "e2"]
    lost = (table["captured_before"] - table["captured_after"])[["e1", "e2"]]
    assert (lost > 0).all()
    assert table["cannibalised_from_own"].sum() == pytest.approx(lost.sum(), abs=1e-5)
    assert (table.loc[["e1", "e2"], "cannibalised_from_own"] == 0).all()
    assert (table.loc[["c1", "c3"], "captured_before"] == 0).all()
    np.testing.assert_allclose(table["share_after"], table["captured_after"] / DEMAND, atol=1e-6)


@pytest.mark.parametrize("elsewhere", [0, 30])
def test_all_demand_goes_to_us_to_rivals_or_elsewhere(gridtown: Path, run_in: Run, elsewhere: int) -> None:
    stage = run_in(gridtown, f"siting.score.competition.elsewhere_min={elsewhere}")
    settings = stage.project.section("siting", SitingSettings).score.competition
    data, cache = load_siting_data(stage.project), stage.out.cache()
    walks, to_rivals = candidate_costs(stage.project, data, cache), rival_costs(stage.project, data, cache)
    found = build_market(data, walks, to_rivals, settings)
    ours = patronage(found.market.attraction, found.market.rivals).sum(axis=1)
    total = found.market.attraction.sum(axis=1) + found.market.rivals
    theirs = found.market.rivals / total
    np.testing.assert_allclose(np.asarray(ours).ravel() + theirs, 1.0)
    assert (found.elsewhere > 0) == (elsewhere > 0)
    _, table = share(stage, ["c1"], ["e1", "e2"])
    assert table["share_after"].sum() < 1


def test_a_closed_outlet_wins_nothing_after_and_helps_the_kept(gridtown: Path, run_in: Run) -> None:
    _, table = share(run_in(gridtown), [], ["e1"], ["e2"])
    assert table.loc["e2", "captured_after"] == 0
    assert table.loc["e2", "captured_before"] > 0
    assert table.loc["e1", "captured_after"] > table.loc["e1", "captured_before"]
    assert list(table["role"]) == ["kept", "closed"]


def test_an_empty_plan_changes_nothing(gridtown: Path, run_in: Run) -> None:
    summary, table = share(run_in(gridtown), [], ["e1", "e2"])
    np.testing.assert_array_equal(table["captured_before"], table["captured_after"])
    assert "After the plan demand goes" in summary.notes[0]


def test_the_table_says_what_is_assumed(gridtown: Path, run_in: Run) -> None:
    summary, _ = share(run_in(gridtown), ["c1"], ["e1", "e2"])
    assert summary.columns == ("outlet", "role", "captured before", "captured after", "share after %", "from our own")
    assert "Our outlets attract like a typical rival (3): own_attraction is not set." in summary.notes


def test_attraction_by_area(gridtown: Path, run_in: Run) -> None:
    with pytest.raises(InputError, match="no site has an area_m2 above 0"):
        share(run_in(gridtown, "siting.score.competition.own_size=area_m2"), ["c1"], ["e1"])


def test_bad_plans_are_named(gridtown: Path, run_in: Run) -> None:
    with pytest.raises(InputError, match=r"plan\.json: nobody: neither candidate nor existing outlet"):
        share(run_in(gridtown), ["nobody"], ["e1", "e2"])
    (gridtown / "out" / "plan.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match=r"plan\.json: not a plan"):
        run_share(run_in(gridtown))
    (gridtown / "out" / "plan.json").unlink()
    with pytest.raises(InputError, match=r"plan\.json: not in out/ yet"):
        run_share(run_in(gridtown))


def test_sites_without_area_get_the_median_and_are_told(gridtown: Path, run_in: Run) -> None:
    stage = run_in(gridtown, "siting.score.competition.own_size=area_m2")
    settings = stage.project.section("siting", SitingSettings).score.competition
    data, cache = load_siting_data(stage.project), stage.out.cache()
    data = dataclasses.replace(data, existing=data.existing.assign(area_m2=[100.0, 300.0]))
    walks, to_rivals = candidate_costs(stage.project, data, cache), rival_costs(stage.project, data, cache)
    found = build_market(data, walks, to_rivals, settings)
    np.testing.assert_array_equal(found.own_size, [200.0] * 6 + [100.0, 300.0])
    assert found.notes[0] == "6 of 8 sites without area: 200 m² assumed."
    assert found.notes[1].startswith("Our outlets attract by their area (median 200 m²), rivals by their attraction (a")
