"""Shift design: RandomExample1–3 of ``../shared/benchmarks/staffing/shift_design``, optima 480, 300 and 600."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np

from layout.staffing import Shift, design_shifts
from layout.staffing.shifts.model import DesignRules, ShiftPrices
from outlet.outcome import Limits

FOLDER = Path(__file__).parents[3] / "shared" / "benchmarks" / "staffing" / "shift_design"
OPTIMA = {"RandomExample1": 480, "RandomExample2": 300, "RandomExample3": 600}
SECONDS = 60.0


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


def run():
    print(f"{'shift design':<16}{'status':<10}{'price':>8}{'bound':>8}{'optimum':>9}{'CPU':>9}{'clock':>9}")
    if not FOLDER.is_dir():
        print(f"left out: {FOLDER} is not there")
        return
    for name, optimum in OPTIMA.items():
        required, shifts, interval, prices = read_design(FOLDER / f"{name}.dzn")
        rules = DesignRules(cyclic=True, prices=prices)
        cpu, clock = time.process_time(), time.perf_counter()
        limits = Limits(seconds=SECONDS, workers=1)
        outcome = design_shifts(required, shifts, interval_min=interval, rules=rules, limits=limits)
        cpu, clock = time.process_time() - cpu, time.perf_counter() - clock
        mark = "" if (outcome.status, outcome.objective) == ("optimal", optimum) else "  missed: optimum proved"
        print(
            f"{name:<16}{outcome.status:<10}{outcome.objective!s:>8}{outcome.bound!s:>8}{optimum:>9}"
            f"{cpu:>7.1f} s{clock:>7.1f} s{mark}",
            flush=True,
        )
