"""Read the calls of trips at stops in their order, and the headways at which trips repeat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siting.data.gtfs.values import NONE, WRONG, Floats, Ints, Values

LONGEST_HEADWAY_S = 86_400


@dataclass(frozen=True)
class Calls:
    """Calls in the order of their trips, shape (c,).

    Parameters
    ----------
    trip, stop
        Positions.
    second
        Departure, seconds since the service day's midnight; between timed calls by straight interpolation.
    boards
        Whether people can get on: not where the trip ends or only lets people off.
    """

    trip: Ints
    stop: Ints
    second: Floats
    boards: NDArray[np.bool_]


def read_calls(values: Values, stops: Mapping[str, int], trips: Mapping[str, int]) -> Calls:
    """Return the calls; whatever is wrong with references, order and times becomes a fault."""
    trip = values.references("trip_id", trips, "trips")
    stop = values.references("stop_id", stops, "stops")
    sequence = values.wholes("stop_sequence", required=True)
    leaves = values.times("departure_time", required=False)
    comes = values.times("arrival_time", required=False)
    pickup = values.table.column("pickup_type")
    no_entry = np.array([value == "1" for value in pickup.values], dtype=np.bool_)[pickup.codes]
    order = np.lexsort((sequence, trip))
    order = order[trip[order] != NONE]
    trip, stop, sequence, no_entry = trip[order], stop[order], sequence[order], no_entry[order]
    _tell_repeated(values, order, trip, sequence)
    second = _seconds(values, order, trip, leaves, comes)
    last = np.append(trip[1:] != trip[:-1], True) if len(trip) else np.zeros(0, dtype=np.bool_)
    return Calls(trip, stop, second, ~last & ~no_entry)


def _tell_repeated(values: Values, order: Ints, trip: Ints, sequence: Ints) -> None:
    again = np.zeros(values.table.rows, dtype=np.bool_)
    same = (trip[1:] == trip[:-1]) & (sequence[1:] == sequence[:-1]) & (sequence[1:] >= 0)
    again[order[1:][same]] = True
    values.tell("stop_sequence", "duplicate-id", again, "each stop_sequence once in a trip")


def _seconds(values: Values, order: Ints, trip: Ints, leaves: Ints, comes: Ints) -> Floats:
    """Return when each call leaves, calls in their order; untimed ends and times that go back are faults."""
    out = np.where(leaves[order] == NONE, comes[order], leaves[order])
    into = np.where(comes[order] == NONE, leaves[order], comes[order])
    timed = np.flatnonzero((out >= 0) & (into >= 0))
    if not len(out):
        return out.astype(np.float64)
    change = np.append(True, trip[1:] != trip[:-1])
    ends = change | np.append(change[1:], True)
    untimed = np.zeros(values.table.rows, dtype=np.bool_)
    untimed[order[ends & (out == NONE)]] = True
    values.tell("departure_time", "missing-value", untimed, "a time at the first and last stop of a trip")
    late = np.zeros(values.table.rows, dtype=np.bool_)
    late[order[timed[into[timed] > out[timed]]]] = True
    values.tell("departure_time", "time-order", late, "a departure not before the arrival")
    before, after = timed[:-1], timed[1:]
    back = (trip[before] == trip[after]) & (into[after] < out[before])
    _tell_back(values, order[after[back]], order[before[back]])
    if not len(timed):
        return np.zeros(len(out))
    return np.interp(np.arange(len(out)), timed, out[timed].astype(np.float64))


def _tell_back(values: Values, rows: Ints, stops_before: Ints) -> None:
    """Tell calls that come before the trip left the stop before; in the table's order."""
    comes = values.table.column("arrival_time" if "arrival_time" in values.table.columns else "departure_time")
    leaves = values.table.column("departure_time")
    order = np.argsort(rows, kind="stable")
    earlier = dict(zip(rows.tolist(), stops_before.tolist(), strict=True))

    def found(row: int) -> str:
        text = comes.text(row) or leaves.text(row)
        before = values.faults.number(values.name, earlier[row])
        return f"{text}, but the trip leaves the stop before (row {before}) at {leaves.text(earlier[row])}"

    values.faults.rows("stop_times", "arrival_time", "time-order", rows[order], found, "times that never go back")


def read_frequencies(values: Values, trips: Mapping[str, int]) -> tuple[Ints, Ints, Ints, Ints]:
    """Return trip, start, end and headway, shape (f,), seconds; faulty ones are told and left out."""
    trip = values.references("trip_id", trips, "trips")
    start, end = (values.times(column, required=True) for column in ("start_time", "end_time"))
    headway = values.wholes("headway_secs", required=True)
    expected = f"seconds from 1 to {LONGEST_HEADWAY_S}"
    values.tell("headway_secs", "out-of-range", (headway == 0) | (headway > LONGEST_HEADWAY_S), expected)
    timed = (start >= 0) & (end >= 0)
    values.tell("end_time", "time-order", timed & (end <= start), "an end after the start")
    sound = np.flatnonzero(timed & (end > start) & (headway > 0) & (trip != NONE) & (headway != WRONG))
    order = sound[np.lexsort((end[sound], start[sound], trip[sound]))]
    _tell_overlaps(values, order, trip, start, end)
    return trip[order], start[order], end[order], headway[order]


def _tell_overlaps(values: Values, order: Ints, trip: Ints, start: Ints, end: Ints) -> None:
    """Tell headways of one trip that hold at the same time, against the one that lasts longest so far."""
    wrong = np.zeros(values.table.rows, dtype=np.bool_)
    lasts: dict[int, int] = {}
    for row in order.tolist():
        which = int(trip[row])
        wrong[row] = start[row] < lasts.get(which, -1)
        lasts[which] = max(lasts.get(which, -1), int(end[row]))
    values.tell("start_time", "overlapping-frequencies", wrong, "a start not before the end of the trip's row before")
