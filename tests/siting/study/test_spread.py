"""Demand spread onto points goes through scoring, locating and the map; lists keep to the polygons."""

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from outlet.stage import StageRun
from siting.data.load import load_siting_data
from siting.data.results import read_results
from siting.maps.backdrop import Grid
from siting.maps.content import drawn_layers, shade_by
from siting.study.locate import run_locate
from siting.study.score import run_score
from siting.study.share import run_share

Run = Callable[..., StageRun]
ASKED = (
    'siting.data.demand.spread.onto="streets"',
    "siting.data.demand.spread.spacing_m=50",
    "siting.locate.visits_per_unit_per_day=0.01",
    "siting.locate.outlets=2",
    "siting.locate.radius_min=5",
)


@pytest.fixture
def tracts(gridtown: Path) -> Path:
    """The town with four tracts of 1,000 people instead of its points."""
    east, north = 500_000.0, 5_000_000.0
    squares = [box(east + x, north + y, east + x + 500, north + y + 500) for x in (0, 500) for y in (0, 500)]
    rows = {"id": ["sw", "nw", "se", "ne"], "weight": [1000.0] * 4, "rich": [100.0] * 4, "grade": ["A", "B", "C", "D"]}
    (gridtown / "data" / "demand.gpkg").unlink()
    gpd.GeoDataFrame(rows, geometry=squares, crs="EPSG:32631").to_file(gridtown / "data" / "demand.gpkg")
    return gridtown


def test_everything_downstream_uses_the_points(tracts: Path, run_in: Run) -> None:
    run_score(run_in(tracts, *ASKED))
    stage = run_in(tracts, *ASKED)
    data = load_siting_data(stage.project)
    assert len(data.demand) > 200
    served = pd.read_csv(tracts / "out" / "served.csv", dtype={"community_id": str})
    assert set(served["community_id"]) == {"sw", "nw", "se", "ne"}
    assert not served.duplicated(["candidate_id", "community_id"]).any()
    scores = pd.read_csv(tracts / "out" / "candidates.csv", index_col="id")
    counted = served[served["role"] == "candidate"].groupby("candidate_id")["counted"].sum()
    np.testing.assert_allclose(counted, scores.loc[counted.index, "demand_nearby_raw"], rtol=1e-6)
    assert (served["weight"] <= 1000.0 + 1e-6).all()
    assert (served["minutes"] <= 15).all()
    np.testing.assert_allclose(served["won"], served["weight"] * served["share_won"], atol=0.2)

    run_locate(stage)
    assigned = pd.read_csv(tracts / "out" / "assignment.csv")
    assert assigned["demand_id"].tolist() == data.demand["id"].tolist()
    assert assigned["weight"].sum() == pytest.approx(4000.0, abs=0.1)
    catchments = [pd.read_csv(f) for f in sorted((tracts / "out" / "outlets").glob("*/catchment.csv"))]
    listed = pd.concat(catchments)
    assert set(listed["community_id"]) <= {"sw", "nw", "se", "ne"}
    assert listed["weight"].sum() == pytest.approx(assigned["weight"][assigned["outlet_id"].notna()].sum(), abs=0.2)
    assert all(not table["community_id"].duplicated().any() for table in catchments)

    run_share(stage)
    drawn = drawn_layers(data, read_results(tracts / "out"), _nothing(), Grid(3.0, 45.1))
    assert len(drawn["demand"]["name"]) == 4, "the map draws the tracts"
    assert drawn["demand"]["rings"] is not None
    assert len(drawn["assignment"]) <= 4 * 4
    assert shade_by(data)[1]
    json.dumps(drawn)


def _nothing():  # type: ignore[no-untyped-def]
    from siting.maps.backdrop import Backdrop

    return Backdrop({}, [])


def test_the_same_bytes_twice(tracts: Path, run_in: Run) -> None:
    run_score(run_in(tracts, *ASKED))
    first = [(tracts / "out" / name).read_bytes() for name in ("candidates.csv", "served.csv")]
    run_score(run_in(tracts, *ASKED))
    assert [(tracts / "out" / name).read_bytes() for name in ("candidates.csv", "served.csv")] == first
