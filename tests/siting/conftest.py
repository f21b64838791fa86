"""A hand-made town, for tests of the map and the report that need no stage to have run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from outlet.project import ProjectSettings
from siting.data.layers import SitingData
from siting.scoring.features import FEATURES
from siting.scoring.ranking import rank_candidates
from siting.settings.score import ScoreSettings

HOSTILE = "<img src=x onerror=alert(1)>"
CRS = pyproj.CRS("EPSG:32631")
ORIGIN = np.array([500_000.0, 5_600_000.0])
NAMES = ("河畔店 Riverside", "Calle Mayor 12", "Hämeentie 5", HOSTILE, "Old Mill & Sons", "Station Square")


@dataclass(frozen=True)
class Town:
    """The layers of a town of 2 × 2 km, its artefacts in ``out``, and the settings they came from."""

    data: SitingData
    out: Path
    score: ScoreSettings
    project: ProjectSettings


def frame(rows: dict[str, list[object]], shapes: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries(shapes, crs=CRS))


def point(x: float, y: float) -> shapely.Point:
    return shapely.Point(ORIGIN[0] + x, ORIGIN[1] + y)


def box(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    return shapely.box(ORIGIN[0] + x0, ORIGIN[1] + y0, ORIGIN[0] + x1, ORIGIN[1] + y1)


def layers() -> SitingData:
    """Return streets every 200 m, 25 zones, 30 candidates, 2 existing outlets, 3 rivals, 3 stops and a river."""
    steps = range(0, 2001, 200)
    lines = [shapely.LineString([point(x, 0), point(x, 2000)]) for x in steps]
    lines += [shapely.LineString([point(0, y), point(2000, y)]) for y in steps]
    boxes = [box(400 * i, 400 * j, 400 * i + 400, 400 * j + 400) for i in range(5) for j in range(5)]
    places = [point(150 + 350 * (at % 6), 150 + 400 * (at // 6)) for at in range(30)]
    names = [f"{NAMES[at % 6]} {at + 1}" if at >= 6 else NAMES[at] for at in range(30)]
    unknown = [float("nan")] * 30
    return SitingData(
        crs=CRS,
        demand=frame(
            {
                "id": [f"z{at}" for at in range(25)],
                "name": [HOSTILE if at == 0 else f"Zone {at}" for at in range(25)],
                "weight": [float(100 + 37 * at % 900) for at in range(25)],
            },
            boxes,
        ),
        candidates=frame(
            {
                "id": [f"c{at:04d}" for at in range(30)],
                "name": names,
                "format": ["own"] * 30,
                "rent_per_year": unknown,
                "fit_out_cost": unknown,
                "area_m2": unknown,
                "frontage_m": unknown,
                "hall_plan": [None] * 30,
            },
            places,
        ),
        existing=frame(
            {"id": ["e1", "e2"], "name": [f"Branch {HOSTILE}", "West branch"], "may_close": [False, True]},
            [point(1000, 1000), point(200, 1700)],
        ),
        competitors=frame(
            {"name": [HOSTILE, "Rival B", ""], "brand": ["A", "Rival B", "C"], "attraction": [1.0, 2.0, 1.0]},
            [point(500, 500), point(1500, 900), point(900, 1600)],
        ),
        stops=frame(
            {
                "id": ["s1", "s2", "s3"],
                "name": [HOSTILE, "Central", "Harbour"],
                "mode": ["tram", "rail", "bus"],
                "station": [False, True, False],
            },
            [point(300, 300), point(1000, 900), point(1700, 1700)],
        ),
        streets=frame({"name": [""] * 22, "kind": (["primary"] + ["residential"] * 9 + ["footway"]) * 2}, lines),
        zoning=None,
        area=box(-50, -50, 2050, 2050),
        water=frame({"name": ["River"]}, [box(-200, 820, 2200, 960)]),
        notes=(f"demand: 25 zones, one named {HOSTILE}",),
    )


def candidate_table(data: SitingData, score: ScoreSettings) -> pd.DataFrame:
    """Return candidates.csv from made-up values, some missing."""
    names = [feature.name for feature in FEATURES]
    values = np.round(np.random.default_rng(7).uniform(0, 100, (30, len(names))), 4)
    values[3, 1] = values[7, :3] = np.nan
    weights = np.array([score.weights.by_name()[name] for name in names])
    ranking = rank_candidates(values, weights, [str(id_) for id_ in data.candidates["id"]])
    columns: dict[str, object] = {
        "id": data.candidates["id"],
        "name": data.candidates["name"],
        "format": "own",
        "score": ranking.score,
        "rank": ranking.rank,
        "rank_low": np.maximum(1, ranking.rank - 3),
        "rank_high": np.minimum(30, ranking.rank + 4),
    }
    for at, name in enumerate(names):
        columns |= {
            f"{name}_raw": np.round(values[:, at] * 3, 2),
            f"{name}_value": values[:, at],
            f"{name}_weight": ranking.weights[:, at],
            f"{name}_contribution": ranking.contributions[:, at],
        }
    return pd.DataFrame(columns)


def write_artefacts(out: Path, data: SitingData, score: ScoreSettings) -> None:
    """Write siting's artefacts as files.md describes them: three outlets open, one stays, one closes."""
    table = candidate_table(data, score)
    table.to_csv(out / "candidates.csv", index=False, lineterminator="\n")
    opened = [str(id_) for id_ in table.sort_values("rank")["id"][:2]] + ["c0003"]
    plan = {
        "schema": 1,
        "model": "max_cover",
        "status": "optimal",
        "stopped_by": None,
        "objective": 9876.5,
        "bound": 9876.5,
        "gap": 0.0,
        "opened": opened,
        "kept": ["e1"],
        "closed": ["e2"],
        "alternatives": [{"opened": ["c0001", "c0002", "c0004"], "objective": 9800.0, "bound": 9876.5, "differs": 2}],
    }
    (out / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    sites = pd.concat([data.candidates[["id", "name", "geometry"]], data.existing[["id", "name", "geometry"]]])
    degrees = gpd.GeoDataFrame(sites, crs=CRS).to_crs(4326).set_index("id")
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [place.geometry.x, place.geometry.y]},
            "properties": {
                "id": id_,
                "name": place["name"],
                "role": "existing" if id_ == "e1" else "new",
                "format": "own",
                "demand_captured": 2500.0 + at,
                "score": None if id_ == "e1" else float(table.set_index("id").loc[id_, "score"]),
            },
        }
        for at, id_ in enumerate([*opened, "e1"])
        for place in [degrees.loc[id_]]
    ]
    (out / "outlets.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8"
    )
    write_tables(out, [*opened, "e1"])


def write_tables(out: Path, outlets: list[str]) -> None:
    before = {"e1": (2000, 0.2)}
    shares = [[id_, before.get(id_, (0, 0))[0], 2500, before.get(id_, (0, 0))[1], 0.21, 120] for id_ in outlets]
    header = ["outlet_id", "captured_before", "captured_after", "share_before", "share_after", "cannibalised_from_own"]
    pd.DataFrame(shares, columns=header).to_csv(out / "share.csv", index=False)
    reached = [12000 * (1 - 0.6**p) for p in range(1, 8)]
    frontier = [[p, reach, reach * (1.03 if p > 4 else 1), 0.0, "c0001"] for p, reach in enumerate(reached, start=1)]
    header = ["p", "objective", "bound", "gap", "opened"]
    pd.DataFrame(frontier, columns=header).to_csv(out / "frontier.csv", index=False)
    links = [[f"z{at}", outlets[at % 4], 5.0, 100.0] for at in range(25)]
    header = ["demand_id", "outlet_id", "cost", "weight"]
    pd.DataFrame(links, columns=header).to_csv(out / "assignment.csv", index=False)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The hand-made town, with hostile names in every layer."""
    out = tmp_path_factory.mktemp("town")
    data, score = layers(), ScoreSettings()
    write_artefacts(out, data, score)
    project = ProjectSettings(name=f"River town {HOSTILE}", sector="bank", as_of="2026-03-02", language="en")
    return Town(data, out, score, project)
