"""Scoring a project: the written files, what is missing, and the same bytes twice."""

import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from outlet.errors import InputError
from outlet.stage import StageRun
from siting.data.kept import read_matrix
from siting.data.load import load_siting_data
from siting.scoring.features import FEATURE_NAMES
from siting.study.score import run_score, score_candidates
from siting.study.travel import TravelCosts, candidate_costs, travel_costs

Run = Callable[..., StageRun]
FIRST = ["id", "format", "score", "rank", "rank_low", "rank_high", "top_k_probability", "expected_rank"]
FIRST += ["least_weight_change", "name", "lon", "lat", "ptal_band", "rule"]


def read_csv(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "out" / "candidates.csv", dtype={"id": str}, index_col="id")


def test_columns_and_sums_are_as_documented(gridtown: Path, run_in: Run) -> None:
    summary = run_score(run_in(gridtown))
    table = pd.read_csv(gridtown / "out" / "candidates.csv", dtype=str, keep_default_na=False)
    parts = ("raw", "value", "weight", "contribution")
    assert list(table.columns) == FIRST + [f"{f}_{part}" for f in FEATURE_NAMES for part in parts]
    for _, row in table.iterrows():
        written = sum(Decimal(row[f"{f}_contribution"]) for f in FEATURE_NAMES)
        assert written == Decimal(row["score"] or "0")
    assert sorted(table["rank"].astype(int)) == [1, 2, 3, 4, 5, 6]
    assert [row[0] for row in summary.rows] == [1, 2, 3, 4, 5, 6]


def test_walks_follow_the_streets(gridtown: Path, run_in: Run) -> None:
    """c1 stands at (500, 500) on the grid: 500 m of street to the metro, 600 m to the rival at (800, 800).

    The rival at (400, 400) is nearer, but attracts a third of a typical one.
    """
    run_score(run_in(gridtown))
    table = read_csv(gridtown)
    assert table.loc["c1", "station_walk_min_raw"] == pytest.approx(500 / 80)
    assert table.loc["c1", "rival_walk_min_raw"] == pytest.approx(600 / 80)
    # c3 at (800, 300): s3 at 100 m, s2 at 400 m, the edge inside
    assert table.loc["c3", "stops_nearby_raw"] == 2
    assert table.loc["c3", "departures_nearby_raw"] == 4


def test_outside_the_competitor_layer_competition_is_missing_not_zero(gridtown: Path, run_in: Run) -> None:
    summary = run_score(run_in(gridtown))
    row = read_csv(gridtown).loc["c5"]
    competition = ["rivals_nearby", "rival_walk_min", "demand_per_rival", "huff_share", "cannibalised_share"]
    assert row[[f"{f}_raw" for f in competition]].isna().all()
    assert (row[[f"{f}_weight" for f in competition]] == 0).all()
    assert row[[f"{f}_weight" for f in FEATURE_NAMES]].sum() == pytest.approx(1.0, abs=1e-5)
    assert 0 <= row["score"] <= 100
    notes = "\n".join(summary.notes)
    assert "2 of 6 candidates outside the area the competitor layer covers" in notes
    assert "1 of 6 candidates without every feature" in notes


def test_a_candidate_off_every_street_is_told_and_has_no_score(gridtown: Path, run_in: Run) -> None:
    summary = run_score(run_in(gridtown))
    row = read_csv(gridtown).loc["c6"]
    assert np.isnan(row["score"])
    assert (row["rank"], row["rank_low"], row["rank_high"]) == (6, 6, 6)
    assert "1 of 6 candidates has no connected street within 300 m and no score: c6." in summary.notes


def test_a_target_market_moves_demand_towards_the_rich(gridtown: Path, run_in: Run) -> None:
    run_score(run_in(gridtown))
    plain = read_csv(gridtown)["demand_nearby_raw"]
    summary = run_score(run_in(gridtown, "siting.score.target_market.income_high=2.0"))
    rich = read_csv(gridtown)["demand_nearby_raw"]
    assert (rich.drop("c6") > plain.drop("c6")).all()
    assert (rich / plain).idxmax() in ("c3", "c5")  # the rich live in the east
    assert "Target market: income_high × 2; all others count once." in summary.notes
    with pytest.raises(InputError, match="did you mean 'income_high'"):
        run_score(run_in(gridtown, "siting.score.target_market.income_hig=2.0"))


def test_names_from_data_stay_text(gridtown: Path, run_in: Run) -> None:
    summary = run_score(run_in(gridtown))
    table = read_csv(gridtown)
    assert table.loc["c1", "name"] == "<img src=x onerror=alert(1)>"
    assert table.loc["c2", "name"] == '\'=HYPERLINK("x")'
    written = json.loads((gridtown / "out" / "candidates.geojson").read_text(encoding="utf-8"))
    features = written["features"]
    assert written["notes"] == list(summary.notes)
    assert {f["properties"]["name"] for f in features} >= {"<img src=x onerror=alert(1)>", '=HYPERLINK("x")'}


def test_the_three_files_say_the_same(gridtown: Path, run_in: Run) -> None:
    run_score(run_in(gridtown))
    table = read_csv(gridtown)
    metric = gpd.read_file(gridtown / "out" / "candidates.gpkg").set_index("id")
    degrees = gpd.read_file(gridtown / "out" / "candidates.geojson").set_index("id")
    assert metric.crs.to_epsg() == 32631
    assert degrees.crs.to_epsg() == 4326
    np.testing.assert_allclose(degrees.geometry.x, table["lon"])
    assert metric.geometry.distance(degrees.geometry.to_crs(metric.crs)).max() < 0.02
    for column in ("score", "huff_share_raw", "station_walk_min_contribution"):
        np.testing.assert_allclose(metric[column], table[column])
        np.testing.assert_allclose(degrees[column].astype(float), table[column])


def test_two_processes_write_the_same_bytes(gridtown: Path) -> None:
    code = "from outlet.cli.main import main; main()"
    found = []
    for out in ("one", "two"):
        command = [sys.executable, "-c", code, "score", str(gridtown), "--out", str(gridtown / out), "--quiet"]
        subprocess.run(command, check=True)
        files = ("candidates.csv", "candidates.gpkg", "candidates.geojson")
        found.append([(gridtown / out / name).read_bytes() for name in files])
    assert found[0] == found[1]


def test_the_order_of_candidates_changes_no_score(gridtown: Path, run_in: Run) -> None:
    run_score(run_in(gridtown))
    first = read_csv(gridtown)
    file = gridtown / "data" / "candidates.gpkg"
    shuffled = gpd.read_file(file).iloc[::-1]
    file.unlink()
    shuffled.to_file(file)
    run_score(run_in(gridtown))
    pd.testing.assert_frame_equal(read_csv(gridtown).loc[first.index], first)


def test_without_competitors_stops_and_outlets_demand_alone_is_weighed(gridtown: Path, run_in: Run) -> None:
    text = (gridtown / "outlet.toml").read_text(encoding="utf-8")
    for layer in ("existing", "competitors", "stops", "area"):
        text = text.replace(f'[siting.data.{layer}]\nfile = "data/{layer}.gpkg"\n', "")
    (gridtown / "outlet.toml").write_text(text, encoding="utf-8")
    summary = run_score(run_in(gridtown))
    table = read_csv(gridtown).drop("c6")
    assert (table["demand_nearby_weight"] == 1).all()
    assert set(table["score"]) >= {0.0, 100.0}
    assert "There is no competitor layer: competition is not known, which is not the same as none." in summary.notes


def costs_of(gridtown: Path, run_in: Run) -> TravelCosts:
    stage = run_in(gridtown)
    return travel_costs(stage.project, load_siting_data(stage.project), stage.out.cache())


def test_walking_costs_are_kept_and_a_damaged_file_is_made_again(gridtown: Path, run_in: Run) -> None:
    stage = run_in(gridtown)
    data = load_siting_data(stage.project)
    cache = stage.out.cache()
    first = candidate_costs(stage.project, data, cache)
    assert first.shape == (16, 8)
    (file,) = cache.glob("walk-*.npz")
    before = file.stat().st_mtime_ns
    candidate_costs(stage.project, data, cache)
    assert file.stat().st_mtime_ns == before
    whole = file.read_bytes()
    for damaged in (b"", b"not a zip", whole[: len(whole) // 2], whole[:200] + b"\xff" * 80 + whole[280:]):
        file.write_bytes(damaged)
        again = candidate_costs(stage.project, data, cache)
        np.testing.assert_array_equal(again.toarray(), first.toarray())
        assert read_matrix(file, first.shape) is not None


def test_other_streets_or_speed_are_another_cache_entry(gridtown: Path, run_in: Run) -> None:
    slow = run_in(gridtown, "siting.score.travel.walk_m_per_min=40.0")
    data = load_siting_data(slow.project)
    quick = candidate_costs(run_in(gridtown).project, data, slow.out.cache())
    walked = candidate_costs(slow.project, data, slow.out.cache())
    assert len(list(slow.out.cache().glob("walk-*.npz"))) == 2
    pairs = walked.nonzero()
    np.testing.assert_allclose(walked.toarray()[pairs], 2 * quick.toarray()[pairs])


def test_a_cached_matrix_of_another_shape_is_ignored(gridtown: Path, run_in: Run) -> None:
    stage = run_in(gridtown)
    candidate_costs(stage.project, load_siting_data(stage.project), stage.out.cache())
    (file,) = stage.out.cache().glob("walk-*.npz")
    assert read_matrix(file, (3, 3)) is None
    assert read_matrix(file.with_name("walk-none.npz"), (16, 8)) is None


def test_the_seed_moves_intervals_only(gridtown: Path, run_in: Run) -> None:
    stage = run_in(gridtown)
    data = load_siting_data(stage.project)
    costs = costs_of(gridtown, run_in)
    settings = stage.project.sections["siting"].score  # type: ignore[attr-defined]
    one, two = (score_candidates(data, costs, settings, seed=seed).scored for seed in (0, 1))
    np.testing.assert_array_equal(one.ranking.score, two.ranking.score)
    assert ((one.spread.low <= one.ranking.rank) & (one.ranking.rank <= one.spread.high)).all()


def test_what_is_better_and_how_many_are_best_travel_with_the_scores(gridtown: Path, run_in: Run) -> None:
    run_score(run_in(gridtown, 'siting.score.competition.rivals="follow"', "siting.locate.outlets=2"))
    told = json.loads((gridtown / "out" / "candidates.geojson").read_text(encoding="utf-8"))["about"]
    assert told["top"] == 2
    assert (told["better"]["rivals_nearby"], told["better"]["rival_walk_min"]) == ("more", "less")
    assert told["better"]["station_walk_min"] == "less"
