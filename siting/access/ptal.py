"""Public transport access of a place as Transport for London measures it: access index and PTAL band.

Sets: places i, stops j, routes k, each route of one mode; w_ij minutes of walk, f_jk departures per hour.

1. A route serves a place where a stop with f_jk > 0 lies within the mode's longest walk (640 m bus, 960 m rail, at
   80 m/min 8 and 12 minutes). It counts once, at the nearest such stop; of stops equally near, where it leaves most.
2. Average wait: a_k = 0.5 · 60 / f_k + reliability allowance (2 min bus, 0.75 min rail).
3. Total access time: t_ik = w_ij + a_k, minutes. Equivalent doorstep frequency: e_ik = 30 / t_ik.
4. Access index of a mode: its highest e_ik + 0.5 · the sum of its others. Access index: the sum over modes.
5. Bands: 0 for an index of 0; 1a up to 2.5, 1b to 5, 2 to 10, 3 to 15, 4 to 20, 5 to 25, 6a to 40, 6b above.

f_jk is the frequency in the better direction; `siting.data.gtfs.peak` counts it. A route is one of the timetable's
routes: TfL takes every calling pattern of a railway line for a route of its own. Modes are those of the timetable
(metro and rail apart), as TfL keeps the Underground, rail, trams and buses apart. TfL states indices and limits to two
decimals, 1a as 0.01 to 2.50; here a limit belongs to the band below it, unrounded.

Source: Transport for London (2015), "Assessing transport connectivity in London" (Connectivity Assessment Guide), the
chapter on PTAL, and (2010) "Measuring Public Transport Accessibility Levels"; constants as the literature retells them,
each a setting (`siting.settings.ptal`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import InputError
from siting.settings.data import MODES
from siting.settings.ptal import BAND_NAMES, PtalSettings

HOUR_MIN = 60.0
BLOCK_WALKS = 250_000

Csr = sparse.csr_array[np.float64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class PtalRules:
    """The constants of the method, by mode in the order of `siting.settings.data.MODES`.

    Parameters
    ----------
    limit_min
        Longest walk, minutes, shape (modes,); negative where a mode does not count.
    reliability_min
        Wait beyond the scheduled one, minutes, shape (modes,).
    wait_headways
        Scheduled wait, in headways.
    edf_min
        What the minutes of access divide to give the equivalent doorstep frequency.
    others_count
        What a route other than the best of its mode counts, 0 to 1.
    band_limits
        Highest index of every band but the last, rising, shape (8,).
    """

    limit_min: Floats
    reliability_min: Floats
    wait_headways: float
    edf_min: float
    others_count: float
    band_limits: Floats


def ptal_rules(settings: PtalSettings, walk_m_per_min: float) -> PtalRules:
    """Return the rules for people who walk so many metres a minute (TfL: 80).

    >>> rules = ptal_rules(PtalSettings(), 80.0)
    >>> dict(zip(MODES, rules.limit_min.tolist()))
    {'rail': 12.0, 'metro': 12.0, 'tram': 12.0, 'bus': 8.0, 'ferry': -1.0}
    """
    limit, reliability = np.full(len(MODES), -1.0), np.zeros(len(MODES))
    for modes, within_m, allowance in (
        (settings.bus_modes, settings.bus_within_m, settings.bus_reliability_min),
        (settings.rail_modes, settings.rail_within_m, settings.rail_reliability_min),
    ):
        at = [MODES.index(mode) for mode in modes]
        limit[at], reliability[at] = within_m / walk_m_per_min, allowance
    return PtalRules(
        limit_min=limit,
        reliability_min=reliability,
        wait_headways=settings.wait_headways,
        edf_min=settings.edf_min,
        others_count=settings.others_count,
        band_limits=np.array(settings.band_limits),
    )


@dataclass(frozen=True, kw_only=True)
class RouteService:
    """What leaves where: departures per hour in the better direction, shape (s, r), and the routes' modes, shape (r,).

    ``mode`` holds positions in `MODES`; ``names`` what people call each route, r of them.
    """

    per_hour: Csr
    mode: Ints
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RouteAccess:
    """What every route contributes to every place it serves, shape (n,), sorted by place and route.

    Parameters
    ----------
    place, route, stop
        Positions; the stop is the one at which the route counts.
    walk_min, wait_min
        Minutes to the stop, and there, reliability allowance included.
    per_hour
        Departures per hour there, in the better direction.
    is_best
        Whether it is the best route of its mode, and counts whole.
    edf
        Equivalent doorstep frequency.
    index
        Its part of the access index: ``edf`` for the best route of the mode, half of it for others.
    """

    place: Ints
    route: Ints
    stop: Ints
    walk_min: Floats
    wait_min: Floats
    per_hour: Floats
    is_best: NDArray[np.bool_]
    edf: Floats
    index: Floats


@dataclass(frozen=True, kw_only=True)
class Ptal:
    """Access index, shape (m,); by mode, shape (m, modes), in the order of `MODES`; and band, shape (m,), of text."""

    index: Floats
    by_mode: Floats
    band: NDArray[np.str_]


def ptal(walk_minutes: Csr, stop_route: Csr, mode_of_route: Ints, rules: PtalRules) -> Ptal:
    """Return the access index, its parts by mode, and the PTAL band of every place.

    Parameters
    ----------
    walk_minutes
        Minutes along streets from m places to s stops, shape (m, s); explicit entries are the reachable pairs.
    stop_route
        Departures per hour of each route at each stop, in its better direction, shape (s, r).
    mode_of_route
        Position in `MODES` of every route's mode, shape (r,).
    rules
        The constants.

    Raises
    ------
    InputError
        When shapes do not meet, or minutes or departures are negative or not finite.

    Examples
    --------
    A place in a town of four stops. Stop A, 240 m off (3 min): bus 1 leaves 6 times an hour, bus 2 4 times. Stop B, 640
    m (8 min): bus 1 12 times, bus 3 6 times. Station C, 660 m (8.25 min): metro M 10 times, metro N 5 times, railway R
    2 times. Stop D, 648 m (8.1 min): bus 4 30 times, but it is beyond 640 m.

    ======= ==== ====== ==================== ======== ====== =============
    route   stop walk   wait                 access   EDF    counts
    ======= ==== ====== ==================== ======== ====== =============
    bus 1   A    3      30/6 + 2     = 7     10       3.0    3.0 (best)
    bus 2   A    3      30/4 + 2     = 9.5   12.5     2.4    1.2
    bus 3   B    8      30/6 + 2     = 7     15       2.0    1.0
    metro M C    8.25   30/10 + 0.75 = 3.75  12       2.5    2.5 (best)
    metro N C    8.25   30/5 + 0.75  = 6.75  15       2.0    1.0
    rail R  C    8.25   30/2 + 0.75  = 15.75 24       1.25   1.25 (best)
    ======= ==== ====== ==================== ======== ====== =============

    Bus 5.2, metro 3.5, rail 1.25: an index of 9.95, band 2. Bus 1 is not taken at B, where it leaves more often: the
    nearest stop counts.

    >>> walk = sparse.csr_array(np.array([[3.0, 8.0, 8.25, 8.1]]))
    >>> departures = sparse.csr_array(
    ...     np.array(
    ...         [
    ...             [6.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    ...             [12.0, 0.0, 6.0, 0.0, 0.0, 0.0, 0.0],
    ...             [0.0, 0.0, 0.0, 10.0, 5.0, 2.0, 0.0],
    ...             [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 30.0],
    ...         ]
    ...     )
    ... )
    >>> modes = np.array([MODES.index(m) for m in ("bus", "bus", "bus", "metro", "metro", "rail", "bus")])
    >>> found = ptal(walk, departures, modes, ptal_rules(PtalSettings(), 80.0))
    >>> found.index.tolist(), found.band.tolist()
    ([9.95], ['2'])
    >>> dict(zip(MODES, found.by_mode[0].tolist()))
    {'rail': 1.25, 'metro': 3.5, 'tram': 0.0, 'bus': 5.2, 'ferry': 0.0}
    """
    by_mode = np.zeros((walk_minutes.shape[0], len(MODES)))
    for part in route_access(walk_minutes, stop_route, mode_of_route, rules):
        np.add.at(by_mode, (part.place, mode_of_route[part.route]), part.index)
    index = by_mode.sum(axis=1)
    return Ptal(index=index, by_mode=by_mode, band=band_of(index, rules.band_limits))


def band_of(index: Floats, limits: Floats) -> NDArray[np.str_]:
    """Return the PTAL band of each access index, shape (m,); NaN has the empty text.

    >>> band_of(np.array([0.0, 0.01, 2.5, 2.51, 40.0, 40.01, np.nan]), np.array(PtalSettings().band_limits)).tolist()
    ['0', '1a', '1a', '1b', '6a', '6b', '']
    """
    names = np.array([*BAND_NAMES, ""])
    at = np.searchsorted(limits, index, side="left")
    return names[np.where(np.isnan(index), len(BAND_NAMES), at)]


def route_access(
    walk_minutes: Csr, stop_route: Csr, mode_of_route: Ints, rules: PtalRules, *, block_walks: int = BLOCK_WALKS
) -> Iterator[RouteAccess]:
    """Return what every route contributes, block by block of places in order; parameters and errors as for `ptal`.

    ``block_walks`` bounds the memory: a block has so many pairs of place and stop, or is one place.
    """
    _refuse(walk_minutes, stop_route, mode_of_route)
    pointers = walk_minutes.indptr.astype(np.int64)
    at = 0
    while at < len(pointers) - 1:
        end = max(at + 1, int(np.searchsorted(pointers, pointers[at] + block_walks, side="right")) - 1)
        yield _weigh(_served(walk_minutes, stop_route, mode_of_route, rules, (at, end)), mode_of_route, rules)
        at = end


@dataclass(frozen=True)
class _Served:
    """Routes at the stops where they count: place, route, stop (n,), walk (n,) minutes, departures per hour (n,)."""

    place: Ints
    route: Ints
    stop: Ints
    walk: Floats
    per_hour: Floats


def _served(walk: Csr, stop_route: Csr, mode: Ints, rules: PtalRules, rows: tuple[int, int]) -> _Served:
    """Return the routes that serve places ``rows[0]`` to before ``rows[1]``, each at its nearest stop."""
    first, last = int(walk.indptr[rows[0]]), int(walk.indptr[rows[1]])
    minutes, stop = walk.data[first:last], walk.indices[first:last].astype(np.int64)
    place = np.repeat(np.arange(*rows, dtype=np.int64), np.diff(walk.indptr[rows[0] : rows[1] + 1]))
    near = minutes <= rules.limit_min.max()
    minutes, stop, place = minutes[near], stop[near], place[near]
    number = np.diff(stop_route.indptr).astype(np.int64)[stop]
    pair = np.repeat(np.arange(len(stop)), number)
    cell = np.arange(len(pair)) + np.repeat(stop_route.indptr[stop] - (np.cumsum(number) - number), number)
    route, per_hour = stop_route.indices[cell].astype(np.int64), stop_route.data[cell]
    runs = (per_hour > 0) & (minutes[pair] <= rules.limit_min[mode[route]])
    pair, route, per_hour = pair[runs], route[runs], per_hour[runs]
    key = place[pair] * np.int64(stop_route.shape[1]) + route
    order = np.lexsort((stop[pair], -per_hour, minutes[pair], key))
    order = order[np.diff(key[order], prepend=-1) != 0]
    pair = pair[order]
    return _Served(place[pair], route[order], stop[pair], minutes[pair], per_hour[order])


def _weigh(served: _Served, mode_of_route: Ints, rules: PtalRules) -> RouteAccess:
    """Return waits and frequencies, the best route of each place and mode counting whole, of equal ones the first."""
    mode = mode_of_route[served.route]
    wait = rules.wait_headways * HOUR_MIN / served.per_hour + rules.reliability_min[mode]
    edf = rules.edf_min / (served.walk + wait)
    order = np.lexsort((served.route, -edf, mode, served.place))
    group = (served.place * len(MODES) + mode)[order]
    best = np.zeros(len(edf), dtype=np.bool_)
    best[order[np.diff(group, prepend=-1) != 0]] = True
    return RouteAccess(
        place=served.place,
        route=served.route,
        stop=served.stop,
        walk_min=served.walk,
        wait_min=wait,
        per_hour=served.per_hour,
        is_best=best,
        edf=edf,
        index=np.where(best, edf, rules.others_count * edf),
    )


def _refuse(walk: Csr, stop_route: Csr, mode_of_route: Ints) -> None:
    if walk.shape[1] != stop_route.shape[0]:
        raise InputError(
            f"walks lead to {walk.shape[1]} stops, departures are of {stop_route.shape[0]}; expected as many"
        )
    if mode_of_route.shape != (stop_route.shape[1],):
        raise InputError(f"mode_of_route has shape {mode_of_route.shape}; expected ({stop_route.shape[1]},)")
    if ((mode_of_route < 0) | (mode_of_route >= len(MODES))).any():
        raise InputError(f"mode_of_route holds numbers outside 0 to {len(MODES) - 1}; expected positions in MODES")
    for what, values in (("walking minutes", walk.data), ("departures per hour", stop_route.data)):
        if not (np.isfinite(values) & (values >= 0)).all():
            raise InputError(f"{what} hold a number that is negative or not finite; expected numbers from 0")
