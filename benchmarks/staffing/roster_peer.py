"""pyworkforce 0.5.1 on what it can say of the roster of 15 people: ``pip install --no-deps pyworkforce==0.5.1``.

It takes counts of people by shift and day as hard, successions, bans and least hours. It cannot say cover by half
hours or its price, most hours, days in a row, weekends, contracts of their own, wishes or fairness. So it is asked for
what a roster of ours puts on each shift and day, with leave as bans, once without the successions that rest forbids
and once with them; what comes back is judged and priced by our checker, by rules it was told and rules it cannot be.
With successions it calls any roster infeasible that works a shift with two shifts or more barred after it.
"""

from __future__ import annotations

import json
import time
from collections import Counter

import numpy as np

from layout.staffing import RosterProblem, roster
from layout.staffing.check import check_roster, price_roster
from layout.staffing.plan import OFF
from outlet.outcome import Limits
from staffing.rosters import FOLDER, SHIFTS, read

LIMIT = 60.0
NAMES = [shift["id"] for shift in SHIFTS]


def ask(problem: RosterProblem, assigned: np.ndarray, *, rest: bool) -> tuple[str, np.ndarray | None]:
    """Give the peer the counts of a roster of ours; return its status and its roster, if any."""
    from pyworkforce.rostering import MinHoursRoster

    counts = np.stack([(assigned == s).sum(axis=0) for s in range(problem.shifts)])
    people = [f"P{e}" for e in range(problem.persons)]
    barred = np.argwhere(~problem.may_follow).tolist() if rest else []
    solved = MinHoursRoster(
        num_days=problem.days,
        resources=people,
        shifts=NAMES,
        shifts_hours=[int(minutes) for minutes in problem.paid_min],
        min_working_hours=0,
        banned_shifts=[
            {"resource": people[e], "shift": name, "day": d} for e, d in np.argwhere(problem.off) for name in NAMES
        ],
        max_resting=problem.days,
        required_resources={name: counts[s].tolist() for s, name in enumerate(NAMES)},
        non_sequential_shifts=[{"origin": NAMES[a], "destination": NAMES[b]} for a, b in barred],
        max_search_time=LIMIT,
        num_search_workers=2,
    ).solve()
    if solved["total_shifts"] == 0:
        return solved["status"], None
    found = np.full(assigned.shape, OFF, dtype=np.int64)
    for cell in solved["resource_shifts"]:
        found[people.index(cell["resource"]), int(cell["day"])] = NAMES.index(cell["shift"])
    return solved["status"], found


def longest_run(assigned: np.ndarray) -> int:
    """Return the most days in a row that anybody works."""
    return max(len(run) for row in assigned for run in "".join("x "[int(cell == OFF)] for cell in row).split())


def run() -> None:
    problem = read(json.loads((FOLDER / "people_15.json").read_text(encoding="utf-8")))
    print(f"{'15 people':<28}{'status':>12}{'price':>9}{'CPU':>9}{'in a row':>10}  rules broken")
    begun = time.process_time()
    ours = roster(problem, Limits(seconds=LIMIT, workers=2))
    assigned = ours.require().assigned
    _tell("ours", ours.status, problem, assigned, time.process_time() - begun)
    for rest in (False, True):
        begun = time.process_time()
        status, found = ask(problem, assigned, rest=rest)
        name = "pyworkforce, with rest" if rest else "pyworkforce, without rest"
        _tell(name, status.lower(), problem, found, time.process_time() - begun)


def _tell(name: str, status: str, problem: RosterProblem, assigned: np.ndarray | None, seconds: float) -> None:
    if assigned is None:
        print(f"{name:<28}{status:>12}{'–':>9}{seconds:>7.1f} s{'–':>10}", flush=True)
        return
    broken = Counter(breach.rule for breach in check_roster(problem, assigned))
    told = ", ".join(f"{rule} {count}" for rule, count in sorted(broken.items())) or "none"
    price = price_roster(problem, assigned).total
    print(f"{name:<28}{status:>12}{price:>9.0f}{seconds:>7.1f} s{longest_run(assigned):>10}  {told}", flush=True)
