"""Compare demand models with the usual ways, and time a very large input: `python benchmarks/scoring.py [--small]`.

Each case runs three times in one process, ours and theirs by turns, and a table shows the medians and theirs over
ours; results must be equal to 1e-9 (with buffers to a fifth) or the run fails.

- demand within 1 km of 100,000 places among 1,000,000 points, uniform on 100 × 100 km, without and with a decay kernel,
  in a process of its own: at most 60 seconds and 4 GB;
- every feature but those of timetables and drives, of 100,000 candidates among 1,000,000 demand points, 2,000 rivals,
  50 outlets and 20,000 stops, along straight lines of 1 km, walks included; likewise;
- 2SFCA and E2SFCA of 10,000 points and 1,000 outlets on 30 × 30 km against the PyPI package `access`;
- demand within 1 km of 2,000 places among 200,000 points on 45 × 45 km against geopandas: `sjoin` with `dwithin`, and
  with buffers (which are polygons of 64 sides and hold a little less), then `groupby`.

The times leave out imports, and of ours the compiling of the kernels, which numba keeps on disk.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import KDTree

from siting.demand.decay import Decay
from siting.demand.floating_catchment import ZoneWeights, enhanced_two_step, two_step
from siting.demand.straight_line import demand_around

Floats = NDArray[np.float64]
REPEATS = 3
MOST_S, MOST_GB = 60.0, 4.0
ORIGIN = np.array([300_000.0, 6_000_000.0])
CRS = "EPSG:32618"


@dataclass(frozen=True)
class Case:
    """Ours and theirs, and how far they may differ, relatively."""

    name: str
    ours: Callable[[], Floats]
    theirs: Callable[[], Floats]
    tolerance: float = 1e-9


def floating_cases(n: int, m: int) -> list[Case]:
    """2SFCA and E2SFCA; walking, cycling or driving does not matter: 500 metres a minute, reach 30 minutes."""
    from access import fca, weights

    rng = np.random.default_rng(1)
    homes, outlets = rng.uniform(0, 30_000, (n, 2)), rng.uniform(0, 30_000, (m, 2))
    demand, supply = rng.uniform(1, 5000, n), rng.uniform(1, 9, m)
    pairs = KDTree(homes).sparse_distance_matrix(KDTree(outlets), 15_000, output_type="ndarray")
    cost = sparse.csr_array((pairs["v"] / 500.0, (pairs["i"], pairs["j"])), shape=(n, m))
    entries = cost.tocoo()
    demand_frame = pd.DataFrame({"geoid": np.arange(n), "demand": demand})
    supply_frame = pd.DataFrame({"supply": supply}, index=pd.Index(np.arange(m), name="geoid"))
    cost_frame = pd.DataFrame({"origin": entries.row, "dest": entries.col, "cost": entries.data})
    print(f"floating catchments: {n:,} points, {m:,} outlets, {cost.nnz:,} pairs")

    def theirs(reach: float, weight_fn: Callable[[float], float] | None) -> Floats:
        got = fca.two_stage_fca(demand_frame, supply_frame, cost_frame, max_cost=reach, weight_fn=weight_fn)
        return got.reindex(range(n)).fillna(0.0).to_numpy()

    zones = weights.step_fn({10: 1.0, 20: 0.68, 30: 0.22})
    return [
        Case(
            "2SFCA, reach 15 min; access",
            lambda: two_step(demand, supply, cost, reach_min=15.0).access,
            lambda: theirs(15.0, None),
        ),
        Case(
            "E2SFCA, zones of 10, 20, 30 min; access",
            lambda: enhanced_two_step(demand, supply, cost, decay=ZoneWeights()).access,
            lambda: theirs(30.0, zones),
        ),
    ]


def radius_cases(m: int, n: int) -> list[Case]:
    """Demand within 1 km, at the density of the very large case."""
    rng = np.random.default_rng(2)
    side = 100_000.0 * np.sqrt(n / 1_000_000)
    places, points = ORIGIN + rng.uniform(0, side, (m, 2)), ORIGIN + rng.uniform(0, side, (n, 2))
    weight = rng.uniform(0, 100, n)
    outlets = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*places.T), crs=CRS)
    homes = gpd.GeoDataFrame({"weight": weight}, geometry=gpd.points_from_xy(*points.T), crs=CRS)
    print(f"demand within 1 km: {m:,} places, {n:,} points on {side / 1000:.0f} × {side / 1000:.0f} km")

    def summed(joined: gpd.GeoDataFrame) -> Floats:
        sums = joined.groupby(level=0)["weight"].sum()
        return sums.reindex(range(m)).fillna(0.0).to_numpy()

    def within() -> Floats:
        return summed(gpd.sjoin(outlets, homes, predicate="dwithin", distance=1000.0))

    def buffered() -> Floats:
        return summed(gpd.sjoin(outlets.set_geometry(outlets.buffer(1000.0)), homes, predicate="contains"))

    def ours() -> Floats:
        return demand_around(places, points, weight, radius_m=1000.0)

    return [
        Case("within 1 km; geopandas sjoin dwithin + groupby", ours, within),
        Case("within 1 km; geopandas buffer + sjoin + groupby", ours, buffered, tolerance=0.2),
    ]


def compare(case: Case) -> tuple[float, float, bool]:
    """Return the median seconds of ours and of theirs, and whether the results agree."""
    mine, other = case.ours(), case.theirs()
    agree = bool(np.allclose(mine, other, rtol=case.tolerance, atol=0.0))
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(REPEATS):
        for spent, run in zip(seconds, (case.ours, case.theirs), strict=True):
            start = time.perf_counter()
            run()
            spent.append(time.perf_counter() - start)
    return statistics.median(seconds[0]), statistics.median(seconds[1]), agree


def very_large(m: int, n: int) -> bool:
    """Time the very large case in this process; say whether it is within its limits."""
    rng = np.random.default_rng(3)
    places, points = ORIGIN + rng.uniform(0, 100_000, (m, 2)), ORIGIN + rng.uniform(0, 100_000, (n, 2))
    weight = rng.uniform(0, 100, n)
    demand_around(places[:10], points[:10], weight[:10], radius_m=1000.0)
    held = True
    kernels = {"in full": None, "gaussian": Decay(kind="gaussian", reach_min=12.5, scale_min=5.0)}
    for name, decay in kernels.items():
        spent = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            demand_around(places, points, weight, radius_m=1000.0, decay=decay)
            spent.append(time.perf_counter() - start)
        seconds, peak_gb = statistics.median(spent), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        held &= seconds <= MOST_S and peak_gb <= MOST_GB
        case = f"{m:,} × {n:,}, 1 km, {name}"
        print(f"{case:<52}{seconds:>9.2f} s{peak_gb:>9.2f} GB  (limits {MOST_S:.0f} s, {MOST_GB:.0f} GB)", flush=True)
    return held


def every_feature(m: int, n: int) -> bool:
    """Time walks in straight lines and every feature that needs no timetable; say whether it is within its limits."""
    from siting.competition.huff import rivals_attraction, site_attraction
    from siting.competition.share import Market
    from siting.geo.straight import straight_minutes
    from siting.scoring.features import compute_features
    from siting.scoring.inputs import FeatureInputs, Supply
    from siting.settings.score import ScoreSettings

    rng = np.random.default_rng(4)
    kept, rivals, stops = 50, 2_000, m // 5
    points, sites, other, halts = (
        ORIGIN + rng.uniform(0, 100_000, (count, 2)) for count in (n, m + kept, rivals, stops)
    )
    demand = rng.uniform(0, 100, n)
    travel = {"along": "straight", "detour": 1.25, "cutoff_min": 1_000.0 * 1.25 / 80.0}
    near = {"rivals_within_m": 1_000.0}
    settings = ScoreSettings.model_validate(
        {"travel": travel, "competition": near, "transport": {"ptal": {"rail_within_m": 960.0}}}
    )

    def walks(origins: Floats, targets: Floats) -> sparse.csr_array[np.float64]:
        return straight_minutes(
            origins, targets, cutoff_min=settings.travel.cutoff_min, m_per_min=80.0, detour=settings.travel.detour
        )

    walks(points[:10], sites[:10])
    start = time.perf_counter()
    to_sites, to_rivals = walks(points, sites), walks(points, other)
    walked = time.perf_counter() - start
    market = Market(
        site_attraction(np.ones(m + kept), to_sites, settings.competition),
        rivals_attraction(np.ones(rivals), to_rivals, 1e-3, settings.competition),
        demand,
    )
    ours = np.arange(m, m + kept, dtype=np.int64)
    inputs = FeatureInputs(
        ids=pd.Index([f"c{at}" for at in range(m)]),
        on_street=np.ones(m, dtype=np.bool_),
        rivals_known=np.ones(m, dtype=np.bool_),
        candidate_stops=walks(sites[:m], halts),
        candidate_rivals=walks(sites[:m], other),
        demand_candidates=to_sites[:, :m],
        is_station=rng.random(stops) < 0.05,
        departures_per_hour=rng.uniform(1, 20, stops),
        attraction_of_rivals=np.ones(rivals),
        own_attraction=np.ones(m),
        value=demand,
        market=market,
        kept=ours,
        settings=settings,
        supply=Supply(
            minutes=sparse.csr_array(sparse.hstack([to_sites[:, ours], to_rivals], format="csr")),
            amount=np.ones(kept + rivals),
            own=np.full(m, -1, dtype=np.int64),
        ),
    )
    table = compute_features(inputs)
    seconds, peak_gb = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    known = int(table.notna().any().sum())
    held = seconds <= MOST_S and peak_gb <= MOST_GB
    case = f"{m:,} × {n:,}, 1 km, {known} of {table.shape[1]} features"
    print(f"{case:<52}{seconds:>9.2f} s{peak_gb:>9.2f} GB  (limits {MOST_S:.0f} s, {MOST_GB:.0f} GB)", flush=True)
    print(f"  of which walks {walked:.2f} s; {to_sites.nnz:,} pairs of demand and site", flush=True)
    return held


def main() -> int:
    """Print the table; exit 1 where results differ or a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--small", action="store_true", help="a tenth of everything")
    parser.add_argument("--very-large", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--every-feature", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    part = 10 if arguments.small else 1
    if arguments.very_large:
        return 0 if very_large(100_000 // part, 1_000_000 // part) else 1
    if arguments.every_feature:
        return 0 if every_feature(100_000 // part, 1_000_000 // part) else 1
    held = True
    for name in ("--very-large", "--every-feature"):  # first: a child's peak memory starts from its parent's
        own = [sys.executable, __file__, name, *(["--small"] if arguments.small else [])]
        held &= subprocess.run(own, check=False).returncode == 0
    warnings.filterwarnings("ignore", message="The inplace keyword", category=DeprecationWarning)
    cases = floating_cases(10_000 // part, 1_000 // part) + radius_cases(2_000 // part, 200_000 // part)
    print(f"{'case; theirs':<52}{'ours':>11}{'theirs':>11}{'ratio':>9}")
    for case in cases:
        ours, theirs, agree = compare(case)
        held &= agree
        print(
            f"{case.name:<52}{ours:>9.3f} s{theirs:>9.3f} s{theirs / ours:>8.1f}×{'' if agree else '  DIFFERS'}",
            flush=True,
        )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
