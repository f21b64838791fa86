"""Say how districts choose among outlets: the one utility behind Huff's model and the multinomial logit.

::

    V_ij = Σ_k β_k x_ijk                                     utility of outlet j for district i
    p_ij = exp V_ij / Σ_{j' ∈ J_i} exp V_ij'                 probability that a visitor from i goes to j

    x_ijk = ln S_jk    an outlet's term (size, rating …)     β_k = α_k, Huff's exponent of attraction
    x_ijk = ln c_ij    the way there, in logs                β_k = −λ, Huff's exponent of distance
    x_ijk = c_ij       the way there, as it is               β_k = −β of the logit, per unit of c

J_i are the outlets that district i knows or reaches. Huff's model (1964; several terms: Nakanishi and Cooper, 1974) is
the logit (McFadden, 1974) in logs, so one likelihood serves both. What is the same for all outlets of a district
changes no probability and cannot be told from choices.

The pairs are a long list, p of them, rather than a matrix: districts may know different outlets. Going elsewhere is an
outlet like any other, with pairs of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import InputError

Floats = NDArray[np.float64]
Csr = sparse.csr_array[np.float64]
CostForm = Literal["log", "linear"]


@dataclass(frozen=True)
class Choices:
    """List the pairs of a district and an outlet it may choose, and what speaks for each.

    Parameters
    ----------
    district
        The district of each pair, 0 … n − 1, shape (p,).
    outlet
        The outlet of each pair, 0 … m − 1, shape (p,); no pair twice.
    terms
        x, shape (p, K): the terms of utility, finite, those in logs already taken.
    names
        A name for each term, K of them, for messages and tables.
    """

    district: NDArray[np.int64]
    outlet: NDArray[np.int64]
    terms: Floats
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        pairs = len(self.district)
        if pairs == 0:
            raise InputError("there is no pair of a district and an outlet; expected at least one")
        if self.district.shape != (pairs,) or self.outlet.shape != (pairs,):
            raise InputError(f"district has shape {self.district.shape}, outlet {self.outlet.shape}; expected (p,)")
        if self.terms.shape != (pairs, len(self.names)):
            raise InputError(f"terms have shape {self.terms.shape}; expected ({pairs}, {len(self.names)})")
        if len(set(self.names)) != len(self.names):
            raise InputError(f"terms are named {', '.join(self.names)}; expected names that differ")
        if int(self.district.min()) < 0 or int(self.outlet.min()) < 0:
            raise InputError("a district or an outlet has a number below 0; expected positions from 0")
        for k, name in enumerate(self.names):
            if not np.isfinite(self.terms[:, k]).all():
                raise InputError(f"term {name} has an entry that is not a finite number; expected finite numbers")
        if len(np.unique(self.district * self.outlets + self.outlet)) != pairs:
            raise InputError("a pair of a district and an outlet is listed twice; expected each once")

    @property
    def districts(self) -> int:
        """Return n, one more than the highest district."""
        return int(self.district.max()) + 1

    @property
    def outlets(self) -> int:
        """Return m, one more than the highest outlet."""
        return int(self.outlet.max()) + 1

    @cached_property
    def by_district(self) -> Csr:
        """Return the matrix that sums pairs over districts, shape (n, p)."""
        return _indicator(self.district, self.districts)

    @cached_property
    def by_outlet(self) -> Csr:
        """Return the matrix that sums pairs over outlets, shape (m, p)."""
        return _indicator(self.outlet, self.outlets)

    @cached_property
    def relative(self) -> Floats:
        """Return x_ijk less its plain mean over the district's outlets, shape (p, K): gives the same choices.

        Large terms that hardly differ (a year, a coordinate) would else lose their digits in the utility.
        """
        mean = self.over_district(self.terms) / np.maximum(self.over_district(np.ones(len(self.outlet))), 1.0)[:, None]
        return np.asarray(self.terms - mean[self.district], dtype=np.float64)

    def over_district(self, values: Floats) -> Floats:
        """Return the sum of values of pairs, (p,) or (p, K), over each district, shape (n,) or (n, K)."""
        return np.asarray(self.by_district @ values, dtype=np.float64)

    def over_outlet(self, values: Floats) -> Floats:
        """Return the sum of values of pairs, (p,) or (p, K), over each outlet, shape (m,) or (m, K)."""
        return np.asarray(self.by_outlet @ values, dtype=np.float64)

    def only(self, names: Sequence[str]) -> Choices:
        """Return the same pairs with some of the terms, in the order of ``names``."""
        unknown = [name for name in names if name not in self.names]
        if unknown:
            raise InputError(f"there is no term {unknown[0]}; expected some of {', '.join(self.names)}")
        columns = [self.names.index(name) for name in names]
        return Choices(self.district, self.outlet, self.terms[:, columns], tuple(names))

    def where(self, keep: NDArray[np.bool_]) -> Choices:
        """Return the pairs where ``keep``, shape (p,), is true; districts and outlets keep their numbers."""
        return Choices(self.district[keep], self.outlet[keep], self.terms[keep], self.names)

    def centred(self, probability: Floats) -> Floats:
        """Return x_ijk less its mean over the district's outlets by ``probability`` (p,), shape (p, K)."""
        mean = self.over_district(probability[:, None] * self.relative)
        return np.asarray(self.relative - mean[self.district], dtype=np.float64)


def log_probabilities(choices: Choices, coefficients: Floats) -> Floats:
    """Return ln p_ij of each pair for coefficients β (K,), shape (p,); the p_ij of a district sum to 1.

    Examples
    --------
    >>> pairs = Choices(np.array([0, 0]), np.array([0, 1]), np.log([[100.0], [300.0]]), ("size",))
    >>> np.exp(log_probabilities(pairs, np.array([1.0]))).round(3)
    array([0.25, 0.75])
    """
    beta = np.asarray(coefficients, dtype=np.float64)
    if beta.shape != (len(choices.names),) or not np.isfinite(beta).all():
        raise InputError(f"coefficients are {beta}; expected {len(choices.names)} finite numbers")
    utility = choices.relative @ beta
    best = np.full(choices.districts, -np.inf)
    np.maximum.at(best, choices.district, utility)
    utility = utility - best[choices.district]
    total = choices.over_district(np.exp(utility))
    return np.asarray(utility - np.log(total[choices.district]), dtype=np.float64)


def pairs_from_costs(
    attraction: Floats, names: Sequence[str], cost: Csr, cost_form: CostForm = "log", least: float = 0.0
) -> Choices:
    """Return the pairs of Huff's model or the logit from attraction terms and travel costs.

    Parameters
    ----------
    attraction
        S, shape (m, K), above 0: the outlets' terms, of any unit; they enter in logs.
    names
        K names; the cost becomes one more, ``cost``.
    cost
        c, shape (n, m), explicit entries for the outlets that a district reaches; any unit.
    cost_form
        ``log`` for Huff's model, ``linear`` for the logit.
    least
        c₀, the shortest way that counts, in the unit of ``cost``; ways below it count as it.
    """
    terms = np.asarray(attraction, dtype=np.float64)
    if terms.ndim != 2 or terms.shape != (cost.shape[1], len(names)):
        raise InputError(f"attraction has shape {terms.shape}; expected ({cost.shape[1]}, {len(names)})")
    if not np.isfinite(terms).all() or (terms <= 0).any():
        raise InputError("an attraction term is not above 0; expected numbers above 0")
    way = np.maximum(cost.data, least)
    if cost_form == "log":
        if not (way > 0).all():
            raise InputError("a way is not above 0 and its log is wanted; state a shortest way that counts (least)")
        way = np.log(way)
    rows = np.repeat(np.arange(cost.shape[0], dtype=np.int64), np.diff(cost.indptr))
    columns = cost.indices.astype(np.int64)
    return Choices(rows, columns, np.column_stack([np.log(terms)[columns], way]), (*names, "cost"))


def _indicator(group: NDArray[np.int64], groups: int) -> Csr:
    pairs = len(group)
    return sparse.csr_array((np.ones(pairs), (group, np.arange(pairs))), shape=(groups, pairs))
