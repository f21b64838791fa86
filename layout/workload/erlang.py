"""Predict waits of a pool of equal servers with Poisson arrivals: Erlang's B and C, and A with impatient visitors.

Letters: λ arrival rate, μ service rate of one server, c servers, a = λ/μ offered load, ρ = a/c, θ patience rate; one
unit of time throughout, all arguments broadcast against each other.

Erlang B (no queue): B(0) = 1, B(k) = a·B(k−1) / (k + a·B(k−1)); all terms are positive, so the recursion loses no
digits.

Erlang C (endless queue, ρ < 1): C = B / (1 − ρ·(1 − B)). Then P(W > t) = C·exp(−(cμ − λ)·t), E[W] = C / (cμ − λ), and
P(more than k wait) = C·ρ^(k+1). For ρ ≥ 1 the queue grows for ever: C = 1, waits are infinite.

Erlang A (patience exponential with rate θ; C. Palm 1957; Mandelbaum and Zeltyn, *The Palm/Erlang-A queue*, 2004):
with x = cμ/θ, y = λ/θ and A = 1 + Σ_{j≥1} y^j / Π_{k=1..j} (x + k),

    P(wait) = A·B / (1 + (A − 1)·B),    E[queue] = P(wait)·Σ j·w_j / Σ w_j,    w_j the terms of A,

abandonment = θ·E[queue]/λ and E[W] = E[queue]/λ over all visitors. The terms are summed from the largest one outwards,
so nothing overflows under overload and nothing cancels under light load.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from outlet.errors import InputError

Floats = NDArray[np.float64]
MOST_SERVERS = 5000


def _loads(arrival_rate: ArrayLike, service_rate: ArrayLike, servers: ArrayLike) -> tuple[Floats, Floats, Floats]:
    rate, speed, count = np.broadcast_arrays(
        np.asarray(arrival_rate, dtype=np.float64),
        np.asarray(service_rate, dtype=np.float64),
        np.asarray(servers, dtype=np.float64),
    )
    if not (np.isfinite(rate).all() and (rate >= 0).all()):
        raise InputError("arrival_rate: expected finite rates from 0")
    if not (np.isfinite(speed).all() and (speed > 0).all()):
        raise InputError("service_rate: expected finite rates above 0")
    if not ((count >= 0).all() and (count == np.floor(count)).all() and np.isfinite(count).all()):
        raise InputError("servers: expected whole numbers from 0")
    return rate, speed, count


def erlang_b(arrival_rate: ArrayLike, service_rate: ArrayLike, servers: ArrayLike) -> Floats:
    """Return the probability that a visitor finds every server busy and no queue to join.

    >>> round(float(erlang_b(2.0, 1.0, 2)), 6)
    0.4
    """
    rate, speed, count = _loads(arrival_rate, service_rate, servers)
    load = rate / speed
    found = np.ones(load.shape)
    blocking = found.copy()
    for k in range(1, int(count.max(initial=0)) + 1):
        blocking = load * blocking / (k + load * blocking)
        found = np.where(count >= k, blocking, found)
    return np.asarray(found)[()]


def erlang_c(arrival_rate: ArrayLike, service_rate: ArrayLike, servers: ArrayLike) -> Floats:
    """Return the probability that a visitor must wait; 1 where the servers cannot keep up.

    >>> round(float(erlang_c(2.0, 3.0, 2)), 6)
    0.166667
    """
    rate, speed, count = _loads(arrival_rate, service_rate, servers)
    blocking = np.asarray(erlang_b(rate, speed, count))
    keeps_up = rate < count * speed
    busy = np.where(keeps_up, rate / np.where(keeps_up, count * speed, 1.0), 0.0)
    return np.where(keeps_up, blocking / (1.0 - busy * (1.0 - blocking)), 1.0)[()]


def service_level(
    arrival_rate: ArrayLike, service_rate: ArrayLike, servers: ArrayLike, target_wait: ArrayLike
) -> Floats:
    """Return the share of visitors called within the target wait, by Erlang C; 0 where the servers cannot keep up."""
    rate, speed, count = _loads(arrival_rate, service_rate, servers)
    slack = count * speed - rate
    late = np.asarray(erlang_c(rate, speed, count)) * np.exp(-np.maximum(slack, 0.0) * np.asarray(target_wait))
    return np.where(slack > 0, 1.0 - late, 0.0)[()]


def mean_wait(arrival_rate: ArrayLike, service_rate: ArrayLike, servers: ArrayLike) -> Floats:
    """Return the mean wait of all visitors by Erlang C; infinite where the servers cannot keep up."""
    rate, speed, count = _loads(arrival_rate, service_rate, servers)
    slack = count * speed - rate
    waits = np.asarray(erlang_c(rate, speed, count)) / np.where(slack > 0, slack, 1.0)
    return np.where(slack > 0, waits, np.inf)[()]


def queue_distribution(arrival_rate: ArrayLike, service_rate: ArrayLike, servers: ArrayLike, longest: int) -> Floats:
    """Return P(0 wait), … P(longest wait or more), by Erlang C: shape (…, longest + 1) for arguments of shape (…).

    Raises
    ------
    InputError
        When the servers cannot keep up: then there is no such distribution.
    """
    rate, speed, count = _loads(arrival_rate, service_rate, servers)
    late = np.flatnonzero(rate >= count * speed)
    if late.size:
        at = int(late[0])
        raise InputError(f"{count.flat[at]:g} servers cannot keep up with {rate.flat[at]:g} visitors per unit of time")
    busy = rate / (count * speed)
    at_least = np.ones((*rate.shape, longest + 2))
    waits = np.asarray(erlang_c(rate, speed, count))
    at_least[..., 1:-1] = waits[..., None] * busy[..., None] ** np.arange(1.0, longest + 1.0)
    at_least[..., -1] = 0.0
    return -np.diff(at_least)


def servers_needed(
    arrival_rate: ArrayLike, service_rate: ArrayLike, *, target_share: float, target_wait: float, max_occupancy: float
) -> NDArray[np.int64]:
    """Return the fewest servers that call the target share within the target wait and are not busier than allowed.

    Raises
    ------
    InputError
        When more than 5,000 servers were needed.
    """
    rate, speed, _ = _loads(arrival_rate, service_rate, 0)
    load = rate / speed
    needed = np.zeros(load.shape, dtype=np.int64)
    blocking = np.ones(load.shape)
    pending = load > 0
    for count in range(1, MOST_SERVERS + 1):
        if not pending.any():
            break
        blocking = load * blocking / (count + load * blocking)
        busy = load / count
        stable = pending & (busy <= max_occupancy)
        wait = blocking / np.where(stable, 1.0 - busy * (1.0 - blocking), 1.0)
        share = 1.0 - wait * np.exp(-(count * speed - rate) * target_wait * stable)
        done = stable & (share >= target_share)
        needed[done] = count
        pending = pending & ~done
    if pending.any():
        raise InputError(
            f"a load of {float(load.max()):,.0f} busy servers needs more than {MOST_SERVERS}; check visits per day"
        )
    return needed


@dataclass(frozen=True)
class Impatience:
    """What Erlang A predicts, each in the shape of the arguments.

    ``wait_probability`` of waiting at all, ``abandonment`` share of visitors who leave unserved, ``mean_wait`` of all
    visitors, ``mean_queue`` persons waiting.
    """

    wait_probability: Floats
    abandonment: Floats
    mean_wait: Floats
    mean_queue: Floats


def erlang_a(
    arrival_rate: ArrayLike, service_rate: ArrayLike, patience_rate: ArrayLike, servers: ArrayLike
) -> Impatience:
    """Predict waits where a waiting visitor leaves at rate ``patience_rate``.

    >>> round(float(erlang_a(10.0, 1.0, 1.0, 10).abandonment), 6)
    0.12511
    """
    rate, speed, count = _loads(arrival_rate, service_rate, servers)
    leave = np.asarray(patience_rate, dtype=np.float64)
    if not (np.isfinite(leave).all() and (leave > 0).all()):
        raise InputError("patience_rate: expected finite rates above 0; without impatience use erlang_c")
    rate, speed, count, leave = np.broadcast_arrays(rate, speed, count, leave)
    blocking = np.asarray(erlang_b(rate, speed, count))
    wait, queue = np.zeros(rate.shape), np.zeros(rate.shape)
    for at in np.ndindex(rate.shape):
        log_sum, mean = _palm(float(count[at] * speed[at] / leave[at]), float(rate[at] / leave[at]))
        free = (1.0 - float(blocking[at])) * np.exp(-log_sum)
        wait[at] = blocking[at] / (blocking[at] + free) if blocking[at] > 0 else 0.0
        queue[at] = wait[at] * mean
    per_visitor = np.divide(queue, rate, out=np.zeros(rate.shape), where=rate > 0)
    return Impatience(wait[()], (leave * per_visitor)[()], per_visitor[()], queue[()])


def _palm(x: float, y: float) -> tuple[float, float]:
    """Return log A and Σ j·w_j / Σ w_j; terms are summed outwards from the largest, at j ≈ y − x."""
    if y <= 0:
        return 0.0, 0.0
    from scipy.special import gammaln

    top = max(int(y - x), 0)
    reach = int(12 * np.sqrt(y) + 60)
    first = max(top - reach, 0)
    j = np.arange(first, top + reach + 1, dtype=np.float64)
    steps = np.log(y / (x + j[1:]))
    start = first * np.log(y) - float(gammaln(x + first + 1) - gammaln(x + 1)) if first else 0.0
    log_terms = start + np.concatenate([[0.0], np.cumsum(steps)])
    largest = float(log_terms.max())
    weights = np.exp(log_terms - largest)
    return largest + float(np.log(weights.sum())), float((j * weights).sum() / weights.sum())
