r"""Turn a choice of places into a choice of options: a place with a format, or a place from some year on.

An option o is a column of the models like any candidate; several stand at one place j(o), of which at most one is
open::

    Σ_{o: j(o) = j} y_o ≤ 1                for every place j of several options

Every rule over places holds over options with Y_j = Σ_{o: j(o) = j} y_o in the place of y_j: quotas and budgets repeat
their members, a pair that may not stand together becomes Σ over both places ≤ 1, a place that must be open becomes
Y_j = 1. Costs are repeated entry by entry, sparse: an entry (i, j) becomes one of each option at j that serves i.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from outlet.arrays import as_positions, as_vector
from outlet.errors import InputError
from siting.locate.problem.pairs import Pairs
from siting.locate.problem.plan import Amounts, Budget, Positions, Quota, SiteRules
from siting.locate.problem.rules import apart, read_site_pairs, site_rows


@dataclass(frozen=True, eq=False)
class Options:
    """Which options stand at which place: those of place j are ``start[j]`` to ``start[j + 1]``.

    Parameters
    ----------
    place
        Place of every option, ascending, shape (k,).
    m
        Number of places.
    """

    place: Positions
    m: int

    @cached_property
    def start(self) -> Positions:
        """First option of every place, shape (m + 1,)."""
        return np.searchsorted(self.place, np.arange(self.m + 1)).astype(np.int64)

    def at(self, places: ArrayLike) -> Positions:
        """Return the options of some places, sorted."""
        wanted = np.zeros(self.m, dtype=bool)
        wanted[np.asarray(places, dtype=np.int64)] = True
        return np.flatnonzero(wanted[self.place])

    def repeat(self, pairs: Pairs) -> tuple[Pairs, NDArray[np.int64]]:
        """Return the pairs with an entry for every option of a place, and the entry each was made of."""
        count = np.diff(self.start)[pairs.candidate]
        entry = np.repeat(np.arange(len(pairs.cost)), count)
        ends = np.cumsum(count)
        option = np.arange(len(entry)) - np.repeat(ends - count, count) + self.start[:-1][pairs.candidate[entry]]
        start = np.concatenate(([0], ends))[pairs.start]
        repeated = Pairs(len(self.place), start.astype(np.int64), option.astype(np.int32), pairs.cost[entry])
        return repeated, entry

    def rules(self, rules: SiteRules, extra: ArrayLike | None = None) -> SiteRules:
        """Return rules over places as rules over options; ``extra`` is what each option costs beside its place.

        Raises
        ------
        InputError
            When a rule is wrong, or a place that costs something to close has more than one option.
        """
        m, many = self.m, np.diff(self.start) > 1
        site_rows(rules, m, None)
        closing = None if rules.closing_cost is None else as_vector("closing_cost", rules.closing_cost, m, least=0.0)
        if closing is not None and (unclear := np.flatnonzero((closing > 0) & (np.diff(self.start) != 1))).size:
            raise InputError(
                f"closing_cost[{unclear[0]}] is {closing[unclear[0]]:g}; expected 0 at a place of more or less than "
                "one option: an outlet that may close keeps its format and its year"
            )
        opening = np.zeros(m) if rules.opening_cost is None else as_vector("opening_cost", rules.opening_cost, m)
        locked = as_positions("locked_open", rules.locked_open, m)
        if (nowhere := locked[np.diff(self.start)[locked] == 0]).size:
            raise InputError(f"position {nowhere[0]} is locked open but takes no option")
        quota = [Quota(self.at(old.members), old.least, old.most, old.name) for old in rules.quota]
        quota += [self._count([j], 1, f"place {j} locked open") for j in locked[many[locked]].tolist()]
        quota += [
            self._count([j], 0, f"options at place {j}") for j in np.flatnonzero(many).tolist() if j not in locked
        ]
        quota += [self._count([j, k], 0, f"places {j} and {k} together") for j, k in apart(rules, m)]
        return replace(
            rules,
            locked_open=self.at(locked[~many[locked]]),
            locked_shut=self.at(as_positions("locked_shut", rules.locked_shut, m)),
            opening_cost=opening[self.place] + (0.0 if extra is None else np.asarray(extra, dtype=np.float64)),
            closing_cost=None if closing is None else closing[self.place],
            capacity=self._of_place(rules.capacity),
            least_load=self._of_place(rules.least_load),
            budgets=(*(self._budget(old) for old in rules.budgets), *self._together(rules)),
            spacing=None,
            quota=tuple(quota),
            forbidden_pairs=(),
            required_pairs=(),
        )

    def _of_place(self, amounts: ArrayLike | None) -> Amounts | None:
        return None if amounts is None else np.asarray(amounts, dtype=np.float64)[self.place]

    def _count(self, places: list[int], least: int, name: str) -> Quota:
        start = self.start
        return Quota(np.concatenate([np.arange(start[j], start[j + 1]) for j in places]), least, 1, name)

    def _budget(self, old: Budget) -> Budget:
        return replace(old, amount=as_vector(f"{old.name}.amount", old.amount, self.m)[self.place])

    def _together(self, rules: SiteRules) -> list[Budget]:
        """Return Y_j − Y_k = 0 for every required pair."""
        found = []
        for j, k in read_site_pairs("required_pairs", rules.required_pairs, self.m):
            amount: Amounts = np.where(self.place == j, 1.0, 0.0) - np.where(self.place == k, 1.0, 0.0)
            found.append(Budget(amount, 0.0, 0.0, f"place {j} less place {k}"))
        return found
