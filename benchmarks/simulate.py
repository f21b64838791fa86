"""Measure the replayed day: against exact queues, on a bank's day, and against Ciw and SimPy where they are installed.

``python benchmarks/simulate.py [--queueing FOLDER] [--days N]``; FOLDER holds reference_values.json and bank_day.json
and is ``../shared/benchmarks/queueing`` by default. Peers are measured only where they can be imported; they are no
dependency: ``pip install ciw simpy`` into an environment of its own.
"""

from __future__ import annotations

import argparse
import importlib
import json
import time
from pathlib import Path

import numpy as np

from layout.simulate import DayProblem, simulate_day
from layout.simulate.day import draw_visitors, replay
from layout.workload.erlang import servers_needed
from layout.workload.requirement import lagged_rate

QUEUEING = Path(__file__).parents[2] / "shared" / "benchmarks" / "queueing"
WIDER = 2.576 / 1.96
CUSTOMERS = 500_000


def steady(rate, mean, servers, *, cv=1.0, distribution="exponential", patience=np.inf):
    """Two intervals: the first, some relaxation times long, fills the hall; the second counts."""
    busy = rate * mean / servers
    length = mean * max(100.0, 25.0 / max(1 - busy, 0.04) ** 2 / servers)
    return DayProblem(
        interval_min=length,
        visits=np.full((2, 1), rate * length),
        pool=np.zeros(1, dtype=np.int64),
        mean_min=np.array([mean]),
        cv=np.array([cv]),
        crew=np.full((2, 1), servers),
        step_min=length,
        distribution=distribution,
        patience_min=patience,
    )


def print_row(name, exact, found, seconds, customers):
    mean, half = float(found.wait.mean[1]), WIDER * float(found.wait.high[1] - found.wait.mean[1])
    inside = "yes" if abs(mean - exact) <= half else "NO"
    print(f"{name:<44}{exact:>10.4f}{mean:>10.4f}{half:>9.4f}{inside:>8}{customers / seconds / 1e6:>9.2f}")


def measure(name, exact, problem):
    days = max(40, int(CUSTOMERS / problem.visits.sum()))
    started = time.perf_counter()
    found = simulate_day(problem, days=days, seed=sum(name.encode()))
    print_row(name, exact, found, time.perf_counter() - started, days * problem.visits.sum())


def against_exact(folder):
    values = json.loads((folder / "reference_values.json").read_text(encoding="utf-8"))
    print(f"{'mean wait':<44}{'exact':>10}{'ours':>10}{'± 99 %':>9}{'inside':>8}{'M visits/s':>11}")
    for case in values["MMc"]:
        measure(f"M/M/{case['c']} rho {case['rho']:.2f}", case["Wq"], steady(case["lam"], 1 / case["mu"], case["c"]))
    for case in values["MDc"]:
        problem = steady(case["lam"], case["D"], case["c"], cv=0.0, distribution="lognormal")
        measure(f"M/D/{case['c']} rho {case['rho']:.2f}", case["Wq"], problem)
    for case in values["MPHc"]:
        if case["service"].startswith("Erlang"):
            squared = 0.5 if case["service"].startswith("Erlang-2") else 0.25
            problem = steady(case["lam"], case["ES"], case["c"], cv=squared**0.5, distribution="gamma")
            measure(f"M/{case['service'].split()[0]}/{case['c']} rho {case['rho']:.2f}", case["Wq"], problem)
    for case in values["MG1"]:
        problem = steady(case["lam"], case["ES"], 1, cv=case["SCV"] ** 0.5, distribution="lognormal")
        measure(f"M/G/1 rho {case['lam']:.2f}, squared cv {case['SCV']}", case["Wq"], problem)
    for case in values["ErlangA"]:
        problem = steady(case["lam"], 1 / case["mu"], case["c"], patience=1 / case["theta"])
        measure(f"Erlang A, {case['c']} servers, patience {1 / case['theta']:g}", case["Wq_all"], problem)


def bank_day(folder, days):
    data = json.loads((folder / "bank_day.json").read_text(encoding="utf-8"))
    rate = np.array(data["arrivals_per_hour"], dtype=float) / 60
    mean, step = data["service_min"], data["interval_min"]
    share, within = data["target"]["share"], data["target"]["within_min"]
    print(f"\n{'bank day, 80 % within 10 min':<44}{'staff-h':>10}{'below':>10}{'worst':>9}{'service':>14}")
    for lag in ("none", "max"):
        loading = lagged_rate(rate, mean, step) if lag == "max" else rate
        crew = servers_needed(loading, 1 / mean, target_share=share, target_wait=within, max_occupancy=0.99)
        for name, distribution, cv in (("exponential", "exponential", 1.0), ("lognormal 0.8", "lognormal", 0.8)):
            problem = day_problem(rate, mean, step, crew, distribution, cv)
            found = simulate_day(problem, days=days, seed=7, target_min=float(within))
            below, worst = int((found.within.mean < share).sum()), float(found.within.mean.min())
            print(f"{'Erlang C, lag ' + lag:<44}{crew.sum() * step / 60:>10.1f}{below:>10}{worst:>9.1%}{name:>14}")


def day_problem(rate, mean, step, crew, distribution="exponential", cv=1.0):
    return DayProblem(
        interval_min=step,
        visits=rate[:, None] * step,
        pool=np.zeros(1, dtype=np.int64),
        mean_min=np.array([mean]),
        cv=np.array([cv]),
        crew=np.asarray(crew)[:, None],
        step_min=step,
        distribution=distribution,
    )


def short_shifts():
    """The constant crew of five, whole and written as half-hour shifts, with the same visitors."""
    rate, mean = np.full(20, 0.45), 10.0
    halves = day_problem(rate, mean, 30.0, np.full(20, 5))
    whole = DayProblem(**{**vars(halves), "crew": np.full((1, 1), 5), "step_min": 600.0})
    people = draw_visitors(halves, 2000, 1)
    waits = [replay(problem, people).called - people.arrival for problem in (whole, halves)]
    print(
        f"\nM/M/5 of 20 half hours, mean wait: one shift {waits[0].mean():.4f}, half-hour shifts {waits[1].mean():.4f}"
    )


def peers(folder):
    data = json.loads((folder / "bank_day.json").read_text(encoding="utf-8"))
    rate = np.array(data["arrivals_per_hour"], dtype=float) / 60
    crew = servers_needed(rate, 1 / 8.0, target_share=0.8, target_wait=10.0, max_occupancy=0.99)
    started = time.perf_counter()
    problem = day_problem(rate, 8.0, 30.0, crew)
    simulate_day(problem, days=2000, seed=1)
    ours = 2000 * problem.visits.sum() / (time.perf_counter() - started)
    print(f"\n{'bank day, thousand visitors a second':<44}{ours / 1e3:>10.0f}  ours, with statistics")
    for name, run in (("simpy", run_simpy), ("ciw", run_ciw)):
        try:
            peer = importlib.import_module(name)
        except ImportError:
            print(f"{'':<44}{'–':>10}  {name}: not installed")
            continue
        started = time.perf_counter()
        count = run(peer, rate, crew, days=30)
        print(f"{'':<44}{count / (time.perf_counter() - started) / 1e3:>10.0f}  {name}")


def run_simpy(simpy, rate, crew, days):
    """The same day with a constant crew of the largest size, which is the quickest for SimPy."""
    random, served = np.random.default_rng(1), 0
    for _ in range(days):
        world = simpy.Environment()
        desk = simpy.Resource(world, capacity=int(max(crew)))

        def visitor(world=world, desk=desk):
            with desk.request() as turn:
                yield turn
                yield world.timeout(random.exponential(8.0))

        def arrive(world=world, visitor=visitor):
            for at in np.sort(np.repeat(np.arange(len(rate)), random.poisson(rate * 30)) * 30.0):
                yield world.timeout(max(at - world.now, 0))
                world.process(visitor())

        world.process(arrive())
        world.run()
        served += int((rate * 30).sum())
    return served


def run_ciw(ciw, rate, crew, days):
    """The same day with Ciw's schedules."""
    served = 0
    network = ciw.create_network(
        arrival_distributions=[
            ciw.dists.PoissonIntervals(
                rates=list(rate), endpoints=[30.0 * (at + 1) for at in range(len(rate))], max_sample_date=600.0
            )
        ],
        service_distributions=[ciw.dists.Exponential(1 / 8.0)],
        number_of_servers=[
            ciw.Schedule(
                numbers_of_servers=[int(count) for count in crew],
                shift_end_dates=[30.0 * (at + 1) for at in range(len(rate))],
                preemption=False,
            )
        ],
    )
    for seed in range(days):
        ciw.seed(seed)
        world = ciw.Simulation(network)
        world.simulate_until_max_time(700.0)
        served += len(world.get_all_records())
    return served


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queueing", type=Path, default=QUEUEING)
    parser.add_argument("--days", type=int, default=5000)
    options = parser.parse_args()
    if not (options.queueing / "reference_values.json").is_file():
        raise SystemExit(f"{options.queueing}: reference_values.json is not there; give --queueing FOLDER")
    against_exact(options.queueing)
    bank_day(options.queueing, options.days)
    short_shifts()
    peers(options.queueing)


if __name__ == "__main__":
    main()
