"""The requirement by simulation on bank_day.json: staff-hours against Erlang C per half hour, tried on unseen days.

Erlang C takes the half hour's own rate (no lag) and no limit on occupancy: 54.5 staff-hours. A prototype was said to
have needed 55.5; no reading of the file gives that. pyworkforce 0.5.1's ErlangC gives 54.5 too, with occupancy limited
to 80 % or more, and counts of a half hour or an hour, exact or rounded up. 55.5 takes a fourth person at 15 an hour: a
share above 87.3 %, or 5.3 to 6.3 minutes.

Each search has 8 seconds for its proof; the crew is then replayed on 10,000 days of another seed. Seconds are those of
the wall clock, then of the processor.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace

import numpy as np

from layout.simulate import simulate_day
from layout.staffing.require import CrewTarget, require_crew
from layout.workload.erlang import servers_needed
from layout.workload.requirement import lagged_rate
from outlet.outcome import Limits
from staffing.simulator import QUEUEING, day_problem

UNSEEN = 10_000


def run():
    data = json.loads((QUEUEING / "bank_day.json").read_text(encoding="utf-8"))
    rate, mean = np.array(data["arrivals_per_hour"], dtype=float) / 60, data["service_min"]
    share, wait = data["target"]["share"], float(data["target"]["within_min"])
    print(f"\n{'bank day':<34}{'staff-h':>8}{'bound':>8}{'saved':>8}{'below':>7}{'worst':>8}{'s':>7}{'cpu s':>7}")
    require_crew(day_problem(data, np.ones(20, int)), CrewTarget(wait_min=wait, days=900, unseen=900), Limits(work=1))
    for name, distribution, cv in (("exponential", "exponential", 1.0), ("lognormal 0.8", "lognormal", 0.8)):
        base = 0.0
        for lag in ("none", "max"):
            rates = lagged_rate(rate, mean, data["interval_min"]) if lag == "max" else rate
            crew = servers_needed(rates, 1 / mean, target_share=share, target_wait=wait, max_occupancy=0.99)
            base = base or crew.sum() / 2
            problem = day_problem(data, crew, distribution, cv)
            show(f"Erlang C, lag {lag}, {name}", problem, crew, share, wait, base)
        for seed in (0, 1, 2):
            started = time.process_time()
            outcome = require_crew(problem, CrewTarget(share=share, wait_min=wait), Limits(seconds=8.0, seed=seed))
            spent = (outcome.bound, outcome.seconds, time.process_time() - started)
            show(f"simulation {seed}, {name}", problem, outcome.require().crew, share, wait, base, spent)


def show(name, problem, crew, share, wait, base, spent=None):
    day = replace(problem, crew=np.asarray(crew)[:, None])
    within = simulate_day(day, days=UNSEEN, seed=20_261_122, target_min=wait).within.mean
    bound, seconds, work = (f"{value:.1f}" for value in spent) if spent else ("", "", "")
    hours = crew.sum() / 2
    print(
        f"{name:<34}{hours:>8.1f}{bound:>8}{1 - hours / base:>8.1%}{(within < share).sum():>7}{within.min():>8.1%}"
        f"{seconds:>7}{work:>7}"
    )
