"""Group candidates that win the same demand points, so that branching may decide how many of a group open.

To shut one of several candidates that stand near each other changes little, since another takes its place. How many of
them open is what matters (branching on sums, as on clusters of facilities).
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from outlet.compiled import compiled, kernel
from siting.locate.capture.pull import Floats, Ints, Pull, gains_of
from siting.locate.problem.plan import Amounts
from siting.locate.problem.rules import SiteRows

MOST_PARTS = 40
PART_OVERLAP = 0.1
"""The same of two whose demand points are bounded together."""
LEAST_OVERLAP = 0.4
"""Share of what one candidate wins alone that two of a group win both."""


@kernel
def overlap_with(pull: Pull, j: int, overlap: Floats) -> None:
    """Fill what every candidate and j both win alone, shape (m,)."""
    overlap[:] = 0.0
    for at in range(pull.by_start[j], pull.by_start[j + 1]):
        i, a = pull.by_point[at], pull.by_attraction[at]
        for entry in range(pull.start[i], pull.start[i + 1]):
            both = min(a, pull.attraction[entry])
            overlap[pull.candidate[entry]] += pull.demand[i] * (both / (1.0 + both))


@compiled
def group_by_overlap(pull: Pull, order: Ints, alone: Floats, least: float) -> Ints:
    """Return the group of every candidate, shape (m,): each next leader of ``order`` takes who overlaps with it."""
    m = len(alone)
    group, overlap, count = np.full(m, -1, dtype=np.int64), np.empty(m), 0
    for leader in order:
        if group[leader] >= 0:
            continue
        overlap_with(pull, leader, overlap)
        group[leader] = count
        for j in range(m):
            if group[j] < 0 and overlap[j] >= least * max(alone[j], alone[leader]):
                group[j] = count
        count += 1
    return group


def parts_of(pull: Pull) -> Ints:
    """Return parts of the demand points, shape (n,): those whose strongest candidates win much of the same demand."""
    alone = gains_of(pull, np.zeros(len(pull.demand)))
    order = np.argsort(-alone, kind="stable").astype(np.int64)
    group = group_by_overlap(pull, order, alone, PART_OVERLAP)
    strongest = pull.candidate[pull.start[:-1]]
    found = np.unique(group[strongest], return_inverse=True)[1] % MOST_PARTS
    return np.asarray(found, dtype=np.int64)


def with_groups(rows: SiteRows, pull: Pull, merit: Amounts, alone: Amounts) -> SiteRows:
    """Return the rules with a row, without limits yet, for every group of two and more; the first rows stay.

    ``merit`` (m,) says who leads groups, ``alone`` (m,) what every candidate wins alone.
    """
    order = np.argsort(-merit, kind="stable").astype(np.int64)
    group = group_by_overlap(pull, order, alone, LEAST_OVERLAP)
    sizes = np.bincount(group)
    large = np.flatnonzero(sizes > 1)
    place = np.full(len(sizes), -1)
    place[large] = np.arange(len(large))
    members = np.flatnonzero(place[group] >= 0)
    table = sparse.csr_array((np.ones(len(members)), (place[group[members]], members)), shape=(len(large), rows.m))
    none = np.full(len(large), np.inf)
    return SiteRows(
        rows.p, rows.lower, rows.upper, sparse.csr_array(sparse.vstack([rows.rows, table])),
        np.concatenate([rows.row_lower, -none]), np.concatenate([rows.row_upper, none]),
        (*rows.names, *(f"group {at}" for at in range(len(large)))), np.append(rows.unit, np.ones(len(large))),
    )  # fmt: skip
