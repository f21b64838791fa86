"""Replay a day run in other ways, and compare each with the roster as it stands: the entry ``policies``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from layout.settings.live import BusySettings, FailureSettings, PolicySettings, ReserveSettings
from layout.simulate import (
    Comparison,
    DayProblem,
    DayResult,
    Diversion,
    Estimate,
    Outage,
    Reserve,
    compare_days,
    one_desk,
    power_failure,
)
from layout.study.day.make import PlannedDay
from outlet.errors import InputError
from outlet.handover import minute_of_day

POWER = "power"
DIGITS = 4


def compare_policies(
    day: PlannedDay,
    usual: DayResult,
    policies: Sequence[PolicySettings],
    run: Callable[[DayProblem], DayResult],
    desk: Callable[[Sequence[str]], dict[str, object]],
) -> list[dict[str, object]]:
    """Return what each policy changes.

    ``run`` replays a day with the seed and days of the usual result; ``desk`` says what crew one desk for some posts
    needs.

    Raises
    ------
    InputError
        When a policy names a post, service or machine that the day does not have.
    """
    return [
        _entry(policy.name, compare_days(usual, run(day_with(day, policy))))
        | ({"one_desk": desk(policy.one_desk)} if policy.one_desk else {})
        for policy in policies
    ]


def day_with(day: PlannedDay, policy: PolicySettings) -> DayProblem:
    """Return the day run by a policy."""
    problem = day.problem
    if policy.one_desk:
        problem = one_desk(problem, [_pool(day, policy, name) for name in policy.one_desk])
    problem = replace(
        problem,
        reserves=tuple(_reserve(day, policy, reserve) for reserve in policy.reserves),
        diversions=tuple(_diversion(day, policy, sent) for sent in policy.diversions),
    )
    for failure in policy.failures:
        problem = _failed(day, policy, failure, problem)
    return problem


def _pool(day: PlannedDay, policy: PolicySettings, name: str) -> int:
    if name not in day.pools:
        raise InputError(
            f"[layout.simulate] policies: {policy.name}: {name!r} serves nobody on this day; expected one of "
            f"{', '.join(day.pools)}"
        )
    return day.pools.index(name)


def _reserve(day: PlannedDay, policy: PolicySettings, reserve: ReserveSettings) -> Reserve:
    return Reserve(
        pool=_pool(day, policy, reserve.post),
        people=reserve.people,
        open_at=reserve.open_at,
        close_at=reserve.close_at,
        delay_min=reserve.delay_min,
        stay_min=reserve.stay_min,
        pace=reserve.pace,
        lender=-1 if reserve.lender is None else _pool(day, policy, reserve.lender),
    )


def _diversion(day: PlannedDay, policy: PolicySettings, sent: BusySettings) -> Diversion:
    streams = [s for s, stream in enumerate(day.streams) if stream.service == sent.service and not stream.diverted]
    if not streams:
        raise InputError(
            f"[layout.simulate] policies: {policy.name}: nobody is served at a post for {sent.service!r}; expected one "
            f"of {', '.join(sorted({stream.service for stream in day.streams if not stream.diverted}))}"
        )
    return Diversion(
        stream=streams[0],
        pool=_pool(day, policy, sent.machine),
        at_queue=sent.at_queue,
        share=sent.small * sent.compliance,
        mean_min=sent.minutes,
        cv=day.streams[streams[0]].cv,
    )


def _failed(day: PlannedDay, policy: PolicySettings, failure: FailureSettings, problem: DayProblem) -> DayProblem:
    begin = minute_of_day(failure.begin) - problem.start_min
    closing = len(problem.visits) * problem.interval_min
    if not 0 <= begin < closing:
        raise InputError(
            f"[layout.simulate] policies: {policy.name}: a failure begins at {failure.begin}; expected a time of the "
            f"opening hours, {day.starts[0]} to {closing:g} minutes later"
        )
    end = begin + failure.minutes
    if failure.at == POWER:
        return power_failure(problem, begin, end, range(len(day.pools)))
    pool = _pool(day, policy, failure.at)
    if failure.servers is None:
        return power_failure(problem, begin, end, [pool])
    out = Outage(pool=pool, begin_min=begin, end_min=end, servers=failure.servers)
    return replace(problem, outages=(*problem.outages, out))


def _entry(name: str, found: Comparison) -> dict[str, object]:
    return {
        "name": name,
        "wait_change": _change(found.wait),
        "within_change": _change(found.within),
        "abandoned_change": _change(found.abandoned),
        "reserve_min": round(found.reserve_min, DIGITS) + 0.0,
    }


def _change(found: Estimate) -> dict[str, float]:
    values = {"mean": found.mean, "low": found.low, "high": found.high}
    return {key: round(float(value), DIGITS) + 0.0 for key, value in values.items()}
