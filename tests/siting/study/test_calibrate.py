"""`outlet calibrate` in a project: what made the observations is found again, and what is wrong with them is told."""

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from outlet.artefacts import is_up_to_date
from outlet.cli.options import Options, run_stage
from outlet.errors import InputError, ProjectError, TableError
from outlet.project import load_project
from outlet.stage import StageRun
from siting.cli.calibrate import STAGE
from siting.competition.huff import distance_pull
from siting.data.load import load_siting_data
from siting.settings import SitingSettings
from siting.study.attraction import attractions_of
from siting.study.calibrate import run_calibrate
from siting.study.calibration_file import Parameter, to_toml
from siting.study.check import check
from siting.study.travel import candidate_costs, rival_costs

Run = Callable[..., StageRun]
ROOT = Path(__file__).resolve().parents[3]
FILE = 'siting.calibrate={ target = "choices", file = "data/choices.csv" }'
TERMS = (
    "siting.score.competition.terms={ rating = 0.7 }",
    'siting.data.competitors.terms={ rating = "stars" }',
    'siting.data.existing.terms={ rating = "stars" }',
)
TRUE = (
    "siting.score.competition.attraction_exponent=0.6",
    "siting.score.competition.distance_exponent=1.4",
    "siting.score.competition.logit_per_min=0.25",
    *TERMS,
)
GUESS = (*TERMS[1:], "siting.score.competition.terms={ rating = 0.0 }")


def put(folder: Path, layer: str, places: list[tuple[float, float]], **columns: list[object]) -> None:
    file = folder / "data" / f"{layer}.gpkg"
    file.unlink()
    ids = [f"{layer[0]}{k}" for k in range(len(places))]
    points = [Point(500_000.0 + x, 5_000_000.0 + y) for x, y in places]
    gpd.GeoDataFrame({"id": ids, "name": ids, **columns}, geometry=points, crs="EPSG:32631").to_file(file)


@pytest.fixture
def market(gridtown: Path) -> Path:
    """The town with six rivals and two outlets of ours that differ in attraction and stars."""
    places = [(400.0, 400.0), (800.0, 800.0), (100.0, 500.0), (900.0, 200.0), (600.0, 100.0), (300.0, 900.0)]
    stars = [2.0, 4.0, 3.0, 5.0, 1.0, 3.0]
    put(gridtown, "competitors", places, attraction=[1.0, 3.0, 2.0, 1.0, 4.0, 2.0], stars=stars, brand=["B"] * 6)
    put(gridtown, "existing", [(100.0, 800.0), (700.0, 700.0)], stars=[4.0, 2.0])
    return gridtown


def choices_of(stage: StageRun, per_point: float = 1000.0) -> pd.DataFrame:
    """Return who goes where as the settings have it, without chance."""
    settings = stage.project.section("siting", SitingSettings).score.competition
    data, cache = load_siting_data(stage.project), stage.out.cache()
    ours = candidate_costs(stage.project, data, cache)[:, len(data.candidates) :].toarray()
    walk = np.hstack([ours, rival_costs(stage.project, data, cache).toarray()])
    found = attractions_of(data, settings)
    size = np.concatenate([found.site_pull[len(data.candidates) :], found.rival_pull])
    pull = np.where(walk > 0, distance_pull(walk, settings) * size, 0.0)
    visitors = per_point * pull / pull.sum(axis=1, keepdims=True)
    at = np.argwhere(visitors > 0)
    ids = [*data.existing["id"], *data.competitors["id"]]
    return pd.DataFrame(
        {
            "demand_id": [data.demand["id"][i] for i, _ in at],
            "outlet_id": [ids[j] for _, j in at],
            "visitors": [visitors[i, j] for i, j in at],
            "minutes": [walk[i, j] for i, j in at],
        }
    )


def write(folder: Path, table: pd.DataFrame) -> None:
    table.to_csv(folder / "data" / "choices.csv", index=False)


def calibrated(folder: Path) -> dict[str, float]:
    table = pd.read_csv(folder / "out" / "calibration.csv", index_col="parameter")
    return table["estimate"].to_dict()


@pytest.mark.parametrize(
    ("model", "way", "value"), [("huff", "distance_exponent", 1.4), ("logit", "logit_per_min", 0.25)]
)
def test_what_made_the_choices_is_found_again(market: Path, run_in: Run, model: str, way: str, value: float) -> None:
    """From 1,000 visitors a demand point along streets; the settings before do not matter, and none is changed."""
    chosen = f"siting.score.competition.model={model}"
    write(market, choices_of(run_in(market, chosen, *TRUE)).drop(columns="minutes"))
    before = (market / "outlet.toml").read_bytes()
    summary = run_calibrate(run_in(market, chosen, *GUESS, FILE))
    assert (market / "outlet.toml").read_bytes() == before
    expected = {"attraction_exponent": 0.6, "terms.rating": 0.7, way: value}
    assert calibrated(market) == pytest.approx(expected, rel=1e-4)
    table = pd.read_csv(market / "out" / "calibration.csv", index_col="parameter")
    assert ((table["low"] < table["estimate"]) & (table["estimate"] < table["high"])).all()
    assert (table["setting"] == [f"siting.score.competition.{name}" for name in expected]).all()
    assert table.loc["terms.rating", "value_now"] == 0.0
    data = json.loads((market / "out" / "calibration.json").read_text(encoding="utf-8"))
    assert (data["target"], data["districts"], data["in_use"], data["seen"]) == ("choices", 16, False, 16000)
    by_outlet = {one["id"]: (one["observed"], one["expected"]) for one in data["outlets"]}
    assert len(by_outlet) == 8
    assert all(seen == pytest.approx(told, rel=1e-4) for seen, told in by_outlet.values())
    models = {one["model"]: one for one in data["models"]}
    assert list(models) == ["calibrated", "as set now", "size alone", "equal shares"]
    beyond = {name: one["held_out"]["log_likelihood_per_visitor"] for name, one in models.items()}
    assert beyond["calibrated"] > max(beyond["size alone"], beyond["equal shares"], beyond["as set now"])
    assert "McFadden's R²" in summary.notes[0]
    assert "To use the estimates, set these in outlet.toml, in place of what stands there:" in summary.notes


def test_pasted_lines_give_the_same_again(market: Path, run_in: Run) -> None:
    rng = np.random.default_rng(3)
    table = choices_of(run_in(market, *TRUE), 40.0)
    write(market, table.assign(visitors=rng.poisson(table["visitors"])).drop(columns="minutes"))
    run_calibrate(run_in(market, *GUESS, FILE))
    data = json.loads((market / "out" / "calibration.json").read_text(encoding="utf-8"))
    first = calibrated(market)
    lines = tomllib.loads("\n".join(data["toml"]))["siting"]["score"]["competition"]
    (market / "outlet.toml").write_text(
        (market / "outlet.toml").read_text(encoding="utf-8") + "\n" + "\n".join(data["toml"]) + "\n", encoding="utf-8"
    )
    assert set(lines) == {"attraction_exponent", "distance_exponent", "terms"}
    run_calibrate(run_in(market, *TERMS[1:], FILE))
    assert calibrated(market) == first
    again = json.loads((market / "out" / "calibration.json").read_text(encoding="utf-8"))
    assert again["in_use"]
    assert again["toml"] == data["toml"]
    models = {one["model"]: one["fitted"] for one in again["models"]}
    assert models["calibrated"] == pytest.approx(models["as set now"], rel=1e-4)


def test_ways_of_the_table_take_the_place_of_walks_and_some_parameters_stay(market: Path, run_in: Run) -> None:
    table = choices_of(run_in(market, *TRUE))
    write(market, table.assign(minutes=table["minutes"] * 10))  # huff knows no unit of the way
    run_calibrate(run_in(market, *GUESS, FILE, "siting.score.competition.least_min=10.0"))
    assert calibrated(market)["distance_exponent"] == pytest.approx(1.4, rel=1e-4)
    fixed = FILE.replace(" }", ', free = ["distance_exponent"] }')
    run_calibrate(run_in(market, *TRUE, fixed, "siting.score.competition.least_min=10.0"))
    found = pd.read_csv(market / "out" / "calibration.csv", index_col="parameter")
    assert found["status"].to_dict() == {
        "attraction_exponent": "as set", "terms.rating": "as set", "distance_exponent": "estimated",
    }  # fmt: skip
    assert found["standard_error"].notna().tolist() == [False, False, True]
    np.testing.assert_allclose(found["estimate"], [0.6, 0.7, 1.4], rtol=1e-4)


def test_shares_have_robust_errors_alone_and_districts_are_held_out_together(market: Path, run_in: Run) -> None:
    table = choices_of(run_in(market, *TRUE), 1.0).rename(columns={"visitors": "share"})
    noise = np.random.default_rng(1).uniform(0.9, 1.0, len(table))
    west = table["demand_id"].isin([f"d{k}" for k in range(8)])
    write(market, table.assign(share=table["share"] * noise, district=np.where(west, "west", "east")))
    run_calibrate(run_in(market, *GUESS, FILE))
    found = pd.read_csv(market / "out" / "calibration.csv", index_col="parameter")
    assert found["standard_error"].isna().all()
    assert found["robust_error"].notna().all()
    data = json.loads((market / "out" / "calibration.json").read_text(encoding="utf-8"))
    assert (data["districts"], data["demand_points"], data["shares"]) == (2, 16, True)


def test_what_is_alike_is_not_estimated_and_what_cannot_be_told_is_an_error(market: Path, run_in: Run) -> None:
    write(market, choices_of(run_in(market, *TRUE)).drop(columns="minutes"))
    put(market, "competitors", [(400.0 + 50 * k, 400.0) for k in range(6)])
    put(market, "existing", [(100.0, 800.0), (700.0, 700.0)])
    summary = run_calibrate(run_in(market, FILE))
    assert "attraction_exponent: alike for all outlets, so not estimated; left as set." in summary.notes
    forced = FILE.replace(" }", ', free = ["attraction_exponent"] }')
    with pytest.raises(InputError, match="term attraction_exponent is the same for all outlets of each district"):
        run_calibrate(run_in(market, forced))
    put(
        market,
        "competitors",
        [(400.0, 400.0)] * 6,
        stars=[2.0, 4.0, 3.0, 5.0, 1.0, 3.0],
        attraction=[2.0, 4.0, 3.0, 5.0, 1.0, 3.0],
    )
    put(market, "existing", [(100.0, 800.0), (700.0, 700.0)], stars=[3.0, 3.0])
    with pytest.raises(InputError, match=r"attraction_exponent, terms.rating stand for each other"):
        run_calibrate(run_in(market, *TERMS, FILE))
    only = pd.DataFrame({"demand_id": ["d0", "d3", "d15"], "outlet_id": ["e1", "e0", "e1"], "visitors": 9})
    near = only.assign(outlet_id=["c0", "e0", "e1"])
    write(market, near)
    with pytest.raises(InputError, match="separation"):
        run_calibrate(run_in(market, FILE))


def test_sales_find_the_exponents_again(market: Path, run_in: Run) -> None:
    """All eight outlets are ours, and sell what the model gives them of the demand."""
    table = choices_of(run_in(market, *TRUE), 1.0)
    weight = {f"d{k}": 100.0 + 10 * k for k in range(16)}
    sales = (table["visitors"] * table["demand_id"].map(weight)).groupby(table["outlet_id"]).sum()
    area = dict(zip([f"c{k}" for k in range(6)], [1.0, 3.0, 2.0, 1.0, 4.0, 2.0], strict=True)) | {"e0": 3.0, "e1": 3.0}
    assert set(sales.index) == set(area)
    places = [(400.0, 400.0), (800.0, 800.0), (100.0, 500.0), (900.0, 200.0), (600.0, 100.0), (300.0, 900.0)]
    names = [*(f"c{k}" for k in range(6)), "e0", "e1"]
    put(market, "existing", [*places, (100.0, 800.0), (700.0, 700.0)], area_m2=[area[n] for n in names],
        stars=[2.0, 4.0, 3.0, 5.0, 1.0, 3.0, 4.0, 2.0], sales=[50.0 * sales[n] for n in names])  # fmt: skip
    (market / "data" / "competitors.gpkg").unlink()
    text = (market / "outlet.toml").read_text(encoding="utf-8")
    text = text.replace('[siting.data.competitors]\nfile = "data/competitors.gpkg"\n', "")
    (market / "outlet.toml").write_text(text, encoding="utf-8")
    chosen = ("siting.score.competition.own_size=area_m2", TERMS[2], "siting.score.competition.terms={ rating = 0.0 }")
    summary = run_calibrate(run_in(market, *chosen, 'siting.calibrate.target="sales"'))
    expected = {"attraction_exponent": 0.6, "terms.rating": 0.7, "distance_exponent": 1.4}
    assert calibrated(market) == pytest.approx(expected, rel=1e-3)
    data = json.loads((market / "out" / "calibration.json").read_text(encoding="utf-8"))
    assert data["fit"]["rate"] == pytest.approx(50.0, rel=1e-3)
    assert any(note.startswith("Totals say far less than choices") for note in summary.notes)


def test_simpler_models_are_fitted_from_the_same_starts(tmp_path: Path, run_in: Run) -> None:
    """On Riverton's six outlets no climb on size alone arrives from 0; from what is set one does."""
    town = tmp_path / "riverton"
    shutil.copytree(ROOT / "datasets" / "riverton", town, ignore=shutil.ignore_patterns("out"))
    run_calibrate(run_in(town, 'siting.calibrate.target="sales"'))
    models = json.loads((town / "out" / "calibration.json").read_text(encoding="utf-8"))["models"]
    (alone,) = [one for one in models if one["model"] == "size alone"]
    assert alone["fitted"]["pearson"] == pytest.approx(0.62, abs=0.01)
    assert alone["held_out"]["pearson"] < alone["fitted"]["pearson"]


def test_what_was_seen_beyond_reach_or_of_no_rival_is_told(market: Path, run_in: Run) -> None:
    table = choices_of(run_in(market, *TRUE)).drop(columns="minutes")
    write(market, table)
    near = ("siting.score.travel.cutoff_min=12.0", "siting.score.catchment.reach_min=12.0")
    near += ("siting.score.floating.zones_min=[4.0, 8.0, 12.0]", "siting.score.floating.reach_min=12.0")
    summary = run_calibrate(run_in(market, *TRUE, FILE, *near))
    (told,) = [note for note in summary.notes if "go farther than anyone is taken to walk" in note]
    assert told.split(" of ")[1].startswith("16,000 visitors (")
    put(market, "competitors", [(400.0, 400.0), (800.0, 800.0)], brand=["A", "B"], stars=[2.0, 4.0])
    write(market, table[table["outlet_id"].isin(["c0", "c1", "e0", "e1"])])
    none = "siting.score.competition.brands={ B = 0.0 }"
    summary = run_calibrate(run_in(market, *TRUE, FILE, none))
    data = json.loads((market / "out" / "calibration.json").read_text(encoding="utf-8"))
    assert {one["id"] for one in data["outlets"]} == {"c0", "e0", "e1"}
    assert any(note.endswith(" seen in outlets of brands that count 0: left out.") for note in summary.notes)


def test_what_tells_nothing_is_said_to(market: Path, run_in: Run) -> None:
    """Visitors by chance alone, whatever the outlet and the way."""
    table = choices_of(run_in(market, *TRUE)).drop(columns="minutes")
    rng = np.random.default_rng(4)
    write(market, table.assign(visitors=rng.integers(0, 20, len(table))))
    told = "\n".join(run_calibrate(run_in(market, FILE)).notes)
    assert "On what was left out it is no better than size alone or equal shares: do not rely on it." in told
    assert "0 lies within its interval" in told or "which no setting can be" in told


def test_the_stage_knows_what_is_up_to_date_and_takes_back_what_is_not_asked(market: Path, run_in: Run) -> None:
    write(market, choices_of(run_in(market, *TRUE)))
    out = market / "fresh"
    asked, not_asked = load_project(market, overrides=(*GUESS, FILE)), load_project(market, overrides=GUESS)
    run_stage(STAGE, asked, out, Options(quiet=True), None, alone=True)
    assert is_up_to_date(STAGE, asked, out)
    assert not is_up_to_date(STAGE, not_asked, out)
    files = {name: (out / name).read_bytes() for name in STAGE.writes}
    run_stage(STAGE, asked, out, Options(quiet=True), None, alone=True)
    assert files == {name: (out / name).read_bytes() for name in STAGE.writes}
    assert run_stage(STAGE, not_asked, out, Options(quiet=True), None, alone=True).skipped
    assert not any((out / name).exists() for name in STAGE.writes)
    assert is_up_to_date(STAGE, not_asked, out)


def test_nothing_is_done_where_nothing_is_asked(market: Path, run_in: Run) -> None:
    summary = run_calibrate(run_in(market))
    assert summary.skipped == "siting.calibrate.target is not set: nothing to calibrate"
    assert not list((market / "out").glob("calibration*"))


HEAD = "demand_id,outlet_id,visitors\n"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (HEAD + "d0,c0,3\nd99,c0,1\nd1,zz,1\n", [("unknown-reference", 2), ("unknown-reference", 3)]),
        (HEAD + "d0,c0,3\nd0,c0,1\n", [("duplicate-id", 2)]),
        (HEAD + "d0,c0,3\nd1,c0,\nd2,c0,-1\n", [("missing-value", 2), ("out-of-range", 3)]),
        (HEAD + "d0,c0,many\n", [("not-a-number", 1)]),
        (HEAD + ",c0,3\n", [("missing-value", 1)]),
        ("demand_id,outlet\nd0,c0\n", [("missing-column", None), ("missing-column", None)]),
        ("demand_id,outlet_id,share\nd0,c0,0.7\nd0,c1,0.6\nd1,c0,1.5\n", [("out-of-range", 3)]),
        ("demand_id,outlet_id,share\nd0,c0,0.7\nd0,c1,0.6\nd1,c0,0.5\n", [("out-of-range", 1)]),
        ("demand_id,outlet_id,visitors,minutes\nd0,c0,3,\nd1,c0,2,-4\n", [("missing-value", 1), ("out-of-range", 2)]),
        ("demand_id,outlet_id,visitors,district\nd0,c0,3,a\nd0,c1,2,b\n", [("bad-value", 2)]),
        (HEAD, [("empty-layer", None)]),
    ],
)  # fmt: skip
def test_faults_of_the_table_by_row_in_check_and_in_calibrate(
    market: Path, run_in: Run, text: str, faults: list[tuple[str, int | None]]
) -> None:
    (market / "data" / "choices.csv").write_text(text, encoding="utf-8")
    found = check(load_project(market, overrides=(FILE,))).faults
    assert [(fault.code, fault.row) for fault in found] == faults
    assert {fault.input for fault in found} == {"data/choices.csv"}
    with pytest.raises(TableError):
        run_calibrate(run_in(market, FILE))


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ('siting.calibrate={ target = "choices" }', "needs a file of who goes where"),
        ('siting.calibrate={ file = "data/choices.csv" }', "file without target"),
        (FILE.replace(" }", ', free = ["distance_exponnt"] }'), "did you mean 'distance_exponent'?"),
    ],
)
def test_faults_of_settings(market: Path, override: str, message: str) -> None:
    with pytest.raises(ProjectError) as fault:
        load_project(market, overrides=(override,))
    assert message in str(fault.value)


def test_a_table_that_leads_out_and_a_sound_one(market: Path, run_in: Run, tmp_path: Path) -> None:
    outside = tmp_path / "choices.csv"
    outside.write_text(HEAD, encoding="utf-8")
    (market / "data" / "choices.csv").symlink_to(outside)
    assert [fault.code for fault in check(load_project(market, overrides=(FILE,))).faults] == ["outside-folder"]
    (market / "data" / "choices.csv").unlink()
    write(market, choices_of(run_in(market, *TRUE)))
    found = check(load_project(market, overrides=(*GUESS, FILE)))
    assert not found.faults
    assert [(count.rows, count.note) for count in found.counts if "choices" in count.input] == [(128, "who goes where")]


def test_a_missing_table_is_told_by_check(market: Path) -> None:
    assert [fault.code for fault in check(load_project(market, overrides=(FILE,))).faults] == ["missing-file"]


def test_no_lines_are_given_where_one_estimate_cannot_be_a_setting() -> None:
    """An exponent of 4.6 beside a way that draws people is worth nothing alone."""
    fields = {"standard_error": 1.0, "robust_error": 1.0, "low": 0.0, "high": 9.0, "now": 1.0, "free": True}
    size = Parameter(name="attraction_exponent", estimate=4.6, **fields)
    assert to_toml([size]) == ["[siting.score.competition]", "attraction_exponent = 4.6"]
    assert to_toml([size, Parameter(name="distance_exponent", estimate=-23.8, **fields)]) == []
