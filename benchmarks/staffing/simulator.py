"""The simulator: against exact queues, and how many visitors it replays a second, beside Ciw and SimPy in the same run.

Seconds are processor seconds of one core, drawing and counting included. The day is bank_day.json with the crew that
Erlang C asks for. Peers: Ciw with its schedules; SimPy with a crew that changes through a priority request that takes a
clerk away, which is how its users write it. All three draw the same kind of day: Poisson arrivals by half hour.
"""

from __future__ import annotations

import importlib
import json
import time
from pathlib import Path

import numpy as np

from layout.simulate import Appointment, Breakdowns, DayProblem, Diversion, Outage, Reserve, simulate_day
from layout.workload.erlang import servers_needed

QUEUEING = Path(__file__).parents[3] / "shared" / "benchmarks" / "queueing"
WIDER = 2.576 / 1.96
CUSTOMERS = 2_000_000


def run():
    if not (QUEUEING / "reference_values.json").is_file():
        raise SystemExit(f"{QUEUEING}: reference_values.json is not there")
    against_exact(json.loads((QUEUEING / "reference_values.json").read_text(encoding="utf-8")))
    short_shifts()
    rates(json.loads((QUEUEING / "bank_day.json").read_text(encoding="utf-8")))


def steady(rate, mean, servers, *, cv=1.0, distribution="exponential", **more):
    """Two intervals: the first, some relaxation times long, fills the hall; the second counts."""
    slack = max(1 - rate * mean / servers, 0.04)
    length = mean * max(60.0, 12.0 * (1 + cv**2) / slack**2 / servers)
    return DayProblem(
        interval_min=length,
        visits=np.full((2, 1), rate * length),
        pool=np.zeros(1, dtype=np.int64),
        mean_min=np.array([mean]),
        cv=np.array([cv]),
        crew=np.full((2, 1), servers),
        step_min=length,
        distribution=distribution,
        **more,
    )


def measure(name, exact, problem):
    found = simulate_day(problem, days=max(60, int(CUSTOMERS / problem.visits.sum())), seed=2026)
    mean, half = float(found.wait.mean[1]), WIDER * float(found.wait.high[1] - found.wait.mean[1])
    inside = "yes" if abs(mean - exact) <= half else "NO"
    print(f"{name:<44}{exact:>10.4f}{mean:>10.4f}{half:>9.4f}{inside:>8}")


def against_exact(values):
    print(f"{'mean wait':<44}{'exact':>10}{'ours':>10}{'± 99 %':>9}{'inside':>8}")
    for case in values["MMc"]:
        measure(f"M/M/{case['c']} rho {case['rho']:.2f}", case["Wq"], steady(case["lam"], 1 / case["mu"], case["c"]))
    for case in values["MDc"]:
        problem = steady(case["lam"], case["D"], case["c"], cv=0.0, distribution="gamma")
        measure(f"M/D/{case['c']} rho {case['rho']:.2f}", case["Wq"], problem)
    for case in values["MPHc"]:
        squared = float(case["service"].partition("SCV")[2].strip(" )"))
        kind = "gamma" if squared < 1 else "hyperexponential"
        problem = steady(case["lam"], case["ES"], case["c"], cv=squared**0.5, distribution=kind)
        measure(f"M/{case['service'].split()[0]}/{case['c']} rho {case['rho']:.2f}", case["Wq"], problem)
    for case in values["MG1"]:
        problem = steady(case["lam"], case["ES"], 1, cv=case["SCV"] ** 0.5, distribution="lognormal")
        measure(f"M/G/1 rho {case['lam']:.2f}, squared cv {case['SCV']}", case["Wq"], problem)
    for case in values["ErlangA"]:
        problem = steady(case["lam"], 1 / case["mu"], case["c"], patience_min=1 / case["theta"])
        measure(f"Erlang A, {case['c']} servers, patience {1 / case['theta']:g}", case["Wq_all"], problem)
    for case in values["MMcK"]:
        problem = steady(case["lam"], 1 / case["mu"], case["c"], room=np.array([case["K"] - case["c"]]))
        exact = case["Wq_accepted"] * (1 - case["P_block"])
        measure(f"M/M/{case['c']}/{case['K']}", exact, problem)


def day_problem(data, crew, distribution="exponential", cv=1.0):
    step = data["interval_min"]
    return DayProblem(
        interval_min=step,
        visits=np.array(data["arrivals_per_hour"], dtype=float)[:, None] * step / 60,
        pool=np.zeros(1, dtype=np.int64),
        mean_min=np.array([data["service_min"]]),
        cv=np.array([cv]),
        crew=np.asarray(crew)[:, None],
        step_min=step,
        distribution=distribution,
    )


def short_shifts():
    """The constant crew of five, whole and written as half-hour shifts, with the same visitors."""
    day = {"interval_min": 30.0, "arrivals_per_hour": [27.0] * 20, "service_min": 10.0}
    halves = day_problem(day, np.full(20, 5))
    whole = DayProblem(**{**vars(halves), "crew": np.full((1, 1), 5), "step_min": 600.0})
    waits = [float(simulate_day(problem, days=2000, seed=1).day_wait.mean) for problem in (whole, halves)]
    print(f"\nM/M/5 of 20 half hours, mean wait: one shift {waits[0]!r}, half-hour shifts {waits[1]!r}")


def everything(data, crew):
    """All features: VIP, machines, reception, appointments, patience, policies, failures, paces, uncertain levels."""
    base = day_problem(data, crew)
    streams = base.visits * np.array([[0.55, 0.1, 0.35]])
    staff = np.column_stack([np.maximum(crew - 1, 1), np.ones_like(crew), np.full_like(crew, 2), np.ones_like(crew)])
    pace = (np.arange(int(staff.max())) < staff[:, :, None]).astype(float)
    pace[:, 0, 1] *= 0.8
    return DayProblem(
        interval_min=base.interval_min,
        visits=streams,
        pool=np.array([0, 1, 2]),
        priority=np.array([5, 0, 5]),
        mean_min=np.array([8.0, 12.0, 3.0]),
        cv=np.array([0.8, 0.6, 0.5]),
        crew=staff,
        step_min=base.step_min,
        helps=np.array([[0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], dtype=bool),
        walk_min=np.array([0.3, 0.4, 0.2]),
        approach_min=np.full(3, 0.2),
        triage_pool=3,
        triage_min=0.6,
        patience_min=40.0,
        level_cv=0.15,
        speed=pace,
        appointments=tuple(Appointment(stream=1, due_min=60.0 * k, shows=0.9, late_min=5.0) for k in range(1, 9)),
        reserves=(Reserve(pool=0, open_at=5, close_at=1, delay_min=2.0, stay_min=10.0),),
        diversions=(Diversion(stream=0, pool=2, at_queue=4, share=0.3, mean_min=4.0),),
        outages=(Outage(pool=1, begin_min=200.0, end_min=230.0, servers=1),),
        breakdowns=(Breakdowns(pool=2, up_min=300.0, repair_min=40.0),),
    )


def rates(data):
    hourly, mean, target = np.array(data["arrivals_per_hour"], dtype=float), data["service_min"], data["target"]
    crew = servers_needed(
        hourly / 60, 1 / mean, target_share=target["share"], target_wait=target["within_min"], max_occupancy=0.99
    )
    print(f"\n{'bank day':<44}{'visitors/s':>14}{'mean wait':>11}{'ours is':>10}")
    first = None
    ours = (
        ("ours, exponential", day_problem(data, crew), {}),
        ("ours, lognormal 0.8", day_problem(data, crew, "lognormal", 0.8), {}),
        ("ours, gamma 0.8", day_problem(data, crew, "gamma", 0.8), {}),
        ("ours, exponential, by events", day_problem(data, crew), {"events": True}),
        ("ours, all features at once", everything(data, crew), {}),
    )
    for name, problem, more in ours:
        simulate_day(problem, days=2, seed=1, **more)
        days = 12_000 if problem.plain and not more else 2_000
        started = time.process_time()
        found = simulate_day(problem, days=days, seed=1, target_min=10.0, **more)
        rate = float(found.daily[:, 0].sum()) / (time.process_time() - started)
        first = first or rate
        print(f"{name:<44}{rate:>14,.0f}{float(found.day_wait.mean):>11.3f}")
    for name, measured in (("ciw", run_ciw), ("simpy", run_simpy)):
        try:
            peer = importlib.import_module(name)
        except ImportError:
            print(f"{name + ': not installed':<44}{'–':>14}")
            continue
        started = time.process_time()
        count, waited = measured(peer, hourly / 60, crew, 150)
        rate = count / (time.process_time() - started)
        print(f"{name + ' ' + version(name):<44}{rate:>14,.0f}{waited:>11.3f}{first / rate:>8.0f} x")


def version(name):
    from importlib.metadata import version

    return version(name)


def run_simpy(simpy, rate, crew, days):
    """Clerks are a resource of the largest crew; those not on duty are taken away by requests that come first."""
    random, waits = np.random.default_rng(1), []
    for _ in range(days):
        world = simpy.Environment()
        desks = simpy.PriorityResource(world, capacity=int(max(crew)))

        def away(begin, end, world=world, desks=desks):
            yield world.timeout(begin)
            with desks.request(priority=0) as turn:
                yield turn
                yield world.timeout(max(end - world.now, 0))

        def visitor(world=world, desks=desks):
            came = world.now
            with desks.request(priority=1) as turn:
                yield turn
                waits.append(world.now - came)
                yield world.timeout(random.exponential(8.0))

        def arrive(world=world, visitor=visitor):
            for at, each in enumerate(rate):
                for minute in np.sort(random.random(random.poisson(each * 30))) * 30.0 + 30.0 * at:
                    yield world.timeout(minute - world.now)
                    world.process(visitor())

        for at, count in enumerate(crew):
            for _ in range(int(max(crew)) - int(count)):
                world.process(away(30.0 * at, 30.0 * (at + 1)))
        world.process(arrive())
        world.run()
    return len(waits), float(np.mean(waits))


def run_ciw(ciw, rate, crew, days):
    waits = []
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
        waits.extend(record.waiting_time for record in world.get_all_records())
    return len(waits), float(np.mean(waits))
