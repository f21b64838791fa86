"""Learn the deposits of New York's ordinary bank branches in 2023, and print how much of them is location.

Run ``python benchmarks/learnt.py [--quick]``. It reads ``../shared/data/nyc``: branches (FDIC summary of deposits;
service type 11, main offices left out), census tracts, the subway's stations, points of interest, and streets, along
which demand, stations and other branches are walked to; ``--quick`` leaves the walks out. Then it learns log deposits
on 5 folds of 4 km blocks and prints rank correlation and R², pooled and by fold, of the mean, of bank and age, of
location, and of all; how many branches left out the intervals hold; importances; what a bank encoded on all rows would
have read; and that the whole bank's deposits are refused as a leak. It fails when a figure misses its target.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from python_calamine import CalamineWorkbook
from scipy.spatial import cKDTree

from siting.demand.catchment import catchment_demand
from siting.demand.decay import Decay
from siting.geo.network import build_network
from siting.geo.travel import travel_minutes
from siting.scoring.learn_blocks import blocked_folds, spatial_blocks
from siting.scoring.learn_figures import judge
from siting.scoring.learn_leaks import find_leaks
from siting.scoring.learn_model import ModelChoice, leave_out
from siting.scoring.learn_table import Observed, observe
from siting.scoring.learn_words import tell_learnt
from siting.scoring.sales import BASES, Learnt, learn_sales
from siting.settings.learn import LearnSettings

ROOT = Path(__file__).parents[1]
SOURCE = ROOT.parent / "shared" / "data" / "nyc"
CRS = "EPSG:32618"
YEAR, ORDINARY, AS_OF = "2023", "11", "2023-06-30"
TRACT = ("pop_total_est", "med_age_est", "med_hhinc_est", "pop_inpov_pct_est", "pop_ba_above_pct_est")
KINDS = ("bank", "atm", "restaurant", "cafe", "supermarket", "pharmacy", "clothes", "school")
DIRECTIONS = {"station_m": -1, "station_walk_min": -1, "pop600": 1, "pop1500": 1, "demand_walked": 1, "age": 1}
SEED = 7
LOCATION_AT_MOST, LEAST_POOLED, LEAST_HELD = 0.35, 0.65, 0.85

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Branches:
    """The branches: rows of the FDIC, points (n, 2) in metres, deposits (n,) in USD."""

    rows: pd.DataFrame
    points: Floats
    deposits: Floats


def read_branches() -> Branches:
    """Return ordinary branches of 2023 that are no main offices and hold deposits."""
    rows = pd.read_csv(SOURCE / "bank_branches_fdic_sod_2018_2023.csv.gz", dtype=str)
    rows = rows[(rows["YEAR"] == YEAR) & (rows["BRSERTYP"] == ORDINARY) & (rows["BKMO"] != "1")]
    lon, lat = (pd.to_numeric(rows[f"SIMS_{name}"], errors="coerce") for name in ("LONGITUDE", "LATITUDE"))
    deposits = pd.to_numeric(rows["DEPSUMBR"], errors="coerce") * 1000.0
    kept = (deposits > 0) & (lat.abs() > 1) & (lon.abs() > 1)
    points = gpd.GeoSeries(gpd.points_from_xy(lon[kept], lat[kept]), crs=4326).to_crs(CRS)
    rows = rows[kept].set_index("UNINUMBR")
    order = np.argsort(rows.index.to_numpy(), kind="stable")
    xy = np.column_stack([points.x, points.y])
    return Branches(rows.iloc[order], xy[order], deposits[kept].to_numpy()[order])


def own_columns(branches: Branches) -> pd.DataFrame:
    """Return bank and age in years."""
    opened = pd.to_datetime(branches.rows["SIMS_ESTABLISHED_DATE"], format="%m/%d/%Y", errors="coerce")
    age = (pd.Timestamp(AS_OF) - opened).dt.days / 365.25
    return pd.DataFrame({"bank": branches.rows["NAMEFULL"].str.strip(), "age": age}, index=branches.rows.index)


def location_columns(branches: Branches, *, walks: bool) -> pd.DataFrame:
    """Return what a branch's place is like, in straight lines and, with ``walks``, along streets."""
    xy, index = branches.points, branches.rows.index
    tracts = gpd.read_file(SOURCE / "tracts_acs2013_2017_epsg2263.gpkg").to_crs(CRS)
    inner = tracts.representative_point()
    centres, population = np.column_stack([inner.x, inner.y]), _numbers(tracts["pop_total_est"], 0.0)
    places = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=CRS)
    joined = gpd.sjoin_nearest(places, tracts[[*TRACT, "geometry"]], how="left")
    joined = joined[~joined.index.duplicated()]
    columns: dict[str, Floats] = {name: _numbers(joined[name], np.nan) for name in TRACT}
    for radius in (600, 1500):
        columns[f"pop{radius}"] = _sum_within(xy, centres, population, radius)
    stations = _stations()
    columns["station_m"] = np.asarray(cKDTree(stations).query(xy)[0], dtype=np.float64)
    columns["stations800"] = _sum_within(xy, stations, np.ones(len(stations)), 800)
    for radius in (400, 1500):
        columns[f"branches{radius}"] = _sum_within(xy, xy, np.ones(len(xy)), radius) - 1.0
    for kind, points in _places_of_interest().items():
        columns[f"{kind}400"] = _sum_within(xy, points, np.ones(len(points)), 400)
    if walks:
        columns |= _walked(xy, centres, population, stations)
    return pd.DataFrame(columns, index=index)


def _walked(xy: Floats, centres: Floats, population: Floats, stations: Floats) -> dict[str, Floats]:
    streets = gpd.read_file(f"zip://{SOURCE / 'streets_osm_2013_shp.zip'}", encoding="latin-1").to_crs(CRS)
    network = build_network(streets.geometry.explode(index_parts=False).to_numpy(), 80.0)
    to_stations = travel_minutes(network, xy, stations, cutoff_min=30.0, snap_limit_m=300.0)
    nearest = np.full(len(xy), 30.0)
    rows = np.repeat(np.arange(len(xy)), np.diff(to_stations.indptr))
    np.minimum.at(nearest, rows, to_stations.data)
    demand = travel_minutes(network, centres, xy, cutoff_min=30.0, snap_limit_m=300.0)
    decay = Decay(kind="gaussian", reach_min=15.0, scale_min=6.0, exponent=2.0)
    return {"station_walk_min": nearest, "demand_walked": catchment_demand(population, demand, decay)}


def _numbers(column: pd.Series, empty: float) -> Floats:
    return pd.to_numeric(column, errors="coerce").fillna(empty).to_numpy(dtype=np.float64)


def _sum_within(xy: Floats, points: Floats, weight: Floats, radius: float) -> Floats:
    near = cKDTree(points).query_ball_point(xy, radius)
    return np.array([float(weight[at].sum()) for at in near])


def _stations() -> Floats:
    with zipfile.ZipFile(SOURCE / "subway_gtfs_full_2026.zip") as archive:
        stops = pd.read_csv(io.BytesIO(archive.read("stops.txt")), dtype=str)
    stops = stops[stops["location_type"] == "1"]
    degrees = gpd.points_from_xy(stops["stop_lon"].astype(float), stops["stop_lat"].astype(float), crs=4326)
    points = gpd.GeoSeries(degrees).to_crs(CRS)
    return np.column_stack([points.x, points.y])


def _places_of_interest() -> dict[str, Floats]:
    rows = CalamineWorkbook.from_path(SOURCE / "pois_osm_2017.xls").get_sheet_by_index(0).to_python()
    table = pd.DataFrame(rows[1:], columns=rows[0])
    points = gpd.GeoSeries(gpd.points_from_xy(table["lon"].astype(float), table["lat"].astype(float)), crs=4326).to_crs(
        CRS
    )
    xy = np.column_stack([points.x, points.y])
    return {kind: xy[(table["fclass"] == kind).to_numpy()] for kind in KINDS}


def encoded_on_all_rows(observed: Observed) -> pd.DataFrame:
    """Return the features with the bank's mean log deposits over all branches, the left-out ones too: the leak."""
    mean = pd.Series(observed.log_performance, index=observed.features.index).groupby(observed.features["bank"])
    return observed.features.assign(bank=mean.transform("mean"))


def _figures_table(learnt: Learnt) -> None:
    folds = len(learnt.covered_by_fold)
    print(f"{'Spearman':12} {'pooled':>7} {'worst':>7}  {' '.join(f'fold {k + 1:>2}' for k in range(folds))}")
    for basis in BASES:
        found = learnt.figures[basis]
        by_fold = " ".join(f"{value:7.2f}" for value in found.spearman_by_fold)
        print(f"{basis:12} {found.spearman:7.3f} {found.worst_spearman:7.3f}  {by_fold}")
    print(f"{'R²':12} {'pooled':>7} {'worst':>7}")
    for basis in BASES:
        found = learnt.figures[basis]
        by_fold = " ".join(f"{value:7.2f}" for value in found.r2_by_fold)
        print(f"{basis:12} {found.r2:7.3f} {found.worst_r2:7.3f}  {by_fold}")
    held = " ".join(f"{value:7.2f}" for value in learnt.covered_by_fold)
    print(f"{'90 % held':12} {learnt.covered.mean():7.3f} {min(learnt.covered_by_fold):7.3f}  {held}")
    print(f"\n{'importance, fall of R²':28} {'mean':>7} {'least':>7} {'most':>7}")
    for one in learnt.importances[:12]:
        print(f"{one.feature:28} {one.mean:7.3f} {one.least:7.3f} {one.greatest:7.3f}")


def _leaks(branches: Branches, observed: Observed, settings: LearnSettings) -> float:
    """Print what the leaks look like; return the rank correlation that a bank encoded on all rows would read."""
    bank = pd.to_numeric(branches.rows["DEPDOM"], errors="coerce").to_numpy(dtype=np.float64)
    leaking = encoded_on_all_rows(observed)
    for leak in find_leaks(leaking.assign(DEPDOM=bank), observed.performance, "deposits"):
        print(f"refused: {leak.feature}: {leak.reason}")
    fold = blocked_folds(spatial_blocks(observed.points, settings, SEED), settings.folds)
    choice = ModelChoice(directions=observed.directions, seed=SEED)
    predicted = leave_out(leaking, observed.log_performance, fold, choice).predicted(fold)
    return judge(observed.log_performance, predicted, fold).spearman


def main() -> None:
    """Learn and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without walks along streets")
    given = parser.parse_args()
    if not SOURCE.is_dir():
        raise SystemExit(f"{SOURCE} is absent: this benchmark needs the real data beside the repository")
    started = time.perf_counter()
    branches = read_branches()
    location = location_columns(branches, walks=not given.quick)
    settings = LearnSettings(target="deposits")
    observed = observe(
        location,
        own_columns(branches),
        branches.deposits,
        branches.points,
        directions=DIRECTIONS,
        target="deposits",
    )
    measured = time.perf_counter()
    learnt = learn_sales(observed, settings, SEED)
    ended = time.perf_counter()
    print(f"{len(observed.features):,} branches, {len(observed.location)} features of place")
    print(f"measured in {measured - started:.1f} s, learnt in {ended - measured:.1f} s\n")
    _figures_table(learnt)
    print()
    leaked = _leaks(branches, observed, settings)
    print(f"the bank encoded on all rows would read Spearman {leaked:.3f}: a leak\n")
    for told in tell_learnt(learnt):
        print(told)
    figures, held = learnt.figures, float(learnt.covered.mean())
    targets = {
        f"location alone: Spearman at most {LOCATION_AT_MOST}": figures["location"].spearman <= LOCATION_AT_MOST,
        f"all: Spearman at least {LEAST_POOLED}": figures["all"].spearman >= LEAST_POOLED,
        f"intervals hold at least {100 * LEAST_HELD:g} %": held >= LEAST_HELD,
    }
    print()
    for name, met in targets.items():
        print(f"{'met' if met else 'MISSED':7} {name}")
    sys.exit(0 if all(targets.values()) else 1)


if __name__ == "__main__":
    main()
