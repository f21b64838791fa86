"""Draw the visitors of replicated days in compiled code.

Every number is a hash of (seed, day, purpose, position): the same seed brings the same visitors with the same needs
whatever the crew, the policies, or the number of days (common random numbers). The hash is splitmix64 (G. Steele,
D. Lea and C. Flood, *Fast splittable pseudorandom number generators*, OOPSLA 2014), 2⁻⁵³ fine; distributions are
inverted where an inverse exists (normal: M. Wichura's AS 241, *Applied Statistics* 37 (1988) 477–484, accurate to
1e-16), the gamma one is drawn after G. Marsaglia and W. Tsang, *ACM TOMS* 26 (2000) 363–372.

Arrivals are a Poisson process with a rate constant inside an interval: unit exponentials, stretched by the cumulative
rate; each visitor then picks his stream by the rates of his interval. With ``level_cv`` all rates of a day are
multiplied by one gamma distributed level of mean 1. Those with an appointment come at their time and some minutes more
or less, if they come at all.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outlet.compiled import compiled, kernel, nested, uncounted

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CONSTANT, EXPONENTIAL, LOGNORMAL, GAMMA, HYPEREXPONENTIAL, EMPIRICAL = 0, 1, 2, 3, 4, 5
ARRIVALS, STREAMS, MINUTES, PATIENCE, TRIAGE, WILLING, OTHER, LEVEL, SHOWS, LATENESS = range(1, 11)
"""Purposes of draws."""

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_FINE = 2.0**-53


class Times(NamedTuple):
    """Distributions of minutes, shape (rows,): ``kind``, and ``a``, ``b`` as `minutes` reads them.

    Row r of kind `EMPIRICAL` draws from ``samples[first[r] : first[r + 1]]``.
    """

    kind: Ints
    a: Floats
    b: Floats
    first: Ints
    samples: Floats


class Law(NamedTuple):
    """What visitors are drawn from: T intervals, S streams, A appointments.

    ``times`` has rows 0 … S − 1 for service, S for triage, S + 1 … 2S for the other way of service. ``share`` (T, S) is
    cumulative. ``draws`` says whether patience, triage, and willingness with the other service are needed at all.
    """

    length: float
    rate: Floats
    share: Floats
    times: Times
    patience: Floats
    level_shape: float
    draws: tuple[bool, bool, bool]
    due: Floats
    due_stream: Ints
    shows: Floats
    lateness: Floats


class Visitors(NamedTuple):
    """Visitors of some days, sorted by day and arrival; one entry a visitor unless said otherwise.

    ``first`` has shape (days + 1,): where each day starts. All times are minutes from opening. ``interval`` is that of
    the arrival. ``willing`` (0 … 1) and ``other``, minutes of service elsewhere, are empty where no diversion asks for
    them.
    """

    first: Ints
    stream: Ints
    interval: Ints
    arrival: Floats
    service: Floats
    triage: Floats
    patience: Floats
    willing: Floats
    other: Floats


@kernel
def _mix(z: np.uint64) -> np.uint64:
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return z ^ (z >> _S31)


@kernel
def key_of(seed: int, day: int, purpose: int) -> np.uint64:
    """Return where the numbers of one day for one purpose begin."""
    z = _mix(np.uint64(seed) + _STEP)
    z = _mix(z + np.uint64(day + 1) * _STEP)
    return _mix(z + np.uint64(purpose) * _STEP)


@uncounted
def uniform(key: np.uint64, position: int) -> float:
    """Return a number between 0 and 1, neither of them."""
    return (float(np.int64(_mix(key + np.uint64(position + 1) * _STEP) >> _S11)) + 0.5) * _FINE


@uncounted
def normal(u: float) -> float:
    """Return the standard normal quantile of u (Wichura's PPND16)."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = 2.5090809287301226727e3 * r + 3.3430575583588128105e4
        top = ((top * r + 6.7265770927008700853e4) * r + 4.5921953931549871457e4) * r + 1.3731693765509461125e4
        top = ((top * r + 1.9715909503065514427e3) * r + 1.3314166789178437745e2) * r + 3.3871328727963666080e0
        low = 5.2264952788528545610e3 * r + 2.8729085735721942674e4
        low = ((low * r + 3.9307895800092710610e4) * r + 2.1213794301586595867e4) * r + 5.3941960214247511077e3
        low = ((low * r + 6.8718700749205790830e2) * r + 4.2313330701600911252e1) * r + 1.0
        return q * top / low
    r = math.sqrt(-math.log(u if q < 0 else 1.0 - u))
    if r <= 5.0:
        r -= 1.6
        top = 7.74545014278341407640e-4 * r + 2.27238449892691845833e-2
        top = ((top * r + 2.41780725177450611770e-1) * r + 1.27045825245236838258e0) * r + 3.64784832476320460504e0
        top = ((top * r + 5.76949722146069140550e0) * r + 4.63033784615654529590e0) * r + 1.42343711074968357734e0
        low = 1.05075007164441684324e-9 * r + 5.47593808499534494600e-4
        low = ((low * r + 1.51986665636164571966e-2) * r + 1.48103976427480074590e-1) * r + 6.89767334985100004550e-1
        low = ((low * r + 1.67638483018380384940e0) * r + 2.05319162663775882187e0) * r + 1.0
    else:
        r -= 5.0
        top = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
        top = ((top * r + 1.24266094738807843860e-3) * r + 2.65321895265761230930e-2) * r + 2.96560571828504891230e-1
        top = ((top * r + 1.78482653991729133580e0) * r + 5.46378491116411436990e0) * r + 6.65790464350110377720e0
        low = 2.04426310338993978564e-15 * r + 1.42151175831644588870e-7
        low = ((low * r + 1.84631831751005468180e-5) * r + 7.86869131145613259100e-4) * r + 1.48753612908506148525e-2
        low = ((low * r + 1.36929880922735805310e-1) * r + 5.99832206555887937690e-1) * r + 1.0
    return -top / low if q < 0 else top / low


@kernel
def gamma(shape: float, key: np.uint64) -> float:
    """Return a gamma distributed number of scale 1; numbers come from ``key`` on."""
    raised = shape if shape >= 1.0 else shape + 1.0
    d = raised - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    position = 0
    while True:
        x = normal(uniform(key, position))
        u = uniform(key, position + 1)
        position += 2
        v = (1.0 + c * x) ** 3
        if v > 0.0 and (u < 1.0 - 0.0331 * x**4 or math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v)):
            break
    found = d * v
    return found if shape >= 1.0 else found * uniform(key, position) ** (1.0 / shape)


@uncounted
def minutes(kind: int, a: float, b: float, key: np.uint64, position: int) -> float:
    """Draw minutes: constant a; exponential of mean a; log a and log-spread b; shape a and scale b; or p and m.

    The last is the mix of two exponentials with balanced means: mean b/(2a) with probability a, else b/(2(1 − a)).
    """
    if kind == CONSTANT:
        return a
    u = uniform(key, position)
    if kind == EXPONENTIAL:
        return -math.log(u) * a
    if kind == LOGNORMAL:
        return math.exp(a + b * normal(u))
    if kind == GAMMA:
        return gamma(a, key ^ _mix(np.uint64(position) + _MIX_1)) * b
    return -math.log(u / a) * b / (2.0 * a) if u < a else -math.log((u - a) / (1.0 - a)) * b / (2.0 * (1.0 - a))


@kernel
def _draw_minutes(times: Times, rows: Ints, key: np.uint64, found: Floats) -> None:
    """Draw the minutes of each visitor of a day by his row."""
    kind, a, b, first, samples = times.kind, times.a, times.b, times.first, times.samples
    for v in range(len(rows)):
        row = rows[v]
        if kind[row] == EMPIRICAL:
            count = first[row + 1] - first[row]
            found[v] = samples[first[row] + min(int(uniform(key, v) * count), count - 1)]
        else:
            found[v] = minutes(kind[row], a[row], b[row], key, v)


@nested
def _grown(values: Floats) -> Floats:
    found = np.empty(2 * len(values) + 16)
    found[: len(values)] = values
    return found


@nested
def _walk_ins(law: Law, seed: int, day: int, arrival: Floats) -> tuple[Floats, int]:
    """Draw the arrival times of a day into ``arrival``, grown where it is too short; return it and their number."""
    key = key_of(seed, day, ARRIVALS)
    level = 1.0
    if law.level_shape > 0.0:
        level = gamma(law.level_shape, key_of(seed, day, LEVEL)) / law.level_shape
    rates, length = law.rate, law.length
    intervals = len(rates)
    t, now, end, count = 0, 0.0, length, 0
    rate = rates[0] * level
    while True:
        need = -math.log(uniform(key, count))
        while need > (end - now) * rate:
            need -= (end - now) * rate
            now = end
            t += 1
            if t == intervals:
                return arrival, count
            end = (t + 1) * length
            rate = rates[t] * level
        now += need / rate
        if count == len(arrival):
            arrival = _grown(arrival)
        arrival[count] = now
        count += 1


@nested
def _appointments(law: Law, seed: int, day: int) -> tuple[Floats, Ints]:
    """Return when those with an appointment come, sorted, and which appointment it is."""
    shows, late = key_of(seed, day, SHOWS), key_of(seed, day, LATENESS)
    closing = len(law.rate) * law.length
    when, which = np.empty(len(law.due)), np.empty(len(law.due), np.int64)
    count = 0
    for a in range(len(law.due)):
        if uniform(shows, a) < law.shows[a]:
            at = law.due[a] + law.lateness[a] * normal(uniform(late, a))
            when[count], which[count] = min(max(at, 0.0), closing), a
            count += 1
    order = np.argsort(when[:count])
    return when[:count][order], which[:count][order]


@nested
def _day(law: Law, seed: int, day: int, arrival: Floats) -> tuple[Floats, Floats, Ints, Ints]:
    """Return the room for walk-ins, and arrivals, streams and intervals of everybody of a day, by arrival."""
    arrival, walk_ins = _walk_ins(law, seed, day, arrival)
    due, which = _appointments(law, seed, day)
    count = walk_ins + len(due)
    key = key_of(seed, day, STREAMS)
    when, stream, interval = np.empty(count), np.empty(count, np.int64), np.empty(count, np.int64)
    share, due_stream, length = law.share, law.due_stream, law.length
    streams, last = share.shape[1], len(law.rate) - 1
    i, a, t = 0, 0, 0
    for v in range(count):
        booked = a < len(due) and (i == walk_ins or due[a] < arrival[i])
        now = due[a] if booked else arrival[i]
        while t < last and now >= (t + 1) * length:
            t += 1
        s = 0
        if booked:
            s = due_stream[which[a]]
            a += 1
        else:
            if streams > 1:
                u = uniform(key, i)
                while s < streams - 1 and u > share[t, s]:
                    s += 1
            i += 1
        when[v], stream[v], interval[v] = now, s, t
    return arrival, when, stream, interval


@nested
def _fill(law: Law, seed: int, day: int, needs: Visitors, span: tuple[int, int]) -> None:
    """Draw what the visitors of a day bring beside their arrival."""
    streams = law.share.shape[1]
    begin, end = span
    rows = needs.stream[begin:end]
    _draw_minutes(law.times, rows, key_of(seed, day, MINUTES), needs.service[begin:end])
    impatient, received, asked = law.draws
    if impatient:
        key = key_of(seed, day, PATIENCE)
        for v in range(end - begin):
            needs.patience[begin + v] = -math.log(uniform(key, v)) * law.patience[rows[v]]
    if received:
        _draw_minutes(law.times, np.full(end - begin, streams), key_of(seed, day, TRIAGE), needs.triage[begin:end])
    if asked:
        key = key_of(seed, day, WILLING)
        for v in range(end - begin):
            needs.willing[begin + v] = uniform(key, v)
        _draw_minutes(law.times, rows + (streams + 1), key_of(seed, day, OTHER), needs.other[begin:end])


@compiled
def draw_days(law: Law, seed: int, first_day: int, days: int) -> Visitors:
    """Draw days ``first_day`` … ``first_day + days − 1``."""
    room = np.empty(int(law.rate.sum() * law.length * 1.2) + 64)
    first = np.zeros(days + 1, np.int64)
    when = np.empty(days * len(room))
    stream, interval = np.empty(len(when), np.int64), np.empty(len(when), np.int64)
    for d in range(days):
        room, arrived, picked, at = _day(law, seed, first_day + d, room)
        begin, end = first[d], first[d] + len(arrived)
        while end > len(when):
            when = _grown(when)
            more = np.empty((2, len(when)), np.int64)
            more[0, :begin], more[1, :begin] = stream[:begin], interval[:begin]
            stream, interval = more[0], more[1]
        when[begin:end], stream[begin:end], interval[begin:end] = arrived, picked, at
        first[d + 1] = end
    count = first[days]
    zero = np.zeros(count if law.draws[2] else 0)
    needs = Visitors(
        first,
        stream[:count].copy(),
        interval[:count].copy(),
        when[:count].copy(),
        np.empty(count),
        np.zeros(count),
        np.full(count, np.inf),
        zero,
        zero.copy(),
    )
    for d in range(days):
        _fill(law, seed, first_day + d, needs, (first[d], first[d + 1]))
    return needs
