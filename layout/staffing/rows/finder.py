"""Find the cheapest row of days of a person at any prices of cells, exactly, and what each cell costs at least."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layout.staffing.plan import FREE, OFF, Int, RosterProblem
from layout.staffing.rows.network import RowNetwork, build_network, network_key, new_weekend
from layout.staffing.rows.paths import Counting, counted_path, follow, through, to_go

Float = NDArray[np.float64]

MOST_LABELS = 200_000
ARCS_PER_WORK = 100_000_000.0
"""Arcs looked at that make one unit of work: about a second."""

_FINE_STEPS = 24
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class FoundRow:
    """A row and its price: ``assigned`` is None where no row costs less than asked; ``least`` no row can pass."""

    assigned: Int | None
    least: float


@dataclass
class RowFinder:
    """Networks of the people of a problem; `finder_of` makes one. ``work`` counts what was looked at."""

    problem: RosterProblem
    networks: tuple[RowNetwork, ...]
    cells: Float
    work: float = 0.0

    def lacks(self, person: int) -> bool:
        """Tell whether no row keeps every rule of a person."""
        return self.cheapest(person, self.cells[person]).least == np.inf

    def cheapest(self, person: int, cells: Float, weekend: float = 0.0, below: float = np.inf) -> FoundRow:
        """Return a person's cheapest row.

        Parameters
        ----------
        cells
            Price of each shift, and of a day off last, on each day, shape (D, S + 1), infinite where impossible.
        weekend
            Price of each weekend with work.
        below
            Only a row that costs less is asked for.
        """
        network = self.networks[person]
        if not network.arcs:
            return FoundRow(None, np.inf)
        price, choice = self._by_option(network, cells)
        fresh = weekend * self._fresh()
        graph = network.graph
        value = to_go(graph, price, fresh)
        self.work += network.arcs / ARCS_PER_WORK
        least = float(value[graph.layer[0]])
        if least >= below - _TOLERANCE:
            return FoundRow(None, least)
        path = follow(graph, price, fresh, value)
        if len(network.limit):
            counts = self._counts(network, path)
            if (counts > network.limit).any():
                return self._counted(network, price, choice, fresh, (least, counts), below)
        return FoundRow(choice[np.arange(len(path)), path], float(least))

    def cell_floor(self, person: int, cells: Float, weekend: float = 0.0) -> Float:
        """Return a price that no row with a shift, or off (last), on a day can pass, shape (D, S + 1)."""
        network = self.networks[person]
        price, _ = self._by_option(network, cells)
        fresh = weekend * self._fresh()
        graph = network.graph
        value = to_go(graph, price, fresh)
        least = through(graph, price, fresh, value)
        self.work += 3 * network.arcs / ARCS_PER_WORK
        option = np.append(network.options, network.choices - 1)
        with np.errstate(invalid="ignore"):
            floor = least[:, option] - price[:, option] + cells
        return np.where((option < 0) | ~np.isfinite(cells) | ~np.isfinite(floor), np.inf, floor)

    def _by_option(self, network: RowNetwork, cells: Float) -> tuple[Float, Int]:
        """Return the least price of each option and the shift that has it, shape (D, O)."""
        days = len(cells)
        price = np.full((days, network.choices), np.inf)
        choice = np.full((days, network.choices), OFF, dtype=np.int64)
        price[:, -1] = cells[:, -1]
        for s in np.flatnonzero(network.options >= 0).tolist():
            option = network.options[s]
            better = cells[:, s] < price[:, option]
            price[better, option] = cells[better, s]
            choice[better, option] = s
        return price, choice

    def _fresh(self) -> Float:
        """Return 1 where work on a day starts a weekend, after a day off and after a day worked, shape (D, 2)."""
        both = np.array([False, True])
        days = range(self.problem.days)
        return np.array([new_weekend(self.problem, day, both) for day in days], dtype=np.float64).reshape(-1, 2)

    def _adds(self, network: RowNetwork) -> Int:
        adds = np.full((self.problem.days, network.choices, 2), -1, dtype=np.int64)
        adds[:, :, 0] = network.counted[None, :]
        if network.sundays >= 0:
            adds[list(self.problem.sundays), :-1, 1] = network.sundays
        return adds

    def _counts(self, network: RowNetwork, path: Int) -> Int:
        adds = self._adds(network)[np.arange(len(path)), path]
        return np.bincount(adds[adds >= 0], minlength=len(network.limit)).astype(np.int64)

    def _counted(
        self, network: RowNetwork, price: Float, choice: Int, fresh: Float, first: tuple[float, Int], below: float
    ) -> FoundRow:
        """Return the cheapest row within limits: fines on what passes them first, then a search that counts.

        The fines are multipliers of the limits, raised and lowered by subgradients while the bound rises.
        """
        graph = network.graph
        adds = self._adds(network)
        fined = (adds[:, :, :, None] == np.arange(len(network.limit))).sum(axis=2)
        fine = best_fine = np.zeros(len(network.limit))
        least, counts = first
        best, step = least, max(float(np.ptp(price[np.isfinite(price)])) / 8, _TOLERANCE)
        row, cost = None, np.inf
        for _ in range(_FINE_STEPS):
            fine = np.maximum(best_fine + step * np.sign(counts - network.limit), 0.0)
            finer = price + fined @ fine
            value = to_go(graph, finer, fresh)
            path = follow(graph, finer, fresh, value)
            counts = self._counts(network, path)
            self.work += 2 * network.arcs / ARCS_PER_WORK
            bound = float(value[graph.layer[0]]) - float(fine @ network.limit)
            true = float(value[graph.layer[0]]) - float(fine @ counts)
            if (counts <= network.limit).all() and true < cost:
                row, cost = path, true
            if bound > best + _TOLERANCE:
                best, best_fine = bound, fine
            else:
                step /= 2
            if best >= min(below, cost) - _TOLERANCE:
                break
        if best >= below - _TOLERANCE:
            return FoundRow(None, best)
        if row is None or best < cost - _TOLERANCE:
            value = to_go(graph, price + fined @ best_fine, fresh)
            counting = Counting(adds, network.limit, best_fine)
            enough = min(below, cost) - _TOLERANCE
            least, found, path, made = counted_path(graph, price, fresh, value, counting, MOST_LABELS, enough)
            self.work += 20 * made / ARCS_PER_WORK
            best = min(least, cost)
            row = path if found else row
        if row is None or min(cost, best) >= below - _TOLERANCE:
            return FoundRow(None, best)
        return FoundRow(choice[np.arange(len(row)), row], best)


def base_cells(problem: RosterProblem) -> Float:
    """Return what a cell costs by wishes, and infinity where it is impossible, shape (E, D, S + 1), a day off last."""
    wishes = problem.wishes
    cells = np.zeros((problem.persons, problem.days, problem.shifts + 1))
    if wishes.shift_on is not None:
        cells += wishes.shift_on.sum(axis=2)[:, :, None]
        cells[:, :, :-1] -= wishes.shift_on
    if wishes.shift_off is not None:
        cells[:, :, :-1] += wishes.shift_off
    if wishes.day_on is not None:
        cells[:, :, -1] += wishes.day_on
    if wishes.day_off is not None:
        cells[:, :, :-1] += wishes.day_off[:, :, None]
    cells[:, :, :-1][~problem.possible] = np.inf
    cells[:, :, -1][(problem.locked != FREE) & (problem.locked != OFF)] = np.inf
    return cells


def finder_of(problem: RosterProblem) -> RowFinder | None:
    """Return the networks of all people, shared where rules and skills are the same; None where one is too large."""
    known: dict[tuple[bytes, ...], RowNetwork] = {}
    networks: list[RowNetwork] = []
    for person in range(problem.persons):
        key = network_key(problem, person)
        if key not in known:
            network = build_network(problem, person)
            if network is None:
                return None
            known[key] = network
        networks.append(known[key])
    return RowFinder(problem, tuple(networks), base_cells(problem))
