"""Calibrate by regression of log-centred shares: the check and the starting point that needs no iteration.

::

    ln(s_ij / s̃_i) = Σ_k β_k (x_ijk − x̄_ik)      s̃_i geometric mean of the shares, x̄_ik mean of the term, over the
                                                outlets of district i with s_ij > 0

Ordinary least squares without intercept (Nakanishi and Cooper, 1974). Outlets with a share of 0 have no log: they are
left out, which flatters outlets that hardly anybody visits and pulls coefficients towards 0. The maximum likelihood of
``siting.competition.calibrate`` needs no such thing and is the one to report.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.competition.choices import Choices
from siting.competition.climb import scaled_inverse
from siting.competition.separation import check_collinear

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LogCentred:
    """Hold the regression: coefficients (K,), their standard errors (K,), R², pairs used, pairs left out (share 0).

    R² is that of the centred logs; standard errors are NaN when no degree of freedom is left.
    """

    names: tuple[str, ...]
    coefficients: Floats
    standard_errors: Floats
    r2: float
    used: int
    left_out: int


def log_centred(choices: Choices, visitors: Floats) -> LogCentred:
    """Return the log-centred regression on visitors or shares n_ij, shape (p,), at least 0.

    Raises
    ------
    InputError
        When no district has two outlets with visitors, or terms cannot be told apart among those.
    """
    seen = np.asarray(visitors, dtype=np.float64)
    if seen.shape != choices.district.shape or not np.isfinite(seen).all() or (seen < 0).any():
        raise InputError(f"visitors have shape {seen.shape} or an entry below 0; expected {choices.district.shape}")
    several = choices.over_district((seen > 0).astype(np.float64)) > 1
    keep = (seen > 0) & several[choices.district]
    if not keep.any():
        raise InputError("no district has two outlets with visitors; a regression of log shares needs them")
    pairs = choices.where(keep)
    per_district = pairs.over_district(np.ones(len(pairs.district)))
    x = pairs.centred(1.0 / per_district[pairs.district])
    logs = np.log(seen[keep])
    y = logs - (pairs.over_district(logs) / np.maximum(per_district, 1.0))[pairs.district]
    gram = x.T @ x
    check_collinear(pairs.names, gram, (pairs.terms**2).sum(axis=0), "for all visited outlets of each district")
    inverse = scaled_inverse(gram)
    beta = np.asarray(inverse @ (x.T @ y), dtype=np.float64)
    rest, spread = float(((y - x @ beta) ** 2).sum()), float((y**2).sum())
    left = int(keep.sum()) - int((per_district > 0).sum()) - len(beta)
    errors = np.sqrt(rest / left * np.diag(inverse)) if left > 0 else np.full(len(beta), np.nan)
    return LogCentred(
        names=pairs.names,
        coefficients=beta,
        standard_errors=np.asarray(errors, dtype=np.float64),
        r2=1.0 - rest / spread if spread > 0 else float("nan"),
        used=int(keep.sum()),
        left_out=int((~keep).sum()),
    )
