"""Curtois and Qu's instances of ``../shared/benchmarks/staffing/curtois_qu``, beside the best known values.

Each is read into a `RosterProblem` and solved by `roster` within its target's limit, on two workers. The roster is
judged by our checker, and recounted from the file's text alone by `recount`, which knows nothing of the model.
"""

from __future__ import annotations

import csv
import time
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np

from layout.staffing import RosterProblem, RosterRules, RosterWishes, roster
from layout.staffing.check import check_roster
from layout.staffing.plan import FREE
from outlet.outcome import Limits

FOLDER = Path(__file__).parents[3] / "shared" / "benchmarks" / "staffing" / "curtois_qu"
TARGETS = {1: (60, 0), 2: (60, 0), 3: (60, 0), 4: (60, 0), 6: (300, 0.05), 7: (300, 0.05), 8: (300, 0.05)}
TARGETS |= {10: (300, 0.15), 11: (300, 0.15)}
WORKERS = 2


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


def recount(sections, assigned):
    """Return the price of a roster by the file's text, and every hard rule it breaks, in words."""
    names = [row[0] for row in sections["SHIFTS"]]
    length = {row[0]: int(row[1]) for row in sections["SHIFTS"]}
    barred = {(row[0], after) for row in sections["SHIFTS"] for after in row[2].split("|") if after}
    staff = {row[0]: row for row in sections["STAFF"]}
    works = {
        name: ["" if cell < 0 else names[cell] for cell in cells.tolist()]
        for name, cells in zip(staff, assigned, strict=True)
    }
    broken = []
    for name, row in staff.items():
        broken += [f"{name}: {what}" for what in recount_person(row, works[name], length, barred)]
    for row in sections["DAYS_OFF"]:
        broken += [f"{row[0]}: works on day off {day}" for day in row[1:] if works[row[0]][int(day)]]
    price = 0
    for name, day, shift, weight in sections["SHIFT_ON_REQUESTS"]:
        price += int(weight) * (works[name][int(day)] != shift)
    for name, day, shift, weight in sections["SHIFT_OFF_REQUESTS"]:
        price += int(weight) * (works[name][int(day)] == shift)
    for day, shift, wanted, under, over in sections["COVER"]:
        there = sum(cells[int(day)] == shift for cells in works.values())
        missing = int(wanted) - there
        price += int(under) * max(missing, 0) + int(over) * max(-missing, 0)
    return price, broken


def recount_person(row, cells, length, barred):
    limits = dict(limit.split("=") for limit in row[1].split("|"))
    most, least, run_most, run_least, off_least, weekends = (int(cell) for cell in row[2:])
    minutes = sum(length[cell] for cell in cells if cell)
    if not least <= minutes <= most:
        yield f"{minutes} minutes"
    for name, limit in limits.items():
        if cells.count(name) > int(limit):
            yield f"{name} {cells.count(name)} times"
    for day, pair in enumerate(pairwise(cells)):
        if pair in barred:
            yield f"{pair[1]} after {pair[0]} on day {day}"
    if sum(bool(cells[day] or cells[day + 1]) for day in range(5, len(cells), 7)) > weekends:
        yield "too many weekends"
    day = 0
    for working, group in groupby(cells, key=bool):
        count = len(list(group))
        inside = day > 0 and day + count < len(cells)
        if working and count > run_most:
            yield f"{count} days in a row"
        if inside and count < (run_least if working else off_least):
            yield f"only {count} days in a row from {day}"
        day += count


def run():
    head = f"{'Curtois and Qu':<16}{'status':<10}{'price':>7}{'bound':>9}{'known':>7}{'over':>8}{'limit':>7}"
    print(f"{head}{'CPU':>9}{'clock':>9}  broken rules")
    if not FOLDER.is_dir():
        print(f"left out: {FOLDER} is not there")
        return
    with (FOLDER / "best_known.csv").open(encoding="utf-8", newline="") as stream:
        known = {int(row["instance"]): int(row["best_known"]) for row in csv.DictReader(stream)}
    for number, (seconds, share) in TARGETS.items():
        file = FOLDER / f"Instance{number}.txt"
        problem = read_roster(file)
        cpu, clock = time.process_time(), time.perf_counter()
        outcome = roster(problem, Limits(seconds=seconds, workers=WORKERS))
        cpu, clock = time.process_time() - cpu, time.perf_counter() - clock
        assigned = outcome.require().assigned
        price, broken = recount(read_sections(file), assigned)
        if price != outcome.objective:
            raise SystemExit(f"instance {number}: we say {outcome.objective}, the recount {price}")
        breaches = len(check_roster(problem, assigned)) + len(broken)
        over = price / known[number] - 1
        mark = "" if over <= share and not breaches else "  missed"
        print(
            f"{number:<16}{outcome.status:<10}{price:>7}{outcome.bound:>9.1f}{known[number]:>7}{over:>8.2%}"
            f"{seconds:>5} s{cpu:>7.1f} s{clock:>7.1f} s  {breaches}{mark}",
            flush=True,
        )
