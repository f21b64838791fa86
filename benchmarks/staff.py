"""Measure the work on people, one table after another: shift design and rosters below, the others in `staffing`.

``--only NAME`` measures one of them: simulator, rosters. Ciw and SimPy come with ``pip install -e ".[bench]"``.

``python benchmarks/staff.py [--staffing FOLDER] [--seconds N] [--rosters 1,2,3]``; FOLDER holds ``shift_design`` and
``curtois_qu`` and is ``../shared/benchmarks/staffing`` by default. Shift design: RandomExample1–3, optima 480, 300 and
600. Rosters: Curtois and Qu's instances, read into `RosterProblem` and priced by our checker; best known values from
best_known.csv beside them.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import re
import time
from pathlib import Path

import numpy as np

from layout.staffing import RosterProblem, RosterRules, RosterWishes, Shift, design_shifts, roster
from layout.staffing.check import check_roster
from layout.staffing.plan import FREE
from layout.staffing.shift_model import DesignRules, ShiftPrices
from outlet.outcome import Limits

TABLES = ("simulator",)
STAFFING = Path(__file__).parents[2] / "shared" / "benchmarks" / "staffing"
OPTIMA = {"RandomExample1": 480, "RandomExample2": 300, "RandomExample3": 600}


def read_design(file):
    """Return a shift design instance: required (D, T, 1), the shifts allowed, minutes of an interval, prices."""
    entries = re.findall(r"(\w+) = ([^;]+);", file.read_text(encoding="utf-8"))
    values = {key: [int(number) for number in re.findall(r"-?\d+", value)] for key, value in entries}
    interval = values["interval"][0]
    ranges = zip(*(values[key] for key in ("minStart", "maxStart", "minLength", "maxLength")), strict=True)
    shifts = [
        Shift(0, interval * start, interval * (start + length), None, None, interval * length)
        for first, last, shortest, longest in ranges
        for start in range(first, last + 1)
        for length in range(shortest, longest + 1)
    ]
    required = np.array(values["demand"], dtype=np.int64).reshape(values["days"][0], -1, 1)
    under, over, distinct = (values[key][0] for key in ("weightUnderCover", "weightOverCover", "weightShiftInstances"))
    return required, shifts, interval, ShiftPrices(under=under, over=over, distinct=distinct)


def read_sections(file):
    """Return the rows of every section of a roster instance, comments left out."""
    sections, name = {}, ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("SECTION_"):
            name = line.removeprefix("SECTION_").strip()
            sections[name] = []
        elif line.strip() and not line.startswith("#"):
            sections[name].append(line.strip().split(","))
    return sections


def read_roster(file):
    """Return an instance as a problem. All its shifts start after one another only by its list of successions."""
    sections = read_sections(file)
    days = int(sections["HORIZON"][0][0])
    shift = {row[0]: at for at, row in enumerate(sections["SHIFTS"])}
    person = {row[0]: at for at, row in enumerate(sections["STAFF"])}
    e, s = len(person), len(shift)
    forbidden = np.zeros((s, s), dtype=bool)
    for name, _, after in sections["SHIFTS"]:
        for other in filter(None, after.split("|")):
            forbidden[shift[name], shift[other]] = True
    numbers = np.array([[int(cell) for cell in row[2:]] for row in sections["STAFF"]], dtype=np.int64)
    shift_max = np.zeros((e, s), dtype=np.int64)
    for row in sections["STAFF"]:
        for limit in row[1].split("|"):
            name, count = limit.split("=")
            shift_max[person[row[0]], shift[name]] = int(count)
    off = np.zeros((e, days), dtype=bool)
    for row in sections["DAYS_OFF"]:
        off[person[row[0]], [int(day) for day in row[1:]]] = True
    wishes = {"SHIFT_ON_REQUESTS": np.zeros((e, days, s), dtype=np.int64)}
    wishes["SHIFT_OFF_REQUESTS"] = np.zeros((e, days, s), dtype=np.int64)
    for section, array in wishes.items():
        for who, day, what, weight in sections[section]:
            array[person[who], int(day), shift[what]] = int(weight)
    cover = np.zeros((3, days, s), dtype=np.int64)
    for day, what, *values in sections["COVER"]:
        cover[:, int(day), shift[what]] = [int(value) for value in values]
    minutes = np.array([int(row[1]) for row in sections["SHIFTS"]], dtype=np.int64)
    return RosterProblem(
        start_min=np.zeros(s, dtype=np.int64),
        end_min=minutes,
        paid_min=minutes,
        skilled=shift_max > 0,
        off=off,
        offered=np.ones((days, s), dtype=bool),
        contributes=np.eye(s, dtype=bool),
        required=cover[0],
        under_weight=cover[1],
        over_weight=cover[2],
        windows=np.array([(0, days - 1)], dtype=np.int64),
        minutes_min=numbers[:, 1:2],
        minutes_max=numbers[:, 0:1],
        minutes_target=numbers[:, 0:1],
        locked=np.full((e, days), FREE, dtype=np.int64),
        rules=RosterRules(
            forbidden_next=forbidden,
            shift_max=shift_max,
            consecutive_max=numbers[:, 2],
            consecutive_min=numbers[:, 3],
            off_min=numbers[:, 4],
            weekends_max=numbers[:, 5],
        ),
        wishes=RosterWishes(shift_on=wishes["SHIFT_ON_REQUESTS"], shift_off=wishes["SHIFT_OFF_REQUESTS"]),
    )


def measure_design(folder, seconds):
    for name, optimum in OPTIMA.items():
        required, shifts, interval, prices = read_design(folder / f"{name}.dzn")
        rules = DesignRules(cyclic=True, prices=prices)
        started = time.perf_counter()
        limits = Limits(seconds=seconds, workers=1)
        outcome = design_shifts(required, shifts, interval_min=interval, rules=rules, limits=limits)
        show(name, outcome, optimum, time.perf_counter() - started)


def measure_rosters(folder, numbers, seconds, workers):
    with (folder / "best_known.csv").open(encoding="utf-8", newline="") as stream:
        known = {int(row["instance"]): int(row["best_known"]) for row in csv.DictReader(stream)}
    for number in numbers:
        problem = read_roster(folder / f"Instance{number}.txt")
        started = time.perf_counter()
        outcome = roster(problem, Limits(seconds=seconds, workers=workers))
        elapsed = time.perf_counter() - started
        if outcome.solution is not None:
            assert not check_roster(problem, outcome.solution.assigned)
        show(f"Curtois and Qu {number}", outcome, known[number], elapsed)


def show(name, outcome, known, seconds):
    objective, bound = (None if value is None else round(value, 1) for value in (outcome.objective, outcome.bound))
    print(f"{name:<20}{outcome.status:<12}{objective!s:>10}{bound!s:>10}{known:>10}{seconds:>9.1f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--staffing", type=Path, default=STAFFING)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rosters", default="1,2,3,4")
    parser.add_argument("--only", choices=[*TABLES, "rosters"])
    options = parser.parse_args()
    for name in TABLES:
        if options.only in (None, name):
            importlib.import_module(f"staffing.{name}").run()
    if options.only not in (None, "rosters"):
        return
    print(f"{'instance':<20}{'status':<12}{'price':>10}{'bound':>10}{'known':>10}{'time':>11}")
    measure_design(options.staffing / "shift_design", options.seconds)
    numbers = [int(number) for number in options.rosters.split(",") if number]
    measure_rosters(options.staffing / "curtois_qu", numbers, options.seconds, options.workers)


if __name__ == "__main__":
    main()
