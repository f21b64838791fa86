r"""Find the cheapest flow from demand points to a given set of sites within their loads, exactly, compiled.

The transportation problem by shortest augmenting paths over the sites (Ford and Fulkerson, 1956; Tomizawa, 1971): every
demand point begins at its nearest open site, which is best but for the loads; what a site has too much moves along the
cheapest chain of sites to where there is room, a step from j to k costing the least (c_ik − c_ij) / d_i over the demand
points i at j. Each chain keeps the flow the cheapest of its kind, so the last one is the optimum. Its prices give the
multipliers λ_i = min_j (c_ij + d_i π_j), with which Lagrangian relaxation proves it again.

The node after the sites is "nobody" (cost u_i, any amount), the one after that collects the loads of all sites, so that
least loads are met by the same chains.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from outlet.compiled import compiled, kernel, nested, uncounted
from siting.locate.charge.service import Flags, Floats, Ints, Places, Service

TINY = 1e-12


class Net(NamedTuple):
    """The flow under way over ``k`` open sites, nobody (k) and the collector (k + 1).

    ``start``, ``node``, ``cost``, ``owner``, ``share``: the entries of each demand point, nobody last; ``following``,
    ``before`` and ``head``: the entries with a share, by node; ``step`` and ``via`` (k + 1, k + 1): cheapest step
    between two nodes and its entry at the first (its entry at the second in ``into``); ``sink`` (k + 1,): load
    collected from each; ``excess`` and ``price`` (k + 2,); ``slack``: load that is rounding, never moved.
    """

    start: Ints
    node: Places
    cost: Floats
    owner: Places
    share: Floats
    following: Places
    before: Places
    head: Places
    step: Floats
    via: Places
    into: Places
    sink: Floats
    excess: Floats
    price: Floats
    slack: float


@nested
def _net(service: Service, opened: Flags) -> Net:
    n, k = len(service.limit), 0
    slot = np.full(len(opened), -1, dtype=np.int32)
    for j in range(len(opened)):
        if opened[j]:
            slot[j] = k
            k += 1
    start = np.zeros(n + 1, dtype=np.int64)
    for i in range(n):
        count = 1
        for at in range(service.start[i], service.start[i + 1]):
            if opened[service.candidate[at]]:
                count += 1
        start[i + 1] = start[i] + count
    size = start[n]
    node, owner = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
    cost, share = np.empty(size), np.zeros(size)
    for i in range(n):
        to = start[i]
        for at in range(service.start[i], service.start[i + 1]):
            if opened[service.candidate[at]]:
                node[to], cost[to], owner[to] = slot[service.candidate[at]], service.cost[at], i
                to += 1
        node[to], cost[to], owner[to] = k, service.limit[i], i
    return Net(
        start, node, cost, owner, share, np.full(size, -1, dtype=np.int32), np.full(size, -1, dtype=np.int32),
        np.full(k + 1, -1, dtype=np.int32), np.full((k + 1, k + 1), np.inf),
        np.full((k + 1, k + 1), -1, dtype=np.int32), np.full((k + 1, k + 1), -1, dtype=np.int32),
        np.zeros(k + 1), np.zeros(k + 2), np.zeros(k + 2), TINY * max(1e-300, service.load.sum()),
    )  # fmt: skip


@kernel
def _add_steps(net: Net, load: Floats, entry: int) -> None:
    """Take the steps that an entry with a share allows into account."""
    i, j = net.owner[entry], net.node[entry]
    for at in range(net.start[i], net.start[i + 1]):
        k = net.node[at]
        if k != j:
            step = (net.cost[at] - net.cost[entry]) / load[i]
            if step < net.step[j, k]:
                net.step[j, k], net.via[j, k], net.into[j, k] = step, entry, at


@kernel
def _insert(net: Net, load: Floats, entry: int) -> None:
    j = net.node[entry]
    net.before[entry], net.following[entry] = -1, net.head[j]
    if net.head[j] >= 0:
        net.before[net.head[j]] = entry
    net.head[j] = entry
    _add_steps(net, load, entry)


@kernel
def _remove(net: Net, load: Floats, entry: int) -> None:
    j = net.node[entry]
    if net.before[entry] >= 0:
        net.following[net.before[entry]] = net.following[entry]
    else:
        net.head[j] = net.following[entry]
    if net.following[entry] >= 0:
        net.before[net.following[entry]] = net.before[entry]
    net.step[j, :] = np.inf
    at = net.head[j]
    while at >= 0:
        _add_steps(net, load, at)
        at = net.following[at]


@kernel
def _begin(service: Service, net: Net, room: Floats, least: Floats) -> None:
    """Put every demand point at its nearest and collect from every node what its loads allow."""
    k = len(room) - 1
    for i in range(len(service.load)):
        at, nobody = net.start[i], net.start[i + 1] - 1
        if net.cost[at] > net.cost[nobody]:
            at = nobody
        net.share[at] = 1.0
        if service.load[i] > net.slack:
            _insert(net, service.load, at)
            net.excess[net.node[at]] += service.load[i]
    for j in range(k + 1):
        net.sink[j] = min(max(net.excess[j], least[j]), room[j])
        net.excess[k + 1] += net.sink[j] - net.excess[j]
        net.excess[j] -= net.sink[j]
    # What all nodes have too much and what all lack cancels out: the collector's own is the difference.
    net.excess[k + 1] = -net.excess[: k + 1].sum()


@kernel
def _relax(net: Net, u: int, v: int, step: float, far: Floats, origin: Ints) -> None:
    length = far[u] + max(0.0, step + net.price[u] - net.price[v])
    if length < far[v]:
        far[v], origin[v] = length, u


@kernel
def _relax_all(net: Net, u: int, room: Floats, least: Floats, far: Floats, origin: Ints) -> None:
    k = len(room) - 1
    if u == k + 1:
        for v in range(k + 1):
            if net.sink[v] > least[v] + net.slack:
                _relax(net, u, v, 0.0, far, origin)
        return
    for v in range(k + 1):
        if net.step[u, v] < np.inf:
            _relax(net, u, v, net.step[u, v], far, origin)
    if net.sink[u] < room[u] - net.slack:
        _relax(net, u, k + 1, 0.0, far, origin)


@nested
def _chain(net: Net, room: Floats, least: Floats, source: int, origin: Ints) -> int:
    """Find the cheapest chain from ``source`` to a node that lacks load; return that node, −1 where there is none."""
    k = len(room) - 1
    far, done = np.full(k + 2, np.inf), np.zeros(k + 2, dtype=np.bool_)
    far[source], target = 0.0, -1
    while True:
        u, nearest = -1, np.inf
        for v in range(k + 2):
            if not done[v] and far[v] < nearest:
                u, nearest = v, far[v]
        if u < 0:
            return -1
        if net.excess[u] < -net.slack:
            target = u
            break
        done[u] = True
        _relax_all(net, u, room, least, far, origin)
    for v in range(k + 2):
        net.price[v] += min(far[v], far[target])
    return target


@kernel
def _links(net: Net, ends: tuple[int, int], origin: Ints, links: Places) -> int:
    """Fill the steps of the chain, last first: from, to, entry left, entry entered; return how many there are.

    What one demand point does in two steps it does in one: else the little it has at the node between would be all that
    moves, and as much would come there again and again. Steps to and from the collector have no entries, −1.
    """
    source, v = ends
    k, count = len(net.head) - 1, 0
    while v != source:
        u, head, entry, to = origin[v], v, -1, -1
        if u <= k and v <= k:
            entry, to = net.via[u, v], net.into[u, v]
            if count > 0 and links[count - 1, 2] >= 0 and net.owner[links[count - 1, 2]] == net.owner[entry]:
                count -= 1
                head, to = links[count, 1], links[count, 3]
        links[count, 0], links[count, 1], links[count, 2], links[count, 3] = u, head, entry, to
        count += 1
        v = u
    return count


@kernel
def _amount(net: Net, load: Floats, room: Floats, least: Floats, ends: tuple[int, int], links: Places) -> float:
    """Return how much can move along the steps of the chain."""
    k = len(room) - 1
    amount = min(net.excess[ends[0]], -net.excess[ends[1]])
    for u, v, entry, _ in links:
        if v == k + 1:
            amount = min(amount, room[u] - net.sink[u])
        elif u == k + 1:
            amount = min(amount, net.sink[v] - least[v])
        else:
            amount = min(amount, net.share[entry] * load[net.owner[entry]])
    return float(amount)


@kernel
def _move(net: Net, load: Floats, room: Floats, least: Floats, ends: tuple[int, int], links: Places) -> None:
    k = len(room) - 1
    amount = _amount(net, load, room, least, ends, links)
    net.excess[ends[0]] -= amount
    net.excess[ends[1]] += amount
    for u, v, entry, to in links:
        if v == k + 1:
            net.sink[u] = room[u] if amount >= room[u] - net.sink[u] else net.sink[u] + amount
        elif u == k + 1:
            net.sink[v] = least[v] if amount >= net.sink[v] - least[v] else net.sink[v] - amount
        else:
            _shift(net, load, entry, to, amount)


@kernel
def _shift(net: Net, load: Floats, entry: int, to: int, amount: float) -> None:
    part = amount / load[net.owner[entry]]
    is_new = net.share[to] == 0.0
    if (net.share[entry] - part) * load[net.owner[entry]] <= net.slack:
        net.share[to] += net.share[entry]
        net.share[entry] = 0.0
        if is_new:
            _insert(net, load, to)
        _remove(net, load, entry)
    else:
        net.share[to] += part
        net.share[entry] -= part
        if is_new:
            _insert(net, load, to)


@nested
def _solve(service: Service, net: Net, room: Floats, least: Floats) -> bool:
    _begin(service, net, room, least)
    origin, links = np.zeros(len(room) + 1, dtype=np.int64), np.zeros((len(room) + 1, 4), dtype=np.int32)
    for source in range(len(room) + 1):
        while net.excess[source] > net.slack:
            target = _chain(net, room, least, source, origin)
            if target < 0:
                return False
            count = _links(net, (source, target), origin, links)
            _move(net, service.load, room, least, (source, target), links[:count])
    return True


@compiled
def transport(
    service: Service, opened: Flags, shares: Floats, unserved: Floats, value: Floats
) -> tuple[bool, float, float]:
    """Solve for a set; return whether least loads can be met, the travel cost, and the demand points left over.

    Parameters
    ----------
    service, opened
        The problem, and the set, shape (m,).
    shares
        Filled with the share of every pair, shape (k,).
    unserved
        Filled with the share of every demand point that nobody serves, shape (n,).
    value
        Filled with the multipliers of the optimum, shape (n,).
    """
    net = _net(service, opened)
    k = len(net.head) - 1
    room, least = np.full(k + 1, np.inf), np.zeros(k + 1)
    room[:k], least[:k] = service.room[opened], service.least[opened]
    if not _solve(service, net, room, least):
        return False, np.inf, 1.0
    total, left = 0.0, 0.0
    collector = net.price[k + 1]
    for i in range(len(service.limit)):
        to, value[i] = net.start[i], np.inf
        for at in range(service.start[i], service.start[i + 1]):
            shares[at] = 0.0
            if opened[service.candidate[at]]:
                shares[at] = net.share[to]
                total += shares[at] * service.cost[at]
                value[i] = min(value[i], service.cost[at] + service.load[i] * (collector - net.price[net.node[to]]))
                to += 1
        unserved[i] = net.share[to]
        value[i] = min(value[i], service.limit[i])
        if unserved[i] > TINY:
            total += unserved[i] * service.limit[i]
            left += unserved[i]
    return True, total, left


@uncounted
def nearest_flow(
    service: Service, opened: Flags, shares: Floats, unserved: Floats, value: Floats
) -> tuple[float, float]:
    """Do the same where no site has a load: every demand point goes to the nearest; shares begin at 0."""
    total, left = 0.0, 0.0
    for i in range(len(service.limit)):
        value[i], unserved[i] = service.limit[i], 1.0
        for at in range(service.start[i], service.start[i + 1]):
            if opened[service.candidate[at]]:
                shares[at], unserved[i], value[i] = 1.0, 0.0, service.cost[at]
                break
        total += value[i]
        left += unserved[i]
    return total, left
