"""Measure the reading of real files: New York's project, Manhattan's bus timetable, extracts, tickets.

Run ``python benchmarks/reading.py``: every case is read in a fresh process three times, and a table shows the median
seconds of the reading itself (imports apart), the largest peak memory of a process and what was read. The limits are
those of the issue. Exit code 1 where a limit is passed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import new_york

DATA = Path(__file__).parents[1].parent / "shared" / "data"
REPEATS = 3
MB = 1024.0
# Case → largest seconds, largest MB.
LIMITS = {"New York's project": (25.0, 4096.0), "Manhattan's bus timetable, per stop and hour": (15.0, 2048.0)}


def read_new_york(folder: Path) -> str:
    """Read streets, tracts, timetable and branches as `outlet score` would."""
    from outlet.project import load_project
    from siting.data.load import load_siting_data

    data = load_siting_data(load_project(folder / "new-york"))
    return (
        f"{len(data.demand)} tracts, {len(data.streets)} ways, {len(data.stops)} stops, {len(data.competitors)} rivals"
    )


def read_bus(folder: Path) -> str:
    """Read the feed and count departures per stop and hour."""
    from siting.data.gtfs.feed import read_departures
    from siting.data.read import Source

    file = DATA / "nyc" / "bus_manhattan_gtfs_2026.zip"
    found = read_departures(Source(file, file.name), dt.date(2026, 11, 23))
    return f"{len(found.table())} rows of stop, route and hour"


def read_extract(name: str) -> Callable[[Path], str]:
    """Read every kind of feature of an extract."""

    def read(folder: Path) -> str:
        from siting.data.osm.choice import project_choice
        from siting.data.osm.rules import osm_rules
        from siting.data.osm.stream import read_extract as read_osm

        extract = read_osm(DATA / name, project_choice(osm_rules(), "bank"))
        return f"{len(extract.points.ids)} points, {len(extract.lines.ids)} lines, {len(extract.areas.ids)} areas"

    return read


CASES: dict[str, Callable[[Path], str]] = {
    "New York's project": read_new_york,
    "Manhattan's bus timetable, per stop and hour": read_bus,
    "Helsinki's extract": read_extract("helsinki/Helsinki.osm.pbf"),
    "São Paulo's extract": read_extract("sao_paulo/spo_osm.pbf"),
}


def run_case(name: str, folder: Path) -> None:
    """Read one case in this process and print what it cost as JSON."""
    import siting.data.load  # noqa: F401 the imports are not part of the reading

    started = time.perf_counter()
    what = CASES[name](folder)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB
    print(json.dumps({"seconds": seconds, "megabytes": peak, "what": what}))


def measure(folder: Path) -> int:
    """Measure every case and print the table."""
    print(f"{'case':46} {'seconds':>8} {'MB':>7}  what")
    passed = 0
    for name in CASES:
        command = [sys.executable, __file__, "--case", name, "--folder", str(folder)]
        runs = []
        for _ in range(REPEATS):
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(done.stderr)
            runs.append(json.loads(done.stdout.splitlines()[-1]))
        seconds = statistics.median(run["seconds"] for run in runs)
        megabytes = max(run["megabytes"] for run in runs)
        most_seconds, most_megabytes = LIMITS.get(name, (float("inf"), float("inf")))
        passed |= int(seconds > most_seconds or megabytes > most_megabytes)
        limit = f" (at most {most_seconds:g} s, {most_megabytes:g} MB)" if name in LIMITS else ""
        print(f"{name:46} {seconds:8.2f} {megabytes:7.0f}  {runs[0]['what']}{limit}")
    return passed


def main() -> None:
    """Make New York's project in a temporary folder and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not DATA.is_dir():
        raise SystemExit(f"{DATA} is absent: this benchmark needs the real data beside the repository")
    if given.case:
        run_case(given.case, given.folder)
        return
    with tempfile.TemporaryDirectory(prefix="reading-") as name:
        new_york.build(Path(name) / "new-york")
        code = measure(Path(name))
    sys.exit(code)


if __name__ == "__main__":
    main()
