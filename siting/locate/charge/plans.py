r"""Price sets of sites exactly, keep the best plan, and make of a set what moves of sites make of it.

With loads a set is priced by its transportation problem (`transport`), whose multipliers say at once which move cannot
pay: adding j saves at most −(g_j + κ_j), dropping k at most g_k + κ_k, with κ as `knapsack` prices it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from siting.locate.charge.knapsack import Loads, loads_of, price_sites
from siting.locate.charge.moves import assign_whole
from siting.locate.charge.service import Flags, Floats, Ints, owners
from siting.locate.charge.transport import nearest_flow, transport
from siting.locate.charge.tree import Problem
from siting.locate.problem.loads import any_limit
from siting.locate.problem.plan import Flow, Positions
from siting.locate.problem.search import Search

ENTRIES_PER_WORK = 2e8
MOST_TRIES = 400
WORK_OF_FLOW = 60.0
"""Numbers looked at, by demand point and open site, to find a flow."""
MOST_KNOWN = 20_000


@dataclass(frozen=True, eq=False)
class Priced:
    """What serving from a set costs, the share of every pair, and the multipliers of the flow.

    ``price`` is infinite where somebody who must be served is left over; ``score`` counts what is left over as dear.
    """

    price: float
    score: float
    shares: Floats
    value: Floats


@dataclass
class Plans:
    """The plans of one problem.

    Parameters
    ----------
    search
        Takes the plans; the price it knows for one is our own checker's.
    problem
        The problem.
    must_serve
        Whether nobody may be left over.
    flows, best
        The flow of the best set, and the price of it without what is paid whatever opens.
    known
        Sets already priced, as bytes of flags.
    """

    search: Search
    problem: Problem
    must_serve: bool
    flows: dict[bytes, Flow] = field(default_factory=dict)
    best: float = np.inf
    known: set[bytes] = field(default_factory=set)

    @property
    def has_loads(self) -> bool:
        """Whether a site has a greatest or a least load."""
        return any_limit(self.problem.service.room, self.problem.service.least)

    @property
    def keeps_flows(self) -> bool:
        """Whether a set alone does not say who serves whom."""
        return self.has_loads or not self.must_serve

    def price(self, is_open: Flags) -> Priced:
        """Price a set exactly, infinity where it cannot serve; with whole assignments this is what no plan beats."""
        service = self.problem.service
        shares, unserved = np.zeros(len(service.cost)), np.zeros(len(service.limit))
        value = np.zeros(len(service.limit))
        if self.has_loads:
            _, travel, left = transport(service, is_open, shares, unserved, value)
        else:
            travel, left = nearest_flow(service, is_open, shares, unserved, value)
        self.search.work += (len(service.cost) + WORK_OF_FLOW * len(service.limit) * is_open.sum()) / ENTRIES_PER_WORK
        score = travel + float(service.charge[is_open].sum())
        return Priced(np.inf if self.must_serve and left > 1e-9 else score, score, shares, value)

    def attempt(self, is_open: Flags, who: Ints | None = None) -> Priced | None:
        """Price a set that the rules allow and offer it where it is better; None where the rules forbid it."""
        opened = np.flatnonzero(is_open)
        if self.search.rows.broken(opened):
            return None
        priced = self.price(is_open)
        if len(self.known) < MOST_KNOWN:
            self.known.add(is_open.tobytes())
        if priced.price < self.best:
            if self.problem.single:
                self._try_whole(is_open, priced, who)
            else:
                self._offer(opened, priced.price, priced.shares)
        return priced

    def _try_whole(self, is_open: Flags, priced: Priced, who: Ints | None) -> None:
        """Offer the best assignment found for a set that serves each demand point wholly."""
        service = self.problem.service
        most = np.maximum.reduceat(np.append(priced.shares, 0.0), service.start[:-1])
        owner = owners(service)
        best = np.full(len(service.limit), -1, dtype=np.int64)
        hits = np.flatnonzero((priced.shares > 0) & (priced.shares == most[owner]))[::-1]
        best[owner[hits]] = hits
        begins = [best] if who is None else [who, best]
        for begin in begins:
            if (begin < 0).any() or not is_open[service.candidate[begin]].all():
                continue
            used = np.bincount(service.candidate[begin], service.load, len(is_open))
            if (used <= service.room).all():
                self._offer_whole(is_open, begin, float(service.cost[begin].sum()))
            travel = assign_whole(service, is_open, begin, 20 * len(begin))
            self.search.work += 40.0 * len(begin) ** 2 / ENTRIES_PER_WORK
            self._offer_whole(is_open, begin, travel)

    def _offer_whole(self, is_open: Flags, who: Ints, travel: float) -> None:
        used = np.bincount(self.problem.service.candidate[who], self.problem.service.load, len(is_open))
        price = travel + float(self.problem.service.charge[is_open].sum())
        if price < self.best and (used >= self.problem.service.least)[is_open].all():
            shares = np.zeros(len(self.problem.service.cost))
            shares[who] = 1.0
            self._offer(np.flatnonzero(is_open), price, shares)

    def _offer(self, opened: Positions, price: float, shares: Floats) -> None:
        service, key = self.problem.service, opened.tobytes()
        saved = self.flows.get(key)
        if self.keeps_flows:
            kept = np.flatnonzero(shares)
            owner = owners(service)[kept]
            part = shares[kept]
            if self.must_serve:
                part = part / np.bincount(owner, part, len(service.limit))[owner]
            flow = sparse.csr_array((part, (owner, service.candidate[kept])), (len(service.limit), len(service.charge)))
            self.flows[key] = flow
        if self.search.offer(opened):
            self.best = price
            self.flows = {key: self.flows[key]} if self.keeps_flows else {}
        elif saved is not None:
            self.flows[key] = saved

    def improve(self, is_open: Flags, most_work: float) -> None:
        """Move sites while a move pays; the multipliers of the set's own flow say in which order, and when to stop."""
        until = self.search.work + most_work
        priced, tries = self.price(is_open), 0
        loads, owner = self.pricing()
        while tries < MOST_TRIES and self.search.work < until and not self.is_late:
            better = None
            for moved in self._moves(is_open, priced, loads, owner):
                tries += 1
                found = None if moved.tobytes() in self.known else self.attempt(moved)
                if found is not None and found.score < priced.score - 1e-12 * abs(priced.score):
                    better = (moved, found)
                    break
                if tries >= MOST_TRIES or self.search.work >= until or self.is_late:
                    return
            if better is None:
                return
            is_open, priced = better

    def pricing(self) -> tuple[Loads, Ints]:
        """Return memory for pricing sites, and whose each pair is."""
        service = self.problem.service
        owner = owners(service)
        return loads_of(service, -1), owner

    def _moves(self, is_open: Flags, priced: Priced, loads: Loads, owner: Ints) -> list[Flags]:
        """Return sets one move away that may be cheaper, the most promising first."""
        service, rows = self.problem.service, self.search.rows
        price_sites(service, owner, priced.value, loads)
        self.search.work += len(service.cost) / ENTRIES_PER_WORK
        reduced = service.charge + loads.price
        shut = np.flatnonzero(~is_open & (rows.upper > 0))
        opened = np.flatnonzero(is_open & (rows.lower == 0))
        shut = shut[np.argsort(reduced[shut], kind="stable")][:60]
        least = np.concatenate(
            [reduced[shut], -reduced[opened], (reduced[shut][:, None] - reduced[opened][None, :]).ravel()]
        )
        add = np.concatenate([shut, np.full(len(opened), -1), np.repeat(shut, len(opened))])
        drop = np.concatenate([np.full(len(shut), -1), opened, np.tile(opened, len(shut))])
        needed = service.load.sum() * (1 - 1e-12) if self.must_serve else 0.0
        room = np.minimum(service.room, service.load.sum())
        spare = room[is_open].sum() + np.where(add >= 0, room[add], 0.0) - np.where(drop >= 0, room[drop], 0.0)
        fits = (least < 0) & (spare >= needed)
        if rows.p is not None:
            fits &= (add >= 0) & (drop >= 0)
        moves = []
        for at in np.flatnonzero(fits)[np.argsort(least[fits], kind="stable")][:120].tolist():
            moved = is_open.copy()
            if add[at] >= 0:
                moved[add[at]] = True
            if drop[at] >= 0:
                moved[drop[at]] = False
            moves.append(moved)
        return moves

    @property
    def is_late(self) -> bool:
        """Whether a limit is reached."""
        return self.search.seconds_left <= 0 or self.search.work_left <= 0
