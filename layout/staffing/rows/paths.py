"""Find cheapest paths through a network of rows, compiled: from each state to the end, through each cell, counted."""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layout.staffing.plan import Int
from outlet.compiled import compiled, kernel, nested

Float = NDArray[np.float64]


class Graph(NamedTuple):
    """A network of rows, as `layout.staffing.rows.network.RowNetwork` tells."""

    layer: Int
    first: Int
    target: NDArray[np.int32]
    option: NDArray[np.int16]
    leave: Float
    works: NDArray[np.bool_]


class Counting(NamedTuple):
    """What is counted along a path: what an option adds to on a day, or −1 (D, O, 2), limits and fines (C,)."""

    adds: Int
    limit: Int
    fine: Float


@compiled
def to_go(
    graph: Graph,
    price: Float,
    fresh: Float,
) -> Float:
    """Return the least price from each node to the end, shape (N,), infinite where there is no way.

    ``price`` is that of each option on each day, shape (D, O), the last option a day off; ``fresh`` has what working
    on a day costs besides when the day before was off, and when it was worked, shape (D, 2).
    """
    layer, first, target, option = graph.layer, graph.first, graph.target, graph.option
    leave, works = graph.leave, graph.works
    days, rest = price.shape[0], price.shape[1] - 1
    value = np.full(len(works), np.inf)
    for node in range(layer[days], layer[days + 1]):
        value[node] = leave[node]
    for day in range(days - 1, -1, -1):
        for node in range(layer[day], layer[day + 1]):
            extra = fresh[day, 1] if works[node] else fresh[day, 0]
            best = np.inf
            for arc in range(first[node], first[node + 1]):
                taken = option[arc]
                cost = price[day, taken] + value[target[arc]]
                if taken != rest:
                    cost += extra
                best = min(best, cost)
            value[node] = best + leave[node]
    return value


@compiled
def follow(
    graph: Graph,
    price: Float,
    fresh: Float,
    value: Float,
) -> Int:
    """Return the options of a cheapest path, shape (D,), given what `to_go` found."""
    layer, first, target, option = graph.layer, graph.first, graph.target, graph.option
    works = graph.works
    days, rest = price.shape[0], price.shape[1] - 1
    path = np.full(days, rest, dtype=np.int64)
    node = layer[0]
    for day in range(days):
        extra = fresh[day, 1] if works[node] else fresh[day, 0]
        best, chosen = np.inf, first[node]
        for arc in range(first[node], first[node + 1]):
            taken = option[arc]
            cost = price[day, taken] + value[target[arc]]
            if taken != rest:
                cost += extra
            if cost < best:
                best, chosen = cost, arc
        path[day] = option[chosen]
        node = target[chosen]
    return path


@compiled
def through(
    graph: Graph,
    price: Float,
    fresh: Float,
    value: Float,
) -> Float:
    """Return the least price of a path that takes an option on a day, shape (D, O), infinite where none does."""
    layer, first, target, option = graph.layer, graph.first, graph.target, graph.option
    leave, works = graph.leave, graph.works
    days, rest = price.shape[0], price.shape[1] - 1
    so_far = np.full(len(works), np.inf)
    so_far[layer[0]] = 0.0
    least = np.full(price.shape, np.inf)
    for day in range(days):
        for node in range(layer[day], layer[day + 1]):
            extra = fresh[day, 1] if works[node] else fresh[day, 0]
            here = so_far[node] + leave[node]
            if here == np.inf:
                continue
            for arc in range(first[node], first[node + 1]):
                taken, ahead = option[arc], target[arc]
                cost = here + price[day, taken]
                if taken != rest:
                    cost += extra
                so_far[ahead] = min(so_far[ahead], cost)
                least[day, taken] = min(least[day, taken], cost + value[ahead])
    return least


class Labels(NamedTuple):
    """Paths under way: node and day reached, the label before, the option taken, what they cost and count."""

    node: Int
    day: Int
    before: Int
    taken: Int
    next_popped: Int
    spent: Float
    counts: Int


@compiled
def counted_path(
    graph: Graph, price: Float, fresh: Float, value: Float, counting: Counting, most_labels: int, enough: float
) -> tuple[float, bool, Int, int]:
    """Search a cheapest path whose counts stay within limits, best first.

    ``value`` tells how far the end is at prices that hold a fine for each thing counted: without the fines for what is
    within the limits it never tells too much. Returned are a price that no path within limits can pass, whether a path
    with that price was found, its options, and the labels made. The search ends without a path where none costs less
    than ``enough``.
    """
    days, rest = price.shape[0], price.shape[1] - 1
    labels = _more_labels(
        Labels(_none(0), _none(0), _none(0), _none(0), _none(0), np.zeros(0), np.zeros((0, 0), np.int64)),
        len(counting.limit),
    )
    popped = _none(len(graph.works))
    labels.node[0] = graph.layer[0]
    made = 1
    spare = np.sum(counting.fine * counting.limit)
    queue = [(value[graph.layer[0]] - spare, 0, 0)]
    while len(queue) > 0:
        bound, _, label = heapq.heappop(queue)
        if bound >= enough or made > most_labels:
            return bound, False, _none(0), made
        node, day = labels.node[label], labels.day[label]
        if day == days:
            return bound, True, _trace(labels, label, days), made
        if _is_dominated(labels, label, popped[node]):
            continue
        labels.next_popped[label] = popped[node]
        popped[node] = label
        extra = fresh[day, 1] if graph.works[node] else fresh[day, 0]
        while made + graph.first[node + 1] - graph.first[node] > len(labels.node):
            labels = _more_labels(labels, len(counting.limit))
        for arc in range(graph.first[node], graph.first[node + 1]):
            taken, ahead = graph.option[arc], graph.target[arc]
            cost = labels.spent[label] + graph.leave[node] + price[day, taken]
            if taken != rest:
                cost += extra
            counts = labels.counts[made]
            fits = _count(counts, labels.counts[label], counting, day, taken)
            far = cost + value[ahead]
            if day + 1 < days:
                far += np.sum(counting.fine * counts) - spare
            if not fits or far >= enough:
                continue
            labels.node[made], labels.day[made], labels.before[made] = ahead, day + 1, label
            labels.taken[made], labels.spent[made] = taken, cost
            heapq.heappush(queue, (far, -day, made))
            made += 1
    return np.inf, False, _none(0), made


@nested
def _none(count: int) -> Int:
    return np.full(count, -1, dtype=np.int64)


@nested
def _more_labels(labels: Labels, limits: int) -> Labels:
    """Return labels with twice the room."""
    have = len(labels.node)
    room = max(2 * have, 1024)
    counts = np.zeros((room, limits), dtype=np.int64)
    spent = np.zeros(room)
    if have > 0:
        counts[:have] = labels.counts
        spent[:have] = labels.spent
    more = _none(room - have)
    return Labels(
        np.append(labels.node, more),
        np.append(labels.day, np.zeros(room - have, dtype=np.int64)),
        np.append(labels.before, more),
        np.append(labels.taken, more),
        np.append(labels.next_popped, more),
        spent,
        counts,
    )


@kernel
def _is_dominated(labels: Labels, label: int, other: int) -> bool:
    """Tell whether a label that went on from the same node costs and counts no more."""
    while other >= 0:
        no_more = labels.spent[other] <= labels.spent[label]
        for at in range(labels.counts.shape[1]):
            no_more = no_more and labels.counts[other, at] <= labels.counts[label, at]
        if no_more:
            return True
        other = labels.next_popped[other]
    return False


@kernel
def _count(counts: Int, before: Int, counting: Counting, day: int, taken: int) -> bool:
    """Fill in the counts after an option, and tell whether they are within limits."""
    fits = True
    for at in range(len(before)):
        counts[at] = before[at]
    for which in range(2):
        at = counting.adds[day, taken, which]
        if at >= 0:
            counts[at] += 1
            fits = fits and counts[at] <= counting.limit[at]
    return fits


@nested
def _trace(labels: Labels, label: int, days: int) -> Int:
    path = _none(days)
    while label > 0:
        path[labels.day[label] - 1] = labels.taken[label]
        label = labels.before[label]
    return path
