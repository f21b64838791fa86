"""The learnt score in a project: what is written and told, and that outlets are measured as candidates are."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

import siting.study.learn
from outlet.errors import InputError
from outlet.stage import StageRun
from siting.data.layers import SitingData
from siting.scoring.learn_store import load_model
from siting.study.learn import COLUMNS, as_candidates
from siting.study.score import run_score

Run = Callable[..., StageRun]
EAST, NORTH = 500_000.0, 5_000_000.0
LEARN = (
    'siting.score.learn.target="deposits"',
    "siting.score.learn.block_m=250.0",
    "siting.score.learn.folds=3",
    "siting.score.learn.repeats=2",
    "siting.score.learn.coverage=0.8",
)
BRAND = 'siting.score.learn.assume={ brand = "Ours" }'


def put_outlets(folder: Path, count: int = 60) -> gpd.GeoDataFrame:
    """Put outlets on the corners of the town's streets; those of "Ours" in the south hold most deposits."""
    rng = np.random.default_rng(5)
    corners = rng.choice(90, count, replace=False)
    x, y = 100.0 * (corners % 9), 100.0 * (corners // 9)
    brand = np.where(rng.random(count) < 0.5, "Ours", "Bought")
    deposits = np.exp(14.0 - y / 400.0 + (brand == "Ours") + rng.normal(0, 0.3, count))
    table = gpd.GeoDataFrame(
        {
            "id": [f"e{k:02d}" for k in range(count)],
            "name": [f"Outlet {k}" for k in range(count)],
            "brand": brand,
            "area_m2": rng.integers(80, 300, count).astype(float),
            "deposits": deposits,
        },
        geometry=[Point(EAST + a, NORTH + b) for a, b in zip(x, y, strict=True)],
        crs="EPSG:32631",
    )
    write(folder, "existing", table)
    return table


def write(folder: Path, layer: str, table: gpd.GeoDataFrame) -> None:
    file = folder / "data" / f"{layer}.gpkg"
    file.unlink()
    table.to_file(file)


def candidates(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "out" / "candidates.csv", dtype={"id": str}, index_col="id")


def test_candidates_are_told_what_they_would_hold(gridtown: Path, run_in: Run) -> None:
    put_outlets(gridtown)
    plain = run_score(run_in(gridtown))
    before = candidates(gridtown)
    assert not set(COLUMNS) & set(before.columns)
    assert not (gridtown / "out" / "learnt.json").exists()
    summary = run_score(run_in(gridtown, *LEARN, BRAND))
    table = candidates(gridtown)
    assert list(table.columns) == [*before.columns, *COLUMNS]
    pd.testing.assert_frame_equal(table[before.columns], before)  # the suitability score is what it was
    reached = table.drop("c6")
    assert (reached["predicted_low"] <= reached["predicted"]).all()
    assert (reached["predicted"] <= reached["predicted_high"]).all()
    assert table.loc["c6", list(COLUMNS[:3])].isna().all()
    assert table.loc["c5", "out_of_range"].count("huff_share") == 1  # beyond the competitor layer it is not known
    assert [note for note in summary.notes if note in plain.notes] == list(plain.notes)
    told = "\n".join(note for note in summary.notes if note not in plain.notes)
    assert "Learnt from the deposits of 60 outlets by " in told
    assert "Location alone explains " in told
    assert "area_m2 differs between outlets, but no candidate has one: not learnt from" in told
    assert "Candidates are taken to have brand = Ours where it is not known: they differ by location alone." in told
    assert "1 of 6 candidates have no known feature and no prediction." in told


def test_the_document_and_the_model_say_the_same(gridtown: Path, run_in: Run) -> None:
    put_outlets(gridtown)
    summary = run_score(run_in(gridtown, *LEARN, BRAND))
    data = json.loads((gridtown / "out" / "learnt.json").read_text(encoding="utf-8"))
    assert (data["schema"], data["target"], data["outlets"], data["folds"]) == (1, "deposits", 60, 3)
    assert list(data["figures"]) == ["all", "location", "mean", "own"]
    for figures in data["figures"].values():
        assert len(figures["spearman_by_fold"]) == len(figures["r2_by_fold"]) == 3
    assert data["figures"]["all"]["r2"] > 0.1 > data["figures"]["mean"]["r2"]
    assert data["intervals"]["stated"] == 0.8
    assert 0.6 < data["intervals"]["held"] <= 1
    assert {one["feature"] for one in data["importances"]} == {*data["features"]["location"], "brand"}
    assert data["assumed"] == {"brand": "Ours"}
    brand = next(one for one in data["partial_dependence"] if one["feature"] == "brand")
    by_brand = dict(zip(brand["values"], brand["predicted"], strict=True))
    assert by_brand["Ours"] > by_brand["Bought"]
    assert data["candidates"]["all"] == 6
    assert data["candidates"]["predicted"] == 5
    counts = dict(summary.headings)
    first = counts.get("How sure", 0)
    assert tuple(data["notes"]) == summary.notes[first : first + counts["What outlets say"]]
    model = load_model((gridtown / "out" / "learnt.skops").read_bytes(), "learnt.skops")
    assert (model.target, model.kind) == ("deposits", data["kind"])
    degrees = gpd.read_file(gridtown / "out" / "candidates.geojson").set_index("id")
    np.testing.assert_allclose(degrees["predicted"].astype(float), candidates(gridtown)["predicted"])


def test_the_same_bytes_twice(gridtown: Path, run_in: Run) -> None:
    put_outlets(gridtown)
    files = ("candidates.csv", "candidates.geojson", "learnt.json", "learnt.skops")
    found = []
    for _ in range(2):
        run_score(run_in(gridtown, *LEARN, BRAND))
        found.append([(gridtown / "out" / name).read_bytes() for name in files])
    assert found[0] == found[1]


def test_contributions_still_sum_to_the_score(gridtown: Path, run_in: Run) -> None:
    put_outlets(gridtown)
    run_score(run_in(gridtown, *LEARN, BRAND))
    table = pd.read_csv(gridtown / "out" / "candidates.csv", dtype=str, keep_default_na=False)
    parts = [column for column in table.columns if column.endswith("_contribution")]
    for _, row in table.iterrows():
        assert sum(Decimal(row[part]) for part in parts) == Decimal(row["score"] or "0")


def test_an_outlet_is_measured_as_a_candidate_in_its_place_would_be(
    gridtown: Path, run_in: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """e03 as an outlet beside 59 others, and as a candidate beside the same 59."""
    outlets = put_outlets(gridtown)
    seen: dict[str, pd.DataFrame] = {}
    learn = siting.study.learn.learn_project

    def spy(
        data: SitingData,
        raw: pd.DataFrame,
        measure: Callable[[SitingData], pd.DataFrame],
        *rest: object,
        **more: object,
    ) -> object:
        seen["outlets"], seen["candidates"] = measure(as_candidates(data)), raw
        return learn(data, raw, measure, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(siting.study.learn, "learn_project", spy)
    run_score(run_in(gridtown, *LEARN, BRAND))
    as_outlet = seen["outlets"].loc["e03"]
    assert list(seen["outlets"].columns) == list(seen["candidates"].columns)
    write(gridtown, "existing", outlets[outlets["id"] != "e03"])
    file = gridtown / "data" / "candidates.gpkg"
    more = gpd.read_file(file)
    more.loc[len(more)] = {"id": "e03", "name": "e03", "geometry": outlets.geometry.iloc[3]}
    write(gridtown, "candidates", more)
    run_score(run_in(gridtown, *LEARN, BRAND))
    pd.testing.assert_series_equal(as_outlet, seen["candidates"].loc["e03"], rtol=1e-9)
    assert as_outlet["cannibalised_share"] > 0


def test_what_cannot_be_done_is_told(gridtown: Path, run_in: Run) -> None:
    with pytest.raises(InputError, match=r"0 outlets have known deposits above 0; siting.score.learn.least = 40"):
        run_score(run_in(gridtown, *LEARN))
    put_outlets(gridtown)
    unknown = {
        'siting.score.learn.leave_out=["huf_share"]': "leave_out: there is no 'huf_share'; did you mean 'huff_share'?",
        'siting.score.learn.assume={ colour = "red" }': "assume: there is no 'colour'; expected some of area_m2, brand",
        'siting.score.learn.assume={ brand = "Our" }': "brand is 'Our', which no outlet has; did you mean 'Ours'?",
        'siting.score.learn.assume={ area_m2 = "big" }': "assume.area_m2 is 'big'; expected a number",
        "siting.score.learn.block_m=5000.0": "stand in 1 blocks; siting.score.learn.folds = 3 needs",
    }
    for setting, message in unknown.items():
        with pytest.raises(InputError) as refused:
            run_score(run_in(gridtown, *LEARN, setting))
        assert message in str(refused.value)


def test_a_column_that_gives_deposits_away_is_refused_until_left_out(gridtown: Path, run_in: Run) -> None:
    table = put_outlets(gridtown)
    write(gridtown, "existing", table.assign(area_m2=table["deposits"] / 1e4))
    area = "siting.score.learn.assume={ area_m2 = 100.0 }"
    with pytest.raises(InputError, match=r"deposits cannot be learnt .* area_m2: it rises or falls with deposits"):
        run_score(run_in(gridtown, *LEARN, area))
    run_score(run_in(gridtown, *LEARN, area, 'siting.score.learn.leave_out=["area_m2"]'))
    data = json.loads((gridtown / "out" / "learnt.json").read_text(encoding="utf-8"))
    assert data["features"]["own"] == []


def test_age_is_learnt_from_and_candidates_are_judged_at_a_stated_one(gridtown: Path, run_in: Run) -> None:
    """Deposits grow by a tenth with every year since opening; without another age candidates are three years old."""
    table = put_outlets(gridtown)
    rng = np.random.default_rng(11)
    year, noise = rng.integers(1980, 2025, len(table)), rng.normal(0, 0.3, len(table))
    write(gridtown, "existing", table.assign(opened=year, deposits=np.exp(12.0 + 0.1 * (2026 - year) + noise)))
    summary = run_score(run_in(gridtown, *LEARN))
    told = "\n".join(summary.notes)
    oldest, youngest = 2026 + 60 / 365 - year.min() - 0.5, 2026 + 60 / 365 - year.max() - 0.5
    assert f"Outlets are {youngest:.3g} to {oldest:.3g} years old on 2026-03-02; candidates are judged at 3 " in told
    data = json.loads((gridtown / "out" / "learnt.json").read_text(encoding="utf-8"))
    assert data["assumed"] == {"age_years": 3.0}
    assert data["importances"][0]["feature"] == "age_years"
    assert data["figures"]["own"]["spearman"] > 0.8
    young = candidates(gridtown)["predicted"]
    run_score(run_in(gridtown, *LEARN, "siting.score.learn.candidate_age_years=23.0"))
    ratio = (candidates(gridtown)["predicted"] / young).dropna()
    assert (ratio > 1.5).all()  # e² for twenty years, less what the model smooths
    run_score(run_in(gridtown, *LEARN, 'siting.score.learn.leave_out=["age_years"]'))
    data = json.loads((gridtown / "out" / "learnt.json").read_text(encoding="utf-8"))
    assert "age_years" not in data["features"]["own"]
