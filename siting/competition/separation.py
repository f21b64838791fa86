"""Refuse data from which coefficients cannot be told: terms that stand for each other, and choices that never err.

::

    collinear    a direction d ≠ 0 with d·x_ij the same for all outlets of each district: no probability depends on it
    separated    a direction d along which every chosen outlet is the best of its district, and some other is worse:
                 max Σ_ij (u_i − d·x_ij) > 0      u_i = d·x_ij for outlets chosen from i, u_i ≥ d·x_ij for the others,
                                                  −1 ≤ d ≤ 1; the likelihood then rises for ever along d

The linear programme is that of Albert and Anderson (1984), here for choices among outlets; coefficients with a finite
lower (upper) bound may not go down (up) along d. It is asked only when a fit looks like it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from outlet.errors import InputError
from siting.competition.choices import Choices
from siting.competition.climb import Bounds, spectrum

Floats = NDArray[np.float64]
LEAST_EIGENVALUE = 1e-10
LEAST_SPREAD = 1e-10
LEAST_SLACK = 1e-7
NAMED_FROM = 0.1


def check_collinear(names: tuple[str, ...], information: Floats, size: Floats, where: str) -> float:
    """Return the condition number of the scaled information, or say which terms cannot be told apart.

    Parameters
    ----------
    names
        Names of the K terms.
    information
        Shape (K, K), at least 0.
    size
        What the diagonal of the information would be if terms were not centred, shape (K,): tells 0 from rounding.
    where
        Among what the terms should differ, for the message.
    """
    if not names:
        return 1.0
    constant = np.diag(information) <= LEAST_SPREAD**2 * size
    if constant.any():
        name = names[int(np.argmax(constant))]
        raise InputError(f"term {name} is the same {where}: its coefficient cannot be told; leave it out or fix it")
    values, vectors = spectrum(information)
    if values[0] < LEAST_EIGENVALUE:
        weight = np.abs(vectors[:, 0])
        named = [names[k] for k in np.flatnonzero(weight >= NAMED_FROM * weight.max())]
        raise InputError(
            f"terms {', '.join(named)} stand for each other {where} (collinear): leave one out or fix its coefficient"
        )
    return float(values[-1] / values[0])


def separating_direction(choices: Choices, chosen: NDArray[np.bool_], bounds: Bounds) -> Floats | None:
    """Return a direction along which the likelihood rises for ever, shape (K,), or None where there is none.

    ``chosen``, shape (p,), is true where anybody from the district went to the outlet. Districts nobody was asked in
    are left out.
    """
    asked = (choices.over_district(chosen.astype(np.float64)) > 0)[choices.district]
    pairs, picked = choices.where(asked), chosen[asked]
    scale = np.maximum(np.abs(pairs.terms).max(axis=0), 1e-300)
    # Columns: d (K), then u (n). Rows: d·x_ij − u_i, at most 0, and 0 where chosen.
    rows = sparse.hstack([sparse.csr_array(pairs.terms / scale), -pairs.by_district.T], format="csr")
    objective = np.asarray(rows.sum(axis=0), dtype=np.float64).ravel()
    low = np.where(np.isfinite(bounds.lower), 0.0, -1.0)
    high = np.where(np.isfinite(bounds.upper), 0.0, 1.0)
    limits = [*zip(low, high, strict=True), *[(None, None)] * pairs.districts]
    others, best = rows[~picked], rows[picked]
    answer = linprog(
        objective, A_ub=others, b_ub=np.zeros(others.shape[0]), A_eq=best, b_eq=np.zeros(best.shape[0]), bounds=limits
    )
    if answer.x is None or answer.fun is None or answer.fun >= -LEAST_SLACK:
        return None
    return np.asarray(answer.x[: len(pairs.names)] / scale, dtype=np.float64)


def check_separated(choices: Choices, chosen: NDArray[np.bool_], bounds: Bounds) -> None:
    """Say which terms separate the chosen outlets from the others, if any do."""
    direction = separating_direction(choices, chosen, bounds)
    if direction is None:
        return
    weight = np.abs(direction) * np.abs(choices.terms).max(axis=0)
    named = [choices.names[k] for k in np.flatnonzero(weight >= NAMED_FROM * weight.max())]
    raise InputError(
        f"along {', '.join(named)} every visited outlet is the best of its district (separation): the likelihood rises "
        "for ever and no coefficient is the best; give bounds, fewer terms or more visitors"
    )
