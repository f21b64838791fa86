"""Label a replayed day: positions become intervals, posts and services; the content of simulation.json."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layout.simulate import DayResult, Estimate, mean_of_sums
from layout.study.day.make import PlannedDay, Prediction

SCHEMA = 1
DIGITS = 4
PERCENTILE = 0.95


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
        "after_closing": _after_closing(result),
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


def estimated(found: Estimate, *at: int) -> dict[str, float | None]:
    """Return one figure with its confidence interval."""
    one = found.at(*at)
    return {"mean": rounded(float(one.mean)), "low": rounded(float(one.low)), "high": rounded(float(one.high))}


def _after_closing(result: DayResult) -> dict[str, float | None]:
    """Return the minutes after closing until the last visitor has left: mean with its interval, and 95th percentile."""
    late = result.daily[:, -2]
    found = mean_of_sums(np.stack([late.sum(), (late**2).sum()]), result.days)
    return estimated(found) | {"p95": rounded(float(np.quantile(late, PERCENTILE, method="higher")))}


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
        "queue": estimated(result.queue, t),
        "waiting_p95": rounded(float(result.waiting_p95[t])),
        "abandoned": estimated(result.abandoned, t),
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
            "queue": estimated(result.stream_queue, -1, s),
            "queue_by_interval": [
                estimated(result.stream_queue, t, s) for t in range(len(result.stream_queue.mean) - 1)
            ],
        }
    return dict(found)
