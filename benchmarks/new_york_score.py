"""Score 5,000 candidates of New York by every feature: `python benchmarks/new_york_score.py [--candidates N]`.

The project of `new_york.py` with the subway's and Manhattan's bus timetables, all five boroughs' streets and every
feature weighed is scored by `outlet score` in a fresh process, three times, each with an empty cache. A table shows
the median seconds and the largest peak memory, and at how many candidates each feature is known. Exit code 1 where a
limit is passed, there are fewer candidates than asked for, or a feature is known nowhere.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parent))

import new_york

BUS = "bus_manhattan_gtfs_2026.zip"
LIMIT_SECONDS, LIMIT_MB = 60.0, 3072.0
REPEATS = 3


def overrides(candidates: int) -> list[str]:
    """Return the settings that differ from the project of `new_york.py`."""
    from siting.scoring.features import FEATURE_NAMES

    stops = ", ".join(f'"data/{name}"' for name in (new_york.COPIED[2], BUS))
    settings = [
        f"siting.data.stops.gtfs=[{stops}]",
        "siting.data.candidates.generate.spacing_m=80",
        "siting.data.candidates.generate.near=[]",
        f"siting.data.candidates.generate.most={candidates}",
        (
            'siting.data.demand.parts_of_day={day={column="pop_ba_above_est", hours=[["08:00", "18:00"]]}, '
            'night={column="pop_total_est", hours=[["18:00", "24:00"]]}}'
        ),
        *(f"siting.score.weights.{name}=1" for name in FEATURE_NAMES),
    ]
    return [part for setting in settings for part in ("--set", setting)]


def score(folder: Path, candidates: int) -> tuple[float, float]:
    """Score with an empty cache; return seconds and peak megabytes."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    started = time.perf_counter()
    process = subprocess.Popen(
        ["outlet", "score", str(folder), *overrides(candidates)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    told = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(told)
    return seconds, usage.ru_maxrss / 1024


def known(folder: Path) -> pd.Series:
    """Return at how many candidates each feature is known."""
    table = pd.read_csv(folder / "out" / "candidates.csv")
    raw = table[[name for name in table.columns if name.endswith("_raw")]]
    return raw.notna().sum().rename(lambda name: name.removesuffix("_raw"))


def main() -> int:
    """Print the table; exit 1 where the case does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--candidates", type=int, default=5000)
    given = parser.parse_args()
    if not new_york.SOURCE.is_dir():
        raise SystemExit(f"{new_york.SOURCE} is absent: this benchmark needs the real data beside the repository")
    with tempfile.TemporaryDirectory(prefix="new-york-") as name:
        folder = Path(name)
        new_york.build(folder)
        shutil.copyfile(new_york.SOURCE / BUS, folder / "data" / BUS)
        runs = [score(folder, given.candidates) for _ in range(REPEATS)]
        found = known(folder)
        rows = len(pd.read_csv(folder / "out" / "candidates.csv", usecols=["id"]))
    seconds, megabytes = statistics.median(run[0] for run in runs), max(run[1] for run in runs)
    print(f"{'feature':24} {'known at':>9} of {rows:,} candidates")
    for feature, count in found.items():
        print(f"{feature:24} {count:>9,}")
    print(f"{'seconds, median of ' + str(REPEATS):24} {seconds:9.1f}  (at most {LIMIT_SECONDS:g})")
    print(f"{'peak memory, MB':24} {megabytes:9.0f}  (at most {LIMIT_MB:g})")
    within = seconds <= LIMIT_SECONDS and megabytes <= LIMIT_MB
    return 0 if within and rows == given.candidates and (found > 0).all() else 1


if __name__ == "__main__":
    sys.exit(main())
