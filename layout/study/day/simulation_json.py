"""Label a replayed day: positions become intervals, posts and services; the content of simulation.json."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layout.simulate import DayResult, Estimate
from layout.study.day.make import PlannedDay, Prediction

SCHEMA = 1
DIGITS = 4


def build_simulation(
    day: PlannedDay, result: DayResult, prediction: Prediction, required: NDArray[np.int64]
) -> dict[str, object]:
    """Return simulation.json without the stage's own keys; a figure nobody gave is null."""
    problem = day.problem
    return {
        "schema": SCHEMA,
        "days": result.days,
        "interval_min": problem.interval_min,
        "intervals": [_interval(t, day, result, prediction, required) for t in range(len(problem.visits))],
        "services": _services(day, result),
        "abandoned": rounded(float(result.stream_abandoned.sum())),
        "unserved": rounded(float(result.stream_unserved.sum())),
        "overtime_min": rounded(result.overtime_min),
        "day": _waits(result.day_wait, result.day_within, ()),
    }


def rounded(value: float) -> float | None:
    """Return a figure without float noise; None for NaN and infinity."""
    return round(float(value), DIGITS) + 0.0 if np.isfinite(value) else None


def _waits(wait: Estimate, within: Estimate, at: tuple[int, ...]) -> dict[str, object]:
    high = float(within.high[at])
    return {
        "wait_mean": rounded(float(wait.mean[at])),
        "wait_low": rounded(float(wait.low[at])),
        "wait_high": rounded(float(wait.high[at])),
        "within_target": rounded(float(within.mean[at])),
        "within_low": rounded(float(within.low[at])),
        "within_high": rounded(min(high, 1.0) if np.isfinite(high) else high),
    }


def _mean(found: Estimate, t: int) -> dict[str, float | None]:
    return {
        "mean": rounded(float(found.mean[t])),
        "low": rounded(float(found.low[t])),
        "high": rounded(float(found.high[t])),
    }


def _interval(
    t: int, day: PlannedDay, result: DayResult, prediction: Prediction, required: NDArray[np.int64]
) -> dict[str, object]:
    posts: dict[str, object] = {}
    for p, post in enumerate(day.pools[: day.posts]):
        posts[post] = _waits(result.pool_wait, result.pool_within, (t, p)) | {
            "arrivals": rounded(float(prediction.arrivals[t, p])),
            "crew": rounded(float(prediction.crew[t, p])),
            "required": int(required[t, p]),
            "erlang_wait": rounded(float(prediction.wait[t, p])),
            "erlang_within": rounded(float(prediction.within[t, p])),
        }
    return _waits(result.wait, result.within, (t,)) | {
        "start": day.starts[t],
        "arrivals": rounded(float(result.arrivals[t])),
        "queue_p95": rounded(float(result.queue_p95[t])),
        "queue": _mean(result.queue, t),
        "abandoned": _mean(result.abandoned, t),
        "triage_wait": rounded(float(result.triage_wait.mean[t])),
        "occupancy": {pool: rounded(float(result.occupancy[t, p])) for p, pool in enumerate(day.pools)},
        "posts": posts,
    }


def _services(day: PlannedDay, result: DayResult) -> dict[str, object]:
    found: dict[str, dict[str, object]] = {}
    for s, stream in enumerate(day.streams):
        channel = "machine" if stream.diverted else "post"
        found.setdefault(stream.service, {})[channel] = _waits(result.stream_wait, result.stream_within, (s,)) | {
            "served_by": stream.pool,
            "arrivals": rounded(float(result.stream_arrivals[s])),
            "abandoned": rounded(float(result.stream_abandoned[s])),
            "unserved": rounded(float(result.stream_unserved[s])),
            "target_min": rounded(stream.target_min),
        }
    return dict(found)
