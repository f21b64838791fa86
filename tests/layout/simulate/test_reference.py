"""Every value of ../shared/benchmarks/queueing/reference_values.json inside the 99 % interval of a long simulation."""

import json
from pathlib import Path

import numpy as np
import pytest
from staffing.simulator import steady

from layout.simulate import DayProblem, simulate_day

FILE = Path(__file__).parents[3] / "../shared/benchmarks/queueing/reference_values.json"
VALUES = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}
WIDER = 2.576 / 1.96
"""Half-width of a 99 % interval against that of a 95 % one."""
CUSTOMERS = {True: 1_500_000, False: 400_000}
"""Simulated, by whether the day is plain: events cost more."""

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not VALUES, reason="../shared/benchmarks/queueing is not there")]


def run(problem, **more):
    days = int(CUSTOMERS[problem.plain] / problem.visits.sum())
    return simulate_day(problem, days=max(60, days), seed=2026, **more)


def inside(estimate, exact, at=1):
    mean = float(estimate.mean[at])
    half = WIDER * float(estimate.high[at] - mean)
    assert abs(mean - exact) <= half, f"{mean:.5f} ± {half:.5f} against {exact:.5f}"
    assert half <= 0.25 * exact, "an interval this wide proves nothing"


def cases(name):
    return [pytest.param(case, id=f"{name}-{at}") for at, case in enumerate(VALUES.get(name, []))]


@pytest.mark.parametrize("case", cases("MMc"))
def test_m_m_c(case):
    problem = steady(case["lam"], 1 / case["mu"], case["c"])
    for within, share in case["P_Wq_le_t"].items():
        found = run(problem, target_min=float(within))
        inside(found.wait, case["Wq"])
        inside(found.within, share)


@pytest.mark.parametrize("case", cases("MDc"))
def test_m_d_c(case):
    inside(run(steady(case["lam"], case["D"], case["c"], distribution="gamma", cv=0.0)).wait, case["Wq"])


@pytest.mark.parametrize("case", cases("MPHc"))
def test_m_ph_c(case):
    squared = float(case["service"].partition("SCV")[2].strip(" )"))
    distribution = "gamma" if squared < 1 else "hyperexponential"
    problem = steady(case["lam"], case["ES"], case["c"], distribution=distribution, cv=squared**0.5)
    inside(run(problem).wait, case["Wq"])


@pytest.mark.parametrize("distribution", ["lognormal", "gamma"])
@pytest.mark.parametrize("case", cases("MG1"))
def test_m_g_1(case, distribution):
    inside(run(steady(case["lam"], case["ES"], 1, distribution=distribution, cv=case["SCV"] ** 0.5)).wait, case["Wq"])


@pytest.mark.parametrize("case", cases("ErlangA"))
def test_erlang_a(case):
    found = run(steady(case["lam"], 1 / case["mu"], case["c"], patience_min=1 / case["theta"]))
    inside(found.wait, case["Wq_all"])
    inside(found.abandoned, case["P_abandon"])
    inside(found.queue, case["Lq"])


@pytest.mark.parametrize("case", cases("MMcK"))
def test_m_m_c_k(case):
    problem = steady(case["lam"], 1 / case["mu"], case["c"], room=np.array([case["K"] - case["c"]]))
    found = run(problem)
    inside(found.abandoned, case["P_block"])
    if case["Lq"] == 0:
        assert found.wait.mean[1] == 0
    else:
        inside(found.queue, case["Lq"])
        accepted = 1 - found.abandoned.mean[1]
        assert found.wait.mean[1] / accepted == pytest.approx(case["Wq_accepted"], rel=0.03)


def test_published_cross_checks():
    """Hillier and Lieberman's emergency room; Mandelbaum and Zeltyn's 50 servers, in seconds."""
    room, _, centre = VALUES["published_cross_checks"]
    for servers, key in ((1, "s1"), (2, "s2")):
        found = run(steady(2.0, 1 / 3, servers))
        inside(found.wait, room[key]["Wq"])
        inside(found.queue, room[key]["Lq"])
    found = run(steady(48.0, 1.0, 50, patience_min=2.0))
    assert float(found.abandoned.mean[1]) == pytest.approx(centre["ErlangA"]["P_abandon"], abs=0.001)
    assert 60 * float(found.wait.mean[1]) == pytest.approx(centre["ErlangA"]["mean_wait_s"], abs=0.2)
    assert float(found.queue.mean[1]) == pytest.approx(centre["ErlangA"]["Lq"], abs=0.1)
    assert float(found.occupancy[1, 0]) == pytest.approx(centre["ErlangA"]["utilisation"], abs=0.005)


def test_a_constant_crew_as_half_hour_shifts():
    """M/M/5, ρ = 0.9, one shift of 500 hours and the same in half hours: the same waits to the last bit, and exact."""
    case = next(case for case in VALUES["MMc"] if case["c"] == 5 and case["rho"] == 0.9)
    whole = DayProblem(
        interval_min=15_000.0,
        visits=np.full((2, 1), case["lam"] / 10 * 15_000.0),
        pool=np.zeros(1, dtype=np.int64),
        mean_min=np.array([10 / case["mu"]]),
        cv=np.ones(1),
        crew=np.full((2, 1), 5),
        step_min=15_000.0,
        distribution="exponential",
    )
    halves = DayProblem(**{**vars(whole), "crew": np.full((1000, 1), 5), "step_min": 30.0})
    found = [simulate_day(day, days=60, seed=3, events=events) for day in (whole, halves) for events in (False, True)]
    inside(found[0].wait, 10 * case["Wq"])
    for other in found[1:]:
        assert other.daily.tolist() == found[0].daily.tolist()
