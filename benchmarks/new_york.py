"""Run the main job on New York: 2,166 census tracts, 42,522 street ways, the subway's timetable, 1,440 bank branches.

Run ``python benchmarks/new_york.py [FOLDER]``: it makes a project folder outside the repository from
``../shared/data/nyc``, runs ``outlet run`` on it and prints a table of seconds per step and the peak memory. With
``--build`` it only makes the folder. Our bank is Apple Bank For Savings; the ordinary branches (FDIC service type 11)
of all others in 2023 are rivals.

A rival's attraction is the square root of its deposits over the median branch's, from 0.25 to 4, so that a branch with
four times the deposits pulls twice as strongly; a main office (BKMO = 1) books other cities' deposits and counts as 1.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from outlet.project import Sector, Toml
from outlet.samples import SamplePart, SampleRequest, join_parts
from siting.data.document import toml_section, toml_whole
from siting.settings import LocateSettings, ScoreSettings
from siting.settings.data import (
    CandidateSettings,
    CompetitorSettings,
    DataSettings,
    DemandSettings,
    ExistingSettings,
    StopSettings,
)
from siting.settings.generate import AlongStreets
from siting.settings.streets import StreetSettings

ROOT = Path(__file__).parents[1]
SOURCE = ROOT.parent / "shared" / "data" / "nyc"
COPIED = ("tracts_acs2013_2017_epsg2263.gpkg", "streets_osm_2013_shp.zip", "subway_gtfs_full_2026.zip")
BRANCHES = "bank_branches_fdic_sod_2018_2023.csv.gz"
OURS = "Apple Bank For Savings"
SECTOR: Sector = "bank"
ORDINARY = "11"
STEPS = ("check", "score", "locate", "share", "map", "efficiency", "report", "compare")
HALL_STEPS = ("zones", "staff", "simulate")
LIMIT_SECONDS, LIMIT_MB = 300.0, 4096.0


def branch_tables(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return our branches and our rivals' in 2023, ordinary ones with coordinates."""
    rows = pd.read_csv(path, dtype=str)
    rows = rows[(rows["YEAR"] == "2023") & (rows["BRSERTYP"] == ORDINARY)]
    lat, lon = (pd.to_numeric(rows[f"SIMS_{name}"], errors="coerce") for name in ("LATITUDE", "LONGITUDE"))
    rows = rows[(lat.abs() > 1) & (lon.abs() > 1)].sort_values("UNINUMBR")
    deposits = pd.to_numeric(rows["DEPSUMBR"], errors="coerce") * 1000.0
    main = rows["BKMO"] == "1"
    pull = np.sqrt(deposits / deposits[~main].median()).clip(0.25, 4.0)
    table = pd.DataFrame(
        {
            "id": "fdic" + rows["UNINUMBR"],
            "name": rows["NAMEBR"].str.strip() + ", " + rows["ADDRESBR"].str.strip(),
            "brand": rows["NAMEFULL"].str.strip(),
            "attraction": pull.where(~main, 1.0).round(3),
            "deposits": deposits.where(~main),
            "lon": rows["SIMS_LONGITUDE"],
            "lat": rows["SIMS_LATITUDE"],
        }
    )
    ours = table["brand"] == OURS
    return table[ours].drop(columns="attraction"), table[~ours].drop(columns="deposits")


def siting_part() -> SamplePart:
    """Return siting's sections and files."""
    files = {f"data/{name}": (SOURCE / name).read_bytes() for name in COPIED}
    for name, table in zip(("existing", "competitors"), branch_tables(SOURCE / BRANCHES), strict=True):
        files[f"data/{name}.csv"] = table.to_csv(index=False, lineterminator="\n").encode()
    demand: dict[str, Toml] = {
        "file": f"data/{COPIED[0]}",
        "unit": "persons",
        "columns": {"id": "geoid", "name": "nta_name", "weight": "pop_total_est"},
    }
    generate = AlongStreets(
        spacing_m=300.0, within_m=400.0, near=("station",), area_m2=220.0, frontage_m=12.0, rent_per_m2=900.0
    )
    locate = LocateSettings(
        model="max_cover", outlets=10, radius_min=10.0, visits_per_unit_per_day=0.01, value_per_visit=15.0
    )
    table: dict[str, Toml] = {"crs": "EPSG:4326"}
    sections = [
        # One tract has no population cell; `repair` takes it as 0 and says so.
        toml_section("siting.data", DataSettings, {"repair": True, "credit": "US Census; OpenStreetMap; MTA; FDIC"}),
        toml_section("siting.data.demand", DemandSettings, demand),
        toml_section("siting.data.candidates", CandidateSettings, {}),
        toml_whole("siting.data.candidates.generate", generate),
        toml_section("siting.data.existing", ExistingSettings, {"file": "data/existing.csv", **table}),
        toml_section("siting.data.competitors", CompetitorSettings, {"file": "data/competitors.csv", **table}),
        toml_section("siting.data.stops", StopSettings, {"gtfs": [f"data/{COPIED[2]}"]}),
        toml_section(
            "siting.data.streets",
            StreetSettings,
            {"file": f"data/{COPIED[1]}", "columns": {"kind": "highway"}},
        ),
        toml_whole("siting.score", ScoreSettings()),
        toml_whole("siting.locate", locate),
        '[scenario.capture]\nsiting.locate.model = "max_capture"\nsiting.locate.best_candidates = 300\n',
    ]
    project = {
        "name": '"New York"',
        "sector": f'"{SECTOR}"',
        "as_of": "2026-06-15",
        "timezone": '"America/New_York"',
        "currency": '"USD"',
        "seed": "7",
    }
    return SamplePart(toml="\n".join(sections), files=files, project=project)


def build(folder: Path) -> None:
    """Make the project folder: New York's data, and the generic hall and work of a project made from an extract."""
    from layout.data.samples import from_osm as layout_part

    if folder.resolve().is_relative_to(ROOT):
        raise SystemExit(f"{folder} is inside the repository; choose a folder outside it")
    for name, content in join_parts([siting_part(), layout_part(SampleRequest(sector=SECTOR))]).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def run(folder: Path) -> int:
    """Run the job, timing each step by the progress it tells, and print the table."""
    command = ["outlet", "run", str(folder)]
    started = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    steps: list[tuple[str, float]] = []
    assert process.stderr is not None
    for line in process.stderr:
        print(f"{time.perf_counter() - started:7.1f} s  {line.rstrip()}", file=sys.stderr)
        step = _step(line)
        if step is not None and (not steps or steps[-1][0] != step):
            steps.append((step, time.perf_counter()))
    _, status, usage = os.wait4(process.pid, 0)
    ended = time.perf_counter()
    print(f"{'step':60} {'seconds':>8}")
    for (step, at), until in zip(steps, [*(at for _, at in steps[1:]), ended], strict=True):
        print(f"{step:60} {until - at:8.1f}")
    megabytes = usage.ru_maxrss / 1024
    print(f"{'all, at most ' + str(LIMIT_SECONDS) + ' s':60} {ended - started:8.1f}")
    print(f"{'peak memory, MB, at most ' + str(LIMIT_MB):60} {megabytes:8.0f}")
    code = os.waitstatus_to_exitcode(status)
    return code or int(ended - started > LIMIT_SECONDS or megabytes > LIMIT_MB)


def _step(line: str) -> str | None:
    """Return the step that a line of progress begins, or None; halls are planned side by side and count as one step."""
    first = line.split(maxsplit=1)[0].rstrip(":") if line.strip() else ""
    if first in HALL_STEPS:
        return "halls: zones, staff, simulate"
    return first if first in STEPS and ":" not in line else None


def main() -> None:
    """Make the folder and run the job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "folder", nargs="?", type=Path, help="where to make the project; a temporary folder if not given"
    )
    parser.add_argument("--build", action="store_true", help="only make the folder")
    given = parser.parse_args()
    if not SOURCE.is_dir():
        raise SystemExit(f"{SOURCE} is absent: this benchmark needs the real data beside the repository")
    folder = given.folder or Path(tempfile.mkdtemp(prefix="new-york-"))
    try:
        build(folder)
        code = 0 if given.build else run(folder)
    finally:
        if given.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
