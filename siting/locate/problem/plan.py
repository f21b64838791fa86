"""Hold what is asked of a set of outlets beside the model's own question, and the set that answers it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

Positions = NDArray[np.int64]
Amounts = NDArray[np.float64]
Flow = sparse.csr_array[np.float64]


@dataclass(frozen=True, eq=False)
class SitePlan:
    """A chosen set.

    Parameters
    ----------
    opened
        Positions of the open candidates, sorted, shape (k,).
    assigned
        Position of the outlet that serves each demand point, −1 for none, shape (n,). Ties go to the lowest position.
    flow
        Share of each demand point that each outlet serves, shape (n, m), where a model splits demand; else None.
    """

    opened: Positions
    assigned: Positions
    flow: Flow | None = None


@dataclass(frozen=True, eq=False)
class Quota:
    """Say how many of some candidates are open: at least ``least`` and, unless None, at most ``most``.

    ``members`` are positions; ``name`` is used in messages, such as a region or a format.
    """

    members: ArrayLike
    least: int = 0
    most: int | None = None
    name: str = "quota"


@dataclass(frozen=True, eq=False)
class Budget:
    """Say how much of something all that is open takes: at least ``least`` and at most ``most``, unless None.

    ``amount`` has one number for each candidate, shape (m,), such as money, staff or floor; ``name`` is used in
    messages.
    """

    amount: ArrayLike
    most: float | None = None
    least: float | None = None
    name: str = "budget"


@dataclass(frozen=True, eq=False)
class Spacing:
    """Say how far apart any two open outlets are at least: ``least_m``; ``xy`` has shape (m, 2); both in metres."""

    xy: ArrayLike
    least_m: float


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteRules:
    """What a set must satisfy beside the model's own question. Every position is one of 0 … m − 1.

    Parameters
    ----------
    locked_open, locked_shut
        Positions that are open, or shut, in every plan. Locked-open outlets count in ``p``.
    opening_cost, closing_cost
        Money paid for each candidate that is open, and for each that is not, shape (m,). An existing outlet that may
        close has an opening cost of 0 and a closing cost; every other candidate has a closing cost of 0.
    budget
        Most money to be spent on both, or None.
    budgets
        Further amounts that what is open takes together, such as staff, or money of one purse or region.
    spacing
        Least distance between open outlets, or None.
    quota
        How many of given groups are open.
    forbidden_pairs
        Pairs of positions of which at most one may be open, shape (k, 2).
    required_pairs
        Pairs of positions that are both open or both shut, shape (k, 2).
    capacity, least_load
        Most demand that an open outlet serves, and least, shape (m,); infinite or 0 for no limit. Demand may then be
        split over outlets. Capture and dispersion, where a load has no meaning, refuse both.
    """

    locked_open: ArrayLike = ()
    locked_shut: ArrayLike = ()
    opening_cost: ArrayLike | None = None
    closing_cost: ArrayLike | None = None
    budget: float | None = None
    budgets: tuple[Budget, ...] = ()
    spacing: Spacing | None = None
    quota: tuple[Quota, ...] = ()
    forbidden_pairs: ArrayLike = ()
    required_pairs: ArrayLike = ()
    capacity: ArrayLike | None = None
    least_load: ArrayLike | None = None


NO_RULES = SiteRules()
