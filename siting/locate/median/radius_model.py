r"""State what is left of a small p-median with rules in the radius formulation, for HiGHS.

With D_i1 < D_i2 < … the distinct costs of i and z_ik = 1 where no open candidate is within D_ik (Cornuéjols, Nemhauser
and Wolsey, 1980; in the sparse form of García, Labbé and Marín, 2011)::

    min Σ_i w_i (D_i1 + Σ_k (D_i,k+1 − D_ik) z_ik),   z_ik ≥ z_i,k−1 − Σ_{j: c_ij = D_ik} y_j
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.mip import MipModel
from siting.locate.median.near import Nearest
from siting.locate.problem.plan import Amounts
from siting.locate.problem.rules import SiteRows


def radius_model(near: Nearest, rows: SiteRows, lower: Amounts, upper: Amounts, *, must_serve: bool) -> MipModel:
    """Return the model: candidates first, then the z, then one column for what is paid in any case.

    ``lower`` and ``upper`` say what is locked so far; ``near`` has every pair.
    """
    near = _cut_off(near, lower, upper)
    m, entries = len(lower), len(near.cost)
    point = np.repeat(np.arange(len(near.limit)), np.diff(near.start))
    new_level = np.ones(entries, dtype=bool)
    new_level[1:] = (point[1:] != point[:-1]) | (near.cost[1:] != near.cost[:-1])
    level = np.cumsum(new_level) - 1
    first = np.flatnonzero(new_level)
    count = len(first)
    owner, value = point[first], near.cost[first]
    is_last, begins = np.ones(count, dtype=bool), np.ones(count, dtype=bool)
    is_last[:-1] = begins[1:] = owner[1:] != owner[:-1]
    following = np.where(is_last, near.limit[owner], np.append(value[1:], 0.0)) if count else value
    z_upper = np.ones(count)
    z_upper[is_last & _always_served(near, lower, must_serve=must_serve)[owner]] = 0.0
    at = np.arange(count)
    own = sparse.csr_array((np.ones(count), (at, at)), (count, count))
    before = sparse.csr_array((np.ones(int((~begins).sum())), (at[~begins], at[~begins] - 1)), (count, count))
    opens = sparse.csr_array((np.ones(entries), (level, near.candidate)), (count, m))
    rule_rows = sparse.hstack([rows.rows, sparse.csr_array((len(rows.names), count))])
    matrix = sparse.vstack([rule_rows, sparse.hstack([opens, own - before])])
    constant = float(value[begins].sum()) + float(near.limit[np.diff(near.start) == 0].sum())
    return MipModel(
        cost=np.concatenate([np.zeros(m), following - value, [constant]]),
        lower=np.concatenate([lower, np.zeros(count), [1.0]]),
        upper=np.concatenate([upper, z_upper, [1.0]]),
        integer=np.concatenate([np.ones(m, dtype=bool), np.zeros(count + 1, dtype=bool)]),
        rows=sparse.csr_array(sparse.hstack([matrix, sparse.csr_array((len(rows.names) + count, 1))])),
        row_lower=np.concatenate([rows.row_lower, np.where(begins, 1.0, 0.0)]),
        row_upper=np.concatenate([rows.row_upper, np.full(count, np.inf)]),
    )


def _always_served(near: Nearest, lower: Amounts, *, must_serve: bool) -> NDArray[np.bool_]:
    """Tell for every demand point whether it may not stay unserved: by the model, or since a locked one is near."""
    if must_serve:
        return np.ones(len(near.limit), dtype=bool)
    served = np.zeros(len(near.limit), dtype=bool)
    point = np.repeat(np.arange(len(near.limit)), np.diff(near.start))
    served[point[lower[near.candidate] == 1.0]] = True
    return served


def _cut_off(near: Nearest, lower: Amounts, upper: Amounts) -> Nearest:
    """Return the pairs that can still matter: of what can open, and no farther than what is locked open."""
    point = np.repeat(np.arange(len(near.limit)), np.diff(near.start))
    nearest_locked = np.full(len(near.limit), np.inf)
    locked = lower[near.candidate] == 1.0
    np.minimum.at(nearest_locked, point[locked], near.cost[locked])
    keep = (upper[near.candidate] == 1.0) & (near.cost <= nearest_locked[point]) & (near.cost < near.limit[point])
    start = np.concatenate(([0], np.cumsum(keep)))[near.start].astype(np.int64)
    return near._replace(start=start, candidate=near.candidate[keep], cost=near.cost[keep])
