"""Terms, brands, presence and who loses to whom, in a project: by hand, by message, and where check tells them."""

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from outlet.errors import InputError, ProjectError, TableError
from outlet.project import load_project
from outlet.stage import StageRun
from siting.data.load import load_siting_data
from siting.settings import SitingSettings
from siting.study.attraction import attractions_of
from siting.study.check import check
from siting.study.market import build_market
from siting.study.score import run_score
from siting.study.share import run_share
from siting.study.travel import candidate_costs, rival_costs

Run = Callable[..., StageRun]
TERMS = (
    "siting.score.competition.terms={ rating = 0.5, area_m2 = 2.0 }",
    'siting.data.competitors.terms={ rating = "stars", area_m2 = "floor" }',
)
OWN = "siting.score.competition.own_terms={ rating = 4.0, area_m2 = 3.0 }"


def change(folder: Path, layer: str, **columns: list[object]) -> None:
    file = folder / "data" / f"{layer}.gpkg"
    table = gpd.read_file(file).assign(**columns)
    file.unlink()
    table.to_file(file)


def settings_of(stage: StageRun) -> SitingSettings:
    return stage.project.section("siting", SitingSettings)


def codes(folder: Path, *overrides: str) -> list[tuple[str, str]]:
    return [(fault.code, fault.found) for fault in check(load_project(folder, overrides=overrides)).faults]


def test_terms_multiply_by_hand(gridtown: Path, run_in: Run) -> None:
    """r1: 1 · 9^½ · 2² = 12; r2 lacks stars: the median 9 stands in: 3 · 9^½ · 1² = 9; ours: 3 · 4^½ · 3² = 54."""
    change(gridtown, "competitors", stars=[9.0, None], floor=[2.0, 1.0])
    stage = run_in(gridtown, *TERMS, OWN)
    data = load_siting_data(stage.project)
    found = attractions_of(data, settings_of(stage).score.competition)
    assert found.names == ("attraction", "rating", "area_m2")
    np.testing.assert_allclose(found.rival_pull, [12.0, 9.0])
    np.testing.assert_allclose(found.site_pull, 54.0)
    assert found.notes == (
        "Our outlets attract like a typical rival (3): own_attraction is not set.",
        "8 of 8 sites without rating: 4 stands in (as the settings say).",
        "1 of 2 competitors without rating: 9 stands in (median).",
        "8 of 8 sites without area_m2: 3 stands in (as the settings say).",
    )


@pytest.mark.parametrize("model", ["huff", "logit"])
def test_terms_reach_market_features_and_share(gridtown: Path, run_in: Run, model: str) -> None:
    """Pulls of 12 and 9 as plain attraction give what the terms give, in every table."""
    change(gridtown, "competitors", stars=[9.0, 9.0], floor=[2.0, 1.0])
    chosen = f"siting.score.competition.model={model}"
    plan = {"opened": ["c1", "c3"], "kept": ["e1", "e2"], "closed": []}
    tables: list[dict[str, pd.DataFrame]] = []
    for more in ((*TERMS, OWN), ("siting.score.competition.own_attraction=54.0",)):
        if len(more) == 1:
            change(gridtown, "competitors", attraction=[12.0, 9.0])
        stage = run_in(gridtown, chosen, *more)
        run_score(stage)
        (stage.out.out / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        run_share(stage)
        names = ("candidates", "share", "presence", "cannibalisation")
        tables.append({name: pd.read_csv(stage.out.out / f"{name}.csv") for name in names})
    for name, table in tables[0].items():
        pd.testing.assert_frame_equal(table, tables[1][name], rtol=1e-6)
    raw = tables[0]["candidates"].set_index("id")["rivals_nearby_raw"]
    assert raw["c1"] == pytest.approx(21.0)  # both rivals are within 800 m


def test_a_term_nobody_has_is_an_error_and_never_zero(gridtown: Path, run_in: Run) -> None:
    change(gridtown, "competitors", stars=[None, None], floor=[2.0, 1.0])
    stage = run_in(gridtown, *TERMS)
    with pytest.raises(InputError, match=r"terms\.rating: no competitor and no outlet of ours has it"):
        attractions_of(load_siting_data(stage.project), settings_of(stage).score.competition)
    ((code, found),) = codes(gridtown, *TERMS)
    assert code == "bad-competition"
    assert "terms.rating" in found
    change(gridtown, "competitors", stars=[0.0, 1.0])
    with pytest.raises(TableError, match="column 'stars': found 0; expected a number above 0"):
        load_siting_data(run_in(gridtown, *TERMS).project)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (("siting.score.competition.terms={ rating = 0.5 }",), "no layer says in which column it stands"),
        (('siting.data.existing.terms={ ratng = "x" }', *TERMS), "there is no term 'ratng'; did you mean 'rating'?"),
        (("siting.score.competition.own_terms={ rating = 4.0 }",), "own_terms: there is no term 'rating'"),
        ((*TERMS, "siting.score.competition.rival_terms={ rating = 0.0 }"), "expected a number above 0"),
        (("siting.score.competition.terms={ attraction = 1.0 }",), "attraction has attraction_exponent"),
        (("siting.score.competition.brands={ A = -1.0 }",), "expected 0 or more"),
        (("siting.score.competition.rivals=band",), 'with shape = "band"'),
    ],
)
def test_faults_of_settings_are_told_before_anything_is_read(
    gridtown: Path, overrides: tuple[str, ...], message: str
) -> None:
    (gridtown / "data" / "streets.gpkg").unlink()
    with pytest.raises(ProjectError) as fault:
        check(load_project(gridtown, overrides=overrides))
    assert message in str(fault.value)


@pytest.fixture
def branded(gridtown: Path) -> Path:
    """The town with a Nordea at r1 and a partner of ours at r2, which attracts three times as much."""
    change(gridtown, "competitors", brand=["Nordea", "own partner"])
    return gridtown


def test_brands_weigh_and_zero_is_no_rival(branded: Path, run_in: Run) -> None:
    brands = 'siting.score.competition.brands={ Nordea = 1.5, "own partner" = 0.0 }'
    stage = run_in(branded, brands, "siting.score.weights.served_nearby=1")
    data, settings, cache = load_siting_data(stage.project), settings_of(stage).score, stage.out.cache()
    walks, to_rivals = candidate_costs(stage.project, data, cache), rival_costs(stage.project, data, cache)
    found = build_market(data, walks, to_rivals, settings.competition)
    np.testing.assert_array_equal(found.rival_size, [1.5, 0.0])
    assert found.notes[:2] == (
        "Brand Nordea: attraction × 1.5 (1 of 2 competitors).",
        "Brand own partner: no rival (1 of 2 competitors).",
    )
    summary = run_score(stage)
    table = pd.read_csv(stage.out.out / "candidates.csv", index_col="id")
    assert table.loc["c1", "rivals_nearby_raw"] == 1.5
    assert table.loc["c2", "rival_walk_min_raw"] == pytest.approx(390 / 80)  # to Nordea at (400, 400) from (210, 200)
    assert "Brand own partner: no rival (1 of 2 competitors)." in summary.notes
    assert not any("never the nearest rival" in note for note in summary.notes), "a partner is no small rival"
    (supply,) = [note for note in summary.notes if note.startswith("Supply near by")]
    assert supply.endswith("; our outlets: 2, rivals: 1.")
    presence = pd.read_csv(stage.out.out / "presence.csv")
    assert set(presence["brand"].dropna()) == {"Nordea"}


def test_an_unknown_brand_offers_the_nearest(branded: Path) -> None:
    ((code, found),) = codes(branded, "siting.score.competition.brands={ Nordeo = 2.0 }")
    assert code == "bad-competition"
    assert "no competitor is of the brand 'Nordeo'; did you mean 'Nordea'?" in found


def test_presence_by_hand(branded: Path, run_in: Run) -> None:
    """Within 800 m along streets: c1 (500, 500) has r1 (400, 400) at 200 m and r2 (800, 800) at 600 m."""
    stage = run_in(branded)
    run_score(stage)
    table = pd.read_csv(stage.out.out / "presence.csv")
    assert set(table["candidate_id"]) == {"c1", "c2", "c3", "c4"}  # c5 is not covered, c6 is on no street
    c1 = table[table["candidate_id"] == "c1"]
    assert c1["brand"].tolist() == ["own partner", "Nordea"]
    np.testing.assert_allclose(c1["attraction"], [3.0, 1.0])
    np.testing.assert_allclose(c1["nearest_min"], [7.5, 2.5])
    raw = pd.read_csv(stage.out.out / "candidates.csv", index_col="id")
    summed = table.groupby("candidate_id")["attraction"].sum()
    np.testing.assert_allclose(summed, raw.loc[summed.index, "rivals_nearby_raw"])
    near = run_in(branded, "siting.score.competition.presence_of=2", "siting.score.competition.rivals_within_m=100.0")
    run_score(near)
    few = pd.read_csv(near.out.out / "presence.csv")
    assert few["rank"].max() <= 2
    assert few["brand"].isna().all()
    assert (few["outlets"] == 0).all()


def test_the_matrix_sums_to_what_share_says(gridtown: Path, run_in: Run) -> None:
    stage = run_in(gridtown)
    plan = {"opened": ["c1", "c3", "c4"], "kept": ["e1", "e2"], "closed": []}
    (stage.out.out / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    run_share(stage)
    share = pd.read_csv(stage.out.out / "share.csv", index_col="outlet_id")
    table = pd.read_csv(stage.out.out / "cannibalisation.csv")
    assert tuple(table.columns) == ("outlet_id", "existing_id", "taken", "share_of_existing")
    assert (table["taken"].diff().dropna() <= 0).all()
    by_new = table.groupby("outlet_id")["taken"].sum()
    np.testing.assert_allclose(by_new, share.loc[by_new.index, "cannibalised_from_own"], atol=5e-6)
    by_old = table.groupby("existing_id")
    lost = (share["captured_before"] - share["captured_after"])[["e1", "e2"]]
    np.testing.assert_allclose(by_old["taken"].sum(), lost, atol=5e-6)
    np.testing.assert_allclose(
        by_old["share_of_existing"].sum(), lost / share.loc[["e1", "e2"], "captured_before"], atol=5e-6
    )


def test_contradicting_judgements_are_told_by_check(gridtown: Path) -> None:
    pairs = '{ "demand_nearby/stops_nearby" = 9, "stops_nearby/huff_share" = 9, "demand_nearby/huff_share" = 1 }'
    judged = ("siting.score.weighing=ahp", f"siting.score.ahp.judgements={pairs}")
    ((code, found),) = codes(gridtown, *judged)
    assert code == "bad-judgements"
    assert "consistency ratio" in found
    assert not codes(gridtown)


def test_rivals_may_have_an_ideal_band(gridtown: Path, run_in: Run) -> None:
    """1 to 2 of attraction near by are ideal, from 4.5 they are worth nothing; check is content with it."""
    band = '{ shape = "band", band = [0.0, 1.0, 2.0, 4.5] }'
    chosen = (
        "siting.score.competition.rivals=band",
        f"siting.score.values.rivals_nearby={band}",
        "siting.score.weights={ rivals_nearby = 1.0 }",
        "siting.score.competition.rivals_within_m=600.0",
    )
    assert not codes(gridtown, *chosen)
    run_score(run_in(gridtown, *chosen))
    table = pd.read_csv(gridtown / "out" / "candidates.csv", index_col="id")
    raw, value = table["rivals_nearby_raw"].dropna(), table["rivals_nearby_value"].dropna()
    expected = np.interp(raw, [0.0, 1.0, 2.0, 4.5], [0.0, 100.0, 100.0, 0.0])
    np.testing.assert_allclose(value, expected, atol=1e-4)
    assert raw.nunique() > 1
