"""Turn the rules of a set into linear rows over the candidates, and judge sets by those rows.

With y_j = 1 where candidate j is open, every rule is linear::

    Σ_j y_j = p                                       the number of outlets, where it is given
    Σ_j o_j y_j + Σ_j q_j (1 − y_j) ≤ B               opening and closing cost within the budget
    least ≤ Σ_j a_j y_j ≤ most                        any other amount that is limited
    least ≤ Σ_{j ∈ G} y_j ≤ most                      quota of a group G
    y_j + y_k ≤ 1                                     forbidden pair, or closer than the spacing
    y_j − y_k = 0                                     required pair
    y_j = 1, y_j = 0                                  locked open, locked shut

Rows of amounts are divided by a power of two next to their largest amount, so that whatever the unit of money, what is
rounding (a ten-millionth of the largest amount or of the sum) is the same everywhere, in HiGHS too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from outlet.arrays import as_count, as_finite, as_positions, as_vector
from outlet.errors import InputError
from outlet.scaling import unit_of
from siting.locate.problem.plan import Amounts, Positions, SiteRules

TOLERANCE = 1e-7


@dataclass(frozen=True, eq=False)
class SiteRows:
    """The rules as rows: ``row_lower ≤ rows · y ≤ row_upper`` and ``lower ≤ y ≤ upper``.

    Parameters
    ----------
    p
        Number of open candidates, or None where the rules leave it open; it is the first row where given.
    lower, upper
        0 or 1 for every candidate, shape (m,).
    rows, row_lower, row_upper, names
        Shape (r, m), (r,), (r,); one name a row, for messages.
    unit
        What one in a row stands for in the planner's unit, shape (r,).
    """

    p: int | None
    lower: Amounts
    upper: Amounts
    rows: sparse.csr_array[np.float64]
    row_lower: Amounts
    row_upper: Amounts
    names: tuple[str, ...]
    unit: Amounts

    @property
    def m(self) -> int:
        """Number of candidates."""
        return len(self.lower)

    @property
    def is_plain(self) -> bool:
        """Whether there is no row but the number of outlets."""
        return self.p is not None and len(self.names) == 1

    @property
    def locked_open(self) -> Positions:
        """Positions that are open in every plan."""
        return np.flatnonzero(self.lower > 0)

    @property
    def can_open(self) -> NDArray[np.bool_]:
        """Which candidates are not locked shut, shape (m,)."""
        return self.upper > 0

    def broken(self, opened: Positions) -> tuple[str, ...]:
        """Name the rules that a set breaks."""
        y = np.zeros(self.m)
        y[opened] = 1.0
        faults = [f"position {j} is locked open but shut" for j in np.flatnonzero(y < self.lower)]
        faults += [f"position {j} is locked shut but open" for j in np.flatnonzero(y > self.upper)]
        total = np.asarray(self.rows @ y, dtype=np.float64)
        slack = TOLERANCE * np.maximum(1.0, np.abs(total))
        for at in np.flatnonzero((total < self.row_lower - slack) | (total > self.row_upper + slack)):
            faults.append(f"{self.names[at]} is {total[at] * self.unit[at]:g}; {self._range(int(at))}")
        return tuple(faults)

    def contradictions(self) -> tuple[str, ...]:
        """Name the rules that no set can satisfy, each looked at alone with what is locked."""
        found = []
        up, down = np.maximum(self.rows.data, 0.0), np.minimum(self.rows.data, 0.0)
        columns, count = self.rows.indices, len(self.names)
        row = np.repeat(np.arange(count), np.diff(self.rows.indptr))
        least = np.bincount(row, up * self.lower[columns] + down * self.upper[columns], count)
        most = np.bincount(row, up * self.upper[columns] + down * self.lower[columns], count)
        for at in range(count):
            slack = TOLERANCE * max(1.0, abs(least[at]), abs(most[at]))
            if least[at] > self.row_upper[at] + slack or most[at] < self.row_lower[at] - slack:
                low, high = least[at] * self.unit[at], most[at] * self.unit[at]
                found.append(f"{self.names[at]} can only be {low:g} to {high:g}; {self._range(at)}")
        return tuple(found)

    def _range(self, at: int) -> str:
        low, high = self.row_lower[at] * self.unit[at], self.row_upper[at] * self.unit[at]
        if low == high:
            return f"the rules ask for exactly {low:g}"
        if np.isinf(low):
            return f"the rules allow at most {high:g}"
        if np.isinf(high):
            return f"the rules ask for at least {low:g}"
        return f"the rules ask for {low:g} to {high:g}"


def site_rows(rules: SiteRules, m: int, p: int | None, *, own_cost: Amounts | None = None) -> SiteRows:
    """Check rules against ``m`` candidates and return them as rows; ``own_cost`` is the model's own opening cost.

    Raises
    ------
    InputError
        When a position, a length or a number is wrong, or ``p`` is more than there are candidates.
    """
    if p is not None:
        p = as_count("p", p, least=1)
        if p > m:
            raise InputError(f"p is {p}: more outlets asked than there are candidates ({m}); ask for at most {m}")
    lower, upper = np.zeros(m), np.ones(m)
    lower[as_positions("locked_open", rules.locked_open, m)] = 1.0
    shut = as_positions("locked_shut", rules.locked_shut, m)
    if (both := shut[lower[shut] > 0]).size:
        raise InputError(f"position {both[0]} is both in locked_open and in locked_shut; expected it in one of them")
    upper[shut] = 0.0
    builder = _Builder(m)
    if p is not None:
        builder.add("the number of outlets", np.arange(m), np.ones(m), p, p)
    _add_budget(builder, rules, own_cost)
    _add_groups(builder, rules)
    for j, k in apart(rules, m):
        builder.add(f"positions {j} and {k} together", np.array([j, k]), np.ones(2), -np.inf, 1.0)
    for j, k in read_site_pairs("required_pairs", rules.required_pairs, m):
        builder.add(f"position {j} less position {k}", np.array([j, k]), np.array([1.0, -1.0]), 0.0, 0.0)
    return builder.build(p, lower, upper)


def bounded_rows(rules: SiteRules, m: int, p: int | None) -> SiteRows:
    """Return rules as rows, as `site_rows`, where every outlet more can only help, so that something must bound them.

    Raises
    ------
    InputError
        When a rule is wrong, or ``p`` is None without any rule on a set: all that may open would.
    """
    rows = site_rows(rules, m, p)
    if p is None and not rows.names:
        raise InputError("p is None and no rule bounds the number of outlets; expected a number, or a budget or quota")
    return rows


class _Builder:
    """Collect rows."""

    def __init__(self, m: int) -> None:
        self.m = m
        self.names: list[str] = []
        self._columns: list[NDArray[np.int64]] = []
        self._values: list[Amounts] = []
        self._bounds: list[tuple[float, float]] = []
        self._units: list[float] = []

    def add_amount(self, name: str, columns: NDArray[np.int64], values: Amounts, least: float, most: float) -> None:
        unit = unit_of(values)
        self.add(name, columns, values / unit, least / unit, most / unit)
        self._units[-1] = unit

    def add(self, name: str, columns: NDArray[np.int64], values: Amounts, least: float, most: float) -> None:
        self.names.append(name)
        self._columns.append(columns)
        self._values.append(values)
        self._bounds.append((least, most))
        self._units.append(1.0)

    def build(self, p: int | None, lower: Amounts, upper: Amounts) -> SiteRows:
        start = np.cumsum([0, *(len(columns) for columns in self._columns)])
        columns = np.concatenate([np.empty(0, dtype=np.int64), *self._columns])
        values = np.concatenate([np.empty(0), *self._values])
        rows = sparse.csr_array((values, columns, start), shape=(len(self.names), self.m))
        bounds = np.array(self._bounds, dtype=np.float64).reshape(-1, 2)
        return SiteRows(p, lower, upper, rows, bounds[:, 0], bounds[:, 1], tuple(self.names), np.array(self._units))


def _add_budget(builder: _Builder, rules: SiteRules, own_cost: Amounts | None) -> None:
    m = builder.m
    opening = np.zeros(m) if own_cost is None else own_cost
    if rules.opening_cost is not None:
        opening = as_vector("opening_cost", rules.opening_cost, m, least=0.0)
    closing = np.zeros(m) if rules.closing_cost is None else as_vector("closing_cost", rules.closing_cost, m, least=0.0)
    if rules.budget is None:
        return
    budget = float(as_finite("budget", rules.budget))
    builder.add_amount(
        "money spent, less what closing everything costs", np.arange(m), opening - closing, -np.inf,
        budget - float(closing.sum()),
    )  # fmt: skip


def _add_groups(builder: _Builder, rules: SiteRules) -> None:
    m = builder.m
    for budget in rules.budgets:
        amount = as_vector(f"{budget.name}.amount", budget.amount, m)
        least = -np.inf if budget.least is None else float(as_finite(f"{budget.name}.least", budget.least))
        most = np.inf if budget.most is None else float(as_finite(f"{budget.name}.most", budget.most))
        counted = np.flatnonzero(amount)
        builder.add_amount(budget.name, counted, amount[counted], least, most)
    for quota in rules.quota:
        members = as_positions(f"{quota.name}.members", quota.members, m)
        fewest = as_count(f"{quota.name}.least", quota.least)
        greatest = np.inf if quota.most is None else as_count(f"{quota.name}.most", quota.most)
        builder.add(quota.name, members, np.ones(len(members)), fewest, greatest)


def apart(rules: SiteRules, m: int) -> list[tuple[int, int]]:
    """Return the pairs of which at most one may be open: forbidden ones, and those closer than the spacing."""
    pairs = set(read_site_pairs("forbidden_pairs", rules.forbidden_pairs, m))
    if rules.spacing is not None:
        if not rules.spacing.least_m >= 0:
            raise InputError(f"spacing.least_m is {rules.spacing.least_m:g}; expected a distance from 0")
        xy = as_finite("spacing.xy", rules.spacing.xy)
        if xy.shape != (m, 2):
            raise InputError(f"spacing.xy has shape {xy.shape}; expected ({m}, 2)")
        near = cKDTree(xy).query_pairs(np.nextafter(rules.spacing.least_m, 0.0), output_type="ndarray")
        fixed = np.zeros(m, dtype=bool)
        fixed[as_positions("locked_open", rules.locked_open, m)] = True
        pairs |= {(min(j, k), max(j, k)) for j, k in near.tolist() if not (fixed[j] and fixed[k])}
    return sorted(pairs)


def read_site_pairs(name: str, values: ArrayLike, m: int) -> list[tuple[int, int]]:
    """Return distinct pairs of positions, sorted."""
    found = np.asarray(values)
    if found.size == 0:
        return []
    if found.ndim != 2 or found.shape[1] != 2 or found.dtype.kind not in "iu":
        raise InputError(f"{name} has shape {found.shape} of {found.dtype}; expected pairs of positions, shape (k, 2)")
    pairs: set[tuple[int, int]] = set()
    for at, pair in enumerate(found):
        j, k = as_positions(f"{name}[{at}]", pair, m).tolist()
        pairs.add((j, k))
    return sorted(pairs)
