"""Measure the naming of conflicts on the planted briefs of `halls.impossible`: `measure_conflicts`."""

from __future__ import annotations

import time

from halls.impossible import IMPOSSIBLE, Impossible
from layout.zones.check import judge
from layout.zones.conflict.decide import Decider
from layout.zones.conflict.demands import under
from layout.zones.conflict.find import Conflict, find_conflict
from outlet.outcome import Limits

LIMITS = Limits(workers=1, work=8.0, seconds=120.0)


def measure_conflicts() -> None:
    """Print for each brief whether the named set is the planted one, impossible, and possible without any one."""
    print(f"\n{'brief':52}{'zones':>6}{'named':>6}{'cpu s':>7}{'planted':>9}{'proved':>8}{'minimal':>9}")
    kept = 0
    for case in IMPOSSIBLE:
        start = time.process_time()
        found = find_conflict(case.brief, LIMITS)
        cpu = time.process_time() - start
        row = f"{case.name:52}{case.brief.problem.count:6}"
        if found is None:
            print(f"{row}     -{cpu:7.1f}   no conflict was proved")
            continue
        planted = set(found.demands) == case.conflict
        proved = Decider(case.brief, LIMITS).ask(found.demands).possible == "no"
        minimal = is_minimal(case, found)
        kept += proved and minimal
        told = "".join(f"{'yes' if one else 'NO':>{wide}}" for one, wide in ((planted, 9), (proved, 8), (minimal, 9)))
        print(f"{row}{len(found.demands):6}{cpu:7.1f}{told}", flush=True)
    print(f"{kept} of {len(IMPOSSIBLE)} named sets are impossible, and possible without any one of their demands")


def is_minimal(case: Impossible, found: Conflict) -> bool:
    """Whether the judge calls clean, for every demand, a plan that keeps all the others."""
    for demand, plan in zip(found.demands, found.without, strict=True):
        if plan is None:
            return False
        reduced = under(case.brief, [other for other in found.demands if other != demand])
        if reduced.problem is not None and judge(reduced.problem, reduced.of(plan)).broken:
            return False
    return True
