"""Two rosters of our own in ``benchmarks/rosters``: 15 and 30 people, 28 days, 8 shifts, cover by half hours.

``python benchmarks/staffing/rosters.py`` writes the two files anew from `make`, which states all of them: no number in
them comes from anywhere else. Hours are in minutes of the day; a week starts on Monday. Prices: a person missing for
half an hour 50, one beyond 2, an hour below contract 10, a wished day off worked 8, an hour between the longest and
shortest worked share 1, a weekend between the most and fewest worked 4.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np

from layout.staffing import RosterProblem, RosterRules, RosterWishes, roster
from layout.staffing.check import check_roster
from layout.staffing.plan import FREE
from outlet.outcome import Limits

FOLDER = Path(__file__).parents[1] / "rosters"
DAYS = 28
OPEN_MIN, CLOSE_MIN, STEP_MIN = 420, 1350, 30
SHIFTS = (
    {"id": "A", "start": 420, "end": 930, "break": [660, 690]},
    {"id": "B", "start": 480, "end": 990, "break": [720, 750]},
    {"id": "C", "start": 600, "end": 1110, "break": [840, 870]},
    {"id": "D", "start": 720, "end": 1230, "break": [960, 990]},
    {"id": "E", "start": 840, "end": 1350, "break": [1080, 1110]},
    {"id": "F", "start": 480, "end": 840, "break": None},
    {"id": "G", "start": 960, "end": 1320, "break": None},
    {"id": "H", "start": 600, "end": 840, "break": None},
)
WEEKDAY_SHARE = (1.0, 0.9, 0.9, 0.95, 1.1, 0.8, 0.5)
PEAKS = ((690, 180), (1050, 210))
PRICES = {"missing": 50, "beyond": 2, "short_hour": 10, "wish": 8, "fair_hour": 1, "fair_weekend": 4}


def make(people):
    """State a roster of some people: requirement, contracts, leave and wishes, each by a rule of its own.

    The requirement follows two peaks, each falling to nothing over its width, on a floor of three tenths, more or less
    by weekday, and comes to nine tenths of the contract hours of a week. Every fifth person has a contract of 24 hours,
    the others of 40; each has one day of leave, on day 11 e mod 28, and wishes two others off, 5 e + 3 and 13 e + 17.
    """
    hours = [24 if e % 5 == 4 else 40 for e in range(people)]
    times = range(OPEN_MIN, CLOSE_MIN, STEP_MIN)
    shape = [0.3 + 0.7 * max(max(0.0, 1 - abs(t - at) / width) for at, width in PEAKS) for t in times]
    scale = 0.9 * sum(hours) / (sum(WEEKDAY_SHARE) * sum(shape) * STEP_MIN / 60)
    required = [[max(1, round(scale * share * level)) for level in shape] for share in WEEKDAY_SHARE]
    staff = [
        {
            "id": f"P{e + 1:02d}",
            "hours_per_week": hours[e],
            "leave": [11 * e % DAYS],
            "wishes_off": sorted({(5 * e + 3) % DAYS, (13 * e + 17) % DAYS}),
        }
        for e in range(people)
    ]
    rules = {"rest_min": 660, "days_in_a_row": 5, "weekends": 2, "short_contract_hours": 8}
    return {
        "days": DAYS,
        "step_min": STEP_MIN,
        "first_min": OPEN_MIN,
        "shifts": list(SHIFTS),
        "required": required,
        "people": staff,
        "rules": rules,
        "prices": PRICES,
    }


def read(data):
    """Return a roster file's content as a problem; the contract's least is its hours less ``short_contract_hours``."""
    shifts, people, rules, prices = data["shifts"], data["people"], data["rules"], data["prices"]
    days, step, first = data["days"], data["step_min"], data["first_min"]
    e, s, weeks, rows = len(people), len(shifts), days // 7, len(data["required"][0])
    start, end = (np.array([shift[key] for shift in shifts], dtype=np.int64) for key in ("start", "end"))
    pause = np.array([shift["break"] or (0, 0) for shift in shifts], dtype=np.int64)
    at = first + step * np.arange(rows)[:, None]
    there = (start <= at) & (at + step <= end) & ~((pause[:, 0] <= at) & (at < pause[:, 1]))
    off, wished = np.zeros((e, days), dtype=bool), np.zeros((e, days), dtype=np.int64)
    for who, person in enumerate(people):
        off[who, person["leave"]] = True
        wished[who, person["wishes_off"]] = prices["wish"]
    most = np.repeat([[60 * person["hours_per_week"]] for person in people], weeks, axis=1)
    return RosterProblem(
        start_min=start,
        end_min=end,
        paid_min=end - start - (pause[:, 1] - pause[:, 0]),
        skilled=np.ones((e, s), dtype=bool),
        off=off,
        offered=np.ones((days, s), dtype=bool),
        contributes=there,
        required=np.tile(np.array(data["required"], dtype=np.int64), (weeks, 1)),
        under_weight=np.full((days, rows), prices["missing"], dtype=np.int64),
        over_weight=np.full((days, rows), prices["beyond"], dtype=np.int64),
        windows=np.array([(7 * week, 7 * week + 6) for week in range(weeks)]),
        minutes_min=most - 60 * rules["short_contract_hours"],
        minutes_max=most,
        minutes_target=most,
        locked=np.full((e, days), FREE, dtype=np.int64),
        rules=RosterRules(
            rest_min=rules["rest_min"],
            consecutive_max=np.full(e, rules["days_in_a_row"]),
            weekends_max=np.full(e, rules["weekends"]),
        ),
        wishes=RosterWishes(
            day_off=wished,
            short_hour=prices["short_hour"],
            fair_hour=prices["fair_hour"],
            fair_weekend=prices["fair_weekend"],
        ),
    )


TARGETS = ((15, 5, 0.05), (15, 60, 0.0), (30, 60, 0.02))


def run():
    """Solve both within their targets' limits; the first also in 5 s, against the bound of its minute."""
    head = f"{'own rosters':<12}{'limit':>7}{'status':>10}{'price':>10}{'bound':>10}{'gap':>8}{'target':>8}"
    print(f"{head}{'CPU':>9}{'clock':>9}  broken rules")
    found = []
    for people, seconds, share in TARGETS:
        problem = read(json.loads((FOLDER / f"people_{people}.json").read_text(encoding="utf-8")))
        cpu, clock = time.process_time(), time.perf_counter()
        outcome = roster(problem, Limits(seconds=seconds, workers=2))
        cpu, clock = time.process_time() - cpu, time.perf_counter() - clock
        breaches = len(check_roster(problem, outcome.require().assigned))
        found.append((people, seconds, share, outcome, cpu, clock, breaches))
    bounds = {people: max(one[3].bound for one in found if one[0] == people) for people in (15, 30)}
    for people, seconds, share, outcome, cpu, clock, breaches in found:
        gap = 1 - bounds[people] / outcome.objective
        mark = "" if gap <= share + 1e-9 and not breaches else "  missed"
        print(
            f"{people:<12}{seconds:>5} s{outcome.status:>10}{outcome.objective:>10.1f}{outcome.bound:>10.1f}"
            f"{gap:>8.1%}{share:>8.0%}{cpu:>7.1f} s{clock:>7.1f} s  {breaches}{mark}",
            flush=True,
        )


def write():
    FOLDER.mkdir(exist_ok=True)
    for people in (15, 30):
        data = make(people)
        lines = ",\n".join(f'  "{key}": {_spread(value)}' for key, value in data.items())
        (FOLDER / f"people_{people}.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def _spread(value):
    if not isinstance(value, list):
        return json.dumps(value)
    return "[\n" + ",\n".join(f"    {json.dumps(item)}" for item in value) + "\n  ]"


if __name__ == "__main__":
    write()
