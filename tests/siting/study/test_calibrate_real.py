"""Freiburg and Göttingen as projects: what `outlet calibrate` makes of their data, and what they cannot say."""

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from outlet.stage import StageRun
from siting.study.calibrate import run_calibrate
from siting.study.check import check

pytestmark = pytest.mark.shared
Run = Callable[..., StageRun]
MIN_PER_KM = 1000.0 / 80.0
SETTINGS = (
    "siting.score.competition.distance_exponent=1.0",
    "siting.score.competition.attraction_exponent=1.0",
    "siting.score.competition.least_min=0.001",
)


def put(folder: Path, layer: str, table: pd.DataFrame) -> None:
    """Write a layer whose rows stand on the corners of the town's streets: the ways come from the data."""
    file = folder / "data" / f"{layer}.gpkg"
    file.unlink()
    rng = np.random.default_rng(len(table))
    x, y = rng.integers(0, 1000, (2, len(table)))
    points = [Point(500_000.0 + a, 5_000_000.0 + b) for a, b in zip(x, y, strict=True)]
    gpd.GeoDataFrame(table, geometry=points, crs="EPSG:32631").to_file(file)


def calibration(folder: Path) -> tuple[pd.DataFrame, dict[str, dict[str, dict[str, float]]]]:
    data = json.loads((folder / "out" / "calibration.json").read_text(encoding="utf-8"))
    table = pd.read_csv(folder / "out" / "calibration.csv", index_col="parameter")
    return table, {one["model"]: one for one in data["models"]}


@pytest.fixture
def freiburg(gridtown: Path, shared: Path) -> Path:
    """42 districts with their purchasing power, 63 stores of ours with areas and sales, and the ways between them."""
    source = shared / "data" / "freiburg"
    pairs = pd.read_csv(source / "Freiburg1.csv")
    power, sales = pd.read_csv(source / "Freiburg2.csv"), pd.read_csv(source / "Freiburg3.csv")
    stores = pairs.drop_duplicates("store").set_index("store").loc[sales["store"], "salesarea"]
    ids = [f"s{number}" for number in stores.index]
    demand = pd.DataFrame({"id": [f"d{at}" for at in power["district"]], "weight": power["ppower"].astype(float)})
    put(gridtown, "demand", demand.assign(rich=0.0))
    made = {"id": ids, "area_m2": stores.to_numpy(float), "sales": sales["annualsales"].to_numpy(float)}
    put(gridtown, "existing", pd.DataFrame(made))
    pd.DataFrame(
        {
            "demand_id": "d" + pairs["district"].astype(str),
            "outlet_id": "s" + pairs["store"].astype(str),
            "minutes": pairs["distance"] * MIN_PER_KM,
        }
    ).to_csv(gridtown / "data" / "ways.csv", index=False)
    return gridtown


def test_freiburg_gives_the_known_correlation_and_says_that_its_sales_are_area_times_a_rate(
    freiburg: Path, run_in: Run
) -> None:
    """Huff with α = λ = 1: Pearson 0.943, Spearman 0.816; but size alone is as near, and distance may as well be 0."""
    chosen = (*SETTINGS, "siting.score.competition.own_size=area_m2")
    stage = run_in(freiburg, *chosen, 'siting.calibrate={ target = "sales", file = "data/ways.csv" }')
    assert not check(stage.project).faults
    summary = run_calibrate(stage)
    table, models = calibration(freiburg)
    as_set = models["as set now"]["fitted"]
    assert (as_set["pearson"], as_set["spearman"]) == pytest.approx((0.943, 0.816), abs=5e-4)
    np.testing.assert_allclose(table["estimate"], [0.950, 0.135], atol=2e-3)
    np.testing.assert_allclose(table["standard_error"], [0.042, 0.170], atol=2e-3)
    near = [models[name]["fitted"]["pearson"] for name in ("calibrated", "size alone")]
    np.testing.assert_allclose(near, [0.9755, 0.9760], atol=5e-4)
    beyond = [models[name]["held_out"]["pearson"] for name in ("calibrated", "size alone")]
    assert beyond[1] > beyond[0] > 0.97
    assert "distance_exponent: 0 lies within its interval; what was seen hardly tells it." in summary.notes


@pytest.fixture
def goettingen(gridtown: Path, shared: Path) -> Path:
    """7 districts × 32 stores of others, their sales areas as attraction, and the smoothed shares p_ij_obs."""
    rows = pd.read_csv(shared / "data" / "freiburg" / "grocery2.csv")
    stores = rows.drop_duplicates("store_code").sort_values("store_code")
    districts = sorted(rows["plz_submarket"].astype(str).unique())
    put(gridtown, "demand", pd.DataFrame({"id": districts, "weight": 1.0, "rich": 0.0}))
    made = {"id": stores["store_code"].astype(str), "attraction": stores["salesarea_qm"].astype(float)}
    put(gridtown, "competitors", pd.DataFrame(made))
    pd.DataFrame(
        {
            "demand_id": rows["plz_submarket"],
            "outlet_id": rows["store_code"],
            "share": rows["p_ij_obs"],
            "minutes": rows["dist_km"] * MIN_PER_KM,
        }
    ).to_csv(gridtown / "data" / "choices.csv", index=False)
    return gridtown


def test_goettingen_calibrated_on_shares_beats_area_alone_on_districts_left_out(goettingen: Path, run_in: Run) -> None:
    stage = run_in(goettingen, *SETTINGS, 'siting.calibrate={ target = "choices", file = "data/choices.csv" }')
    assert not check(stage.project).faults
    run_calibrate(stage)
    table, models = calibration(goettingen)
    np.testing.assert_allclose(table["estimate"], [0.259, 0.458], atol=5e-4)
    np.testing.assert_allclose(table["robust_error"], [0.058, 0.064], atol=5e-4)
    assert table["standard_error"].isna().all()
    assert (table["low"] > 0).all()
    names = ("calibrated", "size alone", "equal shares")
    beyond = [models[name]["held_out"]["log_likelihood_per_visitor"] for name in names]
    np.testing.assert_allclose(beyond, [-3.387, -3.441, -np.log(32)], atol=1e-3)
    pearson = [models[name]["held_out"]["pearson"] for name in names[:2]]
    np.testing.assert_allclose(pearson, [0.524, 0.277], atol=1e-3)
    assert models["as set now"]["fitted"]["log_likelihood_per_visitor"] < beyond[0]
