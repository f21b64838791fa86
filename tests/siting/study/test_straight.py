"""Gridtown without its streets: every stage of siting works on straight lines, and says so."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from outlet.errors import InputError
from outlet.project import load_project
from siting.cli.map import STAGE
from siting.data.check import check
from siting.settings import SitingSettings
from siting.study.locate import run_locate
from siting.study.score import run_score
from siting.study.share import run_share

TOLD = (
    "Walks are straight lines times 1.25 (siting.score.travel.detour), an assumption: no street, river or railway was "
    "looked at."
)
LOCATE = ("siting.locate.visits_per_unit_per_day=0.05", "siting.locate.outlets=1")


@pytest.fixture
def field(gridtown):
    """Gridtown whose outlet.toml names no streets."""
    file = gridtown / "outlet.toml"
    text = file.read_text(encoding="utf-8").replace('[siting.data.streets]\nfile = "data/streets.gpkg"\n', "")
    file.write_text(text + '[siting.score.travel]\nalong = "straight"\n', encoding="utf-8")
    (gridtown / "data" / "streets.gpkg").unlink()
    return gridtown


def test_streets_are_missed_where_walks_follow_them(field):
    with pytest.raises(InputError, match=r"data.streets is missing; give streets, or set siting.score.travel.along"):
        load_project(field, overrides=['siting.score.travel.along="streets"']).section("siting", SitingSettings)


def test_candidates_along_streets_need_streets(field):
    text = (field / "outlet.toml").read_text(encoding="utf-8")
    rule = '[siting.data.candidates.generate]\nrule = "along-streets"'
    (field / "outlet.toml").write_text(text.replace('[siting.data.candidates]\nfile = "data/candidates.gpkg"', rule))
    with pytest.raises(
        InputError, match=r'candidates by rule = "along-streets" on streets need \[siting.data.streets\]'
    ):
        load_project(field).section("siting", SitingSettings)


def test_demand_cannot_be_spread_along_streets_that_are_not_there(field):
    with pytest.raises(InputError, match=r'demand spread onto = "streets" needs \[siting.data.streets\]'):
        load_project(field, overrides=['siting.data.demand.spread.onto="streets"']).section("siting", SitingSettings)


def test_all_stages_work_and_say_so(field, run_in):
    assert check(load_project(field)).faults == ()
    scored = run_score(run_in(field))
    assert TOLD in scored.notes
    assert not any("street within" in note for note in scored.notes)
    table = pd.read_csv(field / "out" / "candidates.csv", index_col="id")
    # c6 (2000, 0) has a figure now; c1 (500, 500) walks 400 m straight to c1's nearest bus stop at (600, 500): 100 m.
    assert table["score"].notna().all()
    assert table.loc["c1", "station_walk_min_raw"] == pytest.approx(500 * 1.25 / 80, abs=1e-3)
    circles = json.loads((field / "out" / "catchments.geojson").read_text(encoding="utf-8"))["features"]
    assert circles
    located = run_locate(run_in(field, *LOCATE))
    assert TOLD in located.notes
    assert TOLD in run_share(run_in(field, *LOCATE)).notes
    STAGE.run(run_in(field, *LOCATE))
    assert "Gridtown" in (field / "out" / "map.html").read_text(encoding="utf-8")


def test_streets_that_are_there_are_left_out_where_walks_are_straight(gridtown, run_in):
    assert TOLD in run_score(run_in(gridtown, 'siting.score.travel.along="straight"')).notes
